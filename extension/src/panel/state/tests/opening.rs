//! Signing in, and finding out which alert is meant.

use aside_shared::api::ResolveFrom;
use aside_shared::problem::ProblemKind;

use super::*;

#[test]
fn starting_asks_for_the_session_and_for_what_was_kept() {
    let mut state = State::default();
    let effects = reduce(&mut state, Msg::Started(Context::default()));
    assert_eq!(
        effects,
        [Effect::Load("panel".to_owned()), Effect::SessionGet]
    );
    assert_eq!(state.screen(), Screen::Blank);
}

#[test]
fn no_backend_and_signed_out_each_ask_for_what_is_missing() {
    let mut state = State::default();
    reduce(&mut state, Msg::Session(info("no_backend")));
    assert_eq!(state.screen(), Screen::NoBackend);
    let effects = reduce(&mut state, Msg::Session(info("signed_out")));
    assert_eq!(state.screen(), Screen::SignedOut);
    assert!(effects.contains(&Effect::Focus("account".to_owned())));
    let sent = reduce(
        &mut state,
        Msg::SignIn {
            user: "k.mora".to_owned(),
            password: Password(String::new()),
        },
    );
    assert_eq!(sent, [], "an empty password is not sent");
}

#[test]
fn neither_a_token_nor_a_password_is_ever_in_the_state() {
    let mut state = State::default();
    reduce(&mut state, Msg::Session(info("signed_out")));
    let effects = reduce(
        &mut state,
        Msg::SignIn {
            user: "k.mora".to_owned(),
            password: Password("open-sesame".to_owned()),
        },
    );
    assert!(
        matches!(&effects[..], [Effect::SignIn { password, .. }] if password.0 == "open-sesame")
    );
    reduce(&mut state, Msg::Session(info("signed_in")));
    for text in [format!("{state:?}"), format!("{effects:?}")] {
        assert!(!text.contains("open-sesame") && !text.contains("secret-token"));
    }
}

#[test]
fn a_refused_sign_in_keeps_the_account_and_says_why() {
    let mut state = State::default();
    reduce(&mut state, Msg::Session(info("signed_out")));
    reduce(&mut state, Msg::Typed("k.mora".to_owned()));
    let refused = SessionInfo {
        problem: Some("Name or password is wrong.".into()),
        ..SessionInfo::default()
    };
    reduce(&mut state, Msg::Session(refused));
    let Session::SignedOut { form, .. } = &state.session else {
        panic!("still signed out");
    };
    assert_eq!(form.text, "k.mora");
    assert_eq!(form.problem.as_deref(), Some("Name or password is wrong."));
    assert!(!form.busy);
}

#[test]
fn a_worker_that_does_not_answer_is_asked_again_and_a_token_not_renewed_is_tried() {
    let mut state = State::default();
    reduce(&mut state, Msg::Started(Context::default()));
    let silent = SessionInfo {
        problem: Some("No answer.".into()),
        ..SessionInfo::default()
    };
    let effects = reduce(&mut state, Msg::Session(silent));
    let [Effect::Later { msg, .. }] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!(state.screen(), Screen::Unreachable);
    assert_eq!(reduce(&mut state, (**msg).clone()), [Effect::SessionGet]);
    let mut not_renewed = info("signed_in");
    not_renewed.problem = Some("The backend does not answer.".into());
    let effects = reduce(&mut state, Msg::Session(not_renewed));
    assert_eq!(calls(&effects), [&Call::Me]);
}

#[test]
fn the_alert_on_the_page_is_opened_and_its_hosts_are_read_fresh() {
    let mut state = reading_state();
    assert_eq!(state.reading().unwrap().key, key());
    let mut again = alert();
    again.title = "Read again".to_owned();
    let effects = event(&mut state, 2, AnalysisEvent::Alert(Box::new(again)));
    assert!(matches!(calls(&effects)[..], [Call::Host(read)] if read.host.as_str() == "h1"));
}

#[test]
fn another_address_of_the_same_alert_changes_nothing() {
    let mut state = reading_state();
    let epoch = state.epoch;
    let mut same = location(key().id.as_str());
    same.query = "tab=2".to_owned();
    let effects = reduce(
        &mut state,
        Msg::Worker(FromWorker::Location { location: same }),
    );
    assert_eq!((effects, state.epoch), (Vec::new(), epoch));
}

