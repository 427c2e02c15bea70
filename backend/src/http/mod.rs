//! The HTTP face: extract, one call of a use case, answer.

mod alerts;
mod analyses;
mod auth;
mod body;
mod health;
mod limits;
mod oversight;
mod problem;
mod proposals;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use aside_shared::console::Console;
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

pub use problem::Fault;

use crate::analyse::Analyses;
use crate::audit::Audit;
use crate::auth::access::Access;
use crate::auth::sessions::Sessions;
use crate::clock::SharedClock;
use crate::respond::{Respond, Tenants};
use crate::store::Store;

/// What handlers work with.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub store: Store,
    /// The log.
    pub audit: Audit,
    /// The time.
    pub clock: SharedClock,
    /// The tenants.
    pub tenants: Tenants,
    /// The consoles whose pages and links are known.
    pub consoles: &'static [Console],
    /// Sign-in and tokens.
    pub sessions: Sessions,
    /// Analyses.
    pub analyses: Analyses,
    /// Proposals and their execution.
    pub respond: Respond,
    /// Request limits.
    pub limits: Arc<limits::Limits>,
    /// Streams end when this turns true.
    pub closing: tokio::sync::watch::Receiver<bool>,
}

/// Largest request body, in bytes.
const BODY_MAX: usize = 64 * 1024;

/// The routes.
pub fn router(app: App) -> Router {
    let streams = Router::new()
        .route("/analyses/{id}/events", get(analyses::events))
        .route("/proposals/{id}/events", get(proposals::events));
    let requests = Router::new()
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/auth/login", post(auth::login))
        .route("/auth/refresh", post(auth::refresh))
        .route("/auth/logout", post(auth::logout))
        .route("/me", get(auth::me))
        .route("/alerts/resolve", post(alerts::resolve))
        .route("/alerts/recent", post(alerts::recent))
        .route("/alerts/activity", post(alerts::activity))
        .route("/hosts/state", post(alerts::host_state))
        .route("/analyses", post(analyses::start))
        .route("/questions", post(analyses::ask))
        .route("/proposals", post(proposals::propose))
        .route("/proposals/{id}", get(proposals::show))
        .route("/proposals/{id}/decision", post(proposals::decide))
        .route("/proposals/{id}/undo", post(proposals::undo))
        .route("/proposals/{id}/check", post(proposals::check_again))
        .route("/audit", get(oversight::audit))
        .route("/users", get(oversight::users))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::GATEWAY_TIMEOUT,
            Duration::from_secs(60),
        ));
    let request_id = HeaderName::from_static("x-request-id");
    requests
        .merge(streams)
        .fallback(problem::no_route)
        .method_not_allowed_fallback(problem::no_method)
        .layer(CatchPanicLayer::custom(problem::after_panic))
        .layer(axum::middleware::from_fn(problem::with_request_id))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(cors())
        .layer(
            TraceLayer::new_for_http()
                // Path and method only: no query, no header, no body.
                .make_span_with(|request: &axum::http::Request<_>| {
                    let id = request.headers().get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or("");
                    tracing::info_span!("request", id, method = %request.method(), path = request.uri().path())
                })
                .on_request(())
                .on_response(tower_http::trace::DefaultOnResponse::new().level(tracing::Level::INFO)),
        )
        .layer(PropagateRequestIdLayer::new(request_id.clone()))
        .layer(SetRequestIdLayer::new(request_id, MakeRequestUuid))
        .with_state(app)
}

/// Extension pages may read answers, web pages may not. This is no authority: the token is.
fn cors() -> CorsLayer {
    let is_extension = |origin: &HeaderValue, _: &Parts| {
        origin.as_bytes().starts_with(b"chrome-extension://")
            || origin.as_bytes().starts_with(b"moz-extension://")
    };
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(is_extension))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            HeaderName::from_static("last-event-id"),
        ])
        .max_age(Duration::from_secs(600))
}

/// The bearer of an access token, within his request limit.
impl FromRequestParts<App> for Access {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        let token = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .unwrap_or_default();
        let access = app.sessions.authenticate(token).await?;
        app.limits.request(&access.user, app.clock.now_unix_ms())?;
        Ok(access)
    }
}
