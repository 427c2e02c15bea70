//! A language model behind the OpenAI-compatible protocol, written from its public facts: it is strict about requests, keeps
//! each byte for byte, and answers in the manner that the control sets. It shares no type with any client of it.

pub mod basis;
mod broken;
pub mod control;
mod honest;
mod hostile;
mod lying;
mod obey;
mod prompt;
mod record;
mod refusal;
mod request;
mod schema;
mod setting;
mod speech;
mod wording;

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Response, StatusCode, header, request::Parts},
};
use serde_json::{Value, json};
use tokio::sync::watch;

pub use self::{
    obey::{obey, obey_beyond},
    record::{FOLDER, ModelRequest},
    setting::{Manner, Setting},
};
use self::{
    refusal::{Refusal, Trouble},
    request::Asked,
    setting::Hold,
    speech::{Pace, Speech},
};
use crate::{
    clock::{Clock, rfc3339_ms},
    draw::Draw,
    faults::Cut,
    record::Record,
    world::locked,
};

const LARGEST_BODY: usize = 16 * 1024 * 1024;
const CHAT: &str = "/v1/chat/completions";
const MODELS: &str = "/v1/models";
/// Where a redirect goes that nobody gave a place: nothing is served there, but whoever follows is recorded.
const ELSEWHERE: &str = "/elsewhere/v1/chat/completions";

/// The server's state.
#[derive(Debug)]
pub struct Model {
    /// The bearer key that it takes.
    pub key: String,
    /// The model that it serves.
    pub name: &'static str,
    /// Requests seen.
    pub record: Record<ModelRequest>,
    /// Where their bodies are written, too.
    folder: Option<PathBuf>,
    clock: Clock,
    setting: Mutex<Setting>,
    released: watch::Sender<u64>,
    /// Answers given: what changes from answer to answer depends on it.
    turn: AtomicUsize,
    draw: Mutex<Draw>,
}

impl Model {
    /// The model of a seed; it also records into the folder that [`FOLDER`] names.
    #[must_use]
    pub fn new(seed: u64, clock: Clock) -> Arc<Self> {
        let mut draw = Draw::new(seed, "model");
        Arc::new(Self {
            key: format!("sk-lab-{}", draw.secret(40)),
            name: "lab-colleague",
            record: Record::default(),
            folder: std::env::var_os(FOLDER).map(Into::into),
            clock,
            setting: Mutex::default(),
            released: watch::Sender::new(0),
            turn: AtomicUsize::new(0),
            draw: Mutex::new(draw),
        })
    }

    /// How it answers now.
    #[must_use]
    pub fn setting(&self) -> Setting {
        locked(&self.setting).clone()
    }

    /// How it answers from now on.
    pub fn set(&self, setting: Setting) {
        *locked(&self.setting) = setting;
        self.turn.store(0, Ordering::Relaxed);
    }

    /// Lets every held answer go on.
    pub fn release(&self) {
        self.released.send_modify(|generation| *generation += 1);
    }

    /// As at the start; nobody is kept waiting.
    pub fn reset(&self) {
        self.set(Setting::default());
        self.record.clear();
        self.release();
    }

    /// What a client must know beside the address.
    #[must_use]
    pub fn announcement(&self, url: &str) -> Value {
        json!({"base_url": format!("{url}/v1"), "key": self.key, "name": self.name})
    }

    /// Its routes.
    pub fn api(self: Arc<Self>) -> Router {
        Router::new().fallback(answer).with_state(self)
    }

    fn fresh(&self, letters: usize) -> String {
        locked(&self.draw).secret(letters)
    }

    fn now_s(&self) -> i64 {
        self.clock.now_ms().div_euclid(1_000)
    }
}

/// Answers one request.
async fn answer(State(model): State<Arc<Model>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST_BODY).await else {
        return route_fault(413, "Request body is too large.").into_response();
    };
    // Before the request is known to anybody: a release cannot be missed.
    let holder = model.released.subscribe();
    if let Some(folder) = &model.folder
        && let Err(error) = record::write(folder, &bytes)
    {
        // A record with holes would let a grep over it pass.
        tracing::error!(%error, "a request was not recorded");
        return route_fault(500, "The lab could not record this request.").into_response();
    }
    let time = rfc3339_ms(model.clock.now_ms());
    let number = model.record.arrive(time, ModelRequest::of(&parts, &bytes));
    let response = respond(&model, &parts, &bytes, holder)
        .await
        .unwrap_or_else(Refusal::into_response);
    if response.extensions().get::<Cut>().is_none() {
        model.record.answered(number, response.status().as_u16());
    }
    response
}

fn route_fault(status: u16, message: impl Into<String>) -> Refusal {
    let kind = "invalid_request_error";
    Refusal::new(basis::ROUTES, status, kind, None, None, message)
}

