//! Falcon's API: token, envelope, limits, errors.

#[cfg(test)]
mod tests;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::{Method, RequestBuilder, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::VENDOR;
use crate::config::CredentialConfig;
use crate::platforms::transport::{Answer, Left, LimitHeaders, TokenCache, Transport};
use crate::platforms::{CallError, PlatformError, PlatformErrorKind};

/// The vendor's clouds. Source: the vendor's SDKs.
pub const CLOUDS: &[(&str, &str)] = &[
    ("us-1", "https://api.crowdstrike.com"),
    ("us-2", "https://api.us-2.crowdstrike.com"),
    ("eu-1", "https://api.eu-1.crowdstrike.com"),
    ("us-gov-1", "https://api.laggar.gcw.crowdstrike.com"),
    ("us-gov-2", "https://api.us-gov-2.crowdstrike.mil"),
];

/// How long an answer may take.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// A longer time than this is taken for a vendor's clock that is wrong.
const LIMIT_MAX_S: u64 = 60 * 60;

/// Falcon's limit, which counts all requests of a customer. Source: the vendor's SDKs.
pub const LIMIT: LimitHeaders = LimitHeaders { left, retry_after };

/// One API client (credential) on one cloud.
pub struct Client {
    transport: Transport,
    base_url: String,
    client_id: String,
    secret: SecretString,
    token: TokenCache,
}

/// A request to Falcon.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// In words, for messages and logs: `read alert`.
    pub what: &'a str,
    /// Verb.
    pub method: &'a str,
    /// Path from the first `/`.
    pub path: &'a str,
    /// Query parameters.
    pub query: &'a [(&'a str, &'a str)],
    /// JSON body.
    pub body: Option<&'a Value>,
    /// The scope that it needs, as the console names it.
    pub scope: &'a str,
}

impl Client {
    /// Reads the secret; no I/O beyond that. The clients of one tenant share its transport.
    pub fn new(
        transport: Transport,
        base_url: &str,
        credential: &CredentialConfig,
    ) -> Result<Self, String> {
        Ok(Self {
            transport,
            base_url: base_url.trim_end_matches('/').to_owned(),
            client_id: credential.client_id.clone(),
            secret: credential.secret()?,
            token: TokenCache::default(),
        })
    }

    /// A call that changes nothing. The answer is the envelope, or whatever JSON the operation gives.
    pub async fn read(&self, call: Call<'_>) -> Result<Value, PlatformError> {
        let mut token = self.bearer().await?;
        let mut answer = self.read_with(call, &token).await?;
        if answer.status == StatusCode::UNAUTHORIZED {
            // Expired early or revoked: once more with a fresh token.
            self.token.forget(&token).await;
            token = self.bearer().await?;
            answer = self.read_with(call, &token).await?;
        }
        self.accept(call, &answer)
    }

    /// A call that changes something: sent once, but for a token that was refused, which changes
    /// nothing. `Ok` is an envelope without an error.
    pub async fn change(&self, call: Call<'_>) -> Result<Value, CallError> {
        let mut token = self.bearer_for_change().await?;
        let mut answer = self.change_with(call, &token).await?;
        if answer.status == StatusCode::UNAUTHORIZED {
            self.token.forget(&token).await;
            token = self.bearer_for_change().await?;
            answer = self.change_with(call, &token).await?;
        }
        self.accept(call, &answer)
            .and_then(|envelope| without_error(call, &answer, envelope))
            .map_err(|error| match is_refusal(&answer) {
                true => CallError::Refused(error),
                false => CallError::AnswerLost(error),
            })
    }

    /// Whether the credential gets a token.
    pub async fn sign_in(&self) -> Result<(), PlatformError> {
        self.bearer().await.map(|_| ())
    }

    async fn read_with(
        &self,
        call: Call<'_>,
        token: &SecretString,
    ) -> Result<Answer, PlatformError> {
        let build = || self.build(call, token);
        self.transport.read(call.what, build).await
    }

    async fn change_with(&self, call: Call<'_>, token: &SecretString) -> Result<Answer, CallError> {
        let request = self.build(call, token);
        self.transport.change(call.what, request).await
    }

