//! How every console is served: under its own host names, with a strict policy, on any path; on demand with everything
//! hostile that a page can do to an extension. What stands on the page is the platform's.

use axum::{
    Router,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::get,
};

/// A platform's console.
#[derive(Debug)]
pub struct Site {
    /// Its host names; the first is the one that links name.
    pub hosts: &'static [&'static str],
    /// The page, which loads `/assets/console.css`, `/assets/console.js` and `/assets/hostile.js`.
    pub page: &'static str,
    /// `/assets/console.css`.
    pub style: &'static str,
    /// `/assets/console.js`.
    pub script: &'static str,
    /// What the page's script asks for.
    pub data: Router,
}

/// A host that is no console.
pub const OTHER_HOST: &str = "not-a-console.example";

const OTHER_PAGE: &str = include_str!("other.html");
const HOSTILE: &str = include_str!("hostile.js");
const OTHER_SCRIPT: &str = include_str!("other.js");

/// Strict as the real consoles are said to be: no inline script or style, no frames, no strings into script sinks.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'; require-trusted-types-for 'script'; trusted-types 'none'";
/// The page that frames a given address must be let to try.
const FRAMING_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; frame-src * chrome-extension: moz-extension:; object-src 'none'";

/// The console's routes.
pub fn router(site: Site) -> Router {
    let Site {
        hosts,
        page,
        style,
        script,
        data,
    } = site;
    let mut router = data;
    for (path, media, text) in [
        ("/assets/console.css", "text/css", style),
        ("/assets/console.js", "text/javascript", script),
        ("/assets/hostile.js", "text/javascript", HOSTILE),
        ("/assets/other.js", "text/javascript", OTHER_SCRIPT),
    ] {
        router = router.route(path, get(move || async move { asset(media, text) }));
    }
    router.fallback(move |headers: HeaderMap, uri: Uri| async move {
        answer(page_for(&headers, hosts, page), &uri)
    })
}

fn asset(media: &'static str, text: &'static str) -> Response {
    (
        [
            (header::CONTENT_TYPE, format!("{media}; charset=utf-8")),
            (header::CACHE_CONTROL, "no-store".to_owned()),
        ],
        text,
    )
        .into_response()
}

/// The page of the site that a `Host` header names.
fn page_for(headers: &HeaderMap, hosts: &[&str], page: &'static str) -> Option<&'static str> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if name == OTHER_HOST {
        Some(OTHER_PAGE)
    } else if hosts.contains(&name) || name == "127.0.0.1" || name == "localhost" {
        Some(page)
    } else {
        None
    }
}

fn answer(page: Option<&'static str>, uri: &Uri) -> Response {
    let Some(page) = page else {
        return (
            StatusCode::MISDIRECTED_REQUEST,
            "this host is not served here",
        )
            .into_response();
    };
    if uri.path() == "/favicon.ico" {
        return StatusCode::NO_CONTENT.into_response();
    }
    let frames = form_urlencoded::parse(uri.query().unwrap_or("").as_bytes())
        .any(|(name, _)| name == "frame");
    let policy = if page == OTHER_PAGE || frames {
        FRAMING_POLICY
    } else {
        POLICY
    };
    (
        [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::CACHE_CONTROL, "no-store"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "same-origin"),
        ],
        page,
    )
        .into_response()
}
