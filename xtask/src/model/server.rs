//! The installed model's server, on a free port of this machine.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::{Folder, WEIGHTS};
use crate::command::Running;
use crate::error::Error;
use crate::places::Places;

/// How long it may take to read its weights.
const READY: Duration = Duration::from_secs(60);
/// Tokens that one question and its answer can have.
const CONTEXT: u32 = 4_096;

/// The running server; ended when dropped.
pub struct Server {
    _running: Running,
    /// The part before `/chat/completions`.
    pub base_url: String,
    /// The model, as it calls it.
    pub model: &'static str,
    /// Tokens that one question and its answer can have.
    pub context: u32,
}

impl Server {
    /// Starts it, with its log in the file `log`, and waits until it listens.
    ///
    /// # Errors
    /// When it cannot be started or does not get ready.
    pub fn start(places: &Places, log: &Path) -> Result<Self, Error> {
        if let Some(folder) = log.parent() {
            fs::create_dir_all(folder)
                .map_err(|e| Error::new(format!("write {}", folder.display()), e))?;
        }
        let address = free_address()?;
        let folder = Folder::of(places);
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let mut python = folder.python();
        python
            .args(["-m", "llama_cpp.server", "--model"])
            .arg(folder.weights())
            .args(["--model_alias", WEIGHTS, "--host"])
            .arg(address.ip().to_string())
            .args(["--port", &address.port().to_string()])
            .args(["--n_ctx", &CONTEXT.to_string()])
            .args(["--n_threads", &threads.to_string()])
            .args(["--n_threads_batch", &threads.to_string()]);
        let mut running = Running::start("the model's server", python, log)?;
        running.wait_until(READY, |_| {
            TcpStream::connect_timeout(&address, Duration::from_millis(200)).ok()
        })?;
        Ok(Self {
            _running: running,
            base_url: format!("http://{address}/v1"),
            model: WEIGHTS,
            context: CONTEXT,
        })
    }
}

/// A port that nobody listened on a moment ago.
fn free_address() -> Result<SocketAddr, Error> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let address = listener.and_then(|listener| listener.local_addr());
    address.map_err(|e| Error::new("find a free port", e))
}
