//! Chromium with the extension: what scripts are told about it, and one opened for a person.

use std::env;
use std::path::Path;
use std::process::Command;

use crate::command::{Running, command};
use crate::error::Error;
use crate::places::Places;

/// Tells a script of the browser tests where things are, unless the caller's environment already does.
pub fn describe(places: &Places, chromium: Option<&Path>, script: &mut Command) {
    let mut tell = |name: &str, value: &Path| {
        if env::var_os(name).is_none() {
            script.env(name, value);
        }
    };
    tell("ASIDE_EXTENSION", &places.extension());
    tell("ASIDE_OUT", &places.target.join("e2e"));
    if let Some(chromium) = chromium {
        tell("ASIDE_CHROMIUM", chromium);
    }
}

/// Whether a window could be shown.
pub fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// A window for a person, on `address`, with a profile of its own in `folder`.
/// `hosts` are the browser's resolver rules: nothing but what they name is reachable, which is why
/// certificates need not be checked there.
///
/// # Errors
/// When Chromium cannot be started.
pub fn open(
    places: &Places,
    chromium: &Path,
    folder: &Path,
    hosts: &str,
    address: &str,
) -> Result<Running, Error> {
    let extension = places.extension();
    let mut browser = command(places, chromium);
    browser
        .args(arguments(&extension, &folder.join("profile"), hosts))
        .arg(address);
    Running::start("Chromium", browser, &folder.join("chromium.log"))
}

/// What a person would type to open such a window.
pub fn by_hand(places: &Places, chromium: &Path, hosts: &str, address: &str) -> String {
    let profile = env::temp_dir().join("aside-demo-profile");
    let mut line = chromium.display().to_string();
    for argument in arguments(&places.extension(), &profile, hosts) {
        line.push(' ');
        line.push_str(&for_shell(&argument));
    }
    format!("{line} {}", for_shell(address))
}

/// `word` in quotes if a shell would take it for anything else.
fn for_shell(word: &str) -> String {
    if word
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "-_=/.:,".contains(c))
    {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn arguments(extension: &Path, profile: &Path, hosts: &str) -> Vec<String> {
    let mut arguments: Vec<String> = [
        "--no-first-run",
        "--no-default-browser-check",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-quic",
        "--ignore-certificate-errors",
        "--test-type",
    ]
    .map(str::to_owned)
    .into();
    // Chromium's sandbox does not start for root.
    if rustix::process::geteuid().is_root() {
        arguments.push("--no-sandbox".to_owned());
    }
    arguments.extend([
        format!("--user-data-dir={}", profile.display()),
        format!("--load-extension={}", extension.display()),
        format!("--disable-extensions-except={}", extension.display()),
        format!("--host-resolver-rules={hosts}"),
    ]);
    arguments
}

/// Resolver rules that lead the console host to the lab, leave loopback alone and let nothing else out.
pub fn resolver_rules(consoles: &[(String, u16)]) -> String {
    let mut rules: Vec<String> = consoles
        .iter()
        .map(|(host, port)| format!("MAP {host}:443 127.0.0.1:{port}"))
        .collect();
    rules.push("MAP * ~NOTFOUND".to_owned());
    rules.push("EXCLUDE 127.0.0.1".to_owned());
    rules.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_reaches_the_labs_consoles_and_nothing_else() {
        let consoles = [("falcon.crowdstrike.com".to_owned(), 8443)];
        assert_eq!(
            resolver_rules(&consoles),
            "MAP falcon.crowdstrike.com:443 127.0.0.1:8443, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        );
    }

    #[test]
    fn a_line_to_type_means_the_same_to_a_shell() {
        assert_eq!(
            for_shell("--user-data-dir=/tmp/a"),
            "--user-data-dir=/tmp/a"
        );
        assert_eq!(for_shell("it's *"), r"'it'\''s *'");
    }

    #[test]
    fn only_our_extension_is_loaded_into_a_profile_of_its_own() {
        let all = arguments(
            Path::new("/x/dist"),
            Path::new("/t/profile"),
            "MAP * ~NOTFOUND",
        );
        for wanted in [
            "--load-extension=/x/dist",
            "--disable-extensions-except=/x/dist",
            "--user-data-dir=/t/profile",
            "--host-resolver-rules=MAP * ~NOTFOUND",
        ] {
            assert!(all.iter().any(|argument| argument == wanted), "{wanted}");
        }
    }
}
