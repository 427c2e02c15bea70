//! Times, durations and problems in the panel's words.

use aside_shared::instant::utc_clock;
use aside_shared::problem::{Problem, ProblemKind};

/// `6 s`, `9 min 54 s`, `3 h 20 min`, `2 d 4 h` of a length in milliseconds.
pub fn length(ms: i64) -> String {
    let seconds = ms.unsigned_abs() / 1000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let two = |big: u64, unit: &str, small: u64, small_unit: &str| match small {
        0 => format!("{big} {unit}"),
        small => format!("{big} {unit} {small} {small_unit}"),
    };
    match () {
        () if minutes == 0 => format!("{seconds} s"),
        () if hours == 0 => two(minutes, "min", seconds % 60, "s"),
        () if days == 0 => two(hours, "h", minutes % 60, "min"),
        () => two(days, "d", hours % 24, "h"),
    }
}

/// `6 s ago`, or `now` below a second. What a wrong clock puts into the future is `now` too.
pub fn ago(then_ms: i64, now_ms: i64) -> String {
    match now_ms.saturating_sub(then_ms) {
        ..1000 => "now".to_owned(),
        ms => format!("{} ago", length(ms)),
    }
}

/// `0:31`, `12:05`, `1:02:03`: how long something has been running.
pub fn running(ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// `14:33:18 UTC`.
pub fn utc(unix_ms: i64) -> String {
    format!("{} UTC", utc_clock(unix_ms))
}

/// Milliseconds of an instant, as `.412`, where it has any.
pub fn fraction(unix_ms: i64) -> String {
    match unix_ms.rem_euclid(1000) {
        0 => String::new(),
        ms => format!(".{ms:03}"),
    }
}

/// `2.4 s`, or `80 ms` where that is next to nothing; of milliseconds.
pub fn seconds(ms: u64) -> String {
    match ms {
        0..100 => format!("{ms} ms"),
        _ => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
    }
}

/// `1 claim`, `3 claims`.
pub fn count(number: usize, one: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        _ => format!("{number} {one}s"),
    }
}

/// Puts a name among others in their order, once.
pub fn add(names: &mut Vec<String>, name: String) {
    if let Err(place) = names.binary_search(&name) {
        names.insert(place, name);
    }
}

/// `12.5%` of a share in percent, to a hundredth: for attributes of a drawing.
pub fn percent(share: f64) -> String {
    let hundredths = (share * 100.0).round() as i32;
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

/// `102 400`: digits in groups of three.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{a0}');
        }
        out.push(digit);
    }
    out
}

/// Which view a failed reading gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The vendor does not answer, or asks to wait: tried again by itself.
    VendorDown,
    /// The vendor refuses Aside's credential.
    Credential,
    /// No such alert at the vendor.
    AlertNotFound,
    /// The page belongs to no configured tenant.
    UnknownTenant,
    /// The caller may not read it.
    NoPermission,
    /// The caller asks faster than the backend lets one account: tried again by itself.
    TooOften,
    /// Anything else.
    Other,
}

/// What a problem means for whoever wanted to read an alert.
pub fn trouble(problem: &Problem) -> Trouble {
    match problem.kind() {
        Some(ProblemKind::VendorDown | ProblemKind::VendorLimit) => Trouble::VendorDown,
        Some(ProblemKind::TooManyRequests) => Trouble::TooOften,
        Some(ProblemKind::VendorCredential) => Trouble::Credential,
        Some(ProblemKind::AlertNotFound) => Trouble::AlertNotFound,
        Some(ProblemKind::UnknownTenant) => Trouble::UnknownTenant,
        Some(ProblemKind::NotAllowed) => Trouble::NoPermission,
        _ => Trouble::Other,
    }
}

impl Trouble {
    /// The heading.
    pub fn heading(self, platform: &str) -> String {
        match self {
            Self::VendorDown => format!("{platform} does not answer"),
            Self::Credential => format!("{platform} refuses Aside’s credential"),
            Self::AlertNotFound => format!("{platform} knows no such alert"),
            Self::UnknownTenant => "This console belongs to no configured tenant".to_owned(),
            Self::NoPermission => "You may not read this alert".to_owned(),
            Self::TooOften => "Aside’s backend asks to wait".to_owned(),
            Self::Other => "The alert could not be read".to_owned(),
        }
    }

    /// Whether a new try makes sense without anybody changing anything.
    pub fn passes(self) -> bool {
        matches!(self, Self::VendorDown | Self::TooOften)
    }
}

/// How long to wait before try number `tries` (from 1), in milliseconds: longer each time, 20 s at most.
pub fn backoff_ms(tries: u32) -> u32 {
    1000u32.saturating_mul(1 << tries.min(5)).min(20_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_read_in_two_units_at_most() {
        assert_eq!(length(594_000), "9 min 54 s");
        assert_eq!(length(60_000), "1 min");
        assert_eq!(length(12_000_000), "3 h 20 min");
        assert_eq!(length(187_200_000), "2 d 4 h");
        assert_eq!(length(i64::MIN), length(i64::MIN + 1));
        assert_eq!(running(31_900), "0:31");
        assert_eq!(running(3_723_000), "1:02:03");
        assert_eq!(ago(5_000, 0), "now");
        assert_eq!(ago(i64::MIN, i64::MAX), ago(0, i64::MAX));
    }

    #[test]
    fn numbers_are_grouped_by_three() {
        assert_eq!(grouped(102_400), "102\u{a0}400");
        assert_eq!(grouped(999), "999");
        assert_eq!(fraction(1_412), ".412");
        assert_eq!(percent(12.5), "12.50%");
        assert_eq!(percent(100.0), "100.00%");
    }

    #[test]
    fn names_stand_in_order_and_once() {
        let mut names = Vec::new();
        for name in ["b", "a", "c", "a"] {
            add(&mut names, name.to_owned());
        }
        assert_eq!(names, ["a", "b", "c"]);
    }

    #[test]
    fn only_what_passes_by_itself_is_tried_again() {
        let of = |kind| trouble(&Problem::new(kind, "x"));
        assert!(of(ProblemKind::VendorDown).passes());
        assert!(of(ProblemKind::VendorLimit).passes());
        assert!(of(ProblemKind::TooManyRequests).passes());
        assert!(!of(ProblemKind::VendorCredential).passes());
        assert!(!of(ProblemKind::NotAllowed).passes());
        assert_eq!(backoff_ms(u32::MAX), 20_000);
        assert_eq!(backoff_ms(1), 2_000);
    }
}
