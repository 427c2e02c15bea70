//! JSON request bodies, with errors that say what is wrong and where.

use aside_shared::problem::{Problem, ProblemKind};
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Request};

use super::{App, Fault};

/// A JSON body.
pub struct Body<T>(pub T);

impl<T: serde::de::DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, app: &App) -> Result<Self, Fault> {
        match axum::Json::<T>::from_request(request, app).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(rejection) => {
                let mut problem = Problem::new(ProblemKind::BadRequest, words(&rejection));
                problem.status = rejection.status().as_u16();
                Err(problem.into())
            }
        }
    }
}

fn words(rejection: &JsonRejection) -> String {
    match rejection {
        JsonRejection::MissingJsonContentType(_) => "The body must be application/json.".to_owned(),
        other => aside_shared::text::visible(&aside_shared::text::shorten(&other.body_text(), 300)),
    }
}
