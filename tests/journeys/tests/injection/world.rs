//! A backend in this process: the real one, over ports of this test. Alerts go through the vendor's normaliser,
//! telemetry through its client over HTTP, the model's client asks an endpoint over HTTP.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aside_analyst::chat::{self, Reply as Intent};
use aside_backend::analyse::{About, Analyses, SecondVoice};
use aside_backend::audit::{Audit, Notary};
use aside_backend::auth::access::{Access, Tenant};
use aside_backend::clock::{Clock, SharedClock};
use aside_backend::config::{CredentialConfig, ModelConfig, TenantConfig};
use aside_backend::model::Model;
use aside_backend::platforms::{
    Alerts, CallError, HostIsolation, PlatformError, PlatformErrorKind, Registration, registration,
};
use aside_backend::respond::Tenants;
use aside_backend::server::load_rules;
use aside_backend::store::Store;
use aside_backend::store::accounts::{Grant, Session};
use aside_shared::action::Action;
use aside_shared::alert::{Alert, AlertKey};
use aside_shared::api::RecentAlert;
use aside_shared::audit::AuditEntry;
use aside_shared::id::{HostId, TenantId};
use aside_shared::session::{Phase, Role};
use async_trait::async_trait;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::endpoint::Endpoint;
use super::fields::{Record, Records, TERM};
use super::obedient;
use super::told::Told;

/// A question that no built-in intent knows.
pub const QUESTION: &str = "Anything odd here?";
/// Longer than runs are kept.
const LATER_MS: i64 = 11 * 60 * 1000;

/// The backend.
pub struct World {
    analyses: Analyses,
    alone: Analyses,
    with_prose: Analyses,
    store: Store,
    clock: Arc<Steps>,
    vendor: Arc<Vendor>,
    /// The model's endpoint.
    pub endpoint: Arc<Endpoint>,
    /// The host's id at the vendor.
    pub aid: String,
    _folder: tempfile::TempDir,
}

/// The vendor: one alert at a time, and the rows of its telemetry.
struct Vendor {
    registration: &'static Registration,
    alert: Mutex<Value>,
    rows: Mutex<Value>,
    acted: AtomicUsize,
}

/// A clock that moves on from alert to alert.
struct Steps(AtomicI64);

impl Clock for Steps {
    fn now_unix_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

fn of<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    /// World number `number`, in the running runtime.
    pub async fn start(number: usize) -> Self {
        // The first one of the process installs it.
        drop(rustls::crypto::ring::default_provider().install_default());
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let store = Store::open(&path("aside.sqlite")).await.expect("a store");
        let notary = Notary::open(&path("key"), &path("checkpoints")).expect("a notary");
        let clock = Arc::new(Steps(AtomicI64::new(1_772_461_998_000)));
        let shared: SharedClock = clock.clone();
        let audit = Audit::new(store.clone(), Arc::clone(&shared), notary);
        let vendor = Arc::new(Vendor {
            registration: registration("crowdstrike").expect("a registration"),
            alert: Mutex::default(),
            rows: Mutex::default(),
            acted: AtomicUsize::new(0),
        });
        let vendor_url = listen(vendor_routes(Arc::clone(&vendor))).await;
        let endpoint = Endpoint::start().await;
        std::fs::write(path("secret"), "secret").expect("written");
        let tenants: Tenants = Arc::new(BTreeMap::from(["alpha", "beta"].map(|name| {
            let tenant = tenant(name, &vendor_url, &path("secret"), &vendor);
            (TenantId::from(name), tenant)
        })));
        let analyses = || {
            let rules = load_rules(&[""; 0]).expect("rules");
            Analyses::new(Arc::clone(&tenants), rules, audit.clone(), shared.clone())
        };
        let with_model = analyses();
        let voiced = |prose: &str| {
            let config = model(&endpoint.base_url, prose);
            let model = Model::connect(&config).expect("a model");
            let voice = SecondVoice::new(model, store.clone(), audit.clone(), shared.clone());
            with_model.clone().with_second_voice(voice)
        };
        let world = Self {
            analyses: voiced("off"),
            with_prose: voiced("marked"),
            alone: analyses(),
            aid: format!("{:032x}", 0xc36c_42b6 + number),
            store,
            clock,
            vendor,
            endpoint,
            _folder: folder,
        };
        world.remember_another().await;
        world
    }

    /// Lets the model read an alert of other people, which it will remember.
    async fn remember_another(&self) {
        let mut other = Record::Endpoint.records(&self.aid, 1_000_000);
        for (place, name) in [
            ("/alert/device/hostname", obedient::OTHER_HOST),
            ("/alert/user_name", obedient::OTHER_USER),
            ("/alert/device/machine_domain", obedient::OTHER_DOMAIN),
        ] {
            other.put(place, name.to_owned());
        }
        self.told(&other, Some(false), false).await;
        self.endpoint.exchanged();
    }

