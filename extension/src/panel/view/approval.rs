//! The approval sheet: what exactly will happen, from one [`ApprovalView`] and nothing else, and
//! the button that is live only while a person can see it.

use std::sync::Arc;

use aside_shared::approval::{ApprovalView, Proposal, ProposalStatus, ViewDigest};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::chips::chip;
use super::icons::icon;
use super::shapes::{Button, fault, icon_button, live, maybe, pair, paragraph, words};
use super::sight::{Shown, Watch};
use super::text::{name, plain_name, visible};
use super::top::has_sheet;
use crate::panel::part::Part;
use crate::panel::proof::{Missing, Proof, Standing};
use crate::panel::state::{Cited, Msg, Sheet, find};
use crate::panel::store::Store;
use crate::panel::wire::Surface;
use crate::panel::words::{ago, length, utc};

/// The sheet, while one is open, with the scrim under it.
pub fn sheet(store: Store) -> AnyView {
    let open = store.part(|state| {
        let reading = state.reading().filter(|_| has_sheet(state))?;
        reading.sheet.as_ref().map(|sheet| sheet.proposal.clone())
    });
    maybe(move || open.get().map(|_| opened(store)))
}

/// The proposal that the sheet shows, and the sheet's own state.
fn shown(store: Store) -> Part<Option<(Arc<Proposal>, Sheet)>> {
    store.part(|state| {
        let reading = state.reading()?;
        let sheet = reading.sheet.as_ref()?;
        Some((find(reading, &sheet.proposal)?.clone(), sheet.clone()))
    })
}

fn opened(store: Store) -> AnyView {
    let shown = shown(store);
    let view = Part::new(move || shown.get().map(|(proposal, _)| proposal.view.clone()));
    let sheet = NodeRef::<leptos::html::Div>::new();
    view! {
        <div class="scrim"></div>
        <div class="sheet" role="dialog" aria-modal="true" aria-labelledby="ap-t" node_ref=sheet>
            {maybe(move || view.get().map(|view| content(store, &view)))}
            <div class="ft">{foot(store, shown, sheet)}</div>
        </div>
    }
    .into_any()
}

/// All that the digest covers, in the order of the decision.
fn content(store: Store, view: &ApprovalView) -> AnyView {
    let host = view
        .host_name
        .as_deref()
        .unwrap_or(view.host.as_str())
        .to_owned();
    let digest = view.digest();
    let docked = store.peek(|state| state.surface) != Surface::Window;
    let role = view
        .host_role
        .as_deref()
        .map(|role| view! { ", "{plain_name(role)} });
    let online = match view.online {
        Some(true) => "Its agent is online",
        Some(false) => "Its agent is offline",
        None => "Whether its agent is online is not known",
    };
    let read = view.read_unix_ms;
    let seen = view.last_seen_unix_ms;
    let expires = view.expires_unix_ms;
    let evidence = view
        .evidence
        .iter()
        .enumerate()
        .map(|(at, id)| chip(store, id.clone(), Cited::Elsewhere, format!("ap-{at}")))
        .collect_view();
    let list = |lines: &[String]| {
        lines
            .iter()
            .map(|line| view! { <li><span>{visible(line)}</span></li> })
            .collect_view()
    };
    let target = view! {
        <b>{plain_name(&host)}</b>
        <span class="sub">"Agent "{name(view.host.as_str())}{role}</span>
    };
    let account = format!(
        "{}, {}, as service account ",
        view.platform_label, view.place
    );
    let tenant = view! {
        <b>{view.tenant.to_string()}</b>
        <span class="sub">{account}{name(&view.service_account)}</span>
    };
    let now = view! {
        {view.isolation.words()}
        <span class="sub">
            {format!("Read {}, ", utc(read))}
            <span data-ticks="">{words(move || ago(read, store.now()))}</span>
            {format!(". {online}")}
            {seen.map(|at| format!(", last seen {}", utc(at)))}
        </span>
    };
    let lead = if view.needs_lead {
        ", a lead must approve"
    } else {
        ""
    };
    let policy = view! {
        {visible(&view.policy)}
        <span class="sub">"Rule "{name(&view.policy_rule)}{lead}</span>
    };
    let until = view! {
        <span class="num">
            {utc(expires)}
            <span data-ticks="">{words(move || left(expires, store.now()))}</span>
        </span>
        <span class="sub">"Sooner if state, target or policy change"</span>
    };
    let digest = view! {
        <code>{digest.short()}</code>
        <span class="sub">"Of all shown here; the backend accepts no other"</span>
    };
    view! {
        <div class="hd">
            <h2 id="ap-t" tabindex="-1">{view.action.verb()}" "{plain_name(&host)}"?"</h2>
            {docked.then(|| icon_button(store, "popout", "Decide in its own window", Msg::OpenWindow))}
            {icon_button(store, "close", "Close, decide later", Msg::CloseSheet)}
        </div>
        <div class="body" tabindex="0" role="group" aria-label="What exactly will happen">
            <dl class="kv">
                {pair("Target", target)}
                {pair("Tenant", tenant)}
                {pair("State now", now)}
                {(!view.for_users.is_empty()).then(|| pair("For users", visible(&view.for_users)))}
                {pair("Will happen", view! { <ol class="num-list">{list(&view.will_happen)}</ol> })}
                {pair("Verified by", visible(&view.verified_by))}
                {pair("Undone by", visible(&view.undone_by))}
                {(!view.caveats.is_empty()).then(|| {
                    pair("Know", view! { <ul class="caveats">{list(&view.caveats)}</ul> })
                })}
                {pair("Policy", policy)}
                {pair("Because", view! { {visible(&view.because)}" "<span>{evidence}</span> })}
                {pair("Opened by", view.opened_by.to_string())}
                {pair("Expires", until)}
                {pair("Digest", digest)}
            </dl>
        </div>
    }
    .into_any()
}

