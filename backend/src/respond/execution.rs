//! The state of an approved action in the outbox, as data. What happens in each state: [`super::worker`].

use aside_shared::action::{Action, Isolation};
use aside_shared::approval::{ExecutionStep, StepState};
use aside_shared::instant::utc_clock;
use serde::{Deserialize, Serialize};

use crate::platforms::{PlatformError, PlatformErrorKind};

/// An outbox entry. Every change of it is committed before what it announces is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution {
    /// When it was approved, milliseconds since the epoch.
    pub approved_unix_ms: i64,
    /// The action at the vendor.
    pub act: Track<Act>,
    /// The note about it.
    pub note: Track<Note>,
}

/// One of the two things that an entry carries out, each in its own time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track<T> {
    /// Where it stands.
    pub at: T,
    /// When it is looked at next, milliseconds since the epoch.
    pub due_unix_ms: i64,
    /// Why it waits, while the vendor gives it no way to go on.
    pub delay: Option<Delay>,
}

impl<T> Track<T> {
    /// Stands at `at` and is looked at when it is due (milliseconds since the epoch).
    pub fn at(at: T, due_unix_ms: i64) -> Self {
        Self {
            at,
            due_unix_ms,
            delay: None,
        }
    }
}

/// Tries in vain that follow each other. Nothing has changed at the vendor by any of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delay {
    /// When the first one failed, milliseconds since the epoch.
    pub since_unix_ms: i64,
    /// How many there were.
    pub tries: u32,
    /// Why the last one failed.
    pub cause: Cause,
}

/// Why a try was in vain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "cause", content = "detail", rename_all = "snake_case")]
pub enum Cause {
    /// The vendor's limit is reached: it says when to come again.
    Limit,
    /// Anything else, in a sentence.
    Trouble(String),
}

impl Delay {
    /// The delay after one more try in vain.
    pub fn after(before: Option<&Self>, error: &PlatformError, now_unix_ms: i64) -> Self {
        Self {
            since_unix_ms: before.map_or(now_unix_ms, |delay| delay.since_unix_ms),
            tries: before.map_or(0, |delay| delay.tries).saturating_add(1),
            cause: match error.kind {
                PlatformErrorKind::Limit { .. } => Cause::Limit,
                _ => Cause::Trouble(error.detail.trim_end_matches(['.', ' ']).to_owned()),
            },
        }
    }

    /// Why, in a sentence without its full stop.
    pub fn reason(&self, vendor: &str) -> String {
        match &self.cause {
            Cause::Limit => format!("{vendor} asks to wait"),
            Cause::Trouble(detail) => detail.clone(),
        }
    }

    /// Why, and when it is tried again.
    fn until(&self, vendor: &str, due_unix_ms: i64) -> String {
        let at = utc_clock(due_unix_ms);
        match &self.cause {
            Cause::Limit => format!("{vendor} asks to wait until {at} UTC"),
            Cause::Trouble(detail) => format!("{detail}. Next try {at} UTC"),
        }
    }
}

/// Reads that follow each other closely and show that a request has had no effect. A gap, because
/// the vendor or Aside was down, begins it anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// When the first of them was answered, milliseconds since the epoch.
    from_unix_ms: i64,
    /// When the last of them was answered, milliseconds since the epoch.
    last_unix_ms: i64,
}

impl Watch {
    /// The longest pause between two reads, milliseconds.
    const GAP_MS: i64 = 5_000;

    /// One more read, asked and answered at these times (milliseconds since the epoch).
    pub fn more(watch: Option<Self>, asked_unix_ms: i64, answered_unix_ms: i64) -> Self {
        let from_unix_ms = match watch {
            Some(watch) if asked_unix_ms - watch.last_unix_ms <= Self::GAP_MS => watch.from_unix_ms,
            _ => answered_unix_ms,
        };
        Self {
            from_unix_ms,
            last_unix_ms: answered_unix_ms,
        }
    }

    /// How long it was watched, milliseconds.
    pub fn lasted_ms(self) -> i64 {
        self.last_unix_ms - self.from_unix_ms
    }
}

