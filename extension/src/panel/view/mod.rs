//! The views. They show the state and send messages; no rule is in them, and every text that may
//! come from outside goes through [`text`].

mod activity;
mod approval;
mod ask;
mod brief;
mod chips;
mod evidence;
mod execution;
mod head;
mod hosts;
mod icons;
mod no_alert;
mod no_backend;
mod processes;
mod shapes;
mod sight;
mod signed_out;
mod states;
mod text;
mod timeline;
mod times;
mod top;
mod why;

use leptos::prelude::*;
use shapes::{Button, live, maybe};
use wasm_bindgen::JsCast;

use super::effects;
use super::keys;
use super::part::Part;
use super::state::{Msg, Progress, Screen, State, Tab, first_review, verb};
use super::store::Store;

/// The whole panel, as the children of the document's body.
pub fn panel(store: Store) -> impl IntoView {
    window_event_listener(leptos::ev::keydown, move |event| key_pressed(store, &event));
    let screen = store.part(State::screen);
    Effect::new(move |before: Option<Screen>| {
        let now = screen.get();
        if before.is_some_and(|before| before != now) {
            effects::catch_focus();
        }
        now
    });
    let said = store.part(|state| state.said.clone());
    let alarm = store.part(|state| state.alarm.clone());
    view! {
        {icons::sheet()}
        {top::top(store)}
        {live(move || match screen.get() {
            Screen::Blank => states::blank(),
            Screen::NoBackend => no_backend::no_backend(store),
            Screen::SignedOut => signed_out::signed_out(store),
            Screen::Unreachable => states::unreachable(store),
            Screen::Resolving => states::resolving(),
            Screen::NoAlert => no_alert::no_alert(store),
            Screen::Pick => no_alert::pick(store),
            Screen::Failed => states::failed(store),
            Screen::Alert(_) => alert(store),
        })}
        {top::layers(store)}
        <p class="vh" role="status">{move || said.get()}</p>
        <p class="vh" role="alert">{move || alarm.get()}</p>
    }
}

fn key_pressed(store: Store, event: &web_sys::KeyboardEvent) {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let in_field = target.as_ref().is_some_and(|target| {
        target
            .closest("input, textarea, select")
            .is_ok_and(|field| field.is_some())
    });
    let modified = event.ctrl_key() || event.meta_key() || event.alt_key();
    let key = event.key();
    let over = store.peek(top::is_under_sheet);
    if let Some(command) = keys::command(&key, in_field, over, modified) {
        event.prevent_default();
        store.send(Msg::Key(command));
    } else if key == "Enter" && !in_field && !over && !modified {
        effects::press_item();
    }
}

/// An alert: band, head, tabs, view, next action, composer, and what lies over them.
fn alert(store: Store) -> AnyView {
    let tab = store.reading(|reading| reading.tab);
    let why = store.reading(|reading| reading.why);
    let under = store.part(top::is_under_sheet);
    view! {
        <main class="main" inert=move || under.get()>
            {head::priority_band(store)}
            {states::notes(store)}
            {live(move || match why.get() {
                true => why::why(store),
                false => view! {
                    {head::head(store)}
                    {head::tabs(store)}
                    {live(move || scrolling(store, tab.get()))}
                }
                .into_any(),
            })}
        </main>
        {next(store)}
        {ask::composer(store)}
        {approval::sheet(store)}
        {evidence::drawer(store)}
    }
    .into_any()
}

/// A view that scrolls, where it was left.
fn scrolling(store: Store, tab: Tab) -> AnyView {
    let body = match tab {
        Tab::Brief => brief::brief(store),
        Tab::Processes => processes::processes(store),
        Tab::Timeline => timeline::timeline(store),
        Tab::Ask => ask::ask(store),
        Tab::Activity => activity::activity(store),
    };
    let node = NodeRef::<leptos::html::Div>::new();
    // What was kept comes after the view, and what is scrolled after that: tried again with all that comes,
    // until it is reached, all has come, or the reader scrolls himself.
    let restoring = StoredValue::new(true);
    let left_at = store.reading(move |reading| {
        let top = reading.scroll.get(&tab).copied();
        let log_is_here = tab != Tab::Activity || reading.activity.is_some();
        let over = log_is_here && matches!(reading.progress, Progress::Done(_));
        (top, over, reading.last_event)
    });
    Effect::new(move |_| {
        let (Some(view), (Some(top), over, _)) = (node.get(), left_at.get()) else {
            return;
        };
        request_animation_frame(move || {
            if restoring.try_get_value() != Some(true) {
                return;
            }
            view.set_scroll_top(top);
            restoring.set_value(!over && view.scroll_top() != top);
        });
    });
    let stop_restoring = move || restoring.set_value(false);
    let is_restoring =
        move || restoring.get_value() && left_at.with_untracked(|left| left.0.is_some());
    let settled = leptos::leptos_dom::helpers::debounce(
        std::time::Duration::from_millis(200),
        move |top: i32| store.send(Msg::Scrolled(tab, top)),
    );
    let settled = StoredValue::new_local(settled);
    let busy =
        store.reading(|reading| matches!(reading.progress, Progress::Waiting | Progress::Reading));
    view! {
        <div
            class="view"
            id="view"
            role="tabpanel"
            aria-labelledby=tab.dom_id()
            aria-busy=move || busy.get().then_some("true")
            tabindex="0"
            node_ref=node
            on:wheel=move |_| stop_restoring()
            on:pointerdown=move |_| stop_restoring()
            on:keydown=move |_| stop_restoring()
            on:scroll=move |_| {
                if let Some(view) = node.get_untracked().filter(|_| !is_restoring()) {
                    let top = view.scroll_top();
                    settled.update_value(|settled| settled(top));
                }
            }
        >
            {body}
        </div>
    }
    .into_any()
}

/// The next action, where the list of actions is not in sight.
fn next(store: Store) -> AnyView {
    let shown = store.part(|state| {
        let reading = state.reading()?;
        let on_brief = reading.tab == Tab::Brief;
        let here = on_brief || matches!(reading.tab, Tab::Processes | Tab::Timeline);
        let (_, action, host) = first_review(state, reading).filter(|_| here && !reading.why)?;
        Some((action, reading.host_name(&host), host, on_brief))
    });
    let shown = Part::new(move || {
        let next = shown.get()?;
        let in_sight = store.first_action_in_sight.get();
        (!(next.3 && in_sight)).then_some(next)
    });
    let under = store.part(top::is_under_sheet);
    maybe(move || {
        shown.get().map(|(action, name, host, _)| {
            let label = format!("Review: {} {name}", verb(action));
            view! {
                <section class="next" aria-label="Next action" inert=move || under.get()>
                    <p>{format!("Next: {} ", verb(action))}<b>{text::plain_name(&name)}</b></p>
                    {Button::of("btn").label(label).sends(store, Msg::Review(action, host), "Review")}
                </section>
            }
            .into_any()
        })
    })
}
