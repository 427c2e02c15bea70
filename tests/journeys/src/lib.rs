//! Starts the built programs and speaks to them as the panel would: the real backend, the lab as its
//! vendor, over HTTP and TLS.

mod analysed;
mod scene;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use aside_shared::alert::AlertKey;
use aside_shared::analysis::Claim;
use aside_shared::api::{Analyse, AnalysisStarted};
use aside_shared::approval::{Decide, Decision, Proposal, ProposalStatus};
use aside_shared::event::AnalysisEvent;
use aside_shared::session::{Login, Tokens};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};

pub use analysed::{alert_of, names, report_of};
pub use scene::Scene;

/// How long anything is waited for before a test fails.
const PATIENCE: Duration = Duration::from_secs(60);
const PASSWORD: &str = "correct horse battery";

/// A built program of this workspace: the one that its variable (`ASIDE_BIN`, `ASIDE_LAB_BIN`) names,
/// else the one in the folder that this test was built into or in one around it.
pub fn program(name: &str) -> PathBuf {
    let variable = format!("{}_BIN", name.to_uppercase().replace('-', "_"));
    if let Some(named) = std::env::var_os(&variable) {
        return named.into();
    }
    let test = std::env::current_exe().expect("the test has a path");
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    test.ancestors()
        .skip(1)
        .map(|folder| folder.join(&file))
        .find(|path| path.is_file())
        .unwrap_or_else(|| {
            panic!(
                "no {file} in a folder around {}: run `cargo build`, or name it by {variable}",
                test.display()
            )
        })
}

/// A running program that ends with the test.
pub struct Running {
    child: Child,
}

