//! The one HTTP layer of all vendors: deadlines, size limits, token cache, rate limits, safe retries.
//!
//! Redirects are never followed: a secret in a form must not travel to another host. Reads are
//! repeated on 429, 5xx and lost connections; a call that changes something never is. When little is
//! left of a vendor's limit, reads are spread out, and what is left belongs to the calls that act.

#[cfg(test)]
mod tests;

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Client, RequestBuilder, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::{CallError, PlatformError, PlatformErrorKind};

const CONNECT: Duration = Duration::from_secs(5);
/// Largest answer that is read, in bytes.
const ANSWER_MAX: usize = 32 * 1024 * 1024;
/// Tries of a read, none of them begun later than an answer may take.
const TRIES: u32 = 3;
/// The longest that a request waits for a vendor's limit.
const LIMIT_WAIT_MAX: Duration = Duration::from_secs(5);
/// Vendors count requests by the minute.
const LIMIT_WINDOW: Duration = Duration::from_secs(60);
/// The part of a limit that reads leave to the calls that act: one in so many.
const RESERVE: u64 = 20;
/// A token is renewed this long before it ends.
const RENEW_BEFORE: Duration = Duration::from_secs(60);

/// An HTTP client for one tenant of a vendor.
#[derive(Clone)]
pub struct Transport {
    client: Client,
    vendor: &'static str,
    limit: LimitHeaders,
    answer_within: Duration,
    pace: Arc<std::sync::Mutex<Pace>>,
}

/// How a vendor tells of its limit.
#[derive(Clone, Copy)]
pub struct LimitHeaders {
    /// What any answer says is left.
    pub left: fn(&Answer) -> Option<Left>,
    /// How long an answer with 429 asks to wait.
    pub retry_after: fn(&Answer) -> Duration,
}

/// What is left of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Requests that will be answered yet.
    pub remaining: u64,
    /// Requests a minute.
    pub limit: u64,
}

/// When the next request may leave.
#[derive(Default)]
struct Pace {
    /// The vendor has said that it answers nothing before.
    closed_until: Option<Instant>,
    /// What was left, and when that was said.
    left: Option<(Left, Instant)>,
    /// The next read's turn while little is left.
    next_read: Option<Instant>,
}

impl Pace {
    /// How long a request has to wait for its turn, or that it is too long to wait.
    fn turn(&mut self, now: Instant, is_read: bool) -> Result<Duration, Duration> {
        let mut at = self.closed_until.map_or(now, |until| until.max(now));
        let spacing = self.spacing(now).filter(|_| is_read);
        if spacing.is_some() {
            at = at.max(self.next_read.unwrap_or(now));
        }
        let wait = at - now;
        if wait > LIMIT_WAIT_MAX {
            return Err(wait);
        }
        if let Some(spacing) = spacing {
            self.next_read = Some(at + spacing);
        }
        Ok(wait)
    }

    /// The time between two reads when little is left: what is left, spread over a minute.
    fn spacing(&self, now: Instant) -> Option<Duration> {
        let (left, said) = self.left?;
        let is_little = left.remaining.saturating_mul(RESERVE) < left.limit;
        let remaining = u32::try_from(left.remaining.max(1)).unwrap_or(u32::MAX);
        (is_little && now - said < LIMIT_WINDOW).then(|| LIMIT_WINDOW / remaining)
    }
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
    /// A client for a vendor of that name, which tells of its limit in these headers and has so long
    /// for an answer, to its last byte.
    pub fn new(
        vendor: &'static str,
        limit: LimitHeaders,
        answer_within: Duration,
    ) -> Result<Self, String> {
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .timeout(answer_within)
            .user_agent(concat!("aside/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| format!("no HTTP client: {e}"))?;
        Ok(Self {
            client,
            vendor,
            limit,
            answer_within,
            pace: Arc::default(),
        })
    }

    /// The client, to build requests with.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Sends a request that changes nothing, again where that makes sense. `build` makes it anew for
    /// each try.
    pub async fn read(
        &self,
        what: &str,
        build: impl Fn() -> RequestBuilder,
    ) -> Result<Answer, PlatformError> {
        let started = Instant::now();
        let mut tries = 0;
        let words = loop {
            self.take_turn(what, true).await?;
            tries += 1;
            let words = match self.send(what, build()).await {
                Ok(answer) if answer.status == StatusCode::TOO_MANY_REQUESTS => {
                    if tries == TRIES {
                        return Err(self.limit(what, (self.limit.retry_after)(&answer)));
                    }
                    continue;
                }
                Ok(answer) if answer.status.is_server_error() => answer.status.to_string(),
                Ok(answer) => return Ok(answer),
                Err(error) => error.words,
            };
            if tries == TRIES || started.elapsed() >= self.answer_within {
                break words;
            }
            tokio::time::sleep(pause(tries)).await;
        };
        let seconds = started.elapsed().as_secs_f32();
        Err(self.down(format!(
            "{} does not answer: {what}: {words} (tries: {tries} in {seconds:.1} s)",
            self.vendor
        )))
    }

    /// Sends a request that changes something, once.
    pub async fn change(&self, what: &str, request: RequestBuilder) -> Result<Answer, CallError> {
        self.take_turn(what, false)
            .await
            .map_err(CallError::NotSent)?;
        match self.send(what, request).await {
            Ok(answer) if answer.status.is_server_error() => Err(CallError::AnswerLost(
                self.down(format!("{}: {what}: {}", self.vendor, answer.status)),
            )),
            Ok(answer) if answer.status == StatusCode::TOO_MANY_REQUESTS => Err(
                CallError::NotSent(self.limit(what, (self.limit.retry_after)(&answer))),
            ),
            Ok(answer) => Ok(answer),
            Err(NoAnswer { unsent, words }) => {
                let error = self.down(format!("{}: {what}: {words}", self.vendor));
                Err(if unsent {
                    CallError::NotSent(error)
                } else {
                    CallError::AnswerLost(error)
                })
            }
        }
    }

    /// Waits until the vendor's limit lets a request through; an error when that is too long.
    async fn take_turn(&self, what: &str, is_read: bool) -> Result<(), PlatformError> {
        let turn = self.pace().turn(Instant::now(), is_read);
        let wait = turn.map_err(|wait| self.limit(what, wait))?;
        tokio::time::sleep(wait).await;
        Ok(())
    }

    /// Remembers what an answer says of the vendor's limit.
    fn learn(&self, answer: &Answer) {
        let now = Instant::now();
        let mut pace = self.pace();
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            pace.closed_until = Some(now + (self.limit.retry_after)(answer));
        } else if let Some(left) = (self.limit.left)(answer) {
            pace.left = Some((left, now));
        }
    }

    fn pace(&self) -> std::sync::MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn send(&self, what: &str, request: RequestBuilder) -> Result<Answer, NoAnswer> {
        let started = Instant::now();
        let result = self.exchange(request).await;
        let ms = started.elapsed().as_millis();
        if let Ok(answer) = &result {
            self.learn(answer);
        }
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
pub fn reason(error: &reqwest::Error) -> String {
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

    /// Forgets the token that the vendor did not accept, unless another has taken its place by now.
    pub async fn forget(&self, refused: &SecretString) {
        let mut current = self.current.lock().await;
        if current
            .as_ref()
            .is_some_and(|(token, _)| token.expose_secret() == refused.expose_secret())
        {
            *current = None;
        }
    }
}
