//! Server-sent events that end with the caller's right to read them.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::App;
use crate::auth::access::Access;

/// A heartbeat each 15 s; the caller's right is checked as often, and before every event.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Sends events to one caller.
pub struct Outlet {
    sender: mpsc::Sender<Result<Event, Infallible>>,
    app: App,
    access: Access,
}

impl Outlet {
    /// Sends one event; `false` when nobody reads any more or the caller may not.
    pub async fn send(&self, event: Event) -> bool {
        self.app.sessions.may_go_on(&self.access).await && self.sender.send(Ok(event)).await.is_ok()
    }

    /// Waits for `what`, while the caller is there and may read; `None` when not any more.
    pub async fn wait<T>(&self, what: impl Future<Output = T>) -> Option<T> {
        let mut closing = self.app.closing.clone();
        let mut what = std::pin::pin!(what);
        loop {
            tokio::select! {
                done = &mut what => return Some(done),
                () = self.sender.closed() => return None,
                () = async { drop(closing.wait_for(|closing| *closing).await) } => return None,
                () = tokio::time::sleep(HEARTBEAT) => {
                    if !self.app.sessions.may_go_on(&self.access).await {
                        return None;
                    }
                }
            }
        }
    }
}

/// Answers with a stream that `feed` fills.
pub fn answer<F>(app: App, access: Access, feed: impl FnOnce(Outlet) -> F) -> Response
where
    F: Future<Output = ()> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(32);
    tokio::spawn(feed(Outlet {
        sender,
        app,
        access,
    }));
    let keep_alive = KeepAlive::new().interval(HEARTBEAT).text("heartbeat");
    let mut response = Sse::new(ReceiverStream::new(receiver))
        .keep_alive(keep_alive)
        .into_response();
    // Proxies must not hold events back.
    response
        .headers_mut()
        .insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The number of the last event that the caller has.
pub fn last_event_id(headers: &HeaderMap) -> usize {
    headers
        .get("last-event-id")
        .and_then(|id| id.to_str().ok())
        .and_then(|id| id.parse().ok())
        .unwrap_or(0)
}
