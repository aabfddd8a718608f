//! [`Enumeration`]: a list that somebody goes through, as IMAPI's enumerators are.

use std::sync::Arc;

use imapi_errors::{Coded, HResult, common};

/// What was there when the list was asked for, and how far somebody is in it. A clone goes on from the same place by itself.
///
/// It is an iterator too.
#[derive(Debug, Clone)]
#[doc(alias("IEnumFsiItems", "IEnumProgressItems", "IEnumFsiItems::Clone", "IEnumProgressItems::Clone"))]
pub struct Enumeration<T> {
    all: Arc<[T]>,
    at: usize,
}

/// Whether as many were skipped as were to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skipping {
    /// All of them.
    All,
    /// There were not so many left.
    Fewer,
}

impl Coded for Skipping {
    fn code(&self) -> HResult {
        match self {
            Self::All => common::S_OK,
            Self::Fewer => common::S_FALSE,
        }
    }
}

impl<T> Enumeration<T> {
    pub(super) fn new(all: impl IntoIterator<Item = T>) -> Self {
        Self { all: all.into_iter().collect(), at: 0 }
    }

    /// The next ones: so many, or what is left.
    #[doc(alias("IEnumFsiItems::Next", "IEnumProgressItems::Next"))]
    pub fn next_items(&mut self, count: usize) -> &[T] {
        let from = self.at;
        self.at = from.saturating_add(count).min(self.all.len());
        &self.all[from..self.at]
    }

    /// Goes over the next ones; when there are not so many, to the end.
    #[doc(alias("IEnumFsiItems::Skip", "IEnumProgressItems::Skip"))]
    pub fn skip_items(&mut self, count: usize) -> Skipping {
        let left = self.all.len() - self.at;
        self.at += count.min(left);
        if count <= left { Skipping::All } else { Skipping::Fewer }
    }

    /// Goes back to the first.
    #[doc(alias("IEnumFsiItems::Reset", "IEnumProgressItems::Reset"))]
    pub fn reset(&mut self) {
        self.at = 0;
    }
}

impl<T: Clone> Iterator for Enumeration<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.next_items(1).first().cloned()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.all.len() - self.at;
        (left, Some(left))
    }
}

impl<T: Clone> ExactSizeIterator for Enumeration<T> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enumeration_keeps_the_rules_of_com() {
        let mut all = Enumeration::new(1..=5);
        assert_eq!(all.next_items(2), [1, 2]);
        let mut other = all.clone();
        assert_eq!(all.next_items(9), [3, 4, 5], "fewer are no error");
        assert!(all.next_items(1).is_empty());
        assert_eq!((other.skip_items(2), other.next()), (Skipping::All, Some(5)), "a clone goes on by itself");
        assert_eq!((other.skip_items(0), other.skip_items(1)), (Skipping::All, Skipping::Fewer));
        assert_eq!((Skipping::All.code(), Skipping::Fewer.code()), (common::S_OK, common::S_FALSE));
        other.reset();
        assert_eq!((other.len(), other.collect::<Vec<_>>()), (5, vec![1, 2, 3, 4, 5]));
    }
}
