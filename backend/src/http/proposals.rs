//! Proposals: open, show, decide, take back.

use aside_shared::approval::{Decide, Proposal, Propose};
use aside_shared::id::ProposalId;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::response::sse::Event;
use tokio::sync::broadcast::error::RecvError;

use super::body::Body;
use super::{App, Fault, stream};
use crate::auth::access::Access;

/// `POST /proposals`
pub async fn propose(
    State(app): State<App>,
    access: Access,
    Body(request): Body<Propose>,
) -> Result<Json<Proposal>, Fault> {
    let latest = app.analyses.latest(&access, &request.alert).await?;
    let because = crate::analyse::because(&latest.analysis);
    Ok(Json(
        app.respond
            .propose(&access, &request, &latest.alert, because)
            .await?,
    ))
}

/// `GET /proposals/{id}`
pub async fn show(
    State(app): State<App>,
    access: Access,
    Path(id): Path<String>,
) -> Result<Json<Proposal>, Fault> {
    Ok(Json(shown(&app, &access, &ProposalId(id)).await?))
}

/// A proposal quotes its alert: who sees it has read of the alert.
async fn shown(app: &App, access: &Access, id: &ProposalId) -> Result<Proposal, Fault> {
    let proposal = app.respond.show(access, id).await?;
    app.analyses
        .record_look(access, &proposal.view.alert)
        .await?;
    Ok(proposal)
}

/// `POST /proposals/{id}/decision`
pub async fn decide(
    State(app): State<App>,
    access: Access,
    Path(id): Path<String>,
    Body(decide): Body<Decide>,
) -> Result<Json<Proposal>, Fault> {
    Ok(Json(
        app.respond
            .decide(&access, &ProposalId(id), &decide)
            .await?,
    ))
}

/// `POST /proposals/{id}/undo`
pub async fn undo(
    State(app): State<App>,
    access: Access,
    Path(id): Path<String>,
) -> Result<Json<Proposal>, Fault> {
    Ok(Json(app.respond.undo(&access, &ProposalId(id)).await?))
}

/// `POST /proposals/{id}/check`
pub async fn check_again(
    State(app): State<App>,
    access: Access,
    Path(id): Path<String>,
) -> Result<Json<Proposal>, Fault> {
    Ok(Json(
        app.respond.check_again(&access, &ProposalId(id)).await?,
    ))
}

/// `GET /proposals/{id}/events`: the whole proposal at once, and again whenever it changes.
pub async fn events(
    State(app): State<App>,
    access: Access,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let id = ProposalId(id);
    let mut changes = app.respond.subscribe();
    let mut proposal = shown(&app, &access, &id).await?;
    let respond = app.respond.clone();
    let caller = access.clone();
    Ok(stream::answer(app, access, move |outlet| async move {
        loop {
            let event = Event::default()
                .id(proposal.revision.to_string())
                .event("proposal")
                .data(serde_json::to_string(&proposal).unwrap_or_default());
            if !outlet.send(event).await {
                return;
            }
            let next = outlet.wait(async {
                loop {
                    match changes.recv().await {
                        Ok(changed) if changed == id => return true,
                        Ok(_) => {}
                        // Told less often than it changed: it is read anew all the same.
                        Err(RecvError::Lagged(_)) => return true,
                        Err(RecvError::Closed) => return false,
                    }
                }
            });
            if next.await != Some(true) {
                return;
            }
            match respond.show(&caller, &id).await {
                Ok(changed) => proposal = changed,
                Err(_) => return,
            }
        }
    }))
}
