//! The body of a request, in the manner that an endpoint takes.

use aside_analyst::ground::Schema;
use serde::Serialize;

use crate::config::SchemaForm;

/// What is asked.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// How to answer: our own words.
    pub instructions: &'a str,
    /// What it is about, redacted.
    pub text: &'a str,
    /// The JSON schema of the answer.
    pub schema: &'a Schema,
}

/// In which manner an endpoint takes a question. Servers differ: OpenAI's strict schemas know no length of a
/// text, llama-cpp-python takes `json_object` alone, newer models of OpenAI neither `max_tokens` nor a
/// temperature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Manner {
    form: Form,
    /// `max_tokens`, else `max_completion_tokens`.
    old_limit: bool,
    temperature: bool,
    /// Whether the use of tokens is asked for.
    usage: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Strict,
    Loose,
    Object,
}

impl Manner {
    /// The manner to begin with.
    pub(super) fn first(form: SchemaForm) -> Self {
        let form = match form {
            SchemaForm::Auto | SchemaForm::JsonSchema => Form::Strict,
            SchemaForm::JsonObject => Form::Object,
        };
        Self {
            form,
            old_limit: true,
            temperature: true,
            usage: true,
        }
    }

    /// How the schema is given.
    pub(super) fn form_name(self) -> &'static str {
        match self.form {
            Form::Strict => "json_schema, strict",
            Form::Loose => "json_schema",
            Form::Object => "json_object",
        }
    }

    /// The manner to try after a complaint, or `None` if it is not about the manner.
    pub(super) fn otherwise(self, complaint: &str, allowed: SchemaForm) -> Option<Self> {
        let complaint = complaint.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| complaint.contains(word));
        if has(&["stream_options"]) && self.usage {
            return Some(Self {
                usage: false,
                ..self
            });
        }
        if has(&["max_tokens", "max_completion_tokens"]) && self.old_limit {
            return Some(Self {
                old_limit: false,
                ..self
            });
        }
        if has(&["temperature"]) && self.temperature {
            return Some(Self {
                temperature: false,
                ..self
            });
        }
        if !has(&[
            "schema",
            "response_format",
            "json_object",
            "grammar",
            "strict",
        ]) {
            return None;
        }
        let form = match (self.form, allowed) {
            (Form::Strict | Form::Loose, SchemaForm::Auto) if has(&["json_object"]) => Form::Object,
            (Form::Strict, _) => Form::Loose,
            (Form::Loose, SchemaForm::Auto) => Form::Object,
            (Form::Loose | Form::Object, _) => return None,
        };
        Some(Self { form, ..self })
    }

    /// The request's body: a function of its arguments alone, byte for byte.
    pub(super) fn body(
        self,
        model: &str,
        max_tokens: u32,
        question: &Question<'_>,
    ) -> serde_json::Result<String> {
        let schema = question.schema;
        let of_answer = |strict: bool| Format::JsonSchema {
            json_schema: Named {
                name: "answer",
                strict,
                schema,
            },
        };
        let body = Body {
            model,
            messages: [
                Message {
                    role: "system",
                    content: question.instructions,
                },
                Message {
                    role: "user",
                    content: question.text,
                },
            ],
            stream: true,
            response_format: match self.form {
                Form::Strict => of_answer(true),
                Form::Loose => of_answer(false),
                Form::Object => Format::JsonObject { schema },
            },
            max_tokens: self.old_limit.then_some(max_tokens),
            max_completion_tokens: (!self.old_limit).then_some(max_tokens),
            temperature: self.temperature.then_some(0),
            stream_options: self.usage.then_some(StreamOptions {
                include_usage: true,
            }),
        };
        serde_json::to_string(&body)
    }
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: [Message<'a>; 2],
    stream: bool,
    response_format: Format<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: &'a str,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Format<'a> {
    JsonSchema { json_schema: Named<'a> },
    JsonObject { schema: &'a Schema },
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'static str,
    strict: bool,
    schema: &'a Schema,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_about_the_manner_leads_to_another_and_any_other_to_none() {
        let first = Manner::first(SchemaForm::Auto);
        // llama-cpp-python 0.3.36, OpenAI (strict, then a newer model), a strict server.
        for (complaint, form, old_limit, temperature, usage) in [
            (
                "literal_error: Input should be 'text' or 'json_object'",
                Form::Object,
                true,
                true,
                true,
            ),
            (
                "Invalid schema for response_format 'answer': 'minLength' is not permitted.",
                Form::Loose,
                true,
                true,
                true,
            ),
            (
                "Unsupported parameter: 'max_tokens' is not supported with this model.",
                Form::Strict,
                false,
                true,
                true,
            ),
            (
                "Unsupported value: 'temperature' does not support 0 with this model.",
                Form::Strict,
                true,
                false,
                true,
            ),
            (
                "Extra inputs are not permitted: stream_options",
                Form::Strict,
                true,
                true,
                false,
            ),
        ] {
            let expected = Manner {
                form,
                old_limit,
                temperature,
                usage,
            };
            let other = first.otherwise(complaint, SchemaForm::Auto);
            assert_eq!(other, Some(expected), "{complaint}");
        }
        for complaint in ["Incorrect API key provided", "model overloaded", ""] {
            assert_eq!(first.otherwise(complaint, SchemaForm::Auto), None);
        }
    }

    #[test]
    fn a_configured_form_is_not_left_and_no_complaint_leads_in_circles() {
        let complaint = "response_format max_tokens temperature stream_options schema";
        for (allowed, last) in [
            (SchemaForm::Auto, Form::Object),
            (SchemaForm::JsonSchema, Form::Loose),
            (SchemaForm::JsonObject, Form::Object),
        ] {
            let mut manner = Manner::first(allowed);
            let mut steps = 0;
            while let Some(other) = manner.otherwise(complaint, allowed) {
                manner = other;
                steps += 1;
                assert!(steps <= 5);
            }
            assert_eq!(manner.form, last);
        }
    }
}
