//! What the panel knows and shows, and the one function that changes it.
//!
//! [`reduce`] is pure: it reads no clock (the time is in [`State::now_ms`]) and does nothing but
//! change the state and name the [`Effect`]s to run. No token and no password is ever in the state.
//! Every answer carries the epoch in which it was asked for: what was asked for another alert is
//! dropped.

mod approval;
mod chat;
mod kept;
mod opening;
mod reader;
mod reading;
mod rows;
mod session;

use std::sync::Arc;

use aside_shared::action::{Action, TenantAccess};
use aside_shared::alert::AlertKey;
use aside_shared::api::{
    Activity, Analyse, AnalysisStarted, HostNow, ReadHost, RecentAlert, Resolve, Resolved,
};
use aside_shared::approval::{Decide, Decision, Proposal, Propose};
use aside_shared::chat::{Answer, Question};
use aside_shared::console::Location;
use aside_shared::event::AnalysisEvent;
use aside_shared::id::{AnalysisId, HostId, ProposalId, TenantId};
use aside_shared::problem::Problem;
use aside_shared::session::Me;

use super::keys::Command;
use super::proof::Proven;
use super::wire::{Context, FromWorker, SessionInfo, Surface};

pub use approval::{Sheet, done, find, verb};
pub use chat::{Turn, TurnState};
pub use kept::Kept;
pub use opening::{NoAlert, Page};
pub use reader::{Cited, OpenEvidence, Sub, Tab, TimelineShow, console_link};
pub use reading::{HOSTS_READ, Progress, Reading, TOLD, isolated_by_another};
pub use rows::{Control, Row, RowProblem, RowState, first_review, row_state, rows};
pub use session::{Form, Outage, Session};

/// Everything the panel knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// The time of the message that is being reduced, milliseconds since the epoch.
    pub now_ms: i64,
    /// Where the panel is shown.
    pub surface: Surface,
    /// Whether somebody is signed in.
    pub session: Session,
    /// What the caller may do where.
    pub me: Option<Arc<Me>>,
    /// Where the tab is, and what was last asked to be explained there.
    pub location: Option<Location>,
    /// A proposal that this window was opened for.
    pub asked_proposal: Option<ProposalId>,
    /// Text that was selected on the page: offered as a question, sent by nobody but the analyst.
    pub selection: Option<String>,
    /// The account or address as typed, while no form shows it.
    pub typed: String,
    /// A pasted link or id, while no field shows it.
    pub paste: String,
    /// Counts what has been opened: answers of an earlier one are dropped.
    pub epoch: u32,
    /// What is shown.
    pub page: Page,
    /// The backend cannot be reached.
    pub outage: Option<Outage>,
    /// The menu or the list of keys.
    pub layer: Option<Layer>,
    /// Whether keys work.
    pub keys_off: bool,
    /// Whether a model's voice is left out.
    pub rules_only: bool,
    /// What was done last, for a screen reader: one line a phase.
    pub said: String,
    /// What must interrupt: vendor down, not verified.
    pub alarm: String,
}

/// Which view stands under the top bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// Nothing is known yet.
    Blank,
    /// The backend's address is asked for.
    NoBackend,
    /// Account and password are asked for.
    SignedOut,
    /// The backend cannot be reached and nothing was read before.
    Unreachable,
    /// The backend is asked which alert this is.
    Resolving,
    /// No alert is open.
    NoAlert,
    /// A tenant is to be picked.
    Pick,
    /// The alert could not be resolved.
    Failed,
    /// The alert of this epoch.
    Alert(u32),
}

/// A small layer over the panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// Account, settings, keys.
    Menu,
    /// The list of keys.
    Keys,
}

/// A password on its way to the worker. No `Debug` that shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(pub String);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password")
    }
}

/// Why a call to the backend failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The backend answered with a problem.
    Problem(Box<Problem>),
    /// It cannot be reached: the cause, as far as the browser tells.
    Unreachable(String),
    /// It answered with something that this version cannot read.
    Unreadable(String),
    /// Nobody is signed in any more.
    SignedOut,
}

impl Fault {
    /// In one sentence.
    pub fn text(&self) -> String {
        match self {
            Self::Problem(problem) => problem.detail.clone(),
            Self::Unreachable(cause) => format!("The backend cannot be reached: {cause}."),
            Self::Unreadable(what) => format!("The backend’s answer cannot be read: {what}."),
            Self::SignedOut => "You are signed out.".to_owned(),
        }
    }
}

