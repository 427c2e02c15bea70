//! What must never leave for a language model in clear: the invented organization's names, numbers and secrets.

use std::collections::BTreeSet;

use crate::scenario::{SECRETS, fleet::Fleet};

/// A host's name that is a payload of [`crate::scenario::hostile`] is no name: it stands in other fields too.
/// Each in small letters, the shortest of five characters: a shorter one would stand in other words.
#[must_use]
pub fn of(fleet: &Fleet) -> BTreeSet<String> {
    let hosts = fleet.hosts.iter().flat_map(|host| {
        [
            &host.id,
            &host.hostname,
            &host.domain,
            &host.local_ip,
            &host.mac,
        ]
    });
    let people = fleet
        .people
        .iter()
        .flat_map(|person| [&person.name, &person.domain, &person.sid, &person.mail]);
    hosts
        .chain(people)
        .chain([&fleet.domain, &fleet.netbios])
        .map(String::as_str)
        .chain(SECRETS.iter().copied())
        .map(str::to_lowercase)
        .filter(|it| it.chars().count() >= 5 && !it.contains([' ', '<', '>']))
        .collect()
}
