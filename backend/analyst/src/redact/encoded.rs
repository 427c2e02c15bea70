//! Runs of base64 and hex that decode to text: sending the run sends the text, so it is searched too.

use std::char::DecodeUtf16Error;
use std::io::Read;
use std::sync::LazyLock;

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::candidate::{Candidate, What};
use super::values::{before, byte, is_word, run_end};

const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const PLAIN: GeneralPurpose = GeneralPurpose::new(&STANDARD, CONFIG);
const FOR_URLS: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, CONFIG);

/// A name of six letters in base64; shorter runs are words.
const SHORTEST: usize = 8;
/// The beginning of a run that tells whether it is text.
const HEAD: usize = 16;
/// So many letters of something else before a run are looked past, if the whole is so long.
const GLUED_MAX: usize = 12;
const GLUED_SHORTEST: usize = 48;
/// Compressed text is unpacked so far.
const UNPACKED_MAX: u64 = 256 * 1024;

fn is_letter(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_')
}

static LETTERS: [bool; 256] = letters();

const fn letters() -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        table[byte] = b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_');
        byte += 1;
    }
    table
}

/// Searches what long runs of `text` decode to: `holds` says whether a text has something to hide.
pub(super) fn runs(text: &str, holds: &dyn Fn(&str) -> bool, found: &mut Vec<Candidate>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at + SHORTEST <= bytes.len() {
        // Looked at from its end, a window without a run is passed over in one step.
        let window = &bytes[at..at + SHORTEST];
        if let Some(last) = window.iter().rposition(|b| !LETTERS[usize::from(*b)]) {
            at += last + 1;
            continue;
        }
        let end = run_end(bytes, at, usize::MAX, is_letter);
        // A Unix path or a flag has more before its first real part.
        run(text, at, end, holds, found);
        at = end + 1;
    }
}

fn run(
    text: &str,
    start: usize,
    end: usize,
    holds: &dyn Fn(&str) -> bool,
    found: &mut Vec<Candidate>,
) {
    let bytes = text.as_bytes();
    let part = &text[start..end];
    if let Some(key) = twilio(part) {
        found.push(Candidate::sure(start, end, What::Secret(key)));
        return;
    }
    if part.bytes().all(|b| b.is_ascii_hexdigit()) {
        // Half a byte at the end was cut off.
        let whole = &part[..part.len() / 2 * 2];
        if let Some(decoded) = hex::decode(whole).ok().and_then(|bytes| readable(&bytes))
            && holds(&decoded)
        {
            found.push(Candidate::sure(start, end, What::Secret("ENCODED")));
        }
        return;
    }
    // What is joined by `/`, `-` or `_` to the front of a run is no part of it: `/enc:x` is cut by its
    // colon, `-EncodedCommand/x` and `path/x` are not.
    let mut from = start;
    for _ in 0..8 {
        if end - from < SHORTEST {
            return;
        }
        if let Some(decoded) = decoded(&text[from..end])
            && holds(&decoded)
        {
            let close = run_end(bytes, end, 2, |b| b == b'=');
            let lead = before(bytes, from);
            if !is_word(lead) || from > start {
                found.push(Candidate::sure(from, close, What::Secret("ENCODED")));
            }
            return;
        }
        match text[from..end].find(['/', '-', '_', '+']) {
            Some(mark) => from += mark + 1,
            None => break,
        }
    }
    glued(text, start, end, holds, found);
}

/// Base64 behind a few letters of something else: `setupSGVsbG8...`
fn glued(
    text: &str,
    start: usize,
    end: usize,
    holds: &dyn Fn(&str) -> bool,
    found: &mut Vec<Candidate>,
) {
    if end - start < GLUED_SHORTEST {
        return;
    }
    for from in start + 1..=start + GLUED_MAX {
        if let Some(decoded) = decoded(&text[from..end])
            && holds(&decoded)
        {
            found.push(Candidate::sure(from, end, What::Secret("ENCODED")));
            return;
        }
    }
}

/// An API key of Twilio: `SK` and 32 hex digits.
fn twilio(part: &str) -> Option<&'static str> {
    let digits = part.strip_prefix("SK")?;
    let is_key = digits.len() == 32
        && digits
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    is_key.then_some("TWILIO-KEY")
}

/// The text that a run of base64 holds, where it is one.
fn decoded(run: &str) -> Option<String> {
    let engine = match run.contains(['-', '_']) {
        true if run.contains(['+', '/']) => return None,
        true => &FOR_URLS,
        false => &PLAIN,
    };
    if run.len() < HEAD && !begins_plain(run.as_bytes()) {
        return None;
    }
    let whole = run.len() - usize::from(run.len() % 4 == 1);
    // The first bytes tell nearly every run that is no text.
    let mut head = [0; HEAD];
    let length = engine
        .decode_slice(&run[..whole.min(HEAD)], &mut head)
        .ok()?;
    let head = &head[..length];
    let is_packed = matches!(
        head,
        [0x1f, 0x8b, ..] | [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..]
    );
    if !is_packed && !begins_readable(head) {
        return None;
    }
    let bytes = engine.decode(&run[..whole]).ok()?;
    if !is_packed {
        return readable(&bytes);
    }
    let mut unpacked = Vec::new();
    let _end = match bytes[0] {
        0x1f => flate2::read::GzDecoder::new(&bytes[..])
            .take(UNPACKED_MAX)
            .read_to_end(&mut unpacked),
        _ => flate2::read::ZlibDecoder::new(&bytes[..])
            .take(UNPACKED_MAX)
            .read_to_end(&mut unpacked),
    };
    readable(&unpacked)
}

