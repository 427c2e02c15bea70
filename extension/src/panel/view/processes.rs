//! The process tree.

use std::collections::HashSet;
use std::sync::Arc;

use aside_shared::alert::{Alert, EntityKind, Evidence, EvidenceSource, Object, Verb};
use aside_shared::id::{EntityId, EvidenceId};
use aside_shared::instant::utc_clock;
use aside_shared::text::{Span, plain};
use leptos::prelude::*;

use super::element::{button, el, live, several};

use super::chips::cites;
use super::shapes::{Button, switch};
use super::text::{block, visible};
use crate::panel::evidence::deed;
use crate::panel::processes::{Node, Tree, process, tree};
use crate::panel::state::{Cited, Msg};
use crate::panel::store::Store;

/// What the tree is drawn from: it is drawn anew when this changes.
#[derive(Clone, Default, PartialEq)]
struct Drawn {
    alert: Option<Arc<Alert>>,
    telling: HashSet<EvidenceId>,
    all: bool,
    lines: bool,
    on: Option<EntityId>,
}

/// The tree with its switches.
pub fn processes(store: Store) -> AnyView {
    let drawn = store.reading(|reading| Drawn {
        alert: reading.alert.clone(),
        telling: reading.telling(),
        all: reading.all_processes,
        lines: reading.command_lines,
        on: reading.process.clone(),
    });
    let content = live(move || {
        let drawn = drawn.get();
        let Some(alert) = drawn.alert.clone() else {
            return el("p", "skel w3").draw();
        };
        let tree = tree(&alert, &drawn.telling, drawn.all);
        if tree.all == 0 {
            return el("p", "dim")
                .with("The alert’s evidence names no process.")
                .draw();
        }
        let nodes = tree
            .roots
            .iter()
            .map(|root| node(store, &alert, &drawn, root))
            .collect::<Vec<_>>();
        several()
            .with(switches(store, &tree, &drawn))
            .with(el("p", "foot").with("Times UTC."))
            .with(el("ul", "tree").with(nodes))
            .draw()
    });
    el("section", "sec")
        .attr("aria-label", "Process tree")
        .with(content)
        .draw()
}

fn switches(store: Store, tree: &Tree, drawn: &Drawn) -> AnyView {
    let (all, lines) = (drawn.all, drawn.lines);
    el("div", "tags")
        .with(switch(
            store,
            !all,
            format!("Alert’s branch {}", tree.branch),
            Msg::AllProcesses(false),
        ))
        .with(switch(
            store,
            all,
            format!("All {}", tree.all),
            Msg::AllProcesses(true),
        ))
        .with(switch(
            store,
            lines,
            "Command lines",
            Msg::CommandLines(!lines),
        ))
        .draw()
}

/// A command line in the tree is one line: so much of it is drawn.
const LINE_MAX: usize = 160;

fn node(store: Store, alert: &Arc<Alert>, drawn: &Drawn, node: &Node) -> AnyView {
    let Some(shown) = process(alert, &node.id) else {
        return ().into_any();
    };
    let on = drawn.on.as_ref() == Some(&node.id);
    let id = node.id.clone();
    let line = shown
        .command_line
        .as_ref()
        .filter(|_| drawn.lines && !on)
        .map(|line| {
            let part: String = line.chars().take(LINE_MAX).collect();
            el("span", "cmd").with(visible(&part))
        });
    let name: String = aside_shared::text::shorten(&shown.name, 64);
    let children = node
        .children
        .iter()
        .map(|child| self::node(store, alert, drawn, child))
        .collect::<Vec<_>>();
    let folded = (node.folded > 0).then(|| {
        let label = match node.folded {
            1 => "1 more, not in the alert’s branch".to_owned(),
            number => format!("{number} more, not in the alert’s branch"),
        };
        let label = el("span", "row").with(el("span", "name").with(label));
        let all = Button::of("node").sends(store, Msg::AllProcesses(true), label);
        el("li", "").with(all)
    });
    let below = !node.children.is_empty() || node.folded > 0;
    el("li", "")
        .class_if("hot", node.hot)
        .with(
            button("node")
                .class_if("on", on)
                .attr("id", on.then_some("process-on"))
                .attr("aria-expanded", on.to_string())
                .on_click(move || store.send(Msg::SelectProcess(id.clone())))
                .with(
                    el("span", "row")
                        .with(el("span", "name").with(visible(&name)))
                        .with(shown.pid.map(|pid| el("span", "pid").with(pid.to_string())))
                        .with(
                            shown
                                .started
                                .as_ref()
                                .map(|at| el("span", "at").with(utc_clock(at.unix_ms))),
                        ),
                )
                .with(line),
        )
        .with(deeds(store, alert, drawn, &node.id, on))
        .with(on.then(|| details(store, alert, &node.id)))
        .with(below.then(|| el("ul", "").with(folded).with(children)))
        .draw()
}

