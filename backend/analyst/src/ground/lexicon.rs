//! The words of the grammar: forms of the verbs, the nouns made of them, and what things are called.
//!
//! Nothing here knows an alert. A word that is in no table of this file or of [`super::grammar`] makes
//! a text unreadable, and an unreadable text is never shown.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use aside_shared::alert::{EntityKind, Verb};

/// A set of verbs, one bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verbs(u32);

impl Verbs {
    /// The set of one.
    pub const fn of(verb: Verb) -> Self {
        Self(1 << verb as u32)
    }

    /// Whether `verb` is one of them.
    pub fn has(self, verb: Verb) -> bool {
        self.0 & Self::of(verb).0 != 0
    }

    /// The set of some.
    pub fn all_of(verbs: impl IntoIterator<Item = Verb>) -> Self {
        verbs
            .into_iter()
            .fold(Self(0), |all, verb| all.with(Self::of(verb)))
    }

    /// Whether they have one in common.
    pub fn meet(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Those of `allowed` that are among them, if any is.
    pub fn among(self, allowed: &[Verb]) -> Option<Self> {
        let both = self.0 & Self::all_of(allowed.iter().copied()).0;
        (both != 0).then_some(Self(both))
    }

    fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// A form of a verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inflection {
    /// `start`
    Base,
    /// `starts`
    Present,
    /// `started`, as a finite verb.
    Past,
    /// `started`, after `was` or `has`.
    Participle,
    /// `starting`
    Gerund,
}

/// How a verb phrase begins, with what follows its first word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// What it can say.
    pub verbs: Verbs,
    /// The form of its first word.
    pub inflection: Inflection,
    /// The words between the first one and the object: `to` of `connected to`.
    pub tail: Vec<&'static str>,
    /// Its grammatical subject is the relation's object: `cmd.exe stems from explorer.exe`.
    pub turned: bool,
}

/// A noun that says what a verb does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noun {
    /// What it can say.
    pub verbs: Verbs,
    /// `dns`, `query`
    pub words: Vec<String>,
    /// Words that lead to the object.
    pub to: &'static [&'static str],
    /// Words that lead to the subject.
    pub by: &'static [&'static str],
    /// `queries`
    pub plural: bool,
}

struct Lexemes {
    verb: Verb,
    /// Infinitives with their tails.
    verbs: &'static [&'static str],
    /// Infinitives with their tails whose grammatical subject is the relation's object.
    turned: &'static [&'static str],
    nouns: &'static [&'static str],
    to: &'static [&'static str],
    by: &'static [&'static str],
    /// What may follow the object.
    after: &'static [&'static str],
}

