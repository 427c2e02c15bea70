//! The standard library for `wasm32-unknown-unknown`: rustup's, or one built from Debian's packages.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{env, iter};

use super::{Step, debian, search_path};
use crate::command::{answer, command, quiet};
use crate::error::Error;
use crate::places::Places;

const TARGET: &str = "wasm32-unknown-unknown";
/// Debian's compiler and cargo, the standard library's sources, the linker that the compiler calls, and clippy.
const PACKAGES: [&str; 6] = [
    "rustc-web",
    "cargo-web",
    "rust-web-src",
    "rust-web-llvm",
    "rust-web-clippy",
    "lld-22",
];
/// rustup was seen to hang where it cannot reach its server.
const RUSTUP_LIMIT: Duration = Duration::from_secs(60);

pub const STEP: Step = Step {
    name: "wasm-target",
    why: "Rust's standard library for WebAssembly, from rustup, else from Debian's packages (1 to 2 minutes)",
    needs: &[],
    found: |places| match toolchain(places)? {
        Toolchain::Default => Some(format!("{TARGET} of the default toolchain")),
        Toolchain::Debian(folder) => Some(format!("Debian's Rust with {}", folder.display())),
    },
    run: |places, log| {
        if !fallback_is_forced() {
            let mut rustup = command(places, "rustup");
            rustup.args(["target", "add", TARGET]);
            match quiet(rustup, log, Some(RUSTUP_LIMIT)) {
                Ok(()) => return Ok(()),
                Err(Error::Interrupted) => return Err(Error::Interrupted),
                Err(_) => println!("    rustup cannot add {TARGET}: Debian's packages are used"),
            }
        }
        from_debian(places, log)
    },
    remedy: "rustup target add wasm32-unknown-unknown",
};

/// Leptos gives every view a type of its own; with the first each is compiled once. The second keeps functions that
/// are called once out of their callers: what is alike then stays alike, and the payload came out a tenth smaller.
const FLAGS: &str = "--cfg erase_components -Cllvm-args=--inline-max-stacksize=16";

/// What compiles the panel.
#[derive(Debug)]
enum Toolchain {
    /// The caller's own, which has the target.
    Default,
    /// The folder of a toolchain made of Debian's compiler and a standard library built for it.
    Debian(PathBuf),
}

fn toolchain(places: &Places) -> Option<Toolchain> {
    if !fallback_is_forced() && default_has_target(places) {
        return Some(Toolchain::Default);
    }
    let folder = debian_folder(places)?;
    folder.is_dir().then_some(Toolchain::Debian(folder))
}

/// `ASIDE_WASM_FALLBACK=1` uses Debian's packages though rustup would do: for trying them.
fn fallback_is_forced() -> bool {
    env::var_os("ASIDE_WASM_FALLBACK").is_some_and(|value| value == "1")
}

fn default_has_target(places: &Places) -> bool {
    let mut rustc = command(places, "rustc");
    rustc.args(["--print", "target-libdir", "--target", TARGET]);
    let folder = answer(rustc).and_then(|folder| fs::read_dir(folder).ok());
    folder.is_some_and(|files| {
        files
            .flatten()
            .any(|file| file.file_name().to_string_lossy().starts_with("libcore-"))
    })
}

/// Makes `command` compile for WebAssembly, with Debian's toolchain where that one is used.
pub fn prepare(places: &Places, command: &mut Command) {
    let mut flags = FLAGS.to_owned();
    // Messages of panics name source files: not by where they are on the machine that builds.
    let sources = places_of_sources(&places.root);
    for place in sources
        .iter()
        .filter(|place| !place.contains(char::is_whitespace))
    {
        flags += &format!(" --remap-path-prefix={place}=");
    }
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags);
    let Some(Toolchain::Debian(folder)) = toolchain(places) else {
        return;
    };
    let rest = search_path(places);
    let path: Vec<PathBuf> = iter::once(folder.join("bin"))
        .chain(env::split_paths(&rest))
        .collect();
    command
        .env("PATH", env::join_paths(path).unwrap_or(rest))
        // Clippy's driver asks no `rustc` for this.
        .env("SYSROOT", &folder)
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("LD_LIBRARY_PATH");
}

