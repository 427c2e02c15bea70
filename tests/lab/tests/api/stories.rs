//! What a story became in Falcon's records: ids that exist, parents that exist, telemetry that agrees with the alert.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use aside_lab::{clock::Clock, crowdstrike::Falcon, scenario::hostile, world::World};
use serde_json::Value;

const SEEDS: &[u64] = &[1, 20_260_131, u64::MAX];

fn alerts(falcon: &Falcon) -> BTreeMap<String, Value> {
    falcon.alerts.lock().expect("not poisoned").clone()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or("")
}

/// Endpoint alerts that a story tells (not the hostile ones).
fn endpoint(falcon: &Falcon) -> Vec<Value> {
    alerts(falcon)
        .into_values()
        .filter(|alert| alert["product"] == "epp")
        .collect()
}

fn falcon(seed: u64) -> Arc<Falcon> {
    Falcon::new(&Arc::new(World::new(
        seed,
        Clock::manual(1_780_000_000_000),
    )))
}

#[test]
fn an_alerts_ids_agree_with_each_other_and_with_its_host() {
    for seed in SEEDS {
        let falcon = falcon(*seed);
        for alert in endpoint(&falcon) {
            let (cid, aid, id) = (
                text(&alert, "cid"),
                text(&alert, "agent_id"),
                text(&alert, "id"),
            );
            assert_eq!(text(&alert, "composite_id"), format!("{cid}:{id}"));
            assert!(
                id.starts_with(&format!(
                    "ind:{aid}:{}-{}-",
                    text(&alert, "process_id"),
                    alert["pattern_id"]
                )),
                "{id}"
            );
            assert_eq!(text(&alert["device"], "device_id"), aid);
            assert!(falcon.world.host_index(aid).is_some());
            assert_eq!(
                text(&alert, "triggering_process_graph_id"),
                format!("pid:{aid}:{}", text(&alert, "process_id"))
            );
            assert!(text(&alert, "falcon_host_link").contains(text(&alert, "composite_id")));
        }
    }
}

#[test]
fn telemetry_agrees_with_the_alert_about_the_process_and_its_ancestry() {
    for seed in SEEDS {
        let falcon = falcon(*seed);
        let processes: BTreeMap<(&str, &str), &aside_lab::crowdstrike::telemetry::Row> = falcon
            .telemetry
            .iter()
            .filter(|row| row.fields["#event_simpleName"].ends_with("ProcessRollup2"))
            .map(|row| {
                (
                    (
                        row.fields["aid"].as_str(),
                        row.fields["TargetProcessId"].as_str(),
                    ),
                    row,
                )
            })
            .collect();
        for alert in endpoint(&falcon) {
            let aid = text(&alert, "agent_id");
            let row = processes[&(aid, text(&alert, "process_id"))];
            for (field, member) in [
                ("CommandLine", "cmdline"),
                ("FileName", "filename"),
                ("ImageFileName", "filepath"),
                ("SHA256HashData", "sha256"),
                ("RawProcessId", "local_process_id"),
                ("UserName", "user_name"),
                ("TreeId", "tree_id"),
            ] {
                assert_eq!(row.fields[field], text(&alert, member), "{field}");
            }
            assert_eq!(
                row.fields["ParentProcessId"],
                text(&alert["parent_details"], "process_id")
            );
            let parent = processes[&(aid, text(&alert["parent_details"], "process_id"))];
            assert_eq!(
                parent.fields["CommandLine"],
                text(&alert["parent_details"], "cmdline")
            );
            if let Some(grandparent) = alert["grandparent_details"]["process_id"].as_str() {
                assert_eq!(parent.fields["ParentProcessId"], grandparent);
            }
        }
    }
}

#[test]
fn files_names_and_connections_of_an_alert_stand_in_the_telemetry_of_its_process() {
    let falcon = falcon(3);
    let mut seen = [0; 3];
    for alert in endpoint(&falcon) {
        let own: Vec<_> = falcon
            .telemetry
            .iter()
            .filter(|row| {
                row.fields.get("ContextProcessId").map(String::as_str)
                    == alert["process_id"].as_str()
            })
            .collect();
        let has = |name: &str, value: &str| {
            own.iter()
                .any(|row| row.fields.get(name).map(String::as_str) == Some(value))
        };
        for file in alert["files_written"].as_array().into_iter().flatten() {
            assert!(
                has(
                    "TargetFileName",
                    &format!("{}{}", text(file, "filepath"), text(file, "filename"))
                ),
                "{file}"
            );
            seen[0] += 1;
        }
        for name in alert["dns_requests"].as_array().into_iter().flatten() {
            assert!(has("DomainName", text(name, "domain_name")), "{name}");
            seen[1] += 1;
        }
        for connection in alert["network_accesses"].as_array().into_iter().flatten() {
            assert!(
                has("RemoteAddressIP4", text(connection, "remote_address")),
                "{connection}"
            );
            seen[2] += 1;
        }
    }
    assert!(seen.iter().all(|count| *count > 5), "{seen:?}");
}

