//! Untrusted text, as text nodes only: what cannot be seen is shown by its code point, names are
//! shortened, long blocks are shown in part until asked for.

use aside_shared::text::{Piece, SENTENCE_NAME, Span, code_point, pieces, shorten};
use leptos::prelude::*;

use super::element::{button, el, live, several};

use crate::panel::state::Msg;
use crate::panel::store::Store;
use crate::panel::words::grouped;

/// `text` with hidden characters visible.
pub fn visible(text: &str) -> AnyView {
    let parts = pieces(text);
    if let [Piece::Plain(plain)] = parts.as_slice() {
        return (*plain).to_owned().into_any();
    }
    parts
        .into_iter()
        .map(|piece| match piece {
            Piece::Plain(plain) => plain.to_owned().into_any(),
            Piece::CodePoint(c) => el("span", "cp").with(code_point(c)).draw(),
        })
        .collect::<Vec<_>>()
        .into_any()
}

/// A name in a sentence: set in code, cut in the middle when long, its length beside it.
pub fn name(text: &str) -> AnyView {
    let short = shorten(text, SENTENCE_NAME);
    match short.rsplit_once(" (").filter(|_| short != text) {
        Some((cut, length)) => {
            let length = format!(" ({length}");
            several()
                .with(el("code", "").with(visible(cut)))
                .with(length)
                .draw()
        }
        None => el("code", "").with(visible(text)).draw(),
    }
}

/// A name where it stands alone, not in a sentence.
pub fn plain_name(text: &str) -> AnyView {
    visible(&shorten(text, SENTENCE_NAME))
}

/// A sentence.
pub fn sentence(spans: &[Span]) -> AnyView {
    spans
        .iter()
        .map(|span| match span {
            Span::Text(words) => visible(words),
            Span::Name(text) => name(text),
        })
        .collect::<Vec<_>>()
        .into_any()
}

/// A heading whose names stand out by weight, not in code.
pub fn heading(spans: &[Span]) -> AnyView {
    spans
        .iter()
        .map(|span| match span {
            Span::Text(words) => visible(words),
            Span::Name(text) => el("b", "").with(plain_name(text)).draw(),
        })
        .collect::<Vec<_>>()
        .into_any()
}

/// Characters of a block that are drawn before the whole is asked for: some lines more than fit.
const BLOCK_PART: usize = 1_200;
/// Lines that are shown before the whole is asked for.
const BLOCK_LINES: usize = 4;
/// Characters that fit about four lines of the narrowest panel.
const BLOCK_FITS: usize = 160;

/// A block of recorded text, with a way to the whole of it and to a copy.
pub fn block(store: Store, label: String, text: String) -> AnyView {
    let length = text.chars().count();
    let long = length > BLOCK_FITS || text.lines().count() > BLOCK_LINES;
    let hidden = pieces(&text)
        .iter()
        .filter(|piece| matches!(piece, Piece::CodePoint(_)))
        .count();
    let whole = RwSignal::new(false);
    let warned = RwSignal::new(hidden == 0);
    let part: String = text.chars().take(BLOCK_PART).collect();
    let all = StoredValue::new(text);
    let copy = move || {
        if warned.get_untracked() {
            store.send(Msg::Copy(all.get_value()));
        } else {
            warned.set(true);
        }
    };
    let copy_label = move || match (hidden, warned.get()) {
        (0, _) | (_, false) => "Copy".to_owned(),
        (_, true) => format!("Copy with {hidden} hidden"),
    };
    let region = format!("{label}, all");
    el("div", "")
        .with(
            el("p", "label raw-label")
                .with(el("span", "").with(label))
                .with(button("tb").on_click(copy).with(live(copy_label))),
        )
        .with(live(move || match whole.get() {
            false => el("code", "raw")
                .class_if("clamp", long)
                .with(visible(&part))
                .draw(),
            true => el("code", "raw all")
                .attr("tabindex", "0")
                .attr("role", "region")
                .attr("aria-label", region.clone())
                .with(visible(&all.get_value()))
                .draw(),
        }))
        .with(long.then(|| {
            button("tb")
                .live("aria-expanded", move || whole.get().to_string())
                .on_click(move || whole.update(|whole| *whole = !*whole))
                .with(live(move || match whole.get() {
                    false => format!("Show all {} characters", grouped(length)),
                    true => "Show less".to_owned(),
                }))
        }))
        .draw()
}
