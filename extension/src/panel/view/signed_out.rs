//! Sign-in.

use leptos::prelude::*;

use super::shapes::{Button, fault, maybe};
use crate::panel::part::Part;
use crate::panel::state::{Form, Msg, Password, Session};
use crate::panel::store::Store;

/// The form. What was being read and written stays.
pub fn signed_out(store: Store) -> AnyView {
    let shown = store.part(|state| match &state.session {
        Session::SignedOut { backend, form } => Some((backend.clone(), form.clone())),
        _ => None,
    });
    let backend = Part::new(move || shown.get().map(|(backend, _)| backend).unwrap_or_default());
    let form = Part::new(move || shown.get().map(|(_, form)| form).unwrap_or_default());
    let password = NodeRef::<leptos::html::Input>::new();
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let Some(field) = password.get_untracked() else {
            return;
        };
        let secret = Password(field.value());
        field.set_value("");
        let user = form.with_untracked(|form| form.text.clone());
        store.send(Msg::SignIn {
            user,
            password: secret,
        });
    };
    let body = view! {
        <h1>"Sign in to Aside"</h1>
        <p>{move || format!("Backend {}. Your draft and what you were reading are kept.", backend.get())}</p>
        <form aria-label="Sign in" on:submit=send>
            {problem(form)}
            <label class="in">
                "Account"
                <input
                    type="text"
                    id="account"
                    name="username"
                    autocomplete="username"
                    autocapitalize="none"
                    spellcheck="false"
                    prop:value=move || form.with(|form| form.text.clone())
                    on:input=move |event| store.send(Msg::Typed(event_target_value(&event)))
                />
            </label>
            <label class="in">
                "Password"
                <input type="password" id="password" autocomplete="current-password" node_ref=password/>
            </label>
            <button type="submit" class="btn primary tall wide" disabled=move || form.with(|form| form.busy)>
                {move || if form.with(|form| form.busy) { "Signing in" } else { "Sign in" }}
            </button>
            {Button::of("btn tall wide").sends(store, Msg::ChangeBackend, "Change backend")}
        </form>
    };
    super::states::state("lock", "Signed out", body.into_any())
}

/// Why the form was refused.
pub fn problem(form: Part<Form>) -> AnyView {
    maybe(move || {
        let problem = form.with(|form| form.problem.clone());
        problem.map(|why| fault(&why))
    })
}
