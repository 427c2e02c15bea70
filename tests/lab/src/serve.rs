//! The servers: API, console, control and model, each on a port of its own on this machine alone.

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

use crate::{Lab, console, control, faults::Cut, platform::Platform, tls};

/// How to serve.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// The first of the ports: API and console of each platform, then control and model. None: free ones.
    pub port: Option<u16>,
    /// API, console and model over TLS.
    pub tls: bool,
}

/// Where a platform is served.
#[derive(Debug)]
pub struct Served {
    /// The platform.
    pub platform: Arc<dyn Platform>,
    /// `http(s)://127.0.0.1:port` of its API.
    pub base_url: String,
    /// The same of its console.
    pub console_url: String,
    console_host: &'static str,
}

/// A running lab; it ends when this is dropped.
#[derive(Debug)]
pub struct Running {
    /// In the lab's order.
    pub platforms: Vec<Served>,
    /// `http://127.0.0.1:port` of the control.
    pub control_url: String,
    /// `http(s)://127.0.0.1:port` of the model's server.
    pub model_url: String,
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
    let mut offset = 0;
    let mut listen = || {
        let port = match options.port {
            None | Some(0) => 0,
            Some(base) => base
                .checked_add(offset)
                .ok_or_else(|| io::Error::other("the ports end at 65535"))?,
        };
        offset += 1;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .map_err(|error| io::Error::other(format!("port {port}: {error}")))?;
        listener.set_nonblocking(true)?;
        Ok::<_, io::Error>(listener)
    };
    let mut sites = Vec::new();
    for platform in &lab.platforms {
        sites.push((platform, platform.clone().console(), listen()?, listen()?));
    }
    let control = listen()?;
    let model = listen()?;
    let names: Vec<&str> = sites
        .iter()
        .flat_map(|(_, site, ..)| site.hosts)
        .chain([&console::OTHER_HOST])
        .copied()
        .collect();
    let certificates = options.tls.then(|| tls::make(&names)).transpose()?;
    let scheme = if options.tls { "https" } else { "http" };
    let url = |scheme: &str, listener: &TcpListener| {
        Ok::<_, io::Error>(format!("{scheme}://{}", listener.local_addr()?))
    };
    let mut running = Running {
        platforms: Vec::new(),
        control_url: url("http", &control)?,
        model_url: url(scheme, &model)?,
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
    let config = certificates.map(|certificates| RustlsConfig::from_config(certificates.config));
    for (platform, site, api, page) in sites {
        let served = Served {
            platform: platform.clone(),
            base_url: url(scheme, &api)?,
            console_url: url(scheme, &page)?,
            console_host: site.hosts.first().copied().unwrap_or_default(),
        };
        platform.served_at(&served.base_url);
        let routes = [(api, platform.clone().api()), (page, console::router(site))];
        for (listener, router) in routes {
            running
                .servers
                .push(spawn(listener, config.clone(), router)?);
        }
        running.platforms.push(served);
    }
    running
        .servers
        .push(spawn(model, config, lab.model.clone().api())?);
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
        let mut line = json!({
            "control_url": self.control_url,
            "ca_file": self.ca_file,
            "spki_sha256": self.spki_sha256,
            "other_host": console::OTHER_HOST,
            "seed": lab.world.seed,
            "model": lab.model.announcement(&self.model_url),
        });
        for served in &self.platforms {
            let mut told = served.platform.announcement();
            for (name, value) in [
                ("base_url", served.base_url.as_str()),
                ("console_url", &served.console_url),
                ("console_host", served.console_host),
            ] {
                told.insert(name.to_owned(), json!(value));
            }
            line[served.platform.name()] = Value::Object(told);
        }
        line
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
