//! What a language model's reading of an alert came to, as the panel is told.
//!
//! A model proposes typed claims; what is shown was compared with the evidence first. Priority, actions,
//! links and numbers are never its own.

use serde::{Deserialize, Serialize};

use crate::analysis::Claim;

/// A summary with a second voice in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// What is shown, in its order; exactly one is the lead and comes first.
    pub claims: Vec<Told>,
    /// The model's facts that are shown in its own wording, and its views and gaps that stand.
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
pub struct Told {
    /// The claim.
    pub claim: Claim,
    /// Whose choice and words it is.
    pub voice: Voice,
}

/// Whose words a claim stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
pub struct DroppedClaim {
    /// What it wrote, at most 300 characters of it. Untrusted.
    pub text: String,
    /// Why it is not shown, in one sentence: `No evidence names FIN-DC-01.`
    pub reason: String,
}
