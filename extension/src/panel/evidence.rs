//! Evidence as it is shown: its numbers, and one observation in words.

use std::collections::HashMap;

use aside_shared::alert::{Alert, EntityKind, Evidence, EvidenceSource, Object, Outcome, Verb};
use aside_shared::id::{EntityId, EvidenceId};
use aside_shared::text::Span;

/// Display numbers, given in the order in which evidence arrives and never changed: what was E3
/// stays E3 while more is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    order: Vec<EvidenceId>,
    at: HashMap<EvidenceId, usize>,
}

impl Numbers {
    /// Numbers what is new.
    pub fn learn(&mut self, evidence: &[Evidence]) {
        for item in evidence {
            if !self.at.contains_key(&item.id) {
                self.at.insert(item.id.clone(), self.order.len());
                self.order.push(item.id.clone());
            }
        }
    }

    /// `E3`; `E?` for evidence that has not arrived.
    pub fn label(&self, id: &EvidenceId) -> String {
        match self.at.get(id) {
            Some(at) => format!("E{}", at + 1),
            None => "E?".to_owned(),
        }
    }

    /// The evidence `by` places after `id`, if there is one.
    pub fn step(&self, id: &EvidenceId, by: i32) -> Option<&EvidenceId> {
        let at = i64::try_from(*self.at.get(id)?).ok()? + i64::from(by);
        self.order.get(usize::try_from(at).ok()?)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}

/// Past tense of a verb, with what stands between it and its object.
fn past(verb: Verb) -> &'static str {
    match verb {
        Verb::Started => "started",
        Verb::Ran => "ran",
        Verb::Wrote => "wrote",
        Verb::Read => "read",
        Verb::Deleted => "deleted",
        Verb::Renamed => "renamed",
        Verb::ConnectedTo => "connected to",
        Verb::Accepted => "accepted a connection from",
        Verb::Resolved => "looked up",
        Verb::Set => "set",
        Verb::RegisteredTask => "registered the task",
        Verb::InstalledService => "installed the service",
        Verb::Loaded => "loaded",
        Verb::RanScript => "ran the script",
        Verb::Accessed => "opened the memory of",
        Verb::LoggedOnTo => "signed in to",
        Verb::DecodedTo => "decodes to",
        Verb::Detected => "raised",
        Verb::Did => "did",
    }
}

/// The same without its tense, after `tried to` or `was stopped when it tried to`.
fn bare(verb: Verb) -> &'static str {
    match verb {
        Verb::Started => "start",
        Verb::Ran => "run",
        Verb::Wrote => "write",
        Verb::Read => "read",
        Verb::Deleted => "delete",
        Verb::Renamed => "rename",
        Verb::ConnectedTo => "connect to",
        Verb::Accepted => "accept a connection from",
        Verb::Resolved => "look up",
        Verb::Set => "set",
        Verb::RegisteredTask => "register the task",
        Verb::InstalledService => "install the service",
        Verb::Loaded => "load",
        Verb::RanScript => "run the script",
        Verb::Accessed => "open the memory of",
        Verb::LoggedOnTo => "sign in to",
        Verb::DecodedTo => "decode to",
        Verb::Detected => "raise",
        Verb::Did => "do",
    }
}

/// What was done, to what, with which outcome: `started` `cmd.exe` ` 7884`.
pub fn deed(evidence: &Evidence, alert: &Alert) -> Vec<Span> {
    let verb = match evidence.outcome {
        Outcome::Happened | Outcome::Unknown => past(evidence.verb).to_owned(),
        Outcome::Attempted => format!("tried to {}", bare(evidence.verb)),
        Outcome::Blocked => format!("was stopped when it tried to {}", bare(evidence.verb)),
    };
    let mut spans = vec![Span::Text(verb)];
    match &evidence.object {
        Some(Object::Entity(id)) => {
            spans.push(Span::Text(" ".to_owned()));
            spans.extend(called(id, alert));
        }
        Some(Object::Value(value)) => {
            spans.push(Span::Text(" ".to_owned()));
            spans.push(Span::Name(value.clone()));
        }
        None => {}
    }
    if evidence.outcome == Outcome::Unknown && evidence.verb != Verb::Detected {
        spans.push(Span::Text(
            "; the record does not say whether it succeeded".to_owned(),
        ));
    }
    spans
}

