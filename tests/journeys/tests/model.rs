//! An alert with a model behind the backend: what leaves is known to the byte and holds no name, what comes back
//! is shown as far as the evidence goes, and whatever the model does, the rules' own reading stands.

use aside_journeys::{Backend, Caller, Lab, Setup, alert_of, names, report_of};
use aside_shared::alert::{Alert, AlertKey};
use aside_shared::analysis::ClaimKind;
use aside_shared::api::{Activity, ReadActivity};
use aside_shared::audit::AuditAction;
use aside_shared::chat::{Answer, Question};
use aside_shared::event::AnalysisEvent;
use aside_shared::model::{Came, Reading, Voice};
use aside_shared::text::plain;
use serde_json::{Value, json};

/// The stack with the lab's model in it, which behaves as it is told.
struct World {
    lab: Lab,
    backend: Backend,
    analyst: Caller,
}

impl World {
    async fn new() -> Self {
        let lab = Lab::start().await;
        let setup = Setup {
            model: Some(lab.model()),
            model_settings: "deadline_seconds = 3".to_owned(),
            ..Setup::default()
        };
        let backend = Backend::start(&lab, &setup).await;
        let analyst = backend.sign_in("analyst").await;
        Self {
            lab,
            backend,
            analyst,
        }
    }

    async fn model_is(&self, setting: Value) {
        self.lab.tell("/model", setting).await;
    }

    async fn read(&self, scenario: &str) -> Vec<AnalysisEvent> {
        let (key, _) = self.lab.scenario(scenario).await;
        self.analyst.analysis(&key).await
    }
}

/// What the rules alone tell: all but the model's events and the times.
fn by_rules(events: &[AnalysisEvent]) -> Vec<&AnalysisEvent> {
    let is_rules = |event: &&AnalysisEvent| {
        !matches!(
            event,
            AnalysisEvent::AskingModel { .. } | AnalysisEvent::Model(_) | AnalysisEvent::Done(_)
        )
    };
    events.iter().filter(is_rules).collect()
}

/// Each fact that is shown is a line of the evidence that it cites: told by comparing, not by the checker.
fn assert_carried(scenario: &str, alert: &Alert, reading: &Reading) {
    for told in &reading.claims {
        let claim = &told.claim;
        assert!(!claim.evidence.is_empty(), "{scenario}: {claim:?}");
        if claim.kind != ClaimKind::Fact {
            continue;
        }
        for relation in &claim.relations {
            let carries = |evidence: &&aside_shared::alert::Evidence| {
                claim.evidence.contains(&evidence.id)
                    && evidence.subject == relation.subject
                    && evidence.verb == relation.verb
                    && evidence.object == relation.object
                    && evidence.outcome == relation.outcome
            };
            assert!(
                alert.evidence.iter().any(|it| carries(&it)),
                "{scenario}: {relation:?} in {}",
                plain(&claim.sentence)
            );
        }
    }
}

#[tokio::test]
async fn what_leaves_is_redacted_recorded_and_shown_and_what_comes_back_is_checked() {
    let world = World::new().await;
    let mut canaries = Vec::new();
    let mut by_model = 0;
    for scenario in &world.lab.scenarios().await {
        let (key, _) = world.lab.scenario(scenario).await;
        let before = world.lab.asked_of_model().await.len();
        let events = world.analyst.analysis(&key).await;
        let report = report_of(&events);
        let sent: Vec<String> = report.sent.iter().map(|sent| sent.body.clone()).collect();
        assert_eq!(
            sent,
            world.lab.asked_of_model().await[before..],
            "byte for byte"
        );
        let alert = alert_of(&events);
        canaries.extend(names(&alert));
        let reading = report
            .reading()
            .unwrap_or_else(|| panic!("{scenario}: {report:?}"));
        assert_carried(scenario, &alert, reading);
        let own = |voice: Voice| voice != Voice::Rules;
        by_model += reading.claims.iter().filter(|it| own(it.voice)).count();
        recorded(&world.analyst, &key, &report.sent[0].digest).await;
    }
    assert!(by_model > 20, "{by_model} claims of an honest model");
    let (key, _) = world.lab.scenario("hands-on-keyboard-powershell").await;
    let question = Question {
        alert: key.clone(),
        text: "Anything odd here?".to_owned(),
    };
    let answer: Answer = world.analyst.ask("/questions", &question).await;
    assert!(matches!(answer, Answer::Model { .. }), "{answer:?}");
    assert_eq!(world.lab.count("PerformActionV2").await, 0);

    canaries.sort();
    canaries.dedup();
    assert!(canaries.len() >= 10, "{canaries:?}");
    for body in world.lab.asked_of_model().await {
        let body = body.to_lowercase();
        for canary in &canaries {
            assert!(!body.contains(canary.as_str()), "{canary} in {body}");
        }
    }
    let key = world.lab.model().key;
    for file in ["log", "aside.sqlite", "aside.sqlite-wal"] {
        let bytes = std::fs::read(world.backend.folder().join(file)).unwrap_or_default();
        assert!(!String::from_utf8_lossy(&bytes).contains(&key), "{file}");
    }
}

