//! The Brief: what happened, what to do next.

use std::sync::Arc;

use aside_shared::analysis::{Claim, ClaimKind, View};
use aside_shared::model::{Report, Voice};
use aside_shared::text::plain;
use leptos::prelude::*;

use super::element::{Child, El, el, list, live, several};

use super::chips::cites;
use super::execution;
use super::sent::{opener, silence, stand};
use super::shapes::Button;
use super::text::{sentence, visible};
use crate::panel::part::Part;
use crate::panel::state::{Cited, Msg, Progress, Reading, Sub, TOLD};
use crate::panel::store::Store;
use crate::panel::words::count;

/// Both sections, side by side where there is room.
pub fn brief(store: Store) -> AnyView {
    el("div", "cols")
        .with(what_happened(store))
        .with(execution::do_next(store))
        .draw()
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
            .map(|(at, claim)| {
                let is_models = is_models_view(&claim, reading.voices.get(at));
                (at, claim, is_models)
            })
            .collect::<Vec<_>>()
    });
    // The model's claims take the place of those before: a row is its place, its words and whose view it is.
    let key = |(at, claim, is_models): &(usize, Arc<Claim>, bool)| {
        format!("{at} {is_models} {}", plain(&claim.sentence))
    };
    let keys = move || claims.with(|claims| claims.iter().map(key).collect());
    let drawn = move |at: usize| {
        claims.with_untracked(|claims| {
            let claim = claims.get(at);
            claim
                .map(|(at, claim, is_models)| claim_item(store, *at, claim, *is_models))
                .draw()
        })
    };
    let unread_platform = store.part(execution::unread_platform);
    let unread = store.reading(|reading| reading.unread.clone());
    let reading_on = store.reading(is_reading);
    let copyable = store.reading(|reading| !reading.claims.is_empty());
    el("section", "sec")
        .attr("aria-labelledby", "s-what")
        .with(
            el("header", "")
                .with(el("h2", "").attr("id", "s-what").with("What happened"))
                .with(live(move || {
                    copyable
                        .get()
                        .then(|| Button::of("tb").sends(store, Msg::CopyBrief, "Copy"))
                })),
        )
        .with(
            el("div", "")
                .attr("id", TOLD)
                .live("aria-busy", move || reading_on.get().then_some("true"))
                .with(live(move || match (lead.get(), reading_on.get()) {
                    (Some((at, claim)), _) => lead_claim(store, at, &claim),
                    (None, true) => el("div", "hold-3")
                        .attr("aria-hidden", "true")
                        .with(el("span", "skel w4"))
                        .with(el("span", "skel w3"))
                        .with(el("span", "skel w2"))
                        .draw(),
                    (None, false) => match unread_platform.get() {
                        Some(platform) => el("p", "")
                            .with(format!("Nothing could be read from {platform}."))
                            .with(" No summary and no priority: Aside gives none from the page alone.")
                            .draw(),
                        None => ().into_any(),
                    },
                }))
                .with(
                    el("ul", "claims")
                        .with(list(keys, drawn))
                        .with(live(move || {
                            (!reading_on.get()).then(|| {
                                unread
                                    .get()
                                    .iter()
                                    .map(|reason| {
                                        el("li", "unknown")
                                            .with(el("b", "").with("Not read: "))
                                            .with(visible(reason))
                                    })
                                    .collect::<Vec<_>>()
                            })
                        })),
                ),
        )
        .with(el("div", "unfold").with(Button::of("tb").sends(store, Msg::AllClaims, "Show all claims")))
        .with(live(move || {
            let held = CLAIMS_HELD.saturating_sub(claims.with(Vec::len)).max(1);
            reading_on.get().then(|| {
                el("ul", "claims").attr("aria-hidden", "true").with(
                    (0..held)
                        .map(|_| {
                            el("li", "")
                                .with(el("span", "skel w4"))
                                .with(el("span", "skel w2"))
                        })
                        .collect::<Vec<_>>(),
                )
            })
        }))
        .with(foot(store))
        .draw()
}

/// Whether the rules have more to say.
fn is_reading(reading: &Reading) -> bool {
    matches!(reading.progress, Progress::Waiting | Progress::Reading) && reading.asking.is_none()
}

