//! What is said, in pieces, and how it goes out: as a stream of events or in one.

use std::{io, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, Response, header},
};
use futures::{StreamExt, stream, stream::BoxStream};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::{
    Model,
    request::{Asked, tokens},
};

/// Characters of a piece of content: a few tokens.
const PIECE: usize = 24;
/// Events before a hold in the middle: something of the answer is there by then.
const MIDDLE: usize = 4;

/// A piece of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// Content.
    Content(String),
    /// The model declines, in these words.
    Refusal(String),
    /// A call of a tool, as the delta has it.
    Tool(Value),
    /// Bytes that go out as they are, where an event would stand.
    Raw(Vec<u8>),
}

/// How an answer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// As it should, for this reason.
    Finished(&'static str),
    /// The connection is closed in the middle.
    Cut,
    /// Never: the pieces come again and again.
    Never,
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Speech {
    /// Its pieces.
    pub pieces: Vec<Piece>,
    /// Its end.
    pub end: End,
}

impl Speech {
    /// A text in pieces of some tokens.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let letters: Vec<char> = text.chars().collect();
        let pieces = letters.chunks(PIECE);
        Self {
            pieces: pieces
                .map(|piece| Piece::Content(piece.iter().collect()))
                .collect(),
            end: End::Finished("stop"),
        }
    }

    /// Ends it where its tokens reach the limit.
    #[must_use]
    pub fn limited(mut self, limit: Option<usize>) -> Self {
        let Some(limit) = limit else { return self };
        let mut spent = 0;
        let mut within = |piece: &Piece| {
            spent += cost(piece);
            spent <= limit
        };
        let fits = self.pieces.iter().take_while(|it| within(it)).count();
        if fits < self.pieces.len() && self.end != End::Never {
            self.pieces.truncate(fits);
            self.end = match self.end {
                End::Cut => End::Cut,
                _ => End::Finished("length"),
            };
        }
        self
    }

    fn content(&self) -> String {
        self.pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Content(text) => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }

    fn cost(&self) -> usize {
        self.pieces.iter().map(cost).sum()
    }
}

fn cost(piece: &Piece) -> usize {
    match piece {
        Piece::Content(text) | Piece::Refusal(text) => tokens(text),
        Piece::Tool(call) => tokens(&call.to_string()),
        Piece::Raw(_) => 0,
    }
}

/// When the pieces go out.
#[derive(Debug)]
pub struct Pace {
    /// Between pieces.
    pub between: Duration,
    /// Whether a stream waits in its middle for its release.
    pub held_in_the_middle: bool,
    /// What releases it.
    pub holder: watch::Receiver<u64>,
}

/// An answer's frame: what each of its events has in common.
#[derive(Debug, Clone)]
struct Frame {
    id: String,
    created: i64,
    model: &'static str,
    usage: bool,
}

impl Frame {
    fn event(&self, choices: Value, usage: Value) -> Bytes {
        let mut event = json!({
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": self.model,
            "service_tier": "default",
            "system_fingerprint": "fp_lab",
            "choices": choices,
        });
        if self.usage {
            event["usage"] = usage;
        }
        Bytes::from(format!("data: {event}\n\n"))
    }

