//! Do next: the actions, what can be pressed, and how an approved one goes on.

use aside_shared::approval::{ExecutionStep, Proposal, ProposalStatus, StepState};
use aside_shared::instant::utc_clock;
use aside_shared::session::Phase;
use leptos::prelude::*;

use super::chips::cites;
use super::hosts::hosts;
use super::icons::{icon, named};
use super::shapes::{Button, fault, maybe, words};
use super::sight::Sighted;
use super::text::{heading, plain_name, visible};
use crate::panel::state::{
    Cited, Control, Msg, Progress, Row, RowState, State, done, row_state, rows, verb,
};
use crate::panel::store::Store;
use crate::panel::words::{running, utc};

/// The section with all rows.
pub fn do_next(store: Store) -> AnyView {
    let all = store.reading(rows);
    let observes = store.part(|state| {
        let reading = state.reading()?;
        let access = state.access(&reading.key.tenant)?;
        Some(access.phase == Phase::Observe)
    });
    let reading_on =
        store.reading(|reading| matches!(reading.progress, Progress::Waiting | Progress::Reading));
    let waits = move || reading_on.get() && all.with(Vec::is_empty);
    let unread = store.part(unread_platform);
    let nothing = move || !reading_on.get() && all.with(Vec::is_empty);
    view! {
        <section class="sec" aria-labelledby="s-do">
            <header>
                <h2 id="s-do">"Do next"</h2>
                {move || (!all.with(Vec::is_empty)).then(|| view! {
                    <span class="more">
                        {match observes.get() {
                            Some(true) => "Advice only",
                            _ => "Nothing runs without approval",
                        }}
                    </span>
                })}
            </header>
            {hosts(store)}
            <ol class="acts">
                <For
                    each=move || all.get().into_iter().enumerate()
                    key=|(at, row)| (*at, row.recommendation, row.hosts.clone())
                    children=move |(at, _)| row_item(store, at)
                />
            </ol>
            {move || waits().then(|| view! {
                <div aria-hidden="true">
                    <span class="skel w2"></span>
                    <span class="skel w3"></span>
                    <span class="skel w1"></span>
                </div>
            })}
            {move || nothing().then(|| match unread.get() {
                Some(platform) => {
                    let words = format!(
                        "Actions wait until the alert and its host’s state can be read. In {platform}’s own console they may still work.",
                    );
                    view! { <p class="dim">{words}</p> }.into_any()
                }
                None => view! { <p class="dim">"Nothing to do that the evidence supports."</p> }.into_any(),
            })}
        </section>
    }
    .into_any()
}

/// The platform's name, where it did not give the alert.
pub fn unread_platform(state: &State) -> Option<String> {
    let reading = state.reading()?;
    let failed = matches!(reading.progress, Progress::Failed { .. }) && reading.alert.is_none();
    failed.then(|| state.platform_label(&reading.key.tenant))
}

fn row_item(store: Store, at: usize) -> AnyView {
    let row = store.reading(move |reading| rows(reading).into_iter().nth(at));
    let state = store.part(move |state| {
        let reading = state.reading()?;
        let row = rows(reading).into_iter().nth(at)?;
        Some(row_state(state, reading, &row))
    });
    let content = maybe(move || Some(row_content(store, at, &row.get()?, &state.get()?)));
    let node = NodeRef::<leptos::html::Li>::new();
    if at == 0 {
        report_sight(store, node);
    }
    view! { <li id=format!("do-{at}") tabindex="-1" node_ref=node>{content}</li> }.into_any()
}

/// Keeps [`Store::first_action_in_sight`] true to what is seen of `node`.
fn report_sight(store: Store, node: NodeRef<leptos::html::Li>) {
    let watch = StoredValue::new_local(None);
    Effect::new(move |_| {
        if let Some(row) = node.get() {
            watch.set_value(Sighted::new(&row, move |whole| {
                store.first_action_in_sight.set(whole);
            }));
        }
    });
    on_cleanup(move || {
        watch.try_update_value(Option::take);
        store.first_action_in_sight.set(false);
    });
}

