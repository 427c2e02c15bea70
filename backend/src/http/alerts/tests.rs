//! Which alert is meant, on a console that is nothing like Falcon's.

use aside_shared::alert::AlertKey;
use aside_shared::approval::{Proposal, Propose};
use aside_shared::audit::AuditAction;
use aside_shared::console::Location;
use aside_shared::session::Role;

use super::*;
use crate::auth::access::testing::caller;
use crate::http::proposals::{propose, show};
use crate::testing::{World, world};

fn analyst() -> Access {
    caller("ana", Role::Analyst, "acme")
}

fn page(address: &str) -> ResolveFrom {
    ResolveFrom::Page(Location::parse(address).expect("an address"))
}

async fn resolved(
    world: &World,
    by: &Access,
    from: ResolveFrom,
    tenant: Option<&str>,
) -> Result<Resolved, Fault> {
    let tenant = tenant.map(TenantId::from);
    let body = Body(Resolve { from, tenant });
    let answer = resolve(State(world.app()), by.clone(), body).await?;
    Ok(answer.0)
}

/// What `resolved` refuses with.
async fn refused(world: &World, by: &Access, from: ResolveFrom, tenant: Option<&str>) -> u16 {
    match resolved(world, by, from, tenant).await {
        Err(Fault::Problem(problem)) => problem.status,
        other => panic!("{other:?}"),
    }
}

async fn proposed(world: &World, alert: AlertKey) -> Proposal {
    let request = Propose {
        alert,
        action: aside_shared::action::Action::IsolateHost,
        host: "h2".into(),
    };
    let answer = propose(State(world.app()), analyst(), Body(request)).await;
    answer.expect("a proposal").0
}

#[tokio::test]
async fn an_alert_in_the_fragment_is_resolved_in_the_tenant_that_was_picked_and_acted_on() {
    let world = world().await;
    let address = "https://eu.invented.example/app#/sites/7/threats/threat-1";
    let both = caller("vic", Role::Viewer, "*");
    let Ok(Resolved::Pick { reference, tenants }) =
        resolved(&world, &both, page(address), None).await
    else {
        panic!("the address does not say which of two tenants")
    };
    assert_eq!(reference.route, "threat");
    assert_eq!(reference.id, "threat-1".into());
    assert_eq!(tenants, ["acme".into(), "umbra".into()]);
    let Ok(Resolved::Pick { tenants, .. }) =
        resolved(&world, &analyst(), page(address), None).await
    else {
        panic!("one who reads one of them picks it too: a guess may be wrong")
    };
    assert_eq!(tenants, ["acme".into()], "and learns of no other");
    assert_eq!(
        refused(&world, &analyst(), page(address), Some("umbra")).await,
        403
    );
    let picked = resolved(&world, &analyst(), page(address), Some("acme")).await;
    let Ok(Resolved::Alert { key }) = picked else {
        panic!("{picked:?}")
    };
    let expected = AlertKey {
        tenant: "acme".into(),
        platform: "invented".into(),
        id: "threat-1".into(),
    };
    assert_eq!(key, expected);
    let proposal = proposed(&world, key.clone()).await;
    assert_eq!(proposal.view.alert, key);
    assert_eq!(
        proposal.view.host,
        "h2".into(),
        "one of the alert's two hosts"
    );
    assert!(
        world.vendor.state().asked.is_empty(),
        "nothing was approved"
    );
}

#[tokio::test]
async fn of_an_alert_that_the_address_does_not_name_the_list_is_picked_from() {
    let world = world().await;
    for address in [
        "https://eu.invented.example/app#/sites/7/threats",
        "https://eu.invented.example/app?drawer=open",
        "https://eu.invented.example/app/sites/7/threats/threat-1",
    ] {
        let seen = resolved(&world, &analyst(), page(address), None).await;
        let Ok(Resolved::NoAlert { tenants }) = seen else {
            panic!("{address}: {seen:?}")
        };
        assert_eq!(tenants, ["acme".into()], "{address}");
    }
    let body = Body(Recent {
        tenant: "acme".into(),
    });
    let list = recent(State(world.app()), analyst(), body).await;
    let key = list.expect("a list").0.remove(0).key;
    let proposal = proposed(&world, key.clone()).await;
    assert_eq!(proposal.view.alert, key);
    let body = Body(Recent {
        tenant: "umbra".into(),
    });
    assert!(recent(State(world.app()), analyst(), body).await.is_err());
}

