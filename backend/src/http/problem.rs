//! Errors as problem+json, with the request's id, and no more detail of our own faults than that.

use std::any::Any;

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

/// A fault that ended a handler: the others go on, and this one's caller is told.
pub fn after_panic(_what: Box<dyn Any + Send>) -> Response {
    Fault::Internal("a handler panicked".to_owned()).into_response()
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

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get;
    use tower_http::catch_panic::CatchPanicLayer;

    use super::*;

    async fn broken() -> &'static str {
        panic!("secret words")
    }

    #[tokio::test]
    async fn a_handler_that_panics_is_answered_as_a_fault_of_ours() {
        let router: Router = Router::new()
            .route("/", get(broken))
            .layer(CatchPanicLayer::custom(after_panic))
            .layer(axum::middleware::from_fn(with_request_id));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, router).await });
        let _first = rustls::crypto::ring::default_provider().install_default();
        let request = reqwest::Client::new()
            .get(url)
            .header("x-request-id", "r-7");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(
            answer.headers()[header::CONTENT_TYPE],
            "application/problem+json"
        );
        let problem: Problem = answer.json().await.unwrap();
        assert_eq!(problem.instance.as_deref(), Some("urn:aside:request:r-7"));
        assert!(!problem.detail.contains("secret"), "{problem:?}");
        server.abort();
    }
}
