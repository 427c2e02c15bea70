//! Version numbers as tools print them, and the versions that `Cargo.lock` pins.

/// A version by its numbers; what follows a `-` or `+` is not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u64, pub u64, pub u64);

/// The first version in what a tool prints, such as `v20.20.2` or `wasm-pack 0.15.1`.
/// A missing second or third number counts as 0, but a lone number is no version unless a `v` stands before it.
pub fn find(text: &str) -> Option<Version> {
    text.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ','))
        .find_map(parse)
}

fn parse(word: &str) -> Option<Version> {
    let bare = word.strip_prefix('v');
    let core = bare.unwrap_or(word).split(['-', '+']).next()?;
    let numbers: Vec<u64> = core
        .split('.')
        .take(3)
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    match numbers[..] {
        [major] if bare.is_some() => Some(Version(major, 0, 0)),
        [major, minor] => Some(Version(major, minor, 0)),
        [major, minor, patch] => Some(Version(major, minor, patch)),
        _ => None,
    }
}

/// The version of `package` in the text of a `Cargo.lock`; none if it is absent or stands there more than once.
pub fn locked<'a>(lock_file: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut found = lock_file
        .split("[[package]]")
        .filter(|block| block.lines().any(|line| line.trim() == name))
        .filter_map(|block| {
            block
                .lines()
                .find_map(|line| line.trim().strip_prefix("version = \"")?.strip_suffix('"'))
        });
    found.next().filter(|_| found.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_tools_print() {
        assert_eq!(find("v20.20.2"), Some(Version(20, 20, 2)));
        assert_eq!(find("wasm-pack 0.15.1\n"), Some(Version(0, 15, 1)));
        assert_eq!(
            find("rustc 1.96.0 (abc 2026-03-21)"),
            Some(Version(1, 96, 0))
        );
        assert_eq!(
            find("Chromium 156.0.8078.79 built on Debian"),
            Some(Version(156, 0, 8078))
        );
        assert_eq!(find("tool 1.2-rc.1"), Some(Version(1, 2, 0)));
        assert_eq!(find("v24"), Some(Version(24, 0, 0)));
    }

    #[test]
    fn what_is_no_version_is_not_taken_for_one() {
        for text in [
            "",
            "no version here",
            "20",
            "v",
            "1..2",
            "1.x.3",
            "-",
            "１.２.３",
            "99999999999999999999.1",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }

    #[test]
    fn versions_compare_by_number_not_by_letter() {
        assert!(Version(20, 0, 0) > Version(18, 19, 1));
        assert!(Version(0, 2, 130) > Version(0, 2, 99));
    }

    const LOCK: &str = "version = 4\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\ndependencies = [\n \"wasm-bindgen-macro\",\n]\n\n[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"0.2.131\"\n\n[[package]]\nname = \"twice\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"twice\"\nversion = \"2.0.0\"\n";

    #[test]
    fn the_locked_version_is_that_of_exactly_this_package() {
        assert_eq!(locked(LOCK, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked(LOCK, "wasm-bindgen-macro"), Some("0.2.131"));
    }

    #[test]
    fn an_absent_or_doubled_package_has_no_locked_version() {
        assert_eq!(locked(LOCK, "wasm"), None);
        assert_eq!(locked(LOCK, "twice"), None);
        assert_eq!(locked("", "wasm-bindgen"), None);
        assert_eq!(locked("\u{202e}[[package]]\0name", "wasm-bindgen"), None);
    }

    #[test]
    fn this_trees_own_lock_file_pins_wasm_bindgen() {
        let lock = include_str!("../../Cargo.lock");
        let version = locked(lock, "wasm-bindgen").and_then(find);
        assert!(version >= Some(Version(0, 2, 100)), "{version:?}");
    }
}
