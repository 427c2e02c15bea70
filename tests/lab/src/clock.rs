//! The lab's time: the wall's, or one that a test moves by hand.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// Where "now" comes from; pending states, tokens and query jobs are all derived from it on read.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clock.
    Wall,
    /// Milliseconds since the epoch, moved only by [`Clock::advance`].
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `ms` (milliseconds since the epoch).
    #[must_use]
    pub fn manual(ms: i64) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(ms)))
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        match self {
            Self::Wall => jiff::Timestamp::now().as_millisecond(),
            Self::Manual(at) => at.load(Ordering::SeqCst),
        }
    }

    /// Moves a manual clock by `ms`; the wall's clock cannot be moved and stays as it is.
    pub fn advance(&self, ms: i64) {
        if let Self::Manual(at) = self {
            at.fetch_add(ms, Ordering::SeqCst);
        }
    }
}

/// `2026-01-02T03:04:05.678Z`.
#[must_use]
pub fn rfc3339_ms(ms: i64) -> String {
    format_fraction(ms, 3, 0)
}

/// `2026-01-02T03:04:05Z`.
#[must_use]
pub fn rfc3339_s(ms: i64) -> String {
    format_fraction(ms.div_euclid(1000) * 1000, 0, 0)
}

/// `2026-01-02T03:04:05.678123456Z`: the cloud's stamps have nanoseconds, `below_ms` are the last six digits.
#[must_use]
pub fn rfc3339_ns(ms: i64, below_ms: u32) -> String {
    format_fraction(ms, 9, below_ms % 1_000_000)
}

fn format_fraction(ms: i64, digits: usize, below_ms: u32) -> String {
    let stamp = jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let whole = stamp.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let millis = ms.rem_euclid(1000);
    match digits {
        0 => format!("{whole}Z"),
        3 => format!("{whole}.{millis:03}Z"),
        _ => format!("{whole}.{millis:03}{below_ms:06}Z"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_carry_the_digits_that_each_service_sends() {
        assert_eq!(rfc3339_ms(1_700_000_000_007), "2023-11-14T22:13:20.007Z");
        assert_eq!(rfc3339_s(1_700_000_000_999), "2023-11-14T22:13:20Z");
        assert_eq!(
            rfc3339_ns(1_700_000_000_007, 42),
            "2023-11-14T22:13:20.007000042Z"
        );
    }
}
