//! The process tree: who started whom, which branch the alert is about, what is folded.

use std::collections::{HashMap, HashSet};

use aside_shared::alert::{Alert, EntityKind, Object, Process};
use aside_shared::id::{EntityId, EvidenceId};

/// A process in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Which.
    pub id: EntityId,
    /// On the way from a root to something that a signal rests on.
    pub hot: bool,
    /// What it started, oldest first.
    pub children: Vec<Node>,
    /// Siblings that are not part of the alert's branch and are not drawn, among the children.
    pub folded: usize,
}

/// Deeper than this, children stand beside their parent: a chain of thousands neither fits nor is read.
pub const DEPTH_MAX: usize = 24;

/// The processes of an alert.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// Processes without a known parent.
    pub roots: Vec<Node>,
    /// How many there are in all.
    pub all: usize,
    /// How many are in the alert's branch.
    pub branch: usize,
}

/// The process of that id.
pub fn process<'a>(alert: &'a Alert, id: &EntityId) -> Option<&'a Process> {
    match &alert.entity(id)?.kind {
        EntityKind::Process(process) => Some(process),
        _ => None,
    }
}

/// Builds the tree. `telling` is the evidence that signals rest on. Without `whole`, only the
/// alert's branch is drawn: the trigger, what led to it, what came of it, and what signals rest on.
pub fn tree(alert: &Alert, telling: &HashSet<EvidenceId>, whole: bool) -> Tree {
    let processes: HashMap<&EntityId, &Process> = alert
        .entities
        .iter()
        .filter_map(|entity| match &entity.kind {
            EntityKind::Process(process) => Some((&entity.id, process.as_ref())),
            _ => None,
        })
        .collect();
    let parents = acyclic_parents(alert, &processes);
    let began = |id: &EntityId| {
        let started = processes[id].started.as_ref();
        (started.is_none(), started.map(|at| at.unix_ms))
    };
    let mut children: HashMap<Option<&EntityId>, Vec<&EntityId>> = HashMap::new();
    for entity in alert
        .entities
        .iter()
        .filter(|entity| processes.contains_key(&entity.id))
    {
        let parent = parents.get(&entity.id).copied();
        let siblings = children.entry(parent).or_default();
        let own = began(&entity.id);
        let at = siblings.partition_point(|other| began(other) <= own);
        siblings.insert(at, &entity.id);
    }

    let up = |from: &EntityId| {
        let here = processes.get_key_value(from).map(|(id, _)| *id);
        std::iter::successors(here, |here| parents.get(*here).copied()).collect::<Vec<_>>()
    };
    let mut hot: HashSet<&EntityId> = HashSet::new();
    for item in alert
        .evidence
        .iter()
        .filter(|item| telling.contains(&item.id))
    {
        hot.extend(up(&item.subject));
        if let Some(Object::Entity(object)) = &item.object {
            hot.extend(up(object));
        }
    }
    let mut branch = hot.clone();
    if let Some(trigger) = &alert.trigger {
        hot.extend(up(trigger));
        branch.extend(up(trigger));
        let mut below: Vec<&EntityId> = processes
            .get_key_value(trigger)
            .map(|(id, _)| *id)
            .into_iter()
            .collect();
        while let Some(id) = below.pop() {
            branch.insert(id);
            below.extend(children.get(&Some(id)).into_iter().flatten());
        }
    }
    if branch.is_empty() {
        branch.extend(processes.keys().copied());
    }
    let drawn = |id: &EntityId| whole || branch.contains(id);
    let roots = build(&children, &hot, &drawn);
    Tree {
        roots,
        all: processes.len(),
        branch: branch.len(),
    }
}

/// Parents as recorded, without the links that would close a circle (a reused id, a hostile record).
fn acyclic_parents<'a>(
    alert: &'a Alert,
    processes: &HashMap<&'a EntityId, &'a Process>,
) -> HashMap<&'a EntityId, &'a EntityId> {
    let mut parents: HashMap<&EntityId, &EntityId> = HashMap::new();
    for entity in &alert.entities {
        let Some(process) = processes.get(&entity.id) else {
            continue;
        };
        let Some((parent, _)) = process
            .parent
            .as_ref()
            .and_then(|id| processes.get_key_value(id))
        else {
            continue;
        };
        let mut at = Some(*parent);
        while let Some(here) = at.filter(|here| **here != entity.id) {
            at = parents.get(here).copied();
        }
        if at.is_none() {
            parents.insert(&entity.id, parent);
        }
    }
    parents
}

