//! Whether the log is as it was written: the chain, and the checkpoints of both places.

use std::fmt;

use aside_shared::audit::AuditEntry;
use ed25519_dalek::VerifyingKey;

use super::{Checkpoint, entry_hash};

/// What a verification found.
#[derive(Debug, PartialEq, Eq)]
pub struct Report {
    /// Entries in the database.
    pub entries: u64,
    /// The last entry's hash, empty if there is none.
    pub head: String,
    /// Entries that a checkpoint covers which holds.
    pub covered: u64,
    /// What is wrong, in the order of the log.
    pub faults: Vec<Fault>,
}

/// Something that is not as it was written.
#[derive(Debug, PartialEq, Eq)]
pub enum Fault {
    /// The link of this entry fails: it, or what stood before it, was changed, removed, inserted or reordered.
    Link {
        /// The first such entry's number as it stands in the database.
        seq: u64,
        /// Its place, from 1.
        place: u64,
    },
    /// A checkpoint says that the log had other content: it was cut off or computed anew.
    Cut {
        /// The last checkpoint that holds covers so many entries.
        holds_to: u64,
        /// This one does not hold.
        fails_at: u64,
    },
    /// A checkpoint's signature is not the key's.
    Signature {
        /// Which checkpoint.
        count: u64,
    },
}

impl Report {
    /// Nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} entries, head {}",
            self.entries,
            if self.head.is_empty() {
                "none"
            } else {
                &self.head
            }
        )?;
        for fault in &self.faults {
            match fault {
                Fault::Link { seq, place } => writeln!(
                    f,
                    "FAILED: the link of entry {seq} (place {place}) does not hold: it or an entry before it was \
                     changed, removed, inserted or reordered"
                )?,
                Fault::Cut { holds_to, fails_at } => writeln!(
                    f,
                    "FAILED: the log was cut off or computed anew between entry {holds_to} and entry {fails_at}: \
                     the checkpoint over {holds_to} holds, the one over {fails_at} does not"
                )?,
                Fault::Signature { count } => {
                    writeln!(
                        f,
                        "FAILED: the checkpoint over {count} entries is not signed by this key"
                    )?;
                }
            }
        }
        if self.is_sound() {
            writeln!(
                f,
                "the chain holds; checkpoints cover entries 1 to {}",
                self.covered
            )?;
        }
        match self.entries.saturating_sub(self.covered) {
            0 => Ok(()),
            open => writeln!(
                f,
                "not covered by a checkpoint yet: the last {open} entries"
            ),
        }
    }
}

/// Checks the entries (in the order of the log) against the chain and against `checkpoints`, which
/// come from the database, the second place and the caller.
pub fn verify(entries: &[AuditEntry], checkpoints: &[Checkpoint], key: &VerifyingKey) -> Report {
    let mut faults = Vec::new();
    let mut previous = String::new();
    let mut place = 0_u64;
    for entry in entries {
        place += 1;
        if entry.seq != place || entry.hash != entry_hash(&previous, entry) {
            faults.push(Fault::Link {
                seq: entry.seq,
                place,
            });
            break;
        }
        previous.clone_from(&entry.hash);
    }
    let mut by_count: Vec<&Checkpoint> = checkpoints.iter().collect();
    by_count.sort_by_key(|checkpoint| checkpoint.count);
    let mut covered = 0;
    for checkpoint in by_count {
        if !checkpoint.is_signed_by(key) {
            faults.push(Fault::Signature {
                count: checkpoint.count,
            });
            continue;
        }
        let at = usize::try_from(checkpoint.count)
            .ok()
            .and_then(|count| entries.get(count.checked_sub(1)?));
        if at.is_some_and(|entry| entry.hash == checkpoint.head) {
            covered = checkpoint.count;
        } else {
            faults.push(Fault::Cut {
                holds_to: covered,
                fails_at: checkpoint.count,
            });
            break;
        }
    }
    Report {
        entries: entries.len() as u64,
        head: entries
            .last()
            .map(|entry| entry.hash.clone())
            .unwrap_or_default(),
        covered,
        faults,
    }
}

#[cfg(test)]
mod tests {
    use aside_shared::audit::AuditAction;
    use ed25519_dalek::{Signer, SigningKey};

    use super::*;

