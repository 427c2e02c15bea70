//! The way of an approval, over a real database, an invented vendor and a clock that only tests move.

mod by_aside;
mod interrupted;
mod offline;
mod only_caller;
mod taking_back;
mod waiting;

use std::sync::Arc;

use aside_shared::action::{Action, Isolation};
use aside_shared::approval::{Decide, Decision, Proposal, ProposalStatus, Propose, ViewDigest};
use aside_shared::audit::AuditAction;
use aside_shared::problem::ProblemKind;
use aside_shared::session::Role;

use super::propose::Because;
use super::worker::GRACE_MS;
use crate::auth::access::{Access, testing::caller};
use crate::config::PolicyConfig;
use crate::http::Fault;
use crate::testing::{Fate, Vendor, World, alert, world, world_with};

fn kind(fault: Fault) -> ProblemKind {
    match fault {
        Fault::Problem(problem) => problem.kind().unwrap(),
        Fault::Internal(error) => panic!("{error}"),
    }
}

fn analyst() -> Access {
    caller("ana", Role::Analyst, "acme")
}

fn responder() -> Access {
    caller("res", Role::Responder, "acme")
}

async fn propose(world: &World, by: &Access, host: &str) -> Result<Proposal, Fault> {
    let request = Propose {
        alert: alert().key,
        action: Action::IsolateHost,
        host: host.into(),
    };
    world
        .respond
        .propose(by, &request, &alert(), Because::default())
        .await
}

async fn approve(world: &World, by: &Access, proposal: &Proposal) -> Result<Proposal, Fault> {
    let decide = Decide {
        decision: Decision::Approve,
        digest: proposal.view.digest(),
    };
    world
        .respond
        .decide(by, &proposal.view.proposal, &decide)
        .await
}

/// Lets the worker do what is due, moving the clock to the next due time, for at most `ms`.
async fn work_for(world: &World, ms: i64) {
    work_as(world, "worker-1", ms).await;
}

async fn work_as(world: &World, owner: &str, ms: i64) {
    use crate::clock::Clock as _;
    let end = world.clock.now_unix_ms() + ms;
    for _ in 0..20_000 {
        while world.respond.turn(owner).await.unwrap() {}
        let Some(due) = world.store.next_due().await.unwrap() else {
            return;
        };
        if due > end {
            world
                .clock
                .advance_ms((end - world.clock.now_unix_ms()).max(0));
            return;
        }
        world
            .clock
            .advance_ms((due - world.clock.now_unix_ms()).max(0));
    }
    panic!("the worker does not come to an end");
}

async fn approved(world: &World) -> Proposal {
    let proposal = propose(world, &analyst(), "h1").await.unwrap();
    approve(world, &responder(), &proposal).await.unwrap()
}

/// How many entries of this kind the alert's log has.
async fn logged(world: &World, action: AuditAction, part: &str) -> usize {
    let log = world.store.audit_of_alert(&alert().key).await.unwrap();
    log.iter()
        .filter(|entry| entry.action == action && entry.detail.contains(part))
        .count()
}

async fn shown(world: &World, proposal: &Proposal) -> Proposal {
    world
        .respond
        .show(&responder(), &proposal.view.proposal)
        .await
        .unwrap()
}

/// The host's state, changed behind Aside's back.
fn set(world: &World, isolation: Isolation) {
    let mut vendor = world.vendor.state();
    vendor.isolation.insert("h1".to_owned(), isolation);
}

#[tokio::test]
async fn an_approved_isolation_is_carried_out_verified_noted_and_audited() {
    let world = world().await;
    let proposal = approved(&world).await;
    work_for(&world, 60_000).await;
    let after = shown(&world, &proposal).await;
    assert!(
        matches!(after.status, ProposalStatus::Verified { .. }),
        "{:?}",
        after.status
    );
    assert!(after.may.undo);
    {
        let vendor = world.vendor.state();
        assert_eq!(vendor.asked, [Action::IsolateHost]);
        assert_eq!(vendor.notes.len(), 1);
        assert!(
            vendor.notes[0].contains(proposal.view.proposal.as_str())
                && vendor.notes[0].contains("res")
        );
    }
    let log = world.store.audit_of_alert(&alert().key).await.unwrap();
    for action in [
        AuditAction::Proposed,
        AuditAction::Decided,
        AuditAction::VendorCall,
        AuditAction::VendorAnswer,
        AuditAction::Outcome,
    ] {
        assert!(
            log.iter().any(|entry| entry.action == action),
            "{action:?} is not in the log"
        );
    }
    let head = world.store.audit_head().await.unwrap();
    assert_eq!(
        head.count, head.covered,
        "a checkpoint covers every decision and vendor change"
    );
}

