//! The alerts service: finding, paging, changing.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::scene::Scene;

const QUERY: &str = "/alerts/queries/alerts/v2";
const COMBINED: &str = "/alerts/combined/alerts/v1";

async fn first_alert(scene: &Scene) -> String {
    scene.scenario("phishing-document").await["composite_ids"][0]
        .as_str()
        .expect("an alert")
        .to_owned()
}

#[tokio::test]
async fn pages_by_offset_are_the_whole_list_in_order_and_without_repetition() {
    let scene = Scene::new().await;
    let token = scene.token("readonly").await;
    let whole = scene
        .get(
            &token,
            QUERY,
            &[("limit", "1000"), ("sort", "created_timestamp|asc")],
        )
        .await;
    let total = whole.body["meta"]["pagination"]["total"]
        .as_u64()
        .expect("a total");
    let mut pages = Vec::new();
    while pages.len() < usize::try_from(total).expect("a number") {
        let offset = pages.len().to_string();
        let page = scene
            .get(
                &token,
                QUERY,
                &[
                    ("limit", "17"),
                    ("offset", &offset),
                    ("sort", "created_timestamp|asc"),
                ],
            )
            .await
            .ids();
        assert!(!page.is_empty());
        pages.extend(page);
    }
    assert_eq!(pages, whole.ids());
    assert!(total >= 50 + 8);
}

#[tokio::test]
async fn offset_and_limit_end_at_ten_thousand() {
    let scene = Scene::new().await;
    let token = scene.token("readonly").await;
    for (offset, limit, status) in [
        ("0", "10000", 200),
        ("1", "10000", 400),
        ("0", "10001", 400),
        ("9999", "1", 200),
        ("-1", "5", 400),
    ] {
        assert_eq!(
            scene
                .get(&token, QUERY, &[("offset", offset), ("limit", limit)])
                .await
                .status,
            status,
            "{offset} {limit}"
        );
    }
}

#[tokio::test]
async fn pages_by_token_end_with_an_empty_token_and_miss_nothing() {
    let scene = Scene::new().await;
    let token = scene.token("readonly").await;
    let (mut after, mut seen, mut total) = (String::new(), Vec::new(), 0);
    loop {
        let mut body = json!({"filter": "product:'epp'", "sort": "timestamp|asc", "limit": 13});
        if !after.is_empty() {
            body["after"] = json!(after);
        }
        let page = scene.post(&token, COMBINED, body).await;
        assert_eq!(page.status, 200, "{:?}", page.body);
        let alerts = page.body["resources"].as_array().expect("alerts");
        seen.extend(
            alerts
                .iter()
                .map(|alert| alert["composite_id"].as_str().expect("an id").to_owned()),
        );
        let pagination = &page.body["meta"]["pagination"];
        assert!(
            total == 0 || pagination["total"] == total,
            "the total stays"
        );
        total = pagination["total"].as_u64().expect("a total");
        after = pagination["after"]
            .as_str()
            .expect("there on the last page too")
            .to_owned();
        if after.is_empty() {
            break;
        }
    }
    assert_eq!(seen.len(), usize::try_from(total).expect("a number"));
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), seen.len());
}

