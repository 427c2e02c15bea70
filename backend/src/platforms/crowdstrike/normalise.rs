//! Falcon's alerts as Aside's: every kind, without loss.
//!
//! What has a place becomes entities and evidence; *every* leaf of the payload is kept besides, under
//! its dotted name, in the fields of the alert's own `Detected` evidence. A new kind, a new value of an
//! enumeration or a wrong type fails nothing.

use std::collections::BTreeMap;

use aside_shared::alert::{
    Alert, AlertKey, AlertKind, Attack, Disposition, Entity, EntityKind, Evidence, EvidenceSource,
    File, Host, Object, Outcome, Process, Severity, SeverityLevel, User, Verb,
};
use aside_shared::id::{AlertId, EntityId, EvidenceId, HostId, TenantId};
use aside_shared::instant::{Clock, Instant};
use serde_json::Value;

use super::wire::{at, find, flag, instant, leaves, list};

/// An alert out of an export: one alert object, or an envelope with one resource.
pub fn from_export(tenant: &TenantId, raw: &Value) -> Result<Alert, String> {
    let raw = match raw.get("resources") {
        Some(Value::Array(resources)) => match &resources[..] {
            [one] => one,
            other => {
                return Err(format!(
                    "the envelope holds {} resources, expected is one alert",
                    other.len()
                ));
            }
        },
        _ => raw,
    };
    let id = at(raw, "composite_id")
        .or_else(|| at(raw, "id"))
        .ok_or("it has neither composite_id nor id")?;
    let key = AlertKey {
        tenant: tenant.clone(),
        platform: super::REGISTRATION.platform.into(),
        id: AlertId(id),
    };
    alert(&key, raw)
}

/// An alert as the API gives it.
pub fn alert(key: &AlertKey, raw: &Value) -> Result<Alert, String> {
    if !raw.is_object() {
        return Err("it is no JSON object".to_owned());
    }
    let mut reading = Reading {
        raw,
        entities: Vec::new(),
        evidence: Vec::new(),
        disposition: disposition(raw),
    };
    let host = reading.host();
    let trigger = reading.processes(host.as_ref());
    let users = reading.users();
    reading.activity(trigger.as_ref().or(host.as_ref()).or(users.first()));
    let subject = trigger
        .clone()
        .or_else(|| host.clone())
        .or_else(|| users.first().cloned());
    let subject = subject.unwrap_or_else(|| reading.resource());
    reading.detected(subject);
    let mut alert = Alert {
        key: key.clone(),
        kind: kind(raw),
        title: title(raw),
        description: at(raw, "description"),
        severity: severity(raw).unwrap_or(Severity {
            level: SeverityLevel::Unknown,
            raw: None,
        }),
        vendor_confidence_percent: at(raw, "confidence")
            .and_then(|it| it.parse().ok())
            .filter(|it| *it <= 100),
        status: at(raw, "status"),
        disposition: reading.disposition,
        attacks: attacks(raw),
        tags: list(raw, "tags")
            .iter()
            .filter_map(super::wire::text)
            .collect(),
        occurred: instant(raw, "context_timestamp", Clock::Endpoint)
            .or_else(|| instant(raw, "timestamp", Clock::Cloud)),
        created: instant(raw, "created_timestamp", Clock::Cloud),
        updated: instant(raw, "updated_timestamp", Clock::Cloud),
        hosts: host.into_iter().collect(),
        users,
        trigger,
        entities: Vec::new(),
        evidence: Vec::new(),
        console_url: at(raw, "falcon_host_link").filter(|url| url.starts_with("https://")),
    };
    alert.merge(reading.entities, reading.evidence);
    Ok(alert)
}

/// The vendor's title.
pub fn title(raw: &Value) -> String {
    ["display_name", "name", "scenario", "description"]
        .iter()
        .find_map(|name| at(raw, name))
        .unwrap_or_else(|| "Alert without a name".to_owned())
}

