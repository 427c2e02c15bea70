//! The top bar, and the menu and the list of keys over the panel.

use aside_shared::session::Phase;
use leptos::prelude::*;

use super::icons::{icon, named};
use super::shapes::{Button, icon_button, live, maybe, switch};
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
    view! {
        <header class="top" inert=move || under.get()>
            {named("mark", "i mark", "Aside")}
            {live(move || match place.get() {
                Some((platform, tenant, phase)) => view! {
                    <p class="where"><b>{platform}</b>" "<span class="dim">"/"</span>" "{tenant}</p>
                    {phase.map(|phase| view! {
                        <span class="phase">
                            {(phase == Phase::Observe).then(|| icon("eye"))}
                            {phase.word()}
                        </span>
                    })}
                }
                .into_any(),
                None => view! { <p class="where"><b>"Aside"</b></p> }.into_any(),
            })}
            <button
                type="button"
                class="ib"
                id="menu-b"
                aria-label="Menu: account, settings, keys"
                aria-haspopup="dialog"
                on:click=move |_| store.send(Msg::Layer(Some(Layer::Menu)))
            >
                {icon("more")}
            </button>
            {maybe(move || (surface.get() != Surface::Window).then(|| {
                icon_button(store, "popout", "Open in its own window", Msg::OpenWindow)
            }))}
            {maybe(move || (surface.get() == Surface::Dock).then(|| {
                icon_button(store, "collapse", "Collapse to badge", Msg::Collapse)
            }))}
        </header>
    }
    .into_any()
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
    maybe(move || {
        layer.get().map(|layer| {
            let (id, title, body) = match layer {
                Layer::Menu => ("menu-t", "Account and settings", menu(store)),
                Layer::Keys => ("keys-t", "Keys", keys_list(store)),
            };
            view! {
                <div class="scrim" on:click=move |_| store.send(Msg::Layer(None))></div>
                <div class="sheet menu" role="dialog" aria-modal="true" aria-labelledby=id>
                    <div class="hd">
                        <h2 id=id tabindex="-1">{title}</h2>
                        {icon_button(store, "close", "Close", Msg::Layer(None))}
                    </div>
                    <div class="body" tabindex="0" role="group" aria-label=title>{body}</div>
                </div>
            }
            .into_any()
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
    view! {
        <dl class="kv">
            {account.map(|account| view! { <dt>"Account"</dt><dd><b>{account}</b>{roles.map(|roles| view! { <span class="sub">{roles}</span> })}</dd> })}
            {backend.map(|backend| view! { <dt>"Backend"</dt><dd>{backend}</dd> })}
            <dt>"Version"</dt><dd>{env!("CARGO_PKG_VERSION")}</dd>
        </dl>
        <div class="go">
            {reading.then(|| Button::of("btn").sends(store, Msg::Leave, "Another alert"))}
            {Button::of("btn").sends(store, Msg::Layer(Some(Layer::Keys)), "Keys")}
            {configured.then(|| Button::of("btn").sends(store, Msg::ChangeBackend, "Change backend"))}
            {signed_in.then(|| Button::of("btn").sends(store, Msg::SignOut, "Sign out"))}
        </div>
    }
    .into_any()
}

fn keys_list(store: Store) -> AnyView {
    let off = store.part(|state| state.keys_off);
    let rows = keys::LIST
        .iter()
        .map(|(key, what)| view! { <dt><kbd>{*key}</kbd></dt><dd>{*what}</dd> }.into_any())
        .collect_view();
    view! {
        <dl class="kv">{rows}</dl>
        <p class="foot">"Active while the focus is in the panel and outside a field. Approve has no key: reach it with Tab, press it."</p>
        {live(move || {
            let off = off.get();
            switch(store, !off, "Keys on", Msg::KeysOff(!off))
        })}
    }
    .into_any()
}