#[tokio::test]
async fn a_token_of_another_filter_or_no_token_at_all_is_refused() {
    let scene = Scene::new().await;
    let token = scene.token("readonly").await;
    let page = scene
        .post(
            &token,
            COMBINED,
            json!({"filter": "product:'epp'", "limit": 5}),
        )
        .await;
    let after = page.body["meta"]["pagination"]["after"].clone();
    assert_eq!(
        scene
            .post(
                &token,
                COMBINED,
                json!({"filter": "product:'idp'", "limit": 5, "after": after})
            )
            .await
            .status,
        400
    );
    assert_eq!(
        scene
            .post(&token, COMBINED, json!({"limit": 5, "after": "nonsense"}))
            .await
            .status,
        400
    );
    assert_eq!(
        scene
            .post(&token, COMBINED, json!({"limit": 0}))
            .await
            .status,
        400
    );
    assert_eq!(
        scene
            .post(&token, COMBINED, json!({"limit": "5"}))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn a_filter_finds_exactly_what_it_says() {
    let scene = Scene::new().await;
    let token = scene.token("readonly").await;
    let host = scene.scenario("ransomware-staging").await["host_id"]
        .as_str()
        .expect("a host")
        .to_owned();
    let filter = format!("device.device_id:'{host}'+severity:>=90");
    let body = json!({"filter": filter, "limit": 100});
    let found = scene.post(&token, COMBINED, body).await.body["resources"]
        .as_array()
        .expect("alerts")
        .clone();
    assert_eq!(found.len(), 2);
    assert!(
        found
            .iter()
            .all(|alert| alert["device"]["device_id"] == host.as_str()
                && alert["severity"].as_u64() >= Some(90))
    );
    let bad = scene
        .get(&token, QUERY, &[("filter", "severity>=90")])
        .await;
    assert_eq!(bad.status, 400);
    assert!(
        bad.message().contains("invalid filter expression"),
        "{}",
        bad.message()
    );
}

#[tokio::test]
async fn a_raw_plus_in_the_filter_arrives_as_a_space_and_is_refused() {
    let scene = Scene::new().await;
    let token = scene.token("readonly").await;
    for (filter, status) in [
        ("severity:70%2Bstatus:'new'", 200),
        ("severity:70+status:'new'", 400),
    ] {
        let request = scene
            .request(reqwest::Method::GET, &format!("{QUERY}?filter={filter}"))
            .bearer_auth(&token);
        assert_eq!(crate::scene::send(request).await.status, status, "{filter}");
    }
}

#[tokio::test]
async fn unknown_ids_are_errors_beside_the_known_ones() {
    let scene = Scene::new().await;
    let token = scene.token("readonly").await;
    let id = first_alert(&scene).await;
    let answer = scene
        .post(
            &token,
            "/alerts/entities/alerts/v2",
            json!({"composite_ids": [id, "nobody:ind:x:1-2-3"]}),
        )
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["resources"].as_array().map(Vec::len), Some(1));
    assert_eq!(answer.body["errors"][0]["id"], "nobody:ind:x:1-2-3");
}

#[tokio::test]
async fn actions_on_an_alert_stand_on_it_in_the_order_in_which_they_were_sent() {
    let scene = Scene::new().await;
    let token = scene.token("full").await;
    let id = first_alert(&scene).await;
    let step = |name: &str, value: &str| json!({"name": name, "value": value});
    let answer = scene
        .patch(
            &token,
            json!({"composite_ids": [id], "action_parameters": [
                step("update_status", "in_progress"), step("assign_to_name", "Somebody"), step("append_comment", "one <b>"), step("append_comment", "two"),
                step("add_tag", "AI_Priority:P1"), step("add_tag", "AI_Priority:P1"), step("add_tag", "other"), step("remove_tags_by_prefix", "AI_"),
                step("update_status", "closed"),
            ]}),
        )
        .await;
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    let alert = scene.alert(&token, &id).await;
    assert_eq!(
        (&alert["status"], &alert["assigned_to_name"], &alert["tags"]),
        (&json!("closed"), &json!("Somebody"), &json!(["other"]))
    );
    let comments: Vec<&Value> = alert["comments"]
        .as_array()
        .expect("comments")
        .iter()
        .map(|comment| &comment["value"])
        .collect();
    assert_eq!(comments, [&json!("one <b>"), &json!("two")]);
    assert!(
        alert["updated_timestamp"]
            .as_str()
            .expect("a time")
            .starts_with("2026-05-28T20:26:40")
    );
    let state = scene.control("/state", None).await.body;
    let recorded = state["alerts"]
        .as_array()
        .expect("alerts")
        .iter()
        .find(|alert| alert["composite_id"] == id.as_str())
        .expect("this one");
    assert_eq!(recorded["comments"][0]["value"], "one <b>");
}

#[tokio::test]
async fn an_update_with_a_wrong_parameter_changes_nothing() {
    let scene = Scene::new().await;
    let token = scene.token("full").await;
    let id = first_alert(&scene).await;
    let before = scene.alert(&token, &id).await;
    for parameter in [
        json!({"name": "update_status", "value": "done"}),
        json!({"name": "show_in_ui", "value": false}),
        json!({"name": "show_in_ui", "value": "no"}),
        json!({"name": "append_comment", "value": ""}),
        json!({"name": "append_comment"}),
        json!({"name": "delete", "value": "x"}),
        json!({"name": "add_tag", "value": "x", "extra": 1}),
        json!("append_comment"),
    ] {
        let body = json!({"composite_ids": [id], "action_parameters": [{"name": "append_comment", "value": "first"}, parameter]});
        assert_eq!(scene.patch(&token, body).await.status, 400, "{parameter}");
    }
    assert_eq!(scene.alert(&token, &id).await, before);
}

#[tokio::test]
async fn an_update_of_an_unknown_id_is_an_error_in_a_200_and_the_known_one_is_changed() {
    let scene = Scene::new().await;
    let token = scene.token("full").await;
    let id = first_alert(&scene).await;
    let answer = scene.patch(&token, json!({"composite_ids": ["nobody", id], "action_parameters": [{"name": "append_comment", "value": "x"}]})).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.body["errors"][0]["id"]),
        (200, &json!("nobody"))
    );
    assert_eq!(scene.alert(&token, &id).await["comments"][0]["value"], "x");
}

