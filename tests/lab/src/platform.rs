//! What a vendor is to the lab: an API, a console, and its view of the world's stories and hosts.
//!
//! A platform is a folder that implements [`Platform`], and one line in [`all`]. Control, servers, certificates and
//! announcement know platforms by this trait alone.

use std::{fmt::Debug, sync::Arc};

use axum::Router;
use serde_json::{Map, Value};

use crate::{basis::Basis, console::Site, crowdstrike::Falcon, scenario::Story, world::World};

/// Every platform that the lab plays.
#[must_use]
pub fn all(world: &Arc<World>) -> Vec<Arc<dyn Platform>> {
    vec![Falcon::new(world)]
}

/// A simulated vendor.
pub trait Platform: Debug + Send + Sync {
    /// Its name: in the announcement, in the record, and in faults.
    fn name(&self) -> &'static str;

    /// The vendor's ids of the operations that are simulated.
    fn operations(&self) -> Vec<&'static str>;

    /// What its behaviour rests on.
    fn bases(&self) -> &'static [Basis];

    /// Its API.
    fn api(self: Arc<Self>) -> Router;

    /// Its console.
    fn console(self: Arc<Self>) -> Site;

    /// Told once where the API is served, for links inside answers.
    fn served_at(&self, base_url: &str);

    /// What a client must know beside the addresses: credentials and the tenant.
    fn announcement(&self) -> Map<String, Value>;

    /// The vendor's ids of a story's alerts, as members of an object.
    fn ids_of(&self, story: &Story) -> Map<String, Value>;

    /// Every alert in short: what identifies it and what can change about it.
    fn alerts(&self) -> Vec<Value>;

    /// An alert as it is.
    fn alert(&self, id: &str) -> Option<Value>;

    /// Takes a raw alert as it is, and completes what identifies it; its id.
    fn inject(&self, alert: Map<String, Value>) -> String;

    /// Forgets an alert; false when there was none.
    fn withdraw(&self, id: &str) -> bool;

    /// By name, one alert of each kind that no story tells, and those whose fields are hostile: `kinds`, `hostile`.
    fn specimens(&self) -> Map<String, Value>;

    /// Ends every token; how many there were.
    fn expire_tokens(&self) -> usize;

    /// As at the start; tokens stay valid.
    fn reset(&self);
}
