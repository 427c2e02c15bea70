//! What Next-Gen SIEM knows around an alert: the host's process tree and what its processes did.
//!
//! One query job: the host's events of the kinds that Aside reads, in a window around the alert. Only
//! a typed query is ever sent; what goes into it is a host's id, checked to be hex digits.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant as Stopwatch};

use aside_shared::alert::{
    Alert, Entity, EntityKind, Evidence, EvidenceSource, Object, Process, Verb, base_name,
};
use aside_shared::event::ContextState;
use aside_shared::id::EntityId;
use aside_shared::instant::Clock;
use async_trait::async_trait;
use serde_json::{Value, json};

use super::client::{Call, Client};
use super::normalise::{endpoint, file, host_id, process_id, user};
use super::wire::{at, instant, leaves};
use crate::platforms::{AlertContext, ContextReading, PlatformError, PlatformErrorKind};

/// Reads telemetry.
pub struct NextGenSiem {
    /// The read credential.
    pub read: Arc<Client>,
}

const JOBS: &str = "/humio/api/v1/repositories/search-all/queryjobs";
const SCOPE: &str = "NGSIEM: read and write";
/// Events that are read at most: the newest.
const EVENTS_MAX: usize = 1000;
/// How far before and after the alert.
const BEFORE_MS: i64 = 60 * 60 * 1000;
const AFTER_MS: i64 = 60 * 60 * 1000;
/// How long a job is waited for.
const DEADLINE: Duration = Duration::from_secs(20);

/// The kinds of events that are read. Source: the vendor's event dictionary.
const KINDS: &[(&str, Verb)] = &[
    ("ProcessRollup2", Verb::Started),
    ("SyntheticProcessRollup2", Verb::Started),
    ("NetworkConnectIP4", Verb::ConnectedTo),
    ("NetworkConnectIP6", Verb::ConnectedTo),
    ("NetworkReceiveAcceptIP4", Verb::Accepted),
    ("DnsRequest", Verb::Resolved),
    ("PeFileWritten", Verb::Wrote),
    ("NewExecutableWritten", Verb::Wrote),
    ("NewScriptWritten", Verb::Wrote),
    ("GenericFileWritten", Verb::Wrote),
    ("OoxmlFileWritten", Verb::Wrote),
    ("ZipFileWritten", Verb::Wrote),
    ("DmpFileWritten", Verb::Wrote),
    ("NewExecutableRenamed", Verb::Renamed),
    ("ExecutableDeleted", Verb::Deleted),
    ("AsepValueUpdate", Verb::Set),
    ("AsepKeyUpdate", Verb::Set),
    ("RegGenericValueUpdate", Verb::Set),
    ("ScheduledTaskRegistered", Verb::RegisteredTask),
    ("ScheduledTaskModified", Verb::RegisteredTask),
    ("CreateService", Verb::InstalledService),
    ("ModifyServiceBinary", Verb::InstalledService),
    ("ClassifiedModuleLoad", Verb::Loaded),
    ("DriverLoad", Verb::Loaded),
    ("CommandHistory", Verb::RanScript),
    ("ScriptControlScanTelemetry", Verb::RanScript),
    ("UserLogon", Verb::LoggedOnTo),
];

#[async_trait]
impl AlertContext for NextGenSiem {
    async fn context(&self, alert: &Alert) -> Result<ContextReading, PlatformError> {
        let unavailable = |reason: &str| ContextReading::unavailable(reason);
        let host = alert
            .hosts
            .first()
            .and_then(|id| alert.entity(id))
            .and_then(|entity| match &entity.kind {
                EntityKind::Host(host) => Some(host.id.as_str()),
                _ => None,
            });
        let Some(aid) =
            host.filter(|aid| !aid.is_empty() && aid.bytes().all(|b| b.is_ascii_hexdigit()))
        else {
            return Ok(unavailable(
                "The alert names no host whose telemetry could be read.",
            ));
        };
        let Some(around) = alert.created.as_ref().or(alert.occurred.as_ref()) else {
            return Ok(unavailable(
                "The alert has no time around which telemetry could be read.",
            ));
        };
        match self.search(aid, around.unix_ms).await {
            Ok((rows, state)) => {
                let mut reading = Rows {
                    aid,
                    entities: Vec::new(),
                    evidence: Vec::new(),
                };
                rows.iter().for_each(|row| reading.add(row));
                Ok(ContextReading {
                    state,
                    looked_for: KINDS.iter().map(|(_, verb)| *verb).collect(),
                    entities: reading.entities,
                    evidence: reading.evidence,
                })
            }
            Err(error) if error.kind == PlatformErrorKind::Credential => {
                Ok(unavailable(&error.detail))
            }
            Err(error) => Err(error),
        }
    }
}

