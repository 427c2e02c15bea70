//! Whose isolation it is: Aside's own is never somebody else's, from whichever alert it came.

use aside_shared::alert::Alert;
use aside_shared::id::TenantId;

use super::*;
use crate::respond::worker::VERIFY_MS;

/// Another alert on the same hosts.
fn second_alert() -> Alert {
    let mut alert = alert();
    alert.key.id = "a2".into();
    alert
}

async fn propose_on(world: &World, by: &Access, alert: &Alert) -> Result<Proposal, Fault> {
    let request = Propose {
        alert: alert.key.clone(),
        action: Action::IsolateHost,
        host: "h1".into(),
    };
    world
        .respond
        .propose(by, &request, alert, Because::default())
        .await
}

/// The proposal that is shown beside the host's state.
async fn beside_the_host(world: &World) -> Option<Proposal> {
    let tenant = world.respond.tenants.get(&TenantId::from("acme")).unwrap();
    let state = world
        .respond
        .host_state(tenant, &"h1".into())
        .await
        .unwrap();
    world
        .respond
        .isolated_by(&responder(), tenant, &state)
        .await
        .unwrap()
}

fn refusal(fault: Fault) -> String {
    match fault {
        Fault::Problem(problem) => problem.detail,
        Fault::Internal(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn what_aside_isolated_is_asides_from_another_alert_and_again_from_the_same() {
    let world = world().await;
    assert_eq!(beside_the_host(&world).await, None);
    let first = approved(&world).await;
    work_for(&world, 60_000).await;
    for alert in [alert(), second_alert()] {
        let again = propose_on(&world, &responder(), &alert).await.unwrap();
        assert_eq!(again.view.proposal, first.view.proposal);
        assert!(again.may.undo, "{:?}", again.may);
    }
    let beside = beside_the_host(&world).await.unwrap();
    assert_eq!(beside.view.proposal, first.view.proposal);
    assert!(beside.may.undo);
    assert_eq!(world.vendor.state().asked.len(), 1);
    assert_eq!(logged(&world, AuditAction::Refused, "").await, 0);
}

#[tokio::test]
async fn after_a_release_by_aside_an_isolation_is_somebody_elses() {
    let world = world().await;
    let first = approved(&world).await;
    work_for(&world, 60_000).await;
    let undo = world
        .respond
        .undo(&responder(), &first.view.proposal)
        .await
        .unwrap();
    approve(&world, &responder(), &undo).await.unwrap();
    let under_way = propose_on(&world, &analyst(), &second_alert()).await;
    let said = refusal(under_way.unwrap_err());
    assert!(said.contains("release of it is under way"), "{said}");
    work_for(&world, 60_000).await;
    set(&world, Isolation::Isolated);
    let refused = propose_on(&world, &analyst(), &second_alert()).await;
    assert!(refusal(refused.unwrap_err()).contains("somebody else"));
    assert_eq!(beside_the_host(&world).await, None);
}

#[tokio::test]
async fn where_the_vendor_names_another_it_is_not_asides() {
    let world = world().await;
    approved(&world).await;
    work_for(&world, 60_000).await;
    world.vendor.state().last_actor = Some("somebody".to_owned());
    assert_eq!(beside_the_host(&world).await, None);
    let refused = propose_on(&world, &analyst(), &second_alert()).await;
    assert!(refusal(refused.unwrap_err()).contains("somebody else"));
}

#[tokio::test]
async fn an_isolation_that_is_not_verified_yet_is_asides_too() {
    let world = world().await;
    world.vendor.state().offline = true;
    let first = approved(&world).await;
    work_for(&world, VERIFY_MS + 30_000).await;
    let again = propose_on(&world, &analyst(), &second_alert())
        .await
        .unwrap();
    assert_eq!(again.view.proposal, first.view.proposal);
    assert!(matches!(again.status, ProposalStatus::NotVerified { .. }));
}
