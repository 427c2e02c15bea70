//! Views and notes for what is not as it should be: each says what was tried, since when, what comes next.

use aside_shared::problem::Problem;
use aside_shared::session::Phase;
use leptos::prelude::*;

use super::element::{el, live, several};

use super::icons::icon;
use super::shapes::{Button, note, pair, skeleton};
use super::text::{name, visible};
use super::times::local;
use crate::panel::state::{Msg, Page, Progress, console_link};
use crate::panel::store::Store;
use crate::panel::words::{Trouble, length, trouble, utc};

/// Nothing yet.
pub fn blank() -> AnyView {
    el("main", "main").with(el("h1", "vh").with("Aside")).draw()
}

/// The backend is asked which alert this is.
pub fn resolving() -> AnyView {
    el("main", "main")
        .with(
            el("div", "prio")
                .attr("data-p", "wait")
                .with(el("span", "tag").attr("aria-hidden", "true").with("–"))
                .with(el("span", "word").with("Finding the alert"))
                .with(el("span", "by").with("Asking which alert this page shows"))
                .with(el("span", "sure")),
        )
        .with(
            el("div", "head")
                .with(el("h1", "vh").with("Finding the alert"))
                .with(skeleton(&["skel w3", "skel w2"])),
        )
        .draw()
}

/// A view of one state: an icon, a heading, and what there is to say and do.
pub fn state(mark: &'static str, label: &'static str, body: AnyView) -> AnyView {
    el("main", "main")
        .with(
            el("div", "view")
                .attr("tabindex", "0")
                .attr("role", "region")
                .attr("aria-label", label)
                .with(el("div", "state").with(icon(mark)).with(body)),
        )
        .draw()
}

/// The backend cannot be reached, and nothing was read before.
pub fn unreachable(store: Store) -> AnyView {
    let outage = store.part(|state| state.outage.clone());
    let address = store.peek(|state| state.session.backend().map(ToOwned::to_owned));
    let next = live(move || {
        let Some(outage) = outage.get() else {
            return String::new();
        };
        match outage.next_ms - store.now() {
            ..1000 => "The panel tries again now and returns to where you were.".to_owned(),
            ms => format!(
                "The panel tries again in {} and returns to where you were.",
                length(ms)
            ),
        }
    });
    let facts = live(move || {
        let outage = outage.get()?;
        let since = format!("{}, {}", utc(outage.since_ms), local(outage.since_ms));
        let facts = several()
            .with(address.clone().map(|address| pair("Address", address)))
            .with(pair("Since", since))
            .with(pair("Cause", visible(&outage.cause)))
            .with(pair("Tries", outage.tries.to_string()))
            .with(pair("Draft", "Kept"));
        Some(el("dl", "kv").with(facts).draw())
    });
    let body = several()
        .with(el("h1", "").with("Aside’s backend cannot be reached"))
        .with(
            el("p", "")
                .with("Nothing on this page was read or sent. ")
                .with(next),
        )
        .with(facts)
        .with(
            el("div", "go")
                .with(Button::of("btn primary").sends(store, Msg::RetryNow, "Try now"))
                .with(Button::of("btn").sends(store, Msg::ChangeBackend, "Change backend")),
        );
    state("warn", "Backend unreachable", body.draw())
}

/// It could not be found out which alert is meant, or it may not be read.
pub fn failed(store: Store) -> AnyView {
    let problem = store.peek(|state| match &state.page {
        Page::Failed(problem) => Some((**problem).clone()),
        _ => None,
    });
    match problem {
        Some(problem) => trouble_view(store, &problem, "The vendor"),
        None => blank(),
    }
}

fn trouble_view(store: Store, problem: &Problem, platform: &str) -> AnyView {
    let kind = trouble(problem);
    let mark = match kind {
        Trouble::NoPermission | Trouble::Credential => "lock",
        Trouble::UnknownTenant | Trouble::AlertNotFound => "info",
        _ => "warn",
    };
    let label = match kind {
        Trouble::VendorDown => "Vendor down",
        Trouble::Credential => "Credential refused",
        Trouble::AlertNotFound => "Alert not found",
        Trouble::UnknownTenant => "Unknown tenant",
        Trouble::NoPermission => "No permission",
        Trouble::TooOften => "Too many requests",
        Trouble::Other => "Not read",
    };
    state(mark, label, trouble_body(store, problem, kind, platform))
}

