//! English for relations, as a colleague would write them down.

use super::prompt::{Entity, Line, Prompt};

/// A quoted script or command longer than this is no sentence any more.
const LONGEST_NAME: usize = 160;

/// What an entity is called in a sentence; none where its name is too long to read.
#[must_use]
pub fn name(prompt: &Prompt<'_>, handle: &str) -> Option<String> {
    let entity = prompt.entity(handle)?;
    if entity.name.is_empty() || entity.name.chars().count() > LONGEST_NAME {
        return None;
    }
    Some(match entity.kind {
        "process" => process(prompt, entity),
        "file" => file(prompt, entity).to_owned(),
        "address" => match entity.member("port") {
            Some(port) => format!("{} on port {port}", entity.name),
            None => entity.name.to_owned(),
        },
        "key" => match entity.member("value") {
            Some(value) => format!("the value {value} of {}", entity.name),
            None => entity.name.to_owned(),
        },
        _ => entity.name.to_owned(),
    })
}

/// Two programs of one name are told apart by their process ids.
fn process(prompt: &Prompt<'_>, entity: &Entity<'_>) -> String {
    let same = |it: &&Entity<'_>| it.kind == "process" && it.name == entity.name;
    match entity.member("pid") {
        Some(pid) if prompt.entities.iter().filter(same).count() > 1 => {
            format!("{} (pid {pid})", entity.name)
        }
        _ => entity.name.to_owned(),
    }
}

/// A file's own name, unless two have it.
fn file<'a>(prompt: &Prompt<'_>, entity: &Entity<'a>) -> &'a str {
    fn last(path: &str) -> &str {
        path.rsplit(['\\', '/']).next().unwrap_or(path)
    }
    let own = last(entity.name);
    let same = |it: &&Entity<'_>| it.kind == "file" && last(it.name) == own;
    if own.is_empty() || prompt.entities.iter().filter(same).count() > 1 {
        entity.name
    } else {
        own
    }
}

/// Verb by outcome: happened, attempted or blocked (both after "tried to").
fn verb(word: &str) -> (String, String) {
    let (past, plain) = match word {
        "started" => ("started", "start"),
        "ran" => ("ran", "run"),
        "wrote" => ("wrote", "write"),
        "read" => ("read", "read"),
        "deleted" => ("deleted", "delete"),
        "renamed" => ("renamed", "rename"),
        "connected_to" => ("connected to", "connect to"),
        "accepted" => ("accepted a connection from", "accept a connection from"),
        "resolved" => ("resolved", "resolve"),
        "set" => ("set", "set"),
        "registered_task" => ("registered the task", "register the task"),
        "installed_service" => ("installed the service", "install the service"),
        "loaded" => ("loaded", "load"),
        "ran_script" => ("ran the script", "run the script"),
        "accessed" => ("accessed", "access"),
        "logged_on_to" => ("logged on to", "log on to"),
        "decoded_to" => ("decoded to", "decode to"),
        "detected" => ("was detected as", "be detected as"),
        other => {
            let plain = other.replace('_', " ");
            return (plain.clone(), plain);
        }
    };
    (past.to_owned(), plain.to_owned())
}

/// A verb with its outcome.
#[must_use]
pub fn did(word: &str, outcome: &str) -> String {
    let (past, plain) = verb(word);
    match outcome {
        "attempted" => format!("tried to {plain}"),
        "blocked" => format!("was blocked when it tried to {plain}"),
        "unknown" => format!("may or may not have {past}"),
        _ => past,
    }
}

/// `a, b and c`
#[must_use]
pub fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// When and how often, as the tail of a sentence.
#[must_use]
pub fn when(line: &Line<'_>) -> String {
    let times = match line.count {
        "1" => return format!(" at {} UTC", line.time),
        "2" => "twice".to_owned(),
        count => format!("{count} times"),
    };
    match line.until {
        Some(until) if until != line.time => {
            format!(" {times} between {} and {until} UTC", line.time)
        }
        _ => format!(" {times} at {} UTC", line.time),
    }
}
