//! A host that is offline: pending, not verified, watched, cancelled.

use super::*;
use crate::respond::worker::{VERIFY_MS, WATCH_MS};

const HOUR_MS: i64 = 60 * 60 * 1000;

/// An approved isolation of a host that is offline, as the vendor has it pending.
async fn pending(world: &World) -> Proposal {
    world.vendor.state().offline = true;
    let proposal = approved(world).await;
    work_for(world, 5_000).await;
    proposal
}

#[tokio::test]
async fn an_offline_host_is_not_verified_after_ten_minutes_and_watched_for_seven_days() {
    let world = world().await;
    world.vendor.state().offline = true;
    let proposal = approved(&world).await;
    work_for(&world, VERIFY_MS + 30_000).await;
    let ProposalStatus::NotVerified {
        reason,
        still_checking,
    } = shown(&world, &proposal).await.status
    else {
        panic!()
    };
    assert!(reason.contains("treat the host as connected") && still_checking);
    assert_eq!(
        world.vendor.state().notes.len(),
        1,
        "the note does not wait for the host"
    );
    work_for(&world, WATCH_MS).await;
    let given_up = shown(&world, &proposal).await;
    assert!(matches!(
        given_up.status,
        ProposalStatus::NotVerified {
            still_checking: false,
            ..
        }
    ));
    assert!(given_up.may.check_again);
    set(&world, Isolation::Isolated);
    world
        .respond
        .check_again(&responder(), &proposal.view.proposal)
        .await
        .unwrap();
    work_for(&world, 60_000).await;
    assert!(matches!(
        shown(&world, &proposal).await.status,
        ProposalStatus::Verified { .. }
    ));
    assert_eq!(world.vendor.state().asked.len(), 1);
    assert_eq!(world.vendor.state().notes.len(), 1);
}

#[tokio::test]
async fn the_watch_goes_on_across_restarts_and_ends_when_the_host_comes_back() {
    let mut world = world().await;
    let proposal = pending(&world).await;
    for _ in 0..6 * 24 / 12 {
        work_for(&world, 12 * HOUR_MS).await;
        world.restart().await;
        let ProposalStatus::NotVerified { still_checking, .. } =
            shown(&world, &proposal).await.status
        else {
            panic!()
        };
        assert!(still_checking);
    }
    world.vendor.state().offline = false;
    set(&world, Isolation::Isolated);
    work_for(&world, 15 * 60_000).await;
    assert!(matches!(
        shown(&world, &proposal).await.status,
        ProposalStatus::Verified { .. }
    ));
    let vendor = world.vendor.state();
    assert_eq!((vendor.asked.len(), vendor.notes.len()), (1, 1));
}

#[tokio::test]
async fn a_host_that_is_watched_does_not_hold_up_another() {
    let world = world().await;
    pending(&world).await;
    world.vendor.state().offline = false;
    let other = propose(&world, &analyst(), "h2").await.unwrap();
    approve(&world, &responder(), &other).await.unwrap();
    work_for(&world, 5_000).await;
    assert!(matches!(
        shown(&world, &other).await.status,
        ProposalStatus::Verified { .. }
    ));
}

#[tokio::test]
async fn a_pending_isolation_is_cancelled_by_a_proposal_to_lift_it() {
    for waited in [0, VERIFY_MS] {
        let world = world().await;
        let proposal = pending(&world).await;
        work_for(&world, waited).await;
        assert!(shown(&world, &proposal).await.may.undo);
        let cancel = world
            .respond
            .undo(&analyst(), &proposal.view.proposal)
            .await;
        let cancel = cancel.unwrap();
        assert!(cancel.view.caveats.iter().any(|it| it.contains("pending")));
        assert_eq!(cancel.view.isolation, Isolation::Isolating);
        approve(&world, &responder(), &cancel).await.unwrap();
        work_for(&world, HOUR_MS).await;
        assert!(matches!(
            shown(&world, &cancel).await.status,
            ProposalStatus::Verified { .. }
        ));
        let ProposalStatus::Stopped { reason } = shown(&world, &proposal).await.status else {
            panic!()
        };
        assert!(reason.contains("taken back"), "{reason}");
        assert_eq!(world.store.next_due().await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_cancel_that_the_vendor_refuses_is_shown_and_changes_nothing() {
    let world = world().await;
    let proposal = pending(&world).await;
    let cancel = world
        .respond
        .undo(&analyst(), &proposal.view.proposal)
        .await;
    let cancel = cancel.unwrap();
    world.vendor.state().next = vec![Fate::Refused];
    approve(&world, &responder(), &cancel).await.unwrap();
    work_for(&world, 60_000).await;
    let ProposalStatus::Failed { reason } = shown(&world, &cancel).await.status else {
        panic!()
    };
    assert!(reason.contains("409"), "{reason}");
    assert_eq!(world.vendor.state().isolation["h1"], Isolation::Isolating);
    world.vendor.state().offline = false;
    set(&world, Isolation::Isolated);
    work_for(&world, HOUR_MS).await;
    assert!(matches!(
        shown(&world, &proposal).await.status,
        ProposalStatus::Verified { .. }
    ));
}

#[tokio::test]
async fn what_was_given_up_is_not_checked_again_beside_another_isolation() {
    let world = world().await;
    let proposal = pending(&world).await;
    work_for(&world, VERIFY_MS + WATCH_MS).await;
    assert!(shown(&world, &proposal).await.may.check_again);
    // The vendor has given it up too, and it is proposed again.
    set(&world, Isolation::None);
    propose(&world, &analyst(), "h1").await.unwrap();
    let again = world
        .respond
        .check_again(&responder(), &proposal.view.proposal)
        .await;
    assert_eq!(kind(again.unwrap_err()), ProblemKind::NotOpen);
}
