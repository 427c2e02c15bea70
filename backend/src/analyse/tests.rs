//! Analyses over the invented vendor: shared, recorded, ended.

use std::sync::Arc;

use aside_shared::audit::AuditAction;
use aside_shared::event::AnalysisEvent;
use aside_shared::id::AnalysisId;
use aside_shared::session::Role;

use super::{KEEP_MS, Run};
use crate::auth::access::{Access, testing::caller};
use crate::http::Fault;
use crate::testing::{World, alert, world};

fn analyst() -> Access {
    caller("ana", Role::Analyst, "acme")
}

async fn started(world: &World) -> AnalysisId {
    let started = world.analyses.start(&analyst(), &alert().key).await;
    started.expect("an analysis")
}

/// The run of that id with all its events.
async fn ended(world: &World, id: &AnalysisId) -> (Arc<Run>, Vec<AnalysisEvent>) {
    let opened = world.analyses.open(&analyst(), id).await;
    let run = opened.expect("he may").expect("it is there");
    let mut grown = run.grown();
    let is_over = |run: &Run| run.after(0).is_some_and(|(_, is_over)| is_over);
    grown.wait_for(|_| is_over(&run)).await.expect("it ends");
    let (events, _) = run.after(0).expect("events");
    (run, events)
}

#[tokio::test]
async fn an_analysis_that_is_broken_off_says_so_and_the_next_request_starts_anew() {
    let world = world().await;
    world.vendor.state().context_breaks = true;
    let broken = started(&world).await;
    let (_, events) = ended(&world, &broken).await;
    assert!(matches!(events.first(), Some(AnalysisEvent::Alert(_))));
    let Some(AnalysisEvent::Failed(problem)) = events.last() else {
        panic!("{events:?}")
    };
    assert!(problem.detail.contains("broken off"), "{problem:?}");
    world.vendor.state().context_breaks = false;
    let next = started(&world).await;
    assert_ne!(next, broken, "at once, not after a while");
    let (_, events) = ended(&world, &next).await;
    assert!(
        matches!(events.last(), Some(AnalysisEvent::Done(_))),
        "{events:?}"
    );
}

#[tokio::test]
async fn an_alert_is_analysed_once_for_all_who_open_it_and_anew_when_it_has_changed() {
    let world = world().await;
    let first = started(&world).await;
    let other = caller("vic", Role::Viewer, "*");
    let second = world.analyses.start(&other, &alert().key).await;
    assert_eq!(second.expect("an analysis"), first);
    assert_eq!(
        world.vendor.state().alerts_read,
        1,
        "one reading serves both"
    );
    world.clock.advance_ms(60_000);
    assert_eq!(started(&world).await, first);
    assert_eq!(
        world.vendor.state().alerts_read,
        2,
        "whether it has changed"
    );
    world.vendor.state().updated_unix_ms += 1;
    world.clock.advance_ms(60_000);
    assert_ne!(started(&world).await, first);
}

#[tokio::test]
async fn the_first_look_of_each_user_is_recorded_and_without_the_entry_there_is_no_answer() {
    let world = world().await;
    let id = started(&world).await;
    // The second place of the checkpoints cannot be written.
    let second_place = world.folder.path().join("checkpoints");
    std::fs::create_dir(&second_place).expect("a folder in its place");
    let refused = world.analyses.open(&analyst(), &id).await;
    assert!(matches!(refused, Err(Fault::Internal(_))));
    std::fs::remove_dir(&second_place).expect("gone");
    let other = caller("vic", Role::Viewer, "*");
    for reader in [&analyst(), &other, &analyst(), &other] {
        let opened = world.analyses.open(reader, &id).await;
        assert!(opened.expect("he may").is_some());
    }
    let log = world.store.audit_log().await.expect("the log");
    let of = |user: &str| {
        let is_read = |entry: &&aside_shared::audit::AuditEntry| {
            entry.action == AuditAction::AlertRead && entry.actor == user
        };
        log.iter().filter(is_read).count()
    };
    // The one whose answer was refused stands in the log twice: he tried, and he read.
    assert_eq!((of("ana"), of("vic")), (2, 1));
}

#[tokio::test]
async fn an_id_gives_no_right_to_read() {
    let world = world().await;
    let id = started(&world).await;
    for stranger in [
        caller("x", Role::Lead, "other"),
        caller("x", Role::Admin, "*"),
        caller("x", Role::Auditor, "acme"),
    ] {
        let opened = world.analyses.open(&stranger, &id).await;
        assert!(matches!(opened, Err(Fault::Problem(problem)) if problem.status == 403));
    }
}

#[tokio::test]
async fn events_are_kept_for_ten_minutes_after_the_end() {
    let world = world().await;
    let id = started(&world).await;
    let (run, events) = ended(&world, &id).await;
    let count = events.len();
    assert_eq!(run.after(count), Some((Vec::new(), true)));
    assert_eq!(run.after(count + 1), None, "there never were so many");
    world.clock.advance_ms(KEEP_MS - 1);
    let kept = world.analyses.open(&analyst(), &id).await;
    assert!(kept.expect("he may").is_some());
    world.clock.advance_ms(1);
    let gone = world.analyses.open(&analyst(), &id).await;
    assert!(gone.expect("he may ask").is_none());
}
