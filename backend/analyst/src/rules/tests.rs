//! Every rule does what its examples say.

use std::collections::BTreeMap;

use super::knowledge::OneOrMany;
use super::*;
use crate::decode;
use crate::taxonomy::Field;

fn event(rule: &Rule, example: &BTreeMap<String, OneOrMany>) -> Result<Event<'static>, String> {
    let mut event = Event::new(rule.category(), rule.product);
    for (name, values) in example {
        let field = Field::named(name).ok_or_else(|| format!("no event has the field {name}"))?;
        for value in values.texts() {
            if matches!(field, Field::COMMAND_LINE | Field::SCRIPT_BLOCK_TEXT) {
                for layer in decode::layers(&value) {
                    event.add(field, layer.text);
                    event.add(Field::DECODED_FROM, layer.hidden_by);
                }
            }
            event.add(field, value);
        }
    }
    Ok(event)
}

#[test]
fn every_rule_does_what_its_examples_say() {
    let rules = RuleSet::built_in();
    let mut faults = Vec::new();
    for rule in rules.iter() {
        let raises = rule.knowledge.weight > 0;
        let examples = &rule.knowledge.examples;
        for (kind, list, wanted) in [
            ("malicious", &examples.malicious, raises),
            ("benign", &examples.benign, !raises),
        ] {
            if list.is_empty() {
                faults.push(format!("{}: no {kind} example", rule.file));
            }
            for example in list {
                match event(rule, example) {
                    Err(why) => faults.push(format!("{}: {why}", rule.file)),
                    Ok(event) => {
                        let found = rules
                            .matching(&event)
                            .iter()
                            .any(|found| found.id == rule.id);
                        if rule.matches(&event) != wanted || found != wanted {
                            faults.push(format!(
                                "{}: {kind} {example:?}: matches should be {wanted}",
                                rule.file
                            ));
                        }
                    }
                }
            }
        }
    }
    println!("{} rules", rules.len());
    assert!(
        faults.is_empty(),
        "{} faults\n{}",
        faults.len(),
        faults.join("\n")
    );
}

#[test]
fn every_built_in_rule_is_mapped_whole_and_has_its_own_id() {
    let problems: Vec<String> = RuleSet::built_in_problems()
        .iter()
        .map(|it| format!("{}: {}: {}", it.file, it.field, it.reason))
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    let mut ids: Vec<&str> = RuleSet::built_in()
        .iter()
        .map(|rule| rule.id.as_str())
        .collect();
    ids.sort_unstable();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count, "two rules have one id");
}

#[test]
fn one_bad_file_stops_no_other_and_is_named() {
    let good = "title: t\nlogsource: {category: process_creation, product: windows}\ndetection: {a: {Image|endswith: 'x.exe'}, condition: a}\nlevel: low\n";
    let files = [
        ("good.yml", good),
        ("bad.yml", ": : ["),
        ("other.yml", &good.replace("process_creation", "webserver")),
    ];
    let files = files
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text.to_owned()));
    let (rules, problems) = RuleSet::with_folder_files(&RuleSet::empty(), files);
    assert_eq!(rules.len(), 1);
    assert!(problems.iter().any(|it| it.file == "bad.yml"));
    assert!(
        problems
            .iter()
            .any(|it| it.file == "other.yml" && it.field.contains("category"))
    );
}
