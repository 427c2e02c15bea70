//! A vendor that is down, at its limit or unclear: nothing approved is lost, nothing is sent blindly,
//! every wait has an end, and what is said meanwhile is true.

use aside_shared::approval::StepState;

use super::*;
use crate::clock::Clock as _;
use crate::respond::worker::{NOTE_MS, SEND_MS, VERIFY_MS, WATCH_MS};

fn is_verified(proposal: &Proposal) -> bool {
    matches!(proposal.status, ProposalStatus::Verified { .. })
}

/// Works until the next try after the vendor was down.
async fn next_try(world: &World) {
    let due = world.store.next_due().await.unwrap().unwrap();
    work_for(world, due - world.clock.now_unix_ms()).await;
}

/// The step under way.
async fn now_step(world: &World, proposal: &Proposal) -> String {
    let shown = shown(world, proposal).await;
    let mut steps = shown.steps.into_iter();
    let step = steps.find(|step| step.state == StepState::Now);
    step.map(|step| step.text).unwrap_or_default()
}

#[tokio::test]
async fn the_grace_time_begins_with_the_first_read_and_anew_after_a_gap() {
    let world = world().await;
    world.vendor.state().next = vec![Fate::LostBefore];
    let proposal = approved(&world).await;
    assert!(world.respond.turn("worker-1").await.unwrap());
    world.vendor.state().hosts_down = true;
    work_for(&world, GRACE_MS + 5_000).await;
    assert!(
        now_step(&world, &proposal)
            .await
            .starts_with("Not settled yet: 503. Next try "),
        "{}",
        now_step(&world, &proposal).await
    );
    world.vendor.state().hosts_down = false;
    next_try(&world).await;
    work_for(&world, GRACE_MS / 2).await;
    let reads = world.vendor.state().host_reads;
    assert_eq!(world.vendor.state().asked.len(), 1);
    // A gap in the middle: it counts from the first read after it.
    world.vendor.state().hosts_down = true;
    work_for(&world, 8_000).await;
    world.vendor.state().hosts_down = false;
    next_try(&world).await;
    work_for(&world, GRACE_MS - 1000).await;
    assert!(world.vendor.state().host_reads > reads);
    assert_eq!(world.vendor.state().asked.len(), 1);
    work_for(&world, GRACE_MS).await;
    assert_eq!(world.vendor.state().asked.len(), 2);
    assert!(is_verified(&shown(&world, &proposal).await));
}

#[tokio::test]
async fn a_change_that_comes_late_is_seen_and_not_asked_for_twice() {
    let world = world().await;
    world.vendor.state().next = vec![Fate::LostBefore];
    let proposal = approved(&world).await;
    assert!(world.respond.turn("worker-1").await.unwrap());
    world.vendor.state().hosts_down = true;
    work_for(&world, GRACE_MS * 2).await;
    world.vendor.state().hosts_down = false;
    next_try(&world).await;
    work_for(&world, GRACE_MS - 1000).await;
    set(&world, Isolation::Isolated);
    work_for(&world, GRACE_MS).await;
    assert_eq!(world.vendor.state().asked.len(), 1);
    assert!(is_verified(&shown(&world, &proposal).await));
}

#[tokio::test]
async fn a_request_at_the_vendors_limit_is_sent_when_its_time_has_come() {
    let world = world().await;
    world.vendor.state().next = vec![Fate::Limited, Fate::Limited];
    let proposal = approved(&world).await;
    work_for(&world, 0).await;
    let said = now_step(&world, &proposal).await;
    let due = world.clock.now_unix_ms() + 30_000;
    let at = aside_shared::instant::utc_clock(due);
    assert_eq!(
        said,
        format!("Not sent yet: invented asks to wait until {at} UTC")
    );
    work_for(&world, 29_000).await;
    assert_eq!(world.vendor.state().asked.len(), 1);
    work_for(&world, 60_000).await;
    assert_eq!(world.vendor.state().asked.len(), 3);
    let after = shown(&world, &proposal).await;
    assert!(is_verified(&after), "{:?}", after.status);
    let read = after
        .steps
        .iter()
        .filter(|step| step.text.starts_with("State read again"));
    assert_eq!(read.count(), 1, "{:?}", after.steps);
    assert_eq!(logged(&world, AuditAction::VendorCall, "isolate").await, 3);
    assert_eq!(
        logged(&world, AuditAction::VendorAnswer, "request 1 was not sent").await,
        2
    );
}

