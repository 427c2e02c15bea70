//! A request to the model's server as it is recorded: byte for byte, for tests to look at and to grep.

use std::{
    collections::BTreeMap,
    fs, io,
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};

use axum::http::{HeaderMap, request::Parts};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;

/// The folder where each request's body is written as a file of its own, if it is set.
pub const FOLDER: &str = "ASIDE_LAB_MODEL_RECORD";

/// Headers whose values are credentials.
const MASKED: &[&str] = &["authorization", "api-key", "x-api-key", "cookie"];

/// Names of the files are one alone in a process, whatever labs run in it.
static FILES: AtomicU64 = AtomicU64::new(0);

/// A request as it came.
#[derive(Debug, Clone, Serialize)]
pub struct ModelRequest {
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
}

impl ModelRequest {
    /// What came with this body.
    #[must_use]
    pub fn of(parts: &Parts, body: &[u8]) -> Self {
        let path = parts.uri.path_and_query().map_or("", |it| it.as_str());
        let text = std::str::from_utf8(body).ok().map(str::to_owned);
        Self {
            method: parts.method.as_str().to_owned(),
            path: path.to_owned(),
            headers: masked(&parts.headers),
            body_base64: text.is_none().then(|| STANDARD.encode(body)),
            body: text,
        }
    }
}

/// Writes a request's body into a folder, for a later grep.
///
/// # Errors
/// When the file cannot be written.
pub fn write(folder: &Path, body: &[u8]) -> io::Result<()> {
    let counter = FILES.fetch_add(1, Ordering::Relaxed);
    fs::create_dir_all(folder)?;
    let file = format!("{}-{counter:06}.json", std::process::id());
    fs::write(folder.join(file), body)
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