/// The folders that sources are compiled from: cargo's registry, and the tree at `root`.
fn places_of_sources(root: &Path) -> Vec<String> {
    let cargo = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")));
    let registry = cargo.and_then(|cargo| fs::read_dir(cargo.join("registry/src")).ok());
    let mut places: Vec<String> = registry
        .into_iter()
        .flatten()
        .flatten()
        .map(|folder| format!("{}/", folder.path().display()))
        .collect();
    places.sort();
    places.push(format!("{}/", root.display()));
    places
}

/// The compiler that a WebAssembly build uses, as it names itself; part of what a built panel depends on.
pub fn compiler(places: &Places) -> Option<String> {
    let mut rustc = command(places, "rustc");
    prepare(places, &mut rustc);
    rustc.arg("-V");
    answer(rustc)
}

/// Debian's own toolchain folder, keyed by its compiler so that an upgrade makes a new one.
fn debian_folder(places: &Places) -> Option<PathBuf> {
    let mut rustc = command(places, "/usr/bin/rustc");
    rustc.arg("-V");
    Some(places.cache.join(folder_name(&answer(rustc)?)))
}

fn folder_name(compiler: &str) -> String {
    let plain: String = compiler
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '.' {
                c
            } else {
                '-'
            }
        })
        .collect();
    format!("wasm-{}", plain.trim_matches('-'))
}

fn from_debian(places: &Places, log: &Path) -> Result<(), Error> {
    let complete = ["rustc", "cargo", "rust-lld", "clippy-driver"]
        .iter()
        .all(|program| Path::new("/usr/bin").join(program).exists())
        && Path::new("/usr/lib/rustlib/src/rust/library/Cargo.lock").exists();
    if !complete {
        debian::install(places, log, &PACKAGES)?;
    }
    let folder = debian_folder(places)
        .ok_or_else(|| Error::new("ask /usr/bin/rustc for its version", "no answer"))?;
    let work = tempfile::tempdir_in(&places.cache)
        .map_err(|e| Error::new("make a folder in the cache", e))?;
    let built = build_standard_library(places, log, work.path())?;
    let host = host(places)?;
    let new = work.path().join("toolchain");
    assemble(&new, &built, &host)
        .and_then(|()| {
            if folder.exists() {
                fs::remove_dir_all(&folder)?;
            }
            fs::rename(&new, &folder)?;
            // The compiler is told where it stands, so its script is written when that is final.
            write_script(&folder.join("bin/rustc"), "/usr/bin/rustc", &folder)
        })
        .map_err(|e| Error::new(format!("make the toolchain {}", folder.display()), e))
}

/// Builds the standard library for the target in `work`; returns the folder of its rlibs.
fn build_standard_library(places: &Places, log: &Path, work: &Path) -> Result<PathBuf, Error> {
    let package = work.join("empty");
    let files = [
        (
            "Cargo.toml",
            "[package]\nname = \"empty\"\nedition = \"2021\"\n\n[workspace]\n\n[lib]\npath = \"lib.rs\"\n",
        ),
        ("lib.rs", ""),
    ];
    fs::create_dir_all(&package)
        .and_then(|()| {
            files
                .iter()
                .try_for_each(|(name, text)| fs::write(package.join(name), text))
        })
        .map_err(|e| Error::new("write an empty crate", e))?;
    let target = work.join("target");
    let mut cargo = command(places, "/usr/bin/cargo");
    cargo
        .current_dir(&package)
        .args(["build", "--release", "--target", TARGET])
        .arg("-Zbuild-std=std,panic_abort,panic_unwind")
        .env("CARGO_TARGET_DIR", &target)
        .env("RUSTC", "/usr/bin/rustc")
        .env("RUSTC_BOOTSTRAP", "1")
        // Without it a release build with link-time optimisation fails: "Can't find section .llvmbc".
        .env("RUSTFLAGS", "-Cembed-bitcode=yes")
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("LD_LIBRARY_PATH");
    quiet(cargo, log, None)?;
    Ok(target.join(TARGET).join("release/deps"))
}