#[tokio::test]
async fn what_cannot_be_sent_is_void_ten_minutes_after_its_approval_and_says_why() {
    let world = world().await;
    world.vendor.state().next = vec![Fate::Unsent; 1000];
    let proposal = approved(&world).await;
    work_for(&world, SEND_MS - 1000).await;
    let tries = world.vendor.state().asked.len();
    assert!((5..20).contains(&tries), "{tries} tries");
    assert!(matches!(
        shown(&world, &proposal).await.status,
        ProposalStatus::Running { .. }
    ));
    work_for(&world, 10_000).await;
    let ProposalStatus::Stopped { reason } = shown(&world, &proposal).await.status else {
        panic!()
    };
    assert!(
        reason.contains("Nothing was sent") && reason.contains("no connection"),
        "{reason}"
    );
    assert_eq!(
        logged(&world, AuditAction::Outcome, "nothing was sent").await,
        1
    );
    world.vendor.state().next.clear();
    let sent = world.vendor.state().asked.len();
    work_for(&world, WATCH_MS).await;
    assert_eq!(world.vendor.state().asked.len(), sent);
    assert!(world.vendor.state().notes.is_empty());
    // It can be proposed anew.
    let anew = propose(&world, &analyst(), "h1").await.unwrap();
    assert_ne!(anew.view.proposal, proposal.view.proposal);
}

#[tokio::test]
async fn an_approval_is_not_carried_out_by_a_process_that_starts_days_later() {
    let world = world().await;
    let proposal = approved(&world).await;
    world.clock.advance_ms(3 * 24 * 60 * 60 * 1000);
    work_for(&world, 60_000).await;
    assert!(world.vendor.state().asked.is_empty());
    assert!(matches!(
        shown(&world, &proposal).await.status,
        ProposalStatus::Stopped { .. }
    ));
}

#[tokio::test]
async fn a_vendor_that_is_down_before_the_request_is_waited_for_with_longer_pauses() {
    let world = world().await;
    let proposal = approved(&world).await;
    world.vendor.state().hosts_down = true;
    let before = world.vendor.state().host_reads;
    work_for(&world, 120_000).await;
    let reads = world.vendor.state().host_reads - before;
    assert!((3..8).contains(&reads), "{reads} reads in two minutes");
    assert!(world.vendor.state().asked.is_empty());
    assert!(
        now_step(&world, &proposal)
            .await
            .starts_with("Not sent yet: 503. Next try ")
    );
    assert_eq!(
        logged(&world, AuditAction::Outcome, "nothing sent yet: 503").await,
        1
    );
    world.vendor.state().hosts_down = false;
    work_for(&world, 120_000).await;
    assert!(is_verified(&shown(&world, &proposal).await));
}

#[tokio::test]
async fn a_host_that_cannot_be_read_is_not_verified_after_ten_minutes_and_given_up_after_seven_days()
 {
    let world = world().await;
    let proposal = approved(&world).await;
    assert!(world.respond.turn("worker-1").await.unwrap());
    assert_eq!(world.vendor.state().asked.len(), 1);
    world.vendor.state().hosts_down = true;
    let before = world.vendor.state().host_reads;
    work_for(&world, VERIFY_MS + 1000).await;
    let ProposalStatus::NotVerified {
        reason,
        still_checking: true,
    } = shown(&world, &proposal).await.status
    else {
        panic!("{:?}", shown(&world, &proposal).await.status)
    };
    assert_eq!(
        reason,
        "treat the host as connected. The host's state cannot be read: 503"
    );
    assert_eq!(
        logged(&world, AuditAction::Outcome, "not verified").await,
        1
    );
    let reads = world.vendor.state().host_reads - before;
    assert!(reads < 20, "{reads} reads in ten minutes");
    work_for(&world, WATCH_MS).await;
    let ended = shown(&world, &proposal).await;
    assert!(matches!(
        ended.status,
        ProposalStatus::NotVerified {
            still_checking: false,
            ..
        }
    ));
    assert!(ended.may.check_again);
    let reads = world.vendor.state().host_reads - before;
    assert!(reads < 800, "{reads} reads in seven days");
    assert_eq!(world.store.next_due().await.unwrap(), None);
}

