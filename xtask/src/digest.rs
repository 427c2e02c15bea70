//! One short text that changes when any of a set of files does.

use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::io;
use std::path::{Path, PathBuf};

/// The digest of the files and folders `names` below `root`, by name and content, and of `salt`.
/// It tells changes from none; it is no protection against a forger.
///
/// # Errors
/// When one of them is absent or unreadable.
pub fn digest(root: &Path, names: &[&str], salt: &str) -> io::Result<String> {
    let mut files = Vec::new();
    for name in names {
        list(&root.join(name), &mut files)?;
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    let mut add = |bytes: &[u8]| {
        hasher.write_usize(bytes.len());
        hasher.write(bytes);
    };
    add(salt.as_bytes());
    for file in &files {
        let name = file.strip_prefix(root).unwrap_or(file);
        add(name.as_os_str().as_encoded_bytes());
        add(&fs::read(file)?);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn list(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        files.push(path.to_path_buf());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        list(&entry?.path(), files)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_change_of_name_place_content_or_salt_changes_it_and_nothing_else_does() {
        let root = tempfile::tempdir().expect("a folder");
        let file = |name: &str| root.path().join(name);
        let now = |salt| digest(root.path(), &["a", "b"], salt).expect("a digest");
        fs::create_dir(file("a")).expect("a folder");
        fs::write(file("a/x"), "12").expect("a file");
        fs::write(file("b"), "3").expect("a file");
        let first = now("salt");
        assert_eq!(now("salt"), first);
        assert_ne!(now("other"), first);
        fs::write(file("a/x"), "1").expect("a file");
        fs::write(file("b"), "23").expect("a file");
        assert_ne!(now("salt"), first, "bytes moved from one file to the next");
        fs::write(file("a/x"), "12").expect("a file");
        fs::write(file("b"), "3").expect("a file");
        assert_eq!(now("salt"), first);
        fs::rename(file("a/x"), file("a/y")).expect("a new name");
        assert_ne!(now("salt"), first);
    }

    #[test]
    fn an_absent_file_is_an_error() {
        let root = tempfile::tempdir().expect("a folder");
        assert!(digest(root.path(), &["gone"], "").is_err());
    }
}
