//! The analysis as it arrives.

use std::sync::Arc;

use aside_shared::analysis::{Assessment, Claim, ClaimKind, Priority, Score, Verdict};
use aside_shared::event::{Context as Read, ContextPlace, ContextState, Done};
use aside_shared::problem::ProblemKind;
use aside_shared::text::Span;

use super::*;

pub(super) fn claim(words: &str) -> AnalysisEvent {
    AnalysisEvent::Claim(Claim {
        kind: ClaimKind::Fact,
        sentence: vec![Span::Text(words.to_owned())],
        evidence: vec![evidence("one", 1).id],
        relations: Vec::new(),
        lead: words == "lead",
    })
}

fn assessment(verdict: Verdict) -> Assessment {
    Assessment {
        verdict,
        priority: Priority::P1,
        cause: String::new(),
        malicious_percent: 8,
        score: Score {
            base: -5,
            groups: Vec::new(),
            total: -5,
        },
    }
}

pub(super) fn done() -> AnalysisEvent {
    AnalysisEvent::Done(Done {
        evidence: 1,
        dropped: 0,
        rules: 3,
        vendor_ms: 1,
        analyst_us: 1,
    })
}

pub(super) fn words(state: &State) -> Vec<String> {
    let claims = &state.reading().unwrap().claims;
    claims
        .iter()
        .map(|claim| aside_shared::text::plain(&claim.sentence))
        .collect()
}

#[test]
fn claims_stand_in_the_order_in_which_they_come() {
    let mut state = reading_state();
    for (id, name) in ["lead", "a", "b"].iter().enumerate() {
        event(&mut state, 2 + id as u64, claim(name));
    }
    assert_eq!(words(&state), ["lead", "a", "b"]);
    assert_eq!(state.said, "3 claims so far");
}

#[test]
fn a_resumed_stream_that_repeats_itself_says_nothing_twice() {
    let mut state = reading_state();
    event(&mut state, 2, claim("a"));
    event(&mut state, 2, claim("a"));
    event(&mut state, 1, claim("older"));
    event(&mut state, 3, claim("b"));
    assert_eq!(words(&state), ["a", "b"]);
}

#[test]
fn a_cut_stream_goes_on_after_the_last_event_that_arrived() {
    let mut state = reading_state();
    event(&mut state, 2, claim("a"));
    let epoch = state.epoch;
    let fault = Fault::Unreachable("cut".to_owned());
    let effects = reduce(&mut state, Msg::AnalysisCut { epoch, fault });
    let [Effect::Later { msg, .. }] = &effects[..] else {
        panic!("{effects:?}");
    };
    let effects = reduce(&mut state, (**msg).clone());
    assert_eq!(
        effects,
        [Effect::FollowAnalysis {
            epoch,
            id: "an-1".into(),
            after: Some(2)
        }]
    );
    assert_eq!(words(&state), ["a"], "what was read stays");
}

#[test]
fn an_analysis_that_is_gone_is_begun_anew() {
    for gone in [true, false] {
        let mut state = reading_state();
        event(&mut state, 2, claim("a"));
        let epoch = state.epoch;
        let effects = match gone {
            true => reduce(
                &mut state,
                Msg::AnalysisCut {
                    epoch,
                    fault: problem(ProblemKind::NotFound),
                },
            ),
            false => event(&mut state, 3, AnalysisEvent::Reset),
        };
        assert!(matches!(calls(&effects)[..], [Call::Analyse(_)]));
        let started = AnalysisStarted { id: "an-2".into() };
        let analyse = Analyse { alert: key() };
        answer(&mut state, Call::Analyse(analyse), Reply::Started(started));
        assert_eq!(words(&state), [""; 0]);
        event(&mut state, 1, claim("again"));
        assert_eq!(words(&state), ["again"]);
    }
}

#[test]
fn context_adds_evidence_and_says_what_could_not_be_read() {
    let mut state = reading_state();
    let context = Read {
        place: ContextPlace::Telemetry,
        state: ContextState::Unavailable {
            reason: "The credential has no scope for it.".to_owned(),
        },
        entities: Vec::new(),
        evidence: vec![evidence("two", 2)],
    };
    event(&mut state, 2, AnalysisEvent::Context(context));
    let reading = state.reading().unwrap();
    assert_eq!(reading.alert.as_ref().unwrap().evidence.len(), 2);
    assert_eq!(reading.numbers.len(), 2);
    assert_eq!(reading.unread, ["The credential has no scope for it."]);
}

#[test]
fn the_badge_shows_the_verdict_and_a_benign_one_is_calm() {
    let mut state = reading_state();
    let shown = |state: &mut State, id, verdict| {
        event(
            state,
            id,
            AnalysisEvent::Priority(Box::new(assessment(verdict))),
        )
    };
    assert_eq!(
        shown(&mut state, 2, Verdict::Malicious),
        [Effect::Badge {
            priority: Some("P1"),
            percent: Some(8)
        }]
    );
    assert_eq!(
        shown(&mut state, 3, Verdict::Benign),
        [Effect::Badge {
            priority: Some("ok"),
            percent: Some(92)
        }]
    );
    event(&mut state, 4, done());
    assert_eq!(state.said, "Read. Benign, 92 % sure. 0 claims, 0 actions.");
}

