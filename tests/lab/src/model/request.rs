//! A request for a completion, read as strictly as the vendor reads it.

use serde_json::{Map, Value};

use super::{
    basis,
    refusal::{Refusal, model_not_found},
    schema,
    setting::{Limits, Setting, Takes},
};

/// Bytes of text that are counted as one token.
const BYTES_A_TOKEN: usize = 4;

/// A request that was taken.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Texts of the system's and developer's messages, with line ends between.
    pub instructions: String,
    /// Texts of all other messages.
    pub text: String,
    /// The answer's schema; none for plain text.
    pub schema: Option<Value>,
    /// Whether the answer comes in pieces.
    pub stream: bool,
    /// Whether a last piece tells the usage.
    pub usage: bool,
    /// Tokens that the answer may have.
    pub limit: Option<usize>,
    /// Tokens of the prompt.
    pub prompt_tokens: usize,
}

/// Tokens of a text, as they are counted here.
#[must_use]
pub fn tokens(text: &str) -> usize {
    text.len().div_ceil(BYTES_A_TOKEN)
}

/// What the vendor knows and this server does not play.
const NOT_PLAYED: &[&str] = &[
    "audio",
    "function_call",
    "functions",
    "logit_bias",
    "logprobs",
    "modalities",
    "parallel_tool_calls",
    "prediction",
    "tool_choice",
    "tools",
    "top_logprobs",
    "web_search_options",
];
/// Members without an effect here: name and type.
const TAKEN: &[(&str, &str)] = &[
    ("metadata", "an object"),
    ("prompt_cache_key", "a string"),
    ("reasoning_effort", "a string"),
    ("safety_identifier", "a string"),
    ("seed", "an integer"),
    ("service_tier", "a string"),
    ("store", "a boolean"),
    ("user", "a string"),
    ("verbosity", "a string"),
];
/// Decimals with their bounds.
const DECIMALS: &[(&str, f64, f64)] = &[
    ("frequency_penalty", -2.0, 2.0),
    ("presence_penalty", -2.0, 2.0),
    ("temperature", 0.0, 2.0),
    ("top_p", 0.0, 1.0),
];

/// Reads a body.
///
/// # Errors
/// The vendor's refusal of what is wrong with it.
pub fn read(body: &[u8], served: &str, setting: &Setting) -> Result<Asked, Refusal> {
    let parsed: Result<Value, _> = serde_json::from_slice(body);
    let Ok(Value::Object(members)) = parsed else {
        return Err(Refusal::new(
            basis::JSON,
            400,
            "invalid_request_error",
            None,
            None,
            "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The API expects a JSON payload, but what was sent was not valid JSON.)",
        ));
    };
    for name in members.keys() {
        known(name)?;
    }
    let model = text(&members, "model")?.ok_or_else(|| missing("model"))?;
    if model != served {
        return Err(model_not_found(model));
    }
    for (name, kind) in TAKEN {
        if let Some(value) = present(&members, name) {
            expect(name, kind, value)?;
        }
    }
    for (name, least, most) in DECIMALS {
        if let Some(value) = present(&members, name) {
            decimal(name, value, *least, *most)?;
        }
    }
    if present(&members, "n").is_some_and(|n| n != 1) {
        return Err(unsupported("n"));
    }
    let stream = flag(&members, "stream")?.unwrap_or(false);
    let usage = usage(&members, stream)?;
    let limit = limit(&members, setting.limits)?;
    let schema = form(&members, setting)?;
    let (instructions, text) = messages(&members)?;
    let prompt_tokens = tokens(&instructions) + tokens(&text);
    let most = setting.context_tokens;
    let wanted = limit.unwrap_or(0);
    if prompt_tokens + wanted > most {
        return Err(Refusal::invalid(
            basis::CONTEXT,
            "messages",
            "context_length_exceeded",
            format!(
                "This model's maximum context length is {most} tokens. However, you requested {} tokens ({prompt_tokens} in the messages, {wanted} in the completion). Please reduce the length of the messages or completion.",
                prompt_tokens + wanted
            ),
        ));
    }
    Ok(Asked {
        instructions,
        text,
        schema,
        stream,
        usage,
        limit,
        prompt_tokens,
    })
}

fn known(name: &str) -> Result<(), Refusal> {
    const OWN: &[&str] = &[
        "max_completion_tokens",
        "max_tokens",
        "messages",
        "model",
        "n",
        "response_format",
        "stop",
        "stream",
        "stream_options",
    ];
    if OWN.contains(&name)
        || TAKEN.iter().any(|(known, _)| *known == name)
        || DECIMALS.iter().any(|(known, ..)| *known == name)
    {
        Ok(())
    } else if NOT_PLAYED.contains(&name) {
        Err(unsupported(name))
    } else {
        Err(unknown(name))
    }
}

fn unknown(name: &str) -> Refusal {
    let message = format!("Unknown parameter: '{name}'.");
    Refusal::invalid(basis::UNKNOWN, name, "unknown_parameter", message)
}

