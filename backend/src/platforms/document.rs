//! Exported documents: bytes in whatever encoding a shell or editor left them, JSON values out.

use serde_json::Value;

/// The JSON values of a document: one, or several after each other (JSON lines). UTF-8 and UTF-16, with
/// or without a byte order mark; bytes and escapes that are no text become U+FFFD.
///
/// # Errors
/// A sentence that says where the JSON ends to be JSON.
pub fn values(bytes: &[u8]) -> Result<Vec<Value>, String> {
    let text = decoded(bytes);
    if text.trim().is_empty() {
        return Err("it is empty".to_owned());
    }
    parse(&text).or_else(|why| match without_lone_surrogates(&text) {
        Some(repaired) => parse(&repaired),
        None => Err(why),
    })
}

/// The one JSON value of an answer that a strict reading refused, if what was wrong is text in it: a
/// file's name on Windows can hold half a surrogate pair, which must not keep an alert from being read.
pub fn repaired(bytes: &[u8]) -> Option<Value> {
    let text = String::from_utf8_lossy(bytes);
    let repaired = without_lone_surrogates(&text);
    serde_json::from_str(repaired.as_deref().unwrap_or(&text)).ok()
}

fn parse(text: &str) -> Result<Vec<Value>, String> {
    serde_json::Deserializer::from_str(text)
        .into_iter::<Value>()
        .collect::<Result<_, _>>()
        .map_err(|e| format!("it is no JSON: {e}"))
}

fn decoded(bytes: &[u8]) -> String {
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        // JSON begins with an ASCII character.
        [first, 0, ..] if *first != 0 => utf16(bytes, u16::from_le_bytes),
        [0, second, ..] if *second != 0 => utf16(bytes, u16::from_be_bytes),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|pair| unit([pair[0], pair[1]]))
        .collect();
    String::from_utf16_lossy(&units)
}

/// The text with every escape of half a surrogate pair replaced; `None` where there is none.
fn without_lone_surrogates(text: &str) -> Option<String> {
    let mut repaired = String::with_capacity(text.len());
    let mut rest = text;
    let mut changed = false;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        repaired.push_str(before);
        let (unit, next) = (escaped_unit(escape), escape.get(6..).and_then(escaped_unit));
        let length = match (unit, next) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                repaired.push_str("\\ufffd");
                changed = true;
                rest = &escape[6..];
                continue;
            }
            // An escaped backslash is no beginning of another escape.
            _ => escape.chars().take(2).map(char::len_utf8).sum(),
        };
        repaired.push_str(&escape[..length]);
        rest = &escape[length..];
    }
    repaired.push_str(rest);
    changed.then_some(repaired)
}

/// The UTF-16 unit of an escape `\uXXXX` at the beginning of `text`.
fn escaped_unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn every_encoding_of_a_document_is_one_document() {
        let text = r#"{"name":"Zugriff auf Schlüssel"}"#;
        let value = vec![json!({ "name": "Zugriff auf Schlüssel" })];
        let units: Vec<u16> = text.encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        let marked = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
        for bytes in [
            text.as_bytes().to_vec(),
            marked(&[0xEF, 0xBB, 0xBF], text.as_bytes()),
            marked(&[0xFF, 0xFE], &little),
            marked(&[0xFE, 0xFF], &big),
            little.clone(),
            big.clone(),
            format!("\r\n\t {text}\r\n").into_bytes(),
        ] {
            assert_eq!(values(&bytes).as_ref(), Ok(&value), "{bytes:?}");
        }
    }

    #[test]
    fn several_documents_after_each_other_are_several_values() {
        let lines = "{\"a\":1}\n{\"a\":\n2}\n\n[3]\n";
        assert_eq!(
            values(lines.as_bytes()).unwrap(),
            [json!({ "a": 1 }), json!({ "a": 2 }), json!([3])]
        );
    }

    #[test]
    fn what_is_no_document_is_said_to_be_none() {
        assert_eq!(values(b"").unwrap_err(), "it is empty");
        assert_eq!(values(b" \n").unwrap_err(), "it is empty");
        let why = values(b"{\"a\":1,}").unwrap_err();
        assert!(
            why.starts_with("it is no JSON: ") && why.contains("column 8"),
            "{why}"
        );
    }

    #[test]
    fn half_a_surrogate_pair_costs_one_character_and_not_the_document() {
        let text = r#"{"f":"a\ud800b","g":"\\ud800","h":"\ud83d\ude00","i":"\udc00\ud800"}"#;
        assert_eq!(
            values(text.as_bytes()).unwrap(),
            [json!({ "f": "a\u{fffd}b", "g": "\\ud800", "h": "😀", "i": "\u{fffd}\u{fffd}" })]
        );
        let broken: &[u8] = b"{\"f\":\"a\xff\\udc00\"}";
        let expected = vec![json!({ "f": "a\u{fffd}\u{fffd}" })];
        assert_eq!(values(broken).as_ref(), Ok(&expected));
        assert_eq!(repaired(broken).as_ref(), expected.first());
        assert_eq!(repaired(b"{\"f\":}"), None);
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_reading(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _values = values(&bytes);
        }

        #[test]
        fn no_escapes_break_the_repair(text in r#"(\\|u|d8|dc|[0-9a-f]|é|"){0,40}"#) {
            let _repaired = without_lone_surrogates(&text);
        }
    }
}
