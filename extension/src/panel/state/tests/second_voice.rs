//! A model's words beside the rules', and what it was sent.

use aside_shared::chat::Answer;
use aside_shared::id::EvidenceId;
use aside_shared::model::{Came, Report, Told, Voice};

use super::streaming::{claim, done, words};
use super::*;
use crate::panel::state::reading::TOLD;

/// A model's report; without claims none came.
fn report(told: &[&str]) -> AnalysisEvent {
    let claims = told.iter().map(|words| {
        let AnalysisEvent::Claim(claim) = claim(words) else {
            panic!("a claim")
        };
        Told {
            claim,
            voice: Voice::Model,
        }
    });
    let came = match told {
        [] => Came::Nothing {
            reason: "r".to_owned(),
        },
        _ => Came::Back {
            reading: aside_shared::model::Reading {
                claims: claims.collect(),
                kept: 1,
                reworded: 0,
                dropped: Vec::new(),
                stated_by_rules: 0,
                fell_back: false,
            },
            prose: None,
        },
    };
    AnalysisEvent::Model(Box::new(Report {
        came,
        ..Report::new("m", "h")
    }))
}

#[test]
fn a_models_claims_take_the_place_of_those_before_and_without_any_all_stays() {
    let mut state = reading_state();
    event(&mut state, 2, claim("lead"));
    event(&mut state, 3, claim("a"));
    event(&mut state, 4, report(&[]));
    assert_eq!(words(&state), ["lead", "a"]);
    event(&mut state, 5, report(&["lead", "b", "c"]));
    assert_eq!(words(&state), ["lead", "b", "c"]);
}

fn asking() -> AnalysisEvent {
    AnalysisEvent::AskingModel {
        model: "m".to_owned(),
    }
}

/// The rules have told two claims, the model one.
fn told() -> State {
    let mut state = reading_state();
    event(&mut state, 2, claim("lead"));
    event(&mut state, 3, claim("a"));
    event(&mut state, 4, asking());
    event(&mut state, 5, report(&["b"]));
    event(&mut state, 6, done());
    state
}

#[test]
fn while_a_model_is_asked_it_is_said_so_and_the_rules_words_stand() {
    let mut state = reading_state();
    event(&mut state, 2, claim("lead"));
    event(&mut state, 3, asking());
    assert_eq!(words(&state), ["lead"]);
    assert_eq!(state.reading().unwrap().asking.as_deref(), Some("m"));
    event(&mut state, 4, report(&["b"]));
    assert_eq!(state.reading().unwrap().asking, None);
}

#[test]
fn where_a_models_words_are_drawn_nothing_below_moves() {
    let mut state = reading_state();
    event(&mut state, 2, claim("lead"));
    assert_eq!(
        event(&mut state, 3, report(&["b"])),
        [Effect::Hold(TOLD.to_owned())]
    );
}

#[test]
fn the_rules_own_words_are_one_switch_away_and_the_switch_stays() {
    let mut state = told();
    let effects = reduce(&mut state, Msg::RulesOnly(true));
    assert_eq!(words(&state), ["lead", "a"]);
    assert!(state.reading().unwrap().voices.is_empty());
    let Some(Effect::Save { key, value }) = effects.last().cloned() else {
        panic!("{effects:?}");
    };

    // In a panel that is opened later, whichever comes first.
    let mut later = told();
    reduce(&mut later, Msg::Loaded { key, value });
    assert_eq!(words(&later), ["lead", "a"]);
    let mut first = reading_state();
    first.rules_only = true;
    event(&mut first, 2, claim("lead"));
    event(&mut first, 3, report(&["b"]));
    assert_eq!(words(&first), ["lead"]);

    reduce(&mut state, Msg::RulesOnly(false));
    assert_eq!(words(&state), ["b"]);
    assert_eq!(state.reading().unwrap().voices, [Voice::Model]);
}

#[test]
fn a_switch_where_no_model_spoke_changes_nothing() {
    let mut state = reading_state();
    event(&mut state, 2, claim("lead"));
    event(&mut state, 3, report(&[]));
    reduce(&mut state, Msg::RulesOnly(true));
    reduce(&mut state, Msg::RulesOnly(false));
    assert_eq!(words(&state), ["lead"]);
}

#[test]
fn open_evidence_points_at_the_claim_that_cites_it_now() {
    let mut state = reading_state();
    event(&mut state, 2, claim("lead"));
    event(&mut state, 3, claim("a"));
    let id = evidence("one", 1).id;
    let open = |cited, id: &EvidenceId| OpenEvidence {
        id: id.clone(),
        cited,
        chip: "c1-0".to_owned(),
    };
    reduce(&mut state, Msg::OpenEvidence(open(Cited::Claim(1), &id)));
    event(&mut state, 4, report(&["b"]));
    let shown = state.reading().unwrap().evidence.clone().unwrap();
    assert_eq!((shown.id, shown.cited), (id, Cited::Claim(0)));
}

#[test]
fn what_was_sent_opens_where_something_was_and_leads_back() {
    let mut state = reading_state();
    assert_eq!(reduce(&mut state, Msg::Show(Sub::Sent)), []);
    assert_eq!(state.reading().unwrap().sub, None);

    let mut state = told();
    reduce(&mut state, Msg::Show(Sub::Sent));
    assert_eq!(state.reading().unwrap().sub, Some(Sub::Sent));
    let effects = reduce(&mut state, Msg::Back);
    assert!(effects.contains(&Effect::Focus("sent-b".to_owned())));
    assert_eq!(state.reading().unwrap().sub, None);
}

#[test]
fn what_was_sent_for_an_answer_is_that_answers() {
    let mut state = told();
    let AnalysisEvent::Model(said) = report(&["of the question"]) else {
        panic!("a report")
    };
    for model in [None, Some(said.clone())] {
        let can_ask = Answer::CanAsk {
            examples: Vec::new(),
            model,
        };
        state.reading_mut().unwrap().turns.push(Turn {
            question: "why?".to_owned(),
            state: TurnState::Answered(Box::new(can_ask)),
        });
    }
    let reading = state.reading().unwrap();
    assert_eq!(reading.report(Sub::SentFor(0)), None);
    assert_eq!(reading.report(Sub::SentFor(1)).as_deref(), Some(&*said));
    assert_eq!(reading.report(Sub::SentFor(2)), None);
}
