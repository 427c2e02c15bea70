//! ATT&CK names by id, as of Enterprise 17.0 with what 18 and 19 added. Ids and names are MITRE's.
//!
//! Rules and vendors' alerts speak in 17's ids; 19 gave the ways of impairing defences new ones
//! ([`successor`]). The tactics are 17's.

use std::collections::HashMap;
use std::sync::LazyLock;

use aside_shared::analysis::Technique;

/// Tactics by id and name; the kebab-case form of the name is the one that Sigma's tags use.
pub const TACTICS: [(&str, &str); 14] = [
    ("TA0043", "Reconnaissance"),
    ("TA0042", "Resource Development"),
    ("TA0001", "Initial Access"),
    ("TA0002", "Execution"),
    ("TA0003", "Persistence"),
    ("TA0004", "Privilege Escalation"),
    ("TA0005", "Defense Evasion"),
    ("TA0006", "Credential Access"),
    ("TA0007", "Discovery"),
    ("TA0008", "Lateral Movement"),
    ("TA0009", "Collection"),
    ("TA0011", "Command and Control"),
    ("TA0010", "Exfiltration"),
    ("TA0040", "Impact"),
];

/// Ids that Enterprise 19 revoked, and those that replaced them (ATT&CK, updates of April 2026).
const SUCCESSORS: [(&str, &str); 16] = [
    ("T1070.001", "T1685.005"),
    ("T1070.002", "T1685.006"),
    ("T1562", "T1685"),
    ("T1562.001", "T1685"),
    ("T1562.002", "T1685.001"),
    ("T1562.003", "T1690"),
    ("T1562.004", "T1686"),
    ("T1562.006", "T1685"),
    ("T1562.007", "T1686.001"),
    ("T1562.008", "T1685.002"),
    ("T1562.009", "T1688"),
    ("T1562.010", "T1689"),
    ("T1562.011", "T1685.003"),
    ("T1562.012", "T1685.004"),
    ("T1562.013", "T1686.002"),
    ("T1656", "T1684.001"),
];

struct Row {
    name: &'static str,
    tactics: &'static str,
}

static TABLE: LazyLock<HashMap<&'static str, Row>> = LazyLock::new(|| {
    include_str!("techniques.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut columns = line.split('\t');
            Some((
                columns.next()?,
                Row {
                    name: columns.next()?,
                    tactics: columns.next()?,
                },
            ))
        })
        .collect()
});

/// The name of a technique (`T1003.001`): `LSASS Memory`.
pub fn name(id: &str) -> Option<&'static str> {
    TABLE.get(id).map(|row| row.name)
}

/// The technique of that id, if ATT&CK has it.
pub fn technique(id: &str) -> Option<Technique> {
    TABLE.get_key_value(id).map(|(id, row)| Technique {
        id: (*id).to_owned(),
        name: row.name.to_owned(),
    })
}

/// What ATT&CK calls a technique today that it has given another id.
pub fn successor(id: &str) -> Option<Technique> {
    SUCCESSORS
        .iter()
        .find(|(revoked, _)| *revoked == id)
        .and_then(|(_, successor)| technique(successor))
}

/// The tactics that a technique serves, in kebab case: `credential-access`.
pub fn tactics(id: &str) -> impl Iterator<Item = &'static str> {
    TABLE
        .get(id)
        .into_iter()
        .flat_map(|row| row.tactics.split(','))
}

/// The name of a tactic (`TA0006`): `Credential Access`.
pub fn tactic_name(id: &str) -> Option<&'static str> {
    TACTICS
        .iter()
        .find(|(known, _)| *known == id)
        .map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_technique_is_found_by_its_id_with_its_tactics() {
        assert_eq!(name("T1003.001"), Some("LSASS Memory"));
        assert_eq!(name("T0000"), None);
        assert_eq!(
            tactics("T1037").collect::<Vec<_>>(),
            ["persistence", "privilege-escalation"]
        );
        assert_eq!(tactic_name("TA0006"), Some("Credential Access"));
    }

    #[test]
    fn every_successor_has_a_name() {
        for (revoked, _) in SUCCESSORS {
            assert!(successor(revoked).is_some(), "{revoked}");
        }
        assert_eq!(successor("T1003"), None);
    }

    #[test]
    fn every_tactic_of_the_table_is_a_known_one() {
        let known: Vec<String> = TACTICS
            .iter()
            .map(|(_, name)| name.to_lowercase().replace(' ', "-"))
            .collect();
        assert_eq!(TABLE.len(), 665 + 24);
        for (id, row) in TABLE.iter() {
            for tactic in row.tactics.split(',') {
                assert!(known.iter().any(|name| name == tactic), "{id}: {tactic}");
            }
        }
    }
}
