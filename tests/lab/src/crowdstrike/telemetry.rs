//! The neutral stories as rows of Falcon's telemetry: flat, everything text but `@timestamp`.

use std::collections::BTreeMap;

use super::{Falcon, render};
use crate::{
    draw::Draw,
    scenario::{
        Activity, Event, Process, Story, base_name,
        fleet::{Host, System},
    },
    world::World,
};

/// A row.
#[derive(Debug, Clone)]
pub struct Row {
    /// Milliseconds since the epoch.
    pub at_ms: i64,
    /// Tenant.
    pub cid: String,
    /// Fields but `@timestamp`, which is a number.
    pub fields: BTreeMap<String, String>,
}

/// The rows of all stories, in order of time.
#[must_use]
pub fn rows(world: &World, falcon: &Falcon) -> Vec<Row> {
    let mut rows: Vec<Row> = world
        .stories()
        .flat_map(|story| {
            story
                .events
                .iter()
                .map(move |event| row(world, falcon, story, event))
        })
        .collect();
    rows.sort_by_key(|row| row.at_ms);
    for (index, row) in rows.iter_mut().enumerate() {
        let mut draw = Draw::new(world.seed, &format!("row {index}"));
        row.fields.insert(
            "@id".to_owned(),
            format!(
                "{}_{}_{}_{}",
                draw.secret(32),
                draw.number(1, 400),
                index,
                row.at_ms / 1000
            ),
        );
        row.fields.insert("id".to_owned(), draw.uuid());
        let raw = raw_text(&row.fields);
        row.fields.insert("@rawstring".to_owned(), raw);
    }
    rows
}

/// The event as it came in: a JSON text of its own fields.
fn raw_text(fields: &BTreeMap<String, String>) -> String {
    let own: BTreeMap<&str, &str> = fields
        .iter()
        .filter(|(name, _)| !name.starts_with('@'))
        .map(|(name, value)| (name.trim_start_matches('#'), value.as_str()))
        .collect();
    serde_json::to_string(&own).unwrap_or_default()
}

struct Writer<'a> {
    host: &'a Host,
    story: &'a Story,
    fields: BTreeMap<String, String>,
}

impl Writer<'_> {
    fn put(&mut self, name: &str, value: impl Into<String>) {
        self.fields.insert(name.to_owned(), value.into());
    }

    fn named(&mut self, event: &str) {
        self.put("#event_simpleName", event);
        self.put("name", format!("{event}V{}", 1 + event.len() % 19));
    }

    /// Who did it, on events that are no process.
    fn context(&mut self, event: &Event) {
        if let Some(actor) = event.actor.map(|actor| &self.story.processes[actor]) {
            self.put("ContextProcessId", actor.uid.to_string());
            self.put("ContextBaseFileName", actor.name());
            self.put(
                "ContextImageFileName",
                render::device_path(self.host, &actor.image),
            );
            self.put("ContextThreadId", "0");
            self.put("UserName", actor.user.name.clone());
            self.put("UserSid", actor.user.sid.clone());
        }
    }
}

fn row(world: &World, falcon: &Falcon, story: &Story, event: &Event) -> Row {
    let host = &world.fleet.hosts[story.host];
    let at_ms = world.began(story) + event.at;
    let cid = falcon.cid_of(host).to_owned();
    let mut writer = Writer {
        host,
        story,
        fields: BTreeMap::new(),
    };
    writer.put("#repo", "base_sensor");
    writer.put("#cid", cid.clone());
    writer.put("cid", cid.clone());
    writer.put("aid", host.id.clone());
    writer.put("aip", host.external_ip.clone());
    writer.put("LocalAddressIP4", host.local_ip.clone());
    writer.put("ComputerName", host.hostname.clone());
    writer.put(
        "event_platform",
        match host.system {
            System::Windows => "Win",
            System::Mac => "Mac",
            System::Linux => "Lin",
        },
    );
    writer.put("ConfigBuild", "1007.3.0019607.11");
    writer.put("EffectiveTransmissionClass", "2");
    writer.put("Entitlements", "15");
    writer.put("@timezone", "Z");
    writer.put("@ingesttimestamp", (at_ms + 1_900).to_string());
    writer.put("timestamp", (at_ms + 640).to_string());
    writer.put("ContextTimeStamp", seconds(at_ms));
    if let Activity::ProcessStart(index) = event.activity {
        process_start(&mut writer, world, story, index);
    } else {
        writer.context(event);
        activity(&mut writer, event);
    }
    let fields = writer.fields;
    Row { at_ms, cid, fields }
}