const LEXEMES: &[Lexemes] = &[
    Lexemes {
        verb: Verb::Started,
        verbs: &[
            "start",
            "launch",
            "spawn",
            "execute",
            "invoke",
            "run",
            "create",
            "initiate",
            "trigger",
            "fork",
            "start up",
            "fire up",
            "kick off",
            "give rise to",
            "bring up",
            "initialise",
            "initialize",
            "begin",
            "start off",
        ],
        turned: &[
            "stem from",
            "originate from",
            "descend from",
            "come from",
            "run as a child of",
            "run as a child process of",
            "start as a child of",
            "start as a child process of",
            "execute as a child of",
        ],
        nouns: &[
            "launch",
            "start",
            "execution",
            "creation",
            "invocation",
            "process creation",
            "process launch",
            "process start",
            "spawn",
        ],
        to: &["of"],
        by: &["by", "from"],
        after: &[
            "as a child process",
            "as a child",
            "as its child",
            "as its child process",
            "as a new process",
            "as a subprocess",
        ],
    },
    Lexemes {
        verb: Verb::Ran,
        verbs: &["run", "execute", "launch", "start", "invoke", "bring up"],
        turned: &[
            "run under",
            "run as",
            "run in the context of",
            "execute under",
        ],
        nouns: &["execution", "launch", "start", "run"],
        to: &["of"],
        by: &["by", "from", "on"],
        after: &[],
    },
    Lexemes {
        verb: Verb::Wrote,
        verbs: &[
            "write",
            "create",
            "drop",
            "save",
            "store",
            "produce",
            "write to",
            "generate",
            "write out",
        ],
        turned: &[],
        nouns: &[
            "creation",
            "write",
            "file write",
            "file creation",
            "writing",
        ],
        to: &["of", "to"],
        by: &["by", "from"],
        after: &["to disk", "to the disk", "on disk", "on the disk"],
    },
    Lexemes {
        verb: Verb::Read,
        verbs: &[
            "read",
            "open",
            "access",
            "read from",
            "load the contents of",
            "read the contents of",
            "read the content of",
        ],
        turned: &[],
        nouns: &["read", "opening", "access", "file read", "reading"],
        to: &["of", "to"],
        by: &["by", "from"],
        after: &["from disk", "for reading"],
    },
    Lexemes {
        verb: Verb::Deleted,
        verbs: &["delete", "remove", "erase", "unlink"],
        turned: &[],
        nouns: &["deletion", "removal", "file deletion"],
        to: &["of"],
        by: &["by", "from"],
        after: &["from disk", "from the disk"],
    },
    Lexemes {
        verb: Verb::Renamed,
        verbs: &["rename", "change the name of"],
        turned: &[],
        nouns: &["rename", "renaming", "file rename"],
        to: &["of"],
        by: &["by", "from"],
        after: &[],
    },
    Lexemes {
        verb: Verb::ConnectedTo,
        verbs: &[
            "connect to",
            "contact",
            "reach out to",
            "communicate with",
            "reach",
            "call out to",
            "establish contact with",
            "dial",
            "dial out to",
            "talk to",
            "communicate over the network with",
            "connect out to",
            "open a socket to",
        ],
        turned: &[],
        nouns: &[
            "connection",
            "network connection",
            "outbound connection",
            "outgoing connection",
            "outbound network connection",
            "outgoing network connection",
            "session",
            "connect",
            "communication",
            "network communication",
            "contact",
            "network session",
        ],
        to: &["to", "with"],
        by: &["from", "by"],
        after: &["over the network"],
    },
    Lexemes {
        verb: Verb::Accepted,
        verbs: &["receive traffic from"],
        turned: &[],
        nouns: &[
            "connection",
            "network connection",
            "inbound connection",
            "incoming connection",
            "inbound network connection",
            "incoming network connection",
            "connection request",
        ],
        to: &["from"],
        by: &["by", "to"],
        after: &["over the network"],
    },
    Lexemes {
        verb: Verb::Resolved,
        verbs: &[
            "resolve",
            "look up",
            "query",
            "query dns for",
            "query the dns for",
            "ask dns for",
            "ask the dns for",
            "request the address of",
            "look up the address of",
            "resolve the name",
        ],
        turned: &[],
        nouns: &[
            "dns query",
            "dns lookup",
            "dns request",
            "dns resolution",
            "lookup",
            "name lookup",
            "name resolution",
            "resolution",
            "query",
        ],
        to: &["for", "of"],
        by: &["by", "from"],
        after: &[
            "via dns",
            "through dns",
            "through the dns",
            "over dns",
            "using dns",
            "in dns",
            "in the dns",
        ],
    },
    Lexemes {
        verb: Verb::Set,
        verbs: &[
            "set",
            "modify",
            "change",
            "update",
            "write",
            "write to",
            "alter",
            "edit",
            "set the value of",
            "change the value of",
        ],
        turned: &[],
        nouns: &[
            "change",
            "modification",
            "update",
            "registry change",
            "registry modification",
            "registry write",
            "write",
            "setting",
            "registry set",
            "registry update",
        ],
        to: &["of", "to", "at", "in"],
        by: &["by", "from"],
        after: &[
            "in the registry",
            "in the windows registry",
            "to the registry",
            "in registry",
        ],
    },
    Lexemes {
        verb: Verb::RegisteredTask,
        verbs: &[
            "register",
            "create",
            "schedule",
            "add",
            "set up",
            "configure",
            "install",
            "put in place",
            "define",
        ],
        turned: &[],
        nouns: &[
            "registration",
            "creation",
            "scheduling",
            "task registration",
            "task creation",
        ],
        to: &["of"],
        by: &["by", "from"],
        after: &[
            "as a scheduled task",
            "as a task",
            "with the task scheduler",
            "in the task scheduler",
            "in task scheduler",
            "with task scheduler",
            "to the scheduled tasks",
            "to the list of scheduled tasks",
            "to the task scheduler",
        ],
    },
    Lexemes {
        verb: Verb::InstalledService,
        verbs: &[
            "install",
            "create",
            "register",
            "add",
            "set up",
            "configure",
            "put in place",
        ],
        turned: &[],
        nouns: &[
            "installation",
            "creation",
            "registration",
            "service installation",
            "service creation",
        ],
        to: &["of"],
        by: &["by", "from"],
        after: &[
            "as a service",
            "as a windows service",
            "to the services",
            "to the list of services",
        ],
    },
    Lexemes {
        verb: Verb::Loaded,
        verbs: &["load", "map", "pull in", "import"],
        turned: &[],
        nouns: &["load", "loading", "module load", "image load"],
        to: &["of"],
        by: &["by", "from", "into"],
        after: &[
            "into memory",
            "into its memory",
            "into its address space",
            "into its process",
            "into its own process",
            "into its process space",
            "as a module",
        ],
    },
    Lexemes {
        verb: Verb::RanScript,
        verbs: &["run", "execute", "invoke", "evaluate"],
        turned: &[
            "run in",
            "run inside",
            "run within",
            "execute in",
            "execute inside",
        ],
        nouns: &["execution", "run", "script execution"],
        to: &["of"],
        by: &["by", "from", "in"],
        after: &["as a script"],
    },
    Lexemes {
        verb: Verb::Accessed,
        verbs: &[
            "access",
            "open",
            "access the memory of",
            "open the memory of",
            "read the memory of",
            "read memory from",
            "read memory of",
            "open a handle to",
            "open a handle on",
            "obtain a handle to",
            "obtain a handle on",
            "acquire a handle to",
            "get a handle to",
            "gain access to",
            "gain access to the memory of",
            "access memory of",
            "open memory of",
            "touch the memory of",
        ],
        turned: &[],
        nouns: &[
            "access",
            "memory access",
            "process access",
            "opening",
            "cross-process access",
            "process memory access",
        ],
        to: &["to", "of"],
        by: &["by", "from"],
        after: &[],
    },
    Lexemes {
        verb: Verb::LoggedOnTo,
        verbs: &[
            "log on to",
            "log onto",
            "log in to",
            "log into",
            "sign in to",
            "sign into",
            "sign on to",
            "log on at",
            "log in on",
            "log on on",
            "authenticate to",
            "authenticate on",
            "open a session on",
            "start a session on",
        ],
        turned: &[],
        nouns: &[
            "logon",
            "login",
            "sign-in",
            "authentication",
            "logon session",
            "session",
        ],
        to: &["to", "on", "at", "onto"],
        by: &["by", "of", "for", "from"],
        after: &[],
    },
    Lexemes {
        verb: Verb::DecodedTo,
        verbs: &[
            "decode to",
            "decode into",
            "carry",
            "contain",
            "hide",
            "conceal",
            "carry the hidden text",
            "contain the hidden text",
            "resolve to",
            "unpack to",
            "yield",
            "expand to",
            "translate to",
            "translate into",
            "be decoded to",
            "decode as",
            "contain encoded text that decodes to",
            "contain encoded text that decoded to",
            "have a command line that decodes to",
            "have a command line that decoded to",
            "run with a command line that decodes to",
            "run with a command line that decoded to",
            "run with a command line that decodes into",
        ],
        turned: &["be decoded from", "come from decoding"],
        nouns: &["decoding"],
        to: &["to", "into"],
        by: &["of"],
        after: &["when decoded", "once decoded", "after decoding"],
    },
    Lexemes {
        verb: Verb::Detected,
        verbs: &["raise", "trigger", "cause", "set off", "be the subject of"],
        turned: &[
            "be raised for",
            "be raised on",
            "be raised against",
            "be raised about",
            "be triggered by",
            "be reported on",
            "be reported for",
            "be generated for",
            "be generated on",
            "name",
            "concern",
            "fire on",
            "fire for",
        ],
        nouns: &["detection"],
        to: &["of"],
        by: &["on", "for"],
        after: &[],
    },
];

