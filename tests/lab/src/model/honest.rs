//! Claims that the evidence of a prompt carries, the most telling first, in a colleague's words.

use serde_json::{Value, json};

use super::{
    prompt::{Line, Prompt},
    schema, wording,
};

/// Facts of a whole note; more would be the timeline again.
const MOST_FACTS: usize = 7;
/// Weights that differ by no more are told together.
const NEAR: usize = 11;
/// Facts that answer one question.
const MOST_ANSWERS: usize = 5;
/// What is worth saying that it was not seen, in this order.
const WORTH_MISSING: &[&str] = &[
    "connected_to",
    "wrote",
    "deleted",
    "registered_task",
    "installed_service",
    "accessed",
    "logged_on_to",
];

/// The answer to a prompt in its schema, or the least that the schema lets one say.
#[must_use]
pub fn answer(prompt: &Prompt<'_>, schema: &Value) -> Value {
    let Some((one, most)) = schema::claims_of(schema) else {
        return schema::least(schema, "There is no evidence in what was sent.");
    };
    let mut claims = claims(prompt, schema);
    claims.retain(|claim| schema::conforms(claim, one));
    claims.truncate(most);
    let answer = schema::answer_of(schema, claims, &prose(prompt));
    if schema::conforms(&answer, schema) {
        answer
    } else {
        schema::least(schema, "There is no evidence in what was sent.")
    }
}

/// The same as prose, for a request without a schema.
#[must_use]
pub fn prose(prompt: &Prompt<'_>) -> String {
    let facts = facts(prompt, &groups(prompt, usize::MAX));
    let texts: Vec<&str> = facts.iter().filter_map(|it| it["text"].as_str()).collect();
    if texts.is_empty() {
        "There is no evidence in what was sent.".to_owned()
    } else {
        texts.join(" ")
    }
}

/// True claims; the schema tells how many relations a fact may have.
#[must_use]
pub fn claims(prompt: &Prompt<'_>, schema: &Value) -> Vec<Value> {
    let relations = relations_of(schema).unwrap_or(1);
    let mut claims = facts(prompt, &groups(prompt, relations));
    match prompt.asked {
        Some(asked) => {
            let wanted = wanted(asked);
            if wanted.is_empty() {
                claims.truncate(MOST_ANSWERS);
            } else {
                let answers = |claim: &Value| {
                    let verb = claim["relations"][0]["verb"].as_str().unwrap_or_default();
                    wanted.contains(&verb)
                };
                if claims.iter().any(answers) {
                    claims.retain(answers);
                    claims.truncate(MOST_ANSWERS);
                } else {
                    claims = missing(prompt, &wanted).into_iter().collect();
                }
            }
        }
        None => {
            claims.truncate(MOST_FACTS);
            claims.extend(techniques(prompt));
            claims.extend(missing(prompt, WORTH_MISSING));
            claims.extend(prompt.questions.first().map(
                |(number, _)| json!({"kind": "view", "view": "question", "question": number}),
            ));
        }
    }
    claims
}

fn relations_of(schema: &Value) -> Option<usize> {
    let (one, _) = schema::claims_of(schema)?;
    let most = one["anyOf"]
        .as_array()?
        .iter()
        .find_map(|it| it["properties"]["relations"]["maxItems"].as_u64())?;
    usize::try_from(most).ok()
}

/// Lines that make one sentence, the most telling first: what one subject did in one way, or a chain of starts.
fn groups<'a, 'p>(prompt: &'p Prompt<'a>, most: usize) -> Vec<Vec<&'p Line<'a>>> {
    let mut groups: Vec<Vec<&Line<'_>>> = Vec::new();
    for line in &prompt.evidence {
        let joins = |group: &&mut Vec<&'p Line<'a>>| {
            let last = group[group.len() - 1];
            let alike = last.verb == line.verb && last.outcome == line.outcome;
            let once = last.count == "1" && line.count == "1" && line.object.is_some();
            // What is much more telling than its neighbours stands alone.
            let near = weight(prompt, last).abs_diff(weight(prompt, line)) <= NEAR;
            group.len() < most && near && alike && once && last.subject == line.subject
        };
        match groups.last_mut().filter(joins) {
            Some(group) => group.push(line),
            None => groups.push(vec![line]),
        }
    }
    groups.sort_by_key(|group| {
        let weight = group.iter().map(|line| weight(prompt, line)).max();
        std::cmp::Reverse(weight)
    });
    groups
}

/// How telling a line is: the rank of the first rule that names it, and what kind of thing happened.
fn weight(prompt: &Prompt<'_>, line: &Line<'_>) -> usize {
    let rank = prompt
        .rules
        .iter()
        .position(|rule| rule.evidence.contains(&line.number));
    let by_rule = rank.map_or(0, |rank| 12usize.saturating_sub(rank));
    let by_kind = match line.verb {
        "connected_to" | "set" | "registered_task" | "installed_service" | "accessed" => 6,
        "started" | "wrote" | "ran_script" | "deleted" => 4,
        "decoded_to" | "resolved" => 2,
        _ => 0,
    };
    by_rule + by_kind
}

