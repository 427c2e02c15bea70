//! Forms of English verbs.

/// A form of a verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inflection {
    /// `start`
    Base,
    /// `starts`
    Present,
    /// `started`, as a finite verb.
    Past,
    /// `started`, after `was` or `has`.
    Participle,
    /// `starting`
    Gerund,
}

/// `write` to its five forms. Irregular ones are listed; the others follow the rules of spelling.
pub fn inflected(base: &'static str) -> [(Inflection, String); 5] {
    use Inflection::{Base, Gerund, Participle, Past, Present};
    let (past, participle) = match IRREGULAR.iter().find(|(known, ..)| *known == base) {
        Some((_, past, participle)) => ((*past).to_owned(), (*participle).to_owned()),
        None => {
            let past = match base.strip_suffix('y') {
                Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ied"),
                _ if base.ends_with('e') => format!("{base}d"),
                _ if DOUBLED.contains(&base) => {
                    format!("{base}{}ed", &base[base.len() - 1..])
                }
                _ => format!("{base}ed"),
            };
            (past.clone(), past)
        }
    };
    let gerund = match base.strip_suffix('e') {
        Some(stem) if !stem.ends_with('e') && base != "be" => format!("{stem}ing"),
        _ if DOUBLED.contains(&base) => format!("{base}{}ing", &base[base.len() - 1..]),
        _ => format!("{base}ing"),
    };
    let present = match base {
        "be" => "is".to_owned(),
        "have" => "has".to_owned(),
        _ => with_s(base),
    };
    [
        (Base, base.to_owned()),
        (Present, present),
        (Past, past),
        (Participle, participle),
        (Gerund, gerund),
    ]
}

/// The third person of a verb, the plural of a noun.
pub fn with_s(word: &str) -> String {
    match word.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies"),
        _ if word.ends_with(['s', 'x']) || word.ends_with("ch") || word.ends_with("sh") => {
            format!("{word}es")
        }
        _ => format!("{word}s"),
    }
}

const IRREGULAR: &[(&str, &str, &str)] = &[
    ("write", "wrote", "written"),
    ("run", "ran", "run"),
    ("read", "read", "read"),
    ("set", "set", "set"),
    ("see", "saw", "seen"),
    ("give", "gave", "given"),
    ("come", "came", "come"),
    ("bring", "brought", "brought"),
    ("make", "made", "made"),
    ("get", "got", "got"),
    ("hide", "hid", "hidden"),
    ("be", "was", "been"),
    ("send", "sent", "sent"),
    ("do", "did", "done"),
    ("take", "took", "taken"),
    ("have", "had", "had"),
    ("put", "put", "put"),
    ("begin", "began", "begun"),
    ("lead", "led", "led"),
    ("output", "output", "output"),
];

/// Verbs whose last letter is doubled.
const DOUBLED: &[&str] = &[
    "run", "drop", "stem", "log", "set", "get", "map", "begin", "put", "output",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_are_inflected_as_english_does() {
        let forms = |base| inflected(base).map(|(_, form)| form);
        assert_eq!(
            forms("drop"),
            ["drop", "drops", "dropped", "dropped", "dropping"]
        );
        assert_eq!(
            forms("write"),
            ["write", "writes", "wrote", "written", "writing"]
        );
        assert_eq!(
            forms("query"),
            ["query", "queries", "queried", "queried", "querying"]
        );
        assert_eq!(
            forms("launch"),
            ["launch", "launches", "launched", "launched", "launching"]
        );
        assert_eq!(forms("be"), ["be", "is", "was", "been", "being"]);
    }
}
