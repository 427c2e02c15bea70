//! Everything that a change must pass, as named steps; a failed step spares only those that need it.

mod canaries;
mod counts;
mod real_model;
mod web_ext;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::browser;
use crate::command::{Shown, command, shown};
use crate::error::Error;
use crate::extension::{self, Form};
use crate::places::Places;
use crate::setup::{self, Choice, wasm_target};

use counts::Counts;

/// A test run that says nothing for so long is taken to hang.
const LIMIT: Duration = Duration::from_secs(20 * 60);

/// How long one of Node's tests may take.
const NODE_TEST_LIMIT: Duration = Duration::from_secs(180);

/// What a person asked of the tests.
#[derive(Debug, Default)]
pub struct Asked {
    /// Leave out what needs a browser or the built extension.
    pub fast: bool,
    /// Run the journeys with a real model, and nothing else.
    pub model: bool,
    /// Run the steps whose name contains this, and those that they need.
    pub only: Option<String>,
    /// Set-up steps to leave out.
    pub setup: Choice,
}

/// How many of a failed step's last lines are shown once more at the end of the run.
const QUOTED_LINES: usize = 40;

/// Whether a step went well, the tests that it ran, and the last lines of what failed.
#[derive(Debug)]
struct Outcome {
    well: bool,
    counts: Counts,
    last_lines: Vec<String>,
}

struct Step {
    name: String,
    needs: &'static [&'static str],
    run: Box<Run>,
}

type Run = dyn Fn(&Places) -> Result<Outcome, Error>;

/// Runs the steps, prints how each went and, at the end, one line `N passed, N failed`.
/// The result is whether all went well.
///
/// # Errors
/// When set-up fails, nothing is chosen, or the person interrupts.
pub fn run(places: &Places, asked: &Asked) -> Result<bool, Error> {
    if asked.model {
        return real_model::run(places, &asked.setup);
    }
    let mut steps = native_steps(places);
    if !asked.fast {
        steps.extend(browser_steps(places)?);
    }
    steps.push(step("nothing left in clear", &["build"], |places| {
        let found = canaries::look(places)?;
        found.iter().for_each(|line| println!("{line}"));
        Ok(Outcome::of(found.is_empty(), &found))
    }));
    if let Some(part) = &asked.only {
        steps = chosen(steps, part)?;
    }
    let mut needed = vec!["lints", "wasm-target", "nextest", "node"];
    if !asked.fast {
        needed.extend(setup::FOR_BROWSER);
        needed.push("xvfb");
    }
    setup::ensure(places, &needed, &asked.setup)?;

    canaries::begin(places)?;
    let mut total = Counts::default();
    let mut report = Vec::new();
    let mut fallen: Vec<String> = Vec::new();
    let mut quoted = String::new();
    for step in &steps {
        if let Some(need) = step
            .needs
            .iter()
            .find(|need| fallen.iter().any(|f| f == *need))
        {
            report.push(format!(
                "not run  {:>6}    {} (it needs: {need})",
                "", step.name
            ));
            fallen.push(step.name.clone());
            continue;
        }
        println!("\n== {}", step.name);
        let started = Instant::now();
        let outcome = match (step.run)(places) {
            Ok(outcome) => outcome,
            Err(Error::Interrupted) => return Err(Error::Interrupted),
            Err(failed) => {
                println!("{failed}");
                Outcome::of(false, &[failed.to_string()])
            }
        };
        total += outcome.counts;
        if !outcome.well {
            // A failed step without a failed test of its own is a failure to be counted.
            total.failed += u64::from(outcome.counts.failed == 0);
            fallen.push(step.name.clone());
            let lines = outcome.last_lines.join("\n");
            quoted += &format!("\n\n== what {} said last\n{lines}", step.name);
        }
        let word = if outcome.well { "ok" } else { "FAILED" };
        let seconds = started.elapsed().as_secs_f64();
        println!("== {}: {word}, {seconds:.1} s", step.name);
        report.push(format!("{word:8} {seconds:>6.1} s  {}", step.name));
    }
    println!("\n{}{quoted}\n\n{}", report.join("\n"), total.line());
    Ok(fallen.is_empty())
}

impl Outcome {
    /// Of what ran no tests and printed `lines`.
    fn of(well: bool, lines: &[String]) -> Self {
        let skipped = if well {
            lines.len()
        } else {
            lines.len().saturating_sub(QUOTED_LINES)
        };
        Self {
            well,
            counts: Counts::default(),
            last_lines: lines[skipped..].to_vec(),
        }
    }

    /// Of a program whose output holds counts; one that ran nothing and says so went well all the same.
    fn counted(shown: &Shown, read: fn(&[String]) -> Counts) -> Self {
        Self {
            counts: read(&shown.lines),
            ..Self::plain(shown)
        }
    }

