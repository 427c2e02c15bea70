//! The extension's worker, by `chrome.runtime.sendMessage`.

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::json::{self, Json};
use super::wire::{Reason, SessionInfo, ToWorker};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "runtime"], js_name = sendMessage, catch)]
    fn send_message(message: &JsValue) -> Result<js_sys::Promise, JsValue>;
}

/// What the worker answers; nothing when it does not.
pub async fn ask(message: &ToWorker<'_>) -> Option<JsValue> {
    ask_json(&json::write(message)).await
}

/// The same for a message that is JSON already.
pub async fn ask_json(message: &str) -> Option<JsValue> {
    let message = js_sys::JSON::parse(message).ok()?;
    JsFuture::from(send_message(&message).ok()?).await.ok()
}

/// A session, as the worker answers about it.
pub async fn ask_session(message: &ToWorker<'_>) -> SessionInfo {
    let answer = ask(message).await;
    answer
        .and_then(|answer| read(&answer))
        .map(|answer| SessionInfo::read(&answer))
        .unwrap_or_else(|| SessionInfo {
            problem: Some(Reason::from("The extension’s worker does not answer.")),
            ..SessionInfo::default()
        })
}

/// A value of the page as a tree; nothing for what JSON cannot carry.
pub fn read(value: &JsValue) -> Option<Json> {
    Json::parse(&text(value)?)
}

/// A value of the page as JSON; nothing for what JSON cannot carry.
pub fn text(value: &JsValue) -> Option<String> {
    js_sys::JSON::stringify(value).ok()?.as_string()
}
