//! Text in another form: base64, compression, hex, character codes, percent escapes.

use std::cell::LazyCell;
use std::io::Read;
use std::sync::LazyLock;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use regex::Regex;

use super::LAYER_MAX;

/// Padding is often left out, and trailing bits are not always zero.
const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Shorter runs of base64 letters are words.
const BASE64_SHORTEST: usize = 16;

/// Runs of base64 that decode to text.
pub fn base64(text: &str) -> Vec<String> {
    runs(text).filter_map(|bytes| readable(&bytes)).collect()
}

/// Runs of base64 that decode to a gzip, zlib or deflate stream of text.
pub fn compressed(text: &str) -> Vec<String> {
    let says_deflate = LazyCell::new(|| text.to_ascii_lowercase().contains("deflate"));
    runs(text)
        .filter_map(|bytes| match &bytes[..] {
            [0x1f, 0x8b, ..] => unpacked(flate2::read::GzDecoder::new(&bytes[..])),
            [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => {
                unpacked(flate2::read::ZlibDecoder::new(&bytes[..]))
            }
            _ if *says_deflate => unpacked(flate2::read::DeflateDecoder::new(&bytes[..])),
            _ => None,
        })
        .collect()
}

/// At most one layer's worth: a bomb is read no further. A stream that is cut off gives what it has.
fn unpacked(stream: impl Read) -> Option<String> {
    let mut bytes = Vec::new();
    let _end = stream.take(LAYER_MAX as u64).read_to_end(&mut bytes);
    readable(&bytes)
}

fn runs(text: &str) -> impl Iterator<Item = Vec<u8>> + '_ {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '+' || c == '/';
    text.split(move |c| !is_letter(c))
        .filter(|run| run.len() >= BASE64_SHORTEST)
        .filter_map(|run| {
            let whole = run.len() - usize::from(run.len() % 4 == 1);
            ENGINE.decode(&run[..whole]).ok()
        })
}

/// Bytes as text: UTF-16LE where every second byte is zero, else UTF-8; only if it reads like text.
fn readable(bytes: &[u8]) -> Option<String> {
    if bytes.len() < 4 {
        return None;
    }
    let zeros = bytes
        .iter()
        .skip(1)
        .step_by(2)
        .filter(|byte| **byte == 0)
        .count();
    let text = if zeros * 10 >= bytes.len() / 2 * 8 {
        let units = bytes
            .chunks_exact(2)
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
        char::decode_utf16(units)
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect::<String>()
    } else {
        // A layer that was cut off may end inside a character.
        match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(error) if error.valid_up_to() + 4 > bytes.len() => {
                String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned()
            }
            Err(_) => return None,
        }
    };
    let text = text.trim_end_matches('\0');
    let total = text.chars().count();
    let plain = text
        .chars()
        .filter(|c| matches!(c, ' '..='~' | '\r' | '\n' | '\t'))
        .count();
    (total >= 4 && plain * 10 >= total * 9).then(|| text.to_owned())
}

static ESCAPED_HEX: LazyLock<Regex> =
    LazyLock::new(|| expression(r"(?i)(?:(?:\\x|0x)[0-9a-f]{2}[\s,]*){4,}"));
static PLAIN_HEX: LazyLock<Regex> =
    LazyLock::new(|| expression(r"(?i)\b(?:[0-9a-f]{2}[-\s]?){8,}\b"));
static OCTAL: LazyLock<Regex> = LazyLock::new(|| expression(r"(?:\\0?[0-3][0-7]{2}){4,}"));

/// `\x41\x42`, `0x41,0x42`, `4142…`, `\101\102`.
pub fn hex(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    if text.contains("\\x") || text.contains("\\X") || text.contains("0x") || text.contains("0X") {
        for run in ESCAPED_HEX.find_iter(text) {
            let digits: String = run
                .as_str()
                .to_ascii_lowercase()
                .replace("\\x", "")
                .replace("0x", "");
            found.extend(from_hex(&digits));
        }
    }
    if has_long_hex(text) {
        let runs = PLAIN_HEX.find_iter(text);
        found.extend(runs.filter_map(|run| from_hex(run.as_str())));
    }
    let is_octal = |pair: &[u8]| pair[0] == b'\\' && pair[1].is_ascii_digit();
    if text.as_bytes().windows(2).any(is_octal) {
        for run in OCTAL.find_iter(text) {
            let codes = run.as_str().split('\\').filter(|part| !part.is_empty());
            let bytes: Option<Vec<u8>> =
                codes.map(|code| u8::from_str_radix(code, 8).ok()).collect();
            found.extend(bytes.and_then(|bytes| readable(&bytes)));
        }
    }
    found
}

