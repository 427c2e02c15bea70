//! One analysis as a stream of events, shared by everybody who looks at the same alert.
//!
//! The alert's own record is analysed as soon as the vendor answers; the telemetry around it follows
//! and adds claims below. A model, if one is configured, is asked last: where its claims stand they take the
//! place of those that were told. Priority, actions and timeline stay as they were.

mod prompt;
mod second_voice;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use aside_analyst::ground::Telemetry;
use aside_analyst::rules::RuleSet;
use aside_shared::alert::{Alert, AlertKey};
use aside_shared::analysis::{Analysis, Claim, ClaimKind, Recommendation, View};
use aside_shared::audit::AuditAction;
use aside_shared::event::{AnalysisEvent, Context, ContextPlace, ContextState, Done};
use aside_shared::id::{AnalysisId, UserName};
use aside_shared::model::Came;
use aside_shared::problem::{Problem, ProblemKind};
use tokio::sync::watch;

use crate::audit::{ASIDE, Audit, Record};
use crate::auth::access::{Access, Need, Tenant};
use crate::clock::SharedClock;
use crate::http::Fault;
use crate::platforms::ContextReading;
use crate::respond::Tenants;
use crate::respond::propose::Because;

pub use second_voice::{About, SecondVoice};

/// How long a run's events are kept after its end.
const KEEP_MS: i64 = 10 * 60 * 1000;
/// How long a reading of an alert serves others who open it too.
const FRESH_MS: i64 = 2_000;

/// All analyses under way or kept.
#[derive(Clone)]
pub struct Analyses {
    tenants: Tenants,
    rules: Arc<RuleSet>,
    audit: Audit,
    clock: SharedClock,
    runs: Arc<Mutex<Vec<Arc<Run>>>>,
    /// One reading of an alert at a time, for each alert.
    reading: Arc<Mutex<HashMap<AlertKey, Arc<tokio::sync::Mutex<()>>>>>,
    second_voice: Option<Arc<SecondVoice>>,
}

/// One analysis.
pub struct Run {
    id: AnalysisId,
    key: AlertKey,
    rules: String,
    state: Mutex<State>,
    grown: watch::Sender<usize>,
}

struct State {
    alert: Alert,
    analysis: Option<Analysis>,
    /// What was asked of the telemetry around the alert, once it was read.
    telemetry: Option<Telemetry>,
    events: Vec<AnalysisEvent>,
    read_unix_ms: i64,
    ended_unix_ms: Option<i64>,
    told: HashSet<UserName>,
}

impl Run {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, event: AnalysisEvent) {
        let mut state = self.state();
        state.events.push(event);
        self.grown.send_replace(state.events.len());
    }

    /// Whether it came to an end that is none.
    fn has_failed(&self) -> bool {
        matches!(self.state().events.last(), Some(AnalysisEvent::Failed(_)))
    }

    /// Whether it came to an end without the model's voice, which was asked for: a later reader may ask again.
    fn has_lost_its_voice(&self) -> bool {
        let state = self.state();
        let is_lost = |event: &AnalysisEvent| matches!(event, AnalysisEvent::Model(report) if matches!(report.came, Came::Nothing { .. }));
        state.events.last().is_some_and(AnalysisEvent::is_last) && state.events.iter().any(is_lost)
    }

    /// The events after the first `seen`, and whether nothing follows them; `None` if there never were
    /// so many.
    pub fn after(&self, seen: usize) -> Option<(Vec<AnalysisEvent>, bool)> {
        let state = self.state();
        let events = state.events.get(seen..)?.to_vec();
        let is_over = state.events.last().is_some_and(AnalysisEvent::is_last);
        Some((events, is_over))
    }

    /// Tells how many events there are, whenever that changes.
    pub fn grown(&self) -> watch::Receiver<usize> {
        self.grown.subscribe()
    }

    /// The alert with all that was read around it so far.
    pub fn alert(&self) -> Alert {
        self.state().alert.clone()
    }
}

impl Analyses {
    /// No analyses yet.
    pub fn new(tenants: Tenants, rules: RuleSet, audit: Audit, clock: SharedClock) -> Self {
        Self {
            tenants,
            rules: Arc::new(rules),
            audit,
            clock,
            runs: Arc::default(),
            reading: Arc::default(),
            second_voice: None,
        }
    }

