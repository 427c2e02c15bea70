//! The process ends in the middle of something, or a worker takes too long.

use std::pin::pin;
use std::task::Poll;

use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;
use tokio::sync::Notify;

use super::*;
use crate::audit::public_key;
use crate::audit::verify::verify;
use crate::clock::Clock as _;
use crate::respond::execution::{Act, Execution, Track};
use crate::respond::worker::{LEASE_MS, WorkerError};
use crate::store::StoreError;

/// The process is killed while the request is on its way, and is down for so long.
async fn killed_while_calling(world: &World, down_ms: i64) -> Proposal {
    let proposal = approved(world).await;
    let calling = Act::Calling {
        attempt: 1,
        before: Isolation::None,
    };
    let execution = Execution {
        act: Track::at(calling, 0),
        ..Execution::approved(Isolation::None, world.clock.now_unix_ms())
    };
    let mut tx = world.store.write().await.unwrap();
    crate::store::proposals::save_execution(&mut tx, &proposal.view.proposal, &execution)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    world.clock.advance_ms(down_ms);
    proposal
}

#[tokio::test]
async fn killed_between_sending_and_recording_it_reads_the_state_through_the_grace_time_first() {
    for down_ms in [0, GRACE_MS / 2, GRACE_MS * 3] {
        for carried_out in [true, false] {
            let world = world().await;
            let proposal = killed_while_calling(&world, down_ms).await;
            if carried_out {
                set(&world, Isolation::Isolated);
            }
            work_for(&world, GRACE_MS - 1000).await;
            assert!(world.vendor.state().asked.is_empty(), "down {down_ms}");
            work_for(&world, GRACE_MS).await;
            assert_eq!(world.vendor.state().asked.len(), usize::from(!carried_out));
            assert!(matches!(
                shown(&world, &proposal).await.status,
                ProposalStatus::Verified { .. }
            ));
        }
    }
}

#[tokio::test]
async fn down_in_the_middle_of_the_grace_time_it_reads_through_all_of_it_again() {
    let mut world = world().await;
    world.vendor.state().next = vec![Fate::LostBefore];
    let proposal = approved(&world).await;
    work_for(&world, GRACE_MS / 2).await;
    world.clock.advance_ms(GRACE_MS);
    world.restart().await;
    work_for(&world, GRACE_MS - 1000).await;
    assert_eq!(world.vendor.state().asked.len(), 1);
    work_for(&world, GRACE_MS).await;
    assert_eq!(world.vendor.state().asked.len(), 2);
    assert!(matches!(
        shown(&world, &proposal).await.status,
        ProposalStatus::Verified { .. }
    ));
}

/// Does so many steps of `work` and then drops it, as `kill -9` ends whatever is on its way; whether
/// it came to its end.
async fn cut_after(steps: usize, work: impl Future<Output = ()>) -> bool {
    let mut work = pin!(work);
    let mut left = steps;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        work.as_mut().poll(context).map(|()| true)
    })
    .await
}

async fn log_holds(world: &World) {
    let entries = world.store.audit_log().await.unwrap();
    let checkpoints = world.store.checkpoints().await.unwrap();
    let key = public_key(&world.folder.path().join("key")).unwrap();
    let report = verify(&entries, &checkpoints, &key);
    assert!(report.is_sound(), "{report}");
}

#[tokio::test]
async fn cut_off_at_any_step_it_is_carried_out_once_and_noted_once() {
    let mut steps = 0;
    loop {
        let mut world = world().await;
        let proposal = propose(&world, &analyst(), "h1").await.unwrap();
        let whole = cut_after(steps, async {
            approve(&world, &responder(), &proposal).await.unwrap();
            work_for(&world, 60_000).await;
        })
        .await;
        world.restart().await;
        if shown(&world, &proposal).await.status == ProposalStatus::Open {
            assert!(world.vendor.state().asked.is_empty(), "after {steps}");
            approve(&world, &responder(), &proposal).await.unwrap();
        }
        work_for(&world, 10 * GRACE_MS).await;
        let after = shown(&world, &proposal).await;
        assert!(
            matches!(after.status, ProposalStatus::Verified { .. }),
            "after {steps}: {:?}",
            after.status
        );
        {
            let vendor = world.vendor.state();
            assert_eq!(vendor.asked, [Action::IsolateHost], "after {steps}");
            assert_eq!(vendor.notes.len(), 1, "after {steps}");
        }
        log_holds(&world).await;
        if whole {
            break;
        }
        steps += 1;
    }
    assert!(steps > 20, "{steps}");
}

