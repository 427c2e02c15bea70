//! The tests' own door: faults, waiting, changes behind everybody's back.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::scene::{Scene, send};

async fn host_of(scene: &Scene) -> String {
    scene.scenario("hands-on-keyboard-powershell").await["host_id"]
        .as_str()
        .expect("a host")
        .to_owned()
}

#[tokio::test]
async fn a_dropped_answer_closes_the_connection_and_after_means_that_it_was_done() {
    let scene = Scene::new().await;
    let token = scene.token("full").await;
    let host = host_of(&scene).await;
    for (moment, expected) in [("before", "normal"), ("after", "containment_pending")] {
        let fault =
            json!({"platform": "crowdstrike", "operation": "PerformActionV2", "drop": moment});
        assert_eq!(scene.control("/faults", Some(fault)).await.status, 201);
        let request = scene
            .request(Method::POST, "/devices/entities/devices-actions/v2")
            .bearer_auth(&token)
            .query(&[("action_name", "contain")])
            .json(&json!({"ids": [host]}));
        assert!(request.send().await.is_err(), "no answer comes");
        assert_eq!(scene.status(&token, &host).await, expected);
    }
    let dropped = scene
        .control(
            "/requests/wait?operation=PerformActionV2&count=2&timeout_ms=1000",
            None,
        )
        .await;
    assert!(
        dropped
            .body
            .as_array()
            .expect("entries")
            .iter()
            .all(|entry| entry["status"].is_null())
    );
}

#[tokio::test]
async fn a_held_request_waits_for_its_release_before_or_after_its_effect() {
    let scene = Scene::new().await;
    let token = scene.token("full").await;
    let host = host_of(&scene).await;
    for (moment, meanwhile) in [("before", "normal"), ("after", "lift_containment_pending")] {
        let action = if moment == "before" {
            "contain"
        } else {
            "lift_containment"
        };
        scene.control("/faults", Some(json!({"platform": "crowdstrike", "operation": "PerformActionV2", "hold": moment}))).await;
        let hosts = [host.as_str()];
        let act = scene.act(&token, action, &hosts);
        let watch = async {
            let count = if moment == "before" { 1 } else { 2 };
            let seen = scene
                .control(
                    &format!(
                        "/requests/wait?operation=PerformActionV2&count={count}&timeout_ms=30000"
                    ),
                    None,
                )
                .await;
            assert_eq!(seen.status, 200);
            // The arrival is told before the effect: the held request is where it should be once the host says so.
            while scene.status(&token, &host).await != meanwhile {
                tokio::task::yield_now().await;
            }
            scene.control("/release", Some(json!({}))).await;
        };
        let (answer, ()) = tokio::join!(act, watch);
        assert_eq!(answer.status, 202);
        scene.advance(3_000);
    }
    assert_eq!(scene.status(&token, &host).await, "normal");
}

