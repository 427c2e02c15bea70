//! The backend as the demo uses it: a configuration for the lab's tenants, one account, one server.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use super::lab::{Announcement, Platform};
use crate::command::{Running, command};
use crate::error::Error;
use crate::places::Places;

/// The port of `aside.example.toml`, so that the address is the same in every demo.
const USUAL_PORT: u16 = 8787;
const READY: Duration = Duration::from_secs(30);
/// The account's name; its password is new in every demo.
pub const USER: &str = "demo";

/// A running backend with one account.
pub struct Backend {
    pub running: Running,
    pub url: String,
    pub config: PathBuf,
    pub password: String,
}

/// Configures, adds the account and starts, all below `folder`.
///
/// # Errors
/// When the binary refuses its configuration, the account, or does not get ready.
pub fn start(
    places: &Places,
    binary: &Path,
    folder: &Path,
    lab: &Announcement,
) -> Result<Backend, Error> {
    let port = free_port(USUAL_PORT).map_err(|e| Error::new("find a free port", e))?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let config = folder.join("aside.toml");
    fs::write(&config, configuration(address, &lab.platforms))
        .and_then(|()| {
            lab.platforms.iter().try_for_each(|platform| {
                fs::write(folder.join(secret_file(platform, "read")), &platform.read.1)?;
                fs::write(
                    folder.join(secret_file(platform, "respond")),
                    &platform.respond.1,
                )
            })
        })
        .map_err(|e| Error::new("write the backend's configuration", e))?;
    let password = password().map_err(|e| Error::new("make a password", e))?;
    add_user(places, binary, &config, lab, &password)?;

    let mut serve = command(places, binary);
    serve
        .arg("serve")
        .arg("--config")
        .arg(&config)
        .env("SSL_CERT_FILE", &lab.ca_file);
    let mut running = Running::start("the backend", serve, &folder.join("backend.log"))?;
    running.wait_until(READY, |_| is_ready(address).then_some(()))?;
    Ok(Backend {
        running,
        url: format!("http://{address}"),
        config,
        password,
    })
}

fn add_user(
    places: &Places,
    binary: &Path,
    config: &Path,
    lab: &Announcement,
    password: &str,
) -> Result<(), Error> {
    let cannot = |cause: String| Error::new(format!("add the account {USER}"), cause);
    let mut add = command(places, binary);
    add.args(["user", "add", USER, "--password-stdin"])
        .env("ASIDE_CONFIG", config);
    for platform in &lab.platforms {
        add.args(["--role", &format!("responder@{}", platform.name)]);
    }
    let mut child = add
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| cannot(e.to_string()))?;
    if let Some(mut stdin) = child.stdin.take() {
        // Whoever does not read it says why on the other streams.
        let _ = writeln!(stdin, "{password}");
    }
    let output = child
        .wait_with_output()
        .map_err(|e| cannot(e.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(cannot(format!(
        "{}: {}",
        output.status,
        String::from_utf8_lossy(&said)
    )))
}

/// The backend's configuration for the lab's tenants, each named after its platform.
fn configuration(listen: SocketAddr, platforms: &[Platform]) -> String {
    let mut text = format!(
        "[server]\nlisten = {}\n\n[store]\nfile = \"aside.sqlite\"\n\n[audit]\nkey_file = \"audit.key\"\n\
         checkpoints_file = \"audit-checkpoints.jsonl\"\n",
        quoted(&listen.to_string())
    );
    for platform in platforms {
        let mut line = |key: &str, value: &str| {
            let _ = writeln!(text, "{key} = {value}");
        };
        line("\n[[tenants]]\nname", &quoted(&platform.name));
        line("platform", &quoted(&platform.name));
        line("phase", &quoted("assist"));
        line("base_url", &quoted(&platform.base_url));
        line(
            "console_hosts",
            &format!("[{}]", quoted(&platform.console_host)),
        );
        if let Some(tenant) = &platform.vendor_tenant {
            line("vendor_tenant", &quoted(tenant));
        }
        for (role, (client, _)) in [("read", &platform.read), ("respond", &platform.respond)] {
            line(&format!("\n[tenants.{role}]\nclient_id"), &quoted(client));
            line("label", &quoted(&format!("lab-{role}")));
            line("secret_file", &quoted(&secret_file(platform, role)));
        }
    }
    text
}

fn secret_file(platform: &Platform, role: &str) -> String {
    format!("{}-{role}.secret", platform.name)
}

/// A TOML string: the escapes of JSON are among TOML's, but for DEL, which JSON leaves bare.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text)
        .to_string()
        .replace('\u{7f}', "\\u007f")
}

