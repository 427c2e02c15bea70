//! Tokens, scopes, limits, and everything that is refused before a service sees it.

use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::Method;
use serde_json::{Value, json};

use crate::scene::{Scene, send};

const ALERTS: &str = "/alerts/queries/alerts/v2";
const ONLINE: &str = "/devices/entities/online-state/v1";

#[tokio::test]
async fn a_token_lives_half_an_hour_and_not_a_second_longer() {
    let scene = Scene::new().await;
    let token = scene.token("full").await;
    scene.advance(1_798_000);
    assert_eq!(scene.get(&token, ALERTS, &[]).await.status, 200);
    scene.advance(1_000);
    let late = scene.get(&token, ALERTS, &[]).await;
    assert_eq!(
        (late.status.as_u16(), late.message()),
        (401, "access denied, invalid bearer token")
    );
}

#[tokio::test]
async fn bad_credentials_are_refused_as_the_sheet_says() {
    let scene = Scene::new().await;
    let client = &scene.falcon.clients[0];
    for (fields, status) in [
        (vec![], 400),
        (vec![("client_id", client.id.as_str())], 400),
        (
            vec![
                ("client_id", client.id.as_str()),
                ("client_secret", "wrong"),
            ],
            401,
        ),
        (
            vec![
                ("client_id", "nobody"),
                ("client_secret", client.secret.as_str()),
            ],
            403,
        ),
        (
            vec![
                ("client_id", client.id.as_str()),
                ("client_secret", client.secret.as_str()),
                ("grant_type", "x"),
            ],
            400,
        ),
        (
            vec![
                ("client_id", client.id.as_str()),
                ("client_secret", client.secret.as_str()),
                ("member_cid", "nobody"),
            ],
            403,
        ),
    ] {
        let answer = scene.form("/oauth2/token", &fields).await;
        assert_eq!(answer.status, status, "{fields:?}");
        assert!(answer.body["access_token"].is_null());
    }
    let json = scene
        .http
        .post(format!("{}/oauth2/token", scene.base_url))
        .json(&json!({"client_id": client.id, "client_secret": client.secret}));
    assert_eq!(send(json).await.status, 415);
}

#[tokio::test]
async fn a_client_of_another_cloud_is_sent_there_without_leaving_this_machine() {
    let scene = Scene::new().await;
    let client = scene
        .falcon
        .clients
        .iter()
        .find(|client| client.other_cloud.is_some())
        .expect("one lives elsewhere");
    let answer = scene
        .form(
            "/oauth2/token",
            &[("client_id", &client.id), ("client_secret", &client.secret)],
        )
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("x-cs-region")),
        (308, Some("us-2"))
    );
    let location = answer.header("location").expect("a location");
    assert!(location.starts_with(&scene.base_url));
    // Who follows comes to an end there, by a client that follows as the vendor's own SDK does.
    let following = reqwest::Client::builder().build().expect("a client");
    let end = send(
        following
            .post(format!("{}/oauth2/token", scene.base_url))
            .form(&[("client_id", &client.id), ("client_secret", &client.secret)]),
    )
    .await;
    assert_eq!(
        (end.status.as_u16(), end.message()),
        (501, "the lab does not simulate the cloud us-2")
    );
}

#[tokio::test]
async fn an_oauth_library_may_send_its_grant_type_and_the_credentials_in_a_header() {
    let scene = Scene::new().await;
    let client = &scene.falcon.clients[0];
    let path = format!("{}/oauth2/token", scene.base_url);
    let grant = [("grant_type", "client_credentials")];
    for (secret, status) in [(client.secret.as_str(), 201), ("wrong", 401)] {
        let request = scene
            .http
            .post(&path)
            .basic_auth(&client.id, Some(secret))
            .form(&grant);
        let answer = send(request).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.body["access_token"].is_string(), status == 201);
    }
    let form = [
        ("client_id", client.id.as_str()),
        ("client_secret", &client.secret),
        grant[0],
    ];
    assert_eq!(send(scene.http.post(&path).form(&form)).await.status, 201);
    assert_eq!(send(scene.http.post(&path).form(&grant)).await.status, 400);
    let record = scene.control("/requests", None).await.body.to_string();
    assert!(!record.contains(client.secret.as_str()));
}

