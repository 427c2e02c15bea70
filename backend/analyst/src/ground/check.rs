//! Comparing claims with the evidence.

use std::borrow::Cow;

use aside_shared::alert::{EntityKind, Evidence, EvidenceSource, Object, Outcome, Verb};
use aside_shared::analysis::{Claim, ClaimKind, Gap, Relation, View};
use aside_shared::id::{EntityId, EvidenceId};
use aside_shared::model::{Told, Voice};
use aside_shared::text::plain;

use super::answer::{Claimed, What, same};
use super::form::{Form, Group};
use super::said;
use super::things::Thing;
use super::tokens;
use super::wording::{self, Kept, Recorded};
use crate::techniques;
use crate::words::text;

/// Pieces of evidence that a claim cites of one line, where no count or time is said of it.
const CITED_A_LINE: usize = 4;

/// A claim that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stands {
    /// The claim, as it may be shown.
    pub(super) told: Told,
    /// Its wording says that it came after what was said before it.
    pub(super) is_later: bool,
}

impl Form<'_> {
    /// What stands of one claim, or why it is not shown.
    pub(super) fn check(&self, claimed: &Claimed) -> Result<Stands, String> {
        match &claimed.what {
            What::Fact(relations) => self.fact(relations, claimed),
            What::Technique(id) => self.technique(id, &claimed.cited),
            What::LookAt(entity) => self.look_at(entity, &claimed.cited),
            What::Question(at) => self.question(*at),
            What::Gap {
                entity,
                looked_for,
                in_telemetry,
                until,
            } => self.gap(entity, *looked_for, *in_telemetry, *until),
        }
    }

    fn fact(&self, relations: &[Relation], claimed: &Claimed) -> Result<Stands, String> {
        let lines = self.lines_of(relations, claimed)?;
        let kept = self.own_wording(relations, &lines, claimed);
        let is_later = kept.as_ref().is_some_and(|kept| kept.is_later);
        let (sentence, voice) = match kept {
            Some(kept) => (kept.sentence, Voice::Model),
            None => (self.own_words(relations, &lines), Voice::Aside),
        };
        let mut evidence: Vec<EvidenceId> = Vec::new();
        for (relation, line) in relations.iter().zip(&lines) {
            // What says how often or how long rests on all of it, and a wording may say when.
            let is_whole = relation.count.is_some()
                || relation.span_unix_ms.is_some()
                || voice == Voice::Model;
            let most = if is_whole { usize::MAX } else { CITED_A_LINE };
            evidence.extend(line.members.iter().take(most).map(|it| it.id.clone()));
        }
        let claim = Claim {
            kind: ClaimKind::Fact,
            sentence,
            evidence,
            relations: relations.to_vec(),
            lead: false,
        };
        self.stands(claim, voice, is_later)
    }

    /// The cited line that says each relation.
    fn lines_of(
        &self,
        relations: &[Relation],
        claimed: &Claimed,
    ) -> Result<Vec<&Group<'_>>, String> {
        let line_of = |relation: &Relation| {
            let cited = claimed.cited.iter().filter_map(|at| self.groups.get(*at));
            let said = cited.clone().find(|line| same(&line.relation, relation));
            let line = said.ok_or_else(|| self.not_said(relation, &cited.collect::<Vec<_>>()))?;
            let seen = line.members.len();
            match relation.count {
                Some(count) if count as usize != seen => {
                    Err(format!("It was seen {}.", times(seen)))
                }
                _ => Ok(line),
            }
        };
        relations.iter().map(line_of).collect()
    }

    /// The wording of a claim, if it says these relations and nothing else.
    pub(super) fn own_wording(
        &self,
        relations: &[Relation],
        lines: &[&Group<'_>],
        claimed: &Claimed,
    ) -> Option<Kept> {
        // Citations in it are looked for before it is cut into words, which has that bound too.
        if claimed.text.len() > tokens::LONGEST || !relations.iter().all(wording::has_words) {
            return None;
        }
        let recorded: Vec<Recorded<'_>> = relations
            .iter()
            .zip(lines)
            .map(|(relation, line)| Recorded {
                relation,
                times: line.times(),
            })
            .collect();
        let things = self.things_of(relations);
        let text = self.without_citations(&claimed.text, &claimed.cited);
        wording::keep(&text, &recorded, &things, &self.alert.hosts).ok()
    }

    /// A text without `(E3)` and `[E3, E4]`, where these are lines that its claim cites: they are shown beside it.
    fn without_citations<'t>(&self, text: &'t str, cited: &[usize]) -> Cow<'t, str> {
        let is_cited = |number: &str| {
            let number = number.trim();
            self.group(number).is_some_and(|at| cited.contains(&at))
        };
        let mut out = Cow::Borrowed(text);
        for (open, close) in [('(', ')'), ('[', ']')] {
            let mut from = 0;
            while let Some(start) = out[from..].find(open).map(|at| from + at) {
                let Some(end) = out[start..].find(close).map(|at| start + at) else {
                    break;
                };
                if out[start + 1..end].split(',').all(is_cited) {
                    let kept = out[..start].trim_end().len();
                    out.to_mut().replace_range(kept..=end, "");
                    from = kept;
                } else {
                    from = start + 1;
                }
            }
        }
        out
    }

    /// Aside's own sentence for the same relations of an own wording.
    pub(super) fn reworded(&self, claim: &Claim) -> Option<Claim> {
        let lines: Vec<&Group<'_>> = claim
            .relations
            .iter()
            .filter_map(|relation| self.line_of(relation))
            .collect();
        (lines.len() == claim.relations.len()).then(|| Claim {
            sentence: self.own_words(&claim.relations, &lines),
            ..claim.clone()
        })
    }

    fn own_words(
        &self,
        relations: &[Relation],
        lines: &[&Group<'_>],
    ) -> Vec<aside_shared::text::Span> {
        let told: Vec<(&Relation, &Evidence)> = relations
            .iter()
            .zip(lines)
            .filter_map(|(relation, line)| Some((relation, *line.members.first()?)))
            .collect();
        said::sentence(|id| self.record.kind(id), &told)
    }

    /// Everything that these relations speak of: who and what, where it ran and as whom.
    fn things_of<'s>(&'s self, relations: &[Relation]) -> Vec<&'s Thing<'s>> {
        let mut things: Vec<&'s Thing<'s>> = Vec::with_capacity(relations.len() * 3);
        let mut add = |thing: Option<&'s Thing<'s>>| {
            if let Some(thing) = thing
                && things.len() < 32
                && !things.iter().any(|known| std::ptr::eq(*known, thing))
            {
                things.push(thing);
            }
        };
        for relation in relations {
            for id in [Some(&relation.subject), entity(relation)]
                .into_iter()
                .flatten()
            {
                let thing = self.thing_of(id);
                add(thing);
                if let Some(EntityKind::Process(process)) = thing.and_then(|thing| thing.kind) {
                    for other in [&process.user, &process.host].into_iter().flatten() {
                        add(self.thing_of(other));
                    }
                }
            }
            if let Some(value @ Object::Value(_)) = &relation.object {
                add(self.things.iter().find(|thing| &thing.object == value));
            }
        }
        for host in &self.alert.hosts {
            add(self.thing_of(host));
        }
        things
    }

    /// Why no cited line says a relation.
    fn not_said(&self, relation: &Relation, cited: &[&Group<'_>]) -> String {
        let turned = |line: &&&Group<'_>| {
            entity(&line.relation) == Some(&relation.subject)
                && entity(relation) == Some(&line.relation.subject)
                && line.relation.verb == relation.verb
        };
        let otherwise = |line: &&&Group<'_>| {
            let other = &line.relation;
            other.subject == relation.subject
                && other.verb == relation.verb
                && other.object == relation.object
        };
        if let Some(line) = cited.iter().find(otherwise) {
            let number = &line.number;
            return match line.relation.outcome {
                Outcome::Happened => format!("{number} says that it happened."),
                Outcome::Attempted => {
                    format!("{number} says that it was tried, not that it succeeded.")
                }
                Outcome::Blocked => format!("{number} says that it was blocked."),
                Outcome::Unknown => format!("{number} does not say whether it happened."),
            };
        }
        if let Some(line) = cited.iter().find(turned) {
            return format!("{} says it the other way round.", line.number);
        }
        let numbers: Vec<&str> = cited.iter().map(|line| line.number.as_str()).collect();
        match numbers.as_slice() {
            [number] => format!("It cites {number}, which says nothing about that."),
            numbers => format!(
                "It cites {}, which say nothing about that.",
                numbers.join(", ")
            ),
        }
    }

    fn stands(&self, claim: Claim, voice: Voice, is_later: bool) -> Result<Stands, String> {
        self.record
            .stands(&claim)
            .map_err(|dropped| dropped.reason)?;
        Ok(Stands {
            told: Told { claim, voice },
            is_later,
        })
    }

    /// The evidence of cited lines, the first of each.
    fn firsts(&self, cited: &[usize]) -> Vec<EvidenceId> {
        let lines = cited.iter().filter_map(|at| self.groups.get(*at));
        lines
            .filter_map(|line| line.members.first())
            .map(|it| it.id.clone())
            .collect()
    }

    /// A technique that a rule that fired names, of evidence on which that rule rests.
    fn technique(&self, id: &str, cited: &[usize]) -> Result<Stands, String> {
        let of_rule = self
            .raising()
            .into_iter()
            .filter(|signal| signal.techniques.iter().any(|it| it.id == id));
        let mut rules = of_rule.peekable();
        if rules.peek().is_none() {
            let name =
                techniques::name(id).map_or_else(|| "it".to_owned(), |name| format!("{id} {name}"));
            return Err(format!("No rule that fired names {name}."));
        }
        let cites = |rests_on: &[EvidenceId]| {
            let lines = cited.iter().filter_map(|at| self.groups.get(*at));
            lines
                .flat_map(|line| &line.members)
                .any(|it| rests_on.contains(&it.id))
        };
        let Some(signal) = rules.find(|signal| cites(&signal.evidence)) else {
            return Err("It cites nothing that a rule for it rests on.".to_owned());
        };
        let name = techniques::name(id).unwrap_or_default().to_owned();
        let claim = Claim {
            sentence: vec![text(format!("May be {name} ({id})."))],
            kind: ClaimKind::View(View::Technique {
                id: id.to_owned(),
                name,
                rule: Some(signal.rule.clone()),
            }),
            evidence: signal.evidence.clone(),
            relations: Vec::new(),
            lead: false,
        };
        self.stands(claim, Voice::Aside, false)
    }

    fn look_at(&self, entity: &EntityId, cited: &[usize]) -> Result<Stands, String> {
        let claim = Claim {
            kind: ClaimKind::View(View::LookAt {
                entity: entity.clone(),
            }),
            sentence: vec![text("Worth a look: "), self.name_of(entity), text(".")],
            evidence: self.firsts(cited),
            relations: Vec::new(),
            lead: false,
        };
        self.stands(claim, Voice::Aside, false)
    }

    fn question(&self, at: usize) -> Result<Stands, String> {
        let question = self
            .questions
            .get(at)
            .ok_or("It is no question that was listed.")?;
        let speaks = |it: &&Evidence| {
            let trigger = self.alert.trigger.as_ref();
            trigger == Some(&it.subject)
                || matches!(&it.object, Some(Object::Entity(id)) if Some(id) == trigger)
        };
        let evidence = &self.alert.evidence;
        let anchor = evidence.iter().find(speaks).or(evidence.first());
        let anchor = anchor.ok_or("The alert has no evidence to ask about.")?;
        let mut sentence = vec![text("Worth asking: ")];
        sentence.extend(question.iter().cloned());
        let claim = Claim {
            kind: ClaimKind::View(View::Question {
                question: plain(question),
            }),
            sentence,
            evidence: vec![anchor.id.clone()],
            relations: Vec::new(),
            lead: false,
        };
        self.stands(claim, Voice::Aside, false)
    }

    /// Whether what would show it was read, whole: what nobody looked for is not missing.
    fn is_looked_for(
        &self,
        of: &EntityId,
        looked_for: Verb,
        in_telemetry: bool,
    ) -> Result<(), String> {
        if !can_do(self.record.kind(of), looked_for) {
            return Err("It is nothing that would do that.".to_owned());
        }
        if in_telemetry && self.telemetry.is_none() {
            return Err("The telemetry was not read.".to_owned());
        }
        match self.would_show(looked_for, in_telemetry) {
            None => Err("Of the telemetry a part alone was read.".to_owned()),
            Some(true) => Ok(()),
            Some(false) => Err("What was read would not show it.".to_owned()),
        }
    }

    /// That something was looked for, and is not in what was read.
    fn gap(
        &self,
        of: &EntityId,
        looked_for: Verb,
        in_telemetry: bool,
        until: Option<usize>,
    ) -> Result<Stands, String> {
        self.is_looked_for(of, looked_for, in_telemetry)?;
        let speaks = |it: &&Evidence| {
            &it.subject == of || matches!(&it.object, Some(Object::Entity(id)) if id == of)
        };
        let is_found = |it: &&Evidence| {
            it.verb == looked_for
                && (&it.subject == of || looked_for == Verb::LoggedOnTo && speaks(it))
        };
        if let Some(found) = self.alert.evidence.iter().find(is_found) {
            let number = self.number_of(&found.id).unwrap_or("the evidence");
            return Err(format!("It was found: {number} says so."));
        }
        let is_there = |it: &&Evidence| {
            (it.source == EvidenceSource::Telemetry) == in_telemetry
                && it.source != EvidenceSource::Derived
        };
        let dated = self
            .alert
            .evidence
            .iter()
            .filter(is_there)
            .filter(|it| it.at.is_some());
        let last = dated.max_by_key(|it| it.at.as_ref().map(|at| at.unix_ms));
        if let Some(line) = until.and_then(|at| self.groups.get(at)) {
            let is_last = last.is_some_and(|last| {
                line.members
                    .iter()
                    .any(|it| it.at == last.at && is_there(it))
            });
            if !is_last {
                return Err(format!("What was read does not end with {}.", line.number));
            }
        }
        let anchor = self
            .alert
            .evidence
            .iter()
            .find(speaks)
            .ok_or("No evidence speaks of it.")?;
        let place = if in_telemetry {
            "the telemetry around the alert"
        } else {
            "the alert's own record"
        };
        let clock = last
            .and_then(|it| it.at.as_ref())
            .map(|at| format!(" until {}", self.clock(at.unix_ms)));
        let mut evidence = vec![anchor.id.clone()];
        evidence.extend(last.map(|it| it.id.clone()).filter(|id| *id != anchor.id));
        let sought = sought(looked_for).ok_or("It is nothing that was looked for.")?;
        let claim = Claim {
            kind: ClaimKind::Gap(Gap {
                looked_for: sought.to_owned(),
                place: place.to_owned(),
                until: last.and_then(|it| it.at.clone()),
            }),
            sentence: vec![
                text("whether "),
                self.name_of(of),
                text(format!(
                    " {sought}. Nothing of it is in {place}{}.",
                    clock.unwrap_or_default()
                )),
            ],
            evidence,
            relations: Vec::new(),
            lead: false,
        };
        self.stands(claim, Voice::Aside, false)
    }
}

