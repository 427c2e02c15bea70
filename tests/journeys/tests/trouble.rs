//! Bad days at the vendor while an approved action is under way: nothing approved is lost, nothing
//! accepted is denied, and what Aside did is Aside's. Panel, log and the lab's own record must agree.

use std::ops::Deref;

use aside_journeys::{Caller, Scene, Setup};
use aside_shared::action::Isolation;
use aside_shared::api::{HostNow, ReadHost};
use aside_shared::approval::{Decision, Proposal, ProposalStatus, Propose};
use reqwest::StatusCode;
use serde_json::{Value, json};

/// A scene with what goes wrong in it.
struct Trouble(Scene);

impl Deref for Trouble {
    type Target = Scene;

    fn deref(&self) -> &Scene {
        &self.0
    }
}

impl Trouble {
    async fn new() -> Self {
        Self(Scene::new(Setup::default()).await)
    }

    /// The next requests of an operation meet this.
    async fn fault(&self, operation: &str, mut fault: Value) {
        fault["platform"] = json!("crowdstrike");
        fault["operation"] = json!(operation);
        self.lab.tell("/faults", fault).await;
    }

    async fn approved(&self, by: &Caller) -> Proposal {
        let proposal = self.propose(by).await;
        let answer = by.decide(&proposal, Decision::Approve).await;
        assert_eq!(answer.status(), StatusCode::OK);
        proposal
    }

    /// The requests of an operation as the lab recorded them.
    async fn requests(&self, operation: &str) -> Vec<Value> {
        let requests = self.lab.control("/requests").await;
        let list = requests.as_array().expect("a list of requests").iter();
        list.filter(|it| it["operation"] == operation)
            .cloned()
            .collect()
    }

    /// The host is contained by so many requests, the note stands there once, and the log holds.
    async fn ended_well(&self, by: &Caller, proposal: &Proposal, requests: usize) {
        by.wait_for(proposal, |shown| {
            is_verified(&shown.status)
                && shown
                    .steps
                    .iter()
                    .any(|step| step.text.starts_with("Wrote "))
        })
        .await;
        assert_eq!(self.lab.containment(&self.host).await, "contained");
        assert_eq!(self.lab.count("PerformActionV2").await, requests);
        let id = proposal.view.proposal.as_str();
        assert_eq!(self.lab.comments_with(id).await, 1);
        self.audit_holds();
    }
}

fn is_verified(status: &ProposalStatus) -> bool {
    matches!(status, ProposalStatus::Verified { .. })
}

fn says(proposal: &Proposal, part: &str) -> bool {
    proposal.steps.iter().any(|step| step.text.contains(part))
}

#[tokio::test]
async fn what_aside_isolated_is_asides_on_another_alert_of_the_host_with_its_undo() {
    let scene = Trouble::new().await;
    let responder = scene.backend.sign_in("responder").await;
    let first = scene.approved(&responder).await;
    scene.ended_well(&responder, &first, 1).await;
    let mut other = scene.alert.clone();
    let scenarios = scene.lab.control("/scenarios").await;
    other.id = scenarios["hands-on-keyboard-powershell"]["composite_ids"][1]
        .as_str()
        .expect("a second alert of that host")
        .into();
    for alert in [&scene.alert, &other] {
        let propose = Propose {
            alert: alert.clone(),
            ..scene.isolate()
        };
        let again: Proposal = responder.ask("/proposals", &propose).await;
        assert_eq!(again.view.proposal, first.view.proposal);
        assert!(again.may.undo);
        let read = ReadHost {
            alert: alert.clone(),
            host: scene.host.as_str().into(),
        };
        let now: HostNow = responder.ask("/hosts/state", &read).await;
        assert_eq!(now.state.isolation, Isolation::Isolated);
        let by = now.isolated_by.expect("Aside did it");
        assert_eq!(by.view.proposal, first.view.proposal);
    }
    let undo = format!("/proposals/{}/undo", first.view.proposal);
    let undo: Proposal = responder.ask(&undo, &json!({})).await;
    responder.decide(&undo, Decision::Approve).await;
    responder.wait_until(&undo, is_verified).await;
    assert_eq!(scene.lab.containment(&scene.host).await, "normal");
}

#[tokio::test]
async fn at_the_vendors_limit_the_request_waits_and_the_reader_is_told_until_when() {
    let scene = Trouble::new().await;
    let responder = scene.backend.sign_in("responder").await;
    let limit = json!({ "status": 429, "retry_after_s": 8 });
    scene.fault("PerformActionV2", limit).await;
    let proposal = scene.approved(&responder).await;
    let waits = responder
        .wait_for(&proposal, |shown| {
            says(shown, "Not sent yet: Falcon asks to wait until ")
        })
        .await;
    assert!(matches!(waits.status, ProposalStatus::Running { .. }));
    assert_eq!(scene.lab.containment(&scene.host).await, "normal");
    scene.ended_well(&responder, &proposal, 2).await;
}

