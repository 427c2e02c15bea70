//! Sentences that join several relations: who did what, when, and in which order, is read from their grammar.

use aside_analyst::ground::Form;
use aside_shared::alert::{Alert, Evidence, Object};
use aside_shared::model::Voice;
use serde_json::{Value, json};

use super::scene::{silent, whole_telemetry};
use crate::fixtures::{Names, encoded};

/// The evidence between these two.
fn between<'a>(alert: &'a Alert, subject: &str, object: &str) -> &'a Evidence {
    let is_it = |it: &&Evidence| {
        it.subject.as_str() == subject && it.object == Some(Object::Entity(object.into()))
    };
    alert
        .evidence
        .iter()
        .find(is_it)
        .expect("the fixture has it")
}

fn stated(form: &Form<'_>, it: &Evidence) -> Value {
    json!({
        "subject": form.handle_of(&Object::Entity(it.subject.clone())), "verb": it.verb,
        "object": it.object.as_ref().and_then(|object| form.handle_of(object)), "outcome": it.outcome,
    })
}

/// Whose words are shown for a text about these relations.
fn voice(parts: &[(&str, &str)], text: &str) -> Voice {
    let alert = encoded(&Names::first());
    let analysis = silent();
    let form = Form::new(&alert, &analysis, Some(whole_telemetry()), 200);
    let evidence: Vec<&Evidence> = parts
        .iter()
        .map(|(subject, object)| between(&alert, subject, object))
        .collect();
    let numbers: Vec<&str> = evidence
        .iter()
        .filter_map(|it| form.number_of(&it.id))
        .collect();
    let relations: Vec<Value> = evidence.iter().map(|it| stated(&form, it)).collect();
    let answer =
        json!([{ "kind": "fact", "evidence": numbers, "relations": relations, "text": text }]);
    let reading = form.summary(
        &form
            .read(&answer.to_string(), str::to_owned)
            .expect("readable"),
    );
    assert_eq!(reading.claims.len(), 1, "{:?}", reading.dropped);
    reading.claims[0].voice
}

const CHAIN: &[(&str, &str)] = &[("explorer", "word"), ("word", "shell")];
const NETWORK: &[(&str, &str)] = &[("shell", "domain"), ("shell", "address")];
const SIBLINGS: &[(&str, &str)] = &[("shell", "dumper"), ("shell", "domain")];
const ALL: &[(&str, &str)] = &[("word", "shell"), ("shell", "domain"), ("shell", "dumper")];

#[test]
fn joined_relations_are_kept_in_their_own_words() {
    for (parts, text) in [
        (
            CHAIN,
            "explorer.exe started winword.exe, which started powershell.exe.",
        ),
        (
            CHAIN,
            "explorer.exe launched winword.exe, which in turn spawned powershell.exe.",
        ),
        (
            CHAIN,
            "explorer.exe started WINWORD.EXE and WINWORD.EXE started powershell.exe.",
        ),
        (
            CHAIN,
            "winword.exe, started by explorer.exe, launched powershell.exe.",
        ),
        (
            CHAIN,
            "winword.exe, which was started by explorer.exe, then started powershell.exe.",
        ),
        (
            CHAIN,
            "explorer.exe started winword.exe at 14:31:00 UTC, which started powershell.exe at 14:31:15 UTC.",
        ),
        (
            CHAIN,
            "explorer.exe started winword.exe. winword.exe then started powershell.exe.",
        ),
        (
            NETWORK,
            "powershell.exe looked up cdn-sync.example and connected to 203.0.113.47.",
        ),
        (
            NETWORK,
            "powershell.exe resolved cdn-sync.example at 14:31:16 and then contacted 203.0.113.47:443 at 14:31:17.",
        ),
        (
            NETWORK,
            "On FIN-LT-204, powershell.exe looked up cdn-sync.example, then connected to 203.0.113.47 on port 443.",
        ),
        (
            ALL,
            "winword.exe started powershell.exe, which looked up cdn-sync.example and started rundll32.exe.",
        ),
        (
            ALL,
            "powershell.exe was started by winword.exe, resolved cdn-sync.example and launched rundll32.exe.",
        ),
    ] {
        assert_eq!(voice(parts, text), Voice::Model, "{text}");
    }
}

