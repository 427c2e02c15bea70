//! What a console's vendor can do for Aside: small capability traits, and the registry of vendors.
//!
//! A use case never names a vendor: it asks a [`Platform`] for a capability and gets it or not. A
//! vendor never names a use case. A new platform is a folder here, its routes in
//! `aside_shared::console`, and one line in [`REGISTRY`].

pub mod crowdstrike;
pub mod document;
pub mod transport;

use std::sync::Arc;

use aside_shared::action::{Action, HostState};
use aside_shared::alert::{Alert, AlertKey, Entity, Evidence, Verb};
use aside_shared::api::RecentAlert;
use aside_shared::event::ContextState;
use aside_shared::id::{AlertId, HostId, TenantId};
use aside_shared::problem::{Problem, ProblemKind};
use async_trait::async_trait;

use crate::config::{TenantConfig, Wrong};

/// A vendor, as this build knows it.
pub struct Registration {
    /// The platform's id, as in its console's route table.
    pub platform: &'static str,
    /// Connects a configured tenant. Does no I/O yet.
    pub connect: fn(&TenantConfig) -> Result<Platform, String>,
    /// Checks what only the vendor's own form tells of a tenant's configuration.
    pub validate: fn(&TenantConfig) -> Result<(), Wrong>,
    /// Normalises the alerts of an exported document (`aside alert`): one or several, each or why it is
    /// none.
    pub normalise: fn(&TenantId, &serde_json::Value) -> Vec<Result<Alert, String>>,
}

/// All vendors.
pub const REGISTRY: &[Registration] = &[crowdstrike::REGISTRATION];

/// The registration of a platform.
pub fn registration(platform: &str) -> Option<&'static Registration> {
    REGISTRY
        .iter()
        .find(|registration| registration.platform == platform)
}

/// One tenant's connection: what its vendor can do with the credentials that are configured.
#[derive(Clone)]
pub struct Platform {
    /// Where the vendor is reached, in few words: `eu-1`.
    pub place: String,
    /// The name under which the vendor logs what Aside does with the respond credential.
    pub service_account: String,
    /// Reads one alert and lists recent ones.
    pub alerts: Arc<dyn Alerts>,
    /// Reads what happened around an alert.
    pub context: Option<Arc<dyn AlertContext>>,
    /// Reads a host as it is now.
    pub hosts: Option<Arc<dyn Hosts>>,
    /// Isolates and releases hosts. Absent without a respond credential.
    pub isolation: Option<Arc<dyn HostIsolation>>,
    /// Where a note of what was done goes, or that there is no place for one.
    pub notes: NotePlace,
    /// What `aside check` tries.
    pub probes: Arc<dyn Probes>,
}

impl Platform {
    /// What this tenant's credentials can carry out.
    pub fn actions(&self) -> Vec<Action> {
        match (&self.isolation, &self.hosts) {
            (Some(_), Some(_)) => vec![Action::IsolateHost, Action::ReleaseHost],
            _ => Vec::new(),
        }
    }
}

/// Where a note of what was done goes.
#[derive(Clone)]
pub enum NotePlace {
    /// Onto the alert, a case, an investigation: `words` says which, for the approval sheet.
    At {
        /// `a comment on the alert`
        words: &'static str,
        /// Writes and reads them.
        notes: Arc<dyn Notes>,
    },
    /// The vendor has no place, or the credential may not write there: why.
    Nowhere {
        /// In one sentence.
        reason: String,
    },
}

/// Reads alerts.
#[async_trait]
pub trait Alerts: Send + Sync {
    /// The alert as the vendor has it now.
    async fn alert(&self, key: &AlertKey) -> Result<Alert, PlatformError>;
    /// The newest alerts, newest first, at most `limit`.
    async fn recent(
        &self,
        tenant: &TenantId,
        limit: u32,
    ) -> Result<Vec<RecentAlert>, PlatformError>;
}

/// Reads what happened around an alert: process tree and related events.
#[async_trait]
pub trait AlertContext: Send + Sync {
    /// What the vendor's telemetry has. An empty reading says why in its state.
    async fn context(&self, alert: &Alert) -> Result<ContextReading, PlatformError>;
}

/// What was read around an alert.
#[derive(Debug)]
pub struct ContextReading {
    /// How complete it is.
    pub state: ContextState,
    /// What was asked for: where nothing of it came, there was nothing.
    pub looked_for: Vec<Verb>,
    /// Entities, with the ids that the alert's own have where they are the same.
    pub entities: Vec<Entity>,
    /// Evidence.
    pub evidence: Vec<Evidence>,
}

