//! One alert as it is being read: the stream's events put in their places, and where the reader is.

use std::collections::HashSet;
use std::sync::Arc;

use aside_shared::action::{HostState, Isolation};
use aside_shared::alert::{Alert, AlertKey, EntityKind, Host};
use aside_shared::analysis::{Assessment, Claim, Recommendation, TimelineEntry, Verdict};
use aside_shared::api::{Activity, Analyse, AnalysisStarted, ReadHost};
use aside_shared::approval::Proposal;
use aside_shared::event::{AnalysisEvent, ContextState, Done};
use aside_shared::id::{AnalysisId, EntityId, EvidenceId, HostId, ProposalId};
use aside_shared::model::{Report, Voice};
use aside_shared::problem::Problem;

use super::{
    Call, Cited, Effect, Fault, Msg, OpenEvidence, Reply, RowProblem, Sheet, State, Sub, Tab,
    TimelineShow, Turn, TurnState, approval, session,
};
use crate::panel::evidence::Numbers;
use crate::panel::few::Few;
use crate::panel::words::{backoff_ms, count, trouble};

/// The id in the document of what holds the claims.
pub const TOLD: &str = "told";

/// How far the reading is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Progress {
    /// Nothing has come yet.
    #[default]
    Waiting,
    /// Events are coming.
    Reading,
    /// All has come.
    Done(Done),
    /// It could not be completed.
    Failed {
        /// Why.
        problem: Box<Problem>,
        /// When it is tried again by itself, milliseconds since the epoch.
        next_ms: Option<i64>,
    },
}

/// An alert as far as it has been read.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Which.
    pub key: AlertKey,
    /// When reading began, milliseconds since the epoch.
    pub since_ms: i64,
    /// The alert, with the context that has come.
    pub alert: Option<Arc<Alert>>,
    /// The analysis.
    pub analysis: Option<AnalysisId>,
    /// The last event that arrived.
    pub last_event: Option<u64>,
    /// How far it is.
    pub progress: Progress,
    /// Times that the stream was cut since something last arrived, and since when.
    pub cuts: Option<(u32, i64)>,
    /// Display numbers of the evidence.
    pub numbers: Arc<Numbers>,
    /// What could not be read of the context: why.
    pub unread: Vec<String>,
    /// How bad, how sure.
    pub assessment: Option<Arc<Assessment>>,
    /// The statements that are shown, in order.
    pub claims: Vec<Arc<Claim>>,
    /// Whose words they are; those of the rules where nothing is said.
    pub voices: Vec<Voice>,
    /// The model that is being asked.
    pub asking: Option<String>,
    /// What a model was asked for the summary, and what came of it.
    pub model: Option<Arc<Report>>,
    /// What the rules say, while a model's words stand in its place.
    by_rules: Vec<Arc<Claim>>,
    /// The timeline.
    pub timeline: Arc<Vec<TimelineEntry>>,
    /// What to do, in order.
    pub actions: Vec<Arc<Recommendation>>,
    /// Hosts as their vendor reports them now, or why that is not known.
    pub hosts: Few<HostId, Result<HostState, String>>,
    /// Proposals of this alert and those by which its hosts were isolated, newest first.
    pub proposals: Vec<Arc<Proposal>>,
    /// Proposals whose changes are followed.
    pub followed: Few<ProposalId, ()>,
    /// The view.
    pub tab: Tab,
    /// What lies over the tabs.
    pub sub: Option<Sub>,
    /// The open evidence.
    pub evidence: Option<OpenEvidence>,
    /// The process that is pointed out in the tree.
    pub process: Option<EntityId>,
    /// The tree shows all processes.
    pub all_processes: bool,
    /// The tree shows command lines.
    pub command_lines: bool,
    /// What the timeline shows.
    pub timeline_show: TimelineShow,
    /// How far each view is scrolled, in pixels.
    pub scroll: Few<Tab, i32>,
    /// Hosts chosen where an action leaves several.
    pub chosen: Few<aside_shared::action::Action, HostId>,
    /// A proposal is being opened for this.
    pub opening: Option<(aside_shared::action::Action, HostId)>,
    /// What went wrong with an action.
    pub row_problem: Option<RowProblem>,
    /// The sheet that is open.
    pub sheet: Option<Sheet>,
    /// A proposal whose sheet is to be opened when it has come.
    pub wanted_sheet: Option<ProposalId>,
    /// The unfinished question.
    pub draft: String,
    /// Questions and answers.
    pub turns: Vec<Turn>,
    /// Audit entries; `None` while they are read.
    pub activity: Option<Result<Arc<Activity>, String>>,
}

