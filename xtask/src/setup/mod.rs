//! What the other verbs need on this machine: named steps with their reason, their check and their remedy.
//! What is found and new enough is used; everything else goes to the user's cache folder, or is a Debian package.

mod cargo_tools;
pub mod chromium;
mod debian;
mod node;
pub mod wasm_target;
mod xvfb;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{env, iter};

use crate::error::Error;
use crate::places::Places;

/// One thing to be had.
pub struct Step {
    /// What it is called by `--skip`, `--again` and [`Step::needs`].
    pub name: &'static str,
    /// What it is for and about how long it takes the first time.
    pub why: &'static str,
    /// Steps that must be done before.
    pub needs: &'static [&'static str],
    /// What is already there and will do, in words.
    pub found: fn(&Places) -> Option<String>,
    /// Gets it; output goes to the log file.
    pub run: fn(&Places, &Path) -> Result<(), Error>,
    /// What to do by hand when it fails.
    pub remedy: &'static str,
}

/// All steps; their order is settled by [`Step::needs`], and by this list where that leaves it open.
pub const STEPS: &[Step] = &[
    cargo_tools::LINTS,
    wasm_target::STEP,
    cargo_tools::WASM_PACK,
    cargo_tools::WASM_BINDGEN,
    node::NODE,
    node::PACKAGES,
    chromium::STEP,
    xvfb::STEP,
    cargo_tools::NEXTEST,
];

/// What building the extension needs.
pub const FOR_EXTENSION: &[&str] = &["wasm-target", "wasm-pack", "wasm-bindgen", "npm-packages"];

/// What the extension in a browser needs: the same, and the browser.
pub const FOR_BROWSER: &[&str] = &[
    "wasm-target",
    "wasm-pack",
    "wasm-bindgen",
    "npm-packages",
    "chromium",
];

/// What a person asked of set-up beside the default.
#[derive(Debug, Default)]
pub struct Choice {
    /// Steps to leave out.
    pub skip: BTreeSet<String>,
    /// Steps to run though they are done.
    pub again: BTreeSet<String>,
}

impl Choice {
    /// # Errors
    /// When a name is no step's.
    pub fn check(&self) -> Result<(), Error> {
        match self
            .skip
            .iter()
            .chain(&self.again)
            .find(|name| step(name).is_none())
        {
            None => Ok(()),
            Some(unknown) => Err(Error::new(
                "choose set-up steps",
                format!("there is no step `{unknown}`"),
            )
            .with_remedy(&format!(
                "the steps are: {}",
                STEPS
                    .iter()
                    .map(|step| step.name)
                    .collect::<Vec<_>>()
                    .join(", ")
            ))),
        }
    }
}

/// Sees to it that the steps `wanted`, and those that they need, are done.
///
/// # Errors
/// The first failure, with the step's name and remedy.
pub fn ensure(places: &Places, wanted: &[&str], choice: &Choice) -> Result<(), Error> {
    let missing = |step: &&Step| {
        !choice.skip.contains(step.name)
            && (choice.again.contains(step.name) || (step.found)(places).is_none())
    };
    let steps = in_order(STEPS, wanted);
    if !steps.iter().any(missing) {
        return Ok(());
    }
    fs::create_dir_all(&places.cache)
        .map_err(|e| Error::new(format!("write {}", places.cache.display()), e))?;
    // Another clone may be setting up the same cache: one after the other, then look again.
    let lock = lock(&places.cache.join("setup.lock"))?;
    for step in steps.into_iter().filter(missing) {
        run(places, step)?;
    }
    drop(lock);
    // What the tools were built from is of no further use, and large.
    let _ = fs::remove_dir_all(cargo_tools::build_folder(places));
    Ok(())
}

fn run(places: &Places, step: &Step) -> Result<(), Error> {
    println!("set-up: {}: {}", step.name, step.why);
    let log = places.cache.join("logs").join(format!("{}.log", step.name));
    let _ = fs::remove_file(&log);
    let started = Instant::now();
    let done = (step.run)(places, &log).and_then(|()| {
        (step.found)(places)
            .ok_or_else(|| Error::new("find it afterwards", "everything ran, but it is not there"))
    });
    match done {
        Ok(found) => {
            println!("    done in {} s: {found}", started.elapsed().as_secs());
            Ok(())
        }
        Err(Error::Failed {
            what,
            cause,
            remedy,
        }) => Err(Error::Failed {
            what: format!("do set-up step `{}`: {what}", step.name),
            cause,
            remedy,
        }
        .with_remedy(&format!(
            "{}; then try again, or go on without it: cargo xtask setup --skip {}",
            step.remedy, step.name
        ))),
        Err(Error::Interrupted) => Err(Error::Interrupted),
    }
}

