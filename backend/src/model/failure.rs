//! Why a model gave no answer that can be used.

use aside_shared::text::{shorten, visible};
use serde_json::Value;

/// Characters of an endpoint's own words that are told.
const SHOWN: usize = 300;

/// Why a model's voice is missing. Each is a sentence for the analyst.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The request never left.
    #[error("The model's endpoint {host} could not be reached: {words}.")]
    Unreachable {
        /// The endpoint's host.
        host: String,
        /// Why.
        words: String,
    },
    /// The connection ended in the middle of an answer, or before any.
    #[error("The connection to the model broke off: {0}.")]
    Lost(String),
    /// The endpoint said no.
    #[error("The model's endpoint refused the request ({status}): {words}")]
    Refused {
        /// The status.
        status: u16,
        /// What it said. Untrusted.
        words: String,
    },
    /// The question is longer than the model can read.
    #[error("The alert's record is too long for the model: {0}")]
    TooLong(String),
    /// No answer in time.
    #[error("The model gave no answer within {0} s.")]
    Deadline(u64),
    /// An answer that stopped coming.
    #[error("The model's answer stopped coming: nothing for {0} s.")]
    Idle(u64),
    /// The answer reached `max_tokens`.
    #[error("The model's answer was cut off at its limit of tokens.")]
    CutOff,
    /// More than any answer that was asked for.
    #[error("The model's answer is larger than any that was asked for.")]
    TooMuch,
    /// Bytes that are no text.
    #[error("The model's answer is not UTF-8.")]
    NotUtf8,
    /// Something else than the protocol.
    #[error("The model's endpoint does not answer as the protocol has it: {0}.")]
    Protocol(String),
    /// It ended for a reason that makes no answer: a filter, a tool.
    #[error("The model gave no answer: it ended with “{0}”.")]
    Ended(String),
    /// An answer of another shape.
    #[error("{0}")]
    Unreadable(#[from] aside_analyst::ground::Unreadable),
    /// The audit log could not be written.
    #[error("Nothing was sent: the audit log could not be written.")]
    NotRecorded,
    /// A fault of Aside's own.
    #[error("A fault of Aside ended the question to the model.")]
    Fault,
}

impl Failure {
    /// What kind of failure it is, without a word of the endpoint's.
    pub fn kind(&self) -> String {
        let kind = match self {
            Self::Unreachable { .. } => "unreachable",
            Self::Lost(_) => "connection lost",
            Self::Refused { status, .. } => return format!("refused with {status}"),
            Self::TooLong(_) => "question too long",
            Self::Deadline(_) => "no answer in time",
            Self::Idle(_) => "answer stopped coming",
            Self::CutOff => "answer cut off",
            Self::TooMuch => "answer too large",
            Self::NotUtf8 => "answer is not UTF-8",
            Self::Protocol(_) => "not the protocol",
            Self::Ended(_) => "ended without an answer",
            Self::Unreadable(_) => "answer of another shape",
            Self::NotRecorded => "not recorded, not sent",
            Self::Fault => "fault of Aside",
        };
        kind.to_owned()
    }

    /// The same without the key, which an endpoint may repeat when it turns it away.
    pub(super) fn without(self, key: &str) -> Self {
        let hide = |words: String| words.replace(key, "[the key]");
        match self {
            Self::Refused { status, words } => Self::Refused {
                status,
                words: hide(words),
            },
            Self::TooLong(words) => Self::TooLong(hide(words)),
            Self::Protocol(words) => Self::Protocol(hide(words)),
            Self::Ended(words) => Self::Ended(hide(words)),
            other => other,
        }
    }

    /// What an error answer says.
    pub(super) fn refused(status: u16, body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        match serde_json::from_str::<Value>(&text) {
            Ok(value) => Self::told(status, &value),
            Err(_) => Self::worded(status, &text),
        }
    }

    /// What an error's JSON says.
    pub(super) fn told(status: u16, value: &Value) -> Self {
        let error = value.get("error").unwrap_or(value);
        let of = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
        let message = match (error.as_str(), of("message")) {
            (Some(text), _) => text.to_owned(),
            (None, "") => error.to_string(),
            (None, message) => message.to_owned(),
        };
        let named = ["code", "type", "param"].map(of).join(" ");
        if speaks_of_context(&format!("{message} {named}")) {
            return Self::TooLong(quoted(&message));
        }
        match of("param") {
            "" => Self::worded(status, &message),
            param => Self::worded(status, &format!("{message} ({param})")),
        }
    }

    fn worded(status: u16, words: &str) -> Self {
        if speaks_of_context(words) {
            return Self::TooLong(quoted(words));
        }
        let words = quoted(words);
        Self::Refused { status, words }
    }
}

/// Whether an error is about a question longer than the model's context (`context_length_exceeded` of OpenAI
/// and llama-cpp-python, `exceed_context_size_error` of llama.cpp, "maximum context length" of vLLM).
fn speaks_of_context(words: &str) -> bool {
    let lower = words.to_lowercase();
    let about = ["length", "size", "window", "exceed"];
    lower.contains("context") && about.iter().any(|word| lower.contains(word))
}

/// An endpoint's own words, safe to show.
pub(super) fn quoted(words: &str) -> String {
    visible(&shorten(words.trim(), SHOWN))
}