impl NextGenSiem {
    async fn search(
        &self,
        aid: &str,
        around_unix_ms: i64,
    ) -> Result<(Vec<Value>, ContextState), PlatformError> {
        let body = json!({
            "queryString": query(aid),
            "start": around_unix_ms - BEFORE_MS,
            "end": around_unix_ms + AFTER_MS,
            "isLive": false,
        });
        let start = Call {
            what: "start a search",
            method: "POST",
            path: JOBS,
            query: &[],
            body: Some(&body),
            scope: SCOPE,
        };
        let job = self.read.read(start).await?;
        let Some(id) = at(&job, "id").filter(|id| {
            id.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_.~".contains(&b))
        }) else {
            return Err(PlatformError {
                kind: PlatformErrorKind::Down,
                detail: "Falcon started a search and named no job.".to_owned(),
                vendor_request_id: None,
            });
        };
        let path = format!("{JOBS}/{id}");
        let found = self.poll(&path).await;
        let read = Arc::clone(&self.read);
        // The reader does not wait for it; a job that cannot be stopped ends by itself.
        tokio::spawn(async move {
            let stop = Call {
                what: "stop a search",
                method: "DELETE",
                path: &path,
                query: &[],
                body: None,
                scope: SCOPE,
            };
            let _stopped = read.read(stop).await;
        });
        found
    }

    async fn poll(&self, path: &str) -> Result<(Vec<Value>, ContextState), PlatformError> {
        let started = Stopwatch::now();
        loop {
            let call = Call {
                what: "read a search's result",
                method: "GET",
                path,
                query: &[],
                body: None,
                scope: SCOPE,
            };
            let job = self.read.read(call).await?;
            let is_done = job.get("done").and_then(Value::as_bool).unwrap_or(false);
            let is_late = started.elapsed() >= DEADLINE;
            if is_done || is_late {
                let rows: Vec<Value> = job
                    .get("events")
                    .and_then(Value::as_array)
                    .cloned()
                    .unwrap_or_default();
                let state = if is_late && !is_done {
                    ContextState::Partial {
                        reason: format!("The search was not done within {} s.", DEADLINE.as_secs()),
                    }
                } else if rows.len() >= EVENTS_MAX {
                    ContextState::Partial {
                        reason: format!("Only the newest {EVENTS_MAX} events were read."),
                    }
                } else {
                    ContextState::Complete
                };
                return Ok((rows, state));
            }
            let pause = job
                .get("metaData")
                .and_then(|it| it.get("pollAfter"))
                .and_then(Value::as_u64)
                .unwrap_or(1000);
            tokio::time::sleep(Duration::from_millis(pause.clamp(50, 5000))).await;
        }
    }
}

/// The tag first, as the language wants it; the newest events, said so that the engine adds no limit of its own.
fn query(aid: &str) -> String {
    let kinds: Vec<&str> = KINDS.iter().map(|(kind, _)| *kind).collect();
    format!(
        "#event_simpleName=/^({})$/ | aid=\"{aid}\" | tail({EVENTS_MAX})",
        kinds.join("|")
    )
}

struct Rows<'a> {
    aid: &'a str,
    entities: Vec<Entity>,
    evidence: Vec<Evidence>,
}

