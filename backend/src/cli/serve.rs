//! `aside serve`

use std::io::IsTerminal;
use std::process::ExitCode;

use aside_backend::server;
use tracing_subscriber::EnvFilter;

use super::{ConfigFile, block_on};

/// Runs the backend.
#[derive(clap::Args)]
pub struct Serve {
    #[command(flatten)]
    config: ConfigFile,
    /// How log lines look.
    #[arg(long, value_enum, default_value = "text")]
    log: LogForm,
}

/// How log lines look.
#[derive(Clone, Copy, clap::ValueEnum)]
enum LogForm {
    Text,
    Json,
}

impl Serve {
    /// Runs until SIGTERM or Ctrl-C. `ASIDE_LOG` sets the level (`info`, `aside_backend=debug`).
    pub fn run(self) -> Result<ExitCode, String> {
        let filter =
            EnvFilter::try_from_env("ASIDE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
        let lines = tracing_subscriber::fmt()
            .with_env_filter(filter)
            // Colours are for eyes, not for a file.
            .with_ansi(std::io::stderr().is_terminal())
            .with_writer(std::io::stderr);
        match self.log {
            LogForm::Text => lines.init(),
            LogForm::Json => lines.json().init(),
        }
        let config = self.config.read()?;
        block_on(server::serve(config, |address| {
            println!("listening on {address}")
        }))?;
        Ok(ExitCode::SUCCESS)
    }
}
