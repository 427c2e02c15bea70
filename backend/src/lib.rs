//! The backend of Aside.
//!
//! `http` extracts and answers; the use cases (`analyse`, `respond`) work over ports (`platforms`,
//! `model`, `store`, `audit`, `clock`). A use case never names a vendor, a vendor never names a use case, and
//! a vendor's state is changed in `respond::worker` alone.

pub mod analyse;
pub mod audit;
pub mod auth;
pub mod clock;
pub mod config;
pub mod http;
pub mod model;
pub mod platforms;
pub mod respond;
pub mod server;
pub mod store;
#[cfg(test)]
mod testing;
