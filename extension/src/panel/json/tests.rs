use aside_shared::action::Isolation;
use aside_shared::action::{Action, Risk, RiskLevel};
use aside_shared::alert::Alert;
use aside_shared::alert::{EntityKind, Object, Outcome, Verb};
use aside_shared::analysis::{
    Assessment, Claim, ClaimKind, Gap, Priority, Recommendation, Relation, Score, Signal,
    SignalGroup, Step, Technique, TimelineEntry, Verdict, View,
};
use aside_shared::approval::{Proposal, ProposalStatus};
use aside_shared::chat::Answer;
use aside_shared::event::{AnalysisEvent, Context, ContextPlace, ContextState, Done};
use aside_shared::instant::{Clock, Instant};
use aside_shared::model::{
    Came, DroppedClaim, Prose, Removed, Replaced, Report, Sent, Told, Voice,
};
use aside_shared::problem::{Problem, ProblemKind};
use aside_shared::text::Span;
use proptest::prelude::*;
use serde_json::Value;

use super::super::state::tests::{alert, evidence, host, proposal};
use super::*;

fn json(value: &Value) -> Json {
    Json::parse(&value.to_string()).unwrap()
}

fn at(unix_ms: i64) -> Instant {
    Instant {
        unix_ms,
        clock: Clock::Cloud,
        raw: "x".to_owned(),
    }
}

fn claim(kind: ClaimKind) -> Claim {
    Claim {
        kind,
        sentence: vec![
            Span::Text("a ".to_owned()),
            Span::Name("b\u{202E}".to_owned()),
        ],
        evidence: vec![evidence("one", 1).id],
        relations: vec![Relation {
            subject: "p".into(),
            verb: Verb::RegisteredTask,
            object: Some(Object::Value("v".to_owned())),
            outcome: Outcome::Blocked,
            count: Some(3),
            span_unix_ms: Some((-1, 2)),
        }],
        lead: true,
    }
}

fn claims() -> Vec<Claim> {
    vec![
        claim(ClaimKind::Fact),
        claim(ClaimKind::View(View::Technique {
            id: "T1".to_owned(),
            name: "N".to_owned(),
            rule: Some("r".into()),
        })),
        claim(ClaimKind::View(View::Usual { rule: "r".into() })),
        claim(ClaimKind::View(View::Assessment(Verdict::Benign))),
        claim(ClaimKind::Gap(Gap {
            looked_for: "a".to_owned(),
            place: "b".to_owned(),
            until: Some(at(i64::MIN)),
        })),
    ]
}

fn whole_alert() -> Alert {
    let mut alert = alert();
    for kind in [
        serde_json::json!({"user": {"name": "u", "uid": null}}),
        serde_json::json!({"file": {"path": "p", "sha256": "00"}}),
        serde_json::json!({"endpoint": {"ip": "::1", "port": 65535}}),
        serde_json::json!({"registry": {"key": "k", "value_name": null, "data": "d"}}),
        serde_json::json!({"resource": {"what": "w", "name": "n"}}),
    ] {
        let kind: EntityKind = serde_json::from_value(kind).unwrap();
        let id = format!("{kind:?}").into();
        alert
            .entities
            .push(aside_shared::alert::Entity { id, kind });
    }
    alert
}

fn report() -> Report {
    Report {
        model: "m".to_owned(),
        endpoint: "h".to_owned(),
        sent: vec![Sent {
            at_unix_ms: 1,
            digest: "00".to_owned(),
            body: "{}".to_owned(),
            text: "t".to_owned(),
        }],
        replaced: vec![Replaced {
            kind: "host".to_owned(),
            count: 1,
        }],
        removed: vec![Removed {
            kind: "password".to_owned(),
            count: 1,
            evidence: vec!["e".into()],
        }],
        cached: false,
        took_ms: 2,
        tokens_in: Some(u64::MAX),
        tokens_out: None,
        came: Came::Back {
            reading: aside_shared::model::Reading {
                claims: vec![Told {
                    claim: claims().remove(0),
                    voice: Voice::Aside,
                }],
                kept: 1,
                reworded: 2,
                dropped: vec![DroppedClaim {
                    text: "d".to_owned(),
                    reason: "r".to_owned(),
                }],
                stated_by_rules: 3,
                fell_back: false,
            },
            prose: Some(Prose::Withheld {
                reason: "r".to_owned(),
            }),
        },
    }
}