fn left(expires_ms: i64, now_ms: i64) -> String {
    match expires_ms.saturating_sub(now_ms) {
        ..=0 => ", expired".to_owned(),
        ms => format!(", in {}", length(ms)),
    }
}

/// What can still be decided.
#[derive(Clone, Debug, PartialEq)]
enum Decidable {
    /// Both ways.
    Yes,
    /// It was decided or ended: how, and whether the same can be proposed again.
    Over(String, bool),
    /// The caller may not: why.
    Refused(String),
}

fn decidable(proposal: &Proposal, now_ms: i64) -> Decidable {
    let over = |words: String, again| Decidable::Over(words, again);
    match &proposal.status {
        ProposalStatus::Open if now_ms >= proposal.view.expires_unix_ms => over(
            "Expired: nobody decided in time. Nothing was sent.".to_owned(),
            true,
        ),
        ProposalStatus::Open if proposal.may.decide => Decidable::Yes,
        ProposalStatus::Open => Decidable::Refused(
            proposal
                .may
                .decide_refused
                .clone()
                .unwrap_or_else(|| "You may not decide this.".to_owned()),
        ),
        ProposalStatus::Declined { by, at_unix_ms } => {
            over(format!("{by} declined it at {}.", utc(*at_unix_ms)), true)
        }
        ProposalStatus::Expired => over(
            "Expired: nobody decided in time. Nothing was sent.".to_owned(),
            true,
        ),
        ProposalStatus::Void { reason } => over(
            format!("Changed while you read: {reason} Nothing was sent for you."),
            true,
        ),
        ProposalStatus::Running { by } => over(format!("{by} approved it. It is running."), false),
        ProposalStatus::Verified { .. } => over("It is done and verified.".to_owned(), false),
        ProposalStatus::NotVerified { reason, .. } => {
            over(format!("Not verified: {reason}."), false)
        }
        ProposalStatus::Stopped { reason } => over(format!("Stopped: {reason}"), true),
        ProposalStatus::Failed { reason } => over(format!("Failed: {reason}"), true),
    }
}

fn foot(
    store: Store,
    shown: Part<Option<(Arc<Proposal>, Sheet)>>,
    sheet: NodeRef<leptos::html::Div>,
) -> AnyView {
    let can = Part::new(move || {
        let (proposal, _) = shown.get()?;
        Some(decidable(&proposal, store.now()))
    });
    live(move || {
        match can.get() {
        Some(Decidable::Yes) => decide(store, shown, sheet),
        Some(Decidable::Over(words, again)) => view! {
            <p class="hint" role="alert" data-ticks="">{icon("warn")}<span>{visible(&words)}</span></p>
            <div class="decide">
                {Button::of("btn tall").sends(store, Msg::CloseSheet, "Close")}
                {again.then(|| view! {
                    {Button::of("btn tall").sends(store, Msg::ProposeAgain, "Show the new state")}
                })}
            </div>
        }
        .into_any(),
        Some(Decidable::Refused(why)) => view! {
            <p class="hint" role="status">{icon("lock")}<span>{visible(&why)}</span></p>
            <div class="decide">
                {Button::of("btn tall").sends(store, Msg::CloseSheet, "Close")}
            </div>
        }
        .into_any(),
        None => ().into_any(),
    }
    })
}