/// [`deed`] as the beginning of a sentence.
pub fn deed_capital(evidence: &Evidence, alert: &Alert) -> Vec<Span> {
    let mut spans = deed(evidence, alert);
    if let Some(Span::Text(words)) = spans.first_mut()
        && let Some(first) = words.get_mut(..1)
    {
        first.make_ascii_uppercase();
    }
    spans
}

/// An entity by name, with what tells it from another of that name.
pub fn called(id: &EntityId, alert: &Alert) -> Vec<Span> {
    let Some(entity) = alert.entity(id) else {
        return vec![Span::Text("something that was not recorded".to_owned())];
    };
    let name = Span::Name(entity.kind.name().to_owned());
    match &entity.kind {
        EntityKind::Process(process) => {
            let mut spans = vec![name];
            spans.extend(process.pid.map(|pid| Span::Text(format!(" {pid}"))));
            spans
        }
        EntityKind::Endpoint {
            ip,
            port: Some(port),
        } => vec![Span::Name(format!("{ip}:{port}"))],
        EntityKind::File(file) => vec![Span::Name(file.path.clone())],
        EntityKind::Registry {
            key,
            value_name: Some(value),
            ..
        } => vec![Span::Name(format!("{key}\\{value}"))],
        EntityKind::Resource { what, .. } => vec![Span::Text(format!("{what} ")), name],
        _ => vec![name],
    }
}

/// The command line or text that an observation is about: of what was started, else of who did it.
/// The first of the pair says what it is.
pub fn recorded<'a>(evidence: &'a Evidence, alert: &'a Alert) -> Option<(&'static str, &'a str)> {
    if let Some(Object::Value(value)) = &evidence.object {
        let label = match evidence.verb {
            Verb::DecodedTo => "Decoded",
            Verb::RanScript => "Script, as recorded",
            _ => "As recorded",
        };
        return Some((label, value));
    }
    let command = |id: &EntityId| match &alert.entity(id)?.kind {
        EntityKind::Process(process) => process
            .command_line
            .as_deref()
            .map(|line| ("Command line, as recorded", line)),
        EntityKind::Task { command, .. } | EntityKind::Service { command, .. } => {
            command.as_deref().map(|line| ("Runs, as recorded", line))
        }
        EntityKind::Registry { data, .. } => {
            data.as_deref().map(|data| ("Value, as recorded", data))
        }
        _ => None,
    };
    let object = match &evidence.object {
        Some(Object::Entity(id)) => command(id),
        _ => None,
    };
    object.or_else(|| command(&evidence.subject))
}

/// Where an observation was read, in words.
pub fn source(evidence: &Evidence, platform: &str) -> String {
    match evidence.source {
        EvidenceSource::Alert => format!("{platform}, the alert’s record"),
        EvidenceSource::Telemetry => format!("{platform}, telemetry"),
        EvidenceSource::Derived => "Worked out by Aside".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use aside_shared::text::plain;

    use super::super::state::tests::{alert, evidence};
    use super::*;

    #[test]
    fn numbers_stay_when_more_arrives() {
        let (a, b, c) = (evidence("a", 1), evidence("b", 2), evidence("c", 0));
        let mut numbers = Numbers::default();
        numbers.learn(&[a.clone(), b.clone()]);
        numbers.learn(&[c.clone(), a.clone(), b.clone()]);
        assert_eq!(numbers.label(&a.id), "E1");
        assert_eq!(numbers.label(&c.id), "E3");
        assert_eq!(numbers.step(&a.id, 1), Some(&b.id));
        assert_eq!(numbers.step(&a.id, -1), None);
        assert_eq!(numbers.step(&c.id, 1), None);
        assert_eq!(numbers.label(&"ev-none".into()), "E?");
    }

    #[test]
    fn an_attempt_is_not_told_as_a_deed() {
        let mut item = evidence("a", 1);
        assert_eq!(plain(&deed(&item, &alert())), "started child.exe 12");
        assert_eq!(
            plain(&deed_capital(&item, &alert())),
            "Started child.exe 12"
        );
        item.outcome = Outcome::Blocked;
        assert_eq!(
            plain(&deed(&item, &alert())),
            "was stopped when it tried to start child.exe 12"
        );
        item.object = Some(Object::Entity("gone".into()));
        assert!(plain(&deed(&item, &alert())).contains("not recorded"));
    }
}
