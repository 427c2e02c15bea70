//! The reducer, without a browser.

mod approving;
mod keeping;
mod opening;
mod second_voice;
mod streaming;

use aside_shared::action::{HostState, Isolation};
use aside_shared::alert::{Alert, EntityKind, Host};
use aside_shared::alert::{
    Entity, Evidence, EvidenceSource, Object, Process, Severity, SeverityLevel, Verb,
};
use aside_shared::approval::{ApprovalView, May, ProposalStatus, VIEW_VERSION};
use aside_shared::instant::{Clock, Instant};
use aside_shared::session::{Phase, Role};

use super::*;
use crate::panel::json::Json;

pub(crate) fn key() -> AlertKey {
    AlertKey {
        tenant: "t1".into(),
        platform: "crowdstrike".into(),
        id: "a:ind:b:1".into(),
    }
}

pub(crate) fn evidence(name: &str, at: i64) -> Evidence {
    let child = Object::Entity("child".into());
    Evidence {
        at: Some(Instant::from_unix_ms(at, Clock::Endpoint)),
        fields: [("name".to_owned(), name.to_owned())].into(),
        ..Evidence::new(EvidenceSource::Alert, "parent", Verb::Started, Some(child))
    }
    .identified()
}

pub(crate) fn alert() -> Alert {
    let process = |id: &str, pid, parent: Option<&str>| Entity {
        id: id.into(),
        kind: EntityKind::Process(Box::new(Process {
            name: format!("{id}.exe"),
            pid: Some(pid),
            parent: parent.map(Into::into),
            command_line: Some(format!("{id}.exe -x")),
            ..Process::default()
        })),
    };
    Alert {
        severity: Severity {
            level: SeverityLevel::High,
            raw: None,
        },
        hosts: vec!["host".into()],
        trigger: Some("child".into()),
        entities: vec![
            Entity {
                id: "host".into(),
                kind: EntityKind::Host(Host {
                    id: "h1".into(),
                    name: Some("HOST-1".to_owned()),
                    os: None,
                    role: None,
                    domain: None,
                    addresses: Vec::new(),
                }),
            },
            process("parent", 11, None),
            process("child", 12, Some("parent")),
        ],
        evidence: vec![evidence("one", 1)],
        console_url: Some("https://falcon.crowdstrike.com/activity-v2/detections/x".to_owned()),
        ..Alert::new(key(), "A title")
    }
}

pub(crate) fn host(isolation: Isolation, online: Option<bool>) -> HostState {
    HostState {
        id: "h1".into(),
        name: Some("HOST-1".to_owned()),
        role: None,
        isolation,
        online,
        last_seen_unix_ms: Some(4_000),
        last_actor: None,
        read_unix_ms: 5_000,
    }
}

pub(crate) fn access(phase: Phase, roles: &[Role]) -> Me {
    Me {
        user: "k.mora".into(),
        tenants: vec![TenantAccess {
            tenant: "t1".into(),
            platform: "crowdstrike".into(),
            platform_label: "Falcon".to_owned(),
            phase,
            roles: roles.to_vec(),
            actions: vec![Action::IsolateHost, Action::ReleaseHost],
        }],
    }
}

fn info(state: &str) -> SessionInfo {
    let message = format!(
        r#"{{"backend":"https://aside.example","access_token":"secret-token","user":"k.mora","state":"{state}"}}"#
    );
    SessionInfo::read(&Json::parse(&message).unwrap())
}

fn location(id: &str) -> Location {
    Location {
        host: "falcon.crowdstrike.com".to_owned(),
        path: format!("/activity-v2/detections/{}", id.replace(':', "%3A")),
        query: String::new(),
        fragment: String::new(),
    }
}

/// What an answer to a call does.
fn answer(state: &mut State, call: Call, reply: Reply) -> Vec<Effect> {
    answer_with(state, call, Ok(reply))
}

fn answer_with(state: &mut State, call: Call, result: Result<Reply, Fault>) -> Vec<Effect> {
    let epoch = state.epoch;
    reduce(
        state,
        Msg::Answered {
            epoch,
            call,
            result,
        },
    )
}

fn problem(kind: aside_shared::problem::ProblemKind) -> Fault {
    Fault::Problem(Box::new(Problem::new(kind, "Because.")))
}

/// The calls among effects.
fn calls(effects: &[Effect]) -> Vec<&Call> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Call { call, .. } => Some(call),
            _ => None,
        })
        .collect()
}

/// Signed in, on a page that shows [`alert`], whose analysis has begun.
pub(crate) fn reading_state() -> State {
    let mut state = State {
        now_ms: 10_000,
        ..State::default()
    };
    let context = Context {
        location: Some(location(key().id.as_str())),
        ..Context::default()
    };
    reduce(&mut state, Msg::Started(context));
    reduce(&mut state, Msg::Session(info("signed_in")));
    let me = access(Phase::Assist, &[Role::Responder]);
    let effects = answer(&mut state, Call::Me, Reply::Me(me));
    let Some(Call::Resolve(resolve)) = calls(&effects).first().copied().cloned() else {
        panic!("the page's alert is resolved: {effects:?}");
    };
    let resolved = Resolved::Alert { key: key() };
    answer(
        &mut state,
        Call::Resolve(resolve),
        Reply::Resolved(resolved),
    );
    let started = AnalysisStarted { id: "an-1".into() };
    let analyse = Analyse { alert: key() };
    answer(&mut state, Call::Analyse(analyse), Reply::Started(started));
    event(&mut state, 1, AnalysisEvent::Alert(Box::new(alert())));
    state
}

fn event(state: &mut State, id: u64, event: AnalysisEvent) -> Vec<Effect> {
    let epoch = state.epoch;
    reduce(
        state,
        Msg::Event {
            epoch,
            id: Some(id),
            event: Box::new(event),
        },
    )
}

fn view() -> ApprovalView {
    ApprovalView {
        version: VIEW_VERSION,
        proposal: "p-1".into(),
        action: Action::IsolateHost,
        tenant: "t1".into(),
        platform_label: "Falcon".to_owned(),
        place: "eu-1".to_owned(),
        service_account: "aside-respond".to_owned(),
        alert: key(),
        host: "h1".into(),
        host_name: Some("HOST-1".to_owned()),
        host_role: None,
        isolation: Isolation::None,
        online: Some(true),
        last_seen_unix_ms: None,
        read_unix_ms: 9_000,
        for_users: String::new(),
        will_happen: vec!["Ask Falcon".to_owned()],
        verified_by: String::new(),
        undone_by: String::new(),
        caveats: Vec::new(),
        policy: String::new(),
        policy_rule: String::new(),
        needs_lead: false,
        because: String::new(),
        evidence: Vec::new(),
        opened_by: "k.mora".into(),
        expires_unix_ms: 600_000,
    }
}

pub(crate) fn proposal(status: ProposalStatus, revision: u64) -> Proposal {
    Proposal {
        view: view(),
        status,
        may: May {
            decide: true,
            decide_refused: None,
            undo: false,
            undo_refused: None,
            check_again: false,
        },
        steps: Vec::new(),
        undone_by: None,
        revision,
    }
}
