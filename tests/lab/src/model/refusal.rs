//! Answers that refuse, with the bodies that vendors send.

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::basis;
use crate::basis::{Basis, HEADER};

/// An answer with a status of 300 or more.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// The whole body.
    pub body: Value,
    /// Seconds until the next request is welcome.
    pub retry_after_s: Option<u64>,
    basis: &'static str,
}

impl Refusal {
    /// The vendor's usual shape: message, type, param, code.
    #[must_use]
    pub fn new(
        basis: Basis,
        status: u16,
        kind: &str,
        param: Option<&str>,
        code: Option<&str>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            body: json!({"error": {"message": message.into(), "type": kind, "param": param, "code": code}}),
            retry_after_s: None,
            basis: basis.id,
        }
    }

    /// A request that is not as it should be.
    #[must_use]
    pub fn invalid(basis: Basis, param: &str, code: &str, message: impl Into<String>) -> Self {
        let kind = "invalid_request_error";
        Self::new(basis, 400, kind, Some(param), Some(code), message)
    }

    /// As it goes out.
    #[must_use]
    pub fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body.to_string()));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        headers.insert(HEADER, HeaderValue::from_static(self.basis));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Refusals on demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// 401: the key is no longer good.
    InvalidKey,
    /// 403: not from there.
    Forbidden,
    /// 404: the model is gone.
    ModelNotFound,
    /// 429: too many tokens a minute.
    RateLimit,
    /// 429: no money left.
    Quota,
    /// 500.
    ServerError,
    /// 503.
    Overloaded,
    /// 400, as Azure filters a prompt.
    ContentFilter,
    /// 200, and the answer ends with `finish_reason: content_filter`: not a refusal.
    ContentFilterAnswer,
}

impl Trouble {
    /// The refusal, if it is one; `retry_after_s` is for 429 and 503.
    #[must_use]
    pub fn refusal(self, model: &str, retry_after_s: Option<u64>) -> Option<Refusal> {
        let mut refusal = match self {
            Self::InvalidKey => invalid_key("****"),
            Self::Forbidden => Refusal::new(
                basis::ASKED,
                403,
                "request_forbidden",
                None,
                Some("unsupported_country_region_territory"),
                "Country, region, or territory not supported",
            ),
            Self::ModelNotFound => model_not_found(model),
            Self::RateLimit => Refusal::new(
                basis::ASKED,
                429,
                "tokens",
                None,
                Some("rate_limit_exceeded"),
                format!(
                    "Rate limit reached for {model} in organization org-lab on tokens per min (TPM): Limit 10000, Used 9990, Requested 2000. Please try again in {}s.",
                    retry_after_s.unwrap_or(6)
                ),
            ),
            Self::Quota => Refusal::new(
                basis::ASKED,
                429,
                "insufficient_quota",
                None,
                Some("insufficient_quota"),
                "You exceeded your current quota, please check your plan and billing details.",
            ),
            Self::ServerError => Refusal::new(
                basis::ASKED,
                500,
                "server_error",
                None,
                None,
                "The server had an error while processing your request. Sorry about that!",
            ),
            Self::Overloaded => Refusal::new(
                basis::ASKED,
                503,
                "server_error",
                None,
                None,
                "That model is currently overloaded with other requests. You can retry your request.",
            ),
            Self::ContentFilter => filtered(),
            Self::ContentFilterAnswer => return None,
        };
        refusal.retry_after_s = match self {
            Self::RateLimit => retry_after_s.or(Some(6)),
            _ => retry_after_s,
        };
        Some(refusal)
    }
}

/// 401 for a key that is not the one; `shown` is as much of it as the vendor repeats.
#[must_use]
pub fn invalid_key(shown: &str) -> Refusal {
    Refusal::new(
        basis::KEY,
        401,
        "invalid_request_error",
        None,
        Some("invalid_api_key"),
        format!("Incorrect API key provided: {shown}."),
    )
}

/// 404 for a model that is not served.
#[must_use]
pub fn model_not_found(model: &str) -> Refusal {
    Refusal::new(
        basis::MODEL,
        404,
        "invalid_request_error",
        None,
        Some("model_not_found"),
        format!("The model `{model}` does not exist or you do not have access to it."),
    )
}

fn filtered() -> Refusal {
    let safe = json!({"filtered": false, "severity": "safe"});
    Refusal {
        status: 400,
        body: json!({"error": {
            "message": "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry.",
            "type": null,
            "param": "prompt",
            "code": "content_filter",
            "status": 400,
            "innererror": {
                "code": "ResponsibleAIPolicyViolation",
                "content_filter_result": {
                    "hate": safe,
                    "jailbreak": {"filtered": true, "detected": true},
                    "self_harm": safe,
                    "sexual": safe,
                    "violence": safe,
                },
            },
        }}),
        retry_after_s: None,
        basis: basis::FILTER.id,
    }
}
