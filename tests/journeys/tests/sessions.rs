//! Sessions and what hangs on them, over HTTP: limits, tokens, streams that end and go on, origins,
//! the end of the program, and what the command line says of a log or a secret that is not right.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use aside_backend::audit::entry_hash;
use aside_backend::store::Store;
use aside_journeys::{Caller, Scene, Setup, program};
use aside_shared::api::{Analyse, AnalysisStarted};
use aside_shared::approval::{Decision, Proposal, ProposalStatus};
use aside_shared::audit::AuditEntry;
use aside_shared::session::Tokens;
use futures::StreamExt;
use futures::stream::BoxStream;
use reqwest::{Response, StatusCode, header};
use serde_json::{Value, json};
use sqlx::{ConnectOptions, Connection};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// How long anything is waited for before a test fails.
const PATIENCE: Duration = Duration::from_secs(60);
/// The vendor's operation that gives an analysis its telemetry.
const SEARCH: &str = "StartSearchV1";

/// The vendor keeps the next search waiting until it is told to release it.
async fn hold_search(scene: &Scene) {
    let fault =
        json!({ "platform": "crowdstrike", "operation": SEARCH, "count": 1, "hold": "before" });
    scene.lab.tell("/faults", fault).await;
}

/// The path of the events of an analysis that was started or joined.
async fn analysis(scene: &Scene, caller: &Caller) -> String {
    let analyse = Analyse {
        alert: scene.alert.clone(),
    };
    let started: AnalysisStarted = caller.ask("/analyses", &analyse).await;
    format!("/analyses/{}/events", started.id)
}

/// What the log has, as an auditor reads it.
async fn audit(scene: &Scene) -> Vec<AuditEntry> {
    let auditor = scene.backend.sign_in("auditor").await;
    let page: Value = auditor.get("/audit").await.json().await.expect("a page");
    serde_json::from_value(page["entries"].clone()).expect("entries")
}

async fn try_login(scene: &Scene, user: &str, password: &str) -> Response {
    reqwest::Client::new()
        .post(format!("{}/auth/login", scene.backend.url))
        .json(&json!({ "user": user, "password": password }))
        .send()
        .await
        .expect("an answer")
}

/// One event as it came.
#[derive(Clone, Debug, PartialEq)]
struct Event {
    id: usize,
    name: String,
    data: Value,
}

/// An open stream.
struct Stream {
    chunks: BoxStream<'static, reqwest::Result<Vec<u8>>>,
    text: Vec<u8>,
}

impl Stream {
    async fn open(caller: &Caller, path: &str, last_event_id: Option<&str>) -> Self {
        let mut request = reqwest::Client::new()
            .get(format!("{}{path}", caller.url))
            .bearer_auth(&caller.tokens.access_token);
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/event-stream");
        Self {
            chunks: answer
                .bytes_stream()
                .map(|chunk| chunk.map(|bytes| bytes.to_vec()))
                .boxed(),
            text: Vec::new(),
        }
    }

    /// The next event; `None` when the stream has ended as a stream ends.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(end) = self.text.windows(2).position(|two| two == b"\n\n") {
                let block: Vec<u8> = self.text.drain(..end + 2).collect();
                let block = String::from_utf8(block).expect("UTF-8");
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
                let Some(data) = field("data: ") else {
                    continue;
                };
                return Some(Event {
                    id: field("id: ")
                        .and_then(|id| id.parse().ok())
                        .expect("a number"),
                    name: field("event: ").expect("a name").to_owned(),
                    data: serde_json::from_str(data).expect("JSON"),
                });
            }
            let chunk = tokio::time::timeout(PATIENCE, self.chunks.next())
                .await
                .expect("an event or the end");
            let Some(chunk) = chunk else {
                assert!(
                    self.text.is_empty(),
                    "the stream ends in the middle of an event"
                );
                return None;
            };
            self.text.extend(chunk.expect("the stream is not torn"));
        }
    }

    async fn rest(mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }
}

