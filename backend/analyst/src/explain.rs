//! The analyst's knowledge about one command line, without an alert.

use aside_shared::analysis::{Layer, Technique, Verdict};
use serde::{Deserialize, Serialize};

use crate::rules::RuleSet;

/// What is known about a command line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// How it comes out.
    pub verdict: Verdict,
    /// How sure that it is malicious, in percent, by rule weights.
    pub malicious_percent: u8,
    /// ATT&CK techniques that the rules which matched name, strongest first.
    pub techniques: Vec<Technique>,
    /// What it hid, outermost first.
    pub layers: Vec<Layer>,
    /// Why, strongest first.
    pub reasons: Vec<Reason>,
}

/// A rule that matched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The rule's id.
    pub rule: String,
    /// The rule's title.
    pub title: String,
    /// Points before the cap; negative speaks for usual.
    pub points: i32,
    /// What was seen, as plain text that a terminal can print.
    pub sentence: String,
}

/// What the rules know about `command_line`, run by `parent` (an image's path or name) where that is known.
pub fn explain(rules: &RuleSet, command_line: &str, parent: Option<&str>) -> Explanation {
    let _ = (rules, command_line, parent);
    Explanation {
        verdict: Verdict::Unknown,
        malicious_percent: 24,
        techniques: Vec::new(),
        layers: Vec::new(),
        reasons: Vec::new(),
    }
}