#[tokio::test]
async fn nothing_happens_without_a_decision_on_exactly_what_was_shown() {
    let world = world().await;
    let proposal = propose(&world, &analyst(), "h1").await.unwrap();
    let id = &proposal.view.proposal;
    for digest in ["", "0", &"0".repeat(64)] {
        let decide = Decide {
            decision: Decision::Approve,
            digest: ViewDigest(digest.to_owned()),
        };
        assert_eq!(
            kind(
                world
                    .respond
                    .decide(&responder(), id, &decide)
                    .await
                    .unwrap_err()
            ),
            ProblemKind::Changed
        );
    }
    assert_eq!(
        kind(approve(&world, &analyst(), &proposal).await.unwrap_err()),
        ProblemKind::NotAllowed
    );
    let stranger = caller("x", Role::Lead, "other");
    assert_eq!(
        kind(approve(&world, &stranger, &proposal).await.unwrap_err()),
        ProblemKind::NotFound
    );
    work_for(&world, 60_000).await;
    assert!(world.vendor.state().asked.is_empty());
}

#[tokio::test]
async fn a_proposal_expires_and_a_declined_one_stays_declined() {
    let world = world().await;
    let proposal = propose(&world, &analyst(), "h1").await.unwrap();
    world.clock.advance_ms(10 * 60_000);
    assert_eq!(
        kind(approve(&world, &responder(), &proposal).await.unwrap_err()),
        ProblemKind::NotOpen
    );
    let second = propose(&world, &analyst(), "h1").await.unwrap();
    assert_ne!(second.view.proposal, proposal.view.proposal);
    let decide = Decide {
        decision: Decision::Decline,
        digest: second.view.digest(),
    };
    world
        .respond
        .decide(&responder(), &second.view.proposal, &decide)
        .await
        .unwrap();
    assert_eq!(
        kind(approve(&world, &responder(), &second).await.unwrap_err()),
        ProblemKind::NotOpen
    );
    assert!(world.vendor.state().asked.is_empty());
}

#[tokio::test]
async fn two_people_see_one_proposal_and_only_one_decides() {
    let world = world().await;
    let first = propose(&world, &analyst(), "h1").await.unwrap();
    let second = propose(&world, &responder(), "h1").await.unwrap();
    assert_eq!(first.view.proposal, second.view.proposal);
    let other = propose(&world, &analyst(), "h2").await.unwrap();
    assert_ne!(first.view.proposal, other.view.proposal);
    let lead = caller("lea", Role::Lead, "acme");
    let responder = responder();
    let (one, two) = tokio::join!(
        approve(&world, &responder, &first),
        approve(&world, &lead, &first)
    );
    assert!(one.is_ok() != two.is_ok(), "exactly one approval counts");
    work_for(&world, 60_000).await;
    assert_eq!(world.vendor.state().asked, [Action::IsolateHost]);
}

#[tokio::test]
async fn by_configuration_nobody_approves_his_own_proposal() {
    let policy = PolicyConfig {
        own_proposals: false,
        ..PolicyConfig::default()
    };
    let world = world_with(Arc::new(Vendor::new()), true, policy).await;
    let proposal = propose(&world, &responder(), "h1").await.unwrap();
    assert!(!proposal.may.decide);
    assert_eq!(
        kind(approve(&world, &responder(), &proposal).await.unwrap_err()),
        ProblemKind::NotAllowed
    );
    let another = caller("another", Role::Responder, "acme");
    assert!(approve(&world, &another, &proposal).await.is_ok());
}

