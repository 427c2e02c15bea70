//! What was done about this alert, by whom, and how far signed checkpoints cover it.

use aside_shared::api::Activity;
use aside_shared::audit::{AuditAction, AuditEntry};
use aside_shared::instant::{utc, utc_clock};
use leptos::prelude::*;

use super::shapes::{Button, live, note};
use super::text::visible;
use crate::panel::state::Msg;
use crate::panel::store::Store;
use crate::panel::words::grouped;

/// The view.
pub fn activity(store: Store) -> AnyView {
    let read = store.reading(|reading| reading.activity.clone());
    live(move || {
        match read.get() {
        None => view! {
            <div class="sec" aria-hidden="true"><span class="skel w3"></span><span class="skel w2"></span></div>
        }
        .into_any(),
        Some(Err(why)) => {
            let told = view! { <b>"The activity could not be read. "</b>{visible(&why)} };
            let again = Button::of("tb").sends(store, Msg::ReadActivity, "Try now");
            note("note warn", "warn", told, again)
        }
        Some(Ok(activity)) => log(&activity),
    }
    })
}

fn log(activity: &Activity) -> AnyView {
    let head = &activity.head;
    let open = head.count.saturating_sub(head.covered);
    let number = |n: u64| grouped(usize::try_from(n).unwrap_or(usize::MAX));
    let covered = match open {
        0 => format!(
            "All {} entries of the log are covered by a signed checkpoint.",
            number(head.count)
        ),
        open => format!(
            "{} of {} entries of the log are covered by a signed checkpoint, {} not yet.",
            number(head.covered),
            number(head.count),
            number(open)
        ),
    };
    let short: String = head.head.chars().take(16).collect();
    let items = activity
        .entries
        .iter()
        .map(|each| entry(each, head.covered))
        .collect_view();
    let day = activity
        .entries
        .first()
        .map(|entry| utc(entry.at_unix_ms)[..10].to_owned());
    let told = view! { {covered}<small class="dim">"Head "<code>{short}</code></small> };
    view! {
        {note("note", if open == 0 { "check" } else { "clock" }, told, ().into_any())}
        {activity.entries.is_empty().then(|| view! {
            <div class="sec"><p class="dim">"Nothing recorded about this alert that you may see."</p></div>
        })}
        <ol class="log" reversed>{items}</ol>
        {day.map(|day| view! { <div class="sec"><p class="dim">{format!("Times UTC, newest {day}. Entries of this alert only.")}</p></div> })}
    }
    .into_any()
}

fn title(action: AuditAction) -> &'static str {
    match action {
        AuditAction::SignIn => "Signed in",
        AuditAction::SignInRefused => "Sign-in refused",
        AuditAction::SignOut => "Signed out",
        AuditAction::TokenReuse => "Token used twice",
        AuditAction::UserChanged => "Account changed",
        AuditAction::AlertRead => "Opened the alert",
        AuditAction::Asked => "Asked",
        AuditAction::Proposed => "Proposed",
        AuditAction::Decided => "Decided",
        AuditAction::Refused => "Refused",
        AuditAction::VendorCall => "Asked the vendor",
        AuditAction::VendorAnswer => "The vendor answered",
        AuditAction::Outcome => "Outcome",
    }
}

fn entry(entry: &AuditEntry, covered: u64) -> AnyView {
    let weighty = matches!(
        entry.action,
        AuditAction::Decided
            | AuditAction::VendorCall
            | AuditAction::Outcome
            | AuditAction::Refused
    );
    let title = title(entry.action);
    let heading = match weighty {
        true => view! { <b>{title}</b> }.into_any(),
        false => title.into_any(),
    };
    let hash: String = entry.hash.chars().take(8).collect();
    let cover = if entry.seq <= covered {
        ""
    } else {
        ", no checkpoint yet"
    };
    view! {
        <li>
            <time>{utc_clock(entry.at_unix_ms)}</time>
            <p>
                {heading}
                {(!entry.detail.is_empty()).then(|| view! { ": "{visible(&entry.detail)} })}
                <small class="dim">{visible(&entry.actor)}{format!(" · {hash}{cover}")}</small>
            </p>
            <span class="seq">{entry.seq}</span>
        </li>
    }
    .into_any()
}
