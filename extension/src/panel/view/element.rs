//! Elements and what stands in them, compiled once.
//!
//! `view!` gives each element a type of its own, and Leptos compiles what draws, changes and removes
//! it for every such type: that was half of the panel's payload. Here all elements are one type, and
//! an attribute, a listener, a child are each a value of one type. How a view follows a change is
//! Leptos's own way: what is alike stays in the document and is brought up to date.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use leptos::ev;
use leptos::html::custom;
use leptos::prelude::*;
use leptos::tachys::html::attribute::any_attribute::{AnyAttribute, IntoAnyAttribute};
use leptos::tachys::html::attribute::custom::custom_attribute;
use leptos::tachys::html::class::class;
use leptos::tachys::html::element::Custom;
use leptos::tachys::html::event::on;
use leptos::tachys::html::node_ref::node_ref;
use leptos::tachys::html::property::prop;
use wasm_bindgen::JsCast;

/// A name for an element in the document, once it is there.
pub type Node = NodeRef<Custom<&'static str>>;

/// An element that is being put together.
pub struct El {
    tag: &'static str,
    attributes: Vec<AnyAttribute>,
    children: Vec<AnyView>,
}

/// An element of these classes, or of none.
pub fn el(tag: &'static str, classes: &'static str) -> El {
    let new = El {
        tag,
        attributes: Vec::new(),
        children: Vec::new(),
    };
    match classes {
        "" => new,
        classes => new.attr("class", classes),
    }
}

/// A button of these classes.
pub fn button(classes: &'static str) -> El {
    el("button", classes).attr("type", "button")
}

/// Several things without an element around them.
pub fn several() -> El {
    el("", "")
}

/// A view that follows what `of` reads.
pub fn live<C: Child>(of: impl Fn() -> C + Send + 'static) -> AnyView {
    fn follow(of: Box<dyn Fn() -> AnyView + Send>) -> AnyView {
        (move || of()).into_any()
    }
    follow(Box::new(move || of().draw()))
}

/// A list that grows: what has a key that was there before stays as it is. `draw` is given the place.
pub fn list(
    keys: impl Fn() -> Vec<String> + Send + Sync + 'static,
    draw: impl Fn(usize) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    type Keys = Box<dyn Fn() -> Vec<String> + Send + Sync>;
    type Draw = Arc<dyn Fn(usize) -> AnyView + Send + Sync>;
    fn drawn(keys: Keys, draw: Draw) -> AnyView {
        let each = move || keys().into_iter().enumerate().collect::<Vec<_>>();
        let key = |(_, key): &(usize, String)| key.clone();
        let children = move |(at, _)| draw(at);
        view! { <For each=each key=key children=children/> }.into_any()
    }
    drawn(Box::new(keys), Arc::new(draw))
}

impl El {
    /// An attribute; `false` and `None` leave it out.
    pub fn attr(self, name: &'static str, value: impl Value) -> Self {
        self.attribute(name, value.text())
    }

    fn attribute(mut self, name: &'static str, value: Text) -> Self {
        if value.is_some() {
            let attribute = custom_attribute(name, value);
            self.attributes.push(attribute.into_any_attr());
        }
        self
    }

    /// An attribute that follows what `of` reads.
    pub fn live<V: Value>(
        self,
        name: &'static str,
        of: impl Fn() -> V + Send + Sync + 'static,
    ) -> Self {
        self.follow(name, Arc::new(move || of().text()))
    }

    fn follow(mut self, name: &'static str, of: Arc<dyn Fn() -> Text + Send + Sync>) -> Self {
        let attribute = custom_attribute(name, move || of());
        self.attributes.push(attribute.into_any_attr());
        self
    }

    /// One class more, if so.
    pub fn class_if(self, name: &'static str, so: bool) -> Self {
        match so {
            true => self.live_class(name, move || so),
            false => self,
        }
    }

    /// One class more while `of` says so.
    pub fn live_class(
        mut self,
        name: &'static str,
        of: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Self {
        let of: Arc<dyn Fn() -> bool + Send + Sync> = Arc::new(of);
        let toggled = class((name, move || of()));
        self.attributes.push(toggled.into_any_attr());
        self
    }

    /// What a field holds, which follows what `of` reads.
    pub fn holds(mut self, of: impl Fn() -> String + Send + Sync + 'static) -> Self {
        let of: Arc<dyn Fn() -> String + Send + Sync> = Arc::new(of);
        self.attributes
            .push(prop("value", move || of()).into_any_attr());
        self
    }

    /// What happens at an event; `E` is the event's own type.
    pub fn on<E: JsCast>(self, name: &'static str, run: impl Fn(E) + 'static) -> Self {
        self.listen(name, Rc::new(move |event| run(event.unchecked_into())))
    }

    fn listen(mut self, name: &'static str, run: Rc<dyn Fn(web_sys::Event)>) -> Self {
        let listener = on(ev::Custom::<web_sys::Event>::new(name), move |event| {
            run(event);
        });
        self.attributes.push(listener.into_any_attr());
        self
    }

    /// What happens at a click.
    pub fn on_click(self, run: impl Fn() + 'static) -> Self {
        self.on("click", move |_: web_sys::Event| run())
    }

    /// Gives the element a name for who must reach it.
    pub fn node(mut self, node: Node) -> Self {
        self.attributes.push(node_ref(node).into_any_attr());
        self
    }

    /// One more thing in it.
    pub fn with(self, child: impl Child) -> Self {
        self.view(child.draw())
    }

    fn view(mut self, child: AnyView) -> Self {
        self.children.push(child);
        self
    }

    /// The element as a view.
    pub fn draw(self) -> AnyView {
        match self.tag {
            "" => self.children.into_any(),
            tag => custom(tag)
                .add_any_attr(self.attributes)
                .child(self.children)
                .into_any(),
        }
    }
}

/// The text of an attribute, if it is there.
type Text = Option<Cow<'static, str>>;

/// What an attribute can be.
pub trait Value {
    /// Its text; `None` leaves the attribute out.
    fn text(self) -> Text;
}

impl Value for &'static str {
    fn text(self) -> Text {
        Some(self.into())
    }
}

impl Value for String {
    fn text(self) -> Text {
        Some(self.into())
    }
}

impl Value for bool {
    fn text(self) -> Text {
        self.then_some("".into())
    }
}

impl<V: Value> Value for Option<V> {
    fn text(self) -> Text {
        self.and_then(V::text)
    }
}

/// What can stand in an element.
pub trait Child {
    /// As a view.
    fn draw(self) -> AnyView;
}

impl Child for AnyView {
    fn draw(self) -> AnyView {
        self
    }
}

impl Child for El {
    fn draw(self) -> AnyView {
        El::draw(self)
    }
}

impl Child for () {
    fn draw(self) -> AnyView {
        ().into_any()
    }
}

impl Child for &'static str {
    fn draw(self) -> AnyView {
        Cow::Borrowed(self).into_any()
    }
}

impl Child for String {
    fn draw(self) -> AnyView {
        Cow::<'static, str>::Owned(self).into_any()
    }
}

/// What is not there keeps its place.
impl<C: Child> Child for Option<C> {
    fn draw(self) -> AnyView {
        self.map_or_else(|| ().into_any(), C::draw)
    }
}

impl<C: Child> Child for Vec<C> {
    fn draw(self) -> AnyView {
        let children = self.into_iter().map(C::draw).collect();
        El {
            children,
            ..several()
        }
        .draw()
    }
}
