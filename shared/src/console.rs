//! Console products and their routes: from a page's address to the alert that is open there, and
//! back where the route carries all that is needed.
//!
//! The page is asked *which* alert is open and nothing else. Routes are data: a platform is one
//! [`Console`] value, and a console's redesign is a changed line. Matching never fails on strange
//! input, it only finds nothing.

use serde::{Deserialize, Serialize};

use crate::id::{AlertId, PlatformId};

/// A page's address in parts, as the browser's `URL` gives them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields)]
pub struct Location {
    /// Host name with the port if it is not 443: `falcon.crowdstrike.com`.
    pub host: String,
    /// From the first `/`, percent-encoded.
    pub path: String,
    /// Without the `?`, percent-encoded; empty if there is none.
    #[serde(default)]
    pub query: String,
    /// Without the first `#`; a second `#` stays. Empty if there is none.
    #[serde(default)]
    pub fragment: String,
}

impl Location {
    /// The parts of an `https` address; `None` for anything else.
    pub fn parse(address: &str) -> Option<Self> {
        let rest = address.trim().strip_prefix("https://")?;
        let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (host, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, "/"),
        };
        let host = host
            .strip_suffix(":443")
            .unwrap_or(host)
            .to_ascii_lowercase();
        let plain = !host.is_empty()
            && host
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b".-:".contains(&b));
        plain.then(|| Self {
            host,
            path: path.to_owned(),
            query: query.to_owned(),
            fragment: fragment.to_owned(),
        })
    }
}

/// What a page or a link says about which alert is meant. The tenant is the backend's to resolve.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields)]
pub struct AlertRef {
    /// Whose console.
    pub platform: PlatformId,
    /// The page's host.
    pub console_host: String,
    /// The name of the route that matched, or [`PASTED`].
    pub route: String,
    /// The vendor's id, decoded.
    pub id: AlertId,
    /// What the link says about the tenant, in the vendor's terms (Falcon: the cid).
    pub tenant_hint: Option<String>,
}

/// The `route` of a reference that came from a pasted id and no link.
pub const PASTED: &str = "pasted";

/// A console product.
#[derive(Clone, Copy, Debug)]
pub struct Console {
    /// The platform's id, which is its folder's name in the backend.
    pub platform: &'static str,
    /// How its users call it.
    pub label: &'static str,
    /// Host names; `*.` stands for one or more labels.
    pub hosts: &'static [&'static str],
    /// Where alerts are open. The first that matches counts.
    pub routes: &'static [Route],
    /// Whether an id begins with its tenant's id and a colon, as hex digits (Falcon: `<cid>:ind:...`).
    pub id_begins_with_tenant: bool,
    /// What an id begins with, after the tenant's if there is one: tells a pasted id from other text.
    pub id_prefixes: &'static [&'static str],
}

/// A place in a console where an alert is open.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// Stable name.
    pub name: &'static str,
    /// `path[?name={capture}&...][#fragment]` with `{capture}`s; other query parameters are ignored.
    /// A capture is a non-empty run without `/`, `?`, `&`, `#` and `,`.
    pub pattern: &'static str,
    /// How the id is put together from captures.
    pub id: &'static str,
    /// The capture that hints at the tenant, if any; the id's own prefix counts more.
    pub tenant: Option<&'static str>,
    /// Whether a reference can be turned back into this link.
    pub carries_all: bool,
}

/// The longest id that is looked at, in bytes.
const ID_MAX: usize = 512;

/// The consoles that this build knows. Sources: the vendors' own links in their payloads
/// (`falcon_host_link`); the older and the list's forms are assumed.
pub const CONSOLES: &[Console] = &[Console {
    platform: "crowdstrike",
    label: "Falcon",
    hosts: &[
        "falcon.crowdstrike.com",
        "falcon.us-2.crowdstrike.com",
        "falcon.eu-1.crowdstrike.com",
        "falcon.laggar.gcw.crowdstrike.com",
        "falcon.us-gov-2.crowdstrike.mil",
    ],
    routes: &[
        Route::plain("endpoint", "/activity-v2/detections/{id}"),
        Route::plain("endpoint-drawer", "/activity-v2/detections?selected={id}"),
        Route {
            name: "endpoint-older",
            pattern: "/activity/detections/detail/{aid}/{number}",
            id: "ldt:{aid}:{number}",
            tenant: None,
            carries_all: true,
        },
        Route {
            name: "identity",
            pattern: "/identity-protection/detections/{id}?cid={cid}",
            id: "{id}",
            tenant: Some("cid"),
            carries_all: true,
        },
        Route::plain("identity-bare", "/identity-protection/detections/{id}"),
        Route::plain("mobile", "/mobile/detections/{id}"),
        Route::plain("unified", "/unified-detections/{id}"),
        Route::plain("automated-lead", "/automated-leads/{id}"),
    ],
    id_begins_with_tenant: true,
    id_prefixes: &[
        "ind:",
        "ldt:",
        "aggind:",
        "ngsiem:",
        "fcs:",
        "automated-lead:",
    ],
}];

