//! A text as a reader takes it, for matching: what hides a name in it is undone, and every place in
//! it leads back to the original.
//!
//! Zero-width, bidirectional and control characters, combining marks and colour sequences are left
//! out; full-width letters, typographic dashes and accented Latin letters become their plain ones;
//! percent escapes, character references, `\u0041`, `[.]`, and carets or backticks inside a word are
//! undone. Plain text, which is nearly all of it, is not copied.

use std::borrow::Cow;
use std::ops::Range;

/// The text to match in, and the way back.
pub(super) struct View<'t> {
    text: Cow<'t, str>,
    /// In order of `view`; empty when the text is the original.
    parts: Vec<Part>,
}

/// A run of the view and where it came from.
struct Part {
    view: usize,
    original: Range<usize>,
    /// The same bytes as the original's; else one replaced character.
    verbatim: bool,
}

impl<'t> View<'t> {
    pub(super) fn of(original: &'t str) -> Self {
        let bytes = original.as_bytes();
        let mut text = String::new();
        let mut parts = Vec::new();
        let mut copied = 0;
        let mut at = 0;
        while let Some(skipped) = bytes[at..].iter().position(|b| NOTABLE[usize::from(*b)]) {
            at += skipped;
            let Some((length, plain)) = undone(original, at) else {
                at += original[at..].chars().next().map_or(1, char::len_utf8);
                continue;
            };
            if copied < at {
                parts.push(Part {
                    view: text.len(),
                    original: copied..at,
                    verbatim: true,
                });
                text.push_str(&original[copied..at]);
            }
            if let Plain::Is(c) = plain {
                parts.push(Part {
                    view: text.len(),
                    original: at..at + length,
                    verbatim: false,
                });
                text.push(c);
            }
            at += length;
            copied = at;
        }
        if copied == 0 {
            return Self {
                text: Cow::Borrowed(original),
                parts,
            };
        }
        if copied < original.len() {
            parts.push(Part {
                view: text.len(),
                original: copied..original.len(),
                verbatim: true,
            });
            text.push_str(&original[copied..]);
        }
        Self {
            text: Cow::Owned(text),
            parts,
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Where something was left out, in order, and where a letter with an accent follows a digit, as no name has it: a
    /// name may begin or end there, though a reader sees no gap.
    pub(super) fn seams(&self) -> Vec<usize> {
        let is_after_digit = |at: usize| self.text.as_bytes()[at - 1].is_ascii_digit();
        let pairs = self.parts.windows(2);
        let seams = pairs.filter(|pair| {
            pair[0].original.end < pair[1].original.start
                || !pair[1].verbatim && is_after_digit(pair[1].view)
        });
        seams.map(|pair| pair[1].view).collect()
    }

    /// Where a non-empty range of the view stands in the original.
    pub(super) fn original(&self, range: &Range<usize>) -> Range<usize> {
        if self.parts.is_empty() {
            return range.clone();
        }
        let part = |at: usize| {
            let after = self.parts.partition_point(|part| part.view <= at);
            &self.parts[after.saturating_sub(1)]
        };
        let first = part(range.start);
        let last = part(range.end - 1);
        let start = match first.verbatim {
            true => first.original.start + (range.start - first.view),
            false => first.original.start,
        };
        let end = match last.verbatim {
            true => last.original.start + (range.end - last.view),
            false => last.original.end,
        };
        start..end
    }
}

/// A name as names are compared: as a reader takes it, in small letters.
pub(super) fn folded(name: &str) -> String {
    View::of(name).text().to_ascii_lowercase()
}

/// Bytes at which something may have to be undone.
static NOTABLE: [bool; 256] = notable();

const fn notable() -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        table[byte] = b >= 0x80
            || b == 0x7f
            || (b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r'))
            || matches!(b, b'%' | b'&' | b'^' | b'`' | b'[' | b'\\');
        byte += 1;
    }
    table
}

/// What stands in the place of something undone.
enum Plain {
    Nothing,
    Is(char),
}

/// What is undone at `at`: how many bytes, and what they stand for. `None` leaves the character.
fn undone(text: &str, at: usize) -> Option<(usize, Plain)> {
    let rest = &text.as_bytes()[at..];
    match rest[0] {
        b'\\' => unicode_escape(rest),
        b'%' => percent(rest).filter(|(_, plain)| {
            // What is escaped in a URL's login must not end it.
            let ends = matches!(plain, Plain::Is('@' | '/' | ':' | '?' | '#' | '\\'));
            !(ends && in_login(text.as_bytes(), at))
        }),
        b'&' => reference(rest),
        b'[' => rest.starts_with(b"[.]").then_some((3, Plain::Is('.'))),
        b'^' | b'`' => {
            let inside = at > 0
                && text.as_bytes()[at - 1].is_ascii_alphanumeric()
                && rest
                    .get(1)
                    .is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'-');
            inside.then_some((1, Plain::Nothing))
        }
        0x1b => Some((colour(rest), Plain::Nothing)),
        0..0x20 | 0x7f => Some((1, Plain::Nothing)),
        _ => {
            if let Some((length, c)) = misread(&text[at..]) {
                return Some((length, folded_character(c)));
            }
            let c = text[at..].chars().next()?;
            match folded_character(c) {
                Plain::Is(same) if same == c => None,
                plain => Some((c.len_utf8(), plain)),
            }
        }
    }
}

