//! Query jobs: started, not yet done, done, stopped, forgotten.

use reqwest::Method;
use serde_json::{Value, json};

use crate::scene::{Scene, send};

const JOBS: &str = "/humio/api/v1/repositories/search-all/queryjobs";

async fn start(scene: &Scene, token: &str, query: &str) -> String {
    let answer = scene
        .post(
            token,
            JOBS,
            json!({"queryString": query, "start": "7d", "isLive": false}),
        )
        .await;
    assert_eq!(answer.status, 200, "{query}: {:?}", answer.body);
    answer.body["id"].as_str().expect("an id").to_owned()
}

async fn result(scene: &Scene, token: &str, query: &str) -> Value {
    let id = start(scene, token, query).await;
    scene.get(token, &format!("{JOBS}/{id}"), &[]).await;
    scene.advance(3_000);
    scene.get(token, &format!("{JOBS}/{id}"), &[]).await.body
}

#[tokio::test]
async fn a_job_is_not_done_at_once_and_says_when_to_ask_again() {
    let scene = Scene::new().await;
    let token = scene.token("readonly").await;
    let id = start(&scene, &token, "#event_simpleName=ProcessRollup2 | tail(5)").await;
    let path = format!("{JOBS}/{id}");
    scene.advance(5_000);
    let first = scene.get(&token, &path, &[]).await.body;
    assert_eq!(
        (&first["done"], &first["events"]),
        (&json!(false), &json!([])),
        "the first poll is never done"
    );
    assert!(first["metaData"]["pollAfter"].as_u64() > Some(0));
    let second = scene.get(&token, &path, &[]).await.body;
    assert_eq!(
        (&second["done"], second["events"].as_array().map(Vec::len)),
        (&json!(true), Some(5))
    );
    let stopped = send(scene.request(Method::DELETE, &path).bearer_auth(&token)).await;
    assert_eq!(
        stopped.status, 200,
        "the only success that the vendor's SDKs know"
    );
    assert_eq!(scene.get(&token, &path, &[]).await.status, 404);
}

#[tokio::test]
async fn a_job_that_nobody_polls_is_gone_after_ninety_seconds() {
    let scene = Scene::new().await;
    let token = scene.token("readonly").await;
    let id = start(&scene, &token, "*").await;
    scene.advance(89_000);
    assert_eq!(
        scene.get(&token, &format!("{JOBS}/{id}"), &[]).await.status,
        200
    );
    scene.advance(90_001);
    assert_eq!(
        scene.get(&token, &format!("{JOBS}/{id}"), &[]).await.status,
        404
    );
}

#[tokio::test]
async fn rows_are_flat_and_text_but_the_timestamp() {
    let scene = Scene::new().await;
    let token = scene.token("readonly").await;
    let host = scene.scenario("ransomware-staging").await["host_id"]
        .as_str()
        .expect("a host")
        .to_owned();
    let body = result(&scene, &token, &format!("aid=\"{host}\" | tail(1000)")).await;
    let events = body["events"].as_array().expect("events");
    assert!(events.len() > 20);
    for event in events {
        for (name, value) in event.as_object().expect("a row") {
            assert_eq!(value.is_number(), name == "@timestamp", "{name}: {value}");
            assert!(value.is_number() || value.is_string(), "{name}: {value}");
        }
    }
    assert_eq!(body["metaData"]["isAggregate"], false);
}

#[tokio::test]
async fn an_aggregate_says_so_and_names_its_columns() {
    let scene = Scene::new().await;
    let token = scene.token("readonly").await;
    let body = result(&scene, &token, "#event_simpleName=/Rollup2$/ | groupBy([FileName], function=count(as=n)) | sort(n, order=desc, limit=3)").await;
    assert_eq!(
        (
            &body["metaData"]["isAggregate"],
            &body["metaData"]["fieldOrder"]
        ),
        (&json!(true), &json!(["FileName", "n"]))
    );
    let counts: Vec<u64> = body["events"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| row["n"].as_str().expect("text").parse().expect("a number"))
        .collect();
    assert!(
        counts.len() == 3 && counts.is_sorted_by(|one, other| one >= other),
        "{counts:?}"
    );
}

