//! How a command of `cargo xtask` ends badly: what was tried, why it failed, what to do about it.

use std::fmt;

/// Why a verb or a step stopped.
#[derive(Debug)]
pub enum Error {
    /// Something that was tried did not work.
    Failed {
        /// What was being done, as the end of the sentence "could not …".
        what: String,
        /// The reason as the operating system or the tool gave it.
        cause: String,
        /// What the person can do, if anything beyond reading the cause is known.
        remedy: Option<String>,
    },
    /// Ctrl-C or a termination signal.
    Interrupted,
}

impl Error {
    /// A failure without a remedy of its own.
    pub fn new(what: impl Into<String>, cause: impl fmt::Display) -> Self {
        Self::Failed {
            what: what.into(),
            cause: cause.to_string(),
            remedy: None,
        }
    }

    /// The same failure with `remedy`, unless it already names one.
    pub fn with_remedy(self, advice: &str) -> Self {
        match self {
            Self::Failed {
                what,
                cause,
                remedy,
            } => Self::Failed {
                what,
                cause,
                remedy: Some(remedy.unwrap_or_else(|| advice.to_owned())),
            },
            Self::Interrupted => Self::Interrupted,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interrupted => write!(f, "interrupted"),
            Self::Failed {
                what,
                cause,
                remedy,
            } => {
                write!(f, "could not {what}\n  cause: ")?;
                write!(f, "{}", cause.trim_end().replace('\n', "\n         "))?;
                match remedy {
                    Some(remedy) => {
                        write!(f, "\n  remedy: {}", remedy.replace('\n', "\n          "))
                    }
                    None => Ok(()),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_what_why_and_what_to_do() {
        let text = Error::new("install node", "no network\nat all")
            .with_remedy("install Node 20 or newer by hand")
            .with_remedy("a later, vaguer remedy")
            .to_string();
        assert_eq!(
            text,
            "could not install node\n  cause: no network\n         at all\n  remedy: install Node 20 or newer by hand"
        );
    }
}
