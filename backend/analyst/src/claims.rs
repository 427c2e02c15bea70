//! Whether a claim stands: the one check for every voice.
//!
//! Citing is not proof. A fact's relations must stand in the evidence that it cites, between those
//! very entities, in that direction, with that outcome, count and span.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::collections::HashMap;

use aside_shared::alert::{Alert, EntityKind, Evidence, Object};
use aside_shared::analysis::{Claim, ClaimKind, Gap, Relation, View};
use aside_shared::id::{EntityId, EvidenceId};
use aside_shared::text::{SENTENCE_NAME, Span, shorten, visible};

use crate::techniques;

/// Why a claim is not shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Dropped {
    /// In one sentence: `No evidence names FIN-DC-01.`
    pub reason: String,
}

fn dropped<T>(reason: impl Into<String>) -> Result<T, Dropped> {
    Err(Dropped {
        reason: reason.into(),
    })
}

/// Whether `claim` stands in `alert`, whose evidence includes what was derived ([`Alert::merge`]).
pub fn stands(claim: &Claim, alert: &Alert) -> Result<(), Dropped> {
    Record::of(alert).stands(claim)
}

/// An alert's evidence and entities by their ids: to check many claims against one alert.
pub struct Record<'a> {
    alert: &'a Alert,
    evidence: HashMap<&'a EvidenceId, &'a Evidence>,
    entities: HashMap<&'a EntityId, &'a EntityKind>,
    /// What was worked out from a piece of evidence.
    uncovered: HashMap<&'a EvidenceId, Vec<&'a Evidence>>,
}

impl<'a> Record<'a> {
    /// The record of an alert, whose evidence includes what was derived.
    pub fn of(alert: &'a Alert) -> Self {
        let mut evidence = HashMap::with_capacity(alert.evidence.len());
        let mut uncovered: HashMap<&EvidenceId, Vec<&Evidence>> = HashMap::new();
        for it in &alert.evidence {
            evidence.entry(&it.id).or_insert(it);
            for from in &it.derived_from {
                uncovered.entry(from).or_default().push(it);
            }
        }
        let mut entities = HashMap::with_capacity(alert.entities.len());
        for entity in &alert.entities {
            entities.entry(&entity.id).or_insert(&entity.kind);
        }
        Self {
            alert,
            evidence,
            entities,
            uncovered,
        }
    }

