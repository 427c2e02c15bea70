//! `aside check`: is the configuration good, is each vendor reached, what may each credential do?

use std::process::ExitCode;

use aside_backend::platforms::ProbeResult;
use aside_backend::server;
use aside_shared::text::visible;

use super::{ConfigFile, block_on};

/// Checks the configuration.
#[derive(clap::Args)]
pub struct Check {
    #[command(flatten)]
    config: ConfigFile,
}

impl Check {
    /// Prints a line for each thing that was tried; fails if something that is needed does not work.
    pub fn run(self) -> Result<ExitCode, String> {
        let config = self.config.read()?;
        println!("configuration: good, {} tenant(s)", config.tenants.len());
        let rules = server::load_rules(&config.analyse.rules)?;
        println!("rules: {}", rules.len());
        let tenants = server::connect(&config)?;
        let mut is_good = true;
        block_on(async {
            for tenant in tenants.values() {
                let (name, phase) = (
                    &tenant.config.name,
                    tenant.config.phase.word().to_lowercase(),
                );
                println!(
                    "{name} ({}, {}, {phase} phase)",
                    tenant.config.platform, tenant.platform.place
                );
                for probe in tenant.platform.probes.probe().await {
                    let (mark, why) = match &probe.result {
                        ProbeResult::Allowed => ("allowed", String::new()),
                        ProbeResult::Refused(why) => ("REFUSED", format!(": {}", visible(why))),
                        ProbeResult::NotProvable(why) => {
                            ("not provable", format!(": {}", visible(why)))
                        }
                        ProbeResult::Failed(why) => ("FAILED", format!(": {}", visible(why))),
                    };
                    is_good &= !matches!(
                        probe.result,
                        ProbeResult::Refused(_) | ProbeResult::Failed(_)
                    );
                    println!("  {:8} {:32} {mark}{why}", probe.credential, probe.what);
                }
            }
            Ok(())
        })?;
        Ok(if is_good {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}