#[tokio::test]
async fn without_a_token_nothing_is_sent_and_nothing_is_lost() {
    let scene = Trouble::new().await;
    let responder = scene.backend.sign_in("responder").await;
    let proposal: Proposal = responder.ask("/proposals", &scene.isolate()).await;
    // The read credential has its token; the respond credential gets none for one whole try.
    scene
        .fault("oauth2AccessToken", json!({ "status": 503, "count": 3 }))
        .await;
    responder.decide(&proposal, Decision::Approve).await;
    responder
        .wait_for(&proposal, |shown| says(shown, "Not sent yet: "))
        .await;
    assert_eq!(scene.lab.count("PerformActionV2").await, 0);
    scene.ended_well(&responder, &proposal, 1).await;
}

#[tokio::test]
async fn an_accepted_request_whose_answer_cannot_be_read_is_neither_denied_nor_repeated() {
    let answers = [
        json!({ "status": 202, "body": "<html>sign in</html>" }),
        json!({ "status": 308 }),
        json!({ "status": 408 }),
    ];
    for mut answer in answers {
        let scene = Trouble::new().await;
        let responder = scene.backend.sign_in("responder").await;
        answer["moment"] = json!("after");
        scene.fault("PerformActionV2", answer).await;
        let proposal = scene.approved(&responder).await;
        scene.ended_well(&responder, &proposal, 1).await;
        let shown: Proposal = responder
            .get(&format!("/proposals/{}", proposal.view.proposal))
            .await
            .json()
            .await
            .expect("a proposal");
        assert!(says(&shown, "answer was lost"), "{:?}", shown.steps);
    }
}

#[tokio::test]
async fn after_an_outage_the_state_is_read_through_the_grace_time_before_a_request_is_repeated() {
    let scene = Trouble::new().await;
    let responder = scene.backend.sign_in("responder").await;
    let proposal: Proposal = responder.ask("/proposals", &scene.isolate()).await;
    scene
        .fault(
            "PerformActionV2",
            json!({ "drop": "before", "hold": "before" }),
        )
        .await;
    responder.decide(&proposal, Decision::Approve).await;
    scene.lab.wait_for("PerformActionV2", 1).await;
    // From here on the host cannot be read for one whole try, of three requests.
    scene
        .fault("PostDeviceDetailsV2", json!({ "status": 503, "count": 3 }))
        .await;
    scene.lab.tell("/release", json!({})).await;
    scene.ended_well(&responder, &proposal, 2).await;
    let asked = scene.requests("PerformActionV2").await;
    let (first, second) = (&asked[0]["number"], &asked[1]["number"]);
    let number = |it: &Value| it.as_u64().expect("a number");
    let read = scene.requests("PostDeviceDetailsV2").await;
    let since: Vec<&Value> = read
        .iter()
        .filter(|it| {
            let at = number(&it["number"]);
            at > number(first) && at < number(second) && it["status"] == 200
        })
        .collect();
    let ms = |it: &Value| time(it["time"].as_str().expect("a time"));
    let watched = (ms(&asked[1]) - ms(since[0])).rem_euclid(24 * 60 * 60_000);
    assert!(watched >= 20_000, "{watched} ms, {} reads", since.len());
}

#[tokio::test]
async fn a_note_at_the_vendors_limit_is_written_later_and_once() {
    let scene = Trouble::new().await;
    let responder = scene.backend.sign_in("responder").await;
    let limit = json!({ "status": 429, "retry_after_s": 3 });
    scene.fault("PatchEntitiesAlertsV3", limit).await;
    let proposal = scene.approved(&responder).await;
    scene.ended_well(&responder, &proposal, 1).await;
    assert_eq!(scene.lab.count("PatchEntitiesAlertsV3").await, 2);
}

/// Milliseconds of the day of an RFC 3339 time in UTC.
fn time(text: &str) -> i64 {
    let clock = text
        .split_once('T')
        .expect("a time")
        .1
        .trim_end_matches('Z');
    let mut parts = clock.split(':');
    let mut part = || parts.next().expect("hours, minutes, seconds");
    let hours: i64 = part().parse().expect("hours");
    let minutes: i64 = part().parse().expect("minutes");
    let seconds: f64 = part().parse().expect("seconds");
    #[expect(clippy::cast_possible_truncation, reason = "below a minute")]
    let ms = (seconds * 1000.0).round() as i64;
    (hours * 60 + minutes) * 60_000 + ms
}