fn unsupported(name: &str) -> Refusal {
    let message = format!("Unsupported parameter: '{name}' is not supported with this model.");
    Refusal::invalid(basis::MEMBERS, name, "unsupported_parameter", message)
}

fn missing(name: &str) -> Refusal {
    let message = format!("Missing required parameter: '{name}'.");
    Refusal::invalid(basis::MISSING, name, "missing_required_parameter", message)
}

fn wrong(name: &str, expected: &str, value: &Value) -> Refusal {
    let message = format!(
        "Invalid type for '{name}': expected {expected}, but got {} instead.",
        kind(value)
    );
    Refusal::invalid(basis::TYPE, name, "invalid_type", message)
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a decimal",
        Value::Number(_) => "an integer",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

fn expect(name: &str, expected: &str, value: &Value) -> Result<(), Refusal> {
    if kind(value) == expected {
        Ok(())
    } else {
        Err(wrong(name, expected, value))
    }
}

/// A member that is there and not null.
fn present<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    members.get(name).filter(|value| !value.is_null())
}

fn text<'a>(members: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Refusal> {
    match present(members, name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(value) => Err(wrong(name, "a string", value)),
    }
}

fn flag(members: &Map<String, Value>, name: &str) -> Result<Option<bool>, Refusal> {
    match present(members, name) {
        None => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(value) => Err(wrong(name, "a boolean", value)),
    }
}

fn decimal(name: &str, value: &Value, least: f64, most: f64) -> Result<(), Refusal> {
    let number = value
        .as_f64()
        .ok_or_else(|| wrong(name, "a decimal", value))?;
    let (which, bound, code) = if number > most {
        (
            "above maximum value",
            format!("<= {most}"),
            "decimal_above_max_value",
        )
    } else if number < least {
        (
            "below minimum value",
            format!(">= {least}"),
            "decimal_below_min_value",
        )
    } else {
        return Ok(());
    };
    let message = format!(
        "Invalid '{name}': decimal {which}. Expected a value {bound}, but got {value} instead."
    );
    Err(Refusal::invalid(basis::TYPE, name, code, message))
}

fn usage(members: &Map<String, Value>, stream: bool) -> Result<bool, Refusal> {
    let Some(options) = present(members, "stream_options") else {
        return Ok(false);
    };
    let Some(options) = options.as_object() else {
        return Err(wrong("stream_options", "an object", options));
    };
    if !stream {
        return Err(Refusal::invalid(
            basis::STREAM_OPTIONS,
            "stream_options",
            "invalid_value",
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
        ));
    }
    for name in options.keys() {
        if !["include_usage", "include_obfuscation"].contains(&name.as_str()) {
            return Err(unknown(&format!("stream_options.{name}")));
        }
    }
    Ok(flag(options, "include_usage")?.unwrap_or(false))
}

fn limit(members: &Map<String, Value>, limits: Limits) -> Result<Option<usize>, Refusal> {
    const NAMES: [&str; 2] = ["max_tokens", "max_completion_tokens"];
    let other = match limits {
        Limits::Either => None,
        Limits::MaxTokens => Some((NAMES[1], NAMES[0])),
        Limits::MaxCompletionTokens => Some((NAMES[0], NAMES[1])),
    };
    if let Some((other, own)) = other
        && present(members, other).is_some()
    {
        let message = format!(
            "Unsupported parameter: '{other}' is not supported with this model. Use '{own}' instead."
        );
        return Err(Refusal::invalid(
            basis::LIMIT,
            other,
            "unsupported_parameter",
            message,
        ));
    }
    if NAMES.iter().all(|name| present(members, name).is_some()) {
        return Err(Refusal::invalid(
            basis::LIMIT,
            NAMES[0],
            "invalid_parameter_combination",
            "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
        ));
    }
    for name in NAMES {
        let Some(value) = present(members, name) else {
            continue;
        };
        let Some(number) = value.as_i64() else {
            return Err(wrong(name, "an integer", value));
        };
        return match usize::try_from(number) {
            Ok(number) if number > 0 => Ok(Some(number)),
            _ => Err(Refusal::invalid(
                basis::TYPE,
                name,
                "integer_below_min_value",
                format!(
                    "Invalid '{name}': integer below minimum value. Expected a value >= 1, but got {number} instead."
                ),
            )),
        };
    }
    Ok(None)
}

