//! In a real browser: first paint and first content after the click, and what the content script
//! costs when the page's route changes.

use std::process::ExitCode;

fn main() -> ExitCode {
    aside_benches::figures("panel")
}