/// `write` to its five forms. Irregular ones are listed; the others follow the rules of spelling.
fn inflected(base: &'static str) -> [(Inflection, String); 5] {
    use Inflection::{Base, Gerund, Participle, Past, Present};
    let (past, participle) = match IRREGULAR.iter().find(|(known, ..)| *known == base) {
        Some((_, past, participle)) => ((*past).to_owned(), (*participle).to_owned()),
        None => {
            let past = match base.strip_suffix('y') {
                Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ied"),
                _ if base.ends_with('e') => format!("{base}d"),
                _ if DOUBLED.contains(&base) => {
                    format!("{base}{}ed", &base[base.len() - 1..])
                }
                _ => format!("{base}ed"),
            };
            (past.clone(), past)
        }
    };
    let gerund = match base.strip_suffix('e') {
        Some(stem) if !stem.ends_with('e') && base != "be" => format!("{stem}ing"),
        _ if DOUBLED.contains(&base) => format!("{base}{}ing", &base[base.len() - 1..]),
        _ => format!("{base}ing"),
    };
    let present = match base {
        "be" => "is".to_owned(),
        "have" => "has".to_owned(),
        _ => with_s(base),
    };
    [
        (Base, base.to_owned()),
        (Present, present),
        (Past, past),
        (Participle, participle),
        (Gerund, gerund),
    ]
}

