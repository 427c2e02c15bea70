//! `aside audit verify`

use std::path::Path;
use std::process::ExitCode;

use aside_backend::audit::verify::verify;
use aside_backend::audit::{Checkpoint, public_key};
use aside_backend::server;
use clap::Subcommand;

use super::{ConfigFile, block_on};

/// The audit log.
#[derive(clap::Args)]
pub struct Audit {
    #[command(subcommand)]
    verb: Verb,
    #[command(flatten)]
    config: ConfigFile,
}

#[derive(Subcommand)]
enum Verb {
    /// Verify the chain and its checkpoints, of the database and of the second place.
    Verify {
        /// A checkpoint that must hold, as JSON (a line of the second place, kept elsewhere).
        #[arg(long, value_name = "CHECKPOINT")]
        expect: Vec<String>,
    },
}

impl Audit {
    /// Prints what was found; fails if anything is not as it was written.
    pub fn run(self) -> Result<ExitCode, String> {
        let config = self.config.read()?;
        let Verb::Verify { expect } = self.verb;
        let key = public_key(&config.audit.key_file).map_err(|e| e.to_string())?;
        let mut checkpoints = read_second_place(&config.audit.checkpoints_file)?;
        for text in &expect {
            checkpoints
                .push(serde_json::from_str(text).map_err(|e| format!("--expect {text}: {e}"))?);
        }
        block_on(async {
            let base = server::open(&config).await?;
            checkpoints.extend(base.store.checkpoints().await.map_err(|e| e.to_string())?);
            let entries = base.store.audit_log().await.map_err(|e| e.to_string())?;
            let report = verify(&entries, &checkpoints, &key);
            print!("{report}");
            Ok(if report.is_sound() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            })
        })
    }
}

/// The checkpoints of the second place. A line that was cut off by a crash while it was written is
/// passed over if it is the last.
fn read_second_place(file: &Path) -> Result<Vec<Checkpoint>, String> {
    let text = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    let lines: Vec<&str> = text.lines().collect();
    let mut checkpoints = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        match serde_json::from_str(line) {
            Ok(checkpoint) => checkpoints.push(checkpoint),
            Err(_) if at + 1 == lines.len() && !text.ends_with('\n') => {}
            Err(error) => return Err(format!("{} line {}: {error}", file.display(), at + 1)),
        }
    }
    Ok(checkpoints)
}