fn events() -> Vec<AnalysisEvent> {
    let assessment = Assessment {
        verdict: Verdict::Suspicious,
        priority: Priority::P3,
        cause: "c".to_owned(),
        malicious_percent: 44,
        score: Score {
            base: -5,
            groups: vec![SignalGroup {
                name: "g".to_owned(),
                points: -3,
                signals: vec![Signal {
                    rule: "r".into(),
                    title: "t".to_owned(),
                    weight: i32::MIN,
                    sentence: vec![],
                    evidence: vec![],
                    techniques: vec![Technique {
                        id: "T1".to_owned(),
                        name: "N".to_owned(),
                    }],
                }],
            }],
            total: i32::MAX,
        },
    };
    let recommendation = |step| Recommendation {
        step,
        title: vec![],
        reason: "r".to_owned(),
        evidence: vec![],
        risk: Risk {
            level: RiskLevel::High,
            reason: None,
        },
        undo: Some("u".to_owned()),
    };
    let mut events: Vec<AnalysisEvent> = claims().into_iter().map(AnalysisEvent::Claim).collect();
    events.extend([
        AnalysisEvent::Alert(Box::new(whole_alert())),
        AnalysisEvent::Context(Context {
            place: ContextPlace::Decoded,
            state: ContextState::Partial {
                reason: "r".to_owned(),
            },
            entities: whole_alert().entities,
            evidence: vec![evidence("two", 2)],
        }),
        AnalysisEvent::Priority(Box::new(assessment)),
        AnalysisEvent::Timeline(vec![TimelineEntry {
            at: at(7),
            sentence: vec![],
            evidence: "e".into(),
            telling: true,
            is_alert: false,
            skewed: true,
        }]),
        AnalysisEvent::Action(recommendation(Step::Act {
            action: Action::ReleaseHost,
            hosts: vec!["h".into()],
        })),
        AnalysisEvent::Action(recommendation(Step::Elsewhere {
            place: "there".to_owned(),
        })),
        AnalysisEvent::Model(Box::new(report())),
        AnalysisEvent::Done(Done {
            evidence: 1,
            dropped: 2,
            rules: 3,
            vendor_ms: u64::MAX,
            analyst_us: 5,
        }),
        AnalysisEvent::Failed(Problem::new(ProblemKind::VendorDown, "d")),
        AnalysisEvent::Reset,
    ]);
    events
}