#[tokio::test]
async fn guessing_a_password_is_slowed_down_and_says_for_how_long() {
    let scene = Scene::new(Setup::default()).await;
    let mut tries = 0;
    let refused = loop {
        let answer = try_login(&scene, "analyst", "wrong").await;
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            let retry: u32 = answer.headers()[header::RETRY_AFTER]
                .to_str()
                .expect("text")
                .parse()
                .expect("seconds");
            // Long enough that the next one is refused too, however slow this machine is.
            if retry > 20 {
                break answer;
            }
        } else {
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        }
        tries += 1;
        assert!(tries < 40, "it is never refused");
    };
    assert!(tries >= 8, "a person who mistypes is let in: {tries}");
    assert_eq!(
        refused.headers()[header::CONTENT_TYPE],
        "application/problem+json"
    );
    let right = try_login(&scene, "analyst", "correct horse battery").await;
    assert_eq!(
        right.status(),
        StatusCode::TOO_MANY_REQUESTS,
        "nor is the right one tried"
    );
    scene.backend.sign_in("responder").await;
}

#[tokio::test]
async fn an_unknown_name_is_answered_as_a_wrong_password_is() {
    let scene = Scene::new(Setup::default()).await;
    let mut answers = BTreeSet::new();
    for (user, password) in [
        ("analyst", "wrong"),
        ("nobody", "wrong"),
        ("nobody", "correct horse battery"),
        ("ANALYST", "correct horse battery"),
        ("analyst", "correct horse battery "),
        ("", ""),
        ("\u{202e}<b>\0", "x"),
    ] {
        let answer = try_login(&scene, user, password).await;
        let status = answer.status().as_u16();
        let mut problem: Value = answer.json().await.expect("JSON");
        problem
            .as_object_mut()
            .expect("a problem")
            .remove("instance");
        answers.insert((status, problem.to_string()));
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(answers.first().map(|(status, _)| *status), Some(401));
}

#[tokio::test]
async fn a_name_longer_than_any_is_refused_before_anything_is_kept_of_it() {
    let scene = Scene::new(Setup::default()).await;
    let answer = try_login(&scene, &"x".repeat(65), "wrong").await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    let answer = try_login(&scene, &"x".repeat(60_000), "wrong").await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    let answer = try_login(&scene, &"x".repeat(64), "wrong").await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    let log = json!(audit(&scene).await).to_string();
    assert!(!log.contains(&"x".repeat(65)), "{log}");
}

#[tokio::test]
async fn guessed_refresh_tokens_are_slowed_down_and_hold_up_no_user() {
    let scene = Scene::new(Setup::default()).await;
    let analyst = scene.backend.sign_in("analyst").await;
    let mut tries = 0;
    loop {
        let guess = json!({ "refresh_token": format!("{tries:064}"), "request_id": "guess" });
        let answer = analyst.post("/auth/refresh", &guess).await;
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            assert!(answer.headers().contains_key(header::RETRY_AFTER));
            break;
        }
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        tries += 1;
        assert!(tries < 2_000, "it is never refused");
    }
    let refresh = json!({ "refresh_token": analyst.tokens.refresh_token, "request_id": "own" });
    let _tokens: Tokens = analyst.ask("/auth/refresh", &refresh).await;
}

#[tokio::test]
async fn a_refresh_token_used_twice_ends_the_session_and_its_open_stream() {
    let scene = Scene::new(Setup::default()).await;
    let analyst = scene.backend.sign_in("analyst").await;
    hold_search(&scene).await;
    let path = analysis(&scene, &analyst).await;
    let mut stream = Stream::open(&analyst, &path, None).await;
    assert_eq!(stream.next().await.expect("an event").name, "alert");
    let refresh =
        |id: &str| json!({ "refresh_token": analyst.tokens.refresh_token, "request_id": id });
    let next: Tokens = analyst.ask("/auth/refresh", &refresh("first")).await;
    assert_eq!(analyst.get("/me").await.status(), StatusCode::OK);
    let reuse = analyst.post("/auth/refresh", &refresh("another")).await;
    assert_eq!(reuse.status(), StatusCode::UNAUTHORIZED);
    let rest = stream.rest().await;
    assert!(
        rest.iter().all(|event| event.name != "done"),
        "it ended by itself: {rest:?}"
    );
    for token in [&analyst.tokens.access_token, &next.access_token] {
        let me = reqwest::Client::new()
            .get(format!("{}/me", scene.backend.url))
            .bearer_auth(token)
            .send()
            .await
            .expect("an answer");
        assert_eq!(me.status(), StatusCode::UNAUTHORIZED);
    }
    let again = json!({ "refresh_token": next.refresh_token, "request_id": "next" });
    assert_eq!(
        analyst.post("/auth/refresh", &again).await.status(),
        StatusCode::UNAUTHORIZED
    );
    let log = json!(audit(&scene).await).to_string();
    assert!(log.contains("token_reuse"), "{log}");
    for token in [&analyst.tokens.refresh_token, &next.access_token] {
        assert!(!log.contains(token.as_str()));
    }
}

