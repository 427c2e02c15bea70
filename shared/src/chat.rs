//! Questions about an alert, in plain words, and their answers.

use serde::{Deserialize, Serialize};

use crate::action::{Action, HostState};
use crate::alert::AlertKey;
use crate::analysis::Claim;
use crate::id::EntityId;
use crate::model::Report;

/// `POST /questions`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// About which alert.
    pub alert: AlertKey,
    /// At most 2,000 characters.
    pub text: String,
}

/// The longest question, in characters.
pub const QUESTION_MAX: usize = 2_000;

/// An answer. Every statement in it is a [`Claim`] with its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Statements.
    Claims {
        /// What was understood: `What powershell.exe 8466 did`.
        heading: String,
        /// At least one.
        claims: Vec<Claim>,
    },
    /// How the host stands, read just now.
    Host {
        /// Its state.
        state: HostState,
    },
    /// The question asks for an action. It only ever opens a proposal; a person decides.
    Propose {
        /// What.
        action: Action,
        /// On which hosts of the alert.
        hosts: Vec<EntityId>,
    },
    /// What of a model's answer stands in the alert's evidence: at least one claim.
    Model {
        /// The claims, and what was sent for them.
        report: Box<Report>,
    },
    /// Not understood: what can be asked.
    CanAsk {
        /// Example questions that this alert's evidence can answer.
        examples: Vec<String>,
        /// What a model was asked, if one was; it said nothing that stands.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        model: Option<Box<Report>>,
    },
}

impl Answer {
    /// What a model was asked for it, if one was.
    pub fn report(&self) -> Option<&Report> {
        match self {
            Self::Model { report } => Some(report),
            Self::CanAsk { model, .. } => model.as_deref(),
            Self::Claims { .. } | Self::Host { .. } | Self::Propose { .. } => None,
        }
    }
}
