//! Evidence as the events that rules are matched against: one table from the model to Sigma's taxonomy.

use std::collections::{HashMap, HashSet};

use aside_shared::alert::{Alert, EntityKind, Evidence, Object, Process, Verb};
use aside_shared::analysis::Layer;
use aside_shared::id::EntityId;

use crate::decode;
use crate::process::{self, Start, add_layers, add_path, add_text};
use crate::taxonomy::{Category, Event, Field, Product};

/// How far up a process' ancestry is followed.
const ANCESTORS: usize = 16;

/// What the command line or script of a piece of evidence hid.
pub struct Hidden<'a> {
    /// The evidence.
    pub evidence: &'a Evidence,
    /// What it hid, outermost first; often nothing.
    pub layers: Vec<Layer>,
}

/// The events that one piece of evidence is for the rules.
pub struct Observed<'a> {
    /// The evidence.
    pub evidence: &'a Evidence,
    /// A process' start has one for each command that stands in its line.
    pub events: Vec<Event<'a>>,
}

/// What each piece of evidence hid, in the order of the evidence.
pub fn hidden(alert: &Alert) -> Vec<Hidden<'_>> {
    let reading = Reading::new(alert);
    let layers = |evidence| match reading.text(evidence) {
        Some(text) => decode::layers(text),
        None => Vec::new(),
    };
    alert
        .evidence
        .iter()
        .map(|evidence| Hidden {
            evidence,
            layers: layers(evidence),
        })
        .collect()
}

/// Everything in an alert that a rule could match, in the order of the evidence.
pub fn observed<'a>(alert: &'a Alert, hidden: &'a [Hidden<'a>]) -> Vec<Observed<'a>> {
    let reading = Reading::new(alert);
    hidden
        .iter()
        .map(|found| Observed {
            evidence: found.evidence,
            events: reading.events(found.evidence, &found.layers),
        })
        .collect()
}

/// Who a piece of evidence is about: the process that was started, else the one that did something.
pub fn doer<'a>(alert: &Alert, evidence: &'a Evidence) -> &'a EntityId {
    match (evidence.verb, &evidence.object) {
        (Verb::Started | Verb::Ran, Some(Object::Entity(id))) if alert.entity(id).is_some() => id,
        _ => &evidence.subject,
    }
}

struct Reading<'a> {
    alert: &'a Alert,
    entities: HashMap<&'a EntityId, &'a EntityKind>,
    /// Processes whose start is evidence of its own.
    started: HashSet<&'a EntityId>,
    product: Option<Product>,
}

impl<'a> Reading<'a> {
    fn new(alert: &'a Alert) -> Self {
        let entities: HashMap<_, _> = alert
            .entities
            .iter()
            .map(|entity| (&entity.id, &entity.kind))
            .collect();
        let started = alert
            .evidence
            .iter()
            .filter(|evidence| matches!(evidence.verb, Verb::Started | Verb::Ran))
            .filter_map(|evidence| match &evidence.object {
                Some(Object::Entity(id)) => Some(id),
                _ => None,
            })
            .collect();
        let mut products: Vec<Option<Product>> = alert
            .hosts
            .iter()
            .map(|id| product(&entities, id))
            .collect();
        products.dedup();
        let product = match products.as_slice() {
            [product] => *product,
            // Hosts of several systems: each process says its own.
            _ => None,
        };
        Self {
            alert,
            entities,
            started,
            product,
        }
    }

