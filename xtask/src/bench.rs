//! Runs the benchmarks: the programs in `tests/benches/src/bin`, one after the other.

use std::fs;
use std::time::Duration;

use crate::browser;
use crate::command::{command, shown};
use crate::error::Error;
use crate::places::Places;

/// A benchmark that says nothing for so long is taken to hang.
const SILENCE: Duration = Duration::from_secs(10 * 60);

/// Runs the benchmarks `asked`, or all; the result is whether each ended well.
///
/// # Errors
/// When one cannot be started, or the person interrupts.
pub fn run(places: &Places, asked: &[String]) -> Result<bool, Error> {
    let mut well = true;
    let chosen = names(places)
        .into_iter()
        .filter(|name| asked.is_empty() || asked.contains(name));
    for name in chosen {
        println!("== {name}");
        let mut cargo = command(places, "cargo");
        cargo
            .args(["run", "--quiet", "--release", "--package", "aside-benches"])
            .args(["--bin", &name]);
        browser::describe(places, "release", &mut cargo);
        well &= shown(cargo, SILENCE)?.success;
    }
    Ok(well)
}

/// # Errors
/// When a name is no benchmark's, or there is none at all.
pub fn check(places: &Places, asked: &[String]) -> Result<(), Error> {
    let known = names(places);
    let unknown = asked.iter().find(|name| !known.contains(name));
    match unknown {
        Some(name) => Err(Error::new(
            "choose benchmarks",
            format!("there is none called `{name}`"),
        )
        .with_remedy(&format!("the benchmarks are: {}", known.join(", ")))),
        None if known.is_empty() => Err(Error::new("find benchmarks", "there are none")),
        None => Ok(()),
    }
}

/// The benchmarks' names, in order.
fn names(places: &Places) -> Vec<String> {
    let folder = places.root.join("tests/benches/src/bin");
    let mut names: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            name.strip_suffix(".rs").map(str::to_owned)
        })
        .collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_benchmarks_that_are_there_can_be_asked_for() {
        let root = tempfile::tempdir().expect("a folder");
        let places = Places {
            root: root.path().to_path_buf(),
            target: root.path().join("target"),
            cache: root.path().join("cache"),
        };
        assert!(check(&places, &[]).is_err());
        let folder = root.path().join("tests/benches/src/bin");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("payload.rs"), "").expect("a file");
        fs::write(folder.join("notes.md"), "").expect("a file");
        assert_eq!(names(&places), ["payload"]);
        assert!(check(&places, &["payload".to_owned()]).is_ok());
        let error = check(&places, &["notes".to_owned()]).expect_err("no such benchmark");
        assert!(
            error.to_string().contains("the benchmarks are: payload"),
            "{error}"
        );
    }
}
