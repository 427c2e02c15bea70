//! Notes are comments on the alert.

use std::sync::Arc;

use aside_shared::id::AlertId;
use async_trait::async_trait;
use serde_json::json;

use super::client::{Call, Client};
use super::{alerts, wire};
use crate::platforms::{CallError, Notes, PlatformError};

/// Reads and writes comments.
pub struct Comments {
    /// The read credential.
    pub read: Arc<Client>,
    /// The respond credential.
    pub respond: Arc<Client>,
}

#[async_trait]
impl Notes for Comments {
    async fn has(&self, alert: &AlertId, marker: &str) -> Result<bool, PlatformError> {
        let raw = alerts::fetch(&self.read, alert).await?;
        Ok(wire::list(&raw, "comments")
            .iter()
            .any(|it| wire::at(it, "value").is_some_and(|text| text.contains(marker))))
    }

    async fn write(&self, alert: &AlertId, text: &str) -> Result<(), CallError> {
        let body = json!({
            "composite_ids": [alert.as_str()],
            "action_parameters": [{ "name": "append_comment", "value": text }],
        });
        let call = Call {
            what: "comment on alert",
            method: "PATCH",
            path: "/alerts/entities/alerts/v3",
            query: &[],
            body: Some(&body),
            scope: "Alerts: write",
        };
        self.respond.change(call).await.map(|_| ())
    }
}
