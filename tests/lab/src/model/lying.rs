//! True and forged claims in turn: each forgery is a true claim with one thing changed.

use serde_json::{Value, json};

use super::{honest, prompt::Prompt, schema};

/// What a forgery does to a true fact or puts in its place.
type Forgery = fn(&Value, &Prompt<'_>, &Value) -> Option<Value>;

const FORGERIES: &[Forgery] = &[
    swapped,
    other_evidence,
    other_verb,
    other_outcome,
    other_object,
    moved_time,
    other_count,
    negated,
    second_clause,
    unknown_handle,
    other_host,
    no_such_evidence,
    technique_of_no_rule,
    technique_of_another_line,
    false_gap,
    number_in_words,
];

/// An answer of which about half is true. `turn` chooses the forgeries, so that in some turns each has come.
#[must_use]
pub fn answer(prompt: &Prompt<'_>, schema: &Value, turn: usize) -> Value {
    let Some((one, most)) = schema::claims_of(schema) else {
        return honest::answer(prompt, schema);
    };
    let mut truths = honest::claims(prompt, schema);
    truths.retain(|claim| schema::conforms(claim, one));
    let facts: Vec<Value> = truths
        .iter()
        .filter(|it| it["kind"] == "fact")
        .cloned()
        .collect();
    let mut claims = Vec::new();
    for (index, truth) in truths.into_iter().enumerate() {
        claims.push(truth);
        let Some(fact) = facts.get(index % facts.len().max(1)) else {
            continue;
        };
        claims.extend(forged(fact, prompt, schema, turn + index));
    }
    claims.truncate(most);
    schema::answer_of(schema, claims, "The attacker moved on to another host.")
}

/// A forgery of a fact: the one whose turn it is, or the next that can be made of it.
#[must_use]
pub fn forged(fact: &Value, prompt: &Prompt<'_>, schema: &Value, turn: usize) -> Option<Value> {
    (0..FORGERIES.len()).find_map(|later| {
        let forgery = FORGERIES[(turn + later) % FORGERIES.len()];
        forgery(fact, prompt, schema).filter(|forged| forged != fact)
    })
}

fn said(fact: &Value) -> &str {
    fact["text"].as_str().unwrap_or_default()
}

/// A text without its full stop.
fn stem(fact: &Value) -> &str {
    said(fact).trim_end_matches('.')
}

fn with(fact: &Value, pointer: &str, value: Value) -> Option<Value> {
    let mut forged = fact.clone();
    *forged.pointer_mut(pointer)? = value;
    Some(forged)
}

fn swapped(fact: &Value, prompt: &Prompt<'_>, _: &Value) -> Option<Value> {
    let relation = &fact["relations"][0];
    let (subject, object) = (relation["subject"].as_str()?, relation["object"].as_str()?);
    if object == "none" || object.starts_with('V') {
        return None;
    }
    let mut forged = fact.clone();
    forged["relations"] = json!([relation]);
    forged["evidence"] = json!([fact["evidence"][0]]);
    forged["relations"][0]["subject"] = json!(object);
    forged["relations"][0]["object"] = json!(subject);
    let mut line = prompt
        .evidence
        .iter()
        .find(|it| fact["evidence"][0] == it.number)?
        .clone();
    (line.subject, line.object) = (line.object?, Some(line.subject));
    forged["text"] = json!(honest::sentence(prompt, &[&line])?);
    Some(forged)
}

fn other_evidence(fact: &Value, prompt: &Prompt<'_>, _: &Value) -> Option<Value> {
    let cited = fact["evidence"].as_array()?;
    let other = prompt
        .evidence
        .iter()
        .rev()
        .find(|it| !cited.iter().any(|number| number == it.number))?;
    with(fact, "/evidence", json!([other.number]))
}

fn other_verb(fact: &Value, _: &Prompt<'_>, schema: &Value) -> Option<Value> {
    let own = fact["relations"][0]["verb"].as_str()?;
    let verbs = schema::choices(schema, "verb");
    let other = verbs.into_iter().find(|verb| *verb != own)?;
    with(fact, "/relations/0/verb", json!(other))
}

fn other_outcome(fact: &Value, _: &Prompt<'_>, _: &Value) -> Option<Value> {
    let own = &fact["relations"][0]["outcome"];
    let other = if own == "blocked" {
        "happened"
    } else {
        "blocked"
    };
    let text = format!("{}, and this was {other}.", stem(fact));
    with(fact, "/relations/0/outcome", json!(other)).and_then(|it| with(&it, "/text", json!(text)))
}

fn other_object(fact: &Value, _: &Prompt<'_>, schema: &Value) -> Option<Value> {
    let own = fact["relations"][0]["object"].as_str()?;
    let objects = schema::choices(schema, "object");
    let other = objects
        .into_iter()
        .rev()
        .find(|it| *it != own && *it != "none")?;
    with(fact, "/relations/0/object", json!(other))
}

fn moved_time(fact: &Value, _: &Prompt<'_>, _: &Value) -> Option<Value> {
    let text = said(fact).split(" at ").next()?.trim_end_matches('.');
    with(fact, "/text", json!(format!("{text} at 23:59:07 UTC.")))
}

fn other_count(fact: &Value, _: &Prompt<'_>, schema: &Value) -> Option<Value> {
    let own = fact["relations"][0]["count"].as_str()?;
    let counts = schema::choices(schema, "count");
    let other = counts
        .into_iter()
        .rev()
        .find(|it| *it != own && *it != "not said" && !(own == "not said" && *it == "1"))?;
    let text = format!("{} {other} times.", stem(fact));
    with(fact, "/relations/0/count", json!(other)).and_then(|it| with(&it, "/text", json!(text)))
}

fn negated(fact: &Value, _: &Prompt<'_>, _: &Value) -> Option<Value> {
    let (subject, rest) = stem(fact).split_once(' ')?;
    with(
        fact,
        "/text",
        json!(format!("It is not so that {subject} {rest}.")),
    )
}

fn second_clause(fact: &Value, _: &Prompt<'_>, _: &Value) -> Option<Value> {
    let text = format!("{}, which deleted all backups afterwards.", stem(fact));
    with(fact, "/text", json!(text))
}

fn unknown_handle(fact: &Value, _: &Prompt<'_>, _: &Value) -> Option<Value> {
    with(fact, "/relations/0/subject", json!("P99"))
}

fn other_host(fact: &Value, _: &Prompt<'_>, _: &Value) -> Option<Value> {
    let text = format!("{} on HOST-77.", stem(fact));
    with(fact, "/text", json!(text))
}

fn no_such_evidence(fact: &Value, _: &Prompt<'_>, _: &Value) -> Option<Value> {
    with(fact, "/evidence", json!(["E998", "E999"]))
}

fn technique_of_no_rule(fact: &Value, prompt: &Prompt<'_>, _: &Value) -> Option<Value> {
    const OTHERS: &[&str] = &["T1486", "T1490", "T1566.001", "T1003.001"];
    let named = |it: &&&str| prompt.rules.iter().any(|rule| rule.techniques.contains(it));
    let other = OTHERS.iter().find(|it| !named(it))?;
    Some(
        json!({"kind": "view", "view": "technique", "evidence": fact["evidence"], "technique": other}),
    )
}

fn technique_of_another_line(_: &Value, prompt: &Prompt<'_>, _: &Value) -> Option<Value> {
    let named = |technique: &str, number: &str| {
        prompt
            .rules
            .iter()
            .any(|rule| rule.techniques.contains(&technique) && rule.evidence.contains(&number))
    };
    let techniques = prompt.rules.iter().flat_map(|rule| &rule.techniques);
    techniques.into_iter().find_map(|technique| {
        let other = prompt.evidence.iter().find(|line| !named(technique, line.number))?;
        Some(json!({"kind": "view", "view": "technique", "evidence": [other.number], "technique": technique}))
    })
}

fn false_gap(fact: &Value, _: &Prompt<'_>, _: &Value) -> Option<Value> {
    let relation = &fact["relations"][0];
    Some(
        json!({"kind": "gap", "entity": relation["subject"], "looked_for": relation["verb"], "place": "alert", "until": "none"}),
    )
}

fn number_in_words(fact: &Value, _: &Prompt<'_>, _: &Value) -> Option<Value> {
    let text = format!("{} for forty-one hours.", stem(fact));
    with(fact, "/text", json!(text))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::prompt;

    #[test]
    fn every_forgery_comes_in_its_turn_and_differs_from_its_fact() {
        let text = "H1 host=HOST-1\nP1 process=a.exe pid=1\nP2 process=b.exe pid=2\nN1 address=192.0.2.1 port=443\n\
            E1 2026-11-25 02:32:31 UTC P1 started P2 happened\n\
            E2 2026-11-25 02:32:33 UTC P2 connected_to N1 happened 3 times until 2026-11-25 02:33:33 UTC\n\
            RULE A title [T1105] on E2";
        let prompt = prompt::read(text);
        let schema = json!({"properties": {"claims": {"items": {"properties": {
            "verb": {"enum": ["started", "connected_to"]},
            "object": {"enum": ["P1", "P2", "N1", "none"]},
            "count": {"enum": ["not said", "1", "3"]},
        }}}}});
        let fact = honest::claims(&prompt, &schema)
            .into_iter()
            .find(|it| it["kind"] == "fact")
            .expect("a fact");
        let forgeries: Vec<Value> = (0..FORGERIES.len())
            .filter_map(|turn| forged(&fact, &prompt, &schema, turn))
            .collect();
        assert_eq!(forgeries.len(), FORGERIES.len());
        assert!(forgeries.iter().all(|forged| *forged != fact));
        let texts: BTreeSet<String> = forgeries.iter().map(Value::to_string).collect();
        assert_eq!(texts.len(), FORGERIES.len(), "{texts:#?}");
    }
}