#[test]
fn a_vendor_that_is_down_is_tried_again_by_itself_and_a_refused_credential_is_not() {
    let mut down = Problem::new(ProblemKind::VendorLimit, "x");
    down.retry_after_s = Some(7);
    let mut state = reading_state();
    let effects = event(&mut state, 2, AnalysisEvent::Failed(down));
    let [Effect::Later { ms: 7_000, msg }] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert!(matches!(
        state.reading().unwrap().progress,
        Progress::Failed {
            next_ms: Some(17_000),
            ..
        }
    ));
    assert!(state.alarm.contains("does not answer"));
    assert!(matches!(
        calls(&reduce(&mut state, (**msg).clone()))[..],
        [Call::Analyse(_)]
    ));

    let mut state = reading_state();
    let refused = Problem::new(ProblemKind::VendorCredential, "x");
    let effects = event(&mut state, 2, AnalysisEvent::Failed(refused));
    assert_eq!(effects, []);
    assert!(matches!(
        calls(&reduce(&mut state, Msg::RetryNow))[..],
        [Call::Analyse(_)]
    ));
}

#[test]
fn a_finished_analysis_is_not_asked_for_again() {
    let mut state = reading_state();
    event(&mut state, 2, done());
    assert_eq!(reduce(&mut state, Msg::RetryNow), []);
}

#[test]
fn evidence_opens_steps_and_returns_the_focus_to_its_chip() {
    let mut state = reading_state();
    let two = evidence("two", 2);
    let context = Read {
        place: ContextPlace::Telemetry,
        state: ContextState::Complete,
        entities: Vec::new(),
        evidence: vec![two.clone()],
    };
    event(&mut state, 2, AnalysisEvent::Context(context));
    let open = OpenEvidence {
        id: evidence("one", 1).id,
        cited: Cited::Claim(0),
        chip: "c0-0".to_owned(),
    };
    let effects = reduce(&mut state, Msg::OpenEvidence(open));
    assert!(effects.contains(&Effect::Reveal("claim-0".to_owned())));
    let effects = reduce(&mut state, Msg::Key(Command::Step(1)));
    assert!(effects.contains(&Effect::KeepFocus("ev-t".to_owned())));
    let open = state.reading().unwrap().evidence.clone().unwrap();
    assert_eq!(open.id, two.id);
    reduce(&mut state, Msg::StepEvidence(1));
    assert_eq!(
        state.reading().unwrap().evidence.as_ref().unwrap().id,
        two.id
    );
    let effects = reduce(&mut state, Msg::Key(Command::Escape));
    assert!(effects.contains(&Effect::Focus("c0-0".to_owned())));
    assert_eq!(state.reading().unwrap().evidence, None);
}

#[test]
fn an_observation_that_no_signal_rests_on_is_shown_among_all_events() {
    let mut state = reading_state();
    let id = evidence("one", 1).id;
    let effects = reduce(&mut state, Msg::ShowInTimeline(id.clone()));
    assert!(effects.contains(&Effect::Reveal(format!("tl-{id}"))));
    let reading = state.reading().unwrap();
    assert_eq!(
        (reading.tab, reading.timeline_show),
        (Tab::Timeline, TimelineShow::All)
    );
    let effects = reduce(&mut state, Msg::ShowProcess("child".into()));
    assert!(effects.contains(&Effect::Reveal("process-on".to_owned())));
    reduce(&mut state, Msg::SelectProcess("child".into()));
    assert_eq!(state.reading().unwrap().process, None);
}

#[test]
fn the_brief_is_copied_with_its_numbers_and_hidden_characters_visible() {
    let mut state = reading_state();
    event(
        &mut state,
        2,
        AnalysisEvent::Claim(Claim {
            kind: ClaimKind::Fact,
            sentence: vec![
                Span::Text("It ran ".to_owned()),
                Span::Name("a\u{202E}gpj.exe".to_owned()),
            ],
            evidence: vec![evidence("one", 1).id],
            relations: Vec::new(),
            lead: true,
        }),
    );
    let effects = reduce(&mut state, Msg::Key(Command::Copy));
    assert_eq!(
        effects,
        [Effect::Copy("It ran a⟦U+202E⟧gpj.exe [E1]".to_owned())]
    );
}

#[test]
fn only_a_link_to_a_known_console_is_opened() {
    let mut state = reading_state();
    assert!(matches!(
        reduce(&mut state, Msg::OpenConsole)[..],
        [Effect::OpenConsole(_)]
    ));
    for url in [
        "javascript:alert(1)",
        "http://falcon.crowdstrike.com/x",
        "https://falcon.crowdstrike.com.evil.example/x",
        "https://falcon.crowdstrike.com@evil.example/",
        "",
    ] {
        let mut other = alert();
        other.console_url = Some(url.to_owned());
        state.reading_for_test().alert = Some(Arc::new(other));
        assert_eq!(reduce(&mut state, Msg::OpenConsole), [], "{url}");
    }
}

#[test]
fn keys_that_are_switched_off_do_nothing_but_close() {
    let mut state = reading_state();
    reduce(&mut state, Msg::KeysOff(true));
    assert_eq!(reduce(&mut state, Msg::Key(Command::Tab(1))), []);
    assert_eq!(state.reading().unwrap().tab, Tab::Brief);
    reduce(&mut state, Msg::Layer(Some(Layer::Keys)));
    reduce(&mut state, Msg::Key(Command::Escape));
    assert_eq!(state.layer, None);
}