/// The third person of a verb, the plural of a noun.
fn with_s(word: &str) -> String {
    match word.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies"),
        _ if word.ends_with(['s', 'x']) || word.ends_with("ch") || word.ends_with("sh") => {
            format!("{word}es")
        }
        _ => format!("{word}s"),
    }
}

const IRREGULAR: &[(&str, &str, &str)] = &[
    ("write", "wrote", "written"),
    ("run", "ran", "run"),
    ("read", "read", "read"),
    ("set", "set", "set"),
    ("see", "saw", "seen"),
    ("give", "gave", "given"),
    ("come", "came", "come"),
    ("bring", "brought", "brought"),
    ("make", "made", "made"),
    ("get", "got", "got"),
    ("hide", "hid", "hidden"),
    ("be", "was", "been"),
    ("send", "sent", "sent"),
    ("do", "did", "done"),
    ("take", "took", "taken"),
    ("have", "had", "had"),
    ("put", "put", "put"),
    ("begin", "began", "begun"),
    ("lead", "led", "led"),
    ("output", "output", "output"),
];

/// Verbs whose last letter is doubled.
const DOUBLED: &[&str] = &[
    "run", "drop", "stem", "log", "set", "get", "map", "begin", "put", "output",
];

/// Verbs that say nothing by themselves: `made` of `made a connection to`.
const LIGHT: &[&str] = &[
    "make",
    "perform",
    "issue",
    "carry out",
    "conduct",
    "initiate",
    "establish",
    "open",
    "send",
    "do",
    "complete",
    "execute",
    "accept",
    "receive",
    "submit",
    "request",
    "set up",
    "take",
    "create",
    "have",
];

/// Verb phrases by their first word.
pub static PHRASES: LazyLock<HashMap<String, Vec<Phrase>>> = LazyLock::new(|| {
    let mut phrases: HashMap<String, Vec<Phrase>> = HashMap::new();
    let mut add = |verbs: Verbs, words: Vec<&'static str>, turned: bool| {
        let Some((base, tail)) = words.split_first() else {
            return;
        };
        let tail = tail.to_vec();
        for (inflection, form) in inflected(base) {
            let known = phrases.entry(form).or_default();
            let same = |it: &&mut Phrase| {
                it.tail == tail && it.inflection == inflection && it.turned == turned
            };
            match known.iter_mut().find(same) {
                Some(phrase) => phrase.verbs = phrase.verbs.with(verbs),
                None => known.push(Phrase {
                    verbs,
                    inflection,
                    tail: tail.clone(),
                    turned,
                }),
            }
        }
    };
    for lexemes in LEXEMES {
        for words in lexemes.verbs {
            add(Verbs::of(lexemes.verb), words.split(' ').collect(), false);
        }
        for words in lexemes.turned {
            add(Verbs::of(lexemes.verb), words.split(' ').collect(), true);
        }
    }
    // `FIN-LT-204 recorded a sign-in by j.smith`
    for verb in ["see", "record", "log", "register", "show"] {
        for noun in ["logon", "login", "sign-in", "log-in", "log-on"] {
            for by in ["by", "of", "for", "from"] {
                add(Verbs::of(Verb::LoggedOnTo), vec![verb, "a", noun, by], true);
            }
        }
    }
    for known in phrases.values_mut() {
        known.sort_by_key(|phrase| std::cmp::Reverse(phrase.tail.len()));
    }
    phrases
});

