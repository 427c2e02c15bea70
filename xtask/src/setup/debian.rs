//! Debian's packages, where there is `apt-get` and the right to use it.

use std::env;
use std::path::Path;

use crate::command::{command, quiet};
use crate::error::Error;
use crate::places::{Places, on_path};

/// Installs `packages` with `apt-get`, as root or through `sudo`.
///
/// # Errors
/// When there is no `apt-get`, no right to use it, or it fails; the remedy names the packages.
pub fn install(places: &Places, log: &Path, packages: &[&str]) -> Result<(), Error> {
    let list = packages.join(" ");
    let path = env::var_os("PATH").unwrap_or_default();
    let root = rustix::process::geteuid().is_root();
    if on_path("apt-get", &path).is_none() {
        return Err(
            Error::new(format!("install {list}"), "this machine has no apt-get")
                .with_remedy(&format!("install what your system calls {list}")),
        );
    }
    if !root && on_path("sudo", &path).is_none() {
        return Err(Error::new(
            format!("install {list}"),
            "this takes root, and there is no sudo",
        )
        .with_remedy(&format!("as root: apt-get install {list}")));
    }
    println!("    apt-get install {list}");
    let apt = |arguments: &[&str]| {
        let mut apt = if root {
            command(places, "apt-get")
        } else {
            let mut sudo = command(places, "sudo");
            sudo.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
            sudo
        };
        apt.env("DEBIAN_FRONTEND", "noninteractive").args(arguments);
        quiet(apt, log, None)
            .map_err(|e| e.with_remedy(&format!("by hand, as root: apt-get install {list}")))
    };
    apt(&["update"])?;
    apt(&[&["install", "-y", "--no-install-recommends"], packages].concat())
}
