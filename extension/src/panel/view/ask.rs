//! Questions: the composer, and what came of them.

use aside_shared::action::{Action, HostState};
use aside_shared::chat::{Answer, QUESTION_MAX};
use aside_shared::id::HostId;
use leptos::prelude::*;

use super::element::{el, live, several};

use super::brief::claims;
use super::icons::icon;
use super::sent::{opener, silence};
use super::shapes::{Button, fault};
use super::text::{plain_name, visible};
use super::top::is_under_sheet;
use crate::panel::state::{Msg, Progress, Sub, Turn, TurnState, verb};
use crate::panel::store::Store;
use crate::panel::words::{ago, count, grouped, utc};
use aside_shared::alert::EntityKind;
use aside_shared::id::EntityId;

/// The view.
pub fn ask(store: Store) -> AnyView {
    let turns = store.reading(|reading| reading.turns.clone());
    live(move || {
        let turns = turns.get();
        if turns.is_empty() {
            return el("div", "sec").with(el("p", "dim").with("Ask about this alert’s evidence: what a process did, what something is, who, when, whether the host is isolated.")).draw();
        }
        let last = turns.len() - 1;
        let drawn = turns
            .iter()
            .enumerate()
            .map(|(at, each)| turn(store, at, at == last, each));
        drawn.collect::<Vec<_>>().into_any()
    })
}

fn turn(store: Store, at: usize, last: bool, turn: &Turn) -> AnyView {
    let answer = match &turn.state {
        TurnState::Pending => el("p", "")
            .attr("aria-hidden", "true")
            .with(el("span", "skel w3"))
            .draw(),
        TurnState::Failed(why) => several().with(fault(why)).draw(),
        TurnState::Answered(answer) => self::answer(store, at, answer),
    };
    el("article", "turn")
        .attr("id", last.then_some("last-turn"))
        .attr("aria-label", "Question and answer")
        .with(el("h2", "q").with(visible(&turn.question)))
        .with(answer)
        .draw()
}

fn answer(store: Store, at: usize, answer: &Answer) -> AnyView {
    match answer {
        Answer::Claims {
            heading,
            claims: said,
        } => several()
            .with(el("p", "label").with(visible(heading)))
            .with(claims(store, said, &format!("q{at}")))
            .draw(),
        Answer::Host { state } => host(store, state),
        Answer::Propose { action, hosts } => propose(store, *action, hosts),
        Answer::Model { report } => {
            let told = report.reading().map(|reading| reading.claims.as_slice());
            let said: Vec<_> = told
                .unwrap_or_default()
                .iter()
                .map(|told| told.claim.clone())
                .collect();
            several()
                .with(el("p", "label").with("Chosen by the model, checked against the evidence"))
                .with(claims(store, &said, &format!("q{at}")))
                .with(opener(store, Sub::SentFor(at)))
                .draw()
        }
        Answer::CanAsk { examples, model } => {
            let chips = examples
                .iter()
                .cloned()
                .map(|example| {
                    let text = visible(&example);
                    Button::of("chip").sends(store, Msg::Ask(example), text)
                })
                .collect::<Vec<_>>();
            several()
                .with(el("p", "").with("Not understood. What can be asked here:"))
                .with(el("div", "tags").with(chips))
                .with(
                    model
                        .as_ref()
                        .map(|report| silence(store, Sub::SentFor(at), report)),
                )
                .draw()
        }
    }
}

fn host(store: Store, state: &HostState) -> AnyView {
    let name = state.name.clone().unwrap_or_else(|| state.id.to_string());
    let online = match state.online {
        Some(true) => ", its agent is online",
        Some(false) => ", its agent is offline",
        None => "",
    };
    let read = state.read_unix_ms;
    let isolation = format!(": {}{online}. ", state.isolation.words());
    several()
        .with(
            el("p", "")
                .with(el("b", "").with(plain_name(&name)))
                .with(isolation)
                .with(el("span", "dim").with(live(move || {
                    format!("Read {}, {}.", utc(read), ago(read, store.now()))
                }))),
        )
        .with(
            state
                .last_seen_unix_ms
                .map(|at| el("p", "dim").with(format!("Last seen {}.", utc(at)))),
        )
        .draw()
}

