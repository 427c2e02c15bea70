//! From a process' start to the events that rules are matched against: the start itself, the
//! commands that its line would make a shell run, and the script text in it.

use std::borrow::Cow;

use aside_shared::analysis::Layer;

use crate::command_line::{self, Inner, Speech};
use crate::decode;
use crate::taxonomy::{Category, Event, Field, Product};

/// More events than this for one process are not made.
const MOST_EVENTS: usize = 48;

/// What is known of a process' start.
#[derive(Clone, Debug, Default)]
pub struct Start<'a> {
    /// On which system.
    pub product: Option<Product>,
    /// The image's path or name.
    pub image: Option<&'a str>,
    /// The name in the file's version information.
    pub original_name: Option<&'a str>,
    /// The command line.
    pub command_line: Option<&'a str>,
    /// The working directory.
    pub directory: Option<&'a str>,
    /// The account.
    pub user: Option<&'a str>,
    /// The integrity level.
    pub integrity: Option<&'a str>,
    /// `SHA256=...`
    pub hashes: Vec<String>,
    /// The parent's command line.
    pub parent_command_line: Option<&'a str>,
    /// The parent's account.
    pub parent_user: Option<&'a str>,
    /// Paths or names of all ancestors, the parent first.
    pub ancestors: Vec<&'a str>,
    /// The line is what somebody typed into a shell, not what a system recorded of one process.
    pub typed: bool,
}

/// The events of a process' start. `layers` is what its command line hid.
pub fn events<'a>(start: &Start<'a>, layers: &'a [Layer]) -> Vec<Event<'a>> {
    let mut events = vec![main_event(start, layers)];
    let Some(line) = start.command_line else {
        return events;
    };
    add_inner(start, line, None, &mut events);
    for layer in layers {
        add_inner(start, &layer.text, Some(&layer.hidden_by), &mut events);
    }
    events.extend(script_event(start, line, layers));
    events
}

fn main_event<'a>(start: &Start<'a>, layers: &'a [Layer]) -> Event<'a> {
    let mut event = Event::new(Category::ProcessCreation, start.product);
    if let Some(image) = start.image {
        add_path(&mut event, Field::IMAGE, image);
    } else if let Some(line) = start.command_line {
        add_program(&mut event, line);
        for layer in layers.iter().filter(|layer| decode::rewrites(layer)) {
            let (word, _) = command_line::first_word(&layer.text);
            for image in command_line::images(word, start.product) {
                event.add(Field::IMAGE, image);
            }
        }
    }
    event.add_some(Field::ORIGINAL_FILE_NAME, start.original_name);
    if let Some(line) = start.command_line {
        add_text(&mut event, Field::COMMAND_LINE, said(line, start.typed));
    }
    add_layers(&mut event, Field::COMMAND_LINE, layers);
    for hash in &start.hashes {
        event.add(Field::HASHES, hash.clone());
    }
    add_circumstances(&mut event, start);
    add_parentage(&mut event, start);
    event
}

fn add_circumstances<'a>(event: &mut Event<'a>, start: &Start<'a>) {
    event.add_some(Field::CURRENT_DIRECTORY, start.directory);
    event.add_some(Field::USER, start.user);
    event.add_some(Field::INTEGRITY_LEVEL, start.integrity);
}

fn add_parentage<'a>(event: &mut Event<'a>, start: &Start<'a>) {
    for (field, ancestor) in [Field::PARENT_IMAGE, Field::GRANDPARENT_IMAGE]
        .iter()
        .zip(&start.ancestors)
    {
        add_path(event, *field, ancestor);
    }
    for ancestor in &start.ancestors {
        add_path(event, Field::ANCESTORS, ancestor);
    }
    event.add_some(Field::PARENT_COMMAND_LINE, start.parent_command_line);
    event.add_some(Field::PARENT_USER, start.parent_user);
}

/// Adds a path as recorded; a bare name also in the form of a path, so that `endswith '\cmd.exe'` holds.
pub fn add_path<'a>(event: &mut Event<'a>, field: Field, path: &'a str) {
    event.add(field, path);
    if path.contains(['\\', '/']) || path.is_empty() {
        return;
    }
    if event
        .product
        .is_none_or(|product| product == Product::Windows)
    {
        event.add(field, format!("\\{path}"));
    }
    if event.product != Some(Product::Windows) {
        event.add(field, format!("/{path}"));
    }
}

/// What of a shell's command can do something: of one that only prints fixed words, its name.
fn said(line: &str, typed: bool) -> &str {
    const PRINTS: &[&str] = &[
        "echo",
        "printf",
        "write-host",
        "write-output",
        "write-verbose",
    ];
    let (word, rest) = command_line::first_word(line);
    let only_prints = typed
        && PRINTS.contains(&command_line::program(word).as_str())
        && !rest.contains(['>', '|', '$', '`', '%', '&', ';', '\n']);
    if only_prints { word } else { line }
}

/// Adds a text, and once more with single blanks where there are more.
pub fn add_text<'a>(event: &mut Event<'a>, field: Field, text: &'a str) {
    event.add(field, text);
    if let Cow::Owned(single) = single_blanks(text) {
        event.add(field, single);
    }
}