impl Running {
    /// Kills it at once, as `kill -9` does.
    pub fn kill(&mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it has ended");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have been killed already.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}

/// The simulated vendor.
pub struct Lab {
    _running: Running,
    /// Its line of JSON.
    pub line: Value,
    http: Client,
}

impl Lab {
    /// Starts it over TLS.
    pub async fn start() -> Self {
        let mut child = Command::new(program("aside-lab"))
            .arg("--tls")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the lab starts");
        let line = first_line(&mut child);
        let line = serde_json::from_str(&line).expect("the lab prints one line of JSON");
        Self {
            _running: Running { child },
            line,
            http: client(PATIENCE),
        }
    }

    /// A value of its line.
    pub fn text(&self, pointer: &str) -> String {
        self.line
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_else(|| panic!("{pointer} in {}", self.line))
            .to_owned()
    }

    /// Its control: `GET`.
    pub async fn control(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.text("/control_url"));
        self.http
            .get(url)
            .send()
            .await
            .expect("control answers")
            .json()
            .await
            .expect("control answers JSON")
    }

    /// Its control: `POST`.
    pub async fn tell(&self, path: &str, body: Value) -> Value {
        let url = format!("{}{path}", self.text("/control_url"));
        let answer = self
            .http
            .post(url)
            .json(&body)
            .send()
            .await
            .expect("control answers");
        let status = answer.status();
        let text = answer.text().await.expect("control answers text");
        assert!(status.is_success(), "POST {path} {body}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// Waits until so many requests of an operation have arrived.
    pub async fn wait_for(&self, operation: &str, count: usize) {
        let path = format!(
            "/requests/wait?operation={operation}&count={count}&timeout_ms={}",
            PATIENCE.as_millis()
        );
        self.control(&path).await;
    }

    /// How many requests of an operation have arrived.
    pub async fn count(&self, operation: &str) -> usize {
        let requests = self.control("/requests").await;
        let list = requests
            .as_array()
            .or_else(|| requests.get("requests")?.as_array())
            .expect("a list of requests");
        list.iter()
            .filter(|it| it["operation"] == operation)
            .count()
    }

    /// The names of all scenarios.
    pub async fn scenarios(&self) -> Vec<String> {
        let scenarios = self.control("/scenarios").await;
        let named = scenarios.as_object().expect("scenarios by name");
        named.keys().cloned().collect()
    }

    /// An alert of a scenario and the host it is about.
    pub async fn scenario(&self, name: &str) -> (AlertKey, String) {
        let scenarios = self.control("/scenarios").await;
        let scenario = scenarios
            .get(name)
            .unwrap_or_else(|| panic!("no scenario {name} in {scenarios}"));
        let id = scenario["composite_ids"][0]
            .as_str()
            .expect("a composite id");
        let host = scenario["host_id"].as_str().expect("a host id");
        (
            AlertKey {
                tenant: "acme".into(),
                platform: "crowdstrike".into(),
                id: id.into(),
            },
            host.to_owned(),
        )
    }

    /// Its model's endpoint.
    pub fn model(&self) -> ModelEndpoint {
        ModelEndpoint {
            base_url: self.text("/model/base_url"),
            name: self.text("/model/name"),
            key: self.text("/model/key"),
        }
    }

    /// The bodies of all questions to its model, as they arrived.
    pub async fn asked_of_model(&self) -> Vec<String> {
        let requests = self.control("/model/requests").await;
        let requests = requests.as_array().expect("a list of requests").iter();
        requests
            .map(|it| it["body"].as_str().expect("a text").to_owned())
            .collect()
    }

    /// The containment of a host, as the lab's own record has it.
    pub async fn containment(&self, host: &str) -> String {
        let state = self.control("/state").await;
        let hosts = state["hosts"]
            .as_array()
            .cloned()
            .or_else(|| {
                Some(
                    state["hosts"]
                        .as_object()?
                        .iter()
                        .map(|(id, it)| {
                            let mut it = it.clone();
                            it["device_id"] = json!(id);
                            it
                        })
                        .collect(),
                )
            })
            .expect("hosts");
        let host = hosts
            .into_iter()
            .find(|it| it["device_id"] == host || it["id"] == host)
            .expect("the host");
        host["containment"]
            .as_str()
            .or_else(|| host["status"].as_str())
            .expect("its containment")
            .to_owned()
    }

    /// Comments on an alert that contain `marker`, as the lab's own record has them.
    pub async fn comments_with(&self, marker: &str) -> usize {
        self.control("/state").await["alerts"]
            .to_string()
            .matches(marker)
            .count()
    }
}

/// The backend and its configuration.
pub struct Backend {
    /// Where it listens.
    pub url: String,
    folder: tempfile::TempDir,
    ca_file: String,
    running: Running,
}

/// What differs from the usual configuration.
pub struct Setup {
    /// `observe` or `assist`.
    pub phase: &'static str,
    /// Lines for `[policy]`.
    pub policy: &'static str,
    /// The respond credential is the lab's read-only one.
    pub respond_without_scope: bool,
    /// A model's endpoint.
    pub model: Option<ModelEndpoint>,
    /// Further lines for `[model]`.
    pub model_settings: String,
}

/// Where a model answers.
#[derive(Clone)]
pub struct ModelEndpoint {
    /// The part before `/chat/completions`.
    pub base_url: String,
    /// The model's name there.
    pub name: String,
    /// The key that it takes.
    pub key: String,
}

impl ModelEndpoint {
    /// One that asks for no name or key of its own.
    pub fn at(base_url: String) -> Self {
        Self {
            base_url,
            name: "triage".to_owned(),
            key: "model-key-canary".to_owned(),
        }
    }
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            phase: "assist",
            policy: "",
            respond_without_scope: false,
            model: None,
            model_settings: String::new(),
        }
    }
}

impl Backend {
    /// Starts it with one tenant `acme`, and users `viewer`, `analyst`, `responder`, `lead`, `admin`, `auditor`.
    pub async fn start(lab: &Lab, setup: &Setup) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let respond = if setup.respond_without_scope {
            "readonly_"
        } else {
            ""
        };
        let (read_secret, respond_secret) =
            (folder.path().join("read"), folder.path().join("respond"));
        std::fs::write(
            &read_secret,
            lab.text("/crowdstrike/readonly_client_secret"),
        )
        .expect("written");
        std::fs::write(
            &respond_secret,
            lab.text(&format!("/crowdstrike/{respond}client_secret")),
        )
        .expect("written");
        let model = setup.model.as_ref().map_or_else(String::new, |endpoint| {
            let ModelEndpoint {
                base_url,
                name,
                key,
            } = endpoint;
            std::fs::write(folder.path().join("model"), key).expect("written");
            let settings = &setup.model_settings;
            format!(
                "[model]\nbase_url = {base_url:?}\nname = {name:?}\nkey_file = \"model\"\n{settings}"
            )
        });
        let config = format!(
            r#"
[server]
listen = "127.0.0.1:0"
[store]
file = "aside.sqlite"
[audit]
key_file = "audit.key"
checkpoints_file = "checkpoints.jsonl"
[policy]
{}
{}
[[tenants]]
name = "acme"
platform = "crowdstrike"
phase = "{}"
base_url = "{}"
console_hosts = ["falcon.crowdstrike.com"]
vendor_tenant = "{}"
[tenants.read]
client_id = "{}"
secret_file = "read"
[tenants.respond]
client_id = "{}"
label = "aside-respond"
secret_file = "respond"
"#,
            setup.policy,
            model,
            setup.phase,
            lab.text("/crowdstrike/base_url"),
            lab.text("/crowdstrike/cid"),
            lab.text("/crowdstrike/readonly_client_id"),
            lab.text(&format!("/crowdstrike/{respond}client_id")),
        );
        std::fs::write(folder.path().join("aside.toml"), config).expect("written");
        let ca_file = lab.text("/ca_file");
        for role in ["viewer", "analyst", "responder", "lead"] {
            add_user(folder.path(), role, &format!("{role}@acme"));
        }
        for role in ["admin", "auditor"] {
            add_user(folder.path(), role, &format!("{role}@*"));
        }
        let (running, url) = serve(folder.path(), &ca_file);
        Self {
            url,
            folder,
            ca_file,
            running,
        }
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.running.kill();
    }

