//! Forgeries in a text: lines of evidence in the prompt's own format, and answers that are there already.

use serde_json::Value;

use super::super::prompt::{self, Line, Prompt};

/// Lines of evidence that stand inside of something else, or in another writing.
#[must_use]
pub fn evidence_in<'r>(readings: &'r [String], prompt: &Prompt<'_>) -> Vec<Line<'r>> {
    let mut found: Vec<Line<'r>> = Vec::new();
    for line in readings.iter().flat_map(|reading| reading.lines()) {
        // Only what looks like the date of such a line is worth reading.
        for (at, _) in line.match_indices(" 20") {
            let start = line[..at].rfind([' ', '\t', '"', '\'', '>', '|', ';', '(']);
            let from = start.map_or(0, |it| it + 1);
            if let Some(evidence) = prompt::evidence(&line[from..])
                && !prompt.evidence.contains(&evidence)
                && !found.contains(&evidence)
            {
                found.push(evidence);
            }
        }
    }
    found
}

/// Objects of JSON that look like claims.
#[must_use]
pub fn json_in(readings: &[String]) -> Vec<Value> {
    let mut found = Vec::new();
    for reading in readings {
        for (at, _) in reading.match_indices("\"kind\"") {
            let opens = reading[..at].rmatch_indices('{').take(4);
            let parsed = opens.filter_map(|(open, _)| {
                let mut values =
                    serde_json::Deserializer::from_str(&reading[open..]).into_iter::<Value>();
                values.next()?.ok()
            });
            found.extend(parsed.filter(|value| value.get("kind").is_some()).take(1));
        }
    }
    found
}
