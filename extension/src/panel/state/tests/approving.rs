//! Proposals, the sheet, the decision. Nothing here can approve without the proof.

use aside_shared::action::{Risk, RiskLevel};
use aside_shared::analysis::{Recommendation, Step};
use aside_shared::api::HostNow;
use aside_shared::approval::{ExecutionStep, StepState};
use aside_shared::problem::ProblemKind;
use aside_shared::text::Span;
use proptest::prelude::*;

use super::*;
use crate::panel::proof::{Proof, Sight, Target};

fn recommend(state: &mut State, id: u64, action: Action, hosts: &[&str]) {
    let recommendation = Recommendation {
        step: Step::Act {
            action,
            hosts: hosts.iter().map(|id| (*id).into()).collect(),
        },
        title: vec![Span::Text("Do it".to_owned())],
        reason: "Because.".to_owned(),
        evidence: vec![evidence("one", 1).id],
        risk: Risk {
            level: RiskLevel::Low,
            reason: None,
        },
        undo: None,
    };
    event(state, id, AnalysisEvent::Action(recommendation));
}

/// A reading with one recommended isolation.
fn advised() -> State {
    let mut state = reading_state();
    recommend(&mut state, 2, Action::IsolateHost, &["host"]);
    state
}

fn control(state: &State) -> Control {
    let reading = state.reading().unwrap();
    row_state(state, reading, &rows(reading)[0]).control
}

/// The sheet of an open proposal.
fn sheet() -> State {
    let mut state = advised();
    let effects = reduce(&mut state, Msg::Review(Action::IsolateHost, "h1".into()));
    let Some(call) = calls(&effects).first().copied().cloned() else {
        panic!("{effects:?}");
    };
    let open = proposal(ProposalStatus::Open, 1);
    let effects = answer(&mut state, call, Reply::Proposal(Box::new(open)));
    assert!(effects.contains(&Effect::Focus("ap-t".to_owned())));
    state
}

/// A proof of having seen a view, made the only way there is.
fn seen(view: &ApprovalView) -> Proven {
    let mut proof = Proof::new(Surface::Window, view.digest());
    let clear = Sight {
        ratio: 1.0,
        uncovered: None,
    };
    for now in [0.0, 400.0, 800.0, 1200.0] {
        proof.attended(true, true, now);
        proof.seen(Target::Button, clear, now);
    }
    proof.conclude(true, 1200.0).expect("seen for a second")
}

fn decisions(effects: &[Effect]) -> Vec<&Decide> {
    calls(effects)
        .into_iter()
        .filter_map(|call| match call {
            Call::Decide(_, decide) => Some(decide),
            _ => None,
        })
        .collect()
}

fn changed(state: &mut State, proposal: Proposal) -> Vec<Effect> {
    let epoch = state.epoch;
    reduce(
        state,
        Msg::ProposalChanged {
            epoch,
            proposal: Box::new(proposal),
        },
    )
}

#[test]
fn approving_sends_the_digest_of_exactly_what_was_shown() {
    let mut state = sheet();
    let effects = reduce(&mut state, Msg::Approve(seen(&view())));
    assert_eq!(
        decisions(&effects),
        [&Decide {
            decision: Decision::Approve,
            digest: view().digest()
        }]
    );
    let again = reduce(&mut state, Msg::Approve(seen(&view())));
    assert_eq!(again, [], "one decision at a time");
}

#[test]
fn a_proof_of_other_content_approves_nothing() {
    let mut state = sheet();
    let mut other = view();
    other.host = "h2".into();
    assert_eq!(reduce(&mut state, Msg::Approve(seen(&other))), []);
    let mut moved = proposal(ProposalStatus::Open, 2);
    moved.view.isolation = Isolation::Isolating;
    changed(&mut state, moved.clone());
    assert!(state.reading().unwrap().sheet.as_ref().unwrap().changed);
    assert_eq!(
        reduce(&mut state, Msg::Approve(seen(&view()))),
        [],
        "what was seen is not what is shown now"
    );
    let effects = reduce(&mut state, Msg::Approve(seen(&moved.view)));
    assert_eq!(decisions(&effects)[0].digest, moved.view.digest());
}