#[tokio::test]
async fn what_the_lab_does_not_run_is_refused_by_name_and_nonsense_finds_nothing() {
    let scene = Scene::new().await;
    let token = scene.token("readonly").await;
    for query in [
        "* | n > 5",
        "cidr(RemoteAddressIP4, subnet=[\"10.0.0.0/8\"])",
        "a like \"b\"",
    ] {
        let refused = scene
            .post(&token, JOBS, json!({"queryString": query}))
            .await;
        assert_eq!(refused.status, 400, "{query}");
        assert!(
            refused.message().contains("the lab does not simulate"),
            "{}",
            refused.message()
        );
    }
    assert_eq!(
        scene
            .post(&token, JOBS, json!({"queryString": "(a=b"}))
            .await
            .status,
        400
    );
    assert_eq!(result(&scene, &token, "a = = b").await["events"], json!([]));
}

#[tokio::test]
async fn repositories_windows_and_members_are_checked() {
    let scene = Scene::new().await;
    let token = scene.token("readonly").await;
    assert_eq!(
        scene
            .post(
                &token,
                "/humio/api/v1/repositories/nowhere/queryjobs",
                json!({"queryString": "*"})
            )
            .await
            .status,
        400
    );
    for body in [
        json!({}),
        json!({"queryString": 5}),
        json!({"queryString": "*", "isLive": true}),
        json!({"queryString": "*", "isLive": "no"}),
        json!({"queryString": "*", "start": "yesterday"}),
        json!({"queryString": "*", "start": "1 day ago"}),
        json!({"queryString": "*", "start": "7days"}),
        json!({"queryString": "*", "start": "-7d"}),
        json!({"queryString": "*", "start": "1d", "end": "2d"}),
        json!({"queryString": "*", "query": "*"}),
        json!({"queryString": "*", "useIngestTime": true}),
    ] {
        assert_eq!(
            scene.post(&token, JOBS, body.clone()).await.status,
            400,
            "{body}"
        );
    }
    let hour = crate::scene::START - 3_600_000;
    let narrow = scene.post(&token, JOBS, json!({"queryString": "* | tail(max)", "start": hour, "end": crate::scene::START, "timeZone": "UTC"})).await;
    let path = format!("{JOBS}/{}", narrow.body["id"].as_str().expect("an id"));
    scene.get(&token, &path, &[]).await;
    scene.advance(3_000);
    let body = scene.get(&token, &path, &[]).await.body;
    let events = body["events"].as_array().expect("events");
    assert!(
        !events.is_empty()
            && events
                .iter()
                .all(|event| event["@timestamp"].as_i64() >= Some(hour))
    );
}

#[tokio::test]
async fn another_tenant_and_another_repository_do_not_see_a_job() {
    let scene = Scene::new().await;
    let token = scene.token("full").await;
    let id = start(&scene, &token, "*").await;
    let client = &scene.falcon.clients[0];
    let granted = scene
        .form(
            "/oauth2/token",
            &[
                ("client_id", &client.id),
                ("client_secret", &client.secret),
                ("member_cid", &scene.falcon.member_cid),
            ],
        )
        .await;
    let child = granted.body["access_token"].as_str().expect("a token");
    assert_eq!(
        scene.get(child, &format!("{JOBS}/{id}"), &[]).await.status,
        404
    );
    assert_eq!(
        scene
            .get(
                &token,
                &format!("/humio/api/v1/repositories/xdr/queryjobs/{id}"),
                &[]
            )
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn a_job_takes_between_half_a_second_and_three() {
    let scene = Scene::new().await;
    let token = scene.token("readonly").await;
    for _ in 0..12 {
        let id = start(&scene, &token, "* | head(1)").await;
        let path = format!("{JOBS}/{id}");
        scene.get(&token, &path, &[]).await;
        scene.advance(499);
        assert_eq!(scene.get(&token, &path, &[]).await.body["done"], false);
        scene.advance(2_501);
        assert_eq!(scene.get(&token, &path, &[]).await.body["done"], true);
    }
}
