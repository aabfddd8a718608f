//! Which contents a disc has already: they cost no blocks in an image of its next session.

use super::{Content, Tree};

/// A bit for each of the contents, by their numbers.
#[derive(Debug, Clone, Default)]
pub(super) struct Placed(Vec<u64>);

const BITS: u64 = u64::BITS as u64;

impl Placed {
    fn place(content: Content) -> Option<(usize, u64)> {
        Some((usize::try_from(content.0 / BITS).ok()?, 1 << (content.0 % BITS)))
    }

    fn has(&self, content: Content) -> bool {
        let place = Self::place(content);
        place.is_some_and(|(word, bit)| self.0.get(word).is_some_and(|bits| bits & bit != 0))
    }

    fn put(&mut self, content: Content) {
        let Some((word, bit)) = Self::place(content) else { return };
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= bit;
    }

    fn forget_from(&mut self, first: u64) {
        let Some((word, bit)) = Self::place(Content(first)) else { return };
        self.0.truncate(word + 1);
        if let Some(bits) = self.0.get_mut(word) {
            *bits &= bit - 1;
        }
    }
}

impl Tree {
    /// Says that a disc has these contents already, before anything in the tree has them.
    pub(crate) fn place_content(&mut self, content: Content) {
        self.placed.put(content);
    }

    /// Contents from that number on are no more, and the numbers will be those of others.
    pub(crate) fn forget_placed(&mut self, first: u64) {
        self.placed.forget_from(first);
    }

    /// Whether a disc has these contents already.
    pub(crate) fn is_placed(&self, content: Content) -> bool {
        self.placed.has(content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_forgotten_can_be_something_else() {
        let mut placed = Placed::default();
        for number in [0, 63, 64, 65, 200] {
            placed.put(Content(number));
        }
        let all = |placed: &Placed| (0..300).filter(|&number| placed.has(Content(number))).collect::<Vec<_>>();
        assert_eq!(all(&placed), [0, 63, 64, 65, 200]);
        placed.forget_from(201);
        assert_eq!(all(&placed), [0, 63, 64, 65, 200]);
        placed.forget_from(65);
        assert_eq!(all(&placed), [0, 63, 64]);
        placed.forget_from(64);
        placed.put(Content(66));
        assert_eq!(all(&placed), [0, 63, 66]);
        placed.forget_from(0);
        assert!(all(&placed).is_empty() && !placed.has(Content(u64::MAX)));
    }
}