    fn build(&self, call: Call<'_>, token: &SecretString) -> RequestBuilder {
        let method = Method::from_bytes(call.method.as_bytes()).unwrap_or(Method::GET);
        let url = format!("{}{}", self.base_url, call.path);
        let mut request = self
            .transport
            .client()
            .request(method, url)
            .bearer_auth(token.expose_secret());
        if !call.query.is_empty() {
            request = request.query(call.query);
        }
        match call.body {
            Some(body) => request.json(body),
            None => request,
        }
    }

    async fn bearer(&self) -> Result<SecretString, PlatformError> {
        self.token.get(self.fetch_token()).await
    }

    /// Without a token nothing is sent; only a credential that the vendor refuses is refused for good.
    async fn bearer_for_change(&self) -> Result<SecretString, CallError> {
        self.bearer().await.map_err(|error| match error.kind {
            PlatformErrorKind::Credential => CallError::Refused(error),
            _ => CallError::NotSent(error),
        })
    }

    async fn fetch_token(&self) -> Result<(SecretString, Duration), PlatformError> {
        let form = [
            ("client_id", self.client_id.as_str()),
            ("client_secret", self.secret.expose_secret()),
        ];
        let url = format!("{}/oauth2/token", self.base_url);
        let build = || self.transport.client().post(&url).form(&form);
        let answer = self.transport.read("sign in", build).await?;
        let refused = |detail: String| PlatformError {
            kind: PlatformErrorKind::Credential,
            detail,
            vendor_request_id: trace_id(&answer),
        };
        match answer.status {
            StatusCode::CREATED | StatusCode::OK => {}
            StatusCode::PERMANENT_REDIRECT => {
                return Err(refused(self.elsewhere(&answer)));
            }
            status @ (StatusCode::BAD_REQUEST
            | StatusCode::UNAUTHORIZED
            | StatusCode::FORBIDDEN) => {
                return Err(refused(format!(
                    "{VENDOR} refuses the credential {} ({status}). Check client id and secret, and that the API client is enabled.",
                    self.client_id
                )));
            }
            status => {
                return Err(self
                    .transport
                    .down(format!("{VENDOR} answers a sign-in with {status}.")));
            }
        }
        let token: Option<(SecretString, Duration)> = answer.json().ok().and_then(|json| {
            let token = json.get("access_token")?.as_str()?.to_owned();
            let seconds = json
                .get("expires_in")
                .and_then(Value::as_u64)
                .unwrap_or(1799);
            Some((SecretString::from(token), Duration::from_secs(seconds)))
        });
        token.ok_or_else(|| {
            self.transport
                .down(format!("{VENDOR}: the answer to a sign-in has no token."))
        })
    }

    fn accept(&self, call: Call<'_>, answer: &Answer) -> Result<Value, PlatformError> {
        let what = call.what;
        let failed = |kind, detail| PlatformError {
            kind,
            detail,
            vendor_request_id: trace_id(answer),
        };
        if !answer.status.is_success() {
            let (kind, detail) = self.refused(call, answer);
            return Err(failed(kind, detail));
        }
        let json = answer
            .json()
            .map_err(|why| failed(PlatformErrorKind::Down, format!("{VENDOR}: {what}: {why}")))?;
        let is_empty = json
            .get("resources")
            .is_none_or(|it| it.as_array().is_none_or(Vec::is_empty));
        // Partial success is normal; an error with nothing beside it is one.
        if let Some((code, words)) = first_error(&json).filter(|_| is_empty) {
            let kind = match code {
                403 => PlatformErrorKind::Credential,
                404 | 400 => PlatformErrorKind::NotFound,
                _ => PlatformErrorKind::Down,
            };
            return Err(failed(kind, format!("{VENDOR}: {what}: {words}")));
        }
        Ok(json)
    }

