//! The envelope of Falcon's answers, and what goes over the wire.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Response, StatusCode, header},
};
use serde_json::{Value, json};

use crate::{
    basis::{Basis, HEADER},
    scenario::hostile::LONE_SURROGATE,
};

/// An answer before it is bytes.
#[derive(Debug, Clone)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
    /// JSON body; none for an empty one.
    pub body: Option<Value>,
    /// Sent as it is in place of the body: a fault's malformed answer.
    pub verbatim: Option<String>,
    /// What its refusals rest on.
    pub basis: Vec<Basis>,
}

/// An id that an operation refuses beside others that it takes.
#[derive(Debug, Clone)]
pub struct Refused {
    /// Why.
    pub basis: Basis,
    /// As an HTTP status would be.
    pub code: u16,
    /// The id.
    pub id: String,
    /// What is told.
    pub message: &'static str,
}

impl Reply {
    /// A JSON answer as it is.
    #[must_use]
    pub fn json(status: u16, body: Value) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Some(body),
            verbatim: None,
            basis: Vec::new(),
        }
    }

    /// No body at all.
    #[must_use]
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: None,
            verbatim: None,
            basis: Vec::new(),
        }
    }

    /// A text that claims to be JSON.
    #[must_use]
    pub fn verbatim(status: u16, text: String) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: None,
            verbatim: Some(text),
            basis: Vec::new(),
        }
    }

    /// An answer of a service with an envelope.
    #[must_use]
    pub fn resources(service: &str, resources: Vec<Value>) -> Self {
        Self::json(
            200,
            json!({ "meta": meta(service), "resources": resources, "errors": [] }),
        )
    }

    /// The same with another member in `meta`.
    #[must_use]
    pub fn page(service: &str, resources: Vec<Value>, pagination: Value) -> Self {
        let mut meta = meta(service);
        meta["pagination"] = pagination;
        Self::json(
            200,
            json!({ "meta": meta, "resources": resources, "errors": [] }),
        )
    }

    /// A refusal by a service: an envelope with one error.
    #[must_use]
    pub fn refuse(basis: Basis, status: u16, message: impl Into<String>) -> Self {
        Self::json(
            status,
            json!({ "meta": meta("crowdstrike-api-gateway"), "resources": [], "errors": [{ "code": status, "message": message.into() }] }),
        )
        .resting_on(basis)
    }

    /// A refusal by the gateway: no resources.
    #[must_use]
    pub fn gateway(basis: Basis, status: u16, message: &str) -> Self {
        Self::json(
            status,
            json!({ "meta": meta("crowdstrike-api-gateway"), "errors": [{ "code": status, "message": message }] }),
        )
        .resting_on(basis)
    }

    /// Cites what a refusal rests on.
    #[must_use]
    pub fn resting_on(mut self, basis: Basis) -> Self {
        if !self.basis.contains(&basis) {
            self.basis.push(basis);
        }
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Adds errors about single ids to an answer that otherwise stands.
    #[must_use]
    pub fn with_errors(mut self, refused: Vec<Refused>) -> Self {
        let errors = refused
            .iter()
            .map(|it| json!({ "code": it.code, "id": it.id, "message": it.message }))
            .collect();
        if let Some(body) = &mut self.body {
            body["errors"] = Value::Array(errors);
        }
        refused
            .iter()
            .fold(self, |reply, it| reply.resting_on(it.basis))
    }

    /// As an HTTP response.
    #[must_use]
    pub fn into_response(self) -> Response<Body> {
        let written = |body: &Value| body.to_string().replace(LONE_SURROGATE, "\\ud800");
        let text = self.verbatim.or_else(|| self.body.as_ref().map(written));
        let has_body = text.is_some();
        let mut response = Response::new(Body::from(text.unwrap_or_default()));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if has_body {
            response.headers_mut().insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/json"),
            );
        }
        let basis: Vec<&str> = self.basis.iter().map(|basis| basis.id).collect();
        let basis = (!basis.is_empty()).then(|| (HEADER, basis.join(",")));
        for (name, value) in self.headers.into_iter().chain(basis) {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response
                    .headers_mut()
                    .insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

/// `meta` of a service's answer.
#[must_use]
pub fn meta(service: &str) -> Value {
    json!({ "query_time": 0.012_345, "powered_by": service, "trace_id": uuid::Uuid::new_v4().to_string() })
}