#[test]
fn no_record_names_a_scenario() {
    let falcon = falcon(5);
    let names: Vec<String> = falcon
        .world
        .stories()
        .map(|story| story.name.clone())
        .collect();
    for alert in alerts(&falcon).values() {
        let written = alert.to_string();
        assert!(names.iter().all(|name| !written.contains(name.as_str())));
    }
}

#[test]
fn the_real_records_oddities_are_there() {
    let falcon = falcon(5);
    let alerts = alerts(&falcon);
    let any = |test: &dyn Fn(&Value) -> bool| alerts.values().any(test);
    assert!(
        alerts
            .values()
            .filter(|alert| alert["product"] == "epp")
            .all(|alert| alert["cloud_indicator"] == "false"
                && text(alert, "sha1").chars().all(|digit| digit == '0'))
    );
    assert!(
        any(&|alert| alert["device"]["ou"].is_null() && alert["device"].get("ou").is_some()),
        "ou null"
    );
    assert!(any(&|alert| alert["device"]["ou"].is_array()), "ou a list");
    assert!(
        any(&|alert| alert.get("tags") == Some(&Value::Array(Vec::new())))
            && any(&|alert| alert.get("tags").is_none()),
        "tags empty and missing"
    );
    assert!(
        any(&|alert| alert.get("grandparent_details").is_none() && alert["product"] == "epp"),
        "no grandparent"
    );
    assert!(
        any(&|alert| text(&alert["device"], "agent_local_time").starts_with("2610")),
        "a clock of nonsense"
    );
    assert!(
        any(&|alert| text(alert, "filepath").starts_with(r"\Device\HarddiskVolume12\")),
        "a volume above nine"
    );
    assert!(
        any(&|alert| alert["product"] == "epp" && alert["tactic_id"] == "CSTA0006"),
        "the vendor's own tactic on an endpoint alert"
    );
    assert!(
        any(&|alert| alert["severity"] == 2 && alert.get("severity_name").is_none()),
        "an identity alert's severity"
    );
    assert!(
        any(&|alert| alert.get("severity").is_none() && alert["score"].is_number()),
        "an automated lead has a score alone"
    );
}

#[test]
fn every_kind_is_there_and_only_endpoint_kinds_have_a_host() {
    let falcon = falcon(5);
    let alerts = alerts(&falcon);
    let products: BTreeSet<&str> = alerts
        .values()
        .map(|alert| text(alert, "product"))
        .collect();
    assert_eq!(
        products.into_iter().collect::<Vec<_>>(),
        [
            "automated-lead",
            "epp",
            "fcs",
            "idp",
            "mobile",
            "ngsiem",
            "overwatch"
        ]
    );
    for alert in alerts.values() {
        let host = alert["device"]["device_id"].is_string();
        assert_eq!(
            host,
            matches!(text(alert, "product"), "epp" | "overwatch"),
            "{}",
            text(alert, "composite_id")
        );
    }
}

#[test]
fn nothing_is_dated_after_the_labs_start() {
    let falcon = falcon(5);
    let start = aside_lab::clock::rfc3339_ns(falcon.world.started_ms, 999_999);
    for alert in alerts(&falcon).values() {
        for name in [
            "timestamp",
            "created_timestamp",
            "updated_timestamp",
            "crawled_timestamp",
            "context_timestamp",
        ] {
            assert!(
                text(alert, name) <= start.as_str(),
                "{name} of {}",
                text(alert, "composite_id")
            );
        }
    }
    assert!(
        falcon
            .telemetry
            .iter()
            .all(|row| row.at_ms <= falcon.world.started_ms)
    );
}

#[test]
fn a_seed_gives_the_same_records_and_another_seed_others() {
    let ids = |seed: u64| alerts(&falcon(seed)).into_keys().collect::<Vec<_>>();
    assert_eq!(alerts(&falcon(8)), alerts(&falcon(8)));
    let (one, other) = (ids(8), ids(9));
    assert_eq!(one.len(), other.len());
    assert!(one.iter().all(|id| !other.contains(id)));
}

#[test]
fn every_payload_stands_unchanged_in_an_alert() {
    let falcon = falcon(5);
    let alerts = alerts(&falcon);
    for (kind, payload) in hostile::PAYLOADS {
        for (path, found) in [
            (
                "command line",
                alerts.values().any(|alert| alert["cmdline"] == *payload),
            ),
            (
                "file name",
                alerts
                    .values()
                    .any(|alert| text(alert, "filepath").contains(payload)),
            ),
            (
                "folder",
                alerts.values().any(|alert| {
                    text(alert, "filepath").contains(&format!(r"\{payload}\setup.exe"))
                }),
            ),
            (
                "user name",
                alerts.values().any(|alert| alert["user_name"] == *payload),
            ),
            (
                "host name",
                alerts
                    .values()
                    .any(|alert| alert["device"]["hostname"] == *payload),
            ),
            (
                "user agent",
                alerts.values().any(|alert| alert["user_agent"] == *payload),
            ),
            (
                "e-mail subject",
                alerts
                    .values()
                    .any(|alert| alert["email_subject"] == *payload),
            ),
            (
                "certificate subject",
                alerts
                    .values()
                    .any(|alert| alert["certificate_subject"] == *payload),
            ),
        ] {
            assert!(found, "{path} {kind}");
        }
        let rows = &falcon.telemetry;
        for field in [
            "RegStringValue",
            "TaskName",
            "UserAgentString",
            "HttpUrl",
            "DomainName",
            "TargetFileName",
            "SubjectDN",
        ] {
            assert!(
                rows.iter().any(|row| row
                    .fields
                    .get(field)
                    .is_some_and(|value| value.contains(payload))),
                "{field} {kind}"
            );
        }
    }
    assert!(
        alerts
            .values()
            .any(|alert| text(alert, "cmdline").len() == hostile::LONG)
    );
}

/// What the recordings of the other kinds hold beside what every alert has, and a reader may rely on.
const RECORDED: &[(&str, &[&str])] = &[
    (
        "mobile",
        &[
            "bootloader_version",
            "config_id_base",
            "config_id_build",
            "config_id_platform",
            "config_version",
            "firmware_build_fingerprint",
            "firmware_build_type",
            "fma_version_code",
            "keystore_inconclusive",
            "mobile_design",
            "mobile_hardware",
            "mobile_product",
            "mobile_serial",
            "os_major_version",
            "os_minor_version",
            "platform_version",
            "playintegrity_compatibility_failed",
            "playintegrity_meets_basic_integrity",
            "playintegrity_meets_partial_integrity",
            "playintegrity_meets_strong_integrity",
            "playintegrity_only_basic_integrity",
            "playintegrity_timestamp_expired",
            "poly_id",
            "radio_version",
            "safetynet_verify_apps_enabled",
            "supported_arch",
        ],
    ),
    (
        "fcs",
        &[
            "aws_access_key_id",
            "aws_recipient_account_id",
            "aws_user_account_id",
            "fcs_vertex_id",
            "poly_id",
            "resource_gcrn",
            "resource_uuid",
            "rule_id",
        ],
    ),
    ("idp", &["comment"]),
];

#[test]
fn the_other_kinds_hold_what_their_recordings_hold() {
    let falcon = falcon(5);
    for (product, fields) in RECORDED {
        for alert in alerts(&falcon).values() {
            if alert["product"] == *product {
                for field in *fields {
                    assert!(alert.get(*field).is_some(), "{field} of {product}");
                }
                let as_text = alert["pattern_id"].is_string();
                assert_eq!(as_text, *product == "mobile", "pattern_id of {product}");
            }
        }
    }
}

#[test]
fn a_server_in_a_cloud_names_it_on_its_alerts() {
    let falcon = falcon(5);
    let alerts = alerts(&falcon);
    let linux = || alerts.values().filter(|alert| alert["platform"] == "Linux");
    assert!(linux().count() > 0);
    for alert in linux() {
        for name in [
            "service_provider",
            "service_provider_account_id",
            "instance_id",
        ] {
            assert!(alert["device"][name].is_string(), "{name}");
        }
    }
}
