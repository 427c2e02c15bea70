//! Whether a statement is true by the lab's own record of what happened. It knows nothing of how Aside checks.

use aside_journeys::Lab;
use aside_shared::alert::{Alert, EntityKind, Object, Outcome, Process, Verb};
use aside_shared::analysis::{Claim, ClaimKind, Relation, View};
use aside_shared::id::EntityId;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// How far the vendor's times may be from the record's, in milliseconds.
const BLUR_MS: i64 = 2_000;

/// What happened on one host.
pub struct Truth {
    events: Vec<Value>,
    findings: Vec<Value>,
}

impl Truth {
    /// The lab's record of a host.
    pub async fn of(lab: &Lab, host: &str) -> Self {
        let told = lab.control(&format!("/hosts/{host}/happened")).await;
        let list = |name: &str| told[name].as_array().cloned().expect("a list");
        Self {
            events: list("events"),
            findings: list("findings"),
        }
    }

    /// Whether a claim is true of this host: a fact by each of its relations, a view by what it points at.
    pub fn holds(&self, alert: &Alert, claim: &Claim) -> Result<(), String> {
        for relation in &claim.relations {
            self.says(alert, relation)?;
        }
        match &claim.kind {
            ClaimKind::Fact if claim.relations.is_empty() => Err("a fact of nothing".to_owned()),
            ClaimKind::Fact => Ok(()),
            // That it may be so is nobody's to refute; that it points at what happened is.
            ClaimKind::View(
                View::Technique { .. } | View::LookAt { .. } | View::Question { .. },
            ) => self.all_happened(alert, claim),
            other => Err(format!("the record cannot tell: {other:?}")),
        }
    }

    fn all_happened(&self, alert: &Alert, claim: &Claim) -> Result<(), String> {
        for id in &claim.evidence {
            let cited = alert.evidence.iter().find(|it| &it.id == id);
            let cited = cited.ok_or("it cites what is not there")?;
            let relation = Relation {
                subject: cited.subject.clone(),
                verb: cited.verb,
                object: cited.object.clone(),
                outcome: cited.outcome,
                count: None,
                span_unix_ms: None,
            };
            self.says(alert, &relation)?;
        }
        Ok(())
    }

    /// Whether the record says a relation, so often and in that span.
    pub fn says(&self, alert: &Alert, relation: &Relation) -> Result<(), String> {
        let subject = kind_of(alert, &relation.subject);
        let object = match &relation.object {
            Some(Object::Entity(id)) => Thing::Entity(kind_of(alert, id)),
            Some(Object::Value(value)) => Thing::Value(value),
            None => Thing::Nothing,
        };
        let wrong = || format!("the record does not say {relation:?}");
        let found: Vec<i64> = match relation.verb {
            Verb::DecodedTo => {
                return match (subject, object) {
                    (Some(EntityKind::Process(process)), Thing::Value(text))
                        if self.ran_encoded(process, text) =>
                    {
                        Ok(())
                    }
                    _ => Err(wrong()),
                };
            }
            Verb::Detected => self
                .findings
                .iter()
                .filter(|it| is_process(subject, &it["process"]) && object.is_value(&it["name"]))
                .filter(|it| {
                    (it["disposition"] == "blocked") == (relation.outcome == Outcome::Blocked)
                })
                .filter_map(|it| it["at_unix_ms"].as_i64())
                .collect(),
            verb => self
                .events
                .iter()
                .filter(|it| is_actor(verb, subject, it) && did(verb, object, it))
                .filter(|it| self.had(relation.outcome, it))
                .filter_map(|it| it["at_unix_ms"].as_i64())
                .collect(),
        };
        let (Some(first), Some(last)) = (found.iter().min(), found.iter().max()) else {
            return Err(wrong());
        };
        if relation
            .count
            .is_some_and(|count| count as usize != found.len())
        {
            return Err(format!("the record has it {} times", found.len()));
        }
        let is_near = |one: i64, other: i64| (one - other).abs() <= BLUR_MS;
        match relation.span_unix_ms {
            Some((from, to)) if !is_near(from, *first) || !is_near(to, *last) => {
                Err(format!("the record has it from {first} to {last}"))
            }
            _ => Ok(()),
        }
    }

    /// Whether the record has this outcome: a sensor may have blocked a start that was seen; everything else that is
    /// told happened.
    fn had(&self, outcome: Outcome, event: &Value) -> bool {
        let blocked = |finding: &&Value| {
            finding["disposition"] == "blocked" && finding["process"]["uid"] == event["what"]["uid"]
        };
        match outcome {
            Outcome::Happened => true,
            Outcome::Blocked => {
                event["did"] == "started" && self.findings.iter().any(|it| blocked(&it))
            }
            Outcome::Attempted | Outcome::Unknown => false,
        }
    }

    /// Whether a process ran with a command line that holds this text, encoded or with its carets.
    fn ran_encoded(&self, process: &Process, text: &str) -> bool {
        let lines = self.events.iter().map(|it| &it["what"]);
        let mut lines = lines
            .filter(|what| is_same(process, what))
            .filter_map(|what| what["command_line"].as_str());
        lines.any(|line| {
            line.replace('^', "") == text
                || line.split([' ', '"']).any(|word| {
                    let Ok(bytes) = STANDARD.decode(word) else {
                        return false;
                    };
                    let wide: Vec<u16> = bytes
                        .chunks_exact(2)
                        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
                        .collect();
                    String::from_utf16(&wide).is_ok_and(|decoded| decoded.trim() == text.trim())
                })
        })
    }
}

