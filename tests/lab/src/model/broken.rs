//! Answers that no reader should trip over.

use serde_json::json;

use super::speech::{End, Piece, Speech};

/// Levels of a nested answer.
const LEVELS: usize = 200_000;
/// Claims of a wide one.
const CLAIMS: usize = 200_000;

/// The connection ends in the middle.
#[must_use]
pub fn cut(honest: Speech) -> Speech {
    let half = honest.pieces.len().div_ceil(2);
    Speech {
        pieces: honest.pieces[..half].to_vec(),
        end: End::Cut,
    }
}

/// The content stops being JSON in its middle and goes on as if nothing were.
#[must_use]
pub fn bad_json() -> Speech {
    Speech::of(
        "{\"claims\": [{\"kind\": \"fact\", \"evidence\": [\"E1\", }, text: 'so it was', ]} Let me know what else I can do.",
    )
}

/// A piece of the stream, or the whole body, is no JSON.
#[must_use]
pub fn bad_chunk() -> Speech {
    raw(b"data: {\"id\": \"chatcmpl-, \"choices\": [{\"delta\":\n\n".to_vec())
}

/// A piece of the stream, or the whole body, is no UTF-8.
#[must_use]
pub fn bad_utf8() -> Speech {
    let mut bytes = b"data: {\"choices\": [{\"index\": 0, \"delta\": {\"content\": \"".to_vec();
    bytes.extend([0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80]);
    bytes.extend(b"\"}, \"finish_reason\": null}]}\n\n");
    raw(bytes)
}

fn raw(bytes: Vec<u8>) -> Speech {
    Speech {
        pieces: vec![
            Piece::Content("{\"claims\": [".to_owned()),
            Piece::Raw(bytes),
        ],
        end: End::Finished("stop"),
    }
}

/// Nested without measure.
#[must_use]
pub fn bomb() -> Speech {
    large(format!(
        "{{\"claims\": {}{}}}",
        "[".repeat(LEVELS),
        "]".repeat(LEVELS)
    ))
}

/// Claims without measure, each of them well formed.
#[must_use]
pub fn wide_bomb() -> Speech {
    let one = json!({"kind": "view", "view": "question", "question": "Q1"}).to_string();
    large(format!("{{\"claims\": [{}]}}", vec![one; CLAIMS].join(",")))
}

/// A large text in large pieces: what weighs is the answer, not its frames.
fn large(text: String) -> Speech {
    let pieces = text.as_bytes().chunks(64 * 1024);
    Speech {
        pieces: pieces
            .map(|piece| Piece::Content(String::from_utf8_lossy(piece).into_owned()))
            .collect(),
        end: End::Finished("stop"),
    }
}

/// Begins as an answer and goes on for ever.
#[must_use]
pub fn endless() -> Speech {
    let one = json!({"kind": "view", "view": "question", "question": "Q1"});
    Speech {
        pieces: vec![
            Piece::Content(format!("{{\"claims\": [{one},")),
            Piece::Content(" ".repeat(1_024)),
        ],
        end: End::Never,
    }
}

/// Cut off at its limit, whatever that is.
#[must_use]
pub fn length(honest: Speech) -> Speech {
    let half = honest.pieces.len().div_ceil(2);
    Speech {
        pieces: honest.pieces[..half].to_vec(),
        end: End::Finished("length"),
    }
}

/// Filtered on its way.
#[must_use]
pub fn filtered(honest: Speech) -> Speech {
    Speech {
        end: End::Finished("content_filter"),
        ..length(honest)
    }
}

/// The model declines.
#[must_use]
pub fn refusal() -> Speech {
    let words = [
        "I'm sorry, ",
        "but I can't ",
        "assist with that ",
        "request.",
    ];
    Speech {
        pieces: words.map(|word| Piece::Refusal(word.to_owned())).to_vec(),
        end: End::Finished("stop"),
    }
}
