//! The JSON schema of an answer.

use aside_shared::alert::Verb;
use serde_json::{Value, json};

use super::form::{Form, MOST_RELATIONS, NOT_SAID, OUTCOMES, VERBS, WHOLE};
use super::things::Thing;

/// Claims that the schema allows.
const MOST_CLAIMS: usize = 12;
/// Pieces of evidence that one claim cites.
const MOST_CITED: usize = 6;
/// Characters of a text.
const LONGEST_TEXT: usize = 400;

impl Form<'_> {
    /// The JSON schema of an answer: handles, numbers and verbs are enums, everything is bounded.
    pub fn schema(&self) -> Value {
        let names = |names: Vec<&str>| json!({ "type": "string", "enum": names });
        let numbers: Vec<&str> = self
            .groups
            .iter()
            .map(|group| group.number.as_str())
            .collect();
        let entities: Vec<&str> = self.entities().map(|thing| thing.handle.as_str()).collect();
        let mut objects: Vec<&str> = self
            .things
            .iter()
            .map(|thing| thing.handle.as_str())
            .collect();
        objects.push("none");
        let used = |verb: &Verb| self.groups.iter().any(|group| group.relation.verb == *verb);
        let verbs: Vec<&str> = VERBS
            .iter()
            .filter(|(_, verb)| used(verb))
            .map(|(name, _)| *name)
            .collect();
        let evidence = json!({
            "type": "array", "items": names(numbers.clone()), "minItems": 1, "maxItems": MOST_CITED
        });
        let relation = object(&[
            ("subject", names(entities.clone())),
            ("verb", names(verbs)),
            ("object", names(objects)),
            ("outcome", names(OUTCOMES.map(|(name, _)| name).to_vec())),
            (
                "count",
                names(self.counts().iter().map(String::as_str).collect()),
            ),
            ("span", names(vec![NOT_SAID, WHOLE])),
        ]);
        let fact = object(&[
            ("kind", names(vec!["fact"])),
            ("evidence", evidence.clone()),
            (
                "relations",
                json!({ "type": "array", "items": relation, "minItems": 1, "maxItems": MOST_RELATIONS }),
            ),
            (
                "text",
                json!({ "type": "string", "minLength": 8, "maxLength": LONGEST_TEXT }),
            ),
        ]);
        let mut kinds = vec![fact];
        let techniques: Vec<&str> = self.techniques().into_iter().map(|(id, _)| id).collect();
        if !techniques.is_empty() {
            kinds.push(object(&[
                ("kind", names(vec!["view"])),
                ("view", names(vec!["technique"])),
                ("evidence", evidence.clone()),
                ("technique", names(techniques)),
            ]));
        }
        kinds.push(object(&[
            ("kind", names(vec!["view"])),
            ("view", names(vec!["look_at"])),
            ("evidence", evidence),
            ("entity", names(entities.clone())),
        ]));
        let questions = self.question_names();
        if !questions.is_empty() {
            kinds.push(object(&[
                ("kind", names(vec!["view"])),
                ("view", names(vec!["question"])),
                (
                    "question",
                    names(questions.iter().map(String::as_str).collect()),
                ),
            ]));
        }
        let mut places = vec!["alert"];
        if self.has_telemetry {
            places.push("telemetry");
        }
        let mut until = numbers;
        until.push("none");
        kinds.push(object(&[
            ("kind", names(vec!["gap"])),
            ("entity", names(entities)),
            ("looked_for", names(VERBS.map(|(name, _)| name).to_vec())),
            ("place", names(places)),
            ("until", names(until)),
        ]));
        object(&[(
            "claims",
            json!({ "type": "array", "items": { "anyOf": kinds }, "minItems": 1, "maxItems": MOST_CLAIMS }),
        )])
    }

    fn entities(&self) -> impl Iterator<Item = &Thing<'_>> {
        self.things.iter().filter(|thing| thing.id().is_some())
    }

    fn question_names(&self) -> Vec<String> {
        (1..=self.questions.len())
            .map(|number| format!("Q{number}"))
            .collect()
    }

    /// `not said`, and each number of times that a line of the evidence has.
    fn counts(&self) -> Vec<String> {
        let mut counts: Vec<usize> = self
            .groups
            .iter()
            .map(|group| group.members.len())
            .collect();
        counts.sort_unstable();
        counts.dedup();
        let mut names = vec![NOT_SAID.to_owned()];
        names.extend(counts.iter().map(usize::to_string));
        names
    }
}

/// An object that has all of these properties and no others.
fn object(properties: &[(&str, Value)]) -> Value {
    let required: Vec<&str> = properties.iter().map(|(name, _)| *name).collect();
    let properties: serde_json::Map<String, Value> = properties
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}
