//! From a parsed Sigma rule to one predicate. What cannot be mapped is said by field and reason.

use aside_shared::hunt::{Order, Part, Predicate, Test};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rsigma_parser::{
    ConditionExpr, Detection, DetectionItem, Detections, Modifier, Quantifier, SelectorPattern,
    SigmaString, SigmaValue, SpecialChar, StringPart,
};

use crate::taxonomy::Field;

/// A part of a rule that cannot be mapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmapped {
    /// `detection.selection.Company`
    pub field: String,
    /// Why.
    pub reason: String,
}

/// The predicate of `detections`, and the fields in it that no event of Aside has: a test of such a
/// field never holds, which is said but keeps the rest of the rule in use.
pub fn predicate(detections: &Detections) -> Result<(Predicate, Vec<Unmapped>), Unmapped> {
    if detections.timeframe.is_some() {
        return Err(Unmapped {
            field: "detection.timeframe".to_owned(),
            reason: "A rule over several events is not supported.".to_owned(),
        });
    }
    let mut mapping = Mapping {
        detections,
        absent: Vec::new(),
    };
    let conditions = detections
        .conditions
        .iter()
        .map(|condition| mapping.condition(condition))
        .collect::<Result<Vec<_>, _>>()?;
    Ok((any(conditions), mapping.absent))
}

struct Mapping<'a> {
    detections: &'a Detections,
    absent: Vec<Unmapped>,
}