#[test]
fn another_alert_ends_the_streams_of_the_first_and_drops_its_late_answers() {
    let mut state = reading_state();
    let late = state.epoch;
    let effects = reduce(
        &mut state,
        Msg::Worker(FromWorker::Location {
            location: location("a:ind:b:2"),
        }),
    );
    assert!(effects.contains(&Effect::StopStreams));
    assert_eq!(state.screen(), Screen::Resolving);
    let before = state.clone();
    let claims = reduce(
        &mut state,
        Msg::Event {
            epoch: late,
            id: Some(9),
            event: Box::new(AnalysisEvent::Reset),
        },
    );
    assert_eq!(claims, []);
    assert_eq!(state, before);
}

#[test]
fn a_page_that_names_another_alert_changes_only_what_is_asked_of_the_backend() {
    let mut state = reading_state();
    let effects = reduce(
        &mut state,
        Msg::Worker(FromWorker::Explain {
            location: location("other:ind:x:9"),
        }),
    );
    assert!(matches!(
        calls(&effects)[..],
        [Call::Resolve(Resolve {
            from: ResolveFrom::Page(_),
            tenant: None
        })]
    ));
}

#[test]
fn a_window_for_a_proposal_opens_its_alert_and_its_sheet_and_stays_there() {
    let mut state = State::default();
    let context = Context {
        surface: Surface::Window,
        proposal: Some("p-1".to_owned()),
        location: Some(location("a:ind:b:7")),
        ..Context::default()
    };
    reduce(&mut state, Msg::Started(context));
    reduce(&mut state, Msg::Session(info("signed_in")));
    let me = access(Phase::Assist, &[Role::Responder]);
    let effects = answer(&mut state, Call::Me, Reply::Me(me));
    assert_eq!(calls(&effects), [&Call::Proposal("p-1".into())]);
    answer(
        &mut state,
        Call::Proposal("p-1".into()),
        Reply::Proposal(Box::new(proposal(ProposalStatus::Open, 1))),
    );
    let reading = state.reading().unwrap();
    assert_eq!(reading.key, key());
    assert_eq!(reading.sheet.as_ref().unwrap().proposal.as_str(), "p-1");
    let moved = reduce(
        &mut state,
        Msg::Worker(FromWorker::Location {
            location: location("a:ind:b:8"),
        }),
    );
    assert_eq!(moved, [], "the tab's route does not take the decision away");
}

#[test]
fn an_alert_can_be_pasted_or_picked_and_a_refusal_stays_beside_the_field() {
    let mut state = State::default();
    reduce(&mut state, Msg::Started(Context::default()));
    reduce(&mut state, Msg::Session(info("signed_in")));
    let me = access(Phase::Assist, &[Role::Viewer]);
    let effects = answer(&mut state, Call::Me, Reply::Me(me));
    assert_eq!(calls(&effects), [&Call::Recent("t1".into())]);
    assert_eq!(state.screen(), Screen::NoAlert);

    reduce(&mut state, Msg::PasteTyped("x".repeat(5_000)));
    assert_eq!(reduce(&mut state, Msg::Pasted("x".repeat(5_000))), []);
    let effects = reduce(&mut state, Msg::Pasted(" nonsense ".to_owned()));
    let Some(Call::Resolve(resolve)) = calls(&effects).first().copied().cloned() else {
        panic!("{effects:?}");
    };
    assert_eq!(resolve.from, ResolveFrom::Pasted("nonsense".to_owned()));
    answer_with(
        &mut state,
        Call::Resolve(resolve),
        Err(problem(ProblemKind::BadRequest)),
    );
    let Page::NoAlert(page) = &state.page else {
        panic!("still there");
    };
    assert_eq!(page.problem.as_deref(), Some("Because."));
    reduce(&mut state, Msg::PickAlert(key()));
    assert_eq!(state.reading().unwrap().key, key());
}

#[test]
fn several_possible_tenants_are_for_the_analyst_to_pick() {
    let mut state = reading_state();
    let effects = reduce(
        &mut state,
        Msg::Worker(FromWorker::Location {
            location: location("ldt:b:2"),
        }),
    );
    let Some(Call::Resolve(resolve)) = calls(&effects).first().copied().cloned() else {
        panic!("{effects:?}");
    };
    let pick: Resolved = serde_json::from_value(serde_json::json!({"pick": {
        "reference": {"platform": "p", "console_host": "h", "route": "r", "id": "i", "tenant_hint": null},
        "tenants": ["t1", "t2"],
    }}))
    .unwrap();
    answer(&mut state, Call::Resolve(resolve), Reply::Resolved(pick));
    assert_eq!(state.screen(), Screen::Pick);
    let effects = reduce(&mut state, Msg::PickTenant("t2".into()));
    assert!(
        matches!(calls(&effects)[..], [Call::Resolve(Resolve { tenant: Some(tenant), .. })] if tenant.as_str() == "t2")
    );
}