#[test]
fn joined_relations_that_say_something_else_are_not() {
    for (parts, text) in [
        (
            CHAIN,
            "explorer.exe started powershell.exe, which started winword.exe.",
        ),
        (
            CHAIN,
            "explorer.exe started winword.exe and started powershell.exe.",
        ),
        (
            CHAIN,
            "explorer.exe started winword.exe and powershell.exe.",
        ),
        (
            CHAIN,
            "winword.exe started powershell.exe, which was started by explorer.exe.",
        ),
        (
            CHAIN,
            "powershell.exe, started by explorer.exe, launched winword.exe.",
        ),
        (
            CHAIN,
            "explorer.exe started winword.exe at 14:31:15 UTC, which started powershell.exe at 14:31:00 UTC.",
        ),
        (
            CHAIN,
            "At 14:31:00 UTC, explorer.exe started winword.exe, which started powershell.exe.",
        ),
        (
            CHAIN,
            "winword.exe was started by explorer.exe and was the parent of whoami.exe.",
        ),
        (
            SIBLINGS,
            "rundll32.exe was started by powershell.exe and looked up cdn-sync.example.",
        ),
        (
            SIBLINGS,
            "The sensor saw powershell.exe start rundll32.exe and looked up cdn-sync.example.",
        ),
        (CHAIN, "explorer.exe started winword.exe."),
        (
            CHAIN,
            "winword.exe started powershell.exe and then explorer.exe started winword.exe.",
        ),
        (
            CHAIN,
            "explorer.exe started winword.exe, which tried to start powershell.exe.",
        ),
        (
            CHAIN,
            "explorer.exe started winword.exe, which started powershell.exe, which started rundll32.exe.",
        ),
        (
            CHAIN,
            "explorer.exe started winword.exe, which started powershell.exe, which was blocked.",
        ),
        (
            NETWORK,
            "powershell.exe connected to 203.0.113.47 and then looked up cdn-sync.example.",
        ),
        (
            NETWORK,
            "powershell.exe resolved cdn-sync.example to 203.0.113.47.",
        ),
        (
            NETWORK,
            "powershell.exe looked up cdn-sync.example and connected to it at 203.0.113.47.",
        ),
        (
            NETWORK,
            "powershell.exe looked up cdn-sync.example and connected to 203.0.113.47 on port 80.",
        ),
        (
            NETWORK,
            "powershell.exe looked up cdn-sync.example and connected to 203.0.113.47 twice.",
        ),
        (
            NETWORK,
            "powershell.exe tried to look up cdn-sync.example and connected to 203.0.113.47.",
        ),
        (
            ALL,
            "winword.exe started powershell.exe, looked up cdn-sync.example and started rundll32.exe.",
        ),
        (
            ALL,
            "winword.exe started powershell.exe, which looked up cdn-sync.example and started rundll32.exe on FIN-DC-01.",
        ),
    ] {
        assert_eq!(voice(parts, text), Voice::Aside, "{text}");
    }
}

/// What an attempt came to is not said by words that only look like it.
#[test]
fn words_about_outcomes_are_not_mixed_up() {
    const ONE: &[(&str, &str)] = &[("word", "shell")];
    for text in [
        "Blocked: winword.exe started powershell.exe.",
        "winword.exe started powershell.exe, but whether it succeeded was not seen.",
        "winword.exe started powershell.exe, but it was blocked.",
        "winword.exe started powershell.exe and stopped.",
        "winword.exe started powershell.exe (blocked).",
        "Start of powershell.exe by winword.exe (blocked).",
        "The attempted launch of powershell.exe by winword.exe was recorded.",
        "powershell.exe was not started, because the sensor blocked winword.exe.",
        "No outcome was recorded. winword.exe started powershell.exe.",
        "winword.exe may have started powershell.exe.",
        "winword.exe almost started powershell.exe.",
        "winword.exe would have started powershell.exe.",
        "winword.exe started powershell.exe unsuccessfully.",
        "Process start blocked: winword.exe -> powershell.exe.",
        "Process start: powershell.exe -> winword.exe.",
        "powershell.exe ran as a child of explorer.exe.",
        "The file that started powershell.exe was winword.exe.",
        "The child process winword.exe started powershell.exe.",
        "A new process winword.exe started powershell.exe.",
        "winword.exe started powershell.exe's memory.",
        "winword.exe's command line started powershell.exe.",
        "winword.exe started a file: powershell.exe.",
        "winword.exe (PID 7) started powershell.exe.",
        "winword.exe started powershell.exe as ACME\\administrator.",
    ] {
        assert_eq!(voice(ONE, text), Voice::Aside, "{text}");
    }
    for text in [
        "winword.exe successfully started powershell.exe.",
        "Process start: winword.exe -> powershell.exe",
        "powershell.exe ran as a child of winword.exe.",
        "winword.exe started a process: powershell.exe.",
        "winword.exe (PID 4242) started powershell.exe.",
        "winword.exe started powershell.exe as ACME\\j.smith.",
    ] {
        assert_eq!(voice(ONE, text), Voice::Model, "{text}");
    }
}

/// A relation of the fixture, or one that could be said of its entities and is not so.
type Part = (&'static str, &'static str, &'static str);

const TRUE: [Part; 6] = [
    ("explorer", "start", "word"),
    ("word", "start", "shell"),
    ("shell", "start", "dumper"),
    ("shell", "look up", "domain"),
    ("shell", "connect to", "address"),
    ("dumper", "write", "dump"),
];
const UNTRUE: [Part; 5] = [
    ("word", "start", "dumper"),
    ("shell", "start", "word"),
    ("word", "look up", "domain"),
    ("shell", "write", "dump"),
    ("dumper", "connect to", "address"),
];

fn name(id: &str) -> &'static str {
    match id {
        "explorer" => "explorer.exe",
        "word" => "WINWORD.EXE",
        "shell" => "powershell.exe",
        "dumper" => "rundll32.exe",
        "domain" => "cdn-sync.example",
        "address" => "203.0.113.47",
        _ => "d.bin",
    }
}