#[tokio::test]
async fn disabling_a_user_ends_his_open_streams_and_nobody_elses() {
    let scene = Scene::new(Setup::default()).await;
    let (analyst, lead) = (
        scene.backend.sign_in("analyst").await,
        scene.backend.sign_in("lead").await,
    );
    let proposal = scene.propose(&lead).await;
    let of_proposal = format!("/proposals/{}/events", proposal.view.proposal);
    let mut his = Stream::open(&analyst, &of_proposal, None).await;
    let mut hers = Stream::open(&lead, &of_proposal, None).await;
    for stream in [&mut his, &mut hers] {
        assert_eq!(stream.next().await.expect("an event").name, "proposal");
    }
    let (good, text) = scene.backend.verb(&["user", "disable", "analyst"]);
    assert!(good, "{text}");
    assert_eq!(his.next().await, None, "nothing follows");
    assert_eq!(analyst.get("/me").await.status(), StatusCode::UNAUTHORIZED);
    let login = try_login(&scene, "analyst", "correct horse battery").await;
    assert_eq!(login.status(), StatusCode::UNAUTHORIZED);
    // What follows reaches whoever may still read it.
    let answer = lead.decide(&proposal, Decision::Decline).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let told = hers.next().await.expect("an event");
    assert_ne!(told.data["status"], json!(proposal.status), "{told:?}");
    let (good, list) = scene.backend.verb(&["user", "list"]);
    assert!(good && list.contains("analyst (disabled)"), "{list}");
}

#[tokio::test]
async fn a_stream_goes_on_after_the_last_event_that_was_seen() {
    let scene = Scene::new(Setup::default()).await;
    let analyst = scene.backend.sign_in("analyst").await;
    hold_search(&scene).await;
    let path = analysis(&scene, &analyst).await;
    // Cut off in the middle of the analysis, and taken up again before there is more.
    let mut first = Stream::open(&analyst, &path, None).await;
    let mut seen = Vec::new();
    while seen.len() < 3 {
        seen.push(first.next().await.expect("an event"));
    }
    drop(first);
    let second = Stream::open(&analyst, &path, Some("3")).await;
    scene.lab.tell("/release", json!({})).await;
    seen.extend(second.rest().await);
    let whole = Stream::open(&analyst, &path, None).await.rest().await;
    assert_eq!(seen, whole);
    assert_eq!(whole.last().expect("events").name, "done");
    let ids: Vec<usize> = whole.iter().map(|event| event.id).collect();
    assert_eq!(ids, (1..=whole.len()).collect::<Vec<_>>());
    for cut in 0..=whole.len() {
        let rest = Stream::open(&analyst, &path, Some(&cut.to_string())).await;
        assert_eq!(rest.rest().await, whole[cut..], "after {cut}");
    }
    for nonsense in ["", "x", "-1", "0x2", "99999999999999999999999"] {
        let rest = Stream::open(&analyst, &path, Some(nonsense)).await;
        assert_eq!(rest.rest().await, whole, "after {nonsense:?}");
    }
    let beyond = (whole.len() + 1).to_string();
    let rest = Stream::open(&analyst, &path, Some(&beyond))
        .await
        .rest()
        .await;
    assert_eq!(
        rest.last().map(|event| event.name.as_str()),
        Some("reset"),
        "{rest:?}"
    );
}

#[tokio::test]
async fn an_analysis_that_is_not_there_any_more_is_a_reset() {
    let mut scene = Scene::new(Setup::default()).await;
    let analyst = scene.backend.sign_in("analyst").await;
    let path = analysis(&scene, &analyst).await;
    assert!(Stream::open(&analyst, &path, None).await.rest().await.len() > 1);
    scene.backend.kill();
    scene.backend.restart();
    let analyst = scene.backend.sign_in("analyst").await;
    for (path, last) in [(path.as_str(), Some("2")), ("/analyses/none/events", None)] {
        let events = Stream::open(&analyst, path, last).await.rest().await;
        let names: Vec<&str> = events.iter().map(|event| event.name.as_str()).collect();
        assert_eq!(names, ["reset"], "{path}");
    }
}

