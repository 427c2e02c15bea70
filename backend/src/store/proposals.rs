//! Proposals, their steps, and the outbox.

use aside_shared::action::Action;
use aside_shared::alert::AlertKey;
use aside_shared::approval::{ApprovalView, ExecutionStep, ProposalStatus, StepState};
use aside_shared::id::{HostId, ProposalId, TenantId, UserName};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Store, StoreError, Write, from_text, to_text, unsigned};
use crate::respond::execution::Execution;

/// A proposal as it is stored.
#[derive(Clone, Debug)]
pub struct StoredProposal {
    /// What was shown.
    pub view: ApprovalView,
    /// Where it stands.
    pub status: ProposalStatus,
    /// When it was opened, milliseconds since the epoch.
    pub opened_unix_ms: i64,
    /// Who approved or declined.
    pub decided_by: Option<UserName>,
    /// The proposal that this one takes back.
    pub undoes: Option<ProposalId>,
    /// Number of changes.
    pub revision: u64,
}

impl StoredProposal {
    /// Its id.
    pub fn id(&self) -> &ProposalId {
        &self.view.proposal
    }
}

/// Stores a new proposal.
pub async fn insert(tx: &mut Write<'_>, proposal: &StoredProposal) -> Result<(), StoreError> {
    let view = &proposal.view;
    sqlx::query(
        "INSERT INTO proposals (id, tenant, host, action, alert, view, status, opened_unix_ms, expires_unix_ms, undoes)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(view.proposal.as_str())
    .bind(view.tenant.as_str())
    .bind(view.host.as_str())
    .bind(to_text("action", &view.action)?)
    .bind(to_text("alert", &view.alert)?)
    .bind(to_text("view", view)?)
    .bind(to_text("status", &proposal.status)?)
    .bind(proposal.opened_unix_ms)
    .bind(view.expires_unix_ms)
    .bind(proposal.undoes.as_ref().map(ProposalId::as_str))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The proposal of that id, read within a transaction that will change it.
pub async fn find(
    tx: &mut Write<'_>,
    id: &ProposalId,
) -> Result<Option<StoredProposal>, StoreError> {
    let row = sqlx::query("SELECT * FROM proposals WHERE id = ?")
        .bind(id.as_str())
        .fetch_optional(&mut **tx)
        .await?;
    row.as_ref().map(proposal).transpose()
}

/// The live proposal for (tenant, host, action), if there is one.
pub async fn find_live(
    tx: &mut Write<'_>,
    tenant: &TenantId,
    host: &HostId,
    action: Action,
) -> Result<Option<StoredProposal>, StoreError> {
    let row = sqlx::query(
        "SELECT * FROM proposals WHERE tenant = ? AND host = ? AND action = ? AND live = 1",
    )
    .bind(tenant.as_str())
    .bind(host.as_str())
    .bind(to_text("action", &action)?)
    .fetch_optional(&mut **tx)
    .await?;
    row.as_ref().map(proposal).transpose()
}

/// Changes a proposal's status; it is live until the status is final.
pub async fn set_status(
    tx: &mut Write<'_>,
    id: &ProposalId,
    status: &ProposalStatus,
    decided_by: Option<&UserName>,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE proposals SET status = ?, live = ?, decided_by = COALESCE(?, decided_by), revision = revision + 1
         WHERE id = ?",
    )
    .bind(to_text("status", status)?)
    .bind(i64::from(!status.is_final()))
    .bind(decided_by.map(UserName::as_str))
    .bind(id.as_str())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Records a step.
pub async fn add_step(
    tx: &mut Write<'_>,
    id: &ProposalId,
    step: &ExecutionStep,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO proposal_steps (proposal, number, text, state, at_unix_ms, audit_seq)
         SELECT ?1, 1 + COUNT(*), ?2, ?3, ?4, ?5 FROM proposal_steps WHERE proposal = ?1",
    )
    .bind(id.as_str())
    .bind(&step.text)
    .bind(to_text("step", &step.state)?)
    .bind(step.at_unix_ms.unwrap_or_default())
    .bind(step.audit_seq.and_then(|seq| i64::try_from(seq).ok()))
    .execute(&mut **tx)
    .await?;
    count_change(tx, id).await
}

/// A stream of updates is resumed from this number.
async fn count_change(tx: &mut Write<'_>, id: &ProposalId) -> Result<(), StoreError> {
    sqlx::query("UPDATE proposals SET revision = revision + 1 WHERE id = ?")
        .bind(id.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The outbox entry of a proposal, read within a transaction that will change it.
pub async fn find_execution(
    tx: &mut Write<'_>,
    id: &ProposalId,
) -> Result<Option<Execution>, StoreError> {
    let row = sqlx::query("SELECT state FROM executions WHERE proposal = ?")
        .bind(id.as_str())
        .fetch_optional(&mut **tx)
        .await?;
    row.map(|row| from_text("execution", row.try_get("state")?))
        .transpose()
}

/// Puts an execution into the outbox, or saves it there; one that has nothing left to do is taken out.
pub async fn save_execution(
    tx: &mut Write<'_>,
    id: &ProposalId,
    execution: &Execution,
) -> Result<(), StoreError> {
    let Some(due_unix_ms) = execution.due() else {
        sqlx::query("DELETE FROM executions WHERE proposal = ?")
            .bind(id.as_str())
            .execute(&mut **tx)
            .await?;
        return count_change(tx, id).await;
    };
    sqlx::query(
        "INSERT INTO executions (proposal, state, due_unix_ms) VALUES (?1, ?2, ?3)
             ON CONFLICT (proposal) DO UPDATE SET state = ?2, due_unix_ms = ?3",
    )
    .bind(id.as_str())
    .bind(to_text("execution", execution)?)
    .bind(due_unix_ms)
    .execute(&mut **tx)
    .await?;
    count_change(tx, id).await
}

/// Takes the lease on what is due first: nobody else works on it until the lease ends or is given back.
/// An entry that cannot be read is taken too, so that it can be put off and blocks nobody else's.
pub async fn claim_due(
    tx: &mut Write<'_>,
    owner: &str,
    now_unix_ms: i64,
    lease_ends_unix_ms: i64,
) -> Result<Option<(ProposalId, Result<Execution, StoreError>)>, StoreError> {
    let row = sqlx::query(
        "UPDATE executions SET lease_owner = ?1, lease_unix_ms = ?3 WHERE proposal = (
             SELECT proposal FROM executions WHERE due_unix_ms <= ?2 AND (lease_unix_ms <= ?2 OR lease_owner = ?1)
             ORDER BY due_unix_ms LIMIT 1)
         RETURNING proposal, state",
    )
    .bind(owner)
    .bind(now_unix_ms)
    .bind(lease_ends_unix_ms)
    .fetch_optional(&mut **tx)
    .await?;
    row.map(|row| {
        let state: String = row.try_get("state")?;
        Ok((
            ProposalId(row.try_get("proposal")?),
            from_text("execution", &state),
        ))
    })
    .transpose()
}

/// Makes a lease last longer; `false` if it is not `owner`'s any more.
pub async fn renew_lease(
    tx: &mut Write<'_>,
    id: &ProposalId,
    owner: &str,
    lease_ends_unix_ms: i64,
) -> Result<bool, StoreError> {
    let renewed = sqlx::query(
        "UPDATE executions SET lease_unix_ms = ? WHERE proposal = ? AND lease_owner = ?",
    )
    .bind(lease_ends_unix_ms)
    .bind(id.as_str())
    .bind(owner)
    .execute(&mut **tx)
    .await?;
    Ok(renewed.rows_affected() > 0)
}

/// Gives a lease back, if it is still `owner`'s, and makes the entry due later.
pub async fn postpone(
    tx: &mut Write<'_>,
    id: &ProposalId,
    owner: &str,
    due_unix_ms: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE executions SET due_unix_ms = ?, lease_owner = NULL, lease_unix_ms = 0
         WHERE proposal = ? AND lease_owner = ?",
    )
    .bind(due_unix_ms)
    .bind(id.as_str())
    .bind(owner)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Gives a lease back, if it is still `owner`'s.
pub async fn release_lease(
    tx: &mut Write<'_>,
    id: &ProposalId,
    owner: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE executions SET lease_owner = NULL, lease_unix_ms = 0 WHERE proposal = ? AND lease_owner = ?",
    )
    .bind(id.as_str())
    .bind(owner)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

impl Store {
    /// The proposal of that id.
    pub async fn proposal(&self, id: &ProposalId) -> Result<Option<StoredProposal>, StoreError> {
        let row = sqlx::query("SELECT * FROM proposals WHERE id = ?")
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(proposal).transpose()
    }

    /// An alert's proposals, newest first.
    pub async fn proposals_of_alert(
        &self,
        alert: &AlertKey,
    ) -> Result<Vec<StoredProposal>, StoreError> {
        let rows = sqlx::query("SELECT * FROM proposals WHERE alert = ? ORDER BY opened_unix_ms DESC, rowid DESC LIMIT 100")
            .bind(to_text("alert", alert)?)
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(proposal).collect()
    }

    /// The recorded steps of a proposal.
    pub async fn steps(&self, id: &ProposalId) -> Result<Vec<ExecutionStep>, StoreError> {
        let rows = sqlx::query("SELECT * FROM proposal_steps WHERE proposal = ? ORDER BY number")
            .bind(id.as_str())
            .fetch_all(&self.readers)
            .await?;
        rows.iter()
            .map(|row| {
                let state: String = row.try_get("state")?;
                let state: StepState = from_text("step", &state)?;
                Ok(ExecutionStep {
                    text: row.try_get("text")?,
                    state,
                    at_unix_ms: Some(row.try_get("at_unix_ms")?),
                    audit_seq: row
                        .try_get::<Option<i64>, _>("audit_seq")?
                        .map(|seq| unsigned("audit number", seq))
                        .transpose()?,
                })
            })
            .collect()
    }

    /// The outbox entry of a proposal.
    pub async fn execution(&self, id: &ProposalId) -> Result<Option<Execution>, StoreError> {
        let row = sqlx::query("SELECT state FROM executions WHERE proposal = ?")
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| from_text("execution", row.try_get("state")?))
            .transpose()
    }

    /// When the next outbox entry is due, milliseconds since the epoch.
    pub async fn next_due(&self) -> Result<Option<i64>, StoreError> {
        let row = sqlx::query("SELECT MIN(MAX(due_unix_ms, lease_unix_ms)) AS due FROM executions")
            .fetch_one(&self.readers)
            .await?;
        Ok(row.try_get("due")?)
    }

    /// The proposal that takes `id` back: the live or verified one, if there is one.
    pub async fn undo_of(&self, id: &ProposalId) -> Result<Option<StoredProposal>, StoreError> {
        let row = sqlx::query("SELECT * FROM proposals WHERE undoes = ? ORDER BY live DESC, opened_unix_ms DESC LIMIT 1")
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(proposal).transpose()
    }

    /// The proposal by which Aside acted on this host last, whichever alert it came from.
    pub async fn last_act(
        &self,
        tenant: &TenantId,
        host: &HostId,
    ) -> Result<Option<StoredProposal>, StoreError> {
        // In the order of their approvals: the audit entry of an approval is that of its first step.
        let rows = sqlx::query(
            "SELECT * FROM proposals WHERE tenant = ? AND host = ? AND decided_by IS NOT NULL
             ORDER BY (SELECT MIN(audit_seq) FROM proposal_steps WHERE proposal = id) DESC",
        )
        .bind(tenant.as_str())
        .bind(host.as_str())
        .fetch_all(&self.readers)
        .await?;
        for row in &rows {
            let proposal = proposal(row)?;
            let acted = matches!(
                proposal.status,
                ProposalStatus::Running { .. }
                    | ProposalStatus::Verified { .. }
                    | ProposalStatus::NotVerified { .. }
            );
            if acted {
                return Ok(Some(proposal));
            }
        }
        Ok(None)
    }
}

fn proposal(row: &SqliteRow) -> Result<StoredProposal, StoreError> {
    let view: String = row.try_get("view")?;
    let status: String = row.try_get("status")?;
    Ok(StoredProposal {
        view: from_text("view", &view)?,
        status: from_text("status", &status)?,
        opened_unix_ms: row.try_get("opened_unix_ms")?,
        decided_by: row
            .try_get::<Option<String>, _>("decided_by")?
            .map(UserName),
        undoes: row.try_get::<Option<String>, _>("undoes")?.map(ProposalId),
        revision: unsigned("revision", row.try_get("revision")?)?,
    })
}