#[tokio::test]
async fn after_a_lost_answer_a_host_that_cannot_be_read_is_not_asked_again_later() {
    let world = world().await;
    world.vendor.state().next = vec![Fate::LostBefore];
    let proposal = approved(&world).await;
    assert!(world.respond.turn("worker-1").await.unwrap());
    world.vendor.state().hosts_down = true;
    work_for(&world, VERIFY_MS + 1000).await;
    let ProposalStatus::NotVerified { reason, .. } = shown(&world, &proposal).await.status else {
        panic!("{:?}", shown(&world, &proposal).await.status)
    };
    assert!(
        reason.starts_with("treat the host as connected. The answer to the request was lost"),
        "{reason}"
    );
    world.vendor.state().hosts_down = false;
    work_for(&world, 24 * 60 * 60 * 1000).await;
    assert_eq!(world.vendor.state().asked.len(), 1);
    // Carried out after all, which is seen.
    set(&world, Isolation::Isolated);
    work_for(&world, 60 * 60 * 1000).await;
    assert!(is_verified(&shown(&world, &proposal).await));
}

#[tokio::test]
async fn without_any_clear_answer_nothing_is_denied() {
    let world = world().await;
    world.vendor.state().next = vec![Fate::LostBefore; 3];
    let proposal = approved(&world).await;
    work_for(&world, VERIFY_MS).await;
    assert_eq!(world.vendor.state().asked.len(), 3);
    let after = shown(&world, &proposal).await;
    let ProposalStatus::NotVerified {
        reason,
        still_checking: false,
    } = &after.status
    else {
        panic!("{:?}", after.status)
    };
    assert!(reason.contains("no clear answer (3 sent)"), "{reason}");
    assert!(after.may.check_again);
}

#[tokio::test]
async fn a_repeated_request_that_is_refused_may_mean_that_the_first_arrived() {
    let world = world().await;
    world.vendor.state().next = vec![Fate::LostBefore, Fate::Refused];
    let proposal = approved(&world).await;
    work_for(&world, GRACE_MS + 3_000).await;
    assert_eq!(world.vendor.state().asked.len(), 2);
    set(&world, Isolation::Isolating);
    work_for(&world, 10_000).await;
    set(&world, Isolation::Isolated);
    work_for(&world, 60_000).await;
    assert!(is_verified(&shown(&world, &proposal).await));
    assert_eq!(
        logged(&world, AuditAction::VendorAnswer, "nothing has changed").await,
        0
    );
}

#[tokio::test]
async fn a_note_at_the_vendors_limit_or_that_cannot_be_looked_for_is_written_later() {
    for unreadable in [true, false] {
        let world = world().await;
        world.vendor.state().notes_unreadable = unreadable;
        world.vendor.state().next_notes = vec![Fate::Limited, Fate::Unsent];
        let proposal = approved(&world).await;
        work_for(&world, 30_000).await;
        let said = now_step(&world, &proposal).await;
        assert!(said.starts_with("Note not written yet: "), "{said}");
        assert!(is_verified(&shown(&world, &proposal).await));
        world.vendor.state().notes_unreadable = false;
        work_for(&world, 10 * 60_000).await;
        assert_eq!(world.vendor.state().notes.len(), 1);
        assert_eq!(world.vendor.state().note_requests, 3);
        assert_eq!(world.store.next_due().await.unwrap(), None);
    }
}