/// `ESC [ 31 m`
fn colour(rest: &[u8]) -> usize {
    if rest.get(1) != Some(&b'[') {
        return 1;
    }
    let digits = rest[2..]
        .iter()
        .take(16)
        .take_while(|b| b.is_ascii_digit() || **b == b';')
        .count();
    match rest.get(2 + digits) {
        Some(b) if b.is_ascii_alphabetic() => 3 + digits,
        _ => 1,
    }
}

fn hex_value(digits: Option<&[u8]>) -> Option<u32> {
    let digits = std::str::from_utf8(digits?).ok()?;
    (!digits.starts_with('+')).then(|| u32::from_str_radix(digits, 16).ok())?
}

/// `\u0040`
fn unicode_escape(rest: &[u8]) -> Option<(usize, Plain)> {
    if rest.get(1) != Some(&b'u') {
        return None;
    }
    let c = char::from_u32(hex_value(rest.get(2..6))?)?;
    Some((6, of_escape(c)?))
}

/// `%40`, `%2540`, and the bytes of a longer character in either way.
fn percent(rest: &[u8]) -> Option<(usize, Plain)> {
    let byte = |at: usize| -> Option<u8> {
        let code = (rest.get(at) == Some(&b'%')).then(|| hex_value(rest.get(at + 1..at + 3)))??;
        u8::try_from(code).ok()
    };
    // A percent sign that is escaped itself begins an escape, two digits further.
    let twice = |at: usize| -> Option<u8> {
        let digits = (byte(at)? == b'%').then(|| hex_value(rest.get(at + 3..at + 5)))??;
        u8::try_from(digits).ok()
    };
    if byte(0)? == b'%' {
        return match character(twice, 5) {
            Some((_, c)) if c.is_ascii() && !c.is_ascii_graphic() && c != ' ' => {
                Some((3, Plain::Is('%')))
            }
            Some((length, c)) => Some((length, of_escape(c)?)),
            None => Some((3, Plain::Is('%'))),
        };
    }
    let (length, c) = character(byte, 3)?;
    Some((length, of_escape(c)?))
}

/// The character whose bytes in UTF-8 are escaped one behind the other, in `width` bytes each, and how long they are.
fn character(byte: impl Fn(usize) -> Option<u8>, width: usize) -> Option<(usize, char)> {
    let count = match byte(0)? {
        0..0x80 => 1,
        0xc2..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0..0xf5 => 4,
        _ => return None,
    };
    let mut bytes = [0; 4];
    for (number, place) in bytes.iter_mut().take(count).enumerate() {
        *place = byte(number * width)?;
    }
    let c = std::str::from_utf8(&bytes[..count]).ok()?.chars().next()?;
    Some((count * width, c))
}

