//! The backend, called directly with the access token that the worker gives out.
//!
//! The token is here and nowhere else, in memory. A 401 asks the worker once for another one.

use std::cell::RefCell;

use aside_shared::api::{ReadActivity, Recent};
use aside_shared::approval::Proposal;
use aside_shared::event::AnalysisEvent;
use aside_shared::id::{AnalysisId, ProposalId};
use aside_shared::problem::{Problem, ProblemKind};
use futures::future::{Either, select};
use gloo_net::http::{Method, RequestBuilder, Response};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Reflect, Uint8Array};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::json;
use super::sse::Parser;
use super::state::{Call, Fault, Reply};
use super::wire::{SessionInfo, SessionState, ToWorker};
use super::worker;

#[derive(Default)]
struct Credentials {
    backend: String,
    token: Option<String>,
}

thread_local! {
    static CREDENTIALS: RefCell<Credentials> = RefCell::default();
}

/// Takes the token out of what the worker says.
pub fn remember(info: &mut SessionInfo) {
    let token = info.access_token.take();
    // A refused sign-in says nothing of the session that may be there.
    let Some(backend) = &info.backend else {
        return;
    };
    CREDENTIALS.with_borrow_mut(|credentials| {
        credentials.token = token;
        backend
            .trim_end_matches('/')
            .clone_into(&mut credentials.backend);
    });
}

/// How long a call may take, milliseconds: longer than the backend gives its vendors.
const CALL_MS: u32 = 45_000;
/// How long a stream may be silent, milliseconds: three heartbeats.
const SILENCE_MS: u32 = 45_000;

/// The body of a request that says all in its path.
#[derive(Serialize)]
struct Nothing {}

struct Request<'a> {
    method: Method,
    path: String,
    body: Option<String>,
    after: Option<u64>,
    abort: Option<&'a web_sys::AbortSignal>,
}

fn get(path: String) -> Request<'static> {
    Request {
        method: Method::GET,
        path,
        body: None,
        after: None,
        abort: None,
    }
}

fn post(path: impl Into<String>, body: &impl Serialize) -> Request<'static> {
    Request {
        method: Method::POST,
        body: Some(json::write(body)),
        ..get(path.into())
    }
}

fn part(id: &str) -> String {
    js_sys::encode_uri_component(id).into()
}

/// Calls the backend.
pub async fn call(call: &Call) -> Result<Reply, Fault> {
    let text = text(&request(call)).await?;
    reply(call, &text).map_err(|wrong| Fault::Unreadable(wrong.to_string()))
}

fn request(call: &Call) -> Request<'static> {
    let proposal = |id: &ProposalId, verb: &str| format!("/proposals/{}{verb}", part(id.as_str()));
    let nothing = &Nothing {};
    match call {
        Call::Me => get("/me".to_owned()),
        Call::Resolve(body) => post("/alerts/resolve", body),
        Call::Recent(tenant) => {
            let tenant = tenant.clone();
            post("/alerts/recent", &Recent { tenant })
        }
        Call::Analyse(body) => post("/analyses", body),
        Call::Host(body) => post("/hosts/state", body),
        Call::Ask(body) => post("/questions", body),
        Call::Activity(alert) => {
            let alert = alert.clone();
            post("/alerts/activity", &ReadActivity { alert })
        }
        Call::Propose(body) => post("/proposals", body),
        Call::Proposal(id) => get(proposal(id, "")),
        Call::Decide(id, body) => post(proposal(id, "/decision"), body),
        Call::Undo(id) => post(proposal(id, "/undo"), nothing),
        Call::Check(id) => post(proposal(id, "/check"), nothing),
    }
}

/// What the backend answered to a call.
fn reply(call: &Call, text: &str) -> Result<Reply, json::Wrong> {
    Ok(match call {
        Call::Me => Reply::Me(json::read(text)?),
        Call::Resolve(_) => Reply::Resolved(json::read(text)?),
        Call::Recent(_) => Reply::Recent(json::read(text)?),
        Call::Analyse(_) => Reply::Started(json::read(text)?),
        Call::Host(_) => Reply::Host(Box::new(json::read(text)?)),
        Call::Ask(_) => Reply::Answer(json::read(text)?),
        Call::Activity(_) => Reply::Activity(json::read(text)?),
        Call::Propose(_)
        | Call::Proposal(_)
        | Call::Decide(..)
        | Call::Undo(_)
        | Call::Check(_) => Reply::Proposal(json::read(text)?),
    })
}

/// Follows an analysis; `each` gets every event. Ends with why the stream ended early, or `None`
/// after its last event.
pub async fn follow_analysis(
    id: &AnalysisId,
    after: Option<u64>,
    abort: &web_sys::AbortSignal,
    mut each: impl FnMut(Option<u64>, AnalysisEvent),
) -> Option<Fault> {
    let request = Request {
        after,
        abort: Some(abort),
        ..get(format!("/analyses/{}/events", part(id.as_str())))
    };
    let mut finished = false;
    let ended = follow(request, |id, data| {
        // An event of a later version is skipped: the rest still makes sense.
        if let Ok(event) = json::read::<AnalysisEvent>(&data) {
            finished |= event.is_last();
            each(id, event);
        }
    })
    .await;
    (!finished).then_some(ended)
}

