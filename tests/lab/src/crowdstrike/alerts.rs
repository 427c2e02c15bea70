//! The alerts service: query, entities, combined, aggregates, and the update by action parameters.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use super::{
    Call, Falcon, basis,
    envelope::{Refused, Reply, meta},
    fql::{self, Dialect, Filter},
};
use crate::{
    clock::{rfc3339_ms, rfc3339_ns},
    world::locked,
};

const SERVICE: &str = "detectsapi";
/// Most ids a page of the query has, and where offset and limit end together.
const DEEPEST: i64 = 10_000;
/// Most ids that one call may name.
const MOST_IDS: usize = 1_000;
/// Most alerts that one page of the combined call has.
const LARGEST_PAGE: i64 = 1_000;

/// The tenant's alerts that pass a filter, sorted.
fn select<'a>(
    alerts: &'a BTreeMap<String, Value>,
    (falcon, call): (&Falcon, &Call),
    filter: &Filter,
    hidden: bool,
    text: Option<&str>,
    sort: Option<&str>,
) -> Result<Vec<&'a Value>, Reply> {
    let (field, descending) = fql::sort_order(
        sort.filter(|sort| !sort.is_empty())
            .unwrap_or("timestamp|desc"),
    )
    .map_err(|what| Reply::refuse(basis::SORT, 400, what))?;
    if !fql::known(alerts.values(), &field) {
        let what = format!("invalid sort: no alert has {field:?}");
        return Err(Reply::refuse(basis::ALERTS_SORT, 400, what));
    }
    let now = falcon.world.clock.now_ms();
    let text = text.map(str::to_lowercase).filter(|text| !text.is_empty());
    let mut found: Vec<&Value> = alerts
        .values()
        .filter(|alert| alert["cid"] == call.cid.as_str())
        .filter(|alert| hidden || alert["show_in_ui"] != false)
        .filter(|alert| filter.matches(alert, Dialect::Alerts, now))
        .filter(|alert| {
            text.as_ref()
                .is_none_or(|text| alert.to_string().to_lowercase().contains(text))
        })
        .collect();
    found.sort_by(|one, other| {
        let order = fql::compare(one, other, &field);
        let order = if descending { order.reverse() } else { order };
        order.then_with(|| fql::compare(one, other, "composite_id"))
    });
    Ok(found)
}

fn parse(filter: Option<&str>) -> Result<Filter, Reply> {
    fql::parse(filter.unwrap_or(""), Dialect::Alerts)
        .map_err(|error| Reply::refuse(error.basis, 400, error.to_string()))
}

/// `GET /alerts/queries/alerts/v2`.
pub fn query(falcon: &Falcon, call: &Call) -> Reply {
    try_query(falcon, call).unwrap_or_else(|refusal| refusal)
}

fn try_query(falcon: &Falcon, call: &Call) -> Result<Reply, Reply> {
    let limit = call.number("limit")?.unwrap_or(100);
    let offset = call.number("offset")?.unwrap_or(0);
    if !(0..=DEEPEST).contains(&limit) || offset < 0 {
        return Err(Reply::refuse(
            basis::ALERTS_DEPTH,
            400,
            "limit must be between 0 and 10000, offset not negative",
        ));
    }
    if offset + limit > DEEPEST {
        return Err(Reply::refuse(
            basis::ALERTS_DEPTH,
            400,
            "offset + limit must not exceed 10000",
        ));
    }
    let alerts = locked(&falcon.alerts);
    let found = select(
        &alerts,
        (falcon, call),
        &parse(call.parameter("filter"))?,
        call.flag("include_hidden", true)?,
        call.parameter("q"),
        call.parameter("sort"),
    )?;
    let total = found.len();
    let page = found
        .into_iter()
        .skip(usize::try_from(offset).unwrap_or(0))
        .take(usize::try_from(limit).unwrap_or(0));
    let ids = page.map(|alert| alert["composite_id"].clone()).collect();
    Ok(Reply::page(
        SERVICE,
        ids,
        json!({ "offset": offset, "limit": limit, "total": total }),
    ))
}

