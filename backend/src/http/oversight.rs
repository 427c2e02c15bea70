//! What auditors and administrators read.

use aside_shared::audit::{AuditEntry, AuditHead};
use aside_shared::id::TenantId;
use aside_shared::problem::{Problem, ProblemKind};
use axum::Json;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};

use super::{App, Fault};
use crate::auth::access::{Access, Need};

/// `GET /audit?after=<seq>`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct After {
    #[serde(default)]
    after: u64,
}

/// A page of the log.
#[derive(Serialize)]
pub struct Page {
    /// Oldest first, at most 500, of the caller's tenants.
    entries: Vec<AuditEntry>,
    /// The number to ask after for the next page; absent at the end.
    next: Option<u64>,
    head: AuditHead,
}

const PAGE: u32 = 500;

/// The log of the tenants where the caller is auditor; entries without a tenant for auditors of all.
pub async fn audit(
    State(app): State<App>,
    access: Access,
    after: Result<Query<After>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Page>, Fault> {
    let Query(After { after }) =
        after.map_err(|e| Problem::new(ProblemKind::BadRequest, e.body_text()))?;
    let everywhere = access.require(&"*".into(), Need::Audit);
    let may_read = |tenant: &TenantId| access.require(tenant, Need::Audit).is_ok();
    let everywhere = match app.tenants.keys().any(may_read) {
        true => everywhere.is_ok(),
        false => everywhere.map(|()| true)?,
    };
    let mut entries = app.store.audit_after(after, PAGE).await?;
    let next = entries
        .last()
        .map(|last| last.seq)
        .filter(|_| entries.len() >= PAGE as usize);
    entries.retain(|entry| match &entry.tenant {
        Some(tenant) => may_read(tenant),
        None => everywhere,
    });
    Ok(Json(Page {
        entries,
        next,
        head: app.store.audit_head().await?,
    }))
}

/// An account as an administrator sees it.
#[derive(Serialize)]
pub struct User {
    name: String,
    disabled: bool,
    roles: Vec<String>,
}

/// `GET /users`
pub async fn users(State(app): State<App>, access: Access) -> Result<Json<Vec<User>>, Fault> {
    access.require(&"*".into(), Need::Administer)?;
    let accounts = app.store.accounts().await?;
    Ok(Json(
        accounts
            .into_iter()
            .map(|(account, grants)| User {
                name: account.name.0,
                disabled: account.disabled,
                roles: grants
                    .iter()
                    .map(|grant| format!("{}@{}", grant.role.word(), grant.tenant))
                    .collect(),
            })
            .collect(),
    ))
}
