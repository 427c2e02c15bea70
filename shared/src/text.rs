//! Untrusted text made visible.
//!
//! Everything that comes from an alert, a page or a model is rendered as text, and what a reader
//! could not see or would be misled by (control, zero-width and bidirectional characters) is shown
//! by its code point. One function decides it, for the panel and for the command line alike.

use serde::{Deserialize, Serialize};

/// A run of a text as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Shown as it is.
    Plain(&'a str),
    /// Not visible by itself: shown as `⟦U+202E⟧`.
    CodePoint(char),
}

/// Splits `text` into what can be shown as it is and what is shown by code point.
///
/// Newlines and tabs stay; every other control character, and the zero-width, bidirectional,
/// tag, variation and line-separating characters, are named.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices().filter(|&(_, c)| is_hidden(c)) {
        if start < at {
            pieces.push(Piece::Plain(&text[start..at]));
        }
        pieces.push(Piece::CodePoint(c));
        start = at + c.len_utf8();
    }
    if start < text.len() {
        pieces.push(Piece::Plain(&text[start..]));
    }
    pieces
}

/// `text` in one line that a terminal or a log can print safely: hidden characters, newlines and
/// tabs are written as `⟦U+XXXX⟧`.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) || matches!(c, '\n' | '\t') {
            out.push_str(&code_point(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// `⟦U+202E⟧` for a character.
pub fn code_point(c: char) -> String {
    format!("⟦U+{:04X}⟧", u32::from(c))
}

fn is_hidden(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(u32::from(c),
            0x00AD | 0x034F | 0x061C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F
            | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0x2800 | 0x3164
            | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB | 0xE0000..=0xE0FFF)
}

/// At most `max` characters of `text` (64 in a sentence), cut in the middle with the length given:
/// `abc…xyz (102400 characters)`.
pub fn shorten(text: &str, max: usize) -> String {
    let length = text.chars().count();
    if length <= max {
        return text.to_owned();
    }
    let tail = max / 3;
    let head: String = text.chars().take(max - tail).collect();
    let end: String = text.chars().skip(length - tail).collect();
    format!("{head}…{end} ({length} characters)")
}

/// A part of a sentence. Names come from the evidence and are untrusted: they are set in code,
/// never linked, and cut to [`SENTENCE_NAME`] characters where they are shown.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// Aside's own words.
    Text(String),
    /// A name out of the evidence.
    Name(String),
}

/// How many characters of an untrusted name stand in a sentence.
pub const SENTENCE_NAME: usize = 64;

/// A sentence as plain text, with its names shortened and made visible.
pub fn plain(sentence: &[Span]) -> String {
    sentence
        .iter()
        .map(|span| match span {
            Span::Text(words) => words.clone(),
            Span::Name(name) => visible(&shorten(name, SENTENCE_NAME)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_cannot_be_seen_is_named() {
        assert_eq!(
            pieces("a\u{202E}gpj.exe"),
            [
                Piece::Plain("a"),
                Piece::CodePoint('\u{202E}'),
                Piece::Plain("gpj.exe")
            ]
        );
        assert_eq!(
            visible("a\r\n\u{200B}b\u{1b}[31m"),
            "a⟦U+000D⟧⟦U+000A⟧⟦U+200B⟧b⟦U+001B⟧[31m"
        );
    }

    #[test]
    fn a_long_name_is_cut_in_the_middle_with_its_length() {
        assert_eq!(shorten("abcdefghij", 6), "abcd…ij (10 characters)");
        assert_eq!(shorten("äöü", 3), "äöü");
    }

    proptest! {
        #[test]
        fn pieces_lose_nothing_and_hide_nothing(text in any::<String>()) {
            let back: String = pieces(&text)
                .iter()
                .map(|piece| match piece {
                    Piece::Plain(plain) => (*plain).to_owned(),
                    Piece::CodePoint(c) => c.to_string(),
                })
                .collect();
            prop_assert_eq!(&back, &text);
            prop_assert!(!visible(&text).chars().any(is_hidden));
        }
    }
}
