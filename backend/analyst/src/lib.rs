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
mod reading;
pub mod rules;
mod score;
mod steps;
mod taxonomy;
pub mod techniques;
mod telling;
mod timeline;
mod words;

use std::collections::BTreeMap;

use aside_shared::alert::{Alert, Evidence, EvidenceSource, Object, Verb};
use aside_shared::analysis::Analysis;
use aside_shared::id::EvidenceId;

use rules::RuleSet;

/// Analyses one alert.
pub fn analyse(rules: &RuleSet, alert: &Alert) -> Analysis {
    let observed = reading::observed(alert);
    let derived = derived(alert, &observed);
    let fired = score::fired(rules, &observed);
    let assessment = score::assess(alert, &fired);
    let mut whole = alert.clone();
    whole.merge(Vec::new(), derived.clone());
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

/// What command lines hid, as evidence of its own beside the command line's.
fn derived(alert: &Alert, observed: &[reading::Observed<'_>]) -> Vec<Evidence> {
    let mut derived = Vec::new();
    for seen in observed {
        let process = match &seen.evidence.object {
            Some(Object::Entity(id)) if alert.entity(id).is_some() => id,
            _ => &seen.evidence.subject,
        };
        for layer in &seen.layers {
            let evidence = Evidence {
                id: EvidenceId::from(""),
                at: seen.evidence.at.clone(),
                source: EvidenceSource::Derived,
                subject: process.clone(),
                verb: Verb::DecodedTo,
                object: Some(Object::Value(layer.text.clone())),
                outcome: seen.evidence.outcome,
                derived_from: vec![seen.evidence.id.clone()],
                fields: BTreeMap::from([("hidden_by".to_owned(), layer.hidden_by.clone())]),
            };
            derived.push(evidence.identified());
        }
    }
    derived
}
