//! Response: a proposal is opened, a person decides on exactly what was shown, the outbox carries it
//! out once, the vendor's own report verifies it, and it can be taken back.
//!
//! A vendor write happens in [`worker`] alone.

pub mod decide;
pub mod execution;
pub mod propose;
pub mod undo;
pub mod worker;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use aside_shared::action::{HostState, Offer, offer};
use aside_shared::alert::AlertKey;
use aside_shared::approval::{May, Proposal, ProposalStatus};
use aside_shared::id::{HostId, ProposalId, TenantId};
use aside_shared::problem::{Problem, ProblemKind};
use tokio::sync::{Notify, broadcast};

use crate::audit::Audit;
use crate::auth::access::{Access, Need, Tenant};
use crate::clock::SharedClock;
use crate::config::PolicyConfig;
use crate::http::Fault;
use crate::platforms::{PlatformError, PlatformErrorKind};
use crate::store::Store;
use crate::store::proposals::StoredProposal;

/// The configured tenants by name.
pub type Tenants = Arc<BTreeMap<TenantId, Tenant>>;

/// The response use cases.
#[derive(Clone)]
pub struct Respond {
    /// The database.
    pub store: Store,
    /// The log.
    pub audit: Audit,
    /// The time.
    pub clock: SharedClock,
    /// The tenants.
    pub tenants: Tenants,
    /// Who may approve what.
    pub policy: Arc<PolicyConfig>,
    changed: broadcast::Sender<ProposalId>,
    wake: Arc<Notify>,
}

impl Respond {
    /// The use cases over their ports.
    pub fn new(
        store: Store,
        audit: Audit,
        clock: SharedClock,
        tenants: Tenants,
        policy: PolicyConfig,
    ) -> Self {
        let (changed, _) = broadcast::channel(64);
        Self {
            store,
            audit,
            clock,
            tenants,
            policy: Arc::new(policy),
            changed,
            wake: Arc::default(),
        }
    }

    /// Tells of every proposal that changes, from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<ProposalId> {
        self.changed.subscribe()
    }

    /// A proposal as this caller sees it.
    pub async fn show(&self, access: &Access, id: &ProposalId) -> Result<Proposal, Fault> {
        let stored = self.find(access, id).await?;
        self.present(access, stored).await
    }

    /// An alert's proposals as this caller sees them, newest first. The caller was authorized for the alert.
    pub async fn of_alert(
        &self,
        access: &Access,
        alert: &AlertKey,
    ) -> Result<Vec<Proposal>, Fault> {
        let mut proposals = Vec::new();
        for stored in self.store.proposals_of_alert(alert).await? {
            proposals.push(self.present(access, stored).await?);
        }
        Ok(proposals)
    }

    /// The stored proposal, if this caller may read its tenant.
    async fn find(&self, access: &Access, id: &ProposalId) -> Result<StoredProposal, Fault> {
        let stored = self.store.proposal(id).await?;
        let missing = || {
            Problem::new(
                ProblemKind::NotFound,
                format!("There is no proposal {id} that you may read."),
            )
        };
        let stored = stored.ok_or_else(missing)?;
        access
            .require(&stored.view.tenant, Need::Read)
            .map_err(|_| missing())?;
        Ok(stored)
    }

    async fn present(&self, access: &Access, stored: StoredProposal) -> Result<Proposal, Fault> {
        let mut steps = self.store.steps(stored.id()).await?;
        if let Some(execution) = self.store.execution(stored.id()).await? {
            steps.extend(execution.steps_ahead(stored.view.action, &stored.view.platform_label));
        }
        let undo = self.store.undo_of(stored.id()).await?;
        let refused = self.approval_refused(access, &stored).err();
        let is_open = stored.status == ProposalStatus::Open
            && stored.view.expires_unix_ms > self.clock.now_unix_ms();
        let undo_refused = undo::refused_by_record(&self.store, &stored).await?;
        let can_be_undone = undo::was_carried_out(&self.store, &stored).await?;
        let may_propose = access.require(&stored.view.tenant, Need::Propose).is_ok();
        let may = May {
            decide: is_open && refused.is_none(),
            decide_refused: refused.map(|problem| problem.detail),
            undo: can_be_undone && may_propose && undo_refused.is_none(),
            undo_refused: undo_refused.filter(|_| can_be_undone),
            check_again: may_propose
                && matches!(
                    stored.status,
                    ProposalStatus::NotVerified {
                        still_checking: false,
                        ..
                    }
                ),
        };
        Ok(Proposal {
            status: if stored.status == ProposalStatus::Open && !is_open {
                ProposalStatus::Expired
            } else {
                stored.status
            },
            view: stored.view,
            may,
            steps,
            undone_by: undo.map(|undo| undo.id().clone()),
            revision: stored.revision,
        })
    }

    /// Whether this caller may decide on it: role, own proposals, and that the tenant still offers it.
    fn approval_refused(&self, access: &Access, stored: &StoredProposal) -> Result<(), Problem> {
        let view = &stored.view;
        access.require(
            &view.tenant,
            Need::Approve {
                needs_lead: view.needs_lead,
            },
        )?;
        if !self.policy.own_proposals && view.opened_by == access.user {
            return Err(Problem::new(
                ProblemKind::NotAllowed,
                "You opened this proposal. By configuration another person approves it.",
            ));
        }
        self.still_offered(access, stored)
    }

    fn still_offered(&self, access: &Access, stored: &StoredProposal) -> Result<(), Problem> {
        let tenant = self.tenant(&stored.view.tenant)?;
        match offer(
            stored.view.action,
            &tenant.access(access.roles(&stored.view.tenant)),
        ) {
            Offer::Propose => Ok(()),
            Offer::Refused { reason } => Err(Problem::new(ProblemKind::NotOffered, reason)),
        }
    }

    fn tenant(&self, name: &TenantId) -> Result<&Tenant, Problem> {
        self.tenants.get(name).ok_or_else(|| {
            Problem::new(
                ProblemKind::UnknownTenant,
                format!("No tenant {name} is configured."),
            )
        })
    }

    /// The host's state now.
    pub async fn host_state(&self, tenant: &Tenant, host: &HostId) -> Result<HostState, Problem> {
        Ok(self.host_as_told(tenant, host).await?)
    }

    async fn host_as_told(
        &self,
        tenant: &Tenant,
        host: &HostId,
    ) -> Result<HostState, PlatformError> {
        let Some(hosts) = &tenant.platform.hosts else {
            return Err(PlatformError {
                kind: PlatformErrorKind::Credential,
                detail: "Hosts cannot be read with this tenant's configuration.".to_owned(),
                vendor_request_id: None,
            });
        };
        hosts.state(host, self.clock.now_unix_ms()).await
    }

    fn tell(&self, id: &ProposalId) {
        // Nobody listening is no error.
        let _listeners = self.changed.send(id.clone());
    }
}
