//! What the lab's behaviour rests on: a fact from a public source, or an assumption that nothing backs.
//!
//! A refusal cannot be made without one; its ids go out in the header [`HEADER`]. Each platform has its table, the
//! lab's own is here.

/// The header of an answer that refuses something: ids of what the refusals rest on, with commas.
pub const HEADER: &str = "x-lab-basis";

/// Why something is as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Basis {
    /// Stable and short: `crowdstrike.alerts.depth`.
    pub id: &'static str,
    /// Where it comes from.
    pub from: From,
    /// What is so.
    pub says: &'static str,
}

/// Where a behaviour comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// A public source, by its name.
    Fact(&'static str),
    /// Nothing: assumed in this file or folder of the lab's sources.
    Assumed(&'static str),
}

/// A table of bases: a constant each, and all of them as `ALL`.
macro_rules! bases {
    ($($name:ident = $id:literal, $from:expr, $says:literal;)*) => {
        $(
            #[doc = $says]
            pub const $name: $crate::basis::Basis = $crate::basis::Basis { id: $id, from: $from, says: $says };
        )*

        /// The whole table.
        pub const ALL: &[$crate::basis::Basis] = &[$($name),*];
    };
}
pub(crate) use bases;

bases! {
    CANCEL = "lab.cancel", From::Assumed("world.rs"), "lift_containment while a containment is pending cancels it: through lift_containment_pending to normal, also while the host is offline, because nothing ever reached it";
    CONTAIN_AGAIN = "lab.contain-again", From::Assumed("world.rs"), "contain while a release is pending wins: containment_pending again";
    RELEASE_WAITS = "lab.release-waits", From::Assumed("world.rs"), "a release of a contained host that went offline waits for the host";
    HTTP = "lab.http", From::Assumed("serve.rs"), "the APIs speak HTTP/1.1 only, so that a dropped answer is a closed connection";
    FAULT = "lab.fault", From::Assumed("faults.rs"), "an answer that the control asked for, in place of the vendor's";
    CONSOLE = "lab.console", From::Assumed("console"), "consoles forbid inline script and style, frames, and strings in script sinks";
    STORIES = "lab.stories", From::Assumed("scenario"), "timings, depth and content of the stories; documentation address ranges and example domains stand for the internet";
}

/// The assumptions of these tables, a line each.
#[must_use]
pub fn assumptions(tables: &[&[Basis]]) -> String {
    tables
        .iter()
        .flat_map(|table| table.iter())
        .filter_map(|basis| match basis.from {
            From::Assumed(place) => Some(format!("{} ({place}): {}\n", basis.id, basis.says)),
            From::Fact(_) => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;
    use crate::{crowdstrike, model};

    const TABLES: &[(&str, &[Basis])] = &[
        ("lab.", ALL),
        ("model.", model::basis::ALL),
        ("crowdstrike.", crowdstrike::basis::ALL),
    ];

    #[test]
    fn every_id_is_one_alone_and_tells_whose_it_is() {
        let mut seen = BTreeSet::new();
        for (prefix, table) in TABLES {
            for basis in *table {
                assert!(basis.id.starts_with(prefix), "{}", basis.id);
                assert!(seen.insert(basis.id), "{} twice", basis.id);
            }
        }
    }

    #[test]
    fn every_assumption_stands_beside_a_file_or_folder_that_exists() {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        for basis in TABLES.iter().flat_map(|(_, table)| *table) {
            if let From::Assumed(place) = basis.from {
                assert!(sources.join(place).exists(), "{}: {place}", basis.id);
            }
        }
    }

    #[test]
    fn every_fact_is_cited_by_a_refusal_and_names_a_public_source() {
        for (place, table) in [
            ("src/crowdstrike", crowdstrike::basis::ALL),
            ("src/model", model::basis::ALL),
        ] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(place);
            let mut text = String::new();
            let mut names = String::new();
            for file in fs::read_dir(folder).expect("the folder") {
                let path = file.expect("an entry").path();
                if path.ends_with("basis.rs") {
                    names = fs::read_to_string(path).expect("readable");
                } else if path.is_file() {
                    text.push_str(&fs::read_to_string(path).expect("readable"));
                }
            }
            for basis in table {
                let From::Fact(source) = basis.from else {
                    continue;
                };
                assert!(
                    !source.is_empty() && !source.contains('/') && !source.contains(".md"),
                    "{source}"
                );
                let name = names
                    .lines()
                    .find(|line| line.contains(&format!("\"{}\"", basis.id)))
                    .and_then(|line| line.trim().split(' ').next())
                    .expect("a line of the table");
                assert!(
                    text.contains(&format!("basis::{name}")),
                    "{name} is cited nowhere"
                );
            }
        }
    }
}
