//! Proposals: opening one, the sheet, the decision, and how it goes on.

use std::sync::Arc;

use aside_shared::action::{Action, Isolation};
use aside_shared::approval::{Decide, Decision, Proposal, ProposalStatus, Propose, ViewDigest};
use aside_shared::id::{HostId, ProposalId};
use aside_shared::problem::ProblemKind;

use super::rows::{next_action, row_of};
use super::{
    Call, Effect, Fault, Msg, Page, Reading, Reply, RowProblem, State, Tab, kept, opening, reading,
    session,
};
use crate::panel::proof::Proven;

/// An open sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// What it shows.
    pub proposal: ProposalId,
    /// The digest of exactly what it shows, computed here.
    pub digest: ViewDigest,
    /// The decision that is on its way.
    pub sending: Option<Decision>,
    /// Why the last try did not go through.
    pub problem: Option<String>,
    /// What it shows has changed since it was opened.
    pub changed: bool,
}

pub(super) fn choose(state: &mut State, action: Action, host: Option<HostId>) -> Vec<Effect> {
    if let Some(reading) = state.reading_mut() {
        match host {
            Some(host) => reading.chosen.insert(action, host),
            None => reading.chosen.remove(&action),
        };
    }
    Vec::new()
}

/// Opens a proposal, or finds the one that is open: the backend has one for an action on a host.
pub(super) fn review(state: &mut State, action: Action, host: HostId) -> Vec<Effect> {
    let Some(reading) = state.reading_mut() else {
        return Vec::new();
    };
    if reading.opening.is_some() || reading.sheet.is_some() {
        return Vec::new();
    }
    reading.opening = Some((action, host.clone()));
    reading.row_problem = None;
    let alert = reading.key.clone();
    vec![state.call(Call::Propose(Propose {
        alert,
        action,
        host,
    }))]
}

/// Reviews the first action that is offered and not under way.
pub(super) fn review_first(state: &mut State) -> Vec<Effect> {
    let Some(reading) = state.reading() else {
        return Vec::new();
    };
    let Some((action, host)) = next_action(state, reading) else {
        return Vec::new();
    };
    review(state, action, host)
}

/// The proposal of that id.
pub fn find<'a>(reading: &'a Reading, id: &ProposalId) -> Option<&'a Arc<Proposal>> {
    reading
        .proposals
        .iter()
        .find(|proposal| &proposal.view.proposal == id)
}

/// Puts a proposal in its place; an older revision than the known one changes nothing.
pub(super) fn upsert(reading: &mut Reading, proposal: Proposal) -> bool {
    let id = &proposal.view.proposal;
    let known = reading
        .proposals
        .iter_mut()
        .find(|known| &known.view.proposal == id);
    match known {
        Some(known) if known.revision > proposal.revision => false,
        Some(known) => {
            let changed = **known != proposal;
            *known = Arc::new(proposal);
            changed
        }
        None => {
            // The newest first; one from another alert may be older than this alert's own.
            let made = proposal.view.read_unix_ms;
            let proposals = &mut reading.proposals;
            let at = proposals.partition_point(|known| known.view.read_unix_ms > made);
            proposals.insert(at, Arc::new(proposal));
            true
        }
    }
}

/// Follows what is not final and not followed.
pub(super) fn follow_open(state: &mut State) -> Vec<Effect> {
    let epoch = state.epoch;
    let Some(reading) = state.reading_mut() else {
        return Vec::new();
    };
    let open: Vec<ProposalId> = reading
        .proposals
        .iter()
        .filter(|proposal| !proposal.status.is_final())
        .map(|proposal| proposal.view.proposal.clone())
        .collect();
    open.into_iter()
        .filter(|id| reading.followed.insert(id.clone(), ()).is_none())
        .map(|id| Effect::FollowProposal { epoch, id })
        .collect()
}

/// How long to wait before a proposal is followed again, milliseconds.
const FOLLOW_AGAIN_MS: u32 = 3_000;

pub(super) fn cut(state: &mut State, id: ProposalId) -> Vec<Effect> {
    let epoch = state.epoch;
    let Some(reading) = state.reading_mut() else {
        return Vec::new();
    };
    reading.followed.remove(&id);
    match find(reading, &id) {
        Some(proposal) if !proposal.status.is_final() => vec![Effect::Later {
            ms: FOLLOW_AGAIN_MS,
            msg: Box::new(Msg::Retry { epoch }),
        }],
        _ => Vec::new(),
    }
}

