//! Runs the effects that the reducer names.

use std::cell::RefCell;
use std::pin::Pin;

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::document;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, AbortSignal, HtmlElement};

use super::backend;
use super::state::{Effect, Msg};
use super::store::Store;
use super::wire::{Done, Reason, SessionInfo, ToWorker, state_save};
use super::worker;

thread_local! {
    static STREAMS: RefCell<Vec<AbortController>> = RefCell::default();
}

/// Runs an effect; what comes of it is sent to the store.
pub fn run(store: Store, effect: Effect) {
    match effect {
        Effect::SessionGet => session(store, |_| ToWorker::SessionGet, String::new()),
        Effect::SignIn { user, password } => spawn(async move {
            let message = ToWorker::SessionLogin {
                user: &user,
                password: &password.0,
            };
            known(store, worker::ask_session(&message).await);
        }),
        Effect::SignOut => session(store, |_| ToWorker::SessionLogout, String::new()),
        Effect::SetBackend(address) => spawn(async move {
            let answer = worker::ask(&ToWorker::BackendSet { address: &address }).await;
            store.send(Msg::BackendSet(set(answer)));
        }),
        Effect::Save { key, value } => spawn(async move {
            worker::ask_json(&state_save(&key, &value)).await;
        }),
        Effect::Load(key) => spawn(async move {
            let answer = worker::ask(&ToWorker::StateLoad { key: &key }).await;
            let value =
                answer.and_then(|answer| js_sys::Reflect::get(&answer, &"value".into()).ok());
            let kept = value.filter(|value| !value.is_null() && !value.is_undefined());
            if let Some(value) = kept.and_then(|value| worker::text(&value)) {
                store.send(Msg::Loaded { key, value });
            }
        }),
        Effect::Call { epoch, call } => spawn(async move {
            let result = backend::call(&call).await;
            store.send(Msg::Answered {
                epoch,
                call,
                result,
            });
        }),
        Effect::FollowAnalysis { epoch, id, after } => {
            let Some(abort) = stream() else { return };
            spawn(async move {
                let each = |id, event| {
                    store.send(Msg::Event {
                        epoch,
                        id,
                        event: Box::new(event),
                    });
                };
                let fault = backend::follow_analysis(&id, after, &abort, each).await;
                if let Some(fault) = fault.filter(|_| !abort.aborted()) {
                    store.send(Msg::AnalysisCut { epoch, fault });
                }
            });
        }
        Effect::FollowProposal { epoch, id } => {
            let Some(abort) = stream() else { return };
            spawn(async move {
                let each = |proposal| {
                    store.send(Msg::ProposalChanged {
                        epoch,
                        proposal: Box::new(proposal),
                    });
                };
                backend::follow_proposal(&id, &abort, each).await;
                if !abort.aborted() {
                    store.send(Msg::ProposalCut { epoch, id });
                }
            });
        }
        Effect::StopStreams => STREAMS.with_borrow_mut(|streams| {
            for stream in streams.drain(..) {
                stream.abort();
            }
        }),
        Effect::Later { ms, msg } => spawn(async move {
            TimeoutFuture::new(ms).await;
            store.send(*msg);
        }),
        Effect::Focus(id) => after_drawing(move || {
            if let Some(element) = element(&id) {
                focus(&element);
            }
        }),
        Effect::KeepFocus(otherwise) => {
            let here = document().active_element().map(|here| here.id());
            after_drawing(move || {
                let kept = here
                    .and_then(|here| element(&here))
                    .filter(|kept| !kept.matches(":disabled").unwrap_or(true));
                if let Some(element) = kept.or_else(|| element(&otherwise)) {
                    focus(&element);
                }
            });
        }
        Effect::Hold(id) => hold(id),
        Effect::Unfold(id) => unfold(&id),
        Effect::Reveal(id) => after_drawing(move || {
            if let Some(element) = document().get_element_by_id(&id) {
                let options = web_sys::ScrollIntoViewOptions::new();
                options.set_block(web_sys::ScrollLogicalPosition::Nearest);
                element.scroll_into_view_with_scroll_into_view_options(&options);
            }
        }),
        Effect::MoveFocus(by) => move_focus(by),
        Effect::PressCite => press_cite(),
        Effect::Copy(text) => copy(text),
        Effect::OpenWindow(proposal) => tell(
            move || proposal,
            |proposal| ToWorker::WindowOpen {
                proposal: proposal.as_ref().map(|id| id.as_str()),
            },
        ),
        Effect::Collapse => tell(|| (), |()| ToWorker::DockCollapse),
        Effect::Badge { priority, percent } => {
            tell(|| (), move |()| ToWorker::Badge { priority, percent });
        }
        Effect::OpenConsole(url) => tell(move || url, |url| ToWorker::OpenConsole { url }),
    }
}

/// Starts what goes on by itself. All of it is one type, so that it is compiled once.
pub fn spawn(run: impl Future<Output = ()> + 'static) {
    spawn_local::<Pin<Box<dyn Future<Output = ()>>>>(Box::pin(run));
}

fn session(store: Store, message: fn(&str) -> ToWorker<'_>, with: String) {
    spawn(async move { known(store, worker::ask_session(&message(&with)).await) });
}

/// What the worker says about the session, without its token.
pub fn known(store: Store, mut info: SessionInfo) {
    backend::remember(&mut info);
    store.send(Msg::Session(info));
}

/// Tells the worker something whose answer does not matter.
fn tell<T: 'static>(
    owned: impl FnOnce() -> T + 'static,
    message: impl for<'a> FnOnce(&'a T) -> ToWorker<'a> + 'static,
) {
    spawn(async move {
        let owned = owned();
        worker::ask(&message(&owned)).await;
    });
}

