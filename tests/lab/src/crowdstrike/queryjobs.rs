//! Next-Gen SIEM query jobs: started, polled until done, stopped.

use serde_json::{Value, json};

use super::{
    Call, Falcon, basis,
    cql::{self, Outcome, Refusal},
    envelope::Reply,
    fql,
};
use crate::world::locked;

/// Repositories that a tenant has.
pub const REPOSITORIES: &[&str] = &[
    "search-all",
    "investigate_view",
    "third-party",
    "xdr",
    "falcon_for_it_view",
    "forensics_view",
];
/// Those of them that see endpoint telemetry.
const WITH_TELEMETRY: &[&str] = &["search-all", "investigate_view"];
/// What a start may hold; the second list has an effect in the vendor's engine that the lab does not simulate.
pub const START_MEMBERS: &[&str] = &[
    "queryString",
    "start",
    "end",
    "isLive",
    "timeZone",
    "timeZoneOffsetMinutes",
    "autobucketCount",
    "allowEventSkipping",
    "useIngestTime",
    "ingestStart",
    "ingestEnd",
    "arguments",
    "around",
];
const NOT_SIMULATED: &[&str] = &[
    "useIngestTime",
    "ingestStart",
    "ingestEnd",
    "arguments",
    "around",
];
/// A job that nobody polls is gone after so long.
const UNPOLLED_MS: i64 = 90_000;

/// A job.
#[derive(Debug, Clone)]
pub struct Job {
    repository: String,
    cid: String,
    query: String,
    start: i64,
    end: i64,
    outcome: Outcome,
    started_at: i64,
    ready_at: i64,
    polled_at: i64,
    polls: u32,
}

/// `POST /humio/api/v1/repositories/{repository}/queryjobs`.
pub fn start(falcon: &Falcon, call: &Call) -> Reply {
    try_start(falcon, call).unwrap_or_else(|refusal| refusal)
}

fn repository(call: &Call) -> Result<String, Reply> {
    let name = call.arguments.first().cloned().unwrap_or_default();
    if REPOSITORIES.contains(&name.as_str()) {
        Ok(name)
    } else {
        Err(Reply::refuse(
            basis::JOB_REPOSITORY,
            400,
            format!("repository {name:?} not found"),
        ))
    }
}

fn try_start(falcon: &Falcon, call: &Call) -> Result<Reply, Reply> {
    let repository = repository(call)?;
    let now = falcon.world.clock.now_ms();
    let text = call
        .body
        .get("queryString")
        .and_then(Value::as_str)
        .ok_or_else(|| Reply::refuse(basis::JOB_MEMBERS, 400, "queryString must be a text"))?;
    match call.body.get("isLive") {
        None | Some(Value::Bool(false)) => {}
        Some(Value::Bool(true)) => {
            return Err(Reply::refuse(
                basis::JOB_LACK,
                400,
                "the lab does not simulate live queries",
            ));
        }
        Some(_) => {
            return Err(Reply::refuse(
                basis::JOB_MEMBERS,
                400,
                "isLive must be true or false",
            ));
        }
    }
    let asked = |name: &&&str| {
        !matches!(
            call.body.get(**name),
            None | Some(Value::Null | Value::Bool(false))
        )
    };
    if let Some(name) = NOT_SIMULATED.iter().find(asked) {
        let what = format!("the lab does not simulate {name}");
        return Err(Reply::refuse(basis::JOB_LACK, 400, what));
    }
    let start = bound(call.body.get("start"), now, now - 86_400_000, "start")?;
    let end = bound(call.body.get("end"), now, now, "end")?;
    if start > end {
        return Err(Reply::refuse(
            basis::JOB_WINDOW,
            400,
            "start must not be after end",
        ));
    }
    let outcome =
        match cql::parse(text) {
            Ok(query) => {
                let seen = WITH_TELEMETRY.contains(&repository.as_str());
                query.run(falcon.telemetry.iter().filter(|row| {
                    seen && row.cid == call.cid && (start..=end).contains(&row.at_ms)
                }))
            }
            Err(Refusal::Nonsense) => Outcome {
                events: Vec::new(),
                aggregate: false,
                field_order: Vec::new(),
            },
            Err(Refusal::Broken(what)) => {
                return Err(Reply::refuse(
                    basis::JOB_SYNTAX,
                    400,
                    format!("query error: {what}"),
                ));
            }
            Err(Refusal::NotSimulated(what)) => {
                return Err(Reply::refuse(
                    basis::CQL_LACK,
                    400,
                    format!("the lab does not simulate {what}"),
                ));
            }
        };
    let id = format!("P{}-{}", falcon.fresh(1), falcon.fresh(24));
    let job = Job {
        repository,
        cid: call.cid.clone(),
        query: text.to_owned(),
        start,
        end,
        outcome,
        started_at: now,
        ready_at: now + falcon.chance(500, 3_000),
        polled_at: now,
        polls: 0,
    };
    let mut jobs = locked(&falcon.jobs);
    jobs.retain(|_, job| now - job.polled_at <= UNPOLLED_MS);
    jobs.insert(id.clone(), job);
    Ok(Reply::json(
        200,
        json!({ "id": id, "hashedQueryOnView": falcon.fresh(32) }),
    ))
}

