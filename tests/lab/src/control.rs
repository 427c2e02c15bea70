//! The tests' own door to the lab: state, recorded requests, faults, and changes behind everybody's back.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::{Path, Query, State, rejection::JsonRejection},
    http::StatusCode,
    routing::{delete, get, post},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    Lab,
    clock::{rfc3339_ms, rfc3339_ns},
    crowdstrike::{PLATFORM, hosts, operations, other_kinds, render},
    faults::Fault,
    scenario::{fleet::Role, hostile},
    world::{Containment, locked},
};

type Answer = Result<(StatusCode, Json<Value>), (StatusCode, Json<Value>)>;

fn ok(value: Value) -> Answer {
    Ok((StatusCode::OK, Json(value)))
}

fn refuse(status: StatusCode, what: impl Into<String>) -> Answer {
    Err((status, Json(json!({ "error": what.into() }))))
}

fn body_of<T>(body: Result<Json<T>, JsonRejection>) -> Result<T, (StatusCode, Json<Value>)> {
    body.map(|Json(body)| body).map_err(|rejection| {
        (
            StatusCode::BAD_REQUEST,
            Json(json!({ "error": rejection.body_text() })),
        )
    })
}

/// The control's routes.
pub fn router(lab: Arc<Lab>) -> Router {
    Router::new()
        .route("/state", get(state))
        .route("/scenarios", get(scenarios))
        .route("/specimens", get(specimens))
        .route("/requests", get(requests).delete(forget))
        .route("/requests/wait", get(wait))
        .route("/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/release", post(release))
        .route("/hosts/{id}", post(change_host))
        .route("/alerts", post(inject))
        .route("/alerts/{id}", get(alert).delete(withdraw))
        .route("/tokens/expire", post(expire))
        .route("/tokens", delete(expire))
        .route("/reset", post(reset))
        .with_state(lab)
}

fn role_word(role: Role) -> &'static str {
    match role {
        Role::Workstation => "Workstation",
        Role::Server => "Server",
        Role::DomainController => "Domain Controller",
    }
}

/// `GET /state`: hosts with containment, alerts with status, comments and tags, and what was done.
async fn state(State(lab): State<Arc<Lab>>) -> Answer {
    let hosts: Vec<Value> = lab
        .world
        .fleet
        .hosts
        .iter()
        .enumerate()
        .map(|(index, host)| {
            let state = lab.world.host(index);
            json!({
                "id": host.id,
                "hostname": host.hostname,
                "cid": lab.falcon.cid_of(host),
                "platform_name": render::platform_word(host.system),
                "product_type_desc": role_word(host.role),
                "containment": hosts::status_word(state.containment),
                "online": state.online,
                "changed": rfc3339_ms(state.changed_at),
            })
        })
        .collect();
    let alerts: Vec<Value> = locked(&lab.falcon.alerts)
        .values()
        .map(|alert| {
            let mut short = Map::new();
            for name in [
                "composite_id",
                "cid",
                "product",
                "agent_id",
                "status",
                "show_in_ui",
                "tags",
                "comments",
                "assigned_to_name",
                "updated_timestamp",
            ] {
                if let Some(value) = alert.get(name) {
                    short.insert(name.to_owned(), value.clone());
                }
            }
            Value::Object(short)
        })
        .collect();
    ok(
        json!({ "seed": lab.world.seed, "now": rfc3339_ms(lab.world.clock.now_ms()), "hosts": hosts, "alerts": alerts, "actions": lab.world.actions() }),
    )
}

/// `GET /scenarios`: by name, the alerts and the host.
async fn scenarios(State(lab): State<Arc<Lab>>) -> Answer {
    let mut named = Map::new();
    for story in &lab.world.scenarios {
        let host = &lab.world.fleet.hosts[story.host];
        let ids: Vec<String> = (0..story.detections.len())
            .map(|index| render::composite_id(&lab.world, &lab.falcon, story, index))
            .collect();
        let value = json!({
            "platform": PLATFORM,
            "composite_ids": ids,
            "host_id": host.id,
            "hostname": host.hostname,
            "product_type_desc": role_word(host.role),
            "online": lab.world.host(story.host).online,
            "user": story.user.name,
        });
        named.insert(story.name.clone(), value);
    }
    ok(Value::Object(named))
}

