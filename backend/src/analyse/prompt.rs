//! What a model is asked of an alert, redacted, and what had to be replaced for it.

use std::collections::{BTreeMap, BTreeSet};

use aside_analyst::ground::{Form, INSTRUCTIONS, Schema};
use aside_analyst::redact::{Conversation, Found, Kind};
use aside_shared::alert::{Alert, Evidence, Object};
use aside_shared::model::{Removed, Replaced};
use aside_shared::text::visible;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::model::Question;

/// The version of the instructions and of the form: kept answers to another one are not used.
pub const VERSION: u32 = 2;

/// How a free wording is to be given.
const NOTE: &str = " Beside the claims, note tells an analyst in your own words what they come to: plain text, \
                    only names, numbers and links of the evidence.";
/// Characters of a free wording.
const NOTE_MAX: usize = 800;

/// A question to a model, as it may leave.
pub struct Prompt {
    instructions: String,
    /// The alert's record, redacted.
    pub text: String,
    schema: Schema,
    /// What stands as a placeholder in it.
    pub replaced: Vec<Replaced>,
    /// Secrets that were taken out of it.
    pub removed: Vec<Removed>,
}

impl Prompt {
    /// The prompt of a form, and of an analyst's `asked` question if there is one. Its answer has room for so many
    /// `tokens`.
    pub fn new(
        form: &Form<'_>,
        alert: &Alert,
        conversation: &mut Conversation,
        asked: Option<&str>,
        tokens: usize,
        wants_note: bool,
    ) -> Self {
        let question = asked.map(|asked| format!("QUESTION {asked}"));
        // What a later line makes known is hidden in the earlier ones too.
        let mut secrets = Secrets::default();
        form.text(|line| {
            secrets.learn(line, conversation);
            String::new()
        });
        if let Some(question) = &question {
            secrets.learn(question, conversation);
        }
        let mut found = FoundIn::default();
        let mut redact = |line: &str| {
            let redacted = conversation.redact(line);
            let text = secrets.hide(redacted.text);
            found.note(form, alert, &text, &redacted.found);
            text
        };
        let mut text = form.text(&mut redact);
        let mut instructions = INSTRUCTIONS.to_owned();
        if let Some(question) = &question {
            // The last line, so that a server that keeps what it has read of the alert need not read it again. And one
            // line, whatever was typed: no line of the evidence can be made up in it.
            let words = redact(question);
            let words: Vec<&str> = words.split_whitespace().collect();
            text.push_str(&visible(&words.join(" ")));
            text.push('\n');
        }
        let mut schema = form.schema(tokens);
        if wants_note {
            instructions.push_str(NOTE);
            if let Schema::Object(properties) = &mut schema {
                properties.push(("note", Schema::Text(8, NOTE_MAX)));
            }
        }
        let (replaced, removed) = found.in_text(&text);
        Self {
            instructions,
            text,
            schema,
            replaced,
            removed,
        }
    }

    /// The question as it is sent.
    pub fn question(&self) -> Question<'_> {
        Question {
            instructions: &self.instructions,
            text: &self.text,
            schema: &self.schema,
        }
    }

    /// Bytes that a model has to read of it.
    pub fn bytes(&self) -> usize {
        self.instructions.len() + self.text.len()
    }

    /// SHA-256 of what is asked, whatever the form of the request: 64 hex digits.
    pub fn digest(&self) -> String {
        let parts = json!([self.instructions, self.text, self.schema]);
        hex::encode(Sha256::digest(parts.to_string()))
    }
}

/// Secrets that one line gives away and another may hold without a word of what it is.
#[derive(Default)]
struct Secrets {
    /// The longest first, each with its placeholder.
    known: Vec<(String, String)>,
}

/// A secret of fewer characters is hidden only where it is announced.
const TELLING_SECRET: usize = 8;

impl Secrets {
    fn learn(&mut self, line: &str, conversation: &mut Conversation) {
        let found = conversation.redact(line).found;
        for it in found.iter().filter(|it| it.kind == Kind::Secret) {
            let value = line.get(it.bytes.clone()).unwrap_or_default();
            let value = value.trim_matches(['"', '\'', ' ']);
            if !is_telling(value) {
                continue;
            }
            // A name in it has become a placeholder where it stands bare; a secret that is a name is hidden as one.
            let bare = conversation.redact(value);
            let is_name = bare.found.iter().any(|it| it.bytes.len() == value.len());
            let bare = (!is_name).then_some(bare.text);
            for value in [Some(value.to_owned()), bare].into_iter().flatten() {
                let is_known = self.known.iter().any(|(known, _)| *known == value);
                if !is_known {
                    self.known.push((value, it.placeholder.clone()));
                }
            }
        }
        self.known
            .sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
    }