/// The ids that a body names.
fn ids_of(call: &Call) -> Result<Vec<String>, Reply> {
    let Some(Value::Array(items)) = call.body.get("composite_ids") else {
        return Err(Reply::refuse(
            basis::ALERTS_IDS,
            400,
            "composite_ids must be a list",
        ));
    };
    let ids: Option<Vec<String>> = items
        .iter()
        .map(|item| item.as_str().map(str::to_owned))
        .collect();
    let ids =
        ids.ok_or_else(|| Reply::refuse(basis::ALERTS_IDS, 400, "composite_ids must hold texts"))?;
    if ids.is_empty() || ids.len() > MOST_IDS {
        return Err(Reply::refuse(
            basis::ALERTS_IDS,
            400,
            "composite_ids must have between 1 and 1000 ids",
        ));
    }
    Ok(ids)
}

fn unknown(id: String) -> Refused {
    Refused {
        basis: basis::ALERTS_UNKNOWN_ID,
        code: 404,
        id,
        message: "alert not found",
    }
}

/// `POST /alerts/entities/alerts/v2`.
pub fn entities(falcon: &Falcon, call: &Call) -> Reply {
    try_entities(falcon, call).unwrap_or_else(|refusal| refusal)
}

fn try_entities(falcon: &Falcon, call: &Call) -> Result<Reply, Reply> {
    let hidden = call.flag("include_hidden", true)?;
    let alerts = locked(&falcon.alerts);
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for id in ids_of(call)? {
        match alerts.get(&id).filter(|alert| {
            alert["cid"] == call.cid.as_str() && (hidden || alert["show_in_ui"] != false)
        }) {
            Some(alert) => found.push(alert.clone()),
            None => errors.push(unknown(id)),
        }
    }
    Ok(Reply::resources(SERVICE, found).with_errors(errors))
}

/// `POST /alerts/combined/alerts/v1`.
pub fn combined(falcon: &Falcon, call: &Call) -> Reply {
    try_combined(falcon, call).unwrap_or_else(|refusal| refusal)
}

fn try_combined(falcon: &Falcon, call: &Call) -> Result<Reply, Reply> {
    let text = |name: &str| match call.body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Reply::refuse(
            basis::ALERTS_BODY,
            400,
            format!("{name} must be a text"),
        )),
    };
    let limit = match call.body.get("limit") {
        None | Some(Value::Null) => 100,
        Some(value) => value
            .as_i64()
            .filter(|limit| (1..=LARGEST_PAGE).contains(limit))
            .ok_or_else(|| {
                Reply::refuse(basis::ALERTS_PAGE, 400, "limit must be between 1 and 1000")
            })?,
    };
    let (filter, sort, after) = (
        text("filter")?,
        text("sort")?,
        text("after")?.filter(|after| !after.is_empty()),
    );
    let alerts = locked(&falcon.alerts);
    let found = select(
        &alerts,
        (falcon, call),
        &parse(filter.as_deref())?,
        true,
        None,
        sort.as_deref(),
    )?;
    let total = found.len();
    // The token remembers the filter and the last alert of the page before: an alert that left meanwhile loses no other.
    let digest = crate::draw::sha256_of(&format!("{filter:?} {sort:?}"));
    let start = match &after {
        None => 0,
        Some(token) => {
            let (seen_digest, seen, last) = read_after(token)
                .ok_or_else(|| Reply::refuse(basis::ALERTS_AFTER, 400, "invalid after token"))?;
            if seen_digest != digest {
                return Err(Reply::refuse(
                    basis::ALERTS_AFTER,
                    400,
                    "the after token belongs to another filter or sort",
                ));
            }
            found
                .iter()
                .position(|alert| alert["composite_id"] == last.as_str())
                .map_or(seen, |position| position + 1)
        }
    };
    let page: Vec<Value> = found
        .into_iter()
        .skip(start)
        .take(usize::try_from(limit).unwrap_or(0))
        .cloned()
        .collect();
    let next = start + page.len();
    let after = match page.last() {
        Some(last) if next < total => STANDARD.encode(json!({ "version": "v1", "total_hits": total, "total_relation": "eq", "after": [digest, last["composite_id"]], "total_fetched": next }).to_string()),
        _ => String::new(),
    };
    Ok(Reply::page(
        SERVICE,
        page,
        json!({ "total": total, "limit": limit, "after": after }),
    ))
}