fn set(answer: Option<wasm_bindgen::JsValue>) -> Result<(), String> {
    let answer = answer
        .and_then(|answer| worker::read(&answer))
        .map(|answer| Done::read(&answer));
    match answer {
        None => Err("The extension’s worker does not answer.".to_owned()),
        Some(Done {
            problem: Some(problem),
            ..
        }) => Err(Reason::into_text(problem)),
        Some(_) => Ok(()),
    }
}

fn stream() -> Option<AbortSignal> {
    let controller = AbortController::new().ok()?;
    let signal = controller.signal();
    STREAMS.with_borrow_mut(|streams| streams.push(controller));
    Some(signal)
}

/// Runs once the views have followed the state.
fn after_drawing(run: impl FnOnce() + 'static) {
    spawn(async move {
        TimeoutFuture::new(0).await;
        run();
    });
}

/// Keeps an element as high as it is while what is in it changes, so that nothing below it moves: what is more
/// is folded away. A focus in it stays there.
fn hold(id: String) {
    // What waits for more has no height to keep yet.
    let Some(held) = element(&id).filter(|held| !held.has_attribute("aria-busy")) else {
        return;
    };
    let height = held.offset_height();
    free(&held);
    set_style(&held, "min-height", &format!("{height}px"));
    let focused = document()
        .active_element()
        .filter(|here| held.contains(Some(here)))
        .map(|here| here.id());
    after_drawing(move || {
        if held.offset_height() > height {
            set_style(&held, "height", &format!("{height}px"));
            let _ = held.class_list().add_1("folded");
        }
        if let Some(here) = focused {
            focus(&element(&here).unwrap_or(held));
        }
    });
}

/// Lets an element be as high as what is in it again.
pub fn unfold(id: &str) {
    if let Some(held) = element(id) {
        free(&held);
    }
}

fn free(held: &HtmlElement) {
    set_style(held, "height", "auto");
    set_style(held, "min-height", "auto");
    let _ = held.class_list().remove_1("folded");
}

fn set_style(element: &HtmlElement, property: &str, value: &str) {
    // Refused for a read-only declaration alone, which an element's own never is.
    let _ = element.style().set_property(property, value);
}

fn element(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// Puts the focus on an element, which may not be able to take it by itself.
fn focus(element: &HtmlElement) {
    if element.tab_index() < 0 && !element.has_attribute("tabindex") {
        element.set_tab_index(-1);
    }
    // An element that has gone cannot take the focus, and nothing else should.
    drop(element.focus());
}

/// Gives the focus to the view when what had it is gone with the view before: by keys one goes on from
/// there. A panel that had no focus takes none.
pub fn catch_focus() {
    after_drawing(|| {
        let document = document();
        let gone = document
            .active_element()
            .is_none_or(|here| here.tag_name() == "BODY");
        if !gone || !document.has_focus().unwrap_or(false) {
            return;
        }
        if let Ok(Some(view)) = document.query_selector("main")
            && let Ok(view) = view.dyn_into::<HtmlElement>()
        {
            focus(&view);
        }
    });
}

/// What J and K move among.
const ITEMS: &str = ".view :is(.lead, .claims > li, .acts > li, .node, .tl > li:not(.gap), .log > li, .turn, .pick)";

fn move_focus(by: i32) {
    let Ok(items) = document().query_selector_all(ITEMS) else {
        return;
    };
    let item = |at: u32| items.item(at)?.dyn_into::<HtmlElement>().ok();
    let here = document().active_element();
    let at = (0..items.length()).find(|at| {
        item(*at).is_some_and(|item| here.as_ref().is_some_and(|here| item.contains(Some(here))))
    });
    let next = match at {
        Some(at) => at.checked_add_signed(by),
        None => Some(0),
    };
    if let Some(item) = next.and_then(item) {
        focus(&item);
    }
}

/// Follows the first chip of the item that has the focus, else of the view.
fn press_cite() {
    let here = document()
        .active_element()
        .and_then(|here| here.closest(ITEMS).ok().flatten())
        .and_then(|item| item.query_selector(".cite").ok().flatten());
    let chip = here.or_else(|| document().query_selector(".view .cite").ok().flatten());
    if let Some(chip) = chip.and_then(|chip| chip.dyn_into::<HtmlElement>().ok()) {
        chip.click();
    }
}

/// Opens the item that has the focus by its first button, as Enter does.
pub fn press_item() {
    let item = document()
        .active_element()
        .filter(|here| here.matches(ITEMS).unwrap_or(false));
    let button = item.and_then(|item| item.query_selector("button, select").ok().flatten());
    if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
        button.click();
    }
}

/// Puts text on the clipboard. A docked frame may not use the clipboard's own interface unless the
/// frame was given leave: the older way serves there.
fn copy(text: String) {
    spawn(async move {
        let clipboard = leptos::prelude::window().navigator().clipboard();
        if JsFuture::from(clipboard.write_text(&text)).await.is_err() {
            copy_selected(&text);
        }
    });
}

fn copy_selected(text: &str) {
    let document = document();
    let (Ok(field), Some(body)) = (document.create_element("textarea"), document.body()) else {
        return;
    };
    let Ok(field) = field.dyn_into::<web_sys::HtmlTextAreaElement>() else {
        return;
    };
    field.set_value(text);
    field.set_class_name("vh");
    let before = document.active_element();
    if body.append_child(&field).is_ok() {
        field.select();
        if let Ok(document) = document.dyn_into::<web_sys::HtmlDocument>() {
            drop(document.exec_command("copy"));
        }
        field.remove();
    }
    if let Some(before) = before.and_then(|before| before.dyn_into::<HtmlElement>().ok()) {
        drop(before.focus());
    }
}
