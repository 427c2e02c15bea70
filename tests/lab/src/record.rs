//! Every request that a server of the lab's saw, for tests to look at and to wait for.

use std::sync::Mutex;

use serde::Serialize;
use serde_json::Value;
use tokio::sync::watch;

use crate::world::locked;

/// A request as seen, in the words of its server.
#[derive(Debug, Clone, Serialize)]
pub struct Seen<R> {
    /// Increasing from 1.
    pub number: u64,
    /// Arrival.
    pub time: String,
    /// What came.
    #[serde(flatten)]
    pub request: R,
    /// Answered status; none while it waits or when no answer was given.
    pub status: Option<u16>,
}

/// A request to a platform's API; secrets and tokens are masked before they come here.
#[derive(Debug, Clone, Serialize)]
pub struct ApiRequest {
    /// `crowdstrike`, …
    pub platform: &'static str,
    /// The vendor's operation id; none for what is no operation.
    pub operation: Option<&'static str>,
    /// HTTP verb.
    pub method: String,
    /// Path as sent.
    pub path: String,
    /// Query as sent.
    pub query: String,
    /// JSON body, form as an object, or text.
    pub body: Value,
    /// Name of the API client whose token came with it.
    pub subject: Option<String>,
}

/// All requests since the last [`Record::clear`].
#[derive(Debug)]
pub struct Record<R> {
    seen: Mutex<(u64, Vec<Seen<R>>)>,
    arrived: watch::Sender<u64>,
}

impl<R> Default for Record<R> {
    fn default() -> Self {
        Self {
            seen: Mutex::default(),
            arrived: watch::Sender::new(0),
        }
    }
}

impl<R: Clone> Record<R> {
    /// Keeps a request that just arrived; its number is given.
    pub fn arrive(&self, time: String, request: R) -> u64 {
        let number = {
            let mut seen = locked(&self.seen);
            seen.0 += 1;
            let number = seen.0;
            seen.1.push(Seen {
                number,
                time,
                request,
                status: None,
            });
            number
        };
        self.arrived.send_replace(number);
        number
    }

    /// Notes what was answered.
    pub fn answered(&self, number: u64, status: u16) {
        let mut seen = locked(&self.seen);
        if let Some(seen) = seen.1.iter_mut().rev().find(|it| it.number == number) {
            seen.status = Some(status);
        }
    }

    /// Everything.
    #[must_use]
    pub fn all(&self) -> Vec<Seen<R>> {
        locked(&self.seen).1.clone()
    }

    /// Forgets everything; numbers go on.
    pub fn clear(&self) {
        locked(&self.seen).1.clear();
    }

    /// The requests that are `wanted`, once there are `count` of them. Never ends otherwise: the caller sets the time.
    pub async fn wait(&self, wanted: impl Fn(&R) -> bool, count: usize) -> Vec<Seen<R>> {
        let mut arrived = self.arrived.subscribe();
        loop {
            let mut found = self.all();
            found.retain(|seen| wanted(&seen.request));
            if found.len() >= count || arrived.changed().await.is_err() {
                return found;
            }
        }
    }
}
