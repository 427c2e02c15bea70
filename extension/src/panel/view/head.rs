//! What stands above the views of an alert: priority band, head, tabs.

use aside_shared::alert::EntityKind;
use aside_shared::analysis::{Assessment, Priority, Verdict};
use leptos::prelude::*;

use super::element::{button, el, live, several};

use super::icons::icon;
use super::text::{name, plain_name, visible};
use super::times::local;
use crate::panel::state::{Msg, Progress, Reading, Sub, Tab};
use crate::panel::store::Store;
use crate::panel::words::{length, utc};

/// The band: how bad, how sure, why in a few words; leads to Why.
pub fn priority_band(store: Store) -> AnyView {
    let shown = store.reading(|reading| {
        let reading_on = matches!(reading.progress, Progress::Waiting | Progress::Reading);
        Some((
            reading.assessment.clone(),
            reading_on,
            reading.numbers.len(),
        ))
    });
    let waits = store.reading(|reading| reading.assessment.is_none());
    (move || match waits.get() {
        true => waiting(store),
        false => button("prio")
            .attr("id", "prio")
            .live("data-p", move || {
                assessment(&shown.get()).map(|a| data_p(&a))
            })
            .on_click(move || store.send(Msg::Show(Sub::Why)))
            .with(live(move || {
                assessment(&shown.get()).map(|a| band(&a, shown.get().is_some_and(|shown| shown.1)))
            }))
            .with(icon("right"))
            .draw(),
    })
    .into_any()
}

type Shown = Option<(Option<std::sync::Arc<Assessment>>, bool, usize)>;

fn assessment(shown: &Shown) -> Option<std::sync::Arc<Assessment>> {
    shown.as_ref()?.0.clone()
}

/// Which colours and bars an assessment has.
pub fn data_p(assessment: &Assessment) -> &'static str {
    match (assessment.verdict, assessment.priority) {
        (Verdict::Benign, _) => "0",
        (Verdict::Unknown, _) => "wait",
        (_, Priority::P1) => "1",
        (_, Priority::P2) => "2",
        (_, Priority::P3) => "3",
        (_, Priority::P4) => "4",
    }
}

/// The word that goes with the colour.
pub fn word(assessment: &Assessment) -> &'static str {
    match assessment.verdict {
        Verdict::Benign => "Benign",
        Verdict::Unknown => "Not known",
        _ => assessment.priority.word(),
    }
}

fn band(assessment: &Assessment, reading: bool) -> AnyView {
    let tag = match assessment.verdict {
        Verdict::Benign => icon("check"),
        Verdict::Unknown => "?".into_any(),
        _ => format!("{:?}", assessment.priority).into_any(),
    };
    let sure = match (reading, assessment.verdict) {
        (true, _) => "so far",
        (false, Verdict::Malicious | Verdict::Benign) => "sure",
        (false, _) => "malicious",
    };
    let cause = match (reading, assessment.cause.is_empty()) {
        (true, true) => "Still reading".to_owned(),
        _ => assessment.cause.clone(),
    };
    several()
        .with(el("span", "tag").with(tag))
        .with(" ")
        .with(el("span", "word").with(word(assessment)))
        .with(" ")
        .with(el("span", "pct").with(format!("{}\u{a0}%", assessment.shown_percent())))
        .with(" ")
        .with(el("span", "sure").with(sure))
        .with(el("span", "vh").with(". "))
        .with(el("span", "by").with(visible(&cause)))
        .with(el("span", "vh").with(". Show why"))
        .draw()
}

fn waiting(store: Store) -> AnyView {
    let since = store.reading(|reading| reading.since_ms);
    let failed = store.reading(|reading| matches!(reading.progress, Progress::Failed { .. }));
    let label = store.part(|state| match state.reading() {
        Some(reading) => state.platform_label(&reading.key.tenant),
        None => String::new(),
    });
    let by = move || match failed.get() {
        true => "No priority".to_owned(),
        false => {
            let waited = store.now() - since.get();
            let waited = (waited >= 1000).then(|| format!(", {}", length(waited)));
            format!("Waiting for {}{}", label.get(), waited.unwrap_or_default())
        }
    };
    el("div", "prio")
        .attr("data-p", "wait")
        .with(el("span", "tag").attr("aria-hidden", "true").with("–"))
        .with(el("span", "word").with(live(move || {
            if failed.get() {
                "Not read"
            } else {
                "Reading the alert"
            }
        })))
        .with(el("span", "by num").with(live(by)))
        .with(el("span", "sure"))
        .draw()
}

/// How long a title may be before it is cut.
const TITLE_MAX: usize = 160;

