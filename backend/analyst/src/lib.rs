//! The deterministic analyst: evidence in, typed claims, priority, confidence and next steps out.
//!
//! It is pure: no I/O, no clock, no randomness, no network, no model. The same alert and the same
//! rules always give the same analysis. Knowledge is Sigma rules under `rules/` ([`rules`]); what
//! a single-event rule cannot say (chains, gaps, what to do) is said by the modules here. Text out
//! of an alert is data throughout: it is matched and quoted, never obeyed.
#![warn(missing_docs)]

pub mod chat;
pub mod claims;
pub mod decode;
pub mod explain;
pub mod rules;
mod steps;
mod taxonomy;
pub mod techniques;
mod telling;
mod timeline;
mod words;

use aside_shared::alert::Alert;
use aside_shared::analysis::{Analysis, Assessment, Priority, Score, Verdict};

use rules::RuleSet;

/// Analyses one alert.
pub fn analyse(rules: &RuleSet, alert: &Alert) -> Analysis {
    let _ = (rules, alert);
    Analysis {
        assessment: Assessment {
            verdict: Verdict::Unknown,
            priority: Priority::P4,
            cause: String::new(),
            malicious_percent: 24,
            score: Score {
                base: -5,
                groups: Vec::new(),
                total: -5,
            },
        },
        claims: Vec::new(),
        timeline: Vec::new(),
        recommendations: Vec::new(),
        derived: Vec::new(),
        dropped: 0,
    }
}