#[tokio::test]
async fn a_server_needs_a_lead() {
    let world = world().await;
    world.vendor.state().role = "Domain Controller";
    let proposal = propose(&world, &responder(), "h1").await.unwrap();
    assert!(proposal.view.needs_lead && !proposal.may.decide);
    assert_eq!(
        kind(approve(&world, &responder(), &proposal).await.unwrap_err()),
        ProblemKind::NotAllowed
    );
    assert!(
        approve(&world, &caller("lea", Role::Lead, "acme"), &proposal)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_host_that_the_alert_does_not_name_is_refused_and_so_is_a_bare_release() {
    let world = world().await;
    assert_eq!(
        kind(propose(&world, &analyst(), "h3").await.unwrap_err()),
        ProblemKind::NotOffered
    );
    let release = Propose {
        alert: alert().key,
        action: Action::ReleaseHost,
        host: "h1".into(),
    };
    let refused = world
        .respond
        .propose(&analyst(), &release, &alert(), Because::default())
        .await;
    assert_eq!(kind(refused.unwrap_err()), ProblemKind::NotOffered);
}

#[tokio::test]
async fn a_host_that_somebody_else_isolated_is_said_to_be_so() {
    let world = world().await;
    set(&world, Isolation::Isolated);
    let Fault::Problem(problem) = propose(&world, &analyst(), "h1").await.unwrap_err() else {
        panic!()
    };
    assert!(
        problem.detail.contains("somebody else"),
        "{}",
        problem.detail
    );
}

#[tokio::test]
async fn a_change_while_the_sheet_is_read_voids_it_and_nothing_is_sent() {
    let world = world().await;
    let proposal = propose(&world, &analyst(), "h1").await.unwrap();
    set(&world, Isolation::Isolating);
    assert_eq!(
        kind(approve(&world, &responder(), &proposal).await.unwrap_err()),
        ProblemKind::Changed
    );
    work_for(&world, 60_000).await;
    assert!(world.vendor.state().asked.is_empty());
    assert!(matches!(
        shown(&world, &proposal).await.status,
        ProposalStatus::Void { .. }
    ));
}

#[tokio::test]
async fn a_change_between_approval_and_execution_stops_it() {
    let world = world().await;
    let proposal = approved(&world).await;
    set(&world, Isolation::Isolated);
    work_for(&world, 60_000).await;
    assert!(matches!(
        shown(&world, &proposal).await.status,
        ProposalStatus::Stopped { .. }
    ));
    assert!(world.vendor.state().asked.is_empty());
}

#[tokio::test]
async fn a_lost_answer_to_a_request_that_was_carried_out_is_not_repeated() {
    let world = world().await;
    world.vendor.state().next = vec![Fate::LostAfter];
    let proposal = approved(&world).await;
    work_for(&world, 120_000).await;
    assert!(matches!(
        shown(&world, &proposal).await.status,
        ProposalStatus::Verified { .. }
    ));
    assert_eq!(world.vendor.state().asked.len(), 1);
}

#[tokio::test]
async fn a_lost_request_is_repeated_only_after_the_grace_time() {
    let world = world().await;
    world.vendor.state().next = vec![Fate::LostBefore];
    let proposal = approved(&world).await;
    work_for(&world, GRACE_MS - 1000).await;
    assert_eq!(world.vendor.state().asked.len(), 1);
    work_for(&world, 10_000).await;
    assert_eq!(world.vendor.state().asked.len(), 2);
    assert!(matches!(
        shown(&world, &proposal).await.status,
        ProposalStatus::Verified { .. }
    ));
    let attempts = logged(&world, AuditAction::VendorCall, "isolate").await;
    assert_eq!(attempts, 2, "both attempts are in the log");
}

#[tokio::test]
async fn a_refusal_ends_it_and_says_why() {
    let world = world().await;
    world.vendor.state().next = vec![Fate::Refused];
    let proposal = approved(&world).await;
    work_for(&world, 120_000).await;
    let ProposalStatus::Failed { reason } = shown(&world, &proposal).await.status else {
        panic!()
    };
    assert!(reason.contains("409"));
    assert_eq!(world.vendor.state().asked.len(), 1);
    assert!(world.vendor.state().notes.is_empty());
}

#[tokio::test]
async fn a_note_whose_answer_was_lost_is_written_once() {
    for fate in [Fate::LostAfter, Fate::LostBefore] {
        let world = world().await;
        world.vendor.state().next_notes = vec![fate];
        approved(&world).await;
        work_for(&world, 120_000).await;
        assert_eq!(world.vendor.state().notes.len(), 1);
    }
}

#[tokio::test]
async fn where_there_is_no_place_for_a_note_the_sheet_says_so() {
    let world = world_with(Arc::new(Vendor::new()), false, PolicyConfig::default()).await;
    let proposal = approved(&world).await;
    assert!(
        proposal
            .view
            .caveats
            .iter()
            .any(|it| it.contains("no place"))
    );
    work_for(&world, 60_000).await;
    assert!(matches!(
        shown(&world, &proposal).await.status,
        ProposalStatus::Verified { .. }
    ));
    assert_eq!(world.store.next_due().await.unwrap(), None);
}

#[tokio::test]
async fn a_note_says_who_when_and_where_it_stands_and_nothing_that_an_attacker_wrote() {
    let world = world().await;
    world.vendor.state().role = "<b>role</b>";
    let because = Because {
        text: "<img src=x> ran evil.exe".to_owned(),
        evidence: Vec::new(),
    };
    let request = Propose {
        alert: alert().key,
        action: Action::IsolateHost,
        host: "h1".into(),
    };
    let proposal = world
        .respond
        .propose(&analyst(), &request, &alert(), because)
        .await
        .unwrap();
    approve(&world, &responder(), &proposal).await.unwrap();
    work_for(&world, 60_000).await;
    let log = world.store.audit_of_alert(&alert().key).await.unwrap();
    let written = log
        .iter()
        .find(|entry| entry.detail.contains("writing an entry in the case"))
        .unwrap();
    let noted = aside_shared::instant::utc(written.at_unix_ms);
    assert_eq!(
        world.vendor.state().notes,
        [format!(
            "Aside: Host isolation approved by res, noted {noted}. Proposal {}, audit entry {}.",
            proposal.view.proposal, written.seq
        )]
    );
}