#[tokio::test]
async fn a_worker_that_takes_too_long_sends_nothing_after_another_has_taken_over() {
    let world = world().await;
    let proposal = approved(&world).await;
    let held = Arc::new(Notify::new());
    world.vendor.state().held = Some(Arc::clone(&held));
    let mut slow = pin!(world.respond.turn("worker-1"));
    let until_held = async {
        while world.vendor.state().held.is_some() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        done = &mut slow => panic!("{done:?}"),
        () = until_held => {}
    }
    assert!(
        !world.respond.turn("worker-2").await.unwrap(),
        "one at a time"
    );
    world.clock.advance_ms(LEASE_MS);
    work_as(&world, "worker-2", 60_000).await;
    held.notify_one();
    assert!(matches!(slow.await, Err(WorkerError::LeaseLost(_))));
    assert_eq!(world.vendor.state().asked, [Action::IsolateHost]);
    assert!(matches!(
        shown(&world, &proposal).await.status,
        ProposalStatus::Verified { .. }
    ));
}

#[tokio::test]
async fn a_fault_in_one_action_ends_no_worker_and_holds_up_no_other_action() {
    let world = world().await;
    world.vendor.state().next = vec![Fate::Broken];
    world.vendor.state().next_notes = vec![Fate::Broken];
    let proposal = approved(&world).await;
    assert!(matches!(
        world.respond.turn("worker-1").await,
        Err(WorkerError::Panicked(_))
    ));
    let other = propose(&world, &analyst(), "h2").await.unwrap();
    approve(&world, &responder(), &other).await.unwrap();
    let mut faults = 0;
    for _ in 0..200 {
        while match world.respond.turn("worker-1").await {
            Ok(worked) => worked,
            Err(WorkerError::Panicked(_)) => {
                faults += 1;
                true
            }
            Err(error) => panic!("{error}"),
        } {}
        world.clock.advance_ms(1000);
    }
    assert_eq!(faults, 1, "the note's");
    for proposal in [&proposal, &other] {
        assert!(matches!(
            shown(&world, proposal).await.status,
            ProposalStatus::Verified { .. }
        ));
    }
    let vendor = world.vendor.state();
    assert_eq!((vendor.asked.len(), vendor.notes.len()), (3, 2));
}

#[tokio::test]
async fn an_outbox_entry_that_cannot_be_read_holds_up_no_other_and_is_left_alone_for_a_while() {
    for damage in [
        "UPDATE executions SET state = '{' WHERE proposal = ?",
        "UPDATE proposals SET view = '{' WHERE id = ?",
        "UPDATE proposals SET status = '\"unheard_of\"' WHERE id = ?",
    ] {
        let world = world().await;
        let damaged = approved(&world).await;
        let mut database = SqliteConnectOptions::new()
            .filename(world.folder.path().join("aside.sqlite"))
            .connect()
            .await
            .unwrap();
        let changed = sqlx::query(damage)
            .bind(damaged.view.proposal.as_str())
            .execute(&mut database)
            .await
            .unwrap();
        assert_eq!(changed.rows_affected(), 1, "{damage}");
        let other = propose(&world, &analyst(), "h2").await.unwrap();
        approve(&world, &responder(), &other).await.unwrap();
        let mut faults = 0;
        for _ in 0..60 {
            while match world.respond.turn("worker-1").await {
                Ok(worked) => worked,
                Err(WorkerError::Store(StoreError::Corrupt { .. })) => {
                    faults += 1;
                    true
                }
                Err(error) => panic!("{damage}: {error}"),
            } {}
            world.clock.advance_ms(1000);
        }
        assert_eq!(faults, 1, "{damage}");
        let after = shown(&world, &other).await.status;
        assert!(
            matches!(after, ProposalStatus::Verified { .. }),
            "{damage}: {after:?}"
        );
        assert_eq!(world.vendor.state().asked, [Action::IsolateHost]);
    }
}
