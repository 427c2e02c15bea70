//! Builds the extension into `dist/extension`: wasm-pack, wasm-opt, then the files that stand beside the panel.
//!
//! | in the tree | in the extension |
//! |---|---|
//! | `manifest.json` | `manifest.json` |
//! | `extension/assets/**` | the same below the root: `panel.html`, `boot.js`, … |
//! | `extension/src/content/*.js` | `content/` |
//! | `extension/src/background/*.js` | `background/` |
//! | the panel, compiled | `wasm/panel.js`, `wasm/panel_bg.wasm` |

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use crate::command::{command, quiet, shown};
use crate::digest::digest;
use crate::error::Error;
use crate::places::Places;
use crate::setup::{self, wasm_target};

/// Whether it is built for size or for building soon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// What users get: profile `wasm`, link-time optimisation, wasm-opt.
    Release,
    /// For day-to-day work: little optimisation, nothing over the whole program.
    Dev,
}

impl Form {
    fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Dev => "dev",
        }
    }
}

/// What a panel depends on, how it is built included: if none of it changed, the compiled one is taken again.
const SOURCES: [&str; 8] = [
    "Cargo.toml",
    "Cargo.lock",
    "extension/Cargo.toml",
    "extension/src",
    "shared/Cargo.toml",
    "shared/src",
    "xtask/src/extension.rs",
    "xtask/src/setup/wasm_target.rs",
];

/// Optimising the whole program prints nothing for minutes.
const SILENCE: Duration = Duration::from_secs(20 * 60);

/// The shipped features of WebAssembly. `--all-features` writes some that Chromium 156 refuses.
const WASM_FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Only the smallest functions are put into their callers. It costs bytes, and a function that stands once in each of
/// its callers in other words costs more when it is compressed.
const NO_INLINING: [&str; 6] = [
    "--always-inline-max-function-size",
    "2",
    "--flexible-inline-max-function-size",
    "10",
    "--one-caller-inline-max-function-size",
    "10",
];

/// Brings `dist/extension` up to date.
///
/// # Errors
/// When a tool fails, a file is missing, or the manifest names a file that the extension does not hold.
pub fn build(places: &Places, form: Form) -> Result<(), Error> {
    let own = places.target.join("wasm");
    fs::create_dir_all(&own).map_err(|e| Error::new("write the build folder", e))?;
    let lock = setup::lock(&own.join("extension.lock"))?;
    let panel = own.join(format!("panel-{}", form.name()));
    compile(places, form, &own, &panel)?;

    let new = places.root.join("dist/extension.new");
    let _ = fs::remove_dir_all(&new);
    assemble(&places.root, &panel, &new)?;
    let old = places.extension();
    if old.exists() {
        fs::remove_dir_all(&old).map_err(|e| Error::new("remove the last extension", e))?;
    }
    fs::rename(&new, &old).map_err(|e| Error::new("put the extension in its place", e))?;
    drop(lock);
    Ok(())
}

/// Compiles the panel into the folder `panel`, unless what stands there was made from the same sources.
fn compile(places: &Places, form: Form, own: &Path, panel: &Path) -> Result<(), Error> {
    let compiler = wasm_target::compiler(places).unwrap_or_default();
    let wanted = digest(&places.root, &SOURCES, &compiler)
        .map_err(|e| Error::new("read the panel's sources", e))?;
    let stamp = panel.join("made-from");
    if fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
        return Ok(());
    }
    println!("extension: compiling the panel ({})", form.name());
    // The stamp goes first and comes last: a build that was cut off is no build.
    let _ = fs::remove_dir_all(panel);
    let mut pack = command(places, "wasm-pack");
    wasm_target::prepare(places, &mut pack);
    pack.args([
        "build",
        "extension",
        "--target",
        "web",
        "--mode",
        "no-install",
    ])
    .args(["--no-typescript", "--no-pack", "--no-opt", "--no-gitignore"])
    .args(["--out-name", "panel", "--out-dir"])
    .arg(panel)
    .args(["--profile", "wasm"])
    .env("CARGO_TARGET_DIR", own);
    if form == Form::Dev {
        pack.env("CARGO_PROFILE_WASM_LTO", "off")
            .env("CARGO_PROFILE_WASM_OPT_LEVEL", "1")
            .env("CARGO_PROFILE_WASM_CODEGEN_UNITS", "256")
            .env("CARGO_PROFILE_WASM_INCREMENTAL", "true");
    }
    if !shown(pack, SILENCE)?.success {
        return Err(Error::new(
            "compile the panel",
            "wasm-pack failed, see above",
        ));
    }
    if form == Form::Release {
        let wasm = panel.join("panel_bg.wasm");
        let small = panel.join("small.wasm");
        let mut opt = command(places, places.npm_command("wasm-opt"));
        opt.arg("-Oz")
            .args(NO_INLINING)
            // The first page of memory is the end of the stack, which nothing of Rust's points into.
            .arg("--low-memory-unused")
            .args(WASM_FEATURES)
            .arg("--strip-debug")
            .arg("--strip-producers")
            .arg(&wasm)
            .arg("-o")
            .arg(&small);
        quiet(opt, &own.join("wasm-opt.log"), None)?;
        fs::rename(&small, &wasm).map_err(|e| Error::new("put the small panel in its place", e))?;
        let glue = panel.join("panel.js");
        fs::read_to_string(&glue)
            .and_then(|text| fs::write(&glue, without_comments(&text)))
            .map_err(|e| Error::new("put the small panel in its place", e))?;
    }
    fs::write(&stamp, wanted).map_err(|e| Error::new("note what the panel was made from", e))
}

