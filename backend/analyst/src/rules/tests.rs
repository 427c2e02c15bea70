//! Every rule does what its examples say.

use std::collections::BTreeMap;

use aside_shared::analysis::Layer;

use super::knowledge::OneOrMany;
use super::*;
use crate::decode;
use crate::process::{self, Start, add_layers, add_text};
use crate::taxonomy::Field;

type Fields = Vec<(Field, String)>;

fn fields(example: &BTreeMap<String, OneOrMany>) -> Result<Fields, String> {
    let mut fields = Vec::new();
    for (name, values) in example {
        let field = Field::named(name).ok_or_else(|| format!("no event has the field {name}"))?;
        fields.extend(values.texts().into_iter().map(|value| (field, value)));
    }
    Ok(fields)
}

/// The events that an example is, made as an alert's are.
fn events<'a>(rule: &Rule, fields: &'a Fields, layers: &'a [Layer]) -> Vec<Event<'a>> {
    let all = |wanted: Field| fields.iter().filter(move |(field, _)| *field == wanted);
    let first = |wanted: Field| all(wanted).next().map(|(_, value)| value.as_str());
    let mut events = if rule.category() == Category::ProcessCreation {
        let ancestors = [
            Field::PARENT_IMAGE,
            Field::GRANDPARENT_IMAGE,
            Field::ANCESTORS,
        ];
        let mut ancestors: Vec<&str> = ancestors
            .into_iter()
            .flat_map(all)
            .map(|(_, value)| value.as_str())
            .collect();
        ancestors.dedup();
        process::events(
            &Start {
                product: rule.product,
                image: first(Field::IMAGE),
                original_name: first(Field::ORIGINAL_FILE_NAME),
                command_line: first(Field::COMMAND_LINE),
                directory: first(Field::CURRENT_DIRECTORY),
                user: first(Field::USER),
                integrity: first(Field::INTEGRITY_LEVEL),
                parent_command_line: first(Field::PARENT_COMMAND_LINE),
                parent_user: first(Field::PARENT_USER),
                ancestors,
                ..Start::default()
            },
            layers,
        )
    } else {
        let mut event = Event::new(rule.category(), rule.product);
        add_layers(&mut event, Field::SCRIPT_BLOCK_TEXT, layers);
        vec![event]
    };
    if let Some(main) = events.first_mut() {
        for (field, value) in fields {
            add_text(main, *field, value);
        }
    }
    events
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
                let fields = match fields(example) {
                    Ok(fields) => fields,
                    Err(why) => {
                        faults.push(format!("{}: {why}", rule.file));
                        continue;
                    }
                };
                let layers: Vec<Layer> = fields
                    .iter()
                    .filter(|(field, _)| {
                        [Field::COMMAND_LINE, Field::SCRIPT_BLOCK_TEXT].contains(field)
                    })
                    .flat_map(|(_, text)| decode::layers(text))
                    .collect();
                let events = events(rule, &fields, &layers);
                let matched = events.iter().any(|event| rule.matches(event));
                let found = events
                    .iter()
                    .flat_map(|event| rules.matching(event))
                    .any(|found| found.id == rule.id);
                if matched != wanted || found != wanted {
                    faults.push(format!(
                        "{}: {kind} {example:?}: matches should be {wanted}",
                        rule.file
                    ));
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

#[test]
fn the_index_leaves_out_no_rule_that_matches() {
    let rules = RuleSet::built_in();
    // Every example would take minutes without optimisation; a spread of them is enough.
    for rule in rules.iter().step_by(9) {
        let examples = &rule.knowledge.examples;
        for example in examples.malicious.iter().chain(&examples.benign) {
            let fields = fields(example).expect("checked above");
            for event in events(rule, &fields, &[]) {
                let mut tried: Vec<&RuleId> = rules
                    .iter()
                    .filter(|it| it.matches(&event))
                    .map(|it| &it.id)
                    .collect();
                let mut found: Vec<&RuleId> =
                    rules.matching(&event).iter().map(|it| &it.id).collect();
                tried.sort();
                found.sort();
                assert_eq!(found, tried, "{}: {example:?}", rule.file);
            }
        }
    }
}