    /// Its process.
    pub fn process(&self) -> u32 {
        self.running.child.id()
    }

    /// Starts it again after it was killed.
    pub fn restart(&mut self) {
        let (running, url) = serve(self.folder.path(), &self.ca_file);
        (self.running, self.url) = (running, url);
    }

    /// Runs a verb of the command line with this configuration: success and what it printed.
    pub fn verb(&self, arguments: &[&str]) -> (bool, String) {
        let output = command(self.folder.path(), arguments)
            .env("SSL_CERT_FILE", &self.ca_file)
            .output()
            .expect("the program runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        (output.status.success(), text)
    }

    /// The folder with configuration and database.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Signs a user in.
    pub async fn sign_in(&self, user: &str) -> Caller {
        let http = client(PATIENCE);
        let login = Login {
            user: user.into(),
            password: PASSWORD.to_owned(),
        };
        let answer = http
            .post(format!("{}/auth/login", self.url))
            .json(&login)
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{user} signs in");
        let tokens: Tokens = answer.json().await.expect("tokens");
        Caller {
            http,
            url: self.url.clone(),
            tokens,
        }
    }
}

/// A signed-in user.
pub struct Caller {
    http: Client,
    /// The backend.
    pub url: String,
    /// His tokens.
    pub tokens: Tokens,
}

impl Caller {
    /// The same, who waits so long for an answer.
    pub fn waiting(self, patience: Duration) -> Self {
        let http = client(patience);
        Self { http, ..self }
    }

    /// `GET`
    pub async fn get(&self, path: &str) -> Response {
        let request = self
            .http
            .get(format!("{}{path}", self.url))
            .bearer_auth(&self.tokens.access_token);
        request.send().await.expect("an answer")
    }

    /// `POST`
    pub async fn post(&self, path: &str, body: &impl serde::Serialize) -> Response {
        let request = self
            .http
            .post(format!("{}{path}", self.url))
            .bearer_auth(&self.tokens.access_token);
        request.json(body).send().await.expect("an answer")
    }

