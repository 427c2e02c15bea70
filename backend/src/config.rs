//! The configuration file. Unknown keys and wrong values are errors that name key, file and line.
//!
//! Secrets are not in it: it names the file or the environment variable that holds each.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use aside_shared::id::{PlatformId, TenantId};
use aside_shared::session::Phase;
use secrecy::SecretString;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::platforms::{REGISTRY, registration};

/// `aside.toml`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where and how the backend listens.
    pub server: ServerConfig,
    /// Where state is kept.
    pub store: StoreConfig,
    /// The audit log's key and its second place.
    pub audit: AuditConfig,
    /// The analyst's knowledge.
    #[serde(default)]
    pub analyse: AnalyseConfig,
    /// Who may approve what.
    #[serde(default)]
    pub policy: PolicyConfig,
    /// The language model. Without it nothing is ever sent to one.
    pub model: Option<ModelConfig>,
    /// The consoles' tenants.
    #[serde(default)]
    pub tenants: Vec<TenantConfig>,
}

/// `[server]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerConfig {
    /// `127.0.0.1:8787`
    #[serde(deserialize_with = "address")]
    pub listen: SocketAddr,
    /// A proxy in front ends TLS: then this may listen beyond loopback without a certificate.
    #[serde(default)]
    pub tls_ended_by_proxy: bool,
    /// Certificate chain and key, PEM.
    pub tls: Option<TlsConfig>,
}

/// `[server.tls]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// The chain, PEM.
    pub certificate_file: PathBuf,
    /// The key, PEM.
    pub key_file: PathBuf,
}

/// `[store]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreConfig {
    /// The SQLite file; created if it is not there.
    pub file: PathBuf,
}

/// `[audit]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditConfig {
    /// The Ed25519 key (32 bytes as hex). Created, for the owner only, if it is not there.
    pub key_file: PathBuf,
    /// The second place of the checkpoints: one JSON line each, appended.
    pub checkpoints_file: PathBuf,
}

/// `[analyse]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnalyseConfig {
    /// Folders with Sigma rules of your own, read at start.
    #[serde(default)]
    pub rules: Vec<PathBuf>,
}

/// `[policy]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PolicyConfig {
    /// Whether a responder may approve what he proposed himself.
    pub own_proposals: bool,
    /// Host roles, in the vendor's words, whose isolation needs a lead.
    pub lead_approves: Vec<String>,
    /// Minutes after which an undecided proposal is void.
    #[serde(deserialize_with = "minutes")]
    pub proposal_minutes: u32,
}

impl Default for PolicyConfig {
    fn default() -> Self {
        Self {
            own_proposals: true,
            lead_approves: vec!["Domain Controller".to_owned(), "Server".to_owned()],
            proposal_minutes: 10,
        }
    }
}

/// `[model]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelConfig {
    /// The part before `/chat/completions`: `https://llm.acme.example/v1`.
    pub base_url: String,
    /// The model, as its endpoint calls it.
    pub name: String,
    /// The file that holds the endpoint's key, if it wants one.
    pub key_file: Option<PathBuf>,
    /// The environment variable that holds the endpoint's key.
    pub key_env: Option<String>,
    /// Seconds after which an answer is not waited for any more.
    #[serde(default = "default_deadline")]
    pub deadline_seconds: u32,
    /// The most tokens of one answer.
    #[serde(default = "default_tokens")]
    pub max_tokens: u32,
    /// Tokens that a question and its answer have together, where the model can read few: of a longer record the
    /// least telling lines are left out. Else the endpoint's own refusal tells.
    pub context_tokens: Option<u32>,
    /// In which form the endpoint takes the answer's schema.
    #[serde(default)]
    pub schema_form: SchemaForm,
    /// What becomes of the model's free wording.
    #[serde(default)]
    pub prose: ProseConfig,
    /// The customer's own terms (company, projects, products) that never leave.
    #[serde(default)]
    pub terms: Vec<String>,
    /// Whether public addresses are replaced too. The customer's own always are.
    #[serde(default)]
    pub external_addresses: bool,
}

fn default_deadline() -> u32 {
    30
}

fn default_tokens() -> u32 {
    2_000
}

/// Tokens of the shortest question about an alert that is worth asking.
const LEAST_QUESTION: u32 = 1_000;

