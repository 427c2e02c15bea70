//! The proof that a person saw what is approved: a state machine with an injected clock.
//!
//! In the dock the page can lie over the panel, so the browser must report the button and the
//! panel's root as visible and uncovered (IntersectionObserver v2). On every surface the button must
//! be wholly in view, the document shown and focused, and nothing redrawn, for one second without a
//! break. Only then is [`Proven`] handed out, without which no approval can be sent.

use aside_shared::approval::ViewDigest;

use super::wire::Surface;

/// How long everything must hold, milliseconds.
pub const STEADY_MS: f64 = 1000.0;
/// How often the observers ask anew, milliseconds: an answer can stick until they do.
pub const REARM_MS: u32 = 300;
/// An observation older than this says nothing, milliseconds.
const FRESH_MS: f64 = 1000.0;
/// When the proof is lost for so long, the own window is offered, milliseconds.
const LOST_MS: f64 = 5000.0;
/// The least part of an element that must be in view.
const WHOLE: f64 = 0.99;

/// What is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The button that approves.
    Button,
    /// The root of all the panel's layers.
    Root,
}

/// What the browser reported of a target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sight {
    /// Part in view, 0 to 1.
    pub ratio: f64,
    /// Whether nothing covers or changes it; `None` where the browser cannot tell.
    pub uncovered: Option<bool>,
}

/// Why Approve is not live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The browser cannot tell whether the panel is covered.
    Unprovable,
    /// The page's zoom is not what it was.
    Zoomed,
    /// The document has no focus.
    Focus,
    /// The document is hidden.
    Hidden,
    /// Not wholly in view, or covered.
    Sight,
}

/// How the proof stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Something is missing.
    Missing(Missing),
    /// Everything holds, not yet for a second.
    Settling,
    /// Approve is live.
    Live,
}

/// A person saw what has this digest, whole and uncovered, for a second. Made here alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    digest: ViewDigest,
}

impl Proven {
    /// The digest of what was seen.
    pub fn into_digest(self) -> ViewDigest {
        self.digest
    }
}

/// The proof for one sheet. All times are milliseconds of one monotonic clock.
#[derive(Debug)]
pub struct Proof {
    surface: Surface,
    digest: ViewDigest,
    button: Option<(Sight, f64)>,
    root: Option<(Sight, f64)>,
    focused: bool,
    shown: bool,
    zoomed: bool,
    since: Option<f64>,
    lost_since: Option<f64>,
}

impl Proof {
    /// A proof that has nothing yet.
    pub fn new(surface: Surface, digest: ViewDigest) -> Self {
        Self {
            surface,
            digest,
            button: None,
            root: None,
            focused: false,
            shown: false,
            zoomed: false,
            since: None,
            lost_since: None,
        }
    }

    /// The browser reported on a target.
    pub fn seen(&mut self, target: Target, sight: Sight, now: f64) {
        let place = match target {
            Target::Button => &mut self.button,
            Target::Root => &mut self.root,
        };
        *place = Some((sight, now));
        self.weigh(now);
    }

    /// The document's focus and visibility, as read now.
    pub fn attended(&mut self, focused: bool, shown: bool, now: f64) {
        self.focused = focused;
        self.shown = shown;
        self.weigh(now);
    }

    /// Something was redrawn, moved or resized: the second starts again.
    pub fn disturbed(&mut self, now: f64) {
        self.since = None;
        self.weigh(now);
    }

    /// Other content is shown: what was seen of the old counts for nothing.
    pub fn shows(&mut self, digest: ViewDigest, now: f64) {
        if self.digest != digest {
            self.digest = digest;
            self.button = None;
            self.root = None;
            self.disturbed(now);
        }
    }

    /// How it stands.
    pub fn standing(&mut self, now: f64) -> Standing {
        self.weigh(now);
        match (self.missing(now), self.since) {
            (Some(missing), _) => Standing::Missing(missing),
            (None, Some(since)) if now - since >= STEADY_MS => Standing::Live,
            _ => Standing::Settling,
        }
    }

    /// Whether the own window is to be offered: this surface cannot prove it, or has not for long.
    pub fn offers_window(&self, now: f64) -> bool {
        self.surface == Surface::Dock
            && (matches!(
                self.missing(now),
                Some(Missing::Unprovable | Missing::Zoomed)
            ) || self.lost_since.is_some_and(|since| now - since >= LOST_MS))
    }

    /// Whether a click counts: trusted, single (a keyboard's has `detail` 0), on a live button.
    pub fn accepts(&mut self, trusted: bool, detail: i32, now: f64) -> bool {
        trusted && detail <= 1 && self.standing(now) == Standing::Live
    }

