//! Mode page 1Dh: how long a drive's commands may take, and its write protection by software.

use super::{PageCode, blank, finished, tail};
use crate::{BadReply, wire::Fields};

/// Timeout and protect (page 1Dh).
#[doc(alias = "IMAPI_MODE_PAGE_TYPE_TIMEOUT_AND_PROTECT")]
#[expect(clippy::struct_excessive_bools, reason = "these are the bits of the page, each with its meaning")]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TimeoutAndProtect {
    /// Commands of the third group have their time-out (`G3Enable`).
    pub group3_enabled: bool,
    /// The time-outs count (TMOE).
    pub timeouts_enabled: bool,
    /// The drive cannot be used until it is switched off and on (DISP).
    pub unavailable: bool,
    /// Discs are write-protected until the drive is switched off (SWPP).
    pub write_protected: bool,
    /// The least seconds for commands that read and write.
    pub group1: u16,
    /// The least seconds for commands that take longer, such as closing.
    pub group2: u16,
    /// The least seconds for commands of a group that came later.
    pub group3: Option<u16>,
    /// What follows the fields that are there.
    pub tail: Vec<u8>,
}

mod field {
    pub(super) const BITS: usize = 4;
    pub(super) const GROUP1: usize = 6;
    pub(super) const GROUP2: usize = 8;
    pub(super) const MANDATORY: usize = 10;
    pub(super) const GROUP3: usize = 10;
    pub(super) const END: usize = 12;
}

impl TimeoutAndProtect {
    /// The page, from its code on.
    pub(super) fn decode(page: &[u8]) -> Result<Self, BadReply> {
        let fields = Fields::new(page, field::MANDATORY)?;
        let mut decoded = Self {
            group3_enabled: fields.bit(field::BITS, 3)?,
            timeouts_enabled: fields.bit(field::BITS, 2)?,
            unavailable: fields.bit(field::BITS, 1)?,
            write_protected: fields.bit(field::BITS, 0)?,
            group1: fields.u16(field::GROUP1)?,
            group2: fields.u16(field::GROUP2)?,
            group3: fields.u16(field::GROUP3).ok(),
            tail: Vec::new(),
        };
        decoded.tail = tail(page, decoded.known());
        Ok(decoded)
    }

    /// The bytes, from its code on.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut page = blank(PageCode::TIMEOUT, self.known());
        page.bit(field::BITS, 3, self.group3_enabled)
            .bit(field::BITS, 2, self.timeouts_enabled)
            .bit(field::BITS, 1, self.unavailable)
            .bit(field::BITS, 0, self.write_protected)
            .u16(field::GROUP1, self.group1)
            .u16(field::GROUP2, self.group2);
        if let Some(group3) = self.group3 {
            page.u16(field::GROUP3, group3);
        }
        finished(&mut page, &self.tail)
    }

    /// Where the last field that is there ends.
    fn known(&self) -> usize {
        if self.group3.is_some() { field::END } else { field::MANDATORY }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::{ModePage, checks},
        *,
    };

    const THREE: [u8; 12] = [0x1D, 0x0A, 0, 0, 0x0C, 0, 0x00, 0x0A, 0x00, 0x78, 0x07, 0x08];

    #[test]
    fn three_groups_have_their_seconds() {
        let page = TimeoutAndProtect {
            group3_enabled: true,
            timeouts_enabled: true,
            group1: 10,
            group2: 120,
            group3: Some(1800),
            ..TimeoutAndProtect::default()
        };
        checks::page_is(&ModePage::Timeout(page), &THREE);
        checks::page_needs(&THREE, 10);
    }

    #[test]
    fn the_older_page_has_two_groups() {
        let page = TimeoutAndProtect {
            unavailable: true,
            write_protected: true,
            group1: 0x0102,
            group2: 0x0304,
            ..TimeoutAndProtect::default()
        };
        checks::page_is(&ModePage::Timeout(page), &[0x1D, 8, 0, 0, 0x03, 0, 1, 2, 3, 4]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_keep_their_meaning(bytes: Vec<u8>) {
            checks::any_page(PageCode::TIMEOUT, bytes);
        }
    }
}
