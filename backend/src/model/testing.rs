//! An endpoint that keeps what it is sent and answers as a test wants it to.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};

use super::Model;
use super::client::Client;
use super::request::Manner;
use crate::config::SchemaForm;

/// What the endpoint does with a request.
pub enum Manners {
    /// Streams this text in small pieces, and ends with this reason.
    Says(String, &'static str),
    /// Answers with this status and JSON.
    Refuses(u16, Value),
    /// Sends these bytes as a stream and ends.
    Sends(Vec<u8>),
    /// Sends the beginning of an answer again and again, without end.
    Endless,
    /// Answers nothing, ever.
    Silent,
    /// Begins and then says nothing more.
    Stops,
    /// Sends the asker elsewhere.
    Redirects,
}

type Decide = dyn Fn(&Value) -> Manners + Send + Sync;

/// The endpoint.
pub struct StandIn {
    address: String,
    seen: Arc<Seen>,
}

struct Seen {
    decide: Box<Decide>,
    requests: Mutex<Vec<(String, Option<String>)>>,
}

impl StandIn {
    /// Listens, and lets `decide` answer each request by its body.
    pub async fn start(decide: impl Fn(&Value) -> Manners + Send + Sync + 'static) -> Self {
        let seen = Arc::new(Seen {
            decide: Box::new(decide),
            requests: Mutex::default(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/v1", listener.local_addr().unwrap());
        let app = Router::new()
            .route("/v1/chat/completions", post(complete))
            .with_state(Arc::clone(&seen));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address, seen }
    }

    /// The bodies that it was sent, as they came.
    pub fn bodies(&self) -> Vec<String> {
        let requests = requests(&self.seen);
        requests.iter().map(|(body, _)| body.clone()).collect()
    }

    /// The authorization of the last request.
    pub fn last_authorization(&self) -> Option<String> {
        requests(&self.seen).last()?.1.clone()
    }

    /// A model behind it. The deadlines are short where the endpoint is silent.
    pub fn model(&self, deadline: Duration, idle: Duration) -> Model {
        model_at(&self.address, deadline, idle)
    }
}

/// A model behind an address.
pub fn model_at(base_url: &str, deadline: Duration, idle: Duration) -> Model {
    // The first test of a process installs it.
    drop(rustls::crypto::ring::default_provider().install_default());
    let key = Some("canary-key".into());
    let client = Client::new(base_url, key, idle).unwrap();
    Model {
        host: client.host(),
        client,
        name: "triage".to_owned(),
        max_tokens: 1_000,
        context_tokens: None,
        deadline,
        schema_form: SchemaForm::Auto,
        manner: Mutex::new(Manner::first(SchemaForm::Auto)),
        terms: vec!["Bluebird".to_owned()],
        external_addresses: false,
        wants_prose: false,
    }
}

fn requests(seen: &Seen) -> MutexGuard<'_, Vec<(String, Option<String>)>> {
    seen.requests.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn complete(State(seen): State<Arc<Seen>>, headers: HeaderMap, body: Bytes) -> Response {
    let text = String::from_utf8(body.to_vec()).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    let key = headers.get(AUTHORIZATION);
    let key = key.map(|value| value.to_str().unwrap().to_owned());
    requests(&seen).push((text, key));
    match (seen.decide)(&value) {
        Manners::Says(text, finish) => stream(Body::from(chunks(&text, finish))),
        Manners::Refuses(status, error) => {
            (StatusCode::from_u16(status).unwrap(), axum::Json(error)).into_response()
        }
        Manners::Sends(bytes) => stream(Body::from(bytes)),
        Manners::Endless => {
            let piece = piece("x".repeat(4_000).as_str());
            let pieces = futures::stream::repeat_with(move || {
                Ok::<_, std::convert::Infallible>(piece.clone())
            });
            stream(Body::from_stream(pieces))
        }
        Manners::Silent => std::future::pending().await,
        Manners::Stops => {
            use futures::StreamExt;
            let first = futures::stream::iter([Ok::<_, std::convert::Infallible>(piece("{"))]);
            stream(Body::from_stream(first.chain(futures::stream::pending())))
        }
        Manners::Redirects => {
            let there = [(LOCATION, "/v1/elsewhere")];
            (StatusCode::TEMPORARY_REDIRECT, there).into_response()
        }
    }
}

fn stream(body: Body) -> Response {
    ([(CONTENT_TYPE, "text/event-stream")], body).into_response()
}

fn piece(text: &str) -> String {
    let chunk = json!({
        "object": "chat.completion.chunk",
        "choices": [{ "index": 0, "delta": { "content": text }, "finish_reason": null }],
    });
    format!("data: {chunk}\n\n")
}

fn chunks(text: &str, finish: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut out: String = characters
        .chunks(5)
        .map(|part| piece(&part.iter().collect::<String>()))
        .collect();
    let end = json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": finish }] });
    let usage =
        json!({ "choices": [], "usage": { "prompt_tokens": 1420, "completion_tokens": 388 } });
    out.push_str(&format!("data: {end}\n\ndata: {usage}\n\ndata: [DONE]\n\n"));
    out
}
