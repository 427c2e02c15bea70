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

/// The first text at any of the dotted paths.
pub fn any_at(value: &Value, paths: &[&str]) -> Option<String> {
    paths.iter().find_map(|path| at(value, path))
}

/// A number at a dotted path, which may be text.
pub fn number(value: &Value, path: &str) -> Option<f64> {
    at(value, path)?
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
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

/// An instant: ISO 8601 (without a zone it is UTC, as everything of Falcon's), or a number since 1970 or
/// 1601. 1970 and zero stand for "none".
pub fn instant(value: &Value, path: &str, clock: Clock) -> Option<Instant> {
    let raw = at(value, path)?;
    let unix_ms = match raw.parse::<jiff::Timestamp>() {
        Ok(timestamp) => timestamp.as_millisecond(),
        Err(_) => without_zone(&raw).or_else(|| epoch_ms(&raw))?,
    };
    (unix_ms > 86_400_000).then_some(Instant {
        unix_ms,
        clock,
        raw,
    })
}

fn without_zone(text: &str) -> Option<i64> {
    let civil: jiff::civil::DateTime = text.parse().ok().filter(|_| text.contains('-'))?;
    let utc = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(utc.timestamp().as_millisecond())
}

/// From 1601 to 1970, in the 100 ns of Windows' FILETIME, which identity events use.
const FILETIME_EPOCH_MS: f64 = 11_644_473_600_000.0;

/// Seconds, milliseconds, microseconds, FILETIME or nanoseconds, told apart by their size: each is read
/// for years from 1973 to 5000, FILETIME until 2400.
fn epoch_ms(text: &str) -> Option<i64> {
    let number: f64 = text.parse().ok()?;
    let ms = match number {
        n if (0.0..95_617_584_000.0).contains(&n) => n * 1000.0,
        n if (95_617_584_000.0..1e14).contains(&n) => n,
        n if (1e14..1e17).contains(&n) => n / 1000.0,
        n if (1e17..2.7e17).contains(&n) => n / 10_000.0 - FILETIME_EPOCH_MS,
        n if (2.7e17..1e20).contains(&n) => n / 1_000_000.0,
        _ => return None,
    };
    #[expect(clippy::cast_possible_truncation, reason = "below 10^14")]
    let ms = ms.round() as i64;
    Some(ms)
}

/// All leaves of `value` under dotted names, as they were sent. Only null and empty text are left out:
/// they say nothing. Two leaves that would have one name (`a.b` beside `a` with a `b`) get two.
pub fn leaves(value: &Value, prefix: &str, into: &mut std::collections::BTreeMap<String, String>) {
    let name = |key: &str| {
        if prefix.is_empty() {
            key.to_owned()
        } else {
            format!("{prefix}.{key}")
        }
    };
    let leaf = match value {
        Value::Object(map) => {
            map.iter()
                .for_each(|(key, value)| leaves(value, &name(key), into));
            return;
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                leaves(item, &name(&at.to_string()), into);
            }
            return;
        }
        Value::Null => return,
        Value::String(text) if text.is_empty() => return,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut name = prefix.to_owned();
    while into.contains_key(&name) {
        name.push('\'');
    }
    into.insert(name, leaf);
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
    fn all_forms_of_a_time_are_one_instant() {
        for raw in [
            json!("2025-06-16T18:46:54.925Z"),
            json!("1750099614.925"),
            json!(1_750_099_614_925_u64),
            json!("2025-06-16T18:46:54.925123456Z"),
            json!("2025-06-16T20:46:54.925+02:00"),
            json!("2025-06-16 18:46:54.925000000"),
            json!(1_750_099_614_925_000_u64),
            json!("1750099614925000000"),
            json!(133_945_732_149_250_000_u64),
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
