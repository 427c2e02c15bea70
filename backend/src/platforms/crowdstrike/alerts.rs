//! Reading alerts.

use std::sync::Arc;

use aside_shared::alert::{Alert, AlertKey, SeverityLevel};
use aside_shared::api::RecentAlert;
use aside_shared::id::{AlertId, TenantId};
use aside_shared::instant::Clock;
use async_trait::async_trait;
use serde_json::{Value, json};

use super::client::{Call, Client, resources};
use super::{VENDOR, normalise, wire};
use crate::platforms::{Alerts, PlatformError, PlatformErrorKind};

/// Reads alerts.
pub struct FalconAlerts {
    /// The read credential.
    pub read: Arc<Client>,
}

#[async_trait]
impl Alerts for FalconAlerts {
    async fn alert(&self, key: &AlertKey) -> Result<Alert, PlatformError> {
        let raw = fetch(&self.read, &key.id).await?;
        normalise::alert(key, &raw).map_err(|why| PlatformError {
            kind: PlatformErrorKind::Down,
            detail: format!("{VENDOR}'s alert {} cannot be read: {why}.", key.id),
            vendor_request_id: None,
        })
    }

    async fn recent(
        &self,
        tenant: &TenantId,
        limit: u32,
    ) -> Result<Vec<RecentAlert>, PlatformError> {
        let body = json!({ "sort": "created_timestamp|desc", "limit": limit });
        let call = Call {
            what: "list alerts",
            method: "POST",
            path: "/alerts/combined/alerts/v1",
            query: &[],
            body: Some(&body),
            scope: "Alerts: read",
        };
        let envelope = self.read.read(call).await?;
        Ok(resources(&envelope)
            .iter()
            .filter_map(|raw| row(tenant, raw))
            .collect())
    }
}

/// The raw alert of that id. Ids without a cid before them are asked for as they are.
pub(super) async fn fetch(client: &Client, id: &AlertId) -> Result<Value, PlatformError> {
    let body = json!({ "composite_ids": [id.as_str()] });
    let call = Call {
        what: "read alert",
        method: "POST",
        path: "/alerts/entities/alerts/v2",
        query: &[],
        body: Some(&body),
        scope: "Alerts: read",
    };
    let envelope = client.read(call).await?;
    resources(&envelope)
        .first()
        .cloned()
        .ok_or_else(|| PlatformError {
            kind: PlatformErrorKind::NotFound,
            detail: format!("{VENDOR} has no alert {id}, or the credential may not see it."),
            vendor_request_id: wire::at(&envelope, "meta.trace_id"),
        })
}

fn row(tenant: &TenantId, raw: &Value) -> Option<RecentAlert> {
    let id = wire::at(raw, "composite_id")?;
    Some(RecentAlert {
        key: AlertKey {
            tenant: tenant.clone(),
            platform: super::REGISTRATION.platform.into(),
            id: AlertId(id),
        },
        title: normalise::title(raw),
        severity: normalise::severity(raw)
            .map_or(SeverityLevel::Unknown, |severity| severity.level),
        host: wire::any_at(
            raw,
            &[
                "device.hostname",
                "hostname",
                "computer_name",
                "source_endpoint_host_name",
            ],
        ),
        created_unix_ms: wire::instant(raw, "created_timestamp", Clock::Cloud).map(|at| at.unix_ms),
    })
}