/// A call to the backend.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each is a route of the backend, named after it"
)]
pub enum Call {
    Me,
    Resolve(Resolve),
    Recent(TenantId),
    Analyse(Analyse),
    Host(ReadHost),
    Ask(Question),
    Propose(Propose),
    Proposal(ProposalId),
    Decide(ProposalId, Decide),
    Undo(ProposalId),
    Check(ProposalId),
    Activity(AlertKey),
}

/// What a call was answered with.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "each is the answer to the call of that name")]
pub enum Reply {
    Me(Me),
    Resolved(Resolved),
    Recent(Vec<RecentAlert>),
    Started(AnalysisStarted),
    Host(Box<HostNow>),
    Answer(Answer),
    Proposal(Box<Proposal>),
    Activity(Activity),
}

/// Something to do outside the state.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask the worker for the session.
    SessionGet,
    /// Sign in.
    SignIn {
        /// The account.
        user: String,
        /// Its password.
        password: Password,
    },
    /// Sign out.
    SignOut,
    /// Use this backend.
    SetBackend(String),
    /// Keep for this tab.
    Save {
        /// Under which name.
        key: String,
        /// What.
        value: String,
    },
    /// Bring what was kept under this name.
    Load(String),
    /// Call the backend.
    Call {
        /// The epoch.
        epoch: u32,
        /// What.
        call: Call,
    },
    /// Follow an analysis.
    FollowAnalysis {
        /// The epoch.
        epoch: u32,
        /// Which.
        id: AnalysisId,
        /// The last event that arrived.
        after: Option<u64>,
    },
    /// Follow a proposal.
    FollowProposal {
        /// The epoch.
        epoch: u32,
        /// Which.
        id: ProposalId,
    },
    /// End all streams: another alert is shown.
    StopStreams,
    /// Send a message later.
    Later {
        /// Milliseconds.
        ms: u32,
        /// What.
        msg: Box<Msg>,
    },
    /// Put the focus on an element, by its id in the document.
    Focus(String),
    /// Leave the focus where it is, by its id in the document, though its element is drawn anew; else here.
    KeepFocus(String),
    /// Keep an element, by its id in the document, as high as it is: what is in it is about to change.
    Hold(String),
    /// Let an element, by its id in the document, be as high as what is in it.
    Unfold(String),
    /// Bring an element into view, by its id in the document.
    Reveal(String),
    /// Put the focus on the next or the last item of the view.
    MoveFocus(i32),
    /// Follow the evidence chip nearest to the focus.
    PressCite,
    /// Put text on the clipboard.
    Copy(String),
    /// Open the own window.
    OpenWindow(Option<ProposalId>),
    /// Make the dock a badge.
    Collapse,
    /// What the badge shows.
    Badge {
        /// `P1` to `P4`, `ok`, or nothing.
        priority: Option<&'static str>,
        /// How sure.
        percent: Option<u8>,
    },
    /// Open a page of the vendor's console.
    OpenConsole(String),
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Msg {
    /// The page has started.
    Started(Context),
    /// The worker says something.
    Worker(FromWorker),
    /// The worker's answer about the session.
    Session(SessionInfo),
    /// The sign-in form was sent.
    SignIn {
        /// The account.
        user: String,
        /// Its password.
        password: Password,
    },
    /// Sign out was chosen.
    SignOut,
    /// The address form was sent.
    SetBackend(String),
    /// The worker tested the address.
    BackendSet(Result<(), String>),
    /// Another backend is to be configured.
    ChangeBackend,
    /// The account or address field holds this.
    Typed(String),
    /// What was kept has come.
    Loaded {
        /// Under which name.
        key: String,
        /// What.
        value: String,
    },
    /// The backend answered.
    Answered {
        /// The epoch.
        epoch: u32,
        /// What it was asked.
        call: Call,
        /// What it said.
        result: Result<Reply, Fault>,
    },
    /// An event of the analysis.
    Event {
        /// The epoch.
        epoch: u32,
        /// Its number.
        id: Option<u64>,
        /// The event.
        event: Box<AnalysisEvent>,
    },
    /// The analysis' stream ended before its last event.
    AnalysisCut {
        /// The epoch.
        epoch: u32,
        /// Why.
        fault: Fault,
    },
    /// A proposal changed.
    ProposalChanged {
        /// The epoch.
        epoch: u32,
        /// As it is now.
        proposal: Box<Proposal>,
    },
    /// A proposal's stream ended.
    ProposalCut {
        /// The epoch.
        epoch: u32,
        /// Which.
        id: ProposalId,
    },
    /// Try again what failed.
    Retry {
        /// The epoch.
        epoch: u32,
    },
    /// Try again now, by hand.
    RetryNow,
    /// A tab was chosen.
    ShowTab(Tab),
    /// Open what lies over the tabs.
    Show(Sub),
    /// Show all claims, where a model said more than there was room for.
    AllClaims,
    /// Leave a model's voice out, or let it speak.
    RulesOnly(bool),
    /// Back from Why.
    Back,
    /// A chip was pressed.
    OpenEvidence(OpenEvidence),
    /// The evidence before or after.
    StepEvidence(i32),
    /// The drawer was closed.
    CloseEvidence,
    /// Show an observation in the timeline.
    ShowInTimeline(aside_shared::id::EvidenceId),
    /// Show a process in the tree, from elsewhere.
    ShowProcess(aside_shared::id::EntityId),
    /// A process in the tree was pressed: its details open or close.
    SelectProcess(aside_shared::id::EntityId),
    /// The tree shows all processes, or the alert's branch.
    AllProcesses(bool),
    /// The tree shows command lines.
    CommandLines(bool),
    /// What the timeline shows.
    ShowTimeline(TimelineShow),
    /// One of several hosts was chosen for an action.
    ChooseHost(Action, Option<HostId>),
    /// Review was pressed.
    Review(Action, HostId),
    /// Review the first action that is offered.
    ReviewFirst,
    /// A person approved, seen and proven.
    Approve(Proven),
    /// A person declined.
    Decline,
    /// The sheet was closed without a decision.
    CloseSheet,
    /// Propose the sheet's action again: it changed or expired.
    ProposeAgain,
    /// Undo was pressed.
    Undo(ProposalId),
    /// Check again was pressed.
    CheckAgain(ProposalId),
    /// The composer holds this.
    Draft(String),
    /// The composer was sent.
    Send,
    /// An example question was pressed.
    Ask(String),
    /// A view was scrolled to this many pixels.
    Scrolled(Tab, i32),
    /// A link or an id was pasted.
    Pasted(String),
    /// The paste field holds this.
    PasteTyped(String),
    /// A tenant was picked.
    PickTenant(TenantId),
    /// An alert was picked.
    PickAlert(AlertKey),
    /// Back to the alert that the page shows, or to the list.
    Leave,
    /// Read the activity again.
    ReadActivity,
    /// Open or close a layer.
    Layer(Option<Layer>),
    /// Switch keys off or on.
    KeysOff(bool),
    /// A key was pressed.
    Key(Command),
    /// Open the own window, for the sheet's proposal if one is open.
    OpenWindow,
    /// Collapse the dock.
    Collapse,
    /// Copy the brief.
    CopyBrief,
    /// Copy this.
    Copy(String),
    /// Open the alert in its console.
    OpenConsole,
}

