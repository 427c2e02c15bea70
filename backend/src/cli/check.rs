//! `aside check`: is the configuration good, is each vendor reached, what may each credential do, does the
//! model answer?

use std::process::ExitCode;

use aside_backend::model::Model;
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
            match &config.model {
                None => println!("model: none, nothing is sent to one"),
                Some(configured) => is_good &= check_model(&Model::connect(configured)?).await,
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

/// Whether the model is of use. What it is asked names nothing.
async fn check_model(model: &Model) -> bool {
    let (name, host) = (visible(model.name()), model.host());
    match model.probe().await {
        Ok(probed) => {
            let streams = match probed.streams {
                true => "streams",
                false => "does not stream",
            };
            let obeys = match probed.obeys {
                true => "obeyed",
                false => "NOT OBEYED: most of what it says will be dropped",
            };
            println!(
                "model: {name} at {host} answers, {streams}, takes a schema as {}, which is {obeys}",
                probed.form
            );
            probed.obeys
        }
        Err(failure) => {
            println!("model: {name} at {host} FAILED: {failure}");
            false
        }
    }
}
