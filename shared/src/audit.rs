//! The audit log as it is read.

use serde::{Deserialize, Serialize};

use crate::alert::AlertKey;
use crate::id::{ProposalId, TenantId};

/// What an audit entry records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum AuditAction {
    /// Somebody signed in.
    SignIn,
    /// A sign-in was refused.
    SignInRefused,
    /// A session ended.
    SignOut,
    /// A refresh token was used twice: the family is revoked.
    TokenReuse,
    /// An account was made, changed or disabled.
    UserChanged,
    /// An alert was shown to somebody.
    AlertRead,
    /// A question was asked.
    Asked,
    /// A model is about to be asked: what is sent, by its digest.
    ModelAsked,
    /// A proposal was opened.
    Proposed,
    /// A person decided.
    Decided,
    /// A request was refused by policy or role.
    Refused,
    /// A call that changes something at the vendor is about to be sent.
    VendorCall,
    /// What the vendor answered, or that the answer was lost.
    VendorAnswer,
    /// How an execution ended or stands.
    Outcome,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct AuditEntry {
    /// Position in the chain, from 1.
    pub seq: u64,
    /// When, milliseconds since the epoch.
    pub at_unix_ms: i64,
    /// The account, or `aside` for what the worker does.
    pub actor: String,
    /// What.
    pub action: AuditAction,
    /// In which tenant.
    pub tenant: Option<TenantId>,
    /// About which alert.
    pub alert: Option<AlertKey>,
    /// About which proposal.
    pub proposal: Option<ProposalId>,
    /// In words. May name what a vendor sent: untrusted.
    pub detail: String,
    /// Hash of this entry, which commits to the one before. 64 hex digits.
    pub hash: String,
}

/// Whether the chain holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct AuditHead {
    /// Entries so far.
    pub count: u64,
    /// Entries that a signed checkpoint covers.
    pub covered: u64,
    /// Hash of the last entry.
    pub head: String,
}