#[tokio::test]
async fn answers_are_shared_with_extensions_and_with_no_page() {
    let scene = Scene::new(Setup::default()).await;
    let http = reqwest::Client::new();
    let url = format!("{}/me", scene.backend.url);
    let shared_with = |answer: &Response| {
        let headers = answer.headers();
        assert!(!headers.contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));
        headers
            .get(header::ACCESS_CONTROL_ALLOW_ORIGIN)
            .map(|it| it.to_str().expect("text").to_owned())
    };
    for (origin, may) in [
        ("chrome-extension://abcdefghijklmnopabcdefghijklmnop", true),
        ("moz-extension://0f3c7d3e-1c5e-4c7e-9f56-5a3f0b7b8a11", true),
        ("https://falcon.crowdstrike.com", false),
        ("https://chrome-extension.example", false),
        ("http://localhost:3000", false),
        ("null", false),
        ("file://", false),
    ] {
        let expected = may.then(|| origin.to_owned());
        let answer = http
            .get(&url)
            .header(header::ORIGIN, origin)
            .send()
            .await
            .expect("an answer");
        assert_eq!(shared_with(&answer), expected, "{origin}");
        let preflight = http
            .request(reqwest::Method::OPTIONS, &url)
            .header(header::ORIGIN, origin)
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "GET")
            .header(
                header::ACCESS_CONTROL_REQUEST_HEADERS,
                "authorization,last-event-id",
            )
            .send()
            .await
            .expect("an answer");
        assert_eq!(shared_with(&preflight), expected, "{origin}");
    }
}

/// `aside serve` over a folder, as this test's own child.
async fn served(folder: &Path, ca_file: &str) -> (Child, String) {
    let mut child = Command::new(program("aside"))
        .args(["serve", "--log", "json", "--config"])
        .arg(folder.join("aside.toml"))
        .env("SSL_CERT_FILE", ca_file)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the program runs");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let line = tokio::time::timeout(PATIENCE, lines.next_line())
        .await
        .expect("a line or the end")
        .expect("a line that can be read");
    (child, line.unwrap_or_default())
}

#[cfg(unix)]
#[tokio::test]
async fn told_to_stop_it_ends_its_streams_and_itself_in_good_order() {
    let mut scene = Scene::new(Setup::default()).await;
    let lead = scene.backend.sign_in("lead").await;
    let proposal = scene.propose(&lead).await;
    scene.backend.kill();
    let ca_file = scene.lab.text("/ca_file");
    let (mut child, line) = served(scene.backend.folder(), &ca_file).await;
    let address = line.strip_prefix("listening on ").expect("it listens");
    scene.backend.url = format!("http://{}", address.trim());
    let lead = scene.backend.sign_in("lead").await;
    let of_proposal = format!("/proposals/{}/events", proposal.view.proposal);
    let mut open = Stream::open(&lead, &of_proposal, None).await;
    assert_eq!(open.next().await.expect("an event").name, "proposal");
    hold_search(&scene).await;
    let path = analysis(&scene, &lead).await;
    let mut analysis = Stream::open(&lead, &path, None).await;
    assert_eq!(analysis.next().await.expect("an event").name, "alert");
    let id = child.id().expect("it runs").to_string();
    let told = Command::new("kill").args(["-TERM", &id]).status().await;
    assert!(told.expect("kill runs").success());
    assert_eq!(open.next().await, None);
    assert!(
        analysis
            .rest()
            .await
            .iter()
            .all(|event| event.name != "done")
    );
    let status = tokio::time::timeout(PATIENCE, child.wait()).await;
    assert!(status.expect("it ends").expect("its status").success());
    let (good, text) = scene.backend.verb(&["audit", "verify"]);
    assert!(good, "{text}");
    scene.backend.restart();
    let lead = scene.backend.sign_in("lead").await;
    let kept: Proposal = lead
        .get(&format!("/proposals/{}", proposal.view.proposal))
        .await
        .json()
        .await
        .expect("the proposal");
    assert_eq!(kept.view, proposal.view);
}