/// Adds what a text hid, and how.
pub fn add_layers<'a>(event: &mut Event<'a>, field: Field, layers: &'a [Layer]) {
    for layer in layers {
        add_text(event, field, &layer.text);
        event.add(Field::DECODED_FROM, layer.hidden_by.as_str());
    }
}

/// `text` with one blank for each run of white space.
fn single_blanks(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let has_run = bytes.windows(2).any(|pair| pair == b"  ")
        || bytes.iter().any(|c| matches!(c, b'\t' | b'\n' | b'\r'));
    if !has_run {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split_ascii_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    Cow::Owned(out)
}

/// Adds `Image` for the program that a line begins with; for what is built into a shell, the shell.
fn add_program<'a>(event: &mut Event<'a>, line: &'a str) {
    let (word, _) = command_line::first_word(line);
    if word.is_empty() {
        return;
    }
    let (shells, name): (&[&str], _) = match (command_line::speech(line, word), event.product) {
        (Speech::Cmd, None | Some(Product::Windows)) => (&["\\cmd.exe"], "cmd"),
        (Speech::PowerShell, None | Some(Product::Windows)) => {
            (&["\\powershell.exe"], "PowerShell")
        }
        (Speech::Posix, None | Some(Product::Linux | Product::MacOs)) => (&["/sh", "/bash"], "sh"),
        _ => (&[], word),
    };
    event.doer = Some(Cow::Borrowed(name));
    for shell in shells {
        event.add(Field::IMAGE, *shell);
    }
    if shells.is_empty() {
        for image in command_line::images(word, event.product) {
            event.add(Field::IMAGE, image);
        }
    }
}

/// Adds an event for each command that stands in `text`.
fn add_inner<'a>(
    start: &Start<'a>,
    text: &'a str,
    hidden_by: Option<&'a str>,
    events: &mut Vec<Event<'a>>,
) {
    for inner in command_line::commands(text, start.typed || hidden_by.is_some()) {
        if events.len() == MOST_EVENTS {
            return;
        }
        let is_known = events
            .iter()
            .any(|event| event.first(Field::COMMAND_LINE) == Some(inner.text));
        if !is_known {
            events.push(inner_event(start, text, &inner, hidden_by));
        }
    }
}

fn inner_event<'a>(
    start: &Start<'a>,
    outer: &'a str,
    inner: &Inner<'a>,
    hidden_by: Option<&'a str>,
) -> Event<'a> {
    let mut event = Event::new(Category::ProcessCreation, start.product);
    add_program(&mut event, inner.text);
    add_text(&mut event, Field::COMMAND_LINE, said(inner.text, true));
    event.add_some(Field::DECODED_FROM, hidden_by);
    add_circumstances(&mut event, start);
    match &inner.runner {
        None => add_parentage(&mut event, start),
        Some(runner) => {
            for image in command_line::images(runner, start.product) {
                event.add(Field::PARENT_IMAGE, image.to_string());
                event.add(Field::ANCESTORS, image.into_owned());
            }
            event.add(Field::PARENT_COMMAND_LINE, outer);
            event.add_some(Field::PARENT_USER, start.user);
            for ancestor in start.image.iter().chain(&start.ancestors) {
                add_path(&mut event, Field::ANCESTORS, ancestor);
            }
        }
    }
    event
}

/// The PowerShell text that a process was given to run.
fn script_event<'a>(start: &Start<'a>, line: &'a str, layers: &'a [Layer]) -> Option<Event<'a>> {
    if !matches!(start.product, None | Some(Product::Windows)) {
        return None;
    }
    let (word, rest) = command_line::first_word(line);
    let is_powershell =
        |name: &str| matches!(command_line::program(name).as_str(), "powershell" | "pwsh");
    let speaks = start.image.is_none() && command_line::speech(line, word) == Speech::PowerShell;
    let runs_it = is_powershell(start.image.unwrap_or(word)) || is_powershell(word);
    let own = if speaks {
        Some(line)
    } else if runs_it {
        command_line::powershell_text(rest)
    } else {
        // Another program's line may carry PowerShell text, hidden or handed on to it.
        layers.iter().map(|layer| layer.text.as_str()).find(|text| {
            command_line::speech(text, command_line::first_word(text).0) == Speech::PowerShell
        })
    };
    if own.is_none() && (layers.is_empty() || !runs_it) {
        return None;
    }
    let mut event = Event::new(Category::PsScript, start.product);
    if let Some(text) = own {
        add_text(&mut event, Field::SCRIPT_BLOCK_TEXT, text);
    }
    add_layers(&mut event, Field::SCRIPT_BLOCK_TEXT, layers);
    match start.image {
        Some(image) => add_path(&mut event, Field::IMAGE, image),
        None => event.add(Field::IMAGE, "\\powershell.exe"),
    }
    event.doer = Some(Cow::Borrowed(match start.image {
        Some(image) => image,
        None if speaks => "PowerShell",
        None => word,
    }));
    Some(event)
}
