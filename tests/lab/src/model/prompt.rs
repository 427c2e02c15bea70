//! What stands in a prompt, read as a model reads it: entities by handles, evidence by numbers, rules, questions.

/// `P3 process=powershell.exe pid=3360 …`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity<'a> {
    /// `P3`
    pub handle: &'a str,
    /// The name of its first member: `process`, `host`, `text` and so on.
    pub kind: &'a str,
    /// That member's value.
    pub name: &'a str,
    /// The other members.
    pub more: Vec<(&'a str, &'a str)>,
}

impl<'a> Entity<'a> {
    /// Another member's value.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&'a str> {
        let found = self.more.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| *value)
    }
}

/// `E2 2026-11-25 02:32:33 UTC P1 started P2 happened 2 times until 2026-11-25 02:32:34 UTC`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'a> {
    /// `E2`
    pub number: &'a str,
    /// `02:32:33`
    pub time: &'a str,
    /// A handle.
    pub subject: &'a str,
    /// `started`
    pub verb: &'a str,
    /// A handle, if there is an object.
    pub object: Option<&'a str>,
    /// `happened`, `attempted`, `blocked`, `unknown`
    pub outcome: &'a str,
    /// How often.
    pub count: &'a str,
    /// Time of the last, where it was more than once.
    pub until: Option<&'a str>,
}

/// `RULE A title [T1059.001 T1105] on E3 E7`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule<'a> {
    /// Techniques named.
    pub techniques: Vec<&'a str>,
    /// Evidence that it fired on.
    pub evidence: Vec<&'a str>,
}

/// A prompt's text, read.
#[derive(Debug, Default)]
pub struct Prompt<'a> {
    /// Entities.
    pub entities: Vec<Entity<'a>>,
    /// Evidence.
    pub evidence: Vec<Line<'a>>,
    /// Rules that fired, the weightiest first.
    pub rules: Vec<Rule<'a>>,
    /// Listed questions: number and words.
    pub questions: Vec<(&'a str, &'a str)>,
    /// What the analyst asks.
    pub asked: Option<&'a str>,
}

/// Reads a prompt's text; what is of no known shape is left out.
#[must_use]
pub fn read(text: &str) -> Prompt<'_> {
    let mut prompt = Prompt::default();
    for line in text.lines() {
        let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
        if first == "RULE" {
            prompt.rules.extend(rule(rest));
        } else if first == "QUESTION" {
            prompt.asked = Some(rest);
        } else if is_handle(first) {
            if first.starts_with('Q') {
                prompt.questions.push((first, rest));
            } else if let Some(evidence) = evidence(line) {
                prompt.evidence.push(evidence);
            } else {
                prompt.entities.extend(entity(first, rest));
            }
        }
    }
    prompt
}

impl<'a> Prompt<'a> {
    /// The entity of a handle.
    #[must_use]
    pub fn entity(&self, handle: &str) -> Option<&Entity<'a>> {
        self.entities.iter().find(|it| it.handle == handle)
    }
}

/// One or two capitals and a number.
#[must_use]
pub fn is_handle(word: &str) -> bool {
    let digits = word.trim_start_matches(|it: char| it.is_ascii_uppercase());
    let capitals = word.len() - digits.len();
    (1..=2).contains(&capitals)
        && !digits.is_empty()
        && digits.bytes().all(|it| it.is_ascii_digit())
}

/// A line of evidence from its number on; what follows it is not looked at.
#[must_use]
pub fn evidence(line: &str) -> Option<Line<'_>> {
    let mut words = line.split_ascii_whitespace();
    let number = words
        .next()
        .filter(|it| it.starts_with('E') && is_handle(it))?;
    let date = words.next()?;
    if date.len() != 10 || !date.starts_with(|it: char| it.is_ascii_digit()) {
        return None;
    }
    let time = words.next()?;
    if words.next()? != "UTC" {
        return None;
    }
    let (subject, verb) = (words.next()?, words.next()?);
    let next = words.next()?;
    let (object, outcome) = if is_handle(next) {
        (Some(next), words.next()?)
    } else {
        (None, next)
    };
    let (mut count, mut until) = ("1", None);
    if let (Some(number), Some("times")) = (words.next(), words.next()) {
        count = number;
        if words.next() == Some("until") {
            until = words.nth(1);
        }
    }
    Some(Line {
        number,
        time,
        subject,
        verb,
        object,
        outcome,
        count,
        until,
    })
}

