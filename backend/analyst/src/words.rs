//! Sentences about single pieces of evidence.

use aside_shared::alert::{Alert, EntityKind, Evidence, Object, Outcome, Verb};
use aside_shared::id::EntityId;
use aside_shared::text::Span;

/// Words of Aside.
pub fn text(words: impl Into<String>) -> Span {
    Span::Text(words.into())
}

/// The name by which a reader knows an entity.
pub fn name_of(alert: &Alert, id: &EntityId) -> Span {
    name(alert.entity(id).map(|entity| &entity.kind))
}

fn name(kind: Option<&EntityKind>) -> Span {
    match kind {
        Some(EntityKind::Endpoint {
            ip,
            port: Some(port),
        }) => Span::Name(format!("{ip}:{port}")),
        Some(kind) => Span::Name(kind.name().to_owned()),
        None => text("something unnamed"),
    }
}

/// `powershell.exe wrote d.bin`: what a piece of evidence says, without a full stop.
pub fn sentence(alert: &Alert, evidence: &Evidence) -> Vec<Span> {
    sentence_by(|id| alert.entity(id).map(|entity| &entity.kind), evidence)
}

/// [`sentence`], where entities are found by `kind_of`.
pub fn sentence_by<'a>(
    kind_of: impl Fn(&EntityId) -> Option<&'a EntityKind>,
    evidence: &Evidence,
) -> Vec<Span> {
    let mut spans = vec![name(kind_of(&evidence.subject))];
    spans.push(match evidence.verb {
        Verb::Detected => text(" was the subject of the alert"),
        Verb::Did if evidence.object.is_none() => text(" did something that Aside has no word for"),
        other => text(format!(" {}", verb(other, evidence.outcome))),
    });
    let object = match &evidence.object {
        Some(Object::Entity(id)) => name(kind_of(id)),
        Some(Object::Value(value)) => Span::Name(value.clone()),
        None => return spans,
    };
    spans.extend([text(" "), object]);
    spans
}

/// The verb in the past, as its outcome allows.
pub fn verb(verb: Verb, outcome: Outcome) -> String {
    let (past, infinitive) = match verb {
        Verb::Started => ("started", "start"),
        Verb::Ran => ("ran", "run"),
        Verb::Wrote => ("wrote", "write"),
        Verb::Read => ("opened", "open"),
        Verb::Deleted => ("deleted", "delete"),
        Verb::Renamed => ("renamed", "rename"),
        Verb::ConnectedTo => ("connected to", "connect to"),
        Verb::Accepted => ("accepted a connection from", "accept a connection from"),
        Verb::Resolved => ("asked the DNS for", "ask the DNS for"),
        Verb::Set => ("set the registry value", "set the registry value"),
        Verb::RegisteredTask => ("registered the task", "register the task"),
        Verb::InstalledService => ("installed the service", "install the service"),
        Verb::Loaded => ("loaded", "load"),
        Verb::RanScript => ("ran the script", "run the script"),
        Verb::Accessed => ("opened the memory of", "open the memory of"),
        Verb::LoggedOnTo => ("saw a sign-in of", "see a sign-in of"),
        Verb::DecodedTo => ("carried the hidden text", "carry the hidden text"),
        Verb::Detected => ("raised", "raise"),
        Verb::Did => ("did", "do"),
    };
    match (outcome, verb) {
        (Outcome::Happened, _) => past.to_owned(),
        (Outcome::Attempted, Verb::LoggedOnTo) => "saw an attempted sign-in of".to_owned(),
        (Outcome::Blocked, Verb::LoggedOnTo) => "turned away a sign-in of".to_owned(),
        (Outcome::Unknown, Verb::LoggedOnTo) => {
            "saw a sign-in, or an attempt at one, of".to_owned()
        }
        (Outcome::Attempted, _) => format!("tried to {infinitive}"),
        (Outcome::Blocked, _) => format!("was stopped when it tried to {infinitive}"),
        (Outcome::Unknown, _) => format!("{past}, or tried to {infinitive},"),
    }
}
