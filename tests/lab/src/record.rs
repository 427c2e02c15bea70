//! Every request that a platform's API saw, for tests to look at and to wait for.

use std::sync::Mutex;

use serde::Serialize;
use serde_json::Value;
use tokio::sync::watch;

use crate::world::locked;

/// A request as seen; secrets and tokens are masked before they come here.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// Increasing from 1.
    pub number: u64,
    /// Arrival.
    pub time: String,
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
    /// Answered status; none while it waits or when no answer was given.
    pub status: Option<u16>,
}

/// All entries since the last [`Record::clear`].
#[derive(Debug)]
pub struct Record {
    entries: Mutex<(u64, Vec<Entry>)>,
    arrived: watch::Sender<u64>,
}

impl Default for Record {
    fn default() -> Self {
        Self {
            entries: Mutex::new((0, Vec::new())),
            arrived: watch::Sender::new(0),
        }
    }
}

impl Record {
    /// Keeps a request that just arrived; its number is given.
    pub fn arrive(&self, mut entry: Entry) -> u64 {
        let number = {
            let mut entries = locked(&self.entries);
            entries.0 += 1;
            entry.number = entries.0;
            entries.1.push(entry);
            entries.0
        };
        self.arrived.send_replace(number);
        number
    }

    /// Notes what was answered.
    pub fn answered(&self, number: u64, status: u16) {
        if let Some(entry) = locked(&self.entries)
            .1
            .iter_mut()
            .rev()
            .find(|entry| entry.number == number)
        {
            entry.status = Some(status);
        }
    }

    /// Everything.
    #[must_use]
    pub fn all(&self) -> Vec<Entry> {
        locked(&self.entries).1.clone()
    }

    /// Forgets everything; numbers go on.
    pub fn clear(&self) {
        locked(&self.entries).1.clear();
    }

    /// The requests of an operation, once there are `count` of them. Never ends otherwise: the caller sets the time.
    pub async fn wait(&self, operation: &str, count: usize) -> Vec<Entry> {
        let mut arrived = self.arrived.subscribe();
        loop {
            let found: Vec<Entry> = self
                .all()
                .into_iter()
                .filter(|entry| entry.operation == Some(operation))
                .collect();
            if found.len() >= count || arrived.changed().await.is_err() {
                return found;
            }
        }
    }
}
