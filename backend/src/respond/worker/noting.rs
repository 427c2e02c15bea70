//! The note about an action: looked for, announced, written once.

use aside_shared::action::Action;
use aside_shared::approval::StepState;
use aside_shared::audit::AuditAction;
use aside_shared::instant::utc;

use super::{
    ATTEMPTS, GRACE_MS, Held, NOTE_WATCH_MS, PAUSE_MS, Turn, WorkerError, pause_before_poll,
};
use crate::auth::access::Tenant;
use crate::platforms::{CallError, NotePlace};
use crate::respond::Respond;
use crate::respond::execution::{Act, Execution, Note};
use crate::store::proposals::StoredProposal;

impl Respond {
    /// Writes the note, once: it is looked for before it is written.
    pub(super) async fn advance_note(
        &self,
        stored: &Held<'_>,
        tenant: &Tenant,
        execution: Execution,
    ) -> Result<(), WorkerError> {
        let Execution { act, note } = execution;
        let now = self.clock.now_unix_ms();
        let (due_after, act) = (next_due_of(&act, now), act);
        let NotePlace::At { words, notes } = &tenant.platform.notes else {
            return self
                .commit(stored, Turn::to(act, Note::Ended, due_after))
                .await;
        };
        let (attempt, since_unix_ms) = match note {
            Note::Due { attempt } => (attempt, None),
            Note::Writing {
                attempt,
                since_unix_ms,
            }
            | Note::Unclear {
                attempt,
                since_unix_ms,
            } => (attempt, Some(since_unix_ms)),
            Note::NotDue | Note::Ended => return Ok(()),
        };
        let give_up = |act: Act, reason: String| {
            Turn::to(act, Note::Ended, due_after)
                .record(
                    AuditAction::Outcome,
                    format!("note not confirmed: {reason}"),
                )
                .step(StepState::Failed, format!("Note not confirmed: {reason}"))
        };
        let is_there = match notes.has(&stored.view.alert.id, stored.id().as_str()).await {
            Ok(is_there) => is_there,
            Err(error) => {
                let next = match since_unix_ms {
                    None if attempt < ATTEMPTS => Some(Note::Due {
                        attempt: attempt + 1,
                    }),
                    Some(since_unix_ms) if now - since_unix_ms < NOTE_WATCH_MS => {
                        Some(Note::Unclear {
                            attempt,
                            since_unix_ms,
                        })
                    }
                    _ => None,
                };
                let turn = match next.filter(|_| error.may_pass()) {
                    Some(next) => Turn::to(act, next, now + error.wait_ms(PAUSE_MS)),
                    // Whether it stands there cannot be seen: it is reported and not written blindly.
                    None => give_up(act, format!("notes cannot be read: {error}")),
                };
                return self.commit(stored, turn).await;
            }
        };
        if is_there {
            let turn = Turn::to(act, Note::Ended, due_after)
                .step(StepState::Done, format!("Wrote {words}"));
            return self.commit(stored, turn).await;
        }
        if let Some(since) = since_unix_ms {
            if now - since < GRACE_MS {
                let turn = Turn::to(
                    act,
                    Note::Unclear {
                        attempt,
                        since_unix_ms: since,
                    },
                    now + 1000,
                );
                return self.commit(stored, turn).await;
            }
            if attempt >= ATTEMPTS {
                return self
                    .commit(
                        stored,
                        give_up(act, format!("{attempt} requests had no clear answer")),
                    )
                    .await;
            }
        }
        let attempt = attempt + u32::from(since_unix_ms.is_some());
        let seq = self
            .announce_note(stored, act.clone(), attempt, words, now)
            .await?;
        let text = note_text(stored, seq, now);
        let turn = match notes.write(&stored.view.alert.id, &text).await {
            Ok(()) => Turn::to(act, Note::Ended, due_after)
                .record(AuditAction::VendorAnswer, format!("wrote {words}"))
                .step(StepState::Done, format!("Wrote {words}")),
            Err(CallError::Refused(error)) if attempt < ATTEMPTS && error.is_limit() => {
                let next = Note::Due {
                    attempt: attempt + 1,
                };
                Turn::to(act, next, now + error.wait_ms(PAUSE_MS)).record(
                    AuditAction::VendorAnswer,
                    format!("not taken, no note was written: {error}"),
                )
            }
            Err(CallError::Refused(error)) => give_up(act, error.to_string()),
            Err(CallError::AnswerLost(error)) => Turn::to(
                act,
                Note::Unclear {
                    attempt,
                    since_unix_ms: now,
                },
                self.clock.now_unix_ms() + 1000,
            )
            .record(
                AuditAction::VendorAnswer,
                format!("the answer to the note was lost: {error}"),
            ),
        };
        self.commit(stored, turn).await
    }

    async fn announce_note(
        &self,
        stored: &Held<'_>,
        act: Act,
        attempt: u32,
        words: &str,
        now: i64,
    ) -> Result<u64, WorkerError> {
        let turn = Turn::to(
            act,
            Note::Writing {
                attempt,
                since_unix_ms: now,
            },
            now,
        )
        .record(
            AuditAction::VendorCall,
            format!("writing {words} (request {attempt})"),
        );
        Ok(self
            .commit_with_seq(stored, turn)
            .await?
            .unwrap_or_default())
    }
}

fn next_due_of(act: &Act, now: i64) -> i64 {
    match act {
        Act::Verifying {
            polls, given_up, ..
        } => now + pause_before_poll(*polls, *given_up),
        _ => now,
    }
}

/// The note. It carries no text that an attacker could have written.
fn note_text(stored: &StoredProposal, audit_seq: u64, now: i64) -> String {
    let by = stored
        .decided_by
        .as_ref()
        .map_or("nobody", |by| by.as_str());
    let what = match stored.view.action {
        Action::IsolateHost => "Host isolation",
        Action::ReleaseHost => "Host release",
    };
    format!(
        "Aside: {what} approved by {by}, noted {}. Proposal {}, audit entry {audit_seq}.",
        utc(now),
        stored.id()
    )
}
