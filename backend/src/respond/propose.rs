//! Opening a proposal: what exactly would happen, on the state as it is now.

use aside_shared::action::{Action, HostState, Isolation, Offer, offer};
use aside_shared::alert::{Alert, AlertKey, EntityKind};
use aside_shared::approval::{ApprovalView, Proposal, ProposalStatus, Propose, VIEW_VERSION};
use aside_shared::audit::AuditAction;
use aside_shared::id::{EvidenceId, ProposalId};
use aside_shared::problem::{Problem, ProblemKind};

use super::Respond;
use super::execution::reported;
use crate::audit::Record;
use crate::auth::access::{Access, Need, Tenant};
use crate::http::Fault;
use crate::platforms::NotePlace;
use crate::store::proposals::{self, StoredProposal};

/// Why an action is proposed, from the analysis.
#[derive(Clone, Debug, Default)]
pub struct Because {
    /// In one sentence. May quote evidence.
    pub text: String,
    /// What it rests on.
    pub evidence: Vec<EvidenceId>,
}

impl Respond {
    /// Opens a proposal, or gives the one that is open for (tenant, host, action) already, or the one
    /// by which Aside did it already.
    pub async fn propose(
        &self,
        access: &Access,
        request: &Propose,
        alert: &Alert,
        because: Because,
    ) -> Result<Proposal, Fault> {
        let name = &request.alert.tenant;
        access.require(name, Need::Propose)?;
        let tenant = self.tenant(name)?;
        if let Offer::Refused { reason } = offer(request.action, &tenant.access(access.roles(name)))
        {
            return self.refuse(access, &request.alert, reason).await;
        }
        if request.action == Action::ReleaseHost {
            let reason = "A host is released from the isolation that it takes back: open that proposal and choose Undo.";
            return self.refuse(access, &request.alert, reason.to_owned()).await;
        }
        let is_alerts_host = alert.hosts.iter().filter_map(|id| alert.entity(id)).any(
            |entity| matches!(&entity.kind, EntityKind::Host(host) if host.id == request.host),
        );
        if !is_alerts_host {
            let reason = format!(
                "The alert {} does not name the host {}.",
                request.alert.id, request.host
            );
            return self.refuse(access, &request.alert, reason).await;
        }
        let state = self.host_state(tenant, &request.host).await?;
        if state.isolation == request.action.wanted() || state.isolation == request.action.pending()
        {
            if let Some(done) = self.isolated_by(access, tenant, &state).await? {
                return Ok(done);
            }
            let host = state.name.as_deref().unwrap_or(request.host.as_str());
            let words = state.isolation.words().to_lowercase();
            let last = self.store.last_act(name, &request.host).await?;
            let reason = match last.filter(|last| !last.status.is_final()) {
                Some(last) => format!(
                    "{host} is {words} already, and Aside's {} of it is under way.",
                    last.view.action.noun()
                ),
                None => format!(
                    "{host} is {words} already, by somebody else. Aside did not do it and offers no Undo for it."
                ),
            };
            return self.refuse(access, &request.alert, reason).await;
        }
        self.open(
            access,
            tenant,
            &request.alert,
            request.action,
            &state,
            because,
            None,
        )
        .await
    }

