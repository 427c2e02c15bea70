//! What the browser measures: for the proof observers, focus, redraws and the clock; and whether
//! an element is in sight.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_timers::callback::Interval;
use js_sys::{Array, Reflect};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{
    Element, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit,
    MutationObserver, MutationObserverInit, MutationRecord, ResizeObserver,
};

use crate::panel::effects;
use crate::panel::proof::{Proof, Proven, REARM_MS, Sight, Standing, Target};
use crate::panel::wire::{Done, Surface, ToWorker};
use crate::panel::worker;

/// How often focus and time are looked at, milliseconds.
const LOOK_MS: u32 = 100;
/// After so many looks the page's zoom is taken to be right again, until it is asked for.
const ZOOM_FORGIVEN: u32 = 20;

/// What the sheet shows of the proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// How it stands.
    pub standing: Standing,
    /// Whether the own window is offered.
    pub window: bool,
}

/// The proof as observers and clicks share it.
type Shared = Rc<RefCell<Proof>>;

/// The proof of one sheet, watched while this lives.
pub struct Watch {
    proof: Shared,
    surface: Surface,
    shown: RwSignal<Shown>,
    _redraws: Redraws,
    _looks: Interval,
}

/// Milliseconds of a monotonic clock.
fn now() -> f64 {
    let clock = window().performance();
    clock.map_or_else(js_sys::Date::now, |clock| clock.now())
}

impl Watch {
    /// Watches `button`, the document's body, and what is drawn in `sheet`.
    pub fn new(
        surface: Surface,
        proof: Proof,
        button: &Element,
        sheet: &Element,
        shown: RwSignal<Shown>,
    ) -> Option<Self> {
        let proof = Rc::new(RefCell::new(proof));
        let root: Element = document().body()?.into();
        let redraws = Redraws::new(&proof, sheet)?;
        let looks = {
            let (proof, button) = (proof.clone(), button.clone());
            let mut observer = Observer::new(&proof, &button, &root);
            let mut looked = 0u32;
            Interval::new(LOOK_MS, move || {
                looked = looked.wrapping_add(1);
                if looked.is_multiple_of(REARM_MS / LOOK_MS) {
                    observer = Observer::new(&proof, &button, &root).or_else(|| observer.take());
                }
                let document = document();
                let focused = document.has_focus().unwrap_or(false);
                let mut proof = proof.borrow_mut();
                if looked.is_multiple_of(ZOOM_FORGIVEN) {
                    proof.forget_zoom();
                }
                proof.attended(focused, !document.hidden(), now());
                show(&mut proof, shown);
            })
        };
        Some(Self {
            proof,
            surface,
            shown,
            _redraws: redraws,
            _looks: looks,
        })
    }

    /// Other content is shown.
    pub fn shows(&self, digest: aside_shared::approval::ViewDigest) {
        self.proof.borrow_mut().shows(digest, now());
    }

    /// A click on Approve: what it takes to send the decision, if the click counts.
    pub fn clicked(&self, event: &web_sys::MouseEvent, then: impl FnOnce(Proven) + 'static) {
        let accepted = self
            .proof
            .borrow_mut()
            .accepts(event.is_trusted(), event.detail(), now());
        if !accepted {
            return;
        }
        let (proof, shown, surface) = (self.proof.clone(), self.shown, self.surface);
        effects::spawn(async move {
            let zoom_holds = match surface {
                Surface::Dock => {
                    let answer = worker::ask(&ToWorker::PixelRatio).await;
                    let answer = answer.and_then(|answer| worker::read(&answer));
                    answer.is_some_and(|answer| Done::read(&answer).ok)
                }
                Surface::Side | Surface::Window => true,
            };
            let proven = proof.borrow_mut().conclude(zoom_holds, now());
            show(&mut proof.borrow_mut(), shown);
            if let Some(proven) = proven {
                then(proven);
            }
        });
    }
}

fn show(proof: &mut Proof, shown: RwSignal<Shown>) {
    let now = now();
    let next = Shown {
        standing: proof.standing(now),
        window: proof.offers_window(now),
    };
    if shown.get_untracked() != next {
        shown.set(next);
    }
}

/// One observer, good until it is replaced by the next.
struct Observer {
    observer: IntersectionObserver,
    _heard: Closure<dyn FnMut(Array)>,
}