impl Route {
    const fn plain(name: &'static str, pattern: &'static str) -> Self {
        Self {
            name,
            pattern,
            id: "{id}",
            tenant: None,
            carries_all: true,
        }
    }
}

/// The console whose page this is.
pub fn console_of<'a>(consoles: &'a [Console], host: &str) -> Option<&'a Console> {
    consoles.iter().find(|console| {
        console
            .hosts
            .iter()
            .any(|pattern| host_matches(pattern, host))
    })
}

/// The alert that is open at `location`, if it is a console's page with one.
pub fn locate(consoles: &[Console], location: &Location) -> Option<AlertRef> {
    let console = console_of(consoles, &location.host)?;
    console
        .routes
        .iter()
        .find_map(|route| console.read(route, location))
}

/// The alert that a pasted text means: a link to a console, or an id.
pub fn pasted(consoles: &[Console], text: &str) -> Option<AlertRef> {
    let text = text.trim();
    if let Some(location) = Location::parse(text) {
        return locate(consoles, &location);
    }
    consoles.iter().find_map(|console| console.read_id(text))
}

/// The link to what `reference` says, where its route carries all.
pub fn link(consoles: &[Console], reference: &AlertRef) -> Option<String> {
    let console = consoles
        .iter()
        .find(|console| console.platform == reference.platform.as_str())?;
    let route = console
        .routes
        .iter()
        .find(|route| route.name == reference.route && route.carries_all)?;
    let mut captures = capture(route.id, reference.id.as_str(), "")?;
    if let (Some(name), Some(hint)) = (route.tenant, &reference.tenant_hint) {
        captures.push((name, hint.clone()));
    }
    Some(format!(
        "https://{}{}",
        reference.console_host,
        fill(route.pattern, &captures, true)?
    ))
}

impl Console {
    fn read(&self, route: &Route, location: &Location) -> Option<AlertRef> {
        let (rest, fragment) = split_optional(route.pattern, '#');
        let (path, query) = split_optional(rest, '?');
        let trimmed = location
            .path
            .strip_suffix('/')
            .filter(|rest| !rest.is_empty())
            .unwrap_or(&location.path);
        let mut captures = capture(path, trimmed, RESERVED)?;
        for parameter in query.into_iter().flat_map(|query| query.split('&')) {
            let (name, pattern) = parameter.split_once('=')?;
            let value = location.query.split('&').find_map(|pair| {
                let (key, value) = pair.split_once('=')?;
                (key == name).then_some(value)
            })?;
            captures.extend(capture(pattern, value, RESERVED)?);
        }
        if let Some(pattern) = fragment {
            captures.extend(capture(pattern, &location.fragment, RESERVED)?);
        }
        for (_, value) in &mut captures {
            *value = percent_decoded(value)?;
        }
        let id = fill(route.id, &captures, false)?;
        let named = route
            .tenant
            .and_then(|name| captures.iter().find(|(key, _)| *key == name));
        let hint = self
            .tenant_of(&id)
            .or_else(|| named.map(|(_, value)| value.clone()));
        self.reference(&location.host, route.name, id, hint)
    }

    fn read_id(&self, text: &str) -> Option<AlertRef> {
        let hint = self.tenant_of(text);
        let own = match &hint {
            Some(tenant) => &text[tenant.len() + 1..],
            None => text,
        };
        let known = self
            .id_prefixes
            .iter()
            .any(|prefix| own.starts_with(prefix));
        let host = self.hosts.first()?;
        known.then(|| self.reference(host, PASTED, text.to_owned(), hint))?
    }

    /// The tenant's id that `id` begins with: at least 16 hex digits before the first colon.
    fn tenant_of(&self, id: &str) -> Option<String> {
        let (first, _) = id.split_once(':').filter(|_| self.id_begins_with_tenant)?;
        let is_hex = first.len() >= 16 && first.bytes().all(|b| b.is_ascii_hexdigit());
        is_hex.then(|| first.to_ascii_lowercase())
    }

