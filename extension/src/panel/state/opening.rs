//! Which alert is meant: from the page's address, a pasted text, or a pick.

use std::sync::Arc;

use aside_shared::alert::AlertKey;
use aside_shared::api::{Analyse, RecentAlert, Resolve, ResolveFrom, Resolved};
use aside_shared::console::{CONSOLES, Location, locate};
use aside_shared::id::TenantId;
use aside_shared::problem::Problem;

use super::{Call, Effect, Fault, Reading, State, kept, reading, session};

/// What is shown under the top bar.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Page {
    /// Nothing yet.
    #[default]
    Blank,
    /// The backend is asked which alert this is.
    Resolving,
    /// No alert is open on the page.
    NoAlert(NoAlert),
    /// The link leaves several tenants possible.
    Pick {
        /// What is being resolved.
        resolve: Resolve,
        /// The choices.
        tenants: Vec<TenantId>,
    },
    /// It could not be resolved.
    Failed(Box<Problem>),
    /// An alert.
    Alert(Box<Reading>),
}

/// No alert is open: paste one or pick one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NoAlert {
    /// The tenants whose alerts can be picked.
    pub tenants: Vec<TenantId>,
    /// The one whose recent alerts are shown.
    pub tenant: Option<TenantId>,
    /// Its recent alerts; `None` while they are read.
    pub recent: Option<Result<Arc<Vec<RecentAlert>>, String>>,
    /// What is being pasted.
    pub paste: String,
    /// It is being resolved.
    pub busy: bool,
    /// Why it was refused.
    pub problem: Option<String>,
}

/// After signing in: to the proposal that this window is for, the alert on the page, or the list.
pub(super) fn begin(state: &mut State) -> Vec<Effect> {
    if let Some(id) = state.asked_proposal.clone() {
        state.page = Page::Resolving;
        return vec![state.call(Call::Proposal(id))];
    }
    match state.location.clone() {
        Some(location) => resolve(state, ResolveFrom::Page(location), None),
        None => no_alert(state, Vec::new()),
    }
}

/// The tab shows another address.
pub(super) fn moved(state: &mut State, location: Location) -> Vec<Effect> {
    if state.location.as_ref() == Some(&location) && !matches!(state.page, Page::NoAlert(_)) {
        return Vec::new();
    }
    let named = locate(CONSOLES, &location);
    state.location = Some(location.clone());
    if state.me.is_none() {
        return Vec::new();
    }
    let same = match (&named, state.reading()) {
        (Some(named), Some(reading)) => {
            named.platform == reading.key.platform && named.id == reading.key.id
        }
        _ => false,
    };
    if same {
        return Vec::new();
    }
    resolve(state, ResolveFrom::Page(location), None)
}

fn resolve(state: &mut State, from: ResolveFrom, tenant: Option<TenantId>) -> Vec<Effect> {
    state.epoch += 1;
    let mut effects = vec![Effect::StopStreams];
    match &mut state.page {
        Page::NoAlert(page) if matches!(from, ResolveFrom::Pasted(_)) => {
            page.busy = true;
            page.problem = None;
        }
        page => {
            *page = Page::Resolving;
            effects.push(Effect::Badge {
                priority: None,
                percent: None,
            });
        }
    }
    effects.push(state.call(Call::Resolve(Resolve { from, tenant })));
    effects
}

pub(super) fn resolved(state: &mut State, asked: &Resolve, resolved: Resolved) -> Vec<Effect> {
    match resolved {
        Resolved::Alert { key } => open(state, key),
        Resolved::NoAlert { tenants } => no_alert(state, tenants),
        Resolved::Pick { tenants, .. } => {
            state.page = Page::Pick {
                resolve: asked.clone(),
                tenants,
            };
            Vec::new()
        }
    }
}

/// Shows what can be pasted or picked: of `tenants`, or of all that the caller may read.
fn no_alert(state: &mut State, mut tenants: Vec<TenantId>) -> Vec<Effect> {
    if tenants.is_empty() {
        let reads = state.me.iter().flat_map(|me| &me.tenants);
        tenants = reads
            .filter(|access| access.roles.iter().any(|role| role.reads()))
            .map(|access| access.tenant.clone())
            .collect();
    }
    let first = tenants.first().cloned();
    state.page = Page::NoAlert(NoAlert {
        tenants,
        tenant: first.clone(),
        paste: std::mem::take(&mut state.paste),
        ..NoAlert::default()
    });
    first
        .map(|tenant| state.call(Call::Recent(tenant)))
        .into_iter()
        .collect()
}