#[tokio::test]
async fn what_the_vendor_has_and_the_lab_has_not_is_said_to_be_the_labs_lack() {
    let scene = Scene::new().await;
    let token = scene.token("full").await;
    for (method, path, what) in [
        (
            Method::POST,
            "/devices/combined/devices/login-history/v1",
            "QueryDeviceLoginHistory",
        ),
        (
            Method::POST,
            "/devices/combined/devices/login-history/v2",
            "QueryDeviceLoginHistoryV2",
        ),
        (
            Method::POST,
            "/devices/combined/devices/network-address-history/v1",
            "QueryGetNetworkAddressHistoryV1",
        ),
        (
            Method::PATCH,
            "/devices/entities/devices/tags/v1",
            "UpdateDeviceTags",
        ),
        (
            Method::GET,
            "/devices/queries/devices-hidden/v1",
            "QueryHiddenDevices",
        ),
        (
            Method::POST,
            "/real-time-response/entities/sessions/v1",
            "the service real-time-response",
        ),
    ] {
        let request = scene.request(method, path).bearer_auth(&token);
        let answer = send(request.json(&json!({}))).await;
        assert_eq!(answer.status, 501, "{path}");
        assert_eq!(
            answer.message(),
            format!("the lab does not simulate {what}")
        );
    }
}

#[tokio::test]
async fn a_child_tenant_has_alerts_and_hosts_of_its_own() {
    let scene = Scene::new().await;
    let client = &scene.falcon.clients[0];
    let member = scene.falcon.member_cid.clone();
    let granted = scene
        .form(
            "/oauth2/token",
            &[
                ("client_id", &client.id),
                ("client_secret", &client.secret),
                ("member_cid", &member),
            ],
        )
        .await;
    let child = granted.body["access_token"]
        .as_str()
        .expect("a token")
        .to_owned();
    let parent = scene.token("full").await;
    let (of_child, of_parent) = (
        scene.get(&child, ALERTS, &[]).await.ids(),
        scene.get(&parent, ALERTS, &[("limit", "1000")]).await.ids(),
    );
    assert!(!of_child.is_empty());
    assert!(
        of_child
            .iter()
            .all(|id| id.starts_with(&member) && !of_parent.contains(id))
    );
    // A parent's host cannot be acted on with the child's token.
    let host = scene.scenario("lolbin-download").await["host_id"]
        .as_str()
        .expect("a host")
        .to_owned();
    assert_eq!(scene.act(&child, "contain", &[&host]).await.status, 400);
    assert_eq!(scene.status(&parent, &host).await, "normal");
}

#[tokio::test]
async fn a_revoked_token_is_gone_and_revoking_needs_the_clients_secret() {
    let scene = Scene::new().await;
    let token = scene.token("full").await;
    let client = scene.falcon.clients[0].clone();
    let revoke = |secret: &str| {
        let basic = STANDARD.encode(format!("{}:{secret}", client.id));
        scene
            .http
            .post(format!("{}/oauth2/revoke", scene.base_url))
            .header("authorization", format!("Basic {basic}"))
            .form(&[("token", &token)])
    };
    assert_eq!(send(revoke("wrong")).await.status, 401);
    assert_eq!(scene.get(&token, ALERTS, &[]).await.status, 200);
    assert_eq!(send(revoke(&client.secret)).await.status, 200);
    assert_eq!(scene.get(&token, ALERTS, &[]).await.status, 401);
}

#[tokio::test]
async fn no_token_a_made_up_token_and_another_scheme_are_401() {
    let scene = Scene::new().await;
    assert_eq!(send(scene.request(Method::GET, ALERTS)).await.status, 401);
    assert_eq!(scene.get("made-up", ALERTS, &[]).await.status, 401);
    let token = scene.token("full").await;
    assert_eq!(
        send(
            scene
                .request(Method::GET, ALERTS)
                .header("authorization", format!("Token {token}"))
        )
        .await
        .status,
        401
    );
}

