//! Shapes that many views share. Each is compiled once, whatever it holds: a view's own type is what
//! makes a Leptos page large.

use leptos::prelude::*;

use super::icons::icon;
use super::text::visible;
use crate::panel::state::Msg;
use crate::panel::store::Store;

/// A button that sends a message.
#[derive(Default)]
pub struct Button {
    class: &'static str,
    id: Option<String>,
    label: Option<String>,
    pressed: Option<bool>,
    disabled: bool,
}

impl Button {
    /// A button of these classes.
    pub fn of(class: &'static str) -> Self {
        Self {
            class,
            ..Self::default()
        }
    }

    /// Its name for a screen reader, where what it shows does not say enough; a host's name in it may be anything.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(aside_shared::text::visible(&label.into()));
        self
    }

    /// Its id in the document: the focus goes there.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// It is a switch, on or off.
    pub fn pressed(mut self, on: bool) -> Self {
        self.pressed = Some(on);
        self
    }

    /// It cannot be pressed now.
    pub fn disabled(mut self, disabled: bool) -> Self {
        self.disabled = disabled;
        self
    }

    /// The button: it shows `content` and sends `msg`.
    pub fn sends(self, store: Store, msg: Msg, content: impl IntoAny) -> AnyView {
        self.draw(store, msg, content.into_any())
    }

    fn draw(self, store: Store, msg: Msg, content: AnyView) -> AnyView {
        view! {
            <button
                type="button"
                class=self.class
                id=self.id
                aria-label=self.label
                aria-pressed=self.pressed.map(|on| on.to_string())
                disabled=self.disabled
                on:click=move |_| store.send(msg.clone())
            >
                {content}
            </button>
        }
        .into_any()
    }
}

/// A button of an icon alone.
pub fn icon_button(
    store: Store,
    name: &'static str,
    label: impl Into<String>,
    msg: Msg,
) -> AnyView {
    Button::of("ib").label(label).sends(store, msg, icon(name))
}

/// A switch among others.
pub fn switch(store: Store, on: bool, label: impl Into<String>, msg: Msg) -> AnyView {
    Button::of("chip")
        .pressed(on)
        .sends(store, msg, label.into())
}

/// A view that follows what `of` reads.
pub fn live(of: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    let of: Box<dyn Fn() -> AnyView + Send> = Box::new(of);
    (move || of()).into_any()
}

/// A view that is there while `of` gives one.
pub fn maybe(of: impl Fn() -> Option<AnyView> + Send + 'static) -> AnyView {
    live(move || of().unwrap_or_else(|| ().into_any()))
}

/// Words that follow what `of` reads.
pub fn words(of: impl Fn() -> String + Send + 'static) -> AnyView {
    let of: Box<dyn Fn() -> String + Send> = Box::new(of);
    (move || of()).into_any()
}

/// A term with what is said of it.
pub fn pair(term: impl Into<String>, value: impl IntoAny) -> AnyView {
    fn draw(term: String, value: AnyView) -> AnyView {
        view! { <dt>{term}</dt><dd>{value}</dd> }.into_any()
    }
    draw(term.into(), value.into_any())
}

/// A paragraph of these classes.
pub fn paragraph(class: &'static str, content: impl IntoAny) -> AnyView {
    fn draw(class: &'static str, content: AnyView) -> AnyView {
        view! { <p class=class>{content}</p> }.into_any()
    }
    draw(class, content.into_any())
}

/// What went wrong.
pub fn fault(why: &str) -> AnyView {
    view! { <p class="fault" role="alert">{icon("warn")}<span>{visible(why)}</span></p> }.into_any()
}

/// A strip over a view: an icon, what is told, what can be done about it.
pub fn note(
    class: &'static str,
    mark: &'static str,
    told: impl IntoAny,
    action: AnyView,
) -> AnyView {
    fn draw(class: &'static str, mark: &'static str, told: AnyView, action: AnyView) -> AnyView {
        view! { <div class=class>{icon(mark)}<p>{told}</p>{action}</div> }.into_any()
    }
    draw(class, mark, told.into_any(), action)
}

/// Lines that hold the room of what is still to come.
pub fn skeleton(widths: &[&'static str]) -> AnyView {
    let lines = widths.iter().map(|width| {
        let class = format!("skel {width}");
        view! { <span class=class></span> }.into_any()
    });
    lines.collect_view().into_any()
}
