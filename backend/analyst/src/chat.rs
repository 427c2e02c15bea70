//! Questions in plain words, answered from the alert's evidence.

use aside_shared::alert::Alert;
use aside_shared::analysis::Analysis;
use aside_shared::chat::Answer;
use aside_shared::id::EntityId;

use crate::rules::RuleSet;

/// What comes of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It is answered.
    Answer(Answer),
    /// It asks how this host stands, which only its vendor knows: the caller reads it.
    HostState {
        /// The host.
        host: EntityId,
    },
}

/// Answers `question` about `alert`, whose evidence includes what was derived.
pub fn answer(rules: &RuleSet, alert: &Alert, analysis: &Analysis, question: &str) -> Reply {
    let _ = (rules, alert, analysis, question);
    Reply::Answer(Answer::CanAsk {
        examples: Vec::new(),
    })
}
