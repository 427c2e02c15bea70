//! The servers: API, console and control, each on a port of its own on this machine alone.

use std::{
    convert::Infallible,
    future::Future,
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::PathBuf,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    Router,
    http::{Request, Response},
};
use axum_server::tls_rustls::RustlsConfig;
use hyper_util::{rt::TokioExecutor, server::conn::auto::Builder};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::{Service, make::Shared};

use crate::{
    Lab, console, control,
    crowdstrike::{self, envelope::Cut},
    tls,
    world::locked,
};

/// How to serve.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// First of three ports; none: free ones.
    pub port: Option<u16>,
    /// API and console over TLS.
    pub tls: bool,
}

/// A running lab; it ends when this is dropped.
#[derive(Debug)]
pub struct Running {
    /// `http(s)://127.0.0.1:port` of Falcon's API.
    pub base_url: String,
    /// The same of its console.
    pub console_url: String,
    /// `http://127.0.0.1:port` of the control.
    pub control_url: String,
    /// The authority's certificate, with TLS.
    pub ca_file: Option<PathBuf>,
    spki_sha256: Option<String>,
    servers: Vec<axum_server::Handle<SocketAddr>>,
    _folder: Option<TempDir>,
}

impl Drop for Running {
    fn drop(&mut self) {
        for server in &self.servers {
            server.shutdown();
        }
    }
}

/// Starts the servers.
///
/// # Errors
/// When a port is taken or a certificate cannot be made.
pub async fn start(lab: &Arc<Lab>, options: Options) -> io::Result<Running> {
    let listen = |offset: u16| {
        let port = match options.port {
            None | Some(0) => 0,
            Some(base) => base
                .checked_add(offset)
                .ok_or_else(|| io::Error::other("the ports end at 65535"))?,
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .map_err(|error| io::Error::other(format!("port {port}: {error}")))?;
        listener.set_nonblocking(true)?;
        Ok::<_, io::Error>(listener)
    };
    let (api, console, control) = (listen(0)?, listen(1)?, listen(2)?);
    let certificates = if options.tls {
        Some(tls::make()?)
    } else {
        None
    };
    let scheme = if options.tls { "https" } else { "http" };
    let url = |scheme: &str, listener: &TcpListener| {
        Ok::<_, io::Error>(format!("{scheme}://{}", listener.local_addr()?))
    };
    let mut running = Running {
        base_url: url(scheme, &api)?,
        console_url: url(scheme, &console)?,
        control_url: url("http", &control)?,
        ca_file: None,
        spki_sha256: None,
        servers: Vec::new(),
        _folder: None,
    };
    if let Some(certificates) = &certificates {
        let folder = tempfile::Builder::new().prefix("aside-lab-").tempdir()?;
        let file = folder.path().join("ca.pem");
        std::fs::write(&file, &certificates.ca_pem)?;
        running.ca_file = Some(file);
        running.spki_sha256 = Some(certificates.spki_sha256.clone());
        running._folder = Some(folder);
    }
    locked(&lab.falcon.base_url).clone_from(&running.base_url);
    let config = certificates.map(|certificates| RustlsConfig::from_config(certificates.config));
    let falcon = Router::new()
        .fallback(crowdstrike::answer)
        .with_state(lab.clone());
    running.servers.push(spawn(api, config.clone(), falcon)?);
    running
        .servers
        .push(spawn(console, config, console::router(lab.clone()))?);
    running
        .servers
        .push(spawn(control, None, control::router(lab.clone()))?);
    for server in &running.servers {
        if server.listening().await.is_none() {
            return Err(io::Error::other("a server did not start"));
        }
    }
    Ok(running)
}

fn spawn(
    listener: TcpListener,
    config: Option<RustlsConfig>,
    router: Router,
) -> io::Result<axum_server::Handle<SocketAddr>> {
    let handle = axum_server::Handle::new();
    let service = Shared::new(Severing(router));
    match config {
        Some(config) => {
            let mut server = axum_server::from_tcp_rustls(listener, config)?.handle(handle.clone());
            as_the_vendor_writes(server.http_builder());
            tokio::spawn(async move {
                if let Err(error) = server.serve(service).await {
                    tracing::error!(%error, "a server ended");
                }
            });
        }
        None => {
            let mut server = axum_server::from_tcp(listener)?.handle(handle.clone());
            as_the_vendor_writes(server.http_builder());
            tokio::spawn(async move {
                if let Err(error) = server.serve(service).await {
                    tracing::error!(%error, "a server ended");
                }
            });
        }
    }
    Ok(handle)
}

/// Header names go out as `X-Ratelimit-Limit`: the vendor's own SDK looks them up in this casing.
fn as_the_vendor_writes(http: &mut Builder<TokioExecutor>) {
    http.http1().title_case_headers(true);
}

impl Running {
    /// The line of JSON that tells where everything is.
    #[must_use]
    pub fn announcement(&self, lab: &Lab) -> Value {
        let client = |name: &str| {
            lab.falcon
                .clients
                .iter()
                .find(|client| client.name == name)
                .map(|client| (client.id.clone(), client.secret.clone()))
                .unwrap_or_default()
        };
        let (
            (client_id, client_secret),
            (readonly_client_id, readonly_client_secret),
            (other_cloud_client_id, other_cloud_client_secret),
        ) = (client("full"), client("readonly"), client("other-cloud"));
        json!({
            "crowdstrike": {
                "base_url": self.base_url,
                "console_url": self.console_url,
                "console_host": console::CONSOLE_HOSTS[0],
                "client_id": client_id,
                "client_secret": client_secret,
                "readonly_client_id": readonly_client_id,
                "readonly_client_secret": readonly_client_secret,
                "other_cloud_client_id": other_cloud_client_id,
                "other_cloud_client_secret": other_cloud_client_secret,
                "cid": lab.falcon.cid,
                "member_cid": lab.falcon.member_cid,
                "link_token": lab.falcon.link_token,
            },
            "control_url": self.control_url,
            "ca_file": self.ca_file,
            "spki_sha256": self.spki_sha256,
            "other_host": console::OTHER_HOST,
            "seed": lab.world.seed,
        })
    }
}

/// Closes the connection in place of sending a response that is marked with [`Cut`]: an error of the service makes the
/// HTTP layer do exactly that.
#[derive(Debug, Clone)]
struct Severing(Router);

impl<B> Service<Request<B>> for Severing
where
    Router: Service<Request<B>, Response = Response<axum::body::Body>, Error = Infallible>,
    <Router as Service<Request<B>>>::Future: Send + 'static,
{
    type Response = Response<axum::body::Body>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let answer = self.0.call(request);
        Box::pin(async move {
            let response = match answer.await {
                Ok(response) => response,
                Err(never) => match never {},
            };
            if response.extensions().get::<Cut>().is_some() {
                Err(io::Error::from(io::ErrorKind::ConnectionAborted))
            } else {
                Ok(response)
            }
        })
    }
}
