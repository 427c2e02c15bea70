//! Server-sent events out of bytes as they come: in any pieces, also in the middle of a character.

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The event's number, to resume after.
    pub id: Option<u64>,
    /// What it carries.
    pub data: String,
}

/// Collects bytes into events.
#[derive(Debug, Default)]
pub struct Parser {
    pending: Vec<u8>,
    id: Option<u64>,
    data: Option<String>,
}

/// A line that is longer than this ends the stream: no event of ours is.
pub const LINE_MAX: usize = 16 * 1024 * 1024;

/// The stream is none of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

impl Parser {
    /// The events that `bytes` complete.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Event>, TooLong> {
        let mut events = Vec::new();
        let mut scanned = self.pending.len();
        self.pending.extend_from_slice(bytes);
        let mut start = 0;
        while let Some(at) = self.pending[scanned..].iter().position(|&b| b == b'\n') {
            let end = scanned + at;
            let line = self.pending[start..end].strip_suffix(b"\r");
            let line = line.unwrap_or(&self.pending[start..end]);
            let line = String::from_utf8_lossy(line).into_owned();
            events.extend(self.line(&line));
            start = end + 1;
            scanned = start;
        }
        self.pending.drain(..start);
        if self.pending.len() > LINE_MAX {
            return Err(TooLong);
        }
        Ok(events)
    }

    fn line(&mut self, line: &str) -> Option<Event> {
        if line.is_empty() {
            let id = self.id;
            return self.data.take().map(|data| Event { id, data });
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" => self.id = value.parse().ok().or(self.id),
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                none => *none = Some(value.to_owned()),
            },
            // An empty field is a comment: the heartbeat. `event` says what `data` says too.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event(id: Option<u64>, data: &str) -> Event {
        Event {
            id,
            data: data.to_owned(),
        }
    }

    #[test]
    fn heartbeats_are_no_events_and_ids_are_kept() {
        let mut parser = Parser::default();
        let text = b": beat\n\nid: 4\nevent: claim\ndata: {\"a\":1}\n\ndata:x\r\ndata: y\r\n\r\n";
        assert_eq!(
            parser.push(text),
            Ok(vec![event(Some(4), "{\"a\":1}"), event(Some(4), "x\ny")])
        );
    }

    #[test]
    fn a_line_without_end_is_given_up() {
        let mut parser = Parser::default();
        assert_eq!(parser.push(&vec![b'a'; LINE_MAX + 1]), Err(TooLong));
    }

    proptest! {
        #[test]
        fn it_does_not_matter_how_a_stream_is_cut(data in "[^\r\n]{0,40}", at in 0usize..80) {
            let text = format!("id: 9\ndata: {data}\n\n");
            let at = at.min(text.len());
            let mut parser = Parser::default();
            let mut events = parser.push(&text.as_bytes()[..at]).unwrap();
            events.extend(parser.push(&text.as_bytes()[at..]).unwrap());
            prop_assert_eq!(events, vec![event(Some(9), &data)]);
        }

        #[test]
        fn no_bytes_break_it(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Parser::default().push(&bytes).is_ok());
        }
    }
}