#[tokio::test]
async fn a_hidden_alert_is_left_out_where_hidden_ones_are_not_wanted() {
    let scene = Scene::new().await;
    let token = scene.token("full").await;
    let id = first_alert(&scene).await;
    scene.patch(&token, json!({"composite_ids": [id], "action_parameters": [{"name": "show_in_ui", "value": "false"}]})).await;
    let filter = format!("composite_id:'{id}'");
    assert_eq!(
        scene.get(&token, QUERY, &[("filter", &filter)]).await.ids(),
        [id]
    );
    assert!(
        scene
            .get(
                &token,
                QUERY,
                &[("filter", &filter), ("include_hidden", "false")]
            )
            .await
            .ids()
            .is_empty()
    );
}

#[tokio::test]
async fn aggregates_count_and_refuse_as_the_sheet_says() {
    let scene = Scene::new().await;
    let token = scene.token("readonly").await;
    let path = "/alerts/aggregates/alerts/v2";
    let ask = |query: Value| scene.post(&token, path, json!([query]));
    let terms = ask(json!({"name": "by severity", "type": "terms", "field": "severity_name", "sort": "_count|desc"})).await;
    let buckets = terms.body["resources"][0]["buckets"]
        .as_array()
        .expect("buckets")
        .clone();
    let counts: Vec<u64> = buckets
        .iter()
        .map(|bucket| bucket["count"].as_u64().expect("a count"))
        .collect();
    assert!(counts.is_sorted_by(|one, other| one >= other) && counts.len() >= 4);
    let distinct =
        ask(json!({"name": "hosts", "type": "cardinality", "field": "device.device_id"})).await;
    assert!(distinct.body["resources"][0]["buckets"][0]["value"].as_u64() > Some(5));
    let unknown = ask(json!({"name": "x", "type": "terms", "field": "no_such_field"})).await;
    assert_eq!(
        (
            unknown.status.as_u16(),
            &unknown.body["resources"][0]["buckets"]
        ),
        (200, &json!([]))
    );
    for sort in ["_count.desc", "_count|asc", "_count", "status|desc"] {
        let query = json!({"name": "x", "type": "terms", "field": "status", "sort": sort});
        assert_eq!(ask(query).await.status, 400, "{sort}");
    }
    assert_eq!(
        ask(json!({"name": "x", "type": "date_range", "field": "timestamp"}))
            .await
            .status,
        500
    );
    let day = ask(json!({"name": "x", "type": "date_range", "field": "timestamp", "date_ranges": [{"from": "now-1d", "to": "now"}]})).await;
    assert!(day.body["resources"][0]["buckets"][0]["count"].as_u64() > Some(5));
}