    /// The same, with a model that is asked about every alert.
    pub fn with_second_voice(mut self, voice: Arc<SecondVoice>) -> Self {
        self.second_voice = Some(voice);
        self
    }

    /// Starts the analysis of an alert, or joins the one that is there for the same state of it.
    /// Answers when the vendor has: whether there is such an alert is known by then.
    pub async fn start(&self, access: &Access, key: &AlertKey) -> Result<AnalysisId, Fault> {
        let tenant = self.readable(access, key)?;
        Ok(self.run(tenant, key).await?.id.clone())
    }

    /// The run of that id, for this caller: authorized anew, and recorded the first time.
    pub async fn open(&self, access: &Access, id: &AnalysisId) -> Result<Option<Arc<Run>>, Fault> {
        let run = self.runs().iter().find(|run| &run.id == id).cloned();
        let Some(run) = run else { return Ok(None) };
        self.readable(access, &run.key)?;
        self.record_read(access, &run).await?;
        Ok(Some(run))
    }

    /// Alert and analysis for a question or a proposal: the latest there is, else a new one.
    pub async fn latest(&self, access: &Access, key: &AlertKey) -> Result<Latest, Fault> {
        let tenant = self.readable(access, key)?;
        let known = self
            .runs()
            .iter()
            .rev()
            .find(|run| &run.key == key && run.state().analysis.is_some())
            .cloned();
        let run = match known {
            Some(run) => run,
            None => self.run(tenant, key).await?,
        };
        self.record_read(access, &run).await?;
        let state = run.state();
        let analysis = state
            .analysis
            .clone()
            .unwrap_or_else(|| aside_analyst::analyse(&self.rules, &state.alert));
        Ok(Latest {
            alert: state.alert.clone(),
            telemetry: state.telemetry.clone(),
            analysis,
        })
    }

    /// The rules in use.
    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    fn readable(&self, access: &Access, key: &AlertKey) -> Result<&Tenant, Fault> {
        access.require(&key.tenant, Need::Read)?;
        let tenant = self
            .tenants
            .get(&key.tenant)
            .filter(|tenant| tenant.config.platform == key.platform);
        let unknown = || {
            Problem::new(
                ProblemKind::UnknownTenant,
                format!(
                    "No tenant {} of {} is configured.",
                    key.tenant, key.platform
                ),
            )
        };
        Ok(tenant.ok_or_else(unknown)?)
    }

    /// No entry, no answer: of each run once for each user.
    async fn record_read(&self, access: &Access, run: &Run) -> Result<(), Fault> {
        if run.state().told.contains(&access.user) {
            return Ok(());
        }
        self.audit
            .record(read_record(access, &run.key, "opened the alert"))
            .await?;
        run.state().told.insert(access.user.clone());
        Ok(())
    }

    /// The same for what Aside itself has of an alert (its proposals, its activity), which is told
    /// though the vendor does not answer: an entry, unless one says already that he has read it.
    pub async fn record_look(&self, access: &Access, key: &AlertKey) -> Result<(), Fault> {
        access.require(&key.tenant, Need::Read)?;
        if !self.audit.has_read(&access.user, key).await? {
            self.audit
                .record(read_record(access, key, "saw what Aside has of the alert"))
                .await?;
        }
        Ok(())
    }

