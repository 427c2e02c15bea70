//! JSON in and out, compiled small.
//!
//! What serde generates for a type stops at the first thing that is wrong, and to be able to stop
//! anywhere is most of its code. Here reading never stops: what is wrong is noted, a zero stands in
//! for it, and at the end what was read is thrown away. So there is no error ([`Never`] has no
//! value), and the compiler leaves out all that would handle one. For that the source gives every
//! type just what its visitor takes: all fields of a struct and no other, a variant that exists,
//! numbers that fit.

use std::cell::Cell;
use std::fmt;

use serde::Serialize;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, IntoDeserializer,
    MapAccess, SeqAccess, VariantAccess, Visitor,
};

mod tree;

pub use tree::Json;

/// Why a text could not be read: what was expected where something else stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wrong(&'static str);

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected ")?;
        f.write_str(self.0)
    }
}

/// Reads one JSON value.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Wrong> {
    value(&Json::parse(text).ok_or(Wrong("JSON"))?)
}

/// Reads a value that is parsed already.
pub fn value<T: DeserializeOwned>(value: &Json) -> Result<T, Wrong> {
    let wrong = Cell::new(None);
    let tree = Tree {
        value,
        name: None,
        wrong: &wrong,
    };
    let read = match T::deserialize(tree) {
        Ok(read) => read,
        Err(never) => match never {},
    };
    match wrong.get() {
        None => Ok(read),
        Some(expected) => Err(Wrong(expected)),
    }
}

/// Writes a value as JSON; empty for what JSON cannot carry, which none of the panel's types is.
pub fn write<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// The error that there is none of.
#[derive(Debug)]
pub enum Never {}

impl fmt::Display for Never {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl std::error::Error for Never {}

impl Error for Never {
    fn custom<T: fmt::Display>(_: T) -> Self {
        unreachable!("a visitor is given what it takes")
    }
}

type Read<T> = Result<T, Never>;

/// The one source.
#[derive(Clone, Copy)]
struct Tree<'a> {
    value: &'a Json,
    /// The name of a map's entry, instead of a value.
    name: Option<&'a str>,
    wrong: &'a Cell<Option<&'static str>>,
}

impl<'a> Tree<'a> {
    fn note(self, expected: &'static str) {
        self.wrong.set(Some(expected));
    }

    fn of(self, value: &'a Json) -> Self {
        Self {
            value,
            name: None,
            ..self
        }
    }

    /// What is not there: nothing for an option, a list or a map, wrong for all else.
    fn nothing(self) -> Self {
        self.of(&Json::Null)
    }

    fn object(self) -> Option<&'a [(String, Json)]> {
        match self.value {
            Json::Object(fields) => return Some(fields),
            Json::Null => {}
            _ => self.note("an object"),
        }
        None
    }

    fn array(self, at_least: usize) -> Items<'a> {
        let rest = match self.value {
            Json::Array(items) => items.as_slice(),
            Json::Null => &[],
            _ => {
                self.note("an array");
                &[]
            }
        };
        if rest.len() < at_least {
            self.note("a longer array");
        }
        Items {
            tree: self,
            rest,
            at_least,
        }
    }

    fn string(self) -> Option<&'a str> {
        self.name.or_else(|| self.value.as_str())
    }

    fn text(self) -> &'a str {
        self.string().unwrap_or_else(|| {
            self.note("a string");
            ""
        })
    }

    /// A number of a type, if it fits there.
    fn number<T: TryFrom<i64> + TryFrom<u64> + Default>(self) -> T {
        let signed = self.value.as_i64().and_then(|n| T::try_from(n).ok());
        let number = signed.or_else(|| self.value.as_u64().and_then(|n| T::try_from(n).ok()));
        number.unwrap_or_else(|| {
            self.note("a number that fits");
            T::default()
        })
    }
}

macro_rules! numbers {
    ($($name:ident $visit:ident)*) => {$(
        fn $name<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
            visitor.$visit(self.number())
        }
    )*};
}