#[test]
fn nothing_is_decided_on_a_proposal_that_is_over_or_not_the_callers() {
    let over = [
        ProposalStatus::Expired,
        ProposalStatus::Void {
            reason: "x".to_owned(),
        },
        ProposalStatus::Running { by: "a".into() },
        ProposalStatus::Verified { at_unix_ms: 1 },
    ];
    for status in over {
        let mut state = sheet();
        changed(&mut state, proposal(status, 2));
        assert_eq!(reduce(&mut state, Msg::Approve(seen(&view()))), []);
        assert_eq!(reduce(&mut state, Msg::Decline), []);
    }
    let mut state = sheet();
    let mut not_mine = proposal(ProposalStatus::Open, 2);
    not_mine.may.decide = false;
    changed(&mut state, not_mine);
    assert_eq!(reduce(&mut state, Msg::Approve(seen(&view()))), []);
    let mut state = sheet();
    state.now_ms = view().expires_unix_ms;
    assert_eq!(reduce(&mut state, Msg::Approve(seen(&view()))), []);
}

#[test]
fn declining_needs_no_proof_and_closes_the_sheet() {
    let mut state = sheet();
    let effects = reduce(&mut state, Msg::Decline);
    assert_eq!(decisions(&effects)[0].decision, Decision::Decline);
    let call = calls(&effects)[0].clone();
    let declined = ProposalStatus::Declined {
        by: "k.mora".into(),
        at_unix_ms: 11_000,
    };
    answer(
        &mut state,
        call,
        Reply::Proposal(Box::new(proposal(declined, 2))),
    );
    assert_eq!(state.reading().unwrap().sheet, None);
    assert!(matches!(control(&state), Control::Review(..)));
}

#[test]
fn after_the_approval_the_row_itself_goes_on() {
    let mut state = sheet();
    reduce(&mut state, Msg::ShowTab(Tab::Processes));
    let effects = reduce(&mut state, Msg::Approve(seen(&view())));
    let call = calls(&effects)[0].clone();
    let mut running = proposal(
        ProposalStatus::Running {
            by: "k.mora".into(),
        },
        2,
    );
    running.steps = vec![ExecutionStep {
        text: "Approved".to_owned(),
        state: StepState::Done,
        at_unix_ms: Some(11_000),
        audit_seq: Some(4),
    }];
    let effects = answer(&mut state, call, Reply::Proposal(Box::new(running)));
    assert!(effects.contains(&Effect::Reveal("do-0".to_owned())));
    let reading = state.reading().unwrap();
    assert_eq!((reading.tab, &reading.sheet), (Tab::Brief, &None));
    assert_eq!(control(&state), Control::Running(11_000));

    let mut pending = state.reading().unwrap().proposals[0].as_ref().clone();
    pending.revision += 1;
    pending.may.undo = true;
    changed(&mut state, pending);
    assert_eq!(control(&state), Control::Cancel("p-1".into()));
    assert_eq!(
        calls(&reduce(&mut state, Msg::Undo("p-1".into()))),
        [&Call::Undo("p-1".into())]
    );

    let mut verified = proposal(ProposalStatus::Verified { at_unix_ms: 12_000 }, 4);
    verified.may.undo = true;
    changed(&mut state, verified);
    assert_eq!(state.said, "Verified: HOST-1 is isolated");
    assert_eq!(control(&state), Control::Undo("p-1".into()));
    assert_eq!(
        calls(&reduce(&mut state, Msg::Undo("p-1".into()))),
        [&Call::Undo("p-1".into())]
    );
}

#[test]
fn not_verified_interrupts_and_offers_what_can_be_done() {
    let mut state = advised();
    let status = |still_checking| ProposalStatus::NotVerified {
        reason: "treat the host as connected".to_owned(),
        still_checking,
    };
    let mut pending = proposal(status(true), 2);
    pending.may.undo = true;
    changed(&mut state, pending);
    assert_eq!(state.alarm, "Not verified: treat the host as connected");
    assert_eq!(control(&state), Control::Cancel("p-1".into()));
    let mut ended = proposal(status(false), 3);
    ended.may.check_again = true;
    changed(&mut state, ended);
    assert_eq!(control(&state), Control::CheckAgain("p-1".into()));
}

#[test]
fn a_release_that_is_verified_leaves_the_isolation_to_be_reviewed_again() {
    let mut state = advised();
    let mut verified = proposal(ProposalStatus::Verified { at_unix_ms: 1 }, 3);
    verified.may.undo = true;
    changed(&mut state, verified);
    let mut release = proposal(ProposalStatus::Verified { at_unix_ms: 2 }, 1);
    release.view.proposal = "p-2".into();
    release.view.action = Action::ReleaseHost;
    changed(&mut state, release);
    assert_eq!(
        control(&state),
        Control::Review(Action::IsolateHost, "h1".into())
    );
}

#[test]
fn an_older_revision_changes_nothing() {
    let mut state = advised();
    changed(
        &mut state,
        proposal(ProposalStatus::Verified { at_unix_ms: 1 }, 5),
    );
    let before = state.clone();
    assert_eq!(changed(&mut state, proposal(ProposalStatus::Open, 4)), []);
    assert_eq!(state, before);
}

