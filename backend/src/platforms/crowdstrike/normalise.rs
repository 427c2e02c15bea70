//! Falcon's alerts as Aside's: every kind, without loss.
//!
//! What has a place becomes entities and evidence; *every* leaf of the payload is kept besides, under
//! its dotted name, in the fields of the alert's own `Detected` evidence. A new kind, a new value of an
//! enumeration or a wrong type fails nothing.

mod disposition;
#[cfg(test)]
pub mod fixtures;
mod people;
mod record;
#[cfg(test)]
mod tests;

use aside_shared::alert::{Alert, AlertKey, AlertKind, Attack, Severity, SeverityLevel};
use aside_shared::instant::{Clock, Instant};
use serde_json::Value;

use super::wire::{self, at, find, instant, list};
pub use people::user;
pub use record::{endpoint, file, host_id, process_id};

/// An alert as the API gives it.
pub fn alert(key: &AlertKey, raw: &Value) -> Result<Alert, String> {
    if !raw.is_object() {
        return Err("it is no JSON object".to_owned());
    }
    let record = record::read(
        raw,
        kind(raw),
        disposition::disposition(raw, main_part(raw)),
    );
    let mut alert = Alert {
        key: key.clone(),
        kind: kind(raw),
        title: title(raw),
        description: at(raw, "description").or_else(|| at(main_part(raw), "description")),
        severity: severity(raw).unwrap_or(Severity {
            level: SeverityLevel::Unknown,
            raw: None,
        }),
        vendor_confidence_percent: confidence(raw),
        status: at(raw, "status"),
        disposition: record.disposition,
        attacks: attacks(raw),
        tags: list(raw, "tags").iter().filter_map(wire::text).collect(),
        occurred: occurred(raw),
        created: instant(raw, "created_timestamp", Clock::Cloud),
        updated: instant(raw, "updated_timestamp", Clock::Cloud)
            .or_else(|| instant(raw, "date_updated", Clock::Cloud)),
        hosts: record.hosts,
        users: record.users,
        trigger: record.trigger,
        entities: record.entities,
        evidence: record.evidence,
        console_url: at(raw, "falcon_host_link").filter(|url| url.starts_with("https://")),
    };
    // Nothing is added: this puts the evidence in its order.
    alert.merge(Vec::new(), Vec::new());
    Ok(alert)
}

/// What an alert consists of: itself, or the behaviors of a detection in the shape of the Detects API
/// (switched off in 2025; exports of it are still around).
fn parts(raw: &Value) -> Vec<&Value> {
    let behaviors: Vec<&Value> = list(raw, "behaviors")
        .iter()
        .filter(|it| it.is_object())
        .collect();
    if behaviors.is_empty() {
        vec![raw]
    } else {
        behaviors
    }
}

/// The part that the alert is called by: the first of the most severe.
fn main_part(raw: &Value) -> &Value {
    let number = |part: &Value| wire::number(part, "severity").unwrap_or(0.0);
    parts(raw)
        .into_iter()
        .reduce(|best, part| {
            if number(part) > number(best) {
                part
            } else {
                best
            }
        })
        .unwrap_or(raw)
}

/// The vendor's title.
pub fn title(raw: &Value) -> String {
    let named = |part: &Value| {
        ["display_name", "name", "scenario", "description"]
            .iter()
            .find_map(|name| at(part, name))
    };
    named(raw)
        .or_else(|| named(main_part(raw)))
        .unwrap_or_else(|| "Alert without a name".to_owned())
}

/// The vendor's severity, by name where it gives one, by number (1 to 100) otherwise. Older identity
/// alerts have 1 to 5 and no name: that stays unknown rather than guessed.
pub fn severity(raw: &Value) -> Option<Severity> {
    let name = at(raw, "severity_name").or_else(|| at(raw, "max_severity_displayname"));
    let number = at(raw, "severity")
        .or_else(|| at(raw, "max_severity"))
        .or_else(|| at(main_part(raw), "severity"));
    let level = [&name, &number]
        .into_iter()
        .flatten()
        .map(|word| level(word))
        .find(|level| *level != SeverityLevel::Unknown)
        .unwrap_or(SeverityLevel::Unknown);
    Some(Severity {
        level,
        raw: Some(name.or(number)?),
    })
}

/// Of a word or of a number from 1 to 100: 10, 30, 50, 70 and 90 are what Falcon names.
fn level(word: &str) -> SeverityLevel {
    match word.to_ascii_lowercase().as_str() {
        "informational" | "info" => SeverityLevel::Informational,
        "low" => SeverityLevel::Low,
        "medium" => SeverityLevel::Medium,
        "high" => SeverityLevel::High,
        "critical" => SeverityLevel::Critical,
        number => match number.parse::<f64>() {
            Ok(n) if (80.0..=100.0).contains(&n) => SeverityLevel::Critical,
            Ok(n) if (60.0..80.0).contains(&n) => SeverityLevel::High,
            Ok(n) if (40.0..60.0).contains(&n) => SeverityLevel::Medium,
            Ok(n) if (20.0..40.0).contains(&n) => SeverityLevel::Low,
            Ok(n) if (6.0..20.0).contains(&n) => SeverityLevel::Informational,
            _ => SeverityLevel::Unknown,
        },
    }
}