impl Reading {
    pub(super) fn new(key: AlertKey, since_ms: i64) -> Self {
        Self {
            key,
            since_ms,
            alert: None,
            analysis: None,
            last_event: None,
            progress: Progress::Waiting,
            cuts: None,
            numbers: Arc::default(),
            unread: Vec::new(),
            assessment: None,
            claims: Vec::new(),
            voices: Vec::new(),
            asking: None,
            model: None,
            by_rules: Vec::new(),
            timeline: Arc::default(),
            actions: Vec::new(),
            hosts: Few::default(),
            proposals: Vec::new(),
            followed: Few::default(),
            tab: Tab::Brief,
            sub: None,
            evidence: None,
            process: None,
            all_processes: false,
            command_lines: true,
            timeline_show: TimelineShow::Key,
            scroll: Few::default(),
            chosen: Few::default(),
            opening: None,
            row_problem: None,
            sheet: None,
            wanted_sheet: None,
            draft: String::new(),
            turns: Vec::new(),
            activity: None,
        }
    }

    /// The hosts of the alert, as its record has them.
    pub fn alert_hosts(&self) -> Vec<&Host> {
        let Some(alert) = &self.alert else {
            return Vec::new();
        };
        alert
            .hosts
            .iter()
            .filter_map(|id| host(alert, id))
            .collect()
    }

    /// The host's name, or its id where it has none.
    pub fn host_name(&self, id: &HostId) -> String {
        let read = self.hosts.get(id).and_then(|read| read.as_ref().ok());
        let recorded = self.alert.iter().flat_map(|alert| &alert.entities);
        read.and_then(|state| state.name.clone())
            .or_else(|| {
                recorded.into_iter().find_map(|entity| match &entity.kind {
                    EntityKind::Host(host) if &host.id == id => host.name.clone(),
                    _ => None,
                })
            })
            .unwrap_or_else(|| id.to_string())
    }

    /// The evidence that signals rest on.
    pub fn telling(&self) -> HashSet<EvidenceId> {
        let groups = self.assessment.iter().flat_map(|a| &a.score.groups);
        groups
            .filter(|group| group.points > 0)
            .flat_map(|group| &group.signals)
            .flat_map(|signal| signal.evidence.iter().cloned())
            .collect()
    }

    /// The claims that cite a piece of evidence, by their places.
    pub fn citing(&self, id: &EvidenceId) -> Vec<usize> {
        let claims = self.claims.iter().enumerate();
        claims
            .filter(|(_, claim)| claim.evidence.contains(id))
            .map(|(at, _)| at)
            .collect()
    }

    /// What was sent to a model, and what came of it: for the summary, or for the answer to a question.
    pub fn report(&self, sub: Sub) -> Option<Arc<Report>> {
        match sub {
            Sub::Why => None,
            Sub::Sent => self.model.clone(),
            Sub::SentFor(at) => match &self.turns.get(at)?.state {
                TurnState::Answered(answer) => answer.report().cloned().map(Arc::new),
                _ => None,
            },
        }
    }

    /// Shows what the rules alone say, or what a model made of it.
    pub(super) fn tell(&mut self, rules_only: bool) {
        let Some(told) = self.model.as_ref().and_then(|report| report.reading()) else {
            return;
        };
        if rules_only {
            self.voices.clear();
            self.claims.clone_from(&self.by_rules);
        } else {
            self.voices = told.claims.iter().map(|told| told.voice).collect();
            self.claims = told
                .claims
                .iter()
                .map(|told| Arc::new(told.claim.clone()))
                .collect();
        }
        // Open evidence stays open: what cites it now is pointed out.
        let open = self.evidence.as_ref();
        let cited = open.filter(|open| matches!(open.cited, Cited::Claim(_)));
        if let Some(id) = cited.map(|open| open.id.clone()) {
            let at = self.citing(&id).first().copied();
            if let Some(open) = &mut self.evidence {
                open.cited = at.map_or(Cited::Elsewhere, Cited::Claim);
            }
        }
    }