#[tokio::test]
async fn the_read_only_client_reads_everything_and_changes_nothing() {
    let scene = Scene::new().await;
    let token = scene.token("readonly").await;
    let scenario = scene.scenario("hands-on-keyboard-powershell").await;
    let (host, alert) = (
        scenario["host_id"].as_str().expect("a host"),
        scenario["composite_ids"][0].as_str().expect("an alert"),
    );
    assert_eq!(scene.get(&token, ALERTS, &[]).await.status, 200);
    assert_eq!(
        scene
            .get(&token, "/devices/queries/devices/v1", &[])
            .await
            .status,
        200
    );
    let refused = scene.act(&token, "contain", &[host]).await;
    assert_eq!(
        (
            refused.status.as_u16(),
            refused.message(),
            refused.body["errors"][0]["code"].as_u64()
        ),
        (403, "access denied, authorization failed", Some(403))
    );
    let note = json!({"composite_ids": [alert], "action_parameters": [{"name": "append_comment", "value": "x"}]});
    assert_eq!(scene.patch(&token, note).await.status, 403);
    assert_eq!(scene.status(&token, host).await, "normal");
    let job = scene
        .post(
            &token,
            "/humio/api/v1/repositories/search-all/queryjobs",
            json!({"queryString": "*", "isLive": false}),
        )
        .await;
    assert_eq!(job.status, 200);
}

#[tokio::test]
async fn paths_verbs_media_types_parameters_and_members_that_do_not_exist_are_refused() {
    let scene = Scene::new().await;
    let token = scene.token("full").await;
    let alert_body = json!({"composite_ids": ["x"]});
    for (request, status) in [
        (scene.request(Method::GET, "/alerts/queries/alerts/v9"), 404),
        (
            scene.request(Method::GET, "/alerts/queries/alerts/v2/"),
            404,
        ),
        (
            scene.request(Method::GET, "/detects/queries/detects/v1"),
            404,
        ),
        (scene.request(Method::PUT, ALERTS), 405),
        (
            scene.request(Method::GET, "/alerts/entities/alerts/v2"),
            405,
        ),
        (
            scene.request(Method::PATCH, "/alerts/entities/alerts/v2"),
            405,
        ),
        (
            scene
                .request(Method::GET, ALERTS)
                .query(&[("filters", "x")]),
            400,
        ),
        (
            scene
                .request(Method::GET, ALERTS)
                .query(&[("limit", "many")]),
            400,
        ),
        (
            scene
                .request(Method::GET, ALERTS)
                .query(&[("include_hidden", "perhaps")]),
            400,
        ),
        (
            scene
                .request(Method::POST, "/alerts/entities/alerts/v2")
                .json(&json!({"ids": ["x"]})),
            400,
        ),
        (
            scene
                .request(Method::POST, "/alerts/entities/alerts/v2")
                .json(&json!({"composite_ids": "x"})),
            400,
        ),
        (
            scene
                .request(Method::POST, "/alerts/entities/alerts/v2")
                .json(&json!({"composite_ids": [1]})),
            400,
        ),
        (
            scene
                .request(Method::POST, "/alerts/entities/alerts/v2")
                .json(&json!({"composite_ids": []})),
            400,
        ),
        (
            scene
                .request(Method::POST, "/alerts/entities/alerts/v2")
                .json(&json!(["x"])),
            400,
        ),
        (
            scene
                .request(Method::POST, "/alerts/entities/alerts/v2")
                .header("content-type", "application/json")
                .body("{"),
            400,
        ),
        (
            scene
                .request(Method::POST, "/alerts/entities/alerts/v2")
                .header("content-type", "application/json")
                .body(vec![0xff, 0xfe]),
            400,
        ),
        (
            scene
                .request(Method::POST, "/alerts/entities/alerts/v2")
                .body(alert_body.to_string()),
            415,
        ),
        (
            scene
                .request(Method::POST, "/alerts/entities/alerts/v2")
                .header("content-type", "text/plain")
                .body(alert_body.to_string()),
            415,
        ),
        (
            scene
                .request(Method::POST, "/devices/entities/devices-actions/v2")
                .json(&json!({"ids": ["x"]})),
            400,
        ),
        (
            scene
                .request(Method::POST, "/alerts/aggregates/alerts/v2")
                .json(&json!({"name": "x"})),
            400,
        ),
    ] {
        let shown = format!("{request:?}");
        let answer = send(request.bearer_auth(&token)).await;
        assert_eq!(answer.status, status, "{shown}");
        assert_eq!(
            answer.body["errors"][0]["code"].as_u64(),
            Some(status.into()),
            "{shown}"
        );
        assert!(answer.body["meta"]["trace_id"].is_string());
    }
}

