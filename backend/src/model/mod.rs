//! A language model behind the OpenAI-compatible protocol: one question out, one answer back.
//!
//! It is asked for text and nothing else: no tool, no memory, no address that an answer could name. Every
//! failure is a [`Failure`] in words, and the caller goes on without the model. What goes out is redacted by
//! the caller, and announced by it before it leaves ([`Announce`]).

mod client;
mod failure;
mod request;
mod stream;
#[cfg(test)]
pub mod testing;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aside_analyst::ground::Schema;
use async_trait::async_trait;
use secrecy::SecretString;
use serde_json::json;
use tokio::time::Instant;

use crate::config::{ModelConfig, ProseConfig, SchemaForm};

pub use failure::Failure;
pub use request::Question;
pub use stream::Completion;

use client::Client;
use request::Manner;

/// How long nothing may come once an answer has begun.
const IDLE: Duration = Duration::from_secs(20);
/// Requests for one question: an endpoint may refuse one form of it after another.
const TRIES: u32 = 5;
/// Statuses with which servers refuse a form of the request: 400 and 422 mostly, llama-cpp-python 500.
const MANNERS: [u16; 6] = [400, 404, 415, 422, 500, 501];
/// Bytes that a token of a question stands for at least: 2.4 were measured (Gemma 3), long hashes have fewer.
const BYTES_A_TOKEN: u32 = 2;

/// A configured model.
pub struct Model {
    client: Client,
    host: String,
    name: String,
    max_tokens: u32,
    deadline: Duration,
    schema_form: SchemaForm,
    /// In which form the endpoint took the last question.
    manner: Mutex<Manner>,
    /// Tokens that a question and its answer have together, where that is known.
    pub context_tokens: Option<u32>,
    /// The customer's own terms, which redaction has to know.
    pub terms: Vec<String>,
    /// Whether redaction replaces public addresses too.
    pub external_addresses: bool,
    /// Whether its free wording is asked for.
    pub wants_prose: bool,
}

/// Until when an answer is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    at: Instant,
    within: Duration,
}

/// Hears of every request before it leaves.
#[async_trait]
pub trait Announce: Send {
    /// Exactly this body is about to be sent. An error keeps it here.
    async fn about_to_send(&mut self, body: &str) -> Result<(), Failure>;

    /// The request announced last did not leave: there was no connection.
    fn was_not_sent(&mut self) {}
}

/// What a probe found out.
#[derive(Debug, PartialEq, Eq)]
pub struct Probed {
    /// The answer came piece by piece.
    pub streams: bool,
    /// In which form the schema was taken: `json_schema, strict`, `json_schema`, `json_object`.
    pub form: &'static str,
    /// The answer was of the schema that was asked for.
    pub obeys: bool,
}

impl Model {
    /// The configured model. Reads its key; the endpoint is not asked yet.
    pub fn connect(config: &ModelConfig) -> Result<Self, String> {
        let key: Option<SecretString> = config.key().map_err(|e| format!("[model] {e}"))?;
        let client = Client::new(&config.base_url, key, IDLE)?;
        Ok(Self {
            host: client.host(),
            client,
            name: config.name.clone(),
            max_tokens: config.max_tokens,
            context_tokens: config.context_tokens,
            deadline: Duration::from_secs(config.deadline_seconds.into()),
            schema_form: config.schema_form,
            manner: Mutex::new(Manner::first(config.schema_form)),
            terms: config.terms.clone(),
            external_addresses: config.external_addresses,
            wants_prose: config.prose == ProseConfig::Marked,
        })
    }

    /// The model's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The host of its endpoint, with the port where one is named.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Where requests to it go.
    pub fn address(&self) -> &str {
        self.client.address()
    }

    /// The most tokens of one answer.
    pub fn max_tokens(&self) -> usize {
        usize::try_from(self.max_tokens).unwrap_or(usize::MAX)
    }

    /// Bytes for which a question has room, as far as that is known.
    pub fn question_bytes(&self) -> usize {
        let tokens = self
            .context_tokens
            .map(|tokens| tokens.saturating_sub(self.max_tokens));
        let bytes = tokens.and_then(|tokens| usize::try_from(tokens * BYTES_A_TOKEN).ok());
        bytes.unwrap_or(usize::MAX)
    }

    /// Until when an answer to a question that is asked now is waited for: as configured, and no longer than
    /// `most`.
    pub fn deadline(&self, most: Duration) -> Deadline {
        let within = self.deadline.min(most);
        Deadline {
            at: Instant::now() + within,
            within,
        }
    }

    /// Asks one question: again in another form where the endpoint complains about the form, which is
    /// remembered. Nothing is sent that was not announced.
    pub async fn complete(
        &self,
        question: &Question<'_>,
        deadline: Deadline,
        announce: &mut dyn Announce,
    ) -> Result<Completion, Failure> {
        let asking = self.complete_in_some_manner(question, announce);
        match tokio::time::timeout_at(deadline.at, asking).await {
            Ok(answer) => answer,
            Err(_) => Err(Failure::Deadline(deadline.within.as_secs())),
        }
    }

    async fn complete_in_some_manner(
        &self,
        question: &Question<'_>,
        announce: &mut dyn Announce,
    ) -> Result<Completion, Failure> {
        let mut manner = *self.manner.lock().unwrap_or_else(PoisonError::into_inner);
        let mut tries = 0;
        loop {
            let body = manner.body(&self.name, self.max_tokens, question);
            let body = body.map_err(|_| Failure::Fault)?;
            announce.about_to_send(&body).await?;
            tries += 1;
            match self.client.post(body).await {
                Ok(answer) => {
                    self.remember(manner);
                    return Ok(answer);
                }
                Err(Failure::Refused { status, words })
                    if tries < TRIES && MANNERS.contains(&status) =>
                {
                    let other = manner.otherwise(&words, self.schema_form);
                    manner = other.ok_or(Failure::Refused { status, words })?;
                }
                Err(failure) => {
                    match failure {
                        Failure::Unreachable { .. } => announce.was_not_sent(),
                        // It has read the question: the manner was right.
                        Failure::TooLong(_) => self.remember(manner),
                        _ => {}
                    }
                    return Err(failure);
                }
            }
        }
    }

    fn remember(&self, manner: Manner) {
        *self.manner.lock().unwrap_or_else(PoisonError::into_inner) = manner;
    }

    /// Whether it answers, streams, and in which form it takes a schema. What is sent names nothing.
    pub async fn probe(&self) -> Result<Probed, Failure> {
        let schema = Schema::Object(vec![("answer", Schema::OneOf(vec!["ready".to_owned()]))]);
        let question = Question {
            instructions: "Answer with JSON of the given schema and nothing else.",
            text: "Are you ready? Answer {\"answer\": \"ready\"}.",
            schema: &schema,
        };
        let answer = self
            .complete(&question, self.deadline(Duration::MAX), &mut NamesNothing)
            .await?;
        let value: Option<serde_json::Value> = serde_json::from_str(answer.text.trim()).ok();
        let manner = *self.manner.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Probed {
            streams: answer.streamed,
            form: manner.form_name(),
            obeys: value == Some(json!({ "answer": "ready" })),
        })
    }
}

/// A question that names nothing of anybody's needs no entry.
struct NamesNothing;

#[async_trait]
impl Announce for NamesNothing {
    async fn about_to_send(&mut self, _body: &str) -> Result<(), Failure> {
        Ok(())
    }
}