#[test]
fn a_decision_whose_answer_was_lost_is_read_not_repeated() {
    for lost in [
        Fault::Unreachable("cut".to_owned()),
        problem(ProblemKind::NotOpen),
        problem(ProblemKind::Changed),
    ] {
        let mut state = sheet();
        let effects = reduce(&mut state, Msg::Approve(seen(&view())));
        let call = calls(&effects)[0].clone();
        let effects = answer_with(&mut state, call, Err(lost));
        assert_eq!(calls(&effects), [&Call::Proposal("p-1".into())]);
        assert_eq!(decisions(&effects), [] as [&Decide; 0]);
        let sheet = state.reading().unwrap().sheet.clone().unwrap();
        assert_eq!(sheet.sending, None);
        assert!(sheet.problem.is_some());
    }
}

#[test]
fn a_session_that_ends_in_the_middle_keeps_the_sheet_for_the_next_sign_in() {
    let mut state = sheet();
    reduce(&mut state, Msg::Draft("half a ques".to_owned()));
    let effects = reduce(&mut state, Msg::Approve(seen(&view())));
    let call = calls(&effects)[0].clone();
    answer_with(&mut state, call, Err(Fault::SignedOut));
    assert_eq!(state.screen(), Screen::SignedOut);
    reduce(&mut state, Msg::Session(info("signed_in")));
    let me = access(Phase::Assist, &[Role::Responder]);
    let effects = answer(&mut state, Call::Me, Reply::Me(me));
    assert!(calls(&effects).contains(&&Call::Proposal("p-1".into())));
    assert_eq!(
        decisions(&effects),
        [] as [&Decide; 0],
        "nothing is sent by itself"
    );
    let reading = state.reading().unwrap();
    assert_eq!(reading.draft, "half a ques");
    assert_eq!(reading.sheet.as_ref().unwrap().sending, None);
}

#[test]
fn evidence_over_a_sheet_closes_first_and_none_lies_over_a_sheet_that_opens() {
    let mut state = sheet();
    let open = OpenEvidence {
        id: evidence("one", 1).id,
        cited: Cited::Elsewhere,
        chip: "ap-0".to_owned(),
    };
    reduce(&mut state, Msg::OpenEvidence(open.clone()));
    reduce(&mut state, Msg::Key(Command::Escape));
    let reading = state.reading().unwrap();
    assert!(reading.evidence.is_none() && reading.sheet.is_some());

    let mut state = advised();
    reduce(&mut state, Msg::OpenEvidence(open));
    let effects = reduce(&mut state, Msg::ReviewFirst);
    let call = calls(&effects)[0].clone();
    let proposed = proposal(ProposalStatus::Open, 1);
    answer(&mut state, call, Reply::Proposal(Box::new(proposed)));
    let reading = state.reading().unwrap();
    assert!(reading.evidence.is_none() && reading.sheet.is_some());
}

#[test]
fn closing_the_sheet_decides_nothing_and_returns_to_review() {
    let mut state = sheet();
    let effects = reduce(&mut state, Msg::Key(Command::Escape));
    assert!(effects.contains(&Effect::Focus("review-0".to_owned())));
    assert_eq!(calls(&effects), [] as [&Call; 0]);
    assert_eq!(
        state.reading().unwrap().proposals[0].status,
        ProposalStatus::Open
    );
}

#[test]
fn what_is_not_allowed_is_said_and_not_offered() {
    let offered = |phase, roles: &[Role]| {
        let mut state = advised();
        state.me = Some(Arc::new(access(phase, roles)));
        control(&state)
    };
    assert!(matches!(
        offered(Phase::Assist, &[Role::Analyst]),
        Control::Review(..)
    ));
    assert_eq!(
        offered(Phase::Observe, &[Role::Lead]),
        Control::Say("Not in Observe".to_owned(), None)
    );
    assert!(matches!(
        offered(Phase::Assist, &[Role::Viewer]),
        Control::Say(_, Some(_))
    ));
    let mut state = advised();
    state.me = Some(Arc::new(access(Phase::Observe, &[Role::Lead])));
    assert_eq!(reduce(&mut state, Msg::Key(Command::Review)), []);
}

#[test]
fn a_host_that_another_isolated_offers_neither_isolation_nor_undo() {
    let mut state = advised();
    let now = host(Isolation::Isolated, Some(true));
    state.reading_for_test().hosts.insert("h1".into(), Ok(now));
    assert_eq!(
        control(&state),
        Control::Say("Already isolated".to_owned(), None)
    );
    assert!(isolated_by_another(state.reading().unwrap(), &"h1".into()));
    changed(
        &mut state,
        proposal(ProposalStatus::Verified { at_unix_ms: 1 }, 2),
    );
    assert!(!isolated_by_another(state.reading().unwrap(), &"h1".into()));
}