/// The form of `response_format`; servers differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SchemaForm {
    /// Found out, and remembered while the backend runs.
    #[default]
    Auto,
    /// `{"type": "json_schema", "json_schema": {...}}`, OpenAI's own.
    JsonSchema,
    /// `{"type": "json_object", "schema": {...}}`
    JsonObject,
}

/// `model.prose`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProseConfig {
    /// It is not asked for.
    #[default]
    Off,
    /// It is offered behind a click, marked as not checked.
    Marked,
}

/// `[[tenants]]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TenantConfig {
    /// The name that people use: `acme-prod`.
    pub name: TenantId,
    /// `crowdstrike`
    pub platform: PlatformId,
    /// How far the rollout has come.
    #[serde(default)]
    pub phase: Phase,
    /// The vendor's API: `https://api.eu-1.crowdstrike.com`.
    pub base_url: String,
    /// Hosts of this tenant's console: `falcon.eu-1.crowdstrike.com`.
    pub console_hosts: Vec<String>,
    /// The tenant's id in the vendor's terms (Falcon: the cid, without checksum).
    pub vendor_tenant: Option<String>,
    /// The credential that reads.
    pub read: CredentialConfig,
    /// The credential that acts. Without it Aside only observes this tenant.
    pub respond: Option<CredentialConfig>,
}

/// `[tenants.read]`, `[tenants.respond]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialConfig {
    /// The client id.
    pub client_id: String,
    /// The name under which the vendor shows it, for approval sheets.
    pub label: Option<String>,
    /// The file that holds the secret.
    pub secret_file: Option<PathBuf>,
    /// The environment variable that holds the secret.
    pub secret_env: Option<String>,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub struct ConfigError {
    file: PathBuf,
    problem: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file.display(), self.problem)
    }
}

impl Config {
    /// Reads and checks a file. Relative paths in it start at its folder.
    pub fn read(file: &Path) -> Result<Self, ConfigError> {
        let error = |problem: String| ConfigError {
            file: file.to_owned(),
            problem,
        };
        let text =
            std::fs::read_to_string(file).map_err(|e| error(format!("cannot be read: {e}")))?;
        let mut config: Self =
            toml::from_str(&text).map_err(|e| error(e.to_string().trim_end().to_owned()))?;
        config.start_paths_at(file.parent().unwrap_or(Path::new("")));
        config.check().map_err(|wrong| {
            let line = line_of(&text, wrong.key, &wrong.value)
                .map_or_else(String::new, |line| format!("line {line}: "));
            error(format!("{line}{}: {}", wrong.key, wrong.problem))
        })?;
        Ok(config)
    }

    /// The tenant of that name.
    pub fn tenant(&self, name: &TenantId) -> Option<&TenantConfig> {
        self.tenants.iter().find(|tenant| &tenant.name == name)
    }

    fn start_paths_at(&mut self, folder: &Path) {
        let mut paths = vec![
            &mut self.store.file,
            &mut self.audit.key_file,
            &mut self.audit.checkpoints_file,
        ];
        paths.extend(self.analyse.rules.iter_mut());
        if let Some(tls) = &mut self.server.tls {
            paths.extend([&mut tls.certificate_file, &mut tls.key_file]);
        }
        if let Some(model) = &mut self.model {
            paths.extend(&mut model.key_file);
        }
        for tenant in &mut self.tenants {
            for credential in std::iter::once(&mut tenant.read).chain(&mut tenant.respond) {
                paths.extend(&mut credential.secret_file);
            }
        }
        for path in paths {
            *path = folder.join(&path);
        }
    }

