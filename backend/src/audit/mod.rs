//! The audit log: append-only, hash-chained, with signed checkpoints.
//!
//! Each entry's hash commits to its content and to the entry before it. That alone shows a changed,
//! removed, inserted or reordered entry, but neither a cut tail nor a chain that was computed anew:
//! for these, Ed25519 checkpoints (count, head) are signed by a key outside the database and also
//! written to a second place.

mod checkpoint;
pub mod verify;

use std::sync::Arc;

use aside_shared::alert::AlertKey;
use aside_shared::audit::{AuditAction, AuditEntry};
use aside_shared::id::{ProposalId, TenantId, UserName};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub use checkpoint::{Checkpoint, CheckpointError, Notary, public_key};

use crate::clock::SharedClock;
use crate::store::{Store, StoreError, Write, audit as rows};

/// What is to be recorded.
#[derive(Clone, Debug)]
pub struct Record {
    /// The account, or [`ASIDE`].
    pub actor: String,
    /// What.
    pub action: AuditAction,
    /// Where.
    pub tenant: Option<TenantId>,
    /// About which alert.
    pub alert: Option<AlertKey>,
    /// About which proposal.
    pub proposal: Option<ProposalId>,
    /// In words. No secret, no token.
    pub detail: String,
}

/// The actor of what no person does.
pub const ASIDE: &str = "aside";

impl Record {
    /// A record without tenant, alert or proposal.
    pub fn new(actor: impl Into<String>, action: AuditAction, detail: impl Into<String>) -> Self {
        Self {
            actor: actor.into(),
            action,
            tenant: None,
            alert: None,
            proposal: None,
            detail: detail.into(),
        }
    }

    /// The same, about an alert.
    pub fn on_alert(mut self, alert: &AlertKey) -> Self {
        self.tenant = Some(alert.tenant.clone());
        self.alert = Some(alert.clone());
        self
    }

    /// The same, about a proposal.
    pub fn on_proposal(mut self, proposal: &ProposalId) -> Self {
        self.proposal = Some(proposal.clone());
        self
    }

    /// A checkpoint must follow at once: a decision, or a change at the vendor.
    fn is_weighty(&self) -> bool {
        matches!(
            self.action,
            AuditAction::Decided
                | AuditAction::VendorCall
                | AuditAction::VendorAnswer
                | AuditAction::Outcome
        )
    }
}

/// The hash that an entry must have after the one with hash `previous` (empty for the first).
///
/// Canonical bytes: domain and version, then the compact JSON of an array of the fields in a fixed
/// order, so that no field can run into the next. An alert's own fields come in the order of their
/// names. All of it is written field by field: a map's order, which a feature of the JSON library
/// decides, has no part in it.
pub fn entry_hash(previous: &str, entry: &AuditEntry) -> String {
    let mut hasher = Sha256::new();
    hasher.update(b"aside/audit-entry/1\n");
    hasher.update(canonical(previous, entry));
    hex::encode(hasher.finalize())
}

fn canonical(previous: &str, entry: &AuditEntry) -> String {
    let text = |text: &str| Value::from(text).to_string();
    let or_null = |value: Option<String>| value.unwrap_or_else(|| "null".to_owned());
    let alert = entry.alert.as_ref().map(|alert| {
        format!(
            r#"{{"id":{},"platform":{},"tenant":{}}}"#,
            text(alert.id.as_str()),
            text(alert.platform.as_str()),
            text(alert.tenant.as_str()),
        )
    });
    let fields = [
        text(previous),
        entry.seq.to_string(),
        entry.at_unix_ms.to_string(),
        text(&entry.actor),
        json!(entry.action).to_string(),
        or_null(entry.tenant.as_ref().map(|tenant| text(tenant.as_str()))),
        or_null(alert),
        or_null(entry.proposal.as_ref().map(|id| text(id.as_str()))),
        text(&entry.detail),
    ];
    format!("[{}]", fields.join(","))
}

