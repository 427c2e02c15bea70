//! Shapes that many views share. Each is compiled once, whatever it holds: a view's own type is what
//! makes a Leptos page large.

use leptos::prelude::*;

use super::element::{Child, El, button, el, several};

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
    pub fn sends(self, store: Store, msg: Msg, content: impl Child) -> AnyView {
        self.draw(store, msg, content.draw())
    }

    fn draw(self, store: Store, msg: Msg, content: AnyView) -> AnyView {
        button(self.class)
            .attr("id", self.id)
            .attr("aria-label", self.label)
            .attr("aria-pressed", self.pressed.map(|on| on.to_string()))
            .attr("disabled", self.disabled)
            .on_click(move || store.send(msg.clone()))
            .with(content)
            .draw()
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

/// A term with what is said of it.
pub fn pair(term: impl Into<String>, value: impl Child) -> AnyView {
    fn draw(term: String, value: AnyView) -> AnyView {
        several()
            .with(el("dt", "").with(term))
            .with(el("dd", "").with(value))
            .draw()
    }
    draw(term.into(), value.draw())
}

/// A paragraph of these classes.
pub fn paragraph(class: &'static str, content: impl Child) -> AnyView {
    fn draw(class: &'static str, content: AnyView) -> AnyView {
        el("p", class).with(content).draw()
    }
    draw(class, content.draw())
}

/// What went wrong.
pub fn fault(why: &str) -> AnyView {
    el("p", "fault")
        .attr("role", "alert")
        .with(icon("warn"))
        .with(el("span", "").with(visible(why)))
        .draw()
}

/// A view over the tabs: a way back, a heading, a body that scrolls.
pub fn over_tabs(store: Store, heading: impl Child, body: AnyView) -> AnyView {
    fn draw(store: Store, heading: AnyView, body: AnyView) -> AnyView {
        let back = Button::of("ib").id("sub-back").label("Back");
        several()
            .with(
                el("div", "back")
                    .with(back.sends(store, Msg::Back, icon("left")))
                    .with(el("h1", "").attr("id", "sub-t").with(heading)),
            )
            .with(
                el("div", "view")
                    .attr("role", "region")
                    .attr("aria-labelledby", "sub-t")
                    .attr("tabindex", "0")
                    .with(body),
            )
            .draw()
    }
    draw(store, heading.draw(), body)
}

/// A strip over a view: an icon, what is told, what can be done about it.
pub fn note(class: &'static str, mark: &'static str, told: impl Child, action: AnyView) -> AnyView {
    fn draw(class: &'static str, mark: &'static str, told: AnyView, action: AnyView) -> AnyView {
        el("div", class)
            .with(icon(mark))
            .with(el("p", "").with(told))
            .with(action)
            .draw()
    }
    draw(class, mark, told.draw(), action)
}

/// Lines that hold the room of what is still to come, each by its classes.
pub fn skeleton(lines: &[&'static str]) -> Vec<El> {
    lines.iter().map(|classes| el("span", classes)).collect()
}