#[tokio::test]
async fn notes_that_cannot_be_read_are_not_written_blindly_and_given_up_in_the_end() {
    for sent in [false, true] {
        let world = world().await;
        if sent {
            world.vendor.state().next_notes = vec![Fate::LostBefore];
        } else {
            world.vendor.state().notes_unreadable = true;
        }
        let proposal = approved(&world).await;
        work_for(&world, 5_000).await;
        world.vendor.state().notes_unreadable = true;
        work_for(&world, NOTE_MS * 2).await;
        assert_eq!(world.vendor.state().note_requests, usize::from(sent));
        let what = if sent {
            "Note not confirmed: "
        } else {
            "Note not written: "
        };
        let after = shown(&world, &proposal).await;
        assert!(
            after.steps.iter().any(|step| step.text.starts_with(what)),
            "{:?}",
            after.steps
        );
        assert!(is_verified(&after));
        assert_eq!(world.store.next_due().await.unwrap(), None);
    }
}

#[tokio::test]
async fn the_grace_time_of_a_note_is_read_through_too() {
    let world = world().await;
    world.vendor.state().next_notes = vec![Fate::LostBefore];
    approved(&world).await;
    work_for(&world, 3_000).await;
    assert_eq!(world.vendor.state().note_requests, 1);
    world.vendor.state().notes_unreadable = true;
    work_for(&world, GRACE_MS + 5_000).await;
    world.vendor.state().notes_unreadable = false;
    next_try(&world).await;
    work_for(&world, GRACE_MS - 1000).await;
    assert_eq!(world.vendor.state().note_requests, 1);
    work_for(&world, 5_000).await;
    assert_eq!(world.vendor.state().note_requests, 2);
    assert_eq!(world.vendor.state().notes.len(), 1);
}

#[tokio::test]
async fn a_note_that_waits_does_not_hold_up_the_verification() {
    let world = world().await;
    world.vendor.state().offline = true;
    world.vendor.state().notes_unreadable = true;
    let proposal = approved(&world).await;
    work_for(&world, VERIFY_MS + 30_000).await;
    let reads = world.vendor.state().host_reads;
    set(&world, Isolation::Isolated);
    work_for(&world, 10 * 60_000).await;
    assert!(world.vendor.state().host_reads > reads);
    assert!(is_verified(&shown(&world, &proposal).await));
}

#[tokio::test]
async fn a_limit_after_a_lost_answer_leaves_the_first_request_unclear() {
    let world = world().await;
    world.vendor.state().next = vec![Fate::LostBefore, Fate::Limited];
    let proposal = approved(&world).await;
    work_for(&world, GRACE_MS + 5_000).await;
    assert_eq!(world.vendor.state().asked.len(), 2);
    // The first arrives after all.
    set(&world, Isolation::Isolated);
    work_for(&world, 60_000).await;
    assert_eq!(world.vendor.state().asked.len(), 2);
    assert!(matches!(
        shown(&world, &proposal).await.status,
        ProposalStatus::Verified { .. }
    ));
}

#[tokio::test]
async fn a_note_waits_for_the_limit_and_for_notes_that_cannot_be_read_just_now() {
    let world = world().await;
    world.vendor.state().next_notes = vec![Fate::Limited, Fate::LostAfter];
    world.vendor.state().notes_unreadable = true;
    approved(&world).await;
    work_for(&world, 4_000).await;
    world.vendor.state().notes_unreadable = false;
    work_for(&world, 120_000).await;
    assert_eq!(world.vendor.state().notes.len(), 1);
}

#[tokio::test]
async fn a_change_by_others_while_the_limit_holds_it_back_stops_it() {
    let world = world().await;
    world.vendor.state().next = vec![Fate::Limited];
    let proposal = approved(&world).await;
    work_for(&world, 10_000).await;
    set(&world, Isolation::Isolated);
    work_for(&world, 300_000).await;
    // It is somebody else's, and not offered for undo.
    let after = shown(&world, &proposal).await;
    assert!(matches!(after.status, ProposalStatus::Stopped { .. }));
    assert!(!after.may.undo);
    assert_eq!(world.vendor.state().asked.len(), 1);
}
