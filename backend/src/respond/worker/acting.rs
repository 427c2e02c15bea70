//! The action at the vendor: read, announced, sent, and read again until it is done.

use aside_shared::action::{Action, Isolation};
use aside_shared::approval::{ProposalStatus, StepState};
use aside_shared::audit::AuditAction;
use aside_shared::session::Phase;

use super::{
    ATTEMPTS, GRACE_MS, Held, PAUSE_MS, Turn, VERIFY_MS, WATCH_MS, WorkerError, pause_before_poll,
};
use crate::auth::access::Tenant;
use crate::platforms::CallError;
use crate::respond::Respond;
use crate::respond::execution::{Act, Note, reported};
use crate::store::StoreError;
use crate::store::proposals::StoredProposal;

impl Respond {
    /// Reads the state before anything is sent; then announces and sends the request.
    pub(super) async fn check(
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
    pub(super) async fn resolve_unclear(
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
    pub(super) async fn verify(
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