#[tokio::test]
async fn an_answer_may_be_any_text_and_an_unspecific_fault_leaves_tokens_alone() {
    let scene = Scene::new().await;
    let broken = r#"{"resources":[{"cmdline":"\ud800"#;
    scene
        .control(
            "/faults",
            Some(json!({"platform": "crowdstrike", "body": broken})),
        )
        .await;
    let token = scene.token("full").await;
    let request = scene
        .request(Method::GET, "/alerts/queries/alerts/v2")
        .bearer_auth(&token)
        .send()
        .await
        .expect("an answer");
    assert_eq!(request.status(), 200);
    assert_eq!(request.text().await.expect("a text"), broken);
    let outage = json!({"platform": "crowdstrike", "operation": "*", "status": 503, "count": 2});
    scene.control("/faults", Some(outage)).await;
    let client = &scene.falcon.clients[0];
    assert_eq!(
        scene
            .form(
                "/oauth2/token",
                &[("client_id", &client.id), ("client_secret", &client.secret)]
            )
            .await
            .status,
        503
    );
    assert_eq!(scene.control("/faults", None).await.body[0]["count"], 1);
    let cleared = send(
        scene
            .http
            .delete(format!("{}/faults", scene.running.control_url)),
    )
    .await;
    assert_eq!(cleared.status, 200);
    assert_eq!(
        scene
            .get(&token, "/alerts/queries/alerts/v2", &[])
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn an_answer_may_be_malformed_or_of_any_status_after_the_effect_is_there() {
    let scene = Scene::new().await;
    let token = scene.token("full").await;
    let host = host_of(&scene).await;
    for (fault, action, status, expected) in [
        (
            json!({"body": "<html>", "status": 202}),
            "contain",
            202,
            "normal",
        ),
        (
            json!({"body": "<html>", "status": 202, "moment": "after"}),
            "contain",
            202,
            "containment_pending",
        ),
        (
            json!({"status": 500, "moment": "after"}),
            "lift_containment",
            500,
            "lift_containment_pending",
        ),
    ] {
        let mut fault = fault;
        fault["platform"] = json!("crowdstrike");
        fault["operation"] = json!("PerformActionV2");
        assert_eq!(scene.control("/faults", Some(fault)).await.status, 201);
        let answer = scene.act(&token, action, &[&host]).await;
        assert_eq!(answer.status, status);
        assert_eq!(scene.status(&token, &host).await, expected);
    }
}

#[tokio::test]
async fn any_answer_may_be_a_redirection_that_names_a_cloud_and_stays_in_the_lab() {
    let scene = Scene::new().await;
    let token = scene.token("full").await;
    for status in [301, 308] {
        let fault = json!({"platform": "crowdstrike", "status": status});
        assert_eq!(scene.control("/faults", Some(fault)).await.status, 201);
        let answer = scene.get(&token, "/alerts/queries/alerts/v2", &[]).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("x-cs-region")),
            (status, Some("us-2"))
        );
        let location = answer.header("location").expect("a location");
        assert!(location.starts_with(&scene.base_url), "{location}");
    }
}

#[tokio::test]
async fn faults_that_make_no_sense_are_refused() {
    let scene = Scene::new().await;
    for fault in [
        json!({"platform": "crowdstrike"}),
        json!({"platform": "elsewhere", "status": 503}),
        json!({"platform": "crowdstrike", "status": 503, "operation": "Nonsense"}),
        json!({"platform": "crowdstrike", "status": 503, "colour": "red"}),
        json!({"platform": "crowdstrike", "hold": "during"}),
        json!({"platform": "crowdstrike", "hold": "after", "moment": "after"}),
        json!({"platform": "crowdstrike", "status": 204}),
        json!({"status": 503}),
    ] {
        assert_eq!(
            scene.control("/faults", Some(fault.clone())).await.status,
            400,
            "{fault}"
        );
    }
}

