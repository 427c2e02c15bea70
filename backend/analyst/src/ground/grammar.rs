//! The closed grammar: which relations an English text says, if it says nothing else.
//!
//! A text is read whole or not at all. Every word has to be one that the grammar expects at its place,
//! every name one of the claim's things, so what was read has no room for a further statement. The
//! grammar knows nothing of truth: what it reads is compared with the claim and with the evidence by
//! [`super::wording`].

mod circumstances;
mod clauses;
mod clefts;
mod names;
mod nominal;
mod outcomes;
mod phrases;

use aside_shared::alert::Outcome;

use super::inflection::Inflection;
use super::lexicon::{PHRASES, Phrase, Verbs};
use super::things::Thing;
use super::tokens::{Clock, Token};

/// Steps after which a text counts as unreadable; honest ones need fewer than 300.
const MOST_STEPS: u32 = 4_000;

/// One relation that a text says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Who did it.
    pub subject: Mention,
    /// What was done.
    pub verbs: Verbs,
    /// To what.
    pub object: Mention,
    /// Whether it happened.
    pub outcome: Outcome,
}

/// A name at its place in the text: wherever one mention stands, one thing is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mention {
    /// A bit for each thing that the name may mean.
    pub names: u32,
    /// The number of its token.
    pub at: usize,
}

/// What is said about some of the facts beside them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circumstance {
    /// From which fact.
    pub from: usize,
    /// To which fact, exclusive.
    pub to: usize,
    /// What is said.
    pub what: What,
}

/// A circumstance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// It was seen then.
    At(Clock),
    /// It was seen on that day (days since 1970).
    On(i64),
    /// It was seen from then until then.
    Span(Clock, Clock),
    /// It was seen so often.
    Times(u32),
    /// It was seen more than once.
    Often,
    /// It was on that host.
    Host(u32),
    /// The subject ran as that user.
    User(u32),
    /// It went to that port.
    Port(u32),
    /// It was done and not only tried.
    Succeeded,
    /// It came after the fact before it; of the first one, after what was said before the text.
    Later,
}

/// What a text says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Its relations, in its order.
    pub facts: Vec<Fact>,
    /// What it says about them.
    pub circumstances: Vec<Circumstance>,
}

/// Reads a text that was cut into `tokens` as one that says relations of these `verbs`; where it cannot be read
/// so, the number of the token at which every reading ends.
pub fn read(tokens: &[Token<'_>], things: &[&Thing<'_>], verbs: Verbs) -> Result<Said, usize> {
    let mut reader = Reader {
        tokens,
        things,
        verbs,
        at: 0,
        furthest: 0,
        steps: 0,
        deferred: None,
        is_decoded: false,
        topic: None,
        begins: 0,
        said: Said::default(),
    };
    if reader.text() {
        Ok(reader.said)
    } else {
        Err(reader.furthest)
    }
}

struct Reader<'r> {
    tokens: &'r [Token<'r>],
    things: &'r [&'r Thing<'r>],
    verbs: Verbs,
    at: usize,
    furthest: usize,
    steps: u32,
    /// The colon before a name that stands at the end of its sentence.
    deferred: Option<usize>,
    /// The text says that it tells what was decoded.
    is_decoded: bool,
    /// The grammatical subject of the clause just read: who a further verb is about.
    topic: Option<Noun>,
    /// The first fact of the sentence.
    begins: usize,
    said: Said,
}

/// Where a reading stood, to go back to.
#[derive(Clone, Copy)]
struct Place {
    at: usize,
    facts: usize,
    circumstances: usize,
    deferred: Option<usize>,
    is_decoded: bool,
    topic: Option<Noun>,
}

impl<'r> Reader<'r> {
    fn place(&self) -> Place {
        Place {
            at: self.at,
            facts: self.said.facts.len(),
            circumstances: self.said.circumstances.len(),
            deferred: self.deferred,
            is_decoded: self.is_decoded,
            topic: self.topic,
        }
    }

    fn back(&mut self, place: Place) {
        self.at = place.at;
        self.deferred = place.deferred;
        self.is_decoded = place.is_decoded;
        self.topic = place.topic;
        self.said.facts.truncate(place.facts);
        self.said.circumstances.truncate(place.circumstances);
    }

