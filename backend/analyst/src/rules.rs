//! The analyst's knowledge: Sigma rules, loaded, mapped and compiled.
//!
//! A rule file is standard Sigma; an `aside:` block adds what a detection alone does not say: its
//! weight, its group, its sentence. A rule without that block (from a public collection, or a
//! customer's own) gets a weight from its level, which is positive, capped and never enough for P1.
//! One bad file never stops the others: what cannot be mapped is said by file, field and reason.

mod index;
mod knowledge;
mod matcher;
mod needed;
mod sentence;
mod sigma;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, LazyLock};

use aside_shared::hunt::Predicate;
use aside_shared::id::RuleId;
use sha2::{Digest, Sha256};

use crate::taxonomy::{Category, Event, Product};

use index::Index;
pub use knowledge::{Examples, Knowledge};
use matcher::Matcher;
use needed::Needed;
pub use sentence::Sentence;

/// The files under `rules/`, by name and text.
mod embedded {
    include!(concat!(env!("OUT_DIR"), "/embedded_rules.rs"));
}

/// Rules, ready to be matched.
#[derive(Debug)]
pub struct RuleSet {
    rules: Vec<Arc<Rule>>,
    /// Rules that look for the same thing (on different systems, mostly), by position: one of them
    /// is tried for all.
    twins: Vec<Vec<u32>>,
    /// Which twins are worth trying.
    index: Index,
    digest: String,
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// The rule's own id, or its file's name where it has none.
    pub id: RuleId,
    /// Its title.
    pub title: String,
    /// The file it came from.
    pub file: String,
    /// On which system it applies; `None`: on every one.
    pub product: Option<Product>,
    /// What it adds to the detection.
    pub knowledge: Knowledge,
    category: Category,
    predicate: Predicate,
    needed: Needed,
    matcher: Matcher,
}

impl Rule {
    /// What kind of event it speaks of.
    pub fn category(&self) -> Category {
        self.category
    }

    /// Whether `event` is of the rule's kind and system and such a one.
    pub fn matches(&self, event: &Event<'_>) -> bool {
        self.applies_to(event) && self.matcher.matches(event)
    }

    fn applies_to(&self, event: &Event<'_>) -> bool {
        self.category == event.category
            && match (self.product, event.product) {
                (Some(wanted), Some(product)) => wanted == product,
                _ => true,
            }
    }

    /// The expressions in it that cannot be compiled within the size limit.
    pub fn faulty_expressions(&self) -> Vec<String> {
        self.matcher
            .faulty_expressions()
            .into_iter()
            .map(|(field, error)| match field {
                Some(field) => format!("{}: {error}", field.name()),
                None => error,
            })
            .collect()
    }
}

/// Why a rule, or a part of it, is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleProblem {
    /// The file's name as it was given.
    pub file: String,
    /// The rule's field that cannot be mapped: `logsource.category`, `detection.selection.Company`.
    pub field: String,
    /// Why, in one sentence.
    pub reason: String,
}

impl RuleSet {
    /// The rules that ship with Aside.
    pub fn built_in() -> &'static RuleSet {
        static BUILT_IN: LazyLock<RuleSet> = LazyLock::new(|| {
            let files = embedded::FILES
                .iter()
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
            RuleSet::with_folder_files(&RuleSet::empty(), files).0
        });
        &BUILT_IN
    }

    /// No rules.
    pub fn empty() -> RuleSet {
        RuleSet {
            rules: Vec::new(),
            twins: Vec::new(),
            index: Index::new(&[]),
            digest: hex::encode(Sha256::digest([])),
        }
    }

    /// What in the rules that ship with Aside could not be mapped.
    pub fn built_in_problems() -> Vec<RuleProblem> {
        embedded::FILES
            .iter()
            .flat_map(|(name, text)| load(name, text).1)
            .collect()
    }

    /// `base` and the rules in `files` (name, YAML text), and what in them could not be mapped.
    pub fn with_folder_files(
        base: &RuleSet,
        files: impl Iterator<Item = (String, String)>,
    ) -> (RuleSet, Vec<RuleProblem>) {
        let mut rules = base.rules.clone();
        let mut problems = Vec::new();
        let mut files: Vec<(String, String)> = files.collect();
        files.sort();
        let mut digest = Sha256::new();
        digest.update(&base.digest);
        for (name, text) in &files {
            for part in [name, text] {
                digest.update((part.len() as u64).to_be_bytes());
                digest.update(part);
            }
            let (loaded, not_mapped) = load(name, text);
            problems.extend(not_mapped);
            rules.extend(loaded.into_iter().map(Arc::new));
        }
        let twins = twins(&rules);
        let entries: Vec<_> = twins
            .iter()
            .filter_map(|twins| rules.get(*twins.first()? as usize))
            .map(|rule| (rule.category, &rule.needed))
            .collect();
        let set = RuleSet {
            index: Index::new(&entries),
            twins,
            rules,
            digest: hex::encode(digest.finalize()),
        };
        (set, problems)
    }

    /// How many rules are tried.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// There is none.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// SHA-256, lower-case hex, of what was loaded. Part of an analysis' identity.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Every rule, in the order of loading.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().map(Arc::as_ref)
    }

    /// The rules that match `event`.
    pub fn matching(&self, event: &Event<'_>) -> Vec<&Rule> {
        let mut matching: Vec<&Rule> = Vec::new();
        for twins in self.index.candidates(event) {
            let already = matching.len();
            matching.extend(
                self.twins
                    .get(twins as usize)
                    .into_iter()
                    .flatten()
                    .filter_map(|at| self.rules.get(*at as usize))
                    .map(Arc::as_ref)
                    .filter(|rule| rule.applies_to(event)),
            );
            let applying = matching.get(already);
            if !applying.is_some_and(|rule| rule.matcher.matches(event)) {
                matching.truncate(already);
            }
        }
        matching
    }
}