    /// What an entity is.
    pub fn kind(&self, id: &EntityId) -> Option<&'a EntityKind> {
        self.entities.get(id).copied()
    }

    /// Whether `claim` stands.
    pub fn stands(&self, claim: &Claim) -> Result<(), Dropped> {
        if claim.evidence.is_empty() {
            return dropped("It cites no evidence.");
        }
        let mut cited = Vec::with_capacity(claim.evidence.len());
        for id in &claim.evidence {
            match self.evidence.get(id) {
                Some(evidence) => cited.push(*evidence),
                None => return dropped(format!("There is no evidence {id}.")),
            }
        }
        for relation in &claim.relations {
            relation_stands(relation, &cited)?;
        }
        self.names_stand(claim, &cited)?;
        match &claim.kind {
            ClaimKind::Fact if claim.relations.is_empty() => {
                dropped("It says nothing that could be compared with evidence.")
            }
            ClaimKind::View(View::Technique { id, name, .. })
                if techniques::name(id) != Some(name.as_str()) =>
            {
                dropped(format!("{id} is not the technique {name}."))
            }
            ClaimKind::View(View::LookAt { entity }) if !speaks_of(&cited, entity) => {
                dropped("No cited evidence speaks of it.")
            }
            ClaimKind::Gap(gap) => gap_stands(gap, &cited),
            ClaimKind::Fact | ClaimKind::View(_) => Ok(()),
        }
    }

    /// Every name in the sentence stands in what is cited: in the evidence, in what was uncovered in it,
    /// in the entities that it speaks of, or in the alert's own head.
    fn names_stand(&self, claim: &Claim, cited: &[&'a Evidence]) -> Result<(), Dropped> {
        let names = claim.sentence.iter().filter_map(|span| match span {
            Span::Name(name) if !name.is_empty() => Some(name.as_str()),
            _ => None,
        });
        let texts = LazyCell::new(|| self.texts(cited));
        for name in names {
            // A program is called by its file's name, also where a command line leaves the extension out.
            let lower = name.to_lowercase();
            let stem = lower.strip_suffix(".exe").unwrap_or(&lower);
            if !texts.iter().any(|text| text.contains(stem)) {
                let short = visible(&shorten(name, SENTENCE_NAME));
                return dropped(format!("No cited evidence names {short}."));
            }
        }
        Ok(())
    }

    /// Everything that cited evidence and its entities say, in lower case.
    fn texts(&self, cited: &[&'a Evidence]) -> Vec<String> {
        let alert = self.alert;
        let mut texts = vec![alert.title.to_lowercase()];
        let mut entities: Vec<&EntityId> = alert.hosts.iter().chain(&alert.users).collect();
        let uncovered = cited
            .iter()
            .filter_map(|it| self.uncovered.get(&it.id))
            .flatten();
        for evidence in cited.iter().chain(uncovered) {
            entities.push(&evidence.subject);
            match &evidence.object {
                Some(Object::Entity(id)) => entities.push(id),
                Some(Object::Value(value)) => texts.push(value.to_lowercase()),
                None => {}
            }
            texts.extend(evidence.fields.values().map(|value| value.to_lowercase()));
        }
        let mut at = 0;
        while let Some(id) = entities.get(at).copied() {
            at += 1;
            let Some(kind) = self.kind(id) else {
                continue;
            };
            // Of a process that includes who ran it, where, and what started it.
            if let EntityKind::Process(process) = kind {
                let others = [&process.user, &process.host, &process.parent];
                for other in others.into_iter().flatten() {
                    if !entities.contains(&other) {
                        entities.push(other);
                    }
                }
            }
            let own = entity_texts(kind);
            texts.extend(own.into_iter().map(|text| text.to_lowercase()));
        }
        texts
    }
}

fn speaks_of(cited: &[&Evidence], entity: &EntityId) -> bool {
    cited.iter().any(|it| {
        &it.subject == entity || matches!(&it.object, Some(Object::Entity(id)) if id == entity)
    })
}

fn relation_stands(relation: &Relation, cited: &[&Evidence]) -> Result<(), Dropped> {
    let same: Vec<&&Evidence> = cited
        .iter()
        .filter(|it| {
            it.subject == relation.subject
                && it.verb == relation.verb
                && it.object == relation.object
                && it.outcome == relation.outcome
        })
        .collect();
    if same.is_empty() {
        return dropped(format!(
            "No cited evidence says that {} {:?} this.",
            relation.subject, relation.verb
        ));
    }
    if relation
        .count
        .is_some_and(|count| count as usize != same.len())
    {
        return dropped(format!("It was seen {} times.", same.len()));
    }
    if let Some((from, to)) = relation.span_unix_ms {
        let times: Vec<i64> = same
            .iter()
            .filter_map(|it| it.at.as_ref())
            .map(|at| at.unix_ms)
            .collect();
        if times.iter().min() != Some(&from) || times.iter().max() != Some(&to) {
            return dropped("It was seen at other times.");
        }
    }
    Ok(())
}

pub(crate) fn entity_texts(kind: &EntityKind) -> Vec<Cow<'_, str>> {
    let mut texts: Vec<Cow<'_, str>> = vec![kind.name().into()];
    let mut add = |text: &'_ Option<String>| texts.extend(text.clone().map(Cow::Owned));
    match kind {
        EntityKind::Process(process) => {
            add(&process.path);
            add(&process.command_line);
            add(&process.original_name);
        }
        EntityKind::Task { command, .. } | EntityKind::Service { command, .. } => add(command),
        EntityKind::File(file) => texts.push(Cow::Borrowed(&file.path)),
        EntityKind::Endpoint {
            ip,
            port: Some(port),
        } => texts.push(Cow::Owned(format!("{ip}:{port}"))),
        EntityKind::Registry {
            key,
            value_name,
            data,
        } => {
            add(data);
            match value_name {
                Some(name) => texts.push(Cow::Owned(format!("{key}\\{name}"))),
                None => texts.push(Cow::Borrowed(key)),
            }
        }
        EntityKind::Host(_)
        | EntityKind::User(_)
        | EntityKind::Endpoint { .. }
        | EntityKind::Domain { .. }
        | EntityKind::Resource { .. } => {}
    }
    texts
}

fn gap_stands(gap: &Gap, cited: &[&Evidence]) -> Result<(), Dropped> {
    match &gap.until {
        Some(until) if !cited.iter().any(|it| it.at.as_ref() == Some(until)) => {
            dropped("No cited evidence is from that moment.")
        }
        _ => Ok(()),
    }
}

/// What a piece of evidence says, as a relation.
pub fn relation(evidence: &Evidence) -> Relation {
    Relation {
        subject: evidence.subject.clone(),
        verb: evidence.verb,
        object: evidence.object.clone(),
        outcome: evidence.outcome,
        count: None,
        span_unix_ms: None,
    }
}
