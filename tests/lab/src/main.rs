//! `aside-lab`: the simulated vendors. One line of JSON on stdout says where everything is; logs go to stderr.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use aside_lab::{Lab, basis, canaries, clock::Clock, model, serve};
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

/// The vendors' APIs and console pages, simulated from documented facts.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Hosts, people, ids and times come from this number.
    #[arg(long, default_value_t = 20_260_131)]
    seed: u64,
    /// First of the ports (API and console of each platform, then control and model); free ones without it.
    #[arg(long)]
    port: Option<u16>,
    /// API, console and model over TLS, under the consoles' real names.
    #[arg(long)]
    tls: bool,
    /// Print every behaviour that no fact sheet backs, and end.
    #[arg(long)]
    assumptions: bool,
    /// Print every name, number and secret of the invented organization that no model may be sent, a line each, and
    /// end.
    #[arg(long)]
    canaries: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.assumptions {
        let lab = Lab::new(arguments.seed, Clock::Wall);
        let mut tables = vec![basis::ALL, model::basis::ALL];
        tables.extend(lab.platforms.iter().map(|platform| platform.bases()));
        return finish(io::stdout().write_all(basis::assumptions(&tables).as_bytes()));
    }
    if arguments.canaries {
        let lab = Lab::new(arguments.seed, Clock::Wall);
        let canaries = canaries::of(&lab.world.fleet);
        let lines: String = canaries.iter().map(|it| format!("{it}\n")).collect();
        return finish(io::stdout().write_all(lines.as_bytes()));
    }
    tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,aside_lab=info")),
        )
        .init();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return finish(Err(error)),
    };
    finish(runtime.block_on(run(&arguments)))
}

fn finish(result: io::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the lab cannot go on");
            eprintln!("aside-lab: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> io::Result<()> {
    let (mut terminate, mut interrupt) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    let lab = Lab::new(arguments.seed, Clock::Wall);
    let running = serve::start(
        &lab,
        serve::Options {
            port: arguments.port,
            tls: arguments.tls,
        },
    )
    .await?;
    {
        let mut out = io::stdout().lock();
        writeln!(out, "{}", running.announcement(&lab))?;
        out.flush()?;
    }
    for served in &running.platforms {
        let (platform, api, console) = (
            served.platform.name(),
            &served.base_url,
            &served.console_url,
        );
        tracing::info!(platform, api, console, "simulated");
    }
    tracing::info!(model = running.model_url, "simulated");
    tracing::info!(control = running.control_url, "the lab is up");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
