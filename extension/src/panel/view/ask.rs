//! Questions: the composer, and what came of them.

use aside_shared::action::{Action, HostState};
use aside_shared::chat::{Answer, QUESTION_MAX};
use aside_shared::id::HostId;
use leptos::prelude::*;

use super::brief::claims;
use super::icons::icon;
use super::shapes::{Button, fault, live, words};
use super::text::{plain_name, visible};
use super::top::is_under_sheet;
use crate::panel::state::{Msg, Progress, Turn, TurnState, verb};
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
            return view! {
                <div class="sec">
                    <p class="dim">
                        "Ask about this alert’s evidence: what a process did, what something is, who, when, whether the host is isolated."
                    </p>
                </div>
            }
            .into_any();
        }
        let last = turns.len() - 1;
        let drawn = turns
            .iter()
            .enumerate()
            .map(|(at, each)| turn(store, at, at == last, each));
        drawn.collect_view().into_any()
    })
}

fn turn(store: Store, at: usize, last: bool, turn: &Turn) -> AnyView {
    let answer = match &turn.state {
        TurnState::Pending => view! {
            <p aria-hidden="true"><span class="skel w3"></span></p>
        }
        .into_any(),
        TurnState::Failed(why) => view! {
            {fault(why)}
        }
        .into_any(),
        TurnState::Answered(answer) => self::answer(store, at, answer),
    };
    view! {
        <article class="turn" id=last.then_some("last-turn") aria-label="Question and answer">
            <h2 class="q">{visible(&turn.question)}</h2>
            {answer}
        </article>
    }
    .into_any()
}

fn answer(store: Store, at: usize, answer: &Answer) -> AnyView {
    match answer {
        Answer::Claims {
            heading,
            claims: said,
        } => view! {
            <p class="label">{visible(heading)}</p>
            {claims(store, said, &format!("q{at}"))}
        }
        .into_any(),
        Answer::Host { state } => host(store, state),
        Answer::Propose { action, hosts } => propose(store, *action, hosts),
        Answer::CanAsk { examples } => {
            let chips = examples
                .iter()
                .cloned()
                .map(|example| {
                    let text = visible(&example);
                    Button::of("chip").sends(store, Msg::Ask(example), text)
                })
                .collect_view();
            view! { <p>"Not understood. What can be asked here:"</p><div class="tags">{chips}</div> }.into_any()
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
    view! {
        <p>
            <b>{plain_name(&name)}</b>
            {isolation}
            <span class="dim">{words(move || format!("Read {}, {}.", utc(read), ago(read, store.now())))}</span>
        </p>
        {state.last_seen_unix_ms.map(|at| view! { <p class="dim">{format!("Last seen {}.", utc(at))}</p> })}
    }
    .into_any()
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
        return view! { <p>"This alert names no host that Aside could act on."</p> }.into_any();
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
        return view! { <p>{visible(&reason)}</p> }.into_any();
    }
    let buttons = named
        .into_iter()
        .map(|(id, name)| {
            let label = format!("Review: {} {name}", verb(action));
            let shown = view! { {format!("Review: {} ", verb(action))} {plain_name(&name)} };
            Button::of("btn")
                .label(label)
                .sends(store, Msg::Review(action, id), shown)
        })
        .collect_view();
    view! {
        <p>"A question does nothing. Review shows what exactly would happen; a person decides."</p>
        <div class="tags">{buttons}</div>
    }
    .into_any()
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
    view! {
        <form
            class="composer"
            aria-label="Ask"
            inert=move || under.get()
            on:submit=move |event| { event.prevent_default(); send(); }
        >
            <div class="field">
                <textarea
                    id="ask"
                    rows="1"
                    aria-label="Ask about this alert"
                    placeholder=move || if unread.get() { "Ask when the alert could be read" } else { "Ask about this alert" }
                    disabled=move || unread.get()
                    aria-invalid=move || too_long().is_some().then_some("true")
                    prop:value=move || draft.get()
                    on:input=move |event| store.send(Msg::Draft(event_target_value(&event)))
                    on:keydown=move |event| {
                        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
                            event.prevent_default();
                            send();
                        }
                    }
                ></textarea>
                <kbd aria-hidden="true">"/"</kbd>
                {move || too_long().map(|over| view! {
                    <small class="dim">
                        {format!("{} more than the {} a question may have", count(over + 1, "character"), grouped(QUESTION_MAX))}
                    </small>
                })}
            </div>
            <button type="submit" class="btn" aria-label="Send" disabled=move || unread.get()>{icon("send")}</button>
        </form>
    }
    .into_any()
}
