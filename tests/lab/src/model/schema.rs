//! JSON schemas of answers: what a strict one must look like, and whether a value is of one.

use serde_json::Value;

/// Keywords that no strict schema may hold.
const NEVER: &[&str] = &[
    "allOf",
    "not",
    "if",
    "then",
    "else",
    "dependentRequired",
    "dependentSchemas",
];
const DEEPEST: usize = 10;
const MOST_PROPERTIES: usize = 5_000;

/// Why a strict schema is refused, in the vendor's words; `refused` are keywords that this model does not take either.
#[must_use]
pub fn strict_fault(schema: &Value, refused: &[String]) -> Option<String> {
    if schema["type"] != "object" {
        let got = schema.get("type").map_or("None".to_owned(), |kind| {
            kind.as_str().unwrap_or("?").to_owned()
        });
        return Some(format!(
            "schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{got}\"'."
        ));
    }
    let mut properties = 0;
    fault(schema, &mut Vec::new(), 1, &mut properties, refused)
}

fn fault(
    schema: &Value,
    place: &mut Vec<String>,
    depth: usize,
    properties: &mut usize,
    refused: &[String],
) -> Option<String> {
    let context = |place: &[String]| {
        let quoted: Vec<String> = place.iter().map(|part| format!("'{part}'")).collect();
        format!("In context=({})", quoted.join(", "))
    };
    let Some(members) = schema.as_object() else {
        return Some(format!("{}, schema must be an object.", context(place)));
    };
    if let Some(keyword) = members
        .keys()
        .find(|key| NEVER.contains(&key.as_str()) || refused.contains(key))
    {
        return Some(format!("{}, '{keyword}' is not permitted.", context(place)));
    }
    if depth > DEEPEST {
        return Some(format!(
            "{} levels of nesting exceeds limit of {DEEPEST}.",
            depth
        ));
    }
    let known = ["type", "enum", "const", "anyOf", "$ref"];
    if !known.iter().any(|keyword| members.contains_key(*keyword)) {
        return Some(format!(
            "{}, schema must have a 'type' key.",
            context(place)
        ));
    }
    if members.get("type").is_some_and(|kind| kind == "object") {
        if members.get("additionalProperties") != Some(&Value::Bool(false)) {
            return Some(format!(
                "{}, 'additionalProperties' is required to be supplied and to be false.",
                context(place)
            ));
        }
        let required = members.get("required").and_then(Value::as_array);
        let own = members.get("properties").and_then(Value::as_object);
        for (name, property) in own.into_iter().flatten() {
            if !required.is_some_and(|names| names.iter().any(|it| it == name.as_str())) {
                return Some(format!(
                    "{}, 'required' is required to be supplied and to be an array including every key in properties. Missing '{name}'.",
                    context(place)
                ));
            }
            *properties += 1;
            if *properties > MOST_PROPERTIES {
                return Some(format!(
                    "Expected at most {MOST_PROPERTIES} object properties total."
                ));
            }
            place.extend(["properties".to_owned(), name.clone()]);
            if let Some(why) = fault(property, place, depth + 1, properties, refused) {
                return Some(why);
            }
            place.truncate(place.len() - 2);
        }
    }
    if members.get("type").is_some_and(|kind| kind == "array") {
        let Some(items) = members.get("items") else {
            return Some(format!("{}, array schema missing items.", context(place)));
        };
        place.push("items".to_owned());
        if let Some(why) = fault(items, place, depth + 1, properties, refused) {
            return Some(why);
        }
        place.pop();
    }
    for (index, one) in members
        .get("anyOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .enumerate()
    {
        place.extend(["anyOf".to_owned(), index.to_string()]);
        if let Some(why) = fault(one, place, depth, properties, refused) {
            return Some(why);
        }
        place.truncate(place.len() - 2);
    }
    None
}

/// Whether a value is what the schema says, as far as the keywords of strict schemas go.
#[must_use]
pub fn conforms(value: &Value, schema: &Value) -> bool {
    let Some(rules) = schema.as_object() else {
        return schema != &Value::Bool(false);
    };
    rules.iter().all(|(keyword, rule)| match keyword.as_str() {
        "type" => is_of(value, rule),
        "enum" => rule.as_array().is_some_and(|one_of| one_of.contains(value)),
        "const" => value == rule,
        "anyOf" => rule
            .as_array()
            .is_some_and(|one_of| one_of.iter().any(|one| conforms(value, one))),
        "properties" => rule.as_object().is_none_or(|properties| {
            properties
                .iter()
                .all(|(name, one)| value.get(name).is_none_or(|member| conforms(member, one)))
        }),
        "required" => rule.as_array().is_none_or(|names| {
            names
                .iter()
                .all(|name| name.as_str().is_some_and(|name| value.get(name).is_some()))
        }),
        "additionalProperties" => {
            rule != &Value::Bool(false)
                || value.as_object().is_none_or(|members| {
                    members
                        .keys()
                        .all(|name| schema["properties"].get(name).is_some())
                })
        }
        "items" => value
            .as_array()
            .is_none_or(|items| items.iter().all(|item| conforms(item, rule))),
        "minItems" => value.as_array().is_none_or(|it| it.len() >= number(rule)),
        "maxItems" => value.as_array().is_none_or(|it| it.len() <= number(rule)),
        "minLength" => value
            .as_str()
            .is_none_or(|it| it.chars().count() >= number(rule)),
        "maxLength" => value
            .as_str()
            .is_none_or(|it| it.chars().count() <= number(rule)),
        _ => true,
    })
}

fn number(rule: &Value) -> usize {
    rule.as_u64()
        .and_then(|number| usize::try_from(number).ok())
        .unwrap_or(usize::MAX)
}

fn is_of(value: &Value, kind: &Value) -> bool {
    match kind {
        Value::Array(kinds) => kinds.iter().any(|kind| is_of(value, kind)),
        Value::String(kind) => match kind.as_str() {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            "null" => value.is_null(),
            _ => false,
        },
        _ => false,
    }
}

/// The least that a schema lets one say: first choices, shortest lists; texts are `said`, cut and filled to their bounds.
#[must_use]
pub fn least(schema: &Value, said: &str) -> Value {
    if let Some(first) = schema["enum"].get(0).or_else(|| schema.get("const")) {
        return first.clone();
    }
    if let Some(first) = schema["anyOf"].get(0) {
        return least(first, said);
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.first().and_then(Value::as_str),
        kind => kind.as_str(),
    };
    match kind {
        Some("object") => schema["properties"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, one)| (name.clone(), least(one, said)))
            .collect(),
        Some("array") => {
            let fewest = schema["minItems"].as_u64().unwrap_or(0);
            (0..fewest.min(100))
                .map(|_| least(&schema["items"], said))
                .collect()
        }
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(Value::from(0)),
        Some("boolean") => Value::Bool(false),
        Some("null") => Value::Null,
        _ => Value::String(bounded(schema, said)),
    }
}

