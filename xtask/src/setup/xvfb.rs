//! An X server without a screen, for the browser tests that press the browser's own menus and shortcuts.

use std::env;
use std::path::Path;

use super::{Step, debian};
use crate::error::Error;
use crate::places::{Places, on_path};

pub const STEP: Step = Step {
    name: "xvfb",
    why: "a screen and a person's keys for the browser tests of context menu and shortcut (1 minute)",
    needs: &[],
    found: |_| {
        let path = env::var_os("PATH")?;
        let server = on_path("Xvfb", &path)?;
        let keys = on_path("xdotool", &path)?;
        Some(format!("{}, {}", server.display(), keys.display()))
    },
    run: |places: &Places, log: &Path| -> Result<(), Error> {
        debian::install(places, log, &["xvfb", "xdotool"])
    },
    remedy: "install Xvfb and xdotool with your system's packages",
};
