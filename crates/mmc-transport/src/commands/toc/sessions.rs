//! Format 1: how many sessions, and where the last one begins.

use super::contents::TocEntry;
use crate::{
    BadReply,
    wire::{Fields, Writer},
};

/// How many sessions, and where the last one begins. Only sessions that are complete count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionInfo {
    /// The first session.
    pub first: u8,
    /// The last one that is complete.
    pub last: u8,
    /// The first track of the last session.
    pub first_of_last: TocEntry,
}

mod field {
    pub(super) const FIRST: usize = 2;
    pub(super) const LAST: usize = 3;
    pub(super) const ENTRY: usize = 4;
}

impl SessionInfo {
    pub(super) const LEN: usize = field::ENTRY + TocEntry::LEN;

    pub(super) fn decode(fields: Fields<'_>, msf: bool) -> Result<Self, BadReply> {
        Ok(Self {
            first: fields.u8(field::FIRST)?,
            last: fields.u8(field::LAST)?,
            first_of_last: TocEntry::decode(fields.array(field::ENTRY)?, msf)?,
        })
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::zeroed(Self::LEN);
        writer.u8(field::FIRST, self.first).u8(field::LAST, self.last);
        writer.put(field::ENTRY, &self.first_of_last.encode()).finish()
    }
}

#[cfg(test)]
mod tests {
    use imapi_disc_types::Lba;
    use proptest::prelude::*;

    use super::{
        super::{ReadToc, TocFormat, TocReply, TocStart},
        *,
    };
    use crate::layout::tests::{answers_survive, good_answer};

    #[test]
    fn an_answer_goes_both_ways_and_all_of_it_is_mandatory() {
        let info = SessionInfo {
            first: 1,
            last: 2,
            first_of_last: TocEntry { adr: 1, control: 4, track: 3, start: TocStart::Lba(Lba(11_400)) },
        };
        let bytes = [0, 10, 1, 2, 0, 0x14, 3, 0, 0, 0, 0x2C, 0x88];
        good_answer(&ReadToc::whole(TocFormat::Sessions), &bytes, 12, &TocReply::Sessions(info));
    }

    proptest! {
        #[test]
        fn arbitrary_sessions_survive(first: u8, last: u8, adr in 0..16u8, control in 0..16u8, track: u8, start: i32) {
            let first_of_last = TocEntry { adr, control, track, start: TocStart::Lba(Lba(start)) };
            let reply = TocReply::Sessions(SessionInfo { first, last, first_of_last });
            answers_survive(&ReadToc::whole(TocFormat::Sessions), &reply)?;
        }
    }
}
