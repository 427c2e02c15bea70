//! The hosts service: finding, details, containment and its pending states.

use serde_json::json;

use crate::scene::Scene;

const QUERY: &str = "/devices/queries/devices/v1";
const SCROLL: &str = "/devices/queries/devices-scroll/v1";

async fn host_of(scene: &Scene, scenario: &str) -> String {
    scene.scenario(scenario).await["host_id"]
        .as_str()
        .expect("a host")
        .to_owned()
}

#[tokio::test]
async fn containment_goes_through_its_four_states() {
    let scene = Scene::new().await;
    let token = scene.token("full").await;
    let host = host_of(&scene, "hands-on-keyboard-powershell").await;
    let accepted = scene.act(&token, "contain", &[&host]).await;
    assert_eq!(accepted.status, 202);
    assert_eq!(
        accepted.body["resources"][0],
        json!({"id": host, "path": "/devices/entities/devices/v1"})
    );
    assert_eq!(scene.status(&token, &host).await, "containment_pending");
    scene.advance(499);
    assert_eq!(scene.status(&token, &host).await, "containment_pending");
    scene.advance(2_501);
    assert_eq!(scene.status(&token, &host).await, "contained");
    // Again is accepted and changes nothing.
    assert_eq!(scene.act(&token, "contain", &[&host]).await.status, 202);
    assert_eq!(scene.status(&token, &host).await, "contained");
    assert_eq!(
        scene.act(&token, "lift_containment", &[&host]).await.status,
        202
    );
    assert_eq!(
        scene.status(&token, &host).await,
        "lift_containment_pending"
    );
    scene.advance(3_000);
    assert_eq!(scene.status(&token, &host).await, "normal");
    let actions = scene.control("/state", None).await.body["actions"].clone();
    let log: Vec<(&str, bool)> = actions
        .as_array()
        .expect("a log")
        .iter()
        .map(|action| {
            (
                action["action"].as_str().expect("a name"),
                action["changed"].as_bool().expect("a flag"),
            )
        })
        .collect();
    assert_eq!(
        log,
        [
            ("contain", true),
            ("contain", false),
            ("lift_containment", true)
        ]
    );
}

#[tokio::test]
async fn an_offline_host_stays_pending_and_an_alerts_snapshot_does_not_move() {
    let scene = Scene::new().await;
    let token = scene.token("full").await;
    let scenario = scene.scenario("scheduled-task-persistence").await;
    assert_eq!(scenario["online"], false);
    let host = scenario["host_id"].as_str().expect("a host");
    let online = scene
        .get(
            &token,
            "/devices/entities/online-state/v1",
            &[("ids", host)],
        )
        .await;
    assert_eq!(online.body["resources"][0]["state"], "offline");
    scene.act(&token, "contain", &[host]).await;
    scene.advance(1_000_000);
    assert_eq!(scene.status(&token, host).await, "containment_pending");
    let alert = scene
        .alert(
            &token,
            scenario["composite_ids"][0].as_str().expect("an id"),
        )
        .await;
    assert_eq!(alert["device"]["status"], "normal");
    assert_eq!(
        scene
            .control(&format!("/hosts/{host}"), Some(json!({"online": true})))
            .await
            .status,
        200
    );
    scene.advance(3_000);
    assert_eq!(scene.status(&token, host).await, "contained");
}

#[tokio::test]
async fn lifting_what_is_not_contained_is_a_conflict_and_changes_nothing() {
    let scene = Scene::new().await;
    let token = scene.token("full").await;
    let (one, other) = (
        host_of(&scene, "lolbin-download").await,
        host_of(&scene, "software-update").await,
    );
    assert_eq!(
        scene.act(&token, "lift_containment", &[&one]).await.status,
        409
    );
    scene.act(&token, "contain", &[&other]).await;
    let mixed = scene.act(&token, "lift_containment", &[&one, &other]).await;
    assert_eq!(
        (
            mixed.status.as_u16(),
            mixed.body["resources"].as_array().map(Vec::len),
            &mixed.body["errors"][0]["code"]
        ),
        (202, Some(1), &json!(409))
    );
}