impl<'de> Deserializer<'de> for Tree<'de> {
    type Error = Never;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.note("a type that the panel reads");
        visitor.visit_unit()
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        if self.object().is_none() {
            self.note("an object");
        }
        visitor.visit_map(Fields {
            tree: self,
            fields,
            at: 0,
        })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_map(Entries {
            tree: self,
            rest: self.object().unwrap_or_default().iter(),
            value: None,
        })
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_seq(self.array(0))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Read<V::Value> {
        visitor.visit_seq(self.array(length))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Read<V::Value> {
        visitor.visit_seq(self.array(length))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.value {
            Json::Null if self.name.is_none() => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Read<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        let (name, content) = match (self.string(), self.value) {
            (Some(name), _) => (name, self.nothing()),
            (None, Json::Object(fields)) => match fields.as_slice() {
                [(name, content)] => (name.as_str(), self.of(content)),
                _ => ("", self.nothing()),
            },
            (None, _) => ("", self.nothing()),
        };
        let known = variants.iter().position(|variant| *variant == name);
        if known.is_none() {
            self.note("a variant of this version");
        }
        visitor.visit_enum(Variant {
            at: known.unwrap_or(0),
            content,
        })
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.value {
            Json::Bool(flag) => visitor.visit_bool(*flag),
            _ => {
                self.note("true or false");
                visitor.visit_bool(false)
            }
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_str(self.text())
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_str(self.text())
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_unit()
    }

    numbers! {
        deserialize_i8 visit_i8
        deserialize_i16 visit_i16
        deserialize_i32 visit_i32
        deserialize_i64 visit_i64
        deserialize_u8 visit_u8
        deserialize_u16 visit_u16
        deserialize_u32 visit_u32
        deserialize_u64 visit_u64
    }

    // No type that the panel reads holds one of these.
    serde::forward_to_deserialize_any! {
        i128 u128 f32 f64 char bytes byte_buf unit unit_struct identifier
    }
}

/// The fields of a struct, each by its number and each once; what is not there is nothing.
struct Fields<'a> {
    tree: Tree<'a>,
    fields: &'static [&'static str],
    at: usize,
}

impl<'a> MapAccess<'a> for Fields<'a> {
    type Error = Never;

    fn next_key_seed<K: DeserializeSeed<'a>>(&mut self, seed: K) -> Read<Option<K::Value>> {
        if self.at == self.fields.len() {
            return Ok(None);
        }
        self.at += 1;
        seed.deserialize((self.at as u64 - 1).into_deserializer())
            .map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'a>>(&mut self, seed: V) -> Read<V::Value> {
        let name = self.fields[self.at - 1];
        seed.deserialize(match self.tree.value.get(name) {
            Some(value) => self.tree.of(value),
            None => self.tree.nothing(),
        })
    }
}

/// The entries of a map.
struct Entries<'a> {
    tree: Tree<'a>,
    rest: std::slice::Iter<'a, (String, Json)>,
    value: Option<&'a Json>,
}

impl<'a> MapAccess<'a> for Entries<'a> {
    type Error = Never;

    fn next_key_seed<K: DeserializeSeed<'a>>(&mut self, seed: K) -> Read<Option<K::Value>> {
        let Some((name, value)) = self.rest.next() else {
            return Ok(None);
        };
        self.value = Some(value);
        let name = Tree {
            name: Some(name),
            ..self.tree.nothing()
        };
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'a>>(&mut self, seed: V) -> Read<V::Value> {
        seed.deserialize(self.tree.of(self.value.unwrap_or(&Json::Null)))
    }
}

/// The items of an array, and nothings up to the length that a tuple has.
struct Items<'a> {
    tree: Tree<'a>,
    rest: &'a [Json],
    at_least: usize,
}

impl<'a> SeqAccess<'a> for Items<'a> {
    type Error = Never;

    fn next_element_seed<T: DeserializeSeed<'a>>(&mut self, seed: T) -> Read<Option<T::Value>> {
        let tree = match (self.rest.split_first(), self.at_least) {
            (Some((first, rest)), _) => {
                self.rest = rest;
                self.tree.of(first)
            }
            (None, 0) => return Ok(None),
            (None, _) => self.tree.nothing(),
        };
        self.at_least = self.at_least.saturating_sub(1);
        seed.deserialize(tree).map(Some)
    }
}

/// A variant that exists, by its number, with its content.
struct Variant<'a> {
    at: usize,
    content: Tree<'a>,
}

impl<'a> EnumAccess<'a> for Variant<'a> {
    type Error = Never;
    type Variant = Tree<'a>;

    fn variant_seed<V: DeserializeSeed<'a>>(self, seed: V) -> Read<(V::Value, Tree<'a>)> {
        let which = seed.deserialize((self.at as u64).into_deserializer())?;
        Ok((which, self.content))
    }
}

impl<'a> VariantAccess<'a> for Tree<'a> {
    type Error = Never;

    fn unit_variant(self) -> Read<()> {
        if *self.value != Json::Null {
            self.note("a variant without content");
        }
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'a>>(self, seed: T) -> Read<T::Value> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'a>>(self, length: usize, visitor: V) -> Read<V::Value> {
        visitor.visit_seq(self.array(length))
    }

    fn struct_variant<V: Visitor<'a>>(
        self,
        name: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        self.deserialize_struct("", name, visitor)
    }
}

#[cfg(test)]
mod tests;
