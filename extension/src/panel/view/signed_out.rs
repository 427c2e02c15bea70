//! Sign-in.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::element::{Node, el, live, several};

use super::shapes::{Button, fault};
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
    let password = Node::new();
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let field = password.get_untracked();
        let Some(field) = field.and_then(|field| field.dyn_into::<HtmlInputElement>().ok()) else {
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
    let body = several()
        .with(el("h1", "").with("Sign in to Aside"))
        .with(el("p", "").with(live(move || {
            format!(
                "Backend {}. Your draft and what you were reading are kept.",
                backend.get()
            )
        })))
        .with(
            el("form", "")
                .attr("aria-label", "Sign in")
                .on("submit", send)
                .with(problem(form))
                .with(
                    el("label", "in").with("Account").with(
                        el("input", "")
                            .attr("type", "text")
                            .attr("id", "account")
                            .attr("name", "username")
                            .attr("autocomplete", "username")
                            .attr("autocapitalize", "none")
                            .attr("spellcheck", "false")
                            .holds(move || form.with(|form| form.text.clone()))
                            .on("input", move |event: web_sys::Event| {
                                store.send(Msg::Typed(event_target_value(&event)))
                            }),
                    ),
                )
                .with(
                    el("label", "in").with("Password").with(
                        el("input", "")
                            .attr("type", "password")
                            .attr("id", "password")
                            .attr("autocomplete", "current-password")
                            .node(password),
                    ),
                )
                .with(
                    el("button", "btn primary tall wide")
                        .attr("type", "submit")
                        .live("disabled", move || form.with(|form| form.busy))
                        .with(live(move || {
                            if form.with(|form| form.busy) {
                                "Signing in"
                            } else {
                                "Sign in"
                            }
                        })),
                )
                .with(Button::of("btn tall wide").sends(
                    store,
                    Msg::ChangeBackend,
                    "Change backend",
                )),
        );
    super::states::state("lock", "Signed out", body.draw())
}

/// Why the form was refused.
pub fn problem(form: Part<Form>) -> AnyView {
    live(move || {
        let problem = form.with(|form| form.problem.clone());
        problem.map(|why| fault(&why))
    })
}