/// A text within the bounds of its schema.
#[must_use]
pub fn bounded(schema: &Value, said: &str) -> String {
    let longest = schema.get("maxLength").map_or(usize::MAX, number);
    let shortest = schema.get("minLength").map_or(0, number).min(longest);
    let mut text: String = said.chars().take(longest).collect();
    let length = text.chars().count();
    if length < shortest {
        text.extend(std::iter::repeat_n('.', shortest - length));
    }
    text
}

/// The schema of one claim and how many there may be, where an answer is a list of claims.
#[must_use]
pub fn claims_of(schema: &Value) -> Option<(&Value, usize)> {
    let list = schema["properties"].get("claims")?;
    Some((
        list.get("items")?,
        list.get("maxItems").map_or(usize::MAX, number),
    ))
}

/// An answer with these claims, and with `said` for whatever else its schema wants.
#[must_use]
pub fn answer_of(schema: &Value, claims: Vec<Value>, said: &str) -> Value {
    let mut answer = least(schema, said);
    answer["claims"] = Value::Array(claims);
    answer
}

/// The choices that a claim's schema names for a member, anywhere in it: the evidence numbers, the verbs.
#[must_use]
pub fn choices<'a>(schema: &'a Value, member: &str) -> Vec<&'a str> {
    let mut found = Vec::new();
    gather(schema, member, &mut found);
    found
}