/// Epoch milliseconds, or a span back from now (`7d`).
fn bound(value: Option<&Value>, now: i64, otherwise: i64, name: &str) -> Result<i64, Reply> {
    let refuse = || {
        Reply::refuse(
            basis::JOB_WINDOW,
            400,
            format!("{name} must be epoch milliseconds or a span such as 7d"),
        )
    };
    match value {
        None | Some(Value::Null) => Ok(otherwise),
        Some(Value::Number(number)) => number.as_i64().ok_or_else(refuse),
        Some(Value::String(text)) if text == "now" => Ok(now),
        Some(Value::String(text)) => {
            let text = text.trim();
            if let Ok(number) = text.parse() {
                return Ok(number);
            }
            fql::instant(&format!("now-{text}"), now).ok_or_else(refuse)
        }
        Some(_) => Err(refuse()),
    }
}

fn job_id(call: &Call) -> &str {
    call.arguments.get(1).map_or("", String::as_str)
}

/// `GET /humio/api/v1/repositories/{repository}/queryjobs/{id}`.
pub fn status(falcon: &Falcon, call: &Call) -> Reply {
    let now = falcon.world.clock.now_ms();
    let mut jobs = locked(&falcon.jobs);
    jobs.retain(|_, job| now - job.polled_at <= UNPOLLED_MS);
    let Some(job) = jobs
        .get_mut(job_id(call))
        .filter(|job| job.cid == call.cid && Some(&job.repository) == call.arguments.first())
    else {
        return Reply::refuse(basis::JOB_GONE, 404, "query job not found");
    };
    job.polls += 1;
    job.polled_at = now;
    // The first poll never finds the work done.
    let done = job.polls > 1 && now >= job.ready_at;
    let events = if done {
        job.outcome.events.clone()
    } else {
        Vec::new()
    };
    let order = &job.outcome.field_order;
    let body = json!({
        "cancelled": false,
        "done": done,
        "events": events,
        "filesUsed": [],
        "filterMatches": [],
        "queryEventDistribution": null,
        "metaData": {
            "eventCount": if done { job.outcome.events.len() } else { 0 },
            "processedEvents": if done { falcon.telemetry.len() } else { 0 },
            "processedBytes": if done { falcon.telemetry.len() * 900 } else { 0 },
            "totalWork": 4,
            "workDone": if done { 4 } else { 1 },
            "fieldOrder": if order.is_empty() { Value::Null } else { json!(order) },
            "isAggregate": job.outcome.aggregate,
            "pollAfter": if done { 1_000 } else { (job.ready_at - now).clamp(50, 500) },
            "warning": null,
            "warnings": [],
            "costs": null,
            "digestFlow": null,
            "extraData": { "hasMoreEvents": "false" },
            "queuedMillis": 0,
            "querySpent": null,
            "quotaTotalSpent": null,
            "responderVHost": 1,
            "resultBufferSize": 0,
            "timeMillis": (now - job.started_at).max(0),
            "queryStart": job.start,
            "queryEnd": job.end,
            "filterQuery": { "queryString": job.query, "start": job.start, "end": job.end },
        },
        "warnings": [],
    });
    Reply::json(200, body)
}

/// `DELETE /humio/api/v1/repositories/{repository}/queryjobs/{id}`.
pub fn stop(falcon: &Falcon, call: &Call) -> Reply {
    let mut jobs = locked(&falcon.jobs);
    match jobs.get(job_id(call)) {
        Some(job) if job.cid == call.cid && Some(&job.repository) == call.arguments.first() => {
            jobs.remove(job_id(call));
            Reply::empty(200)
        }
        _ => Reply::refuse(basis::JOB_GONE, 404, "query job not found"),
    }
}
