//! JSON in and out, compiled small.
//!
//! What serde generates for a type is compiled for every source that it is read from, each time with
//! all that a source might offer. Here everything is read from one source, a parsed tree that offers
//! a struct only an object and a name only a string: a third of the code, which is a quarter of the
//! panel's payload.

use aside_shared::chat::Answer;
use aside_shared::event::AnalysisEvent;
use serde::Serialize;
use serde::de::value::StringDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde_json::{Error, Map, Value};

/// Reads one JSON value.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    value(serde_json::from_str(text)?)
}

/// Reads a value that is parsed already.
pub fn value<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    T::deserialize(Tree(value))
}

/// Writes a value as JSON; empty for what JSON cannot carry, which none of the panel's types is.
pub fn write<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Reads an event. By hand, since serde would compile all that an event holds a second time.
pub fn event(text: &str) -> Result<AnalysisEvent, Error> {
    let mut event: Map<String, Value> = read(text)?;
    let data = event.remove("data").unwrap_or_default();
    Ok(match event.get("event").and_then(Value::as_str) {
        Some("alert") => AnalysisEvent::Alert(value(data)?),
        Some("context") => AnalysisEvent::Context(value(data)?),
        Some("priority") => AnalysisEvent::Priority(value(data)?),
        Some("claim") => AnalysisEvent::Claim(value(data)?),
        Some("timeline") => AnalysisEvent::Timeline(value(data)?),
        Some("action") => AnalysisEvent::Action(value(data)?),
        Some("done") => AnalysisEvent::Done(value(data)?),
        Some("failed") => AnalysisEvent::Failed(value(data)?),
        Some("reset") => AnalysisEvent::Reset,
        _ => return Err(Error::custom("an event of another version")),
    })
}

/// Reads an answer; by hand for the same reason.
pub fn answer(tree: Value) -> Result<Answer, Error> {
    let mut answer: Map<String, Value> = value(tree)?;
    let kind = answer.remove("answer").unwrap_or_default();
    let mut field = |name: &str| answer.remove(name).unwrap_or_default();
    Ok(match kind.as_str() {
        Some("claims") => Answer::Claims {
            heading: value(field("heading"))?,
            claims: value(field("claims"))?,
        },
        Some("host") => Answer::Host {
            state: value(field("state"))?,
        },
        Some("propose") => Answer::Propose {
            action: value(field("action"))?,
            hosts: value(field("hosts"))?,
        },
        Some("can_ask") => Answer::CanAsk {
            examples: value(field("examples"))?,
        },
        _ => return Err(Error::custom("an answer of another version")),
    })
}

/// The one source.
struct Tree(Value);

fn expected<T>(what: &str) -> Result<T, Error> {
    Err(Error::custom(format_args!("expected {what}")))
}

impl Tree {
    fn object(self) -> Result<Fields, Error> {
        match self.0 {
            Value::Object(map) => Ok(Fields {
                fields: map.into_iter(),
                value: None,
            }),
            _ => expected("an object"),
        }
    }

    fn array(self) -> Result<Items, Error> {
        match self.0 {
            Value::Array(items) => Ok(Items(items.into_iter())),
            _ => expected("an array"),
        }
    }

    fn string(self) -> Result<String, Error> {
        match self.0 {
            Value::String(text) => Ok(text),
            _ => expected("a string"),
        }
    }

    fn signed(&self) -> Result<i64, Error> {
        self.0.as_i64().map_or_else(|| expected("a number"), Ok)
    }

    fn unsigned(&self) -> Result<u64, Error> {
        self.0.as_u64().map_or_else(|| expected("a number"), Ok)
    }
}

macro_rules! never {
    ($($name:ident($($argument:ty),*))*) => {$(
        fn $name<V: Visitor<'static>>(self, $(_: $argument,)* _: V) -> Result<V::Value, Error> {
            expected("a type that the panel reads")
        }
    )*};
}

macro_rules! numbers {
    ($($name:ident $read:ident $visit:ident)*) => {$(
        fn $name<V: Visitor<'static>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.$visit(self.$read()?)
        }
    )*};
}

