//! Text that is wiped from memory when it is dropped, and has no `Debug`.

use std::borrow::Borrow;
use std::ops::Deref;

use zeroize::Zeroize;

#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Wiped(String);

impl From<&str> for Wiped {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl Deref for Wiped {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Wiped {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}