fn is_plain(b: u8) -> bool {
    matches!(b, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

/// Whether the first byte of what a run of base64 holds is plain, and the second plain or, of UTF-16, zero:
/// of a short run, which is a word nearly always, nothing else is tried.
fn begins_plain(run: &[u8]) -> bool {
    let value = |at: usize| match run[at] {
        letter @ b'A'..=b'Z' => letter - b'A',
        letter @ b'a'..=b'z' => letter - b'a' + 26,
        digit @ b'0'..=b'9' => digit - b'0' + 52,
        b'+' | b'-' => 62,
        _ => 63,
    };
    let second = value(1) << 4 | value(2) >> 2;
    is_plain(value(0) << 2 | value(1) >> 4) && (second == 0 || is_plain(second))
}

fn begins_readable(head: &[u8]) -> bool {
    let is_wide = head
        .chunks_exact(2)
        .all(|pair| pair[1] == 0 && is_plain(pair[0]));
    let marked = head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xef, 0xbb, 0xbf]);
    is_wide || marked || begins_utf8(head) || is_wide_text(head)
}

/// Whether these are the first bytes of a text in whatever script.
fn begins_utf8(head: &[u8]) -> bool {
    let (valid, cut) = match std::str::from_utf8(head) {
        Ok(text) => (text, 0),
        Err(error) => {
            let at = error.valid_up_to();
            let cut = error.error_len().map_or(head.len() - at, |_| usize::MAX);
            (std::str::from_utf8(&head[..at]).unwrap_or_default(), cut)
        }
    };
    cut < 4 && reads(valid.chars())
}

/// Nearly all of it is letters, digits, marks and space.
fn reads(text: impl Iterator<Item = char>) -> bool {
    let (mut total, mut read) = (0, 0);
    for c in text {
        total += 1;
        read += usize::from(is_read(c));
    }
    total >= 4 && read * 10 >= total * 9
}

/// Of each character of the basic plane a bit: what is no text is looked at in vain and often, and Unicode's
/// own tables are slow.
static READ: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut bits = vec![0; 0x1_0000 / 64];
    for c in '\0'..='\u{ffff}' {
        let is_text = c.is_ascii_graphic() || c.is_ascii_whitespace() || c.is_alphanumeric();
        if is_text || is_mark(c) {
            bits[c as usize / 64] |= 1 << (c as usize % 64);
        }
    }
    bits
});

fn is_read(c: char) -> bool {
    match READ.get(c as usize / 64) {
        Some(bits) => bits >> (c as usize % 64) & 1 == 1,
        None => c.is_alphanumeric(),
    }
}

/// Punctuation of other scripts: general, of Arabic, of Chinese and Japanese, in full width.
fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x2010..=0x2027 | 0x3000..=0x303f | 0xff00..=0xff65 | 0x060c | 0x061b | 0x061f)
}

/// Bytes as UTF-16LE.
fn wide(bytes: &[u8]) -> impl Iterator<Item = Result<char, DecodeUtf16Error>> {
    let units = bytes
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    char::decode_utf16(units)
}

/// Whether bytes read as UTF-16LE, all of them.
fn is_wide_text(bytes: &[u8]) -> bool {
    wide(bytes).all(|c| c.is_ok()) && reads(wide(bytes).flatten())
}

/// Bytes as text, where they read so: UTF-16LE if every second byte is zero, else UTF-8, else UTF-16LE after all.
fn readable(bytes: &[u8]) -> Option<String> {
    let bytes = bytes.strip_prefix(&[0xff, 0xfe]).unwrap_or(bytes);
    let zeros = bytes.iter().skip(1).step_by(2).filter(|b| **b == 0).count();
    if bytes.len() >= 4 && zeros * 10 >= bytes.len() / 2 * 7 {
        let text: String = wide(bytes)
            .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        return reads(text.chars()).then_some(text);
    }
    let narrow = match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.to_owned()),
        Err(error) if error.valid_up_to() + 4 > bytes.len() => {
            Some(String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned())
        }
        Err(_) => None,
    };
    let narrow = narrow.filter(|text| reads(text.chars()));
    narrow.or_else(|| is_wide_text(bytes).then(|| wide(bytes).flatten().collect()))
}

/// The pair of a `Basic` header's value.
pub(super) fn basic(value: &str) -> Option<String> {
    let value = value.trim_end_matches('=');
    if value.len() < 4 || byte(value.as_bytes(), 0) == b'=' {
        return None;
    }
    let bytes = PLAIN.decode(value).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    text.bytes().all(|b| b >= 0x20).then_some(text)
}
