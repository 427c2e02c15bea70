//! The pace of requests near a vendor's limit, without a network.

use super::*;

fn pace(remaining: u64, now: Instant) -> Pace {
    Pace {
        left: Some((
            Left {
                remaining,
                limit: 6000,
            },
            now,
        )),
        ..Pace::default()
    }
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn while_much_is_left_nobody_waits() {
    let now = Instant::now();
    for mut pace in [Pace::default(), pace(6000, now), pace(300, now)] {
        for _ in 0..1000 {
            assert_eq!(pace.turn(now, true), Ok(Duration::ZERO));
        }
    }
}

#[test]
fn what_little_is_left_is_spread_over_a_minute() {
    let now = Instant::now();
    let mut pace = pace(60, now);
    let waits: Vec<_> = (0..7).map(|_| pace.turn(now, true)).collect();
    let expected: Vec<_> = (0..6).map(|turn| Ok(seconds(turn))).collect();
    assert_eq!(waits[..6], expected);
    assert_eq!(waits[6], Err(seconds(6)), "too long to wait: it is said");
    // A refused turn is nobody's: time brings the next one back.
    assert_eq!(pace.turn(now + seconds(2), true), Ok(seconds(4)));
}

#[test]
fn what_is_left_belongs_to_the_calls_that_act() {
    let now = Instant::now();
    let mut pace = pace(1, now);
    assert_eq!(pace.turn(now, true), Ok(Duration::ZERO));
    assert_eq!(pace.turn(now, true), Err(seconds(60)));
    for _ in 0..10 {
        assert_eq!(pace.turn(now, false), Ok(Duration::ZERO));
    }
}

#[test]
fn what_was_left_a_minute_ago_says_nothing_about_now() {
    let now = Instant::now();
    let mut pace = pace(1, now);
    assert!(pace.turn(now, true).is_ok());
    assert!(pace.turn(now + seconds(59), true).is_ok());
    assert!(pace.turn(now + seconds(59), true).is_err());
    assert_eq!(pace.turn(now + seconds(60), true), Ok(Duration::ZERO));
}

#[test]
fn after_a_refusal_nothing_is_sent_before_the_vendors_time() {
    let now = Instant::now();
    for is_read in [true, false] {
        let mut pace = Pace {
            closed_until: Some(now + seconds(30)),
            ..Pace::default()
        };
        assert_eq!(pace.turn(now, is_read), Err(seconds(30)));
        assert_eq!(pace.turn(now + seconds(25), is_read), Ok(seconds(5)));
        assert_eq!(pace.turn(now + seconds(30), is_read), Ok(Duration::ZERO));
    }
}
