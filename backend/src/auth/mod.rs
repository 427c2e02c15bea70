//! Who the caller is: accounts, sessions, and the one function that authorizes.

pub mod access;
pub mod password;
pub mod sessions;

use sha2::{Digest, Sha256};

/// The longest name of an account, in characters.
pub const NAME_MAX: usize = 64;

/// A new opaque token: 32 random bytes as hex.
fn new_token() -> String {
    let bytes: [u8; 32] = rand::random();
    hex::encode(bytes)
}

/// What is stored of a token.
pub fn token_hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}