// The lab answers while `aside check` is waited for.
#[tokio::test(flavor = "multi_thread")]
async fn check_says_whether_the_model_answers_and_in_which_form_it_takes_a_schema() {
    let world = World::new().await;
    for (takes, form) in [
        ("json_schema", "json_schema"),
        ("json_object", "json_object"),
    ] {
        world.model_is(json!({ "takes": takes })).await;
        let (is_good, printed) = world.backend.verb(&["check"]);
        assert!(is_good, "{printed}");
        let told = format!("answers, streams, takes a schema as {form}");
        assert!(printed.contains(&told), "{printed}");
    }
    world.model_is(json!({ "manner": "dead" })).await;
    let (is_good, printed) = world.backend.verb(&["check"]);
    assert!(!is_good, "{printed}");
    assert!(printed.contains("broke off"), "{printed}");
}

#[tokio::test]
async fn of_a_liars_claims_only_those_are_shown_that_the_evidence_carries() {
    let world = World::new().await;
    world.model_is(json!({ "manner": "lying" })).await;
    let mut dropped = 0;
    for scenario in &world.lab.scenarios().await {
        let events = world.read(scenario).await;
        let reading = report_of(&events).reading().expect("an answer");
        assert_carried(scenario, &alert_of(&events), reading);
        dropped += reading.dropped.len();
    }
    assert!(dropped > 20, "{dropped} lies");
}

#[tokio::test]
async fn a_model_in_an_attackers_hands_moves_nothing_and_says_nothing_of_its_own() {
    let world = World::new().await;
    world.model_is(json!({ "manner": "dead" })).await;
    let scenarios = world.lab.scenarios().await;
    let mut quiet = Vec::new();
    for scenario in &scenarios {
        quiet.push(world.read(scenario).await);
    }
    let other = Setup {
        model: Some(world.lab.model()),
        ..Setup::default()
    };
    let other = Backend::start(&world.lab, &other).await;
    let analyst = other.sign_in("analyst").await;
    world.model_is(json!({ "manner": "hostile" })).await;
    for (scenario, quiet) in scenarios.iter().zip(&quiet) {
        let (key, _) = world.lab.scenario(scenario).await;
        let events = analyst.analysis(&key).await;
        assert_eq!(by_rules(&events), by_rules(quiet), "{scenario}");
        let report = report_of(&events);
        if let Some(reading) = report.reading() {
            assert_carried(scenario, &alert_of(&events), reading);
            for told in reading.claims.iter().filter(|it| it.voice != Voice::Rules) {
                let words = plain(&told.claim.sentence).to_lowercase();
                for sign in ["<", "exfil.example", "contoso", "paste your", "agreed"] {
                    assert!(!words.contains(sign), "{scenario}: {words}");
                }
            }
        }
    }
    assert_eq!(world.lab.count("PerformActionV2").await, 0);
}

#[tokio::test]
async fn a_broken_model_costs_its_voice_and_nothing_else() {
    let manners = [
        json!({ "manner": "cut" }),
        json!({ "manner": "bad_json" }),
        json!({ "manner": "bad_chunk" }),
        json!({ "manner": "bad_utf8" }),
        json!({ "manner": "bomb" }),
        json!({ "manner": "wide_bomb" }),
        json!({ "manner": "length" }),
        json!({ "manner": "refusal" }),
        json!({ "manner": "redirect" }),
        json!({ "manner": "dead" }),
        json!({ "manner": "silent" }),
        json!({ "manner": "endless" }),
        json!({ "manner": "slow", "hold": "middle" }),
        json!({ "manner": "error", "error": "invalid_key" }),
        json!({ "manner": "error", "error": "rate_limit" }),
        json!({ "manner": "error", "error": "overloaded" }),
    ];
    let world = World::new().await;
    world.model_is(json!({})).await;
    let scenarios = world.lab.scenarios().await;
    let mut whole = Vec::new();
    for scenario in &scenarios {
        whole.push(world.read(scenario).await);
    }
    // Of each backend each alert is read once: what it has just read serves whoever comes next.
    for manners in manners.chunks(scenarios.len()) {
        let setup = Setup {
            model: Some(world.lab.model()),
            model_settings: "deadline_seconds = 3".to_owned(),
            ..Setup::default()
        };
        let backend = Backend::start(&world.lab, &setup).await;
        let analyst = backend.sign_in("analyst").await;
        for ((manner, scenario), whole) in manners.iter().zip(&scenarios).zip(&whole) {
            world.model_is(manner.clone()).await;
            let (key, _) = world.lab.scenario(scenario).await;
            let events = analyst.analysis(&key).await;
            assert_eq!(by_rules(&events), by_rules(whole), "{manner} {scenario}");
            let came = &report_of(&events).came;
            let Came::Nothing { reason } = came else {
                panic!("{manner}: {came:?}");
            };
            assert!(reason.len() < 500, "{manner}: {reason}");
            world.lab.tell("/model/release", json!({})).await;
        }
    }
}

/// The alert's own history has the request, by its digest.
async fn recorded(analyst: &Caller, alert: &AlertKey, digest: &str) {
    let alert = alert.clone();
    let activity: Activity = analyst
        .ask("/alerts/activity", &ReadActivity { alert })
        .await;
    let is_it = |entry: &&aside_shared::audit::AuditEntry| {
        entry.action == AuditAction::ModelAsked && entry.detail.contains(digest)
    };
    assert_eq!(activity.entries.iter().filter(is_it).count(), 1);
}
