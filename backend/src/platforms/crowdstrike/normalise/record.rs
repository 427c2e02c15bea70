//! What an alert's record tells as entities and evidence: the host, the chain of processes, what they
//! touched, and the vendor's own finding.

use std::collections::{BTreeMap, HashMap, HashSet};

use aside_shared::alert::{
    AlertKind, Disposition, Entity, EntityKind, Evidence, EvidenceSource, File, Host, Object,
    Outcome, Process, Verb, base_name,
};
use aside_shared::id::{EntityId, EvidenceId, HostId};
use aside_shared::instant::{Clock, Instant};
use serde_json::Value;

use super::super::wire::{any_at, at, find, instant, leaves, list, text};
use super::{main_part, occurred, parts, people, title};

/// The entity id of a process, the same in alerts and telemetry.
pub fn process_id(aid: &str, uid: &str) -> EntityId {
    EntityId(format!("process:{aid}:{uid}"))
}

/// The entity id of a host.
pub fn host_id(aid: &str) -> EntityId {
    EntityId(format!("host:{aid}"))
}

/// The entity of a file.
pub fn file(path: String, sha256: Option<String>) -> Entity {
    Entity {
        id: EntityId(format!("file:{}", path.to_lowercase())),
        kind: EntityKind::File(File { path, sha256 }),
    }
}

/// The entity of an address with its port.
pub fn endpoint(ip: String, port: Option<u16>) -> Entity {
    let id = EntityId(format!(
        "endpoint:{ip}:{}",
        port.map_or_else(String::new, |port| port.to_string())
    ));
    Entity {
        id,
        kind: EntityKind::Endpoint { ip, port },
    }
}

fn domain(name: String) -> Entity {
    Entity {
        id: EntityId(format!("domain:{}", name.to_lowercase())),
        kind: EntityKind::Domain { name },
    }
}

fn resource(what: &str, name: String) -> Entity {
    Entity {
        id: EntityId(format!("resource:{name}")),
        kind: EntityKind::Resource {
            what: what.to_owned(),
            name,
        },
    }
}

/// What a record tells.
pub struct Record {
    /// What the sensor did about it.
    pub disposition: Disposition,
    /// Hosts with an id, the one that the alert is about first.
    pub hosts: Vec<EntityId>,
    /// Accounts.
    pub users: Vec<EntityId>,
    /// The process that triggered the alert.
    pub trigger: Option<EntityId>,
    /// Everything that evidence speaks of, and what the alert names besides.
    pub entities: Vec<Entity>,
    /// What was observed.
    pub evidence: Vec<Evidence>,
}

/// Reads a record.
pub fn read(raw: &Value, kind: AlertKind, disposition: Disposition) -> Record {
    let mut reading = Reading {
        raw,
        kind,
        disposition,
        entities: Vec::new(),
        places: HashMap::new(),
        evidence: Vec::new(),
        seen: HashSet::new(),
    };
    let hosts = reading.hosts();
    let host = hosts.first();
    let main = main_part(raw);
    let mut triggers: Vec<(&Value, Option<EntityId>)> = Vec::new();
    for part in parts(raw) {
        triggers.push((part, reading.processes(part, host)));
    }
    let trigger = triggers
        .iter()
        .find(|(part, _)| std::ptr::eq(*part, main))
        .and_then(|(_, trigger)| trigger.clone());
    let users = reading.users();
    let found = reading.found_file(main);
    // An identity alert is about an account, wherever that was used.
    let account = users
        .first()
        .filter(|_| reading.kind == AlertKind::Identity)
        .cloned();
    let subject = trigger
        .clone()
        .or(found)
        .or(account)
        .or_else(|| host.cloned())
        .or_else(|| users.first().cloned());
    let subject = subject.unwrap_or_else(|| reading.about());
    // First, so that of several findings of one moment the alert's own is the first.
    reading.detected(&subject, main);
    for (part, own) in &triggers {
        let doer = own.as_ref().unwrap_or(&subject);
        reading.activity(part, doer);
        reading.indicators_of_compromise(part);
        if !std::ptr::eq(*part, main) {
            reading.behavior(part, doer);
        }
    }
    reading.associated_indicators();
    reading.cloud_call(users.first().unwrap_or(&subject));
    reading.observables();
    Record {
        disposition: reading.disposition,
        hosts,
        users,
        trigger,
        entities: reading.entities,
        evidence: reading.evidence,
    }
}

