//! The timeline's strip: where each event stands between the first and the last, and the gaps.

/// A mark on the strip.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Percent of the width.
    pub x: f64,
    /// Its time, milliseconds since the epoch.
    pub unix_ms: i64,
}

/// Steps that a label's distance may have, in milliseconds: seconds, minutes, hours, days.
const STEPS: &[i64] = &[
    1_000,
    5_000,
    15_000,
    30_000,
    60_000,
    300_000,
    900_000,
    1_800_000,
    3_600_000,
    10_800_000,
    21_600_000,
    43_200_000,
    86_400_000,
    604_800_000,
];

/// At most so many labels fit.
const LABELS: i64 = 4;

/// A span of time on the strip, with a little room at both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    start: i64,
    length: i64,
}

impl Span {
    /// The span of `times` (milliseconds since the epoch); `None` without any.
    pub fn of(times: impl Iterator<Item = i64> + Clone) -> Option<Self> {
        let first = times.clone().min()?;
        let last = times.max()?;
        let room = (last.saturating_sub(first) / 25).max(1_000);
        let start = first.saturating_sub(room);
        Some(Self {
            start,
            length: last.saturating_add(room).saturating_sub(start).max(1),
        })
    }

    /// Percent of the width at which a moment stands.
    pub fn place(self, unix_ms: i64) -> f64 {
        let part = unix_ms.saturating_sub(self.start) as f64 / self.length as f64;
        (part.clamp(0.0, 1.0) * 10_000.0).round() / 100.0
    }

    /// Labelled moments, at round times.
    pub fn labels(self) -> Vec<Tick> {
        let step = STEPS
            .iter()
            .copied()
            .find(|step| self.length / step < LABELS)
            .unwrap_or(self.length);
        let mut at = (self.start / step).saturating_add(1).saturating_mul(step);
        let mut ticks = Vec::new();
        while at < self.start.saturating_add(self.length) && ticks.len() < 8 {
            let x = self.place(at);
            if (6.0..=94.0).contains(&x) {
                ticks.push(Tick { x, unix_ms: at });
            }
            at = at.saturating_add(step);
        }
        ticks
    }

    /// Whether labels need seconds.
    pub fn is_short(self) -> bool {
        self.length < 4 * 60_000
    }
}

/// A pause between two events that is worth a line, milliseconds.
pub const GAP_MS: i64 = 15_000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_strip_of_five_minutes_is_labelled_by_the_minute() {
        let span = Span::of([1_000_020_000, 1_000_240_000].into_iter()).unwrap();
        let labels = span.labels();
        assert!((2..=4).contains(&labels.len()), "{labels:?}");
        assert!(labels.iter().all(|tick| tick.unix_ms % 60_000 == 0));
    }

    proptest! {
        #[test]
        fn every_moment_of_any_clock_has_a_place(times in proptest::collection::vec(any::<i64>(), 1..20)) {
            let span = Span::of(times.iter().copied()).unwrap();
            for at in times {
                let x = span.place(at);
                prop_assert!((0.0..=100.0).contains(&x));
            }
            prop_assert!(span.labels().len() <= 8);
        }
    }
}