/// A form of a light verb, with its particle.
pub type Light = (Inflection, Option<&'static str>);

/// Light verbs by their first word.
pub static LIGHT_PHRASES: LazyLock<HashMap<String, Vec<Light>>> = LazyLock::new(|| {
    let mut phrases: HashMap<String, Vec<Light>> = HashMap::new();
    for words in LIGHT {
        let (base, tail) = match words.split_once(' ') {
            Some((base, tail)) => (base, Some(tail)),
            None => (*words, None),
        };
        for (inflection, form) in inflected(base) {
            phrases.entry(form).or_default().push((inflection, tail));
        }
    }
    phrases
});

/// Nouns by their first word, longest first.
pub static NOUNS: LazyLock<HashMap<String, Vec<Noun>>> = LazyLock::new(|| {
    let mut nouns: HashMap<String, Vec<Noun>> = HashMap::new();
    for lexemes in LEXEMES {
        for words in lexemes.nouns {
            for plural in [false, true] {
                let mut words: Vec<String> = words.split(' ').map(str::to_owned).collect();
                if let (true, Some(last)) = (plural, words.last_mut()) {
                    *last = with_s(last);
                }
                let first = words.first().cloned().unwrap_or_default();
                nouns.entry(first).or_default().push(Noun {
                    verbs: Verbs::of(lexemes.verb),
                    words,
                    to: lexemes.to,
                    by: lexemes.by,
                    plural,
                });
            }
        }
    }
    for known in nouns.values_mut() {
        known.sort_by_key(|noun| std::cmp::Reverse(noun.words.len()));
    }
    nouns
});

/// Phrases that may follow the object of one of `verbs`.
pub fn after(verbs: Verbs) -> impl Iterator<Item = &'static str> {
    LEXEMES
        .iter()
        .filter(move |lexemes| verbs.has(lexemes.verb))
        .flat_map(|lexemes| lexemes.after.iter().copied())
}

/// Words beside `by` that lead from a passive to who did it.
pub fn doers(verbs: Verbs) -> &'static [&'static str] {
    if verbs.meet(Verbs::all_of([Verb::Started, Verb::Ran])) {
        &["from"]
    } else if verbs.has(Verb::Loaded) {
        &["into", "in"]
    } else if verbs.has(Verb::RanScript) {
        &["in", "inside", "within"]
    } else {
        &[]
    }
}

/// What an entity may be called before or after its name.
pub fn kinds(kind: Option<&EntityKind>) -> &'static [&'static str] {
    match kind {
        Some(EntityKind::Host(_)) => &[
            "host", "machine", "computer", "endpoint", "device", "system",
        ],
        Some(EntityKind::Process(_)) => &[
            "process",
            "program",
            "executable",
            "image",
            "binary",
            "instance",
        ],
        Some(EntityKind::User(_)) => &["user", "account", "user account"],
        Some(EntityKind::File(_)) => &["file", "artifact", "artefact"],
        Some(EntityKind::Endpoint { .. }) => &[
            "address",
            "ip address",
            "ip",
            "remote address",
            "remote ip address",
            "remote ip",
            "endpoint",
            "remote endpoint",
            "network address",
            "host",
            "remote host",
            "destination",
        ],
        Some(EntityKind::Domain { .. }) => &[
            "domain",
            "domain name",
            "name",
            "hostname",
            "host name",
            "dns name",
            "host",
        ],
        Some(EntityKind::Registry { .. }) => &[
            "registry value",
            "registry key",
            "value",
            "key",
            "registry entry",
        ],
        Some(EntityKind::Task { .. }) => &["task", "scheduled task"],
        Some(EntityKind::Service { .. }) => &["service", "windows service", "system service"],
        Some(EntityKind::Resource { .. }) => &["resource"],
        None => &[],
    }
}