    /// What serde cannot check. The error names the key and says what is allowed.
    fn check(&self) -> Result<(), Wrong> {
        let fail = |key, value: &dyn fmt::Display, problem| {
            let value = value.to_string();
            Err(Wrong {
                key,
                value,
                problem,
            })
        };
        if !self.server.listen.ip().is_loopback()
            && self.server.tls.is_none()
            && !self.server.tls_ended_by_proxy
        {
            return fail(
                "listen",
                &self.server.listen,
                format!(
                    "{} is reachable from other machines without TLS. Set [server.tls], or tls_ended_by_proxy = true \
                     if a proxy in front ends TLS.",
                    self.server.listen
                ),
            );
        }
        for folder in &self.analyse.rules {
            if !folder.is_dir() {
                let shown = folder.display();
                return fail(
                    "rules",
                    &shown,
                    format!(
                        "{shown} is no folder. Allowed are folders with Sigma rules, as a list"
                    ),
                );
            }
        }
        if let Some(model) = &self.model {
            model.check()?;
        }
        if self.tenants.is_empty() {
            return fail(
                "tenants",
                &"",
                "at least one [[tenants]] is needed".to_owned(),
            );
        }
        for (at, tenant) in self.tenants.iter().enumerate() {
            let name = &tenant.name;
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            if name.as_str().is_empty() || !name.as_str().chars().all(plain) {
                return fail(
                    "name",
                    name,
                    format!("{name:?} may hold letters, digits, '-', '_' and '.' only"),
                );
            }
            if self.tenants[..at].iter().any(|other| other.name == *name) {
                return fail("name", name, format!("two tenants are called {name}"));
            }
            let Some(vendor) = registration(tenant.platform.as_str()) else {
                let known: Vec<_> = REGISTRY.iter().map(|vendor| vendor.platform).collect();
                return fail(
                    "platform",
                    &tenant.platform,
                    format!(
                        "{} is not known; allowed are {}",
                        tenant.platform,
                        known.join(", ")
                    ),
                );
            };
            if !may_be_asked(&tenant.base_url) {
                return fail(
                    "base_url",
                    &tenant.base_url,
                    format!(
                        "{:?} must be https://<host>, without a user, a path, a query or a fragment",
                        tenant.base_url
                    ),
                );
            }
            if tenant.console_hosts.is_empty() {
                return fail(
                    "console_hosts",
                    &"",
                    format!("{name} needs at least one host name"),
                );
            }
            if let Some(host) = tenant.console_hosts.iter().find(|host| !is_host(host)) {
                return fail(
                    "console_hosts",
                    host,
                    format!(
                        "{host:?} must be a host name in lower case, such as console.example.com, without https:// and path"
                    ),
                );
            }
            for credential in std::iter::once(&tenant.read).chain(&tenant.respond) {
                let id = &credential.client_id;
                if id.is_empty() || !id.chars().all(|c| c.is_ascii_graphic()) {
                    return fail(
                        "client_id",
                        id,
                        format!(
                            "{id:?} must be the id that the vendor gave the API client of {name}"
                        ),
                    );
                }
                if credential.secret_file.is_some() == credential.secret_env.is_some() {
                    return fail(
                        "client_id",
                        &credential.client_id,
                        format!(
                            "the credential {} of {name} needs secret_file or secret_env, one of them",
                            credential.client_id
                        ),
                    );
                }
            }
            (vendor.validate)(tenant)?;
        }
        Ok(())
    }
}

impl CredentialConfig {
    /// Reads the secret. The error names where it was looked for and never its content.
    pub fn secret(&self) -> Result<SecretString, String> {
        let file = ("secret_file", self.secret_file.as_deref());
        let variable = ("secret_env", self.secret_env.as_deref());
        read_secret(file, variable, &self.client_id)?
            .ok_or_else(|| format!("the credential {} names no secret", self.client_id))
    }

    /// The name to show for it.
    pub fn shown_as(&self) -> String {
        self.label.clone().unwrap_or_else(|| self.client_id.clone())
    }
}

impl ModelConfig {
    /// Reads the endpoint's key, if one is configured. The error names where it was looked for.
    pub fn key(&self) -> Result<Option<SecretString>, String> {
        let file = ("key_file", self.key_file.as_deref());
        let variable = ("key_env", self.key_env.as_deref());
        read_secret(file, variable, "the model")
    }