fn read_after(token: &str) -> Option<(String, usize, String)> {
    let value: Value = serde_json::from_slice(&STANDARD.decode(token).ok()?).ok()?;
    let seen = usize::try_from(value.get("total_fetched")?.as_u64()?).ok()?;
    Some((
        value["after"][0].as_str()?.to_owned(),
        seen,
        value["after"][1].as_str()?.to_owned(),
    ))
}

/// `POST /alerts/aggregates/alerts/v2`.
pub fn aggregates(falcon: &Falcon, call: &Call) -> Reply {
    let queries = call.body.as_array().cloned().unwrap_or_default();
    if queries.is_empty() {
        return Reply::refuse(
            basis::AGGREGATES_BODY,
            400,
            "at least one aggregation is needed",
        );
    }
    let mut results = Vec::new();
    for query in &queries {
        match aggregate(falcon, call, query) {
            Ok(result) => results.push(result),
            Err(refusal) => return refusal,
        }
    }
    Reply::resources(SERVICE, results)
}

const AGGREGATION_MEMBERS: &[&str] = &[
    "name",
    "type",
    "field",
    "filter",
    "q",
    "size",
    "sort",
    "date_ranges",
];
/// Members that exist and that the lab does not simulate: only their empty values are taken.
const AGGREGATION_LACKS: &[&str] = &[
    "exclude",
    "extended_bounds",
    "filters_spec",
    "from",
    "include",
    "interval",
    "max_doc_count",
    "min_doc_count",
    "missing",
    "percents",
    "ranges",
    "sub_aggregates",
    "time_zone",
];

/// Refuses an aggregation's members that do not exist, and by name what the lab does not simulate.
fn check_aggregation(object: &Map<String, Value>) -> Result<(), Reply> {
    let empty = |value: &Value| match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        other => *other == 0 || *other == "",
    };
    for (name, value) in object {
        if AGGREGATION_MEMBERS.contains(&name.as_str()) {
            continue;
        }
        if !AGGREGATION_LACKS.contains(&name.as_str()) {
            return Err(Reply::refuse(
                basis::AGGREGATES_BODY,
                400,
                format!("unknown field {name:?} in an aggregation"),
            ));
        }
        let is_plain_zone = name == "time_zone" && value == "UTC";
        if !empty(value) && !is_plain_zone {
            return Err(Reply::refuse(
                basis::AGGREGATES_LACK,
                400,
                format!("the lab does not simulate {name} in an aggregation"),
            ));
        }
    }
    Ok(())
}

fn aggregate(falcon: &Falcon, call: &Call, query: &Value) -> Result<Value, Reply> {
    let Some(object) = query.as_object() else {
        return Err(Reply::refuse(
            basis::AGGREGATES_BODY,
            400,
            "an aggregation must be an object",
        ));
    };
    check_aggregation(object)?;
    let text = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or("");
    let (kind, field) = (text("type"), text("field"));
    if !matches!(text("sort"), "" | "_count|desc") {
        return Err(Reply::refuse(
            basis::AGGREGATES_SORT,
            400,
            format!(
                "invalid sort {:?}: only _count|desc is supported",
                text("sort")
            ),
        ));
    }
    let alerts = locked(&falcon.alerts);
    let found = select(
        &alerts,
        (falcon, call),
        &parse(Some(text("filter")))?,
        call.flag("include_hidden", true)?,
        Some(text("q")),
        None,
    )?;
    let buckets = match kind {
        "terms" => {
            let mut counts: BTreeMap<String, u64> = BTreeMap::new();
            for value in found
                .iter()
                .flat_map(|alert| fql::values(alert, field))
                .filter(|value| !value.is_null() && !value.is_object())
            {
                *counts
                    .entry(
                        value
                            .as_str()
                            .map_or_else(|| value.to_string(), str::to_owned),
                    )
                    .or_default() += 1;
            }
            let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
            counts.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
            let size = object.get("size").and_then(Value::as_u64);
            let size = size.filter(|size| *size > 0).unwrap_or(10);
            counts
                .into_iter()
                .take(usize::try_from(size).unwrap_or(usize::MAX))
                .map(|(label, count)| json!({ "label": label, "count": count }))
                .collect()
        }
        "cardinality" => {
            let distinct: std::collections::BTreeSet<String> = found
                .iter()
                .flat_map(|alert| fql::values(alert, field))
                .filter(|value| !value.is_null())
                .map(Value::to_string)
                .collect();
            vec![json!({ "value": distinct.len() })]
        }
        "date_range" => {
            let ranges = object.get("date_ranges").and_then(Value::as_array);
            let Some(ranges) = ranges.filter(|ranges| !ranges.is_empty()) else {
                return Err(Reply::refuse(
                    basis::AGGREGATES_COMPANION,
                    500,
                    "Internal Server Error: please provide trace-id for support",
                ));
            };
            let now = falcon.world.clock.now_ms();
            let bound = |range: &Value, name: &str, otherwise: i64| match range
                .get(name)
                .and_then(Value::as_str)
            {
                None | Some("") => Ok(otherwise),
                Some(text) => fql::instant(text, now).ok_or_else(|| {
                    Reply::refuse(basis::FQL, 400, format!("invalid time {text:?}"))
                }),
            };
            let mut buckets = Vec::new();
            for range in ranges {
                let (from, to) = (
                    bound(range, "from", i64::MIN)?,
                    bound(range, "to", i64::MAX)?,
                );
                let count = found
                    .iter()
                    .flat_map(|alert| fql::values(alert, field))
                    .filter_map(|value| fql::instant(value.as_str()?, now))
                    .filter(|at| (from..to).contains(at))
                    .count();
                buckets.push(json!({ "label": format!("{}-{}", range["from"].as_str().unwrap_or("*"), range["to"].as_str().unwrap_or("*")), "count": count }));
            }
            buckets
        }
        other => {
            return Err(Reply::refuse(
                basis::AGGREGATES_LACK,
                400,
                format!("the lab does not simulate aggregations of type {other:?}"),
            ));
        }
    };
    Ok(json!({ "name": text("name"), "buckets": buckets, "sum_other_doc_count": 0 }))
}

