//! The hosts service: lists, details, online state, containment.

use serde_json::{Map, Value, json};

use super::{
    Call, Falcon, basis,
    envelope::{Refused, Reply, meta},
    fql::{self, Dialect, Filter},
    render,
};
use crate::world::{Containment, locked};

const SERVICE: &str = "device-api";
/// Most ids of a details call.
const MOST_DETAILS: usize = 5_000;
/// Most hosts of one action.
const MOST_ACTED: usize = 100;
/// Offset and limit of the plain query end here.
const DEEPEST: i64 = 10_000;
/// A scroll token lives two minutes.
const SCROLL_MS: i64 = 120_000;

/// Where a scroll goes on.
#[derive(Debug, Clone)]
pub struct Scroll {
    /// The list as it was when the scroll began.
    ids: Vec<String>,
    next: usize,
    expires_ms: i64,
    cid: String,
}

/// The tenant's hosts as device entities, in the fleet's order.
fn devices(falcon: &Falcon, cid: &str) -> Vec<Value> {
    falcon
        .world
        .fleet
        .hosts
        .iter()
        .enumerate()
        .filter(|(_, host)| falcon.cid_of(host) == cid)
        .map(|(index, _)| render::device(&falcon.world, falcon, index))
        .collect()
}

fn select(falcon: &Falcon, call: &Call) -> Result<Vec<Value>, Reply> {
    let filter: Filter = fql::parse(call.parameter("filter").unwrap_or(""), Dialect::Hosts)
        .map_err(|error| Reply::refuse(error.basis, 400, error.to_string()))?;
    let now = falcon.world.clock.now_ms();
    let mut found = devices(falcon, &call.cid);
    let sort = match call.parameter("sort").filter(|sort| !sort.is_empty()) {
        None => None,
        Some(sort) => {
            Some(fql::sort_order(sort).map_err(|what| Reply::refuse(basis::SORT, 400, what))?)
        }
    };
    if let Some((field, _)) = &sort
        && !fql::known(found.iter(), field)
    {
        let what = format!("invalid sort: no host has {field:?}");
        return Err(Reply::refuse(basis::HOSTS_SORT, 400, what));
    }
    found.retain(|device| filter.matches(device, Dialect::Hosts, now));
    if let Some((field, descending)) = sort {
        found.sort_by(|one, other| {
            let order = fql::compare(one, other, &field);
            if descending { order.reverse() } else { order }
        });
    }
    Ok(found)
}

fn limit(call: &Call, otherwise: i64, most: i64) -> Result<i64, Reply> {
    let limit = call.number("limit")?.unwrap_or(otherwise);
    if (1..=most).contains(&limit) {
        Ok(limit)
    } else {
        Err(Reply::refuse(
            basis::HOSTS_DEPTH,
            400,
            format!("limit must be between 1 and {most}"),
        ))
    }
}

/// `GET /devices/queries/devices/v1`.
pub fn query(falcon: &Falcon, call: &Call) -> Reply {
    try_query(falcon, call).unwrap_or_else(|refusal| refusal)
}

fn try_query(falcon: &Falcon, call: &Call) -> Result<Reply, Reply> {
    let limit = limit(call, 100, 5_000)?;
    let offset = call.number("offset")?.unwrap_or(0);
    if offset < 0 || offset + limit > DEEPEST {
        return Err(Reply::refuse(
            basis::HOSTS_DEPTH,
            400,
            "offset + limit must not exceed 10000",
        ));
    }
    let found = select(falcon, call)?;
    let total = found.len();
    let ids = found
        .into_iter()
        .skip(usize::try_from(offset).unwrap_or(0))
        .take(usize::try_from(limit).unwrap_or(0))
        .map(|device| device["device_id"].clone())
        .collect();
    Ok(Reply::page(
        SERVICE,
        ids,
        json!({ "offset": offset, "limit": limit, "total": total }),
    ))
}

