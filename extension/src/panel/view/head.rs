//! What stands above the views of an alert: priority band, head, tabs.

use aside_shared::alert::EntityKind;
use aside_shared::analysis::{Assessment, Priority, Verdict};
use leptos::prelude::*;

use super::icons::icon;
use super::text::{name, plain_name, visible};
use super::times::local;
use crate::panel::state::{Msg, Progress, Reading, Tab};
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
        false => view! {
            <button
                type="button"
                class="prio"
                id="prio"
                data-p=move || assessment(&shown.get()).map(|a| data_p(&a))
                on:click=move |_| store.send(Msg::ShowWhy)
            >
                {move || assessment(&shown.get()).map(|a| band(&a, shown.get().is_some_and(|shown| shown.1)))}
                {icon("right")}
            </button>
        }
        .into_any(),
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
    view! {
        <span class="tag">{tag}</span>
        " "
        <span class="word">{word(assessment)}</span>
        " "
        <span class="pct">{format!("{}\u{a0}%", assessment.shown_percent())}</span>
        " "
        <span class="sure">{sure}</span>
        <span class="vh">". "</span>
        <span class="by">{visible(&cause)}</span>
        <span class="vh">". Show why"</span>
    }
    .into_any()
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
    view! {
        <div class="prio" data-p="wait">
            <span class="tag" aria-hidden="true">"–"</span>
            <span class="word">{move || if failed.get() { "Not read" } else { "Reading the alert" }}</span>
            <span class="by num">{by}</span>
            <span class="sure"></span>
        </div>
    }
    .into_any()
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
                return view! { <div class="head"><h1>"Alert "{name(&id)}</h1></div> }.into_any();
            }
            return view! {
                <div class="head">
                    <h1 class="vh">"Reading the alert"</h1>
                    <span class="skel w3"></span>
                    <span class="skel w2"></span>
                </div>
            }
            .into_any();
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
            (!names.is_empty()).then(|| view! {
                <li>
                    {icon(name)}
                    {names.iter().map(|name| view! { <b>{plain_name(name)}</b> }).collect_view()}
                    {(more > 0).then(|| format!("and {more} more"))}
                </li>
            })
        };
        let at = alert
            .occurred
            .as_ref()
            .or(alert.created.as_ref())
            .map(|at| at.unix_ms);
        view! {
            <div class="head">
                <h1 class:all=move || whole.get()>{visible(&title)}</h1>
                {long.then(|| view! {
                    <button
                        type="button"
                        class="tb"
                        aria-expanded=move || whole.get().to_string()
                        on:click=move |_| whole.update(|whole| *whole = !*whole)
                    >
                        {move || match whole.get() {
                            true => "Show less".to_owned(),
                            false => format!("Show all {characters} characters"),
                        }}
                    </button>
                })}
                <ul class="facts" aria-label="Where and when">
                    {fact("host", &alert.hosts)}
                    {fact("user", &alert.users)}
                    {at.map(|at| view! {
                        <li>
                            {icon("clock")}
                            <b><span class="num">{utc(at)}</span></b>
                            " "
                            <span class="num">{local(at)}</span>
                        </li>
                    })}
                </ul>
            </div>
        }
        .into_any()
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
        view! {
            <button
                type="button"
                role="tab"
                id=tab.dom_id()
                aria-selected=move || selected().to_string()
                aria-controls=move || selected().then_some("view")
                tabindex=move || if selected() { "0" } else { "-1" }
                on:click=move |_| store.send(Msg::ShowTab(tab))
                on:keydown=by_arrow
            >
                {tab.label()}
                {move || number.get().map(|number| view! { " "<span class="n">{number}</span> })}
            </button>
        }
    };
    view! {
        <div class="tabs" role="tablist" aria-label="Views">
            {Tab::ALL.into_iter().map(tab).collect_view()}
        </div>
    }
    .into_any()
}