#[test]
fn every_event_is_read_as_serde_would_read_it() {
    let mut names: Vec<&str> = events().iter().map(AnalysisEvent::name).collect();
    names.dedup();
    assert!(names.len() >= 10, "every kind of event is among them");
    for sent in events() {
        let text = write(&sent);
        assert_eq!(read::<AnalysisEvent>(&text).unwrap(), sent);
        assert_eq!(serde_json::from_str::<AnalysisEvent>(&text).unwrap(), sent);
    }
    assert!(read::<AnalysisEvent>(r#"{"of the future":{}}"#).is_err());
}

fn answers() -> [Answer; 5] {
    [
        Answer::Claims {
            heading: "h".to_owned(),
            claims: claims(),
        },
        Answer::Host {
            state: host(Isolation::Releasing, None),
        },
        Answer::Propose {
            action: Action::IsolateHost,
            hosts: vec!["h".into()],
        },
        Answer::CanAsk {
            examples: vec!["e".to_owned()],
            model: Some(Box::new(Report {
                came: Came::Nothing {
                    reason: "r".to_owned(),
                },
                ..report()
            })),
        },
        Answer::Model {
            report: Box::new(report()),
        },
    ]
}

#[test]
fn every_answer_is_read_as_serde_would_read_it() {
    for sent in answers() {
        assert_eq!(read::<Answer>(&write(&sent)).unwrap(), sent);
    }
    assert!(read::<Answer>(r#"{"of the future": {}}"#).is_err());
}

#[test]
fn a_proposal_keeps_its_digest_in_every_status() {
    for status in [
        ProposalStatus::Open,
        ProposalStatus::Declined {
            by: "a".into(),
            at_unix_ms: 1,
        },
        ProposalStatus::Running { by: "a".into() },
        ProposalStatus::NotVerified {
            reason: "r".to_owned(),
            still_checking: true,
        },
    ] {
        let sent = proposal(status, 3);
        let back: Proposal = read(&write(&sent)).unwrap();
        assert_eq!(back.view.digest(), sent.view.digest());
        assert_eq!(back, sent);
    }
}

#[test]
fn a_wrong_type_or_a_missing_field_is_an_error_and_an_unknown_field_is_none() {
    let whole = serde_json::to_value(alert()).unwrap();
    let mut more = whole.clone();
    more["of the future"] = serde_json::json!([{"a": 1}]);
    assert!(value::<Alert>(&json(&more)).is_ok());
    for (field, wrong) in [
        ("title", serde_json::json!(7)),
        ("entities", serde_json::json!({})),
        ("severity", serde_json::json!("high")),
        ("hosts", serde_json::json!([1])),
    ] {
        let mut other = whole.clone();
        other[field] = wrong;
        assert!(value::<Alert>(&json(&other)).is_err(), "{field}");
    }
    let mut missing = whole.clone();
    missing.as_object_mut().unwrap().remove("title");
    assert!(value::<Alert>(&json(&missing)).is_err());
}

/// Puts `wrong` in the place of the part of `tree` that is number `at`, counted from the root; what
/// is left of the number when there are fewer.
fn spoil(tree: &mut Value, at: usize, wrong: &Value) -> Option<usize> {
    if at == 0 {
        *tree = wrong.clone();
        return None;
    }
    let parts: Vec<&mut Value> = match tree {
        Value::Array(items) => items.iter_mut().collect(),
        Value::Object(fields) => fields.values_mut().collect(),
        _ => Vec::new(),
    };
    parts
        .into_iter()
        .try_fold(at - 1, |at, part| spoil(part, at, wrong))
}

/// All that the backend or the worker may send, read with every part spoilt in turn: it is read as
/// serde reads it, or refused.
fn is_read_or_refused<T: Serialize + DeserializeOwned + PartialEq + fmt::Debug>(sent: &T) {
    let whole = serde_json::to_value(sent).unwrap();
    for wrong in [
        serde_json::json!(null),
        serde_json::json!(-1),
        serde_json::json!(u64::MAX),
        serde_json::json!(0.5),
        serde_json::json!("of the future"),
        serde_json::json!([]),
        serde_json::json!([7]),
        serde_json::json!({}),
        serde_json::json!({"of the future": {}}),
    ] {
        let mut parts = 0;
        loop {
            let mut tree = whole.clone();
            if spoil(&mut tree, parts, &wrong).is_some() {
                break;
            }
            parts += 1;
            if let Ok(read) = value::<T>(&json(&tree)) {
                let by_serde = serde_json::from_value::<T>(tree.clone());
                // A list that is null or missing is an empty one; serde refuses it.
                let of_lists = wrong.is_null() || wrong.is_object();
                let alike = by_serde.map_or(of_lists, |by_serde| by_serde == read);
                assert!(alike, "{tree}");
            }
        }
        assert!(parts > 1, "every part was spoilt");
    }
}

#[test]
fn whatever_is_wrong_is_refused_and_breaks_nothing() {
    for event in events() {
        if event != AnalysisEvent::Reset {
            is_read_or_refused(&event);
        }
    }
    answers().iter().for_each(is_read_or_refused);
    is_read_or_refused(&proposal(
        ProposalStatus::NotVerified {
            reason: "r".to_owned(),
            still_checking: true,
        },
        3,
    ));
}

proptest! {
    #[test]
    fn no_text_breaks_it(text in r#"[\[\]{}:,"a-b0-9.\-e ]{0,24}"#) {
        prop_assert!(read::<AnalysisEvent>(&text).is_err());
    }
}
