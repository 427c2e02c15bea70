//! The score as a waterfall: where each bar stands, and the odds in words.

use aside_shared::analysis::Score;

/// One bar, in percent of the plot's width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// Left edge.
    pub x: f64,
    /// Width.
    pub width: f64,
    /// Where the sum stands before it.
    pub from: f64,
    /// Where the sum stands after it.
    pub to: f64,
}

/// All bars: the base, one a group, the total; and where zero is.
#[derive(Clone, Debug, PartialEq)]
pub struct Waterfall {
    /// Zero, in percent of the width.
    pub axis: f64,
    /// The base, then the groups in order, then the total.
    pub bars: Vec<Bar>,
}

/// Room left at the ends, in points.
const MARGIN: f64 = 1.0;

/// Lays out a score.
pub fn waterfall(score: &Score) -> Waterfall {
    let mut sums = vec![0.0, f64::from(score.base)];
    for group in &score.groups {
        let last = sums.last().copied().unwrap_or(0.0);
        sums.push(last + f64::from(group.points));
    }
    let low = sums.iter().copied().fold(0.0, f64::min) - MARGIN;
    let high = sums.iter().copied().fold(0.0, f64::max) + MARGIN;
    let place = |points: f64| round((points - low) / (high - low) * 100.0);
    let bar = |from: f64, to: f64| {
        let (from, to) = (place(from), place(to));
        Bar {
            x: from.min(to),
            width: round((from - to).abs()),
            from,
            to,
        }
    };
    let mut bars: Vec<Bar> = sums.windows(2).map(|pair| bar(pair[0], pair[1])).collect();
    bars.push(bar(0.0, f64::from(score.total)));
    Waterfall {
        axis: place(0.0),
        bars,
    }
}

fn round(percent: f64) -> f64 {
    (percent * 100.0).round() / 100.0
}

/// `+8`, `−9` (with a minus sign), `0`.
pub fn signed(points: i32) -> String {
    match points {
        0 => "0".to_owned(),
        points if points > 0 => format!("+{points}"),
        points => format!("−{}", points.unsigned_abs()),
    }
}

/// Ten to the power of 0.0 to 0.9, in ten-thousandths: what 0 to 9 points stand for.
const TIMES: [u64; 10] = [
    10_000, 12_589, 15_849, 19_953, 25_119, 31_623, 39_811, 50_119, 63_096, 79_433,
];

/// The odds that points stand for: `20 to 1`, `1 to 8`, `even`.
pub fn odds(points: i32) -> String {
    let size = points.unsigned_abs();
    let (tens, ones) = (size / 10, size % 10);
    let times = TIMES[ones as usize].saturating_mul(10u64.saturating_pow(tens));
    let tenths = times.saturating_add(500) / 1000;
    let times = match (tens, tenths % 10) {
        (0, 1..) => format!("{}.{}", tenths / 10, tenths % 10),
        _ => (times.saturating_add(5000) / 10_000).to_string(),
    };
    match points {
        0 => "even".to_owned(),
        points if points > 0 => format!("{times} to 1"),
        _ => format!("1 to {times}"),
    }
}

#[cfg(test)]
mod tests {
    use aside_shared::analysis::SignalGroup;
    use proptest::prelude::*;

    use super::*;

    fn score(base: i32, points: &[i32]) -> Score {
        Score {
            base,
            groups: points
                .iter()
                .map(|&points| SignalGroup {
                    name: String::new(),
                    points,
                    signals: Vec::new(),
                })
                .collect(),
            total: base.saturating_add(points.iter().sum()),
        }
    }

    #[test]
    fn odds_read_as_odds() {
        assert_eq!(odds(13), "20 to 1");
        assert_eq!(odds(3), "2 to 1");
        assert_eq!(odds(-9), "1 to 7.9");
        assert_eq!(odds(0), "even");
        assert_eq!(odds(30), "1000 to 1");
        assert!(!odds(i32::MIN).is_empty());
        assert_eq!(signed(-9), "−9");
    }

    proptest! {
        #[test]
        fn bars_join_end_to_end_and_stay_in_the_plot(base in -30i32..30, points in proptest::collection::vec(-30i32..30, 0..12)) {
            let drawn = waterfall(&score(base, &points));
            prop_assert_eq!(drawn.bars.len(), points.len() + 2);
            for bar in &drawn.bars {
                prop_assert!(bar.x >= 0.0 && bar.x + bar.width <= 100.02);
            }
            for pair in drawn.bars[..=points.len()].windows(2) {
                prop_assert_eq!(pair[0].to, pair[1].from);
            }
            let total = drawn.bars[points.len() + 1];
            prop_assert_eq!(total.to, drawn.bars[points.len()].to);
        }
    }
}
