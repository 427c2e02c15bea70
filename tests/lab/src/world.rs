//! What is so, whatever platform asks: the hosts with their containment, the stories, the record of requests, the faults.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::{
    clock::{Clock, rfc3339_ms},
    draw::Draw,
    faults::Faults,
    record::{ApiRequest, Record},
    scenario::{self, Story, background, fleet::Fleet, hostile},
};

/// A host's network containment, from its sensor's point of view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Containment {
    /// Connected.
    Normal,
    /// Asked for, not yet done.
    Pending,
    /// Contained.
    Contained,
    /// Release asked for, not yet done.
    Lifting,
}

/// What can change about a host.
#[derive(Debug, Clone)]
pub struct HostState {
    /// Containment as last settled; read it through [`World::host`].
    pub containment: Containment,
    /// When a pending state ends, if the host is online (milliseconds since the epoch).
    pub settles_at: Option<i64>,
    /// Whether the host is connected.
    pub online: bool,
    /// When any of this last changed.
    pub changed_at: i64,
    /// Whether a containment ever reached the sensor since the last normal state: a release of one that did not is
    /// done by the cloud alone.
    reached: bool,
}

/// Something that somebody did.
#[derive(Debug, Clone, Serialize)]
pub struct Action {
    /// When.
    pub time: String,
    /// `contain`, `lift_containment`, `patch_alert`, …
    pub action: String,
    /// Host or alert.
    pub target: String,
    /// API client's name, or `another console user`.
    pub by: String,
    /// Whether it changed anything.
    pub changed: bool,
    /// What was asked, where there is more to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<serde_json::Value>,
}

/// Everything that platforms share.
#[derive(Debug)]
pub struct World {
    /// The seed.
    pub seed: u64,
    /// Time.
    pub clock: Clock,
    /// When the lab began (milliseconds since the epoch).
    pub started_ms: i64,
    /// Hosts and people.
    pub fleet: Fleet,
    /// The eight scenarios.
    pub scenarios: Vec<Story>,
    /// The week's other alerts.
    pub background: Vec<Story>,
    /// Alerts with hostile text.
    pub hostile: Vec<Story>,
    /// Requests seen.
    pub record: Record<ApiRequest>,
    /// Faults to be made.
    pub faults: Faults,
    hosts: Mutex<Vec<HostState>>,
    actions: Mutex<Vec<Action>>,
    pending: Mutex<Draw>,
}

impl World {
    /// The world of a seed, beginning now.
    #[must_use]
    pub fn new(seed: u64, clock: Clock) -> Self {
        let mut fleet = Fleet::new(seed);
        hostile::add_hosts(&mut fleet);
        let started_ms = clock.now_ms();
        Self {
            scenarios: scenario::scenarios(seed, &fleet),
            background: background::stories(seed, &fleet),
            hostile: hostile::stories(seed, &fleet),
            hosts: Mutex::new(initial_hosts(&fleet, started_ms)),
            actions: Mutex::new(Vec::new()),
            pending: Mutex::new(Draw::new(seed, "pending")),
            record: Record::default(),
            faults: Faults::default(),
            seed,
            clock,
            started_ms,
            fleet,
        }
    }

    /// Every story.
    pub fn stories(&self) -> impl Iterator<Item = &Story> {
        self.scenarios
            .iter()
            .chain(&self.background)
            .chain(&self.hostile)
    }

    /// When a story began (milliseconds since the epoch).
    #[must_use]
    pub fn began(&self, story: &Story) -> i64 {
        self.started_ms - story.begins_before
    }

    /// Index of the host with this id.
    #[must_use]
    pub fn host_index(&self, id: &str) -> Option<usize> {
        self.fleet.hosts.iter().position(|host| host.id == id)
    }

    /// A host's state now: pending states end here, on read, when their time has come and the host is online.
    #[must_use]
    pub fn host(&self, index: usize) -> HostState {
        let now = self.clock.now_ms();
        let mut hosts = locked(&self.hosts);
        settle(&mut hosts[index], now);
        hosts[index].clone()
    }

    /// Asks for containment; true when that changed something.
    pub fn contain(&self, index: usize) -> bool {
        let due = self.pending_until();
        self.change(index, |state| match state.containment {
            Containment::Normal | Containment::Lifting => {
                state.containment = Containment::Pending;
                state.settles_at = Some(due);
                true
            }
            Containment::Pending | Containment::Contained => false,
        })
    }

    /// Asks for release; true when that changed something.
    pub fn lift(&self, index: usize) -> bool {
        let due = self.pending_until();
        self.change(index, |state| match state.containment {
            Containment::Pending | Containment::Contained => {
                state.containment = Containment::Lifting;
                state.settles_at = Some(due);
                true
            }
            Containment::Normal | Containment::Lifting => false,
        })
    }

    /// Changes a host behind everybody's back, as another console user or the host itself would.
    pub fn set_host(&self, index: usize, containment: Option<Containment>, online: Option<bool>) {
        let due = self.pending_until();
        self.change(index, |state| {
            if let Some(online) = online {
                // What waited for the host takes its time from its return.
                if online && !state.online && state.settles_at.is_some() {
                    state.settles_at = Some(due);
                }
                state.online = online;
            }
            if let Some(containment) = containment {
                state.containment = containment;
                state.reached = containment == Containment::Contained;
                state.settles_at =
                    matches!(containment, Containment::Pending | Containment::Lifting)
                        .then_some(due);
            }
            true
        });
    }