fn trouble_body(store: Store, problem: &Problem, kind: Trouble, platform: &str) -> AnyView {
    let user = store.peek(|state| state.session.user().map(ToOwned::to_owned));
    let details = details_text(problem, user.as_deref());
    several()
        .with(el("h1", "").with(kind.heading(platform)))
        .with(el("p", "").with(visible(&problem.detail)))
        .with(
            el("dl", "kv")
                .with(user.map(|user| pair("You", user)))
                .with(
                    problem
                        .instance
                        .as_deref()
                        .map(|id| pair("Request", name(id))),
                )
                .with(
                    problem
                        .vendor_request_id
                        .as_deref()
                        .map(|id| pair("Vendor’s", name(id))),
                ),
        )
        .with(
            el("div", "go")
                .with(Button::of("btn").sends(store, Msg::RetryNow, "Try now"))
                .with(Button::of("btn").sends(store, Msg::Leave, "Another alert"))
                .with(Button::of("btn").sends(store, Msg::Copy(details), "Copy details")),
        )
        .draw()
}

fn details_text(problem: &Problem, user: Option<&str>) -> String {
    let mut lines = vec![
        format!("{} ({})", problem.title, problem.status),
        problem.detail.clone(),
    ];
    lines.extend(user.map(|user| format!("Account: {user}")));
    lines.extend(problem.instance.as_ref().map(|id| format!("Request: {id}")));
    lines.extend(
        problem
            .vendor_request_id
            .as_ref()
            .map(|id| format!("Vendor’s request: {id}")),
    );
    lines.join("\n")
}

/// Notes over an alert: what stands in the way of reading it or of acting.
pub fn notes(store: Store) -> AnyView {
    several()
        .with(outage_note(store))
        .with(failed_note(store))
        .with(cut_note(store))
        .with(observe_note(store))
        .draw()
}

fn retry(store: Store) -> AnyView {
    Button::of("tb").sends(store, Msg::RetryNow, "Try now")
}

fn outage_note(store: Store) -> AnyView {
    let outage = store.part(|state| state.outage.clone());
    live(move || {
        let outage = outage.get()?;
        let told = several()
            .with(el("b", "").with("Aside’s backend cannot be reached"))
            .with(format!(" since {}. ", utc(outage.since_ms)))
            .with(live(move || next_try(outage.next_ms, store.now())));
        Some(note("note warn", "warn", told, retry(store)))
    })
}

fn next_try(next_ms: i64, now_ms: i64) -> String {
    match next_ms.saturating_sub(now_ms) {
        ..1000 => "Trying now.".to_owned(),
        ms => format!("Next try in {}.", length(ms)),
    }
}

fn failed_note(store: Store) -> AnyView {
    let failed = store.part(|state| {
        let reading = state.reading()?;
        match &reading.progress {
            Progress::Failed { problem, next_ms } => {
                let label = state.platform_label(&reading.key.tenant);
                Some(((**problem).clone(), *next_ms, label))
            }
            _ => None,
        }
    });
    live(move || {
        let (problem, next_ms, label) = failed.get()?;
        let ids: Vec<String> = [&problem.instance, &problem.vendor_request_id]
            .into_iter()
            .flatten()
            .map(|id| aside_shared::text::visible(id))
            .collect();
        let ids = (!ids.is_empty()).then(|| format!("Request {}", ids.join(", ")));
        let heading = trouble(&problem).heading(&label);
        // What the heading says already is not said again.
        let detail = problem.detail.strip_prefix(&heading);
        let detail = match detail.and_then(|rest| rest.strip_prefix(": ")) {
            Some(rest) => format!(": {rest}"),
            None => format!(". {}", problem.detail),
        };
        let told = several()
            .with(el("b", "").with(heading))
            .with(visible(detail.trim_end_matches('.')))
            .with(". ")
            .with(next_ms.map(|next| live(move || next_try(next, store.now()))))
            .with(ids.map(|ids| el("small", "dim").with(ids)));
        Some(note("note bad", "warn", told, retry(store)))
    })
}

fn cut_note(store: Store) -> AnyView {
    let cut = store.reading(|reading| {
        let cuts = reading.cuts.filter(|(times, _)| *times > 1);
        cuts.map(|(_, since)| since)
    });
    live(move || {
        let since = cut.get()?;
        let told = several()
            .with(el("b", "").with("The connection was cut"))
            .with(format!(
                " at {}. What is shown stays; reading goes on when it is back.",
                utc(since)
            ));
        Some(note("note warn", "warn", told, retry(store)))
    })
}

fn observe_note(store: Store) -> AnyView {
    let observes = store.part(|state| {
        let reading = state.reading()?;
        let access = state.access(&reading.key.tenant)?;
        let observes = access.phase == Phase::Observe;
        observes.then(|| access.platform_label.clone())
    });
    let link = store.part(|state| console_link(state).is_some());
    live(move || {
        let label = observes.get()?;
        let told = several()
            .with(el("b", "").with("Observe: Aside reads and never acts."))
            .with(format!(" Do these in {label}."));
        let open = match link.get() {
            true => Button::of("tb").sends(store, Msg::OpenConsole, "Open alert"),
            false => ().into_any(),
        };
        Some(note("note", "eye", told, open))
    })
}
