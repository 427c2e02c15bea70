//! The evidence drawer: one observation, checkable down to the vendor's own fields.

use std::sync::Arc;

use aside_shared::alert::{Alert, Evidence, Object};
use leptos::prelude::*;

use super::element::{el, live, several};

use super::brief::claim_text;
use super::chips::chip;
use super::icons::icon;
use super::shapes::{Button, icon_button, pair, paragraph};
use super::text::{block, sentence, visible};
use super::times::local_seconds;
use super::top::has_sheet;
use crate::panel::evidence::{called, deed_capital, recorded, source};
use crate::panel::part::Part;
use crate::panel::processes::process;
use crate::panel::state::{Cited, Msg, Reading};
use crate::panel::store::Store;
use crate::panel::words::{add, count, fraction};
use aside_shared::instant::{Clock, utc_clock};

/// The drawer, while evidence is open that has arrived.
pub fn drawer(store: Store) -> AnyView {
    let shown = store.part(|state| found(state.reading()?));
    let is_open = Part::new(move || shown.with(Option::is_some));
    live(move || {
        is_open.get().then(|| {
            let content = live(move || {
                let (alert, item) = shown.get()?;
                Some(content(store, &alert, &item))
            });
            el("aside", "drawer")
                .attr("aria-labelledby", "ev-t")
                .with(content)
                .draw()
        })
    })
}

fn found(reading: &Reading) -> Option<(Arc<Alert>, Evidence)> {
    let open = reading.evidence.as_ref()?;
    let alert = reading.alert.as_ref()?;
    let item = alert.evidence.iter().find(|item| item.id == open.id)?;
    Some((alert.clone(), item.clone()))
}

fn content(store: Store, alert: &Arc<Alert>, item: &Evidence) -> AnyView {
    let (label, before, after, citing) = store.peek(|state| {
        let reading = state.reading();
        let numbers = reading
            .map(|reading| reading.numbers.clone())
            .unwrap_or_default();
        let step = |by| numbers.step(&item.id, by).map(|id| numbers.label(id));
        let citing: Vec<_> = reading
            .map(|reading| {
                let places = reading.citing(&item.id);
                places
                    .into_iter()
                    .map(|at| reading.claims[at].clone())
                    .collect()
            })
            .unwrap_or_default();
        (numbers.label(&item.id), step(-1), step(1), citing)
    });
    let arrow = |name: &'static str, by: i32, word: &str, to: Option<String>| {
        let label = match &to {
            Some(to) => format!("{word} evidence, {to}"),
            None => format!("No {} evidence", word.to_ascii_lowercase()),
        };
        Button::of("ib")
            .id(format!("ev-{name}"))
            .label(label)
            .disabled(to.is_none())
            .sends(store, Msg::StepEvidence(by), icon(name))
    };
    let group = format!("Evidence {label}");
    several()
        .with(
            el("div", "hd")
                .with(
                    el("h2", "")
                        .attr("id", "ev-t")
                        .attr("tabindex", "-1")
                        .with(el("span", "cite").attr("aria-current", "true").with(label))
                        .with(" ")
                        .with(sentence(&deed_capital(item, alert))),
                )
                .with(arrow("left", -1, "Previous", before))
                .with(arrow("right", 1, "Next", after))
                .with(icon_button(
                    store,
                    "close",
                    "Close evidence",
                    Msg::CloseEvidence,
                )),
        )
        .with(
            el("div", "body")
                .attr("tabindex", "0")
                .attr("role", "group")
                .attr("aria-label", group)
                .with(pairs(store, alert, item))
                .with(
                    recorded(item, alert)
                        .map(|(label, text)| block(store, label.to_owned(), text.to_owned())),
                )
                .with((!citing.is_empty()).then(|| {
                    el("div", "")
                        .with(
                            el("p", "label")
                                .with(format!("Cited by {}", count(citing.len(), "claim"))),
                        )
                        .with(
                            citing
                                .iter()
                                .map(|claim| el("p", "").with(claim_text(claim)))
                                .collect::<Vec<_>>(),
                        )
                }))
                .with(elsewhere(store, alert, item))
                .with(fields(item)),
        )
        .draw()
}

