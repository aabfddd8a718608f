//! Format 0: the tracks, and where they begin.

use imapi_disc_types::Lba;

use crate::{
    BadReply, Notes,
    layout::{BitsInto as _, BitsOf as _, items},
    raw_address::{RawAddress, RawMsf},
    wire::{Fields, Writer},
};

/// The tracks, and where they begin.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Toc {
    /// The first track of the disc.
    pub first: u8,
    /// The last track.
    pub last: u8,
    /// The tracks, and at the end the lead-out.
    pub entries: Vec<TocEntry>,
}

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TocEntry {
    /// ADR of the Q subchannel, 4 bits: 1 where it is a position.
    pub adr: u8,
    /// Control of the Q subchannel, 4 bits.
    pub control: u8,
    /// The track; [`TocEntry::LEAD_OUT`] behind the last.
    pub track: u8,
    /// Where it begins.
    pub start: TocStart,
}

/// Where a track begins: as an address or as a time, whichever the command asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TocStart {
    /// An address.
    Lba(Lba),
    /// A time.
    Msf(RawMsf),
}

impl TocStart {
    /// The address; `None` where the time is none.
    #[must_use]
    pub fn lba(self) -> Option<Lba> {
        match self {
            Self::Lba(lba) => Some(lba),
            Self::Msf(time) => time.lba(),
        }
    }
}

mod field {
    pub(super) const FIRST: usize = 2;
    pub(super) const LAST: usize = 3;
    pub(super) const ENTRIES: usize = 4;

    /// Of an entry.
    pub(super) const ADR_CONTROL: usize = 1;
    pub(super) const TRACK: usize = 2;
    pub(super) const START: usize = 4;
}

impl TocEntry {
    /// The number of the lead-out.
    pub const LEAD_OUT: u8 = 0xAA;

    pub(super) const LEN: usize = 8;

    pub(super) fn decode(bytes: [u8; Self::LEN], msf: bool) -> Result<Self, BadReply> {
        let fields = Fields::new(&bytes, Self::LEN)?;
        let start = RawAddress(fields.array(field::START)?);
        Ok(Self {
            adr: fields.bits(field::ADR_CONTROL, 4, 4)?,
            control: fields.bits(field::ADR_CONTROL, 0, 4)?,
            track: fields.u8(field::TRACK)?,
            start: if msf { TocStart::Msf(start.time()) } else { TocStart::Lba(start.lba()) },
        })
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let start = match self.start {
            TocStart::Lba(lba) => RawAddress::from(lba),
            TocStart::Msf(time) => RawAddress::from(time),
        };
        let mut writer = Writer::zeroed(Self::LEN);
        writer.bits(field::ADR_CONTROL, 4, 4, self.adr).bits(field::ADR_CONTROL, 0, 4, self.control);
        writer.u8(field::TRACK, self.track).put(field::START, &start.0).finish()
    }
}

impl Toc {
    pub(super) fn decode(fields: Fields<'_>, msf: bool, notes: &mut Notes) -> Result<Self, BadReply> {
        let entries = items(fields, field::ENTRIES, notes).map(|item| TocEntry::decode(item, msf));
        let toc = Self {
            first: fields.u8(field::FIRST)?,
            last: fields.u8(field::LAST)?,
            entries: entries.collect::<Result<_, _>>()?,
        };
        if toc.first > toc.last {
            notes.add(field::FIRST, "the first track comes after the last");
        }
        Ok(toc)
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::zeroed(field::ENTRIES);
        writer.u8(field::FIRST, self.first).u8(field::LAST, self.last);
        self.entries.iter().for_each(|entry| {
            writer.push(&entry.encode());
        });
        writer.finish()
    }

    /// Where the lead-out begins.
    #[must_use]
    pub fn lead_out(&self) -> Option<Lba> {
        self.entries.iter().find(|entry| entry.track == TocEntry::LEAD_OUT).and_then(|entry| entry.start.lba())
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::{
        super::{ReadToc, TocFormat, TocReply},
        *,
    };
    use crate::{
        Query as _,
        layout::tests::{answers_survive, good_answer},
    };

    fn entry(control: u8, track: u8, start: TocStart) -> TocEntry {
        TocEntry { adr: 1, control, track, start }
    }

    const BY_ADDRESS: [u8; 28] =
        [0, 26, 1, 2, 0, 0x14, 1, 0, 0, 0, 0, 0, 0, 0x10, 2, 0, 0, 0, 0x4E, 0x20, 0, 0x10, 0xAA, 0, 0, 5, 0x7D, 0xA9];

    #[test]
    fn a_table_by_address_goes_both_ways() {
        let toc = Toc {
            first: 1,
            last: 2,
            entries: vec![
                entry(4, 1, TocStart::Lba(Lba(0))),
                entry(0, 2, TocStart::Lba(Lba(20_000))),
                entry(0, TocEntry::LEAD_OUT, TocStart::Lba(Lba(359_849))),
            ],
        };
        assert_eq!(toc.lead_out(), Some(Lba(359_849)));
        good_answer(&ReadToc::whole(TocFormat::Toc), &BY_ADDRESS, 4, &TocReply::Toc(toc));
    }

    #[test]
    fn a_table_by_time_goes_both_ways() {
        let bytes = [0, 18, 1, 1, 0, 0x10, 1, 0, 0, 0, 2, 0, 0, 0x10, 0xAA, 0, 0, 79, 59, 74];
        let lead_out = TocStart::Msf(RawMsf([79, 59, 74]));
        let toc = Toc {
            first: 1,
            last: 1,
            entries: vec![entry(0, 1, TocStart::Msf(RawMsf([0, 2, 0]))), entry(0, TocEntry::LEAD_OUT, lead_out)],
        };
        assert_eq!(toc.lead_out(), Some(Lba(359_849)));
        let command = ReadToc { msf: true, ..ReadToc::whole(TocFormat::Toc) };
        good_answer(&command, &bytes, 4, &TocReply::Toc(toc));
    }

    #[test]
    fn an_entry_that_was_cut_is_absent() {
        let mut notes = Notes::new();
        let reply = ReadToc::whole(TocFormat::Toc).decode_reply(&BY_ADDRESS[..14], &mut notes);
        assert!(matches!(reply, Ok(TocReply::Toc(toc)) if toc.entries.len() == 1 && toc.last == 2));
        assert_eq!(notes.as_slice().first().map(|note| note.at), Some(12));
    }

    #[test]
    fn tracks_that_run_backwards_are_noted() {
        let mut notes = Notes::new();
        assert!(ReadToc::whole(TocFormat::Toc).decode_reply(&[0, 2, 5, 1], &mut notes).is_ok());
        assert_eq!(notes.as_slice().len(), 1);
    }

    proptest! {
        #[test]
        fn arbitrary_tables_survive(first: u8, last: u8, msf: bool, rows in vec(any::<(u8, u8, u8, i32)>(), 0..101)) {
            let entries = rows.into_iter().map(|(adr, control, track, start)| {
                let [_, time @ ..] = start.to_be_bytes();
                let start = if msf { TocStart::Msf(RawMsf(time)) } else { TocStart::Lba(Lba(start)) };
                TocEntry { adr: adr & 0x0F, control: control & 0x0F, track, start }
            });
            let toc = Toc { first, last, entries: entries.collect() };
            answers_survive(&ReadToc { msf, ..ReadToc::whole(TocFormat::Toc) }, &TocReply::Toc(toc))?;
        }
    }
}
