//! The lab, the backend and a browser with the extension, up until Ctrl-C; or one walk through them.

mod backend;
mod lab;

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::browser::{self, Window, resolver_rules};
use crate::command::{Running, command, interrupted, quiet, shown};
use crate::error::Error;
use crate::extension::{self, Form};
use crate::places::Places;
use crate::setup::{self, Choice, chromium};

use backend::Backend;
use lab::Lab;

/// How often the running programs are looked at.
const POLL: Duration = Duration::from_millis(200);
/// How long the walk may take.
const WALK_LIMIT: Duration = Duration::from_secs(10 * 60);

/// What a person asked of the demo.
#[derive(Debug, Default)]
pub struct Asked {
    /// Walk and end with the walk's result.
    pub walk: bool,
    /// The folder for the walk's pictures.
    pub pictures: Option<PathBuf>,
    /// Set-up steps to leave out.
    pub setup: Choice,
}

/// Runs the demo; the result is whether the walk, if there was one, went well.
///
/// # Errors
/// When set-up or a build fails, something does not start or ends by itself, or the person ends a walk.
pub fn run(places: &Places, asked: &Asked) -> Result<bool, Error> {
    setup::ensure(places, setup::FOR_BROWSER, &asked.setup)?;
    let chromium = chromium::program().ok_or_else(|| {
        Error::new("find Chromium", "it is not on the path")
            .with_remedy("cargo xtask setup --again chromium")
    })?;
    build(places)?;

    let folder = tempfile::Builder::new()
        .prefix("aside-demo-")
        .tempdir()
        .map_err(|e| Error::new("make a folder for the demo", e))?;
    let folder = folder.path();
    let binaries = places.target.join("release");
    let mut lab = lab::start(places, &binaries.join("aside-lab"), folder)?;
    let mut backend = backend::start(places, &binaries.join("aside"), folder, &lab.announced)?;

    let mut went_well = true;
    if asked.walk || !browser::has_display() {
        let pictures = asked
            .pictures
            .clone()
            .unwrap_or_else(|| places.target.join("walk"));
        went_well = walk(places, &lab, &backend, &pictures)?;
        if asked.walk {
            return Ok(went_well);
        }
    }
    let mut window = browser::has_display()
        .then(|| console(&lab).open(places, &chromium, folder))
        .transpose()?;
    tell(places, &chromium, &lab, &backend);
    stay(&mut lab.running, &mut backend.running, window.as_mut())?;
    Ok(went_well)
}

/// Builds the backend, the lab and the extension as people run them.
///
/// # Errors
/// When a build fails.
pub fn build(places: &Places) -> Result<(), Error> {
    println!("building the backend and the lab (some minutes the first time)");
    let mut cargo = command(places, "cargo");
    cargo.args(["build", "--release"]).args([
        "--package",
        "aside-backend",
        "--package",
        "aside-lab",
        "--bins",
    ]);
    let log = places.target.join("demo-build.log");
    let _ = std::fs::remove_file(&log);
    quiet(cargo, &log, None)?;
    extension::build(places, Form::Release)
}

fn walk(places: &Places, lab: &Lab, backend: &Backend, pictures: &Path) -> Result<bool, Error> {
    std::fs::create_dir_all(pictures)
        .map_err(|e| Error::new(format!("make the folder {}", pictures.display()), e))?;
    println!("walking the main path in headless Chromium");
    let mut node = command(places, "node");
    browser::describe(places, "release", &mut node);
    node.arg(places.e2e().join("walk.mjs"))
        .env("ASIDE_LAB", &lab.announced.line)
        .env("ASIDE_BACKEND", &backend.url)
        .env("ASIDE_CONFIG", &backend.config)
        .env("ASIDE_USER", backend::USER)
        .env("ASIDE_PASSWORD", &backend.password)
        .env("ASIDE_OUT", pictures);
    let success = shown(node, WALK_LIMIT)?.success;
    println!("pictures: {}", pictures.display());
    if !success {
        println!("the walk did not go well: see above");
    }
    Ok(success)
}

fn tell(places: &Places, chromium: &Path, lab: &Lab, backend: &Backend) {
    println!(
        "\nbackend     {}  (user {}, password {})",
        backend.url,
        backend::USER,
        backend.password
    );
    for platform in &lab.announced.platforms {
        println!("{:11} API {}", platform.name, platform.base_url);
    }
    println!("lab         {}", lab.announced.control_url);
    println!(
        "extension   {} (in a browser of your own: chrome://extensions, Developer mode, Load unpacked)",
        places.extension().display()
    );
    let console = console(lab);
    println!(
        "console     {}, in a browser that finds it:\n            {}",
        console.address,
        console.by_hand(places, chromium)
    );
    println!("Ctrl-C ends all of it.");
}

/// A window on the first platform's console, which reaches the lab and the backend only.
fn console(lab: &Lab) -> Window {
    let consoles: Vec<(&str, u16)> = lab
        .announced
        .platforms
        .iter()
        .map(|platform| (platform.console_host.as_str(), platform.console_port))
        .collect();
    Window {
        address: consoles.first().map_or_else(
            || "about:blank".to_owned(),
            |(host, _)| format!("https://{host}/"),
        ),
        hosts: resolver_rules(&consoles),
        spki_sha256: lab.announced.spki_sha256.clone(),
    }
}

/// Waits until the person interrupts or closes the window.
fn stay(
    lab: &mut Running,
    backend: &mut Running,
    mut window: Option<&mut Running>,
) -> Result<(), Error> {
    loop {
        for running in [&mut *lab, &mut *backend] {
            if running.has_ended() {
                return Err(running.failure("it ended by itself"));
            }
        }
        if interrupted() || window.as_mut().is_some_and(|window| window.has_ended()) {
            return Ok(());
        }
        thread::sleep(POLL);
    }
}
