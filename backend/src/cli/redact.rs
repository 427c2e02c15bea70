//! `aside redact`: what would go to a language model of a text, and what would not.

use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;

use aside_analyst::redact::{Conversation, Known, Redacted, Settings};
use serde::Deserialize;
use serde_json::error::Category;
use serde_json::{Value, json};

/// Replaces what identifies a customer, and secrets, by placeholders.
#[derive(clap::Args)]
pub struct RedactArgs {
    /// As JSON: `{text, entities: [{start, end, type, placeholder}]}`. Places are counted in
    /// characters (Unicode scalar values) of the input; types are host, user, domain, email, ip,
    /// mac, sid, term and secret.
    #[arg(long)]
    json: bool,
    /// JSON lines in, `{id, text, known?: {hosts, users, domains, terms}}`, and JSON lines out,
    /// `{id, text, entities}`, in the same order. Each line is a conversation of its own; of a bad
    /// line comes `{id?, line, error}`.
    #[arg(long)]
    batch: bool,
    /// Replace public addresses too.
    #[arg(long)]
    external_addresses: bool,
    /// A term of your own to replace: a project, a product, the company. May be repeated.
    #[arg(long = "term", value_name = "TERM")]
    terms: Vec<String>,
    /// The file; `-` is standard input.
    #[arg(default_value = "-")]
    file: PathBuf,
}

/// One line of a batch.
#[derive(Deserialize)]
struct Item {
    #[serde(default)]
    id: Value,
    text: String,
    known: Option<Names>,
}

/// What a line knows to be the customer's.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Names {
    hosts: Vec<String>,
    users: Vec<String>,
    domains: Vec<String>,
    terms: Vec<String>,
}

/// Reads, redacts, prints.
pub fn run(args: RedactArgs) -> Result<ExitCode, String> {
    let error = |e: std::io::Error| format!("{}: {e}", args.file.display());
    let input: Box<dyn Read> = if args.file.as_os_str() == "-" {
        Box::new(std::io::stdin())
    } else {
        Box::new(std::fs::File::open(&args.file).map_err(error)?)
    };
    let mut input = BufReader::new(input);
    let mut out = BufWriter::new(std::io::stdout().lock());
    let written = if args.batch {
        batch(&args, &mut input, &mut out)?
    } else {
        let mut bytes = Vec::new();
        input.read_to_end(&mut bytes).map_err(error)?;
        let text = String::from_utf8_lossy(&bytes);
        if matches!(text, std::borrow::Cow::Owned(_)) {
            eprintln!("aside: the text is not all UTF-8; what is not was replaced by U+FFFD");
        }
        let redacted = redact(&args, &text, &Names::default());
        if args.json {
            writeln!(out, "{}", answer(&redacted))
        } else {
            out.write_all(redacted.text.as_bytes())
        }
    };
    match written.and_then(|()| out.flush()) {
        // The reader may have enough (`| head`).
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(format!("standard output: {error}"))
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}

fn batch(
    args: &RedactArgs,
    input: &mut impl BufRead,
    out: &mut impl Write,
) -> Result<std::io::Result<()>, String> {
    let mut line = Vec::new();
    let mut number = 0_u64;
    loop {
        line.clear();
        let read = input
            .read_until(b'\n', &mut line)
            .map_err(|e| format!("{}: {e}", args.file.display()))?;
        if read == 0 {
            return Ok(Ok(()));
        }
        number += 1;
        let line = super::without_mark(&line);
        if line.trim_ascii().is_empty() {
            continue;
        }
        let answer = match serde_json::from_slice::<Item>(line) {
            Ok(item) => {
                let names = item.known.unwrap_or_default();
                let redacting = || answer(&redact(args, &item.text, &names));
                let mut answer = catch_unwind(AssertUnwindSafe(redacting)).unwrap_or_else(
                    |_| json!({ "line": number, "error": "a fault of Aside's own" }),
                );
                answer["id"] = item.id;
                answer
            }
            Err(error) => {
                let id = serde_json::from_slice::<Value>(line)
                    .ok()
                    .and_then(|value| value.get("id").cloned());
                let mut answer = json!({ "line": number, "error": unreadable(&error) });
                if let Some(id) = id {
                    answer["id"] = id;
                }
                answer
            }
        };
        if let Err(error) = writeln!(out, "{answer}") {
            return Ok(Err(error));
        }
    }
}

/// What is wrong with a line, without a word of it: what it holds is what was to be redacted.
fn unreadable(error: &serde_json::Error) -> String {
    let at = error.column();
    match error.classify() {
        Category::Data => format!(
            "not {{id, text, known?: {{hosts, users, domains, terms}}}} with text as a string and lists of strings in known (column {at})"
        ),
        Category::Io | Category::Syntax | Category::Eof => format!("no JSON (column {at})"),
    }
}

fn redact(args: &RedactArgs, text: &str, names: &Names) -> Redacted {
    let mut known = Known::default();
    names.hosts.iter().for_each(|name| known.host(name));
    names.users.iter().for_each(|name| known.user(name));
    names.domains.iter().for_each(|name| known.domain(name));
    for term in names.terms.iter().chain(&args.terms) {
        known.term(term);
    }
    let settings = Settings {
        external_addresses: args.external_addresses,
    };
    Conversation::new(&known, settings).redact(text)
}

fn answer(redacted: &Redacted) -> Value {
    let entities: Vec<Value> = redacted
        .found
        .iter()
        .map(|found| {
            json!({
                "start": found.characters.start,
                "end": found.characters.end,
                "type": found.kind.word(),
                "placeholder": found.placeholder,
            })
        })
        .collect();
    json!({ "text": redacted.text, "entities": entities })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_answers_every_line_in_order_and_a_bad_one_ends_nothing() {
        let args = RedactArgs {
            json: false,
            batch: true,
            external_addresses: false,
            terms: Vec::new(),
            file: PathBuf::from("-"),
        };
        let lines = concat!(
            "\u{feff}",
            r#"{"id":1,"text":"é 😀 on FIN-LT-204","known":{"hosts":["FIN-LT-204"]}}"#,
            "\nno json\n\n",
            r#"{"id":"x","text":"on","known":{"hosts":"FIN-LT-204"}}"#,
            "\n\u{fffd}\n",
            r#"{"id":2,"text":"again FIN-LT-204 at 10.0.0.5"}"#,
        );
        let mut out = Vec::new();
        batch(&args, &mut lines.as_bytes(), &mut out)
            .expect("read")
            .expect("written");
        let answers: Vec<Value> = out
            .split(|b| *b == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).expect("JSON"))
            .collect();
        assert_eq!(
            answers[0],
            json!({"id": 1, "text": "é 😀 on HOST-1", "entities": [
                {"start": 7, "end": 17, "type": "host", "placeholder": "HOST-1"}
            ]})
        );
        assert!(answers[1]["error"].is_string() && answers[1].get("id").is_none());
        assert!(answers[2]["error"].is_string() && answers[2]["id"] == "x");
        assert!(!answers[2].to_string().contains("FIN-LT-204"));
        assert!(answers[3]["error"].is_string());
        // A conversation of its own: what another line knew is not known here.
        assert_eq!(answers[4]["text"], "again FIN-LT-204 at IP-INTERNAL-1");
        assert_eq!(answers.len(), 5);
    }
}
