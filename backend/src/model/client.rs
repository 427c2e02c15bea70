//! `POST {base_url}/chat/completions`: no redirects, bounded answers, nothing that comes is waited for in silence.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Response, Url};
use secrecy::{ExposeSecret, SecretString};

use super::failure::{Failure, quoted};
use super::stream::{Completion, Reader};

const CONNECT: Duration = Duration::from_secs(5);
/// Bytes of an error answer that are read.
const ERROR_MAX: usize = 64 * 1024;

pub(super) struct Client {
    http: reqwest::Client,
    url: Url,
    key: Option<SecretString>,
    /// `Bearer` and the key; its `Debug` shows nothing of it.
    authorization: Option<HeaderValue>,
    idle: Duration,
}

impl Client {
    pub(super) fn new(
        base_url: &str,
        key: Option<SecretString>,
        idle: Duration,
    ) -> Result<Self, String> {
        let url = format!("{}/chat/completions", base_url.trim_end_matches('/'));
        let url = Url::parse(&url).map_err(|e| format!("[model] base_url {base_url}: {e}"))?;
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .user_agent(concat!("aside/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| format!("no HTTP client: {e}"))?;
        let authorization = key.as_ref().map(bearer).transpose()?;
        Ok(Self {
            http,
            url,
            key,
            authorization,
            idle,
        })
    }

    /// Where requests go.
    pub(super) fn address(&self) -> &str {
        self.url.as_str()
    }

    /// The endpoint's host, with the port where one is named.
    pub(super) fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        match self.url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// Sends one body and reads the answer to its end.
    pub(super) async fn post(&self, body: String) -> Result<Completion, Failure> {
        let answer = self.exchange(body).await;
        answer.map_err(|failure| match &self.key {
            Some(key) => failure.without(key.expose_secret()),
            None => failure,
        })
    }

    async fn exchange(&self, body: String) -> Result<Completion, Failure> {
        let mut request = self
            .http
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json");
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let response = request.body(body).send().await.map_err(|error| {
            let is_unsent = error.is_connect() || error.is_builder();
            let words = cause(error);
            match is_unsent {
                true => Failure::Unreachable {
                    host: self.host(),
                    words,
                },
                false => Failure::Lost(words),
            }
        })?;
        let status = response.status();
        if status.is_redirection() {
            let words = "redirects are not followed".to_owned();
            return Err(Failure::Refused {
                status: status.as_u16(),
                words,
            });
        }
        if !status.is_success() {
            let body = self.error_body(response).await;
            return Err(Failure::refused(status.as_u16(), &body));
        }
        self.answer(response).await
    }

    async fn answer(&self, mut response: Response) -> Result<Completion, Failure> {
        let content_type = response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        let mut reader = Reader::new(&content_type);
        let lost = |error: reqwest::Error| Failure::Lost(cause(error));
        // A model may read for long before it says a word: until then only the deadline counts.
        let mut next = response.chunk().await;
        while let Some(bytes) = next.map_err(lost)? {
            if reader.take(&bytes)? {
                break;
            }
            let more = tokio::time::timeout(self.idle, response.chunk()).await;
            next = more.map_err(|_| Failure::Idle(self.idle.as_secs()))?;
        }
        reader.finish()
    }

    /// What can be read of an error's body.
    async fn error_body(&self, mut response: Response) -> Vec<u8> {
        let mut body = Vec::new();
        while let Ok(Ok(Some(bytes))) = tokio::time::timeout(self.idle, response.chunk()).await {
            body.extend_from_slice(&bytes);
            if body.len() > ERROR_MAX {
                body.truncate(ERROR_MAX);
                break;
            }
        }
        // Before it is cut to what is shown: half a key is a key's half.
        match &self.key {
            Some(key) => String::from_utf8_lossy(&body)
                .replace(key.expose_secret(), "[the key]")
                .into_bytes(),
            None => body,
        }
    }
}

fn bearer(key: &SecretString) -> Result<HeaderValue, String> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", key.expose_secret()))
        .map_err(|_| "[model] the key has characters that no header can carry".to_owned())?;
    value.set_sensitive(true);
    Ok(value)
}

/// What went wrong at the bottom of it, without the link that a library may add.
fn cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut inmost: &dyn std::error::Error = &error;
    while let Some(source) = inmost.source() {
        inmost = source;
    }
    let words = inmost.to_string();
    quoted(words.split(": http").next().unwrap_or(&words))
}
