//! What a claim can speak of, with the names that a reader knows it by.

use std::borrow::Cow;

use aside_shared::alert::{EntityKind, Object, Verb};
use aside_shared::id::EntityId;

use super::{kinds, lexicon};

/// An entity, or a value that stands as an object: a script, decoded text, a finding's name.
#[derive(Clone, Debug)]
pub struct Thing<'a> {
    /// `P1`, `F2`, `V1`: how the model names it.
    pub handle: String,
    /// What it is in the evidence.
    pub object: Object,
    /// What kind of thing; `None` of a value and of an entity that the alert does not describe.
    pub kind: Option<&'a EntityKind>,
    /// Of a value, what was done with it.
    pub verb: Option<Verb>,
    /// What it may be called in a sentence, as the evidence writes it.
    pub spellings: Vec<Cow<'a, str>>,
}

impl<'a> Thing<'a> {
    /// An entity by its handle.
    pub fn entity(handle: String, id: &EntityId, kind: Option<&'a EntityKind>) -> Self {
        let spellings = kind.map(spellings).unwrap_or_default();
        Self {
            handle,
            object: Object::Entity(id.clone()),
            kind,
            verb: None,
            spellings: clean(spellings),
        }
    }

    /// A value by its handle.
    pub fn value(handle: String, value: &'a str, verb: Verb) -> Self {
        let spellings = clean(vec![value.into(), value.trim().into()]);
        Self {
            handle,
            object: Object::Value(value.to_owned()),
            kind: None,
            verb: Some(verb),
            spellings,
        }
    }

    /// The entity's id.
    pub fn id(&self) -> Option<&EntityId> {
        match &self.object {
            Object::Entity(id) => Some(id),
            Object::Value(_) => None,
        }
    }

    /// Whether a reader may call it so: `process`, `scheduled task`.
    pub fn is_called(&self, words: &str) -> bool {
        let called = match (self.kind, self.verb) {
            (Some(EntityKind::File(file)), _) if kinds::file_kinds(&file.path).contains(&words) => {
                return true;
            }
            (None, Some(verb)) => kinds::value_kinds(verb),
            (kind, _) => kinds::kinds(kind),
        };
        called.contains(&words)
    }

    /// The port, of an address that has one.
    pub fn port(&self) -> Option<u16> {
        match self.kind {
            Some(EntityKind::Endpoint { port, .. }) => *port,
            _ => None,
        }
    }

    /// The operating system's process id.
    pub fn pid(&self) -> Option<u64> {
        match self.kind {
            Some(EntityKind::Process(process)) => process.pid,
            _ => None,
        }
    }
}

/// The letter that a handle begins with.
pub fn letter(kind: Option<&EntityKind>) -> char {
    match kind {
        Some(EntityKind::Host(_)) => 'H',
        Some(EntityKind::Process(_)) => 'P',
        Some(EntityKind::User(_)) => 'U',
        Some(EntityKind::File(_)) => 'F',
        Some(EntityKind::Endpoint { .. }) => 'N',
        Some(EntityKind::Domain { .. }) => 'D',
        Some(EntityKind::Registry { .. }) => 'R',
        Some(EntityKind::Task { .. }) => 'T',
        Some(EntityKind::Service { .. }) => 'S',
        Some(EntityKind::Resource { .. }) | None => 'O',
    }
}

fn spellings(kind: &EntityKind) -> Vec<Cow<'_, str>> {
    let mut names: Vec<Cow<'_, str>> = Vec::new();
    let mut add =
        |name: Option<&'_ str>| names.extend(name.map(|name| Cow::Owned(name.to_owned())));
    match kind {
        EntityKind::Endpoint {
            ip,
            port: Some(port),
        } => {
            names.push(Cow::Owned(format!("{ip}:{port}")));
            names.push(Cow::Borrowed(ip));
            return names;
        }
        EntityKind::Host(host) => add(host
            .name
            .as_deref()
            .and_then(|name| Some(name.split_once('.')?.0))),
        EntityKind::Process(process) => {
            add(stem(&process.name));
            add(process.path.as_deref());
        }
        EntityKind::User(user) => {
            add(user.name.rsplit_once('\\').map(|(_, name)| name));
            add(user.name.split_once('@').map(|(name, _)| name));
        }
        EntityKind::File(file) => add(Some(&file.path)),
        EntityKind::Registry {
            key,
            value_name: Some(name),
            ..
        } => {
            add(Some(key));
            add(Some(&format!("{key}\\{name}")));
        }
        EntityKind::Task { name, .. } => add(name.strip_prefix('\\')),
        EntityKind::Registry { .. }
        | EntityKind::Service { .. }
        | EntityKind::Endpoint { .. }
        | EntityKind::Domain { .. }
        | EntityKind::Resource { .. } => {}
    }
    names.insert(0, Cow::Borrowed(kind.name()));
    names
}

/// `powershell` of `powershell.exe`.
fn stem(name: &str) -> Option<&str> {
    let at = name.len().checked_sub(4)?;
    let ending = name.get(at..)?;
    (at >= 3 && ending.eq_ignore_ascii_case(".exe")).then(|| &name[..at])
}

/// Without what could be taken for a word of the grammar: a file may be named `was blocked`.
fn clean(mut spellings: Vec<Cow<'_, str>>) -> Vec<Cow<'_, str>> {
    spellings.retain(|name| {
        let mut words = name
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty());
        name.len() >= 2 && !words.all(|word| lexicon::is_word(&word.to_lowercase()))
    });
    spellings.dedup();
    spellings
}