struct Reading<'a> {
    raw: &'a Value,
    kind: AlertKind,
    disposition: Disposition,
    entities: Vec<Entity>,
    places: HashMap<EntityId, usize>,
    evidence: Vec<Evidence>,
    seen: HashSet<EvidenceId>,
}

impl<'a> Reading<'a> {
    fn add(&mut self, entity: Entity) -> EntityId {
        let id = entity.id.clone();
        match self.places.get(&id).copied() {
            Some(place) => {
                if let Some(known) = self.entities.get_mut(place) {
                    known.kind.complete(entity.kind);
                }
            }
            None => {
                self.places.insert(id.clone(), self.entities.len());
                self.entities.push(entity);
            }
        }
        id
    }

    fn put(&mut self, evidence: Evidence) {
        let evidence = evidence.identified();
        if self.seen.insert(evidence.id.clone()) {
            self.evidence.push(evidence);
        }
    }

    fn saw(
        &mut self,
        at: Option<Instant>,
        subject: &EntityId,
        verb: Verb,
        object: Object,
        outcome: Outcome,
    ) {
        self.put(Evidence {
            at,
            outcome,
            ..Evidence::new(EvidenceSource::Alert, subject.clone(), verb, Some(object))
        });
    }

    /// The sensor's id of the host that the alert is about.
    fn aid(&self) -> Option<String> {
        let names = [
            "device.device_id",
            "agent_id",
            "aid",
            "device_id",
            "sensor_id",
            "source_endpoint_sensor_id",
        ];
        any_at(self.raw, &names).or_else(|| at(main_part(self.raw), "device_id"))
    }

    /// Hosts that have an id, by which they can be read and acted on. A cloud alert has a `device` that
    /// is none; a host that has only a name is an observable.
    fn hosts(&mut self) -> Vec<EntityId> {
        let raw = self.raw;
        let mut hosts = Vec::new();
        if let Some(aid) = self.aid() {
            hosts.push(self.own_host(aid));
        }
        for which in ["source_endpoint", "target_endpoint"] {
            let Some(aid) = at(raw, &format!("{which}_sensor_id")) else {
                continue;
            };
            let host = Host {
                name: at(raw, &format!("{which}_host_name")),
                addresses: addresses(
                    raw,
                    &[
                        &format!("{which}_address_ip4"),
                        &format!("{which}_ip_address"),
                    ],
                ),
                ..nameless(&aid)
            };
            hosts.push(self.host(&aid, host));
        }
        for item in list(raw, "threatgraph_indicators") {
            if let Some(aid) = at(item, "host_id") {
                let host = Host {
                    name: at(item, "hostname"),
                    ..nameless(&aid)
                };
                hosts.push(self.host(&aid, host));
            }
        }
        let mut seen = HashSet::new();
        hosts.retain(|host| seen.insert(host.clone()));
        hosts
    }

    fn host(&mut self, aid: &str, host: Host) -> EntityId {
        self.add(Entity {
            id: host_id(aid),
            kind: EntityKind::Host(host),
        })
    }