    /// Writes a proposal down, unless one is live for the same thing: then gives that one.
    #[expect(
        clippy::too_many_arguments,
        reason = "what a sheet is made of; a struct would be used once"
    )]
    pub(super) async fn open(
        &self,
        access: &Access,
        tenant: &Tenant,
        alert: &AlertKey,
        action: Action,
        state: &HostState,
        because: Because,
        undoes: Option<ProposalId>,
    ) -> Result<Proposal, Fault> {
        let now = self.clock.now_unix_ms();
        let mut tx = self.store.write().await?;
        if let Some(live) =
            proposals::find_live(&mut tx, &tenant.config.name, &state.id, action).await?
        {
            let is_void = live.status == ProposalStatus::Open
                && (live.view.expires_unix_ms <= now || live.view.isolation != state.isolation);
            if !is_void {
                return self.present(access, live).await;
            }
            proposals::set_status(&mut tx, live.id(), &ProposalStatus::Expired, None).await?;
        }
        let view = self.view(access, tenant, alert, action, state, because, now);
        let id = view.proposal.clone();
        let stored = StoredProposal {
            view,
            status: ProposalStatus::Open,
            opened_unix_ms: now,
            decided_by: None,
            undoes,
            revision: 1,
        };
        proposals::insert(&mut tx, &stored).await?;
        let detail = format!(
            "proposed {} of host {}; digest {}",
            action.noun(),
            state.id,
            stored.view.digest().short()
        );
        let record = Record::new(access.user.as_str(), AuditAction::Proposed, detail)
            .on_alert(alert)
            .on_proposal(&id);
        self.audit.commit(tx, record).await?;
        self.tell(&id);
        self.present(access, stored).await
    }

    async fn refuse(
        &self,
        access: &Access,
        alert: &AlertKey,
        reason: String,
    ) -> Result<Proposal, Fault> {
        let record =
            Record::new(access.user.as_str(), AuditAction::Refused, reason.clone()).on_alert(alert);
        self.audit.record(record).await?;
        Err(Problem::new(ProblemKind::NotOffered, reason).into())
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "what a sheet is made of; a struct would be used once"
    )]
    fn view(
        &self,
        access: &Access,
        tenant: &Tenant,
        alert: &AlertKey,
        action: Action,
        state: &HostState,
        because: Because,
        now: i64,
    ) -> ApprovalView {
        let shown = tenant.access(Vec::new());
        let vendor = &shown.platform_label;
        let verb = action.verb().to_lowercase();
        let needs_lead = state.role.as_ref().is_some_and(|role| {
            self.policy
                .lead_approves
                .iter()
                .any(|lead| lead.eq_ignore_ascii_case(role))
        });
        let (note, no_note) = match &tenant.platform.notes {
            NotePlace::At { words, .. } => (
                Some(format!("Write {words} with the approver's name")),
                None,
            ),
            NotePlace::Nowhere { reason } => {
                (None, Some(format!("No note will be written. {reason}")))
            }
        };
        let mut will_happen = vec![
            format!(
                "Read the state again; stop if it is not “{}”",
                state.isolation.words()
            ),
            format!("Ask {vendor} to {verb} this one host"),
        ];
        will_happen.extend(note);
        let mut caveats = Vec::new();
        if state.online == Some(false) {
            caveats.push(match action {
                Action::IsolateHost => format!("The host is offline: {vendor} isolates it when it comes back. Until then treat it as connected."),
                Action::ReleaseHost => format!("The host is offline: {vendor} releases it when it comes back."),
            });
        }
        if action == Action::ReleaseHost && state.last_actor.is_none() {
            caveats.push(format!("{vendor} does not say who isolated a host. A release and a new isolation by others in between cannot be seen."));
        }
        if action == Action::ReleaseHost && state.isolation == Isolation::Isolating {
            caveats.push(format!("The isolation is still pending. {vendor} may refuse to cancel it; then nothing changes."));
        }
        caveats.extend(no_note);
        ApprovalView {
            version: VIEW_VERSION,
            proposal: ProposalId(uuid::Uuid::new_v4().to_string()),
            action,
            tenant: tenant.config.name.clone(),
            platform_label: vendor.clone(),
            place: tenant.platform.place.clone(),
            service_account: tenant.platform.service_account.clone(),
            alert: alert.clone(),
            host: state.id.clone(),
            host_name: state.name.clone(),
            host_role: state.role.clone(),
            isolation: state.isolation,
            online: state.online,
            last_seen_unix_ms: state.last_seen_unix_ms,
            read_unix_ms: state.read_unix_ms,
            for_users: match action {
                Action::IsolateHost => "They lose every connection but the agent's".to_owned(),
                Action::ReleaseHost => "They get their connections back".to_owned(),
            },
            will_happen,
            verified_by: format!("{vendor} reports this host as {}", reported(action)),
            undone_by: match action {
                Action::IsolateHost => "Release host, approved the same way".to_owned(),
                Action::ReleaseHost => "A new isolation, approved the same way".to_owned(),
            },
            caveats,
            policy: if needs_lead {
                "Needs 1 lead"
            } else {
                "Needs 1 responder or lead"
            }
            .to_owned(),
            policy_rule: if needs_lead {
                "lead-approves"
            } else {
                "one-approval"
            }
            .to_owned(),
            needs_lead,
            because: because.text,
            evidence: because.evidence,
            opened_by: access.user.clone(),
            expires_unix_ms: now + i64::from(self.policy.proposal_minutes) * 60_000,
        }
    }
}
