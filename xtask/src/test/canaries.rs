//! What the whole run sent to a model: nothing of the lab's organization may stand in it in clear.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{command, printed};
use crate::error::Error;
use crate::places::Places;

/// The variable by which the lab's model learns the folder for what it is sent.
const FOLDER: &str = "ASIDE_LAB_MODEL_RECORD";

/// Makes a program's labs write down what their model is sent.
pub fn record(places: &Places, program: &mut Command) {
    program.env(FOLDER, folder(places));
}

/// Forgets what an earlier run sent.
///
/// # Errors
/// When the folder cannot be made anew.
pub fn begin(places: &Places) -> Result<(), Error> {
    let folder = folder(places);
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .map_err(|e| Error::new(format!("empty {}", folder.display()), e))?;
    }
    fs::create_dir_all(&folder).map_err(|e| Error::new(format!("make {}", folder.display()), e))
}

/// Reads all that was sent; the result is what stands against it, a line each.
///
/// # Errors
/// When the lab does not name its canaries, or what was sent cannot be read.
pub fn look(places: &Places) -> Result<Vec<String>, Error> {
    let mut lab = command(places, places.target.join("debug/aside-lab"));
    lab.arg("--canaries");
    let canaries = printed(lab)?;
    let canaries: Vec<&str> = canaries.lines().collect();
    let mut found = Vec::new();
    let requests = requests(&folder(places))?;
    if canaries.is_empty() || requests.is_empty() {
        found.push(format!(
            "{} canaries and {} requests are nothing to look for and nothing to look in",
            canaries.len(),
            requests.len()
        ));
    }
    for (path, sent) in &requests {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let in_clear = canaries.iter().filter(|canary| sent.contains(**canary));
        found.extend(in_clear.map(|canary| format!("{canary} was sent in {name}")));
    }
    println!(
        "{} requests to the model, {} canaries: {} in clear",
        requests.len(),
        canaries.len(),
        found.len()
    );
    Ok(found)
}

fn folder(places: &Places) -> PathBuf {
    places.target.join("model-requests")
}

/// Every request, in small letters.
fn requests(folder: &Path) -> Result<Vec<(PathBuf, String)>, Error> {
    let failed = |e| Error::new(format!("read {}", folder.display()), e);
    let mut requests = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let bytes = fs::read(&path).map_err(failed)?;
        requests.push((path, String::from_utf8_lossy(&bytes).to_lowercase()));
    }
    Ok(requests)
}
