//! What was sent to the model, exactly, and what came of it.

use aside_shared::model::{Came, DroppedClaim, Prose, Reading, Removed, Replaced, Report, Sent};
use leptos::prelude::*;

use super::chips::cites;
use super::element::{Child, El, el, live, several};
use super::shapes::{Button, over_tabs, pair};
use super::text::{block, visible};
use crate::panel::placeholders::{Part, parts};
use crate::panel::state::{Cited, Msg, Sub, Tab};
use crate::panel::store::Store;
use crate::panel::words::{count, grouped, seconds, utc};

/// The whole view, with its way back.
pub fn sent(store: Store, sub: Sub) -> AnyView {
    let report = store.reading(move |reading| reading.report(sub));
    over_tabs(
        store,
        "What was sent to the model",
        live(move || match report.get() {
            Some(report) => several()
                .with(requests(store, &report))
                .with(redacted(store, &report))
                .with(came_back(&report))
                .with(model(&report))
                .draw(),
            None => el("p", "sec dim")
                .with("Nothing has been sent so far.")
                .draw(),
        }),
    )
}

fn section(id: &'static str, heading: &'static str, more: impl Child) -> El {
    el("section", "sec").attr("aria-labelledby", id).with(
        el("header", "")
            .with(el("h2", "").attr("id", id).with(heading))
            .with(more),
    )
}

fn requests(store: Store, report: &Report) -> El {
    let last = report.sent.last();
    let time = last.map(|sent| el("span", "more num").with(utc(sent.at_unix_ms)));
    let told = match (last, report.cached) {
        (None, _) => Some("Nothing was sent."),
        (Some(_), true) => {
            Some("Nothing was sent now: an answer was kept, to exactly this question.")
        }
        (Some(_), false) => None,
    };
    let several_times = (report.sent.len() > 1).then(|| {
        let requests = count(report.sent.len(), "request");
        el("p", "dim").with(format!(
            "{requests}: the endpoint refused a form of the question or its length. The last one:"
        ))
    });
    section("s-sent", "Sent", time)
        .with(told.map(|told| el("p", "dim").with(told)))
        .with(several_times)
        .with(last.map(|sent| {
            el("code", "raw text")
                .attr("tabindex", "0")
                .with(marked(&sent.text))
        }))
        .with(
            report
                .sent
                .iter()
                .map(|sent| request(store, sent))
                .collect::<Vec<_>>(),
        )
}

/// One request as it left, and its digest.
fn request(store: Store, sent: &Sent) -> El {
    let bytes = grouped(sent.body.len());
    el("details", "")
        .with(el("summary", "").with(format!("All {bytes} bytes, exactly as sent")))
        .with(block(store, "Request".to_owned(), sent.body.clone()))
        .with(
            el("p", "foot")
                .with("SHA-256 ")
                .with(el("code", "").with(visible(&sent.digest)))
                .with(". The audit log has the same: ")
                .with(Button::of("tb").sends(store, Msg::ShowTab(Tab::Activity), "Activity")),
        )
}

/// Text with its placeholders marked.
fn marked(text: &str) -> AnyView {
    let drawn = parts(text).into_iter().map(|part| match part {
        Part::Text(text) => visible(text),
        Part::Placeholder(name) => el("mark", "hl nb").with(name.to_owned()).draw(),
    });
    drawn.collect::<Vec<_>>().into_any()
}

fn redacted(store: Store, report: &Report) -> El {
    let replaced: Vec<String> = report.replaced.iter().map(kind_of).collect();
    let replaced = match replaced.is_empty() {
        true => "Nothing that names anybody".to_owned(),
        false => replaced.join(", "),
    };
    let removed = match report.removed.is_empty() {
        true => "No secret was in it".draw(),
        false => report
            .removed
            .iter()
            .enumerate()
            .map(|(at, removed)| secret(store, at, removed))
            .collect::<Vec<_>>()
            .draw(),
    };
    section("s-redacted", "Redacted", ()).with(
        el("dl", "kv")
            .with(pair("Replaced", replaced))
            .with(pair("Removed", removed))
            .with(pair(
                "Mapping",
                "In the backend’s memory, for this question alone; never stored, never sent",
            )),
    )
}

fn kind_of(replaced: &Replaced) -> String {
    let number = replaced.count as usize;
    match (replaced.kind.as_str(), number) {
        ("ip", 1) => "1 address".to_owned(),
        ("ip", _) => format!("{number} addresses"),
        ("mac" | "sid", _) => count(number, &replaced.kind.to_uppercase()),
        ("email", _) => count(number, "e-mail address").replace("addresss", "addresses"),
        (kind, _) => count(number, kind),
    }
}