    async fn run(&self, tenant: &Tenant, key: &AlertKey) -> Result<Arc<Run>, Fault> {
        let one = {
            let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
            reading.retain(|_, lock| Arc::strong_count(lock) > 1);
            Arc::clone(reading.entry(key.clone()).or_default())
        };
        let _turn = one.lock().await;
        let now = self.clock.now_unix_ms();
        if let Some(run) = self.runs().iter().find(|run| {
            &run.key == key && now - run.state().read_unix_ms < FRESH_MS && !run.has_failed()
        }) {
            return Ok(Arc::clone(run));
        }
        let asked = Instant::now();
        let alert = tenant
            .platform
            .alerts
            .alert(key)
            .await
            .map_err(Problem::from)?;
        let vendor_ms = asked.elapsed().as_millis().try_into().unwrap_or(u64::MAX);
        let same = self
            .runs()
            .iter()
            .rev()
            .find(|run| {
                run.key == *key
                    && run.rules == self.rules.digest()
                    && !run.has_failed()
                    && !run.has_lost_its_voice()
                    && run.state().alert.updated == alert.updated
            })
            .cloned();
        if let Some(run) = same {
            run.state().read_unix_ms = self.clock.now_unix_ms();
            return Ok(run);
        }
        let run = Arc::new(Run {
            id: AnalysisId(uuid::Uuid::new_v4().to_string()),
            key: key.clone(),
            rules: self.rules.digest().to_owned(),
            state: Mutex::new(State {
                alert,
                analysis: None,
                telemetry: None,
                events: Vec::new(),
                read_unix_ms: self.clock.now_unix_ms(),
                ended_unix_ms: None,
                told: HashSet::new(),
            }),
            grown: watch::Sender::new(0),
        });
        self.runs().push(Arc::clone(&run));
        let context = tenant.platform.context.clone();
        let (rules, clock, kept) = (
            Arc::clone(&self.rules),
            Arc::clone(&self.clock),
            Arc::clone(&run),
        );
        let second_voice = self.second_voice.clone();
        tokio::spawn(async move {
            let _ending = Ending { run: &kept, clock };
            let mut voice = Voice::new(&kept, &rules, vendor_ms);
            voice.begin();
            if let Some(context) = context {
                let asked = Instant::now();
                let alert = kept.alert();
                let reading = context.context(&alert).await;
                voice.vendor_ms += u64::try_from(asked.elapsed().as_millis()).unwrap_or(u64::MAX);
                voice.add(
                    reading.unwrap_or_else(|error| ContextReading::unavailable(error.to_string())),
                );
            }
            voice.conclude();
            if let Some(second_voice) = second_voice {
                voice.give_way_to(&second_voice).await;
            }
            voice.end();
        });
        Ok(run)
    }

    /// The runs, without those whose time is over.
    fn runs(&self) -> MutexGuard<'_, Vec<Arc<Run>>> {
        let now = self.clock.now_unix_ms();
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        runs.retain(|run| {
            run.state()
                .ended_unix_ms
                .is_none_or(|ended| now - ended < KEEP_MS)
        });
        runs
    }
}

/// What is known of an alert by now.
pub struct Latest {
    /// The alert, with what was read around it and derived from it.
    pub alert: Alert,
    /// What the rules say of it.
    pub analysis: Analysis,
    /// What was asked of the telemetry around it, once it was read.
    pub telemetry: Option<Telemetry>,
}

/// Ends a run, however its work ends: a fault in it must not leave a stream open for ever.
struct Ending<'a> {
    run: &'a Run,
    clock: SharedClock,
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        let is_over = self
            .run
            .state()
            .events
            .last()
            .is_some_and(AnalysisEvent::is_last);
        if !is_over {
            tracing::error!(analysis = %self.run.id, "the analysis was broken off");
            self.run.push(AnalysisEvent::Failed(Problem::new(
                ProblemKind::Internal,
                "The analysis was broken off by a fault of Aside. What was shown stands; try again for the rest.",
            )));
        }
        self.run.state().ended_unix_ms = Some(self.clock.now_unix_ms());
    }
}

fn read_record(access: &Access, key: &AlertKey, what: &str) -> Record {
    Record::new(access.user.as_str(), AuditAction::AlertRead, what).on_alert(key)
}

/// Why an action is proposed: the analysis' lead.
pub fn because(analysis: &Analysis) -> Because {
    let lead = analysis
        .claims
        .iter()
        .find(|claim| claim.lead)
        .or(analysis.claims.first());
    let evidence = lead.map(|claim| claim.evidence.clone()).unwrap_or_default();
    let text = match &analysis.assessment.cause {
        cause if cause.is_empty() => "An analyst asked for it".to_owned(),
        cause => cause.clone(),
    };
    Because { text, evidence }
}

/// Whether a reader of `said` learns nothing from `claim`: the same words, or another technique as a
/// second opinion on what is told already.
fn says_the_same(said: &Claim, claim: &Claim) -> bool {
    let is_technique =
        |claim: &Claim| matches!(claim.kind, ClaimKind::View(View::Technique { .. }));
    said.sentence == claim.sentence
        || (is_technique(said) && is_technique(claim))
        || (said.lead
            && said
                .sentence
                .starts_with(&claim.sentence[..claim.sentence.len().saturating_sub(1)]))
}

/// Says an analysis event by event, and nothing twice.
struct Voice<'a> {
    run: &'a Run,
    rules: &'a RuleSet,
    claims: Vec<Claim>,
    actions: Vec<Recommendation>,
    dropped: u32,
    vendor_ms: u64,
    analyst_us: u64,
}