#[tokio::test]
async fn a_pasted_id_is_known_by_how_it_begins_and_a_strange_console_is_refused() {
    let world = world().await;
    let pasted = |text: &str| ResolveFrom::Pasted(text.to_owned());
    let seen = resolved(&world, &analyst(), pasted(" threat-9 "), Some("acme")).await;
    assert!(
        matches!(&seen, Ok(Resolved::Alert { key }) if key.id == "threat-9".into()),
        "{seen:?}"
    );
    // Falcon's form is no form of this console.
    assert_eq!(
        refused(&world, &analyst(), pasted("ldt:abc:1"), None).await,
        400
    );
    let elsewhere = page("https://us.invented.example/app#/sites/7/threats/threat-1");
    assert_eq!(refused(&world, &analyst(), elsewhere, None).await, 404);
}

async fn activity_for(world: &World, by: &Access, key: &AlertKey) -> Result<Activity, Fault> {
    let body = Body(ReadActivity { alert: key.clone() });
    Ok(activity(State(world.app()), by.clone(), body).await?.0)
}

async fn reads_of(world: &World, user: &str) -> usize {
    let log = world.store.audit_log().await.expect("the log");
    let is_read = |entry: &&aside_shared::audit::AuditEntry| {
        entry.action == AuditAction::AlertRead && entry.actor == user
    };
    log.iter().filter(is_read).count()
}

#[tokio::test]
async fn what_aside_has_of_an_alert_is_told_with_an_entry_once_for_each_user_and_never_without() {
    let world = world().await;
    let key = crate::testing::alert().key;
    let lead = caller("leo", Role::Lead, "acme");
    let invented = activity_for(&world, &lead, &key).await.expect("he may");
    assert!(invented.proposals.is_empty() && invented.entries.is_empty());
    assert_eq!(reads_of(&world, "leo").await, 0, "nothing was told");
    let proposal = proposed(&world, key.clone()).await;
    assert_eq!(reads_of(&world, "ana").await, 1, "she has opened it");
    // The second place of the checkpoints cannot be written.
    world.clock.advance_ms(60_000);
    let second_place = world.folder.path().join("checkpoints");
    std::fs::remove_file(&second_place).expect("a file");
    std::fs::create_dir(&second_place).expect("a folder in its place");
    let refused = activity_for(&world, &lead, &key).await;
    assert!(matches!(refused, Err(Fault::Internal(_))), "{refused:?}");
    std::fs::remove_dir(&second_place).expect("gone");
    for reader in [&lead, &analyst(), &lead] {
        let told = activity_for(&world, reader, &key).await.expect("he may");
        assert_eq!(told.proposals.len(), 1);
    }
    let of_all = ["ana", "leo"].map(|user| reads_of(&world, user));
    assert_eq!(futures::future::join_all(of_all).await, [1, 1]);
    // The sheet quotes the alert too.
    let viewer = caller("vic", Role::Viewer, "acme");
    let path = || axum::extract::Path(proposal.view.proposal.to_string());
    for _ in 0..2 {
        let shown = show(State(world.app()), viewer.clone(), path()).await;
        assert_eq!(shown.expect("he may").0.view, proposal.view);
    }
    assert_eq!(reads_of(&world, "vic").await, 1);
    let stranger = caller("eve", Role::Lead, "umbra");
    let shown = show(State(world.app()), stranger.clone(), path()).await;
    assert!(shown.is_err());
    assert!(activity_for(&world, &stranger, &key).await.is_err());
    assert_eq!(reads_of(&world, "eve").await, 0);
}
