//! Who is signed in, and whether the backend can be reached.

use std::sync::Arc;

use aside_shared::session::Me;

use super::{Call, Effect, Fault, Msg, Page, Password, State, kept, opening, reading};
use crate::panel::wire::{Context, FromWorker, Reason, SessionInfo, SessionState};
use crate::panel::words::backoff_ms;

/// Whether somebody is signed in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Session {
    /// The worker has not answered yet.
    #[default]
    Asking,
    /// No backend is configured: its address is asked for.
    NoBackend(Form),
    /// Account and password are asked for.
    SignedOut {
        /// The backend's address.
        backend: String,
        /// The form.
        form: Form,
    },
    /// Signed in.
    SignedIn {
        /// The backend's address.
        backend: String,
        /// The account.
        user: String,
    },
}

/// A form of one remembered field. A password is never in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// The account, or the address, as typed so far.
    pub text: String,
    /// It was sent and not answered yet.
    pub busy: bool,
    /// Why it was refused.
    pub problem: Option<String>,
}

/// The backend does not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outage {
    /// Since when, milliseconds since the epoch.
    pub since_ms: i64,
    /// Tries so far.
    pub tries: u32,
    /// When the next one is, milliseconds since the epoch.
    pub next_ms: i64,
    /// As far as the browser tells.
    pub cause: String,
}

impl Session {
    /// The backend's address, if one is configured.
    pub fn backend(&self) -> Option<&str> {
        match self {
            Self::SignedOut { backend, .. } | Self::SignedIn { backend, .. } => Some(backend),
            _ => None,
        }
    }

    /// The account, if one is signed in.
    pub fn user(&self) -> Option<&str> {
        match self {
            Self::SignedIn { user, .. } => Some(user),
            _ => None,
        }
    }

    /// Puts back what was typed before the panel was closed.
    pub(super) fn restore(&mut self, text: String) {
        if let Some(form) = self.form_mut().filter(|form| form.text.is_empty()) {
            form.text = text;
        }
    }

    fn form_mut(&mut self) -> Option<&mut Form> {
        match self {
            Self::NoBackend(form) | Self::SignedOut { form, .. } => Some(form),
            _ => None,
        }
    }
}

pub(super) fn started(state: &mut State, context: Context) -> Vec<Effect> {
    state.surface = context.surface;
    state.location = context.location;
    state.asked_proposal = context.proposal.map(Into::into);
    state.selection = context.selection;
    vec![Effect::Load(kept::PANEL.to_owned()), Effect::SessionGet]
}

pub(super) fn worker(state: &mut State, message: FromWorker) -> Vec<Effect> {
    match message {
        FromWorker::Session(info) => known(state, info),
        FromWorker::Location { location } if state.asked_proposal.is_none() => {
            opening::moved(state, location)
        }
        FromWorker::Explain { location } => {
            state.asked_proposal = None;
            opening::moved(state, location)
        }
        FromWorker::Location { .. } => Vec::new(),
    }
}

pub(super) fn known(state: &mut State, info: SessionInfo) -> Vec<Effect> {
    let problem = info.problem.map(Reason::into_text);
    match (problem, &mut state.session) {
        // The worker could not renew the token, or does not answer: tried again.
        (Some(problem), Session::Asking) if info.state != SessionState::SignedIn => {
            return unreachable(state, problem);
        }
        (Some(problem), Session::SignedOut { form, .. }) => {
            form.busy = false;
            form.problem = Some(problem);
            return vec![Effect::Focus("password".to_owned())];
        }
        (Some(_), Session::NoBackend(_) | Session::SignedIn { .. }) => return Vec::new(),
        // With a token that may still be good: whoever uses it will see.
        (Some(_), Session::Asking) | (None, _) => state.outage = None,
    }
    let backend = info.backend.unwrap_or_default();
    let text = state
        .session
        .form_mut()
        .map(|form| std::mem::take(&mut form.text))
        .unwrap_or_else(|| std::mem::take(&mut state.typed));
    match info.state {
        SessionState::NoBackend => {
            state.session = Session::NoBackend(Form {
                text,
                ..Form::default()
            });
            vec![Effect::StopStreams]
        }
        SessionState::SignedOut => {
            // Whoever gave the address goes on in the next form.
            let gave_address = matches!(state.session, Session::NoBackend(_));
            let user = state.session.user().map_or(text, ToOwned::to_owned);
            state.session = Session::SignedOut {
                backend,
                form: Form {
                    text: user,
                    ..Form::default()
                },
            };
            if let Some(reading) = state.reading_mut() {
                reading.interrupted();
            }
            let mut effects = vec![Effect::StopStreams];
            effects.extend(gave_address.then(|| Effect::Focus("account".to_owned())));
            effects
        }
        SessionState::SignedIn => {
            let user = info.user.unwrap_or_default();
            let same = state.session.user() == Some(user.as_str()) && state.me.is_some();
            state.session = Session::SignedIn { backend, user };
            if same {
                return Vec::new();
            }
            state.me = None;
            vec![state.call(Call::Me)]
        }
    }
}

