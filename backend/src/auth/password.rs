//! Passwords: argon2id with the crate's recommended cost, checked off the async threads.

use argon2::Argon2;
use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use tokio::sync::{Semaphore, oneshot};

/// The shortest password that is accepted, in characters.
pub const PASSWORD_MIN: usize = 12;
/// The longest, in bytes: hashing must not be a way to keep the server busy.
pub const PASSWORD_MAX: usize = 1024;

/// Hashes a new password. The error says what is wrong with it.
pub fn hash(password: &str) -> Result<String, String> {
    if password.chars().count() < PASSWORD_MIN {
        return Err(format!(
            "the password needs at least {PASSWORD_MIN} characters"
        ));
    }
    if password.len() > PASSWORD_MAX {
        return Err(format!(
            "the password may have at most {PASSWORD_MAX} bytes"
        ));
    }
    let salt = SaltString::generate(&mut OsRng);
    Argon2::default()
        .hash_password(password.as_bytes(), &salt)
        .map(|hash| hash.to_string())
        .map_err(|e| e.to_string())
}

/// Whether `password` is the one of `hash`. With no hash (no such account) as much work is done and
/// the answer is no: the time taken does not tell which names exist.
pub async fn matches(password: String, hash: Option<String>) -> bool {
    let check = move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let Ok(parsed) = PasswordHash::new(&hash) else {
            return false;
        };
        let right = password.len() <= PASSWORD_MAX
            && Argon2::default()
                .verify_password(password.as_bytes(), &parsed)
                .is_ok();
        right && known
    };
    let Ok(_turn) = TURN.acquire().await else {
        return false;
    };
    let (tell, told) = oneshot::channel();
    std::thread::spawn(move || {
        // Nobody waits any more if the request is gone.
        let _gone = tell.send(check());
    });
    told.await.unwrap_or(false)
}

/// One at a time, in a thread that ends: each needs 19 MiB, which the allocator keeps for every
/// thread that had them and lives on.
static TURN: Semaphore = Semaphore::const_new(1);

/// A hash of a random password that nobody has, at the default cost.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$YXNpZGUtbm9ib2R5LXNhbHQ$Yj5b6PBSxpIxBZkwQMmD0ap1dLqVqn1Jv0vG3S2r0e8";

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_matches() {
        let stored = hash("correct horse battery").unwrap();
        assert!(matches("correct horse battery".to_owned(), Some(stored.clone())).await);
        assert!(!matches("correct horse batterY".to_owned(), Some(stored)).await);
        assert!(!matches("correct horse battery".to_owned(), None).await);
    }

    #[test]
    fn the_hash_for_unknown_names_can_be_read_so_that_its_work_is_done() {
        assert!(PasswordHash::new(NOBODY).is_ok());
        assert!(hash("short").unwrap_err().contains("12"));
    }
}
