//! Which texts an event must hold for a predicate to hold: the prefilter's input.

use std::collections::HashMap;

use aside_shared::hunt::{Order, Part, Predicate, Test};
use regex_syntax::hir::{Class, Hir, HirKind};

use crate::taxonomy::Field;

/// A text, lower-cased, and the field that must hold it (`None`: any).
pub type Needed = (Option<Field>, String);

/// Shorter texts stand almost everywhere and are no filter.
const SHORTEST: usize = 2;

/// How often each text is asked for, over all rules: what many rules look for is likely common.
#[derive(Debug, Default)]
pub struct Frequencies(HashMap<String, u32>);

impl Frequencies {
    /// Counts every text of `predicate`.
    pub fn count(&mut self, predicate: &Predicate) {
        match predicate {
            Predicate::All(parts) | Predicate::Any(parts) => {
                for part in parts {
                    self.count(part);
                }
            }
            Predicate::Not(_) => {}
            Predicate::Field { test, .. } => {
                for text in literals(test).unwrap_or_default() {
                    *self.0.entry(text).or_default() += 1;
                }
            }
        }
    }

    /// A guess at how many events hold one of `texts`.
    fn expected(&self, texts: &[Needed]) -> f64 {
        texts
            .iter()
            .map(|(_, text)| {
                let asked = f64::from(self.0.get(text).copied().unwrap_or(1));
                let length = i32::try_from(text.len().min(16)).unwrap_or(16);
                asked * 0.6_f64.powi(length)
            })
            .sum()
    }
}

/// The texts of which an event must hold at least one for `predicate` to hold, chosen to be rare.
/// `None` if there are no such texts.
pub fn disjunction(predicate: &Predicate, frequencies: &Frequencies) -> Option<Vec<Needed>> {
    match predicate {
        Predicate::All(parts) => parts
            .iter()
            .filter_map(|part| disjunction(part, frequencies))
            .min_by(|a, b| frequencies.expected(a).total_cmp(&frequencies.expected(b))),
        Predicate::Any(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(disjunction(part, frequencies)?);
            }
            Some(all)
        }
        Predicate::Not(_) => None,
        Predicate::Field { name, test } => {
            let field = match name {
                None => None,
                // A field that no event has: nothing holds, and no text is needed to say so.
                Some(name) => Some(Field::named(name)?),
            };
            let texts = literals(test)?;
            Some(texts.into_iter().map(|text| (field, text)).collect())
        }
    }
}

/// The texts of which a value must hold one to pass `test`, lower-cased.
fn literals(test: &Test) -> Option<Vec<String>> {
    let texts = match test {
        Test::Like { parts, .. } => {
            let longest = parts
                .iter()
                .filter_map(|part| match part {
                    Part::Literal(text) => Some(text),
                    _ => None,
                })
                .max_by_key(|text| text.len())?;
            vec![longest.to_ascii_lowercase()]
        }
        Test::Regex(source) => of_expression(&parse(source).ok()?)?,
        Test::Number {
            order: Order::Equal,
            value,
        } => vec![value.to_string()],
        _ => return None,
    };
    texts
        .iter()
        .all(|text| text.len() >= SHORTEST)
        .then_some(texts)
}

/// Parses an expression as it will be compiled.
pub fn parse(source: &str) -> Result<Hir, String> {
    regex_syntax::ParserBuilder::new()
        .unicode(!source.is_ascii())
        .utf8(false)
        .build()
        .parse(source)
        .map_err(|error| match error {
            regex_syntax::Error::Parse(error) => error.kind().to_string(),
            regex_syntax::Error::Translate(error) => error.kind().to_string(),
            other => other.to_string(),
        })
}

/// More alternatives than this are no filter any more.
const MOST_ALTERNATIVES: usize = 64;

fn of_expression(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Capture(capture) => of_expression(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => of_expression(&repetition.sub),
        HirKind::Alternation(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(of_expression(part)?);
            }
            (all.len() <= MOST_ALTERNATIVES).then_some(all)
        }
        HirKind::Concat(parts) => of_sequence(parts),
        // It may be absent: nothing in it is needed.
        HirKind::Repetition(_) => None,
        _ => of_sequence(std::slice::from_ref(hir)),
    }
}

/// The best of a sequence's runs of fixed characters and of its parts' own texts.
fn of_sequence(parts: &[Hir]) -> Option<Vec<String>> {
    let mut best: Option<Vec<String>> = None;
    let mut offer = |candidate: Vec<String>| {
        let worth = |texts: &[String]| {
            let shortest = texts.iter().map(String::len).min().unwrap_or(0);
            // Four times the alternatives is worth two characters less.
            (shortest.min(12) * 2).saturating_sub(texts.len().ilog2() as usize * 2)
        };
        let usable = candidate.iter().all(|text| text.len() >= SHORTEST);
        if usable && !candidate.is_empty() {
            let better = best
                .as_ref()
                .is_none_or(|best| worth(best) < worth(&candidate));
            if better {
                best = Some(candidate);
            }
        }
    };
    let mut run = String::new();
    for part in parts {
        if fixed(part, &mut run) {
            continue;
        }
        offer(vec![std::mem::take(&mut run)]);
        if !matches!(
            part.kind(),
            HirKind::Class(_) | HirKind::Literal(_) | HirKind::Empty | HirKind::Look(_)
        ) && let Some(texts) = of_expression(part)
        {
            offer(texts);
        }
    }
    offer(vec![run]);
    best
}

/// Adds the one text that `hir` stands for, but for case, to `run`.
fn fixed(hir: &Hir, run: &mut String) -> bool {
    match hir.kind() {
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
        HirKind::Look(_) | HirKind::Empty => true,
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

    fn of(source: &str) -> Option<Vec<String>> {
        of_expression(&parse(source).expect("an expression"))
    }

    #[test]
    fn an_expression_needs_its_longest_fixed_text() {
        assert_eq!(
            of(r"(?i)\bcomsvcs(\.dll)?\s*,"),
            Some(vec!["comsvcs".into()])
        );
        assert_eq!(
            of(r"(?:curl|wget)\s+-"),
            Some(vec!["curl".into(), "wget".into()])
        );
        assert_eq!(of(r"\s+\d+"), None);
        assert_eq!(of(r"x?y*"), None);
        assert_eq!(of(r"(?i)a[bc]de"), Some(vec!["de".into()]));
    }

    #[test]
    fn a_kelvin_sign_does_not_make_k_fixed_to_something_else() {
        // With Unicode, (?i)k also means U+212A: the ASCII text is no longer needed.
        let texts = of("(?i)kö");
        assert!(texts.is_none_or(|texts| !texts.iter().any(|text| text.starts_with('k'))));
    }
}
