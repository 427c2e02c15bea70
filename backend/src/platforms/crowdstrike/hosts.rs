//! A host as it is now.

use std::sync::Arc;

use aside_shared::action::{HostState, Isolation};
use aside_shared::id::HostId;
use aside_shared::instant::Clock;
use async_trait::async_trait;
use serde_json::{Value, json};

use super::client::{Call, Client, resources};
use super::{VENDOR, wire};
use crate::platforms::{Hosts, PlatformError, PlatformErrorKind};

/// Reads hosts.
pub struct FalconHosts {
    /// The read credential.
    pub read: Arc<Client>,
}

#[async_trait]
impl Hosts for FalconHosts {
    async fn state(&self, host: &HostId, now_unix_ms: i64) -> Result<HostState, PlatformError> {
        let body = json!({ "ids": [host.as_str()] });
        let details = Call {
            what: "read host",
            method: "POST",
            path: "/devices/entities/devices/v2",
            query: &[],
            body: Some(&body),
            scope: "Hosts: read",
        };
        let online = Call {
            what: "read whether the host is online",
            method: "GET",
            path: "/devices/entities/online-state/v1",
            query: &[("ids", host.as_str())],
            body: None,
            scope: "Hosts: read",
        };
        let (details, online) = tokio::join!(self.read.read(details), self.read.read(online));
        let details = details?;
        let device = resources(&details)
            .iter()
            .find(|it| wire::at(it, "device_id").as_deref() == Some(host.as_str()));
        let Some(device) = device else {
            return Err(PlatformError {
                kind: PlatformErrorKind::NotFound,
                detail: format!("{VENDOR} has no host {host}."),
                vendor_request_id: None,
            });
        };
        // Whether it is online is a help, not a must.
        let online = online.ok().and_then(|online| {
            resources(&online)
                .first()
                .and_then(|it| wire::at(it, "state"))
        });
        Ok(HostState {
            id: host.clone(),
            name: wire::at(device, "hostname"),
            role: wire::at(device, "product_type_desc"),
            isolation: isolation(device),
            online: match online.as_deref() {
                Some("online") => Some(true),
                Some("offline") => Some(false),
                _ => None,
            },
            last_seen_unix_ms: wire::instant(device, "last_seen", Clock::Cloud)
                .map(|at| at.unix_ms),
            // Falcon names nobody.
            last_actor: None,
            read_unix_ms: now_unix_ms,
        })
    }
}

fn isolation(device: &Value) -> Isolation {
    match wire::at(device, "status").as_deref() {
        Some("normal") => Isolation::None,
        Some("containment_pending") => Isolation::Isolating,
        Some("contained") => Isolation::Isolated,
        Some("lift_containment_pending") => Isolation::Releasing,
        _ => Isolation::Unknown,
    }
}
