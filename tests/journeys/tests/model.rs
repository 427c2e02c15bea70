//! An alert with a model behind the backend: what leaves is known to the byte and holds no name, what comes back
//! is shown as far as the evidence goes.

use std::sync::{Arc, Mutex};

use aside_journeys::{Backend, Caller, Lab, Setup, alert_of, names, report_of};
use aside_shared::alert::AlertKey;
use aside_shared::api::{Activity, ReadActivity};
use aside_shared::audit::AuditAction;
use aside_shared::chat::{Answer, Question};
use aside_shared::model::Voice;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::post;
use serde_json::{Value, json};

type Record = Arc<Mutex<Vec<String>>>;

/// An endpoint that claims what the first lines of the evidence say, and one lie.
async fn endpoint() -> (String, Record) {
    let record = Record::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let base_url = format!("http://{}/v1", listener.local_addr().expect("an address"));
    let app = axum::Router::new()
        .route("/v1/chat/completions", post(complete))
        .with_state(Arc::clone(&record));
    tokio::spawn(async move { axum::serve(listener, app).await });
    (base_url, record)
}

async fn complete(State(record): State<Record>, body: String) -> impl IntoResponse {
    let value: Value = serde_json::from_str(&body).expect("JSON");
    record.lock().expect("the record").push(body);
    let text = value["messages"][1]["content"].as_str().expect("a text");
    let said = match text.contains("Are you ready?") {
        true => json!({ "answer": "ready" }),
        false => json!({ "claims": claims(text) }),
    };
    let part = json!({ "choices": [{ "delta": { "content": said.to_string() } }] });
    let end = json!({ "choices": [{ "delta": {}, "finish_reason": "stop" }] });
    let stream = format!("data: {part}\n\ndata: {end}\n\ndata: [DONE]\n\n");
    ([(CONTENT_TYPE, "text/event-stream")], stream)
}

/// Of the lines `E3 2026-03-02 14:16:40 UTC P1 started P2 happened`, and the first one turned round.
fn claims(text: &str) -> Vec<Value> {
    let fact = |number: &str, subject: &str, verb: &str, object: &str, outcome: &str| {
        json!({
            "kind": "fact", "evidence": [number], "text": "Somebody did something terrible.",
            "relations": [{ "subject": subject, "verb": verb, "object": object, "outcome": outcome }],
        })
    };
    let mut claims = Vec::new();
    for line in text.lines().filter(|line| line.starts_with('E')) {
        let words: Vec<&str> = line.split(' ').collect();
        let [number, _, _, "UTC", subject, verb, object, outcome, ..] = words[..] else {
            continue;
        };
        if claims.is_empty() {
            claims.push(fact(number, object, verb, subject, outcome));
        }
        claims.push(fact(number, subject, verb, object, outcome));
    }
    claims.truncate(6);
    claims
}

// The endpoint answers while `aside check` is waited for.
#[tokio::test(flavor = "multi_thread")]
async fn what_leaves_is_redacted_recorded_and_shown_and_what_comes_back_is_checked() {
    let (base_url, record) = endpoint().await;
    let lab = Lab::start().await;
    let setup = Setup {
        model: Some(base_url),
        ..Setup::default()
    };
    let backend = Backend::start(&lab, &setup).await;
    let analyst = backend.sign_in("analyst").await;
    let mut canaries = Vec::new();
    let scenarios = lab.scenarios().await;
    for scenario in &scenarios {
        let (key, _) = lab.scenario(scenario).await;
        let before = record.lock().expect("the record").len();
        let events = analyst.analysis(&key).await;
        let report = report_of(&events);
        let bodies = record.lock().expect("the record")[before..].to_vec();
        let sent: Vec<&String> = report.sent.iter().map(|sent| &sent.body).collect();
        assert_eq!(sent, bodies.iter().collect::<Vec<_>>(), "byte for byte");
        canaries.extend(names(&alert_of(&events)));
        let reading = report
            .reading()
            .unwrap_or_else(|| panic!("{scenario}: {report:?}"));
        let by_model = |voice: Voice| voice != Voice::Rules;
        let has_one = reading.claims.iter().any(|told| by_model(told.voice));
        assert!(has_one || reading.fell_back, "{scenario}: {reading:?}");
        assert!(reading.claims.iter().all(|told| told.voice != Voice::Model));
        assert!(!reading.dropped.is_empty(), "{scenario}: the lie");
        recorded(&analyst, &key, &report.sent[0].digest).await;
    }
    let (key, _) = lab.scenario("hands-on-keyboard-powershell").await;
    let question = Question {
        alert: key.clone(),
        text: "Anything odd here?".to_owned(),
    };
    let answer: Answer = analyst.ask("/questions", &question).await;
    assert!(matches!(answer, Answer::Model { .. }), "{answer:?}");
    assert_eq!(lab.count("PerformActionV2").await, 0);

    let (is_good, printed) = backend.verb(&["check"]);
    assert!(is_good, "{printed}");
    assert!(printed.contains("model: triage at 127.0.0.1"), "{printed}");
    assert!(
        printed.contains("answers, streams, takes a schema as json_schema"),
        "{printed}"
    );
    canaries.sort();
    canaries.dedup();
    assert!(canaries.len() >= 10, "{canaries:?}");
    for body in record.lock().expect("the record").iter() {
        let body = body.to_lowercase();
        for canary in &canaries {
            assert!(!body.contains(canary.as_str()), "{canary} in {body}");
        }
    }
    for file in ["log", "aside.sqlite", "aside.sqlite-wal"] {
        let bytes = std::fs::read(backend.folder().join(file)).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("model-key-canary"), "{file}");
    }
}

/// The alert's own history has the request, by its digest.
async fn recorded(analyst: &Caller, alert: &AlertKey, digest: &str) {
    let alert = alert.clone();
    let activity: Activity = analyst
        .ask("/alerts/activity", &ReadActivity { alert })
        .await;
    let is_it = |entry: &&aside_shared::audit::AuditEntry| {
        entry.action == AuditAction::ModelAsked && entry.detail.contains(digest)
    };
    assert_eq!(activity.entries.iter().filter(is_it).count(), 1);
}
