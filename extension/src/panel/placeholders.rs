//! Placeholders in a redacted text, to be marked. They change nothing: the text stays as it was sent.

/// What placeholders begin with. Source: `aside_analyst::redact`.
const KINDS: [&str; 9] = [
    "HOST-", "USER-", "DOMAIN-", "EMAIL-", "IP-", "MAC-", "SID-", "TERM-", "SECRET-",
];

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
pub enum Part<'t> {
    /// As it is.
    Text(&'t str),
    /// `HOST-1`, `IP-INTERNAL-2`, `SECRET-AWS-KEY-1`, a second spelling `HOST-1b`.
    Placeholder(&'t str),
}

/// The parts of a text, which together are the text.
pub fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut told = 0;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if !c.is_alphanumeric() {
            at += c.len_utf8();
            continue;
        }
        match placeholder(&text[at..]) {
            Some(name) => {
                if told < at {
                    parts.push(Part::Text(&text[told..at]));
                }
                parts.push(Part::Placeholder(name));
                at += name.len();
                told = at;
            }
            None => {
                let rest = &text[at..];
                at += rest
                    .find(|c: char| !c.is_alphanumeric())
                    .unwrap_or(rest.len());
            }
        }
    }
    if told < text.len() {
        parts.push(Part::Text(&text[told..]));
    }
    parts
}

/// The placeholder with which a text begins.
fn placeholder(text: &str) -> Option<&str> {
    let mut rest = KINDS.iter().find_map(|kind| text.strip_prefix(kind))?;
    // `AWS-KEY-` of `SECRET-AWS-KEY-1`.
    while let Some((word, after)) = rest.split_once('-')
        && !word.is_empty()
        && word.chars().all(|c| c.is_ascii_uppercase())
    {
        rest = after;
    }
    let digits = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let spelling = rest[digits..].starts_with(|c: char| c.is_ascii_lowercase());
    (digits > 0).then(|| &text[..text.len() - rest.len() + digits + usize::from(spelling)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str) -> Vec<&str> {
        let parts = parts(text);
        let whole: String = parts
            .iter()
            .map(|part| match part {
                Part::Text(text) | Part::Placeholder(text) => *text,
            })
            .collect();
        assert_eq!(whole, text);
        let names = parts.into_iter().filter_map(|part| match part {
            Part::Placeholder(name) => Some(name),
            Part::Text(_) => None,
        });
        names.collect()
    }

    #[test]
    fn placeholders_are_found_and_nothing_else() {
        assert_eq!(
            marked(
                r"\\HOST-1b.DOMAIN-2\c$ by DOMAIN-2\USER-1, IP-INTERNAL-1:445 SECRET-AWS-KEY-12"
            ),
            [
                "HOST-1b",
                "DOMAIN-2",
                "DOMAIN-2",
                "USER-1",
                "IP-INTERNAL-1",
                "SECRET-AWS-KEY-12"
            ]
        );
        assert_eq!(marked("HOST-1-HOST-2"), ["HOST-1", "HOST-2"]);
        assert_eq!(
            marked("GHOST-1 HOST- USER-A é HOST-é IP-\u{202e}1"),
            [] as [&str; 0]
        );
        assert_eq!(marked(""), [] as [&str; 0]);
    }
}
