//! The top bar, and the menu and the list of keys over the panel.

use aside_shared::session::Phase;
use leptos::prelude::*;

use super::icons::{icon, named};
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
            {move || match place.get() {
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
            }}
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
            {move || (surface.get() != Surface::Window).then(|| view! {
                <button
                    type="button"
                    class="ib"
                    aria-label="Open in its own window"
                    on:click=move |_| store.send(Msg::OpenWindow)
                >
                    {icon("popout")}
                </button>
            })}
            {move || (surface.get() == Surface::Dock).then(|| view! {
                <button
                    type="button"
                    class="ib"
                    aria-label="Collapse to badge"
                    on:click=move |_| store.send(Msg::Collapse)
                >
                    {icon("collapse")}
                </button>
            })}
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
    (move || {
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
                        <button
                            type="button"
                            class="ib"
                            aria-label="Close"
                            on:click=move |_| store.send(Msg::Layer(None))
                        >
                            {icon("close")}
                        </button>
                    </div>
                    <div class="body" tabindex="0" role="group" aria-label=title>{body}</div>
                </div>
            }
        })
    })
    .into_any()
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
            {reading.then(|| view! {
                <button type="button" class="btn" on:click=move |_| { store.send(Msg::Layer(None)); store.send(Msg::Leave); }>
                    "Another alert"
                </button>
            })}
            <button type="button" class="btn" on:click=move |_| store.send(Msg::Layer(Some(Layer::Keys)))>
                "Keys"
            </button>
            {configured.then(|| view! {
                <button type="button" class="btn" on:click=move |_| store.send(Msg::ChangeBackend)>
                    "Change backend"
                </button>
            })}
            {signed_in.then(|| view! {
                <button type="button" class="btn" on:click=move |_| store.send(Msg::SignOut)>"Sign out"</button>
            })}
        </div>
    }
    .into_any()
}

fn keys_list(store: Store) -> AnyView {
    let off = store.part(|state| state.keys_off);
    let rows = keys::LIST
        .iter()
        .map(|(key, what)| view! { <dt><kbd>{*key}</kbd></dt><dd>{*what}</dd> })
        .collect_view();
    view! {
        <dl class="kv">{rows}</dl>
        <p class="foot">"Active while the focus is in the panel and outside a field. Approve has no key: reach it with Tab, press it."</p>
        <button
            type="button"
            class="chip"
            aria-pressed=move || (!off.get()).to_string()
            on:click=move |_| store.send(Msg::KeysOff(!off.get_untracked()))
        >
            "Keys on"
        </button>
    }
    .into_any()
}
