//! Reading an answer as it comes: server-sent events of `chat.completion.chunk`, or one `chat.completion`.

use serde_json::Value;

use super::failure::{Failure, quoted};

/// Bytes of an answer with all that is around it.
const RAW_MAX: usize = 8 * 1024 * 1024;
/// Bytes of an answer's own text.
const TEXT_MAX: usize = 256 * 1024;

/// A whole answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// What the model wrote. Untrusted.
    pub text: String,
    /// Tokens of the question, where the endpoint says.
    pub tokens_in: Option<u64>,
    /// Tokens of the answer.
    pub tokens_out: Option<u64>,
    /// It came piece by piece.
    pub streamed: bool,
}

/// Takes an answer's bytes in any cut.
pub(super) struct Reader {
    is_stream: bool,
    /// Bytes that are not read yet: a line of a stream, or all of an answer in one.
    waiting: Vec<u8>,
    /// The `data` of the event that is being read.
    data: Vec<u8>,
    raw: usize,
    ended: bool,
    /// The reason that the model's end was given.
    finish: Option<String>,
    answer: Completion,
}

impl Reader {
    /// Of an answer with that content type.
    pub(super) fn new(content_type: &str) -> Self {
        let is_stream = content_type.starts_with("text/event-stream");
        Self {
            is_stream,
            waiting: Vec::new(),
            data: Vec::new(),
            raw: 0,
            ended: false,
            finish: None,
            answer: Completion {
                streamed: is_stream,
                ..Completion::default()
            },
        }
    }