impl Rows<'_> {
    fn add(&mut self, row: &Value) {
        let Some(kind) = at(row, "#event_simpleName") else {
            return;
        };
        let verb = KINDS
            .iter()
            .find(|(name, _)| *name == kind)
            .map_or(Verb::Did, |(_, verb)| *verb);
        let (subject, object) = match verb {
            Verb::Started => self.process(row),
            _ => (self.actor(row), self.object(row, verb)),
        };
        let mut fields = BTreeMap::new();
        leaves(row, "", &mut fields);
        let when = instant(row, "ContextTimeStamp", Clock::Endpoint)
            .or_else(|| {
                instant(row, "ProcessStartTime", Clock::Endpoint).filter(|_| verb == Verb::Started)
            })
            .or_else(|| instant(row, "@timestamp", Clock::Cloud));
        let verb = if verb == Verb::Started && subject == host_id(self.aid) {
            Verb::Ran
        } else {
            verb
        };
        let evidence = Evidence {
            at: when,
            fields,
            ..Evidence::new(EvidenceSource::Telemetry, subject, verb, object)
        };
        self.evidence.push(evidence.identified());
    }

    fn put(&mut self, entity: Entity) -> EntityId {
        let id = entity.id.clone();
        if !self.entities.iter().any(|known| known.id == id) {
            self.entities.push(entity);
        }
        id
    }

    /// A process start: who started what.
    fn process(&mut self, row: &Value) -> (EntityId, Option<Object>) {
        let host = host_id(self.aid);
        let uid = at(row, "TargetProcessId").unwrap_or_else(|| "unknown".to_owned());
        let parent = at(row, "ParentProcessId").map(|uid| process_id(self.aid, &uid));
        if let (Some(id), Some(name)) = (&parent, at(row, "ParentBaseFileName")) {
            // Its own start may lie outside the window: then this is all that is known of it.
            let known = Process {
                name,
                host: Some(host.clone()),
                uid: at(row, "ParentProcessId"),
                ..Process::default()
            };
            self.put(Entity {
                id: id.clone(),
                kind: EntityKind::Process(Box::new(known)),
            });
        }
        let path = at(row, "ImageFileName");
        let name =
            at(row, "FileName").or_else(|| path.as_ref().map(|path| base_name(path).to_owned()));
        let who = at(row, "UserName").map(|name| self.put(user(name, at(row, "UserSid"))));
        let process = Process {
            pid: at(row, "RawProcessId").and_then(|pid| pid.parse().ok()),
            name: name.unwrap_or_else(|| "a process without a name".to_owned()),
            command_line: at(row, "CommandLine"),
            sha256: at(row, "SHA256HashData"),
            md5: at(row, "MD5HashData"),
            user: who,
            parent: parent.clone(),
            host: Some(host.clone()),
            started: instant(row, "ProcessStartTime", Clock::Endpoint),
            ended: instant(row, "ProcessEndTime", Clock::Endpoint),
            integrity: at(row, "IntegrityLevel").map(integrity),
            original_name: at(row, "OriginalFilename"),
            uid: Some(uid.clone()),
            path,
            ..Process::default()
        };
        let id = process_id(self.aid, &uid);
        match self.entities.iter_mut().find(|known| known.id == id) {
            // A child named it before its own row came.
            Some(known) => known.kind = EntityKind::Process(Box::new(process)),
            None => self.entities.push(Entity {
                id: id.clone(),
                kind: EntityKind::Process(Box::new(process)),
            }),
        }
        let subject = parent
            .filter(|id| self.entities.iter().any(|known| &known.id == id))
            .unwrap_or(host);
        (subject, Some(Object::Entity(id)))
    }

    /// Who did what a row tells: the context process, else the host.
    fn actor(&mut self, row: &Value) -> EntityId {
        let Some(uid) = at(row, "ContextProcessId").filter(|uid| uid != "0") else {
            return host_id(self.aid);
        };
        let name =
            at(row, "ContextBaseFileName").unwrap_or_else(|| "a process without a name".to_owned());
        let process = Process {
            name,
            host: Some(host_id(self.aid)),
            uid: Some(uid.clone()),
            ..Process::default()
        };
        self.put(Entity {
            id: process_id(self.aid, &uid),
            kind: EntityKind::Process(Box::new(process)),
        })
    }

    fn object(&mut self, row: &Value, verb: Verb) -> Option<Object> {
        let entity = match verb {
            Verb::ConnectedTo | Verb::Accepted => {
                let ip = at(row, "RemoteAddressIP4").or_else(|| at(row, "RemoteAddressIP6"))?;
                endpoint(ip, at(row, "RemotePort").and_then(|port| port.parse().ok()))
            }
            Verb::Resolved => {
                let name = at(row, "DomainName")?;
                Entity {
                    id: EntityId(format!("domain:{}", name.to_lowercase())),
                    kind: EntityKind::Domain { name },
                }
            }
            Verb::Wrote | Verb::Renamed | Verb::Deleted => file(
                at(row, "TargetFileName").or_else(|| at(row, "FileName"))?,
                at(row, "SHA256HashData"),
            ),
            Verb::Loaded => file(at(row, "ImageFileName")?, at(row, "SHA256HashData")),
            Verb::Set => {
                let key = at(row, "RegObjectName")?;
                let value_name = at(row, "RegValueName");
                let data = ["RegStringValue", "RegNumericValue", "RegBinaryValue"]
                    .iter()
                    .find_map(|name| at(row, name));
                let id = format!(
                    "registry:{}:{}",
                    key.to_lowercase(),
                    value_name.as_deref().unwrap_or("").to_lowercase()
                );
                Entity {
                    id: EntityId(id),
                    kind: EntityKind::Registry {
                        key,
                        value_name,
                        data,
                    },
                }
            }
            Verb::RegisteredTask => {
                let name = at(row, "TaskName")?;
                let command =
                    at(row, "TaskExecCommand").map(|command| match at(row, "TaskExecArguments") {
                        Some(arguments) => format!("{command} {arguments}"),
                        None => command,
                    });
                Entity {
                    id: EntityId(format!("task:{}", name.to_lowercase())),
                    kind: EntityKind::Task { name, command },
                }
            }
            Verb::InstalledService => {
                let name = at(row, "ServiceDisplayName")?;
                let command = at(row, "ServiceImagePath");
                Entity {
                    id: EntityId(format!("service:{}", name.to_lowercase())),
                    kind: EntityKind::Service { name, command },
                }
            }
            Verb::LoggedOnTo => user(at(row, "UserName")?, at(row, "UserSid")),
            Verb::RanScript => {
                let text = at(row, "CommandHistory").or_else(|| at(row, "ScriptContent"))?;
                return Some(Object::Value(text));
            }
            _ => return None,
        };
        Some(Object::Entity(self.put(entity)))
    }
}

