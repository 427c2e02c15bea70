//! The state of an approved action in the outbox, as data. What happens in each state: [`super::worker`].

use aside_shared::action::{Action, Isolation};
use aside_shared::approval::{ExecutionStep, StepState};
use serde::{Deserialize, Serialize};

/// An outbox entry. Every change of it is committed before what it announces is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution {
    /// The action at the vendor.
    pub act: Act,
    /// The note about it.
    pub note: Note,
}

/// Where the action stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// The state is read before anything is sent; it must still be the one that was approved on.
    Check {
        /// The state on the approved sheet.
        approved_on: Isolation,
        /// The request that follows, from 1. The vendor refused those before it unheard.
        attempt: u32,
    },
    /// A request is about to be sent or was sent; no answer has been recorded. Found after a
    /// restart, it is [`Act::Unclear`].
    Calling {
        /// From 1.
        attempt: u32,
        /// When this was written, milliseconds since the epoch.
        since_unix_ms: i64,
        /// The state before the first request.
        before: Isolation,
    },
    /// The answer was lost: the state tells whether the request arrived, after a grace time.
    Unclear {
        /// The attempt whose answer was lost.
        attempt: u32,
        /// When it was sent, milliseconds since the epoch.
        since_unix_ms: i64,
        /// The state before the first request.
        before: Isolation,
    },
    /// Accepted: the state is read until it is the wanted one.
    Verifying {
        /// When it was accepted, milliseconds since the epoch.
        since_unix_ms: i64,
        /// Reads so far.
        polls: u32,
        /// The reader was told that it is not verified.
        given_up: bool,
    },
    /// Nothing more to do.
    Ended,
}

/// Where the note stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "note", rename_all = "snake_case")]
pub enum Note {
    /// The action comes first.
    NotDue,
    /// To be written, unless it is there already.
    Due {
        /// From 1.
        attempt: u32,
    },
    /// About to be sent or sent; no answer recorded. Found after a restart, it is [`Note::Unclear`].
    Writing {
        /// From 1.
        attempt: u32,
        /// When this was written, milliseconds since the epoch.
        since_unix_ms: i64,
    },
    /// The answer was lost: reading the notes tells.
    Unclear {
        /// The attempt whose answer was lost.
        attempt: u32,
        /// When it was sent, milliseconds since the epoch.
        since_unix_ms: i64,
    },
    /// Written, given up, or there is no place for one.
    Ended,
}

impl Execution {
    /// What an approval puts into the outbox.
    pub fn approved(on: Isolation) -> Self {
        Self {
            act: Act::Check {
                approved_on: on,
                attempt: 1,
            },
            note: Note::NotDue,
        }
    }

    /// Nothing more to do.
    pub fn is_ended(&self) -> bool {
        self.act == Act::Ended && matches!(self.note, Note::Ended | Note::NotDue)
    }

    /// The step under way and those to come, for the reader.
    pub fn steps_ahead(&self, action: Action, vendor: &str) -> Vec<ExecutionStep> {
        let step = |state, text: String| ExecutionStep {
            text,
            state,
            at_unix_ms: None,
            audit_seq: None,
        };
        let ask = format!("Ask {vendor} to {} the host", action.verb().to_lowercase());
        let verify = format!("{vendor} reports the host as {}", reported(action));
        let mut ahead = Vec::new();
        let mut now = |text: String| {
            ahead.push(step(
                if ahead.is_empty() {
                    StepState::Now
                } else {
                    StepState::Waiting
                },
                text,
            ))
        };
        match self.act {
            Act::Check { .. } => {
                now("Read the state again".to_owned());
                now(ask);
                now(verify);
            }
            Act::Calling { .. } => {
                now(ask);
                now(verify);
            }
            Act::Unclear { .. } => {
                now(format!(
                    "{vendor}'s answer was lost. Reading the state before anything is repeated"
                ));
                now(verify);
            }
            Act::Verifying {
                given_up: false, ..
            } => now(verify),
            Act::Verifying { given_up: true, .. } => now(format!("Still asking {vendor}")),
            Act::Ended => {}
        }
        let note_is_ahead = match self.note {
            Note::NotDue => self.act != Act::Ended,
            Note::Due { .. } | Note::Writing { .. } | Note::Unclear { .. } => true,
            Note::Ended => false,
        };
        if note_is_ahead {
            now("Write the note".to_owned());
        }
        ahead
    }
}

/// The wanted state in a reader's words.
pub fn reported(action: Action) -> &'static str {
    match action {
        Action::IsolateHost => "isolated",
        Action::ReleaseHost => "released",
    }
}
