//! The keys: which does what. None approves.

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Show the tab of that number, from 0.
    Tab(usize),
    /// Why this priority.
    Why,
    /// The evidence of what has the focus, or the first.
    Evidence,
    /// To the next or the last item.
    Move(i32),
    /// The evidence after or before the one that is open.
    Step(i32),
    /// Review the first action.
    Review,
    /// To the composer.
    Ask,
    /// Open the alert in its console.
    Console,
    /// Copy the brief.
    Copy,
    /// Close what is open, or go back.
    Escape,
    /// The list of keys.
    Keys,
}

/// The keys and their meaning, as the list shows them.
pub const LIST: &[(&str, &str)] = &[
    ("1 to 5", "Brief, Processes, Timeline, Ask, Activity"),
    ("W", "Why this priority"),
    ("E", "Evidence of what has the focus"),
    ("J  K", "Next and last item"),
    ("Enter", "Open it"),
    ("[  ]", "Evidence before and after"),
    ("A", "Review the first action"),
    ("/", "Ask"),
    ("O", "Open in the console"),
    ("C", "Copy the brief"),
    ("Esc", "Close or back"),
    ("?", "This list"),
];

/// What `key` (as `KeyboardEvent.key` names it) asks for. In a field only Escape counts; while a
/// sheet is open too, so that nothing under it moves.
pub fn command(key: &str, in_field: bool, sheet: bool, modified: bool) -> Option<Command> {
    if key == "Escape" {
        return Some(Command::Escape);
    }
    if in_field || sheet || modified {
        return None;
    }
    Some(match key {
        "1" | "2" | "3" | "4" | "5" => Command::Tab(usize::from(key.as_bytes()[0] - b'1')),
        "w" | "W" => Command::Why,
        "e" | "E" => Command::Evidence,
        "j" | "J" => Command::Move(1),
        "k" | "K" => Command::Move(-1),
        "[" => Command::Step(-1),
        "]" => Command::Step(1),
        "a" | "A" => Command::Review,
        "/" => Command::Ask,
        "o" | "O" => Command::Console,
        "c" | "C" => Command::Copy,
        "?" => Command::Keys,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_do_nothing_in_a_field_or_under_a_sheet_or_with_a_modifier() {
        assert_eq!(command("2", false, false, false), Some(Command::Tab(1)));
        for (field, sheet, modified) in [
            (true, false, false),
            (false, true, false),
            (false, false, true),
        ] {
            assert_eq!(command("a", field, sheet, modified), None);
        }
        assert_eq!(command("Escape", true, true, true), Some(Command::Escape));
    }
}