/// The positions of `rules` by what they look for.
fn twins(rules: &[Arc<Rule>]) -> Vec<Vec<u32>> {
    let mut twins: Vec<Vec<u32>> = Vec::new();
    let mut known: HashMap<(Category, String), usize> = HashMap::new();
    for (at, rule) in (0_u32..).zip(rules) {
        let detection = format!("{:?}", rule.predicate);
        match known.entry((rule.category, detection)) {
            Entry::Occupied(same) => twins[*same.get()].push(at),
            Entry::Vacant(new) => {
                new.insert(twins.len());
                twins.push(vec![at]);
            }
        }
    }
    twins
}

/// The rules of one file, and what in it could not be mapped.
fn load(file: &str, text: &str) -> (Vec<Rule>, Vec<RuleProblem>) {
    let problem = |field: &str, reason: String| RuleProblem {
        file: file.to_owned(),
        field: field.to_owned(),
        reason,
    };
    let collection = match rsigma_parser::parse_sigma_yaml(text) {
        Ok(collection) => collection,
        Err(error) => return (Vec::new(), vec![problem("(file)", error.to_string())]),
    };
    let mut problems: Vec<RuleProblem> = collection
        .errors
        .iter()
        .map(|error| problem("(file)", error.clone()))
        .collect();
    for correlation in &collection.correlations {
        problems.push(problem(
            "correlation",
            format!(
                "A rule over several events is not supported: {:?}.",
                correlation.title
            ),
        ));
    }
    for filter in &collection.filters {
        problems.push(problem(
            "filter",
            format!(
                "A filter for other rules is not supported: {:?}.",
                filter.title
            ),
        ));
    }
    if collection.rules.is_empty() && problems.is_empty() {
        problems.push(problem("(file)", "It holds no rule.".to_owned()));
    }
    let mut rules = Vec::new();
    for parsed in &collection.rules {
        match rule(file, parsed) {
            Ok((rule, unmapped)) => {
                rules.extend(rule);
                problems.extend(
                    unmapped
                        .into_iter()
                        .map(|sigma::Unmapped { field, reason }| problem(&field, reason)),
                );
            }
            Err(sigma::Unmapped { field, reason }) => problems.push(problem(&field, reason)),
        }
    }
    (rules, problems)
}

/// The rule, unless nothing can ever match it, and the parts of it that are not used.
fn rule(
    file: &str,
    parsed: &rsigma_parser::SigmaRule,
) -> Result<(Option<Rule>, Vec<sigma::Unmapped>), sigma::Unmapped> {
    let (category, product) = source(&parsed.logsource)?;
    let knowledge = Knowledge::of(parsed)?;
    let (predicate, mut unmapped) = sigma::predicate(&parsed.detection)?;
    let not_compiled = |(field, reason): matcher::Uncompiled| sigma::Unmapped {
        field: format!("detection.{}", field.as_deref().unwrap_or("keywords")),
        reason,
    };
    let needed = Needed::of(&predicate).map_err(not_compiled)?;
    let matcher = Matcher::compile(&predicate).map_err(not_compiled)?;
    if let Matcher::Constant(false) = matcher {
        unmapped.push(sigma::Unmapped {
            field: "detection".to_owned(),
            reason: "No event that Aside reads can match it.".to_owned(),
        });
        return Ok((None, unmapped));
    }
    let rule = Rule {
        id: RuleId(parsed.id.clone().unwrap_or_else(|| file.to_owned())),
        title: parsed.title.clone(),
        file: file.to_owned(),
        product,
        knowledge,
        category,
        predicate,
        needed,
        matcher,
    };
    Ok((Some(rule), unmapped))
}

/// The kind of event and the system that a log source means.
fn source(
    source: &rsigma_parser::LogSource,
) -> Result<(Category, Option<Product>), sigma::Unmapped> {
    let unmapped = |field: &str, reason: String| sigma::Unmapped {
        field: format!("logsource.{field}"),
        reason,
    };
    let category = match (source.category.as_deref(), source.service.as_deref()) {
        (Some(name), _) => Category::named(name)
            .ok_or_else(|| unmapped("category", format!("There are no events of {name:?}.")))?,
        (None, Some("taskscheduler")) => Category::Registration,
        (None, Some(name)) => {
            return Err(unmapped(
                "service",
                format!("There are no events of {name:?}."),
            ));
        }
        (None, None) => return Err(unmapped("category", "It is not given.".to_owned())),
    };
    let product = match source.product.as_deref() {
        None => None,
        Some(name) => Some(
            ["windows", "linux", "macos"]
                .contains(&name)
                .then(|| Product::named(name))
                .flatten()
                .ok_or_else(|| unmapped("product", format!("There are no events of {name:?}.")))?,
        ),
    };
    Ok((category, product))
}

#[cfg(test)]
mod tests;
