//! A world for unit tests: a real database in a temporary folder, a clock that tests own, and an
//! invented vendor that no use case may mistake for Falcon: a console whose routes stand in the
//! fragment and whose pages need not name the alert, alerts of many hosts, no place for a note, a last
//! actor that it names.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aside_shared::action::{Action, HostState, Isolation};
use aside_shared::alert::{Alert, AlertKey, AlertKind, Entity, EntityKind, Host};
use aside_shared::api::RecentAlert;
use aside_shared::console::{Console, Route};
use aside_shared::id::{AlertId, EntityId, HostId, TenantId};
use aside_shared::instant::{Clock as InstantClock, Instant};
use aside_shared::session::Phase;
use async_trait::async_trait;
use tokio::sync::{Notify, watch};

use aside_analyst::rules::RuleSet;

use crate::analyse::Analyses;
use crate::audit::{Audit, Notary};
use crate::auth::access::Tenant;
use crate::auth::sessions::Sessions;
use crate::clock::SharedClock;
use crate::clock::testing::ManualClock;
use crate::config::{CredentialConfig, PolicyConfig, TenantConfig};
use crate::http::App;
use crate::platforms::{
    AlertContext, Alerts, CallError, ContextReading, HostIsolation, Hosts, NotePlace, Notes,
    Platform, PlatformError, PlatformErrorKind, Probe, Probes,
};
use crate::respond::Respond;
use crate::store::Store;

/// What a test works with.
pub struct World {
    /// The database.
    pub store: Store,
    /// The clock.
    pub clock: Arc<ManualClock>,
    /// The log.
    pub audit: Audit,
    /// Sign-in.
    pub sessions: Sessions,
    /// Analyses, by no rule at all.
    pub analyses: Analyses,
    /// Proposals.
    pub respond: Respond,
    /// The vendor.
    pub vendor: Arc<Vendor>,
    /// Deleted when dropped.
    pub folder: tempfile::TempDir,
}

impl World {
    /// A new process over the same database and the same vendor.
    pub async fn restart(&mut self) {
        let folder = self.folder.path();
        let store = Store::open(&folder.join("aside.sqlite")).await.unwrap();
        let notary = Notary::open(&folder.join("key"), &folder.join("checkpoints")).unwrap();
        let clock: SharedClock = self.clock.clone();
        let audit = Audit::new(store.clone(), Arc::clone(&clock), notary);
        let (tenants, policy) = (&self.respond.tenants, &self.respond.policy);
        self.respond = Respond::new(
            store.clone(),
            audit.clone(),
            clock,
            Arc::clone(tenants),
            PolicyConfig::clone(policy),
        );
        self.store = store;
        self.audit = audit;
    }

    /// What handlers work with in this world.
    pub fn app(&self) -> App {
        App {
            store: self.store.clone(),
            audit: self.audit.clone(),
            clock: self.clock.clone(),
            tenants: Arc::clone(&self.respond.tenants),
            consoles: CONSOLES,
            sessions: self.sessions.clone(),
            analyses: self.analyses.clone(),
            respond: self.respond.clone(),
            limits: Arc::default(),
            closing: watch::channel(false).1,
        }
    }
}

/// The invented vendor's console. Of an alert in a drawer its address says nothing.
const CONSOLES: &[Console] = &[Console {
    platform: "invented",
    label: "Invented",
    hosts: &["*.invented.example"],
    routes: &[Route {
        name: "threat",
        pattern: "/app#/sites/{site}/threats/{id}",
        id: "{id}",
        tenant: None,
        carries_all: false,
    }],
    id_begins_with_tenant: false,
    id_prefixes: &["threat-"],
}];

/// A fresh world with two tenants of one console, `acme` and `umbra`, in assist phase.
pub async fn world() -> World {
    world_with(Arc::new(Vendor::new()), true, PolicyConfig::default()).await
}

/// A fresh world; without `notes` the vendor has no place for any.
pub async fn world_with(vendor: Arc<Vendor>, notes: bool, policy: PolicyConfig) -> World {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("aside.sqlite"))
        .await
        .unwrap();
    let clock = Arc::new(ManualClock::at(1_772_461_998_000));
    let notary = Notary::open(
        &folder.path().join("key"),
        &folder.path().join("checkpoints"),
    )
    .unwrap();
    let shared: SharedClock = clock.clone();
    let audit = Audit::new(store.clone(), Arc::clone(&shared), notary);
    let sessions = Sessions::new(store.clone(), audit.clone(), Arc::clone(&shared));
    let tenants = Arc::new(BTreeMap::from(["acme", "umbra"].map(|name| {
        let tenant = tenant(name, &vendor, notes);
        (TenantId::from(name), tenant)
    })));
    let analyses = Analyses::new(
        Arc::clone(&tenants),
        RuleSet::empty(),
        audit.clone(),
        Arc::clone(&shared),
    );
    let respond = Respond::new(store.clone(), audit.clone(), shared, tenants, policy);
    World {
        store,
        clock,
        audit,
        sessions,
        analyses,
        respond,
        vendor,
        folder,
    }
}

