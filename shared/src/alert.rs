//! The normalised alert: an OCSF Detection Finding in the shape that the panel and the analyst need.
//!
//! An alert is a set of [`Entity`]s (processes, files, users, addresses ...) and of [`Evidence`]:
//! *who did what to what, when, with which outcome*. A claim's relation has the same three places, so
//! whether a statement stands is a comparison and not a judgement. What a vendor sends and no place
//! here fits is kept in [`Evidence::fields`] under the vendor's own name: nothing is lost.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{AlertId, EntityId, EvidenceId, HostId, PlatformId, TenantId};
use crate::instant::Instant;

/// Which alert, once the backend has resolved the tenant.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct AlertKey {
    /// The configured tenant.
    pub tenant: TenantId,
    /// The tenant's platform.
    pub platform: PlatformId,
    /// The vendor's id.
    pub id: AlertId,
}

/// One alert, normalised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Alert {
    /// Which alert this is.
    pub key: AlertKey,
    /// What kind of product saw it.
    pub kind: AlertKind,
    /// The vendor's title. Untrusted.
    pub title: String,
    /// The vendor's description. Untrusted.
    pub description: Option<String>,
    /// The vendor's severity.
    pub severity: Severity,
    /// The vendor's own confidence, 0 to 100, where it gives one.
    pub vendor_confidence_percent: Option<u8>,
    /// The vendor's status text (`new`, `in_progress` ...), as read with the alert.
    pub status: Option<String>,
    /// What the vendor's sensor did about it.
    pub disposition: Disposition,
    /// ATT&CK tactics and techniques that the vendor names.
    pub attacks: Vec<Attack>,
    /// Vendor's tags. Untrusted.
    pub tags: Vec<String>,
    /// When it happened.
    pub occurred: Option<Instant>,
    /// When the vendor created the alert.
    pub created: Option<Instant>,
    /// When the vendor last changed it. Part of an analysis' identity.
    pub updated: Option<Instant>,
    /// Hosts concerned: none (an identity alert), one, or many. Host *state* is never here: it is
    /// read fresh for the Brief, the approval sheet and the execution.
    pub hosts: Vec<EntityId>,
    /// Who acted or was acted on.
    pub users: Vec<EntityId>,
    /// The process that triggered the alert, where there is one.
    pub trigger: Option<EntityId>,
    /// Everything that evidence speaks of.
    pub entities: Vec<Entity>,
    /// What was observed, oldest first; what has no time comes last.
    pub evidence: Vec<Evidence>,
    /// The vendor's own link to the alert.
    pub console_url: Option<String>,
}

impl Alert {
    /// An alert of an endpoint of which nothing is known but its key and its title.
    pub fn new(key: AlertKey, title: impl Into<String>) -> Self {
        Self {
            key,
            kind: AlertKind::Endpoint,
            title: title.into(),
            description: None,
            severity: Severity {
                level: SeverityLevel::Unknown,
                raw: None,
            },
            vendor_confidence_percent: None,
            status: None,
            disposition: Disposition {
                outcome: Outcome::Unknown,
                text: None,
                measures: Vec::new(),
            },
            attacks: Vec::new(),
            tags: Vec::new(),
            occurred: None,
            created: None,
            updated: None,
            hosts: Vec::new(),
            users: Vec::new(),
            trigger: None,
            entities: Vec::new(),
            evidence: Vec::new(),
            console_url: None,
        }
    }

    /// The entity of that id.
    pub fn entity(&self, id: &EntityId) -> Option<&Entity> {
        self.entities.iter().find(|entity| &entity.id == id)
    }

    /// The vendor's own finding: of several the one that the alert is called by.
    pub fn finding(&self) -> Option<&Evidence> {
        let findings = || self.evidence.iter().filter(|it| it.verb == Verb::Detected);
        let is_titled =
            |it: &&Evidence| matches!(&it.object, Some(Object::Value(name)) if *name == self.title);
        findings().find(is_titled).or_else(|| findings().next())
    }

    /// Whether a piece of evidence is about the process that triggered the alert: what it did, or what was done to
    /// it. Of an alert without one, all of it is.
    pub fn is_about_trigger(&self, evidence: &Evidence) -> bool {
        let Some(trigger) = &self.trigger else {
            return true;
        };
        let is_object = matches!(&evidence.object, Some(Object::Entity(id)) if id == trigger);
        is_object || evidence.subject == *trigger
    }