/// Prints each step with what was found.
pub fn list(places: &Places) {
    for step in in_order(STEPS, &names(STEPS)) {
        let state = (step.found)(places).unwrap_or_else(|| "missing".to_owned());
        println!("{:13} {state}\n{:13} {}", step.name, "", step.why);
    }
    println!("{:13} {}", "cache folder", places.cache.display());
}

/// The names of `steps`.
pub fn names(steps: &[Step]) -> Vec<&'static str> {
    steps.iter().map(|step| step.name).collect()
}

fn step(name: &str) -> Option<&'static Step> {
    STEPS.iter().find(|step| step.name == name)
}

/// The steps `wanted` and all that they need, each after what it needs.
fn in_order<'a>(all: &'a [Step], wanted: &[&str]) -> Vec<&'a Step> {
    fn visit<'a>(all: &'a [Step], name: &str, order: &mut Vec<&'a Step>) {
        let Some(step) = all.iter().find(|step| step.name == name) else {
            return;
        };
        if order.iter().any(|earlier| earlier.name == name) {
            return;
        }
        for need in step.needs {
            visit(all, need, order);
        }
        order.push(step);
    }
    let mut order = Vec::new();
    for step in all.iter().filter(|step| wanted.contains(&step.name)) {
        visit(all, step.name, &mut order);
    }
    order
}

/// Holds the lock file at `path` until the result is dropped, waiting for another holder.
///
/// # Errors
/// When the file cannot be opened or locked.
pub fn lock(path: &Path) -> Result<File, Error> {
    let cannot = |e| Error::new(format!("lock {}", path.display()), e);
    let file = File::create(path).map_err(cannot)?;
    file.lock().map_err(cannot)?;
    Ok(file)
}

/// The folders that programs are looked for in: those of the cache that exist, then the caller's.
pub fn search_path(places: &Places) -> OsString {
    let own = [
        cargo_tools::wasm_pack_folder(places),
        cargo_tools::wasm_bindgen_folder(places).unwrap_or_default(),
        cargo_tools::nextest_folder(places),
    ]
    .into_iter()
    .map(|folder| folder.join("bin"))
    .chain(iter::once(node::folder_of_programs(places)))
    .filter(|folder| folder.is_absolute() && folder.is_dir());
    let inherited = env::var_os("PATH").unwrap_or_default();
    let all: Vec<PathBuf> = own.chain(env::split_paths(&inherited)).collect();
    // Only a folder with a colon in its name cannot be joined: then the caller's path has to do.
    env::join_paths(all).unwrap_or(inherited)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(order: &[&Step], name: &str) -> usize {
        order
            .iter()
            .position(|step| step.name == name)
            .expect("the step is in the order")
    }

    #[test]
    fn every_step_comes_once_and_after_what_it_needs() {
        let order = in_order(STEPS, &names(STEPS));
        assert_eq!(order.len(), STEPS.len());
        for step in STEPS {
            for need in step.needs {
                assert!(
                    position(&order, need) < position(&order, step.name),
                    "{}",
                    step.name
                );
            }
        }
    }

    #[test]
    fn names_are_unique_and_every_need_and_every_list_names_a_step() {
        let unique: BTreeSet<_> = names(STEPS).into_iter().collect();
        assert_eq!(unique.len(), STEPS.len());
        let needed = STEPS.iter().flat_map(|step| step.needs);
        for name in needed.chain(FOR_EXTENSION).chain(FOR_BROWSER) {
            assert!(unique.contains(name), "{name}");
        }
    }

    #[test]
    fn a_step_brings_what_it_needs_and_nothing_else() {
        let order = in_order(STEPS, &["npm-packages"]);
        let found: Vec<_> = order.iter().map(|step| step.name).collect();
        assert_eq!(found, ["node", "npm-packages"]);
    }

    #[test]
    fn steps_that_need_each_other_still_end() {
        fn nothing(_: &Places) -> Option<String> {
            None
        }
        fn fine(_: &Places, _: &Path) -> Result<(), Error> {
            Ok(())
        }
        let new = |name, needs| Step {
            name,
            why: "",
            needs,
            found: nothing,
            run: fine,
            remedy: "",
        };
        // Not reachable with STEPS (tested above), but a wrong entry must not hang set-up.
        let steps = [new("a", &["gone"]), new("b", &["a"])];
        let order = in_order(&steps, &["b"]);
        assert_eq!(
            order.iter().map(|step| step.name).collect::<Vec<_>>(),
            ["a", "b"]
        );
    }

    #[test]
    fn an_unknown_step_is_named_with_the_known_ones() {
        let mut choice = Choice::default();
        choice.skip.insert("wasm-packs".to_owned());
        let error = choice.check().expect_err("no such step").to_string();
        assert!(
            error.contains("`wasm-packs`") && error.contains("wasm-pack,"),
            "{error}"
        );
    }
}
