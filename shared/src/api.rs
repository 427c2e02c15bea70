//! Requests and answers that belong to no other module. The routes are listed in `docs/architecture.md`.

use serde::{Deserialize, Serialize};

use crate::alert::AlertKey;
use crate::console::{AlertRef, Location};
use crate::id::{AnalysisId, HostId, TenantId};

/// `POST /alerts/resolve`: which alert does this page or pasted text mean?
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields)]
pub struct Resolve {
    /// What the reader is looking at.
    pub from: ResolveFrom,
    /// The tenant that the analyst picked, where the link leaves a choice.
    #[serde(default)]
    pub tenant: Option<TenantId>,
}

/// Where a reference comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum ResolveFrom {
    /// A page's address, in parts as the browser gives them.
    Page(Location),
    /// A link or an id that the analyst pasted. At most 4,096 characters.
    Pasted(String),
}

/// The answer to [`Resolve`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum Resolved {
    /// This one.
    Alert {
        /// The alert.
        key: AlertKey,
    },
    /// A console's page on which no alert is open.
    NoAlert {
        /// The tenants that use this console and that the caller may read.
        tenants: Vec<TenantId>,
    },
    /// The link names an alert but not the tenant, and several use this console: pick one.
    Pick {
        /// What the link says.
        reference: AlertRef,
        /// The choices.
        tenants: Vec<TenantId>,
    },
}

/// `POST /alerts/recent`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields)]
pub struct Recent {
    /// The tenant.
    pub tenant: TenantId,
}

/// One row of a tenant's recent alerts, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct RecentAlert {
    /// The alert.
    pub key: AlertKey,
    /// The vendor's title. Untrusted.
    pub title: String,
    /// The vendor's severity.
    pub severity: crate::alert::SeverityLevel,
    /// The host's name. Untrusted.
    pub host: Option<String>,
    /// When it was created, milliseconds since the epoch.
    pub created_unix_ms: Option<i64>,
}

/// `POST /analyses`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields)]
pub struct Analyse {
    /// Which alert.
    pub alert: AlertKey,
}

/// The answer to [`Analyse`]. The events are at `GET /analyses/{id}/events`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct AnalysisStarted {
    /// The analysis.
    pub id: AnalysisId,
}

/// `POST /hosts/state`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields)]
pub struct ReadHost {
    /// The alert on which the host stands: reading is authorized by it.
    pub alert: AlertKey,
    /// The host.
    pub host: HostId,
}

/// The answer to [`ReadHost`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostNow {
    /// The host's state.
    pub state: crate::action::HostState,
    /// The proposal by which Aside isolated it, from whichever alert; `None` where it is not
    /// isolated, or not by Aside.
    pub isolated_by: Option<crate::approval::Proposal>,
}

/// `POST /alerts/activity`: proposals and audit entries of an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields)]
pub struct ReadActivity {
    /// The alert.
    pub alert: AlertKey,
}

/// The answer to [`ReadActivity`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Activity {
    /// Newest first.
    pub proposals: Vec<crate::approval::Proposal>,
    /// Newest first. Empty for callers who may not read them.
    pub entries: Vec<crate::audit::AuditEntry>,
    /// How far checkpoints cover the chain.
    pub head: crate::audit::AuditHead,
}
