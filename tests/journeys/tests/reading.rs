//! Reading an alert over HTTP: resolve, analyse, ask, and who may.

use aside_journeys::{Backend, Lab, Setup, claims};
use aside_shared::api::{HostNow, ReadHost, Resolve, ResolveFrom, Resolved};
use aside_shared::chat::{Answer, Question};
use aside_shared::console::Location;
use aside_shared::event::AnalysisEvent;
use reqwest::StatusCode;
use serde_json::{Value, json};

#[tokio::test]
async fn an_alert_is_resolved_analysed_and_every_claim_cites_what_is_there() {
    let lab = Lab::start().await;
    let backend = Backend::start(&lab, &Setup::default()).await;
    let analyst = backend.sign_in("analyst").await;
    let (alert, host) = lab.scenario("hands-on-keyboard-powershell").await;

    let page = Location::parse(&format!(
        "https://falcon.crowdstrike.com/activity-v2/detections/{}?_cid=g1",
        alert.id
    ))
    .unwrap();
    let resolved: Resolved = analyst
        .ask(
            "/alerts/resolve",
            &Resolve {
                from: ResolveFrom::Page(page),
                tenant: None,
            },
        )
        .await;
    assert_eq!(resolved, Resolved::Alert { key: alert.clone() });

    let events = analyst.analysis(&alert).await;
    assert!(matches!(events.first(), Some(AnalysisEvent::Alert(_))));
    assert!(
        matches!(events.last(), Some(AnalysisEvent::Done(_))),
        "{:?}",
        events.last()
    );
    let mut known = std::collections::BTreeSet::new();
    for event in &events {
        match event {
            AnalysisEvent::Alert(alert) => {
                known.extend(alert.evidence.iter().map(|it| it.id.clone()))
            }
            AnalysisEvent::Context(context) => {
                known.extend(context.evidence.iter().map(|it| it.id.clone()))
            }
            _ => {}
        }
    }
    let said = claims(&events);
    assert!(said.len() >= 3, "{said:?}");
    for claim in said {
        assert!(!claim.evidence.is_empty());
        assert!(
            claim.evidence.iter().all(|id| known.contains(id)),
            "{claim:?} cites what was not shown"
        );
    }

    let now: HostNow = analyst
        .ask(
            "/hosts/state",
            &ReadHost {
                alert: alert.clone(),
                host: host.as_str().into(),
            },
        )
        .await;
    assert_eq!(now.state.id.as_str(), host);
    assert_eq!(now.isolated_by, None);
    let question = Question {
        alert: alert.clone(),
        text: "Is the host isolated?".to_owned(),
    };
    assert!(matches!(
        analyst.ask("/questions", &question).await,
        Answer::Host { .. }
    ));
    let question = Question {
        alert,
        text: "Isolate it".to_owned(),
    };
    let answer: Answer = analyst.ask("/questions", &question).await;
    assert!(matches!(answer, Answer::Propose { .. }), "{answer:?}");
    assert_eq!(
        lab.count("PerformActionV2").await,
        0,
        "a question never acts"
    );
}

#[tokio::test]
async fn nobody_reads_without_a_role_and_every_error_is_a_problem() {
    let lab = Lab::start().await;
    let backend = Backend::start(&lab, &Setup::default()).await;
    let (alert, _) = lab.scenario("hands-on-keyboard-powershell").await;
    for user in ["admin", "auditor"] {
        let caller = backend.sign_in(user).await;
        assert_eq!(
            caller
                .post("/analyses", &json!({ "alert": alert }))
                .await
                .status(),
            StatusCode::FORBIDDEN
        );
    }
    let viewer = backend.sign_in("viewer").await;
    for (path, body, status) in [
        (
            "/analyses",
            json!({ "alert": { "tenant": "acme", "platform": "crowdstrike", "id": "no-such" } }),
            404,
        ),
        (
            "/analyses",
            json!({ "alert": { "tenant": "other", "platform": "crowdstrike", "id": "x" } }),
            403,
        ),
        ("/analyses", json!({ "alert": 5 }), 422),
        ("/analyses", json!({ "alert": alert, "unknown": 1 }), 422),
        (
            "/proposals",
            json!({ "alert": alert, "action": "isolate_host", "host": "x" }),
            403,
        ),
        (
            "/questions",
            json!({ "alert": alert, "text": "x".repeat(3000) }),
            400,
        ),
        ("/nothing", json!({}), 404),
    ] {
        let answer = viewer.post(path, &body).await;
        assert_eq!(answer.status().as_u16(), status, "{path} {body}");
        assert_eq!(
            answer.headers()["content-type"],
            "application/problem+json",
            "{path}"
        );
        let problem: Value = answer.json().await.unwrap();
        assert!(
            problem["instance"]
                .as_str()
                .unwrap()
                .starts_with("urn:aside:request:"),
            "{problem}"
        );
    }
}

#[tokio::test]
async fn a_vendor_that_is_down_or_refuses_is_named() {
    let lab = Lab::start().await;
    let backend = Backend::start(&lab, &Setup::default()).await;
    let analyst = backend.sign_in("analyst").await;
    let (alert, _) = lab.scenario("hands-on-keyboard-powershell").await;
    lab.tell("/faults", json!({ "platform": "crowdstrike", "operation": "PostEntitiesAlertsV2", "status": 503, "count": 3 })).await;
    let answer = analyst.post("/analyses", &json!({ "alert": alert })).await;
    assert_eq!(answer.status(), StatusCode::BAD_GATEWAY);
    assert!(
        answer
            .text()
            .await
            .unwrap()
            .contains("Falcon does not answer")
    );
    assert!(
        matches!(
            analyst.analysis(&alert).await.last(),
            Some(AnalysisEvent::Done(_))
        ),
        "it recovers"
    );
    lab.tell("/tokens/expire", json!({})).await;
    assert!(
        matches!(
            analyst.analysis(&alert).await.last(),
            Some(AnalysisEvent::Done(_))
        ),
        "a fresh token is fetched"
    );
}

#[tokio::test]
async fn check_says_what_each_credential_may_do() {
    let lab = Lab::start().await;
    let backend = Backend::start(&lab, &Setup::default()).await;
    let (good, text) = backend.verb(&["check"]);
    assert!(good, "{text}");
    for line in ["Alerts: read", "Hosts: read", "not provable"] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
    for secret in [
        "/crowdstrike/client_secret",
        "/crowdstrike/readonly_client_secret",
    ] {
        assert!(!text.contains(&lab.text(secret)));
        assert!(
            !std::fs::read_to_string(backend.folder().join("log"))
                .unwrap()
                .contains(&lab.text(secret))
        );
    }
}