    /// What an answer without success means.
    fn refused(&self, call: Call<'_>, answer: &Answer) -> (PlatformErrorKind, String) {
        let (what, client) = (call.what, &self.client_id);
        let words = answer
            .json()
            .ok()
            .and_then(|json| first_error(&json).map(|(_, words)| words))
            .unwrap_or_default();
        match answer.status {
            StatusCode::UNAUTHORIZED => (
                PlatformErrorKind::Credential,
                format!("{VENDOR} refuses the token of {client}: {what}."),
            ),
            StatusCode::FORBIDDEN => (
                PlatformErrorKind::Credential,
                format!(
                    "{VENDOR}: the credential {client} may not {what}: it needs the scope {}. {words}",
                    call.scope
                ),
            ),
            StatusCode::NOT_FOUND => (
                PlatformErrorKind::NotFound,
                format!("{VENDOR} has no such thing: {what}. {words}"),
            ),
            StatusCode::PERMANENT_REDIRECT => {
                (PlatformErrorKind::Credential, self.elsewhere(answer))
            }
            status => (
                PlatformErrorKind::Down,
                format!("{VENDOR}: {what}: {status} {words}"),
            ),
        }
    }

    /// The vendor redirects to the cloud of the credential; it is named instead of followed.
    fn elsewhere(&self, answer: &Answer) -> String {
        let client = &self.client_id;
        let region = answer.header("x-cs-region").unwrap_or_default();
        match CLOUDS.iter().find(|(name, _)| *name == region) {
            Some((name, url)) => format!(
                "{VENDOR}: the credential {client} belongs to the cloud {name}. Set base_url = \"{url}\" for this tenant."
            ),
            None => format!(
                "{VENDOR}: the credential {client} belongs to another cloud than {}. Set its address as base_url for this tenant.",
                self.base_url
            ),
        }
    }
}

/// The envelope of a change of one thing, in which any error is the whole answer.
fn without_error(call: Call<'_>, answer: &Answer, envelope: Value) -> Result<Value, PlatformError> {
    let is_envelope = ["meta", "resources"]
        .iter()
        .any(|field| envelope.get(field).is_some());
    let words = match first_error(&envelope) {
        Some((_, words)) => words,
        None if !is_envelope => "the answer is no envelope".to_owned(),
        None => return Ok(envelope),
    };
    Err(PlatformError {
        kind: PlatformErrorKind::Down,
        detail: format!("{VENDOR}: {}: {words}", call.what),
        vendor_request_id: trace_id(answer),
    })
}

/// Whether an answer that is no success says for certain that nothing was changed. Any other may
/// come from a change that was made. The codes are those with which the vendor's gateway and
/// services turn a request away.
fn is_refusal(answer: &Answer) -> bool {
    let code = if answer.status.is_success() {
        answer
            .json()
            .ok()
            .and_then(|json| Some(first_error(&json)?.0))
    } else {
        Some(u64::from(answer.status.as_u16()))
    };
    matches!(
        code,
        Some(400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422)
    )
}

/// The items of an envelope.
pub fn resources(envelope: &Value) -> &[Value] {
    envelope
        .get("resources")
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// Code and words of the first error in an envelope, the words made safe.
fn first_error(json: &Value) -> Option<(u64, String)> {
    let first = json.get("errors")?.as_array()?.first()?;
    let words = first
        .get("message")
        .and_then(Value::as_str)
        .unwrap_or("an error without words");
    let code = first.get("code").and_then(Value::as_u64).unwrap_or(0);
    Some((
        code,
        aside_shared::text::visible(&aside_shared::text::shorten(words, 200)),
    ))
}

/// The id under which the vendor knows a request.
fn trace_id(answer: &Answer) -> Option<String> {
    let in_header = answer.header("x-cs-traceid").map(str::to_owned);
    in_header.or_else(|| {
        answer
            .json()
            .ok()?
            .get("meta")?
            .get("trace_id")?
            .as_str()
            .map(str::to_owned)
    })
}

/// `X-Ratelimit-Remaining` of `X-Ratelimit-Limit` requests a minute.
fn left(answer: &Answer) -> Option<Left> {
    let number = |name| answer.header(name)?.parse().ok();
    Some(Left {
        remaining: number("x-ratelimit-remaining")?,
        limit: number("x-ratelimit-limit")?,
    })
}

/// How long a 429 asks to wait: `X-Ratelimit-Retryafter` is an epoch in seconds.
fn retry_after(answer: &Answer) -> Duration {
    let at = answer
        .header("x-ratelimit-retryafter")
        .and_then(|text| text.parse::<u64>().ok());
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    at.map_or(Duration::from_secs(60), |at| {
        Duration::from_secs(at.saturating_sub(now).clamp(1, LIMIT_MAX_S))
    })
}
