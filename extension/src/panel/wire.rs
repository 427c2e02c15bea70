//! What the panel and the extension's worker say to each other, as JSON.

use aside_shared::console::Location;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::json::{self, Json};

/// Where the panel is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Surface {
    /// A frame in the console's page: the page can lie over it, so it needs the proof of visibility.
    #[default]
    Dock,
    /// The browser's side panel or sidebar.
    Side,
    /// A window of its own.
    Window,
}

/// A field of what the worker says. One of a wrong shape is one that is not there: the page is never
/// believed, nor does it stop the panel.
fn field<T: DeserializeOwned>(message: &Json, name: &str) -> Option<T> {
    json::value(message.get(name)?).ok()
}

/// What the page knows when the panel starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// Where the panel is shown.
    pub surface: Surface,
    /// The address of the tab that the panel belongs to.
    pub location: Option<Location>,
    /// A proposal to decide: the window was opened for it.
    pub proposal: Option<String>,
    /// Text that was selected on the page when the panel was asked about it. Untrusted.
    pub selection: Option<String>,
}

impl Context {
    /// Reads what the loader hands over.
    pub fn read(message: &Json) -> Self {
        Self {
            surface: field(message, "surface").unwrap_or_default(),
            location: field(message, "location"),
            proposal: field(message, "proposal"),
            selection: field(message, "selection"),
        }
    }
}

/// A message from the worker that nobody asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FromWorker {
    /// The tab shows another address.
    Location {
        /// Which.
        location: Location,
    },
    /// "Explain this alert" was chosen on something that leads there.
    Explain {
        /// Where.
        location: Location,
    },
    /// Somebody signed in or out elsewhere.
    Session(SessionInfo),
}

impl FromWorker {
    /// Reads a message, whose `type` says which one it is; nothing for one that is not known.
    pub fn read(message: &Json) -> Option<Self> {
        let place = || field(message, "location");
        match message.get("type")?.as_str()? {
            "location" => place().map(|location| Self::Location { location }),
            "explain" => place().map(|location| Self::Explain { location }),
            "session" => Some(Self::Session(SessionInfo::read(message))),
            _ => None,
        }
    }
}

/// The session as the worker holds it. `access_token` is taken out by the effects and never
/// reaches the state. No `Debug`: never logged.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SessionInfo {
    /// The backend's address, if one is configured.
    pub backend: Option<String>,
    /// For `Authorization: Bearer`.
    pub access_token: Option<String>,
    /// The account.
    pub user: Option<String>,
    /// How it stands.
    pub state: SessionState,
    /// Why the request failed.
    pub problem: Option<Reason>,
}

impl SessionInfo {
    /// Reads a session from a message.
    pub fn read(message: &Json) -> Self {
        Self {
            backend: field(message, "backend"),
            access_token: field(message, "access_token"),
            user: field(message, "user"),
            state: field(message, "state").unwrap_or_default(),
            problem: Reason::read(message),
        }
    }
}

/// The message that keeps `value`, JSON already, under a name for this tab until the browser closes.
pub fn state_save(key: &str, value: &str) -> String {
    let key = json::write(key);
    format!(r#"{{"type":"state.save","key":{key},"value":{value}}}"#)
}

impl std::fmt::Debug for SessionInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionInfo")
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// Whether somebody is signed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    /// With an access token.
    SignedIn,
    /// A backend is configured, nobody is signed in.
    #[default]
    SignedOut,
    /// No backend is configured.
    NoBackend,
}

/// What went wrong, in the worker's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(String);

impl Reason {
    /// The `problem` of a message, words or problem details (RFC 9457), or why the worker `refused` ours.
    fn read(message: &Json) -> Option<Self> {
        if let Some(refused) = message.get("refused").and_then(Json::as_str) {
            return Some(Self(format!("The extension’s worker refused: {refused}.")));
        }
        let problem = message
            .get("problem")
            .filter(|problem| **problem != Json::Null)?;
        let part = |name: &str| problem.get(name).and_then(Json::as_str);
        let words = problem
            .as_str()
            .or_else(|| part("detail"))
            .or_else(|| part("title"));
        Some(Self::from(
            words.unwrap_or("The extension’s worker gave no reason."),
        ))
    }

    /// In words.
    pub fn into_text(self) -> String {
        self.0
    }
}

impl From<&str> for Reason {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// An answer that says only whether it was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// It was.
    pub ok: bool,
    /// Why not.
    pub problem: Option<Reason>,
}

impl Done {
    /// Reads it from an answer.
    pub fn read(answer: &Json) -> Self {
        Self {
            ok: field(answer, "ok").unwrap_or_default(),
            problem: Reason::read(answer),
        }
    }
}