    fn change(&self, index: usize, apply: impl FnOnce(&mut HostState) -> bool) -> bool {
        let now = self.clock.now_ms();
        let mut hosts = locked(&self.hosts);
        let state = &mut hosts[index];
        settle(state, now);
        let changed = apply(state);
        if changed {
            state.changed_at = now;
        }
        changed
    }

    /// Pending states last between half a second and three.
    fn pending_until(&self) -> i64 {
        self.clock.now_ms() + locked(&self.pending).signed(500, 3000)
    }

    /// Adds to the log of what was done.
    pub fn log(
        &self,
        action: &str,
        target: &str,
        by: &str,
        changed: bool,
        detail: Option<serde_json::Value>,
    ) {
        locked(&self.actions).push(Action {
            time: rfc3339_ms(self.clock.now_ms()),
            action: action.to_owned(),
            target: target.to_owned(),
            by: by.to_owned(),
            changed,
            detail,
        });
    }

    /// What was done so far.
    #[must_use]
    pub fn actions(&self) -> Vec<Action> {
        locked(&self.actions).clone()
    }

    /// As at the start; the times of alerts stay.
    pub fn reset(&self) {
        *locked(&self.hosts) = initial_hosts(&self.fleet, self.clock.now_ms());
        locked(&self.actions).clear();
        *locked(&self.pending) = Draw::new(self.seed, "pending");
        self.record.clear();
        self.faults.clear();
    }
}

fn initial_hosts(fleet: &Fleet, now: i64) -> Vec<HostState> {
    fleet
        .hosts
        .iter()
        .map(|host| HostState {
            containment: Containment::Normal,
            settles_at: None,
            online: host.online,
            changed_at: now,
            reached: false,
        })
        .collect()
}

fn settle(state: &mut HostState, now: i64) {
    let Some(due) = state.settles_at else { return };
    // A release of a containment that never reached the sensor needs no sensor.
    let cloud_alone = state.containment == Containment::Lifting && !state.reached;
    if now < due || !(state.online || cloud_alone) {
        return;
    }
    state.settles_at = None;
    state.changed_at = due;
    match state.containment {
        Containment::Pending => {
            state.containment = Containment::Contained;
            state.reached = true;
        }
        Containment::Lifting => {
            state.containment = Containment::Normal;
            state.reached = false;
        }
        Containment::Normal | Containment::Contained => {}
    }
}

/// A lock whose holder panicked still holds consistent data here: every change is one assignment or push.
pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::fleet::{OFFLINE, WORKSTATIONS};

    fn world() -> World {
        World::new(7, Clock::manual(1_780_000_000_000))
    }

    #[test]
    fn a_pending_containment_lasts_half_a_second_at_least_and_three_at_most() {
        let world = world();
        for index in WORKSTATIONS..WORKSTATIONS + 12 {
            assert!(world.contain(index));
            world.clock.advance(499);
            assert_eq!(world.host(index).containment, Containment::Pending);
            world.clock.advance(2_501);
            assert_eq!(world.host(index).containment, Containment::Contained);
        }
    }

    #[test]
    fn containing_twice_changes_nothing_the_second_time() {
        let world = world();
        assert!(world.contain(WORKSTATIONS));
        assert!(!world.contain(WORKSTATIONS));
        world.clock.advance(3_000);
        assert!(!world.contain(WORKSTATIONS));
        assert_eq!(world.host(WORKSTATIONS).containment, Containment::Contained);
    }

    #[test]
    fn an_offline_host_stays_pending_until_it_returns() {
        let world = world();
        assert!(world.contain(OFFLINE));
        world.clock.advance(86_400_000);
        assert_eq!(world.host(OFFLINE).containment, Containment::Pending);
        world.set_host(OFFLINE, None, Some(true));
        assert_eq!(world.host(OFFLINE).containment, Containment::Pending);
        world.clock.advance(3_000);
        assert_eq!(world.host(OFFLINE).containment, Containment::Contained);
    }

    #[test]
    fn a_pending_containment_of_an_offline_host_is_cancelled_by_a_lift() {
        let world = world();
        world.contain(OFFLINE);
        assert!(world.lift(OFFLINE));
        assert_eq!(world.host(OFFLINE).containment, Containment::Lifting);
        world.clock.advance(3_000);
        assert_eq!(world.host(OFFLINE).containment, Containment::Normal);
    }

    #[test]
    fn a_release_of_a_contained_host_that_went_offline_waits_for_it() {
        let world = world();
        world.contain(WORKSTATIONS);
        world.clock.advance(3_000);
        assert_eq!(world.host(WORKSTATIONS).containment, Containment::Contained);
        world.set_host(WORKSTATIONS, None, Some(false));
        assert!(world.lift(WORKSTATIONS));
        world.clock.advance(86_400_000);
        assert_eq!(world.host(WORKSTATIONS).containment, Containment::Lifting);
    }

    #[test]
    fn reset_puts_every_host_back() {
        let world = world();
        world.contain(WORKSTATIONS);
        world.log("contain", "x", "y", true, None);
        world.reset();
        assert_eq!(world.host(WORKSTATIONS).containment, Containment::Normal);
        assert!(world.actions().is_empty());
    }
}