    fn log(length: u64) -> Vec<AuditEntry> {
        let mut entries: Vec<AuditEntry> = Vec::new();
        for seq in 1..=length {
            let mut entry = AuditEntry {
                seq,
                at_unix_ms: 1000 + seq as i64,
                actor: "k.mora".to_owned(),
                action: AuditAction::AlertRead,
                tenant: Some("acme".into()),
                alert: None,
                proposal: None,
                detail: format!("entry {seq}"),
                hash: String::new(),
            };
            entry.hash = entry_hash(entries.last().map_or("", |e| &e.hash), &entry);
            entries.push(entry);
        }
        entries
    }

    fn rehash(entries: &mut [AuditEntry]) {
        let mut previous = String::new();
        for (at, entry) in entries.iter_mut().enumerate() {
            entry.seq = at as u64 + 1;
            entry.hash = entry_hash(&previous, entry);
            previous.clone_from(&entry.hash);
        }
    }

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn sign(entries: &[AuditEntry], count: usize) -> Checkpoint {
        let head = entries[count - 1].hash.clone();
        let message = Checkpoint::message(count as u64, &head, 5);
        let signature = hex::encode(key().sign(&message).to_bytes());
        Checkpoint {
            count: count as u64,
            head,
            at_unix_ms: 5,
            signature,
        }
    }

    fn faults(entries: &[AuditEntry], checkpoints: &[Checkpoint]) -> Vec<Fault> {
        verify(entries, checkpoints, &key().verifying_key()).faults
    }

    #[test]
    fn an_untouched_log_holds_and_says_what_no_checkpoint_covers() {
        let entries = log(7);
        let report = verify(
            &entries,
            &[sign(&entries, 3), sign(&entries, 5)],
            &key().verifying_key(),
        );
        assert!(report.is_sound());
        assert_eq!((report.entries, report.covered), (7, 5));
        assert!(report.to_string().contains("the last 2 entries"));
    }

    #[test]
    fn every_change_of_an_entry_is_found_at_that_entry() {
        let entries = log(6);
        for at in 0..entries.len() {
            let changes: [fn(&mut AuditEntry); 8] = [
                |e| e.at_unix_ms += 1,
                |e| e.actor.push('x'),
                |e| e.action = AuditAction::Decided,
                |e| e.tenant = None,
                |e| e.proposal = Some("p".into()),
                |e| e.detail.push('x'),
                |e| e.hash = "0".repeat(64),
                |e| e.seq += 100,
            ];
            for change in changes {
                let mut changed = entries.clone();
                change(&mut changed[at]);
                let found = faults(&changed, &[]);
                assert!(
                    matches!(found[..], [Fault::Link { place, .. }] if place == at as u64 + 1),
                    "{found:?}"
                );
            }
        }
    }

    #[test]
    fn removed_inserted_and_reordered_entries_are_found() {
        let entries = log(6);
        let mut removed = entries.clone();
        removed.remove(2);
        assert_eq!(faults(&removed, &[]), [Fault::Link { seq: 4, place: 3 }]);
        let mut inserted = entries.clone();
        inserted.insert(2, entries[4].clone());
        assert_eq!(faults(&inserted, &[]), [Fault::Link { seq: 5, place: 3 }]);
        let mut reordered = entries;
        reordered.swap(1, 2);
        assert_eq!(faults(&reordered, &[]), [Fault::Link { seq: 3, place: 2 }]);
    }

    #[test]
    fn a_cut_tail_and_a_recomputed_chain_are_found_by_checkpoints() {
        let entries = log(9);
        let checkpoints = [sign(&entries, 3), sign(&entries, 6), sign(&entries, 9)];
        assert_eq!(
            faults(&entries[..7], &checkpoints),
            [Fault::Cut {
                holds_to: 6,
                fails_at: 9
            }]
        );
        let mut recomputed = entries.clone();
        recomputed[4].detail = "something else".to_owned();
        rehash(&mut recomputed);
        assert_eq!(
            faults(&recomputed, &checkpoints),
            [Fault::Cut {
                holds_to: 3,
                fails_at: 6
            }]
        );
    }

    #[test]
    fn a_forged_checkpoint_is_found() {
        let entries = log(3);
        let mut forged = sign(&entries, 3);
        forged.count = 2;
        assert_eq!(faults(&entries, &[forged]), [Fault::Signature { count: 2 }]);
    }
}
