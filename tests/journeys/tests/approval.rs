//! The way of an approval over HTTP, with the lab as Falcon: isolation, verification, comment, undo,
//! and a real `kill -9` at every step. Panel, log and the lab's own record must agree.

use aside_journeys::{Scene, Setup};
use aside_shared::approval::{Decision, Proposal, ProposalStatus};
use reqwest::StatusCode;
use serde_json::{Value, json};

fn is_verified(status: &ProposalStatus) -> bool {
    matches!(status, ProposalStatus::Verified { .. })
}

#[tokio::test]
async fn isolated_verified_noted_and_taken_back() {
    let scene = Scene::new(Setup::default()).await;
    let (analyst, responder) = (
        scene.backend.sign_in("analyst").await,
        scene.backend.sign_in("responder").await,
    );
    let proposal = scene.propose(&analyst).await;
    assert_eq!(
        analyst.decide(&proposal, Decision::Approve).await.status(),
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        responder
            .decide(&proposal, Decision::Approve)
            .await
            .status(),
        StatusCode::OK
    );
    responder.wait_until(&proposal, is_verified).await;
    assert_eq!(scene.lab.containment(&scene.host).await, "contained");
    scene.lab.wait_for("PatchEntitiesAlertsV3", 1).await;
    let undo: Proposal = responder
        .ask(
            &format!("/proposals/{}/undo", proposal.view.proposal),
            &json!({}),
        )
        .await;
    assert_eq!(
        scene.lab.count("PerformActionV2").await,
        1,
        "opening an undo sends nothing"
    );
    assert_eq!(
        responder.decide(&undo, Decision::Approve).await.status(),
        StatusCode::OK
    );
    responder.wait_until(&undo, is_verified).await;
    assert_eq!(scene.lab.containment(&scene.host).await, "normal");
    assert_eq!(
        scene
            .lab
            .comments_with(proposal.view.proposal.as_str())
            .await,
        1
    );
    scene.audit_holds();
}

#[tokio::test]
async fn in_observe_phase_the_api_refuses() {
    let scene = Scene::new(Setup {
        phase: "observe",
        ..Setup::default()
    })
    .await;
    let lead = scene.backend.sign_in("lead").await;
    assert_eq!(
        lead.post("/proposals", &scene.isolate()).await.status(),
        StatusCode::FORBIDDEN
    );
    assert_eq!(scene.lab.count("PerformActionV2").await, 0);
    scene.audit_holds();
}

#[tokio::test]
async fn a_refused_scope_ends_it_and_is_said() {
    let scene = Scene::new(Setup {
        respond_without_scope: true,
        ..Setup::default()
    })
    .await;
    let responder = scene.backend.sign_in("responder").await;
    let proposal = scene.propose(&responder).await;
    responder.decide(&proposal, Decision::Approve).await;
    let ended = responder
        .wait_until(&proposal, ProposalStatus::is_final)
        .await;
    let ProposalStatus::Failed { reason } = ended.status else {
        panic!("{:?}", ended.status)
    };
    assert!(reason.contains("Hosts: write"), "{reason}");
    assert_eq!(scene.lab.containment(&scene.host).await, "normal");
    scene.audit_holds();
}

#[tokio::test]
async fn a_host_isolated_by_another_console_user_is_said_to_be_so() {
    let scene = Scene::new(Setup::default()).await;
    let responder = scene.backend.sign_in("responder").await;
    scene
        .lab
        .tell(
            &format!("/hosts/{}", scene.host),
            json!({ "containment": "contained" }),
        )
        .await;
    let answer = responder.post("/proposals", &scene.isolate()).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert!(answer.text().await.unwrap().contains("somebody else"));
}

#[tokio::test]
async fn undo_is_refused_after_somebody_else_released_the_host() {
    let scene = Scene::new(Setup::default()).await;
    let responder = scene.backend.sign_in("responder").await;
    let proposal = scene.propose(&responder).await;
    responder.decide(&proposal, Decision::Approve).await;
    responder.wait_until(&proposal, is_verified).await;
    scene
        .lab
        .tell(
            &format!("/hosts/{}", scene.host),
            json!({ "containment": "normal" }),
        )
        .await;
    let answer = responder
        .post(
            &format!("/proposals/{}/undo", proposal.view.proposal),
            &json!({}),
        )
        .await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert_eq!(scene.lab.count("PerformActionV2").await, 1);
}