#[tokio::test]
async fn what_an_aggregation_may_hold_and_the_lab_does_not_run_is_refused_by_name() {
    let scene = Scene::new().await;
    let token = scene.token("readonly").await;
    let path = "/alerts/aggregates/alerts/v2";
    // As gofalcon sends it: every member of the model, most of them empty.
    let whole = json!({
        "date_ranges": [], "exclude": "", "field": "status", "filter": "", "filters_spec": null, "from": 0, "include": "",
        "interval": "", "missing": "", "name": "x", "percents": null, "q": "", "ranges": [], "size": 0, "sort": "",
        "sub_aggregates": [], "time_zone": "", "type": "terms",
    });
    let answer = scene.post(&token, path, json!([whole])).await;
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    assert!(answer.body["resources"][0]["buckets"][0]["count"].as_u64() > Some(0));
    for (member, value) in [
        ("interval", json!("day")),
        (
            "sub_aggregates",
            json!([{"name": "y", "type": "terms", "field": "product"}]),
        ),
        ("min_doc_count", json!(2)),
        ("missing", json!("none")),
        ("ranges", json!([{"From": 1, "To": 2}])),
        ("include", json!("new")),
        ("exclude", json!("new")),
        ("from", json!(1)),
        ("time_zone", json!("+02:00")),
        ("percents", json!([50])),
    ] {
        let mut query = whole.clone();
        query[member] = value;
        let refused = scene.post(&token, path, json!([query])).await;
        let expected = format!("the lab does not simulate {member} in an aggregation");
        assert_eq!(
            (refused.status.as_u16(), refused.message()),
            (400, expected.as_str())
        );
    }
    for kind in ["date_histogram", "max", "range", ""] {
        let mut query = whole.clone();
        query["type"] = json!(kind);
        assert_eq!(
            scene.post(&token, path, json!([query])).await.status,
            400,
            "{kind}"
        );
    }
}

#[tokio::test]
async fn what_no_alert_has_cannot_be_sorted_by() {
    let scene = Scene::new().await;
    let token = scene.token("readonly").await;
    for (sort, status) in [
        ("bogus.asc", 400),
        ("bogus|desc", 400),
        ("severity", 400),
        ("severity.down", 400),
        ("device.hostname|asc", 200),
        ("severity.desc", 200),
    ] {
        assert_eq!(
            scene.get(&token, QUERY, &[("sort", sort)]).await.status,
            status,
            "{sort}"
        );
    }
}

#[tokio::test]
async fn a_comment_is_found_by_a_word_of_it_and_what_is_set_by_an_empty_text() {
    let scene = Scene::new().await;
    let token = scene.token("full").await;
    let id = first_alert(&scene).await;
    let step = json!({"name": "append_comment", "value": "Host isolated by Aside"});
    scene
        .patch(
            &token,
            json!({"composite_ids": [id], "action_parameters": [step]}),
        )
        .await;
    let found = async |filter: &str| {
        let query = [("filter", filter), ("limit", "1000")];
        scene.get(&token, QUERY, &query).await.ids()
    };
    assert_eq!(
        found("comments.value:'isolated'").await,
        std::slice::from_ref(&id)
    );
    assert!(found("comments.value:'Isolated'").await.is_empty());
    let (whole, with_rule) = (
        found("").await.len(),
        found("correlation_rule_id:!''").await.len(),
    );
    assert!(0 < with_rule && with_rule < whole);
}
