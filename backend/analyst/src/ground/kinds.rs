//! What things are called in a sentence.

use aside_shared::alert::{EntityKind, Verb};

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
            "script code",
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