impl ContextReading {
    /// Nothing, and why.
    pub fn unavailable(reason: impl Into<String>) -> Self {
        Self {
            state: ContextState::Unavailable {
                reason: reason.into(),
            },
            looked_for: Vec::new(),
            entities: Vec::new(),
            evidence: Vec::new(),
        }
    }
}

/// Reads hosts.
#[async_trait]
pub trait Hosts: Send + Sync {
    /// The host's state now. `now_unix_ms` becomes its `read_unix_ms`.
    async fn state(&self, host: &HostId, now_unix_ms: i64) -> Result<HostState, PlatformError>;
}

/// Cuts hosts off and lets them back. Only the outbox worker calls this.
#[async_trait]
pub trait HostIsolation: Send + Sync {
    /// Asks the vendor to carry out `action`. `Ok` means accepted, not done.
    async fn ask(&self, action: Action, host: &HostId) -> Result<(), CallError>;
}

/// Reads and writes notes. Only the outbox worker writes.
#[async_trait]
pub trait Notes: Send + Sync {
    /// Whether a note that contains `marker` stands at the alert.
    async fn has(&self, alert: &AlertId, marker: &str) -> Result<bool, PlatformError>;
    /// Writes a note.
    async fn write(&self, alert: &AlertId, text: &str) -> Result<(), CallError>;
}

/// What `aside check` prints of one credential or scope.
#[derive(Debug, PartialEq, Eq)]
pub struct Probe {
    /// Which credential: `read`, `respond`.
    pub credential: &'static str,
    /// What was tried: `Alerts: read`.
    pub what: String,
    /// What came of it.
    pub result: ProbeResult,
}

/// What came of a probe.
#[derive(Debug, PartialEq, Eq)]
pub enum ProbeResult {
    /// The vendor allowed it.
    Allowed,
    /// The vendor refused it, and its words.
    Refused(String),
    /// It cannot be tried without acting.
    NotProvable(String),
    /// It could not be tried: the vendor did not answer.
    Failed(String),
}

/// Tries what a tenant's credentials may do, without changing anything.
#[async_trait]
pub trait Probes: Send + Sync {
    /// All probes, in the order in which they are printed.
    async fn probe(&self) -> Vec<Probe>;
}

/// Why a read failed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{detail}")]
pub struct PlatformError {
    /// What the caller can do about it.
    pub kind: PlatformErrorKind,
    /// What was tried, on what, why it failed.
    pub detail: String,
    /// The vendor's id of the request.
    pub vendor_request_id: Option<String>,
}

/// What sort of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlatformErrorKind {
    /// The vendor has no such thing.
    NotFound,
    /// Credential refused: wrong, expired, or a scope is missing.
    Credential,
    /// The vendor's limit is reached, for about that many seconds.
    Limit {
        /// Seconds to wait.
        retry_after_s: u32,
    },
    /// No answer, a server error, or one that cannot be read.
    Down,
}

impl PlatformError {
    /// How long the vendor asks to wait, milliseconds; 0 where it does not.
    pub fn wait_ms(&self) -> i64 {
        match self.kind {
            PlatformErrorKind::Limit { retry_after_s } => i64::from(retry_after_s) * 1000,
            _ => 0,
        }
    }
}

impl From<PlatformError> for Problem {
    fn from(error: PlatformError) -> Self {
        let (kind, retry_after_s) = match error.kind {
            PlatformErrorKind::NotFound => (ProblemKind::AlertNotFound, None),
            PlatformErrorKind::Credential => (ProblemKind::VendorCredential, None),
            PlatformErrorKind::Limit { retry_after_s } => {
                (ProblemKind::VendorLimit, Some(retry_after_s))
            }
            PlatformErrorKind::Down => (ProblemKind::VendorDown, Some(20)),
        };
        let mut problem = Self::new(kind, error.detail);
        problem.retry_after_s = retry_after_s;
        problem.vendor_request_id = error.vendor_request_id;
        problem
    }
}

/// Why a call that changes something failed. The difference decides whether it may be repeated.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CallError {
    /// The vendor refused it, and would again: nothing has changed.
    #[error("{0}")]
    Refused(PlatformError),
    /// It never reached the vendor, or was turned away at a limit: nothing has changed, and it may
    /// be sent again, at a limit ([`PlatformErrorKind::Limit`]) when its time has passed.
    #[error("{0}")]
    NotSent(PlatformError),
    /// It was sent and no clear answer came: it may have been carried out.
    #[error("{0}")]
    AnswerLost(PlatformError),
}