    /// What is told of these records: without a model, or with it, and with its free wording or not; and what is
    /// answered to [`QUESTION`], by the model if it is asked that too.
    pub async fn told(&self, records: &Records, prose: Option<bool>, asks: bool) -> Told {
        *of(&self.vendor.alert) = records.document["alert"].clone();
        *of(&self.vendor.rows) = records.document["rows"].clone();
        self.clock.0.fetch_add(LATER_MS, Ordering::SeqCst);
        let has_telemetry = records.document["rows"] != json!([]);
        let key = AlertKey {
            tenant: if has_telemetry { "beta" } else { "alpha" }.into(),
            platform: "crowdstrike".into(),
            id: records.text("/alert/composite_id").into(),
        };
        let analyses = match prose {
            None => &self.alone,
            Some(false) => &self.analyses,
            Some(true) => &self.with_prose,
        };
        let access = analyst();
        let id = analyses.start(&access, &key).await;
        let id = id.unwrap_or_else(|_| panic!("{key:?} is analysed"));
        let run = analyses.open(&access, &id).await;
        let run = run.ok().flatten().expect("the run");
        let mut grown = run.grown();
        let is_over = || run.after(0).is_some_and(|(_, is_over)| is_over);
        grown.wait_for(|_| is_over()).await.expect("it ends");
        let events = run.after(0).expect("events").0;
        let latest = analyses.latest(&access, &key).await;
        let latest = latest.unwrap_or_else(|_| panic!("{key:?} is there"));
        let (alert, analysis) = (&latest.alert, &latest.analysis);
        let answer = match chat::answer(analyses.rules(), alert, analysis, QUESTION) {
            Intent::Answer(answer) => answer,
            Intent::HostState { .. } => panic!("{QUESTION} asks for no host"),
        };
        let about = About {
            alert,
            analysis,
            telemetry: latest.telemetry.as_ref(),
            question: Some(QUESTION),
            actor: "ana",
        };
        let answer = match asks {
            true => analyses.or_by_model(&about, answer).await,
            false => answer,
        };
        Told { events, answer }
    }

    /// How often the vendor was asked to change a host.
    pub fn acted(&self) -> usize {
        self.vendor.acted.load(Ordering::SeqCst)
    }

    /// The audit log.
    pub async fn log(&self) -> Vec<AuditEntry> {
        self.store.audit_log().await.expect("the log")
    }
}

fn analyst() -> Access {
    Access {
        user: "ana".into(),
        session: Session {
            id: "s".to_owned(),
            user: "ana".into(),
            ends_unix_ms: i64::MAX,
            token_ends_unix_ms: i64::MAX,
        },
        grants: vec![Grant {
            tenant: "*".into(),
            role: Role::Lead,
        }],
    }
}

fn model(base_url: &str, prose: &str) -> ModelConfig {
    let config = json!({
        "base_url": base_url, "name": "triage", "deadline_seconds": 60, "schema_form": "json_schema", "prose": prose,
        "terms": [TERM],
    });
    serde_json::from_value(config).expect("a configuration")
}

/// `alpha` has no telemetry, `beta` reads it over the vendor's HTTP. Both can isolate, as far as the panel knows.
fn tenant(name: &str, url: &str, secret: &std::path::Path, vendor: &Arc<Vendor>) -> Tenant {
    let credential = CredentialConfig {
        client_id: "client".to_owned(),
        label: None,
        secret_file: Some(secret.to_owned()),
        secret_env: None,
    };
    let config = TenantConfig {
        name: name.into(),
        platform: "crowdstrike".into(),
        phase: Phase::Assist,
        base_url: url.to_owned(),
        console_hosts: vec!["falcon.crowdstrike.com".to_owned()],
        vendor_tenant: None,
        read: credential.clone(),
        respond: Some(credential),
    };
    let connected = (vendor.registration.connect)(&config).expect("a platform");
    let mut platform = connected;
    platform.alerts = vendor.clone();
    platform.isolation = Some(vendor.clone());
    if name == "alpha" {
        platform.context = None;
    }
    Tenant { config, platform }
}

#[async_trait]
impl Alerts for Vendor {
    async fn alert(&self, key: &AlertKey) -> Result<Alert, PlatformError> {
        let raw = of(&self.alert).clone();
        let read = (self.registration.normalise)(&key.tenant, &raw);
        let alert = read.into_iter().next().and_then(Result::ok);
        alert.ok_or_else(|| PlatformError {
            kind: PlatformErrorKind::NotFound,
            detail: "no alert".to_owned(),
            vendor_request_id: None,
        })
    }

    async fn recent(&self, _: &TenantId, _: u32) -> Result<Vec<RecentAlert>, PlatformError> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl HostIsolation for Vendor {
    async fn ask(&self, _: Action, _: &HostId) -> Result<(), CallError> {
        self.acted.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

async fn listen(routes: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://{address}")
}

fn vendor_routes(vendor: Arc<Vendor>) -> Router {
    const JOBS: &str = "/humio/api/v1/repositories/search-all/queryjobs";
    let token = || async { Json(json!({ "access_token": "t", "expires_in": 1799 })) };
    let found = |State(vendor): State<Arc<Vendor>>| async move {
        Json(json!({ "done": true, "events": *of(&vendor.rows) }))
    };
    Router::new()
        .route("/oauth2/token", post(token))
        .route(JOBS, post(|| async { Json(json!({ "id": "job" })) }))
        .route(
            &format!("{JOBS}/job"),
            get(found).delete(|| async { StatusCode::OK }),
        )
        .with_state(vendor)
}
