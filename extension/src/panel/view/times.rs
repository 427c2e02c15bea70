//! Local time, by the browser's own zone.

use js_sys::{Array, Date, Intl, Object, Reflect};
use wasm_bindgen::JsValue;

fn formatted(unix_ms: i64, options: &[(&str, &str)]) -> Option<String> {
    let asked = Object::new();
    for (name, value) in options {
        Reflect::set(&asked, &JsValue::from_str(name), &JsValue::from_str(value)).ok()?;
    }
    let format = Intl::DateTimeFormat::new(&Array::new(), &asked);
    let date = Date::new(&JsValue::from_f64(unix_ms as f64));
    let text = format.format().call1(&JsValue::UNDEFINED, &date).ok()?;
    text.as_string()
}

/// `15:33 local`; nothing for a moment that no calendar has.
pub fn local(unix_ms: i64) -> String {
    clock(unix_ms, false)
}

/// `15:33:09 local`.
pub fn local_seconds(unix_ms: i64) -> String {
    clock(unix_ms, true)
}

fn clock(unix_ms: i64, seconds: bool) -> String {
    let mut options = vec![
        ("hour", "2-digit"),
        ("minute", "2-digit"),
        ("hourCycle", "h23"),
    ];
    if seconds {
        options.push(("second", "2-digit"));
    }
    formatted(unix_ms, &options)
        .map(|text| format!("{text} local"))
        .unwrap_or_default()
}

/// `Tue, 10 Nov 2026`, in UTC.
pub fn day(unix_ms: i64) -> String {
    let options = [
        ("weekday", "short"),
        ("day", "numeric"),
        ("month", "short"),
        ("year", "numeric"),
        ("timeZone", "UTC"),
    ];
    formatted(unix_ms, &options).unwrap_or_default()
}

/// `UTC+1`, `UTC−3:30`: what local time is at that moment.
pub fn zone(unix_ms: i64) -> String {
    let minutes = -Date::new(&JsValue::from_f64(unix_ms as f64)).get_timezone_offset();
    // Also for a moment that no calendar has, whose offset is no number.
    let minutes = minutes as i32;
    let sign = match minutes {
        0 => return "UTC".to_owned(),
        ..0 => '−',
        _ => '+',
    };
    let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
    match rest {
        0 => format!("UTC{sign}{hours}"),
        _ => format!("UTC{sign}{hours}:{rest:02}"),
    }
}
