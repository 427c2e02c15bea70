//! The approval sheet: what exactly will happen, from one [`ApprovalView`] and nothing else, and
//! the button that is live only while a person can see it.

use std::sync::Arc;

use aside_shared::approval::{ApprovalView, Proposal, ProposalStatus, ViewDigest};
use leptos::prelude::*;

use super::element::{Node, button, el, live, several};
use wasm_bindgen::JsCast;

use super::chips::chip;
use super::icons::icon;
use super::shapes::{Button, fault, icon_button, pair, paragraph};
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
    live(move || open.get().map(|_| opened(store)))
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
    let sheet = Node::new();
    several()
        .with(el("div", "scrim"))
        .with(
            el("div", "sheet")
                .attr("role", "dialog")
                .attr("aria-modal", "true")
                .attr("aria-labelledby", "ap-t")
                .node(sheet)
                .with(live(move || view.get().map(|view| content(store, &view))))
                .with(el("div", "ft").with(foot(store, shown, sheet))),
        )
        .draw()
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
        .map(|role| several().with(", ").with(plain_name(role)));
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
        .collect::<Vec<_>>();
    let list = |lines: &[String]| {
        lines
            .iter()
            .map(|line| el("li", "").with(el("span", "").with(visible(line))))
            .collect::<Vec<_>>()
    };
    let target = several().with(el("b", "").with(plain_name(&host))).with(
        el("span", "sub")
            .with("Agent ")
            .with(name(view.host.as_str()))
            .with(role),
    );
    let account = format!(
        "{}, {}, as service account ",
        view.platform_label, view.place
    );
    let tenant = several()
        .with(el("b", "").with(view.tenant.to_string()))
        .with(
            el("span", "sub")
                .with(account)
                .with(name(&view.service_account)),
        );
    let now = several().with(view.isolation.words()).with(
        el("span", "sub")
            .with(format!("Read {}, ", utc(read)))
            .with(
                el("span", "")
                    .attr("data-ticks", "")
                    .with(live(move || ago(read, store.now()))),
            )
            .with(format!(". {online}"))
            .with(seen.map(|at| format!(", last seen {}", utc(at)))),
    );
    let lead = if view.needs_lead {
        ", a lead must approve"
    } else {
        ""
    };
    let policy = several().with(visible(&view.policy)).with(
        el("span", "sub")
            .with("Rule ")
            .with(name(&view.policy_rule))
            .with(lead),
    );
    let until = several()
        .with(
            el("span", "num").with(utc(expires)).with(
                el("span", "")
                    .attr("data-ticks", "")
                    .with(live(move || left(expires, store.now()))),
            ),
        )
        .with(el("span", "sub").with("Sooner if state, target or policy change"));
    let digest = several()
        .with(el("code", "").with(digest.short()))
        .with(el("span", "sub").with("Of all shown here; the backend accepts no other"));
    several()
        .with(
            el("div", "hd")
                .with(
                    el("h2", "")
                        .attr("id", "ap-t")
                        .attr("tabindex", "-1")
                        .with(view.action.verb())
                        .with(" ")
                        .with(plain_name(&host))
                        .with("?"),
                )
                .with(docked.then(|| {
                    icon_button(store, "popout", "Decide in its own window", Msg::OpenWindow)
                }))
                .with(icon_button(
                    store,
                    "close",
                    "Close, decide later",
                    Msg::CloseSheet,
                )),
        )
        .with(
            el("div", "body")
                .attr("tabindex", "0")
                .attr("role", "group")
                .attr("aria-label", "What exactly will happen")
                .with(
                    el("dl", "kv")
                        .with(pair("Target", target))
                        .with(pair("Tenant", tenant))
                        .with(pair("State now", now))
                        .with(
                            (!view.for_users.is_empty())
                                .then(|| pair("For users", visible(&view.for_users))),
                        )
                        .with(pair(
                            "Will happen",
                            el("ol", "num-list").with(list(&view.will_happen)),
                        ))
                        .with(pair("Verified by", visible(&view.verified_by)))
                        .with(pair("Undone by", visible(&view.undone_by)))
                        .with(
                            (!view.caveats.is_empty()).then(|| {
                                pair("Know", el("ul", "caveats").with(list(&view.caveats)))
                            }),
                        )
                        .with(pair("Policy", policy))
                        .with(pair(
                            "Because",
                            several()
                                .with(visible(&view.because))
                                .with(" ")
                                .with(el("span", "").with(evidence)),
                        ))
                        .with(pair("Opened by", view.opened_by.to_string()))
                        .with(pair("Expires", until))
                        .with(pair("Digest", digest)),
                ),
        )
        .draw()
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