/// The vendor's severity, by name where it gives one, by number (1 to 100) otherwise. Older identity
/// alerts have 1 to 5 and no name: that stays unknown rather than guessed.
pub fn severity(raw: &Value) -> Option<Severity> {
    let (name, number) = (at(raw, "severity_name"), at(raw, "severity"));
    let level = match name.as_deref().map(str::to_ascii_lowercase).as_deref() {
        Some("informational") => SeverityLevel::Informational,
        Some("low") => SeverityLevel::Low,
        Some("medium") => SeverityLevel::Medium,
        Some("high") => SeverityLevel::High,
        Some("critical") => SeverityLevel::Critical,
        _ => match number
            .as_deref()
            .and_then(|number| number.parse::<f64>().ok())
        {
            Some(n) if n >= 80.0 => SeverityLevel::Critical,
            Some(n) if n >= 60.0 => SeverityLevel::High,
            Some(n) if n >= 40.0 => SeverityLevel::Medium,
            Some(n) if n >= 20.0 => SeverityLevel::Low,
            Some(n) if n >= 6.0 => SeverityLevel::Informational,
            _ => SeverityLevel::Unknown,
        },
    };
    let raw = name.or(number)?;
    Some(Severity {
        level,
        raw: Some(raw),
    })
}

fn kind(raw: &Value) -> AlertKind {
    let product = at(raw, "product").unwrap_or_default();
    match product.as_str() {
        "epp" => AlertKind::Endpoint,
        "overwatch" => AlertKind::ManagedHunting,
        "idp" => AlertKind::Identity,
        "mobile" => AlertKind::Mobile,
        "fcs" | "cwpp" => AlertKind::Cloud,
        "ngsiem" | "xdr" | "thirdparty" => AlertKind::Siem,
        "" => AlertKind::Unknown(at(raw, "type").unwrap_or_default()),
        other => AlertKind::Unknown(other.to_owned()),
    }
}

/// Flags that stop what was going on, and flags that only act afterwards.
const BLOCKING: &[&str] = &[
    "operation_blocked",
    "process_blocked",
    "registry_operation_blocked",
    "fs_operation_blocked",
    "containment_file_system",
];
const STOPPING: &[&str] = &[
    "kill_process",
    "kill_parent",
    "kill_subprocess",
    "quarantine_file",
    "suspend_process",
    "suspend_parent",
];

fn disposition(raw: &Value) -> Disposition {
    let details = find(raw, "pattern_disposition_details");
    let measures: Vec<String> = details
        .and_then(Value::as_object)
        .map(|flags| {
            flags
                .keys()
                .filter(|name| details.is_some_and(|it| flag(it, name)))
                .cloned()
                .collect()
        })
        .unwrap_or_default();
    let has = |names: &[&str]| {
        measures
            .iter()
            .any(|measure| names.contains(&measure.as_str()))
    };
    let outcome = match (details.is_some(), measures.is_empty()) {
        // With prevention off the sensor says what it would have done.
        (true, _) if has(&["policy_disabled", "blocking_unsupported_or_disabled"]) => {
            Outcome::Happened
        }
        (true, _) if has(BLOCKING) => Outcome::Blocked,
        (true, _) if has(STOPPING) => Outcome::Attempted,
        (true, _) => Outcome::Happened,
        (false, _) => Outcome::Unknown,
    };
    Disposition {
        outcome,
        text: at(raw, "pattern_disposition_description"),
        measures,
    }
}

fn attacks(raw: &Value) -> Vec<Attack> {
    let attack = |it: &Value| Attack {
        tactic_id: at(it, "tactic_id"),
        tactic: at(it, "tactic"),
        technique_id: at(it, "technique_id"),
        technique: at(it, "technique"),
    };
    let mut attacks: Vec<Attack> = Vec::new();
    for found in list(raw, "mitre_attack")
        .iter()
        .map(attack)
        .chain([attack(raw)])
    {
        let says_something =
            found.tactic_id.is_some() || found.technique_id.is_some() || found.tactic.is_some();
        if says_something && !attacks.contains(&found) {
            attacks.push(found);
        }
    }
    attacks
}

/// The entity id of a process, the same in alerts and telemetry.
pub fn process_id(aid: &str, uid: &str) -> EntityId {
    EntityId(format!("process:{aid}:{uid}"))
}

