//! Time as a parameter: tests own it.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Milliseconds since the epoch.
    fn now_unix_ms(&self) -> i64;
}

/// A clock that is passed around.
pub type SharedClock = Arc<dyn Clock>;

/// The system's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_unix_ms(&self) -> i64 {
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            Err(_) => 0,
        }
    }
}

#[cfg(test)]
pub mod testing {
    //! A clock that moves only when told.

    use std::sync::atomic::{AtomicI64, Ordering};

    use super::Clock;

    /// Starts at the given time.
    pub struct ManualClock(AtomicI64);

    impl ManualClock {
        /// A clock that shows `unix_ms`.
        pub fn at(unix_ms: i64) -> Self {
            Self(AtomicI64::new(unix_ms))
        }

        /// Moves it on.
        pub fn advance_ms(&self, ms: i64) {
            self.0.fetch_add(ms, Ordering::SeqCst);
        }
    }

    impl Clock for ManualClock {
        fn now_unix_ms(&self) -> i64 {
            self.0.load(Ordering::SeqCst)
        }
    }
}