/// A character whose bytes in UTF-8 were read as Latin-1: `Ã©` is an é.
fn misread(text: &str) -> Option<(usize, char)> {
    let mut bytes = [0; 4];
    let mut count = 0;
    for c in text.chars().take(bytes.len()) {
        bytes[count] = u8::try_from(u32::from(c)).ok().filter(|b| *b >= 0x80)?;
        count += 1;
        let read = std::str::from_utf8(&bytes[..count]).ok();
        if let Some(c) = read.and_then(|read| read.chars().next()) {
            // Each of them has two bytes.
            return Some((count * 2, c));
        }
    }
    None
}

/// Whether `at` stands between the `//` of a URL and the `@` behind its login.
fn in_login(bytes: &[u8], at: usize) -> bool {
    let is_part =
        |b: &&u8| b.is_ascii_graphic() && !matches!(**b, b'/' | b'"' | b'\'' | b'<' | b'>');
    let before = bytes[..at]
        .iter()
        .rev()
        .take(128)
        .take_while(is_part)
        .count();
    let after = bytes[at..].iter().take(128).take_while(is_part);
    bytes[..at - before].ends_with(b"://") && after.into_iter().any(|b| *b == b'@')
}

/// `&#64;`, `&#x40;`, `&quot;`
fn reference(rest: &[u8]) -> Option<(usize, Plain)> {
    let end = rest.iter().take(10).position(|b| *b == b';')?;
    let name = std::str::from_utf8(&rest[1..end]).ok()?;
    let c = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "commat" => '@',
        "bsol" => '\\',
        "sol" => '/',
        "nbsp" => ' ',
        _ => {
            let code = name.strip_prefix('#')?;
            let code = match code.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => code.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((end + 1, of_escape(c)?))
}

fn of_escape(c: char) -> Option<Plain> {
    match c {
        '\0' => Some(Plain::Nothing),
        ' '..='~' | '\t' | '\n' | '\r' => Some(Plain::Is(c)),
        _ if c.is_ascii_control() => None,
        _ => Some(folded_character(c)),
    }
}

/// Accented Latin letters and their plain ones.
const ACCENTED: &[(&str, char)] = &[
    ("ÀÁÂÃÄÅĀĂĄ", 'A'),
    ("àáâãäåāăąª", 'a'),
    ("ÇĆĈĊČ", 'C'),
    ("çćĉċč", 'c'),
    ("ĎĐÐ", 'D'),
    ("ďđð", 'd'),
    ("ÈÉÊËĒĔĖĘĚ", 'E'),
    ("èéêëēĕėęě", 'e'),
    ("ĜĞĠĢ", 'G'),
    ("ĝğġģ", 'g'),
    ("ĤĦ", 'H'),
    ("ĥħ", 'h'),
    ("ÌÍÎÏĨĪĬĮİ", 'I'),
    ("ìíîïĩīĭįı", 'i'),
    ("Ĵ", 'J'),
    ("ĵ", 'j'),
    ("Ķ", 'K'),
    ("ķ", 'k'),
    ("ĹĻĽŁ", 'L'),
    ("ĺļľł", 'l'),
    ("ÑŃŅŇ", 'N'),
    ("ñńņň", 'n'),
    ("ÒÓÔÕÖØŌŎŐ", 'O'),
    ("òóôõöøōŏőº", 'o'),
    ("ŔŖŘ", 'R'),
    ("ŕŗř", 'r'),
    ("ŚŜŞŠ", 'S'),
    ("śŝşš", 's'),
    ("ŢŤŦ", 'T'),
    ("ţťŧ", 't'),
    ("ÙÚÛÜŨŪŬŮŰŲ", 'U'),
    ("ùúûüũūŭůűų", 'u'),
    ("Ŵ", 'W'),
    ("ŵ", 'w'),
    ("ÝŶŸ", 'Y'),
    ("ýŷÿ", 'y'),
    ("ŹŻŽ", 'Z'),
    ("źżž", 'z'),
];

fn folded_character(c: char) -> Plain {
    let plain = match u32::from(c) {
        0x80..=0x9f | 0xad | 0x034f | 0x061c | 0x115f | 0x1160 | 0x17b4 | 0x17b5
        | 0x180b..=0x180f | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0x3164
        | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0xfff0..=0xfffb | 0xe0000..=0xe0fff
        // Combining marks.
        | 0x0300..=0x036f | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff
        | 0xfe20..=0xfe2f => return Plain::Nothing,
        0xa0 | 0x2000..=0x200a | 0x202f | 0x205f | 0x3000 => ' ',
        0x2028 | 0x2029 => '\n',
        0x2010..=0x2015 | 0x2212 | 0xfe58 | 0xfe63 => '-',
        0x2018..=0x201b => '\'',
        0x201c..=0x201f => '"',
        0x2024 | 0x3002 | 0xff61 => '.',
        code @ 0xff01..=0xff5e => char::from_u32(code - 0xfee0).unwrap_or(c),
        0xaa..=0x17f => ACCENTED
            .iter()
            .find(|(accented, _)| accented.contains(c))
            .map_or_else(|| lower(c), |(_, plain)| *plain),
        _ => lower(c),
    };
    Plain::Is(plain)
}

/// The small letter, where that is one character.
fn lower(c: char) -> char {
    let mut small = c.to_lowercase();
    match (small.next(), small.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_hides_a_name_is_undone_and_leads_back() {
        for hidden in [
            "FIN\u{200b}-LT-204",
            "F\u{301}IN-LT-204",
            "ＦＩＮ-ＬＴ-２０４",
            "FIN%2DLT%2d204",
            "FIN%252DLT-204",
            "%2520FIN-LT-204%2520",
            "%25EF%25BC%259AFIN-LT-204%25E3%2580%2582",
            "ï¼\u{9a}FIN-LT-204ì\u{9d}\u{98}",
            "FIN&#45;LT&#x2d;204",
            "FIN\\u002dLT-204",
            "FIN\u{2011}LT\u{2011}204",
            "F^IN-L^T-204",
            "F\0IN-LT-204",
            "\u{1b}[31mFIN-LT-204\u{1b}[0m",
        ] {
            let text = format!("on {hidden}, é!");
            let view = View::of(&text);
            let at = view.text().find("FIN-LT-204").expect(hidden);
            let original = view.original(&(at..at + 10));
            assert!(hidden.contains(&text[original.clone()]), "{hidden:?}");
            assert_eq!(folded(&text[original]), "fin-lt-204");
        }
        assert_eq!(folded("Jose\u{301}"), folded("José"));
        assert_eq!(folded("JosÃ©"), folded("José"));
    }

    #[test]
    fn plain_text_is_not_copied() {
        for text in [
            r"C:\Windows\System32\cmd.exe /c dir",
            "100% of [a] ^ b & c `x`",
        ] {
            assert!(matches!(View::of(text).text, Cow::Borrowed(_)), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_range_leads_back_to_characters(text in any::<String>(), noise in "[%&^`\\[\\]a-f0-9u\\\\;#x.\u{200b}é\u{ff21}-]{0,60}") {
            for text in [text, noise] {
                let view = View::of(&text);
                let mut last = 0;
                for (at, c) in view.text().char_indices() {
                    let original = view.original(&(at..at + c.len_utf8()));
                    prop_assert!(text.get(original.clone()).is_some_and(|part| !part.is_empty()));
                    prop_assert!(original.start >= last);
                    last = original.end;
                }
            }
        }
    }
}
