//! The outbox worker: the only place from which a vendor's state is changed.
//!
//! Each turn takes the lease on one due entry and does one thing: read the state, or send one request.
//! What is about to be sent is committed (with its audit entry) before it is sent, what came back
//! after. Killed in between, the entry is found as `Calling` and treated as an answer that was lost:
//! the state is read through a grace time, and only if it is still what it was before the first
//! request is the request sent again.

use std::ops::Deref;
use std::time::Duration;

use aside_shared::action::{Action, Isolation};
use aside_shared::approval::{ExecutionStep, ProposalStatus, StepState};
use aside_shared::audit::AuditAction;
use aside_shared::id::ProposalId;
use aside_shared::instant::utc;
use aside_shared::session::Phase;

use super::Respond;
use super::execution::{Act, Execution, Note, reported};
use crate::audit::{ASIDE, AuditError, Record};
use crate::auth::access::Tenant;
use crate::platforms::{CallError, NotePlace};
use crate::store::StoreError;
use crate::store::proposals::{self, StoredProposal};

/// How long one turn may take before another worker may take over: longer than all deadlines of the
/// vendor calls in it. What is announced renews it; whoever has lost it commits nothing more.
pub(crate) const LEASE_MS: i64 = 5 * 60 * 1000;
/// How long the state is watched after an answer was lost, before the request is repeated.
pub(crate) const GRACE_MS: i64 = 20_000;
/// Requests sent at most for one approval.
const ATTEMPTS: u32 = 3;
/// After this the reader is told that it is not verified.
pub(crate) const VERIFY_MS: i64 = 10 * 60 * 1000;
/// After this Aside stops asking. The limit is Aside's, not the vendor's.
pub(crate) const WATCH_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// How long a note whose answer was lost is looked for while the notes cannot be read.
const NOTE_WATCH_MS: i64 = 2 * 60 * 1000;
/// The pause after a vendor that did not answer.
const PAUSE_MS: i64 = 5_000;

/// A proposal whose outbox entry a worker holds.
struct Held<'a> {
    stored: StoredProposal,
    owner: &'a str,
}

impl Deref for Held<'_> {
    type Target = StoredProposal;

    fn deref(&self) -> &StoredProposal {
        &self.stored
    }
}

/// What a turn came to: committed in one transaction.
struct Turn {
    execution: Execution,
    due_unix_ms: i64,
    status: Option<ProposalStatus>,
    step: Option<(StepState, String)>,
    record: Option<(AuditAction, String)>,
}

impl Turn {
    fn to(act: Act, note: Note, due_unix_ms: i64) -> Self {
        Self {
            execution: Execution { act, note },
            due_unix_ms,
            status: None,
            step: None,
            record: None,
        }
    }

    fn status(mut self, status: ProposalStatus) -> Self {
        self.status = Some(status);
        self
    }

    fn step(mut self, state: StepState, text: impl Into<String>) -> Self {
        self.step = Some((state, text.into()));
        self
    }

    fn record(mut self, action: AuditAction, detail: impl Into<String>) -> Self {
        self.record = Some((action, detail.into()));
        self
    }
}

/// Why a turn could not be finished.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// The turn took too long: another worker has taken over, and this one's result is not written.
    #[error("the lease on proposal {0} has ended")]
    LeaseLost(ProposalId),
}

impl Respond {
    /// Works until it is dropped.
    pub async fn work(self, owner: String) {
        loop {
            let worked = match self.turn(&owner).await {
                Ok(worked) => worked,
                Err(error) => {
                    tracing::error!(%error, "outbox turn failed");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    continue;
                }
            };
            if !worked {
                let due = self.store.next_due().await.ok().flatten();
                let wait_ms = due.map_or(60_000, |due| {
                    (due - self.clock.now_unix_ms()).clamp(10, 60_000)
                });
                let wait = Duration::from_millis(wait_ms.unsigned_abs());
                tokio::select! {
                    () = self.wake.notified() => {}
                    () = tokio::time::sleep(wait) => {}
                }
            }
        }
    }

