//! CrowdStrike Falcon's API: the gateway (routes, tokens, scopes, limits, strictness) before the services.

pub mod alerts;
pub mod basis;
mod console;
pub mod cql;
pub mod envelope;
pub mod fql;
pub mod hosts;
pub mod operations;
pub mod other_kinds;
mod platform;
pub mod queryjobs;
pub mod render;
pub mod scopes;
pub mod telemetry;
pub mod token;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Response, header, request::Parts},
};
use serde_json::{Map, Value, json};

use crate::{
    clock::rfc3339_ms,
    draw::Draw,
    faults::{Cut, Fault},
    record,
    world::{World, locked},
};
use envelope::Reply;
use operations::{Operation, Route, Shape, route};
use scopes::{Client, Scope};

/// This platform's name in the lab's own records.
pub const PLATFORM: &str = "crowdstrike";

/// Requests a minute for a customer.
pub const LIMIT_A_MINUTE: i64 = 6_000;

const LARGEST_BODY: usize = 8 * 1024 * 1024;

/// What Falcon keeps.
#[derive(Debug)]
pub struct Falcon {
    /// What is so.
    pub world: Arc<World>,
    /// The customer.
    pub cid: String,
    /// The customer's child tenant.
    pub member_cid: String,
    /// What `_cid` holds in links: a token, not the cid.
    pub link_token: String,
    /// API clients.
    pub clients: Vec<Client>,
    /// Alerts by composite id.
    pub alerts: Mutex<BTreeMap<String, Value>>,
    /// Telemetry in order of time.
    pub telemetry: Vec<telemetry::Row>,
    /// Tokens given out.
    pub tokens: Mutex<HashMap<String, token::Grant>>,
    /// Query jobs.
    pub jobs: Mutex<HashMap<String, queryjobs::Job>>,
    /// Scroll tokens of the host lists.
    pub scrolls: Mutex<HashMap<String, hosts::Scroll>>,
    /// The lab's own address, for links inside answers.
    pub base_url: Mutex<String>,
    rate: Mutex<HashMap<String, (i64, i64)>>,
    draw: Mutex<Draw>,
}

/// Who calls, and with what.
#[derive(Debug)]
pub struct Call {
    /// The client's name, `full` for example; empty for the token operations.
    pub caller: String,
    /// The client's id.
    pub client_id: String,
    /// The tenant that the token is for.
    pub cid: String,
    /// Arguments in the path.
    pub arguments: Vec<String>,
    /// Query parameters, decoded, in order.
    pub query: Vec<(String, String)>,
    /// Body: an object or a list; a form comes as an object of texts.
    pub body: Value,
    /// Headers.
    pub headers: HeaderMap,
}

impl Call {
    /// The first value of a query parameter.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// All values of a query parameter.
    #[must_use]
    pub fn parameters(&self, name: &str) -> Vec<String> {
        self.query
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
            .collect()
    }

    /// A query parameter that must be a whole number.
    ///
    /// # Errors
    /// A 400 that names the parameter.
    pub fn number(&self, name: &str) -> Result<Option<i64>, Reply> {
        match self.parameter(name) {
            None | Some("") => Ok(None),
            Some(text) => text
                .parse()
                .map(Some)
                .map_err(|_| Reply::refuse(basis::NUMBER, 400, format!("{name} must be a number"))),
        }
    }

    /// A query parameter that must be true or false.
    ///
    /// # Errors
    /// A 400 that names the parameter.
    pub fn flag(&self, name: &str, otherwise: bool) -> Result<bool, Reply> {
        match self.parameter(name) {
            None => Ok(otherwise),
            Some("true" | "True") => Ok(true),
            Some("false" | "False") => Ok(false),
            Some(_) => Err(Reply::refuse(
                basis::FLAG,
                400,
                format!("{name} must be true or false"),
            )),
        }
    }
}

impl Falcon {
    /// Falcon's records of the world.
    #[must_use]
    pub fn new(world: &Arc<World>) -> Arc<Self> {
        let mut draw = Draw::new(world.seed, "crowdstrike tenant");
        let falcon = Self {
            world: world.clone(),
            cid: draw.hex(32),
            member_cid: draw.hex(32),
            link_token: format!("g04000{}", draw.letters(26)),
            clients: scopes::clients(world.seed),
            alerts: Mutex::default(),
            telemetry: Vec::new(),
            tokens: Mutex::default(),
            jobs: Mutex::default(),
            scrolls: Mutex::default(),
            base_url: Mutex::default(),
            rate: Mutex::default(),
            draw: Mutex::new(Draw::new(world.seed, "crowdstrike tokens")),
        };
        let telemetry = telemetry::rows(world, &falcon);
        *locked(&falcon.alerts) = render::alerts(world, &falcon);
        Arc::new(Self {
            telemetry,
            ..falcon
        })
    }