fn decide(
    store: Store,
    shown: Part<Option<(Arc<Proposal>, Sheet)>>,
    sheet: NodeRef<leptos::html::Div>,
) -> AnyView {
    let button = NodeRef::<leptos::html::Button>::new();
    let proof = RwSignal::new(Shown {
        standing: Standing::Missing(Missing::Sight),
        window: false,
    });
    let watch: StoredValue<Option<Watch>, LocalStorage> = StoredValue::new_local(None);
    let digest = Part::new(move || shown.get().map(|(_, sheet)| sheet.digest));
    Effect::new(move |_| {
        let (Some(button), Some(sheet)) = (button.get(), sheet.get()) else {
            return;
        };
        let Some(digest) = digest.get() else { return };
        watch_digest(store, watch, &button, &sheet, digest, proof);
    });
    on_cleanup(move || drop(watch.try_update_value(Option::take)));

    let sending = Part::new(move || shown.get().and_then(|(_, sheet)| sheet.sending));
    let problem = Part::new(move || shown.get().and_then(|(_, sheet)| sheet.problem));
    let changed = Part::new(move || shown.get().is_some_and(|(_, sheet)| sheet.changed));
    let noun = shown.with_untracked(|shown| {
        shown
            .as_ref()
            .map(|(proposal, _)| proposal.view.action.noun())
    });
    let ready =
        Part::new(move || proof.get().standing == Standing::Live && sending.get().is_none());
    let settling = move || proof.get().standing == Standing::Settling;
    let who = store.peek(|state| {
        let user = state.session.user().unwrap_or_default().to_owned();
        let reading = state.reading();
        let access = reading.and_then(|reading| state.access(&reading.key.tenant));
        let roles = access.map(|access| {
            let words: Vec<&str> = access.roles.iter().map(|role| role.word()).collect();
            words.join(", ")
        });
        match roles {
            Some(roles) => format!("{user}, {roles}"),
            None => user,
        }
    });
    let hint = move || match (sending.get(), proof.get().standing) {
        (Some(_), _) => "Sending the decision.".to_owned(),
        (None, Standing::Live) => format!("You approve as {who}. Execution starts at once."),
        (None, Standing::Settling) => {
            "Approve unlocks when this has been in full view for 1 s.".to_owned()
        }
        (None, Standing::Missing(missing)) => match missing {
            Missing::Unprovable => {
                "This browser cannot prove that nothing lies over the panel.".to_owned()
            }
            Missing::Zoomed => {
                "The page’s zoom is not what it was: what you see may be another size.".to_owned()
            }
            Missing::Focus => {
                "Approve unlocks when the panel has the focus. Click into it.".to_owned()
            }
            Missing::Hidden => "Approve unlocks when the panel is shown.".to_owned(),
            Missing::Sight => {
                "Approve unlocks when nothing covers the panel and this is in full view.".to_owned()
            }
        },
    };
    let mark = move || {
        if ready.get() {
            icon("check")
        } else {
            icon("eye")
        }
    };
    let approve = move |event: web_sys::MouseEvent| {
        watch.with_value(|watch| {
            if let Some(watch) = watch {
                watch.clicked(&event, move |proven| store.send(Msg::Approve(proven)));
            }
        });
    };
    view! {
        <div data-ticks="">
            {maybe(move || problem.get().map(|why| fault(&why)))}
            {maybe(move || changed.get().then(|| view! {
                <p class="hint" role="alert">{icon("warn")}<span><b>"Changed while you read."</b>" Read it again."</span></p>
            }.into_any()))}
            <p class="hint" role="status">{live(mark)}<span>{words(hint)}</span></p>
            {maybe(move || proof.get().window.then(|| {
                let label = view! { {icon("popout")}"Decide in its own window" };
                paragraph("hint", Button::of("btn wide").sends(store, Msg::OpenWindow, label))
            }))}
        </div>
        <div class="decide">
            <button
                type="button"
                class="btn tall"
                disabled=move || sending.get().is_some()
                on:click=move |_| store.send(Msg::Decline)
            >
                "Decline"
            </button>
            <button
                type="button"
                id="approve"
                class="btn primary tall"
                class:settle=settling
                disabled=move || !ready.get()
                node_ref=button
                on:click=approve
            >
                {format!("Approve {}", noun.unwrap_or_default())}
            </button>
        </div>
    }
    .into_any()
}

/// Begins to watch, or tells the watch that other content is shown.
fn watch_digest(
    store: Store,
    watch: StoredValue<Option<Watch>, LocalStorage>,
    button: &web_sys::HtmlButtonElement,
    sheet: &web_sys::HtmlDivElement,
    digest: ViewDigest,
    proof: RwSignal<Shown>,
) {
    watch.update_value(|watch| match watch {
        Some(watch) => watch.shows(digest),
        None => {
            let surface = store.peek(|state| state.surface);
            *watch = Watch::new(
                surface,
                Proof::new(surface, digest),
                button.unchecked_ref(),
                sheet.unchecked_ref(),
                proof,
            );
        }
    });
}
