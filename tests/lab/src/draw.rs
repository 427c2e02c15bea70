//! Draws from the seed. Every draw has a label, so that a new scenario changes no other one's ids.

use rand::{Rng, SeedableRng, rngs::StdRng};
use sha2::{Digest, Sha256};

/// A stream of numbers that depends on the seed and a label alone.
#[derive(Debug)]
pub struct Draw(StdRng);

impl Draw {
    /// The stream for `label` under `seed`.
    #[must_use]
    pub fn new(seed: u64, label: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(seed.to_le_bytes());
        hash.update(label.as_bytes());
        Self(StdRng::from_seed(hash.finalize().into()))
    }

    /// A number in `low..=high`.
    pub fn number(&mut self, low: u64, high: u64) -> u64 {
        self.0.random_range(low..=high)
    }

    /// A number in `low..=high`.
    pub fn signed(&mut self, low: i64, high: i64) -> i64 {
        self.0.random_range(low..=high)
    }

    /// `digits` lower-case hexadecimal digits.
    pub fn hex(&mut self, digits: usize) -> String {
        (0..digits)
            .map(|_| char::from_digit(self.0.random_range(0..16), 16).unwrap_or('0'))
            .collect()
    }

    /// `length` letters and digits as the vendor's secrets have them.
    pub fn secret(&mut self, length: usize) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        (0..length)
            .map(|_| LETTERS[self.0.random_range(0..LETTERS.len())] as char)
            .collect()
    }

    /// `length` lower-case letters.
    pub fn letters(&mut self, length: usize) -> String {
        (0..length)
            .map(|_| self.0.random_range(b'a'..=b'z') as char)
            .collect()
    }

    /// A UUID in its usual writing.
    pub fn uuid(&mut self) -> String {
        let bytes: [u8; 16] = self.0.random();
        uuid::Builder::from_random_bytes(bytes)
            .into_uuid()
            .to_string()
    }

    /// One of `choices`, which must not be empty.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.0.random_range(0..choices.len())]
    }
}

/// SHA-256 of a text, in hexadecimal: the stand-in for the hash of a file that does not exist.
#[must_use]
pub fn sha256_of(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// 32 hexadecimal digits that stand for a file's MD5 (the first half of another digest).
#[must_use]
pub fn md5_of(text: &str) -> String {
    hex::encode(Sha256::digest(format!("md5 {text}").as_bytes()))[..32].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_label_draw_the_same() {
        assert_eq!(Draw::new(7, "a").hex(32), Draw::new(7, "a").hex(32));
        assert_ne!(Draw::new(7, "a").hex(32), Draw::new(7, "b").hex(32));
        assert_ne!(Draw::new(7, "a").hex(32), Draw::new(8, "a").hex(32));
    }
}