/// Title, host, user, time.
pub fn head(store: Store) -> AnyView {
    let alert = store.reading(|reading| reading.alert.clone());
    let unread = store.reading(|reading| {
        let failed = matches!(reading.progress, Progress::Failed { .. });
        failed.then(|| reading.key.id.to_string())
    });
    let whole = RwSignal::new(false);
    (move || {
        let Some(alert) = alert.get() else {
            if let Some(id) = unread.get() {
                return el("div", "head")
                    .with(el("h1", "").with("Alert ").with(name(&id)))
                    .draw();
            }
            return el("div", "head")
                .with(el("h1", "vh").with("Reading the alert"))
                .with(el("span", "skel w3"))
                .with(el("span", "skel w2"))
                .draw();
        };
        let characters = alert.title.chars().count();
        let long = characters > TITLE_MAX;
        let title = match whole.get() || !long {
            true => alert.title.clone(),
            false => alert.title.chars().take(TITLE_MAX).collect(),
        };
        let names = |ids: &[aside_shared::id::EntityId]| {
            let mut names: Vec<String> = ids
                .iter()
                .filter_map(|id| alert.entity(id))
                .map(|entity| match &entity.kind {
                    EntityKind::Host(host) => {
                        host.name.clone().unwrap_or_else(|| host.id.to_string())
                    }
                    kind => kind.name().to_owned(),
                })
                .collect();
            let more = names.len().saturating_sub(2);
            names.truncate(2);
            (names, more)
        };
        let fact = |name: &'static str, ids| {
            let (names, more) = names(ids);
            (!names.is_empty()).then(|| {
                el("li", "")
                    .with(icon(name))
                    .with(
                        names
                            .iter()
                            .map(|name| el("b", "").with(plain_name(name)))
                            .collect::<Vec<_>>(),
                    )
                    .with((more > 0).then(|| format!("and {more} more")))
            })
        };
        let at = alert
            .occurred
            .as_ref()
            .or(alert.created.as_ref())
            .map(|at| at.unix_ms);
        el("div", "head")
            .with(
                el("h1", "")
                    .live_class("all", move || whole.get())
                    .with(visible(&title)),
            )
            .with(long.then(|| {
                button("tb")
                    .live("aria-expanded", move || whole.get().to_string())
                    .on_click(move || whole.update(|whole| *whole = !*whole))
                    .with(live(move || match whole.get() {
                        true => "Show less".to_owned(),
                        false => format!("Show all {characters} characters"),
                    }))
            }))
            .with(
                el("ul", "facts")
                    .attr("aria-label", "Where and when")
                    .with(fact("host", &alert.hosts))
                    .with(fact("user", &alert.users))
                    .with(at.map(|at| {
                        el("li", "")
                            .with(icon("clock"))
                            .with(el("b", "").with(el("span", "num").with(utc(at))))
                            .with(" ")
                            .with(el("span", "num").with(local(at)))
                    })),
            )
            .draw()
    })
    .into_any()
}

/// How many things a tab's view has, where that says something.
fn counted(reading: &Reading, tab: Tab) -> Option<usize> {
    let number = match tab {
        Tab::Processes => reading.alert.as_ref().map_or(0, |alert| {
            let processes = alert.entities.iter();
            processes
                .filter(|entity| matches!(entity.kind, EntityKind::Process(_)))
                .count()
        }),
        Tab::Timeline => reading.timeline.len(),
        _ => 0,
    };
    (number > 0).then_some(number)
}

/// The tabs, with arrow keys among them.
pub fn tabs(store: Store) -> AnyView {
    let shown = store.reading(|reading| reading.tab);
    let tab = move |tab: Tab| {
        let number = store.reading(move |reading| counted(reading, tab));
        let selected = move || shown.get() == tab;
        let by_arrow = move |event: web_sys::KeyboardEvent| {
            let by = match event.key().as_str() {
                "ArrowRight" => 1,
                "ArrowLeft" => Tab::ALL.len() - 1,
                _ => return,
            };
            event.prevent_default();
            let at = Tab::ALL.iter().position(|other| *other == tab).unwrap_or(0);
            let next = (at + by) % Tab::ALL.len();
            store.send(Msg::Key(crate::panel::keys::Command::Tab(next)));
        };
        button("")
            .attr("role", "tab")
            .attr("id", tab.dom_id())
            .live("aria-selected", move || selected().to_string())
            .live("aria-controls", move || selected().then_some("view"))
            .live("tabindex", move || if selected() { "0" } else { "-1" })
            .on_click(move || store.send(Msg::ShowTab(tab)))
            .on("keydown", by_arrow)
            .with(tab.label())
            .with(live(move || {
                number.get().map(|number| {
                    several()
                        .with(" ")
                        .with(el("span", "n").with(number.to_string()))
                })
            }))
    };
    el("div", "tabs")
        .attr("role", "tablist")
        .attr("aria-label", "Views")
        .with(Tab::ALL.into_iter().map(tab).collect::<Vec<_>>())
        .draw()
}
