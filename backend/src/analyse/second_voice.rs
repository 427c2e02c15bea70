//! The second voice: a model is asked once about an alert, and what it claims is shown where it stands.
//!
//! What goes out is redacted, recorded and then sent; what comes back is compared with the evidence. The book of
//! placeholders lives for one question, in memory. Whatever goes wrong, only the model's voice is missing.

#[cfg(test)]
mod tests;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aside_analyst::ground::{Form, Telemetry};
use aside_analyst::redact::{Conversation, Known, Settings};
use aside_shared::alert::Alert;
use aside_shared::analysis::Analysis;
use aside_shared::audit::AuditAction;
use aside_shared::chat::Answer;
use aside_shared::model::{Came, Prose, Report, Sent};
use async_trait::async_trait;
use futures::FutureExt;
use sha2::{Digest, Sha256};

use super::prompt::{self, Prompt};
use crate::audit::{Audit, Record};
use crate::clock::SharedClock;
use crate::model::{Announce, Completion, Failure, Model};
use crate::store::model_answers::{self, Asked, KeptAnswer};
use crate::store::{Store, StoreError};

/// Lines of evidence that a model is shown, and what is tried where that is too much for it.
const LINES: [u32; 3] = [80, 20, 6];
/// An analyst's question is answered by then, model or not: the panel waits little longer.
const QUESTION_WITHIN: Duration = Duration::from_secs(30);

/// A model and what belongs to asking it.
pub struct SecondVoice {
    model: Model,
    store: Store,
    audit: Audit,
    clock: SharedClock,
}

/// What a model is asked about: one alert and nothing else.
pub struct About<'a> {
    /// The alert, with all that was read around it and derived from it.
    pub alert: &'a Alert,
    /// What the rules say of it.
    pub analysis: &'a Analysis,
    /// What was asked of the telemetry around it, if it was read.
    pub telemetry: Option<&'a Telemetry>,
    /// An analyst's question; else the whole is to be told.
    pub question: Option<&'a str>,
    /// On whose behalf.
    pub actor: &'a str,
}

impl SecondVoice {
    /// The voice of a configured model.
    pub fn new(model: Model, store: Store, audit: Audit, clock: SharedClock) -> Arc<Self> {
        Arc::new(Self {
            model,
            store,
            audit,
            clock,
        })
    }

    /// The model's name.
    pub fn name(&self) -> &str {
        self.model.name()
    }

    /// Asks, checks, and tells what became of it. Never fails otherwise than in the report.
    pub async fn speak(&self, about: &About<'_>) -> Report {
        let mut report = Report::new(self.model.name(), self.model.host());
        let started = Instant::now();
        let asking = AssertUnwindSafe(self.fill(about, &mut report)).catch_unwind();
        let came = asking.await.unwrap_or(Err(Failure::Fault));
        if !report.cached {
            report.took_ms = started.elapsed().as_millis().try_into().unwrap_or(u64::MAX);
        }
        self.log(&report, &came);
        report.came = came.unwrap_or_else(|failure| Came::Nothing {
            reason: failure.to_string(),
        });
        report
    }

    async fn fill(&self, about: &About<'_>, report: &mut Report) -> Result<Came, Failure> {
        let most = match about.question {
            Some(_) => QUESTION_WITHIN,
            None => Duration::MAX,
        };
        let deadline = self.model.deadline(most);
        let known = Known::of(about.alert, &self.model.terms);
        let settings = Settings {
            external_addresses: self.model.external_addresses,
        };
        let mut conversation = Conversation::new(&known, settings);
        let prompt_of = |lines: u32, conversation: &mut Conversation| {
            let form = about.form(lines);
            let wants_note = self.model.wants_prose && about.question.is_none();
            let tokens = self.model.max_tokens();
            let asked = about.question;
            Prompt::new(&form, about.alert, conversation, asked, tokens, wants_note)
        };
        let [mut lines, fewer @ ..] = LINES;
        let mut fewer = fewer.into_iter();
        let mut prompt = prompt_of(lines, &mut conversation);
        while prompt.bytes() > self.model.question_bytes()
            && let Some(next) = fewer.next()
        {
            lines = next;
            prompt = prompt_of(lines, &mut conversation);
        }
        let asked = Asked {
            tenant: about.alert.key.tenant.clone(),
            model: format!("{} at {}", self.model.name(), self.model.address()),
            prompt: prompt::VERSION,
            content: prompt.digest(),
        };
        if let Some(kept) = self.kept(&asked).await {
            if kept.lines != lines {
                prompt = prompt_of(kept.lines, &mut conversation);
            }
            report.cached = true;
            report.sent = kept.sent;
            report.took_ms = kept.took_ms;
            (report.tokens_in, report.tokens_out) = (kept.tokens_in, kept.tokens_out);
            (report.replaced, report.removed) = (prompt.replaced, prompt.removed);
            return self.read(about, kept.lines, &conversation, &kept.text);
        }
        let started = Instant::now();
        let answer = loop {
            report.replaced.clone_from(&prompt.replaced);
            report.removed.clone_from(&prompt.removed);
            let mut announcer = Announcer {
                voice: self,
                about,
                text: &prompt.text,
                sent: &mut report.sent,
            };
            let question = prompt.question();
            match self
                .model
                .complete(&question, deadline, &mut announcer)
                .await
            {
                Ok(answer) => break answer,
                Err(Failure::TooLong(words)) => {
                    let shorter = fewer
                        .by_ref()
                        .map(|lines| (lines, prompt_of(lines, &mut conversation)))
                        .find(|(_, it)| it.text.len() < prompt.text.len());
                    (lines, prompt) = shorter.ok_or(Failure::TooLong(words))?;
                }
                Err(failure) => return Err(failure),
            }
        };
        (report.tokens_in, report.tokens_out) = (answer.tokens_in, answer.tokens_out);
        let came = self.read(about, lines, &conversation, &answer.text)?;
        let took_ms = started.elapsed().as_millis().try_into().unwrap_or(u64::MAX);
        self.keep(&asked, answer, lines, report.sent.clone(), took_ms)
            .await;
        Ok(came)
    }

