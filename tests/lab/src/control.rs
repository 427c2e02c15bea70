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
    Lab, clock::rfc3339_ms, faults::Fault, happened, model, platform::Platform, record::ApiRequest,
    scenario::hostile, world::Containment,
};

pub(crate) type Answer = Result<(StatusCode, Json<Value>), (StatusCode, Json<Value>)>;

pub(crate) fn ok(value: Value) -> Answer {
    Ok((StatusCode::OK, Json(value)))
}

pub(crate) fn refuse(status: StatusCode, what: impl Into<String>) -> Answer {
    Err((status, Json(json!({ "error": what.into() }))))
}

pub(crate) fn body_of<T>(
    body: Result<Json<T>, JsonRejection>,
) -> Result<T, (StatusCode, Json<Value>)> {
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
        .route("/hosts/{id}/happened", get(happened))
        .route("/alerts", post(inject))
        .route("/alerts/{id}", get(alert).delete(withdraw))
        .route("/tokens/expire", post(expire))
        .route("/tokens", delete(expire))
        .route("/reset", post(reset))
        .nest("/model", model::control::router(lab.model.clone()))
        .with_state(lab)
}

/// A containment in the control's words.
const CONTAINMENTS: &[(Containment, &str)] = &[
    (Containment::Normal, "normal"),
    (Containment::Pending, "containment_pending"),
    (Containment::Contained, "contained"),
    (Containment::Lifting, "lift_containment_pending"),
];

fn word(containment: Containment) -> &'static str {
    CONTAINMENTS
        .iter()
        .find(|(known, _)| *known == containment)
        .map_or("", |(_, word)| word)
}

/// Which platform is meant; without a name the first.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Of {
    platform: Option<String>,
}

fn platform_of(lab: &Lab, of: &Of) -> Result<Arc<dyn Platform>, (StatusCode, Json<Value>)> {
    let found = match &of.platform {
        Some(name) => lab.platform(name),
        None => lab.platforms.first(),
    };
    found.cloned().ok_or_else(|| {
        let what = format!("platform {:?} is not simulated", of.platform);
        (StatusCode::BAD_REQUEST, Json(json!({ "error": what })))
    })
}

/// `GET /state`: hosts with containment, alerts with status, comments and tags, and what was done.
async fn state(State(lab): State<Arc<Lab>>) -> Answer {
    let hosts = lab.world.fleet.hosts.iter().enumerate();
    let hosts: Vec<Value> = hosts
        .map(|(index, host)| {
            let state = lab.world.host(index);
            json!({
                "id": host.id,
                "hostname": host.hostname,
                "system": host.system,
                "role": host.role,
                "member": host.member,
                "containment": word(state.containment),
                "online": state.online,
                "changed": rfc3339_ms(state.changed_at),
            })
        })
        .collect();
    let mut alerts = Vec::new();
    for platform in &lab.platforms {
        for mut alert in platform.alerts() {
            alert["platform"] = json!(platform.name());
            alerts.push(alert);
        }
    }
    ok(
        json!({ "seed": lab.world.seed, "now": rfc3339_ms(lab.world.clock.now_ms()), "hosts": hosts, "alerts": alerts, "actions": lab.world.actions() }),
    )
}

/// `GET /scenarios?platform=`: by name, the alerts and the host.
async fn scenarios(State(lab): State<Arc<Lab>>, Query(of): Query<Of>) -> Answer {
    let platform = platform_of(&lab, &of)?;
    let mut named = Map::new();
    for story in &lab.world.scenarios {
        let host = &lab.world.fleet.hosts[story.host];
        let mut told = platform.ids_of(story);
        for (name, value) in [
            ("platform", json!(platform.name())),
            ("host_id", json!(host.id)),
            ("hostname", json!(host.hostname)),
            ("role", json!(host.role)),
            ("online", json!(lab.world.host(story.host).online)),
            ("user", json!(story.user.name)),
        ] {
            told.insert(name.to_owned(), value);
        }
        named.insert(story.name.clone(), Value::Object(told));
    }
    ok(Value::Object(named))
}

