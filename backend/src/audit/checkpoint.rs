//! Signed checkpoints: how many entries there are and the last one's hash, by a key that is not in
//! the database, written to the database and to a second place.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::store::{Store, StoreError, audit as rows};

/// That the first `count` entries end in `head`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// How many entries.
    pub count: u64,
    /// The last one's hash.
    pub head: String,
    /// When it was signed, milliseconds since the epoch.
    pub at_unix_ms: i64,
    /// Ed25519 over [`Checkpoint::message`], hex.
    pub signature: String,
}

impl Checkpoint {
    pub(super) fn message(count: u64, head: &str, at_unix_ms: i64) -> Vec<u8> {
        format!("aside/audit-checkpoint/1\n{count}\n{head}\n{at_unix_ms}\n").into_bytes()
    }

    /// Whether `key` signed it.
    pub fn is_signed_by(&self, key: &VerifyingKey) -> bool {
        let Some(bytes) = hex::decode(&self.signature)
            .ok()
            .and_then(|bytes| <[u8; 64]>::try_from(bytes).ok())
        else {
            return false;
        };
        let message = Self::message(self.count, &self.head, self.at_unix_ms);
        key.verify(&message, &Signature::from_bytes(&bytes)).is_ok()
    }
}

/// Why a checkpoint could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The key file.
    #[error("audit key {}: {problem}", file.display())]
    Key {
        /// The file.
        file: PathBuf,
        /// What is wrong, without its content.
        problem: String,
    },
    /// The second place.
    #[error("audit checkpoints {}: {error}", file.display())]
    SecondPlace {
        /// The file.
        file: PathBuf,
        /// Why it cannot be written.
        error: std::io::Error,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes checkpoints.
pub struct Notary {
    key: SigningKey,
    second_place: PathBuf,
    at_once: AtomicBool,
    /// Serialises writers of the second place, and remembers what the last checkpoint covers.
    last: Mutex<Option<(u64, i64)>>,
}

const EVERY_ENTRIES: u64 = 100;
const EVERY_MS: i64 = 60_000;

impl Notary {
    /// A notary with the key in `key_file`, which is created for its owner only if it is not there.
    pub fn open(key_file: &Path, second_place: &Path) -> Result<Self, CheckpointError> {
        let key = if key_file.exists() {
            read_key(key_file)?
        } else {
            create_key(key_file)?
        };
        Ok(Self {
            key,
            second_place: second_place.to_owned(),
            at_once: AtomicBool::new(true),
            last: Mutex::new(None),
        })
    }

    pub(super) fn ask_at_once(&self) {
        self.at_once.store(true, Ordering::SeqCst);
    }

    pub(super) async fn settle(
        &self,
        store: &Store,
        now_unix_ms: i64,
    ) -> Result<(), CheckpointError> {
        let (count, head) = rows::read_head(store).await?;
        let last = *self
            .last
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let due = last.is_none_or(|(covered, at)| {
            count >= covered + EVERY_ENTRIES || now_unix_ms - at >= EVERY_MS
        });
        let covered = last.map_or(0, |(covered, _)| covered);
        if count == covered || !(self.at_once.swap(false, Ordering::SeqCst) || due) {
            return Ok(());
        }
        let message = Checkpoint::message(count, &head, now_unix_ms);
        let checkpoint = Checkpoint {
            count,
            head,
            at_unix_ms: now_unix_ms,
            signature: hex::encode(self.key.sign(&message).to_bytes()),
        };
        if let Err(error) = self.write_to_second_place(&checkpoint) {
            self.ask_at_once();
            return Err(error);
        }
        let mut tx = store.write().await?;
        rows::insert_checkpoint(&mut tx, &checkpoint).await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    fn write_to_second_place(&self, checkpoint: &Checkpoint) -> Result<(), CheckpointError> {
        let mut last = self
            .last
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let line = serde_json::json!(checkpoint).to_string() + "\n";
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.second_place)
            .and_then(|mut file| {
                file.write_all(line.as_bytes())?;
                file.sync_data()
            })
            .map_err(|error| CheckpointError::SecondPlace {
                file: self.second_place.clone(),
                error,
            })?;
        *last = Some((checkpoint.count, checkpoint.at_unix_ms));
        Ok(())
    }
}

/// The public half of the key in `key_file`.
pub fn public_key(key_file: &Path) -> Result<VerifyingKey, CheckpointError> {
    Ok(read_key(key_file)?.verifying_key())
}

fn key_error(file: &Path, problem: impl ToString) -> CheckpointError {
    CheckpointError::Key {
        file: file.to_owned(),
        problem: problem.to_string(),
    }
}

fn read_key(file: &Path) -> Result<SigningKey, CheckpointError> {
    let text = std::fs::read_to_string(file).map_err(|e| key_error(file, e))?;
    let bytes = hex::decode(text.trim())
        .ok()
        .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    bytes
        .map(|bytes| SigningKey::from_bytes(&bytes))
        .ok_or_else(|| key_error(file, "is not 32 bytes as hex"))
}

fn create_key(file: &Path) -> Result<SigningKey, CheckpointError> {
    let seed: [u8; 32] = rand::random();
    let mut out = create_for_owner(file).map_err(|e| key_error(file, e))?;
    out.write_all(hex::encode(seed).as_bytes())
        .and_then(|()| out.sync_all())
        .map_err(|e| key_error(file, e))?;
    Ok(SigningKey::from_bytes(&seed))
}

#[cfg(unix)]
fn create_for_owner(file: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
}

#[cfg(not(unix))]
fn create_for_owner(file: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(file)
}
