//! What is said of an alert's hosts: their state as the vendor reports it now, never the alert's own.

use aside_shared::action::{HostState, Isolation};

use super::state::{HOSTS_READ, Progress, Reading, State, isolated_by_another};
use super::words::utc;

/// A line about a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostLine {
    /// The host's name; empty for a line about none in particular. Untrusted.
    pub name: String,
    /// What is said.
    pub words: String,
}

/// A line for each host of the alert, or why there is none.
pub fn host_lines(state: &State, reading: &Reading) -> Vec<HostLine> {
    let about_none = |words: String| HostLine {
        name: String::new(),
        words,
    };
    if reading.alert.is_none() {
        let waits = !matches!(reading.progress, Progress::Failed { .. });
        return waits
            .then(|| about_none("Reading which hosts are concerned.".to_owned()))
            .into_iter()
            .collect();
    }
    let hosts = reading.alert_hosts();
    if hosts.is_empty() {
        let label = state.platform_label(&reading.key.tenant);
        return vec![about_none(format!(
            "{label} names no device for this alert, so there is none to isolate."
        ))];
    }
    let mut lines: Vec<HostLine> = hosts
        .iter()
        .take(HOSTS_READ)
        .map(|host| HostLine {
            name: reading.host_name(&host.id),
            words: match reading.hosts.get(&host.id) {
                None => "reading its state.".to_owned(),
                Some(Ok(now)) => host_words(now, isolated_by_another(reading, &host.id)),
                Some(Err(why)) => format!("state not known. {why}"),
            },
        })
        .collect();
    let rest = hosts.len().saturating_sub(HOSTS_READ);
    if rest > 0 {
        lines.push(about_none(format!(
            "{rest} more hosts, their state not read."
        )));
    }
    lines
}

fn host_words(host: &HostState, by_another: bool) -> String {
    let isolation = match (by_another, host.isolation) {
        (true, Isolation::Isolating) => "isolation pending already".to_owned(),
        (true, _) => "already isolated".to_owned(),
        (false, isolation) => isolation.words().to_ascii_lowercase(),
    };
    let seen = host
        .last_seen_unix_ms
        .map(|at| format!(", last seen {}", utc(at)))
        .unwrap_or_default();
    let online = match host.online {
        Some(true) => ", online".to_owned(),
        Some(false) => format!(", offline{seen}"),
        None => ", whether it is online is not known".to_owned(),
    };
    let who = match (&host.last_actor, by_another) {
        (Some(actor), true) => format!(" By {actor}, not by Aside."),
        (None, true) => " Not by Aside; the vendor names nobody.".to_owned(),
        (_, false) => String::new(),
    };
    format!("{isolation}{online}.{who} Read {}.", utc(host.read_unix_ms))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::state::tests::{alert, host, reading_state};
    use super::*;

    fn words(state: &State) -> Vec<String> {
        let lines = host_lines(state, state.reading().unwrap());
        lines
            .into_iter()
            .map(|line| format!("{}|{}", line.name, line.words))
            .collect()
    }

    #[test]
    fn a_host_isolated_by_another_is_said_to_be_so_and_nobody_is_named_who_is_not_known() {
        let mut state = reading_state();
        let set = |state: &mut State, now| {
            let reading = state.reading_for_test();
            reading.hosts.insert("h1".into(), Ok(now));
        };
        set(&mut state, host(Isolation::None, Some(true)));
        assert_eq!(
            words(&state),
            ["HOST-1|normal, not isolated, online. Read 00:00:05 UTC."]
        );
        set(&mut state, host(Isolation::Isolated, Some(false)));
        assert_eq!(
            words(&state),
            [
                "HOST-1|already isolated, offline, last seen 00:00:04 UTC. Not by Aside; the vendor names nobody. Read 00:00:05 UTC."
            ]
        );
    }

    #[test]
    fn an_alert_without_a_device_says_that_there_is_none_to_isolate() {
        let mut state = reading_state();
        let mut bare = alert();
        bare.hosts.clear();
        state.reading_for_test().alert = Some(Arc::new(bare));
        assert!(words(&state)[0].contains("names no device"));
    }

    #[test]
    fn of_many_hosts_the_ones_that_are_not_read_are_counted() {
        let mut state = reading_state();
        let mut many = alert();
        many.hosts = vec!["host".into(); 7];
        state.reading_for_test().alert = Some(Arc::new(many));
        let words = words(&state);
        assert_eq!(words.len(), HOSTS_READ + 1);
        assert_eq!(words[HOSTS_READ], "|3 more hosts, their state not read.");
        assert_eq!(words[0], "HOST-1|reading its state.");
    }
}
