//! What happened on a host by the lab's own stories, in no vendor's words: what a test holds a statement against.

use serde_json::{Value, json};

use crate::scenario::{Activity, Disposition, Event, Process, Story};
use crate::world::World;

/// Everything that every story tells of the host with this index: `events` as `{at_unix_ms, actor, did, what}` and
/// `findings` as `{at_unix_ms, process, name, technique, disposition}`. A process is `{name, path, pid, uid,
/// command_line, user}`, an actor may be none.
#[must_use]
pub fn on_host(world: &World, host: usize) -> Value {
    let stories = || world.stories().filter(move |story| story.host == host);
    let events: Vec<Value> = stories()
        .flat_map(|story| {
            let began = world.began(story);
            story.events.iter().map(move |it| event(story, began, it))
        })
        .collect();
    let findings: Vec<Value> = stories()
        .flat_map(|story| findings(story, world.began(story)))
        .collect();
    json!({ "events": events, "findings": findings })
}

fn event(story: &Story, began: i64, event: &Event) -> Value {
    let (did, what) = told(story, &event.activity);
    json!({
        "at_unix_ms": began + event.at,
        "actor": event.actor.map(|actor| process(&story.processes[actor])),
        "did": did,
        "what": what,
    })
}

fn told(story: &Story, activity: &Activity) -> (&'static str, Value) {
    match activity {
        Activity::ProcessStart(started) => ("started", process(&story.processes[*started])),
        Activity::FileWrite { path, .. } => ("wrote", json!({ "file": path })),
        Activity::FileRead { path } => ("read", json!({ "file": path })),
        Activity::FileRename { from, to } => ("renamed", json!({ "file": to, "from": from })),
        Activity::Dns { name, answers } => {
            ("resolved", json!({ "domain": name, "answers": answers }))
        }
        Activity::Connect { address, port, .. } => {
            ("connected", json!({ "address": address, "port": port }))
        }
        Activity::RegistrySet { key, value, data } => {
            ("set", json!({ "key": key, "value": value, "data": data }))
        }
        Activity::TaskRegistered { name, command, .. } => {
            ("registered", json!({ "task": name, "command": command }))
        }
        Activity::ServiceInstalled { name, command } => {
            ("installed", json!({ "service": name, "command": command }))
        }
        Activity::Logon { user, .. } => ("logged on", json!({ "user": user.name })),
        Activity::ModuleLoad { path, .. } => ("loaded", json!({ "file": path })),
        Activity::ProcessAccess { target, .. } => ("accessed", process(&story.processes[*target])),
        Activity::Script { content } => ("ran script", json!({ "script": content })),
    }
}

fn findings(story: &Story, began: i64) -> Vec<Value> {
    let finding = |it: &crate::scenario::Detection| {
        json!({
            "at_unix_ms": began + it.at,
            "process": process(&story.processes[it.process]),
            "name": it.name,
            "technique": it.technique.id,
            "disposition": match it.disposition {
                Disposition::Detected => "detected",
                Disposition::Blocked => "blocked",
                Disposition::Killed => "killed",
                Disposition::Quarantined => "quarantined",
            },
        })
    };
    story.detections.iter().map(finding).collect()
}

fn process(process: &Process) -> Value {
    json!({
        "name": process.name(),
        "path": process.image,
        "pid": process.pid,
        "uid": process.uid,
        "command_line": process.cmdline,
        "user": process.user.name,
    })
}