/// The backend said that nobody is signed in: what was being read and written stays.
pub(super) fn ended(state: &mut State) -> Vec<Effect> {
    let Session::SignedIn { backend, user } = &state.session else {
        return Vec::new();
    };
    state.session = Session::SignedOut {
        backend: backend.clone(),
        form: Form {
            text: user.clone(),
            busy: false,
            problem: Some("Your session has ended. Sign in to go on where you were.".to_owned()),
        },
    };
    state.me = None;
    if let Some(reading) = state.reading_mut() {
        reading.interrupted();
    }
    vec![Effect::StopStreams]
}

pub(super) fn sign_in(state: &mut State, user: String, password: Password) -> Vec<Effect> {
    let Some(form) = state.session.form_mut().filter(|form| !form.busy) else {
        return Vec::new();
    };
    if user.trim().is_empty() || password.0.is_empty() {
        form.problem = Some("Both account and password are needed.".to_owned());
        return Vec::new();
    }
    form.text.clone_from(&user);
    form.busy = true;
    form.problem = None;
    vec![Effect::SignIn { user, password }]
}

pub(super) fn sign_out(state: &mut State) -> Vec<Effect> {
    state.layer = None;
    state.me = None;
    state.page = Page::Blank;
    state.epoch += 1;
    vec![
        Effect::StopStreams,
        Effect::Badge {
            priority: None,
            percent: None,
        },
        Effect::SignOut,
    ]
}

pub(super) fn set_backend(state: &mut State, address: String) -> Vec<Effect> {
    let Some(form) = state.session.form_mut().filter(|form| !form.busy) else {
        return Vec::new();
    };
    form.text.clone_from(&address);
    form.problem = None;
    form.busy = true;
    vec![Effect::SetBackend(address)]
}

pub(super) fn backend_set(state: &mut State, result: Result<(), String>) -> Vec<Effect> {
    let Some(form) = state.session.form_mut() else {
        return Vec::new();
    };
    form.busy = false;
    match result {
        Ok(()) => {
            form.text.clear();
            vec![Effect::SessionGet]
        }
        Err(problem) => {
            form.problem = Some(problem);
            vec![Effect::Focus("backend".to_owned())]
        }
    }
}

pub(super) fn change_backend(state: &mut State) -> Vec<Effect> {
    let text = state.session.backend().unwrap_or_default().to_owned();
    state.layer = None;
    state.outage = None;
    state.me = None;
    state.page = Page::Blank;
    state.epoch += 1;
    state.session = Session::NoBackend(Form {
        text,
        ..Form::default()
    });
    vec![Effect::StopStreams]
}

pub(super) fn typed(state: &mut State, text: String) -> Vec<Effect> {
    state.typed.clone_from(&text);
    if let Some(form) = state.session.form_mut() {
        form.text = text;
    }
    vec![kept::save_panel(state)]
}

pub(super) fn me(state: &mut State, me: Me) -> Vec<Effect> {
    state.me = Some(Arc::new(me));
    if state.reading().is_some() {
        return reading::resume(state);
    }
    opening::begin(state)
}

/// The backend cannot be reached: tried again, later each time.
pub(super) fn unreachable(state: &mut State, cause: String) -> Vec<Effect> {
    let (since_ms, tries) = match &state.outage {
        Some(outage) => (outage.since_ms, outage.tries + 1),
        None => (state.now_ms, 1),
    };
    let wait = backoff_ms(tries);
    state.outage = Some(Outage {
        since_ms,
        tries,
        next_ms: state.now_ms + i64::from(wait),
        cause,
    });
    vec![Effect::Later {
        ms: wait,
        msg: Box::new(Msg::Retry { epoch: state.epoch }),
    }]
}

/// A fault as a problem, for the views that show one.
pub(super) fn as_problem(fault: Fault) -> aside_shared::problem::Problem {
    use aside_shared::problem::{Problem, ProblemKind};
    match fault {
        Fault::Problem(problem) => *problem,
        other => Problem::new(ProblemKind::Internal, other.text()),
    }
}