/// What wasm-bindgen generated, without indentation, empty lines and comments that have lines of their own. It writes
/// no string over several lines.
fn without_comments(script: &str) -> String {
    let mut in_comment = false;
    let mut kept = String::with_capacity(script.len());
    for line in script.lines().map(str::trim) {
        in_comment |= line.starts_with("/*");
        if !(in_comment || line.is_empty() || line.starts_with("//")) {
            kept.push_str(line);
            kept.push('\n');
        }
        in_comment &= !line.ends_with("*/");
    }
    kept
}

/// Lays out the extension in the folder `to`, which must not exist, and checks that its manifest finds its files.
fn assemble(root: &Path, panel: &Path, to: &Path) -> Result<(), Error> {
    let everything = |_: &Path| true;
    let script = |file: &Path| file.extension().is_some_and(|extension| extension == "js");
    let of_panel = |file: &Path| {
        file.extension()
            .is_some_and(|extension| extension == "js" || extension == "wasm")
    };
    let source = root.join("extension");
    copy(&source.join("assets"), to, &everything)
        .and_then(|()| copy(&source.join("src/content"), &to.join("content"), &script))
        .and_then(|()| {
            copy(
                &source.join("src/background"),
                &to.join("background"),
                &script,
            )
        })
        .and_then(|()| copy(panel, &to.join("wasm"), &of_panel))
        .and_then(|()| fs::copy(root.join("manifest.json"), to.join("manifest.json")))
        .map_err(|e| Error::new("put the extension's files together", e))?;
    let text = fs::read_to_string(to.join("manifest.json"))
        .map_err(|e| Error::new("read manifest.json", e))?;
    let manifest =
        serde_json::from_str(&text).map_err(|e| Error::new("read manifest.json as JSON", e))?;
    let missing: Vec<String> = named_files(&manifest)
        .into_iter()
        .filter(|file| !to.join(file).is_file())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::new(
        "put the extension together",
        format!(
            "manifest.json names what the extension does not hold: {}",
            missing.join(", ")
        ),
    )
    .with_remedy("see the table at the head of xtask/src/extension.rs for what goes where"))
}

/// Copies the files below `from` that `wanted` accepts to the same places below `to`.
fn copy(from: &Path, to: &Path, wanted: &dyn Fn(&Path) -> bool) -> io::Result<()> {
    let in_path = |e: io::Error| io::Error::new(e.kind(), format!("{}: {e}", from.display()));
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).map_err(in_path)? {
        let entry = entry?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy(&path, &target, wanted)?;
        } else if wanted(&path) {
            fs::copy(&path, &target)?;
        }
    }
    Ok(())
}

