//! The panel's parts: state and its reducer, what the state means in words and shapes, and (in a
//! browser) the views and effects. Views hold no rule: they show state and send messages.

pub mod evidence;
pub mod few;
pub mod hosts;
pub mod json;
pub mod keys;
pub mod placeholders;
pub mod processes;
pub mod proof;
pub mod score;
pub mod sse;
pub mod state;
pub mod strip;
pub mod wire;
pub mod words;

#[cfg(target_arch = "wasm32")]
mod backend;
#[cfg(target_arch = "wasm32")]
mod effects;
#[cfg(target_arch = "wasm32")]
mod page;
#[cfg(target_arch = "wasm32")]
mod part;
#[cfg(target_arch = "wasm32")]
mod store;
#[cfg(target_arch = "wasm32")]
mod view;
#[cfg(target_arch = "wasm32")]
mod worker;

#[cfg(target_arch = "wasm32")]
pub use page::{message, start};