/// A message to the worker.
#[derive(Serialize)]
#[serde(tag = "type")]
pub enum ToWorker<'a> {
    /// The session, as it is.
    #[serde(rename = "session.get")]
    SessionGet,
    /// Sign in.
    #[serde(rename = "session.login")]
    SessionLogin {
        /// The account.
        user: &'a str,
        /// Its password.
        password: &'a str,
    },
    /// The access token was refused: get another.
    #[serde(rename = "session.refresh")]
    SessionRefresh,
    /// Sign out.
    #[serde(rename = "session.logout")]
    SessionLogout,
    /// Use this backend, after testing the address.
    #[serde(rename = "backend.set")]
    BackendSet {
        /// `https://…`, or `http://` on loopback.
        address: &'a str,
    },
    /// What was kept.
    #[serde(rename = "state.load")]
    StateLoad {
        /// Under which name.
        key: &'a str,
    },
    /// Open the panel in its own window.
    #[serde(rename = "window.open")]
    WindowOpen {
        /// To decide this.
        #[serde(skip_serializing_if = "Option::is_none")]
        proposal: Option<&'a str>,
    },
    /// Make the dock a badge.
    #[serde(rename = "dock.collapse")]
    DockCollapse,
    /// Make the dock so wide.
    #[serde(rename = "dock.width")]
    DockWidth {
        /// CSS pixels.
        px: u32,
    },
    /// What the badge shows.
    #[serde(rename = "badge")]
    Badge {
        /// `P1` to `P4`, `ok`, or nothing.
        priority: Option<&'a str>,
        /// How sure.
        percent: Option<u8>,
    },
    /// Is the page's zoom what it was? Asked at the moment of approval.
    #[serde(rename = "proof.pixel_ratio")]
    PixelRatio,
    /// Open the vendor's console.
    #[serde(rename = "open_console")]
    OpenConsole {
        /// Where.
        url: &'a str,
    },
}

#[cfg(test)]
mod tests {
    use super::super::json::write;
    use super::*;

    fn parsed(json: &str) -> Json {
        Json::parse(json).unwrap()
    }

    fn context(json: &str) -> Context {
        Context::read(&parsed(json))
    }

    #[test]
    fn a_context_of_strange_shape_says_nothing_and_breaks_nothing() {
        let strange = context(
            r#"{"surface":"side","tab":3,"location":{"host":7},"proposal":[],"selection":{"a":1},"more":null}"#,
        );
        assert_eq!(strange.surface, Surface::Side);
        assert_eq!(
            (strange.location, strange.proposal, strange.selection),
            (None, None, None)
        );
        let whole = context(
            r#"{"surface":"dock","tab":null,"location":{"host":"h","path":"/a","query":"","fragment":""},"proposal":"p","selection":null,"pixel_ratio_ok":true}"#,
        );
        assert_eq!(whole.location.unwrap().path, "/a");
        assert_eq!(whole.proposal.as_deref(), Some("p"));
    }

    #[test]
    fn a_session_never_shows_its_token() {
        let info = SessionInfo::read(&parsed(
            r#"{"backend":"https://b","access_token":"secret-token","expires_in_s":300,"user":"k","state":"signed_in"}"#,
        ));
        assert_eq!(info.access_token.as_deref(), Some("secret-token"));
        assert!(!format!("{info:?}").contains("secret"));
    }

    #[test]
    fn a_refusal_of_the_workers_is_a_problem_and_nobodys_being_signed_out() {
        let info = SessionInfo::read(&parsed(r#"{"refused":"not from this sender"}"#));
        assert_eq!(
            info.problem.map(Reason::into_text).as_deref(),
            Some("The extension’s worker refused: not from this sender.")
        );
    }

    #[test]
    fn the_worker_gets_exactly_the_contract() {
        let json = |message: ToWorker| write(&message);
        assert_eq!(json(ToWorker::SessionGet), r#"{"type":"session.get"}"#);
        assert_eq!(
            json(ToWorker::WindowOpen { proposal: None }),
            r#"{"type":"window.open"}"#
        );
        assert_eq!(
            json(ToWorker::Badge {
                priority: Some("P1"),
                percent: Some(95)
            }),
            r#"{"type":"badge","priority":"P1","percent":95}"#
        );
        assert_eq!(
            json(ToWorker::PixelRatio),
            r#"{"type":"proof.pixel_ratio"}"#
        );
    }

    #[test]
    fn a_problem_is_read_as_text_or_as_problem_details() {
        let text = |json: &str| {
            let answer = parsed(&format!(r#"{{"problem":{json}}}"#));
            Done::read(&answer).problem.map(Reason::into_text)
        };
        assert_eq!(text(r#""plain""#).as_deref(), Some("plain"));
        assert_eq!(
            text(r#"{"detail":"d","title":"t","status":401}"#).as_deref(),
            Some("d")
        );
        assert_eq!(text(r#"{"title":"t"}"#).as_deref(), Some("t"));
        assert!(!text("{}").unwrap().is_empty());
        assert!(!text("7").unwrap().is_empty());
        assert_eq!(text("null"), None);
    }

    #[test]
    fn what_is_kept_is_kept_as_it_is() {
        assert_eq!(
            state_save("alert:\"x\"", r#"{"a":1}"#),
            r#"{"type":"state.save","key":"alert:\"x\"","value":{"a":1}}"#
        );
    }
}
