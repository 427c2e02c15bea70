//! Reading Falcon's JSON: absence in all its spellings, numbers and times as text.

use aside_shared::instant::{Clock, Instant};
use serde_json::Value;

/// A value's text; `None` for what stands for "absent": null, empty, `N/A`, forty zeros.
pub fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    let lower = text.to_ascii_lowercase();
    let is_absent = matches!(
        lower.as_str(),
        "" | "n/a" | "none" | "null" | "undefined" | "-"
    ) || (text.len() >= 32 && text.bytes().all(|b| b == b'0'));
    (!is_absent).then_some(text)
}

/// The text at a dotted path.
pub fn at(value: &Value, path: &str) -> Option<String> {
    text(find(value, path)?)
}

/// The value at a dotted path.
pub fn find<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, key| value.get(key))
}

/// The objects of a list, which may be null, missing or something else.
pub fn list<'a>(value: &'a Value, path: &str) -> &'a [Value] {
    find(value, path)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// A flag: a boolean, or `true`, `1` as text.
pub fn flag(value: &Value, path: &str) -> bool {
    at(value, path).is_some_and(|text| matches!(text.to_ascii_lowercase().as_str(), "true" | "1"))
}

/// An instant: ISO 8601, epoch seconds with or without a fraction, or epoch milliseconds. 1970 and
/// zero stand for "none".
pub fn instant(value: &Value, path: &str, clock: Clock) -> Option<Instant> {
    let raw = at(value, path)?;
    let unix_ms = match raw.parse::<jiff::Timestamp>() {
        Ok(timestamp) => timestamp.as_millisecond(),
        Err(_) => epoch_ms(&raw)?,
    };
    (unix_ms > 86_400_000).then_some(Instant {
        unix_ms,
        clock,
        raw,
    })
}

/// Seconds up to the year 5000, milliseconds above.
fn epoch_ms(text: &str) -> Option<i64> {
    let number: f64 = text
        .parse()
        .ok()
        .filter(|n: &f64| n.is_finite() && (0.0..1e15).contains(n))?;
    #[expect(clippy::cast_possible_truncation, reason = "below 10^15")]
    let ms = if number < 95_617_584_000.0 {
        (number * 1000.0).round()
    } else {
        number
    } as i64;
    Some(ms)
}

/// All leaves of `value` under dotted names, absent ones left out.
pub fn leaves(value: &Value, prefix: &str, into: &mut std::collections::BTreeMap<String, String>) {
    let name = |key: &str| {
        if prefix.is_empty() {
            key.to_owned()
        } else {
            format!("{prefix}.{key}")
        }
    };
    match value {
        Value::Object(map) => map
            .iter()
            .for_each(|(key, value)| leaves(value, &name(key), into)),
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                leaves(item, &name(&at.to_string()), into);
            }
        }
        leaf => {
            if let Some(text) = text(leaf) {
                into.insert(prefix.to_owned(), text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn absence_has_one_meaning() {
        for absent in [
            json!(null),
            json!(""),
            json!(" "),
            json!("N/A"),
            json!("None"),
            json!("0".repeat(40)),
            json!({}),
            json!([]),
        ] {
            assert_eq!(text(&absent), None, "{absent}");
        }
        assert_eq!(text(&json!(0)).as_deref(), Some("0"));
        assert_eq!(text(&json!(false)).as_deref(), Some("false"));
    }

    #[test]
    fn the_three_time_forms_are_one_instant() {
        for raw in [
            json!("2025-06-16T18:46:54.925Z"),
            json!("1750099614.925"),
            json!(1_750_099_614_925_u64),
            json!("2025-06-16T18:46:54.925123456Z"),
        ] {
            let value = json!({ "t": raw });
            assert_eq!(
                instant(&value, "t", Clock::Cloud).unwrap().unix_ms,
                1_750_099_614_925
            );
        }
        for none in [
            json!("0"),
            json!("1970-01-01T00:00:00Z"),
            json!("soon"),
            json!(-5),
            json!(1e300),
        ] {
            assert_eq!(instant(&json!({ "t": none }), "t", Clock::Cloud), None);
        }
    }
}