    fn reference(
        &self,
        host: &str,
        route: &str,
        id: String,
        tenant_hint: Option<String>,
    ) -> Option<AlertRef> {
        let sound = !id.is_empty()
            && id.len() <= ID_MAX
            && !id.chars().any(|c| c.is_control() || c.is_whitespace());
        sound.then(|| AlertRef {
            platform: PlatformId::from(self.platform),
            console_host: host.to_owned(),
            route: route.to_owned(),
            id: AlertId(id),
            tenant_hint,
        })
    }
}

fn host_matches(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(suffix) => host.len() > suffix.len() && host.ends_with(suffix),
        None => pattern == host,
    }
}

fn split_optional(text: &str, at: char) -> (&str, Option<&str>) {
    match text.split_once(at) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

/// What no capture may hold.
const RESERVED: &str = "/?&#,";

/// The captures of `text` read by `pattern`, whole; a capture ends where the next literal begins
/// and holds no character of `excluded`.
fn capture<'p>(pattern: &'p str, text: &str, excluded: &str) -> Option<Vec<(&'p str, String)>> {
    let mut captures = Vec::new();
    let mut pattern = pattern;
    let mut text = text;
    while let Some((literal, rest)) = pattern.split_once('{') {
        text = text.strip_prefix(literal)?;
        let (name, after) = rest.split_once('}')?;
        let next = after.split('{').next().unwrap_or("");
        let end = if next.is_empty() {
            text.len()
        } else {
            text.find(next)?
        };
        let (value, remaining) = text.split_at(end);
        if value.is_empty() || value.contains(|c| excluded.contains(c)) {
            return None;
        }
        captures.push((name, value.to_owned()));
        text = remaining;
        pattern = after;
    }
    (pattern == text).then_some(captures)
}

