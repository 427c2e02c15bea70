use std::collections::BTreeMap;

use aside_shared::alert::{Alert, AlertKind, EntityKind, Object, Outcome, SeverityLevel, Verb};
use aside_shared::id::{AlertId, EntityId};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::fixtures::{self, AID};
use super::{AlertKey, alert};

fn read(raw: &Value) -> Alert {
    let key = AlertKey {
        tenant: "acme".into(),
        platform: "crowdstrike".into(),
        id: AlertId::from("x"),
    };
    alert(&key, raw).unwrap()
}

fn name(alert: &Alert, id: &EntityId) -> String {
    let entity = alert.entity(id);
    entity.map_or("?", |entity| entity.kind.name()).to_owned()
}

fn names(alert: &Alert, ids: &[EntityId]) -> Vec<String> {
    ids.iter().map(|id| name(alert, id)).collect()
}

/// Subject, verb and object of every piece of evidence.
fn relations(alert: &Alert) -> Vec<(String, Verb, String)> {
    let object = |object: &Option<Object>| match object {
        Some(Object::Entity(id)) => name(alert, id),
        Some(Object::Value(text)) => text.clone(),
        None => String::new(),
    };
    let relation = |it: &aside_shared::alert::Evidence| {
        (name(alert, &it.subject), it.verb, object(&it.object))
    };
    alert.evidence.iter().map(relation).collect()
}

fn assert_told(alert: &Alert, expected: &[(&str, Verb, &str)]) {
    let seen = relations(alert);
    for (subject, verb, object) in expected {
        let relation = ((*subject).to_owned(), *verb, (*object).to_owned());
        assert!(seen.contains(&relation), "{relation:?} is not in {seen:?}");
    }
}

#[test]
fn an_endpoint_alert_becomes_entities_and_evidence() {
    let alert = read(&fixtures::endpoint());
    assert_eq!(alert.kind, AlertKind::Endpoint);
    assert_eq!(alert.severity.level, SeverityLevel::High);
    assert_told(
        &alert,
        &[
            ("explorer.exe", Verb::Started, "winword.exe"),
            ("winword.exe", Verb::Started, "powershell.exe"),
            ("powershell.exe", Verb::Wrote, "d.bin"),
            ("powershell.exe", Verb::Read, "plan.docx"),
            ("powershell.exe", Verb::Resolved, "cdn-sync.example"),
            ("powershell.exe", Verb::ConnectedTo, "203.0.113.9"),
            ("powershell.exe", Verb::Accepted, "203.0.113.10"),
            ("powershell.exe", Verb::Detected, "Suspicious script"),
        ],
    );
    // The same write stands in two of the vendor's lists.
    let wrote = alert.evidence.iter().filter(|it| it.verb == Verb::Wrote);
    assert_eq!(wrote.count(), 1);
    let EntityKind::Process(process) = &alert.entity(alert.trigger.as_ref().unwrap()).unwrap().kind
    else {
        panic!()
    };
    assert_eq!(process.pid, Some(4077));
    assert_eq!(process.ended, None);
    assert_eq!(process.sha256, Some("ab".repeat(32)));
    assert_eq!(names(&alert, process.user.as_slice()), ["ACME\\j.smith"]);
    // Listed again by its bare name; another account is another.
    assert_eq!(names(&alert, &alert.users), ["ACME\\j.smith", "svc_backup"]);
    let seen: Vec<&str> = alert.entities.iter().map(|it| it.kind.name()).collect();
    assert!(
        seen.contains(&"lib.dll"),
        "what matched can be looked for: {seen:?}"
    );
}

#[test]
fn no_leaf_of_any_kind_is_lost() {
    for raw in fixtures::every_kind() {
        assert_kept(&raw);
    }
}

