//! How often one caller may ask: token buckets in memory.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aside_shared::id::UserName;
use aside_shared::problem::{Problem, ProblemKind};

/// Requests a minute for one user.
const REQUESTS: Rate = Rate {
    burst: 240.0,
    per_second: 4.0,
};
/// Sign-ins for one name.
const LOGINS: Rate = Rate {
    burst: 8.0,
    per_second: 8.0 / 300.0,
};
/// Sign-ins for everybody together: hashing passwords costs time.
const ALL_LOGINS: Rate = Rate {
    burst: 40.0,
    per_second: 2.0,
};
/// Refreshes for one user: every tab of his asks through one worker, a few times an hour.
const REFRESHES: Rate = Rate {
    burst: 30.0,
    per_second: 0.5,
};
/// Refreshes with tokens that are nobody's, for everybody together: guesses.
const UNKNOWN_REFRESHES: Rate = Rate {
    burst: 60.0,
    per_second: 2.0,
};
/// Buckets kept at most; the fullest are forgotten first.
const BUCKETS_MAX: usize = 10_000;

#[derive(Clone, Copy)]
struct Rate {
    burst: f64,
    per_second: f64,
}

#[derive(Clone, Copy)]
struct Bucket {
    tokens: f64,
    at_unix_ms: i64,
}

/// Buckets by user; that of nobody in particular is everybody's.
type Buckets = Mutex<HashMap<Option<UserName>, Bucket>>;

/// The buckets.
#[derive(Default)]
pub struct Limits {
    requests: Buckets,
    logins: Buckets,
    refreshes: Buckets,
}

impl Limits {
    /// One request of a user.
    pub fn request(&self, user: &UserName, now_unix_ms: i64) -> Result<(), Problem> {
        take(&self.requests, Some(user), REQUESTS, now_unix_ms)
    }

    /// One try to sign in. The name is the caller's text: it is kept, so its length is bounded before.
    pub fn login(&self, user: &UserName, now_unix_ms: i64) -> Result<(), Problem> {
        take(&self.logins, None, ALL_LOGINS, now_unix_ms)?;
        take(&self.logins, Some(user), LOGINS, now_unix_ms)
    }

    /// One refresh, with the token of a user's live session or with one that is nobody's. Guesses do
    /// not use up what users have.
    pub fn refresh(&self, user: Option<&UserName>, now_unix_ms: i64) -> Result<(), Problem> {
        let rate = match user {
            Some(_) => REFRESHES,
            None => UNKNOWN_REFRESHES,
        };
        take(&self.refreshes, user, rate, now_unix_ms)
    }
}

fn take(buckets: &Buckets, key: Option<&UserName>, rate: Rate, now: i64) -> Result<(), Problem> {
    let mut buckets = buckets.lock().unwrap_or_else(PoisonError::into_inner);
    if buckets.len() >= BUCKETS_MAX {
        // A bucket that has had time to fill up is as good as none.
        buckets.retain(|_, bucket| refilled(*bucket, rate, now) < rate.burst);
    }
    let bucket = buckets.entry(key.cloned()).or_insert(Bucket {
        tokens: rate.burst,
        at_unix_ms: now,
    });
    let tokens = refilled(*bucket, rate, now);
    *bucket = Bucket {
        tokens: if tokens >= 1.0 { tokens - 1.0 } else { tokens },
        at_unix_ms: now,
    };
    if tokens >= 1.0 {
        return Ok(());
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and some minutes"
    )]
    let seconds = ((1.0 - tokens) / rate.per_second).ceil() as u32;
    let mut problem = Problem::new(
        ProblemKind::TooManyRequests,
        format!("Too many requests. Try again in {seconds} s."),
    );
    problem.retry_after_s = Some(seconds);
    Err(problem)
}

fn refilled(bucket: Bucket, rate: Rate, now: i64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds since the last request"
    )]
    let passed = (now - bucket.at_unix_ms).max(0) as f64 / 1000.0;
    (bucket.tokens + passed * rate.per_second).min(rate.burst)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_tried_eight_times_and_then_only_slowly() {
        let limits = Limits::default();
        let user = UserName::from("k.mora");
        for _ in 0..8 {
            assert!(limits.login(&user, 0).is_ok());
        }
        let refused = limits.login(&user, 0).unwrap_err();
        assert_eq!(refused.retry_after_s, Some(38));
        assert!(limits.login(&UserName::from("another"), 0).is_ok());
        assert!(limits.login(&user, 38_000).is_ok());
    }

    #[test]
    fn a_name_that_is_empty_does_not_use_up_everybodys_sign_ins() {
        let limits = Limits::default();
        let nobody = UserName::from("");
        while limits.login(&nobody, 0).is_ok() {}
        assert!(limits.login(&UserName::from("k.mora"), 0).is_ok());
    }

    #[test]
    fn guessed_refresh_tokens_are_slowed_down_and_hold_up_no_user() {
        let limits = Limits::default();
        for _ in 0..60 {
            assert!(limits.refresh(None, 0).is_ok());
        }
        assert_eq!(limits.refresh(None, 0).unwrap_err().retry_after_s, Some(1));
        let (user, another) = (UserName::from("k.mora"), UserName::from("another"));
        for _ in 0..30 {
            assert!(limits.refresh(Some(&user), 0).is_ok());
        }
        let refused = limits.refresh(Some(&user), 0).unwrap_err();
        assert_eq!(refused.kind(), Some(ProblemKind::TooManyRequests));
        assert!(limits.refresh(Some(&another), 0).is_ok());
        assert!(limits.refresh(Some(&user), 2_000).is_ok());
    }
}