fn row_content(store: Store, at: usize, row: &Row, state: &RowState) -> AnyView {
    let proposal = state.proposal.as_deref();
    let decided = proposal.filter(|proposal| proposal.status != ProposalStatus::Open);
    let told = match decided {
        Some(proposal) => outcome(proposal),
        None => None,
    };
    let recommended = row.recommendation.and_then(|at| {
        store.peek(|state| {
            state
                .reading()
                .and_then(|reading| reading.actions.get(at).cloned())
        })
    });
    let title = match (&recommended, proposal) {
        (Some(recommended), _) => heading(&recommended.title),
        (None, Some(proposal)) => {
            let host = proposal
                .view
                .host_name
                .as_deref()
                .unwrap_or(proposal.view.host.as_str());
            view! { {proposal.view.action.verb()}" "<b>{plain_name(host)}</b> }.into_any()
        }
        (None, None) => ().into_any(),
    };
    let reason = recommended
        .as_ref()
        .filter(|_| told.is_none())
        .map(|recommended| {
            let risk = match &recommended.risk.reason {
                Some(reason) => format!("{}, {reason}", recommended.risk.level.word()),
                None => recommended.risk.level.word().to_owned(),
            };
            let undo = recommended
                .undo
                .clone()
                .unwrap_or_else(|| "None".to_owned());
            view! {
                <p>
                    {visible(&recommended.reason)}
                    {cites(store, &recommended.evidence, &Cited::Elsewhere, &format!("a{at}"))}
                </p>
                <p class="ru">
                    <span><span>"Risk"</span>{visible(&risk)}</span>
                    <span><span>"Undo"</span>{visible(&undo)}</span>
                </p>
            }
        });
    let refused = match &state.control {
        Control::Say(_, Some(why)) => Some(view! { <p class="ru">{visible(why)}</p> }),
        _ => None,
    };
    let done_here = matches!(
        decided.map(|p| &p.status),
        Some(ProposalStatus::Verified { .. })
    );
    view! {
        <div>
            {(!done_here).then(|| view! { <h3>{title}</h3> })}
            {told}
            {reason}
            {choice(store, row, state)}
            {refused}
            {state.problem.as_deref().map(fault)}
        </div>
        {control(store, at, row, state)}
        {decided.filter(|proposal| !proposal.steps.is_empty()).map(|proposal| view! {
            <div class="run">{steps(store, &proposal.steps)}</div>
        })}
    }
    .into_any()
}

/// What a decided proposal came to.
fn outcome(proposal: &Proposal) -> Option<AnyView> {
    let action = proposal.view.action;
    let host = proposal
        .view
        .host_name
        .as_deref()
        .unwrap_or(proposal.view.host.as_str());
    let lines = match &proposal.status {
        ProposalStatus::Open => return None,
        ProposalStatus::Declined { by, at_unix_ms } => {
            let line = format!("{by} declined it at {}.", utc(*at_unix_ms));
            view! { <p>{line}</p> }.into_any()
        }
        ProposalStatus::Expired => {
            view! { <p>"The last proposal expired; nobody decided."</p> }.into_any()
        }
        ProposalStatus::Void { reason } => {
            view! { <p>"Nothing was sent: "{visible(reason)}</p> }.into_any()
        }
        ProposalStatus::Running { .. } => {
            view! { <p>"Running. You may close the panel; it goes on."</p> }.into_any()
        }
        ProposalStatus::Verified { at_unix_ms } => {
            let until = match action {
                aside_shared::action::Action::IsolateHost => ", until released.",
                aside_shared::action::Action::ReleaseHost => ".",
            };
            let verified = format!("Verified {}{until}", utc(*at_unix_ms));
            view! {
                <p class="result">{icon("check")}<span>{plain_name(host)}{format!(" is {}", done(action))}</span></p>
                <p>{verified}</p>
            }
            .into_any()
        }
        ProposalStatus::NotVerified {
            reason,
            still_checking,
        } => {
            let goes_on = match still_checking {
                true => " Aside keeps asking.",
                false => " Aside has stopped asking.",
            };
            view! { <p><b>"Not verified: "{visible(reason)}"."</b>{goes_on}</p> }.into_any()
        }
        ProposalStatus::Stopped { reason } => {
            view! { <p><b>"Stopped: "</b>{visible(reason)}</p> }.into_any()
        }
        ProposalStatus::Failed { reason } => {
            view! { <p><b>"Failed: "</b>{visible(reason)}</p> }.into_any()
        }
    };
    Some(lines)
}