/// Every text, number and flag of the payload stands in the alert's own finding, as it was sent and as
/// often.
fn assert_kept(raw: &Value) {
    fn walk(value: &Value, into: &mut BTreeMap<String, usize>) {
        match value {
            Value::Null => {}
            Value::Array(items) => items.iter().for_each(|item| walk(item, into)),
            Value::Object(map) => map.values().for_each(|item| walk(item, into)),
            Value::String(text) if text.is_empty() => {}
            Value::String(text) => *into.entry(text.clone()).or_default() += 1,
            other => *into.entry(other.to_string()).or_default() += 1,
        }
    }
    let mut sent = BTreeMap::new();
    walk(raw, &mut sent);
    let mut kept = BTreeMap::new();
    let alert = read(raw);
    let finding = alert.evidence.iter().find(|it| !it.fields.is_empty());
    for text in finding.into_iter().flat_map(|it| it.fields.values()) {
        *kept.entry(text.clone()).or_default() += 1;
    }
    assert_eq!(sent, kept);
}

#[test]
fn a_product_is_a_kind_and_one_of_the_future_is_told_by_its_own_name() {
    let kinds: Vec<AlertKind> = fixtures::every_kind()
        .iter()
        .map(|raw| read(raw).kind)
        .collect();
    let unknown = |word: &str| AlertKind::Unknown(word.to_owned());
    assert_eq!(
        kinds,
        [
            AlertKind::Endpoint,
            AlertKind::ManagedHunting,
            AlertKind::Endpoint,
            AlertKind::Identity,
            AlertKind::Mobile,
            AlertKind::Cloud,
            AlertKind::Siem,
            AlertKind::Siem,
            AlertKind::Siem,
            unknown("automated-lead"),
            unknown("data-protection"),
            AlertKind::Endpoint,
            AlertKind::Endpoint,
            unknown("of-the-future"),
        ]
    );
}

#[test]
fn only_what_has_a_sensor_is_a_host() {
    let hosts: Vec<Vec<String>> = fixtures::every_kind()
        .iter()
        .map(|raw| {
            let alert = read(raw);
            names(&alert, &alert.hosts)
        })
        .collect();
    let expected: [&[&str]; 14] = [
        &["FIN-LT-204"],
        &["FIN-DC-01"],
        &["PLANT-7"],
        &["FIN-LT-9", "FIN-FS-1"],
        &["Pixel of Kim"],
        &[],
        &[],
        &[],
        &[],
        &["vm-1", "vm-2"],
        &["FIN-LT-9"],
        &["VM-DEMO"],
        &[AID],
        &[],
    ];
    assert_eq!(hosts, expected);
}

#[test]
fn a_file_that_a_scan_found_is_no_process() {
    let alert = read(&fixtures::scan());
    assert_eq!(alert.trigger, None);
    assert_eq!(
        relations(&alert),
        [(
            "setup.exe".to_owned(),
            Verb::Detected,
            "OnDemandScanFileFinding".to_owned()
        )]
    );
    assert_eq!(alert.disposition.outcome, Outcome::Attempted);
}

#[test]
fn an_account_of_many_names_is_one_and_a_cloud_account_is_none() {
    let identity = read(&fixtures::identity());
    assert_eq!(
        names(&identity, &identity.users),
        ["ACME.EXAMPLE\\Kim Example", "FIN-FS-1$"]
    );
    assert_told(
        &identity,
        &[(
            "ACME.EXAMPLE\\Kim Example",
            Verb::Detected,
            "Verification denied",
        )],
    );
    let cloud = read(&fixtures::cloud());
    assert_eq!(names(&cloud, &cloud.users), ["kim"]);
    assert_told(
        &cloud,
        &[("kim", Verb::Did, "AuthorizeSecurityGroupIngress")],
    );
}

#[test]
fn a_lead_tells_what_it_was_put_together_from() {
    assert_told(
        &read(&fixtures::lead()),
        &[
            ("vm-1", Verb::Detected, "vm-1 at 2026-05-11"),
            ("vm-1", Verb::Detected, "ReconUnderWebService"),
            ("vm-2", Verb::Detected, "A second host"),
        ],
    );
}

