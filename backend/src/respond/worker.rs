//! The outbox worker: the only place from which a vendor's state is changed.
//!
//! Each turn takes the lease on one due entry and does one thing: read the state, or send one request.
//! What is about to be sent is committed (with its audit entry) before it is sent, what came back
//! after. Killed in between, the entry is found as `Calling` and treated as an answer that was lost:
//! the state is read through a grace time, and only if it is still what it was before the first
//! request is the request sent again.
//!
//! A vendor that cannot be read or that turns a request away is asked again, with back-off, and the
//! reader is told what is waited for. Every wait has an end, counted from the approval, that holds
//! whether or not the vendor can be read.

mod acting;
mod noting;

use std::ops::Deref;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use aside_shared::approval::{ExecutionStep, ProposalStatus, StepState};
use aside_shared::audit::AuditAction;
use aside_shared::id::ProposalId;
use futures::FutureExt as _;

use self::acting::{Entry, unclear};
use super::Respond;
use super::execution::{Act, Delay, Execution, Note, Track};
use crate::audit::{ASIDE, AuditError, Record};
use crate::platforms::PlatformError;
use crate::store::StoreError;
use crate::store::proposals::{self, StoredProposal};

/// How long one turn may take before another worker may take over: longer than all deadlines of the
/// vendor calls in it. What is announced renews it; whoever has lost it commits nothing more.
pub(crate) const LEASE_MS: i64 = 5 * 60 * 1000;
/// How long the state is watched after an answer was lost, before the request is repeated.
pub(crate) const GRACE_MS: i64 = 20_000;
/// Requests sent at most for one approval, not counting those that never arrived.
const ATTEMPTS: u32 = 3;
/// An approval that could not be sent for so long is void.
pub(crate) const SEND_MS: i64 = 10 * 60 * 1000;
/// After this the reader is told that it is not verified.
pub(crate) const VERIFY_MS: i64 = 10 * 60 * 1000;
/// After this Aside stops asking. The limit is Aside's, not the vendor's.
pub(crate) const WATCH_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// A note that could neither be looked for nor written for so long is given up.
pub(crate) const NOTE_MS: i64 = 60 * 60 * 1000;
/// The pause after the first try in vain; each further one doubles it.
const PAUSE_MS: i64 = 5_000;
/// The longest pause while somebody waits.
const PAUSE_MAX_MS: i64 = 60_000;
/// The longest pause when nobody does any more.
const PAUSE_LATE_MAX_MS: i64 = 15 * 60_000;

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

/// What a turn came to: committed in one transaction. The track that it leaves alone stays as it is.
#[derive(Default)]
struct Turn {
    act: Option<Track<Act>>,
    note: Option<Track<Note>>,
    /// The note becomes due at that time (milliseconds since the epoch), if the action came first so far.
    note_from_unix_ms: Option<i64>,
    status: Option<ProposalStatus>,
    step: Option<(StepState, String)>,
    record: Option<(AuditAction, String)>,
}

impl Turn {
    fn act(act: Act, due_unix_ms: i64) -> Self {
        Self {
            act: Some(Track::at(act, due_unix_ms)),
            ..Self::default()
        }
    }

    fn note(note: Note, due_unix_ms: i64) -> Self {
        Self {
            note: Some(Track::at(note, due_unix_ms)),
            ..Self::default()
        }
    }

    /// Why it waits; recorded when the waiting begins.
    fn delayed(self, delay: Delay, what: &str, vendor: &str) -> Self {
        let begins = delay.tries == 1;
        let detail = format!("waiting, {what}: {}", delay.reason(vendor));
        let turn = Self {
            act: self.act.map(|act| Track {
                delay: Some(delay.clone()),
                ..act
            }),
            note: self.note.map(|note| Track {
                delay: Some(delay),
                ..note
            }),
            ..self
        };
        match turn.record {
            None if begins => turn.record(AuditAction::Outcome, detail),
            _ => turn,
        }
    }