    /// Streams have ended with the session: what was being asked is not being asked any more.
    pub(super) fn interrupted(&mut self) {
        self.followed.clear();
        self.opening = None;
        if let Some(sheet) = &mut self.sheet {
            sheet.sending = None;
        }
    }

    /// Forgets what an analysis has said, for another one.
    fn restart(&mut self) {
        self.analysis = None;
        self.last_event = None;
        self.progress = Progress::Waiting;
        self.cuts = None;
        self.unread.clear();
        self.claims.clear();
        self.voices.clear();
        self.asking = None;
        self.model = None;
        self.by_rules.clear();
        self.actions.clear();
    }
}

/// The host behind an entity's id.
pub(super) fn host<'a>(alert: &'a Alert, id: &EntityId) -> Option<&'a Host> {
    match &alert.entity(id)?.kind {
        EntityKind::Host(host) => Some(host),
        _ => None,
    }
}

pub(super) fn analysis_started(state: &mut State, started: AnalysisStarted) -> Vec<Effect> {
    let epoch = state.epoch;
    let Some(reading) = state.reading_mut() else {
        return Vec::new();
    };
    reading.restart();
    reading.analysis = Some(started.id.clone());
    vec![Effect::FollowAnalysis {
        epoch,
        id: started.id,
        after: None,
    }]
}

/// How many hosts of an alert are read: their vendors' limits are tight.
pub const HOSTS_READ: usize = 4;

pub(super) fn event(state: &mut State, id: Option<u64>, event: AnalysisEvent) -> Vec<Effect> {
    let rules_only = state.rules_only;
    let Some(reading) = state.reading_mut() else {
        return Vec::new();
    };
    // A resumed stream may send again what has arrived.
    if let (Some(id), Some(last)) = (id, reading.last_event)
        && id <= last
    {
        return Vec::new();
    }
    reading.last_event = id.or(reading.last_event);
    reading.cuts = None;
    if reading.progress == Progress::Waiting {
        reading.progress = Progress::Reading;
    }
    match event {
        AnalysisEvent::Alert(alert) => {
            Arc::make_mut(&mut reading.numbers).learn(&alert.evidence);
            reading.alert = Some(Arc::new(*alert));
            read_hosts(state)
        }
        AnalysisEvent::Context(context) => {
            match context.state {
                ContextState::Complete => {}
                ContextState::Partial { reason } | ContextState::Unavailable { reason } => {
                    reading.unread.push(reason);
                }
            }
            Arc::make_mut(&mut reading.numbers).learn(&context.evidence);
            if let Some(alert) = &mut reading.alert {
                Arc::make_mut(alert).merge(context.entities, context.evidence);
            }
            Vec::new()
        }
        AnalysisEvent::Priority(assessment) => {
            let badge = badge(&assessment);
            reading.assessment = Some(Arc::new(*assessment));
            vec![badge]
        }
        AnalysisEvent::Claim(claim) => {
            reading.claims.push(Arc::new(claim));
            let said = format!("{} so far", count(reading.claims.len(), "claim"));
            state.said = said;
            Vec::new()
        }
        AnalysisEvent::Timeline(entries) => {
            reading.timeline = Arc::new(entries);
            Vec::new()
        }
        AnalysisEvent::Action(recommendation) => {
            reading.actions.push(Arc::new(recommendation));
            Vec::new()
        }
        AnalysisEvent::Model(report) => {
            reading.asking = None;
            if reading.model.is_none() {
                reading.by_rules.clone_from(&reading.claims);
            }
            let is_told = report.reading().is_some();
            reading.model = Some(Arc::from(report));
            reading.tell(rules_only);
            let hold = is_told.then(|| Effect::Hold(TOLD.to_owned()));
            hold.into_iter().collect()
        }
        AnalysisEvent::AskingModel { model } => {
            let said = format!("{}. {model} reads on", count(reading.claims.len(), "claim"));
            reading.asking = Some(model);
            state.said = said;
            Vec::new()
        }
        AnalysisEvent::Done(done) => {
            let claims = count(reading.claims.len(), "claim");
            let actions = count(reading.actions.len(), "action");
            reading.progress = Progress::Done(done);
            let sure = reading.assessment.as_ref().map(|a| headline(a));
            state.said = format!("Read. {} {claims}, {actions}.", sure.unwrap_or_default());
            Vec::new()
        }
        AnalysisEvent::Failed(problem) => failed(state, problem),
        AnalysisEvent::Reset => {
            reading.restart();
            let alert = reading.key.clone();
            vec![state.call(Call::Analyse(Analyse { alert }))]
        }
    }
}