/// The extension's own files that a manifest names, relative to its root; patterns are left out.
fn named_files(manifest: &Value) -> Vec<String> {
    const PLACES: [&str; 8] = [
        "/background",
        "/content_scripts",
        "/side_panel",
        "/sidebar_action",
        "/icons",
        "/action",
        "/options_ui",
        "/web_accessible_resources",
    ];
    const ENDINGS: [&str; 6] = [".js", ".html", ".css", ".svg", ".png", ".wasm"];
    fn strings(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::String(text) => found.push(text.trim_start_matches('/').to_owned()),
            Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
            Value::Object(fields) => fields.values().for_each(|field| strings(field, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    let mut found = Vec::new();
    for place in PLACES.iter().filter_map(|place| manifest.pointer(place)) {
        strings(place, &mut found);
    }
    found.retain(|name| {
        ENDINGS.iter().any(|ending| name.ends_with(ending)) && !name.contains(['*', ':'])
    });
    found.sort();
    found.dedup();
    found
}

/// Bytes of each file of the built extension, the largest first.
pub fn sizes(folder: &Path) -> Vec<(PathBuf, u64)> {
    fn visit(folder: &Path, found: &mut Vec<(PathBuf, u64)>) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(data) if data.is_dir() => visit(&entry.path(), found),
                Ok(data) => found.push((entry.path(), data.len())),
                Err(_) => {}
            }
        }
    }
    let mut found = Vec::new();
    visit(folder, &mut found);
    found.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder above")).expect("folders");
            fs::write(path, text).expect("a file");
        }
        root
    }

    const MANIFEST: &str = r#"{"manifest_version": 3, "name": "x.js",
        "background": {"service_worker": "background/worker.js", "scripts": ["background/worker.js"]},
        "content_scripts": [{"matches": ["https://a.example/x.js*"], "js": ["content/content.js"]}],
        "web_accessible_resources": [{"resources": ["panel.html"], "matches": ["https://*/*"]}]}"#;

    fn sources(manifest: &str) -> tempfile::TempDir {
        tree(&[
            ("manifest.json", manifest),
            ("extension/assets/panel.html", "<!doctype html>"),
            ("extension/assets/icons/a.svg", "<svg/>"),
            ("extension/src/content/content.js", "1"),
            ("extension/src/content/content.test.mjs", "1"),
            ("extension/src/background/worker.js", "1"),
            ("extension/src/background/worker.ts", "1"),
            ("built/panel.js", "1"),
            ("built/panel_bg.wasm", "1"),
            ("built/panel.d.ts", "1"),
            ("built/made-from", "1"),
        ])
    }

    #[test]
    fn the_extension_holds_what_it_needs_and_neither_tests_nor_types() {
        let root = sources(MANIFEST);
        let to = root.path().join("dist/extension");
        assemble(root.path(), &root.path().join("built"), &to).expect("an extension");
        let mut files: Vec<String> = sizes(&to)
            .iter()
            .map(|(path, _)| {
                let inside = path.strip_prefix(&to).expect("inside");
                inside.to_string_lossy().into_owned()
            })
            .collect();
        files.sort();
        assert_eq!(
            files,
            [
                "background/worker.js",
                "content/content.js",
                "icons/a.svg",
                "manifest.json",
                "panel.html",
                "wasm/panel.js",
                "wasm/panel_bg.wasm",
            ]
        );
    }

    #[test]
    fn a_script_keeps_its_code_and_loses_its_comments() {
        let script = "/**\n * @param {number} a\n */\nfunction f(a) {\n    // a line\n    return `//${a}`; // after\n\n}\n\
            /* one */\nf(1);\n";
        let kept = "function f(a) {\nreturn `//${a}`; // after\n}\nf(1);\n";
        assert_eq!(without_comments(script), kept);
    }

    #[test]
    fn a_file_that_only_the_manifest_knows_is_named() {
        let root = sources(&MANIFEST.replace("content/content.js", "src/content.js"));
        let to = root.path().join("dist");
        let error = assemble(root.path(), &root.path().join("built"), &to)
            .expect_err("a file is missing")
            .to_string();
        assert!(error.contains("hold: src/content.js\n"), "{error}");
    }

    #[test]
    fn a_manifest_that_is_no_json_or_of_other_types_is_an_error_not_a_panic() {
        for text in ["", "{", "\u{202e}", "null trailing"] {
            let root = sources(text);
            let to = root.path().join("dist");
            let built = root.path().join("built");
            assert!(assemble(root.path(), &built, &to).is_err(), "{text}");
        }
        for value in [
            Value::Null,
            Value::from(3),
            serde_json::json!({"background": 3, "icons": [null, {"a": true}]}),
        ] {
            assert_eq!(named_files(&value), [""; 0]);
        }
    }

    #[test]
    fn patterns_and_addresses_in_a_manifest_are_no_files() {
        let manifest = serde_json::json!({"web_accessible_resources": [
            {"resources": ["wasm/*.js", "/panel.html"], "matches": ["https://a.example/b.html"]}]});
        assert_eq!(named_files(&manifest), ["panel.html"]);
    }
}
