//! The Brief: what happened, what to do next.

use std::sync::Arc;

use aside_shared::analysis::{Claim, ClaimKind, View};
use aside_shared::text::plain;
use leptos::prelude::*;

use super::chips::cites;
use super::execution;
use super::shapes::{Button, live, maybe};
use super::text::{sentence, visible};
use crate::panel::part::Part;
use crate::panel::state::{Cited, Msg, Progress, Reading};
use crate::panel::store::Store;
use crate::panel::words::count;

/// Both sections, side by side where there is room.
pub fn brief(store: Store) -> AnyView {
    view! { <div class="cols">{what_happened(store)} {execution::do_next(store)}</div> }.into_any()
}

/// How many claims a brief usually has: so many rows are held while it is read.
const CLAIMS_HELD: usize = 3;

fn what_happened(store: Store) -> AnyView {
    let lead = store.reading(|reading| {
        let at = reading.claims.iter().position(|claim| claim.lead)?;
        Some((at, reading.claims[at].clone()))
    });
    let claims = store.reading(|reading| {
        let lead = reading.claims.iter().position(|claim| claim.lead);
        let numbered = reading.claims.iter().cloned().enumerate();
        numbered
            .filter(|(at, _)| Some(*at) != lead)
            .collect::<Vec<_>>()
    });
    let unread_platform = store.part(execution::unread_platform);
    let unread = store.reading(|reading| reading.unread.clone());
    let reading_on = store.reading(is_reading);
    let copyable = store.reading(|reading| !reading.claims.is_empty());
    view! {
        <section class="sec" aria-labelledby="s-what">
            <header>
                <h2 id="s-what">"What happened"</h2>
                {maybe(move || copyable.get().then(|| Button::of("tb").sends(store, Msg::CopyBrief, "Copy")))}
            </header>
            {live(move || match (lead.get(), reading_on.get()) {
                (Some((at, claim)), _) => lead_claim(store, at, &claim),
                (None, true) => view! {
                    <div class="hold-3" aria-hidden="true">
                        <span class="skel w4"></span>
                        <span class="skel w3"></span>
                        <span class="skel w2"></span>
                    </div>
                }
                .into_any(),
                (None, false) => match unread_platform.get() {
                    Some(platform) => view! { <p>{format!("Nothing could be read from {platform}.")}" No summary and no priority: Aside gives none from the page alone."</p> }.into_any(),
                    None => ().into_any(),
                },
            })}
            <ul class="claims">
                <For
                    each=move || claims.get()
                    key=|(at, _)| *at
                    children=move |(at, claim)| claim_item(store, at, &claim)
                />
                {move || (!reading_on.get()).then(|| {
                    unread.get().iter().map(|reason| view! {
                        <li class="unknown"><b>"Not read: "</b>{visible(reason)}</li>
                    }).collect_view()
                })}
            </ul>
            {move || {
                let held = CLAIMS_HELD.saturating_sub(claims.with(Vec::len)).max(1);
                reading_on.get().then(|| view! {
                    <ul class="claims" aria-hidden="true">
                        {(0..held).map(|_| view! {
                            <li><span class="skel w4"></span><span class="skel w2"></span></li>
                        }).collect_view()}
                    </ul>
                })
            }}
            {foot(store)}
        </section>
    }
    .into_any()
}

fn is_reading(reading: &Reading) -> bool {
    matches!(reading.progress, Progress::Waiting | Progress::Reading)
}

fn cited(store: Store, at: usize) -> Part<bool> {
    store.reading(move |reading| {
        let open = reading.evidence.as_ref();
        open.is_some_and(|open| open.cited == Cited::Claim(at))
    })
}

fn lead_claim(store: Store, at: usize, claim: &Claim) -> AnyView {
    let is_cited = cited(store, at);
    view! {
        <p class="lead" id=format!("claim-{at}")>
            <span class:cited=move || is_cited.get()>
                {sentence(&claim.sentence)}
                {cites(store, &claim.evidence, &Cited::Claim(at), &format!("c{at}"))}
            </span>
        </p>
    }
    .into_any()
}

fn claim_item(store: Store, at: usize, claim: &Arc<Claim>) -> AnyView {
    let is_cited = cited(store, at);
    let gap = matches!(claim.kind, ClaimKind::Gap(_));
    view! {
        <li id=format!("claim-{at}") class:unknown=gap>
            <span class:cited=move || is_cited.get()>
                {claim_text(claim)}
                {cites(store, &claim.evidence, &Cited::Claim(at), &format!("c{at}"))}
            </span>
        </li>
    }
    .into_any()
}

/// A claim's words, marked by what sort of statement it is.
pub fn claim_text(claim: &Claim) -> AnyView {
    let words = sentence(&claim.sentence);
    match &claim.kind {
        ClaimKind::Fact => words,
        ClaimKind::Gap(_) => view! { <b>"Not known: "</b>{words} }.into_any(),
        // A sentence that names the technique itself needs no tag.
        ClaimKind::View(View::Technique { id, .. }) if plain(&claim.sentence).contains(id) => words,
        ClaimKind::View(View::Technique { id, name, .. }) => {
            let label = format!("{id} {name}");
            view! { {words}" "<span class="tag-t">{label}</span> }.into_any()
        }
        ClaimKind::View(View::Usual { .. }) => {
            view! { {words}" "<span class="tag-t">"usual"</span> }.into_any()
        }
        ClaimKind::View(View::Assessment(_)) => words,
    }
}

/// A list of claims that belong to no brief.
pub fn claims(store: Store, claims: &[Claim], place: &str) -> AnyView {
    let items = claims.iter().enumerate().map(|(at, claim)| {
        let gap = matches!(claim.kind, ClaimKind::Gap(_));
        let chips = cites(
            store,
            &claim.evidence,
            &Cited::Elsewhere,
            &format!("{place}-{at}"),
        );
        view! { <li class:unknown=gap>{claim_text(claim)}{chips}</li> }
    });
    view! { <ul class="claims">{items.collect_view()}</ul> }.into_any()
}

fn foot(store: Store) -> AnyView {
    let line = store.reading(|reading| match &reading.progress {
        Progress::Waiting => String::new(),
        Progress::Reading => format!("{} so far.", count(reading.claims.len(), "claim")),
        Progress::Done(done) => {
            let dropped = match done.dropped {
                0 => "none dropped".to_owned(),
                dropped => format!("{} dropped", count(dropped as usize, "claim")),
            };
            let pieces = match done.evidence {
                1 => "1 piece of evidence".to_owned(),
                pieces => format!("{pieces} pieces of evidence"),
            };
            format!(
                "{pieces}, {dropped}, {} tried.",
                count(done.rules as usize, "rule")
            )
        }
        Progress::Failed { .. } => String::new(),
    });
    view! { <p class="foot">{move || line.get()}</p> }.into_any()
}