/// `usual` if it is free, else one that the system picks.
fn free_port(usual: u16) -> std::io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, usual))
        .or_else(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
    Ok(listener.local_addr()?.port())
}

fn password() -> std::io::Result<String> {
    let mut bytes = [0u8; 12];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Whether the server answers `GET /readyz` with 200.
fn is_ready(address: SocketAddr) -> bool {
    let limit = Duration::from_secs(2);
    let answer = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&address, limit)?;
        stream.set_read_timeout(Some(limit))?;
        write!(stream, "GET /readyz HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    answer().is_ok_and(|text| text.split(' ').nth(1) == Some("200"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufRead;
    use std::thread;

    fn falcon() -> Platform {
        Platform {
            name: "crowdstrike".to_owned(),
            base_url: "https://127.0.0.1:9000".to_owned(),
            console_host: "falcon.crowdstrike.com".to_owned(),
            console_port: 9001,
            vendor_tenant: Some("0123".to_owned()),
            read: ("reads".to_owned(), "secret one".to_owned()),
            respond: ("acts".to_owned(), "secret two".to_owned()),
        }
    }

    #[test]
    fn the_configuration_names_each_tenant_and_holds_no_secret() {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 8787));
        let text = configuration(listen, &[falcon()]);
        for line in [
            "listen = \"127.0.0.1:8787\"",
            "[[tenants]]",
            "name = \"crowdstrike\"",
            "phase = \"assist\"",
            "console_hosts = [\"falcon.crowdstrike.com\"]",
            "vendor_tenant = \"0123\"",
            "[tenants.respond]",
            "client_id = \"acts\"",
            "secret_file = \"crowdstrike-respond.secret\"",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
        assert!(!text.contains("secret one") && !text.contains("secret two"));
    }

    #[test]
    fn text_from_the_lab_cannot_leave_its_quotes() {
        assert_eq!(
            quoted("a\"\n[policy]\\\u{7f}\0"),
            r#""a\"\n[policy]\\\u007f\u0000""#
        );
    }

    #[test]
    fn another_port_is_found_where_the_usual_one_is_taken() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let usual = taken.local_addr().expect("its address").port();
        assert_ne!(free_port(usual).expect("another"), usual);
    }

    #[test]
    fn only_a_200_is_ready() {
        for (answer, expected) in [
            ("HTTP/1.0 200 OK\r\n\r\nok", true),
            ("HTTP/1.0 503 Unavailable\r\n\r\n200", false),
            ("garbage", false),
        ] {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
            let address = listener.local_addr().expect("its address");
            let server = thread::spawn(move || {
                let (mut stream, _) = listener.accept().expect("a caller");
                let mut reader = std::io::BufReader::new(stream.try_clone().expect("a copy"));
                let mut line = String::new();
                while reader.read_line(&mut line).is_ok_and(|read| read > 2) {}
                stream.write_all(answer.as_bytes()).expect("an answer");
            });
            assert_eq!(is_ready(address), expected, "{answer}");
            server.join().expect("the server ends");
        }
    }

    #[test]
    fn two_passwords_differ() {
        assert_ne!(password().expect("one"), password().expect("another"));
    }
}