    /// What of an answer stands.
    fn read(
        &self,
        about: &About<'_>,
        lines: u32,
        conversation: &Conversation,
        text: &str,
    ) -> Result<Came, Failure> {
        let form = about.form(lines);
        let answer = form.read(text, |part| conversation.restore(part))?;
        let (reading, prose) = match about.question {
            Some(_) => (form.standing(&answer), None),
            None if self.model.wants_prose => {
                let prose = answer.note.as_ref().map(|note| match form.carries(note) {
                    Ok(()) => Prose::Offered { text: note.clone() },
                    Err(reason) => Prose::Withheld { reason },
                });
                (form.summary(&answer), prose)
            }
            None => (form.summary(&answer), None),
        };
        Ok(Came::Back { reading, prose })
    }

    /// An answer that was kept. Without the store it is asked for anew.
    async fn kept(&self, asked: &Asked) -> Option<KeptAnswer> {
        let kept = self.store.model_answer(asked, self.clock.now_unix_ms());
        kept.await.unwrap_or_else(|error| {
            tracing::error!(%error, "kept model answers cannot be read");
            None
        })
    }

    async fn keep(
        &self,
        asked: &Asked,
        answer: Completion,
        lines: u32,
        sent: Vec<Sent>,
        took_ms: u64,
    ) {
        let answer = KeptAnswer {
            text: answer.text,
            lines,
            sent,
            took_ms,
            tokens_in: answer.tokens_in,
            tokens_out: answer.tokens_out,
        };
        let now = self.clock.now_unix_ms();
        let keeping = async {
            let mut tx = self.store.write().await?;
            model_answers::keep(&mut tx, asked, &answer, now).await?;
            tx.commit().await?;
            Ok::<_, StoreError>(())
        };
        if let Err(error) = keeping.await {
            tracing::error!(%error, "a model answer cannot be kept");
        }
    }

    /// Figures and kinds: neither what was asked nor what an endpoint said belongs in a log.
    fn log(&self, report: &Report, came: &Result<Came, Failure>) {
        let (model, ms, cached) = (&report.model, report.took_ms, report.cached);
        let requests = report.sent.len();
        match came {
            Ok(Came::Back { reading, .. }) => tracing::info!(
                model,
                ms,
                cached,
                requests,
                kept = reading.kept,
                reworded = reading.reworded,
                dropped = reading.dropped.len(),
                "model asked"
            ),
            Ok(Came::Nothing { .. }) => tracing::warn!(model, ms, requests, "model asked"),
            Err(failure) => {
                let failure = failure.kind();
                tracing::warn!(model, ms, requests, failure, "model asked");
            }
        }
    }
}

impl About<'_> {
    fn form(&self, lines: u32) -> Form<'_> {
        let lines = usize::try_from(lines).unwrap_or(usize::MAX);
        Form::new(self.alert, self.analysis, self.telemetry, lines)
    }
}

impl super::Analyses {
    /// The answer to a question: the model's, where there is one and the built-in intents had none.
    pub async fn or_by_model(&self, about: &About<'_>, answer: Answer) -> Answer {
        let (Some(voice), Answer::CanAsk { examples, .. }) = (&self.second_voice, &answer) else {
            return answer;
        };
        let report = Box::new(voice.speak(about).await);
        match report.reading() {
            Some(reading) if !reading.claims.is_empty() => Answer::Model { report },
            _ => Answer::CanAsk {
                examples: examples.clone(),
                model: Some(report),
            },
        }
    }
}

/// Records every request before it leaves: no entry, no request.
struct Announcer<'a> {
    voice: &'a SecondVoice,
    about: &'a About<'a>,
    text: &'a str,
    sent: &'a mut Vec<Sent>,
}

#[async_trait]
impl Announce for Announcer<'_> {
    async fn about_to_send(&mut self, body: &str) -> Result<(), Failure> {
        let digest = hex::encode(Sha256::digest(body));
        let model = &self.voice.model;
        let detail = format!(
            "asks {} at {}: {} bytes, SHA-256 {digest}",
            model.name(),
            model.host(),
            body.len()
        );
        let record = Record::new(self.about.actor, AuditAction::ModelAsked, detail)
            .on_alert(&self.about.alert.key);
        self.voice.audit.record(record).await.map_err(|error| {
            tracing::error!(%error, "no entry, no request to the model");
            Failure::NotRecorded
        })?;
        self.sent.push(Sent {
            at_unix_ms: self.voice.clock.now_unix_ms(),
            digest,
            body: body.to_owned(),
            text: self.text.to_owned(),
        });
        Ok(())
    }

    fn was_not_sent(&mut self) {
        self.sent.pop();
    }
}
