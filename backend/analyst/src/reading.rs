//! Evidence as the events that rules are matched against: one table from the model to Sigma's taxonomy.

use std::collections::HashMap;

use aside_shared::alert::{Alert, EntityKind, Evidence, Object, Process, Verb};
use aside_shared::analysis::Layer;
use aside_shared::id::EntityId;

use crate::command_line::{first_word, images};
use crate::decode;
use crate::taxonomy::{Category, Event, Field, Product};

/// How far up a process' ancestry is followed.
const ANCESTORS: usize = 16;

/// An event and the evidence that it was read from.
pub struct Observed<'a> {
    /// The event.
    pub event: Event<'a>,
    /// What it was read from.
    pub evidence: &'a Evidence,
    /// What its command line hid.
    pub layers: Vec<Layer>,
}

/// Everything in an alert that a rule could match, in the order of the evidence.
pub fn observed(alert: &Alert) -> Vec<Observed<'_>> {
    let reading = Reading::new(alert);
    alert
        .evidence
        .iter()
        .filter_map(|evidence| reading.observe(evidence))
        .collect()
}

struct Reading<'a> {
    alert: &'a Alert,
    entities: HashMap<&'a EntityId, &'a EntityKind>,
    product: Option<Product>,
}

impl<'a> Reading<'a> {
    fn new(alert: &'a Alert) -> Self {
        let entities: HashMap<_, _> = alert
            .entities
            .iter()
            .map(|entity| (&entity.id, &entity.kind))
            .collect();
        let product = alert.hosts.iter().find_map(|id| match entities.get(id) {
            Some(EntityKind::Host(host)) => Product::named(host.os.as_deref()?),
            _ => None,
        });
        Self {
            alert,
            entities,
            product,
        }
    }

