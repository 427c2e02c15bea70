//! Where things are: the tree, the build folder, the cache folder of the user. Knows no tool and starts nothing.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// The folders that every verb works in. All paths are absolute.
#[derive(Debug, Clone)]
pub struct Places {
    /// The root of the source tree.
    pub root: PathBuf,
    /// Cargo's build folder: `CARGO_TARGET_DIR`, else `target` in the root.
    pub target: PathBuf,
    /// Tools that several clones share: `ASIDE_CACHE`, else `XDG_CACHE_HOME/aside`, else `~/.cache/aside`.
    pub cache: PathBuf,
}

impl Places {
    /// Finds the folders from the environment.
    ///
    /// # Errors
    /// When no folder for the cache can be told: none of its variables and no `HOME` is set.
    pub fn find() -> Result<Self, Error> {
        // Set by `cargo run`; the compiled-in path is for a binary that is started by hand.
        let package = env::var_os("CARGO_MANIFEST_DIR")
            .unwrap_or_else(|| OsString::from(env!("CARGO_MANIFEST_DIR")));
        let root = Path::new(&package)
            .parent()
            .map(Path::to_path_buf)
            .ok_or_else(|| Error::new("find the source tree", "xtask stands in no folder"))?;
        let target = env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| root.join("target"), |folder| root.join(folder));
        let cache = cache_folder(&|name| env::var_os(name)).ok_or_else(|| {
            Error::new(
                "find the cache folder",
                "neither ASIDE_CACHE nor HOME is set",
            )
            .with_remedy("set ASIDE_CACHE to a folder that you can write")
        })?;
        Ok(Self {
            cache: root.join(cache),
            target,
            root,
        })
    }

    /// The loadable extension.
    pub fn extension(&self) -> PathBuf {
        self.root.join("dist/extension")
    }

    /// The browser tests and the packages that they and the extension's build use.
    pub fn e2e(&self) -> PathBuf {
        self.root.join("tests/e2e")
    }

    /// A command that npm installed for the browser tests.
    pub fn npm_command(&self, name: &str) -> PathBuf {
        self.e2e().join("node_modules/.bin").join(name)
    }
}

fn cache_folder(variable: &dyn Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let set = |name| variable(name).filter(|value| !value.is_empty());
    set("ASIDE_CACHE")
        .map(PathBuf::from)
        .or_else(|| set("XDG_CACHE_HOME").map(|folder| Path::new(&folder).join("aside")))
        .or_else(|| set("HOME").map(|folder| Path::new(&folder).join(".cache/aside")))
}

/// The first file called `name` in the folders of `path`, as a shell would find it.
pub fn on_path(name: &str, path: &OsString) -> Option<PathBuf> {
    env::split_paths(path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(set: &[(&str, &str)]) -> Option<PathBuf> {
        cache_folder(&|name| {
            set.iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn the_cache_folder_is_the_named_one_then_the_desktops_then_the_homes() {
        let all = [
            ("ASIDE_CACHE", "/a"),
            ("XDG_CACHE_HOME", "/x"),
            ("HOME", "/h"),
        ];
        assert_eq!(with(&all), Some("/a".into()));
        assert_eq!(with(&all[1..]), Some("/x/aside".into()));
        assert_eq!(with(&all[2..]), Some("/h/.cache/aside".into()));
        assert_eq!(with(&[]), None);
    }

    #[test]
    fn an_empty_variable_counts_as_unset() {
        assert_eq!(
            with(&[("ASIDE_CACHE", ""), ("HOME", "/h")]),
            Some("/h/.cache/aside".into())
        );
    }
}