impl Deserializer<'static> for Tree {
    type Error = Error;

    fn deserialize_any<V: Visitor<'static>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(flag) => visitor.visit_bool(flag),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), _, _) => visitor.visit_u64(number),
                (None, Some(number), _) => visitor.visit_i64(number),
                (None, None, Some(number)) => visitor.visit_f64(number),
                (None, None, None) => expected("a number"),
            },
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => visitor.visit_seq(Items(items.into_iter())),
            object @ Value::Object(_) => visitor.visit_map(Tree(object).object()?),
        }
    }

    fn deserialize_struct<V: Visitor<'static>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_map(self.object()?)
    }

    fn deserialize_map<V: Visitor<'static>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(self.object()?)
    }

    fn deserialize_seq<V: Visitor<'static>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(self.array()?)
    }

    fn deserialize_tuple<V: Visitor<'static>>(
        self,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_seq(self.array()?)
    }

    fn deserialize_option<V: Visitor<'static>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'static>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'static>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let (name, value) = match self.0 {
            Value::String(name) => (name, None),
            Value::Object(map) => match map.into_iter().next() {
                Some((name, value)) => (name, Some(value)),
                None => return expected("a variant"),
            },
            _ => return expected("a variant"),
        };
        visitor.visit_enum(Variant { name, value })
    }

    fn deserialize_bool<V: Visitor<'static>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Bool(flag) => visitor.visit_bool(flag),
            _ => expected("true or false"),
        }
    }

    fn deserialize_string<V: Visitor<'static>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_string(self.string()?)
    }

    fn deserialize_str<V: Visitor<'static>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_string(self.string()?)
    }

    fn deserialize_identifier<V: Visitor<'static>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(&self.string()?)
    }

    fn deserialize_ignored_any<V: Visitor<'static>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    numbers! {
        deserialize_i8 signed visit_i64
        deserialize_i16 signed visit_i64
        deserialize_i32 signed visit_i64
        deserialize_i64 signed visit_i64
        deserialize_u8 unsigned visit_u64
        deserialize_u16 unsigned visit_u64
        deserialize_u32 unsigned visit_u64
        deserialize_u64 unsigned visit_u64
    }

    never! {
        deserialize_f32()
        deserialize_f64()
        deserialize_char()
        deserialize_bytes()
        deserialize_byte_buf()
        deserialize_unit()
        deserialize_unit_struct(&'static str)
        deserialize_tuple_struct(&'static str, usize)
    }
}

struct Fields {
    fields: serde_json::map::IntoIter,
    value: Option<Value>,
}

impl MapAccess<'static> for Fields {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'static>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some((name, value)) = self.fields.next() else {
            return Ok(None);
        };
        self.value = Some(value);
        seed.deserialize(Tree(Value::String(name))).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'static>>(&mut self, seed: V) -> Result<V::Value, Error> {
        seed.deserialize(Tree(self.value.take().unwrap_or_default()))
    }
}

struct Items(std::vec::IntoIter<Value>);

impl SeqAccess<'static> for Items {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'static>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        match self.0.next() {
            Some(value) => seed.deserialize(Tree(value)).map(Some),
            None => Ok(None),
        }
    }
}

struct Variant {
    name: String,
    value: Option<Value>,
}

impl EnumAccess<'static> for Variant {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'static>>(
        mut self,
        seed: V,
    ) -> Result<(V::Value, Self), Error> {
        let name = std::mem::take(&mut self.name);
        let which = seed.deserialize(StringDeserializer::new(name))?;
        Ok((which, self))
    }
}

impl VariantAccess<'static> for Variant {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self.value {
            None => Ok(()),
            Some(_) => expected("a variant without content"),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'static>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(Tree(self.value.unwrap_or_default()))
    }

    fn tuple_variant<V: Visitor<'static>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        Tree(self.value.unwrap_or_default()).deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'static>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        Tree(self.value.unwrap_or_default()).deserialize_map(visitor)
    }
}

#[cfg(test)]
mod tests;
