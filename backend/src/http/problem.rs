//! Errors as problem+json, with the request's id, and no more detail of our own faults than that.

use aside_shared::problem::{Problem, ProblemKind};
use aside_shared::text::{shorten, visible};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::audit::AuditError;
use crate::store::StoreError;

/// Why a request failed: a problem for the caller, or a fault of ours that is logged and not told.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The caller is told all of it.
    #[error("{0:?}")]
    Problem(Box<Problem>),
    /// The caller is told that it happened.
    #[error("{0}")]
    Internal(String),
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<AuditError> for Fault {
    fn from(error: AuditError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut problem = match self {
            Self::Problem(problem) => *problem,
            Self::Internal(error) => {
                tracing::error!(error, "internal fault");
                Problem::new(
                    ProblemKind::Internal,
                    "Aside could not do this. The log has the cause under this request's id.",
                )
            }
        };
        // It may quote the caller or the vendor.
        problem.detail = visible(&shorten(&problem.detail, DETAIL_MAX));
        respond(problem)
    }
}

/// How much of a detail is told, in characters.
const DETAIL_MAX: usize = 1000;

fn respond(problem: Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let retry = problem.retry_after_s;
    let mut response = (status, axum::Json(&problem)).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    if let Some(seconds) = retry {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response.extensions_mut().insert(problem);
    response
}

/// Puts the request's id into every problem, and makes problems of what the framework refuses itself.
pub async fn with_request_id(request: Request, next: Next) -> Response {
    let id = request
        .headers()
        .get("x-request-id")
        .and_then(|id| id.to_str().ok())
        .map(str::to_owned);
    let response = next.run(request).await;
    let status = response.status();
    let mut problem = match response.extensions().get::<Problem>() {
        Some(problem) => problem.clone(),
        None if status == StatusCode::GATEWAY_TIMEOUT => {
            let mut problem =
                Problem::new(ProblemKind::VendorDown, "No answer within 60 s. Try again.");
            problem.status = status.as_u16();
            problem
        }
        // A path's segment that is not UTF-8, for one.
        None if status.is_client_error() => {
            let mut problem = Problem::new(
                ProblemKind::BadRequest,
                "The request's address cannot be read.",
            );
            problem.status = status.as_u16();
            problem
        }
        None => return response,
    };
    problem.instance = id.map(|id| format!("urn:aside:request:{id}"));
    respond(problem)
}

/// An unknown path.
pub async fn no_route(uri: Uri) -> Fault {
    Problem::new(
        ProblemKind::NotFound,
        format!("There is nothing at {}.", uri.path()),
    )
    .into()
}

/// A known path, another method.
pub async fn no_method() -> Fault {
    let mut problem = Problem::new(ProblemKind::BadRequest, "This path takes another method.");
    problem.status = StatusCode::METHOD_NOT_ALLOWED.as_u16();
    problem.into()
}
