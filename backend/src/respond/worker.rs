//! The outbox worker: the only place from which a vendor's state is changed.
//!
//! Each turn takes the lease on one due entry and does one thing: read the state, or send one request.
//! What is about to be sent is committed (with its audit entry) before it is sent, what came back
//! after. Killed in between, the entry is found as `Calling` and treated as an answer that was lost:
//! the state is read through a grace time, and only if it is still what it was before the first
//! request is the request sent again.

mod acting;
mod noting;

use std::ops::Deref;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use aside_shared::approval::{ExecutionStep, ProposalStatus, StepState};
use aside_shared::audit::AuditAction;
use aside_shared::id::ProposalId;
use futures::FutureExt as _;

use super::Respond;
use super::execution::{Act, Execution, Note};
use crate::audit::{ASIDE, AuditError, Record};
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
    /// A fault of ours.
    #[error("the turn on proposal {0} panicked")]
    Panicked(ProposalId),
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
        let held = Held { stored, owner };
        let advance = AssertUnwindSafe(self.advance(&held, execution)).catch_unwind();
        let advanced = match advance.await {
            Ok(advanced) => advanced,
            Err(_told_already) => Err(WorkerError::Panicked(id.clone())),
        };
        if let Err(error) = advanced {
            // It stands as it was committed last. Others go first, whatever is the matter with it.
            let mut tx = self.store.write().await?;
            let later = self.clock.now_unix_ms() + PAUSE_MS;
            proposals::postpone(&mut tx, &id, owner, later).await?;
            tx.commit().await.map_err(StoreError::from)?;
            return Err(error);
        }
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

/// One second, growing to five while the reader waits; from a minute to a quarter of an hour after that.
fn pause_before_poll(polls: u32, given_up: bool) -> i64 {
    let polls = i64::from(polls.min(1000));
    if given_up {
        (60_000 + polls * 30_000).min(15 * 60_000)
    } else {
        (1000 + polls * 250).min(5000)
    }
}
