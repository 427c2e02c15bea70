//! The analyst's knowledge: Sigma rules, loaded, mapped and compiled.

use std::sync::LazyLock;

/// Rules, ready to be matched.
#[derive(Debug)]
pub struct RuleSet {
    digest: String,
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
        static BUILT_IN: LazyLock<RuleSet> = LazyLock::new(|| RuleSet {
            digest: String::new(),
        });
        &BUILT_IN
    }

    /// `base` and the rules in `files` (name, YAML text), and what in them could not be mapped.
    pub fn with_folder_files(
        base: &RuleSet,
        files: impl Iterator<Item = (String, String)>,
    ) -> (RuleSet, Vec<RuleProblem>) {
        let _ = files.count();
        (
            RuleSet {
                digest: base.digest.clone(),
            },
            Vec::new(),
        )
    }

    /// How many rules are tried.
    pub fn len(&self) -> usize {
        0
    }

    /// There is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// SHA-256, lower-case hex, of what was loaded. Part of an analysis' identity.
    pub fn digest(&self) -> &str {
        &self.digest
    }
}