#[test]
fn a_host_that_aside_isolated_from_another_alert_is_asides_with_its_undo() {
    let mut state = advised();
    // Somebody wanted to take it back from here, and it was declined.
    let mut declined = proposal(
        ProposalStatus::Declined {
            by: "k.mora".into(),
            at_unix_ms: 9_500,
        },
        2,
    );
    declined.view.proposal = "p-2".into();
    declined.view.action = Action::ReleaseHost;
    changed(&mut state, declined);
    let mut elsewhere = proposal(ProposalStatus::Verified { at_unix_ms: 1_500 }, 7);
    elsewhere.view.alert.id = "another".into();
    elsewhere.view.read_unix_ms = 1_000;
    elsewhere.may.undo = true;
    let effects = event(&mut state, 90, AnalysisEvent::Alert(Box::new(alert())));
    let call = calls(&effects)[0].clone();
    let now = HostNow {
        state: host(Isolation::Isolated, Some(true)),
        isolated_by: Some(elsewhere),
    };
    answer(&mut state, call, Reply::Host(Box::new(now)));
    let reading = state.reading().unwrap();
    assert!(!isolated_by_another(reading, &"h1".into()));
    let order: Vec<&str> = reading
        .proposals
        .iter()
        .map(|it| it.view.proposal.as_str())
        .collect();
    assert_eq!(order, ["p-2", "p-1"], "newest first");
    assert_eq!(control(&state), Control::Undo("p-1".into()));
}

#[test]
fn of_many_hosts_one_is_chosen_first_and_without_a_host_nothing_is_offered() {
    let mut state = reading_state();
    let mut many = alert();
    let mut second = many.entities[0].clone();
    second.id = "host-2".into();
    if let EntityKind::Host(host) = &mut second.kind {
        host.id = "h2".into();
    }
    many.entities.push(second);
    state.reading_for_test().alert = Some(Arc::new(many));
    recommend(&mut state, 2, Action::IsolateHost, &["host", "host-2"]);
    assert_eq!(control(&state), Control::Choose);
    assert_eq!(reduce(&mut state, Msg::ReviewFirst), []);
    reduce(
        &mut state,
        Msg::ChooseHost(Action::IsolateHost, Some("h2".into())),
    );
    assert_eq!(
        control(&state),
        Control::Review(Action::IsolateHost, "h2".into())
    );

    let mut state = reading_state();
    recommend(&mut state, 2, Action::IsolateHost, &[]);
    assert_eq!(control(&state), Control::Say("No host".to_owned(), None));
}

#[test]
fn a_proposal_that_nothing_recommends_has_a_row_of_its_own() {
    let mut state = reading_state();
    let mut release = proposal(ProposalStatus::Running { by: "a".into() }, 1);
    release.view.action = Action::ReleaseHost;
    changed(&mut state, release);
    let reading = state.reading().unwrap();
    let row = &rows(reading)[0];
    assert_eq!(
        (row.recommendation, row.action),
        (None, Some(Action::ReleaseHost))
    );
}

#[test]
fn a_question_only_ever_gets_an_answer() {
    let mut state = advised();
    reduce(&mut state, Msg::Draft("isolate it".to_owned()));
    let effects = reduce(&mut state, Msg::Send);
    let [Call::Ask(question)] = calls(&effects)[..] else {
        panic!("{effects:?}");
    };
    let question = question.clone();
    let answered = Answer::Propose {
        action: Action::IsolateHost,
        hosts: vec!["host".into()],
    };
    let effects = answer(&mut state, Call::Ask(question), Reply::Answer(answered));
    assert_eq!(calls(&effects), [] as [&Call; 0]);
    assert_eq!(state.reading().unwrap().sheet, None);
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        (0usize..7).prop_map(Command::Tab),
        Just(Command::Why),
        Just(Command::Evidence),
        (-1i32..=1).prop_map(Command::Move),
        (-1i32..=1).prop_map(Command::Step),
        Just(Command::Review),
        Just(Command::Ask),
        Just(Command::Console),
        Just(Command::Copy),
        Just(Command::Escape),
        Just(Command::Keys),
    ]
}

proptest! {
    #[test]
    fn no_keys_decide_anything(keys in proptest::collection::vec(command(), 0..30), with_sheet: bool) {
        let mut state = if with_sheet { sheet() } else { advised() };
        for key in keys {
            let effects = reduce(&mut state, Msg::Key(key));
            prop_assert!(decisions(&effects).is_empty());
        }
    }
}
