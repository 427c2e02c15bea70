//! What an analysis' stream carries: server-sent events whose `data` is one [`AnalysisEvent`].

use serde::{Deserialize, Serialize};

use crate::alert::{Alert, Entity, Evidence};
use crate::analysis::{Assessment, Claim, Recommendation, TimelineEntry};
use crate::model::Report;
use crate::problem::Problem;

/// One step of an analysis. The SSE `id` is its number, from 1; the SSE `event` its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum AnalysisEvent {
    /// The alert as the vendor's API has it. Everything before this came from the page.
    Alert(Box<Alert>),
    /// More evidence, or why there is none. Claims may follow that rest on it.
    Context(Context),
    /// How bad and how sure so far; the last one counts.
    Priority(Box<Assessment>),
    /// A statement. Claims come in the order in which they are shown.
    Claim(Claim),
    /// The whole timeline; replaces an earlier one.
    Timeline(Vec<TimelineEntry>),
    /// Something to do. In the order in which they are shown.
    Action(Recommendation),
    /// All that the rules say has been told, and a model is being asked about it.
    AskingModel {
        /// The model, as the configuration names it.
        model: String,
    },
    /// What a model was asked and what came of it. Its claims, if there are any, stand in the place of all
    /// that were told before.
    Model(Box<Report>),
    /// Nothing more comes.
    Done(Done),
    /// It could not be completed.
    Failed(Problem),
    /// The events asked for are gone (a restart, or more than 10 minutes): start a new analysis.
    Reset,
}

impl AnalysisEvent {
    /// The event's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Alert(_) => "alert",
            Self::Context(_) => "context",
            Self::Priority(_) => "priority",
            Self::Claim(_) => "claim",
            Self::Timeline(_) => "timeline",
            Self::Action(_) => "action",
            Self::AskingModel { .. } => "asking_model",
            Self::Model(_) => "model",
            Self::Done(_) => "done",
            Self::Failed(_) => "failed",
            Self::Reset => "reset",
        }
    }

    /// Nothing follows it.
    pub fn is_last(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Failed(_) | Self::Reset)
    }
}

/// What was read beyond the alert's own record, or derived from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Context {
    /// Where from.
    pub place: ContextPlace,
    /// How complete it is.
    pub state: ContextState,
    /// New or completed entities.
    pub entities: Vec<Entity>,
    /// New evidence.
    pub evidence: Vec<Evidence>,
}

/// Where context comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum ContextPlace {
    /// The vendor's telemetry of the alert's host, around the alert.
    Telemetry,
    /// The analyst's decoding.
    Decoded,
}

/// How complete a context is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum ContextState {
    /// All there is.
    Complete,
    /// Cut off: why.
    Partial {
        /// Why.
        reason: String,
    },
    /// None: why (no scope, no telemetry on this platform, the vendor did not answer).
    Unavailable {
        /// Why.
        reason: String,
    },
}

/// The end of an analysis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Done {
    /// Pieces of evidence, derived ones included.
    pub evidence: u32,
    /// Claims that did not stand and are not shown.
    pub dropped: u32,
    /// Rules that were tried.
    pub rules: u32,
    /// Time the vendor took, milliseconds.
    pub vendor_ms: u64,
    /// Time the analyst took, microseconds.
    pub analyst_us: u64,
}
