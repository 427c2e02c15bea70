//! The endpoint of a model that obeys, over HTTP; whatever else is asked of its address was not meant to be.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aside_lab::model::{obey, obey_beyond};
use axum::Router;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};
use serde_json::{Value, json};

use super::attacks::Attack;
use super::obedient::{self, Reply};

/// Every so many attacks the lab's obedient model answers instead of this test's.
const LABS_EVERY: usize = 6;

/// The endpoint.
pub struct Endpoint {
    /// What the backend is configured with.
    pub base_url: String,
    /// What an attack calls an address of the attacker's.
    pub link: String,
    attack: Mutex<Option<Attack>>,
    /// The text of the first question, which was about another alert.
    remembered: Mutex<Option<String>>,
    exchanged: Mutex<Exchanged>,
}

/// What came to the endpoint and what it said.
#[derive(Default)]
pub struct Exchanged {
    /// The bodies of questions.
    pub bodies: Vec<String>,
    /// The texts of answers.
    pub said: Vec<String>,
    /// Requests to anywhere else.
    pub strays: Vec<String>,
}

fn of<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Endpoint {
    /// Listens, in the running runtime.
    pub async fn start() -> Arc<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port");
        let address = listener.local_addr().expect("an address");
        let endpoint = Arc::new(Self {
            base_url: format!("http://{address}/v1"),
            link: format!("http://{address}/beacon"),
            attack: Mutex::default(),
            remembered: Mutex::default(),
            exchanged: Mutex::default(),
        });
        let routes = Router::new()
            .route("/v1/chat/completions", post(complete))
            .fallback(any(stray))
            .with_state(Arc::clone(&endpoint));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        endpoint
    }

    /// The model now obeys this attack.
    pub fn obeys(&self, attack: Attack) {
        *of(&self.attack) = Some(attack);
    }

    /// What came and went since this was last asked.
    pub fn exchanged(&self) -> Exchanged {
        std::mem::take(&mut *of(&self.exchanged))
    }
}

async fn stray(State(endpoint): State<Arc<Endpoint>>, uri: Uri) -> StatusCode {
    of(&endpoint.exchanged).strays.push(uri.to_string());
    StatusCode::NOT_FOUND
}

async fn complete(State(endpoint): State<Arc<Endpoint>>, body: String) -> Response {
    let value: Value = serde_json::from_str(&body).expect("JSON");
    of(&endpoint.exchanged).bodies.push(body);
    let text = value["messages"][1]["content"].as_str().expect("a text");
    let attack = *of(&endpoint.attack);
    let reply = match attack {
        Some(attack) if attack.number % LABS_EVERY == 0 => {
            // The lab's own finds the order in the text, and obeys within the schema or beyond it.
            let instructions = value["messages"][0]["content"].as_str().unwrap_or_default();
            let schema = &value["response_format"]["json_schema"]["schema"];
            Reply::Says(match attack.number % (2 * LABS_EVERY) == 0 {
                true => obey(instructions, text, schema).to_string(),
                false => obey_beyond(instructions, text, schema),
            })
        }
        Some(attack) => {
            let remembered = of(&endpoint.remembered).clone();
            obedient::reply(&attack, &endpoint.link, text, remembered.as_deref())
        }
        None => {
            of(&endpoint.remembered).get_or_insert_with(|| text.to_owned());
            Reply::Says(json!({ "claims": [] }).to_string())
        }
    };
    match reply {
        Reply::Says(said) => {
            of(&endpoint.exchanged).said.push(said.clone());
            streamed(json!({ "content": said }))
        }
        Reply::CallsTool => streamed(json!({
            "content": "", "tool_calls": [{ "index": 0, "id": "1", "type": "function",
                "function": { "name": "isolate_host", "arguments": "{\"host\":\"H1\"}" } }],
        })),
        Reply::Redirects => {
            let there = [(LOCATION, endpoint.link.clone())];
            (StatusCode::TEMPORARY_REDIRECT, there).into_response()
        }
    }
}

fn streamed(delta: Value) -> Response {
    let part = json!({ "choices": [{ "index": 0, "delta": delta, "finish_reason": null }] });
    let end = json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }] });
    let stream = format!("data: {part}\n\ndata: {end}\n\ndata: [DONE]\n\n");
    ([(CONTENT_TYPE, "text/event-stream")], stream).into_response()
}