#[tokio::test]
async fn actions_on_nobody_on_too_many_or_of_no_name_are_refused() {
    let scene = Scene::new().await;
    let token = scene.token("full").await;
    let many: Vec<String> = (0..101).map(|index| format!("{index:032x}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let nobody = "0123456789abcdef0123456789abcdef";
    let unknown = scene.act(&token, "contain", &[nobody]).await;
    assert_eq!(unknown.status, 400, "the operation knows no 404");
    assert_eq!(
        (
            &unknown.body["errors"][0]["code"],
            &unknown.body["errors"][0]["id"]
        ),
        (&json!(404), &json!(nobody))
    );
    let host = host_of(&scene, "lolbin-download").await;
    let beside = scene.act(&token, "contain", &[nobody, &host]).await;
    assert_eq!(
        (beside.status.as_u16(), &beside.body["errors"][0]["code"]),
        (202, &json!(404))
    );
    assert_eq!(scene.act(&token, "contain", &[]).await.status, 400);
    assert_eq!(scene.act(&token, "contain", &many).await.status, 400);
    assert_eq!(scene.act(&token, "destroy", &["x"]).await.status, 400);
    assert_eq!(scene.act(&token, "hide_host", &["x"]).await.status, 400);
}

#[tokio::test]
async fn a_scroll_walks_the_list_and_its_token_lives_two_minutes() {
    let scene = Scene::new().await;
    let token = scene.token("readonly").await;
    let whole = scene
        .get(
            &token,
            QUERY,
            &[("limit", "5000"), ("sort", "hostname.asc")],
        )
        .await
        .ids();
    let (mut offset, mut seen) = (String::new(), Vec::new());
    loop {
        let page = scene
            .get(
                &token,
                SCROLL,
                &[
                    ("limit", "7"),
                    ("sort", "hostname.asc"),
                    ("offset", &offset),
                ],
            )
            .await;
        assert_eq!(page.status, 200, "{:?}", page.body);
        seen.extend(page.ids());
        assert!(
            page.body["meta"]["pagination"]["expires_at"].as_i64()
                > Some(1_000_000_000_000_000_000),
            "nanoseconds"
        );
        offset = page.body["meta"]["pagination"]["offset"]
            .as_str()
            .expect("a token")
            .to_owned();
        if offset.is_empty() {
            break;
        }
    }
    assert_eq!(seen, whole);
    let page = scene.get(&token, SCROLL, &[("limit", "7")]).await;
    let offset = page.body["meta"]["pagination"]["offset"]
        .as_str()
        .expect("a token")
        .to_owned();
    scene.advance(120_001);
    assert_eq!(
        scene
            .get(&token, SCROLL, &[("limit", "7"), ("offset", &offset)])
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn a_host_filter_that_alerts_would_take_is_refused() {
    let scene = Scene::new().await;
    let token = scene.token("readonly").await;
    assert_eq!(
        scene
            .get(&token, QUERY, &[("filter", "hostname:'*x*'")])
            .await
            .status,
        400
    );
    assert_eq!(
        scene
            .get(&token, QUERY, &[("filter", "product_type:>'1'")])
            .await
            .status,
        400
    );
    for (query, status) in [
        (("filter", "hostname:*'*x*'"), 400),
        (("filter", "hostname:'*-01'"), 200),
        (("filter", "local_ip.raw:*'10.*'"), 200),
        (("sort", "bogus.asc"), 400),
        (("sort", "hostname.asc"), 200),
    ] {
        assert_eq!(
            scene.get(&token, QUERY, &[query]).await.status,
            status,
            "{query:?}"
        );
    }
    let servers = scene
        .get(
            &token,
            QUERY,
            &[("filter", "product_type_desc:['Server','Domain Controller']")],
        )
        .await
        .ids();
    assert_eq!(servers.len(), 3);
}

#[tokio::test]
async fn ids_may_repeat_in_the_query_and_unknown_ones_are_errors() {
    let scene = Scene::new().await;
    let token = scene.token("readonly").await;
    let (one, other) = (
        host_of(&scene, "lolbin-download").await,
        host_of(&scene, "software-update").await,
    );
    for path in [
        "/devices/entities/devices/v1",
        "/devices/entities/devices/v2",
    ] {
        let answer = scene
            .get(
                &token,
                path,
                &[("ids", &one), ("ids", &other), ("ids", "nobody")],
            )
            .await;
        assert_eq!(
            (
                answer.status.as_u16(),
                answer.body["resources"].as_array().map(Vec::len)
            ),
            (200, Some(2))
        );
        assert_eq!(answer.body["errors"][0]["id"], "nobody");
    }
    let fine = scene
        .post(
            &token,
            "/devices/entities/devices/v2",
            json!({"ids": [one]}),
        )
        .await;
    assert!(
        fine.body["errors"].is_null(),
        "null and not an empty list, as recorded"
    );
}

#[tokio::test]
async fn combined_devices_give_the_wanted_fields_alone() {
    let scene = Scene::new().await;
    let token = scene.token("readonly").await;
    let answer = scene
        .get(
            &token,
            "/devices/combined/devices/v1",
            &[
                ("limit", "3"),
                ("fields", "hostname,status"),
                ("filter", "platform_name:'Windows'"),
            ],
        )
        .await;
    let devices = answer.body["resources"].as_array().expect("devices");
    assert_eq!(devices.len(), 3);
    for device in devices {
        assert_eq!(
            device
                .as_object()
                .expect("an object")
                .keys()
                .collect::<Vec<_>>(),
            ["device_id", "hostname", "status"]
        );
    }
}
