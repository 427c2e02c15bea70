//! Reading an answer: tolerant of how it is put, strict in what it says.

use aside_shared::alert::Verb;
use aside_shared::analysis::Relation;
use aside_shared::id::EntityId;
use aside_shared::model::DroppedClaim;
use aside_shared::text::{plain, shorten, visible};
use serde_json::Value;

use super::form::{Form, MOST_RELATIONS, NOT_SAID, OUTCOMES, VERBS, WHOLE};

/// The longest answer that is read, in bytes. The schema allows a tenth of it.
const LONGEST: usize = 1 << 20;
/// Claims of one answer that are looked at.
const MOST_CLAIMS: usize = 256;
/// Lines of evidence that one claim may cite.
const MOST_CITED: usize = 64;
/// Characters of a dropped claim's text that are told.
const SHOWN_TEXT: usize = 300;

/// An answer that is none. The caller says so, and the rules' summary stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// More than 1 MiB.
    #[error("The answer is longer than any that was asked for.")]
    TooLong,
    /// It holds no JSON, or JSON that is cut off or nested without end.
    #[error("The answer is not the JSON that was asked for.")]
    NoJson,
    /// JSON of another shape.
    #[error("The answer holds no list of claims.")]
    NoClaims,
}

/// What a model claims, in its order, as far as it could be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    pub(super) claims: Vec<Result<Claimed, DroppedClaim>>,
    /// The free wording beside them, if there is some. Untrusted: see [`Form::carries`].
    pub note: Option<String>,
}

/// One claim, in the terms of the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Claimed {
    pub what: What,
    /// Which lines of the form it cites.
    pub cited: Vec<usize>,
    /// The model's own wording. Untrusted.
    pub text: String,
}

/// What is claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    Fact(Vec<Relation>),
    Technique(String),
    LookAt(EntityId),
    Question(usize),
    Gap {
        entity: EntityId,
        looked_for: Verb,
        in_telemetry: bool,
        until: Option<usize>,
    },
}