    /// Hexadecimal digits that nobody can guess from outside.
    pub fn fresh(&self, digits: usize) -> String {
        locked(&self.draw).hex(digits)
    }

    /// A number between `low` and `high`.
    pub fn chance(&self, low: i64, high: i64) -> i64 {
        locked(&self.draw).signed(low, high)
    }

    /// Counts a request of a customer; the remaining ones of this minute, or the second at which the next is welcome.
    fn count(&self, cid: &str, now_ms: i64) -> Result<i64, i64> {
        let minute = now_ms.div_euclid(60_000);
        let mut rate = locked(&self.rate);
        let used = rate.entry(cid.to_owned()).or_insert((minute, 0));
        if used.0 != minute {
            *used = (minute, 0);
        }
        if used.1 >= LIMIT_A_MINUTE {
            return Err((minute + 1) * 60);
        }
        used.1 += 1;
        Ok(LIMIT_A_MINUTE - used.1)
    }
}

/// Answers one request to the API.
pub async fn answer(State(falcon): State<Arc<Falcon>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST_BODY).await else {
        return Reply::gateway(basis::LARGEST_BODY, 413, "request entity too large")
            .into_response();
    };
    let route = route(parts.method.as_str(), parts.uri.path());
    let operation = if let Route::Found(operation, _) = &route {
        Some(*operation)
    } else {
        None
    };
    let holder = falcon.world.faults.holder();
    let fault = operation.and_then(|found| {
        falcon
            .world
            .faults
            .take(PLATFORM, found.id, found.gives_tokens())
    });
    let time = rfc3339_ms(falcon.world.clock.now_ms());
    let seen = as_seen(&falcon, &parts, &bytes, operation);
    let number = falcon.world.record.arrive(time, seen);

    let reply = match fault {
        None => Some(perform(&falcon, &parts, &bytes, route)),
        Some(fault) => {
            let instead = |fault: &Fault| answer_on_demand(&falcon, fault);
            fault
                .play(holder, instead, || perform(&falcon, &parts, &bytes, route))
                .await
        }
    };
    match reply {
        Some(reply) => {
            falcon.world.record.answered(number, reply.status);
            reply.into_response()
        }
        None => {
            let mut response = Response::new(Body::empty());
            response.extensions_mut().insert(Cut);
            response
        }
    }
}

/// What a fault wants to be answered, if it wants anything.
fn answer_on_demand(falcon: &Falcon, fault: &Fault) -> Option<Reply> {
    match (&fault.body, fault.status) {
        (Some(text), status) => Some(Reply::verbatim(status.unwrap_or(200), text.clone())),
        (None, Some(status)) => Some(refusal_on_demand(falcon, status, fault.retry_after_s)),
        (None, None) => None,
    }
}

fn refusal_on_demand(falcon: &Falcon, status: u16, retry_after_s: Option<i64>) -> Reply {
    if (300..400).contains(&status) {
        return token::elsewhere(falcon, status, "us-2");
    }
    let message = match status {
        401 => "access denied, invalid bearer token",
        403 => "access denied, authorization failed",
        429 => "API rate limit exceeded.",
        500..=599 => "Internal Server Error: please provide trace-id for support",
        _ => "request refused",
    };
    let reply = Reply::gateway(crate::basis::FAULT, status, message);
    if status != 429 {
        return reply;
    }
    let at = falcon.world.clock.now_ms().div_euclid(1000) + retry_after_s.unwrap_or(1);
    reply
        .with_header("x-ratelimit-limit", LIMIT_A_MINUTE.to_string())
        .with_header("x-ratelimit-remaining", "0")
        .with_header("x-ratelimit-retryafter", at.to_string())
}

/// The request as the gateway and the services take it.
#[must_use]
pub fn perform(falcon: &Falcon, parts: &Parts, bytes: &Bytes, route: Route) -> Reply {
    let (operation, arguments) = match route {
        Route::Found(operation, arguments) => (operation, arguments),
        Route::WrongVerb(verbs) => {
            return Reply::gateway(basis::VERB, 405, "Method Not Allowed")
                .with_header("allow", verbs.join(", "));
        }
        Route::NotSimulated(what) => {
            return Reply::gateway(
                basis::LACK,
                501,
                &format!("the lab does not simulate {what}"),
            );
        }
        Route::Nowhere => return Reply::gateway(basis::PATH, 404, "404: Page Not Found"),
    };
    let mut call = Call {
        caller: String::new(),
        client_id: String::new(),
        cid: String::new(),
        arguments,
        query: parse_query(parts),
        body: Value::Null,
        headers: parts.headers.clone(),
    };
    let mut remaining = None;
    if let Some(scope) = operation.scope {
        match admit(falcon, &mut call, scope) {
            Ok(left) => remaining = Some(left),
            Err(refusal) => return *refusal,
        }
    }
    let reply =
        strictly(operation, &mut call, bytes).unwrap_or_else(|| (operation.perform)(falcon, &call));
    match remaining {
        Some(left) => reply
            .with_header("x-ratelimit-limit", LIMIT_A_MINUTE.to_string())
            .with_header("x-ratelimit-remaining", left.to_string()),
        None => reply,
    }
}