/// A proposal changed: its row, its sheet, and what is said of it.
pub(super) fn changed(state: &mut State, proposal: Proposal) -> Vec<Effect> {
    let Some(reading) = state.reading_mut() else {
        return Vec::new();
    };
    let id = proposal.view.proposal.clone();
    let was = find(reading, &id).map(|known| known.status.clone());
    let status = proposal.status.clone();
    let host = proposal.view.host.clone();
    let digest = proposal.view.digest();
    let name = reading.host_name(&host);
    let action = proposal.view.action;
    if !upsert(reading, proposal) {
        return Vec::new();
    }
    if let Some(sheet) = reading
        .sheet
        .as_mut()
        .filter(|sheet| sheet.proposal == id && sheet.digest != digest)
    {
        sheet.digest = digest;
        sheet.changed = true;
        sheet.problem = None;
    }
    let activity = reading.tab == Tab::Activity;
    let mut effects = Vec::new();
    if was.as_ref() != Some(&status) {
        let (said, alarm) = told(&status, action, &name);
        if alarm {
            state.alarm = said;
        } else {
            state.said = said;
            state.alarm.clear();
        }
        if status.is_final() || matches!(status, ProposalStatus::NotVerified { .. }) {
            effects.extend(reading::read_hosts(state));
        }
    }
    if activity {
        effects.extend(reading::read_activity(state));
    }
    effects.extend(follow_open(state));
    effects
}

/// What a status means in one line, and whether it must interrupt.
fn told(status: &ProposalStatus, action: Action, host: &str) -> (String, bool) {
    let noun = action.noun();
    match status {
        ProposalStatus::Open => (format!("Proposal to {} {host} open", verb(action)), false),
        ProposalStatus::Declined { by, .. } => (format!("{by} declined the {noun}"), false),
        ProposalStatus::Expired => (format!("The proposal of the {noun} expired"), false),
        ProposalStatus::Void { reason } => (format!("Changed while you read: {reason}"), true),
        ProposalStatus::Running { by } => (format!("Approved by {by}, running"), false),
        ProposalStatus::Verified { .. } => (format!("Verified: {host} is {}", done(action)), false),
        ProposalStatus::NotVerified { reason, .. } => (format!("Not verified: {reason}"), true),
        ProposalStatus::Stopped { reason } => (format!("Stopped: {reason}"), true),
        ProposalStatus::Failed { reason } => (format!("Failed: {reason}"), true),
    }
}

/// `isolate`, `release`.
pub fn verb(action: Action) -> String {
    action.verb().to_ascii_lowercase()
}

/// `isolated`, `released`.
pub fn done(action: Action) -> &'static str {
    match action.wanted() {
        Isolation::Isolated => "isolated",
        _ => "released",
    }
}

fn show_sheet(state: &mut State, id: &ProposalId) -> Vec<Effect> {
    let Some(reading) = state.reading_mut() else {
        return Vec::new();
    };
    let Some(proposal) = find(reading, id) else {
        return Vec::new();
    };
    reading.sheet = Some(Sheet {
        proposal: id.clone(),
        digest: proposal.view.digest(),
        sending: None,
        problem: None,
        changed: false,
    });
    reading.wanted_sheet = None;
    // What is to be decided is not to lie under anything.
    reading.evidence = None;
    state.layer = None;
    let mut effects = kept::save(state);
    effects.push(Effect::Focus("ap-t".to_owned()));
    effects
}

/// Closes the sheet; the proposal stays open.
pub(super) fn close(state: &mut State) -> Vec<Effect> {
    let Some(reading) = state.reading_mut() else {
        return Vec::new();
    };
    let Some(sheet) = reading.sheet.take() else {
        return Vec::new();
    };
    let row = find(reading, &sheet.proposal).and_then(|proposal| {
        let host = proposal.view.host.clone();
        row_of(reading, &host)
    });
    let mut effects = kept::save(state);
    effects.extend(row.map(|row| Effect::Focus(format!("review-{row}"))));
    effects
}

/// Sends a decision on exactly what is shown. Approving needs the proof that it was seen.
pub(super) fn decide(state: &mut State, decision: Decision, proven: Option<Proven>) -> Vec<Effect> {
    let now = state.now_ms;
    let Some(reading) = state.reading_mut() else {
        return Vec::new();
    };
    let Some(sheet) = &reading.sheet else {
        return Vec::new();
    };
    let Some(proposal) = find(reading, &sheet.proposal) else {
        return Vec::new();
    };
    let open = proposal.status == ProposalStatus::Open
        && proposal.may.decide
        && now < proposal.view.expires_unix_ms;
    let seen = match (decision, proven) {
        (Decision::Approve, Some(proven)) => proven.into_digest() == sheet.digest,
        (Decision::Approve, None) => false,
        (Decision::Decline, _) => true,
    };
    if !open || !seen || sheet.sending.is_some() {
        return Vec::new();
    }
    let (id, digest) = (sheet.proposal.clone(), sheet.digest.clone());
    if let Some(sheet) = &mut reading.sheet {
        sheet.sending = Some(decision);
        sheet.problem = None;
    }
    vec![state.call(Call::Decide(id, Decide { decision, digest }))]
}