    /// The process whose start this evidence tells.
    fn start(&self, evidence: &'a Evidence) -> Option<&'a Process> {
        match evidence.verb {
            Verb::Started | Verb::Ran => match &evidence.object {
                Some(Object::Entity(id)) => self.process(id),
                _ => self.process(&evidence.subject),
            },
            // Where nothing says who started it, the alert itself is the witness of its trigger.
            Verb::Detected
                if self.alert.trigger.as_ref() == Some(&evidence.subject)
                    && !self.started.contains(&evidence.subject) =>
            {
                self.process(&evidence.subject)
            }
            _ => None,
        }
    }

    /// The command line or script in which something may be hidden.
    fn text(&self, evidence: &'a Evidence) -> Option<&'a str> {
        if let Some(process) = self.start(evidence) {
            return process.command_line.as_deref();
        }
        match (evidence.verb, &evidence.object) {
            (Verb::RanScript, Some(Object::Value(script))) => Some(script),
            (Verb::RegisteredTask | Verb::InstalledService, Some(Object::Entity(id))) => {
                match self.entities.get(id)? {
                    EntityKind::Task { command, .. } | EntityKind::Service { command, .. } => {
                        command.as_deref()
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn events(&self, evidence: &'a Evidence, layers: &'a [Layer]) -> Vec<Event<'a>> {
        if let Some(process) = self.start(evidence) {
            let mut events = process::events(&self.start_of(process), layers);
            if let Some(main) = events.first_mut() {
                add_fields(main, evidence);
            }
            return events;
        }
        let object = match &evidence.object {
            Some(Object::Entity(id)) => self.entities.get(id).copied(),
            _ => None,
        };
        let Some(category) = category(evidence, object) else {
            return Vec::new();
        };
        let mut event = Event::new(category, self.product_of(&evidence.subject));
        if let Some(process) = self.process(&evidence.subject) {
            add_path(&mut event, Field::IMAGE, image(process));
            event.add_some(Field::COMMAND_LINE, process.command_line.as_deref());
            event.add_some(Field::USER, self.user(process));
        }
        add_object(&mut event, evidence, object);
        match (evidence.verb, &evidence.object) {
            (Verb::RanScript, Some(Object::Value(script))) => {
                add_text(&mut event, Field::SCRIPT_BLOCK_TEXT, script);
                add_layers(&mut event, Field::SCRIPT_BLOCK_TEXT, layers);
            }
            _ => add_layers(&mut event, Field::COMMAND_LINE, layers),
        }
        add_fields(&mut event, evidence);
        vec![event]
    }

    fn process(&self, id: &EntityId) -> Option<&'a Process> {
        match self.entities.get(id).copied()? {
            EntityKind::Process(process) => Some(process),
            _ => None,
        }
    }

    fn product_of(&self, subject: &EntityId) -> Option<Product> {
        self.product.or_else(|| {
            let host = self.process(subject)?.host.as_ref()?;
            product(&self.entities, host)
        })
    }

    fn user(&self, process: &'a Process) -> Option<&'a str> {
        match self.entities.get(process.user.as_ref()?).copied()? {
            EntityKind::User(user) => Some(&user.name),
            _ => None,
        }
    }

    fn start_of(&self, process: &'a Process) -> Start<'a> {
        let parent = process.parent.as_ref().and_then(|id| self.process(id));
        let mut ancestors = Vec::new();
        let mut next = parent;
        while let Some(ancestor) = next
            && ancestors.len() < ANCESTORS
        {
            ancestors.push(image(ancestor));
            next = ancestor.parent.as_ref().and_then(|id| self.process(id));
        }
        let hashes = [("SHA256", &process.sha256), ("MD5", &process.md5)];
        Start {
            product: self
                .product
                .or_else(|| product(&self.entities, process.host.as_ref()?)),
            image: Some(image(process)).filter(|image| !image.is_empty()),
            original_name: process.original_name.as_deref(),
            command_line: process.command_line.as_deref(),
            directory: process.directory.as_deref(),
            user: self.user(process),
            integrity: process.integrity.as_deref(),
            hashes: hashes
                .iter()
                .filter_map(|(name, hash)| Some(format!("{name}={}", hash.as_ref()?)))
                .collect(),
            parent_command_line: parent.and_then(|parent| parent.command_line.as_deref()),
            parent_user: parent.and_then(|parent| self.user(parent)),
            ancestors,
            typed: false,
        }
    }
}

fn product(entities: &HashMap<&EntityId, &EntityKind>, host: &EntityId) -> Option<Product> {
    match entities.get(host)? {
        EntityKind::Host(host) => Product::named(host.os.as_deref()?),
        _ => None,
    }
}

fn image(process: &Process) -> &str {
    process.path.as_deref().unwrap_or(&process.name)
}

/// What kind of event a piece of evidence is.
fn category(evidence: &Evidence, object: Option<&EntityKind>) -> Option<Category> {
    let has = |field: Field| evidence.fields.contains_key(field.name());
    Some(match evidence.verb {
        Verb::Wrote => Category::FileEvent,
        Verb::Read => Category::FileAccess,
        Verb::Deleted => Category::FileDelete,
        Verb::Renamed => Category::FileRename,
        Verb::Set => Category::Registry,
        Verb::ConnectedTo | Verb::Accepted => Category::NetworkConnection,
        Verb::Resolved => Category::DnsQuery,
        Verb::Loaded => match object {
            Some(EntityKind::File(file)) if ends_with_ignoring_case(&file.path, ".sys") => {
                Category::DriverLoad
            }
            _ => Category::ImageLoad,
        },
        Verb::Accessed => Category::ProcessAccess,
        Verb::RanScript => Category::PsScript,
        Verb::RegisteredTask | Verb::InstalledService => Category::Registration,
        // No verb of its own: what it is shows in the fields that came with it.
        Verb::Did if has(Field::PIPE_NAME) => Category::PipeCreated,
        Verb::Did if has(Field::START_MODULE) || has(Field::START_FUNCTION) => {
            Category::CreateRemoteThread
        }
        Verb::Did if has(Field::CONTENTS) => Category::CreateStreamHash,
        Verb::Did if has(Field::EVENT_TYPE) => Category::WmiEvent,
        Verb::Started
        | Verb::Ran
        | Verb::Detected
        | Verb::LoggedOnTo
        | Verb::DecodedTo
        | Verb::Did => return None,
    })
}

fn ends_with_ignoring_case(text: &str, end: &str) -> bool {
    text.len()
        .checked_sub(end.len())
        .and_then(|at| text.as_bytes().get(at..))
        .is_some_and(|tail| tail.eq_ignore_ascii_case(end.as_bytes()))
}

/// Fields that the vendor sent under the taxonomy's own names.
fn add_fields<'a>(event: &mut Event<'a>, evidence: &'a Evidence) {
    for (name, value) in &evidence.fields {
        if let Some(field) = Field::named(name)
            && event.first(field).is_none()
        {
            event.add(field, value.as_str());
        }
    }
}

fn add_object<'a>(event: &mut Event<'a>, evidence: &'a Evidence, object: Option<&'a EntityKind>) {
    match object {
        Some(EntityKind::File(file)) if evidence.verb == Verb::Loaded => {
            event.add(Field::IMAGE_LOADED, file.path.as_str());
        }
        Some(EntityKind::File(file)) => event.add(Field::TARGET_FILENAME, file.path.as_str()),
        Some(EntityKind::Registry {
            key,
            value_name,
            data,
        }) => {
            match value_name {
                Some(name) => event.add(Field::TARGET_OBJECT, format!("{key}\\{name}")),
                None => event.add(Field::TARGET_OBJECT, key.as_str()),
            }
            event.add(Field::EVENT_TYPE, "SetValue");
            event.add_some(Field::DETAILS, data.as_deref());
        }
        Some(EntityKind::Endpoint { ip, port }) => {
            event.add(Field::DESTINATION_IP, ip.as_str());
            event.add_some(Field::DESTINATION_PORT, port.map(|port| port.to_string()));
            add_direction(event, evidence);
        }
        Some(EntityKind::Domain { name }) if evidence.verb == Verb::Resolved => {
            event.add(Field::QUERY_NAME, name.as_str());
        }
        Some(EntityKind::Domain { name }) => {
            event.add(Field::DESTINATION_HOSTNAME, name.as_str());
            add_direction(event, evidence);
        }
        Some(EntityKind::Process(target)) => {
            if let Some(source) = event.first(Field::IMAGE).map(str::to_owned) {
                event.add(Field::SOURCE_IMAGE, source);
            }
            add_path(event, Field::TARGET_IMAGE, image(target));
        }
        Some(EntityKind::Task { name, command }) => {
            event.add(Field::TASK_NAME, name.as_str());
            event.add_some(Field::DETAILS, command.as_deref());
        }
        Some(EntityKind::Service { name, command }) => {
            event.add(Field::SERVICE_NAME, name.as_str());
            event.add_some(Field::DETAILS, command.as_deref());
        }
        Some(EntityKind::Host(_) | EntityKind::User(_) | EntityKind::Resource { .. }) | None => {}
    }
}

fn add_direction(event: &mut Event<'_>, evidence: &Evidence) {
    let initiated = evidence.verb == Verb::ConnectedTo;
    event.add(Field::INITIATED, if initiated { "true" } else { "false" });
}