/// `GET /specimens`: one alert of each other kind, and the hostile ones by field and payload.
async fn specimens(State(lab): State<Arc<Lab>>) -> Answer {
    let mut kinds = Map::new();
    {
        let alerts = locked(&lab.falcon.alerts);
        for kind in other_kinds::KINDS {
            let newest = alerts
                .values()
                .filter(|alert| alert["product"] == *kind)
                .max_by_key(|alert| alert["timestamp"].as_str().map(str::to_owned));
            if let Some(alert) = newest {
                kinds.insert((*kind).to_owned(), alert["composite_id"].clone());
            }
        }
    }
    let told = lab.world.hostile.iter().map(|story| {
        let id = render::composite_id(&lab.world, &lab.falcon, story, 0);
        (
            story.name.trim_start_matches("hostile-").to_owned(),
            json!(id),
        )
    });
    let others = other_kinds::hostile_alerts(&lab.world, &lab.falcon)
        .into_iter()
        .map(|(name, alert)| (name, alert["composite_id"].clone()));
    let hostile: Map<String, Value> = told.chain(others).collect();
    let payloads: Map<String, Value> = hostile::PAYLOADS
        .iter()
        .map(|(name, text)| ((*name).to_owned(), json!(text)))
        .collect();
    ok(json!({ "kinds": kinds, "hostile": hostile, "payloads": payloads }))
}

async fn requests(State(lab): State<Arc<Lab>>) -> Answer {
    ok(json!(lab.world.record.all()))
}