    fn observe(&self, evidence: &'a Evidence) -> Option<Observed<'a>> {
        let object = match &evidence.object {
            Some(Object::Entity(id)) => self.entities.get(id).copied(),
            _ => None,
        };
        let category = match evidence.verb {
            Verb::Started | Verb::Ran => Category::ProcessCreation,
            // Where nothing says who started it, the alert itself is the witness of its trigger.
            Verb::Detected if self.is_only_witness(evidence) => Category::ProcessCreation,
            Verb::Wrote => Category::FileEvent,
            Verb::Read => Category::FileAccess,
            Verb::Deleted => Category::FileDelete,
            Verb::Renamed => Category::FileRename,
            Verb::Set => Category::Registry,
            Verb::ConnectedTo | Verb::Accepted => Category::NetworkConnection,
            Verb::Resolved => Category::DnsQuery,
            Verb::Loaded => match object {
                Some(EntityKind::File(file))
                    if file.path.to_ascii_lowercase().ends_with(".sys") =>
                {
                    Category::DriverLoad
                }
                _ => Category::ImageLoad,
            },
            Verb::Accessed => Category::ProcessAccess,
            Verb::RanScript => Category::PsScript,
            Verb::RegisteredTask | Verb::InstalledService => Category::Registration,
            Verb::Detected | Verb::LoggedOnTo | Verb::DecodedTo | Verb::Did => return None,
        };
        let mut event = Event::new(category, self.product);
        let mut layers = Vec::new();
        if category == Category::ProcessCreation {
            let id = match &evidence.object {
                Some(Object::Entity(id)) => id,
                _ => &evidence.subject,
            };
            let Some(EntityKind::Process(process)) = self.entities.get(id).copied() else {
                return None;
            };
            layers = self.process(&mut event, process);
        } else {
            if let Some(EntityKind::Process(process)) =
                self.entities.get(&evidence.subject).copied()
            {
                self.image(&mut event, process);
                event.add_some(Field::COMMAND_LINE, process.command_line.as_deref());
                self.user(&mut event, process);
            }
            self.object(&mut event, evidence, object);
        }
        Some(Observed {
            event,
            evidence,
            layers,
        })
    }

    fn is_only_witness(&self, evidence: &Evidence) -> bool {
        self.alert.trigger.as_ref() == Some(&evidence.subject)
            && !self.alert.evidence.iter().any(|it| {
                matches!(it.verb, Verb::Started | Verb::Ran)
                    && it.object == Some(Object::Entity(evidence.subject.clone()))
            })
    }

    fn process(&self, event: &mut Event<'a>, process: &'a Process) -> Vec<Layer> {
        self.image(event, process);
        event.add_some(Field::ORIGINAL_FILE_NAME, process.original_name.as_deref());
        event.add_some(Field::CURRENT_DIRECTORY, process.directory.as_deref());
        event.add_some(Field::INTEGRITY_LEVEL, process.integrity.as_deref());
        if let Some(sha256) = &process.sha256 {
            event.add(Field::HASHES, format!("SHA256={sha256}"));
        }
        self.user(event, process);
        let mut layers = Vec::new();
        if let Some(line) = &process.command_line {
            event.add(Field::COMMAND_LINE, line.as_str());
            layers = decode::layers(line);
            for layer in &layers {
                event.add(Field::COMMAND_LINE, layer.text.clone());
                event.add(Field::DECODED_FROM, layer.hidden_by.clone());
            }
        }
        let mut parent = process.parent.as_ref();
        for generation in 0..ANCESTORS {
            let Some(EntityKind::Process(ancestor)) =
                parent.and_then(|id| self.entities.get(id)).copied()
            else {
                break;
            };
            let image = path(ancestor, self.product);
            match generation {
                0 => {
                    event.add(Field::PARENT_IMAGE, image.clone());
                    event.add_some(Field::PARENT_COMMAND_LINE, ancestor.command_line.as_deref());
                    if let Some(EntityKind::User(user)) = ancestor
                        .user
                        .as_ref()
                        .and_then(|id| self.entities.get(id))
                        .copied()
                    {
                        event.add(Field::PARENT_USER, user.name.as_str());
                    }
                }
                1 => event.add(Field::GRANDPARENT_IMAGE, image.clone()),
                _ => {}
            }
            event.add(Field::ANCESTORS, image);
            parent = ancestor.parent.as_ref();
        }
        layers
    }

    fn image(&self, event: &mut Event<'a>, process: &'a Process) {
        event.add(Field::IMAGE, path(process, self.product));
        if process.path.is_none()
            && let Some(line) = &process.command_line
        {
            for image in images(first_word(line).0, self.product) {
                event.add(Field::IMAGE, image);
            }
        }
    }

    fn user(&self, event: &mut Event<'a>, process: &'a Process) {
        if let Some(EntityKind::User(user)) = process
            .user
            .as_ref()
            .and_then(|id| self.entities.get(id))
            .copied()
        {
            event.add(Field::USER, user.name.as_str());
        }
    }

    fn object(
        &self,
        event: &mut Event<'a>,
        evidence: &'a Evidence,
        object: Option<&'a EntityKind>,
    ) {
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
                let object = match value_name {
                    Some(name) => format!("{key}\\{name}"),
                    None => key.clone(),
                };
                event.add(Field::TARGET_OBJECT, object);
                event.add(Field::EVENT_TYPE, "SetValue");
                event.add_some(Field::DETAILS, data.as_deref());
            }
            Some(EntityKind::Endpoint { ip, port }) => {
                event.add(Field::DESTINATION_IP, ip.as_str());
                event.add_some(Field::DESTINATION_PORT, port.map(|port| port.to_string()));
                event.add(
                    Field::INITIATED,
                    if evidence.verb == Verb::ConnectedTo {
                        "true"
                    } else {
                        "false"
                    },
                );
            }
            Some(EntityKind::Domain { name }) => event.add(Field::QUERY_NAME, name.as_str()),
            Some(EntityKind::Process(target)) => {
                event.add(Field::TARGET_IMAGE, path(target, self.product));
                if let Some(image) = event.first(Field::IMAGE).map(str::to_owned) {
                    event.add(Field::SOURCE_IMAGE, image);
                }
            }
            Some(EntityKind::Task { name, command }) => {
                event.add(Field::TASK_NAME, name.as_str());
                event.add_some(Field::COMMAND_LINE, command.as_deref());
            }
            Some(EntityKind::Service { name, command }) => {
                event.add(Field::SERVICE_NAME, name.as_str());
                event.add_some(Field::COMMAND_LINE, command.as_deref());
            }
            _ => {}
        }
        if let (Verb::RanScript, Some(Object::Value(script))) = (evidence.verb, &evidence.object) {
            event.add(Field::SCRIPT_BLOCK_TEXT, script.as_str());
            for layer in decode::layers(script) {
                event.add(Field::SCRIPT_BLOCK_TEXT, layer.text);
            }
        }
    }
}

/// A process' path, or its bare name in the form of one, so that `endswith '\cmd.exe'` holds for it.
fn path(process: &Process, product: Option<Product>) -> String {
    match (&process.path, product) {
        (Some(path), _) => path.clone(),
        (None, Some(Product::Linux | Product::MacOs)) => format!("/{}", process.name),
        (None, _) => format!("\\{}", process.name),
    }
}
