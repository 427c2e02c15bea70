//! Do next: the actions, what can be pressed, and how an approved one goes on.

use aside_shared::approval::{ExecutionStep, Proposal, ProposalStatus, StepState};
use aside_shared::instant::utc_clock;
use aside_shared::session::Phase;
use leptos::prelude::*;

use super::element::{Node, el, list, live, several};

use super::chips::cites;
use super::hosts::hosts;
use super::icons::{icon, named};
use super::shapes::{Button, fault};
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
    let keys = move || {
        let key =
            |(at, row): (usize, &Row)| format!("{at} {:?} {:?}", row.recommendation, row.hosts);
        all.with(|rows| rows.iter().enumerate().map(key).collect())
    };
    let unread = store.part(unread_platform);
    let nothing = move || !reading_on.get() && all.with(Vec::is_empty);
    el("section", "sec").attr("aria-labelledby", "s-do").with(el("header", "").with(el("h2", "").attr("id", "s-do").with("Do next")).with(live(move || (!all.with(Vec::is_empty)).then(|| el("span", "more").with(match observes.get() {
                            Some(true) => "Advice only",
                            _ => "Nothing runs without approval",
                        }))))).with(hosts(store)).with(el("ol", "acts").with(list(keys, move |at| row_item(store, at)))).with(live(move || waits().then(|| el("div", "").attr("aria-hidden", "true").with(el("span", "skel w2")).with(el("span", "skel w3")).with(el("span", "skel w1"))))).with(live(move || nothing().then(|| match unread.get() {
                Some(platform) => {
                    let words = format!(
                        "Actions wait until the alert and its host’s state can be read. In {platform}’s own console they may still work.",
                    );
                    el("p", "dim").with(words).draw()
                }
                None => el("p", "dim").with("Nothing to do that the evidence supports.").draw(),
            }))).draw()
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
    let content = live(move || Some(row_content(store, at, &row.get()?, &state.get()?)));
    let node = Node::new();
    if at == 0 {
        report_sight(store, node);
    }
    el("li", "")
        .attr("id", format!("do-{at}"))
        .attr("tabindex", "-1")
        .node(node)
        .with(content)
        .draw()
}

/// Keeps [`Store::first_action_in_sight`] true to what is seen of `node`.
fn report_sight(store: Store, node: Node) {
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
            several()
                .with(proposal.view.action.verb())
                .with(" ")
                .with(el("b", "").with(plain_name(host)))
                .draw()
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
            several()
                .with(el("p", "").with(visible(&recommended.reason)).with(cites(
                    store,
                    &recommended.evidence,
                    &Cited::Elsewhere,
                    &format!("a{at}"),
                )))
                .with(
                    el("p", "ru")
                        .with(
                            el("span", "")
                                .with(el("span", "").with("Risk"))
                                .with(visible(&risk)),
                        )
                        .with(
                            el("span", "")
                                .with(el("span", "").with("Undo"))
                                .with(visible(&undo)),
                        ),
                )
        });
    let refused = match &state.control {
        Control::Say(_, Some(why)) => Some(el("p", "ru").with(visible(why))),
        _ => None,
    };
    let done_here = matches!(
        decided.map(|p| &p.status),
        Some(ProposalStatus::Verified { .. })
    );
    several()
        .with(
            el("div", "")
                .with((!done_here).then(|| el("h3", "").with(title)))
                .with(told)
                .with(reason)
                .with(choice(store, row, state))
                .with(refused)
                .with(state.problem.as_deref().map(fault)),
        )
        .with(control(store, at, row, state))
        .with(
            decided
                .filter(|proposal| !proposal.steps.is_empty())
                .map(|proposal| el("div", "run").with(steps(store, &proposal.steps))),
        )
        .draw()
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
            el("p", "").with(line).draw()
        }
        ProposalStatus::Expired => el("p", "")
            .with("The last proposal expired; nobody decided.")
            .draw(),
        ProposalStatus::Void { reason } => el("p", "")
            .with("Nothing was sent: ")
            .with(visible(reason))
            .draw(),
        ProposalStatus::Running { .. } => el("p", "")
            .with("Running. You may close the panel; it goes on.")
            .draw(),
        ProposalStatus::Verified { at_unix_ms } => {
            let until = match action {
                aside_shared::action::Action::IsolateHost => ", until released.",
                aside_shared::action::Action::ReleaseHost => ".",
            };
            let verified = format!("Verified {}{until}", utc(*at_unix_ms));
            several()
                .with(
                    el("p", "result").with(icon("check")).with(
                        el("span", "")
                            .with(plain_name(host))
                            .with(format!(" is {}", done(action))),
                    ),
                )
                .with(el("p", "").with(verified))
                .draw()
        }
        ProposalStatus::NotVerified {
            reason,
            still_checking,
        } => {
            let goes_on = match still_checking {
                true => " Aside keeps asking.",
                false => " Aside has stopped asking.",
            };
            el("p", "")
                .with(
                    el("b", "")
                        .with("Not verified: ")
                        .with(visible(reason))
                        .with("."),
                )
                .with(goes_on)
                .draw()
        }
        ProposalStatus::Stopped { reason } => el("p", "")
            .with(el("b", "").with("Stopped: "))
            .with(visible(reason))
            .draw(),
        ProposalStatus::Failed { reason } => el("p", "")
            .with(el("b", "").with("Failed: "))
            .with(visible(reason))
            .draw(),
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
            el("option", "")
                .attr("value", id.to_string())
                .attr("selected", selected)
                .with(aside_shared::text::visible(name))
        })
        .collect::<Vec<_>>();
    let select = el("label", "in pick-host")
        .with(format!("{} hosts: choose one", state.choices.len()))
        .with(
            el("select", "")
                .on("change", move |event: web_sys::Event| {
                    let value = event_target_value(&event);
                    let host = (!value.is_empty()).then(|| value.as_str().into());
                    store.send(Msg::ChooseHost(action, host));
                })
                .with(el("option", "").attr("value", "").with("Choose"))
                .with(options),
        );
    Some(select.draw())
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
            let lasted = live(move || running(store.now() - since));
            el("span", "say num")
                .attr("role", "timer")
                .with(lasted)
                .draw()
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
                .sends(
                    store,
                    Msg::Undo(proposal),
                    several().with(icon("undo")).with("Undo"),
                )
        }
        Control::Cancel(proposal) => {
            let proposal = proposal.clone();
            // What is cancelled may be the release, on a row that recommends the isolation.
            let act = match &state.proposal {
                Some(proposal) => verb(proposal.view.action),
                None => act,
            };
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
        Control::Say(word, _) => el("span", "say").with(visible(word)).draw(),
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
            (StepState::Now, Some(at)) => el("time", "")
                .with(live(move || running(store.now() - at)))
                .draw(),
            (_, Some(at)) => el("time", "").with(utc_clock(at)).draw(),
            (_, None) => el("time", "").draw(),
        };
        el("li", class)
            .with(mark)
            .with(
                el("span", "").with(visible(&step.text)).with(
                    step.audit_seq
                        .map(|seq| el("small", "").with(format!("Audit entry {seq}"))),
                ),
            )
            .with(time)
    });
    el("ol", "steps")
        .attr("aria-label", "Steps")
        .with(items.collect::<Vec<_>>())
        .draw()
}
