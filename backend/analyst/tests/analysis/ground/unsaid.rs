//! Wordings that say something that their relation does not: each is shown in Aside's own words, or not at all.

use aside_shared::alert::Outcome;
use aside_shared::model::{Reading, Voice};

use super::scene::{COUNT, Scene, scene};
use crate::fixtures::Names;

/// How a text about the scene's one relation is shown.
fn told(scene: &Scene, text: &str) -> Reading {
    let form = scene.form();
    let names = Names::first();
    scene.ask(&form, &[scene.relation(&form)], &scene.fill(text, &names))
}

fn is_kept(reading: &Reading) -> bool {
    reading.claims.iter().any(|told| told.voice == Voice::Model)
}

#[test]
fn a_wording_that_says_more_or_other_than_its_relation_is_not_kept() {
    use Outcome::{Attempted, Blocked, Happened};
    let said: &[(&str, Outcome, usize, &[&str])] = &[
        // Who opened the connection.
        (
            "connected_to",
            Happened,
            1,
            &[
                "{s} accepted a connection with {o}.",
                "{s} received a connection to {o}.",
                "A connection to {o} was accepted by {s}.",
                "A session with {o} was received by {s}.",
                "{s} requested a connection to {o}.",
                "{s} submitted a connection to {o}.",
            ],
        ),
        (
            "accepted",
            Happened,
            1,
            &[
                "{s} initiated a connection from {o}.",
                "{s} opened a connection from {o}.",
                "{s} established a connection from {o}.",
                "{s} sent a connection request from {o}.",
                "A connection from {o} was made by {s}.",
                "A connection from {o} was opened by {s}.",
                "{s} made a connection request from {o}.",
            ],
        ),
        (
            "resolved",
            Happened,
            1,
            &[
                "{s} received a dns request for {o}.",
                "{s} accepted a dns query for {o}.",
                "A dns query for {o} was received by {s}.",
            ],
        ),
        // What was asked for is not what was done.
        (
            "deleted",
            Happened,
            1,
            &[
                "{s} requested the deletion of {o}.",
                "The deletion of {o} was requested by {s}.",
            ],
        ),
        // What was done was not only tried.
        (
            "started",
            Happened,
            1,
            &[
                "The launch of {o} by {s} has been attempted.",
                "The launch of {o} by {s} had been tried.",
                "The launch of {o} by {s} was attempted.",
            ],
        ),
        // A count of the model's own.
        (
            "started",
            Blocked,
            1,
            &[
                "9 attempt by {s} to start {o} was blocked.",
                "The sensor blocked seven attempt by {s} to start {o}.",
                "The sensor blocked two attempts by {s} to start {o}.",
            ],
        ),
        (
            "started",
            Attempted,
            1,
            &["{s} made 4 attempt to start {o}."],
        ),
        (
            "started",
            Happened,
            1,
            &["7 launch of {o} by {s} was seen."],
        ),
        // Whose address it is, and from where somebody signed in.
        (
            "connected_to",
            Happened,
            1,
            &[
                "{s} connected to {o} of {h}.",
                "{s} connected to {o} from {o}.",
            ],
        ),
        (
            "logged_on_to",
            Happened,
            1,
            &[
                "{s} logged on to {o} from {h}.",
                "{s} logged on to {o} from {o}.",
            ],
        ),
        // Order against nothing that was said before.
        ("started", Happened, 1, &["{s}, which later started {o}."]),
    ];
    let names = Names::first();
    for (verb, outcome, count, texts) in said {
        let scene = scene(verb, *outcome, *count, &names);
        for text in *texts {
            let reading = told(&scene, text);
            assert!(!is_kept(&reading), "{verb} {outcome:?}: {text}");
        }
    }
}

#[test]
fn what_is_said_of_the_same_relations_truly_is_still_kept() {
    use Outcome::{Attempted, Blocked, Happened};
    let names = Names::first();
    for (verb, outcome, count, text) in [
        ("connected_to", Happened, 1, "{s} made a connection to {o}."),
        (
            "connected_to",
            Happened,
            1,
            "{s} initiated a connection with {o}.",
        ),
        (
            "connected_to",
            Happened,
            1,
            "A connection to {o} was opened by {s}.",
        ),
        ("connected_to", Happened, 1, "{s} of {h} connected to {o}."),
        (
            "connected_to",
            Happened,
            1,
            "{s} connected to {o} from {h}.",
        ),
        (
            "accepted",
            Happened,
            1,
            "{s} accepted a connection from {o}.",
        ),
        (
            "accepted",
            Happened,
            1,
            "{s} received a connection from {o}.",
        ),
        ("resolved", Happened, 1, "{s} issued a dns query for {o}."),
        ("resolved", Happened, 1, "{s} sent a dns request for {o}."),
        ("deleted", Happened, 1, "{s} performed the deletion of {o}."),
        (
            "registered_task",
            Happened,
            1,
            "{s} completed the registration of {o}.",
        ),
        (
            "started",
            Blocked,
            1,
            "An attempt by {s} to start {o} was blocked.",
        ),
        (
            "started",
            Blocked,
            COUNT,
            "{n} attempts by {s} to start {o} were blocked.",
        ),
        (
            "started",
            Attempted,
            1,
            "{s} made one attempt to start {o}.",
        ),
        (
            "started",
            Attempted,
            1,
            "The launch of {o} by {s} was attempted.",
        ),
    ] {
        let scene = scene(verb, outcome, count, &names);
        let reading = told(&scene, text);
        assert!(is_kept(&reading), "{verb} {outcome:?}: {text}: {reading:?}");
    }
}
