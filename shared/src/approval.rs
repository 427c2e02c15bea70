//! Proposals, the one view that is shown of them, and the digest that binds a decision to it.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::action::{Action, Isolation};
use crate::alert::AlertKey;
use crate::id::{EvidenceId, HostId, ProposalId, TenantId, UserName};

/// All that an approval sheet shows, and nothing that ticks. The panel renders the sheet from this
/// alone, computes [`ApprovalView::digest`] itself and sends it with the decision; the backend
/// recomputes it and accepts no other. Field order is part of the canonical form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct ApprovalView {
    /// Version of the canonical form: [`VIEW_VERSION`].
    pub version: u32,
    /// The proposal.
    pub proposal: ProposalId,
    /// What will be done.
    pub action: Action,
    /// Which tenant.
    pub tenant: TenantId,
    /// `Falcon`.
    pub platform_label: String,
    /// `eu-1`, or the address that is configured.
    pub place: String,
    /// The service account as the vendor knows it.
    pub service_account: String,
    /// The alert it comes from.
    pub alert: AlertKey,
    /// The host.
    pub host: HostId,
    /// Its name as the vendor reports it now. Untrusted.
    pub host_name: Option<String>,
    /// What it is for. Untrusted.
    pub host_role: Option<String>,
    /// Its state when the sheet was made.
    pub isolation: Isolation,
    /// Whether its agent talks to the vendor.
    pub online: Option<bool>,
    /// When the vendor last saw it, milliseconds since the epoch.
    pub last_seen_unix_ms: Option<i64>,
    /// When that was read, milliseconds since the epoch.
    pub read_unix_ms: i64,
    /// What its users notice.
    pub for_users: String,
    /// What will happen, step by step.
    pub will_happen: Vec<String>,
    /// What counts as done.
    pub verified_by: String,
    /// How it is taken back.
    pub undone_by: String,
    /// What Aside cannot know and the approver should.
    pub caveats: Vec<String>,
    /// Who may approve, in words: `Needs 1 responder or lead`.
    pub policy: String,
    /// The rule of the policy that says so.
    pub policy_rule: String,
    /// Whether only a lead may approve.
    pub needs_lead: bool,
    /// Why it is proposed. May quote evidence: untrusted.
    pub because: String,
    /// What that rests on.
    pub evidence: Vec<EvidenceId>,
    /// Who opened it.
    pub opened_by: UserName,
    /// Void from then on, milliseconds since the epoch.
    pub expires_unix_ms: i64,
}

/// The canonical form's version.
pub const VIEW_VERSION: u32 = 1;

const DOMAIN: &[u8] = b"aside/approval-view/";

impl ApprovalView {
    /// Domain, version, and the compact JSON of the fields in their declared order: no maps, no
    /// floating point, so the same value has one form in wasm and natively.
    pub fn canonical_bytes(&self) -> Vec<u8> {
        let mut bytes = DOMAIN.to_vec();
        bytes.extend_from_slice(self.version.to_string().as_bytes());
        bytes.push(b'\n');
        let json = serde_json::to_vec(self)
            .unwrap_or_else(|_| unreachable!("no map, no foreign Serialize"));
        bytes.extend_from_slice(&json);
        bytes
    }

    /// SHA-256 of [`ApprovalView::canonical_bytes`].
    pub fn digest(&self) -> ViewDigest {
        ViewDigest(hex::encode(Sha256::digest(self.canonical_bytes())))
    }
}

/// 64 lower-case hex digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(transparent)]
pub struct ViewDigest(pub String);

impl ViewDigest {
    /// The first 16 digits in groups of four, as the sheet shows it.
    pub fn short(&self) -> String {
        let digits: Vec<char> = self.0.chars().take(16).collect();
        digits
            .chunks(4)
            .map(|four| four.iter().collect::<String>())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// `POST /proposals`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields)]
pub struct Propose {
    /// The alert it comes from.
    pub alert: AlertKey,
    /// What to do.
    pub action: Action,
    /// To which host; it must be one of the alert's.
    pub host: HostId,
}

/// `POST /proposals/{id}/decision`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields)]
pub struct Decide {
    /// What was decided.
    pub decision: Decision,
    /// The digest of exactly what was shown.
    pub digest: ViewDigest,
}

/// What a person decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Do it.
    Approve,
    /// Do not.
    Decline,
}

/// A proposal as anybody who may read its alert sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Proposal {
    /// What is shown and decided on. After the decision: what was shown.
    pub view: ApprovalView,
    /// Where it stands.
    pub status: ProposalStatus,
    /// What the caller may do with it now.
    pub may: May,
    /// What has been done, oldest first; steps to come follow as `waiting`.
    pub steps: Vec<ExecutionStep>,
    /// The proposal that takes this one back, if one was opened.
    pub undone_by: Option<ProposalId>,
    /// Number of changes so far: a stream of updates is resumed from it.
    pub revision: u64,
}

