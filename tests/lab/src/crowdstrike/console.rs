//! Falcon's console: a page in a style of its own, and what its script asks for: the list, an alert, a host.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Falcon, hosts, render};
use crate::{console::Site, world::locked};

/// The console's names, a cloud each; the first is the one that links name.
const HOSTS: &[&str] = &[
    "falcon.crowdstrike.com",
    "falcon.us-2.crowdstrike.com",
    "falcon.eu-1.crowdstrike.com",
    "falcon.laggar.gcw.crowdstrike.com",
    "falcon.us-gov-2.crowdstrike.mil",
];

/// The site.
pub fn site(falcon: Arc<Falcon>) -> Site {
    Site {
        hosts: HOSTS,
        page: include_str!("assets/console.html"),
        style: include_str!("assets/console.css"),
        script: include_str!("assets/console.js"),
        data: Router::new()
            .route("/api/console/alerts", get(list))
            .route("/api/console/alert", get(alert))
            .route("/api/console/host", get(host))
            .with_state(falcon),
    }
}

/// The list's rows: what a list shows, not the whole records.
async fn list(State(falcon): State<Arc<Falcon>>) -> Response {
    let mut rows: Vec<Value> = locked(&falcon.alerts)
        .values()
        .filter(|alert| alert["cid"] == falcon.cid.as_str() && alert["show_in_ui"] != false)
        .map(|alert| {
            let line: String = alert["cmdline"]
                .as_str()
                .unwrap_or("")
                .chars()
                .take(300)
                .collect();
            json!({
                "composite_id": alert["composite_id"],
                "link": link_path(alert),
                "display_name": alert["display_name"],
                "severity": alert["severity"],
                "severity_name": alert["severity_name"],
                "status": alert["status"],
                "product": alert["product"],
                "tactic": alert["tactic"],
                "technique": alert["technique"],
                "filename": alert["filename"],
                "cmdline": line,
                "hostname": alert["device"]["hostname"],
                "user_name": alert["user_name"],
                "timestamp": alert["timestamp"],
            })
        })
        .collect();
    rows.sort_by(|one, other| other["timestamp"].as_str().cmp(&one["timestamp"].as_str()));
    axum::Json(rows).into_response()
}

/// The path of an alert's link: the vendor's own where the record has one.
fn link_path(alert: &Value) -> String {
    let known = alert["falcon_host_link"]
        .as_str()
        .and_then(|link| link.split_once("://"))
        .and_then(|(_, rest)| rest.split_once('/'))
        .map(|(_, path)| format!("/{path}"));
    known.unwrap_or_else(|| {
        format!(
            "/activity-v2/detections/{}",
            alert["composite_id"].as_str().unwrap_or("")
        )
    })
}

#[derive(Debug, Deserialize)]
struct ById {
    id: String,
}

async fn alert(State(falcon): State<Arc<Falcon>>, Query(by): Query<ById>) -> Response {
    let found = locked(&falcon.alerts).get(&by.id).cloned();
    match found {
        Some(alert) => {
            let host = alert["device"]["device_id"].as_str().and_then(|id| falcon.world.host_index(id)).map(|index| {
                let state = falcon.world.host(index);
                json!({ "status": hosts::status_word(state.containment), "online": state.online })
            });
            axum::Json(json!({ "alert": alert, "host": host })).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn host(State(falcon): State<Arc<Falcon>>, Query(by): Query<ById>) -> Response {
    match falcon.world.host_index(&by.id) {
        Some(index) => axum::Json(json!({ "device": render::device(&falcon.world, &falcon, index), "online": falcon.world.host(index).online })).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
