//! Typed response actions: what Aside can do, on whose approval, and how it is taken back.

use serde::{Deserialize, Serialize};

use crate::id::{HostId, TenantId};
use crate::session::{Phase, Role};

/// What Aside can do to a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Cut the host off from all but its console (Falcon: contain).
    IsolateHost,
    /// Take isolation back (Falcon: lift containment).
    ReleaseHost,
}

impl Action {
    /// `Isolate`, `Release`: the verb that heads a row, a sheet and a button.
    pub fn verb(self) -> &'static str {
        match self {
            Self::IsolateHost => "Isolate",
            Self::ReleaseHost => "Release",
        }
    }

    /// `isolation`, `release`: what is approved.
    pub fn noun(self) -> &'static str {
        match self {
            Self::IsolateHost => "isolation",
            Self::ReleaseHost => "release",
        }
    }

    /// The action that takes this one back.
    pub fn undo(self) -> Self {
        match self {
            Self::IsolateHost => Self::ReleaseHost,
            Self::ReleaseHost => Self::IsolateHost,
        }
    }

    /// The state in which the host is once this is done.
    pub fn wanted(self) -> Isolation {
        match self {
            Self::IsolateHost => Isolation::Isolated,
            Self::ReleaseHost => Isolation::None,
        }
    }

    /// The state in which it is while this is under way.
    pub fn pending(self) -> Isolation {
        match self {
            Self::IsolateHost => Isolation::Isolating,
            Self::ReleaseHost => Isolation::Releasing,
        }
    }
}

/// Whether a host is cut off, as its vendor reports it now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum Isolation {
    /// Connected.
    None,
    /// Asked for, not reported yet.
    Isolating,
    /// Cut off.
    Isolated,
    /// Release asked for, not reported yet.
    Releasing,
    /// The vendor's word is not known, or it gives none.
    Unknown,
}

impl Isolation {
    /// How it reads on a sheet.
    pub fn words(self) -> &'static str {
        match self {
            Self::None => "Normal, not isolated",
            Self::Isolating => "Isolation pending",
            Self::Isolated => "Isolated",
            Self::Releasing => "Release pending",
            Self::Unknown => "Not known",
        }
    }
}

/// A host as the vendor reports it at one moment. Never part of an analysis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct HostState {
    /// The host.
    pub id: HostId,
    /// Its name.
    pub name: Option<String>,
    /// What it is for, in the vendor's words: `Workstation`, `Server`, `Domain Controller`.
    pub role: Option<String>,
    /// Whether it is cut off.
    pub isolation: Isolation,
    /// Whether its agent talks to the vendor; `None` where the vendor does not say.
    pub online: Option<bool>,
    /// When the vendor last saw it, milliseconds since the epoch.
    pub last_seen_unix_ms: Option<i64>,
    /// Who the vendor says changed the isolation last. Falcon names nobody.
    pub last_actor: Option<String>,
    /// When the vendor was asked, milliseconds since the epoch.
    pub read_unix_ms: i64,
}

/// How risky a step is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Risk {
    /// How much.
    pub level: RiskLevel,
    /// In a few words: `user offline`, `a server others depend on`.
    pub reason: Option<String>,
}

/// How much can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum RiskLevel {
    /// Easily taken back, one user concerned.
    Low,
    /// Several users, or not easily taken back.
    Medium,
    /// Others depend on it.
    High,
}

impl RiskLevel {
    /// `Low`, `Medium`, `High`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "Low",
            Self::Medium => "Medium",
            Self::High => "High",
        }
    }
}

/// What one tenant's credentials and phase allow anybody, and this user in particular.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct TenantAccess {
    /// The tenant.
    pub tenant: TenantId,
    /// Its platform.
    pub platform: crate::id::PlatformId,
    /// The platform's name as its users say it: `Falcon`.
    pub platform_label: String,
    /// The rollout phase.
    pub phase: Phase,
    /// The caller's roles here.
    pub roles: Vec<Role>,
    /// Actions that this tenant's credentials can carry out.
    pub actions: Vec<Action>,
}

/// Whether an action is offered to a caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(tag = "offer", rename_all = "snake_case")]
pub enum Offer {
    /// It can be proposed.
    Propose,
    /// It cannot, and why, in one sentence.
    Refused {
        /// Why.
        reason: String,
    },
}

/// Whether `action` is offered: the one place that decides it, for the panel's button and for the
/// backend's refusal alike.
pub fn offer(action: Action, access: &TenantAccess) -> Offer {
    let refused = |reason: String| Offer::Refused { reason };
    if access.phase == Phase::Observe {
        return refused(format!(
            "{} is in the observe phase: Aside only reads here.",
            access.tenant
        ));
    }
    if !access.actions.contains(&action) {
        return refused(format!(
            "The credential of {} may not do this. An administrator can add a respond credential.",
            access.tenant
        ));
    }
    if !access.roles.iter().any(|role| role.proposes()) {
        return refused("Proposing needs analyst, responder or lead.".to_owned());
    }
    Offer::Propose
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(phase: Phase, roles: &[Role], actions: &[Action]) -> TenantAccess {
        TenantAccess {
            tenant: "t".into(),
            platform: "p".into(),
            platform_label: "P".to_owned(),
            phase,
            roles: roles.to_vec(),
            actions: actions.to_vec(),
        }
    }

    #[test]
    fn nothing_is_offered_in_observe_phase_or_without_credential_or_role() {
        let all = [Action::IsolateHost, Action::ReleaseHost];
        let offered = |access| offer(Action::IsolateHost, &access) == Offer::Propose;
        assert!(offered(access(Phase::Assist, &[Role::Analyst], &all)));
        assert!(!offered(access(Phase::Observe, &[Role::Lead], &all)));
        assert!(!offered(access(Phase::Assist, &[Role::Lead], &[])));
        assert!(!offered(access(
            Phase::Assist,
            &[Role::Viewer, Role::Admin, Role::Auditor],
            &all
        )));
    }

    #[test]
    fn an_action_is_taken_back_by_the_other() {
        for action in [Action::IsolateHost, Action::ReleaseHost] {
            assert_eq!(action.undo().undo(), action);
            assert_ne!(action.wanted(), action.undo().wanted());
        }
    }
}