/// So many deeds are named under a process.
const DEEDS: usize = 4;

/// What was done, with a file by its name alone: its path stands in the evidence.
fn short_deed(item: &Evidence, alert: &Alert) -> Vec<Span> {
    let mut spans = deed(item, alert);
    let object = match &item.object {
        Some(Object::Entity(id)) => alert.entity(id).map(|entity| &entity.kind),
        _ => None,
    };
    if let (Some(EntityKind::File(_)), Some(Span::Name(path))) = (object, spans.get_mut(2)) {
        let name = path.rsplit(['\\', '/']).next().unwrap_or_default();
        if !name.is_empty() {
            *path = name.to_owned();
        }
    }
    spans
}

/// What signals rest on, of what a process did.
fn deeds(
    store: Store,
    alert: &Arc<Alert>,
    drawn: &Drawn,
    id: &EntityId,
    on: bool,
) -> Option<AnyView> {
    let own: Vec<_> = alert
        .evidence
        .iter()
        .filter(|item| &item.subject == id && drawn.telling.contains(&item.id))
        .collect();
    let spoken: Vec<_> = alert
        .evidence
        .iter()
        .filter(|item| matches!(&item.object, Some(Object::Entity(object)) if object == id))
        .filter(|item| item.verb == Verb::Started && drawn.telling.contains(&item.id))
        .collect();
    let tags = own
        .iter()
        .filter(|item| {
            !matches!(
                item.verb,
                Verb::Started | Verb::Ran | Verb::DecodedTo | Verb::RanScript
            )
        })
        .take(DEEDS)
        .map(|item| {
            let words = aside_shared::text::shorten(&plain(&short_deed(item, alert)), 72);
            el("span", "tag-t hot-t").with(words)
        })
        .collect::<Vec<_>>();
    let mut ids: Vec<EvidenceId> = spoken
        .iter()
        .chain(&own)
        .map(|item| item.id.clone())
        .collect();
    ids.dedup();
    if ids.is_empty() || on {
        return None;
    }
    let place = format!("p-{id}");
    Some(
        el("p", "tags under")
            .with(tags)
            .with(cites(store, &ids, &Cited::Elsewhere, &place))
            .draw(),
    )
}

/// The selected process: its whole command line, what it hides, where it ran.
fn details(store: Store, alert: &Arc<Alert>, id: &EntityId) -> AnyView {
    let Some(shown) = process(alert, id) else {
        return ().into_any();
    };
    let decoded = alert
        .evidence
        .iter()
        .filter(|item| &item.subject == id && item.source == EvidenceSource::Derived)
        .filter_map(|item| match &item.object {
            Some(Object::Value(text)) => Some(block(store, decoded_label(item), text.clone())),
            _ => None,
        })
        .collect::<Vec<_>>();
    let user = shown
        .user
        .as_ref()
        .and_then(|user| alert.entity(user))
        .map(|user| user.kind.name().to_owned());
    let ids: Vec<EvidenceId> = alert
        .evidence
        .iter()
        .filter(|item| {
            let object = matches!(&item.object, Some(Object::Entity(object)) if object == id);
            &item.subject == id || object
        })
        .map(|item| item.id.clone())
        .collect();
    let pair = |name: &'static str, value: Option<String>| {
        value.map(|value| {
            several()
                .with(el("dt", "").with(name))
                .with(el("dd", "").with(el("code", "").with(visible(&value))))
        })
    };
    el("div", "under about")
        .with(decoded)
        .with(
            shown
                .command_line
                .clone()
                .map(|line| block(store, "Command line, as recorded".to_owned(), line)),
        )
        .with(
            el("dl", "kv")
                .with(pair("Path", shown.path.clone()))
                .with(pair("User", user))
                .with(pair("Integrity", shown.integrity.clone()))
                .with(pair("Directory", shown.directory.clone()))
                .with(pair("Built as", shown.original_name.clone()))
                .with(pair("SHA-256", shown.sha256.clone()))
                .with(pair("MD5", shown.md5.clone())),
        )
        .with(
            (!ids.is_empty())
                .then(|| el("p", "").with(cites(store, &ids, &Cited::Elsewhere, "process"))),
        )
        .draw()
}

/// `Decoded: base64`, where the analyst says how it was hidden.
fn decoded_label(item: &Evidence) -> String {
    match item.fields.get("hidden_by") {
        Some(how) => format!("Decoded: {how}"),
        None => "Decoded".to_owned(),
    }
}
