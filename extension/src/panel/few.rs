//! A map of a few things, as a list: a tree's code is compiled anew for every type, and is large.

use serde::{Deserialize, Serialize};

/// A few values by their keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Few<K, V>(Vec<(K, V)>);

impl<K, V> Default for Few<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: PartialEq, V> Few<K, V> {
    fn place(&self, key: &K) -> Option<usize> {
        self.0.iter().position(|(own, _)| own == key)
    }

    /// The value of a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.place(key).map(|at| &self.0[at].1)
    }

    /// Puts a value in; the one that was there.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.place(&key) {
            Some(at) => Some(std::mem::replace(&mut self.0[at].1, value)),
            None => {
                self.0.push((key, value));
                None
            }
        }
    }

    /// Takes a value out.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.place(key).map(|at| self.0.swap_remove(at).1)
    }

    /// Takes all out.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_the_value_that_was_put_in_last() {
        let mut few = Few::default();
        assert_eq!(few.insert("a", 1), None);
        assert_eq!(few.insert("b", 2), None);
        assert_eq!(few.insert("a", 3), Some(1));
        assert_eq!((few.get(&"a"), few.get(&"b")), (Some(&3), Some(&2)));
        assert_eq!(few.remove(&"a"), Some(3));
        assert_eq!((few.get(&"a"), few.get(&"b")), (None, Some(&2)));
        few.clear();
        assert_eq!(few, Few::default());
    }
}