fn foot(store: Store, shown: Part<Option<(Arc<Proposal>, Sheet)>>, sheet: Node) -> AnyView {
    let can = Part::new(move || {
        let (proposal, _) = shown.get()?;
        Some(decidable(&proposal, store.now()))
    });
    live(move || match can.get() {
        Some(Decidable::Yes) => decide(store, shown, sheet),
        Some(Decidable::Over(words, again)) => several()
            .with(
                el("p", "hint")
                    .attr("role", "alert")
                    .attr("data-ticks", "")
                    .with(icon("warn"))
                    .with(el("span", "").with(visible(&words))),
            )
            .with(
                el("div", "decide")
                    .with(Button::of("btn tall").sends(store, Msg::CloseSheet, "Close"))
                    .with(again.then(|| {
                        several().with(Button::of("btn tall").sends(
                            store,
                            Msg::ProposeAgain,
                            "Show the new state",
                        ))
                    })),
            )
            .draw(),
        Some(Decidable::Refused(why)) => several()
            .with(
                el("p", "hint")
                    .attr("role", "status")
                    .with(icon("lock"))
                    .with(el("span", "").with(visible(&why))),
            )
            .with(el("div", "decide").with(Button::of("btn tall").sends(
                store,
                Msg::CloseSheet,
                "Close",
            )))
            .draw(),
        None => ().into_any(),
    })
}

fn decide(store: Store, shown: Part<Option<(Arc<Proposal>, Sheet)>>, sheet: Node) -> AnyView {
    let approve_button = Node::new();
    let proof = RwSignal::new(Shown {
        standing: Standing::Missing(Missing::Sight),
        window: false,
    });
    let watch: StoredValue<Option<Watch>, LocalStorage> = StoredValue::new_local(None);
    let digest = Part::new(move || shown.get().map(|(_, sheet)| sheet.digest));
    Effect::new(move |_| {
        let (Some(button), Some(sheet)) = (approve_button.get(), sheet.get()) else {
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
    let approves = format!("You approve as {who}. Execution starts at once.");
    // The hint's longest words hold its room: were the sheet another size once Approve is live, that
    // would be a change, and Approve would be live no more.
    let room = el("span", "room")
        .attr("aria-hidden", "true")
        .with(approves.clone());
    let hint = move || match (sending.get(), proof.get().standing) {
        (Some(_), _) => "Sending the decision.".to_owned(),
        (None, Standing::Live) => approves.clone(),
        (None, Standing::Settling) => {
            "Approve unlocks when this has been in full view for 1\u{a0}s.".to_owned()
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
    several()
        .with(
            el("div", "")
                .attr("data-ticks", "")
                .with(live(move || problem.get().map(|why| fault(&why))))
                .with(live(move || {
                    changed.get().then(|| {
                        el("p", "hint")
                            .attr("role", "alert")
                            .with(icon("warn"))
                            .with(
                                el("span", "")
                                    .with(el("b", "").with("Changed while you read."))
                                    .with(" Read it again."),
                            )
                            .draw()
                    })
                }))
                .with(
                    el("p", "hint")
                        .attr("role", "status")
                        .with(live(mark))
                        .with(
                            el("span", "")
                                .with(el("span", "").with(live(hint)))
                                .with(room),
                        ),
                )
                .with(live(move || {
                    proof.get().window.then(|| {
                        let label = several()
                            .with(icon("popout"))
                            .with("Decide in its own window");
                        paragraph(
                            "hint",
                            Button::of("btn wide").sends(store, Msg::OpenWindow, label),
                        )
                    })
                })),
        )
        .with(
            el("div", "decide")
                .with(
                    button("btn tall")
                        .live("disabled", move || sending.get().is_some())
                        .on_click(move || store.send(Msg::Decline))
                        .with("Decline"),
                )
                .with(
                    button("btn primary tall")
                        .attr("id", "approve")
                        .live_class("settle", settling)
                        .live("disabled", move || !ready.get())
                        .node(approve_button)
                        .on("click", approve)
                        .with(format!("Approve {}", noun.unwrap_or_default())),
                ),
        )
        .draw()
}

/// Begins to watch, or tells the watch that other content is shown.
fn watch_digest(
    store: Store,
    watch: StoredValue<Option<Watch>, LocalStorage>,
    button: &web_sys::HtmlElement,
    sheet: &web_sys::HtmlElement,
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
