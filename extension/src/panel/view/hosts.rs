//! The hosts' state now, over what can be done about them.

use leptos::prelude::*;

use super::icons::icon;
use super::shapes::maybe;
use super::text::{plain_name, visible};
use crate::panel::hosts::host_lines;
use crate::panel::state::State;
use crate::panel::store::Store;

/// A line for each host; in place from the start, so that nothing moves when the state has come.
pub fn hosts(store: Store) -> AnyView {
    let lines = store.part(|state: &State| match state.reading() {
        Some(reading) => host_lines(state, reading),
        None => Vec::new(),
    });
    maybe(move || {
        let lines = lines.get();
        let items = lines.iter().map(|line| {
            let name = (!line.name.is_empty()).then(|| {
                let name = plain_name(&line.name);
                view! { <b>{name}</b>": " }
            });
            view! { <li>{icon("host")}<span>{name}{visible(&line.words)}</span></li> }
        });
        let list = view! { <ul class="hosts" aria-label="Hosts now">{items.collect_view()}</ul> };
        (!lines.is_empty()).then(|| list.into_any())
    })
}
