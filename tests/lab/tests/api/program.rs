//! The built program: its one line, TLS, its end.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Command, Stdio},
};

use serde_json::Value;

const LAB: &str = env!("CARGO_BIN_EXE_aside-lab");

#[tokio::test]
async fn it_prints_one_line_serves_tls_under_its_own_authority_and_ends_on_a_signal() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut child = Command::new(LAB)
        .arg("--tls")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut out = BufReader::new(child.stdout.take().expect("stdout"));
    let mut line = String::new();
    out.read_line(&mut line).expect("a line");
    let line: Value = serde_json::from_str(&line).expect("JSON");
    let falcon = &line["crowdstrike"];
    for name in [
        "base_url",
        "console_url",
        "client_id",
        "client_secret",
        "readonly_client_id",
        "readonly_client_secret",
        "cid",
        "console_host",
    ] {
        assert!(falcon[name].is_string(), "{name}");
    }
    let ca_file = line["ca_file"].as_str().expect("a file").to_owned();
    let authority = reqwest::Certificate::from_pem(&std::fs::read(&ca_file).expect("readable"))
        .expect("a certificate");
    let console: std::net::SocketAddr = falcon["console_url"]
        .as_str()
        .and_then(|url| url.strip_prefix("https://"))
        .expect("over TLS")
        .parse()
        .expect("an address");
    let http = reqwest::Client::builder()
        .tls_certs_only([authority])
        .resolve("falcon.eu-1.crowdstrike.com", console)
        .resolve("not-a-console.example", console)
        .tls_info(true)
        .build()
        .expect("a client");
    let id = |name: &str| falcon[name].as_str().expect("text").to_owned();
    let token = http
        .post(format!("{}/oauth2/token", id("base_url")))
        .form(&[
            ("client_id", id("client_id")),
            ("client_secret", id("client_secret")),
        ])
        .send()
        .await
        .expect("TLS holds");
    assert_eq!(token.status(), 201);
    let leaf = token
        .extensions()
        .get::<reqwest::tls::TlsInfo>()
        .and_then(reqwest::tls::TlsInfo::peer_certificate)
        .expect("a certificate");
    let name = b"Aside lab: simulated vendors";
    assert!(leaf.windows(name.len()).any(|part| part == name));
    for host in ["falcon.eu-1.crowdstrike.com", "not-a-console.example"] {
        let page = http
            .get(format!("https://{host}:{}/", console.port()))
            .send()
            .await
            .expect("the certificate is good for this name");
        assert_eq!(page.status(), 200);
    }
    let model = |name: &str| line["model"][name].as_str().expect("text").to_owned();
    assert!(model("base_url").starts_with("https://") && model("base_url").ends_with("/v1"));
    let models = http
        .get(format!("{}/models", model("base_url")))
        .bearer_auth(model("key"))
        .send()
        .await
        .expect("TLS holds");
    let models: Value = models.json().await.expect("JSON");
    assert_eq!(models["data"][0]["id"], model("name"));
    let state = http
        .get(format!(
            "{}/state",
            line["control_url"].as_str().expect("a URL")
        ))
        .send()
        .await
        .expect("control is plain");
    assert_eq!(state.status(), 200);

    let signalled = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()
        .expect("kill runs");
    assert!(signalled.success());
    assert!(child.wait().expect("it ends").success());
    let mut rest = String::new();
    out.read_to_string(&mut rest).expect("the end");
    assert_eq!(rest, "", "nothing but the line on stdout");
    assert!(
        !std::path::Path::new(&ca_file).exists(),
        "the authority's file goes with it"
    );
}

#[test]
fn the_assumptions_are_a_line_each_and_wrong_arguments_are_errors() {
    let told = Command::new(LAB)
        .arg("--assumptions")
        .output()
        .expect("it runs");
    assert!(told.status.success());
    let text = String::from_utf8(told.stdout).expect("UTF-8");
    let tables = [
        aside_lab::basis::ALL,
        aside_lab::model::basis::ALL,
        aside_lab::crowdstrike::basis::ALL,
    ];
    assert_eq!(text, aside_lab::basis::assumptions(&tables));
    assert!(text.lines().count() > 50);
    for arguments in [
        vec!["--seed", "x"],
        vec!["--colour"],
        vec!["--port", "70000"],
        vec!["--port", "65535"],
    ] {
        let output = Command::new(LAB)
            .args(&arguments)
            .output()
            .expect("it runs");
        assert!(!output.status.success(), "{arguments:?}");
        assert!(output.stdout.is_empty());
    }
}