/// The sheet's action anew: what it showed is not so any more.
pub(super) fn propose_again(state: &mut State) -> Vec<Effect> {
    let Some(reading) = state.reading_mut() else {
        return Vec::new();
    };
    let Some(proposal) = reading
        .sheet
        .take()
        .and_then(|sheet| find(reading, &sheet.proposal).cloned())
    else {
        return Vec::new();
    };
    review(state, proposal.view.action, proposal.view.host.clone())
}

pub(super) fn answered(state: &mut State, call: Call, result: Result<Reply, Fault>) -> Vec<Effect> {
    match result {
        Ok(Reply::Proposal(proposal)) => arrived(state, call, *proposal),
        Ok(_) => Vec::new(),
        Err(fault) => refused(state, call, fault),
    }
}

fn arrived(state: &mut State, call: Call, proposal: Proposal) -> Vec<Effect> {
    let id = proposal.view.proposal.clone();
    let host = proposal.view.host.clone();
    let open = proposal.status == ProposalStatus::Open;
    let mut effects = Vec::new();
    let mut wanted = matches!(call, Call::Propose(_) | Call::Undo(_));
    if let Call::Proposal(_) = call {
        if state.reading().is_none() || state.asked_proposal.as_ref() == Some(&id) {
            let key = proposal.view.alert.clone();
            wanted |= state.reading().is_none_or(|reading| reading.key != key);
            effects.extend(opening::open(state, key));
        }
        wanted |= state
            .reading()
            .is_some_and(|reading| reading.wanted_sheet.as_ref() == Some(&id));
    }
    effects.extend(changed(state, proposal));
    let Some(reading) = state.reading_mut() else {
        return effects;
    };
    reading.opening = None;
    if let Some(sheet) = reading.sheet.as_mut().filter(|sheet| sheet.proposal == id) {
        sheet.sending = None;
    }
    if wanted && open {
        effects.extend(show_sheet(state, &id));
        return effects;
    }
    reading.wanted_sheet = None;
    let decided = matches!(call, Call::Decide(..));
    if decided || wanted {
        reading.sheet = None;
        reading.tab = Tab::Brief;
        reading.sub = None;
        let row = row_of(reading, &host);
        effects.extend(kept::save(state));
        if let Some(row) = row {
            effects.push(Effect::Reveal(format!("do-{row}")));
            effects.push(Effect::Focus(format!("do-{row}")));
        }
    }
    effects
}

fn refused(state: &mut State, call: Call, fault: Fault) -> Vec<Effect> {
    let lost = matches!(&fault, Fault::Unreachable(_));
    if let Call::Proposal(_) = &call
        && state.reading().is_none()
    {
        if let Fault::Unreachable(cause) = fault {
            return session::unreachable(state, cause);
        }
        state.page = Page::Failed(Box::new(session::as_problem(fault)));
        return Vec::new();
    }
    let kind = match &fault {
        Fault::Problem(problem) => problem.kind(),
        _ => None,
    };
    let Some(reading) = state.reading_mut() else {
        return Vec::new();
    };
    reading.opening = None;
    match call {
        Call::Decide(id, _) => {
            if let Some(sheet) = &mut reading.sheet {
                sheet.sending = None;
                sheet.problem = Some(match lost {
                    // Whether the decision arrived is not known: the proposal says it.
                    true => {
                        "The backend did not answer. Whether the decision arrived is read again."
                            .to_owned()
                    }
                    false => fault.text(),
                });
            }
            let again = lost || matches!(kind, Some(ProblemKind::Changed | ProblemKind::NotOpen));
            match again {
                true => vec![state.call(Call::Proposal(id))],
                false => Vec::new(),
            }
        }
        Call::Propose(propose) => {
            reading.row_problem = Some(RowProblem {
                action: propose.action,
                host: propose.host,
                text: fault.text(),
            });
            Vec::new()
        }
        Call::Undo(id) | Call::Check(id) => {
            if let Some(proposal) = find(reading, &id).cloned() {
                reading.row_problem = Some(RowProblem {
                    action: proposal.view.action,
                    host: proposal.view.host.clone(),
                    text: fault.text(),
                });
            }
            Vec::new()
        }
        Call::Proposal(_) if lost => {
            let epoch = state.epoch;
            vec![Effect::Later {
                ms: FOLLOW_AGAIN_MS,
                msg: Box::new(Msg::Retry { epoch }),
            }]
        }
        _ => {
            reading.wanted_sheet = None;
            Vec::new()
        }
    }
}
