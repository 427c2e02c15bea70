//! The backend's address.

use leptos::prelude::*;

use super::element::{el, live, several};

use super::signed_out::problem;
use crate::panel::state::{Msg, Session};
use crate::panel::store::Store;

/// The form; the worker tests the address.
pub fn no_backend(store: Store) -> AnyView {
    let form = store.part(|state| match &state.session {
        Session::NoBackend(form) => form.clone(),
        _ => Default::default(),
    });
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        store.send(Msg::SetBackend(
            form.with_untracked(|form| form.text.trim().to_owned()),
        ));
    };
    let body = several().with(el("h1", "").with("Where is Aside’s backend?")).with(el("p", "").with("It holds the vendors’ credentials and does what you approve. An address with https, or with http on this machine.")).with(el("form", "").attr("aria-label", "Backend").on("submit", send).with(problem(form)).with(el("label", "in").with("Address").with(el("input", "").attr("type", "text").attr("inputmode", "url").attr("id", "backend").attr("autocomplete", "off").attr("autocapitalize", "none").attr("spellcheck", "false").attr("placeholder", "https://aside.example.com").holds(move || form.with(|form| form.text.clone())).on("input", move |event: web_sys::Event| store.send(Msg::Typed(event_target_value(&event)))))).with(el("button", "btn primary tall wide").attr("type", "submit").live("disabled", move || form.with(|form| form.busy)).with(live(move || if form.with(|form| form.busy) { "Testing the address" } else { "Test and use it" }))));
    super::states::state("info", "No backend", body.draw())
}