    /// Takes one due entry and moves it on. `false`: nothing is due.
    pub async fn turn(&self, owner: &str) -> Result<bool, WorkerError> {
        let now = self.clock.now_unix_ms();
        let mut tx = self.store.write().await?;
        let claimed = proposals::claim_due(&mut tx, owner, now, now + LEASE_MS).await?;
        tx.commit().await.map_err(StoreError::from)?;
        let Some((id, execution)) = claimed else {
            return Ok(false);
        };
        let Some(stored) = self.store.proposal(&id).await? else {
            return Ok(false);
        };
        self.advance(&Held { stored, owner }, execution).await?;
        let mut tx = self.store.write().await?;
        proposals::release_lease(&mut tx, &id, owner).await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(true)
    }

    async fn advance(&self, stored: &Held<'_>, execution: Execution) -> Result<(), WorkerError> {
        let Some(tenant) = self.tenants.get(&stored.view.tenant) else {
            let turn = Turn::to(Act::Ended, Note::Ended, 0)
                .status(ProposalStatus::Stopped {
                    reason: "The tenant is no longer configured.".to_owned(),
                })
                .record(
                    AuditAction::Outcome,
                    "stopped: the tenant is no longer configured",
                );
            return self.commit(stored, turn).await;
        };
        let note_is_due = matches!(
            execution.note,
            Note::Due { .. } | Note::Writing { .. } | Note::Unclear { .. }
        );
        if note_is_due {
            return self.advance_note(stored, tenant, execution).await;
        }
        let Execution { act, note } = execution;
        match act {
            Act::Check {
                approved_on,
                attempt,
            } => self.check(stored, tenant, approved_on, attempt).await,
            // Found like this, the process was killed between sending and recording the answer.
            Act::Calling {
                attempt,
                since_unix_ms,
                before,
            } => {
                let turn = Turn::to(
                    Act::Unclear {
                        attempt,
                        since_unix_ms,
                        before,
                    },
                    note,
                    0,
                )
                .record(
                    AuditAction::VendorAnswer,
                    format!("no answer recorded for request {attempt}: the state will tell"),
                );
                self.commit(stored, turn).await
            }
            Act::Unclear {
                attempt,
                since_unix_ms,
                before,
            } => {
                self.resolve_unclear(stored, tenant, attempt, since_unix_ms, before)
                    .await
            }
            Act::Verifying {
                since_unix_ms,
                polls,
                given_up,
            } => {
                self.verify(stored, tenant, since_unix_ms, polls, given_up, note)
                    .await
            }
            Act::Ended => {
                self.commit(stored, Turn::to(Act::Ended, Note::Ended, 0))
                    .await
            }
        }
    }

    /// Reads the state before anything is sent; then announces and sends the request.
    async fn check(
        &self,
        stored: &Held<'_>,
        tenant: &Tenant,
        approved_on: Isolation,
        attempt: u32,
    ) -> Result<(), WorkerError> {
        let stop = |reason: String| {
            Turn::to(Act::Ended, Note::Ended, 0)
                .record(
                    AuditAction::Outcome,
                    format!("stopped, nothing was sent: {reason}"),
                )
                .step(StepState::Failed, reason.clone())
                .status(ProposalStatus::Stopped { reason })
        };
        if tenant.config.phase == Phase::Observe || tenant.platform.isolation.is_none() {
            return self
                .commit(
                    stored,
                    stop("The tenant no longer allows this action.".to_owned()),
                )
                .await;
        }
        let state = match self.host_state(tenant, &stored.view.host).await {
            Ok(state) => state,
            Err(problem) => {
                let act = Act::Check {
                    approved_on,
                    attempt,
                };
                return self
                    .wait_for_vendor(stored, act, Note::NotDue, &problem.detail)
                    .await;
            }
        };
        if state.isolation != approved_on {
            let reason = format!(
                "The state was “{}” when it was approved and is “{}” now: somebody else has changed it.",
                approved_on.words(),
                state.isolation.words()
            );
            return self.commit(stored, stop(reason)).await;
        }
        let again = Act::Check {
            approved_on,
            attempt: attempt + 1,
        };
        self.send(stored, tenant, attempt, approved_on, again).await
    }

