//! The journeys with a real language model behind a server that others wrote. What is asked of them stands in
//! `tests/journeys/tests/real_model`, what of the panel in `tests/e2e/real-model.mjs`.

use std::process::Command;

use super::{LIMIT, Outcome, counts, node};
use crate::command::{command, shown};
use crate::error::Error;
use crate::extension::{self, Form};
use crate::model::{self, Server};
use crate::places::Places;
use crate::setup::{self, Choice};

/// Installs the model where it is not there, starts its server, and runs the journeys against it.
/// The result is whether all went well.
///
/// # Errors
/// When something cannot be installed, built or started, or the person interrupts.
pub fn run(places: &Places, choice: &Choice) -> Result<bool, Error> {
    let mut needed = vec!["nextest", "node"];
    needed.extend(setup::FOR_BROWSER);
    setup::ensure(places, &needed, choice)?;
    model::install(places)?;
    let mut build = command(places, "cargo");
    build.args([
        "build",
        "--bins",
        "--package",
        "aside-backend",
        "--package",
        "aside-lab",
    ]);
    if !shown(build, LIMIT)?.success {
        return Ok(false);
    }
    extension::build(places, Form::Release)?;
    let log = places.cache.join("logs/model-run.log");
    let server = Server::start(places, &log)?;
    println!(
        "{} at {}, its log: {}",
        server.model,
        server.base_url,
        log.display()
    );
    let mut cargo = command(places, "cargo");
    cargo
        .args([
            "nextest",
            "run",
            "--package",
            "aside-journeys",
            "--test",
            "real_model",
        ])
        .args([
            "--run-ignored",
            "only",
            "--no-capture",
            "--profile",
            "real-model",
        ]);
    tell(&server, &mut cargo);
    let journeys = Outcome::counted(&shown(cargo, LIMIT)?, counts::of_nextest);
    let mut node = node(places, &[places.e2e().join("real-model.mjs")], LIMIT);
    tell(&server, &mut node);
    let panel = Outcome::counted(&shown(node, LIMIT)?, counts::of_node);
    let mut total = journeys.counts;
    total += panel.counts;
    println!("\n{}", total.line());
    Ok(journeys.well && panel.well)
}

/// Where the model is.
fn tell(server: &Server, program: &mut Command) {
    program
        .env("ASIDE_MODEL_URL", &server.base_url)
        .env("ASIDE_MODEL_NAME", server.model)
        .env("ASIDE_MODEL_CONTEXT", server.context.to_string());
}
