//! The hosts' state now, over what can be done about them.

use leptos::prelude::*;

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
    let items = move || {
        let items = lines.get().into_iter().map(|line| {
            view! {
                <li>
                    {icon("host")}
                    <span>
                        <b>{plain_name(&line.name)}</b>
                        {(!line.name.is_empty()).then_some(": ")}
                        {visible(&line.words)}
                    </span>
                </li>
            }
        });
        items.collect_view()
    };
    let any = move || !lines.with(Vec::is_empty);
    (move || any().then(|| view! { <ul class="hosts" aria-label="Hosts now">{items}</ul> }))
        .into_any()
}
