//! A lab with a clock of the test's own, and a client that signs in as one of its API clients.

use std::sync::Arc;

use aside_lab::{
    Lab, basis,
    clock::Clock,
    crowdstrike::Falcon,
    model::Model,
    serve::{Options, Running, start},
    world::World,
};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

/// The lab's start in every scene: milliseconds since the epoch.
pub const START: i64 = 1_780_000_000_000;

pub struct Scene {
    pub lab: Arc<Lab>,
    pub falcon: Arc<Falcon>,
    /// Of Falcon's API.
    pub base_url: String,
    /// Of Falcon's console.
    pub console_url: String,
    pub running: Running,
    pub http: Client,
}

/// An answer: status, headers of interest, JSON (null for none).
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Answer {
    pub fn ids(&self) -> Vec<String> {
        let resources = self.body["resources"].as_array().expect("resources");
        resources
            .iter()
            .map(|id| id.as_str().expect("an id").to_owned())
            .collect()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub fn message(&self) -> &str {
        self.body["errors"][0]["message"].as_str().unwrap_or("")
    }
}

impl Scene {
    pub async fn new() -> Self {
        Self::with_seed(7).await
    }

    pub async fn with_seed(seed: u64) -> Self {
        // Another test may have been first; either way one is there.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let world = Arc::new(World::new(seed, Clock::manual(START)));
        let falcon = Falcon::new(&world);
        let lab = Arc::new(Lab {
            world,
            platforms: vec![falcon.clone()],
            model: Model::new(seed, Clock::manual(START)),
        });
        let running = start(&lab, Options::default()).await.expect("free ports");
        let http = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        let served = &running.platforms[0];
        Self {
            lab,
            falcon,
            base_url: served.base_url.clone(),
            console_url: served.console_url.clone(),
            running,
            http,
        }
    }

    /// A token of the client with this name.
    pub async fn token(&self, name: &str) -> String {
        let client = self
            .falcon
            .clients
            .iter()
            .find(|client| client.name == name)
            .expect("a client of the lab");
        let answer = self
            .form(
                "/oauth2/token",
                &[("client_id", &client.id), ("client_secret", &client.secret)],
            )
            .await;
        assert_eq!(answer.status, 201, "{:?}", answer.body);
        assert_eq!(
            answer.header("x-cs-region"),
            None,
            "an SDK would leave the lab"
        );
        answer.body["access_token"]
            .as_str()
            .expect("a token")
            .to_owned()
    }

    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        send(
            self.http
                .post(format!("{}{path}", self.base_url))
                .form(fields),
        )
        .await
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.base_url))
    }

    pub async fn get(&self, token: &str, path: &str, query: &[(&str, &str)]) -> Answer {
        send(
            self.request(Method::GET, path)
                .bearer_auth(token)
                .query(query),
        )
        .await
    }

    pub async fn post(&self, token: &str, path: &str, body: Value) -> Answer {
        send(
            self.request(Method::POST, path)
                .bearer_auth(token)
                .json(&body),
        )
        .await
    }

    pub async fn patch(&self, token: &str, body: Value) -> Answer {
        send(
            self.request(Method::PATCH, "/alerts/entities/alerts/v3")
                .bearer_auth(token)
                .json(&body),
        )
        .await
    }

    /// `contain` or `lift_containment`.
    pub async fn act(&self, token: &str, action: &str, ids: &[&str]) -> Answer {
        let path = "/devices/entities/devices-actions/v2";
        send(
            self.request(Method::POST, path)
                .bearer_auth(token)
                .query(&[("action_name", action)])
                .json(&json!({ "ids": ids })),
        )
        .await
    }

    /// A host's status as the hosts service tells it.
    pub async fn status(&self, token: &str, id: &str) -> String {
        let answer = self
            .post(
                token,
                "/devices/entities/devices/v2",
                json!({ "ids": [id] }),
            )
            .await;
        answer.body["resources"][0]["status"]
            .as_str()
            .expect("a status")
            .to_owned()
    }

    pub async fn alert(&self, token: &str, id: &str) -> Value {
        let answer = self
            .post(
                token,
                "/alerts/entities/alerts/v2",
                json!({ "composite_ids": [id] }),
            )
            .await;
        answer.body["resources"][0].clone()
    }

    /// The control: GET without a body, POST with one.
    pub async fn control(&self, path: &str, body: Option<Value>) -> Answer {
        let url = format!("{}{path}", self.running.control_url);
        send(match body {
            None => self.http.get(url),
            Some(body) => self.http.post(url).json(&body),
        })
        .await
    }

    pub async fn scenario(&self, name: &str) -> Value {
        self.control("/scenarios", None).await.body[name].clone()
    }

    pub fn advance(&self, ms: i64) {
        self.lab.world.clock.advance(ms);
    }
}

pub async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    let text = response.text().await.expect("a text");
    let body = if text.is_empty() {
        Value::Null
    } else {
        serde_json::from_str(&text).unwrap_or(Value::String(text))
    };
    let answer = Answer {
        status,
        headers,
        body,
    };
    cites(&answer);
    answer
}

/// What Falcon's API refuses, whole or for an id, rests on something that stands in the table.
fn cites(answer: &Answer) {
    let errors = answer.body["errors"].as_array();
    if !answer.body["meta"].is_object() || errors.is_none_or(Vec::is_empty) {
        return;
    }
    let cited = answer
        .header(basis::HEADER)
        .unwrap_or_else(|| panic!("nothing is cited: {}", answer.body));
    let tables = [basis::ALL, aside_lab::crowdstrike::basis::ALL];
    for id in cited.split(',') {
        assert!(
            tables
                .iter()
                .any(|table| table.iter().any(|basis| basis.id == id)),
            "{id}"
        );
    }
}