/// Whether a model chose to say what is no fact: that is marked as its own.
fn is_models_view(claim: &Claim, voice: Option<&Voice>) -> bool {
    let is_chosen = voice.is_some_and(|voice| *voice != Voice::Rules);
    is_chosen && matches!(claim.kind, ClaimKind::View(_))
}

fn cited(store: Store, at: usize) -> Part<bool> {
    store.reading(move |reading| {
        let open = reading.evidence.as_ref();
        open.is_some_and(|open| open.cited == Cited::Claim(at))
    })
}

fn lead_claim(store: Store, at: usize, claim: &Claim) -> AnyView {
    let is_cited = cited(store, at);
    el("p", "lead")
        .attr("id", format!("claim-{at}"))
        .with(
            el("span", "")
                .live_class("cited", move || is_cited.get())
                .with(sentence(&claim.sentence))
                .with(cites(
                    store,
                    &claim.evidence,
                    &Cited::Claim(at),
                    &format!("c{at}"),
                )),
        )
        .draw()
}

fn claim_item(store: Store, at: usize, claim: &Arc<Claim>, is_models: bool) -> AnyView {
    let is_cited = cited(store, at);
    let gap = matches!(claim.kind, ClaimKind::Gap(_));
    el("li", "")
        .attr("id", format!("claim-{at}"))
        .class_if("unknown", gap)
        .with(
            el("span", "")
                .live_class("cited", move || is_cited.get())
                .with(claim_text(claim))
                .with(is_models.then(|| {
                    several()
                        .with(" ")
                        .with(el("span", "tag-t").with("model’s view"))
                }))
                .with(cites(
                    store,
                    &claim.evidence,
                    &Cited::Claim(at),
                    &format!("c{at}"),
                )),
        )
        .draw()
}

/// A claim's words, marked by what sort of statement it is.
pub fn claim_text(claim: &Claim) -> AnyView {
    let words = sentence(&claim.sentence);
    match &claim.kind {
        ClaimKind::Fact => words,
        ClaimKind::Gap(_) => several()
            .with(el("b", "").with("Not known: "))
            .with(words)
            .draw(),
        // A sentence that names the technique itself needs no tag.
        ClaimKind::View(View::Technique { id, .. }) if plain(&claim.sentence).contains(id) => words,
        ClaimKind::View(View::Technique { id, name, .. }) => {
            let label = format!("{id} {name}");
            several()
                .with(words)
                .with(" ")
                .with(el("span", "tag-t").with(label))
                .draw()
        }
        ClaimKind::View(View::Usual { .. }) => several()
            .with(words)
            .with(" ")
            .with(el("span", "tag-t").with("usual"))
            .draw(),
        ClaimKind::View(View::Assessment(_) | View::LookAt { .. } | View::Question { .. }) => words,
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
        el("li", "")
            .class_if("unknown", gap)
            .with(claim_text(claim))
            .with(chips)
    });
    el("ul", "claims").with(items.collect::<Vec<_>>()).draw()
}

fn foot(store: Store) -> AnyView {
    let line = store.reading(|reading| match &reading.progress {
        Progress::Waiting => String::new(),
        Progress::Reading => {
            let so_far = if reading.asking.is_some() {
                "by the rules"
            } else {
                "so far"
            };
            format!("{} {so_far}.", count(reading.claims.len(), "claim"))
        }
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
    let model = store.reading(|reading| (reading.asking.clone(), reading.model.clone()));
    let rules_only = store.part(|state| state.rules_only);
    several()
        .with(el("p", "foot").with(live(move || line.get())))
        .with(live(move || match model.get() {
            (Some(asked), _) => Some(
                el("p", "foot voice")
                    .with(el("span", "").with(visible(&asked)).with(" is reading it.")),
            ),
            (None, Some(report)) => Some(second_voice(store, &report, rules_only.get())),
            (None, None) => None,
        }))
        .draw()
}

/// What a model added, the way to what it was sent, and the way back to what the rules alone say.
fn second_voice(store: Store, report: &Report, rules_only: bool) -> El {
    let Some(reading) = report.reading() else {
        return silence(store, Sub::Sent, report);
    };
    let switch = (!reading.fell_back).then(|| {
        Button::of("tb").id("rules-only").pressed(rules_only).sends(
            store,
            Msg::RulesOnly(!rules_only),
            "Rules only",
        )
    });
    el("p", "foot voice")
        .with(el("span", "").with(stand(reading)))
        .with(opener(store, Sub::Sent))
        .with(switch)
}
