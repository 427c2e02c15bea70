//! The timeline: a strip of all events, and the list of those that are asked for.

use std::collections::HashMap;
use std::sync::Arc;

use aside_shared::alert::{Alert, Verb};
use aside_shared::analysis::TimelineEntry;
use aside_shared::id::EvidenceId;
use aside_shared::instant::utc_clock;
use leptos::prelude::*;

use super::element::{el, live, several};

use super::chips::cites;
use super::shapes::switch;
use super::text::sentence;
use super::times::{day, zone};
use crate::panel::state::{Cited, Msg, TimelineShow};
use crate::panel::store::Store;
use crate::panel::strip::{GAP_MS, Span};
use crate::panel::words::{count, length, percent};

type Drawn = (Arc<Vec<TimelineEntry>>, Option<Arc<Alert>>, TimelineShow);

/// The view.
pub fn timeline(store: Store) -> AnyView {
    let drawn = store.reading(|reading| {
        Some((
            reading.timeline.clone(),
            reading.alert.clone(),
            reading.timeline_show,
        ))
    });
    let content = live(move || match drawn.get() {
        Some(drawn) if !drawn.0.is_empty() => shown(store, &drawn),
        _ => el("p", "dim").with("No event with a time yet.").draw(),
    });
    el("section", "sec")
        .attr("aria-label", "Timeline")
        .with(content)
        .draw()
}

fn kept(entry: &TimelineEntry, verbs: &HashMap<&EvidenceId, Verb>, show: TimelineShow) -> bool {
    let verb = verbs.get(&entry.evidence);
    match show {
        TimelineShow::Key => entry.telling || entry.is_alert,
        TimelineShow::All => true,
        TimelineShow::Network => {
            matches!(
                verb,
                Some(Verb::ConnectedTo | Verb::Accepted | Verb::Resolved)
            )
        }
        TimelineShow::Files => matches!(
            verb,
            Some(Verb::Wrote | Verb::Read | Verb::Deleted | Verb::Renamed | Verb::Loaded)
        ),
    }
}

fn shown(store: Store, (entries, alert, show): &Drawn) -> AnyView {
    let verbs: HashMap<&EvidenceId, Verb> = alert
        .iter()
        .flat_map(|alert| &alert.evidence)
        .map(|item| (&item.id, item.verb))
        .collect();
    let number = |show| {
        entries
            .iter()
            .filter(|entry| kept(entry, &verbs, show))
            .count()
    };
    let chip = |show_this: TimelineShow, label: &str| {
        let number = number(show_this);
        let pressed = *show == show_this;
        (number > 0 || pressed).then(|| {
            let label = format!("{label} {number}");
            switch(store, pressed, label, Msg::ShowTimeline(show_this))
        })
    };
    let first = entries
        .first()
        .map(|entry| entry.at.unix_ms)
        .unwrap_or_default();
    let zone = match zone(first).as_str() {
        "UTC" => String::new(),
        zone => format!(" Local is {zone}."),
    };
    let rows: Vec<&TimelineEntry> = entries
        .iter()
        .filter(|entry| kept(entry, &verbs, *show))
        .collect();
    let items = rows.iter().enumerate().map(|(at, entry)| {
        let before = at.checked_sub(1).map(|before| rows[before].at.unix_ms);
        let gap = before
            .map(|before| entry.at.unix_ms.saturating_sub(before))
            .filter(|gap| *gap >= GAP_MS);
        row(store, at, entry, gap)
    });
    several()
        .with(
            el("div", "tags")
                .with(chip(TimelineShow::Key, "Key"))
                .with(chip(TimelineShow::All, "All"))
                .with(chip(TimelineShow::Network, "Network"))
                .with(chip(TimelineShow::Files, "Files")),
        )
        .with(el("p", "foot").with(format!("{}, times UTC.{zone}", day(first))))
        .with(strip(entries))
        .with(el("ol", "tl").with(items.collect::<Vec<_>>()))
        .with(
            rows.is_empty()
                .then(|| el("p", "dim").with("None of these in the evidence.")),
        )
        .draw()
}

fn row(store: Store, at: usize, entry: &TimelineEntry, gap: Option<i64>) -> AnyView {
    let time = utc_clock(entry.at.unix_ms);
    several()
        .with(gap.map(|gap| {
            el("li", "gap")
                .with(el("time", ""))
                .with(el("span", "dot"))
                .with(el("span", "t").with(length(gap)))
        }))
        .with(
            el("li", "")
                .attr("id", format!("tl-{}", entry.evidence))
                .class_if("hot", entry.telling && !entry.is_alert)
                .class_if("mark", entry.is_alert)
                .with(el("time", "").with(time))
                .with(el("span", "dot"))
                .with(
                    el("span", "t")
                        .with(sentence(&entry.sentence))
                        .with(entry.skewed.then(|| {
                            several()
                                .with(" ")
                                .with(el("span", "tag-t").with("host’s clock is off"))
                        }))
                        .with(cites(
                            store,
                            std::slice::from_ref(&entry.evidence),
                            &Cited::Elsewhere,
                            &format!("tl{at}"),
                        )),
                ),
        )
        .draw()
}

/// More marks than this are not told apart on the strip.
const MARKS: usize = 600;

fn strip(entries: &[TimelineEntry]) -> Option<AnyView> {
    let span = Span::of(entries.iter().map(|entry| entry.at.unix_ms))?;
    let mark = |entry: &TimelineEntry| {
        let (class, y, height) = match (entry.is_alert, entry.telling) {
            (true, _) => ("now", "1", "16"),
            (false, true) => ("hot", "6", "11"),
            (false, false) => ("ev", "11", "6"),
        };
        let x = percent(span.place(entry.at.unix_ms));
        view! { <rect class=class x=x y=y width="2" height=height/> }
    };
    let marks = entries.iter().take(MARKS).map(mark).collect_view();
    let labels = span
        .labels()
        .into_iter()
        .map(|tick| {
            let clock = utc_clock(tick.unix_ms);
            let clock = if span.is_short() {
                clock
            } else {
                clock[..5].to_owned()
            };
            view! { <text x=percent(tick.x) y="31" text-anchor="middle">{clock}</text> }
        })
        .collect_view();
    let first = entries
        .first()
        .map(|entry| utc_clock(entry.at.unix_ms))
        .unwrap_or_default();
    let last = entries
        .last()
        .map(|entry| utc_clock(entry.at.unix_ms))
        .unwrap_or_default();
    let label = format!(
        "{} from {first} to {last} UTC",
        count(entries.len(), "event")
    );
    let strip = view! {
        <svg class="strip" role="img" aria-label=label>
            <rect class="axis" y="17" width="100%" height="1"/>
            {marks}
            {labels}
        </svg>
    };
    Some(strip.into_any())
}