async fn respond(
    model: &Arc<Model>,
    parts: &Parts,
    body: &[u8],
    mut holder: watch::Receiver<u64>,
) -> Result<Response<Body>, Refusal> {
    let (verb, path) = (parts.method.as_str(), parts.uri.path());
    match (verb, path) {
        ("POST", CHAT) | ("GET", MODELS) => {}
        (_, CHAT | MODELS) => {
            return Err(route_fault(
                405,
                format!("Not allowed to {verb} on {path}."),
            ));
        }
        _ => return Err(route_fault(404, format!("Invalid URL ({verb} {path})"))),
    }
    authorise(model, &parts.headers)?;
    if path == MODELS {
        return Ok(models(model));
    }
    let setting = locked(&model.setting).take();
    match setting.manner {
        Manner::Dead => return Ok(severed()),
        Manner::Silent => {
            let _the_lab_ends = holder.changed().await;
            return Ok(severed());
        }
        Manner::Redirect => return Ok(redirect(setting.location.as_deref())),
        _ => {}
    }
    media(&parts.headers)?;
    let asked = request::read(body, model.name, &setting)?;
    if let Some(refusal) = setting
        .error
        .and_then(|it| it.refusal(model.name, setting.retry_after_s))
    {
        return Err(refusal);
    }
    let turn = model.turn.fetch_add(1, Ordering::Relaxed);
    let speech = speech(&asked, &setting, turn).limited(asked.limit);
    if setting.first_byte_ms > 0 {
        tokio::time::sleep(Duration::from_millis(setting.first_byte_ms)).await;
    }
    if setting.held() == Some(Hold::FirstByte) && holder.changed().await.is_err() {
        return Ok(severed());
    }
    let pace = Pace {
        between: Duration::from_millis(setting.between_ms),
        held_in_the_middle: setting.held() == Some(Hold::Middle),
        holder,
    };
    Ok(speech::send(model, &asked, speech, pace))
}

fn authorise(model: &Model, headers: &HeaderMap) -> Result<(), Refusal> {
    let sent = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    match sent {
        Some(key) if key == model.key => Ok(()),
        Some(key) => {
            let shown: String = key.chars().take(4).collect();
            Err(refusal::invalid_key(&format!("{shown}****")))
        }
        None => Err(Refusal::new(
            basis::KEY,
            401,
            "invalid_request_error",
            None,
            None,
            "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
        )),
    }
}

fn media(headers: &HeaderMap) -> Result<(), Refusal> {
    let sent = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    if sent.split(';').next().unwrap_or("").trim() == "application/json" {
        return Ok(());
    }
    let message = format!(
        "Unsupported Media Type: got '{sent}'. Try again with a Content-Type of 'application/json'."
    );
    Err(route_fault(415, message))
}

fn models(model: &Model) -> Response<Body> {
    let one =
        json!({"id": model.name, "object": "model", "created": model.now_s(), "owned_by": "lab"});
    let mut response = Response::new(Body::from(
        json!({"object": "list", "data": [one]}).to_string(),
    ));
    let media = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, media);
    response
}

/// Marks an answer that must never be sent.
fn severed() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(Cut);
    response
}

fn redirect(location: Option<&str>) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    let elsewhere = HeaderValue::from_static(ELSEWHERE);
    let place = location.and_then(|it| HeaderValue::from_str(it).ok());
    response
        .headers_mut()
        .insert(header::LOCATION, place.unwrap_or(elsewhere));
    response
}

/// What is said in a manner.
fn speech(asked: &Asked, setting: &Setting, turn: usize) -> Speech {
    let prompt = prompt::read(&asked.text);
    let honest = || match &asked.schema {
        Some(schema) => Speech::of(&honest::answer(&prompt, schema).to_string()),
        None => Speech::of(&honest::prose(&prompt)),
    };
    match setting.manner {
        Manner::Cut => broken::cut(honest()),
        Manner::BadJson => broken::bad_json(),
        Manner::BadChunk => broken::bad_chunk(),
        Manner::BadUtf8 => broken::bad_utf8(),
        Manner::Bomb => broken::bomb(),
        Manner::WideBomb => broken::wide_bomb(),
        Manner::Endless => broken::endless(),
        Manner::Length => broken::length(honest()),
        Manner::Error if setting.error == Some(Trouble::ContentFilterAnswer) => {
            broken::filtered(honest())
        }
        Manner::Refusal => broken::refusal(),
        Manner::Lying => match &asked.schema {
            Some(schema) => Speech::of(&lying::answer(&prompt, schema, turn).to_string()),
            None => honest(),
        },
        Manner::Hostile => hostile::speech(asked, turn),
        Manner::Honest
        | Manner::Slow
        | Manner::Silent
        | Manner::Dead
        | Manner::Redirect
        | Manner::Error => honest(),
    }
}
