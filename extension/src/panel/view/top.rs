//! The top bar, and the menu and the list of keys over the panel.

use aside_shared::session::Phase;
use leptos::prelude::*;

use super::element::{button, el, live, several};

use super::icons::{icon, named};
use super::shapes::{Button, icon_button, switch};
use crate::panel::keys;
use crate::panel::state::{Layer, Msg, Session, State};
use crate::panel::store::Store;
use crate::panel::wire::Surface;

/// Platform and tenant, phase, menu, own window, collapse.
pub fn top(store: Store) -> AnyView {
    let place = store.part(|state| {
        let tenant = state.reading().map(|reading| reading.key.tenant.clone())?;
        let phase = state.access(&tenant).map(|access| access.phase);
        Some((state.platform_label(&tenant), tenant.to_string(), phase))
    });
    let surface = store.part(|state| state.surface);
    let under = store.part(is_under_sheet);
    el("header", "top")
        .live("inert", move || under.get())
        .with(named("mark", "i mark", "Aside"))
        .with(live(move || match place.get() {
            Some((platform, tenant, phase)) => several()
                .with(
                    el("p", "where")
                        .with(el("b", "").with(platform))
                        .with(" ")
                        .with(el("span", "dim").with("/"))
                        .with(" ")
                        .with(tenant),
                )
                .with(phase.map(|phase| {
                    el("span", "phase")
                        .with((phase == Phase::Observe).then(|| icon("eye")))
                        .with(phase.word())
                }))
                .draw(),
            None => el("p", "where").with(el("b", "").with("Aside")).draw(),
        }))
        .with(
            button("ib")
                .attr("id", "menu-b")
                .attr("aria-label", "Menu: account, settings, keys")
                .attr("aria-haspopup", "dialog")
                .on_click(move || store.send(Msg::Layer(Some(Layer::Menu))))
                .with(icon("more")),
        )
        .with(live(move || {
            (surface.get() != Surface::Window)
                .then(|| icon_button(store, "popout", "Open in its own window", Msg::OpenWindow))
        }))
        .with(live(move || {
            (surface.get() == Surface::Dock)
                .then(|| icon_button(store, "collapse", "Collapse to badge", Msg::Collapse))
        }))
        .draw()
}

/// Whether everything but the sheet or the layer is inert.
pub fn is_under_sheet(state: &State) -> bool {
    state.layer.is_some() || has_sheet(state)
}

/// Whether a sheet is open.
pub fn has_sheet(state: &State) -> bool {
    let reading = state.reading();
    state.session.user().is_some() && reading.is_some_and(|reading| reading.sheet.is_some())
}

/// The menu or the list of keys, if one is open.
pub fn layers(store: Store) -> AnyView {
    let layer = store.part(|state| state.layer);
    live(move || {
        layer.get().map(|layer| {
            let (id, title, body) = match layer {
                Layer::Menu => ("menu-t", "Account and settings", menu(store)),
                Layer::Keys => ("keys-t", "Keys", keys_list(store)),
            };
            several()
                .with(el("div", "scrim").on_click(move || store.send(Msg::Layer(None))))
                .with(
                    el("div", "sheet menu")
                        .attr("role", "dialog")
                        .attr("aria-modal", "true")
                        .attr("aria-labelledby", id)
                        .with(
                            el("div", "hd")
                                .with(
                                    el("h2", "")
                                        .attr("id", id)
                                        .attr("tabindex", "-1")
                                        .with(title),
                                )
                                .with(icon_button(store, "close", "Close", Msg::Layer(None))),
                        )
                        .with(
                            el("div", "body")
                                .attr("tabindex", "0")
                                .attr("role", "group")
                                .attr("aria-label", title)
                                .with(body),
                        ),
                )
                .draw()
        })
    })
}

fn menu(store: Store) -> AnyView {
    let (account, backend, roles) = store.peek(|state| {
        let tenant = state.reading().map(|reading| &reading.key.tenant);
        let roles = tenant
            .and_then(|tenant| state.access(tenant))
            .map(|access| {
                let words: Vec<&str> = access.roles.iter().map(|role| role.word()).collect();
                format!("{} in {}", words.join(", "), access.tenant)
            });
        (
            state.session.user().map(ToOwned::to_owned),
            state.session.backend().map(ToOwned::to_owned),
            roles,
        )
    });
    let reading = store.peek(|state| state.reading().is_some());
    let configured = store.peek(|state| !matches!(state.session, Session::Asking));
    let signed_in = account.is_some();
    several()
        .with(
            el("dl", "kv")
                .with(account.map(|account| {
                    several().with(el("dt", "").with("Account")).with(
                        el("dd", "")
                            .with(el("b", "").with(account))
                            .with(roles.map(|roles| el("span", "sub").with(roles))),
                    )
                }))
                .with(backend.map(|backend| {
                    several()
                        .with(el("dt", "").with("Backend"))
                        .with(el("dd", "").with(backend))
                }))
                .with(el("dt", "").with("Version"))
                .with(el("dd", "").with(env!("CARGO_PKG_VERSION"))),
        )
        .with(
            el("div", "go")
                .with(reading.then(|| Button::of("btn").sends(store, Msg::Leave, "Another alert")))
                .with(Button::of("btn").sends(store, Msg::Layer(Some(Layer::Keys)), "Keys"))
                .with(
                    configured.then(|| {
                        Button::of("btn").sends(store, Msg::ChangeBackend, "Change backend")
                    }),
                )
                .with(signed_in.then(|| Button::of("btn").sends(store, Msg::SignOut, "Sign out"))),
        )
        .draw()
}

fn keys_list(store: Store) -> AnyView {
    let off = store.part(|state| state.keys_off);
    let rows = keys::LIST
        .iter()
        .map(|(key, what)| {
            several()
                .with(el("dt", "").with(el("kbd", "").with(*key)))
                .with(el("dd", "").with(*what))
                .draw()
        })
        .collect::<Vec<_>>();
    several().with(el("dl", "kv").with(rows)).with(el("p", "foot").with("Active while the focus is in the panel and outside a field. Approve has no key: reach it with Tab, press it.")).with(live(move || {
            let off = off.get();
            switch(store, !off, "Keys on", Msg::KeysOff(!off))
        })).draw()
}