impl Form<'_> {
    /// Reads a model's answer. `restore` puts back in its texts what was redacted.
    pub fn read(
        &self,
        answer: &str,
        mut restore: impl FnMut(&str) -> String,
    ) -> Result<Answer, Unreadable> {
        if answer.len() > LONGEST {
            return Err(Unreadable::TooLong);
        }
        let value = json(answer).ok_or(Unreadable::NoJson)?;
        let claims = match &value {
            Value::Array(claims) => claims,
            Value::Object(fields) => fields
                .get("claims")
                .and_then(Value::as_array)
                .ok_or(Unreadable::NoClaims)?,
            _ => return Err(Unreadable::NoClaims),
        };
        let mut read: Vec<Result<Claimed, DroppedClaim>> =
            Vec::with_capacity(claims.len().min(MOST_CLAIMS));
        for claim in claims.iter().take(MOST_CLAIMS) {
            let mut text = restore(
                claim
                    .get("text")
                    .and_then(Value::as_str)
                    .unwrap_or_default(),
            );
            let claimed = match self.claimed(claim) {
                Ok((what, cited)) => {
                    if text.is_empty() {
                        text = self.in_words(&what);
                    }
                    let is_said = read.iter().flatten().any(|known| known.what == what);
                    if is_said {
                        Err("It was said before.".to_owned())
                    } else {
                        Ok((what, cited))
                    }
                }
                Err(reason) => Err(reason),
            };
            read.push(match claimed {
                Ok((what, cited)) => Ok(Claimed { what, cited, text }),
                Err(reason) => Err(dropped(&text, reason)),
            });
        }
        if claims.len() > MOST_CLAIMS {
            let more = claims.len() - MOST_CLAIMS;
            read.push(Err(dropped(
                "",
                format!("{more} more claims were not read: the answer is longer than asked for."),
            )));
        }
        let note = value.get("note").and_then(Value::as_str).map(str::trim);
        let note = note.filter(|note| !note.is_empty()).map(restore);
        Ok(Answer { claims: read, note })
    }

    fn claimed(&self, claim: &Value) -> Result<(What, Vec<usize>), String> {
        let kind = text(claim, "kind")?;
        match kind {
            "fact" => {
                let cited = self.cited(claim)?;
                Ok((What::Fact(self.relations(claim)?), cited))
            }
            "view" => self.claimed_view(claim),
            "gap" => Ok((self.claimed_gap(claim)?, Vec::new())),
            other => Err(format!("{} is no sort of statement.", named(other))),
        }
    }

    /// What a view or a gap says, which have no text: a reader of what was dropped has to know what it was.
    fn in_words(&self, what: &What) -> String {
        match what {
            What::Fact(_) => String::new(),
            What::Technique(id) => format!("May be {id}."),
            What::LookAt(entity) => format!("Worth a look: {}.", self.plain_name(entity)),
            What::Question(at) => {
                let question = self.questions.get(*at).map(|question| plain(question));
                format!("Worth asking: {}", question.unwrap_or_default())
            }
            What::Gap {
                entity, looked_for, ..
            } => {
                let verb = VERBS.iter().find(|(_, verb)| verb == looked_for);
                let verb = verb.map_or("", |(name, _)| *name).replace('_', " ");
                let name = self.plain_name(entity);
                format!("Looked for and not found: {name} {verb} something.")
            }
        }
    }

    fn plain_name(&self, entity: &EntityId) -> String {
        plain(&[self.name_of(entity)])
    }

    fn claimed_view(&self, claim: &Value) -> Result<(What, Vec<usize>), String> {
        match text(claim, "view")? {
            "technique" => {
                let id = text(claim, "technique")?;
                Ok((What::Technique(id.to_owned()), self.cited(claim)?))
            }
            "look_at" => Ok((
                What::LookAt(self.entity(text(claim, "entity")?)?),
                self.cited(claim)?,
            )),
            "question" => {
                let name = text(claim, "question")?;
                let number = name
                    .strip_prefix('Q')
                    .and_then(|number| number.parse::<usize>().ok());
                let at = number.and_then(|number| number.checked_sub(1));
                let question = at
                    .filter(|at| *at < self.questions.len())
                    .ok_or_else(|| format!("{} is no question that was listed.", named(name)))?;
                Ok((What::Question(question), Vec::new()))
            }
            other => Err(format!("{} is no sort of view.", named(other))),
        }
    }

    fn claimed_gap(&self, claim: &Value) -> Result<What, String> {
        let entity = self.entity(text(claim, "entity")?)?;
        let looked_for = verb(text(claim, "looked_for")?)?;
        let in_telemetry = match text(claim, "place")? {
            "telemetry" => true,
            "alert" => false,
            other => {
                return Err(format!(
                    "{} is no place where something was looked for.",
                    named(other)
                ));
            }
        };
        let until = match claim.get("until").and_then(Value::as_str) {
            None | Some("none") => None,
            Some(number) => Some(self.line(number)?),
        };
        Ok(What::Gap {
            entity,
            looked_for,
            in_telemetry,
            until,
        })
    }

    fn cited(&self, claim: &Value) -> Result<Vec<usize>, String> {
        let numbers = claim
            .get("evidence")
            .and_then(Value::as_array)
            .filter(|numbers| !numbers.is_empty());
        let numbers = numbers.ok_or("It cites no evidence.")?;
        if numbers.len() > MOST_CITED {
            return Err("It cites more than was asked for.".to_owned());
        }
        let mut cited = Vec::with_capacity(numbers.len());
        for number in numbers {
            let line = self.line(number.as_str().unwrap_or_default())?;
            if !cited.contains(&line) {
                cited.push(line);
            }
        }
        Ok(cited)
    }

    fn line(&self, number: &str) -> Result<usize, String> {
        self.group(number)
            .ok_or_else(|| format!("There is no evidence {}.", named(number)))
    }

    fn entity(&self, handle: &str) -> Result<EntityId, String> {
        let thing = self.thing(handle).and_then(|thing| thing.id());
        thing
            .cloned()
            .ok_or_else(|| format!("No evidence names {}.", named(handle)))
    }

    fn relations(&self, claim: &Value) -> Result<Vec<Relation>, String> {
        let relations = claim
            .get("relations")
            .and_then(Value::as_array)
            .filter(|relations| !relations.is_empty());
        let relations = relations.ok_or("It says nothing that could be compared with evidence.")?;
        if relations.len() > MOST_RELATIONS {
            return Err("It says more at once than was asked for.".to_owned());
        }
        let mut read: Vec<Relation> = Vec::with_capacity(relations.len());
        for relation in relations {
            let relation = self.relation(relation)?;
            if read.contains(&relation) {
                return Err("It says the same twice.".to_owned());
            }
            read.push(relation);
        }
        Ok(read)
    }

    fn relation(&self, relation: &Value) -> Result<Relation, String> {
        let subject = self.entity(text(relation, "subject")?)?;
        let verb = verb(text(relation, "verb")?)?;
        let object = match relation.get("object").and_then(Value::as_str) {
            None | Some("none") => None,
            Some(handle) => {
                let thing = self
                    .thing(handle)
                    .ok_or_else(|| format!("No evidence names {}.", named(handle)))?;
                Some(thing.object.clone())
            }
        };
        let said = text(relation, "outcome")?;
        let outcome = OUTCOMES
            .iter()
            .find(|(name, _)| *name == said)
            .map(|(_, outcome)| *outcome);
        let outcome = outcome.ok_or_else(|| format!("{} is no outcome.", named(said)))?;
        let count = match relation.get("count") {
            None | Some(Value::Null) => None,
            Some(Value::String(count)) if count == NOT_SAID => None,
            Some(Value::String(count)) => Some(
                count
                    .parse()
                    .map_err(|_| format!("{} is no count.", named(count)))?,
            ),
            Some(count) => {
                let count = count.as_u64().and_then(|count| u32::try_from(count).ok());
                Some(count.ok_or("Its count is no number of times.")?)
            }
        };
        let is_whole = match relation.get("span") {
            None | Some(Value::Null) => false,
            Some(Value::String(span)) if span == NOT_SAID => false,
            Some(Value::String(span)) if span == WHOLE => true,
            Some(_) => return Err("Its span is none that a line of the evidence has.".to_owned()),
        };
        let relation = Relation {
            subject,
            verb,
            object,
            outcome,
            count,
            span_unix_ms: None,
        };
        let span_unix_ms = if is_whole {
            Some(self.whole_span(&relation)?)
        } else {
            None
        };
        Ok(Relation {
            span_unix_ms,
            ..relation
        })
    }

    fn whole_span(&self, relation: &Relation) -> Result<(i64, i64), String> {
        let line = self.line_of(relation);
        line.and_then(|line| line.span())
            .ok_or_else(|| "The evidence gives it no time.".to_owned())
    }
}