    fn hide(&self, mut text: String) -> String {
        for (value, placeholder) in &self.known {
            if text.contains(value) {
                text = text.replace(value, placeholder);
            }
        }
        text
    }
}

/// Whether a secret is no word that may stand elsewhere for itself: it is long, and of two sorts of characters.
fn is_telling(value: &str) -> bool {
    let has = |sort: fn(char) -> bool| u8::from(value.chars().any(sort));
    let sorts = has(char::is_lowercase)
        + has(char::is_uppercase)
        + has(char::is_numeric)
        + has(|c| !c.is_alphanumeric());
    value.chars().count() >= TELLING_SECRET && sorts >= 2
}

/// What was replaced, by placeholder.
#[derive(Default)]
struct FoundIn<'a> {
    of: BTreeMap<String, (Option<Kind>, Vec<&'a Evidence>)>,
}

impl<'a> FoundIn<'a> {
    fn note(&mut self, form: &Form<'_>, alert: &'a Alert, line: &str, found: &[Found]) {
        for it in found {
            let entry = self.of.entry(it.placeholder.clone()).or_default();
            entry.0 = Some(it.kind);
            if it.kind == Kind::Secret
                && let Some(evidence) = evidence_of(form, alert, line)
                && !entry.1.iter().any(|known| known.id == evidence.id)
            {
                entry.1.push(evidence);
            }
        }
    }

    /// What of it stands in a text: long lines are cut off.
    fn in_text(&self, text: &str) -> (Vec<Replaced>, Vec<Removed>) {
        let mut entities: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut secrets: BTreeMap<String, (BTreeSet<&str>, Vec<&Evidence>)> = BTreeMap::new();
        for (placeholder, (kind, evidence)) in &self.of {
            match kind {
                _ if !stands_in(text, placeholder) => {}
                None | Some(Kind::Literal) => {}
                Some(Kind::Secret) => {
                    let secret = secrets.entry(secret_kind(placeholder)).or_default();
                    secret.0.insert(placeholder);
                    for it in evidence {
                        if !secret.1.iter().any(|known| known.id == it.id) {
                            secret.1.push(it);
                        }
                    }
                }
                Some(kind) => {
                    // A second spelling (`HOST-1b`) is no second host.
                    let entity = placeholder.trim_end_matches(|c: char| c.is_ascii_lowercase());
                    entities.entry(kind.word()).or_default().insert(entity);
                }
            }
        }
        let count = |set: &BTreeSet<&str>| u32::try_from(set.len()).unwrap_or(u32::MAX);
        let replaced = entities.iter().map(|(kind, of)| Replaced {
            kind: (*kind).to_owned(),
            count: count(of),
        });
        let removed = secrets.iter().map(|(kind, (of, evidence))| Removed {
            kind: kind.clone(),
            count: count(of),
            evidence: evidence.iter().map(|it| it.id.clone()).collect(),
        });
        (replaced.collect(), removed.collect())
    }
}

/// `aws key` of `SECRET-AWS-KEY-1`.
fn secret_kind(placeholder: &str) -> String {
    let kind = placeholder.strip_prefix("SECRET-").unwrap_or(placeholder);
    let kind = kind.rsplit_once('-').map_or(kind, |(kind, _)| kind);
    kind.to_lowercase().replace('-', " ")
}

fn stands_in(text: &str, placeholder: &str) -> bool {
    text.match_indices(placeholder).any(|(at, _)| {
        let after = text[at + placeholder.len()..].chars().next();
        !after.is_some_and(char::is_alphanumeric)
    })
}

/// The evidence that a line of the form tells of: the first that names what its handle stands for, as what was
/// acted on or else as the one who acted.
fn evidence_of<'a>(form: &Form<'_>, alert: &'a Alert, line: &str) -> Option<&'a Evidence> {
    let handle = line.split(' ').next()?;
    let is_it = |object: &Object| form.handle_of(object) == Some(handle);
    let as_object = |it: &&Evidence| it.object.as_ref().is_some_and(is_it);
    let as_subject = |it: &&Evidence| is_it(&Object::Entity(it.subject.clone()));
    let evidence = &alert.evidence;
    let found = evidence.iter().find(as_object);
    found.or_else(|| evidence.iter().find(as_subject))
}