fn facts(prompt: &Prompt<'_>, groups: &[Vec<&Line<'_>>]) -> Vec<Value> {
    groups
        .iter()
        .filter_map(|group| {
            let text = sentence(prompt, group)?;
            let evidence: Vec<&str> = group.iter().map(|line| line.number).collect();
            let relations: Vec<Value> = group.iter().map(|line| relation(line)).collect();
            Some(
                json!({"kind": "fact", "evidence": evidence, "relations": relations, "text": text}),
            )
        })
        .collect()
}

/// A line as a relation; count and span are said where the sentence says them.
#[must_use]
pub fn relation(line: &Line<'_>) -> Value {
    let often = line.count != "1";
    let spans = line.until.is_some_and(|until| until != line.time);
    json!({
        "subject": line.subject,
        "verb": line.verb,
        "object": line.object.unwrap_or("none"),
        "outcome": line.outcome,
        "count": if often { line.count } else { "not said" },
        "span": if often && spans { "whole" } else { "not said" },
    })
}

/// A sentence for lines that have subject, verb and outcome in common; none where a name is too long to write.
#[must_use]
pub fn sentence(prompt: &Prompt<'_>, lines: &[&Line<'_>]) -> Option<String> {
    let first = lines.first()?;
    let subject = wording::name(prompt, first.subject)?;
    let mut objects = Vec::new();
    for line in lines {
        if let Some(object) = line.object {
            objects.push(wording::name(prompt, object)?);
        }
    }
    let mut text = format!("{subject} {}", wording::did(first.verb, first.outcome));
    if !objects.is_empty() {
        text = format!("{text} {}", wording::listed(&objects));
    }
    if let [line] = lines {
        text.push_str(&wording::when(line));
    }
    text.push('.');
    Some(text)
}

/// Views of two techniques that rules named, on different evidence.
fn techniques(prompt: &Prompt<'_>) -> Vec<Value> {
    let mut seen: Vec<&str> = Vec::new();
    let mut views = Vec::new();
    for rule in &prompt.rules {
        let (Some(technique), Some(evidence)) = (rule.techniques.first(), rule.evidence.first())
        else {
            continue;
        };
        if seen.contains(technique) || seen.contains(evidence) {
            continue;
        }
        seen.extend([*technique, *evidence]);
        views.push(json!({"kind": "view", "view": "technique", "evidence": [evidence], "technique": technique}));
        if views.len() == 2 {
            break;
        }
    }
    views
}

/// What the busiest subject did not do, as far as the evidence goes.
fn missing(prompt: &Prompt<'_>, worth: &[&str]) -> Option<Value> {
    let deeds = |handle: &str| {
        let own = prompt.evidence.iter().filter(|it| it.subject == handle);
        own.count()
    };
    let subject = prompt
        .evidence
        .iter()
        .map(|line| line.subject)
        .max_by_key(|subject| deeds(subject))?;
    let did = |verb: &str| {
        let mut lines = prompt.evidence.iter();
        lines.any(|line| {
            line.verb == verb && (line.subject == subject || line.object == Some(subject))
        })
    };
    let verb = worth.iter().find(|verb| !did(verb))?;
    Some(
        json!({"kind": "gap", "entity": subject, "looked_for": verb, "place": "alert", "until": "none"}),
    )
}

/// The verbs that a question is about; none for a general one.
fn wanted(asked: &str) -> Vec<&'static str> {
    const ABOUT: &[(&[&str], &[&str])] = &[
        (
            &[
                "address", "network", "connect", "reach", "ip", "domain", "dns", "c2",
            ],
            &["connected_to", "resolved", "accepted"],
        ),
        (
            &["file", "wrote", "written", "drop", "disk", "download"],
            &["wrote", "read", "deleted", "renamed"],
        ),
        (
            &[
                "registry",
                "persist",
                "autostart",
                "survive",
                "reboot",
                "task",
                "service",
            ],
            &["set", "registered_task", "installed_service"],
        ),
        (
            &["logon", "log on", "sign", "account", "who"],
            &["logged_on_to", "accessed"],
        ),
        (
            &["script", "decode", "encoded"],
            &["ran_script", "decoded_to"],
        ),
        (
            &["start", "run", "ran", "process", "command", "do?"],
            &["started", "ran", "ran_script"],
        ),
    ];
    let asked = asked.to_lowercase();
    ABOUT
        .iter()
        .find(|(words, _)| words.iter().any(|word| asked.contains(word)))
        .map(|(_, verbs)| verbs.to_vec())
        .unwrap_or_default()
}
