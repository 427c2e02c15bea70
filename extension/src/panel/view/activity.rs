//! What was done about this alert, by whom, and how far signed checkpoints cover it.

use aside_shared::api::Activity;
use aside_shared::audit::{AuditAction, AuditEntry};
use aside_shared::instant::{utc, utc_clock};
use leptos::prelude::*;

use super::element::{el, live, several};

use super::shapes::{Button, note};
use super::text::visible;
use crate::panel::state::Msg;
use crate::panel::store::Store;
use crate::panel::words::grouped;

/// The view.
pub fn activity(store: Store) -> AnyView {
    let read = store.reading(|reading| reading.activity.clone());
    live(move || match read.get() {
        None => el("div", "sec")
            .attr("aria-hidden", "true")
            .with(el("span", "skel w3"))
            .with(el("span", "skel w2"))
            .draw(),
        Some(Err(why)) => {
            let told = several()
                .with(el("b", "").with("The activity could not be read. "))
                .with(visible(&why));
            let again = Button::of("tb").sends(store, Msg::ReadActivity, "Try now");
            note("note warn", "warn", told, again)
        }
        Some(Ok(activity)) => log(&activity),
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
        .collect::<Vec<_>>();
    let day = activity
        .entries
        .first()
        .map(|entry| utc(entry.at_unix_ms)[..10].to_owned());
    let told = several().with(covered).with(
        el("small", "dim")
            .with("Head ")
            .with(el("code", "").with(short)),
    );
    several()
        .with(note(
            "note",
            if open == 0 { "check" } else { "clock" },
            told,
            ().into_any(),
        ))
        .with(activity.entries.is_empty().then(|| {
            el("div", "sec")
                .with(el("p", "dim").with("Nothing recorded about this alert that you may see."))
        }))
        .with(el("ol", "log").attr("reversed", true).with(items))
        .with(day.map(|day| {
            el("div", "sec").with(el("p", "dim").with(format!(
                "Times UTC, newest {day}. Entries of this alert only."
            )))
        }))
        .draw()
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
        AuditAction::ModelAsked => "Asked the model",
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
        true => el("b", "").with(title).draw(),
        false => title.into_any(),
    };
    let hash: String = entry.hash.chars().take(8).collect();
    let cover = if entry.seq <= covered {
        ""
    } else {
        ", no checkpoint yet"
    };
    el("li", "")
        .with(el("time", "").with(utc_clock(entry.at_unix_ms)))
        .with(
            el("p", "")
                .with(heading)
                .with(
                    (!entry.detail.is_empty() && !entry.detail.eq_ignore_ascii_case(title))
                        .then(|| several().with(": ").with(visible(&entry.detail))),
                )
                .with(
                    el("small", "dim")
                        .with(visible(&entry.actor))
                        .with(format!(" · {hash}{cover}")),
                ),
        )
        .with(el("span", "seq").with(entry.seq.to_string()))
        .draw()
}
