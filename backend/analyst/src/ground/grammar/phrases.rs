//! The words between the names and the verbs.

use aside_shared::alert::Verb;

use super::super::inflection::Inflection::{self, Past, Present};

pub(super) const FINITE: &[Inflection] = &[Past, Present];

pub(super) const BE: &[&str] = &[
    "was",
    "were",
    "is",
    "are",
    "has been",
    "had been",
    "have been",
    "being",
];

pub(super) const HAVE: &[&str] = &["has", "had", "have"];

/// What a sensor did to an attempt.
pub(super) const STOPPED: &[&str] = &[
    "blocked",
    "stopped",
    "prevented",
    "denied",
    "thwarted",
    "halted",
    "foiled",
    "refused",
    "intercepted",
    "blocks",
    "stops",
    "prevents",
];

/// What became of something that was noted and nothing else.
pub(super) const NOTED: &[&str] = &[
    "seen",
    "observed",
    "recorded",
    "logged",
    "noted",
    "detected",
    "registered",
    "captured",
    "reported",
    "witnessed",
];

pub(super) const HAPPENED: &[&str] = &[
    "occurred",
    "took place",
    "happened",
    "was made",
    "were made",
];

/// A thing without its name, in `the process that`.
pub(super) const UNNAMED: &[&str] = &[
    "process",
    "program",
    "one",
    "file",
    "domain",
    "address",
    "task",
    "service",
    "host",
    "user",
    "account",
    "script",
    "domain name",
    "scheduled task",
    "registry value",
    "value",
    "key",
    "executable",
    "ip address",
    "destination",
    "library",
    "module",
    "text",
    "artifact",
    "artefact",
    "remote host",
    "driver",
    "document",
];

pub(super) const PARENT: &[&str] = &["parent process of", "parent of", "direct parent of"];

pub(super) const CHILD: &[&str] = &[
    "child process of",
    "child of",
    "direct child of",
    "subprocess of",
];

/// What an attempt may have come to, as a clause after `whether`.
pub(super) const CAME_TO: &[&str] = &[
    "it succeeded",
    "this succeeded",
    "that succeeded",
    "the attempt succeeded",
    "this attempt succeeded",
    "it did",
    "it did so",
    "it was successful",
    "this was successful",
    "the attempt was successful",
    "it worked",
    "it happened",
    "this happened",
];
/// What decoded text does.
pub(super) const READS: &[&str] = &[
    "is", "was", "reads as", "reads", "read", "says", "said", "shows", "becomes",
];
/// What decoding does.
pub(super) const YIELDS: &[&str] = &[
    "yields",
    "yielded",
    "gives",
    "gave",
    "produces",
    "produced",
    "reveals",
    "revealed",
    "shows",
    "showed",
    "results in",
    "resulted in",
    "returns",
    "returned",
];
/// What a process was given to run.
pub(super) const COMMAND_LINE: &[&str] = &[
    "command line arguments",
    "command line argument",
    "command line",
    "command-line arguments",
    "command-line",
    "arguments",
    "argument",
    "command",
    "parameters",
];
/// What stands between what a thing is called and its name.
pub(super) const NAMED: &[&str] = &[
    "at",
    "named",
    "called",
    "titled",
    "known as",
    "with the name",
    "by the name of",
];
/// That something is not known.
pub(super) const NOT_KNOWN: &[&str] = &[
    "not seen",
    "not known",
    "not recorded",
    "not observed",
    "not confirmed",
    "unknown",
    "unclear",
    "unconfirmed",
    "not reported",
    "not logged",
];
/// What an attempt comes to, as a noun.
pub(super) const OUTCOME: &[&str] = &[
    "outcome",
    "result",
    "success",
    "its outcome",
    "its result",
    "its success",
    "confirmation",
    "confirmation of success",
    "confirmed outcome",
    "recorded outcome",
];

/// Words that say that something comes after what was said before.
pub(super) const LATER: &[&str] = &[
    "then",
    "subsequently",
    "later",
    "afterwards",
    "afterward",
    "next",
    "thereafter",
    "after that",
    "in turn",
    "following that",
    "thereupon",
];

/// Words that add nothing.
pub(super) const EMPTY: &[&str] = &[
    "also",
    "additionally",
    "in addition",
    "here",
    "in this case",
];

/// Who records what happens.
pub(super) const OBSERVERS: &[&str] = &[
    "sensor",
    "agent",
    "edr",
    "edr sensor",
    "endpoint sensor",
    "endpoint agent",
    "security sensor",
    "telemetry",
    "endpoint telemetry",
    "evidence",
    "record",
    "log",
    "logs",
    "alert",
    "event log",
    "event data",
    "timeline",
    "process telemetry",
    "network telemetry",
    "edr telemetry",
    "security agent",
    "endpoint",
];

/// Who stops what is tried.
pub(super) const SENSORS: &[&str] = &[
    "sensor",
    "agent",
    "edr",
    "edr sensor",
    "edr agent",
    "endpoint sensor",
    "endpoint agent",
    "security sensor",
    "endpoint protection",
    "endpoint security",
    "security product",
    "security agent",
    "product",
    "security software",
];

/// Which verbs a new thing can be the object of.
pub(super) const MAKING: &[Verb] = &[
    Verb::Started,
    Verb::Ran,
    Verb::Wrote,
    Verb::RegisteredTask,
    Verb::InstalledService,
];
