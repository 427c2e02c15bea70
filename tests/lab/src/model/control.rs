//! The control's part for the model: its manner, its record, its release.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::{Query, State, rejection::JsonRejection},
    http::StatusCode,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::json;

use super::{Model, setting::Setting};
use crate::control::{Answer, body_of, ok, refuse};

/// The routes below `/model`.
pub fn router<S: Clone + Send + Sync + 'static>(model: Arc<Model>) -> Router<S> {
    Router::new()
        .route("/", get(setting).post(set))
        .route("/requests", get(requests).delete(forget))
        .route("/requests/wait", get(wait))
        .route("/release", post(release))
        .with_state(model)
}

async fn setting(State(model): State<Arc<Model>>) -> Answer {
    ok(json!(model.setting()))
}

/// `POST /model`: a whole new setting; what it does not name is as at the start.
async fn set(
    State(model): State<Arc<Model>>,
    body: Result<Json<Setting>, JsonRejection>,
) -> Answer {
    let setting = body_of(body)?;
    if let Some(why) = setting.refusal() {
        return refuse(StatusCode::BAD_REQUEST, why);
    }
    model.set(setting);
    ok(json!(model.setting()))
}

async fn requests(State(model): State<Arc<Model>>) -> Answer {
    ok(json!(model.record.all()))
}

async fn forget(State(model): State<Arc<Model>>) -> Answer {
    model.record.clear();
    ok(json!({}))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Wait {
    count: usize,
    timeout_ms: u64,
}

impl Default for Wait {
    fn default() -> Self {
        Self {
            count: 1,
            timeout_ms: 10_000,
        }
    }
}

/// `GET /model/requests/wait?count=&timeout_ms=`: 200 when so many are there, 408 when not in time.
async fn wait(State(model): State<Arc<Model>>, Query(wait): Query<Wait>) -> Answer {
    let arrived = model.record.wait(|_| true, wait.count);
    match tokio::time::timeout(Duration::from_millis(wait.timeout_ms), arrived).await {
        Ok(entries) => ok(json!(entries)),
        Err(_) => refuse(
            StatusCode::REQUEST_TIMEOUT,
            format!("fewer than {} requests arrived", wait.count),
        ),
    }
}

/// `POST /model/release`: what is held goes on.
async fn release(State(model): State<Arc<Model>>) -> Answer {
    model.release();
    ok(json!({}))
}
