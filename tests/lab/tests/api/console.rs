//! The console's pages as a browser gets them.

use aside_lab::platform::Platform;
use serde_json::json;

use crate::scene::{Scene, send};

const FIRST: &str = "falcon.crowdstrike.com";

async fn page(scene: &Scene, host: &str, path: &str) -> reqwest::Response {
    let request = scene
        .http
        .get(format!("{}{path}", scene.console_url))
        .header("host", host);
    request.send().await.expect("an answer")
}

#[tokio::test]
async fn every_console_host_serves_the_page_on_every_route_under_a_strict_policy() {
    let scene = Scene::new().await;
    let hosts = scene.falcon.clone().console().hosts;
    assert_eq!((hosts[0], hosts.len()), (FIRST, 5));
    for host in hosts {
        for path in [
            "/activity-v2/detections",
            "/activity-v2/detections/a%3Ab?_cid=g0",
            "/identity-protection/detections/x?cid=y",
            "/host-management/hosts/x",
            "/",
        ] {
            let response = page(&scene, host, path).await;
            assert_eq!(response.status(), 200);
            let policy = response.headers()["content-security-policy"]
                .to_str()
                .expect("text")
                .to_owned();
            for rule in [
                "default-src 'self'",
                "frame-src 'none'",
                "object-src 'none'",
                "require-trusted-types-for 'script'",
            ] {
                assert!(policy.contains(rule), "{policy}");
            }
            assert!(
                response
                    .text()
                    .await
                    .expect("a page")
                    .contains("/assets/console.js")
            );
        }
    }
}

#[tokio::test]
async fn a_page_that_frames_an_address_may_try_and_another_host_is_an_ordinary_page() {
    let scene = Scene::new().await;
    let response = page(
        &scene,
        FIRST,
        "/activity-v2/detections?frame=chrome-extension%3A%2F%2Fx%2Fpanel.html",
    )
    .await;
    assert!(
        response.headers()["content-security-policy"]
            .to_str()
            .expect("text")
            .contains("frame-src *")
    );
    let other = page(&scene, "not-a-console.example", "/?frame=x")
        .await
        .text()
        .await
        .expect("a page");
    assert!(other.contains("An ordinary page"));
    assert_eq!(page(&scene, "elsewhere.example", "/").await.status(), 421);
}

#[tokio::test]
async fn the_pages_hold_no_inline_script_style_or_handler() {
    let scene = Scene::new().await;
    for host in [FIRST, "not-a-console.example"] {
        let text = page(&scene, host, "/").await.text().await.expect("a page");
        assert!(
            !text.contains("style=")
                && !text.contains("<style")
                && !text.contains(" on")
                && !text.contains("<script>"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn the_list_has_the_newest_first_with_the_vendors_own_links() {
    let scene = Scene::new().await;
    let rows = send(
        scene
            .http
            .get(format!("{}/api/console/alerts", scene.console_url)),
    )
    .await
    .body;
    let rows = rows.as_array().expect("rows");
    let times: Vec<&str> = rows
        .iter()
        .map(|row| row["timestamp"].as_str().expect("a time"))
        .collect();
    assert!(rows.len() > 50 && times.is_sorted_by(|one, other| one >= other));
    let link = |product: &str| {
        rows.iter()
            .find(|row| row["product"] == product)
            .and_then(|row| row["link"].as_str())
            .unwrap_or("")
            .to_owned()
    };
    assert!(
        link("epp").starts_with("/activity-v2/detections/") && link("epp").contains("?_cid=g04000")
    );
    assert!(
        link("idp").starts_with("/identity-protection/detections/")
            && link("idp").contains("?cid=")
    );
    assert!(link("mobile").starts_with("/mobile/detections/"));
    assert!(
        link("fcs").starts_with("/unified-detections/")
            && link("ngsiem").starts_with("/unified-detections/")
    );
    assert!(link("automated-lead").starts_with("/automated-leads/"));
}

#[tokio::test]
async fn an_alerts_page_shows_the_hosts_state_now_and_the_comments() {
    let scene = Scene::new().await;
    let token = scene.token("full").await;
    let scenario = scene.scenario("lolbin-download").await;
    let (id, host) = (
        scenario["composite_ids"][0].as_str().expect("an id"),
        scenario["host_id"].as_str().expect("a host"),
    );
    scene.patch(&token, json!({"composite_ids": [id], "action_parameters": [{"name": "append_comment", "value": "seen"}]})).await;
    scene.act(&token, "contain", &[host]).await;
    scene.advance(3_000);
    let shown = send(
        scene
            .http
            .get(format!("{}/api/console/alert", scene.console_url))
            .query(&[("id", id)]),
    )
    .await
    .body;
    assert_eq!(
        (
            &shown["host"]["status"],
            &shown["alert"]["comments"][0]["value"]
        ),
        (&json!("contained"), &json!("seen"))
    );
    let device = send(
        scene
            .http
            .get(format!("{}/api/console/host", scene.console_url))
            .query(&[("id", host)]),
    )
    .await
    .body;
    assert_eq!(device["device"]["status"], "contained");
    assert_eq!(
        send(
            scene
                .http
                .get(format!("{}/api/console/alert?id=nobody", scene.console_url))
        )
        .await
        .status,
        404
    );
}
