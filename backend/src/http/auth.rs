//! Sign-in, tokens, who am I.

use aside_shared::problem::{Problem, ProblemKind};
use aside_shared::session::{Login, Me, Refresh, Tokens};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::body::Body;
use super::{App, Fault};
use crate::auth::NAME_MAX;
use crate::auth::access::Access;

/// `POST /auth/login`
pub async fn login(
    State(app): State<App>,
    Body(login): Body<Login>,
) -> Result<Json<Tokens>, Fault> {
    if login.user.as_str().chars().count() > NAME_MAX {
        let detail = format!("A name has at most {NAME_MAX} characters.");
        return Err(Problem::new(ProblemKind::BadRequest, detail).into());
    }
    app.limits.login(&login.user, app.clock.now_unix_ms())?;
    Ok(Json(app.sessions.login(login).await?))
}

/// `POST /auth/refresh`
pub async fn refresh(
    State(app): State<App>,
    Body(refresh): Body<Refresh>,
) -> Result<Json<Tokens>, Fault> {
    let whose = app.sessions.whose(&refresh).await?;
    app.limits
        .refresh(whose.as_ref(), app.clock.now_unix_ms())?;
    Ok(Json(app.sessions.refresh(&refresh).await?))
}

/// `POST /auth/logout`
pub async fn logout(State(app): State<App>, access: Access) -> Result<StatusCode, Fault> {
    app.sessions.logout(&access).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /me`
pub async fn me(State(app): State<App>, access: Access) -> Json<Me> {
    let tenants = app.tenants.values().filter_map(|tenant| {
        let roles = access.roles(&tenant.config.name);
        (!roles.is_empty()).then(|| tenant.access(roles))
    });
    Json(Me {
        tenants: tenants.collect(),
        user: access.user,
    })
}