    fn note_from(mut self, unix_ms: i64) -> Self {
        self.note_from_unix_ms = Some(unix_ms);
        self
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

    fn apply(&self, execution: &mut Execution) {
        if let Some(act) = &self.act {
            execution.act.clone_from(act);
        }
        if let Some(note) = &self.note {
            execution.note.clone_from(note);
        }
        if let Some(from) = self.note_from_unix_ms
            && execution.note.at == Note::NotDue
        {
            execution.note = Track::at(Note::Due, from);
        }
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
        let advance = AssertUnwindSafe(self.advance_claimed(&id, owner, execution)).catch_unwind();
        let advanced = match advance.await {
            Ok(advanced) => advanced,
            Err(_told_already) => Err(WorkerError::Panicked(id.clone())),
        };
        if let Err(error) = advanced {
            // It stands as it was committed last. Others go first, whatever is the matter with it.
            let mut tx = self.store.write().await?;
            let later = self.clock.now_unix_ms() + pause_after(&error);
            proposals::postpone(&mut tx, &id, owner, later).await?;
            tx.commit().await.map_err(StoreError::from)?;
            return Err(error);
        }
        let mut tx = self.store.write().await?;
        proposals::release_lease(&mut tx, &id, owner).await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(true)
    }

    async fn advance_claimed(
        &self,
        id: &ProposalId,
        owner: &str,
        execution: Result<Execution, StoreError>,
    ) -> Result<(), WorkerError> {
        let execution = execution?;
        let gone = || StoreError::Corrupt {
            what: "outbox entry",
            error: format!("there is no proposal {id}"),
        };
        let stored = self.store.proposal(id).await?.ok_or_else(gone)?;
        self.advance(&Held { stored, owner }, execution).await
    }

    async fn advance(&self, stored: &Held<'_>, execution: Execution) -> Result<(), WorkerError> {
        let Some(tenant) = self.tenants.get(&stored.view.tenant) else {
            let reason = "The tenant is no longer configured.".to_owned();
            let turn = Turn {
                act: Some(Track::at(Act::Ended, 0)),
                note: Some(Track::at(Note::Ended, 0)),
                ..Turn::default()
            };
            let turn = turn.status(ProposalStatus::Stopped { reason }).record(
                AuditAction::Outcome,
                "stopped: the tenant is no longer configured",
            );
            return self.commit(stored, turn).await;
        };
        let act_first = match (execution.act_due(), execution.note_due()) {
            (Some(act), Some(note)) => act <= note,
            (act, _) => act.is_some(),
        };
        if !act_first {
            return self.advance_note(stored, tenant, &execution.note).await;
        }
        let entry = Entry {
            stored,
            tenant,
            approved_unix_ms: execution.approved_unix_ms,
            delay: execution.act.delay.as_ref(),
        };
        match execution.act.at {
            Act::Check {
                approved_on,
                turned_away,
            } => self.check(&entry, approved_on, turned_away).await,
            // Found like this, the process was killed between sending and recording the answer.
            Act::Calling { attempt, before } => {
                let turn = Turn::act(unclear(attempt, before, None), 0).record(
                    AuditAction::VendorAnswer,
                    format!("no answer recorded for request {attempt}: the state will tell"),
                );
                self.commit(stored, turn).await
            }
            Act::Unclear {
                attempt,
                before,
                watch,
                refused,
            } => {
                self.resolve_unclear(&entry, attempt, before, watch, refused)
                    .await
            }
            Act::Verifying {
                since_unix_ms,
                polls,
                given_up,
            } => self.verify(&entry, since_unix_ms, polls, given_up).await,
            Act::Ended => self.commit(stored, Turn::act(Act::Ended, 0)).await,
        }
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
        // As it is now: what is asked for meanwhile (check again) is not lost.
        let execution = proposals::find_execution(&mut tx, id).await?;
        if let Some(mut execution) = execution {
            turn.apply(&mut execution);
            proposals::save_execution(&mut tx, id, &execution).await?;
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
        tx.commit().await.map_err(StoreError::from)?;
        self.audit.settle().await?;
        self.tell(id);
        Ok(seq)
    }
}

/// How long an entry is left alone after a fault of ours. What cannot be read will not be read soon.
fn pause_after(error: &WorkerError) -> i64 {
    match error {
        WorkerError::Store(StoreError::Corrupt { .. }) => PAUSE_LATE_MAX_MS,
        _ => PAUSE_MS,
    }
}

/// After one more try in vain, until `end` (milliseconds since the epoch) at the latest.
fn wait(
    before: Option<&Delay>,
    error: &PlatformError,
    now: i64,
    longest: i64,
    end: i64,
) -> (Delay, i64) {
    let delay = Delay::after(before, error, now);
    let doubled = PAUSE_MS << (delay.tries - 1).min(20);
    let pause = doubled.min(longest).max(error.wait_ms());
    let due = (now + pause).min(end);
    (delay, due)
}