impl<'a> Voice<'a> {
    fn new(run: &'a Run, rules: &'a RuleSet, vendor_ms: u64) -> Self {
        Self {
            run,
            rules,
            claims: Vec::new(),
            actions: Vec::new(),
            dropped: 0,
            vendor_ms,
            analyst_us: 0,
        }
    }

    /// The alert's own record. What is not known is said only at the end.
    fn begin(&mut self) {
        self.run
            .push(AnalysisEvent::Alert(Box::new(self.run.alert())));
        let analysis = self.analyse();
        self.say(&analysis, |claim| !matches!(claim.kind, ClaimKind::Gap(_)));
    }

    fn add(&mut self, reading: ContextReading) {
        let ContextReading {
            state,
            looked_for,
            entities,
            evidence,
        } = reading;
        {
            let mut run = self.run.state();
            run.alert.merge(entities.clone(), evidence.clone());
            run.telemetry = Some(Telemetry {
                state: state.clone(),
                looked_for,
            });
        }
        self.run.push(AnalysisEvent::Context(Context {
            place: ContextPlace::Telemetry,
            state,
            entities,
            evidence,
        }));
    }

    fn conclude(&mut self) {
        let analysis = self.analyse();
        self.say(&analysis, |_| true);
    }

    /// The model's turn, after all that the rules say.
    async fn give_way_to(&self, second_voice: &SecondVoice) {
        let (alert, analysis, telemetry) = {
            let state = self.run.state();
            let Some(analysis) = state.analysis.clone() else {
                return;
            };
            // What the model adds to, and what stands without it, is what was told.
            let claims = self.claims.clone();
            let analysis = Analysis { claims, ..analysis };
            (state.alert.clone(), analysis, state.telemetry.clone())
        };
        let about = About {
            alert: &alert,
            analysis: &analysis,
            telemetry: telemetry.as_ref(),
            question: None,
            actor: ASIDE,
        };
        let model = second_voice.name().to_owned();
        self.run.push(AnalysisEvent::AskingModel { model });
        let report = second_voice.speak(&about).await;
        self.run.push(AnalysisEvent::Model(Box::new(report)));
    }

    fn end(&self) {
        let evidence = self.run.state().alert.evidence.len();
        self.run.push(AnalysisEvent::Done(Done {
            evidence: u32::try_from(evidence).unwrap_or(u32::MAX),
            dropped: self.dropped,
            rules: u32::try_from(self.rules.len()).unwrap_or(u32::MAX),
            vendor_ms: self.vendor_ms,
            analyst_us: self.analyst_us,
        }));
    }

    fn analyse(&mut self) -> Analysis {
        let started = Instant::now();
        let alert = self.run.alert();
        let analysis = aside_analyst::analyse(self.rules, &alert);
        self.analyst_us += u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.dropped = analysis.dropped;
        let mut state = self.run.state();
        state.alert.merge(Vec::new(), analysis.derived.clone());
        state.analysis = Some(analysis.clone());
        analysis
    }

    fn say(&mut self, analysis: &Analysis, which: impl Fn(&Claim) -> bool) {
        if !analysis.derived.is_empty() {
            self.run.push(AnalysisEvent::Context(Context {
                place: ContextPlace::Decoded,
                state: ContextState::Complete,
                entities: Vec::new(),
                evidence: analysis.derived.clone(),
            }));
        }
        self.run.push(AnalysisEvent::Priority(Box::new(
            analysis.assessment.clone(),
        )));
        for claim in analysis.claims.iter().filter(|claim| which(claim)) {
            let is_new = !self.claims.iter().any(|said| says_the_same(said, claim));
            if is_new {
                let mut claim = claim.clone();
                // One sentence leads; a later reading adds below it.
                claim.lead &= !self.claims.iter().any(|said| said.lead);
                self.run.push(AnalysisEvent::Claim(claim.clone()));
                self.claims.push(claim);
            }
        }
        self.run
            .push(AnalysisEvent::Timeline(analysis.timeline.clone()));
        for action in &analysis.recommendations {
            if !self
                .actions
                .iter()
                .any(|said| said.step == action.step && said.title == action.title)
            {
                self.run.push(AnalysisEvent::Action(action.clone()));
                self.actions.push(action.clone());
            }
        }
    }
}