/// Follows a proposal until its stream ends.
pub async fn follow_proposal(
    id: &ProposalId,
    abort: &web_sys::AbortSignal,
    mut each: impl FnMut(Proposal),
) -> Fault {
    let request = Request {
        abort: Some(abort),
        ..get(format!("/proposals/{}/events", part(id.as_str())))
    };
    follow(request, |_, data| {
        if let Ok(proposal) = json::read(&data) {
            each(proposal);
        }
    })
    .await
}

async fn follow(request: Request<'_>, mut each: impl FnMut(Option<u64>, String)) -> Fault {
    let response = match send(&request).await {
        Ok(response) => response,
        Err(fault) => return fault,
    };
    let Some(body) = response.body() else {
        return Fault::Unreadable("it has no body".to_owned());
    };
    let reader: web_sys::ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let mut parser = Parser::default();
    loop {
        let chunk = JsFuture::from(reader.read());
        let chunk = match select(chunk, TimeoutFuture::new(SILENCE_MS)).await {
            Either::Left((chunk, _)) => chunk.ok(),
            Either::Right(_) => return Fault::Unreachable("the stream fell silent".to_owned()),
        };
        // At its end a stream gives no bytes.
        let bytes = chunk.and_then(|chunk| Reflect::get(&chunk, &"value".into()).ok());
        let Some(bytes) = bytes.and_then(|bytes| bytes.dyn_into::<Uint8Array>().ok()) else {
            return Fault::Unreachable("the stream was cut".to_owned());
        };
        let bytes = bytes.to_vec();
        let Ok(events) = parser.push(&bytes) else {
            return Fault::Unreadable("a line of it has no end".to_owned());
        };
        for event in events {
            each(event.id, event.data);
        }
    }
}

async fn text(request: &Request<'_>) -> Result<String, Fault> {
    let answer = async {
        let response = send(request).await?;
        response.text().await.map_err(|error| unreachable(&error))
    };
    match select(Box::pin(answer), TimeoutFuture::new(CALL_MS)).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => Err(Fault::Unreachable(format!(
            "no answer within {} s",
            CALL_MS / 1000
        ))),
    }
}

/// Sends a request; on a 401 once more with another token.
async fn send(request: &Request<'_>) -> Result<Response, Fault> {
    let response = send_once(request).await?;
    if response.status() != 401 {
        return checked(response).await;
    }
    let mut info = worker::ask_session(&ToWorker::SessionRefresh).await;
    let signed_in = info.state == SessionState::SignedIn && info.access_token.is_some();
    remember(&mut info);
    // The worker could not renew: the session may still be good.
    if let Some(problem) = info.problem {
        return Err(Fault::Unreachable(problem.into_text()));
    }
    if !signed_in {
        return Err(Fault::SignedOut);
    }
    let response = send_once(request).await?;
    match response.status() {
        401 => Err(Fault::SignedOut),
        _ => checked(response).await,
    }
}

async fn send_once(request: &Request<'_>) -> Result<Response, Fault> {
    let (url, token) = CREDENTIALS.with_borrow(|credentials| {
        (
            format!("{}{}", credentials.backend, request.path),
            credentials.token.clone(),
        )
    });
    let mut builder = RequestBuilder::new(&url)
        .method(request.method.clone())
        .cache(web_sys::RequestCache::NoStore)
        .credentials(web_sys::RequestCredentials::Omit)
        .redirect(web_sys::RequestRedirect::Error)
        .abort_signal(request.abort)
        .header("Accept", "application/json, text/event-stream");
    if let Some(token) = token {
        builder = builder.header("Authorization", &format!("Bearer {token}"));
    }
    if let Some(after) = request.after {
        builder = builder.header("Last-Event-ID", &after.to_string());
    }
    let sent = match &request.body {
        Some(body) => builder
            .header("Content-Type", "application/json")
            .body(JsValue::from_str(body)),
        None => builder.build(),
    };
    let sent = sent.map_err(|error| unreachable(&error))?;
    sent.send().await.map_err(|error| unreachable(&error))
}

/// The response, if it is none of a problem.
async fn checked(response: Response) -> Result<Response, Fault> {
    if response.ok() {
        return Ok(response);
    }
    let status = response.status();
    let text = response.text().await.unwrap_or_default();
    let problem = json::read(&text).unwrap_or_else(|_| {
        let mut problem = Problem::new(
            ProblemKind::Internal,
            format!("The backend answered {status} without saying why."),
        );
        problem.status = status;
        problem
    });
    Err(Fault::Problem(Box::new(problem)))
}

fn unreachable(error: &gloo_net::Error) -> Fault {
    Fault::Unreachable(match error {
        gloo_net::Error::JsError(error) => error.message.clone(),
        other => other.to_string(),
    })
}