    /// Announces a request, commits, sends it, and records what came back. If the vendor's limit
    /// does not let it through, the entry is `again` until the limit does.
    async fn send(
        &self,
        stored: &Held<'_>,
        tenant: &Tenant,
        attempt: u32,
        before: Isolation,
        again: Act,
    ) -> Result<(), WorkerError> {
        let Some(isolation) = &tenant.platform.isolation else {
            return Ok(());
        };
        let (view, vendor) = (&stored.view, &stored.view.platform_label);
        let since_unix_ms = self.clock.now_unix_ms();
        let announce = Turn::to(
            Act::Calling {
                attempt,
                since_unix_ms,
                before,
            },
            Note::NotDue,
            since_unix_ms,
        )
        .step(
            StepState::Done,
            format!("State read again: {}", before.words()),
        )
        .record(
            AuditAction::VendorCall,
            format!(
                "asking {vendor} to {} host {} as {} (request {attempt})",
                view.action.verb().to_lowercase(),
                view.host,
                view.service_account
            ),
        );
        self.commit(stored, announce).await?;
        let answer = isolation.ask(view.action, &view.host).await;
        let now = self.clock.now_unix_ms();
        let turn = match answer {
            Ok(()) => accepted(vendor, now),
            Err(CallError::Refused(error)) if attempt < ATTEMPTS && error.is_limit() => {
                Turn::to(again, Note::NotDue, now + error.wait_ms(PAUSE_MS))
                    .record(
                        AuditAction::VendorAnswer,
                        format!("not taken, nothing has changed: {error}"),
                    )
                    .step(StepState::Failed, error.to_string())
            }
            Err(CallError::Refused(error)) => {
                let reason = format!("{vendor} refused: {error}");
                Turn::to(Act::Ended, Note::Ended, 0)
                    .record(
                        AuditAction::VendorAnswer,
                        format!("refused, nothing has changed: {error}"),
                    )
                    .step(StepState::Failed, reason.clone())
                    .status(ProposalStatus::Failed { reason })
            }
            Err(CallError::AnswerLost(error)) => Turn::to(
                Act::Unclear {
                    attempt,
                    since_unix_ms,
                    before,
                },
                Note::NotDue,
                now + 1000,
            )
            .record(
                AuditAction::VendorAnswer,
                format!("the answer to request {attempt} was lost: {error}"),
            )
            .step(
                StepState::Failed,
                format!("{vendor}'s answer was lost; the state will tell"),
            ),
        };
        self.commit(stored, turn).await
    }

    /// After a lost answer: has it been carried out? Only if not, and only after the grace time, again.
    async fn resolve_unclear(
        &self,
        stored: &Held<'_>,
        tenant: &Tenant,
        attempt: u32,
        since_unix_ms: i64,
        before: Isolation,
    ) -> Result<(), WorkerError> {
        let unclear = Act::Unclear {
            attempt,
            since_unix_ms,
            before,
        };
        let state = match self.host_state(tenant, &stored.view.host).await {
            Ok(state) => state,
            Err(problem) => {
                return self
                    .wait_for_vendor(stored, unclear, Note::NotDue, &problem.detail)
                    .await;
            }
        };
        let (action, vendor, now) = (
            stored.view.action,
            &stored.view.platform_label,
            self.clock.now_unix_ms(),
        );
        if state.isolation == action.wanted() || state.isolation == action.pending() {
            return self.commit(stored, accepted(vendor, now)).await;
        }
        if now - since_unix_ms < GRACE_MS {
            return self
                .commit(stored, Turn::to(unclear, Note::NotDue, now + 1000))
                .await;
        }
        if attempt >= ATTEMPTS || state.isolation != before {
            let reason = format!(
                "{vendor} gave no clear answer to request {attempt} and reports “{}”. Look at the host in the console.",
                state.isolation.words()
            );
            let turn = Turn::to(Act::Ended, Note::Ended, 0)
                .record(AuditAction::Outcome, format!("failed: {reason}"))
                .step(StepState::Failed, reason.clone())
                .status(ProposalStatus::Failed { reason });
            return self.commit(stored, turn).await;
        }
        // The one whose answer was lost may arrive yet: it stays unclear until the next is sent.
        let again = Act::Unclear {
            attempt: attempt + 1,
            since_unix_ms,
            before,
        };
        self.send(stored, tenant, attempt + 1, before, again).await
    }

