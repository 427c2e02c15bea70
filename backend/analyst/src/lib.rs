//! The deterministic analyst: evidence in, typed claims, priority, confidence and next steps out.
//!
//! It is pure: no I/O, no clock, no randomness, no network, no model. The same alert and the same
//! rules always give the same analysis. Knowledge is Sigma rules under `rules/` ([`rules`]); what
//! a single-event rule cannot say (chains, gaps, what to do) is said by the modules here. Text out
//! of an alert is data throughout: it is matched and quoted, never obeyed.
#![warn(missing_docs)]

pub mod chat;
pub mod claims;
mod command_line;
pub mod decode;
pub mod explain;
pub mod ground;
mod process;
mod reading;
pub mod redact;
pub mod rules;
mod score;
mod steps;
mod systems;
mod taxonomy;
pub mod techniques;
mod telling;
mod timeline;
mod words;

use std::borrow::Cow;
use std::collections::BTreeMap;

use aside_shared::alert::{Alert, Evidence, EvidenceSource, Object, Verb};
use aside_shared::analysis::Analysis;
use aside_shared::id::EntityId;

use rules::RuleSet;

/// Analyses one alert.
pub fn analyse(rules: &RuleSet, alert: &Alert) -> Analysis {
    let hidden = reading::hidden(alert);
    let observed = reading::observed(alert, &hidden);
    let derived = derived(alert, &hidden);
    let fired = score::fired(alert, rules, &observed);
    let assessment = score::assess(alert, &fired);
    let mut whole = Cow::Borrowed(alert);
    if !derived.is_empty() {
        whole.to_mut().merge(Vec::new(), derived.clone());
    }
    let (claims, dropped) = telling::claims(&whole, &assessment);
    Analysis {
        claims,
        timeline: timeline::timeline(alert, &assessment),
        recommendations: steps::recommendations(alert, &assessment),
        derived,
        dropped,
        assessment,
    }
}

/// What command lines and scripts hid, as evidence of its own beside theirs.
fn derived(alert: &Alert, hidden: &[reading::Hidden<'_>]) -> Vec<Evidence> {
    let mut derived = Vec::new();
    for found in hidden {
        for layer in &found.layers {
            let evidence = Evidence {
                at: found.evidence.at.clone(),
                outcome: found.evidence.outcome,
                derived_from: vec![found.evidence.id.clone()],
                fields: BTreeMap::from([("hidden_by".to_owned(), layer.hidden_by.clone())]),
                ..Evidence::new(
                    EvidenceSource::Derived,
                    reading::doer(alert, found.evidence).clone(),
                    Verb::DecodedTo,
                    Some(Object::Value(layer.text.clone())),
                )
            };
            derived.push(evidence.identified());
        }
    }
    derived.extend(unobserved(alert));
    derived
}

/// Of an alert without any evidence its name is all that can be cited.
fn unobserved(alert: &Alert) -> Option<Evidence> {
    if !alert.evidence.is_empty() {
        return None;
    }
    let mut known = alert
        .hosts
        .iter()
        .chain(&alert.users)
        .chain(alert.entities.iter().map(|entity| &entity.id));
    let subject = known
        .next()
        .cloned()
        .unwrap_or_else(|| EntityId::from(alert.key.id.as_str()));
    let title = Object::Value(alert.title.clone());
    let evidence = Evidence {
        at: alert.occurred.clone().or_else(|| alert.created.clone()),
        outcome: alert.disposition.outcome,
        ..Evidence::new(
            EvidenceSource::Derived,
            subject,
            Verb::Detected,
            Some(title),
        )
    };
    Some(evidence.identified())
}
