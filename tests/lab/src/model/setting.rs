//! How the model behaves until it is told otherwise, as the control sets it.

use serde::{Deserialize, Serialize};

use super::refusal::Trouble;

/// A manner of answering.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Manner {
    /// True claims from what was sent.
    #[default]
    Honest,
    /// Honest, and held or delayed.
    Slow,
    /// Takes the request and answers nothing until it is released.
    Silent,
    /// The connection ends in the middle of an honest answer.
    Cut,
    /// A whole answer whose content is no JSON.
    BadJson,
    /// A piece of the stream that is no JSON.
    BadChunk,
    /// Bytes that are no UTF-8.
    BadUtf8,
    /// An answer nested without measure.
    Bomb,
    /// An answer with claims without measure.
    WideBomb,
    /// An answer that never ends.
    Endless,
    /// An answer cut off at its limit.
    Length,
    /// A refusal by the server; which, says `error`.
    Error,
    /// The model declines.
    Refusal,
    /// 307 to `location`, or to a path of this server that serves nothing.
    Redirect,
    /// The connection is closed without an answer.
    Dead,
    /// True and forged claims in turn.
    Lying,
    /// Obeys whatever the text says, and is malicious beside.
    Hostile,
}

/// The form in which a schema is taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Takes {
    /// OpenAI's: `{"type": "json_schema", "json_schema": {…}}`.
    #[default]
    JsonSchema,
    /// llama.cpp's: `{"type": "json_object", "schema": {…}}`.
    JsonObject,
}

/// Which member limits the answer's tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limits {
    /// Either of the two.
    #[default]
    Either,
    /// As older models and other servers take it.
    MaxTokens,
    /// As newer models take it.
    MaxCompletionTokens,
}

/// Where an answer stops until it is released.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// Before its first byte.
    FirstByte,
    /// In its middle; streams alone have one.
    Middle,
}

/// Everything that the control sets; a new setting replaces the whole of the old one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Setting {
    /// How it answers.
    pub manner: Manner,
    /// Which form of schema it takes.
    pub takes: Takes,
    /// Which limit of tokens it takes.
    pub limits: Limits,
    /// Keywords that it does not take in a strict schema, `minLength` for example.
    pub refuses: Vec<String>,
    /// Tokens of prompt and answer together.
    pub context_tokens: usize,
    /// `slow`: milliseconds before the first byte.
    pub first_byte_ms: u64,
    /// `slow`: milliseconds between pieces.
    pub between_ms: u64,
    /// `slow`: held there until released. Without times it is held before the first byte unless said otherwise.
    pub hold: Option<Hold>,
    /// `error`: which.
    pub error: Option<Trouble>,
    /// `error`: seconds for `retry-after`.
    pub retry_after_s: Option<u64>,
    /// `redirect`: where to.
    pub location: Option<String>,
    /// How many requests this is for; after them it is honest again, all else as it was. None: for all.
    pub count: Option<u32>,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            manner: Manner::Honest,
            takes: Takes::JsonSchema,
            limits: Limits::Either,
            refuses: Vec::new(),
            context_tokens: 128_000,
            first_byte_ms: 0,
            between_ms: 0,
            hold: None,
            error: None,
            retry_after_s: None,
            location: None,
            count: None,
        }
    }
}

impl Setting {
    /// Why this setting makes no sense, if it makes none.
    #[must_use]
    pub fn refusal(&self) -> Option<&'static str> {
        let slow = self.first_byte_ms > 0 || self.between_ms > 0 || self.hold.is_some();
        if slow && self.manner != Manner::Slow {
            return Some("first_byte_ms, between_ms and hold go with slow");
        }
        if self.error.is_some() != (self.manner == Manner::Error) {
            return Some("error goes with the manner error, which needs one");
        }
        if self.retry_after_s.is_some() && self.manner != Manner::Error {
            return Some("retry_after_s goes with error");
        }
        if self.location.is_some() && self.manner != Manner::Redirect {
            return Some("location goes with redirect");
        }
        (self.count == Some(0)).then_some("count must be at least 1")
    }

    /// Where an answer of this setting is held.
    #[must_use]
    pub fn held(&self) -> Option<Hold> {
        if self.manner != Manner::Slow {
            return None;
        }
        let timed = self.first_byte_ms > 0 || self.between_ms > 0;
        self.hold.or((!timed).then_some(Hold::FirstByte))
    }

    /// The setting for one request; this one is used up by one.
    pub fn take(&mut self) -> Self {
        let taken = self.clone();
        match &mut self.count {
            None => {}
            Some(1) => {
                *self = Self {
                    takes: self.takes,
                    limits: self.limits,
                    refuses: std::mem::take(&mut self.refuses),
                    context_tokens: self.context_tokens,
                    ..Self::default()
                };
            }
            Some(left) => *left -= 1,
        }
        taken
    }
}