/// One page of a scroll: ids, the next token (empty at the end), its end in nanoseconds, the total.
fn scroll_page(
    falcon: &Falcon,
    call: &Call,
    limit: i64,
) -> Result<(Vec<String>, String, i64, usize), Reply> {
    let now = falcon.world.clock.now_ms();
    let mut scroll = match call.parameter("offset").filter(|offset| !offset.is_empty()) {
        None => {
            let ids = select(falcon, call)?
                .into_iter()
                .filter_map(|device| device["device_id"].as_str().map(str::to_owned))
                .collect();
            Scroll {
                ids,
                next: 0,
                expires_ms: 0,
                cid: call.cid.clone(),
            }
        }
        Some(token) => locked(&falcon.scrolls)
            .get(token)
            .filter(|scroll| scroll.expires_ms > now && scroll.cid == call.cid)
            .cloned()
            .ok_or_else(|| {
                Reply::refuse(basis::HOSTS_SCROLL, 400, "invalid or expired offset token")
            })?,
    };
    let total = scroll.ids.len();
    let page: Vec<String> = scroll
        .ids
        .iter()
        .skip(scroll.next)
        .take(usize::try_from(limit).unwrap_or(0))
        .cloned()
        .collect();
    scroll.next += page.len();
    let token = if scroll.next < total {
        falcon.fresh(64)
    } else {
        String::new()
    };
    scroll.expires_ms = now + SCROLL_MS;
    let expires_ns = scroll.expires_ms * 1_000_000;
    if !token.is_empty() {
        locked(&falcon.scrolls).insert(token.clone(), scroll);
    }
    Ok((page, token, expires_ns, total))
}

/// `GET /devices/queries/devices-scroll/v1`.
pub fn scroll(falcon: &Falcon, call: &Call) -> Reply {
    let page = limit(call, 100, 10_000).and_then(|limit| scroll_page(falcon, call, limit));
    match page {
        Ok((ids, token, expires_ns, total)) => Reply::page(
            SERVICE,
            ids.into_iter().map(Value::String).collect(),
            json!({ "total": total, "offset": token, "expires_at": expires_ns }),
        ),
        Err(refusal) => refusal,
    }
}

/// `GET /devices/combined/devices/v1`.
pub fn combined(falcon: &Falcon, call: &Call) -> Reply {
    let page = limit(call, 100, 5_000).and_then(|limit| scroll_page(falcon, call, limit));
    let (ids, token, expires_ns, total) = match page {
        Ok(page) => page,
        Err(refusal) => return refusal,
    };
    let wanted: Vec<&str> = call
        .parameter("fields")
        .unwrap_or("")
        .split(',')
        .map(str::trim)
        .filter(|field| !field.is_empty())
        .collect();
    let found = devices(falcon, &call.cid)
        .into_iter()
        .filter(|device| ids.iter().any(|id| device["device_id"] == id.as_str()))
        .map(|device| only(device, &wanted))
        .collect();
    Reply::page(
        SERVICE,
        found,
        json!({ "total": total, "offset": token, "expires_at": expires_ns }),
    )
}

fn only(device: Value, fields: &[&str]) -> Value {
    match device {
        Value::Object(members) if !fields.is_empty() => Value::Object(
            members
                .into_iter()
                .filter(|(name, _)| name == "device_id" || fields.contains(&name.as_str()))
                .collect(),
        ),
        other => other,
    }
}

/// Ids from the body or from the query.
fn ids_of(call: &Call, most: usize) -> Result<Vec<String>, Reply> {
    let ids = match call.body.get("ids") {
        Some(Value::Array(items)) => {
            let ids: Option<Vec<String>> = items
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect();
            ids.ok_or_else(|| Reply::refuse(basis::HOSTS_IDS, 400, "ids must hold texts"))?
        }
        Some(_) => return Err(Reply::refuse(basis::HOSTS_IDS, 400, "ids must be a list")),
        None => call.parameters("ids"),
    };
    if ids.is_empty() || ids.len() > most {
        return Err(Reply::refuse(
            basis::HOSTS_IDS,
            400,
            format!("between 1 and {most} ids are needed"),
        ));
    }
    Ok(ids)
}

fn index_of(falcon: &Falcon, call: &Call, id: &str) -> Option<usize> {
    falcon
        .world
        .host_index(id)
        .filter(|index| falcon.cid_of(&falcon.world.fleet.hosts[*index]) == call.cid)
}

fn unknown(id: String) -> Refused {
    Refused {
        basis: basis::HOSTS_UNKNOWN_ID,
        code: 404,
        id,
        message: "device not found",
    }
}

/// `POST` and `GET /devices/entities/devices/v2`.
pub fn details(falcon: &Falcon, call: &Call) -> Reply {
    let ids = match ids_of(call, MOST_DETAILS) {
        Ok(ids) => ids,
        Err(refusal) => return refusal,
    };
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for id in ids {
        match index_of(falcon, call, &id) {
            Some(index) => found.push(render::device(&falcon.world, falcon, index)),
            None => errors.push(unknown(id)),
        }
    }
    let reply = Reply::json(
        200,
        json!({ "meta": meta(SERVICE), "resources": found, "errors": null }),
    );
    if errors.is_empty() {
        reply
    } else {
        reply.with_errors(errors)
    }
}

