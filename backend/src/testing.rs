//! A world for unit tests: a real database in a temporary folder, a clock that tests own.

use std::sync::Arc;

use crate::audit::{Audit, Notary};
use crate::auth::sessions::Sessions;
use crate::clock::SharedClock;
use crate::clock::testing::ManualClock;
use crate::store::Store;

/// What a test works with.
pub struct World {
    /// The database.
    pub store: Store,
    /// The log.
    pub audit: Audit,
    /// The clock.
    pub clock: Arc<ManualClock>,
    /// Sign-in.
    pub sessions: Sessions,
    /// Deleted when dropped.
    pub folder: tempfile::TempDir,
}

/// A fresh world.
pub async fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("aside.sqlite"))
        .await
        .unwrap();
    let clock = Arc::new(ManualClock::at(1_772_461_998_000));
    let notary = Notary::open(
        &folder.path().join("key"),
        &folder.path().join("checkpoints"),
    )
    .unwrap();
    let shared: SharedClock = clock.clone();
    let audit = Audit::new(store.clone(), Arc::clone(&shared), notary);
    let sessions = Sessions::new(store.clone(), audit.clone(), shared);
    World {
        store,
        audit,
        clock,
        sessions,
        folder,
    }
}