    fn own_host(&mut self, aid: String) -> EntityId {
        let raw = self.raw;
        let named = [
            "device.hostname",
            "hostname",
            "host_name",
            "computer_name",
            "device_name",
        ];
        let listed = || match list(raw, "host_names") {
            [one] => text(one),
            _ => None,
        };
        let system = [
            "device.platform_name",
            "platform",
            "operating_system",
            "os_name",
        ];
        let host = Host {
            name: any_at(raw, &named).or_else(listed),
            os: any_at(raw, &system).map(|os| match os.to_ascii_lowercase().as_str() {
                "windows" => "windows".to_owned(),
                "mac" | "macos" => "macos".to_owned(),
                "linux" => "linux".to_owned(),
                _ => os,
            }),
            role: at(raw, "device.product_type_desc"),
            domain: any_at(
                raw,
                &[
                    "device.machine_domain",
                    "device.hostinfo.domain",
                    "hostinfo.domain",
                ],
            ),
            addresses: addresses(
                raw,
                &[
                    "device.local_ip",
                    "device.external_ip",
                    "device.connection_ip",
                ],
            ),
            ..nameless(&aid)
        };
        self.host(&aid, host)
    }

    /// The chain of processes of a part, and the one that triggered it.
    fn processes(&mut self, part: &Value, host: Option<&EntityId>) -> Option<EntityId> {
        let aid = self.aid().unwrap_or_default();
        // Before the ancestors', whose names have no domain.
        let user = people::own(part, at(part, "logon_domain")).map(|user| self.add(user));
        let grandparent = self.ancestor(part, "grandparent", &aid, host, None);
        let parent = self.ancestor(part, "parent", &aid, host, grandparent.clone());
        if !is_process(part) {
            return parent;
        }
        let uid = at(part, "process_id").or_else(|| graph_id(part, "triggering_process_graph_id"));
        let process = Process {
            pid: at(part, "local_process_id").and_then(|pid| pid.parse().ok()),
            name: file_name(part),
            path: at(part, "filepath"),
            command_line: at(part, "cmdline"),
            sha256: hash(part, "sha256"),
            md5: hash(part, "md5"),
            user,
            parent: parent.clone(),
            host: host.cloned(),
            started: instant(part, "process_start_time", Clock::Endpoint),
            ended: instant(part, "process_end_time", Clock::Endpoint),
            uid: uid.clone(),
            ..Process::default()
        };
        let started = process.started.clone();
        let own = uid.unwrap_or_else(|| "trigger".to_owned());
        let trigger = self.add(Entity {
            id: process_id(&aid, &own),
            kind: EntityKind::Process(Box::new(process)),
        });
        let outcome = self.trigger_outcome();
        let object = Object::Entity(trigger.clone());
        match (&parent, host) {
            (Some(parent), _) => self.saw(started, parent, Verb::Started, object, outcome),
            (None, Some(host)) => self.saw(started, host, Verb::Ran, object, outcome),
            (None, None) => {}
        }
        if let (Some(grandparent), Some(parent)) = (grandparent, parent) {
            // Of a process that runs for long this is when it was last seen, after its child's start.
            let child =
                instant(part, "process_start_time", Clock::Endpoint).or_else(|| occurred(self.raw));
            let when = instant(part, "parent_details.timestamp", Clock::Endpoint)
                .filter(|at| child.is_none_or(|child| at.unix_ms <= child.unix_ms));
            let object = Object::Entity(parent);
            self.saw(when, &grandparent, Verb::Started, object, Outcome::Happened);
        }
        Some(trigger)
    }

    /// A blocked process did not run; a killed one did.
    fn trigger_outcome(&self) -> Outcome {
        let blocked = self
            .disposition
            .measures
            .iter()
            .any(|measure| measure == "process_blocked");
        if blocked && self.disposition.outcome == Outcome::Blocked {
            Outcome::Blocked
        } else {
            Outcome::Happened
        }
    }