#[derive(Clone, Copy)]
enum Thing<'a> {
    Entity(Option<&'a EntityKind>),
    Value(&'a str),
    Nothing,
}

impl Thing<'_> {
    fn is_value(self, told: &Value) -> bool {
        matches!(self, Self::Value(value) if told == value)
    }
}

fn kind_of<'a>(alert: &'a Alert, id: &EntityId) -> Option<&'a EntityKind> {
    let found = alert.entities.iter().find(|entity| &entity.id == id);
    found.map(|entity| &entity.kind)
}

/// By the operating system's number, or by the lab's own where the vendor does not tell that; the name has to be it too.
fn is_same(process: &Process, told: &Value) -> bool {
    let is_numbered = match (process.pid, &process.uid) {
        (Some(pid), _) => told["pid"] == pid,
        (None, Some(uid)) => uid.parse().is_ok_and(|uid: u64| told["uid"] == uid),
        (None, None) => false,
    };
    let name = told["name"].as_str();
    is_numbered && name.is_some_and(|name| name.eq_ignore_ascii_case(&process.name))
}

fn is_process(kind: Option<&EntityKind>, told: &Value) -> bool {
    matches!(kind, Some(EntityKind::Process(process)) if is_same(process, told))
}

fn is_actor(verb: Verb, subject: Option<&EntityKind>, event: &Value) -> bool {
    match (verb, subject) {
        // Whose child it is was not known: the host stands for whoever started it.
        (Verb::Ran, Some(EntityKind::Host(_) | EntityKind::User(_))) => true,
        (Verb::LoggedOnTo, _) => true,
        (_, subject) => is_process(subject, &event["actor"]),
    }
}

fn did(verb: Verb, object: Thing<'_>, event: &Value) -> bool {
    let what = &event["what"];
    let is_it = |did: &str| event["did"] == did;
    match (verb, object) {
        (Verb::Started | Verb::Ran, Thing::Entity(kind)) => {
            is_it("started") && is_process(kind, what)
        }
        (Verb::Accessed, Thing::Entity(kind)) => is_it("accessed") && is_process(kind, what),
        (Verb::RanScript, Thing::Value(_)) => {
            is_it("ran script") && object.is_value(&what["script"])
        }
        (Verb::Wrote, Thing::Entity(kind)) => is_it("wrote") && is_file(kind, what),
        (Verb::Read, Thing::Entity(kind)) => is_it("read") && is_file(kind, what),
        (Verb::Renamed, Thing::Entity(kind)) => is_it("renamed") && is_file(kind, what),
        (Verb::Loaded, Thing::Entity(kind)) => is_it("loaded") && is_file(kind, what),
        (verb, Thing::Entity(Some(kind))) => match (verb, kind) {
            (Verb::Resolved, EntityKind::Domain { name }) => {
                is_it("resolved") && what["domain"] == name.as_str()
            }
            (Verb::ConnectedTo, EntityKind::Endpoint { ip, port }) => {
                is_it("connected")
                    && what["address"] == ip.as_str()
                    && port.is_none_or(|port| what["port"] == port)
            }
            (
                Verb::Set,
                EntityKind::Registry {
                    key, value_name, ..
                },
            ) => {
                is_it("set")
                    && what["key"].as_str().map(registry) == Some(registry(key))
                    && value_name
                        .as_ref()
                        .is_none_or(|name| what["value"] == name.as_str())
            }
            (Verb::RegisteredTask, EntityKind::Task { name, .. }) => {
                is_it("registered") && what["task"] == name.as_str()
            }
            (Verb::InstalledService, EntityKind::Service { name, .. }) => {
                is_it("installed") && what["service"] == name.as_str()
            }
            (Verb::LoggedOnTo, EntityKind::User(user)) => {
                let name = user.name.rsplit('\\').next();
                is_it("logged on") && what["user"].as_str() == name
            }
            _ => false,
        },
        _ => false,
    }
}

fn is_file(kind: Option<&EntityKind>, told: &Value) -> bool {
    let Some(EntityKind::File(file)) = kind else {
        return false;
    };
    let told = told["file"].as_str().map(within_volume);
    told == Some(within_volume(&file.path))
}

/// A path without its volume, which vendors write in their own ways: `\windows\temp\d.bin`.
fn within_volume(path: &str) -> String {
    let path = path.to_lowercase();
    let device = path.strip_prefix(r"\device\harddiskvolume");
    let rest = match device {
        Some(rest) => rest.find('\\').map(|at| &rest[at..]),
        None => path.split_once(':').map(|(_, rest)| rest),
    };
    rest.unwrap_or(&path).to_owned()
}

/// A registry key as the record writes it.
fn registry(key: &str) -> String {
    let lower = key.to_lowercase();
    let roots = [
        (r"\registry\machine\", r"hklm\"),
        (r"\registry\user\", r"hku\"),
    ];
    let found = roots.iter().find_map(|(long, short)| {
        let rest = lower.strip_prefix(long)?;
        Some(format!("{short}{rest}"))
    });
    found.unwrap_or(lower)
}
