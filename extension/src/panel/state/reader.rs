//! Where the reader is in an alert: tabs, Why, evidence, processes, timeline, scroll.

use aside_shared::console::{CONSOLES, Location, console_of};
use aside_shared::id::{EntityId, EvidenceId};
use aside_shared::text::plain;
use serde::{Deserialize, Serialize};

use super::reading::{TOLD, headline, read_activity};
use super::{Effect, State, kept};

/// The views of an alert.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Tab {
    /// What happened, what to do next.
    #[default]
    Brief,
    /// The process tree.
    Processes,
    /// The timeline.
    Timeline,
    /// Questions.
    Ask,
    /// Audit entries.
    Activity,
}

impl Tab {
    /// In order.
    pub const ALL: [Self; 5] = [
        Self::Brief,
        Self::Processes,
        Self::Timeline,
        Self::Ask,
        Self::Activity,
    ];

    /// Its name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Brief => "Brief",
            Self::Processes => "Processes",
            Self::Timeline => "Timeline",
            Self::Ask => "Ask",
            Self::Activity => "Activity",
        }
    }

    /// Its element's id in the document.
    pub fn dom_id(self) -> &'static str {
        match self {
            Self::Brief => "t-brief",
            Self::Processes => "t-processes",
            Self::Timeline => "t-timeline",
            Self::Ask => "t-ask",
            Self::Activity => "t-activity",
        }
    }
}

/// What lies over the tabs, with a way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sub {
    /// Why this priority.
    Why,
    /// What was sent to the model for the summary.
    Sent,
    /// What was sent to it for the answer to the question at this place.
    SentFor(usize),
}

impl Sub {
    /// The id in the document of what opens it.
    pub fn opener(self) -> String {
        match self {
            Self::Why => "prio".to_owned(),
            Self::Sent => "sent-b".to_owned(),
            Self::SentFor(at) => format!("sent-b{at}"),
        }
    }
}

/// Where a chip stands that cites evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cited {
    /// In a claim of the brief.
    Claim(usize),
    /// Anywhere else.
    #[default]
    Elsewhere,
}

/// The open evidence, and where it was opened from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenEvidence {
    /// Which.
    pub id: EvidenceId,
    /// What cites it there.
    #[serde(default)]
    pub cited: Cited,
    /// The chip's id in the document, to return the focus to.
    #[serde(default)]
    pub chip: String,
}

/// What the timeline shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimelineShow {
    /// What signals rest on, and the alert.
    #[default]
    Key,
    /// Everything.
    All,
    /// Connections and look-ups.
    Network,
    /// Files.
    Files,
}

pub(super) fn show_tab(state: &mut State, tab: Tab) -> Vec<Effect> {
    let Some(reading) = state.reading_mut() else {
        return Vec::new();
    };
    reading.tab = tab;
    reading.sub = None;
    let mut effects = kept::save(state);
    if tab == Tab::Activity {
        effects.extend(read_activity(state));
    }
    effects
}

pub(super) fn show(state: &mut State, sub: Sub) -> Vec<Effect> {
    let Some(reading) = state.reading_mut() else {
        return Vec::new();
    };
    let is_there = match sub {
        Sub::Why => reading.assessment.is_some(),
        Sub::Sent | Sub::SentFor(_) => reading.report(sub).is_some(),
    };
    if !is_there {
        return Vec::new();
    }
    reading.sub = Some(sub);
    let mut effects = kept::save(state);
    effects.push(Effect::Focus("sub-back".to_owned()));
    effects
}

/// Shows what the rules alone say, or what the model made of it, in the same place.
pub(super) fn rules_only(state: &mut State, on: bool) -> Vec<Effect> {
    state.rules_only = on;
    if let Some(reading) = state.reading_mut() {
        reading.tell(on);
    }
    let said = if on {
        "What the rules alone say"
    } else {
        "What the model made of it, checked"
    };
    said.clone_into(&mut state.said);
    vec![
        Effect::Hold(TOLD.to_owned()),
        // The switch is drawn anew.
        Effect::KeepFocus("rules-only".to_owned()),
        kept::save_panel(state),
    ]
}

pub(super) fn back(state: &mut State) -> Vec<Effect> {
    let Some(reading) = state.reading_mut() else {
        return Vec::new();
    };
    let Some(sub) = reading.sub.take() else {
        return Vec::new();
    };
    let mut effects = kept::save(state);
    effects.push(Effect::Focus(sub.opener()));
    effects
}

