//! What a caller may do. Every request is authorized by [`Access::require`].

use aside_shared::action::TenantAccess;
use aside_shared::console::CONSOLES;
use aside_shared::id::{TenantId, UserName};
use aside_shared::problem::{Problem, ProblemKind};
use aside_shared::session::{Phase, Role};

use crate::platforms::Platform;
use crate::store::accounts::{Grant, Session};

/// A configured tenant with its connection.
pub struct Tenant {
    /// Its configuration.
    pub config: crate::config::TenantConfig,
    /// What its vendor can do.
    pub platform: Platform,
}

impl Tenant {
    /// What `roles` may see of it.
    pub fn access(&self, roles: Vec<Role>) -> TenantAccess {
        let console = CONSOLES
            .iter()
            .find(|console| console.platform == self.config.platform.as_str());
        TenantAccess {
            tenant: self.config.name.clone(),
            platform: self.config.platform.clone(),
            platform_label: console
                .map_or(self.config.platform.as_str(), |console| console.label)
                .to_owned(),
            phase: self.config.phase,
            roles,
            actions: if self.config.phase == Phase::Observe {
                Vec::new()
            } else {
                self.platform.actions()
            },
        }
    }
}

/// What a request needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Read alerts and ask.
    Read,
    /// Propose an action.
    Propose,
    /// Approve an action, one that needs a lead or not.
    Approve {
        /// Only a lead may.
        needs_lead: bool,
    },
    /// See users.
    Administer,
    /// Read the audit log.
    Audit,
}

impl Need {
    fn is_met_by(self, role: Role) -> bool {
        match self {
            Self::Read => role.reads(),
            Self::Propose => role.proposes(),
            Self::Approve { needs_lead } => role.approves(needs_lead),
            Self::Administer => role == Role::Admin,
            Self::Audit => role == Role::Auditor,
        }
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Read => ("read alerts", "viewer, analyst, responder or lead"),
            Self::Propose => ("propose actions", "analyst, responder or lead"),
            Self::Approve { needs_lead: false } => ("approve this", "responder or lead"),
            Self::Approve { needs_lead: true } => ("approve this", "lead"),
            Self::Administer => ("see users", "admin"),
            Self::Audit => ("read the audit log", "auditor"),
        }
    }
}

/// An authenticated caller.
#[derive(Clone, Debug)]
pub struct Access {
    /// Whose token it was.
    pub user: UserName,
    /// The session.
    pub session: Session,
    /// All roles.
    pub grants: Vec<Grant>,
}

impl Access {
    /// The roles held in a tenant.
    pub fn roles(&self, tenant: &TenantId) -> Vec<Role> {
        let mut roles: Vec<Role> = self
            .grants
            .iter()
            .filter(|grant| &grant.tenant == tenant || grant.tenant.as_str() == "*")
            .map(|grant| grant.role)
            .collect();
        roles.sort_unstable();
        roles.dedup();
        roles
    }

    /// Whether the caller may. The refusal says which role is needed, and does not say whether the
    /// tenant exists.
    pub fn require(&self, tenant: &TenantId, need: Need) -> Result<(), Problem> {
        if self
            .roles(tenant)
            .into_iter()
            .any(|role| need.is_met_by(role))
        {
            return Ok(());
        }
        let (what, roles) = need.words();
        Err(Problem::new(
            ProblemKind::NotAllowed,
            format!("You may not {what} in {tenant}. It needs {roles}. Ask your administrator."),
        ))
    }
}

#[cfg(test)]
pub mod testing {
    //! Callers for tests.

    use super::*;

    /// A caller with one role in one tenant.
    pub fn caller(user: &str, role: Role, tenant: &str) -> Access {
        Access {
            user: user.into(),
            session: Session {
                id: "s".to_owned(),
                user: user.into(),
                ends_unix_ms: i64::MAX,
                token_ends_unix_ms: i64::MAX,
            },
            grants: vec![Grant {
                tenant: tenant.into(),
                role,
            }],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_counts_in_its_tenant_alone_unless_it_is_held_everywhere() {
        let caller = testing::caller("a", Role::Lead, "acme");
        assert!(
            caller
                .require(&"acme".into(), Need::Approve { needs_lead: true })
                .is_ok()
        );
        assert!(caller.require(&"other".into(), Need::Read).is_err());
        let everywhere = testing::caller("a", Role::Viewer, "*");
        assert!(everywhere.require(&"other".into(), Need::Read).is_ok());
        assert!(everywhere.require(&"other".into(), Need::Propose).is_err());
    }

    #[test]
    fn each_role_may_what_it_is_for_and_no_more() {
        let needs = [
            Need::Read,
            Need::Propose,
            Need::Approve { needs_lead: false },
            Need::Approve { needs_lead: true },
            Need::Administer,
            Need::Audit,
        ];
        for (role, allowed) in [
            (Role::Viewer, [true, false, false, false, false, false]),
            (Role::Analyst, [true, true, false, false, false, false]),
            (Role::Responder, [true, true, true, false, false, false]),
            (Role::Lead, [true, true, true, true, false, false]),
            (Role::Admin, [false, false, false, false, true, false]),
            (Role::Auditor, [false, false, false, false, false, true]),
        ] {
            let caller = testing::caller("a", role, "acme");
            let may = needs.map(|need| caller.require(&"acme".into(), need).is_ok());
            assert_eq!(may, allowed, "{role:?}");
        }
    }
}