/// `GET /specimens?platform=`: one alert of each other kind, the hostile ones by field and payload, and the character that
/// goes out as half a surrogate pair where an injected alert holds it.
async fn specimens(State(lab): State<Arc<Lab>>, Query(of): Query<Of>) -> Answer {
    let mut told = platform_of(&lab, &of)?.specimens();
    let payloads: Map<String, Value> = hostile::PAYLOADS
        .iter()
        .map(|(name, text)| ((*name).to_owned(), json!(text)))
        .collect();
    told.insert("payloads".to_owned(), Value::Object(payloads));
    told.insert(
        "lone_surrogate".to_owned(),
        json!(hostile::LONE_SURROGATE.to_string()),
    );
    ok(Value::Object(told))
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
    let known =
        |platform: &Arc<dyn Platform>| platform.operations().contains(&wait.operation.as_str());
    if !lab.platforms.iter().any(known) {
        return refuse(
            StatusCode::BAD_REQUEST,
            format!("operation {:?} is not simulated", wait.operation),
        );
    }
    let is_wanted = |call: &ApiRequest| call.operation == Some(wait.operation.as_str());
    let arrived = lab.world.record.wait(is_wanted, wait.count);
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
    let of = Of {
        platform: Some(fault.platform.clone()),
    };
    if let Some(why) = fault.refusal(&platform_of(&lab, &of)?.operations()) {
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

/// `GET /hosts/{id}/happened`: all that the stories tell of a host, in no vendor's words.
async fn happened(State(lab): State<Arc<Lab>>, Path(id): Path<String>) -> Answer {
    match lab.world.host_index(&id) {
        Some(index) => ok(happened::on_host(&lab.world, index)),
        None => refuse(StatusCode::NOT_FOUND, "no such host"),
    }
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
    let known = |word: &str| CONTAINMENTS.iter().find(|(_, known)| *known == word);
    let containment = match change.containment.as_deref().map(known) {
        None => None,
        Some(Some((containment, _))) => Some(*containment),
        Some(None) => {
            let words: Vec<&str> = CONTAINMENTS.iter().map(|(_, word)| *word).collect();
            return refuse(
                StatusCode::BAD_REQUEST,
                format!("containment is one of {}", words.join(", ")),
            );
        }
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
    ok(json!({ "id": id, "containment": word(state.containment), "online": state.online }))
}

/// `POST /alerts?platform=`: a raw alert as it is; what identifies it is filled in when it is missing.
async fn inject(
    State(lab): State<Arc<Lab>>,
    Query(of): Query<Of>,
    body: Result<Json<Value>, JsonRejection>,
) -> Answer {
    let platform = platform_of(&lab, &of)?;
    let Value::Object(alert) = body_of(body)? else {
        return refuse(StatusCode::BAD_REQUEST, "an alert is an object");
    };
    let id = platform.inject(alert);
    Ok((StatusCode::CREATED, Json(json!({ "composite_id": id }))))
}

async fn alert(State(lab): State<Arc<Lab>>, Path(id): Path<String>) -> Answer {
    match lab.platforms.iter().find_map(|it| it.alert(&id)) {
        Some(alert) => ok(alert),
        None => refuse(StatusCode::NOT_FOUND, "no such alert"),
    }
}

async fn withdraw(State(lab): State<Arc<Lab>>, Path(id): Path<String>) -> Answer {
    if lab.platforms.iter().any(|it| it.withdraw(&id)) {
        ok(json!({}))
    } else {
        refuse(StatusCode::NOT_FOUND, "no such alert")
    }
}

async fn expire(State(lab): State<Arc<Lab>>) -> Answer {
    let expired: usize = lab.platforms.iter().map(|it| it.expire_tokens()).sum();
    ok(json!({ "expired": expired }))
}

async fn reset(State(lab): State<Arc<Lab>>) -> Answer {
    lab.reset();
    ok(json!({}))
}
