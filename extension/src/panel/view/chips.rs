//! Evidence chips.

use aside_shared::id::EvidenceId;
use leptos::prelude::*;

use super::element::{button, el, live, several};

use crate::panel::state::{Cited, Msg, OpenEvidence};
use crate::panel::store::Store;

/// So many chips stand beside a statement; of more, the last say how many.
const SHOWN: usize = 4;

/// The chips of what a statement rests on. `place` is unique in the document: the focus returns by it.
pub fn cites(store: Store, ids: &[EvidenceId], cited: &Cited, place: &str) -> AnyView {
    let ids: Vec<EvidenceId> = ids.to_vec();
    let (cited, place) = (cited.clone(), place.to_owned());
    let folded = RwSignal::new(ids.len() > SHOWN);
    let is_short = ids.len() < SHOWN;
    several()
        .with(" ")
        .with(el("span", "").class_if("nb", is_short).with(live(move || {
            let shown = if folded.get() { SHOWN - 1 } else { ids.len() };
            let rest = ids.len() - shown;
            let more = (rest > 0).then(|| {
                button("cite")
                    .attr("aria-label", format!("{rest} more pieces of evidence"))
                    .on_click(move || folded.set(false))
                    .with(format!("+{rest}"))
            });
            let chips = ids
                .iter()
                .take(shown)
                .enumerate()
                .map(|(at, id)| chip(store, id.clone(), cited.clone(), format!("{place}-{at}")))
                .collect::<Vec<_>>();
            several().with(chips).with(more)
        })))
        .draw()
}

/// One chip: opens its evidence.
pub fn chip(store: Store, id: EvidenceId, cited: Cited, dom_id: String) -> AnyView {
    let label = store.peek(|state| match state.reading() {
        Some(reading) => reading.numbers.label(&id),
        None => String::new(),
    });
    let open = OpenEvidence {
        id: id.clone(),
        cited: cited.clone(),
        chip: dom_id.clone(),
    };
    let current = store.reading(move |reading| {
        reading
            .evidence
            .as_ref()
            .is_some_and(|open| open.id == id && open.cited == cited)
    });
    button("cite")
        .attr("id", dom_id)
        .attr("aria-label", format!("Evidence {label}"))
        .live("aria-current", move || current.get().then_some("true"))
        .on_click(move || store.send(Msg::OpenEvidence(open.clone())))
        .with(label.clone())
        .draw()
}
