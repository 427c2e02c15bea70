//! What the panel and the backend say to each other.
//!
//! Types and the pure functions that belong to them, compiled for the backend and for wasm alike.
//! This crate does no I/O, reads no clock, and holds no regular expressions, no YAML and no time
//! zones (the browser's `Intl` makes local time). It names no vendor outside [`console`], where a
//! platform's routes are data.
#![warn(missing_docs)]

pub mod action;
pub mod alert;
pub mod analysis;
pub mod api;
pub mod approval;
pub mod audit;
pub mod chat;
pub mod console;
pub mod event;
pub mod hunt;
pub mod id;
pub mod instant;
pub mod model;
pub mod problem;
#[cfg(test)]
mod round_trips;
pub mod session;
pub mod text;