/// Whether a gap can be about this: of hosts and users sign-ins are looked for, of processes all else.
pub(super) fn can_do(kind: Option<&EntityKind>, verb: Verb) -> bool {
    match kind {
        Some(EntityKind::Host(_) | EntityKind::User(_)) => verb == Verb::LoggedOnTo,
        Some(EntityKind::Process(_)) => verb != Verb::LoggedOnTo,
        _ => false,
    }
}

/// What a gap asks of an entity.
pub(super) fn sought(verb: Verb) -> Option<&'static str> {
    Some(match verb {
        Verb::Started => "started anything",
        Verb::Wrote => "wrote a file",
        Verb::Read => "opened a file",
        Verb::Deleted => "deleted a file",
        Verb::Renamed => "renamed a file",
        Verb::ConnectedTo => "connected to anything",
        Verb::Accepted => "accepted a connection",
        Verb::Resolved => "asked the DNS for anything",
        Verb::Set => "set a registry value",
        Verb::RegisteredTask => "registered a task",
        Verb::InstalledService => "installed a service",
        Verb::Loaded => "loaded a library",
        Verb::RanScript => "ran a script",
        Verb::Accessed => "opened the memory of another process",
        Verb::LoggedOnTo => "had a part in a sign-in",
        Verb::Ran | Verb::DecodedTo | Verb::Detected | Verb::Did => return None,
    })
}

fn entity(relation: &Relation) -> Option<&EntityId> {
    match &relation.object {
        Some(Object::Entity(id)) => Some(id),
        _ => None,
    }
}

fn times(count: usize) -> String {
    if count == 1 {
        "once".to_owned()
    } else {
        format!("{count} times")
    }
}
