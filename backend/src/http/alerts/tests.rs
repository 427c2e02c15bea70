//! Which alert is meant, on a console that is nothing like Falcon's.

use aside_shared::alert::AlertKey;
use aside_shared::approval::{Proposal, Propose};
use aside_shared::console::Location;
use aside_shared::session::Role;

use super::*;
use crate::auth::access::testing::caller;
use crate::http::proposals::propose;
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
