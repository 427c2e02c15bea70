//! The views. They show the state and send messages; no rule is in them, and every text that may
//! come from outside goes through [`text`].

mod activity;
mod approval;
mod ask;
mod brief;
mod chips;
mod element;
mod evidence;
mod execution;
mod head;
mod hosts;
mod icons;
mod no_alert;
mod no_backend;
mod processes;
mod sent;
mod shapes;
mod sight;
mod signed_out;
mod states;
mod text;
mod timeline;
mod times;
mod top;
mod why;

use element::{Node, el, live, several};
use leptos::prelude::*;
use shapes::Button;
use wasm_bindgen::JsCast;

use super::effects;
use super::keys;
use super::part::Part;
use super::state::{Msg, Progress, Screen, State, Sub, TOLD, Tab, first_review, verb};
use super::store::Store;

/// The whole panel, as the children of the document's body.
pub fn panel(store: Store) -> AnyView {
    window_event_listener(leptos::ev::keydown, move |event| key_pressed(store, &event));
    // At another width the claims have another height: the one that is kept is of no use.
    window_event_listener(leptos::ev::resize, |_| effects::unfold(TOLD));
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
    several()
        .with(icons::sheet())
        .with(top::top(store))
        .with(live(move || match screen.get() {
            Screen::Blank => states::blank(),
            Screen::NoBackend => no_backend::no_backend(store),
            Screen::SignedOut => signed_out::signed_out(store),
            Screen::Unreachable => states::unreachable(store),
            Screen::Resolving => states::resolving(),
            Screen::NoAlert => no_alert::no_alert(store),
            Screen::Pick => no_alert::pick(store),
            Screen::Failed => states::failed(store),
            Screen::Alert(_) => alert(store),
        }))
        .with(top::layers(store))
        .with(
            el("p", "vh")
                .attr("role", "status")
                .with(live(move || said.get())),
        )
        .with(
            el("p", "vh")
                .attr("role", "alert")
                .with(live(move || alarm.get())),
        )
        .draw()
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
    let sub = store.reading(|reading| reading.sub);
    let under = store.part(top::is_under_sheet);
    several()
        .with(
            el("main", "main")
                .live("inert", move || under.get())
                .with(head::priority_band(store))
                .with(states::notes(store))
                .with(live(move || match sub.get() {
                    Some(Sub::Why) => why::why(store),
                    Some(sub) => sent::sent(store, sub),
                    None => several()
                        .with(head::head(store))
                        .with(head::tabs(store))
                        .with(live(move || scrolling(store, tab.get())))
                        .draw(),
                })),
        )
        .with(next(store))
        .with(ask::composer(store))
        .with(approval::sheet(store))
        .with(evidence::drawer(store))
        .draw()
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
    let node = Node::new();
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
    el("div", "view")
        .attr("id", "view")
        .attr("role", "tabpanel")
        .attr("aria-labelledby", tab.dom_id())
        .live("aria-busy", move || busy.get().then_some("true"))
        .attr("tabindex", "0")
        .node(node)
        .on("wheel", move |_: web_sys::Event| stop_restoring())
        .on("pointerdown", move |_: web_sys::Event| stop_restoring())
        .on("keydown", move |_: web_sys::Event| stop_restoring())
        .on("scroll", move |_: web_sys::Event| {
            if let Some(view) = node.get_untracked().filter(|_| !is_restoring()) {
                let top = view.scroll_top();
                settled.update_value(|settled| settled(top));
            }
        })
        .with(body)
        .draw()
}

/// The next action, where the list of actions is not in sight.
fn next(store: Store) -> AnyView {
    let shown = store.part(|state| {
        let reading = state.reading()?;
        let on_brief = reading.tab == Tab::Brief;
        let here = on_brief || matches!(reading.tab, Tab::Processes | Tab::Timeline);
        let (_, action, host) =
            first_review(state, reading).filter(|_| here && reading.sub.is_none())?;
        Some((action, reading.host_name(&host), host, on_brief))
    });
    let shown = Part::new(move || {
        let next = shown.get()?;
        let in_sight = store.first_action_in_sight.get();
        (!(next.3 && in_sight)).then_some(next)
    });
    let under = store.part(top::is_under_sheet);
    live(move || {
        shown.get().map(|(action, name, host, _)| {
            let label = format!("Review: {} {name}", verb(action));
            el("section", "next")
                .attr("aria-label", "Next action")
                .live("inert", move || under.get())
                .with(
                    el("p", "")
                        .with(format!("Next: {} ", verb(action)))
                        .with(el("b", "").with(text::plain_name(&name))),
                )
                .with(Button::of("btn").label(label).sends(
                    store,
                    Msg::Review(action, host),
                    "Review",
                ))
                .draw()
        })
    })
}