fn entity<'a>(handle: &'a str, rest: &'a str) -> Option<Entity<'a>> {
    let (kind, mut rest) = rest.split_once('=')?;
    let mut members = vec![];
    let mut key = kind;
    // A script or a command line is full of things that look like members: it goes to the end of its line.
    while !["text", "command_line", "data"].contains(&key) {
        let Some((value, next, after)) = next_member(rest) else {
            break;
        };
        members.push((key, value));
        (key, rest) = (next, after);
    }
    members.push((key, rest));
    let (_, name) = members.remove(0);
    Some(Entity {
        handle,
        kind,
        name,
        more: members,
    })
}

/// Splits at ` key=`: what is before, the key, what is after.
fn next_member(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let space = from + text[from..].find(' ')?;
        let after = &text[space + 1..];
        let key = after.split('=').next()?;
        let named = key.len() < after.len()
            && !key.is_empty()
            && key.bytes().all(|it| it.is_ascii_lowercase() || it == b'_');
        if named {
            return Some((&text[..space], key, &after[key.len() + 1..]));
        }
        from = space + 1;
    }
}

fn rule(rest: &str) -> Option<Rule<'_>> {
    let (before, evidence) = rest.rsplit_once("] on ")?;
    let (_, techniques) = before.rsplit_once('[')?;
    let mut numbers: Vec<&str> = evidence.split_ascii_whitespace().collect();
    numbers.dedup();
    Some(Rule {
        techniques: techniques.split_ascii_whitespace().collect(),
        evidence: numbers,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_is_read_to_its_entities_evidence_rules_and_questions() {
        let text = "ALERT title=x severity=High\nV1 text=a b=c d=e\nH1 host=HOST-1 os=windows role=Domain Controller\n\
            P1 process=cmd.exe pid=7 on=H1 path=\\Windows\\a b.exe command_line=cmd /c set x=1\n\
            R1 key=\\REGISTRY\\Windows Defender value=C:\\Users data=0\n\
            E1 2026-11-25 02:32:31 UTC P1 started P2 happened 2 times until 2026-11-26 02:32:33 UTC\n\
            E2 2026-11-25 02:32:31 UTC P1 logged_on_to happened\n\
            RULE A title [T1059.001 T1105] on E1 E1 E2\nQ1 What is it?\nQUESTION Who?";
        let prompt = read(text);
        assert_eq!(prompt.entity("V1").map(|it| it.name), Some("a b=c d=e"));
        let host = prompt.entity("H1").expect("a host");
        assert_eq!(
            (host.name, host.member("role")),
            ("HOST-1", Some("Domain Controller"))
        );
        let process = prompt.entity("P1").expect("a process");
        assert_eq!(process.member("path"), Some("\\Windows\\a b.exe"));
        assert_eq!(process.member("command_line"), Some("cmd /c set x=1"));
        let registry = prompt.entity("R1").expect("a key");
        assert_eq!(
            (registry.name, registry.member("value")),
            ("\\REGISTRY\\Windows Defender", Some("C:\\Users"))
        );
        assert_eq!(prompt.evidence[0].object, Some("P2"));
        assert_eq!(
            (prompt.evidence[0].count, prompt.evidence[0].until),
            ("2", Some("02:32:33"))
        );
        assert_eq!(
            (prompt.evidence[1].object, prompt.evidence[1].count),
            (None, "1")
        );
        assert_eq!(prompt.rules[0].evidence, ["E1", "E2"]);
        assert_eq!(prompt.rules[0].techniques, ["T1059.001", "T1105"]);
        assert_eq!(
            (prompt.questions[0], prompt.asked),
            (("Q1", "What is it?"), Some("Who?"))
        );
    }

    #[test]
    fn a_text_of_no_known_shape_is_an_empty_prompt() {
        let prompt = read("hello\nE1\nE1 x y z\nP1\nRULE x\nRULE ] on [\nÄ1 a=b\n\n=");
        assert!(
            prompt.evidence.is_empty() && prompt.entities.is_empty() && prompt.rules.is_empty()
        );
    }
}
