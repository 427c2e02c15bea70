//! The evidence drawer: one observation, checkable down to the vendor's own fields.

use std::sync::Arc;

use aside_shared::alert::{Alert, Evidence, Object};
use leptos::prelude::*;

use super::brief::claim_text;
use super::chips::chip;
use super::icons::icon;
use super::shapes::{Button, icon_button, maybe, pair, paragraph};
use super::text::{block, sentence, visible};
use super::times::local_seconds;
use super::top::has_sheet;
use crate::panel::evidence::{called, deed_capital, recorded, source};
use crate::panel::part::Part;
use crate::panel::processes::process;
use crate::panel::state::{Cited, Msg, Reading};
use crate::panel::store::Store;
use crate::panel::words::{count, fraction};
use aside_shared::instant::{Clock, utc_clock};

/// The drawer, while evidence is open that has arrived.
pub fn drawer(store: Store) -> AnyView {
    let shown = store.part(|state| found(state.reading()?));
    let is_open = Part::new(move || shown.with(Option::is_some));
    maybe(move || {
        is_open.get().then(|| {
            let content = maybe(move || {
                let (alert, item) = shown.get()?;
                Some(content(store, &alert, &item))
            });
            view! { <aside class="drawer" aria-labelledby="ev-t">{content}</aside> }.into_any()
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
            None => format!("No {} evidence", word.to_lowercase()),
        };
        Button::of("ib")
            .id(format!("ev-{name}"))
            .label(label)
            .disabled(to.is_none())
            .sends(store, Msg::StepEvidence(by), icon(name))
    };
    let group = format!("Evidence {label}");
    view! {
        <div class="hd">
            <h2 id="ev-t" tabindex="-1">
                <span class="cite" aria-current="true">{label}</span>
                " "
                {sentence(&deed_capital(item, alert))}
            </h2>
            {arrow("left", -1, "Previous", before)}
            {arrow("right", 1, "Next", after)}
            {icon_button(store, "close", "Close evidence", Msg::CloseEvidence)}
        </div>
        <div class="body" tabindex="0" role="group" aria-label=group>
            {pairs(store, alert, item)}
            {recorded(item, alert).map(|(label, text)| block(store, label.to_owned(), text.to_owned()))}
            {(!citing.is_empty()).then(|| view! {
                <div>
                    <p class="label">{format!("Cited by {}", count(citing.len(), "claim"))}</p>
                    {citing.iter().map(|claim| view! { <p>{claim_text(claim)}</p> }).collect_view()}
                </div>
            })}
            {elsewhere(store, alert, item)}
            {fields(item)}
        </div>
    }
    .into_any()
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
        view! {
            <dt>"When"</dt>
            <dd class="when">
                <span class="num">{time}</span>
                " "
                <span class="dim num">{local_seconds(at.unix_ms)}</span>
                <span class="sub">{clock}", recorded as "<code>{visible(&at.raw)}</code></span>
            </dd>
        }
    });
    let who = process(alert, &item.subject);
    let user = who
        .and_then(|who| who.user.as_ref())
        .map(|user| sentence(&called(user, alert)));
    let integrity = who.and_then(|who| who.integrity.clone());
    let path = who.and_then(|who| who.path.clone());
    let derived: Vec<_> = item.derived_from.clone();
    let who = view! {
        {sentence(&called(&item.subject, alert))}
        {user.map(|user| view! { ", "{user} })}
        {integrity.map(|level| view! { ", "{visible(&level)}" integrity" })}
        {path.map(|path| view! { <span class="sub"><code>{visible(&path)}</code></span> })}
    };
    let techniques = techniques.filter(|names| !names.is_empty());
    let from = (!derived.is_empty()).then(|| {
        let chips = derived
            .into_iter()
            .enumerate()
            .map(|(at, id)| chip(store, id, Cited::Elsewhere, format!("d-{at}")));
        view! { ", from "{chips.collect_view()} }
    });
    let from = view! {
        {source(item, &platform)}
        {from}
        <span class="sub"><code>{item.id.to_string()}</code></span>
    };
    view! {
        <dl class="kv">
            {when}
            {pair("Who", who)}
            {pair("Did", sentence(&deed_capital(item, alert)))}
            {techniques.map(|names| pair("Technique", visible(&names.join(", "))))}
            {pair("Source", from)}
        </dl>
    }
    .into_any()
}

/// Techniques of the signals that rest on this.
fn techniques(reading: &Reading, item: &Evidence) -> Option<Vec<String>> {
    let assessment = reading.assessment.as_ref()?;
    let mut names: Vec<String> = assessment
        .score
        .groups
        .iter()
        .flat_map(|group| &group.signals)
        .filter(|signal| signal.evidence.contains(&item.id))
        .flat_map(|signal| &signal.techniques)
        .map(|technique| format!("{} {}", technique.id, technique.name))
        .collect();
    names.sort();
    names.dedup();
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
    let links = view! {
        {shown.map(|id| Button::of("tb").sends(store, Msg::ShowProcess(id), "Show in processes"))}
        {Button::of("tb").sends(store, in_timeline, "Show in timeline")}
    };
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
            view! { <dt>{visible(name)}</dt><dd><code>{visible(&value)}</code></dd> }
        })
        .collect_view();
    let label = format!("All fields ({})", item.fields.len());
    let list = view! {
        <details>
            <summary>{label}</summary>
            <dl class="kv fields">{rows}</dl>
        </details>
    };
    Some(list.into_any())
}
