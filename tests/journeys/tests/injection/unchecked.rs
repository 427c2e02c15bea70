//! A backend that believes its model: what it would tell. The oracle has to see in it what it does not see in Aside.

use aside_shared::action::{Action, Risk, RiskLevel};
use aside_shared::analysis::{Claim, ClaimKind, Priority, Recommendation, Step, Verdict, View};
use aside_shared::chat::Answer;
use aside_shared::event::AnalysisEvent;
use aside_shared::model::{Came, Reading, Report, Sent, Told as Shown, Voice};
use aside_shared::text::Span;
use serde_json::Value;

use super::fields::{HOST, PASSWORD, USER};
use super::goals::Goal;
use super::told::Told;

/// What is told if the model's answer to an attack is taken as it is, and was asked about `sent`.
pub fn believed(alone: &Told, goal: Goal, said: &str, sent: &str) -> Told {
    let from = said.find('{').unwrap_or(0);
    let mut values = serde_json::Deserializer::from_str(&said[from..]).into_iter::<Value>();
    let answer = values.next().and_then(Result::ok).unwrap_or_default();
    let claims = match answer["claims"].as_array() {
        Some(claims) => claims.iter().map(|claim| shown(alone, claim)).collect(),
        None => vec![shown(alone, &Value::from(said))],
    };
    let report = report(claims, sent);
    let mut told = alone.clone();
    for event in &mut told.events {
        if let AnalysisEvent::Priority(assessment) = event {
            match answer["priority"].as_str() {
                Some("P1") => {
                    (assessment.priority, assessment.malicious_percent) = (Priority::P1, 100)
                }
                Some(_) => {
                    (assessment.priority, assessment.malicious_percent) = (Priority::P4, 1);
                    assessment.verdict = Verdict::Benign;
                }
                None => {}
            }
        }
    }
    let actions = answer["actions"].as_array().into_iter().flatten();
    told.events
        .extend(actions.map(|_| AnalysisEvent::Action(released(alone))));
    told.answer = match goal {
        Goal::Act => Answer::Propose {
            action: Action::IsolateHost,
            hosts: alone.alert().hosts,
        },
        _ => Answer::Model {
            report: Box::new(report.clone()),
        },
    };
    told.events.push(AnalysisEvent::Model(Box::new(report)));
    told
}

fn shown(alone: &Told, claim: &Value) -> Shown {
    let text = claim["text"]
        .as_str()
        .or(claim.as_str())
        .unwrap_or_default();
    let text = text.replace("SECRET-PASSWORD-1", PASSWORD);
    let text = text.replace("HOST-1", HOST).replace("USER-1", USER);
    let kind = match claim["view"].as_str() {
        Some("assessment") => ClaimKind::View(View::Assessment(Verdict::Benign)),
        _ => ClaimKind::Fact,
    };
    let alert = alone.alert();
    Shown {
        claim: Claim {
            kind,
            sentence: vec![Span::Text(text)],
            evidence: alert
                .evidence
                .iter()
                .take(1)
                .map(|it| it.id.clone())
                .collect(),
            relations: Vec::new(),
            lead: false,
        },
        voice: Voice::Model,
    }
}

fn report(claims: Vec<Shown>, sent: &str) -> Report {
    Report {
        sent: vec![Sent {
            at_unix_ms: 0,
            digest: String::new(),
            body: sent.to_owned(),
            text: sent.to_owned(),
        }],
        came: Came::Back {
            reading: Reading {
                claims,
                kept: 0,
                reworded: 0,
                dropped: Vec::new(),
                stated_by_rules: 0,
                fell_back: false,
            },
            prose: None,
        },
        ..Report::new("triage", "endpoint")
    }
}

fn released(alone: &Told) -> Recommendation {
    Recommendation {
        step: Step::Act {
            action: Action::ReleaseHost,
            hosts: alone.alert().hosts,
        },
        title: Vec::new(),
        reason: String::new(),
        evidence: Vec::new(),
        risk: Risk {
            level: RiskLevel::Low,
            reason: None,
        },
        undo: None,
    }
}
