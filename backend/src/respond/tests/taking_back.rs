//! Undo: a proposal of its own, and refused where the state is not Aside's any more.

use super::*;

#[tokio::test]
async fn an_undo_is_a_proposal_of_its_own() {
    let world = world().await;
    let proposal = approved(&world).await;
    work_for(&world, 60_000).await;
    let undo = world
        .respond
        .undo(&analyst(), &proposal.view.proposal)
        .await
        .unwrap();
    assert_eq!(undo.view.action, Action::ReleaseHost);
    assert_eq!(
        world.vendor.state().asked.len(),
        1,
        "opening it sends nothing"
    );
    approve(&world, &responder(), &undo).await.unwrap();
    work_for(&world, 60_000).await;
    assert_eq!(
        world.vendor.state().asked,
        [Action::IsolateHost, Action::ReleaseHost]
    );
    assert!(matches!(
        shown(&world, &undo).await.status,
        ProposalStatus::Verified { .. }
    ));
    assert!(!shown(&world, &proposal).await.may.undo);
}

#[tokio::test]
async fn an_undo_is_refused_when_the_state_is_not_asides_any_more() {
    let world = world().await;
    let proposal = approved(&world).await;
    work_for(&world, 60_000).await;
    let id = &proposal.view.proposal;
    set(&world, Isolation::None);
    assert_eq!(
        kind(world.respond.undo(&analyst(), id).await.unwrap_err()),
        ProblemKind::NotOffered
    );
    set(&world, Isolation::Isolated);
    world.vendor.state().last_actor = Some("somebody".to_owned());
    let Fault::Problem(problem) = world.respond.undo(&analyst(), id).await.unwrap_err() else {
        panic!()
    };
    assert!(problem.detail.contains("somebody"));
    assert_eq!(world.vendor.state().asked.len(), 1);
}

#[tokio::test]
async fn an_undo_is_refused_after_a_later_action_of_asides() {
    let world = world().await;
    let first = approved(&world).await;
    work_for(&world, 60_000).await;
    let early = world.respond.undo(&analyst(), &first.view.proposal).await;
    let early = early.unwrap();
    // Somebody else releases the host, and Aside isolates it again.
    set(&world, Isolation::None);
    approved(&world).await;
    work_for(&world, 60_000).await;
    let Fault::Problem(problem) = world
        .respond
        .undo(&analyst(), &first.view.proposal)
        .await
        .unwrap_err()
    else {
        panic!()
    };
    assert!(problem.detail.contains("acted on this host again"));
    // Nor does the one that was opened before take the second isolation back.
    let refused = approve(&world, &responder(), &early).await.unwrap_err();
    assert_eq!(kind(refused), ProblemKind::Changed);
    work_for(&world, 60_000).await;
    assert_eq!(
        world.vendor.state().asked,
        [Action::IsolateHost, Action::IsolateHost]
    );
    assert!(matches!(
        shown(&world, &early).await.status,
        ProposalStatus::Void { .. }
    ));
}

#[tokio::test]
async fn an_undo_is_void_when_somebody_else_acted_while_it_was_read() {
    let world = world().await;
    world.vendor.state().last_actor = Some("aside-respond".to_owned());
    let proposal = approved(&world).await;
    work_for(&world, 60_000).await;
    let undo = world
        .respond
        .undo(&analyst(), &proposal.view.proposal)
        .await;
    let undo = undo.unwrap();
    world.vendor.state().last_actor = Some("somebody".to_owned());
    let refused = approve(&world, &responder(), &undo).await.unwrap_err();
    assert_eq!(kind(refused), ProblemKind::Changed);
    work_for(&world, 60_000).await;
    assert_eq!(world.vendor.state().asked, [Action::IsolateHost]);
}

#[tokio::test]
async fn two_people_who_take_it_back_share_one_proposal() {
    let world = world().await;
    let proposal = approved(&world).await;
    work_for(&world, 60_000).await;
    let id = &proposal.view.proposal;
    let (analyst, responder) = (analyst(), responder());
    let (one, two) = tokio::join!(
        world.respond.undo(&analyst, id),
        world.respond.undo(&responder, id)
    );
    assert_eq!(one.unwrap().view.proposal, two.unwrap().view.proposal);
}

#[tokio::test]
async fn what_was_not_carried_out_cannot_be_taken_back() {
    let world = world().await;
    let open = propose(&world, &analyst(), "h1").await.unwrap();
    let refused = world.respond.undo(&analyst(), &open.view.proposal).await;
    assert_eq!(kind(refused.unwrap_err()), ProblemKind::NotOffered);
    // Approved, and nothing sent yet.
    let approved = approve(&world, &responder(), &open).await.unwrap();
    assert!(!approved.may.undo);
    let refused = world.respond.undo(&analyst(), &open.view.proposal).await;
    assert_eq!(kind(refused.unwrap_err()), ProblemKind::NotOffered);
}