/// A Windows integrity level by the name that its rules and readers use; events have the RID of the label's SID
/// (`S-1-16-12288`). Another one stays as it is. Source: Windows' well-known SIDs.
fn integrity(level: String) -> String {
    let name = match level.as_str() {
        "0" => "Untrusted",
        "4096" => "Low",
        "8192" => "Medium",
        "8448" => "Medium Plus",
        "12288" => "High",
        "16384" => "System",
        "20480" => "Protected",
        _ => return level,
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AID: &str = "c36c42b64ce54b39a32e1d57240704c8";

    fn read(rows: &[Value]) -> Rows<'static> {
        let mut reading = Rows {
            aid: AID,
            entities: Vec::new(),
            evidence: Vec::new(),
        };
        rows.iter().for_each(|row| reading.add(row));
        reading
    }

    #[test]
    fn a_tree_is_linked_in_whatever_order_its_rows_come() {
        let child = json!({ "#event_simpleName": "ProcessRollup2", "TargetProcessId": "2", "ParentProcessId": "1", "ParentBaseFileName": "cmd.exe",
            "FileName": "whoami.exe", "CommandLine": "whoami", "@timestamp": 1_750_099_614_925_u64 });
        let parent = json!({ "#event_simpleName": "ProcessRollup2", "TargetProcessId": "1", "ParentProcessId": "0", "FileName": "cmd.exe",
            "CommandLine": "cmd /c whoami", "RawProcessId": "77", "IntegrityLevel": "12288", "@timestamp": "1750099614000" });
        for rows in [[child.clone(), parent.clone()], [parent, child]] {
            let reading = read(&rows);
            let of = |uid: &str| {
                reading
                    .entities
                    .iter()
                    .find(|it| it.id == process_id(AID, uid))
                    .unwrap()
            };
            let EntityKind::Process(parent) = &of("1").kind else {
                panic!()
            };
            assert_eq!(
                (parent.pid, parent.command_line.as_deref()),
                (Some(77), Some("cmd /c whoami"))
            );
            assert_eq!(parent.integrity.as_deref(), Some("High"));
            let started = reading
                .evidence
                .iter()
                .find(|it| it.verb == Verb::Started)
                .unwrap();
            assert_eq!(started.subject, process_id(AID, "1"));
            assert_eq!(started.object, Some(Object::Entity(process_id(AID, "2"))));
        }
    }

    #[test]
    fn strange_rows_are_kept_and_break_nothing() {
        let rows = [
            json!({ "#event_simpleName": "DnsRequest", "DomainName": ["x"], "ContextProcessId": 7 }),
            json!({ "#event_simpleName": "OfTheFuture", "x": "kept" }),
            json!({ "no": "name" }),
            json!(null),
            json!({ "#event_simpleName": "NetworkConnectIP4", "RemoteAddressIP4": "203.0.113.9", "RemotePort": "99999", "ContextProcessId": "7" }),
        ];
        let reading = read(&rows);
        assert_eq!(reading.evidence.len(), 3);
        assert!(reading.evidence.iter().any(|it| it.verb == Verb::Did && it.fields.get("x").is_some_and(|it| it == "kept")));
    }

    #[test]
    fn the_query_says_its_own_limit_and_quotes_nothing_foreign() {
        let text = query(AID);
        assert!(text.starts_with("#event_simpleName=/^(ProcessRollup2|"));
        assert!(text.ends_with(&format!("| aid=\"{AID}\" | tail(1000)")));
    }
}
