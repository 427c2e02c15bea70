//! The action at the vendor: read, announced, sent, and read again until it is done.

use std::sync::Arc;

use aside_shared::action::{Action, HostState, Isolation};
use aside_shared::approval::{ProposalStatus, StepState};
use aside_shared::audit::AuditAction;
use aside_shared::session::Phase;

use super::{
    ATTEMPTS, GRACE_MS, Held, PAUSE_LATE_MAX_MS, PAUSE_MAX_MS, SEND_MS, Turn, VERIFY_MS, WATCH_MS,
    WorkerError, wait,
};
use crate::auth::access::Tenant;
use crate::platforms::{CallError, HostIsolation, PlatformError};
use crate::respond::Respond;
use crate::respond::execution::{Act, Delay, Watch, reported};
use crate::store::StoreError;
use crate::store::proposals::StoredProposal;

/// What a turn on the action works with.
pub(super) struct Entry<'a> {
    pub(super) stored: &'a Held<'a>,
    pub(super) tenant: &'a Tenant,
    /// When it was approved, milliseconds since the epoch.
    pub(super) approved_unix_ms: i64,
    /// Why it waits so far.
    pub(super) delay: Option<&'a Delay>,
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

impl Respond {
    /// Reads the state before anything is sent; then announces and sends the request.
    pub(super) async fn check(
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
    pub(super) async fn resolve_unclear(
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
    pub(super) async fn verify(
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

    async fn read_host(&self, entry: &Entry<'_>) -> Result<HostState, PlatformError> {
        self.host_as_told(entry.tenant, &entry.stored.view.host)
            .await
    }
}

/// Its answer was lost.
pub(super) fn unclear(attempt: u32, before: Isolation, watch: Option<Watch>) -> Act {
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
