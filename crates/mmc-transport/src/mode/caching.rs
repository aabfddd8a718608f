//! Mode page 08h: the drive's cache.

use super::{HEADER, PageCode, blank, finished, tail};
use crate::{BadReply, wire::Fields};

/// Caching (page 08h): two bits of it mean something to an optical drive.
#[doc(alias = "IMAPI_MODE_PAGE_TYPE_CACHING")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caching {
    /// A write is done when the data is in the cache (WCE).
    pub write_cache: bool,
    /// Nothing is read from the cache (RCD).
    pub read_cache_disabled: bool,
    /// What follows those bits: settings of hard discs.
    pub tail: Vec<u8>,
}

mod field {
    pub(super) const BITS: usize = super::HEADER;
    pub(super) const END: usize = 3;
}

impl Default for Caching {
    /// A page of the usual length, with both caches on.
    fn default() -> Self {
        Self { write_cache: true, read_cache_disabled: false, tail: vec![0; 9] }
    }
}

impl Caching {
    /// The page, from its code on.
    pub(super) fn decode(page: &[u8]) -> Result<Self, BadReply> {
        let fields = Fields::new(page, field::END)?;
        Ok(Self {
            write_cache: fields.bit(field::BITS, 2)?,
            read_cache_disabled: fields.bit(field::BITS, 0)?,
            tail: tail(page, field::END),
        })
    }

    /// The bytes, from its code on.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut page = blank(PageCode::CACHING, field::END);
        page.bit(field::BITS, 2, self.write_cache).bit(field::BITS, 0, self.read_cache_disabled);
        finished(&mut page, &self.tail)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::{ModePage, checks},
        *,
    };

    #[test]
    fn two_bits_are_known_and_the_rest_is_kept() {
        let page = Caching { write_cache: true, read_cache_disabled: false, tail: vec![0; 9] };
        assert_eq!(page, Caching::default());
        checks::page_is(&ModePage::Caching(page), &[0x08, 10, 0x04, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        let page = Caching { write_cache: false, read_cache_disabled: true, tail: vec![0x12, 0x34] };
        checks::page_is(&ModePage::Caching(page), &[0x08, 3, 0x01, 0x12, 0x34]);
        checks::page_needs(&[0x08, 10, 0x05, 1, 2, 3, 4, 5, 6, 7, 8, 9], 3);
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_keep_their_meaning(bytes: Vec<u8>) {
            checks::any_page(PageCode::CACHING, bytes);
        }
    }
}
