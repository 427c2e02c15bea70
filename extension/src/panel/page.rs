//! The page: the two functions that the loader calls.

use std::cell::Cell;

use gloo_timers::callback::Interval;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;

use super::state::Msg;
use super::store::Store;
use super::wire::{Context, FromWorker};
use super::{effects, view, worker};

thread_local! {
    static STORE: Cell<Option<Store>> = const { Cell::new(None) };
}

/// Shows the panel. Called once, by the loader, after the worker has bound this document.
#[wasm_bindgen]
pub fn start(context: &JsValue) {
    console_error_panic_hook::set_once();
    if STORE.get().is_some() {
        return;
    }
    let context = worker::read(context)
        .map(|context| Context::read(&context))
        .unwrap_or_default();
    leptos::mount::mount_to_body(move || {
        let store = Store::new();
        STORE.set(Some(store));
        store.send(Msg::Started(context));
        Interval::new(1000, move || store.tick()).forget();
        view::panel(store)
    });
    // What the page showed while the panel was loading.
    if let Some(waiting) = document().get_element_by_id("loading") {
        waiting.remove();
    }
}

/// Hands a message of the worker to the panel.
#[wasm_bindgen]
pub fn message(message: &JsValue) {
    let Some(store) = STORE.get() else { return };
    match worker::read(message).and_then(|message| FromWorker::read(&message)) {
        Some(FromWorker::Session(info)) => effects::known(store, info),
        Some(message) => store.send(Msg::Worker(message)),
        None => {}
    }
}