fn tenant(name: &str, vendor: &Arc<Vendor>, notes: bool) -> Tenant {
    let read = CredentialConfig {
        client_id: "r".to_owned(),
        label: None,
        secret_file: None,
        secret_env: Some("X".to_owned()),
    };
    let notes = if notes {
        NotePlace::At {
            words: "an entry in the case",
            notes: vendor.clone(),
        }
    } else {
        NotePlace::Nowhere {
            reason: "Invented has no place for one.".to_owned(),
        }
    };
    Tenant {
        config: TenantConfig {
            name: name.into(),
            platform: "invented".into(),
            phase: Phase::Assist,
            base_url: "https://api.invented.example".to_owned(),
            console_hosts: vec!["eu.invented.example".to_owned()],
            vendor_tenant: None,
            read,
            respond: None,
        },
        platform: Platform {
            place: "eu".to_owned(),
            service_account: "aside-respond".to_owned(),
            alerts: vendor.clone(),
            context: Some(vendor.clone()),
            hosts: Some(vendor.clone()),
            isolation: Some(vendor.clone()),
            notes,
            probes: vendor.clone(),
        },
    }
}

/// The invented vendor. What it is asked and how it answers is the test's.
pub struct Vendor {
    state: Mutex<VendorState>,
}

/// What the vendor's cloud holds.
pub struct VendorState {
    /// The hosts' isolation.
    pub isolation: BTreeMap<String, Isolation>,
    /// The role of every host.
    pub role: &'static str,
    /// Who the vendor names as the last who changed an isolation.
    pub last_actor: Option<String>,
    /// Requests to isolate or release, in order, those too that came to nothing.
    pub asked: Vec<Action>,
    /// Requests to write a note.
    pub note_requests: usize,
    /// Notes that stand there.
    pub notes: Vec<String>,
    /// How the next requests end; afterwards they are carried out and answered.
    pub next: Vec<Fate>,
    /// How the next notes end.
    pub next_notes: Vec<Fate>,
    /// Reads of hosts fail.
    pub hosts_down: bool,
    /// The next read of a host waits for it.
    pub held: Option<Arc<Notify>>,
    /// Reads of notes fail.
    pub notes_unreadable: bool,
    /// Reads of hosts so far, those that failed too.
    pub host_reads: usize,
    /// An accepted request stays pending.
    pub offline: bool,
    /// The alert that it has.
    pub alert: Alert,
    /// When the alert was last changed, milliseconds since the epoch.
    pub updated_unix_ms: i64,
    /// Reads of the alert so far.
    pub alerts_read: u32,
    /// Whoever reads what is around the alert meets a fault of Aside's own.
    pub context_breaks: bool,
}

/// How a request ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Carried out, and the answer is lost.
    LostAfter,
    /// Not carried out, and the answer is lost.
    LostBefore,
    /// Refused.
    Refused,
    /// Not carried out: a fault of Aside's own ends the call.
    Broken,
    /// Turned away unheard: the vendor's limit is reached for half a minute.
    Limited,
    /// It never reached the vendor.
    Unsent,
}

impl Fate {
    fn failure(self) -> CallError {
        match self {
            Self::Refused => CallError::Refused(error("409 wrong state")),
            Self::LostAfter | Self::LostBefore => CallError::AnswerLost(error("time-out")),
            Self::Limited => CallError::NotSent(limited()),
            Self::Unsent => CallError::NotSent(error("no connection")),
            Self::Broken => panic!("a fault of Aside's own"),
        }
    }
}

impl Vendor {
    /// Hosts `h1` and `h2`, connected.
    pub fn new() -> Self {
        Self {
            state: Mutex::new(VendorState {
                isolation: BTreeMap::from([
                    ("h1".to_owned(), Isolation::None),
                    ("h2".to_owned(), Isolation::None),
                ]),
                role: "Workstation",
                last_actor: None,
                asked: Vec::new(),
                note_requests: 0,
                notes: Vec::new(),
                next: Vec::new(),
                next_notes: Vec::new(),
                hosts_down: false,
                held: None,
                notes_unreadable: false,
                host_reads: 0,
                offline: false,
                alert: alert(),
                updated_unix_ms: 1_772_461_000_000,
                alerts_read: 0,
                context_breaks: false,
            }),
        }
    }