/// Whether two relations are one but for count and span.
pub(super) fn same(one: &Relation, other: &Relation) -> bool {
    one.subject == other.subject
        && one.verb == other.verb
        && one.object == other.object
        && one.outcome == other.outcome
}

/// What is said of something that was not shown.
pub(super) fn dropped(text: &str, reason: impl Into<String>) -> DroppedClaim {
    DroppedClaim {
        text: visible(&shorten(text, SHOWN_TEXT)),
        reason: reason.into(),
    }
}

/// A word of the model's inside a reason.
fn named(text: &str) -> String {
    if text.is_empty() {
        "Nothing".to_owned()
    } else {
        visible(&shorten(text, 32))
    }
}

fn text<'v>(value: &'v Value, field: &str) -> Result<&'v str, String> {
    match value.get(field) {
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(format!("Its {field} is not a word.")),
        None => Err(format!("It has no {field}.")),
    }
}

fn verb(name: &str) -> Result<Verb, String> {
    let known = VERBS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, verb)| *verb);
    known.ok_or_else(|| format!("{} is nothing that evidence could say.", named(name)))
}

/// The JSON in an answer: a model may put it in a code block or between sentences.
fn json(answer: &str) -> Option<Value> {
    if let Ok(value) = serde_json::from_str(answer) {
        return Some(value);
    }
    let start = answer.find(['{', '['])?;
    let mut values = serde_json::Deserializer::from_str(answer.get(start..)?).into_iter::<Value>();
    values.next()?.ok()
}
