//! Uncovers what a command line hides.

use aside_shared::analysis::Layer;

/// What `command_line` hides, outermost first.
///
/// Bounded: at most 16 layers of at most 64 KB each. Never panics; what cannot be decoded is left out.
pub fn layers(command_line: &str) -> Vec<Layer> {
    let _ = command_line;
    Vec::new()
}
