//! A person decides on exactly what was shown.

use aside_shared::approval::{
    Decide, Decision, ExecutionStep, Proposal, ProposalStatus, StepState,
};
use aside_shared::audit::AuditAction;
use aside_shared::id::ProposalId;
use aside_shared::problem::{Problem, ProblemKind};

use super::Respond;
use super::execution::Execution;
use crate::audit::Record;
use crate::auth::access::Access;
use crate::http::Fault;
use crate::store::StoreError;
use crate::store::proposals::{self, StoredProposal};

impl Respond {
    /// Approves or declines. An approval and its outbox entry are one transaction.
    pub async fn decide(
        &self,
        access: &Access,
        id: &ProposalId,
        decide: &Decide,
    ) -> Result<Proposal, Fault> {
        let shown = self.find(access, id).await?;
        self.check_decision(access, &shown, decide).await?;
        // What is found when it is approved: nothing, or what is not as it was shown.
        let found = match decide.decision {
            Decision::Approve => Some(self.changed(&shown).await?),
            Decision::Decline => None,
        };
        let now = self.clock.now_unix_ms();
        let mut tx = self.store.write().await?;
        // Another person may have decided while the host was read.
        let stored = proposals::find(&mut tx, id).await?.unwrap_or(shown);
        if stored.status != ProposalStatus::Open {
            return Err(not_open(&stored).into());
        }
        let (status, detail, problem) = match found {
            None => (
                ProposalStatus::Declined {
                    by: access.user.clone(),
                    at_unix_ms: now,
                },
                format!(
                    "declined {} of host {}",
                    stored.view.action.noun(),
                    stored.view.host
                ),
                None,
            ),
            Some(changed) => match changed {
                Some(reason) => (
                    ProposalStatus::Void {
                        reason: reason.clone(),
                    },
                    format!("nothing was sent: {reason}"),
                    Some(Problem::new(
                        ProblemKind::Changed,
                        format!("{reason} Nothing was sent for you."),
                    )),
                ),
                None => (
                    ProposalStatus::Running {
                        by: access.user.clone(),
                    },
                    format!(
                        "approved {} of host {}; digest {}",
                        stored.view.action.noun(),
                        stored.view.host,
                        decide.digest.short()
                    ),
                    None,
                ),
            },
        };
        let record = Record::new(access.user.as_str(), AuditAction::Decided, detail)
            .on_alert(&stored.view.alert)
            .on_proposal(id);
        let seq = self.audit.append(&mut tx, record).await?;
        proposals::set_status(&mut tx, id, &status, Some(&access.user)).await?;
        if matches!(status, ProposalStatus::Running { .. }) {
            let step = ExecutionStep {
                text: format!("Approved by {}", access.user),
                state: StepState::Done,
                at_unix_ms: Some(now),
                audit_seq: Some(seq),
            };
            proposals::add_step(&mut tx, id, &step).await?;
            let execution = Execution::approved(stored.view.isolation, now);
            proposals::save_execution(&mut tx, id, &execution).await?;
        }
        tx.commit().await.map_err(StoreError::from)?;
        self.audit.settle().await?;
        self.tell(id);
        self.wake.notify_one();
        match problem {
            Some(problem) => Err(problem.into()),
            None => self.show(access, id).await,
        }
    }

    /// What is not as it was shown, in one sentence; for an undo also what forbids it by now.
    async fn changed(&self, shown: &StoredProposal) -> Result<Option<String>, Fault> {
        let view = &shown.view;
        let tenant = self.tenant(&view.tenant)?;
        let state = self.host_state(tenant, &view.host).await?;
        if state.isolation != view.isolation {
            return Ok(Some(format!(
                "Changed while you read: {} was “{}” and is now “{}”.",
                view.host_name.as_deref().unwrap_or(view.host.as_str()),
                view.isolation.words(),
                state.isolation.words()
            )));
        }
        let undone = match &shown.undoes {
            Some(id) => self.store.proposal(id).await?,
            None => None,
        };
        match undone {
            Some(undone) => Ok(self.undo_refused(tenant, &undone, &state).await?),
            None => Ok(None),
        }
    }

    /// Role, openness, digest. A refusal is audited.
    async fn check_decision(
        &self,
        access: &Access,
        shown: &StoredProposal,
        decide: &Decide,
    ) -> Result<(), Fault> {
        let checked = self.approval_refused(access, shown).and_then(|()| {
            if shown.status != ProposalStatus::Open {
                return Err(not_open(shown));
            }
            if shown.view.expires_unix_ms <= self.clock.now_unix_ms() {
                return Err(Problem::new(ProblemKind::NotOpen, "The proposal has expired. Open it anew."));
            }
            if shown.view.digest() != decide.digest {
                return Err(Problem::new(
                    ProblemKind::Changed,
                    "What you decided on is not what this proposal says. Nothing was sent. Open it anew.",
                ));
            }
            Ok(())
        });
        if let Err(problem) = checked {
            let record = Record::new(
                access.user.as_str(),
                AuditAction::Refused,
                problem.detail.clone(),
            )
            .on_alert(&shown.view.alert)
            .on_proposal(shown.id());
            self.audit.record(record).await?;
            return Err(problem.into());
        }
        Ok(())
    }
}

fn not_open(stored: &StoredProposal) -> Problem {
    let detail = match (&stored.status, &stored.decided_by) {
        (ProposalStatus::Void { reason }, _) => reason.clone(),
        (ProposalStatus::Expired, _) => "The proposal has expired. Open it anew.".to_owned(),
        (_, Some(by)) => format!("{by} has decided on it already."),
        (_, None) => "It is no longer open.".to_owned(),
    };
    Problem::new(ProblemKind::NotOpen, detail)
}
