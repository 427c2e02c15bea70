//! The browser of the demo and of the browser tests.

use std::env;
use std::path::{Path, PathBuf};

use super::{Step, debian};
use crate::command::{answer, command};
use crate::error::Error;
use crate::places::{Places, on_path};

pub const STEP: Step = Step {
    name: "chromium",
    why: "the browser that the demo and the browser tests load the extension into (1 minute)",
    needs: &[],
    found: |places| answer(version_of(places, &program()?)),
    run: |places: &Places, log: &Path| -> Result<(), Error> {
        debian::install(places, log, &["chromium"])
    },
    remedy: "install Chromium (not Google Chrome, which refuses --load-extension), or name it in ASIDE_CHROMIUM",
};

/// Chromium's program: `ASIDE_CHROMIUM`, else the first of its usual names on the path.
pub fn program() -> Option<PathBuf> {
    if let Some(named) = env::var_os("ASIDE_CHROMIUM") {
        return Some(named.into());
    }
    let path = env::var_os("PATH")?;
    ["chromium", "chromium-browser"]
        .iter()
        .find_map(|name| on_path(name, &path))
}

fn version_of(places: &Places, program: &Path) -> std::process::Command {
    let mut chromium = command(places, program);
    chromium.arg("--version");
    chromium
}