/// Where the action stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// The state is read before anything is sent; it must still be the one that was approved on.
    Check {
        /// The state on the approved sheet.
        approved_on: Isolation,
        /// Requests that the vendor turned away or that never reached it.
        turned_away: u32,
    },
    /// A request is about to be sent or was sent; no answer has been recorded. Found after a
    /// restart, it is [`Act::Unclear`].
    Calling {
        /// From 1.
        attempt: u32,
        /// The state before the first request.
        before: Isolation,
    },
    /// The answer was lost: the state tells whether the request arrived, after a grace time.
    Unclear {
        /// The last attempt whose answer was lost.
        attempt: u32,
        /// The state before the first request.
        before: Isolation,
        /// The reads since that show no effect.
        watch: Option<Watch>,
        /// Whether the vendor refused the last attempt, after an earlier one whose answer was lost.
        refused: bool,
    },
    /// Accepted, or unclear for good: the state is read until it is the wanted one.
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
    /// To be written, unless it is there already. No request that may have arrived was sent yet.
    Due,
    /// About to be sent or sent; no answer recorded. Found after a restart, it is [`Note::Unclear`].
    Writing {
        /// From 1.
        attempt: u32,
    },
    /// The answer was lost: reading the notes tells.
    Unclear {
        /// The last attempt whose answer was lost.
        attempt: u32,
        /// The reads since that do not show it.
        watch: Option<Watch>,
    },
    /// Written, given up, or there is no place for one.
    Ended,
}

impl Execution {
    /// What an approval at that time (milliseconds since the epoch) puts into the outbox.
    pub fn approved(on: Isolation, at_unix_ms: i64) -> Self {
        let check = Act::Check {
            approved_on: on,
            turned_away: 0,
        };
        Self {
            approved_unix_ms: at_unix_ms,
            act: Track::at(check, at_unix_ms),
            note: Track::at(Note::NotDue, at_unix_ms),
        }
    }

    /// When the action is due, milliseconds since the epoch; never once it has ended.
    pub fn act_due(&self) -> Option<i64> {
        (self.act.at != Act::Ended).then_some(self.act.due_unix_ms)
    }

    /// When the note is due, milliseconds since the epoch; never before there is something to note.
    pub fn note_due(&self) -> Option<i64> {
        let waits = matches!(self.note.at, Note::NotDue | Note::Ended);
        (!waits).then_some(self.note.due_unix_ms)
    }

    /// When either is due, milliseconds since the epoch; `None` once nothing is left to do.
    pub fn due(&self) -> Option<i64> {
        self.act_due().into_iter().chain(self.note_due()).min()
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
        let delayed = |delay: &Option<Delay>, due: i64, what: &str| {
            let delay = delay.as_ref()?;
            Some(format!("{what}: {}", delay.until(vendor, due)))
        };
        let act_delayed = |what| delayed(&self.act.delay, self.act.due_unix_ms, what);
        let note_delayed = |what| delayed(&self.note.delay, self.note.due_unix_ms, what);
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
        match self.act.at {
            Act::Check { .. } => {
                now(act_delayed("Not sent yet")
                    .unwrap_or_else(|| "Read the state again".to_owned()));
                now(ask);
                now(verify);
            }
            Act::Calling { .. } => {
                now(ask);
                now(verify);
            }
            Act::Unclear { .. } => {
                now(act_delayed("Not settled yet").unwrap_or_else(|| {
                    format!(
                        "{vendor}'s answer was lost. Reading the state before anything is repeated"
                    )
                }));
                now(verify);
            }
            Act::Verifying { given_up, .. } => {
                now(act_delayed("State not read").unwrap_or_else(|| {
                    if given_up {
                        format!("Still asking {vendor}")
                    } else {
                        verify
                    }
                }))
            }
            Act::Ended => {}
        }
        match self.note.at {
            Note::NotDue if self.act.at != Act::Ended => now("Write the note".to_owned()),
            Note::NotDue | Note::Ended => {}
            Note::Due | Note::Writing { .. } => {
                now(note_delayed("Note not written yet")
                    .unwrap_or_else(|| "Write the note".to_owned()));
            }
            Note::Unclear { .. } => {
                now(note_delayed("Note not confirmed yet").unwrap_or_else(|| {
                    format!("{vendor}'s answer was lost. Reading whether the note is there")
                }));
            }
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
