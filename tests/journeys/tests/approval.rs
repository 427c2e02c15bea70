//! The way of an approval over HTTP, with the lab as Falcon: isolation, verification, comment, undo,
//! and a real `kill -9` at every step. Panel, log and the lab's own record must agree.

use aside_journeys::{Backend, Caller, Lab, Setup};
use aside_shared::action::Action;
use aside_shared::alert::AlertKey;
use aside_shared::approval::{Decision, Proposal, ProposalStatus, Propose};
use reqwest::StatusCode;
use serde_json::json;

const SCENARIO: &str = "hands-on-keyboard-powershell";

struct Scene {
    lab: Lab,
    backend: Backend,
    alert: AlertKey,
    host: String,
}

impl Scene {
    async fn new(setup: Setup) -> Self {
        let lab = Lab::start().await;
        let backend = Backend::start(&lab, &setup).await;
        let (alert, host) = lab.scenario(SCENARIO).await;
        Self {
            lab,
            backend,
            alert,
            host,
        }
    }

    async fn propose(&self, by: &Caller) -> Proposal {
        by.ask("/proposals", &self.isolate()).await
    }

    fn isolate(&self) -> Propose {
        Propose {
            alert: self.alert.clone(),
            action: Action::IsolateHost,
            host: self.host.as_str().into(),
        }
    }

    /// Nothing in the log was changed, and everything is accounted for.
    fn audit_holds(&self) {
        let (good, text) = self.backend.verb(&["audit", "verify"]);
        assert!(good, "{text}");
    }
}

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

/// Kills the backend while the lab holds a request of `operation` before or after its effect, starts
/// it again, and expects the same end as if nothing had happened.
async fn killed_while(operation: &str, held: &str, nth: usize) {
    let mut scene = Scene::new(Setup::default()).await;
    let responder = scene.backend.sign_in("responder").await;
    let proposal = scene.propose(&responder).await;
    let before = scene.lab.count(operation).await;
    scene
        .lab
        .tell(
            "/faults",
            json!({ "platform": "crowdstrike", "operation": operation, "count": 1, "hold": held }),
        )
        .await;
    // Its answer may never come: the backend is killed while it works on it.
    let approve = responder.decide(&proposal, Decision::Approve);
    let kill = async {
        scene.lab.wait_for(operation, before + nth).await;
    };
    let (_, ()) = tokio::join!(approve, kill);
    scene.backend.kill();
    scene.lab.tell("/release", json!({})).await;
    scene.backend.restart();
    let responder = scene.backend.sign_in("responder").await;
    let ended = responder.wait_until(&proposal, is_verified).await;
    assert_eq!(scene.lab.containment(&scene.host).await, "contained");
    let started = std::time::Instant::now();
    while scene
        .lab
        .comments_with(proposal.view.proposal.as_str())
        .await
        == 0
    {
        assert!(
            started.elapsed().as_secs() < 60,
            "no comment: {:?}",
            ended.steps
        );
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
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
async fn killed_while_the_request_is_on_its_way() {
    killed_while("PerformActionV2", "before", 1).await;
}

#[tokio::test]
async fn killed_after_the_request_was_carried_out() {
    killed_while("PerformActionV2", "after", 1).await;
}

#[tokio::test]
async fn killed_while_the_comment_is_written() {
    killed_while("PatchEntitiesAlertsV3", "after", 1).await;
}