#[tokio::test]
async fn a_log_line_is_json_with_the_requests_id_and_without_what_is_secret() {
    let mut scene = Scene::new(Setup::default()).await;
    scene.backend.kill();
    let ca_file = scene.lab.text("/ca_file");
    let (mut child, line) = served(scene.backend.folder(), &ca_file).await;
    let address = line.strip_prefix("listening on ").expect("it listens");
    scene.backend.url = format!("http://{}", address.trim());
    let analyst = scene.backend.sign_in("analyst").await;
    let me = reqwest::Client::new()
        .get(format!("{}/me?token=in-the-query", scene.backend.url))
        .bearer_auth(&analyst.tokens.access_token)
        .header("x-request-id", "request-of-this-test")
        .send()
        .await
        .expect("an answer");
    assert_eq!(me.headers()["x-request-id"], "request-of-this-test");
    let path = analysis(&scene, &analyst).await;
    let _events = Stream::open(&analyst, &path, None).await.rest().await;
    child.kill().await.expect("it ends");
    let output = child.wait_with_output().await.expect("its output");
    let log = String::from_utf8(output.stderr).expect("UTF-8");
    let mut of_request = 0;
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        let is_its = line["span"]["id"] == "request-of-this-test";
        of_request += usize::from(is_its && line["span"]["path"] == "/me");
    }
    assert!(of_request > 0, "{log}");
    for secret in [
        "correct horse battery",
        "in-the-query",
        &analyst.tokens.access_token,
        &analyst.tokens.refresh_token,
        &scene.lab.text("/crowdstrike/readonly_client_secret"),
        &scene.lab.text("/crowdstrike/client_secret"),
        "Bearer",
    ] {
        assert!(!log.contains(secret), "{secret} is in {log}");
    }
}

#[tokio::test]
async fn with_a_certificate_it_speaks_tls_and_nothing_else() {
    let mut scene = Scene::new(Setup::default()).await;
    scene.backend.kill();
    let folder = scene.backend.folder();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("made");
    let certificate = made.cert.pem();
    std::fs::write(folder.join("certificate.pem"), &certificate).expect("written");
    let key = made.signing_key.serialize_pem();
    std::fs::write(folder.join("key.pem"), key).expect("written");
    let file = folder.join("aside.toml");
    let config = std::fs::read_to_string(&file).expect("a configuration");
    let tls =
        "[server.tls]\ncertificate_file = \"certificate.pem\"\nkey_file = \"key.pem\"\n[store]";
    // With TLS it may listen beyond this machine; here it does not.
    let config = config.replace("[store]", tls);
    std::fs::write(&file, &config).expect("written");
    let (_child, line) = served(folder, &scene.lab.text("/ca_file")).await;
    let address = line.strip_prefix("listening on ").expect("it listens");
    let port = address.trim().rsplit(':').next().expect("a port");
    let root = reqwest::Certificate::from_pem(certificate.as_bytes()).expect("a certificate");
    let client = reqwest::Client::builder().tls_certs_only([root]).build();
    let client = client.expect("a client");
    for path in ["healthz", "readyz"] {
        let url = format!("https://localhost:{port}/{path}");
        let answer = client.get(url).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
    }
    let clear = format!("http://localhost:{port}/healthz");
    assert!(client.get(clear).send().await.is_err());
    let stranger = reqwest::Client::new();
    let url = format!("https://localhost:{port}/healthz");
    assert!(stranger.get(url).send().await.is_err(), "nobody signed it");
    let without = config
        .replace(tls, "[store]")
        .replace("127.0.0.1:0", "0.0.0.0:0");
    std::fs::write(&file, without).expect("written");
    let (good, text) = scene.backend.verb(&["serve"]);
    assert!(!good && text.contains("without TLS"), "{text}");
}

#[tokio::test]
async fn a_stream_on_which_nothing_happens_shows_that_it_lives() {
    let scene = Scene::new(Setup::default()).await;
    let lead = scene.backend.sign_in("lead").await;
    let proposal = scene.propose(&lead).await;
    let path = format!("/proposals/{}/events", proposal.view.proposal);
    let mut stream = Stream::open(&lead, &path, None).await;
    assert_eq!(stream.next().await.expect("an event").name, "proposal");
    let chunk = tokio::time::timeout(PATIENCE, stream.chunks.next()).await;
    let chunk = chunk
        .expect("a sign of life")
        .expect("no end")
        .expect("bytes");
    assert_eq!(chunk, b": heartbeat\n\n");
}

#[tokio::test]
async fn a_second_backend_on_the_same_database_is_refused() {
    let scene = Scene::new(Setup::default()).await;
    let (child, line) = served(scene.backend.folder(), &scene.lab.text("/ca_file")).await;
    assert_eq!(line, "", "it does not listen");
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output())
        .await
        .expect("it ends")
        .expect("its output");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{said}");
    assert!(
        said.contains("another aside serves this database"),
        "{said}"
    );
    scene.backend.sign_in("analyst").await;
}