#[tokio::test]
async fn the_sdks_empty_object_on_a_get_is_no_error() {
    let scene = Scene::new().await;
    let token = scene.token("full").await;
    let answer = send(
        scene
            .request(Method::GET, ALERTS)
            .bearer_auth(&token)
            .header("content-type", "application/json")
            .body("{}"),
    )
    .await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn what_is_left_of_the_limit_is_told_and_a_429_says_when_to_come_back() {
    let scene = Scene::new().await;
    let token = scene.token("full").await;
    let first = scene.get(&token, ALERTS, &[("limit", "1")]).await;
    assert_eq!(
        (
            first.header("x-ratelimit-limit"),
            first.header("x-ratelimit-remaining")
        ),
        (Some("6000"), Some("5999"))
    );
    let fault = json!({"platform": "crowdstrike", "status": 429, "retry_after_s": 5});
    assert_eq!(scene.control("/faults", Some(fault)).await.status, 201);
    let refused = scene.get(&token, ALERTS, &[]).await;
    assert_eq!(refused.status, 429);
    let at: i64 = refused
        .header("x-ratelimit-retryafter")
        .expect("when")
        .parse()
        .expect("epoch seconds");
    assert_eq!(at, crate::scene::START / 1000 + 5);
    assert_eq!(scene.get(&token, ALERTS, &[]).await.status, 200);
}

#[tokio::test]
async fn the_limit_itself_refuses_the_request_after_the_last() {
    let scene = Scene::new().await;
    let token = scene.token("full").await;
    let (parts, ()) = axum::http::Request::get(format!("{ONLINE}?ids=nobody"))
        .header("authorization", format!("Bearer {token}"))
        .body(())
        .expect("a request")
        .into_parts();
    let ask = || {
        aside_lab::crowdstrike::perform(
            &scene.falcon,
            &parts,
            &axum::body::Bytes::new(),
            aside_lab::crowdstrike::operations::route("GET", ONLINE),
        )
    };
    for _ in 0..aside_lab::crowdstrike::LIMIT_A_MINUTE {
        assert_eq!(ask().status, 200);
    }
    let refused = ask();
    assert_eq!(refused.status, 429);
    let at: i64 = refused
        .headers
        .iter()
        .find(|(name, _)| *name == "x-ratelimit-retryafter")
        .expect("when")
        .1
        .parse()
        .expect("epoch seconds");
    scene.advance(at * 1000 - crate::scene::START);
    assert_eq!(ask().status, 200);
}

#[tokio::test]
async fn every_request_is_recorded_and_no_secret_is() {
    let scene = Scene::new().await;
    let token = scene.token("full").await;
    scene
        .get(&token, ALERTS, &[("filter", "severity:>=70")])
        .await;
    scene.get("made-up", ALERTS, &[]).await;
    let record = scene.control("/requests", None).await.body;
    let text = record.to_string();
    let secret = &scene.falcon.clients[0].secret;
    assert!(!text.contains(secret.as_str()) && !text.contains(&token));
    let entries = record.as_array().expect("entries");
    let seen: Vec<(&Value, &Value, &Value)> = entries
        .iter()
        .map(|entry| (&entry["operation"], &entry["subject"], &entry["status"]))
        .collect();
    assert_eq!(
        seen,
        [
            (&json!("oauth2AccessToken"), &Value::Null, &json!(201)),
            (&json!("GetQueriesAlertsV2"), &json!("full"), &json!(200)),
            (&json!("GetQueriesAlertsV2"), &Value::Null, &json!(401)),
        ]
    );
}
