//! Which alerts an exported document holds: the API's answer, one of its resources, a list of them, or a
//! detection of the Detects API.

use aside_shared::alert::{Alert, AlertKey};
use aside_shared::id::{AlertId, TenantId};
use serde_json::Value;

use super::normalise;
use super::wire::{any_at, at, find, list};

/// The alerts of an export, each or why it is none, in their order. An empty answer is one refusal.
pub fn alerts(tenant: &TenantId, document: &Value) -> Vec<Result<Alert, String>> {
    let records = match records(document) {
        Ok(records) => records,
        Err(why) => return vec![Err(why)],
    };
    records
        .into_iter()
        .map(|record| {
            let id = alert_id(record)?;
            let key = AlertKey {
                tenant: tenant.clone(),
                platform: super::REGISTRATION.platform.into(),
                id: AlertId(id),
            };
            normalise::alert(&key, record)
        })
        .collect()
}

fn records(document: &Value) -> Result<Vec<&Value>, String> {
    let items = match (document, document.get("resources")) {
        (Value::Array(items), _) | (_, Some(Value::Array(items))) => items,
        (_, Some(Value::Null)) => return Err(no_alert(document)),
        _ => return Ok(vec![document]),
    };
    if items.is_empty() {
        return Err(no_alert(document));
    }
    let mut records = Vec::new();
    for item in items {
        // Answers put together in a list hold their own lists.
        match item.get("resources") {
            Some(Value::Array(inner)) => records.extend(inner),
            _ => records.push(item),
        }
    }
    Ok(records)
}

fn no_alert(document: &Value) -> String {
    let said: Vec<String> = list(document, "errors")
        .iter()
        .filter_map(|error| {
            let message = at(error, "message")?;
            Some(match at(error, "code") {
                Some(code) => format!("{code} {message}"),
                None => message,
            })
        })
        .collect();
    if said.is_empty() {
        "it holds no alert: its list is empty".to_owned()
    } else {
        format!("it holds no alert; Falcon answered: {}", said.join("; "))
    }
}

/// What only alerts have, beside an `id`.
const SIGNS: &[&str] = &[
    "product",
    "severity",
    "severity_name",
    "pattern_id",
    "pattern_disposition_details",
    "tactic",
    "falcon_host_link",
    "display_name",
];

/// The alert's id; otherwise what the record is instead, and what to give.
fn alert_id(record: &Value) -> Result<String, String> {
    if !record.is_object() {
        return Err("it is no JSON object".to_owned());
    }
    if let Some(id) = any_at(record, &["composite_id", "detection_id"]) {
        return Ok(id);
    }
    let is_telemetry = any_at(record, &["event_simpleName", "#event_simpleName"]).is_some();
    let is_indicator = find(record, "value").is_some() && find(record, "action").is_some();
    if !is_telemetry && !is_indicator && SIGNS.iter().any(|sign| find(record, sign).is_some()) {
        let id = any_at(record, &["id", "indicator_id", "behavior_id", "event_id"]);
        return id.ok_or_else(|| {
            "it has none of composite_id, id, detection_id and behavior_id, so it cannot be told which alert it is"
                .to_owned()
        });
    }
    Err(format!(
        "{}. Give what POST /alerts/entities/alerts/v2 answers, or one of its resources",
        what_else(record)
    ))
}

fn what_else(record: &Value) -> String {
    let has = |name: &str| find(record, name).is_some();
    if let Some(kind) = any_at(record, &["event_simpleName", "#event_simpleName"]) {
        return format!("it is an event of the telemetry ({kind}), no alert");
    }
    if let Some(kind) = any_at(record, &["metadata.eventType", "ExternalApiType"]) {
        let id = any_at(
            record,
            &[
                "event.CompositeId",
                "event.DetectId",
                "CompositeId",
                "DetectId",
            ],
        );
        return match id {
            Some(id) => format!("it is an event of the event stream ({kind}) about the alert {id}"),
            None => format!("it is an event of the event stream ({kind}), no alert"),
        };
    }
    if has("incident_id") {
        return "it is an incident, no alert".to_owned();
    }
    if has("device_id") {
        let name = any_at(record, &["hostname", "device_id"]).unwrap_or_default();
        return format!("it is the record of the host {name}, no alert");
    }
    if has("value") && has("action") {
        return "it is an indicator of compromise, no alert".to_owned();
    }
    if has("evidence") {
        return "it is a case, no alert".to_owned();
    }
    "it looks like no alert of Falcon's".to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::normalise::fixtures;
    use super::*;

    fn ids(document: &Value) -> Vec<Result<String, String>> {
        alerts(&"acme".into(), document)
            .into_iter()
            .map(|alert| alert.map(|alert| alert.key.id.to_string()))
            .collect()
    }

    #[test]
    fn every_form_of_an_export_gives_its_alerts() {
        let (one, other) = (fixtures::endpoint(), fixtures::identity());
        let of = |raw: &Value| Ok(at(raw, "composite_id").unwrap());
        assert_eq!(ids(&one), [of(&one)]);
        for several in [
            json!([one, other]),
            json!({ "meta": {}, "errors": [], "resources": [one, other] }),
            json!([{ "resources": [one] }, { "resources": [other], "errors": null }]),
        ] {
            assert_eq!(ids(&several), [of(&one), of(&other)]);
        }
        assert_eq!(
            ids(&fixtures::detection()),
            [Ok(at(&fixtures::detection(), "detection_id").unwrap())]
        );
        assert_eq!(
            ids(&json!({ "id": "ind:1:2", "product": "epp" })),
            [Ok("ind:1:2".to_owned())]
        );
    }

    #[test]
    fn every_kind_is_recognised_as_an_alert() {
        for raw in fixtures::every_kind() {
            assert!(ids(&raw).iter().all(Result::is_ok), "{raw}");
        }
    }

    #[test]
    fn what_is_no_alert_is_called_what_it_is() {
        for (document, expected) in [
            (
                json!({ "device_id": "a", "hostname": "FIN-LT-9", "status": "normal" }),
                "the record of the host FIN-LT-9",
            ),
            (
                json!({ "event_simpleName": "DnsRequest", "id": "1" }),
                "event of the telemetry (DnsRequest)",
            ),
            (
                json!({ "metadata": { "eventType": "EppDetectionSummaryEvent" }, "event": { "CompositeId": "c:ind:1" } }),
                "event stream (EppDetectionSummaryEvent) about the alert c:ind:1",
            ),
            (json!({ "incident_id": "inc:1" }), "an incident"),
            (json!({ "id": "1", "evidence": {} }), "a case"),
            (
                json!({ "hello": 1 }),
                "no alert of Falcon's. Give what POST",
            ),
            (json!({ "product": "epp" }), "none of composite_id"),
            (json!([]), "its list is empty"),
            (
                json!({ "resources": null, "errors": [{ "code": 403, "message": "access denied" }] }),
                "Falcon answered: 403 access denied",
            ),
            (json!("text"), "no JSON object"),
        ] {
            let found = ids(&document);
            let [Err(why)] = &found[..] else {
                panic!("{document}: {found:?}")
            };
            assert!(why.contains(expected), "{document}: {why}");
        }
    }
}