fn propose(store: Store, action: Action, hosts: &[EntityId]) -> AnyView {
    let named: Vec<(HostId, String)> = store.peek(|state| {
        let alert = state.reading().and_then(|reading| reading.alert.clone());
        let entities = hosts
            .iter()
            .filter_map(|id| match &alert.as_ref()?.entity(id)?.kind {
                EntityKind::Host(host) => Some((
                    host.id.clone(),
                    host.name.clone().unwrap_or_else(|| host.id.to_string()),
                )),
                _ => None,
            });
        entities.collect()
    });
    if named.is_empty() {
        return el("p", "")
            .with("This alert names no host that Aside could act on.")
            .draw();
    }
    let refused = store.peek(|state| {
        let reading = state.reading()?;
        let access = state.access(&reading.key.tenant)?;
        match aside_shared::action::offer(action, access) {
            aside_shared::action::Offer::Propose => None,
            aside_shared::action::Offer::Refused { reason } => Some(reason),
        }
    });
    if let Some(reason) = refused {
        return el("p", "").with(visible(&reason)).draw();
    }
    let buttons = named
        .into_iter()
        .map(|(id, name)| {
            let label = format!("Review: {} {name}", verb(action));
            let shown = several()
                .with(format!("Review: {} ", verb(action)))
                .with(plain_name(&name));
            Button::of("btn")
                .label(label)
                .sends(store, Msg::Review(action, id), shown)
        })
        .collect::<Vec<_>>();
    several()
        .with(el("p", "").with(
            "A question does nothing. Review shows what exactly would happen; a person decides.",
        ))
        .with(el("div", "tags").with(buttons))
        .draw()
}

/// The field for a question, always in place.
pub fn composer(store: Store) -> AnyView {
    let draft = store.reading(|reading| reading.draft.clone());
    let under = store.part(is_under_sheet);
    let unread = store.reading(|reading| {
        reading.alert.is_none() && matches!(reading.progress, Progress::Failed { .. })
    });
    let too_long = move || {
        draft
            .with(|draft| draft.chars().count())
            .checked_sub(QUESTION_MAX + 1)
    };
    let send = move || store.send(Msg::Send);
    el("form", "composer")
        .attr("aria-label", "Ask")
        .live("inert", move || under.get())
        .on("submit", move |event: web_sys::Event| {
            event.prevent_default();
            send();
        })
        .with(
            el("div", "field")
                .with(
                    el("textarea", "")
                        .attr("id", "ask")
                        .attr("rows", "1")
                        .attr("aria-label", "Ask about this alert")
                        .live("placeholder", move || {
                            if unread.get() {
                                "Ask when the alert could be read"
                            } else {
                                "Ask about this alert"
                            }
                        })
                        .live("disabled", move || unread.get())
                        .live("aria-invalid", move || {
                            too_long().is_some().then_some("true")
                        })
                        .holds(move || draft.get())
                        .on("input", move |event: web_sys::Event| {
                            store.send(Msg::Draft(event_target_value(&event)))
                        })
                        .on("keydown", move |event: web_sys::KeyboardEvent| {
                            if event.key() == "Enter" && !event.shift_key() && !event.is_composing()
                            {
                                event.prevent_default();
                                send();
                            }
                        }),
                )
                .with(el("kbd", "").attr("aria-hidden", "true").with("/"))
                .with(live(move || {
                    too_long().map(|over| {
                        el("small", "dim").with(format!(
                            "{} more than the {} a question may have",
                            count(over + 1, "character"),
                            grouped(QUESTION_MAX)
                        ))
                    })
                })),
        )
        .with(
            el("button", "btn")
                .attr("type", "submit")
                .attr("aria-label", "Send")
                .live("disabled", move || unread.get())
                .with(icon("send")),
        )
        .draw()
}