/// `GET /devices/entities/online-state/v1`.
pub fn online_state(falcon: &Falcon, call: &Call) -> Reply {
    let ids = match ids_of(call, MOST_ACTED) {
        Ok(ids) => ids,
        Err(refusal) => return refusal,
    };
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for id in ids {
        match index_of(falcon, call, &id) {
            Some(index) => {
                let state = falcon.world.host(index);
                found.push(json!({
                    "id": id,
                    "cid": call.cid,
                    "last_seen": render::last_seen(&falcon.world, index),
                    "state": if state.online { "online" } else { "offline" },
                }));
            }
            None => errors.push(unknown(id)),
        }
    }
    Reply::resources(SERVICE, found).with_errors(errors)
}

/// `POST /devices/entities/devices-actions/v2`.
pub fn act(falcon: &Falcon, call: &Call) -> Reply {
    let ids = match ids_of(call, MOST_ACTED) {
        Ok(ids) => ids,
        Err(refusal) => return refusal,
    };
    let action = match call.parameter("action_name") {
        Some(action @ ("contain" | "lift_containment")) => action,
        Some(
            other @ ("hide_host" | "unhide_host" | "detection_suppress" | "detection_unsuppress"),
        ) => {
            return Reply::refuse(
                basis::HOSTS_LACK,
                400,
                format!("the lab does not simulate {other}"),
            );
        }
        Some(other) => {
            return Reply::refuse(
                basis::HOSTS_ACTION,
                400,
                format!("unknown action_name {other:?}"),
            );
        }
        None => return Reply::refuse(basis::HOSTS_ACTION, 400, "action_name is required"),
    };
    let (mut done, mut errors) = (Vec::new(), Vec::new());
    for id in ids {
        let Some(index) = index_of(falcon, call, &id) else {
            errors.push(unknown(id));
            continue;
        };
        if action == "lift_containment"
            && falcon.world.host(index).containment == Containment::Normal
        {
            errors.push(Refused {
                basis: basis::HOSTS_NOTHING_DONE,
                code: 409,
                id,
                message: "the device is not contained",
            });
            continue;
        }
        let changed = if action == "contain" {
            falcon.world.contain(index)
        } else {
            falcon.world.lift(index)
        };
        falcon.world.log(action, &id, &call.caller, changed, None);
        done.push(json!({ "id": id, "path": "/devices/entities/devices/v1" }));
    }
    // Where nothing was done: a conflict if that is all that was wrong. The operation knows no 404.
    let status = match (
        done.is_empty(),
        errors.iter().all(|error| error.code == 409),
    ) {
        (true, true) => 409,
        (true, false) => 400,
        (false, _) => 202,
    };
    let reply = Reply::json(status, json!({ "meta": meta(SERVICE), "resources": done }));
    let reply = if done.is_empty() {
        reply.resting_on(basis::HOSTS_NOTHING_DONE)
    } else {
        reply
    };
    reply.with_errors(errors)
}

impl Falcon {
    /// The tenant of a host.
    #[must_use]
    pub fn cid_of(&self, host: &crate::scenario::fleet::Host) -> &str {
        if host.member {
            &self.member_cid
        } else {
            &self.cid
        }
    }
}

/// Falcon's word for a containment.
#[must_use]
pub fn status_word(containment: Containment) -> &'static str {
    match containment {
        Containment::Normal => "normal",
        Containment::Pending => "containment_pending",
        Containment::Contained => "contained",
        Containment::Lifting => "lift_containment_pending",
    }
}

/// Policies as a host reports them: keys mix `_` and `-`, and what is not applied has a null date.
#[must_use]
pub fn policies(draw: &mut crate::draw::Draw, assigned: &str, applied: &str) -> (Value, Value) {
    let mut policies = Map::new();
    for (key, kind, on) in [
        ("prevention", "prevention", true),
        ("sensor_update", "sensor-update", true),
        ("device_control", "device-control", false),
        ("global_config", "globalconfig", true),
        ("remote_response", "remote-response", true),
        ("firewall", "firewall", true),
        ("system-tray", "system-tray", true),
        ("host-retention", "host-retention", true),
        ("content-update", "content-update", true),
    ] {
        let mut policy = json!({
            "policy_type": kind,
            "policy_id": draw.hex(32),
            "applied": on,
            "settings_hash": draw.hex(8),
            "assigned_date": assigned,
            "applied_date": if on { json!(applied) } else { Value::Null },
        });
        match key {
            "prevention" => policy["rule_groups"] = json!([]),
            "sensor_update" => policy["uninstall_protection"] = json!("ENABLED"),
            _ => {}
        }
        policies.insert(key.to_owned(), policy);
    }
    (json!([policies["prevention"]]), Value::Object(policies))
}