impl State {
    /// Which view stands under the top bar.
    pub fn screen(&self) -> Screen {
        match (&self.session, &self.page) {
            (Session::Asking, _) if self.outage.is_some() => Screen::Unreachable,
            (Session::Asking, _) => Screen::Blank,
            (Session::NoBackend(_), _) => Screen::NoBackend,
            (Session::SignedOut { .. }, _) => Screen::SignedOut,
            (_, Page::Alert(_)) => Screen::Alert(self.epoch),
            (_, Page::NoAlert(_)) => Screen::NoAlert,
            _ if self.outage.is_some() => Screen::Unreachable,
            (_, Page::Blank | Page::Resolving) => Screen::Resolving,
            (_, Page::Pick { .. }) => Screen::Pick,
            (_, Page::Failed(_)) => Screen::Failed,
        }
    }

    /// The alert that is being read.
    pub fn reading(&self) -> Option<&Reading> {
        match &self.page {
            Page::Alert(reading) => Some(reading),
            _ => None,
        }
    }

    fn reading_mut(&mut self) -> Option<&mut Reading> {
        match &mut self.page {
            Page::Alert(reading) => Some(reading),
            _ => None,
        }
    }

    #[cfg(test)]
    pub(crate) fn reading_for_test(&mut self) -> &mut Reading {
        self.reading_mut().expect("an alert is open")
    }

    /// What the caller may do in a tenant.
    pub fn access(&self, tenant: &TenantId) -> Option<&TenantAccess> {
        self.me
            .as_ref()?
            .tenants
            .iter()
            .find(|access| &access.tenant == tenant)
    }