    /// `POST`, whose answer must be good.
    pub async fn ask<T: serde::de::DeserializeOwned>(
        &self,
        path: &str,
        body: &impl serde::Serialize,
    ) -> T {
        let answer = self.post(path, body).await;
        let (status, text) = (answer.status(), answer.text().await.expect("a body"));
        assert!(status.is_success(), "POST {path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("POST {path}: {e}: {text}"))
    }

    /// All events of an alert's analysis.
    pub async fn analysis(&self, alert: &AlertKey) -> Vec<AnalysisEvent> {
        let started: AnalysisStarted = self
            .ask(
                "/analyses",
                &Analyse {
                    alert: alert.clone(),
                },
            )
            .await;
        self.events(&format!("/analyses/{}/events", started.id))
            .await
    }

    /// The events of a stream that ends by itself.
    pub async fn events(&self, path: &str) -> Vec<AnalysisEvent> {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let text = answer.text().await.expect("a stream that ends");
        let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
        data.map(|data| serde_json::from_str(data).unwrap_or_else(|e| panic!("{e}: {data}")))
            .collect()
    }

    /// Decides on exactly what is shown.
    pub async fn decide(&self, proposal: &Proposal, decision: Decision) -> Response {
        let answer = self.try_to_decide(proposal, decision).await;
        answer.expect("an answer")
    }

    /// The same, where the answer may be lost.
    pub async fn try_to_decide(
        &self,
        proposal: &Proposal,
        decision: Decision,
    ) -> reqwest::Result<Response> {
        let decide = Decide {
            decision,
            digest: proposal.view.digest(),
        };
        let path = format!("/proposals/{}/decision", proposal.view.proposal);
        let request = self.http.post(format!("{}{path}", self.url));
        let request = request.bearer_auth(&self.tokens.access_token).json(&decide);
        request.send().await
    }

    /// The proposal, once `is` holds for its status.
    pub async fn wait_until(
        &self,
        proposal: &Proposal,
        is: impl Fn(&ProposalStatus) -> bool,
    ) -> Proposal {
        self.wait_for(proposal, |shown| is(&shown.status)).await
    }

    /// The proposal, once `is` holds for it.
    pub async fn wait_for(&self, proposal: &Proposal, is: impl Fn(&Proposal) -> bool) -> Proposal {
        let started = Instant::now();
        loop {
            let shown: Proposal = self
                .get(&format!("/proposals/{}", proposal.view.proposal))
                .await
                .json()
                .await
                .expect("a proposal");
            if is(&shown) {
                return shown;
            }
            assert!(
                started.elapsed() < PATIENCE,
                "it stays {:?} {:?}",
                shown.status,
                shown.steps
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// The claims among events.
pub fn claims(events: &[AnalysisEvent]) -> Vec<&Claim> {
    events
        .iter()
        .filter_map(|event| {
            if let AnalysisEvent::Claim(claim) = event {
                Some(claim)
            } else {
                None
            }
        })
        .collect()
}

/// A client that waits so long for an answer.
pub fn client(patience: Duration) -> Client {
    // Said again by every client; only the first counts.
    let _first = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .timeout(patience)
        .build()
        .expect("a client")
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program("aside"));
    command
        .args(arguments)
        .arg("--config")
        .arg(folder.join("aside.toml"));
    command
}

fn add_user(folder: &Path, name: &str, role: &str) {
    let mut child = command(
        folder,
        &["user", "add", name, "--role", role, "--password-stdin"],
    )
    .stdin(Stdio::piped())
    .stdout(Stdio::null())
    .spawn()
    .expect("the program runs");
    child
        .stdin
        .take()
        .expect("its input")
        .write_all(PASSWORD.as_bytes())
        .expect("written");
    assert!(
        child.wait().expect("it ends").success(),
        "user {name} is added"
    );
}

fn serve(folder: &Path, ca_file: &str) -> (Running, String) {
    let log = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(folder.join("log"))
        .expect("a log");
    let mut child = command(folder, &["serve"])
        .env("SSL_CERT_FILE", ca_file)
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .expect("the backend starts");
    let line = first_line(&mut child);
    let address = line.strip_prefix("listening on ").unwrap_or_else(|| {
        panic!(
            "the backend does not listen: {}",
            std::fs::read_to_string(folder.join("log")).unwrap_or_default()
        )
    });
    (Running { child }, format!("http://{}", address.trim()))
}

fn first_line(child: &mut Child) -> String {
    let mut reader = BufReader::new(child.stdout.take().expect("its output"));
    let mut line = String::new();
    reader.read_line(&mut line).expect("a first line");
    // Goes on reading, so that the program never writes into a full pipe.
    std::thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
    line
}