    /// The parent or grandparent. The Detects API prefixed its fields (`parent_cmdline`).
    fn ancestor(
        &mut self,
        part: &Value,
        who: &str,
        aid: &str,
        host: Option<&EntityId>,
        parent: Option<EntityId>,
    ) -> Option<EntityId> {
        let details = find(part, &format!("{who}_details"))?;
        let field =
            |name: &str| at(details, name).or_else(|| at(details, &format!("{who}_{name}")));
        let uid = field("process_id")
            .or_else(|| {
                let graph = field("process_graph_id")?;
                graph.rsplit(':').next().map(str::to_owned)
            })
            .or_else(|| at(part, &format!("{who}_process_id")))?;
        let (path, line) = (field("filepath"), field("cmdline"));
        let name = field("filename")
            .or_else(|| path.as_deref().map(|path| base_name(path).to_owned()))
            .or_else(|| line.as_deref().and_then(program))?;
        let process = Process {
            pid: field("local_process_id").and_then(|pid| pid.parse().ok()),
            sha256: field("sha256").map(|hash| hash.to_ascii_lowercase()),
            md5: field("md5").map(|hash| hash.to_ascii_lowercase()),
            user: people::own(details, None).map(|user| self.add(user)),
            host: host.cloned(),
            command_line: line,
            uid: Some(uid.clone()),
            name,
            path,
            parent,
            ..Process::default()
        };
        Some(self.add(Entity {
            id: process_id(aid, &uid),
            kind: EntityKind::Process(Box::new(process)),
        }))
    }

    fn users(&mut self) -> Vec<EntityId> {
        let users = people::all(self.raw, &parts(self.raw), self.kind != AlertKind::Cloud);
        users.into_iter().map(|user| self.add(user)).collect()
    }

    /// The file that an alert without a process is about: a scan's, or one on its way out.
    fn found_file(&mut self, part: &Value) -> Option<EntityId> {
        if is_process(part) {
            return None;
        }
        let path = joined_path(part)?;
        Some(self.add(file(path, hash(part, "sha256"))))
    }

    /// Files, names and addresses in the alert's own lists.
    fn activity(&mut self, part: &Value, subject: &EntityId) {
        for (name, verb) in [
            ("files_written", Verb::Wrote),
            ("executables_written", Verb::Wrote),
            ("files_accessed", Verb::Read),
            ("documents_accessed", Verb::Read),
        ] {
            for item in list(part, name) {
                let Some(path) = joined_path(item) else {
                    continue;
                };
                let file = self.add(file(path, hash(item, "sha256")));
                let when = instant(item, "timestamp", Clock::Endpoint);
                self.saw(when, subject, verb, Object::Entity(file), Outcome::Happened);
            }
        }
        for item in list(part, "file_writes") {
            let Some(path) = any_at(item, &["name", "filepath", "filename"]) else {
                continue;
            };
            let file = self.add(file(path, hash(item, "sha256")));
            let when = instant(item, "timestamp", Clock::Endpoint);
            self.saw(
                when,
                subject,
                Verb::Wrote,
                Object::Entity(file),
                Outcome::Happened,
            );
        }
        for item in list(part, "dns_requests") {
            let Some(name) = any_at(item, &["domain_name", "domain", "name"]) else {
                continue;
            };
            let domain = self.add(domain(name));
            let when = any_instant(item, &["load_time", "timestamp", "access_timestamp"]);
            let object = Object::Entity(domain);
            self.saw(when, subject, Verb::Resolved, object, Outcome::Happened);
        }
        for item in list(part, "network_accesses") {
            let Some(ip) = any_at(item, &["remote_address", "remote_ip"]) else {
                continue;
            };
            let port = at(item, "remote_port").and_then(|port| port.parse().ok());
            let peer = self.add(endpoint(ip, port));
            let inbound = at(item, "connection_direction")
                .is_some_and(|way| way == "1" || way.eq_ignore_ascii_case("inbound"));
            let verb = if inbound {
                Verb::Accepted
            } else {
                Verb::ConnectedTo
            };
            let when = any_instant(item, &["access_timestamp", "timestamp"]);
            self.saw(when, subject, verb, Object::Entity(peer), Outcome::Happened);
        }
        for item in list(part, "associated_files") {
            if let Some(path) = joined_path(item) {
                self.add(file(path, hash(item, "sha256")));
            }
        }
        for item in list(part, "quarantined_files") {
            if let Some(path) = joined_path(item) {
                self.add(file(path, hash(item, "sha256")));
            }
        }
    }

