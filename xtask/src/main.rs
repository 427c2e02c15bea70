//! `cargo xtask`: set-up, build, demo, tests. `cargo xtask help` says what there is.

mod command;
mod digest;
mod error;
mod extension;
mod places;
mod setup;
mod version;

use std::process::ExitCode;

use lexopt::prelude::*;
use lexopt::{Arg, Parser};

use error::Error;
use extension::Form;
use places::Places;

const HELP: &str = "\
cargo xtask VERB

  setup [--skip NAME] [--again NAME] [--list]
        get what building, the demo and the tests need; every other verb does this for its own needs
  extension [--dev]
        build the extension into dist/extension; --dev builds sooner and larger
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
        _ => return Err(wrong(format!("there is no verb `{verb}`"))),
    }
    Ok(ExitCode::SUCCESS)
}

fn setup_verb(places: &Places, mut arguments: Parser) -> Result<(), Error> {
    let mut choice = setup::Choice::default();
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
    while let Some(argument) = arguments.next().map_err(wrong)? {
        match argument {
            Arg::Long("dev") => form = Form::Dev,
            other => return Err(wrong(other.unexpected())),
        }
    }
    setup::ensure(places, setup::FOR_EXTENSION, &setup::Choice::default())?;
    extension::build(places, form)?;
    println!("{}", places.extension().display());
    for (file, bytes) in extension::sizes(&places.extension()) {
        let file = file.strip_prefix(places.extension()).unwrap_or(&file);
        println!("{bytes:>9}  {}", file.display());
    }
    Ok(())
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
