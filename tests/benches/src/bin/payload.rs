//! What the docked panel loads: wasm, scripts and styles, raw and after brotli, against the aim.

use std::process::ExitCode;

fn main() -> ExitCode {
    aside_benches::figures("payload")
}
