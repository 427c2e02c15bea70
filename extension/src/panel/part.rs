//! Parts of the state that views follow, compiled once.
//!
//! A [`Memo`] is compiled for every type it holds, and a panel has dozens. Here one memo holds any
//! value behind a pointer; what differs by type is only how two values compare and how one is taken out.

use std::any::Any;
use std::marker::PhantomData;
use std::sync::Arc;

use leptos::prelude::*;

trait Held: Any + Send + Sync {
    fn same(&self, other: &dyn Held) -> bool;
    fn as_any(&self) -> &dyn Any;
}

impl<T: PartialEq + Send + Sync + 'static> Held for T {
    fn same(&self, other: &dyn Held) -> bool {
        other.as_any().downcast_ref::<T>() == Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Clone)]
struct Erased(Arc<dyn Held>);

impl PartialEq for Erased {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.same(&*other.0)
    }
}

/// A value worked out of signals; what follows it changes only when it does.
pub struct Part<T> {
    memo: Memo<Erased>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Part<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Part<T> {}

impl<T: PartialEq + Send + Sync + 'static> Part<T> {
    /// Follows what `of` reads.
    pub fn new(of: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Self {
            memo: memo(Box::new(move || Erased(Arc::new(of())))),
            of: PhantomData,
        }
    }

    /// Looks at the value, and follows it.
    pub fn with<R>(self, look: impl FnOnce(&T) -> R) -> R {
        look(taken(&self.memo.get()))
    }

    /// Looks at the value without following it.
    pub fn with_untracked<R>(self, look: impl FnOnce(&T) -> R) -> R {
        look(taken(&self.memo.get_untracked()))
    }

    /// The value, followed.
    pub fn get(self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// The value, not followed.
    pub fn get_untracked(self) -> T
    where
        T: Clone,
    {
        self.with_untracked(T::clone)
    }
}

/// The only place where a memo is made, so that it is compiled once.
fn memo(of: Box<dyn Fn() -> Erased + Send + Sync>) -> Memo<Erased> {
    Memo::new(move |_| of())
}

fn taken<T: 'static>(erased: &Erased) -> &T {
    match Held::as_any(&*erased.0).downcast_ref() {
        Some(value) => value,
        None => unreachable!("a part holds the type it was made with"),
    }
}