    /// What an approval needs, after a click that counted. `zoom_holds` is the worker's word on the
    /// page's zoom, asked after the click; only the dock depends on a page. Everything must hold
    /// still.
    pub fn conclude(&mut self, zoom_holds: bool, now: f64) -> Option<Proven> {
        self.zoomed = self.surface == Surface::Dock && !zoom_holds;
        (self.standing(now) == Standing::Live).then(|| Proven {
            digest: self.digest.clone(),
        })
    }

    /// The page's zoom was put right, or is to be asked for again.
    pub fn forget_zoom(&mut self) {
        self.zoomed = false;
    }

    fn weigh(&mut self, now: f64) {
        if self.missing(now).is_some() {
            self.since = None;
            self.lost_since.get_or_insert(now);
        } else {
            self.since.get_or_insert(now);
            self.lost_since = None;
        }
    }

    fn missing(&self, now: f64) -> Option<Missing> {
        if self.zoomed {
            return Some(Missing::Zoomed);
        }
        if !self.shown {
            return Some(Missing::Hidden);
        }
        if !self.focused {
            return Some(Missing::Focus);
        }
        let docked = self.surface == Surface::Dock;
        let targets = [Some(&self.button), docked.then_some(&self.root)];
        for place in targets.into_iter().flatten() {
            let Some((sight, at)) = place else {
                return Some(Missing::Sight);
            };
            match sight.uncovered {
                None if docked => return Some(Missing::Unprovable),
                Some(false) if docked => return Some(Missing::Sight),
                _ => {}
            }
            // Written so that a NaN does not pass.
            let holds = sight.ratio >= WHOLE && now - at <= FRESH_MS;
            if !holds {
                return Some(Missing::Sight);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CLEAR: Sight = Sight {
        ratio: 1.0,
        uncovered: Some(true),
    };

    fn digest(text: &str) -> ViewDigest {
        ViewDigest(text.to_owned())
    }

    /// Sees all well from `from` to `to`, as the observers would report it.
    fn all_well(proof: &mut Proof, from: u32, to: u32) {
        for now in (from..=to).step_by(300) {
            let now = f64::from(now);
            proof.attended(true, true, now);
            proof.seen(Target::Button, CLEAR, now);
            proof.seen(Target::Root, CLEAR, now);
        }
    }

    fn docked() -> Proof {
        let mut proof = Proof::new(Surface::Dock, digest("a"));
        all_well(&mut proof, 0, 1200);
        proof
    }

    #[test]
    fn approve_is_live_after_one_second_without_a_break_and_not_before() {
        let mut proof = Proof::new(Surface::Dock, digest("a"));
        all_well(&mut proof, 0, 900);
        assert_eq!(proof.standing(999.0), Standing::Settling);
        assert!(!proof.accepts(true, 1, 999.0));
        assert!(proof.accepts(true, 1, 1000.0));
        let proven = proof.conclude(true, 1001.0).unwrap();
        assert_eq!(proven.into_digest(), digest("a"));
    }

    #[test]
    fn anything_over_the_button_or_the_panel_starts_the_second_again() {
        for target in [Target::Button, Target::Root] {
            for covered in [
                Sight {
                    ratio: 1.0,
                    uncovered: Some(false),
                },
                Sight {
                    ratio: 0.98,
                    uncovered: Some(true),
                },
                Sight {
                    ratio: f64::NAN,
                    uncovered: Some(true),
                },
            ] {
                let mut proof = docked();
                assert_eq!(proof.standing(1300.0), Standing::Live);
                proof.seen(target, covered, 1310.0);
                assert!(!proof.accepts(true, 1, 1310.0));
                proof.seen(target, CLEAR, 1320.0);
                assert_eq!(proof.standing(1330.0), Standing::Settling);
                all_well(&mut proof, 1500, 2400);
                assert_eq!(proof.standing(2320.0), Standing::Live);
            }
        }
    }

    #[test]
    fn an_observation_that_is_not_renewed_counts_for_nothing() {
        let mut proof = docked();
        assert_eq!(
            proof.standing(2201.0),
            Standing::Missing(Missing::Sight),
            "the last report came at 1200"
        );
    }

    #[test]
    fn losing_focus_or_being_hidden_starts_the_second_again_on_every_surface() {
        for surface in [Surface::Dock, Surface::Side, Surface::Window] {
            for (focused, shown) in [(false, true), (true, false)] {
                let mut proof = Proof::new(surface, digest("a"));
                all_well(&mut proof, 0, 1200);
                assert_eq!(proof.standing(1200.0), Standing::Live);
                proof.attended(focused, shown, 1201.0);
                proof.attended(true, true, 1202.0);
                assert_eq!(proof.standing(1210.0), Standing::Settling);
            }
        }
    }

    #[test]
    fn a_redraw_or_another_digest_starts_the_second_again() {
        let mut proof = docked();
        proof.disturbed(1250.0);
        assert_eq!(proof.standing(1260.0), Standing::Settling);
        let mut proof = docked();
        proof.shows(digest("a"), 1250.0);
        assert_eq!(proof.standing(1260.0), Standing::Live, "the same content");
        proof.shows(digest("b"), 1270.0);
        assert_eq!(
            proof.standing(1280.0),
            Standing::Missing(Missing::Sight),
            "the new content was not seen yet"
        );
        all_well(&mut proof, 1300, 2500);
        let proven = proof.conclude(true, 2500.0).unwrap();
        assert_eq!(proven.into_digest(), digest("b"));
    }

    #[test]
    fn a_synthetic_or_a_double_click_does_not_count_and_the_keyboard_does() {
        let mut proof = docked();
        assert!(!proof.accepts(false, 1, 1300.0));
        assert!(!proof.accepts(true, 2, 1300.0));
        assert!(proof.accepts(true, 0, 1300.0));
    }

    #[test]
    fn a_zoomed_page_blocks_the_dock_and_offers_the_window() {
        let mut proof = docked();
        assert_eq!(proof.conclude(false, 1300.0), None);
        assert!(proof.offers_window(1300.0));
        assert_eq!(proof.standing(1300.0), Standing::Missing(Missing::Zoomed));
        let mut window = Proof::new(Surface::Window, digest("a"));
        all_well(&mut window, 0, 1200);
        assert!(window.conclude(false, 1200.0).is_some());
    }

    #[test]
    fn a_browser_that_cannot_tell_offers_the_window_at_once_in_the_dock_only() {
        let unknown = Sight {
            ratio: 1.0,
            uncovered: None,
        };
        let mut proof = Proof::new(Surface::Dock, digest("a"));
        proof.attended(true, true, 0.0);
        proof.seen(Target::Button, unknown, 0.0);
        proof.seen(Target::Root, unknown, 0.0);
        assert_eq!(proof.standing(0.0), Standing::Missing(Missing::Unprovable));
        assert!(proof.offers_window(0.0));
        let mut side = Proof::new(Surface::Side, digest("a"));
        for now in [0.0, 500.0, 1000.0] {
            side.attended(true, true, now);
            side.seen(Target::Button, unknown, now);
        }
        assert_eq!(side.standing(1000.0), Standing::Live);
    }

    #[test]
    fn a_proof_lost_for_five_seconds_offers_the_window() {
        let mut proof = docked();
        proof.attended(false, true, 2000.0);
        assert!(!proof.offers_window(6999.0));
        assert!(proof.offers_window(7000.0));
    }

    #[derive(Clone, Debug)]
    enum Step {
        Seen(bool, bool),
        Attended(bool, bool),
        Disturbed,
        Shows(bool),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            8 => any::<bool>().prop_map(|button| Step::Seen(button, true)),
            1 => any::<bool>().prop_map(|button| Step::Seen(button, false)),
            4 => Just(Step::Attended(true, true)),
            1 => any::<(bool, bool)>().prop_map(|(f, s)| Step::Attended(f, s)),
            1 => Just(Step::Disturbed),
            1 => any::<bool>().prop_map(Step::Shows),
        ]
    }

    proptest! {
        #[test]
        fn whatever_happens_live_means_a_whole_second_in_which_nothing_broke(
            steps in proptest::collection::vec((step(), 1u32..400), 1..60)
        ) {
            let mut proof = Proof::new(Surface::Dock, digest("true"));
            let (mut now, mut broken_at) = (0.0, 0.0);
            for (step, later) in steps {
                now += f64::from(later);
                match step {
                    Step::Seen(button, clear) => {
                        let target = if button { Target::Button } else { Target::Root };
                        let sight = Sight { ratio: 1.0, uncovered: Some(clear) };
                        if !clear { broken_at = now; }
                        proof.seen(target, sight, now);
                    }
                    Step::Attended(focused, shown) => {
                        if !(focused && shown) { broken_at = now; }
                        proof.attended(focused, shown, now);
                    }
                    Step::Disturbed => { broken_at = now; proof.disturbed(now); }
                    Step::Shows(which) => {
                        let next = digest(&which.to_string());
                        if next != proof.digest { broken_at = now; }
                        proof.shows(next, now);
                    }
                }
                if proof.standing(now) == Standing::Live {
                    prop_assert!(now - broken_at >= STEADY_MS);
                }
            }
        }
    }
}
