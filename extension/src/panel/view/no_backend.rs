//! The backend's address.

use leptos::prelude::*;

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
    let body = view! {
        <h1>"Where is Aside’s backend?"</h1>
        <p>"It holds the vendors’ credentials and does what you approve. An address with https, or with http on this machine."</p>
        <form aria-label="Backend" on:submit=send>
            {problem(form)}
            <label class="in">
                "Address"
                <input
                    type="text"
                    inputmode="url"
                    id="backend"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    placeholder="https://aside.example.com"
                    prop:value=move || form.with(|form| form.text.clone())
                    on:input=move |event| store.send(Msg::Typed(event_target_value(&event)))
                />
            </label>
            <button type="submit" class="btn primary tall wide" disabled=move || form.with(|form| form.busy)>
                {move || if form.with(|form| form.busy) { "Testing the address" } else { "Test and use it" }}
            </button>
        </form>
    };
    super::states::state("info", "No backend", body.into_any())
}
