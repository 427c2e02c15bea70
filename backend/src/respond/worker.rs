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

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use aside_shared::action::{Action, HostState, Isolation};
use aside_shared::approval::{ExecutionStep, ProposalStatus, StepState};
use aside_shared::audit::AuditAction;
use aside_shared::id::ProposalId;
use aside_shared::instant::utc;
use aside_shared::session::Phase;

use super::Respond;
use super::execution::{Act, Delay, Execution, Note, Track, Watch, reported};
use crate::audit::{ASIDE, AuditError, Record};
use crate::auth::access::Tenant;
use crate::platforms::{CallError, HostIsolation, NotePlace, PlatformError};
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

/// What a turn on the action works with.
struct Entry<'a> {
    stored: &'a Held<'a>,
    tenant: &'a Tenant,
    approved_unix_ms: i64,
    /// Why it waits so far.
    delay: Option<&'a Delay>,
}

impl Entry<'_> {
    fn vendor(&self) -> &str {
        &self.stored.view.platform_label
    }

    fn action(&self) -> Action {
        self.stored.view.action
    }

    /// What isolates hosts here, while the tenant allows it.
    fn isolation(&self) -> Option<&Arc<dyn HostIsolation>> {
        let acts = self.tenant.config.phase != Phase::Observe;
        self.tenant.platform.isolation.as_ref().filter(|_| acts)
    }

    /// After one more try in vain, until `end` (milliseconds since the epoch) at the latest.
    fn wait(&self, error: &PlatformError, now: i64, longest: i64, end: i64) -> (Delay, i64) {
        wait(self.delay, error, now, longest, end)
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

    /// Reads the state before anything is sent; then announces and sends the request.
    async fn check(
        &self,
        entry: &Entry<'_>,
        approved_on: Isolation,
        turned_away: u32,
    ) -> Result<(), WorkerError> {
        let stop = |reason: String| {
            Turn::act(Act::Ended, 0)
                .record(
                    AuditAction::Outcome,
                    format!("stopped, nothing was sent: {reason}"),
                )
                .step(StepState::Failed, reason.clone())
                .status(ProposalStatus::Stopped { reason })
        };
        let end = entry.approved_unix_ms + SEND_MS;
        if self.clock.now_unix_ms() >= end {
            let why = entry
                .delay
                .map(|delay| format!(": {}", delay.reason(entry.vendor())))
                .unwrap_or_default();
            let reason =
                format!("Nothing was sent in the 10 min after the approval{why}. Propose it anew.");
            return self.commit(entry.stored, stop(reason)).await;
        }
        let Some(isolation) = entry.isolation() else {
            let reason = "The tenant no longer allows this action.".to_owned();
            return self.commit(entry.stored, stop(reason)).await;
        };
        let state = match self.read_host(entry).await {
            Ok(state) => state,
            Err(error) => {
                let now = self.clock.now_unix_ms();
                let (delay, due) = entry.wait(&error, now, PAUSE_MAX_MS, end);
                let act = Act::Check {
                    approved_on,
                    turned_away,
                };
                let turn = Turn::act(act, due).delayed(delay, "nothing sent yet", entry.vendor());
                return self.commit(entry.stored, turn).await;
            }
        };
        if state.isolation != approved_on {
            let reason = format!(
                "The state was “{}” when it was approved and is “{}” now: somebody else has changed it.",
                approved_on.words(),
                state.isolation.words()
            );
            return self.commit(entry.stored, stop(reason)).await;
        }
        self.send(entry, isolation, 1, approved_on, turned_away)
            .await
    }

    /// Announces a request, commits, sends it, and records what came back. `turned_away`: how often
    /// this request was announced before and never arrived.
    async fn send(
        &self,
        entry: &Entry<'_>,
        isolation: &Arc<dyn HostIsolation>,
        attempt: u32,
        before: Isolation,
        turned_away: u32,
    ) -> Result<(), WorkerError> {
        let (view, vendor) = (&entry.stored.view, entry.vendor());
        let calling = Act::Calling { attempt, before };
        let mut announce = Turn::act(calling, self.clock.now_unix_ms()).record(
            AuditAction::VendorCall,
            format!(
                "asking {vendor} to {} host {} as {} (request {attempt})",
                view.action.verb().to_lowercase(),
                view.host,
                view.service_account
            ),
        );
        if turned_away == 0 {
            let read = format!("State read again: {}", before.words());
            announce = announce.step(StepState::Done, read);
        }
        self.commit(entry.stored, announce).await?;
        let answer = isolation.ask(view.action, &view.host).await;
        let now = self.clock.now_unix_ms();
        let turn = match answer {
            Ok(()) => accepted(vendor, now),
            Err(CallError::Refused(error)) if attempt == 1 => {
                let reason = format!("{vendor} refused: {error}");
                Turn::act(Act::Ended, 0)
                    .record(
                        AuditAction::VendorAnswer,
                        format!("refused, nothing has changed: {error}"),
                    )
                    .step(StepState::Failed, reason.clone())
                    .status(ProposalStatus::Failed { reason })
            }
            // It may be refused because an earlier one was carried out after all.
            Err(CallError::Refused(error)) => {
                let act = Act::Unclear {
                    attempt,
                    before,
                    watch: None,
                    refused: true,
                };
                Turn::act(act, now + 1000)
                    .record(
                        AuditAction::VendorAnswer,
                        format!("request {attempt} was refused, an earlier one had no clear answer: the state will tell: {error}"),
                    )
                    .step(
                        StepState::Failed,
                        format!("{vendor} refused the repeated request; the state will tell"),
                    )
            }
            Err(CallError::NotSent(error)) => {
                let end = entry.approved_unix_ms + SEND_MS;
                let (delay, due) = entry.wait(&error, now, PAUSE_MAX_MS, end);
                let act = match attempt {
                    1 => Act::Check {
                        approved_on: before,
                        turned_away: turned_away.saturating_add(1),
                    },
                    _ => unclear(attempt - 1, before, None),
                };
                let record =
                    format!("request {attempt} was not sent, nothing has changed: {error}");
                Turn::act(act, due)
                    .record(AuditAction::VendorAnswer, record)
                    .delayed(delay, "nothing sent yet", vendor)
            }
            Err(CallError::AnswerLost(error)) => {
                Turn::act(unclear(attempt, before, None), now + 1000)
                    .record(
                        AuditAction::VendorAnswer,
                        format!("the answer to request {attempt} was lost: {error}"),
                    )
                    .step(
                        StepState::Failed,
                        format!("{vendor}'s answer was lost; the state will tell"),
                    )
            }
        };
        self.commit(entry.stored, turn).await
    }

    /// After a lost answer: has it been carried out? Only if not, and only after the state was read
    /// through the grace time, again.
    async fn resolve_unclear(
        &self,
        entry: &Entry<'_>,
        attempt: u32,
        before: Isolation,
        watch: Option<Watch>,
        refused: bool,
    ) -> Result<(), WorkerError> {
        let asked = self.clock.now_unix_ms();
        let read = self.read_host(entry).await;
        let (action, vendor, now) = (entry.action(), entry.vendor(), self.clock.now_unix_ms());
        if let Ok(state) = &read
            && [action.wanted(), action.pending()].contains(&state.isolation)
        {
            let seen = format!(
                "{vendor} has taken the request: “{}”",
                state.isolation.words()
            );
            return self.commit(entry.stored, taken(seen, now)).await;
        }
        let end = entry.approved_unix_ms + VERIFY_MS;
        if now >= end {
            let answer = format!(
                "The answer to the request was lost. {}",
                says(vendor, &read)
            );
            let act = Act::Verifying {
                since_unix_ms: entry.approved_unix_ms,
                polls: 0,
                given_up: true,
            };
            let turn = not_verified(Turn::act(act, now), action, &answer, true, now);
            return self.commit(entry.stored, turn).await;
        }
        let still = |watch| Act::Unclear {
            attempt,
            before,
            watch,
            refused,
        };
        let state = match read {
            Ok(state) => state,
            Err(error) => {
                let (delay, due) = entry.wait(&error, now, PAUSE_MAX_MS, end);
                let turn =
                    Turn::act(still(None), due).delayed(delay, "the state cannot be read", vendor);
                return self.commit(entry.stored, turn).await;
            }
        };
        let watch = Watch::more(watch, asked, now);
        if watch.lasted_ms() < GRACE_MS {
            return self
                .commit(entry.stored, Turn::act(still(Some(watch)), now + 1000))
                .await;
        }
        match entry.isolation() {
            Some(isolation) if attempt < ATTEMPTS && !refused && state.isolation == before => {
                self.send(entry, isolation, attempt + 1, before, 0).await
            }
            _ => {
                let answer = format!(
                    "{vendor} gave no clear answer ({attempt} sent). {}",
                    says(vendor, &Ok(state))
                );
                let turn = not_verified(Turn::act(Act::Ended, 0), action, &answer, false, now);
                self.commit(entry.stored, turn).await
            }
        }
    }

    /// Reads the state until it is the wanted one.
    async fn verify(
        &self,
        entry: &Entry<'_>,
        since_unix_ms: i64,
        polls: u32,
        given_up: bool,
    ) -> Result<(), WorkerError> {
        let read = self.read_host(entry).await;
        let (action, vendor, now) = (entry.action(), entry.vendor(), self.clock.now_unix_ms());
        if read
            .as_ref()
            .is_ok_and(|state| state.isolation == action.wanted())
        {
            let reports = format!("{vendor} reports the host as {}", reported(action));
            let turn = Turn::act(Act::Ended, 0)
                .note_from(now)
                .record(
                    AuditAction::Outcome,
                    format!("verified, host {}: {reports}", entry.stored.view.host),
                )
                .step(StepState::Done, reports)
                .status(ProposalStatus::Verified { at_unix_ms: now });
            return self.commit(entry.stored, turn).await;
        }
        if self.is_taken_back(entry.stored).await? {
            let reason = "It was taken back before it was verified.".to_owned();
            let turn = Turn::act(Act::Ended, 0)
                .record(AuditAction::Outcome, format!("stopped: {reason}"))
                .status(ProposalStatus::Stopped { reason });
            return self.commit(entry.stored, turn).await;
        }
        if now - since_unix_ms >= WATCH_MS {
            let reason = format!(
                "not reported as {} in 7 days. {vendor} may still {} the host when it comes online",
                reported(action),
                action.verb().to_lowercase()
            );
            let turn = Turn::act(Act::Ended, 0)
                .note_from(now)
                .record(AuditAction::Outcome, format!("not verified: {reason}"))
                .status(ProposalStatus::NotVerified {
                    reason,
                    still_checking: false,
                });
            return self.commit(entry.stored, turn).await;
        }
        let verifying = |polls, given_up| Act::Verifying {
            since_unix_ms,
            polls,
            given_up,
        };
        if now - since_unix_ms >= VERIFY_MS && !given_up {
            let isolating = |state: &HostState| state.isolation == Isolation::Isolating;
            let will = match read.as_ref().is_ok_and(isolating) {
                true => " and will isolate it when it comes online",
                false => "",
            };
            let answer = format!("{}{will}", says(vendor, &read));
            let turn = not_verified(
                Turn::act(verifying(0, true), now),
                action,
                &answer,
                true,
                now,
            );
            return self.commit(entry.stored, turn).await;
        }
        let turn = match read {
            Ok(_) => Turn::act(
                verifying(polls.saturating_add(1), given_up),
                now + pause_before_poll(polls, given_up),
            ),
            Err(error) => {
                let (longest, lasts) = match given_up {
                    true => (PAUSE_LATE_MAX_MS, WATCH_MS),
                    false => (PAUSE_MAX_MS, VERIFY_MS),
                };
                let (delay, due) = entry.wait(&error, now, longest, since_unix_ms + lasts);
                Turn::act(verifying(polls, given_up), due).delayed(
                    delay,
                    "the state cannot be read",
                    vendor,
                )
            }
        };
        self.commit(entry.stored, turn).await
    }

    /// Whether an undo of it has been carried out: then what it waits for will not come.
    async fn is_taken_back(&self, stored: &StoredProposal) -> Result<bool, StoreError> {
        let undo = self.store.undo_of(stored.id()).await?;
        Ok(undo.is_some_and(|undo| matches!(undo.status, ProposalStatus::Verified { .. })))
    }

    /// Writes the note, once: it is looked for before it is written, and what cannot be looked for
    /// is not written.
    async fn advance_note(
        &self,
        stored: &Held<'_>,
        tenant: &Tenant,
        track: &Track<Note>,
    ) -> Result<(), WorkerError> {
        let NotePlace::At { words, notes } = &tenant.platform.notes else {
            return self.commit(stored, Turn::note(Note::Ended, 0)).await;
        };
        // The requests that may have arrived, and the reads since that do not show the note.
        let (sent, watch) = match track.at {
            Note::Due => (0, None),
            Note::Writing { attempt } => (attempt, None),
            Note::Unclear { attempt, watch } => (attempt, watch),
            Note::NotDue | Note::Ended => return Ok(()),
        };
        let standing = |sent, watch| match sent {
            0 => Note::Due,
            attempt => Note::Unclear { attempt, watch },
        };
        let vendor = &stored.view.platform_label;
        let give_up = |sent: u32, reason: String| {
            let what = if sent == 0 { "written" } else { "confirmed" };
            Turn::note(Note::Ended, 0)
                .record(AuditAction::Outcome, format!("note not {what}: {reason}"))
                .step(StepState::Failed, format!("Note not {what}: {reason}"))
        };
        // Later, unless it was tried for long enough.
        let later = |error: &PlatformError, now: i64| {
            let begun = track
                .delay
                .as_ref()
                .map_or(now, |delay| delay.since_unix_ms);
            if now - begun >= NOTE_MS {
                return give_up(sent, format!("{vendor} cannot be reached for it: {error}"));
            }
            let delay = track.delay.as_ref();
            let (delay, due) = wait(delay, error, now, PAUSE_LATE_MAX_MS, begun + NOTE_MS);
            Turn::note(standing(sent, None), due).delayed(delay, "the note is not written", vendor)
        };
        let asked = self.clock.now_unix_ms();
        let read = notes.has(&stored.view.alert.id, stored.id().as_str()).await;
        let now = self.clock.now_unix_ms();
        match read {
            Err(error) => return self.commit(stored, later(&error, now)).await,
            Ok(true) => {
                let turn =
                    Turn::note(Note::Ended, 0).step(StepState::Done, format!("Wrote {words}"));
                return self.commit(stored, turn).await;
            }
            Ok(false) => {}
        }
        if sent > 0 {
            let watch = Watch::more(watch, asked, now);
            if watch.lasted_ms() < GRACE_MS {
                let turn = Turn::note(standing(sent, Some(watch)), now + 1000);
                return self.commit(stored, turn).await;
            }
            if sent >= ATTEMPTS {
                let reason = format!("{sent} requests had no clear answer");
                return self.commit(stored, give_up(sent, reason)).await;
            }
        }
        let attempt = sent + 1;
        let announce = Turn::note(Note::Writing { attempt }, now).record(
            AuditAction::VendorCall,
            format!("writing {words} (request {attempt})"),
        );
        let seq = self.commit_with_seq(stored, announce).await?;
        let text = note_text(stored, seq.unwrap_or_default(), now);
        let answer = notes.write(&stored.view.alert.id, &text).await;
        let now = self.clock.now_unix_ms();
        let turn = match answer {
            Ok(()) => Turn::note(Note::Ended, 0)
                .record(AuditAction::VendorAnswer, format!("wrote {words}"))
                .step(StepState::Done, format!("Wrote {words}")),
            Err(CallError::Refused(error)) => give_up(sent, error.to_string()),
            Err(CallError::NotSent(error)) => later(&error, now),
            Err(CallError::AnswerLost(error)) => Turn::note(standing(attempt, None), now + 1000)
                .record(
                    AuditAction::VendorAnswer,
                    format!("the answer to the note was lost: {error}"),
                ),
        };
        self.commit(stored, turn).await
    }

    async fn read_host(&self, entry: &Entry<'_>) -> Result<HostState, PlatformError> {
        self.host_as_told(entry.tenant, &entry.stored.view.host)
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

fn unclear(attempt: u32, before: Isolation, watch: Option<Watch>) -> Act {
    Act::Unclear {
        attempt,
        before,
        watch,
        refused: false,
    }
}

fn accepted(vendor: &str, now: i64) -> Turn {
    taken(format!("{vendor} accepted the request"), now)
}

/// The vendor has the request: `seen` says how that is known.
fn taken(seen: String, now: i64) -> Turn {
    let verifying = Act::Verifying {
        since_unix_ms: now,
        polls: 0,
        given_up: false,
    };
    Turn::act(verifying, now)
        .record(AuditAction::VendorAnswer, seen.clone())
        .step(StepState::Done, seen)
}

/// One second, growing to five while the reader waits; from a minute to a quarter of an hour after that.
fn pause_before_poll(polls: u32, given_up: bool) -> i64 {
    let polls = i64::from(polls.min(1000));
    if given_up {
        (60_000 + polls * 30_000).min(PAUSE_LATE_MAX_MS)
    } else {
        (1000 + polls * 250).min(5000)
    }
}

/// What the vendor says of the host, or why it says nothing.
fn says(vendor: &str, read: &Result<HostState, PlatformError>) -> String {
    match read {
        Ok(state) => format!("{vendor} says “{}”", state.isolation.words()),
        Err(error) => {
            let why = error.detail.trim_end_matches(['.', ' ']);
            format!("The host's state cannot be read: {why}")
        }
    }
}

/// `turn`, and the reader is told what to assume.
fn not_verified(turn: Turn, action: Action, answer: &str, still_checking: bool, now: i64) -> Turn {
    let assume = match action {
        Action::IsolateHost => "treat the host as connected",
        Action::ReleaseHost => "the host may still be cut off",
    };
    turn.note_from(now)
        .record(AuditAction::Outcome, format!("not verified: {answer}"))
        .step(
            StepState::Failed,
            format!("Not verified as {}. {answer}", reported(action)),
        )
        .status(ProposalStatus::NotVerified {
            reason: format!("{assume}. {answer}"),
            still_checking,
        })
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