    fn delta(&self, delta: Value, finish: Option<&str>) -> Bytes {
        let choice = json!({"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish});
        self.event(json!([choice]), Value::Null)
    }

    fn piece(&self, piece: &Piece) -> Bytes {
        match piece {
            Piece::Content(text) => self.delta(json!({"content": text}), None),
            Piece::Refusal(text) => self.delta(json!({"refusal": text}), None),
            Piece::Tool(call) => self.delta(json!({"tool_calls": [call]}), None),
            Piece::Raw(bytes) => Bytes::from(bytes.clone()),
        }
    }
}

/// Sends an answer as it was asked for.
pub fn send(model: &Arc<Model>, asked: &Asked, speech: Speech, pace: Pace) -> Response<Body> {
    let frame = Frame {
        id: format!("chatcmpl-{}", model.fresh(24)),
        created: model.now_s(),
        model: model.name,
        usage: asked.usage,
    };
    let completion = speech.cost();
    let usage = json!({
        "prompt_tokens": asked.prompt_tokens,
        "completion_tokens": completion,
        "total_tokens": asked.prompt_tokens + completion,
    });
    let (media, parts) = if asked.stream {
        (
            "text/event-stream; charset=utf-8",
            streamed(frame, speech, usage),
        )
    } else {
        ("application/json", whole(&frame, &speech, &usage))
    };
    let mut response = Response::new(Body::from_stream(paced(parts, pace)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

type Parts = BoxStream<'static, io::Result<Bytes>>;

/// The end of a connection, after what was said has been sent.
fn severed() -> Parts {
    let end = async {
        // Waiting once lets the connection send what it holds.
        tokio::task::yield_now().await;
        Err(io::Error::from(io::ErrorKind::ConnectionAborted))
    };
    stream::once(end).boxed()
}

fn streamed(frame: Frame, speech: Speech, usage: Value) -> Parts {
    let first = frame.delta(
        json!({"role": "assistant", "content": "", "refusal": null}),
        None,
    );
    let after = match speech.end {
        End::Finished(reason) => {
            let mut last = vec![frame.delta(json!({}), Some(reason))];
            if frame.usage {
                last.push(frame.event(json!([]), usage));
            }
            last.push(Bytes::from_static(b"data: [DONE]\n\n"));
            stream::iter(last).map(Ok).boxed()
        }
        End::Cut => severed(),
        End::Never => stream::empty().boxed(),
    };
    let pieces = speech.pieces;
    let again = speech.end == End::Never && !pieces.is_empty();
    let rounds = if again { usize::MAX } else { pieces.len() };
    let said =
        stream::iter(0..rounds).map(move |index| Ok(frame.piece(&pieces[index % pieces.len()])));
    stream::iter([Ok(first)]).chain(said).chain(after).boxed()
}

fn whole(frame: &Frame, speech: &Speech, usage: &Value) -> Parts {
    let content = speech.content();
    let mut message = json!({"role": "assistant", "content": content, "refusal": null});
    let (mut calls, mut declined, mut raw) = (Vec::new(), String::new(), None);
    for piece in &speech.pieces {
        match piece {
            Piece::Tool(call) => calls.push(call.clone()),
            Piece::Refusal(text) => declined.push_str(text),
            Piece::Raw(bytes) => raw = Some(bytes.clone()),
            Piece::Content(_) => {}
        }
    }
    if !calls.is_empty() {
        message["tool_calls"] = Value::Array(calls);
    }
    if !declined.is_empty() {
        message["refusal"] = json!(declined);
        message["content"] = Value::Null;
    }
    let reason = match speech.end {
        End::Finished(reason) => reason,
        End::Cut | End::Never => "stop",
    };
    let choice = json!({"index": 0, "message": message, "logprobs": null, "finish_reason": reason});
    let body = json!({
        "id": frame.id,
        "object": "chat.completion",
        "created": frame.created,
        "model": frame.model,
        "service_tier": "default",
        "system_fingerprint": "fp_lab",
        "choices": [choice],
        "usage": usage,
    });
    let bytes = raw.unwrap_or_else(|| body.to_string().into_bytes());
    match speech.end {
        End::Finished(_) => stream::iter([Ok(Bytes::from(bytes))]).boxed(),
        End::Cut => {
            let half = Bytes::from(bytes).slice(..body.to_string().len() / 2);
            stream::iter([Ok(half)]).chain(severed()).boxed()
        }
        End::Never => {
            let bytes = Bytes::from(bytes);
            stream::repeat_with(move || Ok(bytes.clone())).boxed()
        }
    }
}

/// The parts in their time.
fn paced(parts: Parts, pace: Pace) -> Parts {
    let state = (parts, pace, 0_usize);
    stream::unfold(state, |(mut parts, mut pace, index)| async move {
        if index > 0 && !pace.between.is_zero() {
            tokio::time::sleep(pace.between).await;
        }
        let held = pace.held_in_the_middle && index == MIDDLE;
        if held && pace.holder.changed().await.is_err() {
            return None;
        }
        let part = parts.next().await?;
        Some((part, (parts, pace, index + 1)))
    })
    .boxed()
}