    /// Reads the state until it is the wanted one.
    async fn verify(
        &self,
        stored: &Held<'_>,
        tenant: &Tenant,
        since_unix_ms: i64,
        polls: u32,
        given_up: bool,
        note: Note,
    ) -> Result<(), WorkerError> {
        let state = match self.host_state(tenant, &stored.view.host).await {
            Ok(state) => state,
            Err(problem) => {
                let act = Act::Verifying {
                    since_unix_ms,
                    polls,
                    given_up,
                };
                return self
                    .wait_for_vendor(stored, act, note, &problem.detail)
                    .await;
            }
        };
        let (action, vendor, now) = (
            stored.view.action,
            &stored.view.platform_label,
            self.clock.now_unix_ms(),
        );
        let waited = now - since_unix_ms;
        if state.isolation != action.wanted() && self.is_taken_back(stored).await? {
            let reason = "It was taken back before it was verified.".to_owned();
            let turn = Turn::to(Act::Ended, Note::Ended, 0)
                .record(AuditAction::Outcome, format!("stopped: {reason}"))
                .status(ProposalStatus::Stopped { reason });
            return self.commit(stored, turn).await;
        }
        if state.isolation == action.wanted() {
            let turn = Turn::to(Act::Ended, due_note(note), now)
                .record(
                    AuditAction::Outcome,
                    format!(
                        "verified: {vendor} reports host {} as {}",
                        stored.view.host,
                        reported(action)
                    ),
                )
                .step(
                    StepState::Done,
                    format!("{vendor} reports the host as {}", reported(action)),
                )
                .status(ProposalStatus::Verified { at_unix_ms: now });
            return self.commit(stored, turn).await;
        }
        if waited >= WATCH_MS {
            let reason = format!(
                "Not verified in 7 days; {vendor} may still {} it when it comes online.",
                action.verb().to_lowercase()
            );
            let turn = Turn::to(Act::Ended, due_note(note), now)
                .record(AuditAction::Outcome, reason.clone())
                .status(ProposalStatus::NotVerified {
                    reason,
                    still_checking: false,
                });
            return self.commit(stored, turn).await;
        }
        let next = now + pause_before_poll(polls, given_up);
        if waited >= VERIFY_MS && !given_up {
            let reason = not_verified(action, vendor, state.isolation);
            let act = Act::Verifying {
                since_unix_ms,
                polls: 0,
                given_up: true,
            };
            let turn = Turn::to(act, due_note(note), now)
                .record(
                    AuditAction::Outcome,
                    format!(
                        "not verified after 10 min: {vendor} reports “{}”",
                        state.isolation.words()
                    ),
                )
                .step(
                    StepState::Failed,
                    format!(
                        "Not {} after 10 min; {vendor} says “{}”",
                        reported(action),
                        state.isolation.words()
                    ),
                )
                .status(ProposalStatus::NotVerified {
                    reason,
                    still_checking: true,
                });
            return self.commit(stored, turn).await;
        }
        let act = Act::Verifying {
            since_unix_ms,
            polls: polls.saturating_add(1),
            given_up,
        };
        self.commit(stored, Turn::to(act, note, next)).await
    }

