//! The alert as a model is shown it.

use std::fmt::Write;

use aside_shared::alert::{EntityKind, Object};
use aside_shared::id::EntityId;
use aside_shared::instant::utc;
use aside_shared::text::{Span, shorten, visible};

use super::form::{Form, Group, OUTCOMES, VERBS};
use super::things::Thing;

/// Characters of one line that is shown.
const LONGEST_LINE: usize = 480;

/// A part of a sentence, with its name uncut: what is to be redacted must be whole.
fn whole(span: &Span) -> &str {
    match span {
        Span::Text(words) => words,
        Span::Name(name) => name,
    }
}

impl Form<'_> {
    /// The alert as a model is shown it, line by line. Each line goes whole through `redact` before it is cut and
    /// before what cannot be seen in it is written out, so that nothing is hidden from it.
    pub fn text(&self, mut redact: impl FnMut(&str) -> String) -> String {
        let mut out = String::new();
        let mut line = |text: &str| {
            let safe = visible(&redact(text));
            let _ = writeln!(out, "{}", shorten(&safe, LONGEST_LINE));
        };
        line(&format!(
            "ALERT title={} severity={:?}",
            self.alert.title, self.alert.severity.level
        ));
        for thing in &self.things {
            line(&self.described(thing));
        }
        for group in &self.groups {
            line(&self.told(group));
        }
        if self.unlisted > 0 {
            line(&format!(
                "{} more pieces of evidence are not listed.",
                self.unlisted
            ));
        }
        for signal in self.raising() {
            let techniques: Vec<&str> = signal.techniques.iter().map(|it| it.id.as_str()).collect();
            let mut numbers: Vec<&str> = Vec::new();
            for number in signal.evidence.iter().filter_map(|id| self.number_of(id)) {
                // Evidence of one line has one number.
                if !numbers.contains(&number) {
                    numbers.push(number);
                }
            }
            line(&format!(
                "RULE {} [{}] on {}",
                signal.title,
                techniques.join(" "),
                numbers.join(" ")
            ));
        }
        for (at, question) in self.questions.iter().enumerate() {
            let words: String = question.iter().map(whole).collect();
            line(&format!("Q{} {words}", at + 1));
        }
        out
    }

    /// `P1 process=powershell.exe pid=4242 by=U1 on=H1 path=... command_line=...`: what is long comes last. A handle
    /// stands behind no word that announces a name, or it would be redacted as one.
    fn described(&self, thing: &Thing<'_>) -> String {
        let handle = &thing.handle;
        let of = |id: &Option<EntityId>| {
            id.as_ref()
                .and_then(|id| self.thing_of(id))
                .map(|thing| thing.handle.clone())
        };
        let mut fields: Vec<(&str, Option<String>)> = Vec::new();
        match thing.kind {
            None => {
                let text = match &thing.object {
                    Object::Value(value) => value.clone(),
                    Object::Entity(_) => "not described".to_owned(),
                };
                fields.push(("text", Some(text)));
            }
            Some(EntityKind::Host(host)) => {
                fields.extend([
                    ("host", host.name.clone()),
                    ("os", host.os.clone()),
                    ("role", host.role.clone()),
                ]);
            }
            Some(EntityKind::User(user)) => fields.push(("user", Some(user.name.clone()))),
            Some(EntityKind::Process(process)) => fields.extend([
                ("process", Some(process.name.clone())),
                ("pid", process.pid.map(|pid| pid.to_string())),
                ("by", of(&process.user)),
                ("on", of(&process.host)),
                ("path", process.path.clone()),
                ("command_line", process.command_line.clone()),
            ]),
            Some(EntityKind::File(file)) => fields.push(("file", Some(file.path.clone()))),
            Some(EntityKind::Endpoint { ip, port }) => {
                fields.extend([
                    ("address", Some(ip.clone())),
                    ("port", port.map(|port| port.to_string())),
                ]);
            }
            Some(EntityKind::Domain { name }) => fields.push(("domain", Some(name.clone()))),
            Some(EntityKind::Registry {
                key,
                value_name,
                data,
            }) => fields.extend([
                ("key", Some(key.clone())),
                ("value", value_name.clone()),
                ("data", data.clone()),
            ]),
            Some(EntityKind::Task { name, command }) => {
                fields.extend([("task", Some(name.clone())), ("command", command.clone())]);
            }
            Some(EntityKind::Service { name, command }) => {
                fields.extend([
                    ("service", Some(name.clone())),
                    ("command", command.clone()),
                ]);
            }
            Some(EntityKind::Resource { what, name }) => {
                fields.extend([("kind", Some(what.clone())), ("name", Some(name.clone()))]);
            }
        }
        let mut line = handle.clone();
        for (name, value) in fields {
            if let Some(value) = value {
                let _ = write!(line, " {name}={value}");
            }
        }
        line
    }

    /// `E7 14:33:18 UTC P1 connected to N1 (happened) 13 times until 14:40:02 UTC`
    fn told(&self, group: &Group<'_>) -> String {
        let handle = |id: &EntityId| self.thing_of(id).map_or("?", |thing| thing.handle.as_str());
        let relation = &group.relation;
        let verb = VERBS
            .iter()
            .find(|(_, verb)| *verb == relation.verb)
            .map_or("did", |(name, _)| name);
        let outcome = OUTCOMES
            .iter()
            .find(|(_, it)| *it == relation.outcome)
            .map_or("", |(name, _)| name);
        let object = relation
            .object
            .as_ref()
            .and_then(|object| self.handle_of(object))
            .unwrap_or("none");
        let mut line = format!("{} ", group.number);
        if let Some((from, _)) = group.span() {
            let _ = write!(line, "{} ", utc(from));
        }
        let _ = write!(
            line,
            "{} {verb} {object} {outcome}",
            handle(&relation.subject)
        );
        if group.members.len() > 1 {
            let _ = write!(line, " {} times", group.members.len());
            if let Some((_, to)) = group.span() {
                let _ = write!(line, " until {}", utc(to));
            }
        }
        line
    }
}