/// What the caller may do with a proposal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct May {
    /// Approve or decline it.
    pub decide: bool,
    /// Why not, in one sentence.
    pub decide_refused: Option<String>,
    /// Open the proposal that takes it back.
    pub undo: bool,
    /// Why not, where the reader would expect it.
    pub undo_refused: Option<String>,
    /// Ask the vendor again after verification was given up.
    pub check_again: bool,
}

/// Where a proposal stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum ProposalStatus {
    /// Waits for a decision.
    Open,
    /// A person said no.
    Declined {
        /// Who.
        by: UserName,
        /// When, milliseconds since the epoch.
        at_unix_ms: i64,
    },
    /// Nobody decided in time.
    Expired,
    /// What it was about changed before anybody decided; nothing was sent.
    Void {
        /// What changed.
        reason: String,
    },
    /// Approved: the outbox has it.
    Running {
        /// Who approved.
        by: UserName,
    },
    /// The vendor reports the wanted state.
    Verified {
        /// When, milliseconds since the epoch.
        at_unix_ms: i64,
    },
    /// The vendor accepted, or gave no clear answer, and does not report the wanted state (yet).
    NotVerified {
        /// What the reader must assume: `treat the host as connected`.
        reason: String,
        /// Whether Aside still asks.
        still_checking: bool,
    },
    /// Approved, and nothing was sent: the state check before acting found that there was nothing to
    /// do or that it must not be done, or it could not be sent in time.
    Stopped {
        /// What was found.
        reason: String,
    },
    /// The vendor refused.
    Failed {
        /// Its words, made safe.
        reason: String,
    },
}

impl ProposalStatus {
    /// Nothing more will happen by itself.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Open | Self::Running { .. } => false,
            Self::NotVerified { still_checking, .. } => !still_checking,
            _ => true,
        }
    }
}

/// One step of an execution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct ExecutionStep {
    /// `Approved by k.mora`, `State read: normal`, `Falcon accepted` ...
    pub text: String,
    /// How it stands.
    pub state: StepState,
    /// When, milliseconds since the epoch.
    pub at_unix_ms: Option<i64>,
    /// The audit entry, where there is one.
    pub audit_seq: Option<u64>,
}

/// How a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Done.
    Done,
    /// Under way.
    Now,
    /// To come.
    Waiting,
    /// It did not work.
    Failed,
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn view() -> ApprovalView {
        ApprovalView {
            version: VIEW_VERSION,
            proposal: "p-1".into(),
            action: Action::IsolateHost,
            tenant: "acme".into(),
            platform_label: "Falcon".to_owned(),
            place: "eu-1".to_owned(),
            service_account: "aside-respond".to_owned(),
            alert: AlertKey {
                tenant: "acme".into(),
                platform: "crowdstrike".into(),
                id: "a".into(),
            },
            host: "h".into(),
            host_name: Some("FIN-LT-204".to_owned()),
            host_role: None,
            isolation: Isolation::None,
            online: Some(true),
            last_seen_unix_ms: None,
            read_unix_ms: 5,
            for_users: String::new(),
            will_happen: vec!["Read the state".to_owned()],
            verified_by: String::new(),
            undone_by: String::new(),
            caveats: vec![],
            policy: String::new(),
            policy_rule: String::new(),
            needs_lead: false,
            because: String::new(),
            evidence: vec![],
            opened_by: "k.mora".into(),
            expires_unix_ms: 7,
        }
    }

    #[test]
    fn the_digest_changes_with_anything_that_is_shown() {
        let shown = view();
        let json = serde_json::to_value(&shown).unwrap();
        for (field, value) in json.as_object().unwrap() {
            let mut other = json.clone();
            other[field] = match value {
                serde_json::Value::String(text) if field == "action" => {
                    assert_eq!(text, "isolate_host");
                    "release_host".into()
                }
                serde_json::Value::String(_) if field == "isolation" => "isolated".into(),
                serde_json::Value::String(text) => format!("{text}x").into(),
                serde_json::Value::Number(n) => (n.as_i64().unwrap() + 1).into(),
                serde_json::Value::Bool(flag) => (!flag).into(),
                serde_json::Value::Null if field == "last_seen_unix_ms" => 1.into(),
                serde_json::Value::Null => "x".into(),
                serde_json::Value::Array(_) => serde_json::json!(["x"]),
                serde_json::Value::Object(key) => {
                    let mut key = key.clone();
                    key.insert("id".to_owned(), "b".into());
                    key.into()
                }
            };
            let other: ApprovalView = serde_json::from_value(other).unwrap();
            assert_ne!(
                other.digest(),
                shown.digest(),
                "{field} is not bound by the digest"
            );
        }
    }

    #[test]
    fn a_view_survives_the_wire_with_its_digest() {
        let shown = view();
        let back: ApprovalView =
            serde_json::from_slice(&serde_json::to_vec(&shown).unwrap()).unwrap();
        assert_eq!(back.digest(), shown.digest());
        assert_eq!(shown.digest().short().len(), 19);
    }
}