/// `P1 Critical, 95 % sure.`
pub(super) fn headline(assessment: &Assessment) -> String {
    let percent = assessment.shown_percent();
    match assessment.verdict {
        Verdict::Benign => format!("Benign, {percent} % sure."),
        Verdict::Unknown => format!("Not known; {percent} % by the weights."),
        _ => format!(
            "{:?} {}, {percent} % sure.",
            assessment.priority,
            assessment.priority.word()
        ),
    }
}

fn badge(assessment: &Assessment) -> Effect {
    use aside_shared::analysis::Priority;
    let priority = match (assessment.verdict, assessment.priority) {
        (Verdict::Benign, _) => "ok",
        (_, Priority::P1) => "P1",
        (_, Priority::P2) => "P2",
        (_, Priority::P3) => "P3",
        (_, Priority::P4) => "P4",
    };
    Effect::Badge {
        priority: Some(priority),
        percent: Some(assessment.shown_percent()),
    }
}

/// Reads the hosts' state now, for the Brief.
pub(super) fn read_hosts(state: &State) -> Vec<Effect> {
    let Some(reading) = state.reading() else {
        return Vec::new();
    };
    let hosts = reading.alert_hosts().into_iter().take(HOSTS_READ);
    hosts
        .map(|host| {
            state.call(Call::Host(ReadHost {
                alert: reading.key.clone(),
                host: host.id.clone(),
            }))
        })
        .collect()
}

pub(super) fn host_state(
    state: &mut State,
    id: &HostId,
    result: Result<Reply, Fault>,
) -> Vec<Effect> {
    let Some(reading) = state.reading_mut() else {
        return Vec::new();
    };
    let read = match result {
        Ok(Reply::Host(now)) => {
            // Another alert's, it may be: what Aside did to the host is shown on each.
            if let Some(proposal) = now.isolated_by {
                approval::upsert(reading, proposal);
            }
            Ok(now.state)
        }
        Ok(_) => return Vec::new(),
        Err(fault) => Err(fault.text()),
    };
    reading.hosts.insert(id.clone(), read);
    approval::follow_open(state)
}

/// Whether somebody other than Aside has isolated the host, as far as Aside knows.
pub fn isolated_by_another(reading: &Reading, id: &HostId) -> bool {
    let Some(Ok(host)) = reading.hosts.get(id) else {
        return false;
    };
    matches!(host.isolation, Isolation::Isolated | Isolation::Isolating)
        && !super::rows::ours(reading, id)
}

/// The stream ended early.
pub(super) fn cut(state: &mut State, fault: Fault) -> Vec<Effect> {
    let (now, epoch) = (state.now_ms, state.epoch);
    let Some(reading) = state.reading_mut() else {
        return Vec::new();
    };
    match fault {
        Fault::SignedOut => session::ended(state),
        // The analysis is not there any more: another one says the same.
        Fault::Problem(problem) if problem.status == 404 => {
            let alert = reading.key.clone();
            vec![state.call(Call::Analyse(Analyse { alert }))]
        }
        Fault::Problem(problem) => failed(state, *problem),
        Fault::Unreachable(_) | Fault::Unreadable(_) => {
            let (times, since) = reading.cuts.unwrap_or((0, now));
            reading.cuts = Some((times + 1, since));
            vec![Effect::Later {
                ms: backoff_ms(times),
                msg: Box::new(Msg::Retry { epoch }),
            }]
        }
    }
}