    fn check(&self) -> Result<(), Wrong> {
        let fail = |key, value: String, problem: String| {
            Err(Wrong {
                key,
                value,
                problem,
            })
        };
        if safe_address(&self.base_url).is_none() {
            return fail(
                "base_url",
                self.base_url.clone(),
                format!(
                    "{:?} must be https://<host>/<path>, or http:// on this machine, without a user, a query or a \
                     fragment",
                    self.base_url
                ),
            );
        }
        if self.name.trim().is_empty() {
            return fail(
                "name",
                self.name.clone(),
                "the model has no name".to_owned(),
            );
        }
        if self.key_file.is_some() && self.key_env.is_some() {
            let problem = "the model's key is in key_file or in key_env, one of them";
            return fail("key_file", String::new(), problem.to_owned());
        }
        if !(1..=300).contains(&self.deadline_seconds) {
            let problem = "allowed are 1 to 300 seconds".to_owned();
            return fail(
                "deadline_seconds",
                self.deadline_seconds.to_string(),
                problem,
            );
        }
        if !(64..=32_000).contains(&self.max_tokens) {
            let problem = "allowed are 64 to 32000 tokens".to_owned();
            return fail("max_tokens", self.max_tokens.to_string(), problem);
        }
        let least = self.max_tokens.saturating_add(LEAST_QUESTION);
        if let Some(tokens) = self.context_tokens
            && !(least..=4_000_000).contains(&tokens)
        {
            let problem = format!(
                "allowed are {least} (max_tokens and {LEAST_QUESTION} for a question) to 4000000 tokens"
            );
            return fail("context_tokens", tokens.to_string(), problem);
        }
        let short = self
            .terms
            .iter()
            .find(|term| term.trim().chars().count() < 2);
        match short {
            Some(term) => {
                let problem = format!("{term:?} is too short to be found: at least 2 characters");
                fail("terms", term.clone(), problem)
            }
            None => Ok(()),
        }
    }
}

/// The secret in a file or in an environment variable, each with the name of its key.
fn read_secret(
    (file_key, file): (&str, Option<&Path>),
    (variable_key, variable): (&str, Option<&str>),
    of: &str,
) -> Result<Option<SecretString>, String> {
    let text = match (file, variable) {
        (Some(file), _) => std::fs::read_to_string(file)
            .map_err(|e| format!("{file_key} {}: {e}", file.display()))?,
        (None, Some(name)) => {
            std::env::var(name).map_err(|_| format!("{variable_key} {name} is not set"))?
        }
        (None, None) => return Ok(None),
    };
    let secret = text.trim();
    if secret.is_empty() {
        return Err(format!("the secret of {of} is empty"));
    }
    Ok(Some(SecretString::from(secret.to_owned())))
}

/// A value that is not allowed.
#[derive(Debug)]
pub struct Wrong {
    /// The key that holds it.
    pub key: &'static str,
    /// As far as it helps to find the line.
    pub value: String,
    /// What is wrong with it, and what is allowed.
    pub problem: String,
}

fn address<'de, D: Deserializer<'de>>(from: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(from).ok();
    text.and_then(|text| text.parse().ok()).ok_or_else(|| {
        D::Error::custom("allowed is an IP address with a port, such as \"127.0.0.1:8787\"")
    })
}

fn minutes<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    let number = u32::deserialize(from).ok();
    number
        .filter(|number| (1..=1440).contains(number))
        .ok_or_else(|| D::Error::custom("allowed are 1 to 1440 minutes, as a whole number"))
}

/// Whether a page's address can have this host: a name or an IPv4 address, in lower case, with a port
/// if it is not 443.
fn is_host(text: &str) -> bool {
    let (name, port) = match text.split_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (text, None),
    };
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.split('.').all(is_label)
        && port.is_none_or(|port| port != "443" && port.parse::<u16>().is_ok_and(|port| port > 0))
}

/// Whether a vendor's secrets may be sent to this address.
fn may_be_asked(base_url: &str) -> bool {
    safe_address(base_url).is_some_and(|url| url.path() == "/")
}

/// An address to which secrets may be sent: TLS, or this very machine.
fn safe_address(base_url: &str) -> Option<reqwest::Url> {
    let url = reqwest::Url::parse(base_url).ok()?;
    let is_here = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_here);
    let is_plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    (is_safe && is_plain).then_some(url)
}