    /// What matched: no observation of its own, but something to look for.
    fn indicators_of_compromise(&mut self, part: &Value) {
        for item in list(part, "ioc_context").iter().chain([part]) {
            let (Some(kind), Some(value)) = (at(item, "ioc_type"), at(item, "ioc_value")) else {
                continue;
            };
            match kind.to_ascii_lowercase().as_str() {
                "domain" => self.add(domain(value)),
                "ipv4" | "ipv6" | "ip" | "ip_address" => self.add(endpoint(value, None)),
                "hash_sha256" | "sha256" => match at(item, "ioc_description") {
                    Some(path) if path.contains(['\\', '/']) => {
                        self.add(file(path, Some(value.to_ascii_lowercase())))
                    }
                    _ => continue,
                },
                "registry_key" => self.add(Entity {
                    id: EntityId(format!("registry:{}", value.to_lowercase())),
                    kind: EntityKind::Registry {
                        key: value,
                        value_name: None,
                        data: None,
                    },
                }),
                _ => continue,
            };
        }
    }

    /// One behavior of a detection of several.
    fn behavior(&mut self, part: &Value, subject: &EntityId) {
        if let Some(name) = any_at(part, &["display_name", "scenario", "behavior_id"]) {
            let when = instant(part, "timestamp", Clock::Endpoint);
            let outcome = self.disposition.outcome;
            self.saw(when, subject, Verb::Detected, Object::Value(name), outcome);
        }
    }

    /// What a lead was put together from.
    fn associated_indicators(&mut self) {
        for item in list(self.raw, "threatgraph_indicators") {
            let (Some(aid), Some(name)) = (
                at(item, "host_id"),
                any_at(item, &["display_name", "description", "indicator_id"]),
            ) else {
                continue;
            };
            let when = instant(item, "signal_association_timestamp", Clock::Cloud);
            let object = Object::Value(name);
            self.saw(
                when,
                &host_id(&aid),
                Verb::Detected,
                object,
                Outcome::Unknown,
            );
        }
    }

    /// The call to a cloud's control plane that a cloud alert is about.
    fn cloud_call(&mut self, caller: &EntityId) {
        if self.kind != AlertKind::Cloud {
            return;
        }
        if let Some(id) = at(self.raw, "resource_id") {
            self.add(resource("resource_id", id));
        }
        if let Some(call) = at(self.raw, "event_name") {
            let when = any_instant_by(self.raw, &["first_timestamp", "timestamp"], Clock::Cloud);
            self.saw(
                when,
                caller,
                Verb::Did,
                Object::Value(call),
                Outcome::Happened,
            );
        }
    }

    /// Addresses and names of other hosts, as far as the alert lists them.
    fn observables(&mut self) {
        let raw = self.raw;
        let ips = ["source_ips", "destination_ips"]
            .into_iter()
            .flat_map(|name| list(raw, name))
            .filter_map(text);
        let single = [
            "source_ip_address",
            "source_endpoint_ip_address",
            "source_endpoint_address_ip4",
        ];
        let single = single.iter().filter_map(|name| at(raw, name));
        for ip in ips.chain(single) {
            self.add(endpoint(ip, None));
        }
        let known: HashSet<String> = self
            .entities
            .iter()
            .map(|entity| entity.kind.name().to_lowercase())
            .collect();
        for list_name in ["host_names", "source_hosts", "destination_hosts"] {
            for name in list(raw, list_name).iter().filter_map(text) {
                if !known.contains(&name.to_lowercase()) {
                    self.add(resource(list_name, name));
                }
            }
        }
        let endpoints = [
            "source_endpoint_host_name",
            "target_endpoint_host_name",
            "target_domain_controller_host_name",
        ];
        for field in endpoints {
            if let Some(name) = at(raw, field)
                && !known.contains(&name.to_lowercase())
            {
                self.add(resource(field, name));
            }
        }
    }