    /// Adds entities and evidence, leaving out what is there already, and keeps the order of [`Alert::evidence`].
    pub fn merge(&mut self, entities: Vec<Entity>, evidence: Vec<Evidence>) {
        for entity in entities {
            match self.entities.iter_mut().find(|known| known.id == entity.id) {
                Some(known) => known.kind.complete(entity.kind),
                None => self.entities.push(entity),
            }
        }
        for item in evidence {
            if !self.evidence.iter().any(|known| known.id == item.id) {
                self.evidence.push(item);
            }
        }
        self.evidence
            .sort_by_key(|item| (item.at.is_none(), item.at.as_ref().map(|at| at.unix_ms)));
    }
}

/// What kind of product saw an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// A sensor on a host.
    Endpoint,
    /// A hunting team's finding on a host (Falcon OverWatch).
    ManagedHunting,
    /// An identity product.
    Identity,
    /// A mobile device.
    Mobile,
    /// A cloud control plane.
    Cloud,
    /// A correlation rule of a SIEM.
    Siem,
    /// A kind that this version does not know: the vendor's word. Gets an honest brief.
    Unknown(String),
}

/// How bad the vendor says it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Severity {
    /// OCSF severity.
    pub level: SeverityLevel,
    /// As the vendor wrote it: `Critical`, `70`.
    pub raw: Option<String>,
}

/// OCSF `severity_id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum SeverityLevel {
    /// Not given, or not understood.
    Unknown,
    /// 1
    Informational,
    /// 2
    Low,
    /// 3
    Medium,
    /// 4
    High,
    /// 5
    Critical,
}

/// What the sensor did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Disposition {
    /// Whether what was seen happened.
    pub outcome: Outcome,
    /// The vendor's words for what its sensor did. Untrusted.
    pub text: Option<String>,
    /// Which measures the vendor names as taken (`kill_process`, `quarantine_file`), by its names.
    pub measures: Vec<String>,
}

/// Whether something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was seen to happen.
    Happened,
    /// It was tried; whether it succeeded was not seen.
    Attempted,
    /// The sensor stopped it.
    Blocked,
    /// Not said.
    Unknown,
}

/// A tactic or technique, by ATT&CK id or the vendor's own (`CSTA0006`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Attack {
    /// `TA0006`.
    pub tactic_id: Option<String>,
    /// `Credential Access`.
    pub tactic: Option<String>,
    /// `T1003.001`.
    pub technique_id: Option<String>,
    /// `LSASS Memory`.
    pub technique: Option<String>,
}

/// Something that evidence speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Entity {
    /// Unique within the alert.
    pub id: EntityId,
    /// What it is.
    pub kind: EntityKind,
}

/// What an entity is. All text in it is untrusted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    /// A host (OCSF device).
    Host(Host),
    /// A process.
    Process(Box<Process>),
    /// An account.
    User(User),
    /// A file.
    File(File),
    /// An address on the network, with its port where one is known.
    Endpoint {
        /// IPv4 or IPv6 text.
        ip: String,
        /// TCP or UDP port.
        port: Option<u16>,
    },
    /// A domain name.
    Domain {
        /// As it was asked for.
        name: String,
    },
    /// A registry key or value.
    Registry {
        /// The key, as the vendor writes it.
        key: String,
        /// The value's name.
        value_name: Option<String>,
        /// The value's data.
        data: Option<String>,
    },
    /// A scheduled task, cron entry or timer.
    Task {
        /// Its name.
        name: String,
        /// What it runs.
        command: Option<String>,
    },
    /// A service or daemon.
    Service {
        /// Its name.
        name: String,
        /// What it runs.
        command: Option<String>,
    },
    /// Anything else that a vendor names: a cloud resource, an application, a rule.
    Resource {
        /// The vendor's word for what it is.
        what: String,
        /// Its name or id.
        name: String,
    },
}

impl EntityKind {
    /// The name by which a reader knows it: a process' file name, a file's base name, a host's name.
    pub fn name(&self) -> &str {
        match self {
            Self::Host(host) => host.name.as_deref().unwrap_or(host.id.as_str()),
            Self::Process(process) => &process.name,
            Self::User(user) => &user.name,
            Self::File(file) => base_name(&file.path),
            Self::Endpoint { ip, .. } => ip,
            Self::Domain { name }
            | Self::Task { name, .. }
            | Self::Service { name, .. }
            | Self::Resource { name, .. } => name,
            Self::Registry {
                key, value_name, ..
            } => value_name.as_deref().unwrap_or(key),
        }
    }

