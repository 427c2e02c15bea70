//! Containment. Accepted again for a host that is contained already: the caller reads the state first.

use std::sync::Arc;

use aside_shared::action::Action;
use aside_shared::id::HostId;
use async_trait::async_trait;
use serde_json::json;

use super::client::{Call, Client, resources};
use super::{VENDOR, wire};
use crate::platforms::{CallError, HostIsolation, PlatformError, PlatformErrorKind};

/// Contains hosts and lifts it.
pub struct Containment {
    /// The respond credential.
    pub respond: Arc<Client>,
}

#[async_trait]
impl HostIsolation for Containment {
    async fn ask(&self, action: Action, host: &HostId) -> Result<(), CallError> {
        let (what, name) = match action {
            Action::IsolateHost => ("contain host", "contain"),
            Action::ReleaseHost => ("lift containment", "lift_containment"),
        };
        let body = json!({ "ids": [host.as_str()] });
        let call = Call {
            what,
            method: "POST",
            path: "/devices/entities/devices-actions/v2",
            query: &[("action_name", name)],
            body: Some(&body),
            scope: "Hosts: write",
        };
        let answer = self.respond.change(call).await?;
        // An accepted host is named in the answer.
        if resources(&answer)
            .iter()
            .any(|it| wire::at(it, "id").as_deref() == Some(host.as_str()))
        {
            return Ok(());
        }
        Err(CallError::AnswerLost(PlatformError {
            kind: PlatformErrorKind::Down,
            detail: format!("{VENDOR}: {what}: the answer does not name the host."),
            vendor_request_id: None,
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use axum::Router;
    use axum::http::{HeaderMap, StatusCode};
    use axum::routing::post;

    use super::super::client::{ANSWER_WITHIN, LIMIT};
    use super::*;
    use crate::config::CredentialConfig;
    use crate::platforms::transport::Transport;

    /// An answer of the vendor: status, headers, body.
    type Scripted = (u16, &'static [(&'static str, &'static str)], &'static str);

    const TOKEN: Scripted = (201, &[], r#"{"access_token": "t", "expires_in": 1799}"#);
    const ACCEPTED: &str =
        r#"{"meta": {}, "resources": [{"id": "h1", "path": "/devices"}], "errors": []}"#;

    async fn answer((status, headers, body): Scripted) -> (StatusCode, HeaderMap, &'static str) {
        let headers = headers.iter().map(|(name, value)| {
            let name = axum::http::HeaderName::from_static(name);
            (name, axum::http::HeaderValue::from_static(value))
        });
        let status = StatusCode::from_u16(status).unwrap();
        (status, headers.collect(), body)
    }

    fn containment(base_url: &str) -> Containment {
        let secret = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(secret.path(), "s").unwrap();
        let credential = CredentialConfig {
            client_id: "c".to_owned(),
            label: None,
            secret_file: Some(secret.path().to_owned()),
            secret_env: None,
        };
        // Said by every test; only the first counts.
        let _first = rustls::crypto::ring::default_provider().install_default();
        let transport = Transport::new(VENDOR, LIMIT, ANSWER_WITHIN).unwrap();
        Containment {
            respond: Arc::new(Client::new(transport, base_url, &credential).unwrap()),
        }
    }

    /// What becomes of a request whose sign-in and whose action are answered like this.
    async fn asked(token: Scripted, action: Scripted) -> Result<(), CallError> {
        let router = Router::new()
            .route("/oauth2/token", post(move || answer(token)))
            .route(
                "/devices/entities/devices-actions/v2",
                post(move || answer(action)),
            );
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, router).await });
        let result = containment(&base_url)
            .ask(Action::IsolateHost, &"h1".into())
            .await;
        server.abort();
        result
    }

    #[tokio::test]
    async fn accepted_is_what_the_answer_says_of_this_host() {
        assert!(asked(TOKEN, (202, &[], ACCEPTED)).await.is_ok());
    }

    #[tokio::test]
    async fn an_answer_that_cannot_be_read_or_was_not_expected_does_not_say_that_nothing_has_changed()
     {
        let unclear: &[Scripted] = &[
            (202, &[], "<html>"),
            (202, &[], ""),
            (202, &[], "[]"),
            (200, &[], "{}"),
            (
                202,
                &[],
                r#"{"meta": {}, "resources": [{"id": "another"}], "errors": []}"#,
            ),
            (202, &[], r#"{"meta": {}, "resources": [], "errors": []}"#),
            (
                202,
                &[],
                r#"{"meta": {}, "resources": [], "errors": [{"code": 500, "message": "x"}]}"#,
            ),
            (302, &[("location", "https://elsewhere.example")], ""),
            (308, &[("x-cs-region", "us-2")], ""),
            (408, &[], ""),
            (418, &[], ""),
            (500, &[], ""),
            (503, &[], ""),
        ];
        for action in unclear {
            let result = asked(TOKEN, *action).await;
            assert!(
                matches!(result, Err(CallError::AnswerLost(_))),
                "{action:?}: {result:?}"
            );
        }
    }

    #[tokio::test]
    async fn a_refusal_is_what_the_vendor_refused() {
        let refused: &[Scripted] = &[
            (400, &[], ""),
            (
                403,
                &[],
                r#"{"meta": {}, "errors": [{"code": 403, "message": "no"}]}"#,
            ),
            (404, &[], "Page Not Found"),
            (409, &[], ""),
            (
                202,
                &[],
                r#"{"meta": {}, "resources": [], "errors": [{"code": 404, "message": "x"}]}"#,
            ),
            (401, &[], ""),
        ];
        for action in refused {
            let result = asked(TOKEN, *action).await;
            assert!(
                matches!(result, Err(CallError::Refused(_))),
                "{action:?}: {result:?}"
            );
        }
        let no_credential = asked((403, &[], ""), (202, &[], ACCEPTED)).await;
        assert!(matches!(no_credential, Err(CallError::Refused(_))));
    }

    #[tokio::test]
    async fn what_never_arrived_or_was_turned_away_at_a_limit_was_not_sent() {
        let epoch = SystemTime::UNIX_EPOCH.elapsed().unwrap() + Duration::from_secs(500);
        let at: &'static str = Box::leak(epoch.as_secs().to_string().into_boxed_str());
        let headers: &'static [(&str, &str)] =
            Box::leak(Box::new([("x-ratelimit-retryafter", at)]));
        let Err(CallError::NotSent(error)) = asked(TOKEN, (429, headers, "")).await else {
            panic!("at its limit")
        };
        assert!((480_000..=500_000).contains(&error.wait_ms()), "{error:?}");
        for token in [(503, &[][..], ""), (429, headers, ""), (404, &[][..], "")] {
            let result = asked(token, (202, &[], ACCEPTED)).await;
            assert!(
                matches!(result, Err(CallError::NotSent(_))),
                "{token:?}: {result:?}"
            );
        }
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let nobody = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        let result = containment(&nobody)
            .ask(Action::IsolateHost, &"h1".into())
            .await;
        assert!(matches!(result, Err(CallError::NotSent(_))), "{result:?}");
    }
}
