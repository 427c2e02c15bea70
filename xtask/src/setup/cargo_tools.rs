//! Tools that cargo compiles from source, each into a folder of its own in the cache, and rustup's lint components.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Step;
use crate::command::{answer, command, quiet};
use crate::error::Error;
use crate::places::Places;
use crate::version::{self, Version};

/// The version that is installed where none is found; builds and tests were seen to work with it.
const WASM_PACK_VERSION: &str = "0.15.1";
/// The oldest wasm-pack with `--profile`.
const OLDEST_WASM_PACK: Version = Version(0, 13, 0);
const NEXTEST_VERSION: &str = "0.9.143";
/// The oldest nextest with `--no-tests`.
const OLDEST_NEXTEST: Version = Version(0, 9, 85);
/// rustup was seen to hang where it cannot reach its server.
const RUSTUP_LIMIT: Duration = Duration::from_secs(60);

pub const LINTS: Step = Step {
    name: "lints",
    why: "rustfmt and clippy, which `cargo xtask test` runs",
    needs: &[],
    found: |places| {
        let version = |tool| asked(places, "cargo", &[tool, "--version"]);
        Some(format!("{}, {}", version("fmt")?, version("clippy")?))
    },
    run: |places, log| {
        let mut rustup = command(places, "rustup");
        rustup.args(["component", "add", "rustfmt", "clippy"]);
        quiet(rustup, log, Some(RUSTUP_LIMIT))
    },
    remedy: "install rustfmt and clippy for your Rust toolchain",
};

pub const WASM_PACK: Step = Step {
    name: "wasm-pack",
    why: "builds the panel, a WebAssembly module (about 2 minutes to compile)",
    needs: &[],
    found: |places| {
        newer_than(
            OLDEST_WASM_PACK,
            asked(places, "wasm-pack", &["--version"])?,
        )
    },
    run: |places, log| {
        let folder = wasm_pack_folder(places);
        install(
            places,
            log,
            &["wasm-pack", "--version", WASM_PACK_VERSION, "--locked"],
            &folder,
        )
    },
    remedy: "cargo install wasm-pack --locked",
};

pub const WASM_BINDGEN: Step = Step {
    name: "wasm-bindgen",
    why: "writes the panel's JavaScript side, in exactly the version that Cargo.lock names (about 2 minutes to compile)",
    needs: &[],
    found: |places| {
        let found = asked(places, "wasm-bindgen", &["--version"])?;
        (version::find(&found) == version::find(&locked(places).ok()?)).then_some(found)
    },
    run: |places, log| {
        let version = locked(places)?;
        let folder = places.cache.join(format!("wasm-bindgen-{version}"));
        // Not `--locked`: its lock file may pin what a registry mirror does not have yet.
        install(
            places,
            log,
            &["wasm-bindgen-cli", "--version", &version],
            &folder,
        )
    },
    remedy: "cargo install wasm-bindgen-cli --version <that of wasm-bindgen in Cargo.lock>",
};

pub const NEXTEST: Step = Step {
    name: "nextest",
    why: "runs the Rust tests (about 3 minutes to compile)",
    needs: &[],
    found: |places| {
        let found = asked(places, "cargo", &["nextest", "--version"])?;
        newer_than(OLDEST_NEXTEST, found.lines().next()?.to_owned())
    },
    run: |places, log| {
        // Without its self-update, which would compile a client for downloads.
        let what = [
            "cargo-nextest",
            "--version",
            NEXTEST_VERSION,
            "--locked",
            "--no-default-features",
            "--features",
            "default-no-update",
        ];
        install(places, log, &what, &nextest_folder(places))
    },
    remedy: "cargo install cargo-nextest --locked",
};

/// Where wasm-pack is installed to.
pub fn wasm_pack_folder(places: &Places) -> PathBuf {
    places.cache.join("wasm-pack")
}

/// Where the locked wasm-bindgen is installed to; clones with other lock files have other folders.
pub fn wasm_bindgen_folder(places: &Places) -> Option<PathBuf> {
    let version = locked(places).ok()?;
    Some(places.cache.join(format!("wasm-bindgen-{version}")))
}

/// Where nextest is installed to.
pub fn nextest_folder(places: &Places) -> PathBuf {
    places.cache.join("nextest")
}

/// Where the tools are compiled, one after the other, so that they share what they have in common.
pub fn build_folder(places: &Places) -> PathBuf {
    places.target.join("tools")
}

fn install(places: &Places, log: &Path, what: &[&str], root: &Path) -> Result<(), Error> {
    let mut cargo = command(places, "cargo");
    cargo
        .arg("install")
        .args(what)
        .arg("--root")
        .arg(root)
        .arg("--target-dir")
        .arg(build_folder(places))
        .arg("--force");
    quiet(cargo, log, None)
}

fn locked(places: &Places) -> Result<String, Error> {
    let path = places.root.join("Cargo.lock");
    let text =
        fs::read_to_string(&path).map_err(|e| Error::new(format!("read {}", path.display()), e))?;
    version::locked(&text, "wasm-bindgen")
        .map(str::to_owned)
        .ok_or_else(|| {
            Error::new(
                "find wasm-bindgen in Cargo.lock",
                "it is not there exactly once",
            )
        })
}

fn asked(places: &Places, program: &str, arguments: &[&str]) -> Option<String> {
    let mut question = command(places, program);
    question.args(arguments);
    answer(question)
}

fn newer_than(oldest: Version, printed: String) -> Option<String> {
    (version::find(&printed)? >= oldest).then_some(printed)
}