    /// `part`, or nothing of it.
    fn attempt(&mut self, part: impl FnOnce(&mut Self) -> bool) -> bool {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return false;
        }
        let place = self.place();
        let is_read = part(self);
        if !is_read {
            self.back(place);
        }
        is_read
    }

    fn peek(&self) -> Option<Token<'r>> {
        self.tokens.get(self.at).copied()
    }

    fn advance(&mut self) {
        self.at += 1;
        self.furthest = self.furthest.max(self.at);
    }

    fn word(&self) -> Option<&'r str> {
        match self.peek() {
            Some(Token::Word(word)) => Some(word),
            _ => None,
        }
    }

    /// Takes these words, if they come next.
    fn words(&mut self, phrase: &str) -> bool {
        let place = self.at;
        for word in phrase.split(' ') {
            if self.word() != Some(word) {
                self.at = place;
                return false;
            }
            self.advance();
        }
        true
    }

    fn one_of(&mut self, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| self.words(phrase))
    }

    fn mark(&mut self, mark: char) -> bool {
        let is_next = self.peek() == Some(Token::Mark(mark));
        if is_next {
            self.advance();
        }
        is_next
    }

    fn number(&mut self) -> Option<u32> {
        let number = match self.peek()? {
            Token::Number(number) => number,
            Token::Word(word) => number_word(word)?,
            _ => return None,
        };
        self.advance();
        Some(number)
    }

    fn is_end(&self) -> bool {
        matches!(self.peek(), None | Some(Token::Mark('.' | ';')))
    }

    /// A verb phrase in one of `forms`, and what follows it.
    fn phrase(
        &mut self,
        forms: &[Inflection],
        mut then: impl FnMut(&mut Self, &'static Phrase) -> bool,
    ) -> bool {
        let Some(known) = self.word().and_then(|word| PHRASES.get(word)) else {
            return false;
        };
        let verbs = self.verbs;
        let fits =
            |phrase: &&Phrase| forms.contains(&phrase.inflection) && phrase.verbs.meet(verbs);
        for phrase in known.iter().filter(fits) {
            let is_read = self.attempt(|it| {
                it.advance();
                it.adverbs();
                phrase.tail.iter().all(|word| it.words(word)) && then(it, phrase)
            });
            if is_read {
                return true;
            }
        }
        false
    }

    /// Adds what was read: `subject` and `object` are a phrase's grammatical ones.
    fn fact(&mut self, phrase: &Phrase, subject: &Noun, object: &Noun, outcome: Outcome) -> bool {
        let (subject, object) = if phrase.turned {
            (object, subject)
        } else {
            (subject, object)
        };
        self.relation(subject, phrase.verbs, object, outcome)
    }

    fn relation(&mut self, subject: &Noun, verbs: Verbs, object: &Noun, outcome: Outcome) -> bool {
        let Some(verbs) = names::allowed(subject, verbs, object) else {
            return false;
        };
        let mention = |noun: &Noun| Mention {
            names: noun.names,
            at: noun.at,
        };
        let (subject, object) = (mention(subject), mention(object));
        self.said.facts.push(Fact {
            subject,
            verbs,
            object,
            outcome,
        });
        true
    }

    fn circumstance(&mut self, from: usize, what: What) {
        // Its end is set when the clause is read.
        self.said.circumstances.push(Circumstance {
            from,
            to: usize::MAX,
            what,
        });
    }

    /// Ends what was said since `place` about the facts so far.
    fn close(&mut self, place: Place) {
        let to = self.said.facts.len();
        for circumstance in self.said.circumstances.iter_mut().skip(place.circumstances) {
            if circumstance.to == usize::MAX {
                circumstance.to = to;
            }
        }
    }
}

impl From<Mention> for Noun {
    fn from(mention: Mention) -> Self {
        let Mention { names, at } = mention;
        Self {
            names,
            at,
            part: Part::Whole,
            role: Role::Any,
        }
    }
}

/// A name with what the text says it is.
#[derive(Clone, Copy, Debug)]
struct Noun {
    /// A bit for each thing that it may be.
    names: u32,
    /// The number of its token.
    at: usize,
    /// What of it is meant.
    part: Part,
    /// What the text makes of it.
    role: Role,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Whole,
    Memory,
    CommandLine,
    /// The command line, decoded.
    Decoded,
    Contents,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Any,
    /// `the child process cmd.exe`
    Child,
    /// `the parent process explorer.exe`
    Parent,
    /// `a new file`
    New,
}

fn number_word(word: &str) -> Option<u32> {
    const NUMBERS: [&str; 12] = [
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve",
    ];
    let at = NUMBERS.iter().position(|known| *known == word)?;
    u32::try_from(at + 1).ok()
}
