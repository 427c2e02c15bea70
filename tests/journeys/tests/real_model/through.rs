//! Between the backend and a model's server: passes on what either says, and keeps it.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};

/// Longer than any answer is waited for by who asked.
const PATIENCE: Duration = Duration::from_secs(600);

/// One request and what was answered.
#[derive(Clone, Default)]
pub struct Exchange {
    /// The request's body.
    pub asked: String,
    /// The answer's status.
    pub status: u16,
    /// The answer's body, as far as it came.
    pub answered: Vec<u8>,
}

impl Exchange {
    /// What the model wrote.
    pub fn said(&self) -> String {
        let chunks = self.chunks();
        let parts = chunks
            .iter()
            .filter_map(|chunk| chunk.pointer("/choices/0/delta/content")?.as_str());
        parts.collect()
    }

    /// How many tokens that is: it comes one by one.
    pub fn tokens(&self) -> usize {
        let has_text = |chunk: &&Value| {
            let text = chunk.pointer("/choices/0/delta/content");
            text.and_then(Value::as_str)
                .is_some_and(|text| !text.is_empty())
        };
        self.chunks().iter().filter(has_text).count()
    }

    /// How many claims that is, if it is an answer at all.
    pub fn claims(&self) -> Option<usize> {
        let said: Value = serde_json::from_str(&self.said()).ok()?;
        Some(said.get("claims")?.as_array()?.len())
    }

    /// Why it ended.
    pub fn ended(&self) -> Option<String> {
        let chunks = self.chunks();
        let mut reasons = chunks
            .iter()
            .filter_map(|chunk| chunk.pointer("/choices/0/finish_reason")?.as_str());
        reasons.next_back().map(str::to_owned)
    }

    fn chunks(&self) -> Vec<Value> {
        let text = String::from_utf8_lossy(&self.answered);
        let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
        data.filter_map(|data| serde_json::from_str(data).ok())
            .collect()
    }
}

/// Tokens of the last question, as llama-cpp-python's server counts them, without its schema: that is a grammar there
/// and is not read.
pub async fn tokens_read(base_url: &str, went: &[Exchange]) -> usize {
    let Some(last) = went.last() else { return 0 };
    let asked: Value = serde_json::from_str(&last.asked).expect("JSON");
    let messages = asked["messages"].as_array().expect("messages");
    let texts: Vec<&str> = messages
        .iter()
        .filter_map(|it| it["content"].as_str())
        .collect();
    let root = base_url.strip_suffix("/v1").expect("the server's own form");
    let request = aside_journeys::client(PATIENCE)
        .post(format!("{root}/extras/tokenize/count"))
        .json(&json!({ "input": texts.join("\n") }));
    let answer = request.send().await.expect("the server answers");
    let count: Value = answer.json().await.expect("JSON");
    let count = count["count"].as_u64().expect("a count");
    usize::try_from(count).expect("a small number")
}

/// All exchanges, in order.
pub type Exchanges = Arc<Mutex<Vec<Exchange>>>;

#[derive(Clone)]
struct Between {
    base_url: String,
    http: reqwest::Client,
    exchanges: Exchanges,
}

/// Listens in front of the server at `base_url`: its own address, and what goes through it.
pub async fn listen(base_url: &str) -> (String, Exchanges) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let own = format!("http://{}/v1", listener.local_addr().expect("an address"));
    let exchanges = Exchanges::default();
    let between = Between {
        base_url: base_url.to_owned(),
        http: aside_journeys::client(PATIENCE),
        exchanges: Arc::clone(&exchanges),
    };
    let app = axum::Router::new()
        .route("/v1/chat/completions", post(pass))
        .with_state(between);
    tokio::spawn(async move { axum::serve(listener, app).await });
    (own, exchanges)
}

async fn pass(State(between): State<Between>, body: String) -> Response {
    let at = {
        let mut exchanges = between.exchanges.lock().expect("the exchanges");
        exchanges.push(Exchange {
            asked: body.clone(),
            ..Exchange::default()
        });
        exchanges.len() - 1
    };
    let url = format!("{}/chat/completions", between.base_url);
    let request = between
        .http
        .post(url)
        .header(CONTENT_TYPE.as_str(), "application/json");
    let answer = match request.body(body).send().await {
        Ok(answer) => answer,
        Err(error) => return (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    };
    let status = answer.status().as_u16();
    between.exchanges.lock().expect("the exchanges")[at].status = status;
    let content_type = answer.headers().get(CONTENT_TYPE.as_str()).cloned();
    let exchanges = between.exchanges;
    let parts = futures::stream::unfold(answer, move |mut answer| {
        let exchanges = Arc::clone(&exchanges);
        async move {
            let part: Bytes = answer.chunk().await.ok()??;
            let mut exchanges = exchanges.lock().expect("the exchanges");
            exchanges[at].answered.extend_from_slice(&part);
            Some((Ok::<_, Infallible>(part), answer))
        }
    });
    let mut response = Response::new(Body::from_stream(parts));
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    if let Some(content_type) = content_type {
        response.headers_mut().insert(CONTENT_TYPE, content_type);
    }
    response
}