fn gather<'a>(schema: &'a Value, member: &str, found: &mut Vec<&'a str>) {
    match schema {
        Value::Object(members) => {
            if let Some(one) = members.get("properties").and_then(|it| it.get(member)) {
                let one_of = one.get("enum").or_else(|| one["items"].get("enum"));
                for choice in one_of.and_then(Value::as_array).into_iter().flatten() {
                    if let Some(choice) = choice.as_str()
                        && !found.contains(&choice)
                    {
                        found.push(choice);
                    }
                }
            }
            for one in members.values() {
                gather(one, member, found);
            }
        }
        Value::Array(items) => {
            for one in items {
                gather(one, member, found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(properties: Value) -> Value {
        let names: Vec<String> = properties
            .as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect();
        json!({"type": "object", "properties": properties, "required": names, "additionalProperties": false})
    }

    #[test]
    fn a_strict_schema_says_what_it_lacks() {
        let good =
            object(json!({"a": {"type": "array", "items": {"type": "string", "maxLength": 4}}}));
        assert_eq!(strict_fault(&good, &[]), None);
        let mut open = good.clone();
        open["additionalProperties"] = json!(true);
        let mut optional = good.clone();
        optional["required"] = json!([]);
        let never = object(json!({"a": {"not": {}}}));
        let shapeless = object(json!({"a": {"description": "x"}}));
        let mut deep = json!({"type": "string"});
        for _ in 0..10 {
            deep = object(json!({"a": deep}));
        }
        for (schema, words) in [
            (&open, "In context=(), 'additionalProperties' is required"),
            (&optional, "Missing 'a'"),
            (
                &never,
                "In context=('properties', 'a'), 'not' is not permitted",
            ),
            (&shapeless, "must have a 'type' key"),
            (&deep, "levels of nesting"),
            (&json!({"type": "array"}), "got 'type: \"array\"'"),
        ] {
            let why = strict_fault(schema, &[]).unwrap_or_default();
            assert!(why.contains(words), "{why}");
        }
        let why = strict_fault(&good, &["maxLength".to_owned()]).unwrap_or_default();
        assert!(why.contains("'maxLength' is not permitted"), "{why}");
    }

    #[test]
    fn the_least_that_a_schema_lets_one_say_conforms_to_it_and_others_do_not() {
        let schema = object(json!({
            "answer": {"type": "string", "enum": ["ready"]},
            "list": {"type": "array", "minItems": 2, "maxItems": 3, "items": {"anyOf": [
                object(json!({"text": {"type": "string", "minLength": 8, "maxLength": 10}})),
                {"type": "null"},
            ]}},
        }));
        let least = least(&schema, "x");
        assert!(conforms(&least, &schema), "{least}");
        assert_eq!(least["answer"], "ready");
        for (pointer, other) in [
            ("/answer", json!("no")),
            ("/list", json!([null])),
            ("/list", json!([null, null, null, null])),
            ("/list/0", json!({"text": "too short"[..5]})),
            ("/list/0", json!({"text": "far too long a text"})),
            ("/list/0", json!({"text": "long enough", "more": 1})),
            ("/list/0", json!({})),
        ] {
            let mut wrong = least.clone();
            *wrong.pointer_mut(pointer).expect("a place") = other;
            assert!(!conforms(&wrong, &schema), "{wrong}");
        }
    }
}