/// `pattern` with its captures filled in, percent-encoded or as they are.
fn fill(pattern: &str, captures: &[(&str, String)], encode: bool) -> Option<String> {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some((literal, after)) = rest.split_once('{') {
        out.push_str(literal);
        let (name, after) = after.split_once('}')?;
        let (_, value) = captures.iter().find(|(key, _)| *key == name)?;
        if encode {
            percent_encode(value, &mut out);
        } else {
            out.push_str(value);
        }
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

fn percent_encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
}

/// The decoded text, or `None` if it is not UTF-8 or an escape is broken.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            let digits = std::str::from_utf8(&digits)
                .ok()
                .filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CID: &str = "8693deb4bf134cfb8855ee118d9a0243";

    /// A platform with habits that Falcon lacks: fragment routes with two `#`, an id that the link
    /// does not carry whole, any host under a domain, no tenant in the id.
    const INVENTED: &[Console] = &[Console {
        platform: "invented",
        label: "Invented",
        hosts: &["*.invented.example"],
        routes: &[
            Route {
                name: "workspace",
                pattern: "/app#/monitoring/#/workspace/{board},THREATS,{id}?agent={agent}",
                id: "{id}",
                tenant: None,
                carries_all: false,
            },
            Route::plain("row", "/alerts#row={id}"),
        ],
        id_begins_with_tenant: false,
        id_prefixes: &[],
    }];

    fn at(address: &str) -> Option<AlertRef> {
        locate(CONSOLES, &Location::parse(address)?)
    }

    #[test]
    fn the_vendors_own_links_are_read() {
        let endpoint = at(&format!(
            "https://falcon.us-2.crowdstrike.com/activity-v2/detections/{CID}:ind:5388c592189444ad9e84df071c8f3954:10208107226-10304-52110864?_cid=g04000s6h3"
        ))
        .unwrap();
        assert_eq!(endpoint.tenant_hint.as_deref(), Some(CID));
        assert_eq!(endpoint.route, "endpoint");

        let mobile = at(&format!(
            "https://falcon.crowdstrike.com/mobile/detections/{CID}:ind:22:333%7C444?_cid=1"
        ))
        .unwrap();
        assert_eq!(mobile.id.as_str(), format!("{CID}:ind:22:333|444"));

        let identity = at(&format!(
            "https://falcon.crowdstrike.com/identity-protection/detections/ind:x:y?cid={CID}"
        ))
        .unwrap();
        assert_eq!(identity.tenant_hint.as_deref(), Some(CID));

        let encoded = at(&format!(
            "https://falcon.crowdstrike.com/unified-detections/{CID}%3Afcs%3Aioa-211%3A0/"
        ))
        .unwrap();
        assert_eq!(encoded.id.as_str(), format!("{CID}:fcs:ioa-211:0"));
    }

    #[test]
    fn the_cid_token_is_not_the_cid() {
        let reference = at("https://falcon.crowdstrike.com/activity-v2/detections/ldt:aid:1?_cid=8693deb4bf134cfb8855ee118d9a0243").unwrap();
        assert_eq!(reference.tenant_hint, None);
    }

    #[test]
    fn an_older_link_has_no_tenant() {
        let reference =
            at("https://falcon.crowdstrike.com/activity/detections/detail/abc123/99").unwrap();
        assert_eq!(reference.id.as_str(), "ldt:abc123:99");
        assert_eq!(reference.tenant_hint, None);
    }

    #[test]
    fn what_is_no_alert_is_not_read_as_one() {
        for address in [
            "https://falcon.crowdstrike.com/",
            "https://falcon.crowdstrike.com/activity-v2/detections",
            "https://falcon.crowdstrike.com/activity-v2/detections/a/b",
            "https://falcon.crowdstrike.com/activity-v2/detections/%ff",
            "https://falcon.crowdstrike.com/activity-v2/detections/a%0Ab",
            "https://falcon.crowdstrike.com/activity-v2/detections/%4",
            "https://falcon.crowdstrike.com.evil.example/activity-v2/detections/a",
            "https://falcon.crowdstrike.com@evil.example/activity-v2/detections/a",
            "http://falcon.crowdstrike.com/activity-v2/detections/a",
            "javascript:alert(1)",
        ] {
            assert_eq!(at(address), None, "{address}");
        }
    }

    #[test]
    fn an_id_can_be_pasted() {
        let id = format!("  {CID}:ind:aid:1-2-3\n");
        assert_eq!(
            pasted(CONSOLES, &id).unwrap().tenant_hint.as_deref(),
            Some(CID)
        );
        assert_eq!(pasted(CONSOLES, "ldt:aid:7").unwrap().route, PASTED);
        assert_eq!(pasted(CONSOLES, "please isolate the host"), None);
        assert_eq!(pasted(CONSOLES, "ind:a b"), None);
    }

    #[test]
    fn a_fragment_with_two_hashes_is_read_whole_and_is_not_turned_back() {
        let location = Location::parse(
            "https://eu.invented.example/app#/monitoring/#/workspace/72,THREATS,182612?agent=9",
        )
        .unwrap();
        let reference = locate(INVENTED, &location).unwrap();
        assert_eq!(reference.id.as_str(), "182612");
        assert_eq!(link(INVENTED, &reference), None);
        assert_eq!(
            console_of(INVENTED, "invented.example").map(|c| c.platform),
            None
        );
    }

    proptest! {
        #[test]
        fn a_route_that_carries_all_round_trips(
            id in r#"[0-9a-zA-Z:|%?/#&,{}+ü_-]{1,60}"#, route in 0..8_usize, with_tenant in any::<bool>()
        ) {
            let console = CONSOLES[0];
            let route = console.routes[route];
            let id = if with_tenant { format!("{CID}:{id}") } else { format!("x:{id}") };
            let id = if route.id == "{id}" { id } else { format!("ldt:abc:{}", id.replace(':', "")) };
            let reference = AlertRef {
                platform: console.platform.into(),
                console_host: console.hosts[1].to_owned(),
                route: route.name.to_owned(),
                tenant_hint: console.tenant_of(&id).or(route.tenant.map(|_| CID.to_owned())),
                id: AlertId(id),
            };
            let address = link(CONSOLES, &reference).unwrap();
            prop_assert_eq!(at(&address), Some(reference));
        }

        #[test]
        fn no_address_breaks_the_table(path in "\\PC*", query in "\\PC*", fragment in "\\PC*") {
            for (consoles, host) in [(CONSOLES, "falcon.crowdstrike.com"), (INVENTED, "a.invented.example")] {
                let _found = locate(consoles, &Location {
                    host: host.to_owned(), path: path.clone(), query: query.clone(), fragment: fragment.clone(),
                });
            }
        }

        #[test]
        fn no_pasted_text_breaks_the_table(text in any::<String>()) {
            let _found = pasted(CONSOLES, &text);
        }
    }
}