#[tokio::test]
async fn waiting_ends_when_the_requests_have_come_and_says_when_they_have_not() {
    let scene = Scene::new().await;
    let token = scene.token("full").await;
    let waiting = scene.control(
        "/requests/wait?operation=GetQueriesAlertsV2&count=2&timeout_ms=30000",
        None,
    );
    let asking = async {
        for _ in 0..2 {
            scene
                .get(&token, "/alerts/queries/alerts/v2", &[("limit", "1")])
                .await;
        }
    };
    let (seen, ()) = tokio::time::timeout(Duration::from_secs(60), async {
        tokio::join!(waiting, asking)
    })
    .await
    .expect("it ends");
    assert_eq!(seen.body.as_array().map(Vec::len), Some(2));
    assert_eq!(
        scene
            .control("/requests/wait?operation=StopSearchV1&timeout_ms=1", None)
            .await
            .status,
        408
    );
    assert_eq!(
        scene
            .control("/requests/wait?operation=Nonsense&timeout_ms=1", None)
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn another_console_user_changes_a_host_and_the_api_shows_it() {
    let scene = Scene::new().await;
    let token = scene.token("readonly").await;
    let host = host_of(&scene).await;
    let changed = scene
        .control(
            &format!("/hosts/{host}"),
            Some(json!({"containment": "contained"})),
        )
        .await;
    assert_eq!(changed.body["containment"], "contained");
    assert_eq!(scene.status(&token, &host).await, "contained");
    assert_eq!(
        scene.control("/hosts/nobody", Some(json!({}))).await.status,
        404
    );
    assert_eq!(
        scene
            .control(
                &format!("/hosts/{host}"),
                Some(json!({"containment": "gone"}))
            )
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn an_injected_alert_is_found_as_it_is_and_gone_after_a_reset() {
    let scene = Scene::new().await;
    let token = scene.token("readonly").await;
    let raw = json!({"product": "something-new", "severity": "unheard of", "nested": {"deep": [1, null, true]}});
    let id = scene.control("/alerts", Some(raw.clone())).await.body["composite_id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let alert = scene.alert(&token, &id).await;
    for (name, value) in raw.as_object().expect("an object") {
        assert_eq!(&alert[name], value);
    }
    assert_eq!(scene.control("/reset", Some(json!({}))).await.status, 200);
    assert!(scene.alert(&token, &id).await.is_null());
}

#[tokio::test]
async fn expiring_the_tokens_ends_them_all() {
    let scene = Scene::new().await;
    let tokens = [scene.token("full").await, scene.token("readonly").await];
    assert_eq!(
        scene.control("/tokens/expire", Some(json!({}))).await.body["expired"],
        2
    );
    for token in tokens {
        assert_eq!(
            scene
                .get(&token, "/alerts/queries/alerts/v2", &[])
                .await
                .status,
            401
        );
    }
}

#[tokio::test]
async fn an_injected_alert_may_hold_an_escape_that_no_text_can() {
    let scene = Scene::new().await;
    let token = scene.token("readonly").await;
    let specimens = scene.control("/specimens", None).await.body;
    let mark = specimens["lone_surrogate"].as_str().expect("a character");
    let raw = json!({"product": "epp", "cmdline": format!("a{mark}b")});
    let id = scene.control("/alerts", Some(raw)).await.body["composite_id"].clone();
    let ids = json!({"composite_ids": [id]});
    let combined = json!({"filter": format!("composite_id:{}", id.to_string().replace('"', "'"))});
    for (path, body) in [
        ("/alerts/entities/alerts/v2", ids),
        ("/alerts/combined/alerts/v1", combined),
    ] {
        let request = scene
            .request(Method::POST, path)
            .bearer_auth(&token)
            .json(&body);
        let answer = request.send().await.expect("an answer").text().await;
        let answer = answer.expect("a text");
        assert!(answer.contains(r#""cmdline":"a\ud800b""#), "{answer}");
    }
}

#[tokio::test]
async fn what_happened_on_a_host_is_told_in_no_vendors_words() {
    let scene = Scene::new().await;
    let host = host_of(&scene).await;
    let answer = scene
        .control(&format!("/hosts/{host}/happened"), None)
        .await;
    assert_eq!(answer.status, 200);
    let events = answer.body["events"].as_array().expect("events");
    let finding = &answer.body["findings"][0];
    let started = events.iter().find(|event| {
        event["did"] == "started" && event["what"]["pid"] == finding["process"]["pid"]
    });
    let started = started.expect("the process of the finding was started");
    assert!(started["at_unix_ms"].as_i64() <= finding["at_unix_ms"].as_i64());
    assert!(started["actor"]["pid"].is_u64(), "{started}");
    let text = answer.body.to_string();
    assert!(
        !text.contains("HarddiskVolume") && !text.contains("aid"),
        "{text}"
    );
    let unknown = scene.control("/hosts/none/happened", None).await;
    assert_eq!(unknown.status, 404);
}
