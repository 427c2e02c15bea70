//! A moment, with where it was measured and how it was written.

use serde::{Deserialize, Serialize};

/// Whose clock measured an instant. A host's clock can be wrong by days; the cloud's is ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// The endpoint's own clock.
    Endpoint,
    /// The vendor's cloud.
    Cloud,
}

/// A moment. `unix_ms` orders, `raw` is what the vendor wrote.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
pub struct Instant {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub unix_ms: i64,
    /// Who measured it.
    pub clock: Clock,
    /// The text as the vendor sent it (ISO 8601, epoch seconds or milliseconds).
    pub raw: String,
}

impl Instant {
    /// A moment of which nothing but its milliseconds was written.
    pub fn from_unix_ms(unix_ms: i64, clock: Clock) -> Self {
        Self {
            unix_ms,
            clock,
            raw: unix_ms.to_string(),
        }
    }

    /// `HH:MM:SS` in UTC.
    pub fn utc_clock(&self) -> String {
        utc_clock(self.unix_ms)
    }
}

const MS_A_DAY: i64 = 86_400_000;

/// `HH:MM:SS` in UTC of `unix_ms` (milliseconds since the epoch).
pub fn utc_clock(unix_ms: i64) -> String {
    let seconds = unix_ms.rem_euclid(MS_A_DAY) / 1000;
    format!(
        "{:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// `YYYY-MM-DD HH:MM:SS UTC` of `unix_ms` (milliseconds since the epoch).
pub fn utc(unix_ms: i64) -> String {
    let (year, month, day) = civil(unix_ms.div_euclid(MS_A_DAY));
    format!("{year:04}-{month:02}-{day:02} {} UTC", utc_clock(unix_ms))
}

/// The Gregorian date of a day number (days since 1970-01-01): Howard Hinnant's `civil_from_days`.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_reads_as_utc_before_and_after_the_epoch() {
        assert_eq!(utc(0), "1970-01-01 00:00:00 UTC");
        assert_eq!(utc(1_772_461_998_250), "2026-03-02 14:33:18 UTC");
        assert_eq!(utc(951_782_400_000), "2000-02-29 00:00:00 UTC");
        assert_eq!(utc(-1000), "1969-12-31 23:59:59 UTC");
        assert_eq!(utc_clock(-1), "23:59:59");
    }
}
