//! Containment. Accepted again for a host that is contained already: the caller reads the state first.

use std::sync::Arc;

use aside_shared::action::Action;
use aside_shared::id::HostId;
use async_trait::async_trait;
use serde_json::json;

use super::client::{Call, Client};
use crate::platforms::{CallError, HostIsolation};

/// Contains hosts and lifts it.
pub struct Containment {
    /// The respond credential.
    pub respond: Arc<Client>,
}

#[async_trait]
impl HostIsolation for Containment {
    async fn ask(&self, action: Action, host: &HostId) -> Result<(), CallError> {
        let (what, name) = match action {
            Action::IsolateHost => ("contain host", "contain"),
            Action::ReleaseHost => ("lift containment", "lift_containment"),
        };
        let body = json!({ "ids": [host.as_str()] });
        let call = Call {
            what,
            method: "POST",
            path: "/devices/entities/devices-actions/v2",
            query: &[("action_name", name)],
            body: Some(&body),
            scope: "Hosts: write",
        };
        self.respond.change(call).await.map(|_| ())
    }
}
