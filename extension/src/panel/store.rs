//! The one store: the state as a signal, and the way in for whatever happens.

use leptos::prelude::*;

use super::effects;
use super::part::Part;
use super::state::{Msg, Reading, State, reduce};

/// The state of the panel. Copied freely: it is three signals' names.
#[derive(Clone, Copy)]
pub struct Store {
    state: RwSignal<State>,
    now_ms: RwSignal<i64>,
    /// Whether the first action of the Brief is wholly in sight: what the browser measures.
    pub first_action_in_sight: RwSignal<bool>,
}

impl Store {
    /// A store that knows nothing.
    pub fn new() -> Self {
        Self {
            state: RwSignal::new(State::default()),
            now_ms: RwSignal::new(now_ms()),
            first_action_in_sight: RwSignal::new(false),
        }
    }

    /// Lets something happen: changes the state and runs what follows from it.
    pub fn send(self, msg: Msg) {
        let effects = self.state.try_update(|state| {
            state.now_ms = now_ms();
            reduce(state, msg)
        });
        for effect in effects.unwrap_or_default() {
            effects::run(self, effect);
        }
    }

    /// A part of the state: what depends on it changes only when it does.
    pub fn part<T>(self, of: impl Fn(&State) -> T + Send + Sync + 'static) -> Part<T>
    where
        T: PartialEq + Send + Sync + 'static,
    {
        Part::new(move || self.state.with(&of))
    }

    /// A part of the alert that is being read; nothing of it when none is.
    pub fn reading<T>(self, of: impl Fn(&Reading) -> T + Send + Sync + 'static) -> Part<T>
    where
        T: Default + PartialEq + Send + Sync + 'static,
    {
        self.part(move |state| state.reading().map(&of).unwrap_or_default())
    }

    /// Looks at the state without depending on it.
    pub fn peek<T>(self, of: impl FnOnce(&State) -> T) -> T {
        self.state.with_untracked(of)
    }

    /// The time, milliseconds since the epoch, renewed every second.
    pub fn now(self) -> i64 {
        self.now_ms.get()
    }

    /// Renews the time.
    pub fn tick(self) {
        self.now_ms.set(now_ms());
    }
}

fn now_ms() -> i64 {
    js_sys::Date::now() as i64
}
