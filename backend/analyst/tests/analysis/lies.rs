//! A claim that says other than its evidence does not stand, whoever makes it.

use aside_analyst::claims;
use aside_shared::alert::{Alert, Object, Outcome, Verb};
use aside_shared::analysis::{Claim, ClaimKind, Gap, View};
use aside_shared::id::EvidenceId;
use aside_shared::text::Span;

use crate::fixtures::{Names, analyse, at, encoded, whole};

/// Makes a claim say what its evidence does not.
type Lie = fn(&mut Claim);

/// A fact about a relation between two entities, and the alert that it is about.
fn told() -> (Alert, Claim) {
    let alert = encoded(&Names::first());
    let analysis = analyse(&alert);
    let is_about_two = |claim: &&Claim| {
        claim.kind == ClaimKind::Fact
            && claim.relations.first().is_some_and(
                |relation| matches!(&relation.object, Some(Object::Entity(id)) if *id != relation.subject),
            )
    };
    let fact = analysis.claims.iter().find(is_about_two);
    (whole(&alert, &analysis), fact.expect("a fact").clone())
}

#[test]
fn each_way_of_lying_is_seen() {
    let (alert, fact) = told();
    assert_eq!(claims::stands(&fact, &alert), Ok(()));
    let lies: [(&str, Lie); 12] = [
        ("no evidence", |claim| claim.evidence.clear()),
        ("unknown evidence", |claim| {
            claim.evidence.push(EvidenceId::from("ev-0"));
        }),
        ("nothing that can be compared", |claim| {
            claim.relations.clear();
        }),
        ("another doer", |claim| {
            claim.relations[0].subject = "user".into();
        }),
        ("another deed", |claim| {
            claim.relations[0].verb = Verb::Deleted;
        }),
        ("another outcome", |claim| {
            claim.relations[0].outcome = Outcome::Blocked;
        }),
        ("no object", |claim| claim.relations[0].object = None),
        ("another object", |claim| {
            claim.relations[0].object = Some(Object::Entity("domain".into()));
        }),
        ("the other way round", |claim| {
            let relation = &mut claim.relations[0];
            if let Some(Object::Entity(object)) = &mut relation.object {
                std::mem::swap(&mut relation.subject, object);
            }
        }),
        ("more often", |claim| claim.relations[0].count = Some(7)),
        ("at another time", |claim| {
            claim.relations[0].span_unix_ms = Some((1, 2));
        }),
        ("a name from elsewhere", |claim| {
            claim.sentence.push(Span::Name("FIN-DC-01".to_owned()));
        }),
    ];
    for (lie, tell) in lies {
        let mut claim = fact.clone();
        tell(&mut claim);
        match claims::stands(&claim, &alert) {
            Ok(()) => panic!("{lie} stands: {claim:?}"),
            Err(dropped) => assert!(dropped.reason.ends_with('.'), "{lie}: {dropped}"),
        }
    }
}

#[test]
fn views_and_gaps_are_checked_too() {
    let (alert, fact) = told();
    let with = |kind| Claim {
        kind,
        ..fact.clone()
    };
    let technique = |id: &str, name: &str| {
        with(ClaimKind::View(View::Technique {
            id: id.to_owned(),
            name: name.to_owned(),
            rule: None,
        }))
    };
    assert_eq!(
        claims::stands(&technique("T1003.001", "LSASS Memory"), &alert),
        Ok(())
    );
    assert!(claims::stands(&technique("T1003.001", "Phishing"), &alert).is_err());
    assert!(claims::stands(&technique("T9999", "Phishing"), &alert).is_err());
    let gap = |until| {
        with(ClaimKind::Gap(Gap {
            looked_for: "whether it left the host".to_owned(),
            place: "network events".to_owned(),
            until,
        }))
    };
    assert_eq!(claims::stands(&gap(None), &alert), Ok(()));
    assert!(claims::stands(&gap(Some(at(&Names::second(), 0))), &alert).is_err());
}
