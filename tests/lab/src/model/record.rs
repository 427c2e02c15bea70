//! Every request that the model's server saw, byte for byte, for tests to look at, to wait for and to grep.

use std::{
    collections::BTreeMap,
    io,
    path::PathBuf,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::http::HeaderMap;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;
use tokio::sync::watch;

use crate::world::locked;

/// The folder where each request's body is written as a file of its own, if it is set.
pub const FOLDER: &str = "ASIDE_LAB_MODEL_RECORD";

/// Headers whose values are credentials.
const MASKED: &[&str] = &["authorization", "api-key", "x-api-key", "cookie"];

/// Names of the files are one alone in a process, whatever labs run in it.
static FILES: AtomicU64 = AtomicU64::new(0);

/// A request as it came.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// Increasing from 1.
    pub number: u64,
    /// Arrival.
    pub time: String,
    /// HTTP verb.
    pub method: String,
    /// Path and query as sent.
    pub path: String,
    /// Headers by name; of credentials the scheme alone.
    pub headers: BTreeMap<String, String>,
    /// The body as text, if it is UTF-8.
    pub body: Option<String>,
    /// The body in base64, if it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_base64: Option<String>,
    /// Answered status; none while it waits or when no answer was given.
    pub status: Option<u16>,
}

/// All requests since the last [`Record::clear`].
#[derive(Debug)]
pub struct Record {
    entries: Mutex<(u64, Vec<Entry>)>,
    arrived: watch::Sender<u64>,
    folder: Option<PathBuf>,
}

impl Record {
    /// An empty record that also writes into this folder.
    #[must_use]
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self {
            entries: Mutex::default(),
            arrived: watch::Sender::new(0),
            folder,
        }
    }

    /// Keeps a request that just arrived; its number is given.
    ///
    /// # Errors
    /// When the file cannot be written: a record with holes would let a grep over it pass.
    pub fn arrive(
        &self,
        time: String,
        method: &str,
        path: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> io::Result<u64> {
        if let Some(folder) = &self.folder {
            let counter = FILES.fetch_add(1, Ordering::Relaxed);
            let file = folder.join(format!("{}-{counter:06}.json", std::process::id()));
            std::fs::create_dir_all(folder)?;
            std::fs::write(file, body)?;
        }
        let text = std::str::from_utf8(body).ok().map(str::to_owned);
        let number = {
            let mut entries = locked(&self.entries);
            entries.0 += 1;
            let number = entries.0;
            entries.1.push(Entry {
                number,
                time,
                method: method.to_owned(),
                path: path.to_owned(),
                headers: masked(headers),
                body_base64: text.is_none().then(|| STANDARD.encode(body)),
                body: text,
                status: None,
            });
            number
        };
        self.arrived.send_replace(number);
        Ok(number)
    }

    /// Notes what was answered.
    pub fn answered(&self, number: u64, status: u16) {
        let mut entries = locked(&self.entries);
        if let Some(entry) = entries.1.iter_mut().find(|entry| entry.number == number) {
            entry.status = Some(status);
        }
    }

    /// Everything.
    #[must_use]
    pub fn all(&self) -> Vec<Entry> {
        locked(&self.entries).1.clone()
    }

    /// Forgets everything but the files; numbers go on.
    pub fn clear(&self) {
        locked(&self.entries).1.clear();
    }

    /// The requests, once there are `count` of them. Never ends otherwise: the caller sets the time.
    pub async fn wait(&self, count: usize) -> Vec<Entry> {
        let mut arrived = self.arrived.subscribe();
        loop {
            let found = self.all();
            if found.len() >= count || arrived.changed().await.is_err() {
                return found;
            }
        }
    }
}

fn masked(headers: &HeaderMap) -> BTreeMap<String, String> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            let shown = if MASKED.contains(&name.as_str()) {
                match value.split_once(' ') {
                    Some((scheme, _)) => format!("{scheme} ***"),
                    None => "***".to_owned(),
                }
            } else {
                value.into_owned()
            };
            (name.as_str().to_owned(), shown)
        })
        .collect()
}