async fn forget(State(lab): State<Arc<Lab>>) -> Answer {
    lab.world.record.clear();
    ok(json!({}))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wait {
    operation: String,
    #[serde(default = "Wait::one")]
    count: usize,
    #[serde(default = "Wait::time")]
    timeout_ms: u64,
}

impl Wait {
    fn one() -> usize {
        1
    }

    fn time() -> u64 {
        10_000
    }
}

/// `GET /requests/wait?operation=&count=&timeout_ms=`: 200 when they have arrived, 408 when not in time.
async fn wait(State(lab): State<Arc<Lab>>, Query(wait): Query<Wait>) -> Answer {
    if !operations::ids().contains(&wait.operation.as_str()) {
        return refuse(
            StatusCode::BAD_REQUEST,
            format!("operation {:?} is not simulated", wait.operation),
        );
    }
    let arrived = lab.world.record.wait(&wait.operation, wait.count);
    match tokio::time::timeout(Duration::from_millis(wait.timeout_ms), arrived).await {
        Ok(entries) => ok(json!(entries)),
        Err(_) => refuse(
            StatusCode::REQUEST_TIMEOUT,
            format!(
                "fewer than {} requests of {} arrived",
                wait.count, wait.operation
            ),
        ),
    }
}

async fn faults(State(lab): State<Arc<Lab>>) -> Answer {
    ok(json!(lab.world.faults.all()))
}

async fn add_fault(
    State(lab): State<Arc<Lab>>,
    body: Result<Json<Fault>, JsonRejection>,
) -> Answer {
    let fault = body_of(body)?;
    if fault.platform != PLATFORM {
        return refuse(
            StatusCode::BAD_REQUEST,
            format!("platform {:?} is not simulated", fault.platform),
        );
    }
    if let Some(why) = fault.refusal(&operations::ids()) {
        return refuse(StatusCode::BAD_REQUEST, why);
    }
    lab.world.faults.add(fault);
    Ok((StatusCode::CREATED, Json(json!({}))))
}

async fn clear_faults(State(lab): State<Arc<Lab>>) -> Answer {
    lab.world.faults.clear();
    ok(json!({}))
}

async fn release(State(lab): State<Arc<Lab>>) -> Answer {
    lab.world.faults.release();
    ok(json!({}))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HostChange {
    #[serde(default)]
    containment: Option<String>,
    #[serde(default)]
    online: Option<bool>,
}

/// `POST /hosts/{id}`: as another console user, or as the host's cable.
async fn change_host(
    State(lab): State<Arc<Lab>>,
    Path(id): Path<String>,
    body: Result<Json<HostChange>, JsonRejection>,
) -> Answer {
    let change = body_of(body)?;
    let Some(index) = lab.world.host_index(&id) else {
        return refuse(StatusCode::NOT_FOUND, "no such host");
    };
    let containment: Option<Containment> = match change.containment.as_deref() {
        None => None,
        Some(word) => match hosts::containment_of(word) {
            Some(containment) => Some(containment),
            None => {
                return refuse(
                    StatusCode::BAD_REQUEST,
                    "containment is normal, containment_pending, contained or lift_containment_pending",
                );
            }
        },
    };
    lab.world.set_host(index, containment, change.online);
    lab.world.log(
        "host_changed",
        &id,
        "another console user",
        true,
        Some(json!({ "containment": change.containment, "online": change.online })),
    );
    let state = lab.world.host(index);
    ok(
        json!({ "id": id, "containment": hosts::status_word(state.containment), "online": state.online }),
    )
}

/// `POST /alerts`: a raw alert as it is; what identifies it is filled in when it is missing.
async fn inject(State(lab): State<Arc<Lab>>, body: Result<Json<Value>, JsonRejection>) -> Answer {
    let Value::Object(mut alert) = body_of(body)? else {
        return refuse(StatusCode::BAD_REQUEST, "an alert is an object");
    };
    let now = lab.world.clock.now_ms();
    let cid = alert
        .get("cid")
        .and_then(Value::as_str)
        .unwrap_or(&lab.falcon.cid)
        .to_owned();
    let id = match (
        alert.get("composite_id").and_then(Value::as_str),
        alert.get("id").and_then(Value::as_str),
    ) {
        (Some(id), _) => id.to_owned(),
        (None, Some(id)) => format!("{cid}:{id}"),
        (None, None) => format!(
            "{cid}:ind:{}:{}-10000-1",
            lab.falcon.fresh(32),
            lab.falcon.chance(1_000_000_000, 9_000_000_000)
        ),
    };
    alert.entry("cid").or_insert_with(|| json!(cid));
    alert.insert("composite_id".to_owned(), json!(id));
    alert
        .entry("timestamp")
        .or_insert_with(|| json!(rfc3339_ms(now)));
    alert
        .entry("created_timestamp")
        .or_insert_with(|| json!(rfc3339_ns(now, 1)));
    alert
        .entry("updated_timestamp")
        .or_insert_with(|| json!(rfc3339_ns(now, 1)));
    locked(&lab.falcon.alerts).insert(id.clone(), Value::Object(alert));
    Ok((StatusCode::CREATED, Json(json!({ "composite_id": id }))))
}

async fn alert(State(lab): State<Arc<Lab>>, Path(id): Path<String>) -> Answer {
    match locked(&lab.falcon.alerts).get(&id) {
        Some(alert) => ok(alert.clone()),
        None => refuse(StatusCode::NOT_FOUND, "no such alert"),
    }
}

async fn withdraw(State(lab): State<Arc<Lab>>, Path(id): Path<String>) -> Answer {
    match locked(&lab.falcon.alerts).remove(&id) {
        Some(_) => ok(json!({})),
        None => refuse(StatusCode::NOT_FOUND, "no such alert"),
    }
}

async fn expire(State(lab): State<Arc<Lab>>) -> Answer {
    ok(json!({ "expired": lab.falcon.expire_tokens() }))
}

async fn reset(State(lab): State<Arc<Lab>>) -> Answer {
    lab.reset();
    ok(json!({}))
}