    /// What the alert is about where it names neither process nor file nor host nor account.
    fn about(&mut self) -> EntityId {
        if let Some(name) = list(self.raw, "host_names").iter().find_map(text) {
            return self.add(resource("host_names", name));
        }
        let names = [
            "cloud_resource_id",
            "resource_id",
            "device.service_provider_account_id",
            "rule_name",
            "correlation_rule_id",
            "display_name",
            "name",
            "id",
        ];
        let (what, name) = names
            .iter()
            .find_map(|what| at(self.raw, what).map(|name| (*what, name)))
            .unwrap_or_else(|| ("alert", "alert".to_owned()));
        self.add(resource(what, name))
    }

    /// The vendor's own finding, with every leaf of the payload.
    fn detected(&mut self, subject: &EntityId, main: &Value) {
        let mut fields = BTreeMap::new();
        leaves(self.raw, "", &mut fields);
        let title = Object::Value(title(self.raw));
        self.put(Evidence {
            at: instant(main, "timestamp", Clock::Endpoint)
                .filter(|_| !std::ptr::eq(main, self.raw))
                .or_else(|| occurred(self.raw)),
            outcome: self.disposition.outcome,
            fields,
            ..Evidence::new(
                EvidenceSource::Alert,
                subject.clone(),
                Verb::Detected,
                Some(title),
            )
        });
    }
}

fn nameless(aid: &str) -> Host {
    Host {
        id: HostId(aid.to_owned()),
        name: None,
        os: None,
        role: None,
        domain: None,
        addresses: Vec::new(),
    }
}

fn addresses(raw: &Value, names: &[&str]) -> Vec<String> {
    let mut addresses: Vec<String> = Vec::new();
    for address in names.iter().filter_map(|name| at(raw, name)) {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    addresses
}

/// Whether a part tells of a process: a scan's finding has a file's name and path in the same fields.
fn is_process(part: &Value) -> bool {
    let has = |names: &[&str]| any_at(part, names).is_some();
    has(&["cmdline"])
        || (has(&["filename", "filepath"])
            && has(&[
                "process_id",
                "triggering_process_graph_id",
                "local_process_id",
                "process_start_time",
            ]))
}

fn any_instant(item: &Value, names: &[&str]) -> Option<Instant> {
    any_instant_by(item, names, Clock::Endpoint)
}

fn any_instant_by(item: &Value, names: &[&str], clock: Clock) -> Option<Instant> {
    names.iter().find_map(|name| instant(item, name, clock))
}

fn hash(value: &Value, name: &str) -> Option<String> {
    at(value, name).map(|hash| hash.to_ascii_lowercase())
}

/// `pid:<aid>:<n>` → `<n>`
fn graph_id(raw: &Value, name: &str) -> Option<String> {
    at(raw, name)?.rsplit(':').next().map(str::to_owned)
}

fn file_name(part: &Value) -> String {
    at(part, "filename")
        .or_else(|| at(part, "filepath").map(|path| base_name(&path).to_owned()))
        .or_else(|| program(&at(part, "cmdline")?))
        .unwrap_or_else(|| "a process without a name".to_owned())
}

/// The program that a command line begins with.
fn program(line: &str) -> Option<String> {
    let first = match line.strip_prefix('"') {
        Some(rest) => rest.split('"').next()?,
        None => line.split_whitespace().next()?,
    };
    Some(base_name(first).to_owned())
}

/// Falcon gives a folder and a name, and either may be missing; or the whole path in either.
fn joined_path(item: &Value) -> Option<String> {
    match (at(item, "filepath"), at(item, "filename")) {
        (Some(path), Some(name)) if path.ends_with(&name) => Some(path),
        (Some(folder), Some(name)) => {
            let slash = if folder.contains('\\') { '\\' } else { '/' };
            Some(format!(
                "{}{slash}{name}",
                folder.trim_end_matches(['\\', '/'])
            ))
        }
        (path, name) => path.or(name),
    }
}