pub(super) fn recent(
    state: &mut State,
    tenant: &TenantId,
    result: Result<Vec<RecentAlert>, Fault>,
) -> Vec<Effect> {
    if let Page::NoAlert(page) = &mut state.page
        && page.tenant.as_ref() == Some(tenant)
    {
        page.recent = Some(result.map(Arc::new).map_err(|fault| fault.text()));
    }
    Vec::new()
}

pub(super) fn pick_tenant(state: &mut State, tenant: TenantId) -> Vec<Effect> {
    match &mut state.page {
        Page::Pick { resolve: asked, .. } => {
            let from = asked.from.clone();
            resolve(state, from, Some(tenant))
        }
        Page::NoAlert(page) => {
            page.tenant = Some(tenant.clone());
            page.recent = None;
            vec![state.call(Call::Recent(tenant))]
        }
        _ => Vec::new(),
    }
}

pub(super) fn paste_typed(state: &mut State, text: String) -> Vec<Effect> {
    state.paste.clone_from(&text);
    if let Page::NoAlert(page) = &mut state.page {
        page.paste = text;
        page.problem = None;
    }
    vec![kept::save_panel(state)]
}

/// The longest text that is asked about, in characters.
const PASTE_MAX: usize = 4_096;

pub(super) fn pasted(state: &mut State, text: String) -> Vec<Effect> {
    let text = text.trim().to_owned();
    let Page::NoAlert(page) = &mut state.page else {
        return Vec::new();
    };
    if text.is_empty() || page.busy {
        return Vec::new();
    }
    if text.chars().count() > PASTE_MAX {
        page.problem = Some("That is too long for a link or an id.".to_owned());
        return Vec::new();
    }
    resolve(state, ResolveFrom::Pasted(text), None)
}

/// Opens an alert. One that is open already stays as it is.
pub(super) fn open(state: &mut State, key: AlertKey) -> Vec<Effect> {
    if state.reading().is_some_and(|reading| reading.key == key) {
        return Vec::new();
    }
    state.epoch += 1;
    let mut reading = Reading::new(key.clone(), state.now_ms);
    if let Some(selection) = state.selection.take() {
        reading.draft = format!("What is {}", selection.trim());
    }
    state.page = Page::Alert(Box::new(reading));
    state.said = "Reading the alert".to_owned();
    state.alarm.clear();
    state.paste.clear();
    vec![
        Effect::StopStreams,
        Effect::Badge {
            priority: None,
            percent: None,
        },
        Effect::Load(kept::key_of(&key)),
        state.call(Call::Analyse(Analyse { alert: key.clone() })),
        state.call(Call::Activity(key)),
    ]
}

/// Back to what the page shows, or to the list of recent alerts.
pub(super) fn leave(state: &mut State) -> Vec<Effect> {
    state.asked_proposal = None;
    state.layer = None;
    state.epoch += 1;
    let mut effects = vec![
        Effect::StopStreams,
        Effect::Badge {
            priority: None,
            percent: None,
        },
    ];
    effects.extend(no_alert(state, Vec::new()));
    effects
}

/// A call without which nothing can be shown failed.
pub(super) fn failed(state: &mut State, fault: Fault) -> Vec<Effect> {
    if let Fault::Unreachable(cause) = fault {
        if let Page::NoAlert(page) = &mut state.page {
            page.busy = false;
        }
        return session::unreachable(state, cause);
    }
    match &mut state.page {
        Page::Alert(_) => reading::failed(state, session::as_problem(fault)),
        Page::NoAlert(page) if page.busy => {
            page.busy = false;
            page.problem = Some(fault.text());
            vec![Effect::Focus("paste".to_owned())]
        }
        page => {
            let problem = session::as_problem(fault);
            let wait = reading::pause(&problem);
            *page = Page::Failed(Box::new(problem));
            let again = wait.map(|ms| reading::try_again(ms, state.epoch));
            again.into_iter().collect()
        }
    }
}

/// Tries again whatever failed last.
pub(super) fn retry(state: &mut State) -> Vec<Effect> {
    match &state.session {
        session::Session::Asking => return vec![Effect::SessionGet],
        session::Session::SignedIn { .. } => {}
        _ => return Vec::new(),
    }
    if state.me.is_none() {
        return vec![state.call(Call::Me)];
    }
    match &state.page {
        Page::Alert(_) => reading::retry(state),
        Page::NoAlert(_) => Vec::new(),
        _ => begin(state),
    }
}
