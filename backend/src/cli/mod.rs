//! Command-line verbs, a file each.

pub mod alert;
pub mod audit;
pub mod check;
pub mod explain;
pub mod redact;
pub mod serve;
pub mod user;

use std::path::PathBuf;

use aside_backend::config::Config;

/// Where the configuration is.
#[derive(clap::Args)]
pub struct ConfigFile {
    /// The configuration file.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "ASIDE_CONFIG",
        default_value = "aside.toml"
    )]
    config: PathBuf,
}

impl ConfigFile {
    /// Reads it.
    pub fn read(&self) -> Result<Config, String> {
        Config::read(&self.config).map_err(|e| e.to_string())
    }
}

/// A line without the byte order mark that PowerShell writes before the first one.
pub fn without_mark(line: &[u8]) -> &[u8] {
    line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line)
}

/// Runs async work of a command to its end.
pub fn block_on<T>(work: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    let runtime = tokio::runtime::Runtime::new().map_err(|e| format!("no runtime: {e}"))?;
    runtime.block_on(work)
}
