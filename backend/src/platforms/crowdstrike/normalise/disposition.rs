//! What the sensor did about it.

use aside_shared::alert::{Disposition, Outcome};
use serde_json::Value;

use super::super::wire::{at, find, flag};

/// Flags that stop what was going on.
const BLOCKING: &[&str] = &[
    "operation_blocked",
    "process_blocked",
    "registry_operation_blocked",
    "fs_operation_blocked",
    "containment_file_system",
];
/// Flags that act afterwards.
const STOPPING: &[&str] = &[
    "kill_process",
    "kill_parent",
    "kill_subprocess",
    "quarantine_file",
    "suspend_process",
    "suspend_parent",
];
/// With prevention off the sensor says what it would have done.
const NOT_DONE: &[&str] = &["policy_disabled", "blocking_unsupported_or_disabled"];
/// A measure was tried and failed.
const FAILED: &[&str] = &["kill_action_failed", "response_action_failed"];

/// From the flags; where there are none (scans, older shapes, other products), from the vendor's words.
/// `main` is the part that the alert is called by.
pub fn disposition(raw: &Value, main: &Value) -> Disposition {
    let has = |part: &Value| find(part, "pattern_disposition_details").is_some();
    let raw = if has(raw) { raw } else { main };
    let details = find(raw, "pattern_disposition_details").filter(|it| it.is_object());
    let measures: Vec<String> = details
        .and_then(Value::as_object)
        .map(|flags| {
            let set = flags
                .keys()
                .filter(|name| details.is_some_and(|it| flag(it, name)));
            set.cloned().collect()
        })
        .unwrap_or_default();
    let text = at(raw, "pattern_disposition_description").or_else(|| at(raw, "response_action"));
    let outcome = match details {
        Some(_) => by_flags(&measures),
        None => text.as_deref().map_or(Outcome::Unknown, by_words),
    };
    let outcome = match outcome {
        // A scan says of a file that it was quarantined or kept from running, outside the flags.
        Outcome::Unknown | Outcome::Happened if flag(raw, "prevented") => Outcome::Blocked,
        Outcome::Unknown | Outcome::Happened if flag(raw, "quarantined") => Outcome::Attempted,
        outcome => outcome,
    };
    Disposition {
        outcome,
        text,
        measures,
    }
}

fn by_flags(measures: &[String]) -> Outcome {
    let has = |names: &[&str]| {
        measures
            .iter()
            .any(|measure| names.contains(&measure.as_str()))
    };
    if has(NOT_DONE) {
        Outcome::Happened
    } else if has(BLOCKING) {
        Outcome::Blocked
    } else if has(FAILED) {
        Outcome::Happened
    } else if has(STOPPING) {
        Outcome::Attempted
    } else {
        Outcome::Happened
    }
}

/// Of Falcon's sentences, all of which begin with `Prevention` or `Detection`, and of the single words
/// of data protection (`blocked`, `allowed`).
fn by_words(text: &str) -> Outcome {
    let text = text.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if has(&["policy disabled", "would have", "would be"]) {
        Outcome::Happened
    } else if text == "blocked" || (text.starts_with("prevention") && has(&["blocked"])) {
        Outcome::Blocked
    } else if text.starts_with("prevention") || has(&["quarantine"]) {
        Outcome::Attempted
    } else if text.starts_with("detection") || text == "allowed" {
        Outcome::Happened
    } else {
        Outcome::Unknown
    }
}