fn secret(store: Store, at: usize, removed: &Removed) -> AnyView {
    let evidence = (!removed.evidence.is_empty()).then(|| {
        cites(
            store,
            &removed.evidence,
            &Cited::Elsewhere,
            &format!("removed-{at}"),
        )
    });
    several()
        .with((at > 0).then_some(", "))
        .with(visible(&count(removed.count as usize, &removed.kind)))
        .with(evidence)
        .draw()
}

fn came_back(report: &Report) -> El {
    let section = section("s-came", "Came back", ());
    let (reading, prose) = match &report.came {
        Came::Back { reading, prose } => (reading, prose),
        Came::Nothing { reason } => {
            return section.with(el("p", "").with(visible(reason))).with(
                el("p", "dim").with("Nothing else depends on it: what the rules say stands."),
            );
        }
    };
    let dropped = reading.dropped.iter().map(dropped).collect::<Vec<_>>();
    section
        .with(el("p", "").with(tally(reading)))
        .with(reading.fell_back.then(|| {
            el("p", "").with("It told nothing of the core: the summary is the rules’ own.")
        }))
        .with((!dropped.is_empty()).then(|| el("ul", "claims").with(dropped)))
        .with(prose.as_ref().map(free_wording))
}

/// `9 claims: 5 kept, 2 reworded, 2 dropped.`
fn tally(reading: &Reading) -> String {
    let (kept, reworded) = (reading.kept as usize, reading.reworded as usize);
    let dropped = reading.dropped.len();
    let of = |number: usize, what: &str| match number {
        0 => String::new(),
        _ => format!(", {number} {what}"),
    };
    let all = count(kept + reworded + dropped, "claim");
    // What stood beside a core that was not told is not shown.
    let word = if reading.fell_back { "stood" } else { "kept" };
    let (reworded, dropped) = (of(reworded, "reworded"), of(dropped, "dropped"));
    format!("{all}: {kept} {word}{reworded}{dropped}.")
}

/// `Model: 7 of 9 claims stand.`
pub fn stand(reading: &Reading) -> String {
    if reading.fell_back {
        return "Model: it told nothing of the core.".to_owned();
    }
    let shown = (reading.kept + reading.reworded) as usize;
    let all = count(shown + reading.dropped.len(), "claim");
    format!("Model: {shown} of {all} stand.")
}

fn dropped(claim: &DroppedClaim) -> El {
    el("li", "")
        .with(el("b", "").with("Dropped: "))
        .with("“")
        .with(visible(&claim.text))
        .with("” ")
        .with(visible(&claim.reason))
}

fn free_wording(prose: &Prose) -> El {
    match prose {
        Prose::Offered { text } => el("details", "")
            .with(el("summary", "").with("In the model’s words, not checked"))
            .with(el("p", "said").with(visible(text))),
        Prose::Withheld { reason } => el("p", "dim")
            .with("Its free wording is not shown. ")
            .with(visible(reason)),
    }
}

fn model(report: &Report) -> El {
    let tokens = match (report.tokens_in, report.tokens_out) {
        (Some(read), Some(written)) => format!(
            ", {} tokens in, {} out",
            grouped(read as usize),
            grouped(written as usize)
        ),
        _ => String::new(),
    };
    let took = format!("{}{tokens}", seconds(report.took_ms));
    let without = match report.reading() {
        Some(reading) if !reading.claims.is_empty() => format!(
            "Same priority; the rules alone state {} of the {}",
            reading.stated_by_rules,
            count(reading.claims.len(), "claim")
        ),
        _ => "The same".to_owned(),
    };
    section("s-model", "Model", ()).with(
        el("dl", "kv")
            .with(pair(
                "Name",
                several()
                    .with(visible(&report.model))
                    .with(el("span", "sub").with(visible(&report.endpoint))),
            ))
            .with(pair("Took", took))
            .with(pair("May act?", "No. It has no tools."))
            .with(pair("Without it", without)),
    )
}

/// The way to this view.
pub fn opener(store: Store, sub: Sub) -> AnyView {
    Button::of("tb")
        .id(sub.opener())
        .sends(store, Msg::Show(sub), "What was sent")
}

/// Why a model has no say in an answer, and the way to what it was sent.
pub fn silence(store: Store, sub: Sub, report: &Report) -> El {
    let told = match &report.came {
        Came::Nothing { reason } => visible(reason),
        Came::Back { reading, .. } => stand(reading).draw(),
    };
    el("p", "foot voice")
        .with(el("span", "").with(told))
        .with(opener(store, sub))
}