impl Mapping<'_> {
    fn condition(&mut self, condition: &ConditionExpr) -> Result<Predicate, Unmapped> {
        Ok(match condition {
            ConditionExpr::And(parts) => all(self.conditions(parts)?),
            ConditionExpr::Or(parts) => any(self.conditions(parts)?),
            ConditionExpr::Not(part) => Predicate::Not(Box::new(self.condition(part)?)),
            ConditionExpr::Identifier(name) => self.named(name)?,
            ConditionExpr::Selector {
                quantifier,
                pattern,
            } => {
                let parts = self
                    .selected(pattern)
                    .iter()
                    .map(|name| self.named(name))
                    .collect::<Result<Vec<_>, _>>()?;
                match quantifier {
                    Quantifier::All => all(parts),
                    Quantifier::Any | Quantifier::Count(0 | 1) => any(parts),
                    Quantifier::Count(_) => {
                        return Err(Unmapped {
                            field: "detection.condition".to_owned(),
                            reason: format!("\"{quantifier} of\" is not supported."),
                        });
                    }
                }
            }
        })
    }

    fn conditions(&mut self, parts: &[ConditionExpr]) -> Result<Vec<Predicate>, Unmapped> {
        parts.iter().map(|part| self.condition(part)).collect()
    }

    /// Names of the detections that a selector means, in a fixed order. `them` leaves out those
    /// that begin with `_` (Sigma specification, condition).
    fn selected(&self, pattern: &SelectorPattern) -> Vec<String> {
        let mut names: Vec<String> = self
            .detections
            .named
            .keys()
            .filter(|name| match pattern {
                SelectorPattern::Them => !name.starts_with('_'),
                SelectorPattern::Pattern(pattern) => wildcard(pattern, name),
            })
            .cloned()
            .collect();
        names.sort();
        names
    }

    fn named(&mut self, name: &str) -> Result<Predicate, Unmapped> {
        match self.detections.named.get(name) {
            Some(detection) => self.detection(name, detection),
            None => Err(Unmapped {
                field: "detection.condition".to_owned(),
                reason: format!("There is no detection {name:?}."),
            }),
        }
    }

    fn detection(&mut self, name: &str, detection: &Detection) -> Result<Predicate, Unmapped> {
        Ok(match detection {
            Detection::AllOf(items) => all(items
                .iter()
                .map(|item| self.item(name, item))
                .collect::<Result<_, _>>()?),
            Detection::AnyOf(parts) => any(parts
                .iter()
                .map(|part| self.detection(name, part))
                .collect::<Result<_, _>>()?),
            Detection::And(parts) => all(parts
                .iter()
                .map(|part| self.detection(name, part))
                .collect::<Result<_, _>>()?),
            Detection::Keywords(values) => any(values
                .iter()
                .map(|value| Predicate::Field {
                    name: None,
                    test: like(contained(parts(value)), false),
                })
                .collect()),
            Detection::ArrayMatch { field, .. } => {
                return Err(Unmapped {
                    field: format!("detection.{name}.{field}"),
                    reason: "Array matching is not supported.".to_owned(),
                });
            }
            Detection::Conditional { .. } => {
                return Err(Unmapped {
                    field: format!("detection.{name}"),
                    reason: "A condition within an array is not supported.".to_owned(),
                });
            }
        })
    }

    fn item(&mut self, detection: &str, item: &DetectionItem) -> Result<Predicate, Unmapped> {
        let name = item.field.name.as_deref();
        let place = format!("detection.{detection}.{}", name.unwrap_or("keywords"));
        if let Some(name) = name
            && Field::named(name).is_none()
        {
            let unmapped = Unmapped {
                field: place.clone(),
                reason: format!("No event has the field {name:?}: this test never holds."),
            };
            if !self.absent.contains(&unmapped) {
                self.absent.push(unmapped);
            }
        }
        let values = item
            .values
            .iter()
            .map(|value| {
                tests(&item.field.modifiers, value)
                    .map(|tests| {
                        any(tests
                            .into_iter()
                            .map(|test| negated_if_unequal(&item.field.modifiers, name, test))
                            .collect())
                    })
                    .map_err(|reason| Unmapped {
                        field: place.clone(),
                        reason,
                    })
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(if item.field.has_modifier(Modifier::All) {
            all(values)
        } else {
            any(values)
        })
    }
}

fn negated_if_unequal(modifiers: &[Modifier], name: Option<&str>, test: Test) -> Predicate {
    let field = Predicate::Field {
        name: name.map(str::to_owned),
        test,
    };
    if modifiers.contains(&Modifier::Neq) {
        Predicate::Not(Box::new(field))
    } else {
        field
    }
}

/// The tests of which one must hold for `value` under `modifiers`.
fn tests(modifiers: &[Modifier], value: &SigmaValue) -> Result<Vec<Test>, String> {
    let has = |modifier| modifiers.contains(&modifier);
    if has(Modifier::Exists) {
        return Ok(vec![Test::Exists(!matches!(
            value,
            SigmaValue::Bool(false)
        ))]);
    }
    if has(Modifier::Re) {
        return regex(modifiers, value);
    }
    if has(Modifier::Cidr) {
        return Ok(vec![Test::Cidr(value.to_string())]);
    }
    for (modifier, order) in [
        (Modifier::Lt, Order::Less),
        (Modifier::Lte, Order::AtMost),
        (Modifier::Gt, Order::Greater),
        (Modifier::Gte, Order::AtLeast),
    ] {
        if has(modifier) {
            return match value {
                SigmaValue::Integer(value) => Ok(vec![Test::Number {
                    order,
                    value: *value,
                }]),
                other => Err(format!("{other} is not a whole number.")),
            };
        }
    }
    if let Some(unsupported) = modifiers.iter().find(|modifier| {
        matches!(
            modifier,
            Modifier::Expand
                | Modifier::FieldRef
                | Modifier::Minute
                | Modifier::Hour
                | Modifier::Day
                | Modifier::Week
                | Modifier::Month
                | Modifier::Year
                | Modifier::Utf16
                | Modifier::Utf16be
        )
    }) {
        return Err(format!(
            "The modifier {} is not supported.",
            format!("{unsupported:?}").to_lowercase()
        ));
    }
    match value {
        SigmaValue::Null => return Ok(vec![Test::Absent]),
        SigmaValue::String(text) if text.parts.is_empty() => return Ok(vec![Test::Absent]),
        SigmaValue::Integer(value) if modifiers.iter().all(|m| *m == Modifier::All) => {
            return Ok(vec![Test::Number {
                order: Order::Equal,
                value: *value,
            }]);
        }
        _ => {}
    }
    let cased = has(Modifier::Cased) || has(Modifier::Base64) || has(Modifier::Base64Offset);
    Ok(encodings(modifiers, parts(value))?
        .into_iter()
        .map(|parts| like(anchored(modifiers, parts), cased))
        .collect())
}

fn regex(modifiers: &[Modifier], value: &SigmaValue) -> Result<Vec<Test>, String> {
    let SigmaValue::String(pattern) = value else {
        return Err(format!("{value} is not a regular expression."));
    };
    let flags: String = [
        (Modifier::IgnoreCase, 'i'),
        (Modifier::Multiline, 'm'),
        (Modifier::DotAll, 's'),
    ]
    .iter()
    .filter(|(modifier, _)| modifiers.contains(modifier))
    .map(|(_, flag)| *flag)
    .collect();
    let pattern = &pattern.original;
    Ok(vec![Test::Regex(if flags.is_empty() {
        pattern.clone()
    } else {
        format!("(?{flags}){pattern}")
    })])
}

/// `parts` in each spelling that the encoding modifiers ask for.
fn encodings(modifiers: &[Modifier], parts: Vec<Part>) -> Result<Vec<Vec<Part>>, String> {
    let has = |modifier| modifiers.contains(&modifier);
    if has(Modifier::WindAsh) {
        return Ok(dashes(&parts));
    }
    if !has(Modifier::Base64) && !has(Modifier::Base64Offset) {
        return if has(Modifier::Wide) {
            Err("The modifier wide is supported before base64 and base64offset only.".to_owned())
        } else {
            Ok(vec![parts])
        };
    }
    let [Part::Literal(text)] = parts.as_slice() else {
        return Err("A value that is encoded in base64 cannot have wildcards.".to_owned());
    };
    let bytes: Vec<u8> = if has(Modifier::Wide) {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    } else {
        text.clone().into_bytes()
    };
    Ok(if has(Modifier::Base64Offset) {
        (0..3)
            .map(|offset| vec![Part::Literal(base64_at(&bytes, offset))])
            .collect()
    } else {
        vec![vec![Part::Literal(STANDARD_NO_PAD.encode(bytes))]]
    })
}

/// The characters of base64 that depend on `bytes` alone when they stand `offset` bytes after a
/// multiple of three.
fn base64_at(bytes: &[u8], offset: usize) -> String {
    let mut shifted = vec![0; offset];
    shifted.extend_from_slice(bytes);
    let encoded = STANDARD_NO_PAD.encode(&shifted);
    let start = [0, 2, 3][offset];
    let end = encoded.len() - usize::from(!shifted.len().is_multiple_of(3));
    encoded.get(start..end).unwrap_or_default().to_owned()
}

/// Every dash that Windows programs take for `-`, at the start of a word.
fn dashes(parts: &[Part]) -> Vec<Vec<Part>> {
    const DASHES: [char; 5] = ['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'];
    DASHES
        .iter()
        .map(|dash| {
            parts
                .iter()
                .map(|part| match part {
                    Part::Literal(text) => Part::Literal(with_dash(text, *dash)),
                    other => other.clone(),
                })
                .collect()
        })
        .collect()
}

fn with_dash(text: &str, dash: char) -> String {
    let mut at_start = true;
    text.chars()
        .map(|c| {
            let replaced = if at_start && (c == '-' || c == '/') {
                dash
            } else {
                c
            };
            at_start = !c.is_alphanumeric() && c != '-' && c != '/' && c != '_';
            replaced
        })
        .collect()
}

fn parts(value: &SigmaValue) -> Vec<Part> {
    match value {
        SigmaValue::String(text) => literal_parts(text),
        other => vec![Part::Literal(other.to_string())],
    }
}

fn literal_parts(text: &SigmaString) -> Vec<Part> {
    text.parts
        .iter()
        .map(|part| match part {
            StringPart::Plain(text) => Part::Literal(text.clone()),
            StringPart::Special(SpecialChar::WildcardMulti) => Part::AnyText,
            StringPart::Special(SpecialChar::WildcardSingle) => Part::AnyChar,
        })
        .collect()
}

fn anchored(modifiers: &[Modifier], mut parts: Vec<Part>) -> Vec<Part> {
    if modifiers.contains(&Modifier::Contains) {
        return contained(parts);
    }
    if modifiers.contains(&Modifier::StartsWith) {
        parts.push(Part::AnyText);
    }
    if modifiers.contains(&Modifier::EndsWith) {
        parts.insert(0, Part::AnyText);
    }
    parts
}

fn contained(mut parts: Vec<Part>) -> Vec<Part> {
    parts.insert(0, Part::AnyText);
    parts.push(Part::AnyText);
    parts
}

fn like(mut parts: Vec<Part>, cased: bool) -> Test {
    parts.dedup_by(|a, b| *a == Part::AnyText && *b == Part::AnyText);
    Test::Like { parts, cased }
}

fn all(mut parts: Vec<Predicate>) -> Predicate {
    if parts.len() == 1 {
        parts.remove(0)
    } else {
        Predicate::All(parts)
    }
}

fn any(mut parts: Vec<Predicate>) -> Predicate {
    if parts.len() == 1 {
        parts.remove(0)
    } else {
        Predicate::Any(parts)
    }
}

/// Whether `name` fits a selector's `pattern`, in which `*` stands for any text.
fn wildcard(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((head, rest)) => name.strip_prefix(head).is_some_and(|tail| {
            tail.char_indices()
                .map(|(at, _)| at)
                .chain([tail.len()])
                .any(|at| wildcard(rest, &tail[at..]))
        }),
    }
}