impl Observer {
    fn new(proof: &Shared, button: &Element, root: &Element) -> Option<Self> {
        let (proof, target) = (proof.clone(), button.clone());
        let heard = Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
            let now = now();
            for entry in entries.iter() {
                let entry: IntersectionObserverEntry = entry.unchecked_into();
                let which = match entry.target() == target {
                    true => Target::Button,
                    false => Target::Root,
                };
                // Not defined where the browser has no proof of visibility.
                let uncovered = Reflect::get(&entry, &"isVisible".into()).ok();
                let sight = Sight {
                    ratio: entry.intersection_ratio(),
                    uncovered: uncovered.and_then(|value| value.as_bool()),
                };
                proof.borrow_mut().seen(which, sight, now);
            }
        });
        let options = IntersectionObserverInit::new();
        let set = |name: &str, value: JsValue| Reflect::set(&options, &name.into(), &value).is_ok();
        if !(set("trackVisibility", true.into()) && set("delay", LOOK_MS.into())) {
            return None;
        }
        options.set_threshold(&Array::of2(&0.into(), &0.99.into()));
        let function = heard.as_ref().unchecked_ref();
        let observer = IntersectionObserver::new_with_options(function, &options).ok()?;
        observer.observe(button);
        observer.observe(root);
        Some(Self {
            observer,
            _heard: heard,
        })
    }
}

impl Drop for Observer {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Reports whether an element is wholly in sight of whoever scrolls, while this lives.
pub struct Sighted {
    observer: IntersectionObserver,
    _heard: Closure<dyn FnMut(Array)>,
}

impl Sighted {
    /// Reports on `element` now and at each change.
    pub fn new(element: &Element, mut report: impl FnMut(bool) + 'static) -> Option<Self> {
        let heard = Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
            let last = entries.iter().last();
            let last = last.map(JsCast::unchecked_into::<IntersectionObserverEntry>);
            report(last.is_some_and(|entry| entry.intersection_ratio() >= 0.99));
        });
        let options = IntersectionObserverInit::new();
        options.set_threshold(&0.99.into());
        let function = heard.as_ref().unchecked_ref();
        let observer = IntersectionObserver::new_with_options(function, &options).ok()?;
        observer.observe(element);
        Some(Self {
            observer,
            _heard: heard,
        })
    }
}

impl Drop for Sighted {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Hears when the sheet is redrawn, moved or resized, but for what ticks in it.
struct Redraws {
    mutations: MutationObserver,
    sizes: ResizeObserver,
    _mutated: Closure<dyn FnMut(Array)>,
    _resized: Closure<dyn FnMut()>,
}

impl Redraws {
    fn new(proof: &Shared, sheet: &Element) -> Option<Self> {
        let shared = proof.clone();
        let mutated = Closure::<dyn FnMut(Array)>::new(move |records: Array| {
            let redrawn = records
                .iter()
                .any(|record| !ticks(&record.unchecked_into::<MutationRecord>()));
            if redrawn {
                shared.borrow_mut().disturbed(now());
            }
        });
        let shared = proof.clone();
        let resized = Closure::<dyn FnMut()>::new(move || shared.borrow_mut().disturbed(now()));
        let mutations = MutationObserver::new(mutated.as_ref().unchecked_ref()).ok()?;
        let what = MutationObserverInit::new();
        what.set_child_list(true);
        what.set_character_data(true);
        what.set_subtree(true);
        mutations.observe_with_options(sheet, &what).ok()?;
        let sizes = ResizeObserver::new(resized.as_ref().unchecked_ref()).ok()?;
        sizes.observe(sheet);
        Some(Self {
            mutations,
            sizes,
            _mutated: mutated,
            _resized: resized,
        })
    }
}

impl Drop for Redraws {
    fn drop(&mut self) {
        self.mutations.disconnect();
        self.sizes.disconnect();
    }
}

/// Whether a change is within what ticks: times and the hint, which the digest does not cover.
fn ticks(record: &MutationRecord) -> bool {
    let Some(node) = record.target() else {
        return false;
    };
    let element = node
        .dyn_ref::<Element>()
        .cloned()
        .or_else(|| node.parent_element());
    element
        .and_then(|element| element.closest("[data-ticks]").ok().flatten())
        .is_some()
}
