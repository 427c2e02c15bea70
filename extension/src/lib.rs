//! The panel: a Leptos app on an extension page, beside the console or in a window of its own.
//!
//! Everything that decides (the reducer, the proof of visibility, the layout of trees and bars) is
//! plain Rust and is tested without a browser. What touches the document or the network is compiled
//! for wasm only. The panel believes nothing of the page it stands beside, renders text only as
//! text, and holds no credentials but an access token of minutes, in memory.
#![warn(missing_docs)]

pub mod panel;
