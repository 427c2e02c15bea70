//! Questions and answers.

use aside_shared::chat::{Answer, QUESTION_MAX, Question};
use serde::{Deserialize, Serialize};

use super::{Call, Effect, Fault, Reply, State, Tab, kept};

/// A question with what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// The question.
    pub question: String,
    /// What came of it.
    pub state: TurnState,
}

/// What came of a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TurnState {
    /// Not answered yet.
    Pending,
    /// Answered.
    Answered(Box<Answer>),
    /// It could not be asked: why.
    Failed(String),
}

/// How many turns are kept.
const TURNS_MAX: usize = 20;

pub(super) fn draft(state: &mut State, text: String) -> Vec<Effect> {
    let Some(reading) = state.reading_mut() else {
        return Vec::new();
    };
    reading.draft = text;
    kept::save(state)
}

pub(super) fn send(state: &mut State) -> Vec<Effect> {
    let Some(reading) = state.reading_mut() else {
        return Vec::new();
    };
    let text = reading.draft.trim().to_owned();
    if text.is_empty() || text.chars().count() > QUESTION_MAX {
        return Vec::new();
    }
    reading.draft.clear();
    ask(state, text)
}

pub(super) fn ask(state: &mut State, text: String) -> Vec<Effect> {
    let Some(reading) = state.reading_mut() else {
        return Vec::new();
    };
    reading.turns.push(Turn {
        question: text.clone(),
        state: TurnState::Pending,
    });
    let over = reading.turns.len().saturating_sub(TURNS_MAX);
    reading.turns.drain(..over);
    reading.tab = Tab::Ask;
    reading.sub = None;
    let question = Question {
        alert: reading.key.clone(),
        text,
    };
    let mut effects = vec![
        state.call(Call::Ask(question)),
        Effect::Reveal("last-turn".to_owned()),
    ];
    effects.extend(kept::save(state));
    effects
}

pub(super) fn answered(
    state: &mut State,
    question: &str,
    result: Result<Reply, Fault>,
) -> Vec<Effect> {
    let Some(reading) = state.reading_mut() else {
        return Vec::new();
    };
    let pending = reading
        .turns
        .iter_mut()
        .find(|turn| turn.state == TurnState::Pending && turn.question == question);
    let Some(turn) = pending else {
        return Vec::new();
    };
    turn.state = match result {
        Ok(Reply::Answer(answer)) => {
            if let Answer::Host { state: host } = &answer {
                reading.hosts.insert(host.id.clone(), Ok(host.clone()));
            }
            TurnState::Answered(Box::new(answer))
        }
        Ok(_) => return Vec::new(),
        Err(fault) => TurnState::Failed(fault.text()),
    };
    "Answered".clone_into(&mut state.said);
    let mut effects = kept::save(state);
    effects.push(Effect::Reveal("last-turn".to_owned()));
    effects
}