/// The entity id of a host.
pub fn host_id(aid: &str) -> EntityId {
    EntityId(format!("host:{aid}"))
}

/// The entity of an account, by SID where there is one, else by name.
pub fn user(name: String, uid: Option<String>) -> Entity {
    let key = uid.clone().unwrap_or_else(|| name.to_lowercase());
    Entity {
        id: EntityId(format!("user:{key}")),
        kind: EntityKind::User(User { name, uid }),
    }
}

/// The entity of a file.
pub fn file(path: String, sha256: Option<String>) -> Entity {
    Entity {
        id: EntityId(format!("file:{}", path.to_lowercase())),
        kind: EntityKind::File(File { path, sha256 }),
    }
}

struct Reading<'a> {
    raw: &'a Value,
    entities: Vec<Entity>,
    evidence: Vec<Evidence>,
    disposition: Disposition,
}

impl Reading<'_> {
    fn add(&mut self, entity: Entity) -> EntityId {
        let id = entity.id.clone();
        if !self.entities.iter().any(|known| known.id == id) {
            self.entities.push(entity);
        }
        id
    }

    fn saw(
        &mut self,
        at: Option<Instant>,
        subject: &EntityId,
        verb: Verb,
        object: Object,
        outcome: Outcome,
    ) {
        let evidence = Evidence {
            id: EvidenceId::from(""),
            at,
            source: EvidenceSource::Alert,
            subject: subject.clone(),
            verb,
            object: Some(object),
            outcome,
            derived_from: Vec::new(),
            fields: BTreeMap::new(),
        };
        self.evidence.push(evidence.identified());
    }

    /// The host, if the alert has one: cloud alerts have a `device` that is none.
    fn host(&mut self) -> Option<EntityId> {
        let raw = self.raw;
        let aid = at(raw, "device.device_id").or_else(|| at(raw, "agent_id"))?;
        let host = Host {
            id: HostId(aid.clone()),
            name: at(raw, "device.hostname")
                .or_else(|| at(raw, "host_names.0"))
                .or_else(|| list(raw, "host_names").first().and_then(super::wire::text)),
            os: at(raw, "device.platform_name")
                .or_else(|| at(raw, "platform"))
                .map(|os| match os.to_ascii_lowercase().as_str() {
                    "windows" => "windows".to_owned(),
                    "mac" | "macos" => "macos".to_owned(),
                    "linux" => "linux".to_owned(),
                    _ => os,
                }),
            role: at(raw, "device.product_type_desc"),
            domain: at(raw, "device.machine_domain").or_else(|| at(raw, "device.hostinfo.domain")),
            addresses: ["device.local_ip", "device.external_ip"]
                .iter()
                .filter_map(|name| at(raw, name))
                .collect(),
        };
        Some(self.add(Entity {
            id: host_id(&aid),
            kind: EntityKind::Host(host),
        }))
    }

    /// The chain of processes, and the one that triggered the alert.
    fn processes(&mut self, host: Option<&EntityId>) -> Option<EntityId> {
        let raw = self.raw;
        let aid = at(raw, "device.device_id").or_else(|| at(raw, "agent_id"))?;
        let grandparent = self.ancestor("grandparent_details", &aid, host, None, None);
        let parent = self.ancestor(
            "parent_details",
            &aid,
            host,
            grandparent.clone(),
            at(raw, "parent_process_id"),
        );
        let named = at(raw, "cmdline").is_some()
            || at(raw, "filename").is_some()
            || at(raw, "filepath").is_some();
        if !named {
            return parent;
        }
        let uid = at(raw, "process_id").or_else(|| graph_id(raw, "triggering_process_graph_id"));
        let process = Process {
            pid: at(raw, "local_process_id").and_then(|pid| pid.parse().ok()),
            name: file_name(raw),
            path: at(raw, "filepath"),
            command_line: at(raw, "cmdline"),
            sha256: at(raw, "sha256"),
            md5: at(raw, "md5"),
            user: self.process_user(raw, at(raw, "logon_domain")),
            parent: parent.clone(),
            host: host.cloned(),
            started: instant(raw, "process_start_time", Clock::Endpoint),
            ended: instant(raw, "process_end_time", Clock::Endpoint),
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
        match (&parent, host) {
            (Some(parent), _) => self.saw(
                started,
                &parent.clone(),
                Verb::Started,
                Object::Entity(trigger.clone()),
                outcome,
            ),
            (None, Some(host)) => self.saw(
                started,
                &host.clone(),
                Verb::Ran,
                Object::Entity(trigger.clone()),
                outcome,
            ),
            (None, None) => {}
        }
        if let (Some(grandparent), Some(parent)) = (grandparent, parent) {
            let at = instant(raw, "parent_details.timestamp", Clock::Endpoint);
            self.saw(
                at,
                &grandparent,
                Verb::Started,
                Object::Entity(parent),
                Outcome::Happened,
            );
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

    fn ancestor(
        &mut self,
        name: &str,
        aid: &str,
        host: Option<&EntityId>,
        parent: Option<EntityId>,
        uid: Option<String>,
    ) -> Option<EntityId> {
        let details = find(self.raw, name)?;
        let named = at(details, "filename").is_some()
            || at(details, "filepath").is_some()
            || at(details, "cmdline").is_some();
        let uid = at(details, "process_id")
            .or_else(|| graph_id(details, "process_graph_id"))
            .or(uid);
        let (true, Some(uid)) = (named, uid) else {
            return None;
        };
        let process = Process {
            pid: at(details, "local_process_id").and_then(|pid| pid.parse().ok()),
            name: file_name(details),
            path: at(details, "filepath"),
            command_line: at(details, "cmdline"),
            sha256: at(details, "sha256"),
            md5: at(details, "md5"),
            user: self.process_user(details, None),
            parent,
            host: host.cloned(),
            started: None,
            uid: Some(uid.clone()),
            ..Process::default()
        };
        Some(self.add(Entity {
            id: process_id(aid, &uid),
            kind: EntityKind::Process(Box::new(process)),
        }))
    }

    fn process_user(&mut self, raw: &Value, domain: Option<String>) -> Option<EntityId> {
        let name = at(raw, "user_name")?;
        let name = match domain {
            Some(domain) if !name.contains('\\') && !name.contains('@') => {
                format!("{domain}\\{name}")
            }
            _ => name,
        };
        Some(self.add(user(
            name,
            at(raw, "user_id").filter(|id| id.starts_with("S-1-")),
        )))
    }

    /// Accounts that the alert names: its own, and the identity products' source and target.
    fn users(&mut self) -> Vec<EntityId> {
        let raw = self.raw;
        let mut users: Vec<EntityId> = self
            .process_user(raw, at(raw, "logon_domain"))
            .into_iter()
            .collect();
        for which in ["source_account", "target_account"] {
            if let Some(name) =
                at(raw, &format!("{which}_name")).or_else(|| at(raw, &format!("{which}_upn")))
            {
                let name = match at(raw, &format!("{which}_domain")) {
                    Some(domain) if !name.contains(['\\', '@']) => format!("{domain}\\{name}"),
                    _ => name,
                };
                let uid = at(raw, &format!("{which}_object_sid"));
                users.push(self.add(user(name, uid)));
            }
        }
        for name in list(raw, "user_names").iter().filter_map(super::wire::text) {
            users.push(self.add(user(name, None)));
        }
        let mut seen = Vec::new();
        users.retain(|user| {
            !seen.contains(user) && {
                seen.push(user.clone());
                true
            }
        });
        users
    }

    /// Files, names and addresses in the alert's own lists.
    fn activity(&mut self, subject: Option<&EntityId>) {
        let raw = self.raw;
        let Some(subject) = subject.cloned() else {
            return;
        };
        for (name, verb) in [
            ("files_written", Verb::Wrote),
            ("files_accessed", Verb::Read),
            ("executables_written", Verb::Wrote),
        ] {
            for item in list(raw, name) {
                let Some(path) = joined_path(item) else {
                    continue;
                };
                let file = self.add(file(path, at(item, "sha256")));
                self.saw(
                    instant(item, "timestamp", Clock::Endpoint),
                    &subject,
                    verb,
                    Object::Entity(file),
                    Outcome::Happened,
                );
            }
        }
        for item in list(raw, "dns_requests") {
            let Some(name) = at(item, "domain_name") else {
                continue;
            };
            let domain = self.add(Entity {
                id: EntityId(format!("domain:{}", name.to_lowercase())),
                kind: EntityKind::Domain { name },
            });
            let when = instant(item, "load_time", Clock::Endpoint)
                .or_else(|| instant(item, "timestamp", Clock::Endpoint));
            self.saw(
                when,
                &subject,
                Verb::Resolved,
                Object::Entity(domain),
                Outcome::Happened,
            );
        }
        for item in list(raw, "network_accesses") {
            let Some(ip) = at(item, "remote_address") else {
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
            let when = instant(item, "access_timestamp", Clock::Endpoint)
                .or_else(|| instant(item, "timestamp", Clock::Endpoint));
            self.saw(
                when,
                &subject,
                verb,
                Object::Entity(peer),
                Outcome::Happened,
            );
        }
    }

    /// What the alert is about where it names neither process nor host nor account.
    fn resource(&mut self) -> EntityId {
        let raw = self.raw;
        let names = [
            "cloud_resource_id",
            "resource_id",
            "device.service_provider_account_id",
            "rule_name",
            "correlation_rule_id",
            "name",
            "id",
        ];
        let (what, name) = names
            .iter()
            .find_map(|what| at(raw, what).map(|name| ((*what).to_owned(), name)))
            .unwrap_or_else(|| ("alert".to_owned(), "alert".to_owned()));
        self.add(Entity {
            id: EntityId(format!("resource:{name}")),
            kind: EntityKind::Resource { what, name },
        })
    }

    /// The vendor's own finding, with every leaf of the payload.
    fn detected(&mut self, subject: EntityId) {
        let mut fields = BTreeMap::new();
        leaves(self.raw, "", &mut fields);
        let evidence = Evidence {
            id: EvidenceId::from(""),
            at: instant(self.raw, "context_timestamp", Clock::Endpoint)
                .or_else(|| instant(self.raw, "timestamp", Clock::Cloud)),
            source: EvidenceSource::Alert,
            subject,
            verb: Verb::Detected,
            object: Some(Object::Value(title(self.raw))),
            outcome: self.disposition.outcome,
            derived_from: Vec::new(),
            fields,
        };
        self.evidence.push(evidence.identified());
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

/// `pid:<aid>:<n>` → `<n>`
fn graph_id(raw: &Value, name: &str) -> Option<String> {
    at(raw, name)?.rsplit(':').next().map(str::to_owned)
}

fn file_name(raw: &Value) -> String {
    at(raw, "filename")
        .or_else(|| {
            at(raw, "filepath").map(|path| aside_shared::alert::base_name(&path).to_owned())
        })
        .or_else(|| {
            let line = at(raw, "cmdline")?;
            let first = match line.strip_prefix('"') {
                Some(rest) => rest.split('"').next()?,
                None => line.split_whitespace().next()?,
            };
            Some(aside_shared::alert::base_name(first).to_owned())
        })
        .unwrap_or_else(|| "a process without a name".to_owned())
}

/// Falcon gives a folder and a name, and either may be missing.
fn joined_path(item: &Value) -> Option<String> {
    match (at(item, "filepath"), at(item, "filename")) {
        (Some(folder), Some(name)) if folder.ends_with(&name) && folder.len() > name.len() => {
            Some(folder)
        }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const AID: &str = "c36c42b64ce54b39a32e1d57240704c8";
    const CID: &str = "8693deb4bf134cfb8855ee118d9a0243";

    fn endpoint_alert() -> Value {
        json!({
            "composite_id": format!("{CID}:ind:{AID}:625-20151-7049"),
            "product": "epp", "type": "ldt", "display_name": "Suspicious script", "severity": 70, "severity_name": "High",
            "confidence": 80, "status": "new", "agent_id": AID,
            "cmdline": "powershell.exe -File a.ps1", "filename": "powershell.exe",
            "filepath": "\\Device\\HarddiskVolume3\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe",
            "process_id": "625985642593750673", "parent_process_id": "625985535262558233", "local_process_id": "4077",
            "process_start_time": "1750099614", "process_end_time": "0", "sha1": "0".repeat(40), "sha256": "ab".repeat(32),
            "user_name": "j.smith", "logon_domain": "ACME", "user_id": "S-1-5-21-1-2-3-1104",
            "parent_details": { "filename": "winword.exe", "cmdline": "winword.exe /n", "process_id": "625985535262558233",
                "timestamp": "2025-06-16T18:47:35Z", "local_process_id": "2887" },
            "grandparent_details": { "filename": "explorer.exe", "process_id": "5", "local_process_id": "88" },
            "device": { "device_id": AID, "hostname": "FIN-LT-204", "platform_name": "Windows", "status": "normal",
                "product_type_desc": "Workstation", "local_ip": "10.1.2.3", "ou": null, "agent_local_time": "2610-01-05T13:11:22.705Z" },
            "files_written": [{ "filename": "d.bin", "filepath": "\\Device\\HarddiskVolume3\\Temp\\", "timestamp": "1750099620" }],
            "dns_requests": [{ "domain_name": "cdn-sync.example", "load_time": "2025-06-16T18:47:40Z" }],
            "network_accesses": [{ "remote_address": "203.0.113.9", "remote_port": "443", "connection_direction": "0", "access_timestamp": 1_750_099_660 }],
            "mitre_attack": [{ "tactic": "Execution", "tactic_id": "TA0002", "technique": "PowerShell", "technique_id": "T1059.001" }, { "pattern_id": 5 }],
            "pattern_disposition_details": { "detect": true, "kill_process": false, "process_blocked": false },
            "pattern_disposition_description": "Detection, standard detection.",
            "timestamp": "2025-06-16T18:46:54.925Z", "created_timestamp": "2025-06-16T18:47:56.231503572Z",
            "falcon_host_link": "https://falcon.us-2.crowdstrike.com/activity-v2/detections/x",
            "a_field_of_the_future": { "deep": ["kept", 7] },
        })
    }

    fn read(raw: &Value) -> Alert {
        from_export(&"acme".into(), raw).unwrap()
    }

    fn relations(alert: &Alert) -> Vec<(String, Verb, String)> {
        let name = |id: &EntityId| {
            alert
                .entity(id)
                .map_or("?", |entity| entity.kind.name())
                .to_owned()
        };
        alert
            .evidence
            .iter()
            .map(|it| {
                let object = match &it.object {
                    Some(Object::Entity(id)) => name(id),
                    Some(Object::Value(text)) => text.clone(),
                    None => String::new(),
                };
                (name(&it.subject), it.verb, object)
            })
            .collect()
    }

    #[test]
    fn an_endpoint_alert_becomes_entities_and_evidence() {
        let alert = read(&endpoint_alert());
        assert_eq!(alert.kind, AlertKind::Endpoint);
        assert_eq!(alert.severity.level, SeverityLevel::High);
        let seen = relations(&alert);
        for (subject, verb, object) in [
            ("explorer.exe", Verb::Started, "winword.exe"),
            ("winword.exe", Verb::Started, "powershell.exe"),
            ("powershell.exe", Verb::Wrote, "d.bin"),
            ("powershell.exe", Verb::Resolved, "cdn-sync.example"),
            ("powershell.exe", Verb::ConnectedTo, "203.0.113.9"),
            ("powershell.exe", Verb::Detected, "Suspicious script"),
        ] {
            let expected = (subject.to_owned(), verb, object.to_owned());
            assert!(seen.contains(&expected), "{expected:?} is not in {seen:?}");
        }
        let EntityKind::Process(process) =
            &alert.entity(alert.trigger.as_ref().unwrap()).unwrap().kind
        else {
            panic!()
        };
        assert_eq!(process.pid, Some(4077));
        assert_eq!(process.ended, None);
        let EntityKind::User(user) = &alert.entity(process.user.as_ref().unwrap()).unwrap().kind
        else {
            panic!()
        };
        assert_eq!(user.name, "ACME\\j.smith");
    }

    #[test]
    fn no_leaf_of_any_kind_is_lost() {
        let kinds = [
            endpoint_alert(),
            json!({ "composite_id": format!("{CID}:ind:{CID}:C0BB6ACD"), "product": "idp", "type": "idp-session-source-user-endpoint-target-info",
                "severity": 2, "source_account_name": "svc", "source_account_domain": "ACME", "privileges": "2177", "location_country_code": "DE" }),
            json!({ "composite_id": format!("{CID}:ind:22:333|444"), "product": "mobile", "agent_id": "not-hex", "is_jailbroken": "0", "verified_boot_state": 2 }),
            json!({ "composite_id": format!("{CID}:fcs:ioa-211:0-1"), "product": "fcs", "type": "cloud-ioa", "aggregate_id": "", "mfa_authenticated": "false",
                "request_parameters": "{\"bucket\":\"x\"}", "device": { "service_provider": "AWS", "service_provider_account_id": "0123" } }),
            json!({ "composite_id": format!("{CID}:ngsiem:{CID}:ab"), "product": "ngsiem", "event_ids": "one,two", "mitre_attack": [], "users": ["a", "b"] }),
            json!({ "composite_id": "x", "product": "automated-lead", "score": 12.5, "threatgraph_indicators": [{ "hostname": "h" }] }),
            json!({ "composite_id": "x", "product": "of-the-future", "severity": { "level": "odd" }, "device": [1, 2] }),
        ];
        for raw in kinds {
            let alert = read(&raw);
            let kept = serde_json::to_string(&alert).unwrap();
            let mut expected = BTreeMap::new();
            leaves(&raw, "", &mut expected);
            for (name, text) in expected {
                let quoted = serde_json::to_string(&text).unwrap();
                assert!(kept.contains(&quoted), "{name} = {text} is lost");
            }
        }
    }

    #[test]
    fn other_kinds_keep_their_kind_and_invent_no_host() {
        let identity = read(
            &json!({ "id": "x", "product": "idp", "source_account_name": "svc", "source_account_domain": "ACME" }),
        );
        assert_eq!(
            (
                identity.kind.clone(),
                identity.hosts.len(),
                identity.users.len()
            ),
            (AlertKind::Identity, 0, 1)
        );
        let cloud = read(
            &json!({ "id": "x", "product": "fcs", "device": { "service_provider_account_id": "0123" } }),
        );
        assert_eq!(
            (cloud.kind.clone(), cloud.hosts.len()),
            (AlertKind::Cloud, 0)
        );
        let future = read(&json!({ "id": "x", "product": "of-the-future" }));
        assert_eq!(future.kind, AlertKind::Unknown("of-the-future".to_owned()));
        assert_eq!(
            read(&json!({ "id": "x", "severity": 2 })).severity.level,
            SeverityLevel::Unknown
        );
    }

    #[test]
    fn what_the_sensor_did_is_told_apart() {
        let outcome = |flags: Value| {
            read(&json!({ "id": "x", "pattern_disposition_details": flags }))
                .disposition
                .outcome
        };
        assert_eq!(
            outcome(json!({ "process_blocked": true })),
            Outcome::Blocked
        );
        assert_eq!(outcome(json!({ "kill_process": true })), Outcome::Attempted);
        assert_eq!(
            outcome(json!({ "process_blocked": true, "policy_disabled": true })),
            Outcome::Happened
        );
        assert_eq!(outcome(json!({ "detect": true })), Outcome::Happened);
        assert_eq!(
            read(&json!({ "id": "x" })).disposition.outcome,
            Outcome::Unknown
        );
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 6, |inner| {
            let name = prop_oneof![
                Just("device".to_owned()),
                Just("parent_details".to_owned()),
                Just("files_written".to_owned()),
                Just("composite_id".to_owned()),
                Just("process_id".to_owned()),
                Just("cmdline".to_owned()),
                Just("device_id".to_owned()),
                Just("mitre_attack".to_owned()),
                Just("severity".to_owned()),
                Just("timestamp".to_owned()),
                Just("id".to_owned()),
                any::<String>(),
            ];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(name, inner, 0..6)
                    .prop_map(|map| map.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_payload_breaks_the_normaliser(raw in any_json()) {
            let _read = from_export(&"acme".into(), &raw);
        }
    }
}
