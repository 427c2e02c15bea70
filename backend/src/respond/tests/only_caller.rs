//! Who may change a vendor's state, read from the source: a call that a compiler would let through.

use std::collections::BTreeMap;
use std::path::Path;

/// The product's source by file, without tests: what is in a file named for them, or follows
/// `#[cfg(test)]` at a file's end.
fn source() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.clone()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(&folder).unwrap().to_str().unwrap();
            let name = name.replace('\\', "/");
            if name == "testing.rs" || name.split(['/', '.']).any(|part| part == "tests") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let inline = text.find("#[cfg(test)]\nmod tests {");
            let product = &text[..inline.unwrap_or(text.len())];
            files.insert(name, product.to_owned());
        }
    }
    files
}

/// The files that call a method, once for each call. `other` are calls of another type's.
fn callers(method: &str, other: &[&str]) -> Vec<String> {
    let mut callers = Vec::new();
    for (name, text) in source() {
        // A call may be spread over lines.
        let text: String = text.split_whitespace().collect();
        for call in [format!(".{method}("), format!("::{method}(")] {
            for (at, _) in text.match_indices(&call) {
                let end = at + call.len();
                let is_other = |known: &&str| match known.split_once('(') {
                    Some((_, argument)) => text[end..].starts_with(argument),
                    None => text[..at].ends_with(known),
                };
                if !other.iter().any(is_other) {
                    callers.push(name.clone());
                }
            }
        }
    }
    callers
}

#[test]
fn only_the_outbox_worker_asks_a_vendor_to_isolate_or_writes_a_note() {
    assert_eq!(callers("ask", &[]), ["respond/worker/acting.rs"]);
    // Not a vendor's: a transaction of the store, an open file, a whole file.
    let other = ["store", "(true)", "fs"];
    assert_eq!(callers("write", &other), ["respond/worker/noting.rs"]);
}

#[test]
fn only_isolation_and_notes_of_a_vendor_send_what_changes_something() {
    let sends = "platforms/crowdstrike/client.rs";
    let changes = [
        sends,
        "platforms/crowdstrike/notes.rs",
        "platforms/crowdstrike/response.rs",
    ];
    assert_eq!(callers("change", &[]), changes);
    assert_eq!(callers("change_with", &[]), [sends, sends]);
}

#[test]
fn no_answer_is_taken_from_a_run_but_by_the_two_ways_that_record_it() {
    let ways = ["analyse/mod.rs", "analyse/mod.rs"];
    assert_eq!(callers("record_read", &[]), ways);
    // Who else finds a run gives its id or its end away, not what it says.
    for (name, text) in source() {
        assert!(
            name == "analyse/mod.rs" || !text.contains(".runs()"),
            "{name}"
        );
    }
}
