//! Chromium with the extension: what scripts are told about it, and one opened for a person.

use std::env;
use std::path::Path;
use std::process::Command;

use crate::command::{Running, command};
use crate::error::Error;
use crate::places::Places;
use crate::setup::chromium;

/// Tells a program that drives a browser where everything is that was built in `profile`,
/// as far as the caller's environment does not.
pub fn describe(places: &Places, profile: &str, program: &mut Command) {
    let mut tell = |name: &str, value: &Path| {
        if env::var_os(name).is_none() {
            program.env(name, value);
        }
    };
    let built = places.target.join(profile);
    tell("ASIDE_BIN", &built.join("aside"));
    tell("ASIDE_LAB_BIN", &built.join("aside-lab"));
    tell("ASIDE_EXTENSION", &places.extension());
    tell("ASIDE_OUT", &places.target.join("e2e"));
    if let Some(chromium) = chromium::program() {
        tell("ASIDE_CHROMIUM", &chromium);
    }
}

/// Whether a window could be shown.
pub fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// What a window shows and may reach.
#[derive(Debug)]
pub struct Window {
    /// The page to open.
    pub address: String,
    /// The browser's resolver rules.
    pub hosts: String,
    /// The digest of the one certificate key, of an authority unknown to it, that the browser accepts.
    pub spki_sha256: String,
}

impl Window {
    /// Opens it for a person, with a profile of its own in `folder`.
    ///
    /// # Errors
    /// When Chromium cannot be started.
    pub fn open(&self, places: &Places, chromium: &Path, folder: &Path) -> Result<Running, Error> {
        let mut browser = command(places, chromium);
        browser.args(self.arguments(&places.extension(), &folder.join("profile")));
        Running::start("Chromium", browser, &folder.join("chromium.log"))
    }

    /// What a person would type to open it.
    pub fn by_hand(&self, places: &Places, chromium: &Path) -> String {
        let profile = env::temp_dir().join("aside-demo-profile");
        let mut line = chromium.display().to_string();
        for argument in self.arguments(&places.extension(), &profile) {
            line.push(' ');
            line.push_str(&for_shell(&argument));
        }
        line
    }

    fn arguments(&self, extension: &Path, profile: &Path) -> Vec<String> {
        let mut arguments: Vec<String> = [
            "--no-first-run",
            "--no-default-browser-check",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-quic",
            // No bar that warns of the certificate option.
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
            format!("--host-resolver-rules={}", self.hosts),
            format!("--ignore-certificate-errors-spki-list={}", self.spki_sha256),
            self.address.clone(),
        ]);
        arguments
    }
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

/// Resolver rules that lead the console host to the lab, leave loopback alone and let nothing else out.
pub fn resolver_rules(consoles: &[(&str, u16)]) -> String {
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
        let consoles = [("falcon.crowdstrike.com", 8443)];
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
        let window = Window {
            address: "https://falcon.crowdstrike.com/".to_owned(),
            hosts: "MAP * ~NOTFOUND".to_owned(),
            spki_sha256: "q+w=".to_owned(),
        };
        let all = window.arguments(Path::new("/x/dist"), Path::new("/t/profile"));
        for wanted in [
            "--load-extension=/x/dist",
            "--disable-extensions-except=/x/dist",
            "--user-data-dir=/t/profile",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--ignore-certificate-errors-spki-list=q+w=",
        ] {
            assert!(all.iter().any(|argument| argument == wanted), "{wanted}");
        }
    }
}
