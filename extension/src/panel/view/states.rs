//! Views and notes for what is not as it should be: each says what was tried, since when, what comes next.

use aside_shared::problem::Problem;
use aside_shared::session::Phase;
use leptos::prelude::*;

use super::icons::icon;
use super::shapes::{Button, maybe, note, pair, skeleton, words};
use super::text::{name, visible};
use super::times::local;
use crate::panel::state::{Msg, Page, Progress, console_link};
use crate::panel::store::Store;
use crate::panel::words::{Trouble, length, trouble, utc};

/// Nothing yet.
pub fn blank() -> AnyView {
    view! { <main class="main"><h1 class="vh">"Aside"</h1></main> }.into_any()
}

/// The backend is asked which alert this is.
pub fn resolving() -> AnyView {
    view! {
        <main class="main">
            <div class="prio" data-p="wait">
                <span class="tag" aria-hidden="true">"–"</span>
                <span class="word">"Finding the alert"</span>
                <span class="by">"Asking which alert this page shows"</span>
                <span class="sure"></span>
            </div>
            <div class="head"><h1 class="vh">"Finding the alert"</h1>{skeleton(&["w3", "w2"])}</div>
        </main>
    }
    .into_any()
}

/// A view of one state: an icon, a heading, and what there is to say and do.
pub fn state(mark: &'static str, label: &'static str, body: AnyView) -> AnyView {
    view! {
        <main class="main">
            <div class="view" tabindex="0" role="region" aria-label=label>
                <div class="state">{icon(mark)}{body}</div>
            </div>
        </main>
    }
    .into_any()
}

/// The backend cannot be reached, and nothing was read before.
pub fn unreachable(store: Store) -> AnyView {
    let outage = store.part(|state| state.outage.clone());
    let address = store.peek(|state| state.session.backend().map(ToOwned::to_owned));
    let next = words(move || {
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
    let facts = maybe(move || {
        let outage = outage.get()?;
        let since = format!("{}, {}", utc(outage.since_ms), local(outage.since_ms));
        let facts = view! {
            {address.clone().map(|address| pair("Address", address))}
            {pair("Since", since)}
            {pair("Cause", visible(&outage.cause))}
            {pair("Tries", outage.tries.to_string())}
            {pair("Draft", "Kept")}
        };
        Some(view! { <dl class="kv">{facts}</dl> }.into_any())
    });
    let body = view! {
        <h1>"Aside’s backend cannot be reached"</h1>
        <p>"Nothing on this page was read or sent. "{next}</p>
        {facts}
        <div class="go">
            {Button::of("btn primary").sends(store, Msg::RetryNow, "Try now")}
            {Button::of("btn").sends(store, Msg::ChangeBackend, "Change backend")}
        </div>
    };
    state("warn", "Backend unreachable", body.into_any())
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
    view! {
        <h1>{kind.heading(platform)}</h1>
        <p>{visible(&problem.detail)}</p>
        <dl class="kv">
            {user.map(|user| pair("You", user))}
            {problem.instance.as_deref().map(|id| pair("Request", name(id)))}
            {problem.vendor_request_id.as_deref().map(|id| pair("Vendor’s", name(id)))}
        </dl>
        <div class="go">
            {Button::of("btn").sends(store, Msg::RetryNow, "Try now")}
            {Button::of("btn").sends(store, Msg::Leave, "Another alert")}
            {Button::of("btn").sends(store, Msg::Copy(details), "Copy details")}
        </div>
    }
    .into_any()
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
    view! { {outage_note(store)} {failed_note(store)} {cut_note(store)} {observe_note(store)} }
        .into_any()
}

fn retry(store: Store) -> AnyView {
    Button::of("tb").sends(store, Msg::RetryNow, "Try now")
}

fn outage_note(store: Store) -> AnyView {
    let outage = store.part(|state| state.outage.clone());
    maybe(move || {
        let outage = outage.get()?;
        let told = view! {
            <b>"Aside’s backend cannot be reached"</b>
            {format!(" since {}. ", utc(outage.since_ms))}
            {words(move || next_try(outage.next_ms, store.now()))}
        };
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
    maybe(move || {
        let (problem, next_ms, label) = failed.get()?;
        let ids: Vec<String> = [&problem.instance, &problem.vendor_request_id]
            .into_iter()
            .flatten()
            .map(|id| aside_shared::text::visible(id))
            .collect();
        let ids = (!ids.is_empty()).then(|| format!("Request {}", ids.join(", ")));
        let told = view! {
            <b>{trouble(&problem).heading(&label)}</b>
            ". "
            {visible(&problem.detail)}
            " "
            {next_ms.map(|next| words(move || next_try(next, store.now())))}
            {ids.map(|ids| view! { <small class="dim">{ids}</small> })}
        };
        Some(note("note bad", "warn", told, retry(store)))
    })
}

fn cut_note(store: Store) -> AnyView {
    let cut = store.reading(|reading| {
        let cuts = reading.cuts.filter(|(times, _)| *times > 1);
        cuts.map(|(_, since)| since)
    });
    maybe(move || {
        let since = cut.get()?;
        let told = view! {
            <b>"The connection was cut"</b>
            {format!(" at {}. What is shown stays; reading goes on when it is back.", utc(since))}
        };
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
    maybe(move || {
        let label = observes.get()?;
        let told = view! {
            <b>"Observe: Aside reads and never acts."</b>
            {format!(" Do these in {label}.")}
        };
        let open = match link.get() {
            true => Button::of("tb").sends(store, Msg::OpenConsole, "Open alert"),
            false => ().into_any(),
        };
        Some(note("note", "eye", told, open))
    })
}
