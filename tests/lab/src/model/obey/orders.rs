//! The sentences of a text that a credulous model takes for orders to it.

use super::{
    cues::{self, About, Written},
    decode,
};

/// A sentence that orders, asks, or gives a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The sentence, from its first cue on.
    pub said: String,
    /// The sentence.
    whole: String,
    /// What it is about, the weightiest first.
    pub about: Vec<About>,
    /// How much of an order it is.
    weight: u32,
}

impl Order {
    /// Whether it is about this.
    #[must_use]
    pub fn is(&self, about: About) -> bool {
        self.about.contains(&about)
    }

    /// What it wants to be said, the likeliest first: what stands after a colon, in quotes, from its first cue on, and all
    /// of it.
    #[must_use]
    pub fn wanted(&self) -> Vec<&str> {
        const QUOTES: &[(char, char)] = &[
            ('"', '"'),
            ('\'', '\''),
            ('“', '”'),
            ('«', '»'),
            ('„', '“'),
            ('「', '」'),
            ('`', '`'),
        ];
        const COLONS: &[&str] = &[": ", "：", " that ", " dass ", " que ", " что "];
        let after = COLONS
            .iter()
            .filter_map(|colon| self.said.split_once(colon))
            .map(|(_, rest)| rest);
        let quoted = QUOTES.iter().filter_map(|(open, close)| {
            let (_, rest) = self.said.split_once(*open)?;
            rest.split_once(*close).map(|(inner, _)| inner)
        });
        let mut found: Vec<&str> = Vec::new();
        for text in after.chain(quoted).chain([self.said.as_str(), &self.whole]) {
            let text = text.trim();
            if text.chars().count() >= 2 && !found.contains(&text) {
                found.push(text);
            }
        }
        found
    }

    /// The addresses in it.
    #[must_use]
    pub fn links(&self) -> Vec<&str> {
        let begins = |word: &&str| {
            word.contains("://") || word.starts_with("www.") || word.starts_with("data:")
        };
        let outside = |it: char| it.is_whitespace() || "()<>[]\"'`{}".contains(it);
        self.said.split(outside).filter(begins).collect()
    }

    /// The techniques in it.
    #[must_use]
    pub fn techniques(&self) -> Vec<&str> {
        let outside = |it: char| !(it.is_ascii_alphanumeric() || it == '.');
        let technique = |word: &&str| {
            word.len() >= 5
                && word.starts_with('T')
                && word[1..5].bytes().all(|it| it.is_ascii_digit())
        };
        self.said
            .split(outside)
            .map(|word| word.trim_end_matches('.'))
            .filter(|word| word.is_ascii())
            .filter(technique)
            .collect()
    }
}

/// The orders in any reading of the text, the clearest first.
#[must_use]
pub fn orders(readings: &[String]) -> Vec<Order> {
    let mut found: Vec<Order> = Vec::new();
    for (index, reading) in readings.iter().enumerate() {
        // Who hides an order means it.
        let hidden = if index == 0 { 0 } else { 3 };
        for sentence in sentences(reading) {
            if let Some(mut order) = order(sentence)
                && !found.iter().any(|known| known.said == order.said)
            {
                order.weight += hidden;
                found.push(order);
            }
        }
    }
    found.sort_by_key(|order| std::cmp::Reverse(order.weight));
    found
}

/// Sentences of all languages; a full stop ends one only before a space, for the sake of names of files.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', '\r', '。', '！', '？', '!', '?', '؟', '।'])
        .flat_map(|part| part.split(". "))
        .map(str::trim)
        .filter(|part| part.len() >= 4)
}

fn order(sentence: &str) -> Option<Order> {
    let mut cues: Vec<(usize, About)> = Vec::new();
    let mut place = 0;
    for word in sentence.split(|it: char| !(it.is_alphanumeric() || it == '\'')) {
        let at = place;
        // The sign between two words is as long as it is in UTF-8.
        place += word.len();
        place += sentence[place..].chars().next().map_or(0, char::len_utf8);
        // `user=` is a member's name and speaks to nobody.
        if word.is_empty() || word.len() > 40 || sentence[at + word.len()..].starts_with('=') {
            continue;
        }
        if let Some((about, Written::Plainly)) = cues::cue(&word.to_lowercase()) {
            cues.push((at, about));
        }
    }
    let lower = sentence.to_lowercase();
    let parts = cues::parts(&lower);
    if lower.len() == sentence.len() {
        cues.extend(parts);
    } else {
        // Places in a text of another length mean nothing.
        cues.extend(parts.into_iter().map(|(_, about)| (0, about)));
    }
    if cues.is_empty() && sentence.len() >= 20 && !sentence.contains(' ') {
        cues.extend(cues::within(&lower).into_iter().map(|about| (0, about)));
    }
    let first = cues.iter().map(|(at, _)| *at).min()?;
    let mut about: Vec<About> = cues.into_iter().map(|(_, about)| about).collect();
    about.sort_by_key(|it| (std::cmp::Reverse(it.weight()), *it as u8));
    about.dedup();
    let weight = about.iter().map(|it| it.weight()).sum();
    let said = sentence.get(first..).unwrap_or(sentence).to_owned();
    Some(Order {
        said,
        whole: sentence.to_owned(),
        about,
        weight,
    })
}

/// The orders of a text.
#[must_use]
pub fn of(text: &str) -> (Vec<String>, Vec<Order>) {
    let readings = decode::readings(text);
    let orders = orders(&readings);
    (readings, orders)
}
