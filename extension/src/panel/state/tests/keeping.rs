//! What survives close, route change and the worker's death.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn saved(effects: &[Effect]) -> (String, String) {
    let last = effects.iter().rev().find_map(|effect| match effect {
        Effect::Save { key, value } => Some((key.clone(), value.clone())),
        _ => None,
    });
    last.expect("something is kept")
}

#[test]
fn an_unfinished_question_and_the_place_survive() {
    let mut state = reading_state();
    reduce(&mut state, Msg::ShowTab(Tab::Timeline));
    reduce(&mut state, Msg::Scrolled(Tab::Timeline, 240));
    let open = OpenEvidence {
        id: evidence("one", 1).id,
        cited: Cited::Elsewhere,
        chip: "tl0-0".to_owned(),
    };
    reduce(&mut state, Msg::OpenEvidence(open.clone()));
    let (name, value) = saved(&reduce(&mut state, Msg::Draft("what did it".to_owned())));

    let mut fresh = reading_state();
    reduce(&mut fresh, Msg::Loaded { key: name, value });
    let reading = fresh.reading().unwrap();
    assert_eq!(reading.draft, "what did it");
    assert_eq!(reading.tab, Tab::Timeline);
    assert_eq!(reading.scroll.get(&Tab::Timeline), Some(&240));
    assert_eq!(reading.evidence.as_ref(), Some(&open));
}

#[test]
fn a_pending_decision_is_opened_again_and_seen_anew() {
    let mut state = reading_state();
    let kept = Kept {
        sheet: Some("p-1".into()),
        ..Kept::default()
    };
    let effects = reduce(
        &mut state,
        Msg::Loaded {
            key: "alert:t1/crowdstrike/a:ind:b:1".to_owned(),
            value: crate::panel::json::write(&kept),
        },
    );
    assert_eq!(calls(&effects), [&Call::Proposal("p-1".into())]);
    let open = proposal(ProposalStatus::Open, 1);
    answer(
        &mut state,
        Call::Proposal("p-1".into()),
        Reply::Proposal(Box::new(open)),
    );
    let sheet = state.reading().unwrap().sheet.clone().unwrap();
    assert_eq!((sheet.proposal.as_str(), sheet.sending), ("p-1", None));
}

#[test]
fn what_was_decided_meanwhile_is_not_opened_again() {
    let mut state = reading_state();
    state.reading_for_test().wanted_sheet = Some("p-1".into());
    let running = proposal(ProposalStatus::Running { by: "a".into() }, 2);
    answer(
        &mut state,
        Call::Proposal("p-1".into()),
        Reply::Proposal(Box::new(running)),
    );
    assert_eq!(state.reading().unwrap().sheet, None);
}

#[test]
fn what_is_being_written_is_not_overwritten_by_what_was_kept() {
    let mut state = reading_state();
    let (name, value) = saved(&reduce(&mut state, Msg::Draft("old".to_owned())));
    let mut fresh = reading_state();
    reduce(&mut fresh, Msg::Draft("new".to_owned()));
    reduce(&mut fresh, Msg::Loaded { key: name, value });
    assert_eq!(fresh.reading().unwrap().draft, "new");
}

#[test]
fn another_alerts_state_is_not_taken() {
    let mut state = reading_state();
    let before = state.clone();
    reduce(
        &mut state,
        Msg::Loaded {
            key: "alert:t1/crowdstrike/other".to_owned(),
            value: json!({"draft": "of another"}).to_string(),
        },
    );
    assert_eq!(state, before);
}

#[test]
fn a_question_whose_answer_never_came_says_so() {
    let mut state = reading_state();
    let (name, value) = saved(&reduce(&mut state, Msg::Ask("who".to_owned())));
    let mut fresh = reading_state();
    reduce(&mut fresh, Msg::Loaded { key: name, value });
    assert!(matches!(
        &fresh.reading().unwrap().turns[..],
        [Turn {
            state: TurnState::Failed(_),
            ..
        }]
    ));
}

#[test]
fn the_account_and_a_pasted_link_survive_and_the_switch_of_the_keys() {
    let mut state = State::default();
    reduce(&mut state, Msg::Session(info("signed_out")));
    reduce(&mut state, Msg::Typed("k.mo".to_owned()));
    reduce(&mut state, Msg::PasteTyped("https://fal".to_owned()));
    let (name, value) = saved(&reduce(&mut state, Msg::KeysOff(true)));
    assert!(!value.contains("token"));

    let mut fresh = State::default();
    reduce(&mut fresh, Msg::Session(info("signed_out")));
    reduce(&mut fresh, Msg::Loaded { key: name, value });
    assert!(fresh.keys_off);
    assert_eq!(fresh.paste, "https://fal");
    assert!(matches!(&fresh.session, Session::SignedOut { form, .. } if form.text == "k.mo"));
}

#[test]
fn what_is_kept_stays_within_what_the_worker_takes() {
    let mut state = reading_state();
    for number in 0..40 {
        let text = format!("{number}");
        let effects = reduce(&mut state, Msg::Ask(text.clone()));
        let Some(Call::Ask(question)) = calls(&effects).first().copied().cloned() else {
            panic!("{effects:?}");
        };
        let long = Answer::CanAsk {
            examples: vec!["x".repeat(50_000)],
            model: None,
        };
        let effects = answer(&mut state, Call::Ask(question), Reply::Answer(long));
        let (_, value) = saved(&effects);
        assert!(value.len() <= 262_144);
    }
    assert!(state.reading().unwrap().turns.len() <= 20);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(
                "draft|tab|why|scroll|evidence|sheet|turns|keys_off|typed|paste|id",
                inner,
                0..5
            )
            .prop_map(|map| json!(map)),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_was_kept_breaks_nothing_and_decides_nothing(value in any_json(), panel: bool) {
        let mut state = reading_state();
        let key = if panel { "panel" } else { "alert:t1/crowdstrike/a:ind:b:1" };
        let effects = reduce(&mut state, Msg::Loaded { key: key.to_owned(), value: value.to_string() });
        prop_assert!(calls(&effects).iter().all(|call| matches!(call, Call::Proposal(_))));
    }
}
