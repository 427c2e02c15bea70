//! The extension's worker, by `chrome.runtime.sendMessage`.

use serde_json::Value;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::wire::{SessionInfo, ToWorker};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "runtime"], js_name = sendMessage, catch)]
    fn send_message(message: &JsValue) -> Result<js_sys::Promise, JsValue>;
}

/// What the worker answers; nothing when it does not.
pub async fn ask(message: &ToWorker<'_>) -> Option<Value> {
    let message = to_js(&serde_json::to_string(message).ok()?)?;
    let answer = JsFuture::from(send_message(&message).ok()?).await.ok()?;
    from_js(&answer)
}

/// A session, as the worker answers about it.
pub async fn ask_session(message: &ToWorker<'_>) -> SessionInfo {
    let answer = ask(message).await;
    answer
        .and_then(|answer| serde_json::from_value(answer).ok())
        .unwrap_or_else(|| SessionInfo {
            problem: Some("The extension’s worker does not answer.".into()),
            ..SessionInfo::default()
        })
}

fn to_js(json: &str) -> Option<JsValue> {
    js_sys::JSON::parse(json).ok()
}

/// A value of the page as JSON; nothing for what JSON cannot carry.
pub fn from_js(value: &JsValue) -> Option<Value> {
    let text = String::from(js_sys::JSON::stringify(value).ok()?);
    serde_json::from_str(&text).ok()
}