fn confidence(raw: &Value) -> Option<u8> {
    let number = wire::number(raw, "confidence")
        .or_else(|| wire::number(raw, "max_confidence"))
        .or_else(|| wire::number(main_part(raw), "confidence"))?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and 100"
    )]
    let percent = (0.0..=100.0)
        .contains(&number)
        .then(|| number.round() as u8);
    percent
}

/// The tactic by which Falcon marks findings of its hunting team, on whatever product they come.
const OVERWATCH_TACTIC: &str = "CSTA0006";

fn kind(raw: &Value) -> AlertKind {
    let product = at(raw, "product").unwrap_or_default();
    let type_ = at(raw, "type").unwrap_or_default();
    let is_hunting = at(raw, "tactic_id").as_deref() == Some(OVERWATCH_TACTIC)
        || at(raw, "overwatch_note").is_some();
    match product.to_ascii_lowercase().as_str() {
        "epp" if is_hunting => AlertKind::ManagedHunting,
        "epp" => AlertKind::Endpoint,
        "overwatch" => AlertKind::ManagedHunting,
        "idp" => AlertKind::Identity,
        "mobile" => AlertKind::Mobile,
        "fcs" | "cwpp" | "cspm" => AlertKind::Cloud,
        "ngsiem" | "xdr" | "thirdparty" => AlertKind::Siem,
        "" => kind_by_type(raw, type_),
        _ => AlertKind::Unknown(product),
    }
}

/// Where no product is named: detections in the older shape, single behaviors, other products' exports.
fn kind_by_type(raw: &Value, type_: String) -> AlertKind {
    let has = |name: &str| find(raw, name).is_some();
    match type_.as_str() {
        "ldt" | "ods" | "ofp" | "ssd" | "windows_legacy" => AlertKind::Endpoint,
        "xdr" => AlertKind::Siem,
        "cloud-ioa" => AlertKind::Cloud,
        idp if idp.starts_with("idp-") => AlertKind::Identity,
        mobile if mobile.starts_with("mobile-") => AlertKind::Mobile,
        "" if has("behaviors") || has("behavior_id") => AlertKind::Endpoint,
        _ => AlertKind::Unknown(type_),
    }
}

/// When it happened: the sensor's moment, else the first that the cloud gives.
fn occurred(raw: &Value) -> Option<Instant> {
    const TIMES: &[(&str, Clock)] = &[
        ("context_timestamp", Clock::Endpoint),
        ("first_behavior", Clock::Endpoint),
        ("first_timestamp", Clock::Cloud),
        ("signal_start_timestamp", Clock::Cloud),
        ("start_time", Clock::Cloud),
        ("timestamp", Clock::Cloud),
    ];
    let own = TIMES
        .iter()
        .find_map(|(name, clock)| instant(raw, name, *clock));
    own.or_else(|| instant(main_part(raw), "timestamp", Clock::Endpoint))
}

fn attacks(raw: &Value) -> Vec<Attack> {
    let attack = |it: &Value| Attack {
        tactic_id: at(it, "tactic_id"),
        tactic: at(it, "tactic"),
        technique_id: at(it, "technique_id"),
        technique: at(it, "technique"),
    };
    let mut attacks: Vec<Attack> = Vec::new();
    let mut add = |found: Attack| {
        let says_something =
            found.tactic_id.is_some() || found.technique_id.is_some() || found.tactic.is_some();
        if says_something && !attacks.contains(&found) {
            attacks.push(found);
        }
    };
    list(raw, "mitre_attack")
        .iter()
        .map(attack)
        .for_each(&mut add);
    add(attack(raw));
    parts(raw).into_iter().map(attack).for_each(&mut add);
    attack_lists(raw).for_each(&mut add);
    attacks
}

/// Cross-product detections list tactics and techniques, each in a list of its own; what belongs
/// together cannot be told, so each stands alone.
fn attack_lists(raw: &Value) -> impl Iterator<Item = Attack> {
    let named = |ids: &str, names: &str| -> Vec<(Option<String>, Option<String>)> {
        let (ids, names) = (list(raw, ids), list(raw, names));
        (0..ids.len().max(names.len()))
            .map(|n| {
                (
                    ids.get(n).and_then(wire::text),
                    names.get(n).and_then(wire::text),
                )
            })
            .collect()
    };
    let tactics = named("tactic_ids", "tactics")
        .into_iter()
        .map(|(tactic_id, tactic)| Attack {
            tactic_id,
            tactic,
            technique_id: None,
            technique: None,
        });
    let techniques =
        named("technique_ids", "techniques")
            .into_iter()
            .map(|(technique_id, technique)| Attack {
                tactic_id: None,
                tactic: None,
                technique_id,
                technique,
            });
    tactics.chain(techniques)
}
