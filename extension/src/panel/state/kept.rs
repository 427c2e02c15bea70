//! What survives close, route change and the worker's death: drafts, place, open evidence, a
//! pending decision. Kept for the tab until the browser closes; read as data that may be anything.

use aside_shared::alert::AlertKey;
use aside_shared::id::ProposalId;
use serde::{Deserialize, Serialize};

use crate::panel::few::Few;
use crate::panel::json;

use super::{Call, Effect, OpenEvidence, State, Sub, Tab, Turn, TurnState};

/// Under which name the panel's own state is kept.
pub(super) const PANEL: &str = "panel";

/// The worker keeps no more than this for a name, in bytes of JSON; the oldest answers are let go first.
const KEPT_MAX: usize = 200_000;

/// Under which name an alert's state is kept.
pub fn key_of(key: &AlertKey) -> String {
    format!("alert:{}/{}/{}", key.tenant, key.platform, key.id)
}

/// What is kept of an alert.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// The unfinished question.
    pub draft: String,
    /// Which tab.
    pub tab: Tab,
    /// What lies over the tabs.
    pub sub: Option<Sub>,
    /// How far each view is scrolled, in pixels.
    pub scroll: Few<Tab, i32>,
    /// The open evidence.
    pub evidence: Option<OpenEvidence>,
    /// The proposal whose sheet is open.
    pub sheet: Option<ProposalId>,
    /// Questions and answers.
    pub turns: Vec<Turn>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Panel {
    keys_off: bool,
    #[serde(default)]
    rules_only: bool,
    typed: String,
    paste: String,
}

/// Keeps the panel's own state.
pub(super) fn save_panel(state: &State) -> Effect {
    let panel = Panel {
        keys_off: state.keys_off,
        rules_only: state.rules_only,
        typed: state.typed.clone(),
        paste: state.paste.clone(),
    };
    Effect::Save {
        key: PANEL.to_owned(),
        value: json::write(&panel),
    }
}

/// Keeps the state of the alert that is being read.
pub(super) fn save(state: &State) -> Vec<Effect> {
    let Some(reading) = state.reading() else {
        return Vec::new();
    };
    let sheet = reading.sheet.as_ref().map(|sheet| sheet.proposal.clone());
    let mut kept = Kept {
        draft: reading.draft.clone(),
        tab: reading.tab,
        sub: reading.sub,
        scroll: reading.scroll.clone(),
        evidence: reading.evidence.clone(),
        sheet: sheet.or_else(|| reading.wanted_sheet.clone()),
        turns: reading.turns.clone(),
    };
    let mut value = json::write(&kept);
    while value.len() > KEPT_MAX && !kept.turns.is_empty() {
        kept.turns.remove(0);
        // The place of an answer is told from the first.
        kept.sub = kept.sub.filter(|sub| !matches!(sub, Sub::SentFor(_)));
        value = json::write(&kept);
    }
    vec![Effect::Save {
        key: key_of(&reading.key),
        value,
    }]
}

pub(super) fn keys_off(state: &mut State, off: bool) -> Vec<Effect> {
    state.keys_off = off;
    vec![save_panel(state)]
}

pub(super) fn loaded(state: &mut State, key: &str, value: &str) -> Vec<Effect> {
    if key == PANEL {
        let panel: Panel = json::read(value).unwrap_or_default();
        state.keys_off = panel.keys_off;
        state.rules_only = panel.rules_only;
        if let Some(reading) = state.reading_mut() {
            reading.tell(panel.rules_only);
        }
        if state.paste.is_empty() {
            state.paste = panel.paste;
        }
        if state.typed.is_empty() && !panel.typed.is_empty() {
            state.typed.clone_from(&panel.typed);
            state.session.restore(panel.typed);
        }
        return Vec::new();
    }
    let Some(reading) = state.reading_mut() else {
        return Vec::new();
    };
    if key_of(&reading.key) != key {
        return Vec::new();
    }
    let kept: Kept = json::read(value).unwrap_or_default();
    if reading.draft.is_empty() {
        reading.draft = kept.draft;
    }
    if reading.turns.is_empty() {
        reading.turns = kept.turns;
        for turn in &mut reading.turns {
            if turn.state == TurnState::Pending {
                turn.state =
                    TurnState::Failed("The panel was closed before the answer.".to_owned());
            }
        }
    }
    reading.tab = kept.tab;
    reading.sub = kept.sub;
    reading.scroll = kept.scroll;
    reading.evidence = reading.evidence.take().or(kept.evidence);
    match kept.sheet {
        Some(id) if reading.sheet.is_none() => {
            reading.wanted_sheet = Some(id.clone());
            vec![state.call(Call::Proposal(id))]
        }
        _ => Vec::new(),
    }
}
