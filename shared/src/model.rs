//! What a language model's reading of an alert came to, as the panel is told.
//!
//! A model proposes typed claims; what is shown was compared with the evidence first. Priority, actions,
//! links and numbers are never its own.

use serde::{Deserialize, Serialize};

use crate::analysis::Claim;
use crate::id::EvidenceId;

/// What became of asking a model once: what left, what came back, and why nothing did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Report {
    /// The model, as the configuration names it.
    pub model: String,
    /// The host of its endpoint: `llm.acme.example`.
    pub endpoint: String,
    /// What was sent, in order. More than one where the endpoint refused a form of the request or so long a
    /// text; none where nothing left. Of a kept answer, what was sent for it then.
    pub sent: Vec<Sent>,
    /// What stands as a placeholder in the text, by kind.
    pub replaced: Vec<Replaced>,
    /// Secrets that were removed from the text and lead nowhere, by kind.
    pub removed: Vec<Removed>,
    /// The answer is one that was kept: nothing was sent now.
    pub cached: bool,
    /// How long it took, milliseconds. Of a kept answer, how long it took then.
    pub took_ms: u64,
    /// Tokens of the question, where the endpoint says.
    pub tokens_in: Option<u64>,
    /// Tokens of the answer, where the endpoint says.
    pub tokens_out: Option<u64>,
    /// What came of it.
    pub came: Came,
}

/// One request, exactly as it left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Sent {
    /// When, milliseconds since the epoch.
    pub at_unix_ms: i64,
    /// SHA-256 of `body`'s bytes, 64 hex digits: the audit entry has the same.
    pub digest: String,
    /// The request's body, byte for byte: JSON with instructions, text and the answer's schema.
    pub body: String,
    /// The part of it that tells of the alert, as it reads: redacted.
    pub text: String,
}

/// What was replaced by placeholders that are put back in the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Replaced {
    /// `host`, `user`, `domain`, `email`, `ip`, `mac`, `sid` or `term`.
    pub kind: String,
    /// How many different ones.
    pub count: u32,
}

/// Secrets that did not leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Removed {
    /// `password`, `aws key`, `jwt` ...
    pub kind: String,
    /// How many different ones.
    pub count: u32,
    /// Evidence in which they stand, as far as it can be told.
    pub evidence: Vec<EvidenceId>,
}

/// What came of asking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum Came {
    /// An answer, checked.
    Back {
        /// What of it is shown and what is not.
        reading: Reading,
        /// The model's free wording, where the configuration offers it.
        prose: Option<Prose>,
    },
    /// No answer that can be used: the model's voice is missing, and nothing else.
    Nothing {
        /// Why, in words. May quote the endpoint: untrusted.
        reason: String,
    },
}

impl Report {
    /// The report of a model that was not asked yet: nothing came, and no reason is known.
    pub fn new(model: impl Into<String>, endpoint: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            endpoint: endpoint.into(),
            sent: Vec::new(),
            replaced: Vec::new(),
            removed: Vec::new(),
            cached: false,
            took_ms: 0,
            tokens_in: None,
            tokens_out: None,
            came: Came::Nothing {
                reason: String::new(),
            },
        }
    }

    /// What is shown and what is not, if an answer came.
    pub fn reading(&self) -> Option<&Reading> {
        match &self.came {
            Came::Back { reading, .. } => Some(reading),
            Came::Nothing { .. } => None,
        }
    }
}

/// A model's own words, not checked beyond the names, numbers and links in them. Text only; it feeds nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum Prose {
    /// It may be offered behind a click, marked as not checked.
    Offered {
        /// The words. Untrusted.
        text: String,
    },
    /// It may not be shown.
    Withheld {
        /// Why, in one sentence.
        reason: String,
    },
}

/// A summary with a second voice in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Reading {
    /// What is shown, in its order. Of a summary exactly one is the lead and comes first; in an answer to a
    /// question none is.
    pub claims: Vec<Told>,
    /// The model's facts that stand in its own wording, and its views and gaps that stand. A summary that fell back
    /// shows none of them.
    pub kept: u32,
    /// The model's facts that stand, and whose wording said something else or more.
    pub reworded: u32,
    /// What the model said and is not shown, with the reason.
    pub dropped: Vec<DroppedClaim>,
    /// How many of the shown claims the rules alone state.
    pub stated_by_rules: u32,
    /// The model stated none of the core: what is shown is the rules' own summary.
    pub fell_back: bool,
}

/// A claim, and in whose words it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Told {
    /// The claim.
    pub claim: Claim,
    /// Whose choice and words it is.
    pub voice: Voice,
}

/// Whose words a claim stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum Voice {
    /// The rules', as without a model.
    Rules,
    /// The model's own wording of a fact.
    Model,
    /// Chosen by the model, worded by Aside: a fact whose own wording did not read back to its relations,
    /// a view, a gap.
    Aside,
}

/// Something that a model said and that is not shown among the claims.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct DroppedClaim {
    /// What it wrote, at most 300 characters of it. Untrusted.
    pub text: String,
    /// Why it is not shown, in one sentence: `No evidence names FIN-DC-01.`
    pub reason: String,
}
