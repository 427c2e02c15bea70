//! Aside's own sentence for relations, where a model's wording is not kept.

use aside_shared::alert::{EntityKind, Evidence, Object};
use aside_shared::analysis::Relation;
use aside_shared::id::EntityId;
use aside_shared::instant::{utc, utc_clock};
use aside_shared::text::Span;

use super::wording::day;
use crate::words::{self, text};

/// `winword.exe started powershell.exe, which wrote d.bin 3 times between 14:33:18 and 14:33:52.` Each relation
/// comes with a piece of evidence that says it.
pub fn sentence<'a>(
    kind_of: impl Fn(&EntityId) -> Option<&'a EntityKind>,
    relations: &[(&Relation, &Evidence)],
) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut last: Option<&Relation> = None;
    for (relation, evidence) in relations {
        let mut own = words::sentence_by(&kind_of, evidence);
        let continues =
            last.is_some_and(|last| last.object == Some(Object::Entity(relation.subject.clone())));
        let repeats = last.is_some_and(|last| last.subject == relation.subject);
        match (last, continues, repeats) {
            (None, ..) => {}
            (_, true, _) => own[0] = text(", which"),
            (_, _, true) => own[0] = text(" and"),
            _ => own.insert(0, text("; ")),
        }
        spans.extend(own);
        spans.extend(measures(relation).map(text));
        last = Some(relation);
    }
    spans.push(text("."));
    joined(spans)
}

/// ` 3 times between 14:33:18 and 14:33:52`
fn measures(relation: &Relation) -> Option<String> {
    let count = relation
        .count
        .filter(|count| *count > 1)
        .map(|count| format!(" {count} times"));
    let span = relation
        .span_unix_ms
        .map(|(from, to)| match day(from) == day(to) {
            true => format!(" between {} and {} UTC", utc_clock(from), utc_clock(to)),
            false => format!(" between {} and {}", utc(from), utc(to)),
        });
    let said = format!("{}{}", count.unwrap_or_default(), span.unwrap_or_default());
    (!said.is_empty()).then_some(said)
}

/// Neighbouring words in one span.
fn joined(spans: Vec<Span>) -> Vec<Span> {
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match (out.last_mut(), span) {
            (Some(Span::Text(words)), Span::Text(more)) => words.push_str(&more),
            (_, span) => out.push(span),
        }
    }
    out
}