#[tokio::test]
async fn two_approvers_at_once_are_one_approval() {
    let scene = Scene::new(Setup::default()).await;
    let (responder, lead) = (
        scene.backend.sign_in("responder").await,
        scene.backend.sign_in("lead").await,
    );
    let (one, two) = tokio::join!(scene.propose(&responder), scene.propose(&lead));
    assert_eq!(one.view.proposal, two.view.proposal);
    let (first, second) = tokio::join!(
        responder.decide(&one, Decision::Approve),
        lead.decide(&two, Decision::Approve)
    );
    let good = [first.status(), second.status()]
        .iter()
        .filter(|status| status.is_success())
        .count();
    assert_eq!(good, 1);
    lead.wait_until(&one, is_verified).await;
    assert_eq!(scene.lab.count("PerformActionV2").await, 1);
    scene.audit_holds();
}

#[tokio::test]
async fn a_time_out_after_acceptance_changes_the_state_once() {
    let scene = Scene::new(Setup::default()).await;
    let responder = scene.backend.sign_in("responder").await;
    let fault = json!({ "platform": "crowdstrike", "operation": "PerformActionV2", "count": 1, "drop": "after" });
    scene.lab.tell("/faults", fault).await;
    let proposal = scene.propose(&responder).await;
    responder.decide(&proposal, Decision::Approve).await;
    responder.wait_until(&proposal, is_verified).await;
    assert_eq!(scene.lab.count("PerformActionV2").await, 1);
    assert_eq!(scene.lab.containment(&scene.host).await, "contained");
    scene.audit_holds();
}

#[tokio::test]
async fn a_request_that_the_vendors_limit_refuses_is_sent_when_it_lets_it_through() {
    let scene = Scene::new(Setup::default()).await;
    let responder = scene.backend.sign_in("responder").await;
    let fault = json!({ "platform": "crowdstrike", "operation": "PerformActionV2", "count": 1, "status": 429, "retry_after_s": 2 });
    scene.lab.tell("/faults", fault).await;
    let proposal = scene.propose(&responder).await;
    responder.decide(&proposal, Decision::Approve).await;
    responder.wait_until(&proposal, is_verified).await;
    assert_eq!(scene.lab.count("PerformActionV2").await, 2);
    assert_eq!(scene.changes("contain").await, 1);
    scene.audit_holds();
}

#[tokio::test]
async fn a_pending_isolation_of_an_offline_host_is_cancelled_by_a_proposal_to_lift_it() {
    let scene = Scene::new(Setup::default()).await;
    let responder = scene.backend.sign_in("responder").await;
    let host = format!("/hosts/{}", scene.host);
    scene.lab.tell(&host, json!({ "online": false })).await;
    let proposal = scene.propose(&responder).await;
    let caveats = json!(proposal.view.caveats).to_string();
    assert!(caveats.contains("offline"), "{caveats}");
    responder.decide(&proposal, Decision::Approve).await;
    scene.lab.wait_for("PerformActionV2", 1).await;
    responder
        .wait_for(&proposal, |proposal| proposal.may.undo)
        .await;
    assert_eq!(
        scene.lab.containment(&scene.host).await,
        "containment_pending"
    );
    let path = format!("/proposals/{}/undo", proposal.view.proposal);
    let cancel: Proposal = responder.ask(&path, &json!({})).await;
    responder.decide(&cancel, Decision::Approve).await;
    responder.wait_until(&cancel, is_verified).await;
    let is_stopped = |status: &ProposalStatus| matches!(status, ProposalStatus::Stopped { .. });
    responder.wait_until(&proposal, is_stopped).await;
    assert_eq!(scene.lab.containment(&scene.host).await, "normal");
    scene.audit_holds();
}

/// The vendor's operations by which an approval passes, and what is done there.
const READ_HOST: &str = "PostDeviceDetailsV2";
const ACT: &str = "PerformActionV2";
const READ_NOTES: &str = "PostEntitiesAlertsV2";
const COMMENT: &str = "PatchEntitiesAlertsV3";