    /// Fills what is not known here from another reading of the same entity.
    pub fn complete(&mut self, other: Self) {
        match (self, other) {
            (Self::Process(known), Self::Process(other)) => known.complete(*other),
            (Self::File(known), Self::File(other)) => {
                known.sha256 = known.sha256.take().or(other.sha256)
            }
            (Self::Host(known), Self::Host(other)) => known.complete(other),
            _ => {}
        }
    }
}

/// The part of a path after its last `\` or `/`.
pub fn base_name(path: &str) -> &str {
    path.rsplit(['\\', '/'])
        .next()
        .filter(|name| !name.is_empty())
        .unwrap_or(path)
}

/// A host as the alert's record describes it (a snapshot: never its state now).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Host {
    /// The vendor's id.
    pub id: HostId,
    /// Its name.
    pub name: Option<String>,
    /// `windows`, `macos`, `linux`, or the vendor's word.
    pub os: Option<String>,
    /// What it is for: `Workstation`, `Server`, `Domain Controller`, as the vendor writes it.
    pub role: Option<String>,
    /// Its domain.
    pub domain: Option<String>,
    /// Addresses, local then external.
    pub addresses: Vec<String>,
}

impl Host {
    fn complete(&mut self, other: Self) {
        self.name = self.name.take().or(other.name);
        self.os = self.os.take().or(other.os);
        self.role = self.role.take().or(other.role);
        self.domain = self.domain.take().or(other.domain);
        if self.addresses.is_empty() {
            self.addresses = other.addresses;
        }
    }
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct User {
    /// As shown: `ACME\j.smith`, `root`.
    pub name: String,
    /// SID, UID or the vendor's id.
    pub uid: Option<String>,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct File {
    /// The path as the vendor writes it.
    pub path: String,
    /// Lower-case hex.
    pub sha256: Option<String>,
}

/// A process.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Process {
    /// The vendor's unique process id, which is not the operating system's.
    pub uid: Option<String>,
    /// The operating system's process id.
    pub pid: Option<u64>,
    /// File name.
    pub name: String,
    /// Image path as the vendor writes it.
    pub path: Option<String>,
    /// Command line as recorded.
    pub command_line: Option<String>,
    /// Lower-case hex.
    pub sha256: Option<String>,
    /// Lower-case hex.
    pub md5: Option<String>,
    /// Who it ran as.
    pub user: Option<EntityId>,
    /// The process that started it.
    pub parent: Option<EntityId>,
    /// The host it ran on.
    pub host: Option<EntityId>,
    /// When it started.
    pub started: Option<Instant>,
    /// When it ended.
    pub ended: Option<Instant>,
    /// Integrity level: `Low`, `Medium`, `High`, `System`; another as the vendor writes it.
    pub integrity: Option<String>,
    /// The name in the file's version information, where the vendor has it.
    pub original_name: Option<String>,
    /// Working directory.
    pub directory: Option<String>,
}

impl Process {
    fn complete(&mut self, other: Self) {
        self.uid = self.uid.take().or(other.uid);
        self.pid = self.pid.or(other.pid);
        self.path = self.path.take().or(other.path);
        self.command_line = self.command_line.take().or(other.command_line);
        self.sha256 = self.sha256.take().or(other.sha256);
        self.md5 = self.md5.take().or(other.md5);
        self.user = self.user.take().or(other.user);
        self.parent = self.parent.take().or(other.parent);
        self.host = self.host.take().or(other.host);
        self.started = self.started.take().or(other.started);
        self.ended = self.ended.take().or(other.ended);
        self.integrity = self.integrity.take().or(other.integrity);
        self.original_name = self.original_name.take().or(other.original_name);
        self.directory = self.directory.take().or(other.directory);
    }
}

/// What a subject did. A closed list: a claim can say nothing that evidence could not carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// A process started a process.
    Started,
    /// A user or host ran a process whose parent is not known.
    Ran,
    /// Created or wrote a file.
    Wrote,
    /// Opened or read a file.
    Read,
    /// Deleted a file.
    Deleted,
    /// Renamed a file.
    Renamed,
    /// Opened a connection.
    ConnectedTo,
    /// Accepted a connection.
    Accepted,
    /// Asked the DNS for a name.
    Resolved,
    /// Set a registry value.
    Set,
    /// Registered or changed a scheduled task.
    RegisteredTask,
    /// Installed or changed a service.
    InstalledService,
    /// Loaded a library or driver.
    Loaded,
    /// Ran script text.
    RanScript,
    /// Opened another process' memory.
    Accessed,
    /// Signed in to a host.
    LoggedOnTo,
    /// Decoding a command line gave this text (derived).
    DecodedTo,
    /// The vendor's product raised this finding.
    Detected,
    /// Something else; the vendor's fields say what.
    Did,
}

