//! The one HTTP layer of all vendors: deadlines, size limits, token cache, rate limits, safe retries.
//!
//! Redirects are never followed: a secret in a form must not travel to another host. Reads are
//! repeated on 429, 5xx and lost connections; a call that changes something never is.

use std::time::{Duration, Instant};

use reqwest::header::HeaderMap;
use reqwest::{Client, RequestBuilder, StatusCode};
use secrecy::SecretString;
use tokio::sync::Mutex;

use super::{CallError, PlatformError, PlatformErrorKind};

const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(30);
/// Largest answer that is read, in bytes.
const ANSWER_MAX: usize = 32 * 1024 * 1024;
/// Tries of a read.
const TRIES: u32 = 3;
/// The longest that a read waits for a vendor's limit.
const LIMIT_WAIT_MAX: Duration = Duration::from_secs(5);
/// A token is renewed this long before it ends.
const RENEW_BEFORE: Duration = Duration::from_secs(60);

/// An HTTP client for one vendor.
#[derive(Clone)]
pub struct Transport {
    client: Client,
    vendor: &'static str,
}

/// A vendor's answer, read whole.
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Result<serde_json::Value, String> {
        serde_json::from_slice(&self.body).or_else(|e| {
            super::document::repaired(&self.body)
                .ok_or_else(|| format!("the answer is no JSON ({e})"))
        })
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// Why there is no answer.
struct NoAnswer {
    /// The request never left: nothing can have changed.
    unsent: bool,
    words: String,
}

impl Transport {
    /// A client for a vendor of that name.
    pub fn new(vendor: &'static str) -> Result<Self, String> {
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .user_agent(concat!("aside/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| format!("no HTTP client: {e}"))?;
        Ok(Self { client, vendor })
    }

    /// The client, to build requests with.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Sends a request that changes nothing, again where that makes sense. `build` makes it anew for
    /// each try. `retry_after` reads the vendor's limit from an answer with 429.
    pub async fn read(
        &self,
        what: &str,
        build: impl Fn() -> RequestBuilder,
        retry_after: impl Fn(&Answer) -> Duration,
    ) -> Result<Answer, PlatformError> {
        let started = Instant::now();
        let mut words = String::new();
        for attempt in 0..TRIES {
            if attempt > 0 {
                tokio::time::sleep(pause(attempt)).await;
            }
            match self.send(what, build()).await {
                Ok(answer) if answer.status == StatusCode::TOO_MANY_REQUESTS => {
                    let wait = retry_after(&answer);
                    if wait > LIMIT_WAIT_MAX || attempt + 1 == TRIES {
                        return Err(self.limit(what, wait));
                    }
                    tokio::time::sleep(wait).await;
                }
                Ok(answer) if answer.status.is_server_error() => words = answer.status.to_string(),
                Ok(answer) => return Ok(answer),
                Err(error) => words = error.words,
            }
        }
        let seconds = started.elapsed().as_secs_f32();
        Err(self.down(format!(
            "{} does not answer: {what}: {words} ({TRIES} tries in {seconds:.1} s)",
            self.vendor
        )))
    }

    /// Sends a request that changes something, once.
    pub async fn change(&self, what: &str, request: RequestBuilder) -> Result<Answer, CallError> {
        match self.send(what, request).await {
            Ok(answer) if answer.status.is_server_error() => Err(CallError::AnswerLost(
                self.down(format!("{}: {what}: {}", self.vendor, answer.status)),
            )),
            Ok(answer) if answer.status == StatusCode::TOO_MANY_REQUESTS => Err(
                CallError::Refused(self.limit(what, Duration::from_secs(60))),
            ),
            Ok(answer) => Ok(answer),
            Err(NoAnswer { unsent, words }) => {
                let error = self.down(format!("{}: {what}: {words}", self.vendor));
                Err(if unsent {
                    CallError::Refused(error)
                } else {
                    CallError::AnswerLost(error)
                })
            }
        }
    }

    async fn send(&self, what: &str, request: RequestBuilder) -> Result<Answer, NoAnswer> {
        let started = Instant::now();
        let result = self.exchange(request).await;
        let ms = started.elapsed().as_millis();
        match &result {
            Ok(answer) => tracing::info!(
                vendor = self.vendor,
                what,
                status = answer.status.as_u16(),
                ms,
                "vendor call"
            ),
            Err(error) => tracing::warn!(
                vendor = self.vendor,
                what,
                error = error.words,
                ms,
                "vendor call"
            ),
        }
        result
    }

    async fn exchange(&self, request: RequestBuilder) -> Result<Answer, NoAnswer> {
        let lost = |error: reqwest::Error| NoAnswer {
            unsent: error.is_connect() || error.is_builder(),
            // Without the address: its query may hold what is not for a log.
            words: reason(&error.without_url()),
        };
        let mut response = request.send().await.map_err(lost)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(lost)? {
            if body.len() + chunk.len() > ANSWER_MAX {
                return Err(NoAnswer {
                    unsent: false,
                    words: format!("the answer is larger than {ANSWER_MAX} bytes"),
                });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status,
            headers,
            body,
        })
    }

    /// The vendor gives no usable answer.
    pub fn down(&self, detail: String) -> PlatformError {
        PlatformError {
            kind: PlatformErrorKind::Down,
            detail,
            vendor_request_id: None,
        }
    }

    fn limit(&self, what: &str, wait: Duration) -> PlatformError {
        let retry_after_s = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).max(1);
        PlatformError {
            kind: PlatformErrorKind::Limit { retry_after_s },
            detail: format!(
                "{}'s limit is reached: {what}. Next try in {retry_after_s} s.",
                self.vendor
            ),
            vendor_request_id: None,
        }
    }
}

/// An error with its causes, in one line.
fn reason(error: &reqwest::Error) -> String {
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        words = format!("{words}: {inner}");
        cause = inner.source();
    }
    words
}

/// A quarter of a second, then one, each with up to half of it added by chance.
fn pause(attempt: u32) -> Duration {
    let base = 250 * 4_u64.pow(attempt.saturating_sub(1));
    Duration::from_millis(base + rand::random_range(0..=base / 2))
}

/// A token that is fetched once for all who need it at the same time.
#[derive(Default)]
pub struct TokenCache {
    current: Mutex<Option<(SecretString, Instant)>>,
}

impl TokenCache {
    /// The token, fetched if there is none or it is about to end.
    pub async fn get(
        &self,
        fetch: impl Future<Output = Result<(SecretString, Duration), PlatformError>>,
    ) -> Result<SecretString, PlatformError> {
        let mut current = self.current.lock().await;
        if let Some((token, _)) = current
            .as_ref()
            .filter(|(_, ends)| Instant::now() + RENEW_BEFORE < *ends)
        {
            return Ok(token.clone());
        }
        let (token, lasts) = fetch.await?;
        *current = Some((token.clone(), Instant::now() + lasts));
        Ok(token)
    }

    /// Forgets the token, because the vendor does not accept it any more.
    pub async fn forget(&self) {
        *self.current.lock().await = None;
    }
}