/// The last line (from 1) that sets `key` to `value`, or the first that sets `key`.
fn line_of(text: &str, key: &str, value: &str) -> Option<usize> {
    let sets = |line: &str| {
        let line = line.trim_start().trim_start_matches('[');
        let rest = line.strip_prefix(key)?.trim_start();
        rest.starts_with(['=', ']']).then(|| rest.contains(value))
    };
    let lines: Vec<Option<bool>> = text.lines().map(sets).collect();
    lines
        .iter()
        .rposition(|line| *line == Some(true))
        .or_else(|| lines.iter().position(Option::is_some))
        .map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
[server]
listen = "127.0.0.1:8787"
[store]
file = "aside.sqlite"
[audit]
key_file = "audit.key"
checkpoints_file = "checkpoints.jsonl"
[[tenants]]
name = "acme-prod"
platform = "crowdstrike"
base_url = "https://api.eu-1.crowdstrike.com"
console_hosts = ["falcon.eu-1.crowdstrike.com"]
[tenants.read]
client_id = "abc"
secret_env = "ASIDE_READ_SECRET"
"#;

    fn read(text: &str) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("aside.toml");
        std::fs::write(&file, text).unwrap();
        Config::read(&file).map_err(|e| e.to_string())
    }

    #[test]
    fn the_default_phase_is_observe_and_paths_start_at_the_files_folder() {
        let config = read(GOOD).unwrap();
        assert_eq!(config.tenants[0].phase, Phase::Observe);
        assert!(config.store.file.is_absolute());
    }

    #[test]
    fn the_example_file_is_a_good_one() {
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../aside.example.toml");
        let config = Config::read(&example).unwrap();
        assert_eq!(config.tenants.len(), 1);
    }

    #[test]
    fn wrong_keys_and_values_name_key_line_and_what_is_allowed() {
        for (from, to, expected) in [
            ("listen =", "listne =", vec!["line 3", "listne", "listen"]),
            (
                "\"crowdstrike\"",
                "\"clownstrike\"",
                vec!["line 11", "platform", "crowdstrike"],
            ),
            (
                "platform =",
                "phase = \"auto\"\nplatform =",
                vec!["line 11", "observe", "assist"],
            ),
            (
                "127.0.0.1:8787",
                "0.0.0.0:8787",
                vec!["line 3", "listen", "tls_ended_by_proxy"],
            ),
            (
                "https://api",
                "http://api",
                vec!["line 12", "base_url", "https://"],
            ),
            (
                "secret_env = \"ASIDE_READ_SECRET\"",
                "",
                vec!["secret_file", "secret_env", "abc"],
            ),
            (
                "\"127.0.0.1:8787\"",
                "8787",
                vec!["line 3", "listen", "an IP address with a port"],
            ),
            (
                "127.0.0.1:8787",
                "nonsense",
                vec!["line 3", "listen", "an IP address with a port"],
            ),
            (
                "[[tenants]]",
                "[policy]\nproposal_minutes = \"ten\"\n[[tenants]]",
                vec!["line 10", "proposal_minutes", "1 to 1440 minutes"],
            ),
            (
                "[[tenants]]",
                "[policy]\nproposal_minutes = 0\n[[tenants]]",
                vec!["line 10", "proposal_minutes", "1 to 1440 minutes"],
            ),
            (
                "[[tenants]]",
                "[analyse]\nrules = [\"/nope\"]\n[[tenants]]",
                vec!["line 10: rules", "/nope is no folder"],
            ),
            (
                "crowdstrike.com\"\nconsole",
                "crowdstrike.com/x?y=1\"\nconsole",
                vec!["line 12: base_url", "without a user, a path"],
            ),
            (
                "[\"falcon.eu-1",
                "[\"https://falcon.eu-1",
                vec!["line 13: console_hosts", "without https://"],
            ),
            ("\"abc\"", "\"\"", vec!["line 15: client_id", "acme-prod"]),
            (
                "platform =",
                "vendor_tenant = \"xyz\"\nplatform =",
                vec!["line 11: vendor_tenant", "32 hex digits"],
            ),
        ] {
            let message = read(&GOOD.replace(from, to)).unwrap_err();
            for part in expected {
                assert!(message.contains(part), "{message:?} does not name {part:?}");
            }
        }
    }

    #[test]
    fn of_several_tenants_the_line_of_the_wrong_one_is_named() {
        let tenant = GOOD.split_once("[[tenants]]").unwrap().1;
        let second = tenant.replace("acme-prod", "acme-lab");
        let two = format!("{GOOD}[[tenants]]{second}");
        assert_eq!(read(&two).unwrap().tenants.len(), 2);
        for (from, to, line) in [
            ("acme-lab", "acme-prod", "line 18: name"),
            ("acme-lab", "acme lab", "line 18: name"),
        ] {
            let message = read(&two.replace(from, to)).unwrap_err();
            assert!(message.contains(line), "{message}");
        }
        let wrong = second.replace("https://api", "http://api");
        let message = read(&format!("{GOOD}[[tenants]]{wrong}")).unwrap_err();
        assert!(message.contains("line 20: base_url"), "{message}");
    }

    #[test]
    fn a_model_is_optional_and_what_is_wrong_with_it_is_named_with_its_line() {
        assert!(read(GOOD).unwrap().model.is_none());
        let model = r#"[model]
base_url = "https://llm.acme.example/v1"
name = "triage"
key_file = "secrets/model"
terms = ["Bluebird"]
"#;
        let good = format!("{GOOD}{model}");
        let config = read(&good).unwrap().model.unwrap();
        assert_eq!((config.deadline_seconds, config.max_tokens), (30, 2_000));
        assert_eq!(config.context_tokens, None);
        assert_eq!(config.schema_form, SchemaForm::Auto);
        assert_eq!(config.prose, ProseConfig::Off);
        assert!(!config.external_addresses);
        assert!(config.key_file.as_ref().unwrap().is_absolute());
        assert!(config.key().unwrap_err().contains("key_file"));
        for (from, to, expected) in [
            ("https://llm", "http://llm", ["line 18", "base_url"]),
            ("\"triage\"", "\" \"", ["line 19", "name"]),
            ("key_file =", "key =", ["line 20", "key_file"]),
            (
                "key_file =",
                "key_env = \"X\"\nkey_file =",
                ["line 21", "key_env"],
            ),
            ("\"Bluebird\"", "\"Bluebird\", \"a\"", ["line 21", "terms"]),
            (
                "terms =",
                "deadline_seconds = 0\nterms =",
                ["line 21", "deadline_seconds"],
            ),
            (
                "terms =",
                "max_tokens = 1\nterms =",
                ["line 21", "max_tokens"],
            ),
            (
                "terms =",
                "context_tokens = 2999\nterms =",
                ["line 21", "context_tokens"],
            ),
            (
                "terms =",
                "schema_form = \"xml\"\nterms =",
                ["line 21", "json_object"],
            ),
            ("terms =", "prose = \"on\"\nterms =", ["line 21", "marked"]),
            (
                "terms =",
                "external_addresses = \"yes\"\nterms =",
                ["line 21", "boolean"],
            ),
        ] {
            let wrong = format!("{GOOD}{}", model.replace(from, to));
            let message = read(&wrong).unwrap_err();
            for part in expected {
                assert!(message.contains(part), "{message:?} does not name {part:?}");
            }
        }
    }

    #[test]
    fn a_secret_is_sent_over_tls_or_to_this_machine_only() {
        for good in [
            "https://api.crowdstrike.com",
            "https://api.us-2.crowdstrike.com/",
            "https://10.0.0.7:8443",
            "http://127.0.0.1:9000",
            "http://localhost",
            "http://[::1]:9000",
        ] {
            assert!(may_be_asked(good), "{good}");
        }
        for bad in [
            "http://api.crowdstrike.com",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "http://localhost@example.com",
            "https://user@api.crowdstrike.com",
            "https://api.crowdstrike.com?x=1",
            "https://api.crowdstrike.com/x",
            "https://api.crowdstrike.com/x?y=1",
            "https://api.crowdstrike.com#x",
            "ftp://localhost",
            "https://",
            "api.crowdstrike.com",
            "",
        ] {
            assert!(!may_be_asked(bad), "{bad}");
        }
    }

    #[test]
    fn a_consoles_host_is_written_as_the_browser_gives_it() {
        for good in [
            "falcon.crowdstrike.com",
            "localhost:8443",
            "10.0.0.7",
            "xn--bcher-kva.example",
        ] {
            assert!(is_host(good), "{good}");
        }
        for bad in [
            "",
            "https://falcon.crowdstrike.com",
            "falcon.crowdstrike.com/",
            "Falcon.crowdstrike.com",
            "falcon..com",
            "-falcon.com",
            "*.crowdstrike.com",
            "falcon.crowdstrike.com:443",
            "falcon.crowdstrike.com:0",
            "falcon.crowdstrike.com:x",
            "falcon crowdstrike",
        ] {
            assert!(!is_host(bad), "{bad}");
        }
    }

    #[test]
    fn a_secret_is_never_part_of_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        std::fs::write(&file, "  \n").unwrap();
        let credential = CredentialConfig {
            client_id: "abc".to_owned(),
            label: None,
            secret_file: Some(file),
            secret_env: None,
        };
        assert!(credential.secret().unwrap_err().contains("empty"));
    }
}
