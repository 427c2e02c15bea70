//! Rows of the audit log. There is no update and no delete here.

use aside_shared::alert::AlertKey;
use aside_shared::audit::{AuditAction, AuditEntry, AuditHead};
use aside_shared::id::{ProposalId, TenantId, UserName};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Store, StoreError, Write, from_text, to_text, unsigned};
use crate::audit::Checkpoint;

/// Number and hash of the last entry: 0 and empty for an empty log.
pub async fn head(tx: &mut Write<'_>) -> Result<(u64, String), StoreError> {
    let row = sqlx::query("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
        .fetch_optional(&mut **tx)
        .await?;
    read_head_row(row)
}

/// The same, outside a transaction.
pub async fn read_head(store: &Store) -> Result<(u64, String), StoreError> {
    let row = sqlx::query("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
        .fetch_optional(&store.readers)
        .await?;
    read_head_row(row)
}

fn read_head_row(row: Option<SqliteRow>) -> Result<(u64, String), StoreError> {
    match row {
        Some(row) => Ok((
            unsigned("audit number", row.try_get("seq")?)?,
            row.try_get("hash")?,
        )),
        None => Ok((0, String::new())),
    }
}

/// Appends an entry.
pub async fn insert(tx: &mut Write<'_>, entry: &AuditEntry) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO audit (seq, at_unix_ms, actor, action, tenant, alert, proposal, detail, hash)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(i64::try_from(entry.seq).unwrap_or(i64::MAX))
    .bind(entry.at_unix_ms)
    .bind(&entry.actor)
    .bind(to_text("audit action", &entry.action)?)
    .bind(entry.tenant.as_ref().map(TenantId::as_str))
    .bind(
        entry
            .alert
            .as_ref()
            .map(|alert| to_text("audit alert", alert))
            .transpose()?,
    )
    .bind(entry.proposal.as_ref().map(ProposalId::as_str))
    .bind(&entry.detail)
    .bind(&entry.hash)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores a checkpoint.
pub async fn insert_checkpoint(
    tx: &mut Write<'_>,
    checkpoint: &Checkpoint,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO checkpoints (count, head, at_unix_ms, signature) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING")
        .bind(i64::try_from(checkpoint.count).unwrap_or(i64::MAX))
        .bind(&checkpoint.head)
        .bind(checkpoint.at_unix_ms)
        .bind(&checkpoint.signature)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

impl Store {
    /// The whole log, oldest first.
    pub async fn audit_log(&self) -> Result<Vec<AuditEntry>, StoreError> {
        let rows = sqlx::query("SELECT * FROM audit ORDER BY seq")
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(entry).collect()
    }

    /// The entries after `seq`, oldest first, at most `limit`.
    pub async fn audit_after(&self, seq: u64, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        let rows = sqlx::query("SELECT * FROM audit WHERE seq > ? ORDER BY seq LIMIT ?")
            .bind(i64::try_from(seq).unwrap_or(i64::MAX))
            .bind(limit)
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(entry).collect()
    }

    /// An alert's entries, newest first, at most 200.
    pub async fn audit_of_alert(&self, alert: &AlertKey) -> Result<Vec<AuditEntry>, StoreError> {
        let rows = sqlx::query("SELECT * FROM audit WHERE alert = ? ORDER BY seq DESC LIMIT 200")
            .bind(to_text("audit alert", alert)?)
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(entry).collect()
    }

    /// Whether an entry says that `user` has read the alert.
    pub async fn has_read(&self, user: &UserName, alert: &AlertKey) -> Result<bool, StoreError> {
        let row = sqlx::query(
            "SELECT EXISTS (SELECT 1 FROM audit WHERE alert = ? AND actor = ? AND action = ?) AS found",
        )
        .bind(to_text("audit alert", alert)?)
        .bind(user.as_str())
        .bind(to_text("audit action", &AuditAction::AlertRead)?)
        .fetch_one(&self.readers)
        .await?;
        Ok(row.try_get("found")?)
    }

    /// All checkpoints, oldest first.
    pub async fn checkpoints(&self) -> Result<Vec<Checkpoint>, StoreError> {
        let rows = sqlx::query("SELECT * FROM checkpoints ORDER BY count")
            .fetch_all(&self.readers)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Checkpoint {
                    count: unsigned("checkpoint", row.try_get("count")?)?,
                    head: row.try_get("head")?,
                    at_unix_ms: row.try_get("at_unix_ms")?,
                    signature: row.try_get("signature")?,
                })
            })
            .collect()
    }

    /// How long the log is and how far checkpoints cover it.
    pub async fn audit_head(&self) -> Result<AuditHead, StoreError> {
        let (count, head) = read_head(self).await?;
        let row = sqlx::query("SELECT COALESCE(MAX(count), 0) AS covered FROM checkpoints")
            .fetch_one(&self.readers)
            .await?;
        Ok(AuditHead {
            count,
            head,
            covered: unsigned("checkpoint", row.try_get("covered")?)?,
        })
    }
}

fn entry(row: &SqliteRow) -> Result<AuditEntry, StoreError> {
    let alert: Option<String> = row.try_get("alert")?;
    let action: String = row.try_get("action")?;
    Ok(AuditEntry {
        seq: unsigned("audit number", row.try_get("seq")?)?,
        at_unix_ms: row.try_get("at_unix_ms")?,
        actor: row.try_get("actor")?,
        action: from_text("audit action", &action)?,
        tenant: row.try_get::<Option<String>, _>("tenant")?.map(TenantId),
        alert: alert
            .map(|text| from_text("audit alert", &text))
            .transpose()?,
        proposal: row
            .try_get::<Option<String>, _>("proposal")?
            .map(ProposalId),
        detail: row.try_get("detail")?,
        hash: row.try_get("hash")?,
    })
}
