//! Who the caller is and what may be done.

use serde::{Deserialize, Serialize};

use crate::action::TenantAccess;
use crate::id::UserName;

/// What a user may do, held by (user, tenant). Roles do not include one another except as said here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads and asks.
    Viewer,
    /// Also proposes.
    Analyst,
    /// Also approves.
    Responder,
    /// Also approves what needs a lead.
    Lead,
    /// Configures and sees users. Reads no alerts by that alone.
    Admin,
    /// Reads the audit log. Reads no alerts by that alone.
    Auditor,
}

impl Role {
    /// May read alerts and ask.
    pub fn reads(self) -> bool {
        matches!(
            self,
            Self::Viewer | Self::Analyst | Self::Responder | Self::Lead
        )
    }

    /// May propose an action.
    pub fn proposes(self) -> bool {
        matches!(self, Self::Analyst | Self::Responder | Self::Lead)
    }

    /// May approve what `needs_lead` or not.
    pub fn approves(self, needs_lead: bool) -> bool {
        self == Self::Lead || (self == Self::Responder && !needs_lead)
    }

    /// `viewer`, `analyst` ...
    pub fn word(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Analyst => "analyst",
            Self::Responder => "responder",
            Self::Lead => "lead",
            Self::Admin => "admin",
            Self::Auditor => "auditor",
        }
    }
}

/// How far a tenant's rollout has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Aside only reads.
    #[default]
    Observe,
    /// People approve actions.
    Assist,
}

impl Phase {
    /// `Observe`, `Assist`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Observe => "Observe",
            Self::Assist => "Assist",
        }
    }
}

/// `POST /auth/login`
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// The account.
    pub user: UserName,
    /// Its password. Never logged: this type has no `Debug`.
    pub password: String,
}

/// `POST /auth/refresh`
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    /// The refresh token, used once.
    pub refresh_token: String,
    /// Random, chosen by the client for this request: a repeat within 10 seconds with the same id
    /// gets the same answer once.
    pub request_id: String,
}

/// A session's tokens. Opaque; they never reach a content script. No `Debug`: never logged.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// `Authorization: Bearer` for some minutes.
    pub access_token: String,
    /// Seconds for which `access_token` is good.
    pub access_expires_in_s: u32,
    /// For the next pair, once.
    pub refresh_token: String,
    /// When the session ends regardless, milliseconds since the epoch.
    pub session_ends_unix_ms: i64,
}

/// `GET /me`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Me {
    /// The account.
    pub user: UserName,
    /// What it may do where. Tenants where it has no role are not listed.
    pub tenants: Vec<TenantAccess>,
}
