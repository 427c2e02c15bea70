//! The timeline: every dated piece of evidence, in the order of the cloud's clock.

use std::collections::{HashMap, HashSet};

use aside_shared::alert::{Alert, EntityKind, Verb};
use aside_shared::analysis::{Assessment, TimelineEntry};
use aside_shared::id::{EntityId, EvidenceId};
use aside_shared::instant::Clock;

use crate::words;

/// A difference of clocks that is marked.
const SKEW_MS: i64 = 5 * 60 * 1000;

/// All entries, oldest first.
pub fn timeline(alert: &Alert, assessment: &Assessment) -> Vec<TimelineEntry> {
    let raising = assessment
        .score
        .groups
        .iter()
        .flat_map(|group| &group.signals)
        .filter(|signal| signal.weight > 0);
    let telling: HashSet<&EvidenceId> = raising.flat_map(|signal| &signal.evidence).collect();
    let cloud = alert.created.as_ref().map(|at| at.unix_ms);
    let kinds: HashMap<&EntityId, &EntityKind> = alert
        .entities
        .iter()
        .map(|entity| (&entity.id, &entity.kind))
        .collect();
    let mut entries: Vec<TimelineEntry> = alert
        .evidence
        .iter()
        .filter_map(|evidence| {
            let at = evidence.at.clone()?;
            let is_alert = evidence.verb == Verb::Detected;
            // An event that the host dates after the cloud had already made the alert of it, or a day before, was dated by a wrong clock.
            let skewed = at.clock == Clock::Endpoint
                && is_alert
                && cloud.is_some_and(|cloud| {
                    at.unix_ms - cloud > SKEW_MS || cloud - at.unix_ms > 24 * 60 * 60 * 1000
                });
            Some(TimelineEntry {
                sentence: words::sentence_by(|id| kinds.get(id).copied(), evidence),
                telling: telling.contains(&evidence.id) && !is_alert,
                evidence: evidence.id.clone(),
                is_alert,
                skewed,
                at,
            })
        })
        .collect();
    entries.sort_by_key(|entry| entry.at.unix_ms);
    entries
}