fn seconds(at_ms: i64) -> String {
    format!("{}.{:03}", at_ms.div_euclid(1000), at_ms.rem_euclid(1000))
}

fn process_start(writer: &mut Writer<'_>, world: &World, story: &Story, index: usize) {
    let process: &Process = &story.processes[index];
    let began = world.began(story);
    // What ran before the sensor looked is told by a record of its own kind.
    writer.named(if process.parent.is_none() {
        "SyntheticProcessRollup2"
    } else {
        "ProcessRollup2"
    });
    writer.fields.remove("ContextTimeStamp");
    writer.put("TargetProcessId", process.uid.to_string());
    writer.put("RawProcessId", process.pid.to_string());
    writer.put("TreeId", render::tree_id(story, index).to_string());
    writer.put(
        "ImageFileName",
        render::device_path(writer.host, &process.image),
    );
    writer.put("FileName", process.name());
    let path = render::device_path(writer.host, &process.image);
    writer.put(
        "FilePath",
        path[..path.len() - process.name().len()].to_owned(),
    );
    writer.put("CommandLine", process.cmdline.clone());
    writer.put("SHA256HashData", process.sha256.clone());
    writer.put("SHA1HashData", "0000000000000000000000000000000000000000");
    writer.put("MD5HashData", process.md5.clone());
    writer.put("ProcessStartTime", seconds(began + process.started));
    writer.put("ProcessEndTime", "");
    writer.put("UserName", process.user.name.clone());
    writer.put("UserSid", process.user.sid.clone());
    if !process.user.domain.is_empty() {
        writer.put("LogonDomain", process.user.domain.clone());
    }
    writer.put("IntegrityLevel", process.integrity.to_string());
    writer.put(
        "SessionId",
        if process.integrity == 16384 { "0" } else { "1" },
    );
    writer.put("TokenType", "1");
    writer.put("ImageSubsystem", "3");
    writer.put(
        "Tags",
        "25, 27, 40, 151, 874, 924, 12094627905582, 12094627906234",
    );
    if let Some(parent) = process.parent.map(|parent| &story.processes[parent]) {
        writer.put("ParentProcessId", parent.uid.to_string());
        writer.put("SourceProcessId", parent.uid.to_string());
        writer.put("ParentBaseFileName", parent.name());
        if let Some(grandparent) = parent.parent {
            writer.put(
                "GrandParentBaseFileName",
                story.processes[grandparent].name(),
            );
        }
    }
}

fn file_event(path: &str) -> &'static str {
    let lower = path.to_lowercase();
    let extension = lower.rsplit('.').next().unwrap_or("");
    match extension {
        "exe" | "dll" | "sys" => "PeFileWritten",
        "ps1" | "js" | "vbs" | "bat" | "hta" | "sh" => "NewScriptWritten",
        "docx" | "docm" | "xlsx" => "OoxmlFileWritten",
        "pdf" => "PdfFileWritten",
        "cab" => "CabFileWritten",
        "msi" => "MSIFileWritten",
        "dmp" => "DmpFileWritten",
        "eml" | "msg" => "EmailFileWritten",
        _ => "GenericFileWritten",
    }
}

fn registry_path(key: &str) -> String {
    if let Some(rest) = key.strip_prefix(r"HKLM\") {
        format!(r"\REGISTRY\MACHINE\{rest}")
    } else if let Some(rest) = key.strip_prefix(r"HKU\") {
        format!(r"\REGISTRY\USER\{rest}")
    } else {
        key.to_owned()
    }
}

fn file(writer: &mut Writer<'_>, path: &str) {
    let path = render::device_path(writer.host, path);
    let name = base_name(&path).to_owned();
    writer.put("FilePath", path[..path.len() - name.len()].to_owned());
    writer.put("FileName", name);
    writer.put("TargetFileName", path);
}