/// Token, limit and scope; what is left of the limit.
fn admit(falcon: &Falcon, call: &mut Call, scope: Scope) -> Result<i64, Box<Reply>> {
    let now = falcon.world.clock.now_ms();
    let Some(grant) = token::bearer(&call.headers).and_then(|token| falcon.grant_of(token, now))
    else {
        return Err(Box::new(Reply::gateway(
            basis::TOKEN,
            401,
            "access denied, invalid bearer token",
        )));
    };
    call.caller = grant.client.name.to_owned();
    call.client_id = grant.client.id.clone();
    call.cid.clone_from(&grant.cid);
    let left = falcon.count(&grant.cid, now).map_err(|at| {
        Box::new(
            Reply::gateway(basis::LIMIT, 429, "API rate limit exceeded.")
                .with_header("x-ratelimit-limit", LIMIT_A_MINUTE.to_string())
                .with_header("x-ratelimit-remaining", "0")
                .with_header("x-ratelimit-retryafter", at.to_string()),
        )
    })?;
    if grant.client.scopes.contains(&scope) {
        Ok(left)
    } else {
        Err(Box::new(Reply::gateway(
            basis::SCOPE,
            403,
            "access denied, authorization failed",
        )))
    }
}

/// Refuses what the operation does not take; otherwise the call has its body.
fn strictly(operation: &Operation, call: &mut Call, bytes: &Bytes) -> Option<Reply> {
    if let Some((name, _)) = call
        .query
        .iter()
        .find(|(name, _)| !operation.query.contains(&name.as_str()))
    {
        return Some(Reply::refuse(
            basis::UNKNOWN,
            400,
            format!("unknown query parameter {name:?}"),
        ));
    }
    let media = call
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let media = media
        .split(';')
        .next()
        .unwrap_or("")
        .trim()
        .to_ascii_lowercase();
    match operation.body {
        Shape::Nothing => None,
        Shape::Form(fields) => {
            if media != "application/x-www-form-urlencoded" {
                return Some(Reply::gateway(
                    basis::MEDIA,
                    415,
                    "the content type must be application/x-www-form-urlencoded",
                ));
            }
            let mut form = Map::new();
            for (name, value) in form_urlencoded::parse(bytes) {
                if !fields.contains(&name.as_ref()) {
                    return Some(Reply::gateway(basis::UNKNOWN, 400, "unknown form field"));
                }
                form.insert(name.into_owned(), Value::String(value.into_owned()));
            }
            call.body = Value::Object(form);
            None
        }
        Shape::Object(_) | Shape::List if media != "application/json" => Some(Reply::refuse(
            basis::MEDIA,
            415,
            "the content type must be application/json",
        )),
        Shape::Object(members) => match serde_json::from_slice(bytes) {
            Ok(Value::Object(object)) => {
                if let Some(name) = object.keys().find(|name| !members.contains(&name.as_str())) {
                    return Some(Reply::refuse(
                        basis::UNKNOWN,
                        400,
                        format!("unknown field {name:?} in the body"),
                    ));
                }
                call.body = Value::Object(object);
                None
            }
            _ => Some(Reply::refuse(
                basis::SHAPE,
                400,
                "the body must be a JSON object",
            )),
        },
        Shape::List => match serde_json::from_slice(bytes) {
            Ok(list @ Value::Array(_)) => {
                call.body = list;
                None
            }
            _ => Some(Reply::refuse(
                basis::SHAPE,
                400,
                "the body must be a JSON list",
            )),
        },
    }
}

fn parse_query(parts: &Parts) -> Vec<(String, String)> {
    form_urlencoded::parse(parts.uri.query().unwrap_or("").as_bytes())
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

fn as_seen(
    falcon: &Falcon,
    parts: &Parts,
    bytes: &Bytes,
    operation: Option<&'static Operation>,
) -> record::ApiRequest {
    let now = falcon.world.clock.now_ms();
    let subject = token::bearer(&parts.headers)
        .and_then(|token| falcon.grant_of(token, now))
        .map(|grant| grant.client.name.to_owned());
    let body = if matches!(operation.map(|found| found.body), Some(Shape::Form(_))) {
        let fields = form_urlencoded::parse(bytes).map(|(name, value)| {
            let masked = matches!(name.as_ref(), "client_secret" | "token");
            (
                name.into_owned(),
                if masked { json!("***") } else { json!(value) },
            )
        });
        Value::Object(fields.collect())
    } else if bytes.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(bytes).into_owned()))
    };
    record::ApiRequest {
        platform: PLATFORM,
        operation: operation.map(|found| found.id),
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or("").to_owned(),
        body,
        subject,
    }
}