    /// The platform's name as its users say it.
    pub fn platform_label(&self, tenant: &TenantId) -> String {
        self.access(tenant).map_or_else(
            || "The vendor".to_owned(),
            |access| access.platform_label.clone(),
        )
    }

    fn call(&self, call: Call) -> Effect {
        Effect::Call {
            epoch: self.epoch,
            call,
        }
    }
}

/// Changes the state by what happened, and says what is to be done.
pub fn reduce(state: &mut State, msg: Msg) -> Vec<Effect> {
    if let Some(epoch) = epoch_of(&msg)
        && epoch != state.epoch
    {
        return Vec::new();
    }
    match msg {
        Msg::Started(context) => session::started(state, context),
        Msg::Worker(message) => session::worker(state, message),
        Msg::Session(info) => session::known(state, info),
        Msg::SignIn { user, password } => session::sign_in(state, user, password),
        Msg::SignOut => session::sign_out(state),
        Msg::SetBackend(address) => session::set_backend(state, address),
        Msg::BackendSet(result) => session::backend_set(state, result),
        Msg::ChangeBackend => session::change_backend(state),
        Msg::Typed(text) => session::typed(state, text),
        Msg::Loaded { key, value } => kept::loaded(state, &key, &value),
        Msg::Answered { call, result, .. } => answered(state, call, result),
        Msg::Event { id, event, .. } => reading::event(state, id, *event),
        Msg::AnalysisCut { fault, .. } => reading::cut(state, fault),
        Msg::ProposalChanged { proposal, .. } => approval::changed(state, *proposal),
        Msg::ProposalCut { id, .. } => approval::cut(state, id),
        Msg::Retry { .. } | Msg::RetryNow => opening::retry(state),
        Msg::ShowTab(tab) => reader::show_tab(state, tab),
        Msg::Show(sub) => reader::show(state, sub),
        Msg::AllClaims => vec![Effect::Unfold(TOLD.to_owned())],
        Msg::RulesOnly(on) => reader::rules_only(state, on),
        Msg::Back => reader::back(state),
        Msg::OpenEvidence(open) => reader::open_evidence(state, open),
        Msg::StepEvidence(by) => reader::step_evidence(state, by),
        Msg::CloseEvidence => reader::close_evidence(state),
        Msg::ShowInTimeline(id) => reader::show_in_timeline(state, &id),
        Msg::ShowProcess(id) => reader::show_process(state, id),
        Msg::SelectProcess(id) => reader::select_process(state, id),
        Msg::AllProcesses(all) => reader::all_processes(state, all),
        Msg::CommandLines(shown) => reader::command_lines(state, shown),
        Msg::ShowTimeline(show) => reader::show_timeline(state, show),
        Msg::Scrolled(tab, top) => reader::scrolled(state, tab, top),
        Msg::ChooseHost(action, host) => approval::choose(state, action, host),
        Msg::Review(action, host) => approval::review(state, action, host),
        Msg::ReviewFirst => approval::review_first(state),
        Msg::Approve(proven) => approval::decide(state, Decision::Approve, Some(proven)),
        Msg::Decline => approval::decide(state, Decision::Decline, None),
        Msg::CloseSheet => approval::close(state),
        Msg::ProposeAgain => approval::propose_again(state),
        Msg::Undo(id) => vec![state.call(Call::Undo(id))],
        Msg::CheckAgain(id) => vec![state.call(Call::Check(id))],
        Msg::Draft(text) => chat::draft(state, text),
        Msg::Send => chat::send(state),
        Msg::Ask(text) => chat::ask(state, text),
        Msg::Pasted(text) => opening::pasted(state, text),
        Msg::PasteTyped(text) => opening::paste_typed(state, text),
        Msg::PickTenant(tenant) => opening::pick_tenant(state, tenant),
        Msg::PickAlert(key) => opening::open(state, key),
        Msg::Leave => opening::leave(state),
        Msg::ReadActivity => reading::read_activity(state),
        Msg::Layer(layer) => show_layer(state, layer),
        Msg::KeysOff(off) => kept::keys_off(state, off),
        Msg::Key(command) => key(state, command),
        Msg::OpenWindow => vec![Effect::OpenWindow(open_proposal(state))],
        Msg::Collapse if state.surface == Surface::Dock => vec![Effect::Collapse],
        Msg::CopyBrief => reader::copy_brief(state),
        Msg::Copy(text) => vec![Effect::Copy(text)],
        Msg::OpenConsole => reader::open_console(state),
        Msg::Collapse => Vec::new(),
    }
}

