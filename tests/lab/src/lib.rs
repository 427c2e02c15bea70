//! The vendors' APIs and console pages, and a language model's server, simulated from documented facts: strict, stateful,
//! and the same for a seed.
//!
//! The library is for the `aside-lab` binary and its tests alone; nothing of the product links to it.

#![recursion_limit = "256"] // Records of some hundred fields are written as one json!

pub mod basis;
pub mod canaries;
pub mod clock;
pub mod console;
pub mod control;
pub mod crowdstrike;
pub mod draw;
pub mod faults;
pub mod happened;
pub mod model;
pub mod platform;
pub mod record;
pub mod scenario;
pub mod serve;
pub mod tls;
pub mod world;

use std::sync::Arc;

use clock::Clock;
use model::Model;
use platform::Platform;
use world::World;

/// The world, each platform's view of it, and the model.
#[derive(Debug)]
pub struct Lab {
    /// What is so.
    pub world: Arc<World>,
    /// The vendors.
    pub platforms: Vec<Arc<dyn Platform>>,
    /// The language model.
    pub model: Arc<Model>,
}

impl Lab {
    /// A lab for a seed, with every platform.
    #[must_use]
    pub fn new(seed: u64, clock: Clock) -> Arc<Self> {
        let model = Model::new(seed, clock.clone());
        let world = Arc::new(World::new(seed, clock));
        let platforms = platform::all(&world);
        Arc::new(Self {
            world,
            platforms,
            model,
        })
    }

    /// The platform of this name.
    #[must_use]
    pub fn platform(&self, name: &str) -> Option<&Arc<dyn Platform>> {
        self.platforms
            .iter()
            .find(|platform| platform.name() == name)
    }

    /// As at the start.
    pub fn reset(&self) {
        self.world.reset();
        for platform in &self.platforms {
            platform.reset();
        }
        self.model.reset();
    }
}
