//! The body of a request, in the manner that an endpoint takes.

use serde_json::{Value, json};

use crate::config::SchemaForm;

/// What is asked.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// How to answer: our own words.
    pub instructions: &'a str,
    /// What it is about, redacted.
    pub text: &'a str,
    /// The JSON schema of the answer.
    pub schema: &'a Value,
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
    pub(super) fn body(self, model: &str, max_tokens: u32, question: &Question<'_>) -> String {
        let schema = |strict: bool| {
            json!({
                "type": "json_schema",
                "json_schema": { "name": "answer", "strict": strict, "schema": question.schema },
            })
        };
        let mut body = json!({
            "model": model,
            "messages": [
                { "role": "system", "content": question.instructions },
                { "role": "user", "content": question.text },
            ],
            "stream": true,
            "response_format": match self.form {
                Form::Strict => schema(true),
                Form::Loose => schema(false),
                Form::Object => json!({ "type": "json_object", "schema": question.schema }),
            },
        });
        let limit = match self.old_limit {
            true => "max_tokens",
            false => "max_completion_tokens",
        };
        body[limit] = max_tokens.into();
        if self.temperature {
            body["temperature"] = 0.into();
        }
        if self.usage {
            body["stream_options"] = json!({ "include_usage": true });
        }
        body.to_string()
    }
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