    /// Its state, to look at or to change behind Aside's back.
    pub fn state(&self) -> MutexGuard<'_, VendorState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An alert of the invented vendor that names both hosts.
pub fn alert() -> Alert {
    let host = |id: &str| Entity {
        id: EntityId(format!("host:{id}")),
        kind: EntityKind::Host(Host {
            id: id.into(),
            name: Some(id.to_uppercase()),
            os: None,
            role: None,
            domain: None,
            addresses: Vec::new(),
        }),
    };
    Alert {
        kind: AlertKind::Unknown("workspace threat".to_owned()),
        hosts: vec!["host:h1".into(), "host:h2".into()],
        entities: vec![host("h1"), host("h2")],
        ..Alert::new(
            AlertKey {
                tenant: "acme".into(),
                platform: "invented".into(),
                id: "a1".into(),
            },
            "Threat",
        )
    }
}

fn limited() -> PlatformError {
    PlatformError {
        kind: PlatformErrorKind::Limit { retry_after_s: 30 },
        detail: "Invented's limit is reached.".to_owned(),
        vendor_request_id: None,
    }
}

fn error(detail: &str) -> PlatformError {
    PlatformError {
        kind: PlatformErrorKind::Down,
        detail: detail.to_owned(),
        vendor_request_id: None,
    }
}

#[async_trait]
impl Alerts for Vendor {
    async fn alert(&self, key: &AlertKey) -> Result<Alert, PlatformError> {
        let mut state = self.state();
        state.alerts_read += 1;
        Ok(Alert {
            key: key.clone(),
            updated: Some(Instant {
                unix_ms: state.updated_unix_ms,
                clock: InstantClock::Cloud,
                raw: state.updated_unix_ms.to_string(),
            }),
            ..state.alert.clone()
        })
    }

    async fn recent(
        &self,
        tenant: &TenantId,
        _limit: u32,
    ) -> Result<Vec<RecentAlert>, PlatformError> {
        let alert = alert();
        Ok(vec![RecentAlert {
            key: AlertKey {
                tenant: tenant.clone(),
                ..alert.key
            },
            title: alert.title,
            severity: alert.severity.level,
            host: None,
            created_unix_ms: None,
        }])
    }
}

#[async_trait]
impl AlertContext for Vendor {
    async fn context(&self, _alert: &Alert) -> Result<ContextReading, PlatformError> {
        assert!(!self.state().context_breaks, "a fault of Aside's own");
        Err(error("no telemetry"))
    }
}

#[async_trait]
impl Hosts for Vendor {
    async fn state(&self, host: &HostId, now_unix_ms: i64) -> Result<HostState, PlatformError> {
        let held = self.state().held.take();
        if let Some(held) = held {
            held.notified().await;
        }
        let mut state = self.state();
        state.host_reads += 1;
        if state.hosts_down {
            return Err(error("503"));
        }
        Ok(HostState {
            id: host.clone(),
            name: Some(host.as_str().to_uppercase()),
            role: Some(state.role.to_owned()),
            isolation: state
                .isolation
                .get(host.as_str())
                .copied()
                .unwrap_or(Isolation::Unknown),
            online: Some(!state.offline),
            last_seen_unix_ms: None,
            last_actor: state.last_actor.clone(),
            read_unix_ms: now_unix_ms,
        })
    }
}

#[async_trait]
impl HostIsolation for Vendor {
    async fn ask(&self, action: Action, host: &HostId) -> Result<(), CallError> {
        let mut state = self.state();
        state.asked.push(action);
        let fate = if state.next.is_empty() {
            None
        } else {
            Some(state.next.remove(0))
        };
        if matches!(fate, None | Some(Fate::LostAfter)) {
            let current = state.isolation.get(host.as_str()).copied();
            // What never reached the host is taken back at once.
            let cancels = current == Some(action.undo().pending());
            let reached = match state.offline && !cancels {
                true => action.pending(),
                false => action.wanted(),
            };
            state.isolation.insert(host.as_str().to_owned(), reached);
            state.last_actor = state
                .last_actor
                .as_ref()
                .map(|_| "aside-respond".to_owned());
        }
        fate.map_or(Ok(()), |fate| Err(fate.failure()))
    }
}

#[async_trait]
impl Notes for Vendor {
    async fn has(&self, _alert: &AlertId, marker: &str) -> Result<bool, PlatformError> {
        let state = self.state();
        if state.notes_unreadable {
            return Err(error("403"));
        }
        Ok(state.notes.iter().any(|note| note.contains(marker)))
    }

    async fn write(&self, _alert: &AlertId, text: &str) -> Result<(), CallError> {
        let mut state = self.state();
        state.note_requests += 1;
        let fate = if state.next_notes.is_empty() {
            None
        } else {
            Some(state.next_notes.remove(0))
        };
        if matches!(fate, None | Some(Fate::LostAfter)) {
            state.notes.push(text.to_owned());
        }
        fate.map_or(Ok(()), |fate| Err(fate.failure()))
    }
}

#[async_trait]
impl Probes for Vendor {
    async fn probe(&self) -> Vec<Probe> {
        Vec::new()
    }
}
