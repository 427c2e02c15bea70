//! What a rule adds to its detection: the `aside:` block, or what a rule without one gets.

use std::collections::BTreeMap;

use aside_shared::analysis::Technique;
use rsigma_parser::{Level, SigmaRule};
use serde::Deserialize;

use super::sentence::Sentence;
use super::sigma::Unmapped;
use crate::techniques;

/// What a rule adds to its detection.
#[derive(Clone, Debug)]
pub struct Knowledge {
    /// Signals of one group are capped together.
    pub group: String,
    /// Log-odds points (10 log10 of the odds); negative speaks for usual.
    pub weight: i32,
    /// What was seen, with places for the event's fields.
    pub sentence: Sentence,
    /// What the priority says if this is the strongest.
    pub cause: Option<String>,
    /// How bad if true, 1 (worst) to 4.
    pub impact: u8,
    /// The ATT&CK techniques that its tags name.
    pub techniques: Vec<Technique>,
    /// It brings no weight of its own: someone else's rule.
    pub foreign: bool,
    /// What it must match and what not.
    pub examples: Examples,
}

/// Events by which a rule is tested: fields with one or several values.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Examples {
    /// Not usual.
    #[serde(default)]
    pub malicious: Vec<BTreeMap<String, OneOrMany>>,
    /// Usual.
    #[serde(default)]
    pub benign: Vec<BTreeMap<String, OneOrMany>>,
}

/// A field's value or values in an example.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    /// A text.
    One(String),
    /// A number.
    Number(i64),
    /// Yes or no.
    Bool(bool),
    /// Several texts.
    Many(Vec<String>),
}

impl OneOrMany {
    /// The values as text.
    pub fn texts(&self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text.clone()],
            Self::Number(number) => vec![number.to_string()],
            Self::Bool(value) => vec![value.to_string()],
            Self::Many(texts) => texts.clone(),
        }
    }
}

/// The `aside:` block as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Block {
    group: String,
    weight: i32,
    sentence: String,
    #[serde(default)]
    cause: Option<String>,
    #[serde(default)]
    impact: Option<u8>,
    #[serde(default)]
    examples: Examples,
}

/// The longest cause, in characters: it stands in the priority band.
const CAUSE_MAX: usize = 40;

/// The strongest weight that a rule may give itself.
const WEIGHT_MAX: i32 = 40;

impl Knowledge {
    /// What `rule` adds.
    pub fn of(rule: &SigmaRule) -> Result<Self, Unmapped> {
        let techniques: Vec<Technique> = rule
            .tags
            .iter()
            .filter_map(|tag| tag.strip_prefix("attack."))
            .filter_map(|tag| techniques::technique(&tag.to_ascii_uppercase()))
            .collect();
        match rule.custom_attributes.get("aside") {
            None => Ok(Self::foreign(rule, techniques)),
            Some(block) => {
                let block: Block =
                    yaml_serde::from_value(block.clone()).map_err(|error| Unmapped {
                        field: "aside".to_owned(),
                        reason: error.to_string(),
                    })?;
                block.checked(rule, techniques)
            }
        }
    }

    /// A rule of someone else's: its level is all that is known of its weight.
    fn foreign(rule: &SigmaRule, techniques: Vec<Technique>) -> Self {
        let weight = match rule.level.unwrap_or(Level::Medium) {
            Level::Informational => 0,
            Level::Low => 1,
            Level::Medium => 3,
            Level::High => 6,
            Level::Critical => 9,
        };
        Self {
            group: techniques
                .first()
                .map_or_else(|| "customer".to_owned(), |technique| technique.id.clone()),
            weight,
            sentence: Sentence::fixed(&rule.title),
            cause: None,
            impact: match rule.level.unwrap_or(Level::Medium) {
                Level::Critical => 2,
                Level::High => 3,
                _ => 4,
            },
            techniques,
            foreign: true,
            examples: Examples::default(),
        }
    }
}

impl Block {
    fn checked(self, rule: &SigmaRule, techniques: Vec<Technique>) -> Result<Knowledge, Unmapped> {
        let wrong = |field: &str, reason: String| Unmapped {
            field: format!("aside.{field}"),
            reason,
        };
        if self.group.is_empty() {
            return Err(wrong("group", "It is empty.".to_owned()));
        }
        if self.weight.abs() > WEIGHT_MAX {
            return Err(wrong(
                "weight",
                format!("{} is beyond {WEIGHT_MAX} points.", self.weight),
            ));
        }
        if let Some(impact) = self.impact
            && !(1..=4).contains(&impact)
        {
            return Err(wrong("impact", format!("{impact} is not 1 to 4.")));
        }
        if let Some(cause) = &self.cause
            && cause.chars().count() > CAUSE_MAX
        {
            return Err(wrong(
                "cause",
                format!("It is longer than {CAUSE_MAX} characters."),
            ));
        }
        let impact = self
            .impact
            .unwrap_or(match rule.level.unwrap_or(Level::Medium) {
                Level::Critical | Level::High => 2,
                Level::Medium => 3,
                Level::Low | Level::Informational => 4,
            });
        Ok(Knowledge {
            group: self.group,
            weight: self.weight,
            sentence: Sentence::template(&self.sentence)
                .map_err(|reason| wrong("sentence", reason))?,
            cause: self.cause,
            impact,
            techniques,
            foreign: false,
            examples: self.examples,
        })
    }
}
