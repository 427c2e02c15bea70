//! Views and notes for what is not as it should be: each says what was tried, since when, what comes next.

use aside_shared::problem::Problem;
use leptos::prelude::*;

use super::icons::icon;
use super::text::visible;
use super::times::local;
use crate::panel::state::{Msg, Page, Progress};
use crate::panel::store::Store;
use crate::panel::words::{Trouble, length, trouble, utc};

/// Nothing yet.
pub fn blank() -> AnyView {
    view! { <main class="main"></main> }.into_any()
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
            <div class="head" aria-hidden="true"><span class="skel w3"></span><span class="skel w2"></span></div>
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
    let next = move || {
        outage
            .get()
            .map(|outage| match outage.next_ms - store.now() {
                ..1000 => "The panel tries again now and returns to where you were.".to_owned(),
                ms => format!(
                    "The panel tries again in {} and returns to where you were.",
                    length(ms)
                ),
            })
    };
    let body = view! {
        <h1>"Aside’s backend cannot be reached"</h1>
        <p>"Nothing on this page was read or sent. "<span class="num">{next}</span></p>
        {move || outage.get().map(|outage| view! {
            <dl class="kv">
                {address.clone().map(|address| view! { <dt>"Address"</dt><dd>{address}</dd> })}
                <dt>"Since"</dt>
                <dd>{utc(outage.since_ms)}", "{local(outage.since_ms)}</dd>
                <dt>"Cause"</dt>
                <dd>{visible(&outage.cause)}</dd>
                <dt>"Tries"</dt>
                <dd>{outage.tries}</dd>
                <dt>"Draft"</dt>
                <dd>"Kept"</dd>
            </dl>
        })}
        <div class="go">
            <button type="button" class="btn primary" on:click=move |_| store.send(Msg::RetryNow)>"Try now"</button>
            <button type="button" class="btn" on:click=move |_| store.send(Msg::ChangeBackend)>"Change backend"</button>
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
            {user.map(|user| view! { <dt>"You"</dt><dd>{user}</dd> })}
            {problem.instance.clone().map(|id| view! { <dt>"Request"</dt><dd><code>{visible(&id)}</code></dd> })}
            {problem.vendor_request_id.clone().map(|id| view! { <dt>"Vendor’s"</dt><dd><code>{visible(&id)}</code></dd> })}
        </dl>
        <div class="go">
            <button type="button" class="btn" on:click=move |_| store.send(Msg::RetryNow)>"Try now"</button>
            <button type="button" class="btn" on:click=move |_| store.send(Msg::Leave)>"Another alert"</button>
            <button type="button" class="btn" on:click=move |_| store.send(Msg::Copy(details.clone()))>"Copy details"</button>
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

fn outage_note(store: Store) -> AnyView {
    let outage = store.part(|state| state.outage.clone());
    (move || {
        outage.get().map(|outage| view! {
            <div class="note warn">
                {icon("warn")}
                <p>
                    <b>"Aside’s backend cannot be reached"</b>
                    {format!(" since {}. ", utc(outage.since_ms))}
                    {move || next_try(outage.next_ms, store.now())}
                </p>
                <button type="button" class="tb" on:click=move |_| store.send(Msg::RetryNow)>"Try now"</button>
            </div>
        })
    })
    .into_any()
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
    (move || {
        failed.get().map(|(problem, next_ms, label)| {
            let kind = trouble(&problem);
            let ids: Vec<String> = [&problem.instance, &problem.vendor_request_id]
                .into_iter()
                .flatten()
                .map(|id| aside_shared::text::visible(id))
                .collect();
            view! {
                <div class="note bad">
                    {icon("warn")}
                    <p>
                        <b>{kind.heading(&label)}</b>
                        ". "
                        {visible(&problem.detail)}
                        " "
                        {next_ms.map(|next| view! { <span class="num">{move || next_try(next, store.now())}</span> })}
                        {(!ids.is_empty()).then(|| view! { <small class="dim">{format!("Request {}", ids.join(", "))}</small> })}
                    </p>
                    <button type="button" class="tb" on:click=move |_| store.send(Msg::RetryNow)>"Try now"</button>
                </div>
            }
        })
    })
    .into_any()
}

fn cut_note(store: Store) -> AnyView {
    let cut = store.reading(|reading| {
        reading
            .cuts
            .filter(|(times, _)| *times > 1)
            .map(|(_, since)| since)
    });
    (move || {
        cut.get().map(|since| view! {
            <div class="note warn">
                {icon("warn")}
                <p><b>"The connection was cut"</b>{format!(" at {}. What is shown stays; reading goes on when it is back.", utc(since))}</p>
                <button type="button" class="tb" on:click=move |_| store.send(Msg::RetryNow)>"Try now"</button>
            </div>
        })
    })
    .into_any()
}

fn observe_note(store: Store) -> AnyView {
    let observes = store.part(|state| {
        let reading = state.reading()?;
        let access = state.access(&reading.key.tenant)?;
        let observes = access.phase == aside_shared::session::Phase::Observe;
        observes.then(|| access.platform_label.clone())
    });
    let link = store.part(|state| crate::panel::state::console_link(state).is_some());
    (move || {
        observes.get().map(|label| view! {
            <div class="note">
                {icon("eye")}
                <p><b>"Observe: Aside reads and never acts."</b>{format!(" Do these in {label}.")}</p>
                {link.get().then(|| view! {
                    <button type="button" class="tb" on:click=move |_| store.send(Msg::OpenConsole)>"Open alert"</button>
                })}
            </div>
        })
    })
    .into_any()
}