    /// Whether an undo of it has been carried out: then what it waits for will not come.
    async fn is_taken_back(&self, stored: &StoredProposal) -> Result<bool, StoreError> {
        let undo = self.store.undo_of(stored.id()).await?;
        Ok(undo.is_some_and(|undo| matches!(undo.status, ProposalStatus::Verified { .. })))
    }

    /// Writes the note, once: it is looked for before it is written.
    async fn advance_note(
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

    async fn wait_for_vendor(
        &self,
        stored: &Held<'_>,
        act: Act,
        note: Note,
        why: &str,
    ) -> Result<(), WorkerError> {
        tracing::warn!(proposal = %stored.id(), why, "the host's state cannot be read; trying again");
        self.commit(
            stored,
            Turn::to(act, note, self.clock.now_unix_ms() + PAUSE_MS),
        )
        .await
    }

    async fn commit(&self, stored: &Held<'_>, turn: Turn) -> Result<(), WorkerError> {
        self.commit_with_seq(stored, turn).await?;
        Ok(())
    }

    async fn commit_with_seq(
        &self,
        stored: &Held<'_>,
        turn: Turn,
    ) -> Result<Option<u64>, WorkerError> {
        let id: &ProposalId = stored.id();
        let mut tx = self.store.write().await?;
        let lease_ends = self.clock.now_unix_ms() + LEASE_MS;
        if !proposals::renew_lease(&mut tx, id, stored.owner, lease_ends).await? {
            return Err(WorkerError::LeaseLost(id.clone()));
        }
        let mut seq = None;
        if let Some((action, detail)) = turn.record {
            let record = Record::new(ASIDE, action, detail)
                .on_alert(&stored.view.alert)
                .on_proposal(id);
            seq = Some(self.audit.append(&mut tx, record).await?);
        }
        if let Some((state, text)) = turn.step {
            let at_unix_ms = Some(self.clock.now_unix_ms());
            proposals::add_step(
                &mut tx,
                id,
                &ExecutionStep {
                    text,
                    state,
                    at_unix_ms,
                    audit_seq: seq,
                },
            )
            .await?;
        }
        if let Some(status) = &turn.status {
            proposals::set_status(&mut tx, id, status, None).await?;
        }
        proposals::save_execution(&mut tx, id, &turn.execution, turn.due_unix_ms).await?;
        tx.commit().await.map_err(StoreError::from)?;
        self.audit.settle().await?;
        self.tell(id);
        Ok(seq)
    }
}

fn accepted(vendor: &str, now: i64) -> Turn {
    Turn::to(
        Act::Verifying {
            since_unix_ms: now,
            polls: 0,
            given_up: false,
        },
        Note::NotDue,
        now,
    )
    .record(
        AuditAction::VendorAnswer,
        format!("{vendor} accepted the request"),
    )
    .step(StepState::Done, format!("{vendor} accepted the request"))
}

/// The note is due once the action is, unless it was dealt with.
fn due_note(note: Note) -> Note {
    match note {
        Note::NotDue => Note::Due { attempt: 1 },
        other => other,
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

/// One second, growing to five while the reader waits; from a minute to a quarter of an hour after that.
fn pause_before_poll(polls: u32, given_up: bool) -> i64 {
    let polls = i64::from(polls.min(1000));
    if given_up {
        (60_000 + polls * 30_000).min(15 * 60_000)
    } else {
        (1000 + polls * 250).min(5000)
    }
}

fn not_verified(action: Action, vendor: &str, state: Isolation) -> String {
    match action {
        Action::IsolateHost => format!(
            "Not verified: treat the host as connected. {vendor} says “{}” and will isolate it when it comes online.",
            state.words()
        ),
        Action::ReleaseHost => format!(
            "Not verified: the host may still be cut off. {vendor} says “{}”.",
            state.words()
        ),
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
