//! The vendors' APIs and console pages, simulated from documented facts: strict, stateful, and the same for a seed.
//!
//! The library is for the `aside-lab` binary and its tests alone; nothing of the product links to it.

#![recursion_limit = "256"] // Records of some hundred fields are written as one json!

pub mod assumptions;
pub mod clock;
pub mod console;
pub mod control;
pub mod crowdstrike;
pub mod draw;
pub mod faults;
pub mod record;
pub mod scenario;
pub mod serve;
pub mod tls;
pub mod world;

use std::sync::Arc;

use clock::Clock;
use crowdstrike::Falcon;
use world::World;

/// The world and each platform's view of it.
#[derive(Debug)]
pub struct Lab {
    /// What is so.
    pub world: World,
    /// CrowdStrike Falcon.
    pub falcon: Falcon,
}

impl Lab {
    /// A lab for a seed.
    #[must_use]
    pub fn new(seed: u64, clock: Clock) -> Arc<Self> {
        let world = World::new(seed, clock);
        let falcon = Falcon::new(&world);
        Arc::new(Self { world, falcon })
    }

    /// As at the start.
    pub fn reset(&self) {
        self.world.reset();
        self.falcon.reset(&self.world);
    }
}
