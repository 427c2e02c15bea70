//! The summary with the model's voice in it.
//!
//! Its **core** is the lead and what the strongest signals rest on. The model tells a part of the core when
//! its facts state the relations and, where a rule's sentence says more than these and the rule names techniques,
//! a view of the model's names one of them: that may not be lost. What of the core
//! the model does not tell is told by the rules; if its facts state nothing of it, the whole summary is the
//! rules'. What speaks for usual work and what is not known is never left out either.

use aside_shared::analysis::{Claim, ClaimKind, Relation, Signal, View};
use aside_shared::model::{DroppedClaim, Reading, Told, Voice};
use aside_shared::text::plain;

use super::answer::{Answer, Claimed, What, dropped, same};
use super::check::Stands;
use super::form::{Form, Group};

/// Signals, beside the lead, that belong to the core.
const CORE_SIGNALS: usize = 2;

impl Form<'_> {
    /// The summary of an answer: its claims that stand, in its order, and the rules' where the core is missing.
    pub fn summary(&self, answer: &Answer) -> Reading {
        let (told, dropped) = self.checked(answer);
        let core = self.core();
        let missing: Vec<&Claim> = core
            .iter()
            .copied()
            .filter(|part| !self.tells(&told, part))
            .collect();
        let is_stated = |part: &&Claim| states(&told, part);
        let fell_back = told.is_empty() || !core.is_empty() && !core.iter().any(is_stated);
        let (kept, reworded) = counts(&told);
        let claims = if fell_back {
            self.rules_alone()
        } else {
            self.with_rules(told, &missing)
        };
        Reading {
            stated_by_rules: self.stated_by_rules(&claims),
            claims,
            kept,
            reworded,
            dropped,
            fell_back,
        }
    }

    /// What stands of an answer to an analyst's question: its own claims, in its order, and nothing of the
    /// rules'. None of them leads, and there may be none.
    pub fn standing(&self, answer: &Answer) -> Reading {
        let (claims, dropped) = self.checked(answer);
        let (kept, reworded) = counts(&claims);
        Reading {
            stated_by_rules: self.stated_by_rules(&claims),
            claims,
            kept,
            reworded,
            dropped,
            fell_back: false,
        }
    }

    /// The claims that stand, as they may be shown, and what is not shown.
    fn checked(&self, answer: &Answer) -> (Vec<Told>, Vec<DroppedClaim>) {
        let mut gone: Vec<DroppedClaim> = Vec::new();
        let mut standing: Vec<Stands> = Vec::new();
        for claimed in &answer.claims {
            match claimed {
                Err(unread) => gone.push(unread.clone()),
                Ok(claimed) => match self.check(claimed) {
                    Ok(stands) => standing.push(stands),
                    Err(reason) => gone.push(dropped(&claimed.text, reason)),
                },
            }
        }
        (self.in_order(standing), gone)
    }

    fn stated_by_rules(&self, claims: &[Told]) -> u32 {
        let stated = claims.iter().filter(|told| self.rules_state(&told.claim));
        u32::try_from(stated.count()).unwrap_or(u32::MAX)
    }

    /// A wording that says `then` stays only where what was told before it came before it.
    fn in_order(&self, standing: Vec<Stands>) -> Vec<Told> {
        let mut told: Vec<Told> = Vec::with_capacity(standing.len());
        for Stands {
            told: mut next,
            is_later,
        } in standing
        {
            let before = told
                .iter()
                .rev()
                .find(|known| known.claim.kind == ClaimKind::Fact);
            let is_so = match (
                before.map(|known| self.first_time(&known.claim)),
                self.first_time(&next.claim),
            ) {
                (Some(Some(before)), Some(now)) => before <= now,
                _ => false,
            };
            if is_later
                && !is_so
                && let Some(claim) = self.reworded(&next.claim)
            {
                next = Told {
                    claim,
                    voice: Voice::Aside,
                };
            }
            told.push(next);
        }
        told
    }

    fn first_time(&self, claim: &Claim) -> Option<i64> {
        let of = |relation: &Relation| {
            let line = self.line_of(relation)?;
            line.times().into_iter().flatten().min()
        };
        claim.relations.iter().filter_map(of).min()
    }

    /// The rules' claims that may not be lost.
    fn core(&self) -> Vec<&Claim> {
        let strongest: Vec<&Signal> = self.raising().into_iter().take(CORE_SIGNALS + 1).collect();
        let is_core = |claim: &&Claim| {
            claim.lead
                || claim.kind == ClaimKind::Fact
                    && strongest.iter().any(|signal| rests_on(claim, signal))
        };
        self.analysis.claims.iter().filter(is_core).collect()
    }

    /// Whether these claims tell a part of the core.
    fn tells(&self, told: &[Told], part: &Claim) -> bool {
        let named: Vec<&str> = self
            .raising()
            .into_iter()
            .filter(|signal| rests_on(part, signal))
            .flat_map(|signal| &signal.techniques)
            .map(|technique| technique.id.as_str())
            .collect();
        let names = |told: &Told| match &told.claim.kind {
            ClaimKind::View(View::Technique { id, .. }) => named.contains(&id.as_str()),
            _ => false,
        };
        states(told, part)
            && (named.is_empty() || told.iter().any(names) || self.is_in_own_words(part))
    }

    /// Whether a sentence of the rules says its relations and no more.
    fn is_in_own_words(&self, part: &Claim) -> bool {
        let lines: Option<Vec<&Group<'_>>> =
            part.relations.iter().map(|it| self.line_of(it)).collect();
        let claimed = Claimed {
            what: What::Fact(part.relations.clone()),
            cited: Vec::new(),
            text: plain(&part.sentence),
        };
        lines.is_some_and(|lines| {
            self.own_wording(&part.relations, &lines, &claimed)
                .is_some()
        })
    }

    fn rules_alone(&self) -> Vec<Told> {
        let claims = self.analysis.claims.iter().cloned();
        claims
            .map(|claim| Told {
                claim,
                voice: Voice::Rules,
            })
            .collect()
    }

    /// The model's claims, with the rules' lead before them where it is missing, and with what else is missing
    /// after their facts.
    fn with_rules(&self, told: Vec<Told>, missing: &[&Claim]) -> Vec<Told> {
        let by_rules = |claim: &Claim| Told {
            claim: claim.clone(),
            voice: Voice::Rules,
        };
        let mut claims = told;
        let is_fact = |told: &Told| told.claim.kind == ClaimKind::Fact;
        let after_facts = claims.iter().rposition(is_fact).map_or(0, |at| at + 1);
        let further = missing
            .iter()
            .filter(|claim| !claim.lead)
            .map(|claim| by_rules(claim));
        claims.splice(after_facts..after_facts, further);
        match (
            missing.iter().find(|claim| claim.lead),
            claims.iter().position(is_fact),
        ) {
            (Some(lead), _) => claims.insert(0, by_rules(lead)),
            (None, Some(first)) => claims[..=first].rotate_right(1),
            (None, None) => {}
        }
        for claim in &self.analysis.claims {
            let is_kept = match &claim.kind {
                ClaimKind::Gap(_) | ClaimKind::View(View::Usual { .. }) => true,
                ClaimKind::View(View::Technique { .. }) => {
                    let has_one = |told: &Told| {
                        matches!(told.claim.kind, ClaimKind::View(View::Technique { .. }))
                    };
                    !claims.iter().any(has_one)
                }
                ClaimKind::View(_) | ClaimKind::Fact => false,
            };
            if is_kept && !claims.iter().any(|told| told.claim.kind == claim.kind) {
                claims.push(by_rules(claim));
            }
        }
        for (at, told) in claims.iter_mut().enumerate() {
            told.claim.lead = at == 0;
        }
        claims
    }

    /// Whether the rules alone state a claim, in whatever words.
    fn rules_state(&self, claim: &Claim) -> bool {
        let own = &self.analysis.claims;
        match &claim.kind {
            ClaimKind::Fact => claim.relations.iter().all(|relation| {
                own.iter()
                    .filter(|known| known.kind == ClaimKind::Fact)
                    .flat_map(|known| &known.relations)
                    .any(|known| same(known, relation))
            }),
            ClaimKind::View(View::Technique { id, .. }) => {
                self.techniques().iter().any(|(known, _)| known == id)
            }
            kind => own.iter().any(|known| known.kind == *kind),
        }
    }
}

/// Whether a claim was made of a signal: the signal may have found more since.
fn rests_on(claim: &Claim, signal: &Signal) -> bool {
    let is_found = |id| signal.evidence.contains(id);
    !claim.evidence.is_empty() && claim.evidence.iter().all(is_found)
}

/// Whether the facts among these claims state all relations of a fact.
fn states(told: &[Told], part: &Claim) -> bool {
    let is_stated = |relation: &Relation| {
        let relations = told.iter().flat_map(|told| &told.claim.relations);
        relations.into_iter().any(|known| same(known, relation))
    };
    part.kind == ClaimKind::Fact
        && !part.relations.is_empty()
        && part.relations.iter().all(is_stated)
}

/// How many stand as the model put them, and how many were reworded.
fn counts(told: &[Told]) -> (u32, u32) {
    let is_reworded =
        |told: &&Told| told.voice == Voice::Aside && told.claim.kind == ClaimKind::Fact;
    let reworded = told.iter().filter(is_reworded).count();
    let kept = told.len() - reworded;
    (
        u32::try_from(kept).unwrap_or(u32::MAX),
        u32::try_from(reworded).unwrap_or(u32::MAX),
    )
}
