//! [`Padded`]: text in a field of fixed length.

use core::fmt;

/// A field of text, filled up at its end (ECMA-119, 7.4.5): with spaces, and in Joliet with spaces of two bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Padded<const N: usize>(pub [u8; N]);

impl<const N: usize> Padded<N> {
    /// Nothing but spaces.
    pub const BLANK: Self = Self([b' '; N]);

    /// These bytes and spaces; `None` when they do not fit. Which characters are allowed is not looked at.
    #[must_use]
    pub fn new(text: &[u8]) -> Option<Self> {
        let mut field = [b' '; N];
        field.get_mut(..text.len())?.copy_from_slice(text);
        Some(Self(field))
    }

    /// This text in two bytes a unit and big-endian, and spaces in the same manner; `None` when it does not fit. A last
    /// byte that is no half of a unit is zero.
    #[must_use]
    pub fn wide(text: &str) -> Option<Self> {
        let mut field = [0; N];
        let (whole, _) = field.as_mut_slice().split_at_mut(N - N % 2);
        whole.chunks_exact_mut(2).for_each(|unit| unit.copy_from_slice(&[0, b' ']));
        super::joliet::encode(text, whole)?;
        Some(Self(field))
    }

    /// The text, without the spaces and zeros at its end.
    #[must_use]
    pub fn trimmed(&self) -> &[u8] {
        let end = self.0.iter().rposition(|byte| !matches!(byte, b' ' | 0)).map_or(0, |last| last + 1);
        &self.0[..end]
    }

    /// The characters of a field that was written as [`wide`](Self::wide) does it, without spaces and zeros at its end.
    pub fn wide_chars(&self) -> impl Iterator<Item = char> + '_ {
        let last = self.0.chunks_exact(2).rposition(|unit| !matches!(unit, [0, b' ' | 0]));
        super::joliet::decode(&self.0[..last.map_or(0, |last| 2 * (last + 1))])
    }
}

impl<const N: usize> fmt::Debug for Padded<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.trimmed().escape_ascii())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_filled_up_with_spaces() {
        let field = Padded::<6>::new(b"CDROM").expect("it fits");
        assert_eq!(&field.0, b"CDROM ");
        assert_eq!(field.trimmed(), b"CDROM");
        assert_eq!(Padded::<4>::new(b"CDROM"), None);
        assert_eq!(Padded::<4>::BLANK.trimmed(), b"");
    }

    #[test]
    fn a_wide_field_of_odd_length_ends_with_zero() {
        let field = Padded::<7>::wide("Aö").expect("it fits");
        assert_eq!(field.0, [0, b'A', 0, 0xF6, 0, b' ', 0]);
        assert!(field.wide_chars().eq("Aö".chars()));
        assert_eq!(Padded::<7>::wide("four"), None);
    }
}
