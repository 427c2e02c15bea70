//! The journeys with a real language model behind a server that others wrote. What is asked of them stands in
//! `tests/journeys/tests/real_model.rs`.

use super::{Counts, LIMIT, counts};
use crate::command::{command, shown};
use crate::error::Error;
use crate::model::{self, Server};
use crate::places::Places;
use crate::setup::{self, Choice};

/// Installs the model where it is not there, starts its server, and runs the journeys against it.
/// The result is whether all went well.
///
/// # Errors
/// When something cannot be installed, built or started, or the person interrupts.
pub fn run(places: &Places, choice: &Choice) -> Result<bool, Error> {
    setup::ensure(places, &["nextest"], choice)?;
    model::install(places)?;
    let mut build = command(places, "cargo");
    build.args(["build", "--bins", "--package", "aside-backend", "--package", "aside-lab"]);
    if !shown(build, LIMIT)?.success {
        return Ok(false);
    }
    let log = places.cache.join("logs/model-run.log");
    let server = Server::start(places, &log)?;
    println!("{} at {}, its log: {}", server.model, server.base_url, log.display());
    let mut cargo = command(places, "cargo");
    cargo
        .args(["nextest", "run", "--package", "aside-journeys", "--test", "real_model"])
        .args(["--run-ignored", "only", "--no-capture", "--profile", "real-model"])
        .env("ASIDE_MODEL_URL", &server.base_url)
        .env("ASIDE_MODEL_NAME", server.model)
        .env("ASIDE_MODEL_CONTEXT", server.context.to_string());
    let ran = shown(cargo, LIMIT)?;
    let counts: Counts = counts::of_nextest(&ran.lines);
    println!("\n{}", counts.line());
    Ok(ran.success)
}