/// Writes the log.
#[derive(Clone)]
pub struct Audit {
    store: Store,
    clock: SharedClock,
    notary: Arc<Notary>,
}

impl Audit {
    /// A log over a store.
    pub fn new(store: Store, clock: SharedClock, notary: Notary) -> Self {
        Self {
            store,
            clock,
            notary: Arc::new(notary),
        }
    }

    /// Appends within a transaction, so that a change and its entry stand or fall together. Call
    /// [`Audit::settle`] once the transaction is committed. Returns the entry's number.
    pub async fn append(&self, tx: &mut Write<'_>, record: Record) -> Result<u64, StoreError> {
        let (seq, previous) = rows::head(tx).await?;
        let weighty = record.is_weighty();
        let mut entry = AuditEntry {
            seq: seq + 1,
            at_unix_ms: self.clock.now_unix_ms(),
            actor: record.actor,
            action: record.action,
            tenant: record.tenant,
            alert: record.alert,
            proposal: record.proposal,
            detail: record.detail,
            hash: String::new(),
        };
        entry.hash = entry_hash(&previous, &entry);
        rows::insert(tx, &entry).await?;
        if weighty {
            self.notary.ask_to_cover(entry.seq);
        }
        Ok(entry.seq)
    }

    /// Appends in a transaction of its own.
    pub async fn record(&self, record: Record) -> Result<u64, AuditError> {
        let tx = self.store.write().await?;
        self.commit(tx, record).await
    }

    /// Appends as the last of a transaction, commits it, and makes the checkpoint that is due.
    pub async fn commit(&self, mut tx: Write<'_>, record: Record) -> Result<u64, AuditError> {
        let seq = self.append(&mut tx, record).await?;
        tx.commit().await.map_err(StoreError::from)?;
        self.settle().await?;
        Ok(seq)
    }

    /// Whether an entry says that `user` has read the alert.
    pub async fn has_read(&self, user: &UserName, alert: &AlertKey) -> Result<bool, StoreError> {
        self.store.has_read(user, alert).await
    }

    /// Makes the checkpoints that are due: one with every decision and vendor change, and one at
    /// least every 100 entries or 60 s.
    pub async fn settle(&self) -> Result<(), AuditError> {
        self.notary
            .settle(&self.store, self.clock.now_unix_ms())
            .await?;
        Ok(())
    }
}

/// Why the log could not be written.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key or the second place.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hashes of entries as the first version wrote them, computed by another program from the bytes
    /// that [`entry_hash`] describes: a log of then must still verify.
    #[test]
    fn an_entrys_bytes_are_what_they_always_were() {
        let mut entry = AuditEntry {
            seq: 7,
            at_unix_ms: 1_772_461_998_000,
            actor: "k.mora".to_owned(),
            action: AuditAction::Decided,
            tenant: Some("acme".into()),
            alert: Some(AlertKey {
                tenant: "acme".into(),
                platform: "crowdstrike".into(),
                id: "c1:ind:\"a|b\"".into(),
            }),
            proposal: Some("p-1".into()),
            detail: "approved “isolation” of\n\u{1b}host \\ \u{7f}\u{202e}".to_owned(),
            hash: String::new(),
        };
        assert_eq!(
            entry_hash(&"ab".repeat(32), &entry),
            "a835a52c66a294f8b447f83eeeef43032f2fdac7a11eeac8263cbd6999261182"
        );
        entry = AuditEntry {
            seq: 1,
            at_unix_ms: 0,
            actor: ASIDE.to_owned(),
            action: AuditAction::SignIn,
            tenant: None,
            alert: None,
            proposal: None,
            detail: String::new(),
            ..entry
        };
        assert_eq!(
            entry_hash("", &entry),
            "b44471944374c18894b093227013a3cba58d47f9a47ad0e38b709020cba7b8c3"
        );
    }
}
