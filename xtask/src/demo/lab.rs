//! The lab as the demo uses it: started, and its one line of JSON understood.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use crate::command::{Running, command};
use crate::error::Error;
use crate::places::Places;

/// How long the lab may take to say where it is.
const READY: Duration = Duration::from_secs(30);

/// A running lab.
pub struct Lab {
    pub running: Running,
    pub announced: Announcement,
}

/// The line of JSON that the lab prints when it is ready.
#[derive(Debug, PartialEq, Eq)]
pub struct Announcement {
    /// The line as it was printed.
    pub line: String,
    pub control_url: String,
    /// The certificate of the lab's own authority, which clients must trust.
    pub ca_file: PathBuf,
    /// The digest of the key of the consoles' certificate, by which Chromium is told to accept it.
    pub spki_sha256: String,
    pub platforms: Vec<Platform>,
}

/// A simulated vendor.
#[derive(Debug, PartialEq, Eq)]
pub struct Platform {
    /// `crowdstrike`
    pub name: String,
    /// Where its API is.
    pub base_url: String,
    /// The console's host name, under which its page is served.
    pub console_host: String,
    /// The port on loopback where it is really served.
    pub console_port: u16,
    /// The vendor's own id of the tenant.
    pub vendor_tenant: Option<String>,
    /// The client that may only read: id, secret.
    pub read: (String, String),
    /// The client that may act: id, secret.
    pub respond: (String, String),
}

/// Starts the lab over TLS.
///
/// # Errors
/// When it cannot be started or does not say where it is.
pub fn start(places: &Places, binary: &Path, folder: &Path) -> Result<Lab, Error> {
    let mut lab = command(places, binary);
    lab.arg("--tls");
    let mut running = Running::start("the lab", lab, &folder.join("lab.log"))?;
    let announced = running.wait_until(READY, |output| {
        // The last line may still be on its way.
        output
            .split_inclusive('\n')
            .filter(|line| line.ends_with('\n'))
            .find_map(understand)
    })?;
    Ok(Lab { running, announced })
}

fn understand(line: &str) -> Option<Announcement> {
    let json: Value = serde_json::from_str(line).ok()?;
    let platforms = json
        .as_object()?
        .iter()
        .filter_map(|(name, value)| platform(name, value))
        .collect();
    Some(Announcement {
        line: line.trim().to_owned(),
        control_url: text(&json, "control_url")?,
        ca_file: text(&json, "ca_file")?.into(),
        spki_sha256: text(&json, "spki_sha256")?,
        platforms,
    })
}

fn platform(name: &str, value: &Value) -> Option<Platform> {
    let credential = |id: &str, secret: &str| -> Option<(String, String)> {
        Some((text(value, id)?, text(value, secret)?))
    };
    Some(Platform {
        name: name.to_owned(),
        base_url: text(value, "base_url")?,
        console_host: text(value, "console_host")?,
        console_port: port(&text(value, "console_url")?)?,
        vendor_tenant: text(value, "cid"),
        read: credential("readonly_client_id", "readonly_client_secret")?,
        respond: credential("client_id", "client_secret")?,
    })
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(str::to_owned)
}

/// The port of an address like `https://127.0.0.1:8443/path`; 443 if it names none.
fn port(url: &str) -> Option<u16> {
    let rest = url.split_once("://")?.1;
    let host = rest.split(['/', '?', '#']).next()?;
    match host.rsplit_once(':') {
        Some((_, port)) => port.parse().ok(),
        None => Some(443),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"crowdstrike":{"base_url":"https://127.0.0.1:9000","console_url":"https://127.0.0.1:9001/activity-v2","console_host":"falcon.crowdstrike.com","cid":"0123","client_id":"a","client_secret":"b","readonly_client_id":"c","readonly_client_secret":"d"},"control_url":"http://127.0.0.1:9002","ca_file":"/tmp/ca.pem","spki_sha256":"q+w="}"#;

    #[test]
    fn the_labs_line_gives_addresses_and_both_credentials() {
        let announced = understand(LINE).expect("the line is whole");
        assert_eq!(announced.line, LINE);
        assert_eq!(announced.control_url, "http://127.0.0.1:9002");
        let [platform] = &announced.platforms[..] else {
            panic!("one platform: {:?}", announced.platforms);
        };
        assert_eq!(platform.console_port, 9001);
        assert_eq!(platform.read, ("c".to_owned(), "d".to_owned()));
        assert_eq!(platform.respond, ("a".to_owned(), "b".to_owned()));
    }

    #[test]
    fn other_lines_are_not_taken_for_it() {
        for line in [
            "",
            "null",
            "[]",
            "{\"level\":\"info\"}",
            "{\"control_url\":3,\"ca_file\":\"x\"}",
            "\u{202e}{}",
        ] {
            assert_eq!(understand(line), None, "{line}");
        }
    }

    #[test]
    fn ports_are_read_from_addresses_or_not_at_all() {
        assert_eq!(port("https://localhost:8443"), Some(8443));
        assert_eq!(port("https://falcon.crowdstrike.com/x:y"), Some(443));
        assert_eq!(port("https://localhost:99999/"), None);
        assert_eq!(port("localhost"), None);
    }
}
