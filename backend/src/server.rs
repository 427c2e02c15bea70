//! The running backend: configuration in, a listening server and its workers out.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aside_analyst::rules::RuleSet;
use aside_shared::console::CONSOLES;
use axum_server::Handle;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use tokio::sync::watch;

use crate::analyse::{Analyses, SecondVoice};
use crate::audit::{Audit, Notary};
use crate::auth::access::Tenant;
use crate::auth::sessions::Sessions;
use crate::clock::{SharedClock, SystemClock};
use crate::config::Config;
use crate::http::{App, router};
use crate::model::Model;
use crate::platforms::registration;
use crate::respond::{Respond, Tenants};
use crate::store::Store;

/// Workers that carry approved actions out side by side: one slow vendor does not hold up another.
const WORKERS: u32 = 3;
/// How long open requests get at the end.
const GRACE: Duration = Duration::from_secs(10);

/// Connects every configured tenant. The error names the tenant and what is wrong.
pub fn connect(config: &Config) -> Result<Tenants, String> {
    let mut tenants = BTreeMap::new();
    for tenant in &config.tenants {
        let registration = registration(tenant.platform.as_str()).ok_or_else(|| {
            format!(
                "{}: the platform {} is not built in",
                tenant.name, tenant.platform
            )
        })?;
        let platform =
            (registration.connect)(tenant).map_err(|e| format!("{}: {e}", tenant.name))?;
        tenants.insert(
            tenant.name.clone(),
            Tenant {
                config: tenant.clone(),
                platform,
            },
        );
    }
    Ok(Arc::new(tenants))
}

/// The built-in rules and those of the configured folders. What cannot be used is logged by file,
/// field and reason and does not stop the rest.
pub fn load_rules(folders: &[impl AsRef<Path>]) -> Result<RuleSet, String> {
    let mut files = Vec::new();
    for folder in folders {
        read_rules(folder.as_ref(), &mut files)
            .map_err(|e| format!("rules {}: {e}", folder.as_ref().display()))?;
    }
    files.sort();
    let (rules, problems) = RuleSet::with_folder_files(RuleSet::built_in(), files.into_iter());
    for problem in problems {
        tracing::warn!(file = %problem.file, field = %problem.field, reason = %problem.reason, "rule not used in full");
    }
    Ok(rules)
}

fn read_rules(folder: &Path, files: &mut Vec<(String, String)>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read_rules(&path, files)?;
        } else if path.extension().is_some_and(|e| e == "yml" || e == "yaml") {
            // A file that is not UTF-8 becomes a rule that cannot be read, and is said to be so.
            let text = String::from_utf8_lossy(&std::fs::read(&path)?).into_owned();
            files.push((path.display().to_string(), text));
        }
    }
    Ok(())
}

/// What a command works with: store, log and clock of a configuration.
pub struct Base {
    /// The database.
    pub store: Store,
    /// The log.
    pub audit: Audit,
    /// The time.
    pub clock: SharedClock,
}

/// Opens store and log.
pub async fn open(config: &Config) -> Result<Base, String> {
    let store = Store::open(&config.store.file)
        .await
        .map_err(|e| format!("{}: {e}", config.store.file.display()))?;
    let notary = Notary::open(&config.audit.key_file, &config.audit.checkpoints_file)
        .map_err(|e| e.to_string())?;
    let clock: SharedClock = Arc::new(SystemClock);
    let audit = Audit::new(store.clone(), Arc::clone(&clock), notary);
    Ok(Base {
        store,
        audit,
        clock,
    })
}

/// Runs until it is told to stop by SIGTERM or Ctrl-C. Calls `ready` with the address once it listens.
pub async fn serve(config: Config, ready: impl FnOnce(SocketAddr)) -> Result<(), String> {
    // Two backends on one SQLite file would both work off its outbox.
    let lock_file = config.store.file.with_extension("lock");
    let lock =
        std::fs::File::create(&lock_file).map_err(|e| format!("{}: {e}", lock_file.display()))?;
    lock.try_lock().map_err(|_| {
        format!(
            "{}: another aside serves this database",
            lock_file.display()
        )
    })?;

    let tenants = connect(&config)?;
    let rules = load_rules(&config.analyse.rules)?;
    let model = config.model.as_ref().map(Model::connect).transpose()?;
    let model_name = model.as_ref().map(Model::name);
    tracing::info!(
        rules = rules.len(),
        tenants = tenants.len(),
        model = model_name,
        "starting"
    );
    let Base {
        store,
        audit,
        clock,
    } = open(&config).await?;
    let respond = Respond::new(
        store.clone(),
        audit.clone(),
        Arc::clone(&clock),
        Arc::clone(&tenants),
        config.policy,
    );
    let mut analyses = Analyses::new(
        Arc::clone(&tenants),
        rules,
        audit.clone(),
        Arc::clone(&clock),
    );
    if let Some(model) = model {
        let voice = SecondVoice::new(model, store.clone(), audit.clone(), Arc::clone(&clock));
        analyses = analyses.with_second_voice(voice);
    }
    let (close, closing) = watch::channel(false);
    let app = App {
        sessions: Sessions::new(store.clone(), audit.clone(), Arc::clone(&clock)),
        analyses,
        respond: respond.clone(),
        limits: Arc::default(),
        store,
        audit: audit.clone(),
        clock,
        tenants,
        consoles: CONSOLES,
        closing,
    };
    let mut tasks = tokio::task::JoinSet::new();
    for number in 1..=WORKERS {
        tasks.spawn(respond.clone().work(format!("worker-{number}")));
    }
    tasks.spawn(async move {
        loop {
            if let Err(error) = audit.settle().await {
                tracing::error!(%error, "no audit checkpoint could be made");
            }
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
    });

    let handle = Handle::new();
    let stopping = handle.clone();
    tokio::spawn(async move {
        stop_signal().await;
        tracing::info!("stopping");
        close.send_replace(true);
        stopping.graceful_shutdown(Some(GRACE));
    });
    let service = router(app).into_make_service();
    let listening = handle.clone();
    let serving = async move {
        let address = config.server.listen;
        // An event must not wait until the client has acknowledged the one before.
        match config.server.tls {
            Some(tls) => {
                let tls_config = RustlsConfig::from_pem_file(&tls.certificate_file, &tls.key_file)
                    .await
                    .map_err(|e| format!("[server.tls] {}: {e}", tls.certificate_file.display()))?;
                axum_server::bind(address)
                    .acceptor(RustlsAcceptor::new(tls_config).acceptor(NoDelayAcceptor::new()))
                    .handle(handle)
                    .serve(service)
                    .await
            }
            None => {
                axum_server::bind(address)
                    .acceptor(NoDelayAcceptor::new())
                    .handle(handle)
                    .serve(service)
                    .await
            }
        }
        .map_err(|e| format!("listen {address}: {e}"))
    };
    let tell = async {
        if let Some(address) = listening.listening().await {
            ready(address);
        }
        std::future::pending().await
    };
    let result = tokio::select! {
        result = serving => result,
        () = tell => Ok(()),
    };
    // An action under way is left to the outbox: it goes on where it stands at the next start.
    tasks.shutdown().await;
    result
}

#[cfg(unix)]
async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn stop_signal() {
    let _ctrl_c = tokio::signal::ctrl_c().await;
}
