//! The consoles' pages, in a style of their own, under the consoles' names: the list, an alert, a host, and on demand
//! everything hostile that a page can do to an extension.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Lab,
    crowdstrike::{hosts, render},
    world::locked,
};

/// Falcon's console hosts; the first is the one that links name.
pub const CONSOLE_HOSTS: &[&str] = &[
    "falcon.crowdstrike.com",
    "falcon.us-2.crowdstrike.com",
    "falcon.eu-1.crowdstrike.com",
    "falcon.laggar.gcw.crowdstrike.com",
    "falcon.us-gov-2.crowdstrike.mil",
];

/// A host that is no console.
pub const OTHER_HOST: &str = "not-a-console.example";

const PAGE: &str = include_str!("assets/console.html");
const OTHER_PAGE: &str = include_str!("assets/other.html");
const STYLE: &str = include_str!("assets/console.css");
const SCRIPT: &str = include_str!("assets/console.js");
const HOSTILE: &str = include_str!("assets/hostile.js");
const OTHER_SCRIPT: &str = include_str!("assets/other.js");

/// Strict as the real consoles are said to be: no inline script or style, no frames, no strings into script sinks.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'; require-trusted-types-for 'script'; trusted-types 'none'";
/// The page that frames a given address must be let to try.
const FRAMING_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; frame-src * chrome-extension: moz-extension:; object-src 'none'";

/// The console's routes.
pub fn router(lab: Arc<Lab>) -> Router {
    Router::new()
        .route(
            "/assets/console.css",
            get(|| async { asset("text/css", STYLE) }),
        )
        .route(
            "/assets/console.js",
            get(|| async { asset("text/javascript", SCRIPT) }),
        )
        .route(
            "/assets/hostile.js",
            get(|| async { asset("text/javascript", HOSTILE) }),
        )
        .route(
            "/assets/other.js",
            get(|| async { asset("text/javascript", OTHER_SCRIPT) }),
        )
        .route("/api/console/alerts", get(list))
        .route("/api/console/alert", get(alert))
        .route("/api/console/host", get(host))
        .fallback(page)
        .with_state(lab)
}

fn asset(media: &'static str, text: &'static str) -> Response {
    (
        [
            (header::CONTENT_TYPE, format!("{media}; charset=utf-8")),
            (header::CACHE_CONTROL, "no-store".to_owned()),
        ],
        text,
    )
        .into_response()
}

/// Which site a `Host` header names.
fn site(headers: &HeaderMap) -> Option<&'static str> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if name == OTHER_HOST {
        Some(OTHER_PAGE)
    } else if CONSOLE_HOSTS.contains(&name) || name == "127.0.0.1" || name == "localhost" {
        Some(PAGE)
    } else {
        None
    }
}

async fn page(headers: HeaderMap, uri: Uri) -> Response {
    let Some(page) = site(&headers) else {
        return (
            StatusCode::MISDIRECTED_REQUEST,
            "this host is not served here",
        )
            .into_response();
    };
    if uri.path() == "/favicon.ico" {
        return StatusCode::NO_CONTENT.into_response();
    }
    let frames = form_urlencoded::parse(uri.query().unwrap_or("").as_bytes())
        .any(|(name, _)| name == "frame");
    let policy = if page == OTHER_PAGE || frames {
        FRAMING_POLICY
    } else {
        POLICY
    };
    (
        [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::CACHE_CONTROL, "no-store"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "same-origin"),
        ],
        page,
    )
        .into_response()
}

/// The list's rows: what a list shows, not the whole records.
async fn list(State(lab): State<Arc<Lab>>) -> Response {
    let mut rows: Vec<Value> = locked(&lab.falcon.alerts)
        .values()
        .filter(|alert| alert["cid"] == lab.falcon.cid.as_str() && alert["show_in_ui"] != false)
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

async fn alert(State(lab): State<Arc<Lab>>, Query(by): Query<ById>) -> Response {
    let found = locked(&lab.falcon.alerts).get(&by.id).cloned();
    match found {
        Some(alert) => {
            let host = alert["device"]["device_id"].as_str().and_then(|id| lab.world.host_index(id)).map(|index| {
                let state = lab.world.host(index);
                json!({ "status": hosts::status_word(state.containment), "online": state.online })
            });
            axum::Json(json!({ "alert": alert, "host": host })).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn host(State(lab): State<Arc<Lab>>, Query(by): Query<ById>) -> Response {
    match lab.world.host_index(&by.id) {
        Some(index) => axum::Json(json!({ "device": render::device(&lab.world, &lab.falcon, index), "online": lab.world.host(index).online })).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