/// The schema of `response_format`, in the form that this server takes.
fn form(members: &Map<String, Value>, setting: &Setting) -> Result<Option<Value>, Refusal> {
    let Some(value) = present(members, "response_format") else {
        return Ok(None);
    };
    let Some(format) = value.as_object() else {
        return Err(wrong("response_format", "an object", value));
    };
    let kind = text(format, "type")?.ok_or_else(|| missing("response_format.type"))?;
    match (kind, setting.takes) {
        ("text", _) => only(format, "response_format", &["type"]).map(|()| None),
        ("json_schema", Takes::JsonSchema) => {
            only(format, "response_format", &["type", "json_schema"])?;
            named(format, setting).map(Some)
        }
        ("json_object", Takes::JsonSchema) => {
            only(format, "response_format", &["type"])?;
            Ok(Some(serde_json::json!({"type": "object"})))
        }
        ("json_object", Takes::JsonObject) => {
            only(format, "response_format", &["type", "schema"])?;
            let any = serde_json::json!({"type": "object"});
            Ok(Some(present(format, "schema").cloned().unwrap_or(any)))
        }
        (other, Takes::JsonObject) => Err(Refusal::new(
            basis::FORM,
            500,
            "internal_server_error",
            None,
            None,
            format!(
                "[{{'type': 'literal_error', 'loc': ('body', 'response_format', 'type'), 'msg': \"Input should be 'text' or 'json_object'\", 'input': '{other}', 'ctx': {{'expected': \"'text' or 'json_object'\"}}}}]"
            ),
        )),
        (other, Takes::JsonSchema) => Err(Refusal::invalid(
            basis::TYPE,
            "response_format.type",
            "invalid_value",
            format!(
                "Invalid value: '{other}'. Supported values are: 'json_object', 'json_schema', and 'text'."
            ),
        )),
    }
}

fn only(members: &Map<String, Value>, place: &str, names: &[&str]) -> Result<(), Refusal> {
    match members.keys().find(|name| !names.contains(&name.as_str())) {
        None => Ok(()),
        Some(other) => Err(unknown(&format!("{place}.{other}"))),
    }
}

/// OpenAI's own form: a schema with a name.
fn named(format: &Map<String, Value>, setting: &Setting) -> Result<Value, Refusal> {
    const PLACE: &str = "response_format.json_schema";
    let inner = match present(format, "json_schema") {
        Some(Value::Object(inner)) => inner,
        Some(other) => return Err(wrong(PLACE, "an object", other)),
        None => return Err(missing(PLACE)),
    };
    only(inner, PLACE, &["name", "schema", "strict", "description"])?;
    let place = format!("{PLACE}.name");
    let name = text(inner, "name")?.ok_or_else(|| missing(&place))?;
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    if name.is_empty() || name.len() > 64 || !name.bytes().all(good) {
        return Err(Refusal::invalid(
            basis::TYPE,
            &place,
            "invalid_value",
            format!(
                "Invalid '{place}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'."
            ),
        ));
    }
    let schema = match present(inner, "schema") {
        Some(schema @ Value::Object(_)) => schema,
        Some(other) => return Err(wrong(&format!("{PLACE}.schema"), "an object", other)),
        None => return Err(missing(&format!("{PLACE}.schema"))),
    };
    if flag(inner, "strict")? == Some(true)
        && let Some(why) = schema::strict_fault(schema, &setting.refuses)
    {
        let basis = if setting.refuses.is_empty() {
            basis::STRICT
        } else {
            basis::KEYWORDS
        };
        return Err(Refusal::new(
            basis,
            400,
            "invalid_request_error",
            Some("response_format"),
            None,
            format!("Invalid schema for response_format '{name}': {why}"),
        ));
    }
    Ok(schema.clone())
}

/// Instructions and text.
fn messages(members: &Map<String, Value>) -> Result<(String, String), Refusal> {
    let list = match present(members, "messages") {
        Some(Value::Array(list)) => list,
        Some(other) => return Err(wrong("messages", "an array", other)),
        None => return Err(missing("messages")),
    };
    if list.is_empty() {
        return Err(Refusal::invalid(
            basis::TYPE,
            "messages",
            "empty_array",
            "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
        ));
    }
    let (mut instructions, mut texts) = (Vec::new(), Vec::new());
    for (index, message) in list.iter().enumerate() {
        let place = format!("messages[{index}]");
        let Some(message) = message.as_object() else {
            return Err(wrong(&place, "an object", message));
        };
        only(message, &place, &["role", "content", "name"])?;
        let role = text(message, "role")?.ok_or_else(|| missing(&format!("{place}.role")))?;
        let said = content(message, &place)?;
        match role {
            "system" | "developer" => instructions.push(said),
            "user" | "assistant" => texts.push(said),
            other => {
                return Err(Refusal::invalid(
                    basis::TYPE,
                    &format!("{place}.role"),
                    "invalid_value",
                    format!(
                        "Invalid value: '{other}'. Supported values are: 'system', 'assistant', 'user', and 'developer'."
                    ),
                ));
            }
        }
    }
    Ok((instructions.join("\n"), texts.join("\n")))
}

fn content(message: &Map<String, Value>, place: &str) -> Result<String, Refusal> {
    let place = format!("{place}.content");
    match present(message, "content") {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Array(parts)) => {
            let mut texts = Vec::new();
            for (index, part) in parts.iter().enumerate() {
                let place = format!("{place}[{index}]");
                if part["type"] != "text" {
                    return Err(unsupported(&place));
                }
                let text = part["text"]
                    .as_str()
                    .ok_or_else(|| missing(&format!("{place}.text")))?;
                texts.push(text);
            }
            Ok(texts.join("\n"))
        }
        Some(other) => Err(wrong(&place, "a string", other)),
        None => Err(missing(&place)),
    }
}
