//! A rule's sentence, with places for the fields of the event that matched.

use aside_shared::alert::base_name;
use aside_shared::text::Span;

use crate::taxonomy::{Event, Field};

/// Words with places for fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Words(String),
    Place(Field),
}

impl Sentence {
    /// `text` as it is.
    pub fn fixed(text: &str) -> Self {
        Self(vec![Piece::Words(text.to_owned())])
    }

    /// `{Image} started {TargetFilename}`. A name in braces must be a field.
    pub fn template(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, behind)) = after.split_once('}') else {
                return Err("A brace is not closed.".to_owned());
            };
            let field =
                Field::named(name).ok_or_else(|| format!("No event has the field {name:?}."))?;
            if !before.is_empty() {
                pieces.push(Piece::Words(before.to_owned()));
            }
            pieces.push(Piece::Place(field));
            rest = behind;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Words(rest.to_owned()));
        }
        if pieces.is_empty() {
            return Err("It is empty.".to_owned());
        }
        Ok(Self(pieces))
    }

    /// The sentence about `event`. Names out of the event are spans of their own.
    pub fn about(&self, event: &Event<'_>) -> Vec<Span> {
        self.0
            .iter()
            .enumerate()
            .map(|(at, piece)| match piece {
                Piece::Words(words) => Span::Text(words.clone()),
                Piece::Place(field) => match named(event, *field) {
                    Some(name) => Span::Name(name),
                    None => Span::Text(unnamed(*field, at == 0).to_owned()),
                },
            })
            .collect()
    }
}

/// How a sentence calls the field's value: of a program its base name.
fn named(event: &Event<'_>, field: Field) -> Option<String> {
    if field == Field::IMAGE
        && let Some(doer) = &event.doer
    {
        return Some(base_name(doer).to_owned());
    }
    let value = event.first(field).filter(|value| !value.is_empty())?;
    Some(match field {
        Field::IMAGE
        | Field::PARENT_IMAGE
        | Field::GRANDPARENT_IMAGE
        | Field::SOURCE_IMAGE
        | Field::TARGET_IMAGE
        | Field::IMAGE_LOADED => base_name(value).to_owned(),
        _ => value.to_owned(),
    })
}

fn unnamed(field: Field, first: bool) -> &'static str {
    match (field, first) {
        (Field::USER | Field::PARENT_USER, true) => "An account that was not recorded",
        (Field::USER | Field::PARENT_USER, false) => "an account that was not recorded",
        (Field::TARGET_FILENAME, true) => "A file whose name was not recorded",
        (Field::TARGET_FILENAME, false) => "a file whose name was not recorded",
        (_, true) => "A program whose name was not recorded",
        (_, false) => "something whose name was not recorded",
    }
}