fn epoch_of(msg: &Msg) -> Option<u32> {
    match msg {
        Msg::Answered { epoch, .. }
        | Msg::Event { epoch, .. }
        | Msg::AnalysisCut { epoch, .. }
        | Msg::ProposalChanged { epoch, .. }
        | Msg::ProposalCut { epoch, .. }
        | Msg::Retry { epoch } => Some(*epoch),
        _ => None,
    }
}

fn answered(state: &mut State, call: Call, result: Result<Reply, Fault>) -> Vec<Effect> {
    if matches!(result, Err(Fault::SignedOut)) {
        return session::ended(state);
    }
    if result.is_ok() {
        state.outage = None;
    }
    match (call, result) {
        (Call::Me, Ok(Reply::Me(me))) => session::me(state, me),
        (Call::Resolve(resolve), Ok(Reply::Resolved(resolved))) => {
            opening::resolved(state, &resolve, resolved)
        }
        (Call::Recent(tenant), Ok(Reply::Recent(rows))) => {
            opening::recent(state, &tenant, Ok(rows))
        }
        (Call::Recent(tenant), Err(fault)) => opening::recent(state, &tenant, Err(fault)),
        (Call::Analyse(_), Ok(Reply::Started(started))) => {
            reading::analysis_started(state, started)
        }
        (Call::Host(read), result) => reading::host_state(state, &read.host, result),
        (Call::Ask(question), result) => chat::answered(state, &question.text, result),
        (Call::Activity(_), result) => reading::activity(state, result),
        (Call::Me | Call::Resolve(_) | Call::Analyse(_), Err(fault)) => {
            opening::failed(state, fault)
        }
        (
            call @ (Call::Propose(_)
            | Call::Proposal(_)
            | Call::Decide(..)
            | Call::Undo(_)
            | Call::Check(_)),
            result,
        ) => approval::answered(state, call, result),
        (_, Ok(_)) => Vec::new(),
    }
}

fn show_layer(state: &mut State, layer: Option<Layer>) -> Vec<Effect> {
    let was = std::mem::replace(&mut state.layer, layer);
    match (was, layer) {
        (_, Some(Layer::Menu)) => vec![Effect::Focus("menu-t".to_owned())],
        (_, Some(Layer::Keys)) => vec![Effect::Focus("keys-t".to_owned())],
        (Some(_), None) => vec![Effect::Focus("menu-b".to_owned())],
        (None, None) => Vec::new(),
    }
}

fn open_proposal(state: &State) -> Option<ProposalId> {
    let sheet = state.reading()?.sheet.as_ref()?;
    Some(sheet.proposal.clone())
}

fn key(state: &mut State, command: Command) -> Vec<Effect> {
    if state.keys_off && command != Command::Escape {
        return Vec::new();
    }
    let reading = state.reading();
    match command {
        Command::Escape => escape(state),
        Command::Keys => show_layer(state, Some(Layer::Keys)),
        _ if reading.is_none() => Vec::new(),
        Command::Tab(at) => match Tab::ALL.get(at) {
            Some(tab) => {
                let mut effects = reader::show_tab(state, *tab);
                effects.push(Effect::Focus(tab.dom_id().to_owned()));
                effects
            }
            None => Vec::new(),
        },
        Command::Why => reader::show(state, Sub::Why),
        Command::Evidence => vec![Effect::PressCite],
        Command::Move(by) => vec![Effect::MoveFocus(by)],
        Command::Step(by) => reader::step_evidence(state, by),
        Command::Review => approval::review_first(state),
        Command::Ask => vec![Effect::Focus("ask".to_owned())],
        Command::Console => reader::open_console(state),
        Command::Copy => reader::copy_brief(state),
    }
}

/// Closes the topmost thing that is open.
fn escape(state: &mut State) -> Vec<Effect> {
    if state.layer.is_some() {
        return show_layer(state, None);
    }
    let Some(reading) = state.reading() else {
        return Vec::new();
    };
    if reading.evidence.is_some() {
        reader::close_evidence(state)
    } else if reading.sheet.is_some() {
        approval::close(state)
    } else if reading.sub.is_some() {
        reader::back(state)
    } else {
        Vec::new()
    }
}

#[cfg(test)]
pub(crate) mod tests;
