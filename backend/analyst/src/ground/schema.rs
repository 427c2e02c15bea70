//! The JSON schema of an answer.

use aside_shared::alert::Verb;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::check;
use super::form::{Form, MOST_RELATIONS, NOT_SAID, OUTCOMES, VERBS, WHOLE};
use super::things::Thing;

/// Claims that the schema allows.
const MOST_CLAIMS: usize = 12;
/// Pieces of evidence that one claim cites.
const MOST_CITED: usize = 6;
/// Tokens that one claim takes, as a model writes it: about 90 were measured for one relation (Gemma 3).
const TOKENS_A_CLAIM: usize = 150;
/// Characters of a text: from, to.
const LONGEST_TEXT: (usize, usize) = (80, 400);
/// A small model was seen to fill a text with escapes, six tokens a character: one such text may not be the whole
/// answer.
const TOKENS_A_CHARACTER: usize = 8;

/// A JSON schema whose properties keep their order: a model that is held to a schema writes in that order, so what
/// decides on the rest has to come first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schema {
    /// One of these words.
    OneOf(Vec<String>),
    /// A text of at least and at most so many characters.
    Text(usize, usize),
    /// A list of at least and at most so many.
    List(Box<Schema>, usize, usize),
    /// All of these properties and no others.
    Object(Vec<(&'static str, Schema)>),
    /// One of these.
    AnyOf(Vec<Schema>),
}

impl Serialize for Schema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::OneOf(words) => {
                map.serialize_entry("type", "string")?;
                map.serialize_entry("enum", words)?;
            }
            Self::Text(least, most) => {
                map.serialize_entry("type", "string")?;
                map.serialize_entry("minLength", least)?;
                map.serialize_entry("maxLength", most)?;
            }
            Self::List(of, least, most) => {
                map.serialize_entry("type", "array")?;
                map.serialize_entry("items", of)?;
                map.serialize_entry("minItems", least)?;
                map.serialize_entry("maxItems", most)?;
            }
            Self::Object(properties) => {
                let names: Vec<&str> = properties.iter().map(|(name, _)| *name).collect();
                map.serialize_entry("type", "object")?;
                map.serialize_entry("properties", &Properties(properties))?;
                map.serialize_entry("required", &names)?;
                map.serialize_entry("additionalProperties", &false)?;
            }
            Self::AnyOf(kinds) => map.serialize_entry("anyOf", kinds)?,
        }
        map.end()
    }
}

struct Properties<'a>(&'a [(&'static str, Schema)]);

impl Serialize for Properties<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, schema)| (name, schema)))
    }
}

impl Form<'_> {
    /// The JSON schema of an answer that has room for so many tokens: handles, numbers and verbs are enums, everything
    /// is bounded.
    pub fn schema(&self, tokens: usize) -> Schema {
        let most_claims = (tokens / TOKENS_A_CLAIM).clamp(1, MOST_CLAIMS);
        let (short, long) = LONGEST_TEXT;
        let longest_text = (tokens / TOKENS_A_CHARACTER).clamp(short, long);
        let numbers: Vec<&str> = self
            .groups
            .iter()
            .map(|group| group.number.as_str())
            .collect();
        let entities = one_of(self.entities().map(|thing| thing.handle.as_str()));
        let objects = self.things.iter().map(|thing| thing.handle.as_str());
        let used = |verb: &Verb| self.groups.iter().any(|group| group.relation.verb == *verb);
        let verbs = VERBS.iter().filter(|(_, verb)| used(verb));
        let evidence = Schema::List(Box::new(one_of(numbers.iter().copied())), 1, MOST_CITED);
        let relation = Schema::Object(vec![
            ("subject", entities.clone()),
            ("verb", one_of(verbs.map(|(name, _)| *name))),
            ("object", one_of(objects.chain(["none"]))),
            ("outcome", one_of(OUTCOMES.map(|(name, _)| name))),
            ("count", Schema::OneOf(self.counts())),
            ("span", one_of([NOT_SAID, WHOLE])),
        ]);
        let mut kinds = vec![Schema::Object(vec![
            ("kind", one_of(["fact"])),
            ("evidence", evidence.clone()),
            (
                "relations",
                Schema::List(Box::new(relation), 1, MOST_RELATIONS),
            ),
            ("text", Schema::Text(8, longest_text)),
        ])];
        let techniques: Vec<&str> = self.techniques().into_iter().map(|(id, _)| id).collect();
        if !techniques.is_empty() {
            kinds.push(Schema::Object(vec![
                ("kind", one_of(["view"])),
                ("view", one_of(["technique"])),
                ("evidence", evidence.clone()),
                ("technique", one_of(techniques)),
            ]));
        }
        kinds.push(Schema::Object(vec![
            ("kind", one_of(["view"])),
            ("view", one_of(["look_at"])),
            ("evidence", evidence),
            ("entity", entities.clone()),
        ]));
        let questions = self.question_names();
        if !questions.is_empty() {
            kinds.push(Schema::Object(vec![
                ("kind", one_of(["view"])),
                ("view", one_of(["question"])),
                ("question", Schema::OneOf(questions)),
            ]));
        }
        kinds.extend(self.gap_kinds(&numbers));
        let claims = Schema::List(Box::new(Schema::AnyOf(kinds)), 1, most_claims);
        Schema::Object(vec![("claims", claims)])
    }

    /// What may be missing, where, and of whom.
    fn gap_kinds(&self, numbers: &[&str]) -> Vec<Schema> {
        let mut kinds = Vec::new();
        for (place, in_telemetry) in [("alert", false), ("telemetry", true)] {
            let is_asked = |(_, verb): &&(&'static str, Verb)| {
                self.would_show(*verb, in_telemetry) == Some(true) && check::sought(*verb).is_some()
            };
            let asked = VERBS.iter().filter(is_asked);
            let (sign_ins, others): (Vec<_>, Vec<_>) =
                asked.partition(|(_, verb)| *verb == Verb::LoggedOnTo);
            for verbs in [others, sign_ins] {
                let Some((_, first)) = verbs.first() else {
                    continue;
                };
                let who = self
                    .entities()
                    .filter(|thing| check::can_do(thing.kind, *first))
                    .map(|thing| thing.handle.as_str());
                let who: Vec<&str> = who.collect();
                if who.is_empty() {
                    continue;
                }
                kinds.push(Schema::Object(vec![
                    ("kind", one_of(["gap"])),
                    ("place", one_of([place])),
                    ("entity", one_of(who)),
                    ("looked_for", one_of(verbs.iter().map(|(name, _)| *name))),
                    ("until", one_of(numbers.iter().copied().chain(["none"]))),
                ]));
            }
        }
        kinds
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

fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> Schema {
    Schema::OneOf(words.into_iter().map(str::to_owned).collect())
}
