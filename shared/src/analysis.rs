//! What an analysis says: typed claims, how bad, how sure, a timeline, what to do next.
//!
//! Both voices (the deterministic analyst, later a model) make the same [`Claim`], checked by one
//! function. Sentences are made from claims, so nothing is said that has no evidence.

use serde::{Deserialize, Serialize};

use crate::action::{Action, Risk};
use crate::alert::{Outcome, Verb};
use crate::id::{EntityId, EvidenceId, RuleId};
use crate::instant::Instant;
use crate::text::Span;

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Claim {
    /// What sort of statement.
    pub kind: ClaimKind,
    /// The words.
    pub sentence: Vec<Span>,
    /// What it rests on, most telling first; never empty.
    pub evidence: Vec<EvidenceId>,
    /// What it says, in parts that can be compared with the evidence. Facts have at least one.
    pub relations: Vec<Relation>,
    /// Whether this is the summary's first sentence.
    #[serde(default)]
    pub lead: bool,
}

/// The sort of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum ClaimKind {
    /// It stands in the evidence it cites.
    Fact,
    /// What it may mean: marked as such.
    View(View),
    /// What is not known.
    Gap(Gap),
}

/// A typed judgement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// The cited facts may be this technique; a rule that fired names it.
    Technique {
        /// `T1003.001`
        id: String,
        /// `LSASS Memory`
        name: String,
        /// The rule.
        rule: Option<RuleId>,
    },
    /// The cited facts are usual for this reason; a lowering rule that fired says so.
    Usual {
        /// The rule.
        rule: RuleId,
    },
    /// What the whole looks like, with the verdict that the points give.
    Assessment(Verdict),
    /// A model would look at this next.
    LookAt {
        /// At what.
        entity: EntityId,
    },
    /// A model would ask this next: one of the questions that the alert's evidence can answer.
    Question {
        /// `What did powershell.exe do?`
        question: String,
    },
}

/// Something that was looked for and not found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Gap {
    /// What was looked for.
    pub looked_for: String,
    /// Where.
    pub place: String,
    /// Until when the place has anything.
    pub until: Option<Instant>,
}

/// Who did what to what.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Relation {
    /// The doer.
    pub subject: EntityId,
    /// What was done.
    pub verb: Verb,
    /// To what.
    pub object: Option<crate::alert::Object>,
    /// Whether it happened.
    pub outcome: Outcome,
    /// How often, where more than once is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// From and to, milliseconds since the epoch, where a span is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span_unix_ms: Option<(i64, i64)>,
}

/// How it comes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// At least 80 % sure, with at least one strong signal.
    Malicious,
    /// Something speaks for it, not enough.
    Suspicious,
    /// Signals say that it is usual and nothing strong speaks against.
    Benign,
    /// Nothing known speaks either way.
    Unknown,
}

/// How bad it is if it is true. Shown apart from how sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub enum Priority {
    /// Critical.
    P1,
    /// High.
    P2,
    /// Medium.
    P3,
    /// Low.
    P4,
}

impl Priority {
    /// `Critical`, `High`, `Medium`, `Low`.
    pub fn word(self) -> &'static str {
        match self {
            Self::P1 => "Critical",
            Self::P2 => "High",
            Self::P3 => "Medium",
            Self::P4 => "Low",
        }
    }
}

/// How bad and how sure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Assessment {
    /// How it comes out.
    pub verdict: Verdict,
    /// How bad.
    pub priority: Priority,
    /// The strongest reasons in a few words: `Credentials taken, attacker active`.
    pub cause: String,
    /// How sure that it is malicious: the points' own percent, 0 to 100.
    pub malicious_percent: u8,
    /// How the percent comes about.
    pub score: Score,
}

impl Assessment {
    /// The percent of the verdict that is shown: of benign, the other side's.
    pub fn shown_percent(&self) -> u8 {
        match self.verdict {
            Verdict::Benign => 100 - self.malicious_percent,
            _ => self.malicious_percent,
        }
    }
}

/// Additive log-odds points: 10 log10 of the odds. `total` is `base` and all groups' points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Score {
    /// The assumed base rate, in points. Assumed until outcomes exist.
    pub base: i32,
    /// What speaks for and against, most points first.
    pub groups: Vec<SignalGroup>,
    /// The sum.
    pub total: i32,
}

/// Signals about one thing, counted together so that ten rules about one command line are not ten reasons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct SignalGroup {
    /// `encoded-command`
    pub name: String,
    /// Points that count, after the cap.
    pub points: i32,
    /// The signals, strongest first.
    pub signals: Vec<Signal>,
}

/// One reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Signal {
    /// The rule that gave it.
    pub rule: RuleId,
    /// The rule's title.
    pub title: String,
    /// Points before the cap.
    pub weight: i32,
    /// What was seen.
    pub sentence: Vec<Span>,
    /// What it rests on; never empty.
    pub evidence: Vec<EvidenceId>,
    /// ATT&CK techniques that the rule names.
    pub techniques: Vec<Technique>,
}

/// A technique by id and name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Technique {
    /// `T1003.001`
    pub id: String,
    /// `LSASS Memory`
    pub name: String,
}

/// One line of the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct TimelineEntry {
    /// When.
    pub at: Instant,
    /// What happened.
    pub sentence: Vec<Span>,
    /// The evidence behind it.
    pub evidence: EvidenceId,
    /// A signal rests on it.
    pub telling: bool,
    /// It is the alert itself.
    pub is_alert: bool,
    /// The endpoint's clock and the cloud's disagree by more than 5 minutes.
    pub skewed: bool,
}

/// Something to do, with its reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Recommendation {
    /// What to do.
    pub step: Step,
    /// The heading, in the imperative: `Isolate FIN-LT-204`.
    pub title: Vec<Span>,
    /// Why, in one sentence.
    pub reason: String,
    /// What the reason rests on; never empty.
    pub evidence: Vec<EvidenceId>,
    /// What can go wrong.
    pub risk: Risk,
    /// How it is taken back, `None` if it cannot be.
    pub undo: Option<String>,
}

/// What a recommendation asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Aside can do it, once policy allows and a person approves.
    Act {
        /// The action.
        action: Action,
        /// The hosts that may be meant: one, or several of which the analyst chooses one.
        hosts: Vec<EntityId>,
    },
    /// A person does it elsewhere.
    Elsewhere {
        /// `In your directory`, `In Falcon`.
        place: String,
    },
}

/// A piece of text that was hidden, uncovered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Layer {
    /// How it was hidden: `base64`, `caret`, `gzip` ...
    pub hidden_by: String,
    /// The text. Untrusted.
    pub text: String,
}

/// A complete analysis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Analysis {
    /// How bad, how sure.
    pub assessment: Assessment,
    /// The summary; the lead comes first.
    pub claims: Vec<Claim>,
    /// Oldest first.
    pub timeline: Vec<TimelineEntry>,
    /// What to do, first things first.
    pub recommendations: Vec<Recommendation>,
    /// Evidence that the analyst derived (decoded layers), to be shown beside the vendor's.
    pub derived: Vec<crate::alert::Evidence>,
    /// How many claims were made and did not stand.
    pub dropped: u32,
}
