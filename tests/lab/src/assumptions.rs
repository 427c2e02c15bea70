//! Every behaviour of the lab that no fact backs, kept as one list: what it does, and where it is made.

/// `(where, what)`; a line each in `--assumptions`.
pub const ASSUMPTIONS: &[(&str, &str)] = &[
    (
        "crowdstrike/token.rs",
        "a wrong secret is 401 and an unknown client_id 403; a missing field is 400 (the sheet names all three without saying when)",
    ),
    (
        "crowdstrike/token.rs",
        "a client of another cloud gets 308 with X-Cs-Region and a Location that names the lab itself, so that nothing ever leaves this machine; what it names answers 501",
    ),
    (
        "crowdstrike/token.rs",
        "a member_cid that is no child of the tenant is 403; a parent's token sees the parent's own data only",
    ),
    (
        "crowdstrike/mod.rs",
        "order of checks: path, verb, token, limit, scope, media type, query parameters, body",
    ),
    (
        "crowdstrike/mod.rs",
        "texts of the gateway's 404, 405, 413, 415 and 429; 429 does not count token requests",
    ),
    (
        "crowdstrike/mod.rs",
        "unknown query parameters and unknown members of a body are 400, so that a client's slip is seen; a body on GET and DELETE is ignored",
    ),
    (
        "crowdstrike/mod.rs",
        "the limit of 6,000 a minute counts whole clock minutes for a tenant",
    ),
    (
        "crowdstrike/mod.rs",
        "the API speaks HTTP/1.1 only, so that a dropped answer is a closed connection",
    ),
    (
        "crowdstrike/operations.rs",
        "what the vendor has and the lab has not is 501, by its name; deprecated and unknown paths are 404",
    ),
    (
        "crowdstrike/alerts.rs",
        "without a sort the newest timestamp comes first; ties are ordered by composite id",
    ),
    (
        "crowdstrike/alerts.rs",
        "include_hidden is true when it is not said",
    ),
    (
        "crowdstrike/alerts.rs",
        "unknown ids of the entities call are errors with code 404 in a 200",
    ),
    (
        "crowdstrike/alerts.rs",
        "a page of the combined call has at most 1,000 alerts, a call of entities or PATCH at most 1,000 ids",
    ),
    (
        "crowdstrike/alerts.rs",
        "an after token is only good for the filter and sort that it came from",
    ),
    (
        "crowdstrike/alerts.rs",
        "the answer to PATCH counts what it changed in meta.writes.resources_affected",
    ),
    (
        "crowdstrike/alerts.rs",
        "a comment's falcon_user_id is the API client's id; comments are in the order in which they were written",
    ),
    (
        "crowdstrike/alerts.rs",
        "assigning by any of the three parameters fills name and uid when the person is known",
    ),
    (
        "crowdstrike/fql.rs",
        "+ binds tighter than , where a filter mixes them without parentheses",
    ),
    (
        "crowdstrike/fql.rs",
        "an unknown property matches nothing; a number in quotes compares as a number with a number",
    ),
    (
        "crowdstrike/fql.rs",
        "on hosts a name in plain quotes finds every host that has the word in its name, without regard to case",
    ),
    (
        "crowdstrike/fql.rs",
        "times of a filter are whole milliseconds; a time without a zone is UTC",
    ),
    (
        "crowdstrike/hosts.rs",
        "the plain host query gives at most 5,000 ids a page; combined devices page by the scroll's tokens",
    ),
    (
        "crowdstrike/hosts.rs",
        "lift_containment of a host that is not contained is 409 for this host; an action of which nothing was done is 409 if each host was in a wrong state, else 400, and each unknown id an error with code 404",
    ),
    (
        "crowdstrike/hosts.rs",
        "hide, unhide, and suppression of detections are refused: not simulated",
    ),
    (
        "world.rs",
        "lift_containment while a containment is pending cancels it: through lift_containment_pending to normal, also while the host is offline, because nothing ever reached it",
    ),
    (
        "world.rs",
        "contain while a release is pending wins: containment_pending again",
    ),
    (
        "world.rs",
        "a release of a contained host that went offline waits for the host",
    ),
    (
        "crowdstrike/queryjobs.rs",
        "a finished job stays readable until it is stopped or not polled for 90 s; the first poll is never done",
    ),
    (
        "crowdstrike/queryjobs.rs",
        "an unknown repository is 404; stopping a job answers an empty 200 and the job is gone",
    ),
    (
        "crowdstrike/queryjobs.rs",
        "without a start the last day is searched; spans may be written 7d, 24h, 30m",
    ),
    (
        "crowdstrike/queryjobs.rs",
        "only search-all and investigate_view see endpoint telemetry",
    ),
    (
        "crowdstrike/cql.rs",
        "run: tag and field filters, words alone, =, !=, regular expressions, in(), and, or, not, count, groupBy with count, sort, head, tail, select",
    ),
    (
        "crowdstrike/cql.rs",
        "refused with 400 by name: every other function, comparisons < > <= >=, :=, =~, like, blocks, live queries",
    ),
    (
        "crowdstrike/cql.rs",
        "an unterminated text, regular expression or comment is an error like an unbalanced bracket; any other nonsense is a query that finds nothing",
    ),
    (
        "crowdstrike/cql.rs",
        "!= is also true where the field is missing; words alone are found without regard to case",
    ),
    (
        "crowdstrike/cql.rs",
        "regular expressions are those of the Rust regex crate; the flags g and F change nothing",
    ),
    (
        "crowdstrike/render.rs",
        "pattern numbers, names and descriptions are invented; bits of pattern_disposition are 16 killed, 128 quarantined, 2048 blocked",
    ),
    (
        "crowdstrike/render.rs",
        "members of dns_requests, network_accesses and child_process_ids follow the event stream's and a public translation's names",
    ),
    (
        "crowdstrike/render.rs",
        "the root of a process tree is the program below explorer.exe or services.exe",
    ),
    (
        "crowdstrike/telemetry.rs",
        "event names of file writes by extension; FileOpenInfo, FileRenameInfo and ProcessHandleOpDetectInfo for reads, renames and process access",
    ),
    (
        "crowdstrike/telemetry.rs",
        "ScheduledTaskRegistered comes without ComputerName",
    ),
    (
        "crowdstrike/telemetry.rs",
        "UserAgentString and HttpUrl stand on NetworkConnectIP4",
    ),
    (
        "crowdstrike/other_kinds.rs",
        "an automated lead has product automated-lead and type signal; its link is /automated-leads/<composite id>",
    ),
    (
        "crowdstrike/other_kinds.rs",
        "a mail's and a certificate's subject stand as email_subject and certificate_subject on an NG-SIEM alert",
    ),
    (
        "crowdstrike/queryjobs.rs",
        "timeZone, timeZoneOffsetMinutes, autobucketCount and allowEventSkipping change nothing; useIngestTime, ingestStart, ingestEnd, arguments and around are refused by name",
    ),
    (
        "serve.rs",
        "header names are written in title case, as the vendor's own SDK looks them up",
    ),
    (
        "console",
        "the whole page: element names, classes, attributes, the drawer, the host page, its own JSON endpoints",
    ),
    (
        "console",
        "a click on a row changes the URL to the alert's own link by pushState",
    ),
    (
        "scenario",
        "timings, depth and content of the stories; documentation address ranges and example domains stand for the internet",
    ),
];

/// One line each.
#[must_use]
pub fn text() -> String {
    ASSUMPTIONS
        .iter()
        .map(|(place, what)| format!("{place}: {what}\n"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_assumption_stands_beside_a_file_or_folder_that_exists() {
        let sources = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        for (place, _) in ASSUMPTIONS {
            assert!(sources.join(place).exists(), "{place}");
        }
    }
}
