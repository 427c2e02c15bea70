//! Taking back: a proposal of its own, refused where the state is not Aside's any more.

use aside_shared::action::{Action, HostState};
use aside_shared::approval::{Proposal, ProposalStatus};
use aside_shared::audit::AuditAction;
use aside_shared::id::ProposalId;
use aside_shared::problem::{Problem, ProblemKind};

use super::execution::{Act, Execution, Note, Track};
use super::{Respond, propose::Because};
use crate::audit::Record;
use crate::auth::access::{Access, Need, Tenant};
use crate::http::Fault;
use crate::store::proposals::{self, StoredProposal};
use crate::store::{Store, StoreError};

/// Why Aside's own record alone refuses an undo.
pub(super) async fn refused_by_record(
    store: &Store,
    stored: &StoredProposal,
) -> Result<Option<String>, StoreError> {
    if !was_carried_out(store, stored).await? {
        return Ok(Some(
            "Only what was carried out can be taken back.".to_owned(),
        ));
    }
    let last = store
        .last_act(&stored.view.tenant, &stored.view.host)
        .await?;
    if last.is_some_and(|last| last.id() != stored.id()) {
        return Ok(Some("Aside has acted on this host again since.".to_owned()));
    }
    Ok(None)
}

/// Verified, not verified, or accepted by the vendor and still pending.
pub(super) async fn was_carried_out(
    store: &Store,
    stored: &StoredProposal,
) -> Result<bool, StoreError> {
    Ok(match stored.status {
        ProposalStatus::Verified { .. } | ProposalStatus::NotVerified { .. } => true,
        ProposalStatus::Running { .. } => store
            .execution(stored.id())
            .await?
            .is_some_and(|execution| matches!(execution.act.at, Act::Verifying { .. })),
        _ => false,
    })
}

impl Respond {
    /// The proposal by which Aside isolated the host, or is at it, whichever alert it came from;
    /// `None` where the host is not isolated, or by somebody else as far as can be known. The caller
    /// was authorized for the tenant.
    pub async fn isolated_by(
        &self,
        access: &Access,
        tenant: &Tenant,
        state: &HostState,
    ) -> Result<Option<Proposal>, Fault> {
        let isolate = Action::IsolateHost;
        if ![isolate.wanted(), isolate.pending()].contains(&state.isolation) {
            return Ok(None);
        }
        let last = self.store.last_act(&tenant.config.name, &state.id).await?;
        let Some(last) = last.filter(|last| last.view.action == isolate) else {
            return Ok(None);
        };
        if last.status.is_final() && another_actor(tenant, state).is_some() {
            return Ok(None);
        }
        Ok(Some(self.present(access, last).await?))
    }

    /// Opens the proposal that takes `id` back.
    pub async fn undo(&self, access: &Access, id: &ProposalId) -> Result<Proposal, Fault> {
        let stored = self.find(access, id).await?;
        access.require(&stored.view.tenant, Need::Propose)?;
        self.still_offered(access, &stored)?;
        let tenant = self.tenant(&stored.view.tenant)?;
        let state = self.host_state(tenant, &stored.view.host).await?;
        let action = stored.view.action;
        let refused = self.undo_refused(tenant, &stored, &state).await?;
        if let Some(reason) = refused {
            let record = Record::new(
                access.user.as_str(),
                AuditAction::Refused,
                format!("undo refused: {reason}"),
            )
            .on_alert(&stored.view.alert)
            .on_proposal(id);
            self.audit.record(record).await?;
            return Err(Problem::new(ProblemKind::NotOffered, reason).into());
        }
        let because = Because {
            text: format!(
                "Takes back the {} approved by {}",
                action.noun(),
                approver(&stored)
            ),
            evidence: Vec::new(),
        };
        self.open(
            access,
            tenant,
            &stored.view.alert,
            action.undo(),
            &state,
            because,
            Some(id.clone()),
        )
        .await
    }

    /// Why `stored` cannot be taken back while the vendor reports `state`.
    pub(super) async fn undo_refused(
        &self,
        tenant: &Tenant,
        stored: &StoredProposal,
        state: &HostState,
    ) -> Result<Option<String>, StoreError> {
        if let Some(reason) = refused_by_record(&self.store, stored).await? {
            return Ok(Some(reason));
        }
        let action = stored.view.action;
        let is_ours = state.isolation == action.wanted()
            || (state.isolation == action.pending()
                && !matches!(stored.status, ProposalStatus::Verified { .. }));
        let vendor = &stored.view.platform_label;
        if !is_ours {
            return Ok(Some(format!(
                "{vendor} reports “{}”, which is not the state that Aside left. Somebody else has changed it since.",
                state.isolation.words()
            )));
        }
        let another = another_actor(tenant, state);
        Ok(another.map(|actor| format!("{vendor} names {actor} as the last who changed it.")))
    }

    /// Asks the vendor again after verification was given up.
    pub async fn check_again(&self, access: &Access, id: &ProposalId) -> Result<Proposal, Fault> {
        let stored = self.find(access, id).await?;
        access.require(&stored.view.tenant, Need::Propose)?;
        let ProposalStatus::NotVerified {
            reason,
            still_checking: false,
        } = &stored.status
        else {
            return Err(Problem::new(
                ProblemKind::NotOpen,
                "Verification is still going on, or has ended.",
            )
            .into());
        };
        let now = self.clock.now_unix_ms();
        let mut tx = self.store.write().await?;
        let view = &stored.view;
        let live = proposals::find_live(&mut tx, &view.tenant, &view.host, view.action).await?;
        if live.is_some() {
            let detail = format!(
                "Another {} of this host is open. It tells how the host stands.",
                view.action.noun()
            );
            return Err(Problem::new(ProblemKind::NotOpen, detail).into());
        }
        let status = ProposalStatus::NotVerified {
            reason: reason.clone(),
            still_checking: true,
        };
        proposals::set_status(&mut tx, id, &status, None).await?;
        let verifying = Act::Verifying {
            since_unix_ms: now,
            polls: 0,
            given_up: true,
        };
        // Its note may still be on its way.
        let note = proposals::find_execution(&mut tx, id)
            .await?
            .map_or_else(|| Track::at(Note::Ended, 0), |execution| execution.note);
        // It only reads from here on: when it was approved decides nothing any more.
        let execution = Execution {
            approved_unix_ms: now,
            act: Track::at(verifying, now),
            note,
        };
        proposals::save_execution(&mut tx, id, &execution).await?;
        let record = Record::new(
            access.user.as_str(),
            AuditAction::Asked,
            "asked to verify again",
        )
        .on_alert(&stored.view.alert)
        .on_proposal(id);
        self.audit.commit(tx, record).await?;
        self.tell(id);
        self.wake.notify_one();
        self.show(access, id).await
    }
}

/// Whom the vendor names as the last who changed the isolation, if that is not Aside.
fn another_actor<'a>(tenant: &Tenant, state: &'a HostState) -> Option<&'a str> {
    let actor = state.last_actor.as_deref()?;
    (actor != tenant.platform.service_account).then_some(actor)
}

fn approver(stored: &StoredProposal) -> String {
    stored
        .decided_by
        .as_ref()
        .map_or_else(|| "nobody".to_owned(), ToString::to_string)
}
