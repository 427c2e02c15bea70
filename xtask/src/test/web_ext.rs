//! The linter of extensions: no error, and no warning but those that `tests/e2e/web-ext-warnings.json` explains.
//!
//! That file is a list of `{"code", "file", "message", "reason"}`, the first three as the linter gives them. A warning
//! that is listed and no longer given is a failure too, so that the list stays true.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::command::{command, printed};
use crate::error::Error;
use crate::places::Places;

/// Lints `dist/extension`; the result is what stands against it, a line each.
///
/// # Errors
/// When the linter or its list cannot be read.
pub fn lint(places: &Places) -> Result<Vec<String>, Error> {
    let mut web_ext = command(places, places.npm_command("web-ext"));
    web_ext
        .args([
            "lint",
            "--no-config-discovery",
            "--output",
            "json",
            "--source-dir",
        ])
        .arg(places.extension())
        .env("NO_UPDATE_NOTIFIER", "1");
    let found = json("read what web-ext printed", &printed(web_ext)?)?;
    let list = places.e2e().join("web-ext-warnings.json");
    let text =
        fs::read_to_string(&list).map_err(|e| Error::new(format!("read {}", list.display()), e))?;
    let expected = json(&format!("read {}", list.display()), &text)?;
    Ok(objections(&found, &expected))
}

fn json(what: &str, text: &str) -> Result<Value, Error> {
    serde_json::from_str(text)
        .map_err(|e| Error::new(what, format!("{e}; it begins: {}", begin(text))))
}

fn begin(text: &str) -> String {
    text.chars().take(300).collect()
}

/// What is wrong with the linter's answer `found`, given the explained warnings `expected`.
fn objections(found: &Value, expected: &Value) -> Vec<String> {
    let (Some(errors), Some(warnings)) = (found["errors"].as_array(), found["warnings"].as_array())
    else {
        return vec!["web-ext did not list errors and warnings".to_owned()];
    };
    let Some(expected) = expected.as_array() else {
        return vec!["web-ext-warnings.json is not a list".to_owned()];
    };
    let mut wrong: Vec<String> = errors.iter().map(|e| sentence("error", e)).collect();
    let unexplained = |w: &&Value| w["reason"].as_str().is_none_or(|r| r.trim().is_empty());
    wrong.extend(
        expected
            .iter()
            .filter(unexplained)
            .map(|w| sentence("listed without a reason", w)),
    );
    let given: BTreeSet<_> = warnings.iter().map(key).collect();
    let listed: BTreeSet<_> = expected.iter().map(key).collect();
    let new = warnings.iter().filter(|w| !listed.contains(&key(w)));
    wrong.extend(new.map(|w| sentence("unlisted warning", w)));
    let stale = expected.iter().filter(|w| !given.contains(&key(w)));
    wrong.extend(stale.map(|w| sentence("listed, but no longer given", w)));
    wrong
}

/// A warning's identity: its code, its file and its message, but not its line.
fn key(entry: &Value) -> [&str; 3] {
    ["code", "file", "message"].map(|field| entry[field].as_str().unwrap_or_default())
}

fn sentence(kind: &str, entry: &Value) -> String {
    format!("{kind}: {}", key(entry).join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn warning(code: &str) -> Value {
        json!({"code": code, "file": "manifest.json", "message": "said at length"})
    }

    fn explained(code: &str) -> Value {
        json!({"code": code, "file": "manifest.json", "message": "said at length", "reason": "Chromium needs it"})
    }

    #[test]
    fn explained_warnings_and_no_error_pass() {
        let found = json!({"errors": [], "warnings": [warning("A"), warning("A")]});
        assert_eq!(objections(&found, &json!([explained("A")])), [""; 0]);
    }

    #[test]
    fn an_error_an_unlisted_a_stale_and_an_unexplained_warning_each_stand_against_it() {
        let found =
            json!({"errors": [warning("E")], "warnings": [warning("NEW"), warning("BARE")]});
        let expected = json!([explained("OLD"), {"code": "BARE", "file": "manifest.json", "message": "said at length", "reason": " "}]);
        assert_eq!(
            objections(&found, &expected),
            [
                "error: E manifest.json said at length",
                "listed without a reason: BARE manifest.json said at length",
                "unlisted warning: NEW manifest.json said at length",
                "listed, but no longer given: OLD manifest.json said at length",
            ]
        );
    }

    #[test]
    fn an_answer_of_another_shape_does_not_pass() {
        for found in [
            json!(null),
            json!({}),
            json!({"errors": 0, "warnings": []}),
            json!([]),
        ] {
            assert!(!objections(&found, &json!([])).is_empty(), "{found}");
        }
        let clean = json!({"errors": [], "warnings": []});
        assert!(!objections(&clean, &json!({})).is_empty());
    }
}
