//! Signed checkpoints: how many entries there are and the last one's hash, by a key that is not in
//! the database, written to the database and to a second place.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

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
    /// The last entry that a checkpoint must cover at once.
    wanted: AtomicU64,
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
            wanted: AtomicU64::new(0),
            last: Mutex::new(None),
        })
    }

    /// A checkpoint over this entry is due as soon as it is committed.
    pub(super) fn ask_to_cover(&self, seq: u64) {
        self.wanted.fetch_max(seq, Ordering::SeqCst);
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
        let due = match last {
            None => count > 0,
            Some((covered, at)) => {
                count > covered
                    && (self.wanted.load(Ordering::SeqCst) > covered
                        || count - covered >= EVERY_ENTRIES
                        || now_unix_ms - at >= EVERY_MS)
            }
        };
        if !due {
            return Ok(());
        }
        let message = Checkpoint::message(count, &head, now_unix_ms);
        let checkpoint = Checkpoint {
            count,
            head,
            at_unix_ms: now_unix_ms,
            signature: hex::encode(self.key.sign(&message).to_bytes()),
        };
        self.write_to_second_place(&checkpoint)?;
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
        append_line(&self.second_place, &line).map_err(|error| CheckpointError::SecondPlace {
            file: self.second_place.clone(),
            error,
        })?;
        *last = Some((checkpoint.count, checkpoint.at_unix_ms));
        Ok(())
    }
}

/// Appends a whole line. What was cut off there by a crash was never a checkpoint: it is removed.
fn append_line(path: &Path, line: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new()
        .create(true)
        .read(true)
        .append(true)
        .open(path)?;
    let mut end = file.seek(SeekFrom::End(0))?;
    let mut byte = [0];
    while end > 0 {
        file.seek(SeekFrom::Start(end - 1))?;
        file.read_exact(&mut byte)?;
        if byte == *b"\n" {
            break;
        }
        end -= 1;
    }
    file.set_len(end)?;
    file.write_all(line.as_bytes())?;
    file.sync_data()
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

#[cfg(test)]
mod tests {
    use aside_shared::audit::AuditAction;

    use super::*;
    use crate::audit::{Audit, Record};
    use crate::clock::SharedClock;
    use crate::testing::{World, world};

    /// A log over the world's store with a notary of its own, and its second place.
    fn log(world: &World) -> (Audit, PathBuf) {
        let second_place = world.folder.path().join("second");
        let notary = Notary::open(&world.folder.path().join("key"), &second_place).unwrap();
        let clock: SharedClock = world.clock.clone();
        (Audit::new(world.store.clone(), clock, notary), second_place)
    }

    async fn read(audit: &Audit, action: AuditAction) {
        audit
            .record(Record::new("k.mora", action, "x"))
            .await
            .unwrap();
    }

    async fn covered(world: &World) -> u64 {
        world.store.audit_head().await.unwrap().covered
    }

    #[tokio::test]
    async fn a_checkpoint_comes_with_every_decision_and_vendor_change_and_each_100_entries_or_60_s()
    {
        let world = world().await;
        let (audit, _) = log(&world);
        read(&audit, AuditAction::AlertRead).await;
        assert_eq!(covered(&world).await, 1, "the first of a process");
        read(&audit, AuditAction::AlertRead).await;
        assert_eq!(covered(&world).await, 1);
        let mut count = 2;
        for action in [
            AuditAction::Decided,
            AuditAction::VendorCall,
            AuditAction::VendorAnswer,
            AuditAction::Outcome,
        ] {
            read(&audit, action).await;
            count += 1;
            assert_eq!(covered(&world).await, count, "{action:?}");
        }
        for _ in 0..99 {
            read(&audit, AuditAction::AlertRead).await;
        }
        assert_eq!(covered(&world).await, count);
        read(&audit, AuditAction::AlertRead).await;
        count += 100;
        assert_eq!(covered(&world).await, count);
        read(&audit, AuditAction::AlertRead).await;
        world.clock.advance_ms(EVERY_MS - 1);
        audit.settle().await.unwrap();
        assert_eq!(covered(&world).await, count);
        world.clock.advance_ms(1);
        audit.settle().await.unwrap();
        assert_eq!(covered(&world).await, count + 1);
    }

    #[tokio::test]
    async fn a_decision_is_covered_even_if_another_entry_settles_before_it_is_committed() {
        let world = world().await;
        let (audit, _) = log(&world);
        read(&audit, AuditAction::AlertRead).await;
        let mut tx = world.store.write().await.unwrap();
        let other = Record::new("j.doe", AuditAction::AlertRead, "x");
        audit.append(&mut tx, other).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = world.store.write().await.unwrap();
        let decided = Record::new("k.mora", AuditAction::Decided, "x");
        audit.append(&mut tx, decided).await.unwrap();
        // The other one's settling begins before the decision is committed, and waits for it.
        let (settled, committed) = tokio::join!(audit.settle(), tx.commit());
        settled.unwrap();
        committed.unwrap();
        audit.settle().await.unwrap();
        assert_eq!(covered(&world).await, 3);
    }

    #[tokio::test]
    async fn a_line_that_a_crash_cut_off_is_gone_with_the_next_and_the_rest_stands() {
        let world = world().await;
        let (audit, second_place) = log(&world);
        read(&audit, AuditAction::Decided).await;
        let whole = std::fs::read_to_string(&second_place).unwrap();
        for cut in [&whole[..20], "{", "\u{e9}"] {
            std::fs::write(&second_place, format!("{whole}{cut}")).unwrap();
            read(&audit, AuditAction::Decided).await;
            let text = std::fs::read_to_string(&second_place).unwrap();
            assert!(text.starts_with(&whole));
            for line in text.lines() {
                let _checkpoint: Checkpoint = serde_json::from_str(line).unwrap();
            }
            assert_eq!(text.lines().count(), 2);
        }
        std::fs::write(&second_place, "cut").unwrap();
        read(&audit, AuditAction::Decided).await;
        let text = std::fs::read_to_string(&second_place).unwrap();
        assert_eq!(text.lines().count(), 1);
    }
}