    /// Of a program whose success is all that counts.
    fn plain(shown: &Shown) -> Self {
        Self::of(shown.success, &shown.lines)
    }
}

fn step(
    name: impl Into<String>,
    needs: &'static [&'static str],
    run: impl Fn(&Places) -> Result<Outcome, Error> + 'static,
) -> Step {
    Step {
        name: name.into(),
        needs,
        run: Box::new(run),
    }
}

/// `build`, `clippy` and `tests` name the same packages and targets, so that nothing is compiled in two ways.
fn native_steps(places: &Places) -> Vec<Step> {
    let mut steps = vec![
        step("format", &[], |places| {
            plain(places, &["fmt", "--all", "--check"])
        }),
        step("clippy", &[], |places| {
            plain(
                places,
                &[
                    "clippy",
                    "--workspace",
                    "--all-targets",
                    "--",
                    "-D",
                    "warnings",
                ],
            )
        }),
        step("clippy of the panel", &[], |places| {
            let mut cargo = command(places, "cargo");
            wasm_target::prepare(places, &mut cargo);
            // In the profile and folder of the real build, whose macros it then need not compile.
            cargo
                .args(["clippy", "--package", "aside-extension", "--lib"])
                .args(["--target", "wasm32-unknown-unknown", "--profile", "wasm"])
                .args(["--", "-D", "warnings"])
                .env("CARGO_TARGET_DIR", places.target.join("wasm"));
            Ok(Outcome::plain(&shown(cargo, LIMIT)?))
        }),
        step("build", &[], |places| {
            plain(places, &["build", "--workspace", "--bins", "--tests"])
        }),
        step("tests", &["build"], |places| {
            let mut cargo = command(places, "cargo");
            cargo.args(["nextest", "run", "--workspace", "--no-tests", "pass"]);
            canaries::record(places, &mut cargo);
            Ok(Outcome::counted(&shown(cargo, LIMIT)?, counts::of_nextest))
        }),
    ];
    if has_documentation_tests(&places.root) {
        steps.push(step("documentation tests", &["build"], |places| {
            let mut cargo = command(places, "cargo");
            cargo.args(["test", "--workspace", "--doc"]);
            Ok(Outcome::counted(
                &shown(cargo, LIMIT)?,
                counts::of_cargo_test,
            ))
        }));
    }
    let scripts: Vec<PathBuf> = ["extension/src/content", "extension/src/background"]
        .iter()
        .flat_map(|folder| files(&places.root.join(folder), ".test.mjs"))
        .collect();
    if !scripts.is_empty() {
        steps.push(step("scripts", &[], move |places| {
            node_tests(places, &scripts)
        }));
    }
    steps
}

fn browser_steps(places: &Places) -> Result<Vec<Step>, Error> {
    let mut steps = vec![
        step("extension", &[], |places| {
            extension::build(places, Form::Release)?;
            Ok(Outcome::of(true, &[]))
        }),
        step("web-ext", &["extension"], |places| {
            let wrong = web_ext::lint(places)?;
            wrong.iter().for_each(|line| println!("{line}"));
            Ok(Outcome::of(wrong.is_empty(), &wrong))
        }),
    ];
    let folder = places.e2e().join("specs");
    let specs = files(&folder, ".mjs");
    if specs.is_empty() {
        return Err(Error::new(
            "find browser tests",
            format!("none in {}", folder.display()),
        ));
    }
    for spec in specs {
        let name = spec.file_name().unwrap_or_default().to_string_lossy();
        let title = format!("browser: {}", name.trim_end_matches(".mjs"));
        steps.push(step(title, &["build", "extension"], move |places| {
            node_tests(places, std::slice::from_ref(&spec))
        }));
    }
    Ok(steps)
}

/// Runs a cargo command whose success is all that counts.
fn plain(places: &Places, arguments: &[&str]) -> Result<Outcome, Error> {
    let mut cargo = command(places, "cargo");
    cargo.args(arguments);
    Ok(Outcome::plain(&shown(cargo, LIMIT)?))
}

fn node_tests(places: &Places, files: &[PathBuf]) -> Result<Outcome, Error> {
    let mut node = node(places, files, NODE_TEST_LIMIT);
    canaries::record(places, &mut node);
    Ok(Outcome::counted(&shown(node, LIMIT)?, counts::of_node))
}

/// Node on files of tests, each of which may take until `limit`.
fn node(places: &Places, files: &[PathBuf], limit: Duration) -> Command {
    let mut node = command(places, "node");
    node.args(["--test", "--test-concurrency=1", "--test-reporter=spec"])
        .arg(format!("--test-timeout={}", limit.as_millis()))
        .args(files);
    browser::describe(places, "debug", &mut node);
    node
}