fn activity(writer: &mut Writer<'_>, event: &Event) {
    match &event.activity {
        Activity::ProcessStart(_) => {}
        Activity::FileWrite { path, sha256 } => {
            writer.named(file_event(path));
            file(writer, path);
            if let Some(sha256) = sha256 {
                writer.put("SHA256HashData", sha256.clone());
            }
        }
        Activity::FileRead { path } => {
            writer.named("FileOpenInfo");
            file(writer, path);
        }
        Activity::FileRename { from, to } => {
            writer.named("FileRenameInfo");
            file(writer, to);
            writer.put("SourceFileName", render::device_path(writer.host, from));
        }
        Activity::Dns { name, answers } => {
            writer.named("DnsRequest");
            writer.put("DomainName", name.clone());
            writer.put("RequestType", "1");
            if !answers.is_empty() {
                writer.put("IP4Records", format!("{};", answers.join(";")));
            }
        }
        Activity::Connect {
            address,
            port,
            user_agent,
            url,
        } => {
            writer.named("NetworkConnectIP4");
            writer.put("RemoteAddressIP4", address.clone());
            writer.put("RemotePort", port.to_string());
            writer.put(
                "LocalPort",
                (49_152 + event.at.rem_euclid(16_000)).to_string(),
            );
            writer.put("Protocol", "6");
            writer.put("ConnectionDirection", "0");
            writer.put("ConnectionFlags", "0");
            if let Some(url) = url {
                writer.put("HttpUrl", url.clone());
            }
            if let Some(user_agent) = user_agent {
                writer.put("UserAgentString", user_agent.clone());
            }
        }
        Activity::RegistrySet { key, value, data } => {
            let autostart = key.to_lowercase().contains(r"\currentversion\run");
            writer.named(if autostart {
                "AsepValueUpdate"
            } else {
                "RegGenericValueUpdate"
            });
            writer.put("RegObjectName", registry_path(key));
            writer.put("RegValueName", value.clone());
            writer.put("RegStringValue", data.clone());
            writer.put("RegOperationType", "1");
            writer.put("RegType", "1");
        }
        Activity::TaskRegistered {
            name,
            command,
            arguments,
        } => {
            writer.named("ScheduledTaskRegistered");
            // This record comes without the host's name: it must be joined by aid.
            writer.fields.remove("ComputerName");
            writer.put("TaskName", name.clone());
            writer.put("TaskExecCommand", command.clone());
            writer.put("TaskExecArguments", arguments.clone());
            writer.put(
                "TaskAuthor",
                format!(r"{}\{}", event.user.domain, event.user.name),
            );
        }
        Activity::ServiceInstalled { name, command } => {
            writer.named("CreateService");
            writer.put("ServiceDisplayName", name.clone());
            writer.put("ServiceImagePath", command.clone());
            writer.put("ServiceStart", "3");
        }
        Activity::Logon {
            user,
            logon_type,
            source,
        } => {
            writer.named("UserLogon");
            writer.put("UserName", user.name.clone());
            writer.put("UserSid", user.sid.clone());
            writer.put("LogonDomain", user.domain.clone());
            writer.put("LogonType", logon_type.to_string());
            if let Some(source) = source {
                writer.put("RemoteAddressIP4", source.clone());
            }
        }
        Activity::ModuleLoad { path, signer } => {
            writer.named("ClassifiedModuleLoad");
            writer.put("ImageFileName", render::device_path(writer.host, path));
            writer.put("FileName", base_name(path));
            if let Some(signer) = signer {
                writer.put("SubjectDN", signer.clone());
            }
            if let Some(actor) = event.actor.map(|actor| &writer.story.processes[actor]) {
                let image = render::device_path(writer.host, &actor.image);
                let uid = actor.uid.to_string();
                writer.put("TargetImageFileName", image);
                writer.put("TargetProcessId", uid);
            }
        }
        Activity::ProcessAccess { target, granted } => {
            writer.named("ProcessHandleOpDetectInfo");
            let target = &writer.story.processes[*target];
            let (uid, image) = (
                target.uid.to_string(),
                render::device_path(writer.host, &target.image),
            );
            writer.put("TargetProcessId", uid);
            writer.put("TargetImageFileName", image);
            writer.put("DesiredAccess", granted.to_string());
        }
        Activity::Script { content } => {
            writer.named("ScriptControlScanTelemetry");
            writer.put("ScriptContent", content.clone());
            writer.put("ScriptingLanguageId", "1");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::{clock::Clock, crowdstrike::Falcon, world::World};

    #[test]
    fn every_row_names_its_host_by_aid_and_its_actor_by_a_process_that_has_a_row_of_its_own() {
        let world = Arc::new(World::new(9, Clock::manual(1_780_000_000_000)));
        let falcon = Falcon::new(&world);
        let started: std::collections::HashSet<(&str, &str)> = falcon
            .telemetry
            .iter()
            .filter(|row| row.fields["#event_simpleName"].ends_with("ProcessRollup2"))
            .map(|row| {
                (
                    row.fields["aid"].as_str(),
                    row.fields["TargetProcessId"].as_str(),
                )
            })
            .collect();
        for row in &falcon.telemetry {
            for name in ["ContextProcessId", "ParentProcessId"] {
                if let Some(process) = row.fields.get(name) {
                    assert!(
                        started.contains(&(row.fields["aid"].as_str(), process.as_str())),
                        "{name} {process} of {}",
                        row.fields["#event_simpleName"]
                    );
                }
            }
        }
    }
}
