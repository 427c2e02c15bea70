//! Which texts an event must hold for a predicate to hold: the prefilter's input.

use std::collections::HashMap;

use aside_shared::hunt::{Order, Part, Predicate, Test};
use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::matcher::Uncompiled;
use crate::taxonomy::Field;

/// A text that a value must hold, lower-cased, and where in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text {
    /// The text.
    pub text: String,
    /// What must be before it.
    pub before: Edge,
    /// What must be behind it.
    pub behind: Edge,
}

/// What must be beside a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edge {
    /// Anything.
    Free,
    /// No word character (ASCII letter, digit, `_`).
    Word,
    /// Nothing: the value ends.
    Value,
}

impl Edge {
    /// Whether `neighbour`, the byte beside a text, is allowed.
    pub fn allows(self, neighbour: Option<u8>) -> bool {
        match self {
            Self::Free => true,
            Self::Word => !neighbour.is_some_and(is_word),
            Self::Value => neighbour.is_none(),
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// What a predicate needs.
#[derive(Debug)]
pub enum Needed {
    /// All of these.
    All(Vec<Needed>),
    /// One of these.
    Any(Vec<Needed>),
    /// One of these texts in that field (`None`: in any).
    Texts(Option<Field>, Vec<Text>),
    /// Nothing that could be searched for.
    Unknown,
    /// It never holds.
    Never,
}

/// Shorter texts stand almost everywhere and are no filter, unless they are words of their own.
const SHORTEST: usize = 2;

impl Needed {
    /// What `predicate` needs. Its expressions are checked.
    pub fn of(predicate: &Predicate) -> Result<Self, Uncompiled> {
        let all = |parts: &[Predicate]| parts.iter().map(Self::of).collect::<Result<_, _>>();
        Ok(match predicate {
            Predicate::All(parts) => Self::All(all(parts)?),
            Predicate::Any(parts) => Self::Any(all(parts)?),
            Predicate::Not(part) => {
                Self::of(part)?;
                Self::Unknown
            }
            Predicate::Field { name, test } => {
                let texts = texts(test).map_err(|reason| (name.clone(), reason))?;
                let field = name.as_deref().map(Field::named);
                match (field, texts) {
                    (Some(None), _) if matches!(test, Test::Exists(false) | Test::Absent) => {
                        Self::Unknown
                    }
                    (Some(None), _) => Self::Never,
                    (_, None) => Self::Unknown,
                    (field, Some(texts)) => Self::Texts(field.flatten(), texts),
                }
            }
        })
    }

    /// The texts of which an event must hold at least one, chosen to be rare. `None` if there are no such texts.
    pub fn choose(&self, frequencies: &Frequencies) -> Option<Vec<(Option<Field>, &Text)>> {
        match self {
            Self::All(parts) => parts
                .iter()
                .filter_map(|part| part.choose(frequencies))
                .min_by(|a, b| frequencies.expected(a).total_cmp(&frequencies.expected(b))),
            Self::Any(parts) => {
                let mut all = Vec::new();
                for part in parts {
                    all.extend(part.choose(frequencies)?);
                }
                Some(all)
            }
            Self::Texts(field, texts) => Some(texts.iter().map(|text| (*field, text)).collect()),
            Self::Unknown => None,
            Self::Never => Some(Vec::new()),
        }
    }
}

/// How often each text is asked for, over all rules: what many rules look for is likely common.
#[derive(Debug, Default)]
pub struct Frequencies(HashMap<String, u32>);

impl Frequencies {
    /// Counts every text of `needed`.
    pub fn count(&mut self, needed: &Needed) {
        match needed {
            Needed::All(parts) | Needed::Any(parts) => {
                for part in parts {
                    self.count(part);
                }
            }
            Needed::Texts(_, texts) => {
                for text in texts {
                    *self.0.entry(text.text.clone()).or_default() += 1;
                }
            }
            Needed::Unknown | Needed::Never => {}
        }
    }

    /// A guess at how many events hold one of `texts`: by length, by how often rules ask for it, and
    /// by how many ordinary lines hold it.
    fn expected(&self, texts: &[(Option<Field>, &Text)]) -> f64 {
        let guess: f64 = texts
            .iter()
            .map(|(_, text)| {
                let asked = f64::from(self.0.get(&text.text).copied().unwrap_or(1));
                let length = text.text.len() + 2 * edges(text);
                asked * 0.6_f64.powi(i32::try_from(length.min(16)).unwrap_or(16))
            })
            .sum();
        let holding = ORDINARY
            .iter()
            .filter(|line| texts.iter().any(|(_, text)| line.contains(&text.text)))
            .count();
        guess + f64::from(u32::try_from(holding).unwrap_or(u32::MAX))
    }
}

/// Lines as ordinary hosts run them, in lower case: a text that stands in them is no filter.
const ORDINARY: &[&str] = &[
    r"c:\windows\system32\svchost.exe -k netsvcs -p -s schedule",
    r#""c:\program files\google\chrome\application\chrome.exe" --type=renderer --lang=en-us"#,
    r#""c:\program files (x86)\microsoft\edgeupdate\microsoftedgeupdate.exe" /ua /installsource scheduler"#,
    r"powershell.exe -noprofile -executionpolicy bypass -file c:\programdata\agent\collect.ps1",
    r"cmd.exe /c dir c:\users\public\documents",
    r"c:\users\a\appdata\local\temp\setup.exe /quiet",
    r"msiexec.exe /i c:\windows\ccmcache\1\setup.msi /qn /norestart",
    r"reg.exe add hkcu\software\vendor\app /v last /t reg_sz /d 1 /f",
    r"/usr/bin/python3 /opt/agent/check.py --warn 80 --id 1",
    r"sh -c 'test -x /usr/sbin/anacron || run-parts --report /etc/cron.daily'",
    r"/usr/bin/curl -s -o /tmp/answer.json https://api.example/v1/status",
    r"git -c /home/user/src/project fetch --prune origin",
    r"tar -xzf /tmp/release.tar.gz -c /opt/releases/1",
    r"/system/library/frameworks/coreservices.framework/versions/a/support/mdworker_shared -s mdworker",
];

/// On how many sides what stands beside the text is bound.
fn edges(text: &Text) -> usize {
    [text.before, text.behind]
        .iter()
        .filter(|edge| **edge != Edge::Free)
        .count()
}

/// The texts of which a value must hold one to pass `test`.
fn texts(test: &Test) -> Result<Option<Vec<Text>>, String> {
    let texts = match test {
        Test::Like { parts, .. } => of_pattern(parts).map(|text| vec![text]),
        Test::Regex(source) => of_expression(&parse(source)?).map(|found| {
            found
                .into_iter()
                .map(|mut found| {
                    // With Unicode, a word's edge is another thing.
                    if !source.is_ascii() {
                        found.text.before = Edge::Free;
                        found.text.behind = Edge::Free;
                    }
                    found.text
                })
                .collect()
        }),
        Test::Number {
            order: Order::Equal,
            value,
        } => Some(vec![free(value.to_string())]),
        _ => None,
    };
    Ok(texts.filter(|texts: &Vec<Text>| texts.iter().all(is_usable)))
}

fn free(text: String) -> Text {
    Text {
        text,
        before: Edge::Free,
        behind: Edge::Free,
    }
}

fn is_usable(text: &Text) -> bool {
    text.text.len() >= SHORTEST || text.text.len() == 1 && edges(text) == 2
}

/// The longest fixed part of a pattern.
fn of_pattern(parts: &[Part]) -> Option<Text> {
    let (at, text) = parts
        .iter()
        .enumerate()
        .filter_map(|(at, part)| match part {
            Part::Literal(text) => Some((at, text)),
            _ => None,
        })
        .max_by_key(|(_, text)| text.len())?;
    let edge = |is_outermost| {
        if is_outermost {
            Edge::Value
        } else {
            Edge::Free
        }
    };
    Some(Text {
        text: text.to_ascii_lowercase(),
        before: edge(at == 0),
        behind: edge(at + 1 == parts.len()),
    })
}

/// Parses an expression as it will be compiled.
fn parse(source: &str) -> Result<Hir, String> {
    let reason = |error: &dyn std::fmt::Display| {
        format!("{source:?} is not a supported expression: {error}.")
    };
    regex_syntax::ParserBuilder::new()
        .unicode(!source.is_ascii())
        .utf8(false)
        .build()
        .parse(source)
        .map_err(|error| match error {
            regex_syntax::Error::Parse(error) => reason(error.kind()),
            regex_syntax::Error::Translate(error) => reason(error.kind()),
            other => reason(&other),
        })
}

/// More alternatives than this are no filter any more.
const MOST_ALTERNATIVES: usize = 192;

/// A text within an expression.
#[derive(Clone, Debug)]
struct Found {
    text: Text,
    /// Nothing of the expression is before it.
    first: bool,
    /// Nothing of the expression is behind it.
    last: bool,
}

fn of_expression(expression: &Hir) -> Option<Vec<Found>> {
    match expression.kind() {
        HirKind::Capture(capture) => of_expression(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min == 0 => None,
        HirKind::Repetition(repetition) => {
            let mut found = of_expression(&repetition.sub)?;
            if repetition.max != Some(1) {
                // The first time round need not be the last.
                for found in &mut found {
                    found.last = false;
                }
            }
            Some(found)
        }
        HirKind::Alternation(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(of_expression(part)?);
            }
            (all.len() <= MOST_ALTERNATIVES).then_some(all)
        }
        HirKind::Concat(parts) => of_sequence(parts),
        _ => of_sequence(std::slice::from_ref(expression)),
    }
}

/// The best of a sequence's runs of fixed characters and of its parts' own texts.
fn of_sequence(parts: &[Hir]) -> Option<Vec<Found>> {
    let mut candidates: Vec<Vec<Found>> = Vec::new();
    let mut at = 0;
    while at < parts.len() {
        let mut run = String::new();
        let mut end = at;
        while end < parts.len() && fixed(&parts[end], &mut run) {
            end += 1;
        }
        if end > at {
            let found = Found {
                text: free(run),
                first: true,
                last: true,
            };
            candidates.push(vec![in_sequence(found, parts, at..end)]);
            at = end;
            continue;
        }
        let has_parts = matches!(
            parts[at].kind(),
            HirKind::Capture(_)
                | HirKind::Repetition(_)
                | HirKind::Alternation(_)
                | HirKind::Concat(_)
        );
        if has_parts && let Some(found) = of_expression(&parts[at]) {
            candidates.push(
                found
                    .into_iter()
                    .map(|found| in_sequence(found, parts, at..at + 1))
                    .collect(),
            );
        }
        at += 1;
    }
    candidates
        .into_iter()
        // A short text may still get what stands beside it from further out.
        .filter(|found| {
            found.iter().all(|found| {
                let may_become = !found.text.text.is_empty() && (found.first || found.last);
                is_usable(&found.text) || may_become
            })
        })
        .max_by_key(|found| worth(found))
}

/// Longer is rarer; four times the alternatives is worth one character less. What stands in many
/// ordinary lines (`.exe`, `http`) is worth little however long.
fn worth(found: &[Found]) -> usize {
    let shortest = found
        .iter()
        .map(|found| found.text.text.len() + edges(&found.text))
        .min()
        .unwrap_or(0);
    let holds = |line: &&&str| found.iter().any(|it| line.contains(&it.text.text));
    let ordinary = ORDINARY.iter().filter(holds).count();
    if !found.iter().all(|found| is_usable(&found.text)) {
        return 0;
    }
    (shortest.min(12) * 2)
        .saturating_sub(found.len().max(1).ilog2() as usize)
        .saturating_sub(3 * ordinary)
        .max(1)
}

/// A text of `parts[range]` as a text of `parts`: what stands beside it says how it must end.
fn in_sequence(mut found: Found, parts: &[Hir], range: std::ops::Range<usize>) -> Found {
    let bytes = found.text.text.as_bytes();
    let starts = bytes.first().copied().is_some_and(is_word);
    let ends = bytes.last().copied().is_some_and(is_word);
    let before = parts[..range.start].iter().rev();
    if found.first && found.text.before == Edge::Free && starts && is_edge(before, Side::Before) {
        found.text.before = Edge::Word;
    }
    let behind = parts[range.end..].iter();
    if found.last && found.text.behind == Edge::Free && ends && is_edge(behind, Side::Behind) {
        found.text.behind = Edge::Word;
    }
    found.first &= range.start == 0;
    found.last &= range.end == parts.len();
    found
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    Behind,
}

/// Whether what comes next, going outward through `parts`, is surely no word character.
fn is_edge<'a>(parts: impl Iterator<Item = &'a Hir>, side: Side) -> bool {
    for part in parts {
        match beside(part, side) {
            Beside::NoWord => return true,
            Beside::MaybeNothing => {}
            Beside::Other => return false,
        }
    }
    false
}

enum Beside {
    /// Something that is no word character, or the value's end.
    NoWord,
    /// That, or nothing: what is further out decides.
    MaybeNothing,
    /// Anything else.
    Other,
}

fn beside(part: &Hir, side: Side) -> Beside {
    match part.kind() {
        HirKind::Look(look) => match (look, side) {
            // Beside a word character a word's edge is where no word character is.
            (Look::WordAscii | Look::WordUnicode, _)
            | (Look::Start | Look::StartLF | Look::StartCRLF, Side::Before)
            | (Look::End | Look::EndLF | Look::EndCRLF, Side::Behind) => Beside::NoWord,
            _ => Beside::Other,
        },
        HirKind::Class(class) if has_no_word(class) => Beside::NoWord,
        HirKind::Class(_) => Beside::Other,
        HirKind::Literal(literal) => {
            let neighbour = match side {
                Side::Before => literal.0.last(),
                Side::Behind => literal.0.first(),
            };
            match neighbour {
                Some(byte) if byte.is_ascii() && !is_word(*byte) => Beside::NoWord,
                _ => Beside::Other,
            }
        }
        HirKind::Capture(capture) => beside(&capture.sub, side),
        HirKind::Repetition(repetition) => match beside(&repetition.sub, side) {
            Beside::NoWord if repetition.min == 0 => Beside::MaybeNothing,
            other => other,
        },
        HirKind::Alternation(parts) => {
            let mut all = Beside::NoWord;
            for part in parts {
                match beside(part, side) {
                    Beside::NoWord => {}
                    Beside::MaybeNothing => all = Beside::MaybeNothing,
                    Beside::Other => return Beside::Other,
                }
            }
            all
        }
        HirKind::Concat(parts) => {
            let is_edge = match side {
                Side::Before => is_edge(parts.iter().rev(), side),
                Side::Behind => is_edge(parts.iter(), side),
            };
            if is_edge {
                Beside::NoWord
            } else {
                Beside::Other
            }
        }
        HirKind::Empty => Beside::MaybeNothing,
    }
}

/// Without Unicode only ASCII letters, digits and `_` are word characters; with it the edges are dropped.
fn has_no_word(class: &Class) -> bool {
    match class {
        Class::Bytes(class) => class
            .iter()
            .all(|range| (range.start()..=range.end()).all(|byte| !is_word(byte))),
        Class::Unicode(_) => false,
    }
}

/// Adds the one text that `part` stands for, but for case, to `run`.
fn fixed(part: &Hir, run: &mut String) -> bool {
    match part.kind() {
        HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
            Ok(text) => {
                run.push_str(&text.to_ascii_lowercase());
                true
            }
            Err(_) => false,
        },
        HirKind::Class(class) => match one_letter(class) {
            Some(letter) => {
                run.push(letter);
                true
            }
            None => false,
        },
        HirKind::Capture(capture) => fixed(&capture.sub, run),
        HirKind::Concat(parts) => {
            let before = run.len();
            let whole = parts.iter().all(|part| fixed(part, run));
            if !whole {
                run.truncate(before);
            }
            whole
        }
        _ => false,
    }
}

/// `[Aa]`: the letter.
fn one_letter(class: &Class) -> Option<char> {
    let letters: Vec<char> = match class {
        Class::Bytes(class) => class
            .iter()
            .flat_map(|range| (range.start()..=range.end()).take(3))
            .map(char::from)
            .take(3)
            .collect(),
        Class::Unicode(class) => class
            .iter()
            .flat_map(|range| (range.start()..=range.end()).take(3))
            .take(3)
            .collect(),
    };
    match letters.as_slice() {
        [one] if one.is_ascii() => Some(one.to_ascii_lowercase()),
        [a, b] if a.is_ascii() && a.eq_ignore_ascii_case(b) => Some(a.to_ascii_lowercase()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts, with `<` or `>` where a word must begin or end.
    fn of(source: &str) -> Option<Vec<String>> {
        let found = texts(&Test::Regex(source.to_owned())).expect("an expression")?;
        Some(
            found
                .into_iter()
                .map(|text| {
                    let mark = |edge, mark| if edge == Edge::Word { mark } else { "" };
                    let (before, behind) = (mark(text.before, "<"), mark(text.behind, ">"));
                    format!("{before}{}{behind}", text.text)
                })
                .collect(),
        )
    }

    fn some(texts: &[&str]) -> Option<Vec<String>> {
        Some(texts.iter().map(|text| (*text).to_owned()).collect())
    }

    #[test]
    fn an_expression_needs_its_longest_fixed_text() {
        assert_eq!(of(r"(?i)\bcomsvcs(\.dll)?\s*,"), some(&["<comsvcs>"]));
        assert_eq!(of(r"(?:curl|wget)\s+-"), some(&["curl>", "wget>"]));
        assert_eq!(of(r"\s+\d+"), None);
        assert_eq!(of(r"x?y*"), None);
        assert_eq!(of(r"(?i)a[bc]de"), some(&["de"]));
    }

    #[test]
    fn what_stands_beside_a_text_says_whether_it_is_a_word() {
        assert_eq!(of(r"(?:^|[\s/])at(?:\.exe)?\s"), some(&["<at>"]));
        assert_eq!(of(r"(?:^|[\s/])at(?:exe)?\s"), some(&["<at"]));
        assert_eq!(of(r"\b(?:w|who)\b"), some(&["<w>", "<who>"]));
        assert_eq!(of(r"\b(?:w|who)"), None);
        assert_eq!(of(r#"(?i)\bss["']?\s"#), some(&["<ss>"]));
        assert_eq!(of(r"xat\b"), some(&["xat>"]));
        assert_eq!(of(r"[\w-]at\b"), some(&["at>"]));
        assert_eq!(of(r"(?:at)+\b"), some(&["at"]));
    }

    #[test]
    fn a_kelvin_sign_does_not_make_k_fixed_to_something_else() {
        // With Unicode, (?i)k also means U+212A: the ASCII text is no longer needed.
        let texts = of("(?i)kö");
        assert!(texts.is_none_or(|texts| !texts.iter().any(|text| text.starts_with('k'))));
    }
}
