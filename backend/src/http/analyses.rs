//! Analyses and questions.

use aside_analyst::chat::Reply;
use aside_shared::alert::{Alert, EntityKind};
use aside_shared::api::{Analyse, AnalysisStarted};
use aside_shared::audit::AuditAction;
use aside_shared::chat::{Answer, QUESTION_MAX, Question};
use aside_shared::event::AnalysisEvent;
use aside_shared::id::{AnalysisId, EntityId, HostId};
use aside_shared::problem::{Problem, ProblemKind};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::response::sse::Event;

use super::body::Body;
use super::{App, Fault, alerts, stream};
use crate::analyse::About;
use crate::audit::Record;
use crate::auth::access::Access;

/// `POST /analyses`
pub async fn start(
    State(app): State<App>,
    access: Access,
    Body(request): Body<Analyse>,
) -> Result<Json<AnalysisStarted>, Fault> {
    let id = app.analyses.start(&access, &request.alert).await?;
    Ok(Json(AnalysisStarted { id }))
}

/// `GET /analyses/{id}/events`
pub async fn events(
    State(app): State<App>,
    access: Access,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let run = app.analyses.open(&access, &AnalysisId(id)).await?;
    let seen = stream::last_event_id(&headers);
    Ok(stream::answer(app, access, move |outlet| async move {
        let Some(run) = run else {
            outlet.send(sse(0, &AnalysisEvent::Reset)).await;
            return;
        };
        let mut grown = run.grown();
        let mut seen = seen;
        loop {
            let Some((events, is_over)) = run.after(seen) else {
                // He has seen what was never sent: it was not from this run.
                outlet.send(sse(0, &AnalysisEvent::Reset)).await;
                return;
            };
            for event in events {
                seen += 1;
                if !outlet.send(sse(seen, &event)).await {
                    return;
                }
            }
            if is_over {
                return;
            }
            let more = outlet
                .wait(async { grown.wait_for(|count| *count > seen).await.is_ok() })
                .await;
            if more != Some(true) {
                return;
            }
        }
    }))
}

fn sse(number: usize, event: &AnalysisEvent) -> Event {
    let data = serde_json::to_string(event).unwrap_or_default();
    Event::default()
        .id(number.to_string())
        .event(event.name())
        .data(data)
}

/// `POST /questions`
pub async fn ask(
    State(app): State<App>,
    access: Access,
    Body(question): Body<Question>,
) -> Result<Json<Answer>, Fault> {
    let length = question.text.chars().count();
    if length > QUESTION_MAX || question.text.trim().is_empty() {
        let detail =
            format!("A question has 1 to {QUESTION_MAX} characters; this one has {length}.");
        return Err(Problem::new(ProblemKind::BadRequest, detail).into());
    }
    let latest = app.analyses.latest(&access, &question.alert).await?;
    let asked = aside_shared::text::visible(&aside_shared::text::shorten(&question.text, 200));
    let record = Record::new(
        access.user.as_str(),
        AuditAction::Asked,
        format!("asked “{asked}”"),
    )
    .on_alert(&question.alert);
    app.audit.record(record).await?;
    let (alert, analysis) = (&latest.alert, &latest.analysis);
    match aside_analyst::chat::answer(app.analyses.rules(), alert, analysis, &question.text) {
        Reply::Answer(answer) => {
            let about = About {
                alert,
                analysis,
                telemetry: latest.telemetry.as_ref(),
                question: Some(&question.text),
                actor: access.user.as_str(),
            };
            Ok(Json(app.analyses.or_by_model(&about, answer).await))
        }
        Reply::HostState { host } => {
            let host = host_id(alert, &host)?;
            let state = alerts::read_host(&app, &question.alert.tenant, &host).await?;
            Ok(Json(Answer::Host { state }))
        }
    }
}

fn host_id(alert: &Alert, entity: &EntityId) -> Result<HostId, Problem> {
    match alert.entity(entity).map(|entity| &entity.kind) {
        Some(EntityKind::Host(host)) => Ok(host.id.clone()),
        _ => Err(Problem::new(
            ProblemKind::NotFound,
            "The alert names no such host.",
        )),
    }
}
