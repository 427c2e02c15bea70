//! No alert is open on the page: paste one, pick one, or pick a tenant.

use std::sync::Arc;

use aside_shared::alert::SeverityLevel;
use aside_shared::api::RecentAlert;
use aside_shared::id::TenantId;
use aside_shared::instant::utc_clock;
use leptos::prelude::*;

use super::element::{el, live, several};

use super::icons::{bars, icon};
use super::shapes::{Button, fault, paragraph, skeleton, switch};
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
    el("main", "main").with(el("div", "view").attr("tabindex", "0").attr("role", "region").attr("aria-label", "No alert open").with(el("div", "state").with(icon("info")).with(el("h1", "").with("No alert is open on this page")).with(el("p", "").with("Open an alert, or right-click a row of the list and choose Explain this alert.")).with(el("form", "").attr("aria-label", "Open by link or id").on("submit", send).with(el("label", "in").with("Or paste its link or id").with(el("input", "").attr("type", "text").attr("id", "paste").attr("autocomplete", "off").attr("spellcheck", "false").live("aria-invalid", move || problem.with(Option::is_some).then_some("true")).holds(move || paste.get()).on("input", move |event: web_sys::Event| store.send(Msg::PasteTyped(event_target_value(&event)))))).with(live(move || problem.get().map(|why| fault(&why)))).with(el("button", "btn tall").attr("type", "submit").live("disabled", move || busy.get()).with(live(move || if busy.get() { "Looking" } else { "Open" }))))).with(recent(store, page))).draw()
}

fn recent(store: Store, page: Part<NoAlert>) -> AnyView {
    let tenants = Part::new(move || page.with(|page| (page.tenants.clone(), page.tenant.clone())));
    let rows = Part::new(move || page.with(|page| page.recent.clone()));
    let several = live(move || {
        let (tenants, shown) = tenants.get();
        let several = tenants.len() > 1;
        let switches = tenants.into_iter().map(|tenant| {
            let on = shown.as_ref() == Some(&tenant);
            switch(store, on, tenant.to_string(), Msg::PickTenant(tenant))
        });
        several.then(|| el("div", "tags").with(switches.collect::<Vec<_>>()).draw())
    });
    let list = live(move || match (rows.get(), tenants.get().1) {
        (_, None) => paragraph(
            "dim",
            "No tenant whose alerts you may read. Reading needs viewer.",
        ),
        (None, _) => el("div", "")
            .attr("aria-hidden", "true")
            .with(skeleton(&["skel w3", "skel w4"]))
            .draw(),
        (Some(Err(why)), _) => fault(&why),
        (Some(Ok(rows)), _) if rows.is_empty() => paragraph("dim", "No recent alert."),
        (Some(Ok(rows)), _) => listed(store, &rows),
    });
    el("section", "sec")
        .attr("aria-labelledby", "s-recent")
        .with(el("header", "").with(el("h2", "").attr("id", "s-recent").with("Recent")))
        .with(several)
        .with(list)
        .draw()
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
        let host = alert
            .host
            .as_ref()
            .map(|host| el("small", "dim").with(visible(&aside_shared::text::shorten(host, 64))));
        let at = alert
            .created_unix_ms
            .map(|at| utc_clock(at)[..5].to_owned());
        let row = several()
            .with(bars(lit))
            .with(
                el("span", "")
                    .with(el("b", "").with(word))
                    .with(" ")
                    .with(visible(&aside_shared::text::shorten(&alert.title, 160)))
                    .with(host),
            )
            .with(at.map(|at| el("time", "").with(at)));
        let button = Button::of("node pick").sends(store, Msg::PickAlert(key), row);
        el("li", "").with(button)
    });
    el("ul", "recent").with(items.collect::<Vec<_>>()).draw()
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
    let body = several()
        .with(el("h1", "").with("Which tenant is this?"))
        .with(el("p", "").with(
            "The link names an alert and not its tenant, and several tenants use this console.",
        ))
        .with(el("div", "go").with(buttons.collect::<Vec<_>>()));
    super::states::state("info", "Pick a tenant", body.draw())
}