    /// Takes the next bytes; whether the answer has ended.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<bool, Failure> {
        self.raw += bytes.len();
        if self.raw > RAW_MAX {
            return Err(Failure::TooMuch);
        }
        if !self.is_stream {
            self.waiting.extend_from_slice(bytes);
            return Ok(false);
        }
        for part in bytes.split_inclusive(|b| *b == b'\n') {
            self.waiting.extend_from_slice(part);
            if part.ends_with(b"\n") {
                let line = std::mem::take(&mut self.waiting);
                self.line(line.trim_ascii_end())?;
            }
            if self.ended {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The answer, once all bytes were taken.
    pub(super) fn finish(mut self) -> Result<Completion, Failure> {
        let rest = std::mem::take(&mut self.waiting);
        if self.is_stream {
            self.line(rest.trim_ascii_end())?;
            self.event()?;
        } else {
            self.whole(&rest)?;
        }
        match self.finish.as_deref() {
            Some("stop") => {}
            None if self.ended => {}
            None => return Err(Failure::Lost("its end is missing".to_owned())),
            Some("length") => return Err(Failure::CutOff),
            Some(other) => return Err(Failure::Ended(quoted(other))),
        }
        Ok(self.answer)
    }

    /// One line of a stream. Comments and fields other than `data` say nothing.
    fn line(&mut self, line: &[u8]) -> Result<(), Failure> {
        if line.is_empty() {
            return self.event();
        }
        if let Some(data) = line.strip_prefix(b"data:") {
            if !self.data.is_empty() {
                self.data.push(b'\n');
            }
            self.data.extend_from_slice(data.trim_ascii_start());
        }
        Ok(())
    }

    fn event(&mut self) -> Result<(), Failure> {
        let data = std::mem::take(&mut self.data);
        match data.as_slice() {
            b"" => Ok(()),
            b"[DONE]" => {
                self.ended = true;
                Ok(())
            }
            _ => self.part(&json(&data)?, "delta"),
        }
    }

    fn whole(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let value = json(bytes)?;
        if value.get("choices").is_none() && value.get("error").is_none() {
            return Err(Failure::Protocol("it has no choices".to_owned()));
        }
        self.part(&value, "message")
    }

    /// A part of the answer, or all of it.
    fn part(&mut self, value: &Value, place: &str) -> Result<(), Failure> {
        if value.get("error").is_some_and(|error| !error.is_null()) {
            return Err(Failure::told(200, value));
        }
        if let Some(usage) = value.get("usage") {
            let of = |name: &str| usage.get(name).and_then(Value::as_u64);
            self.answer.tokens_in = of("prompt_tokens").or(self.answer.tokens_in);
            self.answer.tokens_out = of("completion_tokens").or(self.answer.tokens_out);
        }
        let Some(choice) = value.get("choices").and_then(|choices| choices.get(0)) else {
            return Ok(());
        };
        let said = |name: &str| {
            let part = choice.get(place).and_then(|part| part.get(name));
            part.and_then(Value::as_str).unwrap_or_default()
        };
        if !said("refusal").is_empty() {
            return Err(Failure::Ended(quoted(said("refusal"))));
        }
        let text = said("content");
        if self.answer.text.len() + text.len() > TEXT_MAX {
            return Err(Failure::TooMuch);
        }
        self.answer.text.push_str(text);
        if let Some(finish) = choice.get("finish_reason").and_then(Value::as_str) {
            self.finish = Some(finish.to_owned());
        }
        Ok(())
    }
}

fn json(bytes: &[u8]) -> Result<Value, Failure> {
    let text = std::str::from_utf8(bytes).map_err(|_| Failure::NotUtf8)?;
    serde_json::from_str(text).map_err(|_| Failure::Protocol("what it sends is no JSON".to_owned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STREAM: &str = "text/event-stream; charset=utf-8";

    fn read(content_type: &str, bytes: &[u8], cut: usize) -> Result<Completion, Failure> {
        let mut reader = Reader::new(content_type);
        for part in bytes.chunks(cut.max(1)) {
            if reader.take(part)? {
                break;
            }
        }
        reader.finish()
    }

    /// Chunks as llama-cpp-python and OpenAI send them.
    fn streamed(finish: &str) -> String {
        format!(
            ": ping\r\n\r\ndata: {{\"object\":\"chat.completion.chunk\",\"choices\":[{{\"delta\":{{\"role\":\"assistant\"}}}}]}}\r\n\r\n\
             data: {{\"choices\":[{{\"delta\":{{\"content\":\"{{\\\"é\"}},\"finish_reason\":null}}]}}\n\n\
             event: message\ndata: {{\"choices\":[{{\"delta\":{{\"content\":\"\\\":1}}\"}}}}]}}\n\n\
             data: {{\"choices\":[{{\"delta\":{{}},\"finish_reason\":{finish}}}]}}\n\n\
             data: {{\"choices\":[],\"usage\":{{\"prompt_tokens\":12,\"completion_tokens\":3}}}}\n\n\
             data: [DONE]\n\n"
        )
    }

    #[test]
    fn a_stream_is_read_the_same_in_any_cut() {
        let whole = streamed("\"stop\"");
        for cut in 1..whole.len() {
            let read = read(STREAM, whole.as_bytes(), cut).expect("an answer");
            assert_eq!(read.text, "{\"é\":1}");
            assert_eq!((read.tokens_in, read.tokens_out), (Some(12), Some(3)));
            assert!(read.streamed);
        }
    }

    #[test]
    fn an_answer_in_one_piece_is_an_answer_too() {
        let whole = br#"{"choices":[{"message":{"content":"{}"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2}}"#;
        let read = read("application/json", whole, 7).expect("an answer");
        assert_eq!(read.text, "{}");
        assert!(!read.streamed);
    }

    #[test]
    fn what_is_no_whole_answer_is_a_failure() {
        let cut_stream = streamed("null").replace("data: [DONE]", "");
        for (content_type, bytes, expected) in [
            (STREAM, streamed("\"length\"").into_bytes(), Failure::CutOff),
            (
                STREAM,
                streamed("\"content_filter\"").into_bytes(),
                Failure::Ended("content_filter".to_owned()),
            ),
            (
                STREAM,
                cut_stream.into_bytes(),
                Failure::Lost("its end is missing".to_owned()),
            ),
            (
                STREAM,
                Vec::new(),
                Failure::Lost("its end is missing".to_owned()),
            ),
            (
                STREAM,
                b"data: {\"choices\":[{\"delta\":{\"content\":\"\xff\"}}]}\n\n".to_vec(),
                Failure::NotUtf8,
            ),
            (
                STREAM,
                b"data: {\"choices\":[\n\n".to_vec(),
                Failure::Protocol("what it sends is no JSON".to_owned()),
            ),
            (
                "text/html",
                b"<html>sign in</html>".to_vec(),
                Failure::Protocol("what it sends is no JSON".to_owned()),
            ),
            (
                "application/json",
                b"{}".to_vec(),
                Failure::Protocol("it has no choices".to_owned()),
            ),
            (
                STREAM,
                b"data: {\"error\":{\"message\":\"out of\\u0007 memory\"}}\n\n".to_vec(),
                Failure::Refused {
                    status: 200,
                    words: "out of⟦U+0007⟧ memory".to_owned(),
                },
            ),
        ] {
            let failed = read(content_type, &bytes, 64).expect_err("no answer");
            assert_eq!(failed, expected);
        }
    }

    #[test]
    fn an_answer_without_end_is_left() {
        let line = format!(
            "data: {{\"choices\":[{{\"delta\":{{\"content\":\"{}\"}}}}]}}\n\n",
            "x".repeat(1000)
        );
        let mut reader = Reader::new(STREAM);
        let left = (0..10_000).find_map(|_| reader.take(line.as_bytes()).err());
        assert_eq!(left, Some(Failure::TooMuch));
        let mut reader = Reader::new(STREAM);
        let left = (0..10_000).find_map(|_| reader.take(&[b'x'; 1024]).err());
        assert_eq!(left, Some(Failure::TooMuch), "a line without end");
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(bytes in proptest::collection::vec(any::<u8>(), 0..200), is_stream in any::<bool>()) {
            let content_type = if is_stream { STREAM } else { "application/json" };
            prop_assert!(read(content_type, &bytes, 16).is_err());
        }
    }
}