/// `PATCH /alerts/entities/alerts/v3`.
pub fn patch(falcon: &Falcon, call: &Call) -> Reply {
    try_patch(falcon, call).unwrap_or_else(|refusal| refusal)
}

fn try_patch(falcon: &Falcon, call: &Call) -> Result<Reply, Reply> {
    call.flag("include_hidden", true)?;
    let ids = ids_of(call)?;
    let Some(Value::Array(items)) = call.body.get("action_parameters") else {
        return Err(Reply::refuse(
            basis::ALERTS_ACTIONS,
            400,
            "action_parameters must be a list",
        ));
    };
    if items.is_empty() {
        return Err(Reply::refuse(
            basis::ALERTS_ACTIONS,
            400,
            "at least one action parameter is needed",
        ));
    }
    let mut steps = Vec::new();
    for item in items {
        steps.push(step(item)?);
    }
    let now = falcon.world.clock.now_ms();
    let (mut changed, mut errors) = (0, Vec::new());
    let mut alerts = locked(&falcon.alerts);
    for id in ids {
        let Some(alert) = alerts
            .get_mut(&id)
            .filter(|alert| alert["cid"] == call.cid.as_str())
        else {
            errors.push(unknown(id));
            continue;
        };
        let Some(record) = alert.as_object_mut() else {
            continue;
        };
        for (name, value) in &steps {
            apply(record, name, value, now, &call.client_id, falcon);
        }
        record.insert(
            "updated_timestamp".to_owned(),
            json!(rfc3339_ns(now, 345_678)),
        );
        changed += 1;
        falcon.world.log(
            "patch_alert",
            &id,
            &call.caller,
            true,
            Some(call.body["action_parameters"].clone()),
        );
    }
    let mut meta = meta(SERVICE);
    meta["writes"] = json!({ "resources_affected": changed });
    Ok(Reply::json(200, json!({ "meta": meta, "resources": [] })).with_errors(errors))
}

