//! No alert is open on the page: paste one, pick one, or pick a tenant.

use std::sync::Arc;

use aside_shared::alert::SeverityLevel;
use aside_shared::api::RecentAlert;
use aside_shared::id::TenantId;
use aside_shared::instant::utc_clock;
use leptos::prelude::*;

use super::icons::{bars, icon};
use super::shapes::{Button, fault, live, maybe, paragraph, skeleton, switch};
use super::text::visible;
use crate::panel::part::Part;
use crate::panel::state::{Msg, NoAlert, Page};
use crate::panel::store::Store;

/// Paste and recent alerts.
pub fn no_alert(store: Store) -> AnyView {
    let page = store.part(|state| match &state.page {
        Page::NoAlert(page) => page.clone(),
        _ => NoAlert::default(),
    });
    let paste = Part::new(move || page.with(|page| page.paste.clone()));
    let busy = Part::new(move || page.with(|page| page.busy));
    let problem = Part::new(move || page.with(|page| page.problem.clone()));
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        store.send(Msg::Pasted(paste.get_untracked()));
    };
    view! {
        <main class="main">
            <div class="view" tabindex="0" role="region" aria-label="No alert open">
                <div class="state">
                    {icon("info")}
                    <h1>"No alert is open on this page"</h1>
                    <p>"Open an alert, or right-click a row of the list and choose Explain this alert."</p>
                    <form aria-label="Open by link or id" on:submit=send>
                        <label class="in">
                            "Or paste its link or id"
                            <input
                                type="text"
                                id="paste"
                                autocomplete="off"
                                spellcheck="false"
                                aria-invalid=move || problem.with(Option::is_some).then_some("true")
                                prop:value=move || paste.get()
                                on:input=move |event| store.send(Msg::PasteTyped(event_target_value(&event)))
                            />
                        </label>
                        {maybe(move || problem.get().map(|why| fault(&why)))}
                        <button type="submit" class="btn tall" disabled=move || busy.get()>
                            {move || if busy.get() { "Looking" } else { "Open" }}
                        </button>
                    </form>
                </div>
                {recent(store, page)}
            </div>
        </main>
    }
    .into_any()
}

fn recent(store: Store, page: Part<NoAlert>) -> AnyView {
    let tenants = Part::new(move || page.with(|page| (page.tenants.clone(), page.tenant.clone())));
    let rows = Part::new(move || page.with(|page| page.recent.clone()));
    let several = maybe(move || {
        let (tenants, shown) = tenants.get();
        let several = tenants.len() > 1;
        let switches = tenants.into_iter().map(|tenant| {
            let on = shown.as_ref() == Some(&tenant);
            switch(store, on, tenant.to_string(), Msg::PickTenant(tenant))
        });
        several.then(|| view! { <div class="tags">{switches.collect_view()}</div> }.into_any())
    });
    let list = live(move || match (rows.get(), tenants.get().1) {
        (_, None) => paragraph(
            "dim",
            "No tenant whose alerts you may read. Reading needs viewer.",
        ),
        (None, _) => view! { <div aria-hidden="true">{skeleton(&["w3", "w4"])}</div> }.into_any(),
        (Some(Err(why)), _) => fault(&why),
        (Some(Ok(rows)), _) if rows.is_empty() => paragraph("dim", "No recent alert."),
        (Some(Ok(rows)), _) => listed(store, &rows),
    });
    view! {
        <section class="sec" aria-labelledby="s-recent">
            <header><h2 id="s-recent">"Recent"</h2></header>
            {several}
            {list}
        </section>
    }
    .into_any()
}

/// Bars and word of a vendor's severity.
fn severity(level: SeverityLevel) -> (usize, &'static str) {
    match level {
        SeverityLevel::Critical => (4, "Critical"),
        SeverityLevel::High => (3, "High"),
        SeverityLevel::Medium => (2, "Medium"),
        SeverityLevel::Low => (1, "Low"),
        SeverityLevel::Informational => (1, "Informational"),
        SeverityLevel::Unknown => (1, "No severity"),
    }
}

fn listed(store: Store, rows: &Arc<Vec<RecentAlert>>) -> AnyView {
    let items = rows.iter().map(|alert| {
        let (lit, word) = severity(alert.severity);
        let key = alert.key.clone();
        let host = alert.host.as_ref().map(|host| {
            view! { <small class="dim">{visible(&aside_shared::text::shorten(host, 64))}</small> }
        });
        let at = alert
            .created_unix_ms
            .map(|at| utc_clock(at)[..5].to_owned());
        let row = view! {
            {bars(lit)}
            <span>
                <b>{word}</b>
                " "
                {visible(&aside_shared::text::shorten(&alert.title, 160))}
                {host}
            </span>
            {at.map(|at| view! { <time>{at}</time> })}
        };
        let button = Button::of("node pick").sends(store, Msg::PickAlert(key), row);
        view! { <li>{button}</li> }
    });
    view! { <ul class="recent">{items.collect_view()}</ul> }.into_any()
}

/// The link leaves several tenants possible.
pub fn pick(store: Store) -> AnyView {
    let tenants: Vec<TenantId> = store.peek(|state| match &state.page {
        Page::Pick { tenants, .. } => tenants.clone(),
        _ => Vec::new(),
    });
    let buttons = tenants.into_iter().map(|tenant| {
        let label = tenant.to_string();
        Button::of("btn tall").sends(store, Msg::PickTenant(tenant), label)
    });
    let body = view! {
        <h1>"Which tenant is this?"</h1>
        <p>"The link names an alert and not its tenant, and several tenants use this console."</p>
        <div class="go">{buttons.collect_view()}</div>
    };
    super::states::state("info", "Pick a tenant", body.into_any())
}
