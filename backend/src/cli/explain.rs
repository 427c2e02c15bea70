//! `aside explain`: a command line in, its layers, techniques and verdict out.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::io::{BufRead, BufWriter, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use aside_analyst::explain::explain;
use aside_analyst::rules::RuleSet;
use aside_backend::server::load_rules;
use aside_shared::text::visible;
use serde::Deserialize;
use serde_json::json;

/// Explains a command line.
#[derive(clap::Args)]
pub struct ExplainArgs {
    /// As JSON.
    #[arg(long)]
    json: bool,
    /// JSON lines in, `{id, command_line, parent?}`, and JSON lines out, in the same order.
    #[arg(long)]
    batch: bool,
    /// A folder with Sigma rules of your own. May be repeated.
    #[arg(long = "rules", value_name = "DIR")]
    rules: Vec<PathBuf>,
    /// The file; `-` is standard input. Without `--batch` all of it is one command line.
    #[arg(default_value = "-")]
    file: PathBuf,
}

/// One line of a batch.
#[derive(Deserialize)]
struct Item {
    id: serde_json::Value,
    command_line: String,
    #[serde(default)]
    parent: Option<String>,
}

/// Hosts run the same lines over and over: so many answers are kept, then all are dropped.
const KEPT: usize = 16 * 1024;

/// Explains lines, each different one once.
struct Explainer<'a> {
    rules: &'a RuleSet,
    /// By line and parent, the answer without its id: JSON from after the opening brace.
    kept: HashMap<(String, Option<String>), String>,
}

impl Explainer<'_> {
    fn answer(&mut self, item: Item) -> Result<Vec<u8>, serde_json::Error> {
        let mut answer = b"{\"id\":".to_vec();
        serde_json::to_writer(&mut answer, &item.id)?;
        answer.push(b',');
        if self.kept.len() >= KEPT {
            self.kept.clear();
        }
        let key = (item.command_line, item.parent);
        let rest = match self.kept.entry(key) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let (line, parent) = new.key();
                let explanation = explain(self.rules, line, parent.as_deref());
                let json = serde_json::to_string(&explanation)?;
                new.insert(json.trim_start_matches('{').to_owned())
            }
        };
        answer.extend_from_slice(rest.as_bytes());
        Ok(answer)
    }
}

/// Reads, explains, prints.
pub fn run(args: ExplainArgs) -> Result<ExitCode, String> {
    let own;
    let rules = if args.rules.is_empty() {
        RuleSet::built_in()
    } else {
        own = load_rules(&args.rules)?;
        &own
    };
    let error = |e: std::io::Error| format!("{}: {e}", args.file.display());
    let input: Box<dyn Read> = if args.file.as_os_str() == "-" {
        Box::new(std::io::stdin())
    } else {
        Box::new(std::fs::File::open(&args.file).map_err(error)?)
    };
    let mut input = std::io::BufReader::new(input);
    if args.batch {
        return batch(rules, &mut input, args.file.display().to_string());
    }
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes).map_err(error)?;
    let line = String::from_utf8_lossy(&bytes);
    let explanation = explain(rules, line.trim_end_matches(['\r', '\n']), None);
    if args.json {
        println!(
            "{}",
            serde_json::to_string_pretty(&explanation).map_err(|e| e.to_string())?
        );
        return Ok(ExitCode::SUCCESS);
    }
    println!("{:?}", explanation.verdict);
    for reason in &explanation.reasons {
        println!("  {:+4}  {}", reason.points, visible(&reason.sentence));
    }
    for technique in &explanation.techniques {
        println!("  {}  {}", technique.id, technique.name);
    }
    let shown: BTreeSet<_> = explanation
        .layers
        .iter()
        .map(|layer| (&layer.hidden_by, &layer.text))
        .collect();
    for (hidden_by, text) in shown {
        println!("  {hidden_by}: {}", visible(text));
    }
    Ok(ExitCode::SUCCESS)
}

fn batch(rules: &RuleSet, input: &mut impl BufRead, name: String) -> Result<ExitCode, String> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut explainer = Explainer {
        rules,
        kept: HashMap::new(),
    };
    let mut line = Vec::new();
    let mut number = 0_u64;
    loop {
        line.clear();
        if input
            .read_until(b'\n', &mut line)
            .map_err(|e| format!("{name}: {e}"))?
            == 0
        {
            break;
        }
        number += 1;
        let line = super::without_mark(&line);
        if line.trim_ascii().is_empty() {
            continue;
        }
        let answer = serde_json::from_slice::<Item>(line)
            .and_then(|item| explainer.answer(item))
            .unwrap_or_else(|error| {
                let id = serde_json::from_slice::<serde_json::Value>(line)
                    .ok()
                    .and_then(|value| value.get("id").cloned());
                json!({ "id": id, "line": number, "error": error.to_string() })
                    .to_string()
                    .into_bytes()
            });
        match out.write_all(&answer).and_then(|()| out.write_all(b"\n")) {
            Ok(()) => {}
            // The reader has enough (`| head`).
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {
                return Ok(ExitCode::SUCCESS);
            }
            Err(error) => return Err(format!("standard output: {error}")),
        }
    }
    out.flush().map_err(|e| format!("standard output: {e}"))?;
    Ok(ExitCode::SUCCESS)
}