fn pairs(store: Store, alert: &Alert, item: &Evidence) -> AnyView {
    let platform = store.peek(|state| state.platform_label(&alert.key.tenant));
    let techniques = store.peek(|state| techniques(state.reading()?, item));
    let when = item.at.as_ref().map(|at| {
        let clock = match at.clock {
            Clock::Endpoint => "by the host’s clock",
            Clock::Cloud => "by the vendor’s clock",
        };
        let time = format!("{}{} UTC", utc_clock(at.unix_ms), fraction(at.unix_ms));
        several().with(el("dt", "").with("When")).with(
            el("dd", "when")
                .with(el("span", "num").with(time))
                .with(" ")
                .with(el("span", "dim num").with(local_seconds(at.unix_ms)))
                .with(
                    el("span", "sub")
                        .with(clock)
                        .with(", recorded as ")
                        .with(el("code", "").with(visible(&at.raw))),
                ),
        )
    });
    let who = process(alert, &item.subject);
    let user = who
        .and_then(|who| who.user.as_ref())
        .map(|user| sentence(&called(user, alert)));
    let integrity = who.and_then(|who| who.integrity.clone());
    let path = who.and_then(|who| who.path.clone());
    let derived: Vec<_> = item.derived_from.clone();
    let who = several()
        .with(sentence(&called(&item.subject, alert)))
        .with(user.map(|user| several().with(", ").with(user)))
        .with(integrity.map(|level| {
            several()
                .with(", ")
                .with(visible(&level))
                .with(" integrity")
        }))
        .with(path.map(|path| el("span", "sub").with(el("code", "").with(visible(&path)))));
    let techniques = techniques.filter(|names| !names.is_empty());
    let from = (!derived.is_empty()).then(|| {
        let chips = derived
            .into_iter()
            .enumerate()
            .map(|(at, id)| chip(store, id, Cited::Elsewhere, format!("d-{at}")));
        several().with(", from ").with(chips.collect::<Vec<_>>())
    });
    let from = several()
        .with(source(item, &platform))
        .with(from)
        .with(el("span", "sub").with(el("code", "").with(item.id.to_string())));
    el("dl", "kv")
        .with(when)
        .with(pair("Who", who))
        .with(pair("Did", sentence(&deed_capital(item, alert))))
        .with(techniques.map(|names| pair("Technique", visible(&names.join(", ")))))
        .with(pair("Source", from))
        .draw()
}

/// Techniques of the signals that rest on this.
fn techniques(reading: &Reading, item: &Evidence) -> Option<Vec<String>> {
    let assessment = reading.assessment.as_ref()?;
    let techniques = assessment
        .score
        .groups
        .iter()
        .flat_map(|group| &group.signals)
        .filter(|signal| signal.evidence.contains(&item.id))
        .flat_map(|signal| &signal.techniques);
    let mut names = Vec::new();
    for technique in techniques {
        add(&mut names, format!("{} {}", technique.id, technique.name));
    }
    Some(names)
}

fn elsewhere(store: Store, alert: &Alert, item: &Evidence) -> Option<AnyView> {
    // Over a sheet the views under it stay as they are.
    if store.peek(has_sheet) {
        return None;
    }
    let object = match &item.object {
        Some(Object::Entity(id)) if process(alert, id).is_some() => Some(id.clone()),
        _ => None,
    };
    let shown = object.or_else(|| process(alert, &item.subject).map(|_| item.subject.clone()));
    let in_timeline = Msg::ShowInTimeline(item.id.clone());
    let links = several()
        .with(
            shown
                .map(|id| Button::of("tb").sends(store, Msg::ShowProcess(id), "Show in processes")),
        )
        .with(Button::of("tb").sends(store, in_timeline, "Show in timeline"));
    Some(paragraph("links", links))
}

/// A field's value is drawn to this length.
const FIELD_MAX: usize = 2_000;

fn fields(item: &Evidence) -> Option<AnyView> {
    if item.fields.is_empty() {
        return None;
    }
    let rows = item
        .fields
        .iter()
        .map(|(name, value)| {
            let value = aside_shared::text::shorten(value, FIELD_MAX);
            several()
                .with(el("dt", "").with(visible(name)))
                .with(el("dd", "").with(el("code", "").with(visible(&value))))
        })
        .collect::<Vec<_>>();
    let label = format!("All fields ({})", item.fields.len());
    let list = el("details", "")
        .with(el("summary", "").with(label))
        .with(el("dl", "kv fields").with(rows));
    Some(list.draw())
}