#[test]
fn what_cannot_be_resolved_has_a_view_of_its_own() {
    for kind in [
        ProblemKind::UnknownTenant,
        ProblemKind::NotAllowed,
        ProblemKind::AlertNotFound,
    ] {
        let mut state = reading_state();
        reduce(
            &mut state,
            Msg::Worker(FromWorker::Location {
                location: location("a:ind:b:2"),
            }),
        );
        let resolve = Resolve {
            from: ResolveFrom::Page(location("a:ind:b:2")),
            tenant: None,
        };
        answer_with(&mut state, Call::Resolve(resolve), Err(problem(kind)));
        assert_eq!(state.screen(), Screen::Failed);
    }
}

#[test]
fn a_backend_that_cannot_be_reached_is_tried_again_later_each_time() {
    let mut state = State::default();
    reduce(&mut state, Msg::Started(Context::default()));
    reduce(&mut state, Msg::Session(info("signed_in")));
    let mut waits = Vec::new();
    for _ in 0..6 {
        let fault = Fault::Unreachable("refused".to_owned());
        let effects = answer_with(&mut state, Call::Me, Err(fault));
        let [Effect::Later { ms, msg }] = &effects[..] else {
            panic!("{effects:?}");
        };
        waits.push(*ms);
        assert_eq!(calls(&reduce(&mut state, (**msg).clone())), [&Call::Me]);
    }
    assert!(waits.windows(2).all(|pair| pair[0] <= pair[1]) && waits[5] == 20_000);
    assert_eq!(state.screen(), Screen::Unreachable);
    assert_eq!(state.outage.as_ref().unwrap().tries, 6);
    let me = access(Phase::Assist, &[Role::Viewer]);
    answer(&mut state, Call::Me, Reply::Me(me));
    assert_eq!(state.outage, None);
}

#[test]
fn selected_text_becomes_a_question_that_nobody_has_sent() {
    let mut state = State::default();
    let context = Context {
        selection: Some(" certutil -urlcache ".to_owned()),
        ..Context::default()
    };
    reduce(&mut state, Msg::Started(context));
    reduce(&mut state, Msg::Session(info("signed_in")));
    let me = access(Phase::Assist, &[Role::Viewer]);
    answer(&mut state, Call::Me, Reply::Me(me));
    let effects = reduce(&mut state, Msg::PickAlert(key()));
    assert_eq!(state.reading().unwrap().draft, "What is certutil -urlcache");
    assert!(
        !calls(&effects)
            .iter()
            .any(|call| matches!(call, Call::Ask(_)))
    );
}

#[test]
fn signing_out_leaves_nothing_of_the_alert() {
    let mut state = reading_state();
    let effects = reduce(&mut state, Msg::SignOut);
    assert!(effects.contains(&Effect::StopStreams) && effects.contains(&Effect::SignOut));
    assert_eq!(state.reading(), None);
}

#[test]
fn finding_the_alert_is_tried_again_by_itself_when_the_backend_asks_to_wait() {
    let mut state = reading_state();
    let moved = Msg::Worker(FromWorker::Location {
        location: location("ldt:b:2"),
    });
    let effects = reduce(&mut state, moved);
    let Some(resolve @ Call::Resolve(_)) = calls(&effects).first().copied().cloned() else {
        panic!("{effects:?}");
    };
    let mut wait = Problem::new(ProblemKind::TooManyRequests, "Try again in 3 s.");
    wait.retry_after_s = Some(3);
    let refused = Err(Fault::Problem(Box::new(wait)));
    let effects = answer_with(&mut state, resolve.clone(), refused);
    assert_eq!(state.screen(), Screen::Failed);
    let [Effect::Later { ms: 3_000, msg }] = &effects[..] else {
        panic!("{effects:?}");
    };
    let again = reduce(&mut state, (**msg).clone());
    assert_eq!(calls(&again), [&resolve]);
}
