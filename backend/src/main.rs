//! `aside`: the backend and its command-line verbs.

mod cli;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "aside",
    version,
    about = "Aside: an AI copilot for SOC analysts, beside the EDR console"
)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Run the backend.
    Serve(cli::serve::Serve),
    /// Check the configuration and what each credential may do.
    Check(cli::check::Check),
    /// Accounts: add, list, disable.
    User(cli::user::User),
    /// The audit log: verify.
    Audit(cli::audit::Audit),
    /// Explain a command line: layers, techniques, verdict.
    Explain(cli::explain::ExplainArgs),
    /// Show what the panel would show of a vendor's raw alert.
    Alert(cli::alert::AlertArgs),
    /// Replace what identifies a customer, and secrets, as before a language model.
    Redact(cli::redact::RedactArgs),
}

fn main() -> ExitCode {
    // Said once, before any TLS: ring, for the server and for the vendors' clients.
    if rustls::crypto::ring::default_provider()
        .install_default()
        .is_err()
    {
        eprintln!("aside: TLS cannot be set up");
        return ExitCode::FAILURE;
    }
    let result = match Arguments::parse().verb {
        Verb::Serve(serve) => serve.run(),
        Verb::Check(check) => check.run(),
        Verb::User(user) => user.run(),
        Verb::Audit(audit) => audit.run(),
        Verb::Explain(arguments) => cli::explain::run(arguments),
        Verb::Alert(arguments) => cli::alert::run(arguments),
        Verb::Redact(arguments) => cli::redact::run(arguments),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("aside: {error}");
            ExitCode::FAILURE
        }
    }
}
