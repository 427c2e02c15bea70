//! The icons: one sheet of symbols, and their use.

use leptos::prelude::*;

/// All symbols, once, for [`icon`] to use.
pub fn sheet() -> AnyView {
    view! {
        <svg hidden aria-hidden="true">
            <symbol id="i-arc" viewBox="0 0 16 16"><path d="M8 3a5 5 0 1 1-5 5"/></symbol>
            <symbol id="i-check" viewBox="0 0 16 16"><path d="m3 8.5 3.25 3.25L13 4.75"/></symbol>
            <symbol id="i-clock" viewBox="0 0 16 16"><circle cx="8" cy="8" r="5.75"/><path d="M8 4.75V8l2.25 1.5"/></symbol>
            <symbol id="i-close" viewBox="0 0 16 16"><path d="m4 4 8 8M12 4l-8 8"/></symbol>
            <symbol id="i-collapse" viewBox="0 0 16 16"><path d="m4 4 4 4-4 4M8.5 4l4 4-4 4"/></symbol>
            <symbol id="i-copy" viewBox="0 0 16 16"><path d="M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3"/></symbol>
            <symbol id="i-eye" viewBox="0 0 16 16"><path d="M1.75 8c1.5-2.7 3.6-4 6.25-4s4.75 1.3 6.25 4c-1.5 2.7-3.6 4-6.25 4s-4.75-1.3-6.25-4z"/><circle cx="8" cy="8" r="1.75"/></symbol>
            <symbol id="i-host" viewBox="0 0 16 16"><path d="M2.5 3h11v7.5h-11zM6 13.5h4M8 10.5v3"/></symbol>
            <symbol id="i-info" viewBox="0 0 16 16"><circle cx="8" cy="8" r="5.75"/><path d="M8 7.5v3.25M8 5.25h.01"/></symbol>
            <symbol id="i-left" viewBox="0 0 16 16"><path d="M10 3.5 5.5 8l4.5 4.5"/></symbol>
            <symbol id="i-lock" viewBox="0 0 16 16"><path d="M3.5 7.25h9v6h-9zM5.5 7.25v-2a2.5 2.5 0 0 1 5 0v2"/></symbol>
            <symbol id="i-mark" viewBox="0 0 16 16"><path d="M2 2.5h8v11H2z" opacity=".35"/><path d="M11.25 2.5H14v11h-2.75z"/></symbol>
            <symbol id="i-more" viewBox="0 0 16 16"><path d="M3.5 8h.01M8 8h.01M12.5 8h.01" stroke-width="2.2"/></symbol>
            <symbol id="i-open" viewBox="0 0 16 16"><path d="M7 3.5H3v9.5h9.5V9M9.5 3H13v3.5M13 3 8 8"/></symbol>
            <symbol id="i-popout" viewBox="0 0 16 16"><path d="M6.5 3H3v10h10V9.5M9 3h4v4M13 3 7.5 8.5"/></symbol>
            <symbol id="i-retry" viewBox="0 0 16 16"><path d="M13 8a5 5 0 1 1-1.6-3.65M13 2.5V5.5h-3"/></symbol>
            <symbol id="i-right" viewBox="0 0 16 16"><path d="m6 3.5 4.5 4.5L6 12.5"/></symbol>
            <symbol id="i-ring" viewBox="0 0 16 16"><circle cx="8" cy="8" r="5"/></symbol>
            <symbol id="i-send" viewBox="0 0 16 16"><path d="M8 13V3.5M3.75 7.5 8 3.25l4.25 4.25"/></symbol>
            <symbol id="i-undo" viewBox="0 0 16 16"><path d="M3 6.5h6.5a3.25 3.25 0 0 1 0 6.5H6M5.5 4 3 6.5 5.5 9"/></symbol>
            <symbol id="i-user" viewBox="0 0 16 16"><circle cx="8" cy="5.25" r="2.5"/><path d="M3 13.5c.5-2.7 2.4-4 5-4s4.5 1.3 5 4"/></symbol>
            <symbol id="i-warn" viewBox="0 0 16 16"><path d="M8 2.5 14 13.25H2zM8 6.5v3M8 11.4h.01"/></symbol>
        </svg>
    }
    .into_any()
}

/// An icon beside words that say the same.
pub fn icon(name: &'static str) -> AnyView {
    view! { <svg class="i" aria-hidden="true"><use href=format!("#i-{name}")></use></svg> }
        .into_any()
}

/// An icon that stands for `label`.
pub fn named(name: &'static str, class: &'static str, label: &'static str) -> AnyView {
    view! {
        <svg class=class role="img" aria-label=label><use href=format!("#i-{name}")></use></svg>
    }
    .into_any()
}

/// The bars of a priority: 4 for P1 to 1 for P4.
pub fn bars(lit: usize) -> AnyView {
    const PLACES: [&str; 4] = ["0", "3.6", "7.2", "10.8"];
    let bar = |at: usize| {
        let height = 3 * (at + 1);
        view! {
            <rect x=PLACES[at] y={12 - height} width="2.6" height=height class:off={at >= lit}/>
        }
    };
    view! {
        <svg class="bars" data-p=5 - lit viewBox="0 0 14 12" aria-hidden="true">
            {(0..4).map(bar).collect_view()}
        </svg>
    }
    .into_any()
}