/// The files in `folder` whose names end in `ending`, in the order of their names.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    found.sort();
    found
}

/// Whether any public item shows code: without, rustdoc would be run for nothing.
fn has_documentation_tests(root: &Path) -> bool {
    [
        "shared/src",
        "backend/src",
        "backend/analyst/src",
        "extension/src",
    ]
    .iter()
    .any(|folder| shows_code(&root.join(folder)))
}

fn shows_code(folder: &Path) -> bool {
    fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .any(|entry| {
            let path = entry.path();
            if path.is_dir() {
                return shows_code(&path);
            }
            let text = fs::read_to_string(&path).unwrap_or_default();
            text.lines().any(|line| {
                let line = line.trim_start();
                ["/// ```", "//! ```"]
                    .iter()
                    .any(|fence| line.starts_with(fence))
            })
        })
}

/// The steps whose name contains `part`, with those that they need before them.
fn chosen(steps: Vec<Step>, part: &str) -> Result<Vec<Step>, Error> {
    let hit = |step: &Step| step.name.contains(part);
    let needed: Vec<&str> = steps
        .iter()
        .filter(|s| hit(s))
        .flat_map(|s| s.needs)
        .copied()
        .collect();
    let names: Vec<String> = steps.iter().map(|step| step.name.clone()).collect();
    let chosen: Vec<Step> = steps
        .into_iter()
        .filter(|step| hit(step) || needed.contains(&step.name.as_str()))
        .collect();
    if chosen.is_empty() {
        return Err(
            Error::new("choose tests", format!("no step's name contains `{part}`"))
                .with_remedy(&format!("the steps are: {}", names.join(", "))),
        );
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps() -> Vec<Step> {
        let fine = |_: &Places| Ok(Outcome::of(true, &[]));
        vec![
            step("build", &[], fine),
            step("extension", &[], fine),
            step("web-ext", &["extension"], fine),
            step("browser: undo", &["build", "extension"], fine),
        ]
    }

    fn names(steps: &[Step]) -> Vec<&str> {
        steps.iter().map(|step| step.name.as_str()).collect()
    }

    #[test]
    fn a_part_of_a_name_chooses_the_step_and_what_it_needs() {
        let found = chosen(steps(), "undo").expect("one step");
        assert_eq!(names(&found), ["build", "extension", "browser: undo"]);
    }

    #[test]
    fn of_a_failed_step_the_last_lines_are_kept_and_of_one_that_went_well_none() {
        let lines: Vec<String> = (0..QUOTED_LINES + 5)
            .map(|at| format!("line {at}"))
            .collect();
        let failed = Outcome::of(false, &lines).last_lines;
        assert_eq!(failed.len(), QUOTED_LINES);
        assert_eq!(failed.last(), lines.last());
        assert_eq!(Outcome::of(false, &lines[..2]).last_lines, lines[..2]);
        assert_eq!(Outcome::of(true, &lines).last_lines, Vec::<String>::new());
    }

    #[test]
    fn a_part_of_no_name_is_an_error_that_lists_the_names() {
        let error = chosen(steps(), "redo")
            .err()
            .map(|e| e.to_string())
            .unwrap_or_default();
        assert!(
            error.contains("`redo`") && error.contains("browser: undo"),
            "{error}"
        );
    }

    #[test]
    fn every_need_of_a_native_step_is_a_step_before_it() {
        let root = tempfile::tempdir().expect("a folder");
        let places = Places {
            root: root.path().to_path_buf(),
            target: root.path().join("target"),
            cache: root.path().join("cache"),
        };
        let specs = places.e2e().join("specs");
        fs::create_dir_all(&specs).expect("a folder");
        fs::write(specs.join("undo.mjs"), "").expect("a file");
        let mut all = native_steps(&places);
        all.extend(browser_steps(&places).expect("browser steps"));
        for (at, step) in all.iter().enumerate() {
            for need in step.needs {
                assert!(
                    all[..at].iter().any(|earlier| earlier.name == *need),
                    "{}",
                    step.name
                );
            }
        }
        assert_eq!(
            all.last().map(|step| step.name.as_str()),
            Some("browser: undo")
        );
    }

    #[test]
    fn code_in_documentation_is_found_at_any_depth_and_code_alone_is_not() {
        let root = tempfile::tempdir().expect("a folder");
        let deep = root.path().join("a/b");
        fs::create_dir_all(&deep).expect("folders");
        fs::write(deep.join("x.rs"), "let fence = \"```\"; // ```\n").expect("a file");
        assert!(!shows_code(root.path()));
        fs::write(
            deep.join("y.rs"),
            "    /// ```\n    /// f();\n    /// ```\n",
        )
        .expect("a file");
        assert!(shows_code(root.path()));
    }
}
