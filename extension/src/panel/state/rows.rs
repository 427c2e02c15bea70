//! The rows of Do next: what is recommended, what is under way, and what can be pressed.

use std::sync::Arc;

use aside_shared::action::{Action, HostState, Isolation, Offer, offer};
use aside_shared::analysis::Step;
use aside_shared::approval::{Proposal, ProposalStatus};
use aside_shared::id::{HostId, ProposalId};
use aside_shared::session::Phase;

use super::{Reading, State, approval, reading};

/// What went wrong with an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowProblem {
    /// The action.
    pub action: Action,
    /// On which host.
    pub host: HostId,
    /// Why.
    pub text: String,
}

/// A row of Do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The recommendation, by its place; `None` for a proposal that nothing recommends.
    pub recommendation: Option<usize>,
    /// What Aside would do; `None` for what a person does elsewhere.
    pub action: Option<Action>,
    /// The hosts that may be meant.
    pub hosts: Vec<HostId>,
    /// The newest proposal about it: to do it, or to take it back.
    pub proposal: Option<ProposalId>,
}

/// The rows of Do next: the recommendations in order, then proposals that none of them speaks of.
pub fn rows(reading: &Reading) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for (at, recommendation) in reading.actions.iter().enumerate() {
        let (action, hosts) = match &recommendation.step {
            Step::Act { action, hosts } => {
                let alert = reading.alert.as_ref();
                let hosts = hosts
                    .iter()
                    .filter_map(|id| reading::host(alert?, id))
                    .map(|host| host.id.clone())
                    .collect();
                (Some(*action), hosts)
            }
            Step::Elsewhere { .. } => (None, Vec::new()),
        };
        let proposal = action.and_then(|_| newest(reading, &hosts));
        rows.push(Row {
            recommendation: Some(at),
            action,
            hosts,
            proposal,
        });
    }
    for proposal in &reading.proposals {
        let told = rows
            .iter()
            .any(|row| row.action.is_some() && row.hosts.contains(&proposal.view.host));
        if !told {
            rows.push(Row {
                recommendation: None,
                action: Some(proposal.view.action),
                hosts: vec![proposal.view.host.clone()],
                proposal: Some(proposal.view.proposal.clone()),
            });
        }
    }
    rows
}

/// The newest proposal about any of these hosts. One to take something back that nobody approved
/// leaves what it was to take back.
fn newest(reading: &Reading, hosts: &[HostId]) -> Option<ProposalId> {
    let took_nothing_back = |proposal: &Proposal| {
        proposal.view.action == Action::ReleaseHost
            && matches!(
                proposal.status,
                ProposalStatus::Open
                    | ProposalStatus::Declined { .. }
                    | ProposalStatus::Expired
                    | ProposalStatus::Void { .. }
            )
    };
    let mut proposals = reading.proposals.iter();
    proposals
        .find(|proposal| hosts.contains(&proposal.view.host) && !took_nothing_back(proposal))
        .map(|proposal| proposal.view.proposal.clone())
}

/// The row about a host, by its place.
pub(super) fn row_of(reading: &Reading, host: &HostId) -> Option<usize> {
    rows(reading)
        .iter()
        .position(|row| row.action.is_some() && row.hosts.contains(host))
}

/// Whether the last thing that Aside did to the host is the isolation it has now.
pub(super) fn ours(reading: &Reading, host: &HostId) -> bool {
    reading
        .proposals
        .iter()
        .filter(|proposal| &proposal.view.host == host)
        .find(|proposal| {
            matches!(
                proposal.status,
                ProposalStatus::Running { .. }
                    | ProposalStatus::Verified { .. }
                    | ProposalStatus::NotVerified { .. }
            )
        })
        .is_some_and(|proposal| proposal.view.action == Action::IsolateHost)
}

/// What stands at a row's right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Control {
    /// Review, which opens a proposal or the one that is open.
    Review(Action, HostId),
    /// A proposal is being opened.
    Opening,
    /// One of several hosts must be chosen first.
    Choose,
    /// It runs, since then (milliseconds since the epoch).
    Running(i64),
    /// The proposal that takes it back can be opened.
    Undo(ProposalId),
    /// The proposal that takes back what is not verified yet can be opened.
    Cancel(ProposalId),
    /// The vendor can be asked again.
    CheckAgain(ProposalId),
    /// A word, and why.
    Say(String, Option<String>),
}

/// All that a row shows besides its recommendation.
#[derive(Clone, Debug, PartialEq)]
pub struct RowState {
    /// What stands at its right.
    pub control: Control,
    /// The proposal about it.
    pub proposal: Option<Arc<Proposal>>,
    /// What went wrong.
    pub problem: Option<String>,
    /// The hosts to choose from, with their names, where there are several.
    pub choices: Vec<(HostId, String)>,
    /// The chosen one.
    pub chosen: Option<HostId>,
}

