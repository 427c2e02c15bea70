//! The lines of `written.txt`, each with what must leave it, and how far a redaction comes up to it.

use std::collections::BTreeMap;
use std::ops::Range;

use aside_analyst::redact::{Conversation, Known, Redacted, Settings};

const LINES: &str = include_str!("../written.txt");

/// A line with its truth.
pub struct Written {
    /// The text as it goes in.
    pub text: String,
    /// Whether its failures are only counted.
    pub is_held_out: bool,
    /// What is known of it.
    pub known: Known,
    /// Parts of the text in bytes, each with the kinds that are right for it.
    parts: Vec<(Range<usize>, Vec<&'static str>)>,
}

/// How many parts of a kind were hidden, missed, and replaced without need.
#[derive(Clone, Copy, Default)]
pub struct Count {
    /// Parts that had to go and went.
    pub hidden: usize,
    /// Parts that had to go and did not, or not whole.
    pub missed: usize,
    /// Replaced parts that should have stayed, or that are more than what had to go.
    pub too_much: usize,
}

impl Count {
    /// The share of what had to go that went; 1 for nothing.
    pub fn recall(&self) -> f64 {
        share(self.hidden, self.missed)
    }

    /// The share of what went that had to go; 1 for nothing.
    pub fn precision(&self) -> f64 {
        share(self.hidden, self.too_much)
    }
}

fn share(part: usize, rest: usize) -> f64 {
    match part + rest {
        0 => 1.0,
        all => part as f64 / all as f64,
    }
}

/// All lines, in their order.
///
/// # Panics
///
/// If a line of the file is not of the form that its head describes.
pub fn lines() -> Vec<Written> {
    LINES
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| Written::of(line).unwrap_or_else(|| panic!("not of the form: {line}")))
        .collect()
}

/// The counts by kind over those of `lines` that are held out, or over the others.
pub fn judged(lines: &[Written], held_out: bool) -> BTreeMap<&'static str, Count> {
    let mut counts = BTreeMap::new();
    for line in lines.iter().filter(|line| line.is_held_out == held_out) {
        line.judge(&line.redacted(), &mut counts);
    }
    counts
}

impl Written {
    fn of(line: &str) -> Option<Self> {
        let (known, marked) = line.split_once('\t')?;
        let mut written = Self {
            text: String::new(),
            is_held_out: hash(line) % 2 == 1,
            known: known_names(known)?,
            parts: Vec::new(),
        };
        let marked = marked.replace('⏎', "\n").replace('⇥', "\t");
        let mut rest = marked.as_str();
        while let Some((before, after)) = rest.split_once('«') {
            let (inside, after) = after.split_once('»')?;
            let (kinds, part) = inside.split_once(':')?;
            written.text.push_str(before);
            let start = written.text.len();
            written.text.push_str(part);
            let kinds = kinds.split('|').map(kind).collect::<Option<_>>()?;
            written.parts.push((start..written.text.len(), kinds));
            rest = after;
        }
        written.text.push_str(rest);
        Some(written)
    }

    /// The text redacted, in a conversation of its own.
    pub fn redacted(&self) -> Redacted {
        Conversation::new(&self.known, Settings::default()).redact(&self.text)
    }

    /// Adds to the counts of each kind; returns what failed, in words.
    pub fn judge(
        &self,
        redacted: &Redacted,
        counts: &mut BTreeMap<&'static str, Count>,
    ) -> Vec<String> {
        let mut failures = Vec::new();
        for (part, kinds) in &self.parts {
            if kinds.contains(&"any") {
                continue;
            }
            let count = counts.entry(kinds[0]).or_default();
            let over = |found: &&aside_analyst::redact::Found| overlap(&found.bytes, part);
            let is_covered = self.letters(part).all(|at| {
                let mut covering = redacted.found.iter();
                covering.any(|found| found.bytes.contains(&at))
            });
            let part_text = &self.text[part.clone()];
            let mut covering = redacted.found.iter().filter(over);
            if is_covered && covering.any(|found| is_kind(found.kind.word(), kinds, part_text)) {
                count.hidden += 1;
            } else {
                count.missed += 1;
                failures.push(format!("missed {} {part_text}", kinds.join("|")));
            }
        }
        for found in &redacted.found {
            let touched: Vec<_> = self
                .parts
                .iter()
                .filter(|(part, _)| overlap(part, &found.bytes))
                .collect();
            let is_within = self
                .letters(&found.bytes)
                .all(|at| touched.iter().any(|(part, _)| part.contains(&at)));
            let word = found.kind.word();
            let is_right = touched
                .iter()
                .any(|(part, kinds)| is_kind(word, kinds, &self.text[part.clone()]));
            if !(is_within && is_right) {
                counts.entry(word).or_default().too_much += 1;
                let replaced = &self.text[found.bytes.clone()];
                failures.push(format!("too much {word} {replaced}"));
            }
        }
        failures
    }

    /// The places of letters and digits: marks beside a part neither tell nor hide anything.
    fn letters(&self, range: &Range<usize>) -> impl Iterator<Item = usize> {
        let start = range.start;
        self.text[range.clone()]
            .char_indices()
            .filter(|(_, character)| character.is_alphanumeric())
            .map(move |(at, _)| start + at)
    }
}

fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

/// Whether a kind is right for a part. A full name may be taken for a machine's or a domain's, and an
/// address holds an account and its domain.
fn is_kind(word: &str, kinds: &[&str], part: &str) -> bool {
    kinds.iter().any(|kind| match *kind {
        "any" | "encoded" => true,
        "host" | "domain" if part.contains('.') && matches!(word, "host" | "domain") => true,
        "user" | "domain" if word == "email" => true,
        kind => kind == word,
    })
}

fn kind(word: &str) -> Option<&'static str> {
    const KINDS: [&str; 11] = [
        "any", "domain", "email", "encoded", "host", "ip", "mac", "secret", "sid", "term", "user",
    ];
    KINDS.into_iter().find(|kind| *kind == word)
}

fn known_names(list: &str) -> Option<Known> {
    let mut known = Known::default();
    if list == "-" {
        return Some(known);
    }
    for names in list.split("; ") {
        let (kind, names) = names.split_once('=')?;
        for name in names.split(',') {
            match kind {
                "host" => known.host(name),
                "user" => known.user(name),
                "domain" => known.domain(name),
                "term" => known.term(name),
                _ => return None,
            }
        }
    }
    Some(known)
}

/// FNV-1a in 64 bits.
fn hash(line: &str) -> u64 {
    line.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