#[tokio::test]
async fn a_wrong_secret_is_named_by_check_and_by_an_analysis_and_is_not_told() {
    let mut scene = Scene::new(Setup::default()).await;
    let wrong = "not-the-secret-5f1c";
    std::fs::write(scene.backend.folder().join("read"), wrong).expect("written");
    let (good, text) = scene.backend.verb(&["check"]);
    assert!(!good, "{text}");
    let line = text
        .lines()
        .find(|line| line.contains("read") && line.contains("sign in"))
        .unwrap_or_else(|| panic!("sign in is not in {text}"));
    assert!(line.contains("REFUSED"), "{text}");
    let other = |line: &str| line.contains("respond") && line.contains("allowed");
    assert!(text.lines().any(other), "{text}");
    scene.backend.kill();
    scene.backend.restart();
    let analyst = scene.backend.sign_in("analyst").await;
    let answer = analyst
        .post("/analyses", &json!({ "alert": scene.alert }))
        .await;
    assert!(!answer.status().is_success());
    let problem = answer.text().await.expect("a problem");
    let log = std::fs::read_to_string(scene.backend.folder().join("log")).expect("a log");
    for said in [&text, &problem, &log] {
        assert!(!said.contains(wrong), "{said}");
    }
    assert!(problem.to_lowercase().contains("credential"), "{problem}");
}

/// A log with something to prove: an isolation, decided and verified; the program has ended.
struct Log {
    scene: Scene,
    file: PathBuf,
    entries: Vec<AuditEntry>,
    untouched: Vec<u8>,
}

impl Log {
    async fn new() -> Self {
        let mut scene = Scene::new(Setup::default()).await;
        let lead = scene.backend.sign_in("lead").await;
        let proposal = scene.propose(&lead).await;
        let decided = lead.decide(&proposal, Decision::Approve).await;
        assert_eq!(decided.status(), StatusCode::OK);
        let is_verified =
            |status: &ProposalStatus| matches!(status, ProposalStatus::Verified { .. });
        lead.wait_until(&proposal, is_verified).await;
        scene.lab.wait_for("PatchEntitiesAlertsV3", 1).await;
        scene.backend.kill();
        let (good, text) = scene.backend.verb(&["audit", "verify"]);
        assert!(good, "{text}");
        let file = scene.backend.folder().join("aside.sqlite");
        let mut log = Self {
            scene,
            file,
            entries: Vec::new(),
            untouched: Vec::new(),
        };
        log.change(&[]).await;
        log.untouched = std::fs::read(&log.file).expect("read");
        // A copy is read: nobody has the file itself open when it is written to.
        let copy = log.scene.backend.folder().join("copy.sqlite");
        std::fs::write(&copy, &log.untouched).expect("written");
        let store = Store::open(&copy).await.expect("the database opens");
        log.entries = store.audit_log().await.expect("entries");
        log
    }

    /// Runs SQL on the file, as somebody who can write to it does.
    async fn change(&self, statements: &[String]) {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&self.file);
        let mut connection = options.connect().await.expect("the file opens");
        for statement in statements {
            let changed = sqlx::raw_sql(sqlx::AssertSqlSafe(statement.clone()))
                .execute(&mut connection)
                .await
                .unwrap_or_else(|e| panic!("{statement}: {e}"));
            assert!(changed.rows_affected() > 0, "{statement} changes nothing");
        }
        sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            .execute(&mut connection)
            .await
            .expect("one file");
        connection.close().await.expect("closed");
    }

    /// What `aside audit verify` says after the statements; the file is put back.
    async fn verify_after(&self, statements: &[String]) -> (bool, String) {
        self.change(statements).await;
        let found = self.scene.backend.verb(&["audit", "verify"]);
        for rest in ["aside.sqlite-wal", "aside.sqlite-shm"] {
            // SQLite has removed it if it had nothing more to say.
            let _removed = std::fs::remove_file(self.scene.backend.folder().join(rest));
        }
        std::fs::write(&self.file, &self.untouched).expect("written");
        found
    }

    /// The statements that compute the chain anew.
    fn recomputed(entries: &[AuditEntry]) -> Vec<String> {
        let mut previous = String::new();
        let mut statements = Vec::new();
        for entry in entries {
            previous = entry_hash(&previous, entry);
            let seq = entry.seq;
            statements.push(format!(
                "UPDATE audit SET hash = '{previous}' WHERE seq = {seq}"
            ));
        }
        statements
    }
}