fn choice(store: Store, row: &Row, state: &RowState) -> Option<AnyView> {
    let action = row.action?;
    if state.choices.is_empty() {
        return None;
    }
    let chosen = state.chosen.clone();
    let options = state
        .choices
        .iter()
        .map(|(id, name)| {
            let selected = chosen.as_ref() == Some(id);
            view! { <option value=id.to_string() selected=selected>{aside_shared::text::visible(name)}</option> }
        })
        .collect_view();
    let select = view! {
        <label class="in pick-host">
            {format!("{} hosts: choose one", state.choices.len())}
            <select on:change=move |event| {
                let value = event_target_value(&event);
                let host = (!value.is_empty()).then(|| value.as_str().into());
                store.send(Msg::ChooseHost(action, host));
            }>
                <option value="">"Choose"</option>
                {options}
            </select>
        </label>
    };
    Some(select.into_any())
}

fn control(store: Store, at: usize, row: &Row, state: &RowState) -> AnyView {
    let id = format!("review-{at}");
    let name = state
        .chosen
        .as_ref()
        .map(|host| store.peek(|state| state.reading().map(|reading| reading.host_name(host))));
    let name = name.flatten().unwrap_or_default();
    let act = row.action.map(verb).unwrap_or_default();
    match &state.control {
        Control::Review(action, host) => {
            let (action, host) = (*action, host.clone());
            let class = if at == 0 { "btn primary" } else { "btn" };
            Button::of(class)
                .id(id)
                .label(format!("Review: {act} {name}"))
                .sends(store, Msg::Review(action, host), "Review")
        }
        // Disabled: what it would send does not matter.
        Control::Opening | Control::Choose => {
            let word = match state.control {
                Control::Opening => "Opening",
                _ => "Review",
            };
            let button = Button::of("btn").id(id).disabled(true);
            button.sends(store, Msg::ReviewFirst, word)
        }
        Control::Running(since) => {
            let since = *since;
            let lasted = words(move || running(store.now() - since));
            view! { <span class="say num" role="timer">{lasted}</span> }.into_any()
        }
        Control::Undo(proposal) => {
            let proposal = proposal.clone();
            let undo = row
                .action
                .map(|action| verb(action.undo()))
                .unwrap_or_default();
            Button::of("btn")
                .id(id)
                .label(format!("Undo: {undo} {name}, opens an approval"))
                .sends(store, Msg::Undo(proposal), view! { {icon("undo")} "Undo" })
        }
        Control::Cancel(proposal) => {
            let proposal = proposal.clone();
            Button::of("btn")
                .id(id)
                .label(format!("Cancel: {act} {name}, opens an approval"))
                .sends(store, Msg::Undo(proposal), "Cancel")
        }
        Control::CheckAgain(proposal) => {
            let proposal = proposal.clone();
            Button::of("btn")
                .id(id)
                .sends(store, Msg::CheckAgain(proposal), "Check again")
        }
        Control::Say(word, _) => view! { <span class="say">{visible(word)}</span> }.into_any(),
    }
}

/// The steps of an execution.
fn steps(store: Store, steps: &[ExecutionStep]) -> AnyView {
    let items = steps.iter().map(|step| {
        let (class, mark) = match step.state {
            StepState::Done => ("done", named("check", "i", "Done")),
            StepState::Now => ("now", named("arc", "i spin", "Running")),
            StepState::Waiting => ("wait", named("ring", "i", "Waiting")),
            StepState::Failed => ("fail", named("close", "i", "Failed")),
        };
        let at = step.at_unix_ms;
        let time = match (step.state, at) {
            (StepState::Now, Some(at)) => {
                view! { <time>{words(move || running(store.now() - at))}</time> }.into_any()
            }
            (_, Some(at)) => view! { <time>{utc_clock(at)}</time> }.into_any(),
            (_, None) => view! { <time></time> }.into_any(),
        };
        view! {
            <li class=class>
                {mark}
                <span>
                    {visible(&step.text)}
                    {step.audit_seq.map(|seq| view! { <small>{format!("Audit entry {seq}")}</small> })}
                </span>
                {time}
            </li>
        }
    });
    view! { <ol class="steps" aria-label="Steps">{items.collect_view()}</ol> }.into_any()
}