/// How long to wait when a problem that passes does not say, milliseconds.
const RETRY_MS: u32 = 20_000;

pub(super) fn failed(state: &mut State, problem: Problem) -> Vec<Effect> {
    let (now, epoch) = (state.now_ms, state.epoch);
    let label = state
        .reading()
        .map(|reading| state.platform_label(&reading.key.tenant));
    let Some(reading) = state.reading_mut() else {
        return Vec::new();
    };
    let wait = pause(&problem);
    let heading = trouble(&problem).heading(&label.unwrap_or_default());
    reading.progress = Progress::Failed {
        problem: Box::new(problem),
        next_ms: wait.map(|ms| now + i64::from(ms)),
    };
    state.alarm = heading;
    wait.map(|ms| try_again(ms, epoch)).into_iter().collect()
}

/// How long until a new try, in milliseconds; none where somebody has to change something first.
pub(super) fn pause(problem: &Problem) -> Option<u32> {
    let wait = problem
        .retry_after_s
        .map_or(RETRY_MS, |s| s.saturating_mul(1000).clamp(1000, 600_000));
    trouble(problem).passes().then_some(wait)
}

/// The new try.
pub(super) fn try_again(ms: u32, epoch: u32) -> Effect {
    Effect::Later {
        ms,
        msg: Box::new(Msg::Retry { epoch }),
    }
}

/// Goes on with whatever was interrupted.
pub(super) fn retry(state: &mut State) -> Vec<Effect> {
    let epoch = state.epoch;
    let Some(reading) = state.reading_mut() else {
        return Vec::new();
    };
    let mut effects = Vec::new();
    match (&reading.progress, &reading.analysis) {
        (Progress::Done(_), _) => {}
        (Progress::Failed { .. }, _) | (_, None) => {
            reading.restart();
            let alert = reading.key.clone();
            state.alarm.clear();
            effects.push(state.call(Call::Analyse(Analyse { alert })));
        }
        (_, Some(id)) if reading.cuts.is_some() => effects.push(Effect::FollowAnalysis {
            epoch,
            id: id.clone(),
            after: reading.last_event,
        }),
        _ => {}
    }
    effects.extend(approval::follow_open(state));
    effects
}

/// Goes on after signing in again.
pub(super) fn resume(state: &mut State) -> Vec<Effect> {
    let now = state.now_ms;
    if let Some(reading) = state.reading_mut()
        && !matches!(reading.progress, Progress::Done(_))
    {
        reading.cuts.get_or_insert((0, now));
    }
    let mut effects = retry(state);
    if let Some(reading) = state.reading() {
        effects.push(state.call(Call::Activity(reading.key.clone())));
        if let Some(sheet) = &reading.sheet {
            effects.push(state.call(Call::Proposal(sheet.proposal.clone())));
        }
    }
    effects.extend(read_hosts(state));
    effects
}

pub(super) fn activity(state: &mut State, result: Result<Reply, Fault>) -> Vec<Effect> {
    let Some(reading) = state.reading_mut() else {
        return Vec::new();
    };
    match result {
        Ok(Reply::Activity(activity)) => {
            for proposal in activity.proposals.iter().rev() {
                approval::upsert(reading, proposal.clone());
            }
            reading.activity = Some(Ok(Arc::new(activity)));
            approval::follow_open(state)
        }
        Ok(_) => Vec::new(),
        Err(fault) => {
            reading.activity = Some(Err(fault.text()));
            Vec::new()
        }
    }
}

pub(super) fn read_activity(state: &mut State) -> Vec<Effect> {
    match state.reading() {
        Some(reading) => vec![state.call(Call::Activity(reading.key.clone()))],
        None => Vec::new(),
    }
}