/// Whether 16 hex digits follow each other, with at most one separator between two: most lines have
/// no such run, and need no expression to tell.
fn has_long_hex(text: &str) -> bool {
    let mut digits = 0;
    let mut separated = false;
    for byte in text.bytes() {
        if byte.is_ascii_hexdigit() {
            digits += 1;
            separated = false;
        } else if matches!(byte, b'-' | b' ' | b'\t' | b'\n' | b'\r') && !separated {
            separated = true;
        } else {
            digits = 0;
            separated = false;
        }
        if digits == 16 {
            return true;
        }
    }
    false
}

fn from_hex(digits: &str) -> Option<String> {
    let digits: String = digits.chars().filter(char::is_ascii_hexdigit).collect();
    let whole = digits.len() - digits.len() % 2;
    readable(&hex::decode(&digits[..whole]).ok()?)
}

static CHAR_CALLS: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r"(?i)(?:(?:\[char\]|chrw?)\s*\(?\s*(?:0x[0-9a-f]{1,4}|\d{1,4})\s*\)?\s*[+&,]?\s*){3,}",
    )
});
static CHAR_LIST: LazyLock<Regex> = LazyLock::new(|| expression(r"(?:\d{2,3}\s*,\s*){4,}\d{2,3}"));
static NUMBER: LazyLock<Regex> = LazyLock::new(|| expression(r"(?i)0x[0-9a-f]{1,4}|\d{1,4}"));

/// `[char]73+[char]69`, `chr(73) & chr(69)`, `(73,69,88,32,40)`.
pub fn char_codes(text: &str) -> Vec<String> {
    let lower = text.to_ascii_lowercase();
    let mut runs: Vec<&str> = Vec::new();
    if lower.contains("char]") || lower.contains("chr") {
        runs.extend(CHAR_CALLS.find_iter(text).map(|run| run.as_str()));
    }
    if lower.contains("char") || lower.contains("join") || lower.contains("chr") {
        runs.extend(CHAR_LIST.find_iter(text).map(|run| run.as_str()));
    }
    runs.into_iter()
        .filter_map(|run| {
            let codes =
                NUMBER
                    .find_iter(run)
                    .map(|number| match number.as_str().strip_prefix("0x") {
                        Some(digits) => u32::from_str_radix(digits, 16).ok(),
                        None => number.as_str().parse().ok(),
                    });
            let text: String = codes
                .map(|code| char::from_u32(code?))
                .collect::<Option<String>>()?;
            readable(text.as_bytes())
                .or_else(|| text.chars().all(|c| matches!(c, ' '..='~')).then_some(text))
        })
        .collect()
}

static PERCENT: LazyLock<Regex> =
    LazyLock::new(|| expression(r"(?i)(?:%[0-9a-f]{2}[\w.:/-]{0,8}){4,}"));

/// `%64%6f%63…`
pub fn percent(text: &str) -> Vec<String> {
    if !text.contains('%') {
        return Vec::new();
    }
    PERCENT
        .find_iter(text)
        .filter_map(|run| {
            let mut bytes = Vec::new();
            let mut rest = run.as_str().as_bytes();
            while let Some((first, after)) = rest.split_first() {
                let code = std::str::from_utf8(after.get(..2).unwrap_or_default())
                    .ok()
                    .and_then(|two| u8::from_str_radix(two, 16).ok());
                match (first, code) {
                    (b'%', Some(code)) => {
                        bytes.push(code);
                        rest = &after[2..];
                    }
                    _ => {
                        bytes.push(*first);
                        rest = after;
                    }
                }
            }
            readable(&bytes)
        })
        .collect()
}

/// An expression of this module.
pub fn expression(source: &str) -> Regex {
    Regex::new(source).unwrap_or_else(|error| unreachable!("an expression of this module: {error}"))
}