fn past(verb: &str) -> &'static str {
    match verb {
        "start" => "started",
        "look up" => "looked up",
        "connect to" => "connected to",
        _ => "wrote",
    }
}

fn participle(verb: &str) -> &'static str {
    match verb {
        "write" => "written",
        other => past(other),
    }
}

/// Sentences that say exactly these two relations, in this order.
fn sentences((s1, v1, o1): Part, (s2, v2, o2): Part) -> Vec<String> {
    let active = |s, v, o| format!("{} {} {}", name(s), past(v), name(o));
    let passive = |s, v, o| format!("{} was {} by {}", name(o), participle(v), name(s));
    let further = |v, o| format!("{} {}", past(v), name(o));
    let mut made = vec![
        format!("{} and {}.", active(s1, v1, o1), active(s2, v2, o2)),
        format!("{}. {}.", active(s1, v1, o1), passive(s2, v2, o2)),
        format!("{}, while {}.", passive(s1, v1, o1), active(s2, v2, o2)),
        format!("{}; {}.", passive(s1, v1, o1), passive(s2, v2, o2)),
    ];
    if s1 == s2 {
        made.push(format!("{} and {}.", active(s1, v1, o1), further(v2, o2)));
        made.push(format!(
            "{}, and also {}.",
            active(s1, v1, o1),
            further(v2, o2)
        ));
        made.push(format!(
            "{}, which {}.",
            passive(s1, v1, o1),
            further(v2, o2)
        ));
    }
    if o1 == s2 {
        made.push(format!(
            "{}, which {}.",
            active(s1, v1, o1),
            further(v2, o2)
        ));
        made.push(format!("{} and {}.", passive(s1, v1, o1), further(v2, o2)));
        made.push(format!(
            "{}, {} by {}, {}.",
            name(o1),
            participle(v1),
            name(s1),
            further(v2, o2)
        ));
        made.push(format!(
            "{}, which was {} by {}, {}.",
            name(o1),
            participle(v1),
            name(s1),
            further(v2, o2)
        ));
        made.push(format!(
            "{}, which was {} by {}.",
            passive(s2, v2, o2),
            participle(v1),
            name(s1)
        ));
    }
    if s1 == o2 {
        made.push(format!(
            "{}, which was {} by {}.",
            passive(s1, v1, o1),
            participle(v2),
            name(s2)
        ));
    }
    if o1 == o2 {
        made.push(format!(
            "{}, which was {} by {}.",
            active(s1, v1, o1),
            participle(v2),
            name(s2)
        ));
    }
    made
}

#[test]
fn a_joined_sentence_is_kept_only_for_what_it_says() {
    let alert = encoded(&Names::first());
    let analysis = silent();
    let form = Form::new(&alert, &analysis, Some(whole_telemetry()), 200);
    let stated: Vec<(&str, Value)> = TRUE
        .iter()
        .map(|(subject, _, object)| {
            let it = between(&alert, subject, object);
            (
                form.number_of(&it.id).expect("listed"),
                self::stated(&form, it),
            )
        })
        .collect();
    let (mut said, mut kept, mut refused) = (0, 0, 0);
    let all: Vec<Part> = TRUE.into_iter().chain(UNTRUE).collect();
    let pairs = |of: &[Part]| -> Vec<(Part, Part)> {
        let others = |one: &Part| {
            of.iter()
                .filter(move |other| *other != one)
                .map(|other| (*one, *other))
                .collect::<Vec<_>>()
        };
        of.iter().flat_map(others).collect()
    };
    for (one, other) in pairs(&all) {
        for text in sentences(one, other) {
            for (first, second) in pairs(&TRUE) {
                // The order of relations in a claim says nothing.
                let [a, b] = [first, second]
                    .map(|part| TRUE.iter().position(|it| *it == part).expect("one of them"));
                if a > b {
                    continue;
                }
                let claim = json!([{
                    "kind": "fact", "evidence": [stated[a].0, stated[b].0],
                    "relations": [stated[a].1, stated[b].1], "text": text,
                }]);
                let reading = form.summary(
                    &form
                        .read(&claim.to_string(), str::to_owned)
                        .expect("readable"),
                );
                let is_own = reading.claims[0].voice == Voice::Model;
                let is_so = [first, second].contains(&one) && [first, second].contains(&other);
                assert!(
                    is_so || !is_own,
                    "{text} is kept for {first:?} and {second:?}"
                );
                said += usize::from(is_so);
                kept += usize::from(is_so && is_own);
                refused += usize::from(!is_so);
            }
        }
    }
    println!(
        "joined: {kept} of {said} true sentences are kept in their own words, 0 of {refused} false ones"
    );
    assert!(kept * 10 >= said * 9 && refused > 1_000);
}
