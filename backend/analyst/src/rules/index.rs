//! Which rules are worth trying on an event: those of its kind one of whose needed texts it holds.

use std::collections::{BTreeMap, HashSet};

use aho_corasick::{AhoCorasick, MatchKind, StartKind};

use super::needed::{Edge, Frequencies, Needed, Text};
use crate::taxonomy::{Category, Event, Field};

/// For every category, a search for all needed texts at once.
#[derive(Debug)]
pub struct Index {
    categories: Vec<CategoryIndex>,
}

#[derive(Debug, Default)]
struct CategoryIndex {
    search: Option<AhoCorasick>,
    /// By the search's pattern.
    users: Vec<Vec<User>>,
    /// The fields that any of them needs (`None`: all); the others are not searched.
    fields: Option<HashSet<Field>>,
    /// Entries that need no text.
    always: Vec<u32>,
}

/// Who needs a text, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct User {
    field: Option<Field>,
    before: Edge,
    behind: Edge,
    entry: u32,
}

impl Index {
    /// Indexes `entries` by what they need. Candidates are their positions.
    pub fn new(entries: &[(Category, &Needed)]) -> Self {
        let mut frequencies = Frequencies::default();
        for (_, needed) in entries {
            frequencies.count(needed);
        }
        let mut by_text: Vec<BTreeMap<&str, Vec<User>>> = vec![BTreeMap::new(); Category::COUNT];
        let mut categories: Vec<CategoryIndex> = Vec::new();
        categories.resize_with(Category::COUNT, CategoryIndex::default);
        for (entry, (category, needed)) in (0_u32..).zip(entries) {
            let category = *category as usize;
            let Some(chosen) = needed.choose(&frequencies) else {
                categories[category].always.push(entry);
                continue;
            };
            for (field, needed) in chosen {
                let Text {
                    text,
                    before,
                    behind,
                } = needed;
                let user = User {
                    field,
                    before: *before,
                    behind: *behind,
                    entry,
                };
                let users = by_text[category].entry(text).or_default();
                if !users.contains(&user) {
                    users.push(user);
                }
            }
        }
        for (category, by_text) in categories.iter_mut().zip(by_text) {
            category.fill(by_text);
        }
        Self { categories }
    }

    /// The entries worth trying, ascending.
    pub fn candidates(&self, event: &Event<'_>) -> Vec<u32> {
        let Some(category) = self.categories.get(event.category as usize) else {
            return Vec::new();
        };
        let mut found = category.always.clone();
        if let Some(search) = &category.search {
            let is_searched = |field| {
                let fields = category.fields.as_ref();
                fields.is_none_or(|fields| fields.contains(&field))
            };
            for value in event.values.iter().filter(|it| is_searched(it.field)) {
                let bytes = value.lower.as_bytes();
                for hit in search.find_overlapping_iter(bytes) {
                    let before = hit.start().checked_sub(1).and_then(|at| bytes.get(at));
                    let behind = bytes.get(hit.end());
                    let users = &category.users[hit.pattern().as_usize()];
                    found.extend(
                        users
                            .iter()
                            .filter(|user| {
                                user.field.is_none_or(|field| field == value.field)
                                    && user.before.allows(before.copied())
                                    && user.behind.allows(behind.copied())
                            })
                            .map(|user| user.entry),
                    );
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

impl CategoryIndex {
    fn fill(&mut self, by_text: BTreeMap<&str, Vec<User>>) {
        if by_text.is_empty() {
            return;
        }
        // Too many patterns for one automaton (2^31) is out of reach; without a search every entry
        // is tried, which is slow but right.
        self.search = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .start_kind(StartKind::Unanchored)
            .build(by_text.keys())
            .ok();
        self.users = by_text.into_values().collect();
        self.fields = self.users.iter().flatten().map(|user| user.field).collect();
        if self.search.is_none() {
            let all = self.users.iter().flatten().map(|user| user.entry);
            self.always.extend(all);
            self.always.sort_unstable();
            self.always.dedup();
        }
    }
}