#[test]
fn a_detection_of_several_behaviors_is_called_by_the_worst() {
    let alert = read(&fixtures::detection());
    assert_eq!(alert.title, "Worst");
    assert_eq!(alert.severity.level, SeverityLevel::High);
    assert_eq!(alert.disposition.outcome, Outcome::Attempted);
    assert_eq!(
        name(&alert, alert.trigger.as_ref().unwrap()),
        "certutil.exe"
    );
    assert_told(
        &alert,
        &[
            ("cmd.exe", Verb::Started, "choice.exe"),
            ("VM-DEMO", Verb::Ran, "certutil.exe"),
            ("choice.exe", Verb::Detected, "First"),
            ("certutil.exe", Verb::Detected, "Worst"),
        ],
    );
    assert_eq!(names(&alert, &alert.users), ["admin"]);
}

#[test]
fn no_process_starts_after_its_child() {
    let started = |raw: &Value, child: &str| {
        let alert = read(raw);
        let seen = relations(&alert);
        let at = seen
            .iter()
            .position(|(_, verb, object)| *verb == Verb::Started && object == child)
            .unwrap();
        alert.evidence[at].at.clone()
    };
    assert!(started(&fixtures::endpoint(), "winword.exe").is_some());
    let mut long_running = fixtures::endpoint();
    long_running["parent_details"]["timestamp"] = json!("2025-06-16T18:47:35Z");
    assert_eq!(started(&long_running, "winword.exe"), None);
}

#[test]
fn a_severity_is_mapped_or_not_known() {
    let level = |raw: Value| read(&raw).severity.level;
    for (number, name, expected) in [
        (json!(10), json!(null), SeverityLevel::Informational),
        (json!(30), json!(null), SeverityLevel::Low),
        (json!("50"), json!(""), SeverityLevel::Medium),
        (json!(70.0), json!("of the future"), SeverityLevel::High),
        (json!(90), json!(null), SeverityLevel::Critical),
        (json!(2), json!("high"), SeverityLevel::High),
        (json!("Critical"), json!(null), SeverityLevel::Critical),
        (json!(2), json!(null), SeverityLevel::Unknown),
        (json!(1e9), json!(null), SeverityLevel::Unknown),
        (json!([70]), json!({}), SeverityLevel::Unknown),
    ] {
        let raw = json!({ "severity": number, "severity_name": name });
        assert_eq!(level(raw.clone()), expected, "{raw}");
    }
}

#[test]
fn what_the_sensor_did_is_told_apart() {
    let outcome = |raw: Value| read(&raw).disposition.outcome;
    for (flags, expected) in [
        (json!({ "process_blocked": true }), Outcome::Blocked),
        (json!({ "kill_process": true }), Outcome::Attempted),
        (
            json!({ "kill_process": "true", "kill_action_failed": 1 }),
            Outcome::Happened,
        ),
        (
            json!({ "process_blocked": true, "policy_disabled": true }),
            Outcome::Happened,
        ),
        (json!({ "detect": true }), Outcome::Happened),
        (json!({}), Outcome::Happened),
        (json!("odd"), Outcome::Unknown),
        (json!(null), Outcome::Unknown),
    ] {
        let raw = json!({ "pattern_disposition_details": flags });
        assert_eq!(outcome(raw.clone()), expected, "{raw}");
    }
    for (words, expected) in [
        (
            "Prevention, process was blocked from execution.",
            Outcome::Blocked,
        ),
        ("Prevention, process killed.", Outcome::Attempted),
        ("Detection, standard detection.", Outcome::Happened),
        (
            "Detection, process would have been blocked if related prevention policy setting was enabled.",
            Outcome::Happened,
        ),
        ("something new", Outcome::Unknown),
    ] {
        let raw = json!({ "pattern_disposition_description": words });
        assert_eq!(outcome(raw), expected, "{words}");
    }
    assert_eq!(outcome(fixtures::data_protection()), Outcome::Blocked);
    assert_eq!(outcome(json!({ "prevented": true })), Outcome::Blocked);
}