/// What a value may be called, by what was done with it.
pub fn value_kinds(verb: Verb) -> &'static [&'static str] {
    match verb {
        Verb::RanScript => &[
            "script",
            "script text",
            "script block",
            "code",
            "command",
            "script content",
        ],
        Verb::DecodedTo => &[
            "text",
            "hidden text",
            "decoded text",
            "command",
            "content",
            "string",
        ],
        Verb::Detected => &["alert", "detection", "finding"],
        _ => &[],
    }
}

/// What a file may be called by its ending.
pub fn file_kinds(path: &str) -> &'static [&'static str] {
    let ending = path
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase());
    match ending.as_deref() {
        Some("exe" | "scr" | "com") => &["executable", "program", "binary", "executable file"],
        Some("dll") => &["dll", "library", "module", "dynamic library", "image"],
        Some("sys") => &["driver", "module", "kernel driver"],
        Some("so" | "dylib") => &["library", "module", "shared library"],
        Some("ps1" | "bat" | "cmd" | "vbs" | "js" | "sh" | "py") => &["script", "script file"],
        Some("doc" | "docx" | "docm" | "xls" | "xlsx" | "xlsm" | "pdf" | "rtf") => &["document"],
        Some("zip" | "7z" | "rar" | "cab" | "gz" | "tar") => &["archive"],
        _ => &[],
    }
}

/// Function words: what joins, points and dates.
const FUNCTION_WORDS: &[&str] = &[
    "a",
    "an",
    "the",
    "this",
    "that",
    "which",
    "who",
    "what",
    "it",
    "its",
    "by",
    "from",
    "to",
    "of",
    "on",
    "at",
    "as",
    "in",
    "for",
    "with",
    "and",
    "but",
    "then",
    "was",
    "were",
    "is",
    "are",
    "been",
    "being",
    "has",
    "had",
    "have",
    "did",
    "utc",
    "pid",
    "between",
    "until",
    "times",
    "once",
    "twice",
    "under",
    "running",
    "named",
    "called",
    "sensor",
    "blocked",
    "stopped",
    "prevented",
    "attempted",
    "tried",
    "not",
    "no",
    "seen",
    "observed",
    "recorded",
    "new",
    "child",
    "parent",
    "port",
    "user",
    "all",
    "any",
    "every",
    "never",
    "only",
    "also",
    "later",
    "after",
    "before",
    "or",
    "via",
    "whether",
    "unknown",
];

static WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let mut words: HashSet<&'static str> = FUNCTION_WORDS.iter().copied().collect();
    words.extend(PHRASES.keys().map(String::as_str));
    words.extend(
        NOUNS
            .values()
            .flatten()
            .flat_map(|noun| &noun.words)
            .map(String::as_str),
    );
    for lexemes in LEXEMES {
        let phrases = lexemes
            .verbs
            .iter()
            .chain(lexemes.turned)
            .chain(lexemes.after);
        words.extend(phrases.flat_map(|phrase| phrase.split(' ')));
    }
    words
});

/// Whether a word is the grammar's own, and so can be no name.
pub fn is_word(word: &str) -> bool {
    WORDS.contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_are_inflected_as_english_does() {
        let forms = |base| inflected(base).map(|(_, form)| form);
        assert_eq!(
            forms("drop"),
            ["drop", "drops", "dropped", "dropped", "dropping"]
        );
        assert_eq!(
            forms("write"),
            ["write", "writes", "wrote", "written", "writing"]
        );
        assert_eq!(
            forms("query"),
            ["query", "queries", "queried", "queried", "querying"]
        );
        assert_eq!(
            forms("launch"),
            ["launch", "launches", "launched", "launched", "launching"]
        );
        assert_eq!(forms("be"), ["be", "is", "was", "been", "being"]);
    }
}
