//! A model's free wording (`model.prose = "marked"`): whether it has only names, numbers and links that the
//! evidence has.
//!
//! Nothing is checked beyond that: what it says may be false, and it is shown as such, as text only, behind a
//! click. It feeds nothing. What looks like a name (a capital inside a sentence, a digit, a dot, a slash ...), is
//! the name of known software, or is a number in words, has to stand in the evidence. An invented name that is
//! written as an ordinary word in lower case cannot be told from one.

use std::collections::HashSet;
use std::sync::LazyLock;

use aside_shared::alert::{EntityKind, Object};
use aside_shared::text::{Piece, pieces, shorten, visible};

use super::form::Form;
use super::lexicon;
use crate::claims;

/// Characters of a free wording.
const LONGEST: usize = 4_000;

static SOFTWARE: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("software.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect()
});

/// Words that a sentence may begin with, and abbreviations of the field.
const KNOWN: &[&str] = &[
    "after",
    "although",
    "an",
    "and",
    "any",
    "as",
    "at",
    "based",
    "because",
    "before",
    "both",
    "but",
    "by",
    "command",
    "consider",
    "during",
    "each",
    "edr",
    "evidence",
    "finally",
    "first",
    "following",
    "for",
    "from",
    "given",
    "here",
    "however",
    "i",
    "if",
    "in",
    "investigate",
    "isolate",
    "it",
    "its",
    "later",
    "look",
    "most",
    "no",
    "not",
    "note",
    "on",
    "once",
    "one",
    "only",
    "or",
    "other",
    "overall",
    "review",
    "second",
    "several",
    "shortly",
    "since",
    "so",
    "some",
    "such",
    "taken",
    "that",
    "the",
    "then",
    "there",
    "these",
    "they",
    "this",
    "those",
    "together",
    "two",
    "under",
    "until",
    "we",
    "what",
    "when",
    "where",
    "which",
    "while",
    "who",
    "why",
    "with",
    "within",
    "without",
    "you",
    "utc",
    "dns",
    "ip",
    "pid",
    "url",
    "tcp",
    "udp",
    "http",
    "https",
    "tls",
    "soc",
    "ioc",
    "windows",
    "linux",
    "macos",
    "att&ck",
    "mitre",
    "no-one",
    "nothing",
    "activity",
    "process",
    "processes",
    "user",
    "host",
    "file",
    "network",
    "suspicious",
    "possible",
    "potential",
    "likely",
    "unusual",
];
/// Numbers in words.
const NUMBERS: &[&str] = &[
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "zero",
    "dozen",
    "dozens",
    "hundred",
    "hundreds",
    "thousand",
    "thousands",
    "million",
    "millions",
    "billion",
    "billions",
    "twice",
    "thrice",
];

impl Form<'_> {
    /// Whether a free wording may be offered, as marked text; else why not.
    pub fn carries(&self, prose: &str) -> Result<(), String> {
        if prose.chars().count() > LONGEST {
            return Err("It is longer than was asked for.".to_owned());
        }
        if pieces(prose)
            .iter()
            .any(|piece| matches!(piece, Piece::CodePoint(_)))
        {
            return Err("It has characters that cannot be seen.".to_owned());
        }
        let texts = self.texts();
        let stands = |word: &str| texts.iter().any(|text| has_word(text, word));
        let mut begins = true;
        for written in prose.split_whitespace() {
            let word =
                written.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '\\' | '/'));
            let lower = word.to_lowercase();
            let is_link = ["://", "](", "www.", "mailto:"]
                .iter()
                .any(|mark| written.to_lowercase().contains(mark));
            let is_name =
                is_link || !is_ordinary(word, begins) || SOFTWARE.contains(lower.as_str());
            let is_number = lower.split('-').any(|part| NUMBERS.contains(&part));
            if !lower.is_empty() && (is_name || is_number) && !stands(&lower) {
                let shown = visible(&shorten(written, 48));
                return Err(format!("The evidence does not have {shown}."));
            }
            begins = written.ends_with(['.', '!', '?', ':']);
        }
        Ok(())
    }

    /// Everything that the evidence says, in lower case.
    fn texts(&self) -> Vec<String> {
        let mut texts = vec![self.alert.title.to_lowercase()];
        for entity in &self.alert.entities {
            texts.extend(
                claims::entity_texts(&entity.kind)
                    .into_iter()
                    .map(|text| text.to_lowercase()),
            );
            match &entity.kind {
                EntityKind::Process(process) => {
                    texts.extend(process.pid.map(|pid| pid.to_string()))
                }
                EntityKind::Endpoint { port, .. } => {
                    texts.extend(port.map(|port| port.to_string()))
                }
                _ => {}
            }
        }
        for it in &self.alert.evidence {
            if let Some(Object::Value(value)) = &it.object {
                texts.push(value.to_lowercase());
            }
            texts.extend(it.fields.values().map(|value| value.to_lowercase()));
            texts.extend(
                it.at
                    .as_ref()
                    .map(|at| aside_shared::instant::utc(at.unix_ms).to_lowercase()),
            );
        }
        for (id, name) in self.techniques() {
            texts.extend([id.to_lowercase(), name.to_lowercase()]);
        }
        let counts = self
            .groups
            .iter()
            .map(|group| group.members.len().to_string());
        texts.extend(counts);
        texts
    }
}

/// A word that is no name by its looks: ASCII letters, in lower case or as a sentence begins.
fn is_ordinary(word: &str, begins: bool) -> bool {
    let lower = word.to_ascii_lowercase();
    if KNOWN.contains(&lower.as_str()) {
        return true;
    }
    let is_plain = word
        .chars()
        .all(|c| c.is_ascii_lowercase() || matches!(c, '-' | '\'' | '’'));
    is_plain
        || begins
            && lexicon::is_word(&lower)
            && word.chars().skip(1).all(|c| c.is_ascii_lowercase())
}

/// Whether `word` stands in `text`, not as a part of a longer word.
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        let is_part = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        !is_part(before) && !is_part(after)
    })
}