/// How a row stands.
pub fn row_state(state: &State, reading: &Reading, row: &Row) -> RowState {
    let proposal = row
        .proposal
        .as_ref()
        .and_then(|id| approval::find(reading, id))
        .cloned();
    let chosen = match row.hosts.as_slice() {
        [host] => Some(host.clone()),
        _ => row
            .action
            .and_then(|action| reading.chosen.get(&action).cloned())
            .or_else(|| proposal.as_ref().map(|proposal| proposal.view.host.clone())),
    };
    let problem = reading
        .row_problem
        .as_ref()
        .filter(|problem| row.action.is_some() && row.hosts.contains(&problem.host))
        .map(|problem| problem.text.clone());
    let choices = match row.hosts.len() {
        0 | 1 => Vec::new(),
        _ => row
            .hosts
            .iter()
            .map(|id| (id.clone(), reading.host_name(id)))
            .collect(),
    };
    RowState {
        control: control(state, reading, row, proposal.as_deref(), chosen.as_ref()),
        proposal,
        problem,
        choices,
        chosen,
    }
}

fn control(
    state: &State,
    reading: &Reading,
    row: &Row,
    proposal: Option<&Proposal>,
    host: Option<&HostId>,
) -> Control {
    let Some(action) = row.action else {
        let step = row.recommendation.and_then(|at| reading.actions.get(at));
        let place = match step.map(|recommendation| &recommendation.step) {
            Some(Step::Elsewhere { place }) => place.clone(),
            _ => String::new(),
        };
        return Control::Say(place, None);
    };
    if let Some(proposal) = proposal
        && let Some(control) = under_way(proposal, action)
    {
        return control;
    }
    if row.hosts.is_empty() {
        return Control::Say("No host".to_owned(), None);
    }
    match state.access(&reading.key.tenant) {
        Some(access) if access.phase == Phase::Observe => {
            return Control::Say("Not in Observe".to_owned(), None);
        }
        Some(access) => {
            if let Offer::Refused { reason } = offer(action, access) {
                return Control::Say("Not offered".to_owned(), Some(reason));
            }
        }
        None => return Control::Say("Not offered".to_owned(), None),
    }
    let Some(host) = host else {
        return Control::Choose;
    };
    if let Some(done) = already(reading, action, host) {
        return Control::Say(done.to_owned(), None);
    }
    match &reading.opening {
        Some((_, opening)) if opening == host => Control::Opening,
        _ => Control::Review(action, host.clone()),
    }
}

/// What a proposal that was decided leaves to press.
fn under_way(proposal: &Proposal, action: Action) -> Option<Control> {
    let id = || proposal.view.proposal.clone();
    match &proposal.status {
        // Accepted and still pending: the steps below tell how long it lasts.
        ProposalStatus::Running { .. } if proposal.may.undo => Some(Control::Cancel(id())),
        ProposalStatus::Running { .. } => {
            let since = proposal.steps.iter().find_map(|step| step.at_unix_ms);
            Some(Control::Running(
                since.unwrap_or(proposal.view.read_unix_ms),
            ))
        }
        ProposalStatus::NotVerified { .. } if proposal.may.check_again => {
            Some(Control::CheckAgain(id()))
        }
        ProposalStatus::NotVerified { .. } if proposal.may.undo => Some(Control::Cancel(id())),
        ProposalStatus::NotVerified { .. } => Some(Control::Say(
            "Not verified".to_owned(),
            proposal.may.undo_refused.clone(),
        )),
        // What took the action back leaves the action itself to be reviewed again.
        ProposalStatus::Verified { .. } if proposal.view.action != action => None,
        ProposalStatus::Verified { .. } if proposal.may.undo => Some(Control::Undo(id())),
        ProposalStatus::Verified { .. } => Some(Control::Say(
            "Verified".to_owned(),
            proposal.may.undo_refused.clone(),
        )),
        _ => None,
    }
}

/// The word for a host that is already as the action would make it.
fn already(reading: &Reading, action: Action, host: &HostId) -> Option<&'static str> {
    let Ok(HostState { isolation, .. }) = reading.hosts.get(host)? else {
        return None;
    };
    match (action, isolation) {
        (Action::IsolateHost, Isolation::Isolated) => Some("Already isolated"),
        (Action::IsolateHost, Isolation::Isolating) => Some("Isolation pending"),
        (Action::ReleaseHost, Isolation::None) => Some("Not isolated"),
        (Action::ReleaseHost, Isolation::Releasing) => Some("Release pending"),
        _ => None,
    }
}

/// The first action that can be reviewed, with its row's place.
pub fn first_review(state: &State, reading: &Reading) -> Option<(usize, Action, HostId)> {
    rows(reading).iter().enumerate().find_map(|(at, row)| {
        match row_state(state, reading, row).control {
            Control::Review(action, host) => Some((at, action, host)),
            _ => None,
        }
    })
}

pub(super) fn next_action(state: &State, reading: &Reading) -> Option<(Action, HostId)> {
    first_review(state, reading).map(|(_, action, host)| (action, host))
}