pub(super) fn open_evidence(state: &mut State, open: OpenEvidence) -> Vec<Effect> {
    let Some(reading) = state.reading_mut() else {
        return Vec::new();
    };
    let reveal = match &open.cited {
        Cited::Claim(at) => Some(format!("claim-{at}")),
        Cited::Elsewhere => None,
    };
    reading.evidence = Some(open);
    let mut effects = kept::save(state);
    effects.push(Effect::Focus("ev-t".to_owned()));
    effects.extend(reveal.map(Effect::Reveal));
    effects
}

pub(super) fn step_evidence(state: &mut State, by: i32) -> Vec<Effect> {
    let Some(reading) = state.reading_mut() else {
        return Vec::new();
    };
    let Some(open) = &mut reading.evidence else {
        return Vec::new();
    };
    let Some(next) = reading.numbers.step(&open.id, by) else {
        return Vec::new();
    };
    open.id = next.clone();
    let mut effects = kept::save(state);
    effects.push(Effect::KeepFocus("ev-t".to_owned()));
    effects
}

pub(super) fn close_evidence(state: &mut State) -> Vec<Effect> {
    let Some(reading) = state.reading_mut() else {
        return Vec::new();
    };
    let Some(open) = reading.evidence.take() else {
        return Vec::new();
    };
    let mut effects = kept::save(state);
    if !open.chip.is_empty() {
        effects.push(Effect::Focus(open.chip));
    }
    effects
}

pub(super) fn show_in_timeline(state: &mut State, id: &EvidenceId) -> Vec<Effect> {
    let Some(reading) = state.reading_mut() else {
        return Vec::new();
    };
    let entry = reading.timeline.iter().find(|entry| &entry.evidence == id);
    if !entry.is_some_and(|entry| entry.telling || entry.is_alert) {
        reading.timeline_show = TimelineShow::All;
    }
    let mut effects = show_tab(state, Tab::Timeline);
    effects.push(Effect::Reveal(format!("tl-{id}")));
    effects
}

pub(super) fn show_process(state: &mut State, id: EntityId) -> Vec<Effect> {
    let Some(reading) = state.reading_mut() else {
        return Vec::new();
    };
    reading.process = Some(id);
    reading.all_processes = true;
    let mut effects = show_tab(state, Tab::Processes);
    effects.push(Effect::Reveal("process-on".to_owned()));
    effects
}

pub(super) fn select_process(state: &mut State, id: EntityId) -> Vec<Effect> {
    if let Some(reading) = state.reading_mut() {
        let open = reading.process.as_ref() == Some(&id);
        reading.process = (!open).then_some(id);
    }
    Vec::new()
}

pub(super) fn all_processes(state: &mut State, all: bool) -> Vec<Effect> {
    if let Some(reading) = state.reading_mut() {
        reading.all_processes = all;
    }
    Vec::new()
}

pub(super) fn command_lines(state: &mut State, shown: bool) -> Vec<Effect> {
    if let Some(reading) = state.reading_mut() {
        reading.command_lines = shown;
    }
    Vec::new()
}

pub(super) fn show_timeline(state: &mut State, show: TimelineShow) -> Vec<Effect> {
    if let Some(reading) = state.reading_mut() {
        reading.timeline_show = show;
    }
    Vec::new()
}

pub(super) fn scrolled(state: &mut State, tab: Tab, top: i32) -> Vec<Effect> {
    let Some(reading) = state.reading_mut() else {
        return Vec::new();
    };
    if reading.scroll.insert(tab, top) == Some(top) {
        return Vec::new();
    }
    kept::save(state)
}

/// The brief as plain text, with its evidence's numbers.
pub(super) fn copy_brief(state: &mut State) -> Vec<Effect> {
    let Some(reading) = state.reading().filter(|reading| !reading.claims.is_empty()) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    lines.extend(reading.assessment.as_ref().map(|a| headline(a)));
    for claim in &reading.claims {
        let numbers: Vec<String> = claim
            .evidence
            .iter()
            .map(|id| reading.numbers.label(id))
            .collect();
        let bullet = if claim.lead { "" } else { "- " };
        let sentence = plain(&claim.sentence);
        lines.push(format!("{bullet}{sentence} [{}]", numbers.join(", ")));
    }
    let text = lines.join("\n");
    "Brief copied".clone_into(&mut state.said);
    vec![Effect::Copy(text)]
}

/// Opens the vendor's own page of the alert. The link is the vendor's text: it must be https on a
/// known console.
pub(super) fn open_console(state: &mut State) -> Vec<Effect> {
    console_link(state)
        .map(Effect::OpenConsole)
        .into_iter()
        .collect()
}

/// The link to the alert in its console, if there is a sound one.
pub fn console_link(state: &State) -> Option<String> {
    let url = state.reading()?.alert.as_ref()?.console_url.as_ref()?;
    let location = Location::parse(url)?;
    console_of(CONSOLES, &location.host)?;
    Some(url.clone())
}
