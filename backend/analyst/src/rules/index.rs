//! Which rules are worth trying on an event: those of its kind one of whose needed texts it holds.

use std::sync::Arc;

use aho_corasick::{AhoCorasick, MatchKind, StartKind};

use super::Rule;
use super::needed::{Frequencies, disjunction};
use crate::taxonomy::{Category, Event, Field};

/// Where each text is needed: in which field, by which rule.
type ByText = std::collections::BTreeMap<String, Vec<(Option<Field>, u32)>>;

/// For every category, a search for all needed texts at once.
#[derive(Debug)]
pub struct Index {
    categories: Vec<CategoryIndex>,
}

#[derive(Debug, Default)]
struct CategoryIndex {
    search: Option<AhoCorasick>,
    /// By the search's pattern: the rules that need it, and where.
    users: Vec<Vec<(Option<Field>, u32)>>,
    /// Rules that need no text.
    always: Vec<u32>,
}

impl Index {
    /// Indexes `rules`, whose positions are the candidates' numbers.
    pub fn new(rules: &[Arc<Rule>]) -> Self {
        let mut frequencies = Frequencies::default();
        for rule in rules {
            frequencies.count(&rule.predicate);
        }
        let mut texts: Vec<ByText> = vec![Default::default(); Category::COUNT];
        let mut categories: Vec<CategoryIndex> = Vec::new();
        categories.resize_with(Category::COUNT, CategoryIndex::default);
        for (at, rule) in (0_u32..).zip(rules) {
            let category = rule.category as usize;
            match disjunction(&rule.predicate, &frequencies) {
                Some(needed) => {
                    for (field, text) in needed {
                        let users = texts[category].entry(text).or_default();
                        if !users.contains(&(field, at)) {
                            users.push((field, at));
                        }
                    }
                }
                None => categories[category].always.push(at),
            }
        }
        for (category, texts) in categories.iter_mut().zip(texts) {
            if texts.is_empty() {
                continue;
            }
            // Too many patterns for one automaton (2^31) is out of reach; without a search every
            // rule is tried, which is slow but right.
            category.search = AhoCorasick::builder()
                .match_kind(MatchKind::Standard)
                .start_kind(StartKind::Unanchored)
                .build(texts.keys())
                .ok();
            category.users = texts.into_values().collect();
            if category.search.is_none() {
                category
                    .always
                    .extend(category.users.iter().flatten().map(|(_, rule)| rule));
                category.always.sort_unstable();
                category.always.dedup();
            }
        }
        Self { categories }
    }

    /// The rules worth trying, ascending.
    pub fn candidates(&self, event: &Event<'_>) -> Vec<u32> {
        let Some(category) = self.categories.get(event.category as usize) else {
            return Vec::new();
        };
        let mut found = category.always.clone();
        if let Some(search) = &category.search {
            for value in &event.values {
                for hit in search.find_overlapping_iter(&value.lower) {
                    found.extend(
                        category.users[hit.pattern().as_usize()]
                            .iter()
                            .filter(|(field, _)| field.is_none_or(|field| field == value.field))
                            .map(|(_, rule)| rule),
                    );
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}