#[tokio::test]
async fn a_log_that_was_tampered_with_is_told_with_the_entry() {
    let log = Log::new().await;
    let count = log.entries.len() as u64;
    assert!(count > 10, "{count} entries");
    let middle = count / 2;
    for seq in [1, middle, count] {
        for (column, value) in [
            ("detail", "detail || 'x'"),
            ("actor", "'somebody'"),
            ("at_unix_ms", "at_unix_ms + 1"),
            (
                "action",
                "CASE action WHEN '\"sign_out\"' THEN '\"sign_in\"' ELSE '\"sign_out\"' END",
            ),
            ("proposal", "'another'"),
            ("hash", "replace(hash, substr(hash, 1, 1), 'z')"),
        ] {
            let change = format!("UPDATE audit SET {column} = {value} WHERE seq = {seq}");
            let (good, text) = log.verify_after(&[change]).await;
            let names_it = text.contains(&format!("the link of entry {seq} "));
            assert!(!good && names_it, "{column} of {seq}: {text}");
        }
    }
    let next = middle + 1;
    let removed = format!("DELETE FROM audit WHERE seq = {middle}");
    let (good, text) = log.verify_after(&[removed]).await;
    let names_it = text.contains(&format!("the link of entry {next} (place {middle})"));
    assert!(!good && names_it, "{text}");
    let swapped = [
        format!("UPDATE audit SET seq = 0 WHERE seq = {middle}"),
        format!("UPDATE audit SET seq = {middle} WHERE seq = {next}"),
        format!("UPDATE audit SET seq = {next} WHERE seq = 0"),
    ];
    let (good, text) = log.verify_after(&swapped).await;
    assert!(
        !good && text.contains(&format!("the link of entry {middle} ")),
        "{text}"
    );
    let (good, text) = log.verify_after(&[]).await;
    assert!(good, "put back, it holds: {text}");
}

#[tokio::test]
async fn a_log_that_was_cut_or_computed_anew_is_told_by_its_checkpoints() {
    let log = Log::new().await;
    let head = log.entries.len() as u64;
    let is_decision = |entry: &&AuditEntry| json!(entry.action) == "decided";
    let decided = log
        .entries
        .iter()
        .find(is_decision)
        .expect("a decision")
        .seq;
    // The database's own checkpoints go too: those of the second place remain.
    let forgotten = format!("DELETE FROM checkpoints WHERE count >= {decided}");
    let cut = format!("DELETE FROM audit WHERE seq >= {decided}");
    let (good, text) = log.verify_after(&[cut, forgotten.clone()]).await;
    assert!(
        !good && text.contains("cut off or computed anew between entry"),
        "{text}"
    );
    let mut entries = log.entries.clone();
    let changed = usize::try_from(decided - 1).expect("small");
    entries[changed].actor = "somebody".to_owned();
    let mut statements = vec![
        format!("UPDATE audit SET actor = 'somebody' WHERE seq = {decided}"),
        forgotten,
    ];
    statements.extend(Log::recomputed(&entries));
    let (good, text) = log.verify_after(&statements).await;
    assert!(
        !good && !text.contains("the link of entry"),
        "the chain itself holds: {text}"
    );
    let between: Vec<u64> = text
        .lines()
        .find(|line| line.contains("cut off or computed anew between entry"))
        .unwrap_or_else(|| panic!("nothing of the kind: {text}"))
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|number| number.parse().ok())
        .collect();
    let names_it = between[0] < decided && decided <= between[1] && between[1] <= head;
    assert!(names_it, "{decided} is not in {between:?}: {text}");
    // A checkpoint that was kept elsewhere holds, or does not.
    let file = log.scene.backend.folder().join("checkpoints.jsonl");
    let kept = std::fs::read_to_string(file).expect("checkpoints");
    let kept = kept.lines().last().expect("a checkpoint").to_owned();
    let (good, text) = log
        .scene
        .backend
        .verb(&["audit", "verify", "--expect", &kept]);
    assert!(good, "{text}");
    let mut forged: Value = serde_json::from_str(&kept).expect("JSON");
    forged["count"] = json!(1);
    let (good, text) =
        log.scene
            .backend
            .verb(&["audit", "verify", "--expect", &forged.to_string()]);
    assert!(!good && text.contains("not signed by this key"), "{text}");
}
