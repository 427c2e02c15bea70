//! The hosts' state now, over what can be done about them.

use leptos::prelude::*;

use super::element::{el, live, several};

use super::icons::icon;
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
    live(move || {
        let lines = lines.get();
        let items = lines.iter().map(|line| {
            let name = (!line.name.is_empty()).then(|| {
                let name = plain_name(&line.name);
                several().with(el("b", "").with(name)).with(": ")
            });
            el("li", "")
                .with(icon("host"))
                .with(el("span", "").with(name).with(visible(&line.words)))
        });
        let list = el("ul", "hosts")
            .attr("aria-label", "Hosts now")
            .with(items.collect::<Vec<_>>());
        (!lines.is_empty()).then(|| list.draw())
    })
}