/// One action parameter, checked.
fn step(item: &Value) -> Result<(String, String), Reply> {
    let refuse = |what: &str| Err(Reply::refuse(basis::ALERTS_ACTIONS, 400, what.to_owned()));
    let Some(object) = item.as_object() else {
        return refuse("an action parameter must be an object");
    };
    if object.keys().any(|name| name != "name" && name != "value") {
        return refuse("an action parameter has a name and a value");
    }
    let (Some(name), Some(value)) = (
        object.get("name").and_then(Value::as_str),
        object.get("value").and_then(Value::as_str),
    ) else {
        return refuse("name and value of an action parameter must be texts");
    };
    match name {
        "update_status" if !matches!(value, "new" | "in_progress" | "closed" | "reopened") => {
            refuse("update_status takes new, in_progress, closed or reopened")
        }
        "show_in_ui" if !matches!(value, "true" | "false") => {
            refuse("show_in_ui takes the text true or false")
        }
        "append_comment"
        | "add_tag"
        | "remove_tag"
        | "remove_tags_by_prefix"
        | "assign_to_user_id"
        | "assign_to_uuid"
        | "assign_to_name"
            if value.is_empty() =>
        {
            refuse("the action parameter needs a value")
        }
        "update_status"
        | "show_in_ui"
        | "append_comment"
        | "add_tag"
        | "remove_tag"
        | "remove_tags_by_prefix"
        | "assign_to_user_id"
        | "assign_to_uuid"
        | "assign_to_name"
        | "unassign" => Ok((name.to_owned(), value.to_owned())),
        other => Err(Reply::refuse(
            basis::ALERTS_ACTIONS,
            400,
            format!("unknown action parameter {other:?}"),
        )),
    }
}

fn apply(
    record: &mut Map<String, Value>,
    name: &str,
    value: &str,
    now: i64,
    client_id: &str,
    falcon: &Falcon,
) {
    let list = |record: &mut Map<String, Value>, name: &str| {
        record
            .get(name)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let prefixed =
        |tag: &Value, prefix: &str| tag.as_str().is_some_and(|tag| tag.starts_with(prefix));
    match name {
        "update_status" => {
            let since = |record: &Map<String, Value>| {
                let created = record
                    .get("created_timestamp")
                    .and_then(Value::as_str)
                    .and_then(|text| fql::instant(text, now));
                created.map_or(0, |created| (now - created).max(0) / 1000)
            };
            let seconds = since(record);
            if record.get("seconds_to_triaged").and_then(Value::as_i64) == Some(0) && value != "new"
            {
                record.insert("seconds_to_triaged".to_owned(), json!(seconds));
            }
            if value == "closed" {
                record.insert("seconds_to_resolved".to_owned(), json!(seconds));
            }
            record.insert("status".to_owned(), json!(value));
        }
        "show_in_ui" => {
            record.insert("show_in_ui".to_owned(), json!(value == "true"));
        }
        "append_comment" => {
            let mut comments = list(record, "comments");
            comments.push(json!({ "value": value, "timestamp": rfc3339_ms(now), "falcon_user_id": client_id }));
            record.insert("comments".to_owned(), Value::Array(comments));
        }
        "add_tag" => {
            let mut tags = list(record, "tags");
            if !tags.iter().any(|tag| tag == value) {
                tags.push(json!(value));
            }
            if matches!(value, "true_positive" | "false_positive" | "ignored") {
                record.insert("resolution".to_owned(), json!(value));
            }
            record.insert("tags".to_owned(), Value::Array(tags));
        }
        "remove_tag" | "remove_tags_by_prefix" => {
            let mut tags = list(record, "tags");
            tags.retain(|tag| {
                if name == "remove_tag" {
                    tag != value
                } else {
                    !prefixed(tag, value)
                }
            });
            record.insert("tags".to_owned(), Value::Array(tags));
        }
        "assign_to_user_id" | "assign_to_name" | "assign_to_uuid" => {
            assign(record, name, value, falcon)
        }
        _ => {
            for name in ["assigned_to_name", "assigned_to_uid", "assigned_to_uuid"] {
                record.remove(name);
            }
        }
    }
}

fn assign(record: &mut Map<String, Value>, name: &str, value: &str, falcon: &Falcon) {
    let person = falcon
        .world
        .fleet
        .people
        .iter()
        .find(|person| person.mail == value || person.name == value);
    let (member, text) = match name {
        "assign_to_user_id" => ("assigned_to_uid", value),
        "assign_to_uuid" => ("assigned_to_uuid", value),
        _ => ("assigned_to_name", value),
    };
    record.insert(member.to_owned(), json!(text));
    if let Some(person) = person {
        record.insert("assigned_to_name".to_owned(), json!(person.name));
        record.insert("assigned_to_uid".to_owned(), json!(person.mail));
    }
}