/// What a relation's third place holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum Object {
    /// Another entity.
    Entity(EntityId),
    /// Plain text: script content, a decoded layer, a finding's name. Untrusted.
    Value(String),
}

/// Where a piece of evidence was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum EvidenceSource {
    /// In the alert's own record.
    Alert,
    /// In the vendor's telemetry.
    Telemetry,
    /// Worked out from other evidence, which `derived_from` names.
    Derived,
}

/// One observation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Evidence {
    /// Derived from the content: see [`Evidence::identified`].
    pub id: EvidenceId,
    /// When.
    pub at: Option<Instant>,
    /// Where it was read.
    pub source: EvidenceSource,
    /// Who did it.
    pub subject: EntityId,
    /// What was done.
    pub verb: Verb,
    /// To what.
    pub object: Option<Object>,
    /// Whether it happened.
    pub outcome: Outcome,
    /// The evidence that this was worked out from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub derived_from: Vec<EvidenceId>,
    /// What else the vendor sent about it, under the vendor's own names (nested ones with dots).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
}

impl Evidence {
    /// What `subject` did, as it happened; without a time, and without the id that [`Evidence::identified`] gives
    /// once all of it is there.
    pub fn new(
        source: EvidenceSource,
        subject: impl Into<EntityId>,
        verb: Verb,
        object: Option<Object>,
    ) -> Self {
        Self {
            id: EvidenceId::from(""),
            at: None,
            source,
            subject: subject.into(),
            verb,
            object,
            outcome: Outcome::Happened,
            derived_from: Vec::new(),
            fields: BTreeMap::new(),
        }
    }

    /// Evidence with the id that its content gives it: the same observation, read twice or from two
    /// places, has one id; anything else has another.
    pub fn identified(mut self) -> Self {
        use sha2::{Digest, Sha256};
        let content = serde_json::json!([
            self.at.as_ref().map(|at| at.unix_ms),
            self.subject,
            self.verb,
            self.object,
            self.outcome,
            self.fields,
        ]);
        let hash = Sha256::digest(content.to_string());
        self.id = EvidenceId(format!("ev-{}", hex::encode(&hash[..8])));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(subject: &str, object: &str) -> Evidence {
        let object = Object::Entity(EntityId::from(object));
        Evidence::new(EvidenceSource::Alert, subject, Verb::Started, Some(object)).identified()
    }

    #[test]
    fn the_same_observation_from_two_places_is_one_piece_of_evidence() {
        let mut telemetry = evidence("p1", "p2");
        telemetry.source = EvidenceSource::Telemetry;
        assert_eq!(telemetry.identified().id, evidence("p1", "p2").id);
        assert_ne!(evidence("p2", "p1").id, evidence("p1", "p2").id);
    }

    #[test]
    fn of_several_findings_the_alerts_own_is_the_one_that_it_is_called_by() {
        let named = |name: &str| Evidence {
            verb: Verb::Detected,
            object: Some(Object::Value(name.to_owned())),
            ..evidence("p1", "p2")
        };
        let mut alert = Alert {
            severity: Severity {
                level: SeverityLevel::High,
                raw: None,
            },
            evidence: vec![evidence("p1", "p2"), named("First"), named("Worst")],
            ..Alert::new(
                AlertKey {
                    tenant: "acme".into(),
                    platform: "crowdstrike".into(),
                    id: "a".into(),
                },
                "Worst",
            )
        };
        let found = |alert: &Alert| alert.finding().and_then(|it| it.object.clone());
        assert_eq!(found(&alert), named("Worst").object);
        alert.title = "Renamed".to_owned();
        assert_eq!(found(&alert), named("First").object);
        alert.evidence.truncate(1);
        assert_eq!(found(&alert), None);
    }

    #[test]
    fn a_base_name_is_found_on_every_system() {
        assert_eq!(
            base_name(r"\Device\HarddiskVolume3\Windows\System32\cmd.exe"),
            "cmd.exe"
        );
        assert_eq!(base_name("/usr/bin/curl"), "curl");
        assert_eq!(base_name("curl"), "curl");
        assert_eq!(base_name(r"C:\"), r"C:\");
    }
}
