//! Whether a claim stands: the one check for every voice.
//!
//! Citing is not proof. A fact's relations must stand in the evidence that it cites, between those
//! very entities, in that direction, with that outcome, count and span.

use aside_shared::alert::{Alert, Evidence};
use aside_shared::analysis::{Claim, ClaimKind, Gap, Relation, View};

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
    if claim.evidence.is_empty() {
        return dropped("It cites no evidence.");
    }
    let mut cited = Vec::with_capacity(claim.evidence.len());
    for id in &claim.evidence {
        match alert.evidence.iter().find(|known| &known.id == id) {
            Some(evidence) => cited.push(evidence),
            None => return dropped(format!("There is no evidence {id}.")),
        }
    }
    for relation in &claim.relations {
        relation_stands(relation, &cited)?;
    }
    match &claim.kind {
        ClaimKind::Fact if claim.relations.is_empty() => {
            dropped("It says nothing that could be compared with evidence.")
        }
        ClaimKind::View(View::Technique { id, name, .. })
            if techniques::name(id) != Some(name.as_str()) =>
        {
            dropped(format!("{id} is not the technique {name}."))
        }
        ClaimKind::Gap(gap) => gap_stands(gap, &cited),
        ClaimKind::Fact | ClaimKind::View(_) => Ok(()),
    }
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