/// Nodes from the roots down, without recursion: a record decides the depth.
fn build(
    children: &HashMap<Option<&EntityId>, Vec<&EntityId>>,
    hot: &HashSet<&EntityId>,
    drawn: &dyn Fn(&EntityId) -> bool,
) -> Vec<Node> {
    struct Open<'a> {
        node: Option<Node>,
        rest: std::vec::IntoIter<&'a EntityId>,
        done: Vec<Node>,
    }
    let open = |id: Option<&EntityId>, node: Option<Node>| Open {
        node,
        rest: children.get(&id).cloned().unwrap_or_default().into_iter(),
        done: Vec::new(),
    };
    let mut stack = vec![open(None, None)];
    loop {
        let depth = stack.len();
        let Some(top) = stack.last_mut() else {
            return Vec::new();
        };
        if let Some(id) = top.rest.next() {
            if drawn(id) {
                let node = Node {
                    id: id.clone(),
                    hot: hot.contains(id),
                    children: Vec::new(),
                    folded: 0,
                };
                stack.push(open(Some(id), Some(node)));
            } else if let Some(node) = &mut top.node {
                node.folded += 1;
            }
            continue;
        }
        let Some(closed) = stack.pop() else {
            return Vec::new();
        };
        let Some(mut node) = closed.node else {
            return closed.done;
        };
        let Some(parent) = stack.last_mut() else {
            return Vec::new();
        };
        if depth > DEPTH_MAX {
            parent.done.push(node);
            parent.done.extend(closed.done);
        } else {
            node.children = closed.done;
            parent.done.push(node);
        }
    }
}

#[cfg(test)]
mod tests {
    use aside_shared::alert::Entity;
    use proptest::prelude::*;

    use super::super::state::tests::alert;
    use super::*;

    fn with_processes(links: &[(u32, Option<u32>)]) -> Alert {
        let mut alert = alert();
        alert.evidence.clear();
        alert.trigger = None;
        alert.entities = links
            .iter()
            .map(|(id, parent)| Entity {
                id: EntityId(format!("p{id}")),
                kind: EntityKind::Process(Box::new(Process {
                    name: format!("p{id}"),
                    parent: parent.map(|parent| EntityId(format!("p{parent}"))),
                    ..Process::default()
                })),
            })
            .collect();
        alert
    }

    fn drawn(nodes: &[Node]) -> usize {
        nodes.iter().map(|node| 1 + drawn(&node.children)).sum()
    }

    fn depth(nodes: &[Node]) -> usize {
        nodes
            .iter()
            .map(|node| 1 + depth(&node.children))
            .max()
            .unwrap_or(0)
    }

    #[test]
    fn the_alerts_branch_leaves_out_what_it_did_not_touch_and_counts_it() {
        let mut alert = with_processes(&[
            (0, None),
            (1, Some(0)),
            (2, Some(1)),
            (3, Some(0)),
            (4, Some(0)),
        ]);
        alert.trigger = Some("p1".into());
        let branch = tree(&alert, &HashSet::new(), false);
        assert_eq!((branch.all, branch.branch, drawn(&branch.roots)), (5, 3, 3));
        assert_eq!(branch.roots[0].folded, 2);
        assert!(branch.roots[0].hot && !branch.roots[0].children[0].children[0].hot);
        assert_eq!(drawn(&tree(&alert, &HashSet::new(), true).roots), 5);
    }

    #[test]
    fn a_chain_of_two_thousand_is_drawn_at_a_depth_that_can_be_read() {
        let links: Vec<_> = (0..2_000u32).map(|id| (id, id.checked_sub(1))).collect();
        let tree = tree(&with_processes(&links), &HashSet::new(), true);
        assert_eq!(drawn(&tree.roots), 2_000);
        assert!(depth(&tree.roots) <= DEPTH_MAX);
    }

    proptest! {
        #[test]
        fn any_links_however_circular_give_a_tree_of_all(
            links in proptest::collection::vec((0u32..12, proptest::option::of(0u32..12)), 0..12)
        ) {
            let mut seen = HashSet::new();
            let links: Vec<_> = links.into_iter().filter(|(id, _)| seen.insert(*id)).collect();
            let tree = tree(&with_processes(&links), &HashSet::new(), true);
            prop_assert_eq!(drawn(&tree.roots), links.len());
        }
    }
}