fn host(places: &Places) -> Result<String, Error> {
    let mut rustc = command(places, "/usr/bin/rustc");
    rustc.arg("-vV");
    answer(rustc)
        .and_then(|text| {
            let host = text.lines().find_map(|line| line.strip_prefix("host: "))?;
            Some(host.to_owned())
        })
        .ok_or_else(|| Error::new("ask /usr/bin/rustc for its host", "no answer"))
}

/// Lays out `folder` as a toolchain: the rlibs in `built`, Debian's host library, and its programs.
fn assemble(folder: &Path, built: &Path, host: &str) -> io::Result<()> {
    let rustlib = folder.join("lib/rustlib");
    let library = rustlib.join(TARGET).join("lib");
    let programs = folder.join("bin");
    fs::create_dir_all(&library)?;
    fs::create_dir_all(&programs)?;
    for entry in fs::read_dir(built)? {
        let entry = entry?;
        let name = entry.file_name();
        if is_of_the_standard_library(&name) {
            fs::copy(entry.path(), library.join(&name))?;
        }
    }
    symlink(Path::new("/usr/lib/rustlib").join(host), rustlib.join(host))?;
    for program in ["cargo", "cargo-clippy", "clippy-driver"] {
        symlink(Path::new("/usr/bin").join(program), programs.join(program))?;
    }
    Ok(())
}

fn is_of_the_standard_library(name: &OsString) -> bool {
    let name = name.to_string_lossy();
    name.ends_with(".rlib") && !name.starts_with("libempty-")
}

fn write_script(path: &Path, program: &str, sysroot: &Path) -> io::Result<()> {
    let quoted = sysroot.to_string_lossy().replace('\'', r"'\''");
    fs::write(
        path,
        format!("#!/bin/sh\nexec {program} --sysroot '{quoted}' \"$@\"\n"),
    )?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_toolchain_folder_is_named_after_the_compiler_and_stays_in_the_cache() {
        assert_eq!(
            folder_name("rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source tarball)"),
            "wasm-rustc-1.96.0--ac68faa20-2026-05-25---built-from-a-source-tarball"
        );
        assert_eq!(folder_name("../../etc\0/x"), "wasm-..-..-etc--x");
    }

    #[test]
    fn the_assembled_toolchain_holds_the_standard_library_and_not_the_empty_crate() {
        let work = tempfile::tempdir().expect("a folder");
        let built = work.path().join("deps");
        fs::create_dir(&built).expect("a folder");
        for name in [
            "libcore-1.rlib",
            "libstd-2.rlib",
            "libempty-3.rlib",
            "libstd-2.rmeta",
        ] {
            fs::write(built.join(name), name).expect("a file");
        }
        let folder = work.path().join("toolchain");
        assemble(&folder, &built, "x86_64-unknown-linux-gnu").expect("a toolchain");
        let library = folder.join("lib/rustlib").join(TARGET).join("lib");
        let mut names: Vec<_> = fs::read_dir(library)
            .expect("a library")
            .flatten()
            .map(|entry| entry.file_name().into_string().expect("a plain name"))
            .collect();
        names.sort();
        assert_eq!(names, ["libcore-1.rlib", "libstd-2.rlib"]);
        let cargo = fs::read_link(folder.join("bin/cargo")).expect("a link");
        assert_eq!(cargo, Path::new("/usr/bin/cargo"));
    }

    #[test]
    fn the_compilers_script_survives_a_folder_with_blanks_and_quotes() {
        let work = tempfile::tempdir().expect("a folder");
        let sysroot = work.path().join("it's a folder");
        let script = work.path().join("script");
        write_script(&script, "/bin/echo", &sysroot).expect("a script");
        let output = Command::new("sh")
            .arg(&script)
            .arg("-V")
            .output()
            .expect("it runs");
        let printed = String::from_utf8(output.stdout).expect("text");
        assert_eq!(printed, format!("--sysroot {} -V\n", sysroot.display()));
    }
}