/// Kills the backend while the lab holds the `nth` request of `operation` after the proposal, before
/// or after its effect, starts it again, and expects the same end as if nothing had happened.
async fn killed_while(operation: &str, held: &str, nth: usize) {
    let mut scene = Scene::new(Setup::default()).await;
    let responder = scene.backend.sign_in("responder").await;
    let proposal = scene.propose(&responder).await;
    let before = scene.lab.count(operation).await;
    let fault = |what: Value| json!({ "platform": "crowdstrike", "operation": operation, "count": 1, "hold": what });
    for _ in 1..nth {
        let mut passed = fault(Value::Null);
        passed["latency_ms"] = json!(1);
        scene.lab.tell("/faults", passed).await;
    }
    scene.lab.tell("/faults", fault(json!(held))).await;
    // Its answer may never come: the backend is killed while it works on it.
    let approve = responder.try_to_decide(&proposal, Decision::Approve);
    let kill = async {
        scene.lab.wait_for(operation, before + nth).await;
        scene.backend.kill();
    };
    let (_, ()) = tokio::join!(approve, kill);
    scene.lab.tell("/release", json!({})).await;
    scene.backend.restart();
    let responder = scene.backend.sign_in("responder").await;
    let path = format!("/proposals/{}", proposal.view.proposal);
    let shown: Proposal = responder.get(&path).await.json().await.expect("a proposal");
    if shown.status == ProposalStatus::Open {
        // Nobody has decided: that is said, and nothing was sent.
        assert_eq!(scene.lab.count(ACT).await, 0);
        responder.decide(&proposal, Decision::Approve).await;
    }
    responder.wait_until(&proposal, is_verified).await;
    assert_eq!(scene.lab.containment(&scene.host).await, "contained");
    responder
        .wait_for(&proposal, |proposal| {
            proposal
                .steps
                .iter()
                .any(|step| step.text.starts_with("Wrote"))
        })
        .await;
    let marker = proposal.view.proposal.as_str();
    assert_eq!(scene.lab.comments_with(marker).await, 1);
    assert_eq!(scene.changes("contain").await, 1);
    scene.audit_holds();
}

#[tokio::test]
async fn killed_before_the_decision_is_written() {
    killed_while(READ_HOST, "before", 1).await;
}

#[tokio::test]
async fn killed_after_the_claim_and_before_the_request() {
    killed_while(READ_HOST, "before", 2).await;
}

#[tokio::test]
async fn killed_while_the_request_is_on_its_way() {
    killed_while(ACT, "before", 1).await;
}

#[tokio::test]
async fn killed_after_the_request_was_carried_out_and_before_its_answer_is_in_the_log() {
    killed_while(ACT, "after", 1).await;
}

#[tokio::test]
async fn killed_while_it_is_verified() {
    killed_while(READ_HOST, "before", 3).await;
}

#[tokio::test]
async fn killed_after_the_verification_and_before_the_comment() {
    killed_while(READ_NOTES, "before", 1).await;
}

#[tokio::test]
async fn killed_while_the_comment_is_on_its_way() {
    killed_while(COMMENT, "before", 1).await;
}

#[tokio::test]
async fn killed_after_the_comment_was_written_and_before_that_is_in_the_log() {
    killed_while(COMMENT, "after", 1).await;
}

#[tokio::test]
async fn killed_while_a_checkpoint_is_written_the_log_still_verifies() {
    let mut scene = Scene::new(Setup::default()).await;
    scene.backend.kill();
    // What a crash in the middle of the write leaves behind.
    let file = scene.backend.folder().join("checkpoints.jsonl");
    let mut kept = std::fs::read_to_string(&file).expect("checkpoints");
    kept.push_str("{\"count\":9,\"he");
    std::fs::write(&file, kept).expect("written");
    scene.audit_holds();
    scene.backend.restart();
    let responder = scene.backend.sign_in("responder").await;
    let proposal = scene.propose(&responder).await;
    responder.decide(&proposal, Decision::Approve).await;
    responder.wait_until(&proposal, is_verified).await;
    scene.audit_holds();
}
