//! [`SystemUse`]: all entries of a record, wherever in the volume they are.

use super::{Continuation, Entry, raw::RawEntries};
use crate::wire::Malformed;

/// How often an area may go on. More is not needed by anything and would be a circle.
const MAX_CONTINUATIONS: u8 = 100;

/// The entries of a record, through all of its areas. Those that only say how areas go on are left out.
///
/// Whoever asks for the entries brings the bytes of further areas, and gets what is wrong with them like anything else.
///
/// ```
/// use imapi_volume_structs::rock_ridge::{AlternateName, Continuation, Entry, NameFlags, SystemUse};
///
/// let mut record = [0; Continuation::ENTRY_LEN];
/// Continuation { block: 30, offset: 8, len: 6 }.encode(&mut record);
/// let block_30 = *b"........NM\x06\x01\0a";
///
/// let areas = |area: Continuation| (area.block == 30).then_some(&block_30[8..14]);
/// let mut entries = SystemUse::new(&record, areas);
/// let name = AlternateName { flags: NameFlags::NONE, name: b"a" };
/// assert_eq!(entries.next(), Some(Ok(Entry::Name(name))));
/// assert_eq!(entries.next(), None);
/// ```
#[derive(Debug, Clone)]
pub struct SystemUse<'a, F> {
    area: RawEntries<'a>,
    next: Option<Continuation>,
    continuations: u8,
    read: F,
}

impl<'a, F: FnMut(Continuation) -> Option<&'a [u8]>> SystemUse<'a, F> {
    /// The entries that begin in this area: a record's system use area without the bytes that `SP` says to skip. The
    /// function gives the bytes of another area, or `None` when it cannot.
    pub const fn new(area: &'a [u8], read: F) -> Self {
        Self { area: RawEntries::new(area), next: None, continuations: 0, read }
    }

    fn advance(&mut self, to: Continuation) -> Result<(), Malformed> {
        if self.continuations == MAX_CONTINUATIONS {
            return Err(Malformed::new("system use areas that go on for ever", 0));
        }
        self.continuations += 1;
        let area = (self.read)(to).ok_or(Malformed::new("a system use area that goes on where nothing is", 0))?;
        self.area = RawEntries::new(area);
        Ok(())
    }
}

impl<'a, F: FnMut(Continuation) -> Option<&'a [u8]>> Iterator for SystemUse<'a, F> {
    type Item = Result<Entry<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.area.next().map(|raw| raw.and_then(Entry::decode)) {
                // Only the last one of an area counts; there should be no other.
                Some(Ok(Entry::Continuation(continuation))) => self.next = Some(continuation),
                Some(Ok(Entry::Padding { .. } | Entry::Terminator)) => {}
                Some(entry) => return Some(entry),
                None => {
                    let continuation = self.next.take()?;
                    if let Err(error) = self.advance(continuation) {
                        return Some(Err(error));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    fn bytes_of(entries: &[Entry<'_>]) -> Vec<u8> {
        let mut out = [0xA5; 2048];
        let len = entries.iter().fold(0, |at, entry| at + entry.encode(&mut out[at..]));
        out[..len].to_vec()
    }

    #[test]
    fn an_area_is_read_to_its_end_before_it_goes_on() {
        let on = Entry::Continuation(Continuation { block: 7, offset: 0, len: 4 });
        let record = bytes_of(&[Entry::SharingProtocol { skip: 0 }, on, Entry::Padding { len: 3 }, Entry::Relocated]);
        let further = bytes_of(&[Entry::ChildLink { block: 3 }, Entry::Terminator, Entry::Relocated]);
        let mut asked = Vec::new();
        let found: Result<Vec<_>, _> = SystemUse::new(&record, |area| {
            asked.push(area.block);
            Some(&further[..])
        })
        .collect();
        let right = [Entry::SharingProtocol { skip: 0 }, Entry::Relocated, Entry::ChildLink { block: 3 }];
        assert_eq!(found, Ok(right.to_vec()));
        assert_eq!(asked, [7]);
    }

    #[test]
    fn a_circle_ends() {
        let circle = bytes_of(&[Entry::Continuation(Continuation { block: 7, offset: 0, len: 28 })]);
        let found: Vec<_> = SystemUse::new(&circle, |_| Some(&circle[..])).collect();
        assert_eq!(found, [Err(Malformed::new("system use areas that go on for ever", 0))]);
    }

    #[test]
    fn an_area_that_is_nowhere_is_told() {
        let record = bytes_of(&[Entry::Continuation(Continuation { block: 7, offset: 0, len: 28 }), Entry::Relocated]);
        let found: Vec<_> = SystemUse::new(&record, |_| None).collect();
        let nowhere = Malformed::new("a system use area that goes on where nothing is", 0);
        assert_eq!(found, [Ok(Entry::Relocated), Err(nowhere)]);
    }

    proptest! {
        #[test]
        fn no_bytes_panic_or_loop(
            first in proptest::collection::vec(any::<u8>(), 0..200),
            further in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            prop_assert!(SystemUse::new(&first, |_| Some(&further[..])).count() <= 200 + 100 * 200);
        }
    }
}