#[test]
fn what_happened_and_whose_clock_said_so_is_told_for_every_kind() {
    let times: Vec<Option<String>> = fixtures::every_kind()
        .iter()
        .map(|raw| {
            let at = read(raw).occurred?;
            Some(format!(
                "{:?} {}",
                at.clock,
                aside_shared::instant::utc(at.unix_ms)
            ))
        })
        .collect();
    let times: Vec<&str> = times.iter().map(|it| it.as_deref().unwrap_or("")).collect();
    assert_eq!(
        times,
        [
            "Cloud 2025-06-16 18:46:54 UTC",
            "Endpoint 2025-06-16 18:46:55 UTC",
            "Cloud 2024-08-20 09:11:27 UTC",
            "Endpoint 2024-08-16 18:43:44 UTC",
            "Cloud 2024-05-30 12:26:34 UTC",
            "Cloud 2026-04-20 22:39:25 UTC",
            "Cloud 2026-06-01 17:22:21 UTC",
            "Cloud 2024-06-25 09:59:29 UTC",
            "Cloud 2026-01-01 10:00:00 UTC",
            "Cloud 2026-05-11 05:11:47 UTC",
            "Cloud 2024-06-10 15:18:35 UTC",
            "Endpoint 2021-12-19 13:53:27 UTC",
            "Cloud 2021-12-19 13:53:27 UTC",
            "",
        ]
    );
}

#[test]
fn very_long_lists_are_read_whole() {
    let mut raw = fixtures::endpoint();
    let written = |n: usize| json!({ "filename": format!("{n}.tmp"), "filepath": "/tmp/", "timestamp": 1_750_099_620 });
    raw["files_written"] = (0..30_000).map(written).collect();
    let wrote = read(&raw);
    let wrote = wrote.evidence.iter().filter(|it| it.verb == Verb::Wrote);
    assert_eq!(wrote.count(), 30_001);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        let name = prop_oneof![
            Just("device".to_owned()),
            Just("behaviors".to_owned()),
            Just("users".to_owned()),
            Just("threatgraph_indicators".to_owned()),
            Just("parent_details".to_owned()),
            Just("files_written".to_owned()),
            Just("composite_id".to_owned()),
            Just("process_id".to_owned()),
            Just("cmdline".to_owned()),
            Just("device_id".to_owned()),
            Just("mitre_attack".to_owned()),
            Just("severity".to_owned()),
            Just("timestamp".to_owned()),
            Just("id".to_owned()),
            any::<String>(),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..6)
                .prop_map(|map| map.into_iter().collect()),
        ]
    })
}

/// A fixture in which one value, anywhere, is another.
fn mutated() -> impl Strategy<Value = Value> {
    fn pointers(value: &Value, at: &str, into: &mut Vec<String>) {
        let inner: Vec<(String, &Value)> = match value {
            Value::Object(map) => map.iter().map(|(key, it)| (key.clone(), it)).collect(),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(n, it)| (n.to_string(), it))
                .collect(),
            _ => Vec::new(),
        };
        for (key, value) in inner {
            let at = format!("{at}/{key}");
            pointers(value, &at, into);
            into.push(at);
        }
    }
    (
        prop::sample::select(fixtures::every_kind()),
        any::<prop::sample::Index>(),
        any_json(),
    )
        .prop_map(|(mut raw, which, other)| {
            let mut all = Vec::new();
            pointers(&raw, "", &mut all);
            if let Some(place) = raw.pointer_mut(which.get::<String>(&all)) {
                *place = other;
            }
            raw
        })
}

proptest! {
    #[test]
    fn no_payload_breaks_the_normaliser(raw in any_json()) {
        if raw.is_object() {
            assert_kept(&raw);
        }
    }

    #[test]
    fn any_value_of_any_type_anywhere_costs_no_field_and_no_brief(raw in mutated()) {
        assert_kept(&raw);
        let alert = read(&raw);
        let analysis = aside_analyst::analyse(aside_analyst::rules::RuleSet::built_in(), &alert);
        prop_assert!(analysis.claims.iter().any(|claim| claim.lead), "no lead for {raw}");
    }
}
