//! Formats 2 and 3: all that the lead-ins, or the program memory area, of a CD say in their Q subchannel.

use crate::{
    BadReply, Notes,
    layout::{BitsInto as _, BitsOf as _, items},
    raw_address::RawMsf,
    wire::{Fields, Writer},
};

/// All that the lead-ins of a CD say, or its program memory area.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FullToc {
    /// The first complete session.
    pub first_session: u8,
    /// The last complete session.
    pub last_session: u8,
    /// What stands there, in the order of the disc.
    pub entries: Vec<FullTocEntry>,
}

/// One Q frame of it, in binary numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FullTocEntry {
    /// The session in whose lead-in it stands.
    pub session: u8,
    /// ADR, 4 bits: 1 for positions, 5 for what only recordable discs have.
    pub adr: u8,
    /// Control, 4 bits.
    pub control: u8,
    /// The track number, 0 in a lead-in.
    pub track: u8,
    /// What the entry is about.
    pub point: Point,
    /// The running time, or with B0 where the next session can begin.
    pub time: RawMsf,
    /// Zero, or two numbers of 4 bits.
    pub zero: u8,
    /// The place, or numbers in the place of minute, second, frame.
    pub place: RawMsf,
}

/// What an entry is about: a track, or one of the constants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point(pub u8);

impl Point {
    /// The first track of the session, as minute; the type of the disc as second.
    pub const FIRST_TRACK: Self = Self(0xA0);
    /// The last track of the session, as minute.
    pub const LAST_TRACK: Self = Self(0xA1);
    /// Where the lead-out begins.
    pub const LEAD_OUT: Self = Self(0xA2);
    /// Where the next session can begin, as running time, and the last possible lead-out.
    pub const NEXT_SESSION: Self = Self(0xB0);
    /// Where the lead-in of the disc's first session begins, and what power it needs.
    pub const FIRST_LEAD_IN: Self = Self(0xC0);

    /// The track that the entry is about.
    #[must_use]
    pub fn track(self) -> Option<u8> {
        (1..=99).contains(&self.0).then_some(self.0)
    }
}

mod field {
    pub(super) const FIRST: usize = 2;
    pub(super) const LAST: usize = 3;
    pub(super) const ENTRIES: usize = 4;

    /// Of an entry.
    pub(super) const SESSION: usize = 0;
    pub(super) const ADR_CONTROL: usize = 1;
    pub(super) const TRACK: usize = 2;
    pub(super) const POINT: usize = 3;
    pub(super) const TIME: usize = 4;
    pub(super) const ZERO: usize = 7;
    pub(super) const PLACE: usize = 8;
    pub(super) const ENTRY_LEN: usize = 11;
}

impl FullTocEntry {
    fn decode(bytes: [u8; field::ENTRY_LEN]) -> Result<Self, BadReply> {
        let fields = Fields::new(&bytes, field::ENTRY_LEN)?;
        Ok(Self {
            session: fields.u8(field::SESSION)?,
            adr: fields.bits(field::ADR_CONTROL, 4, 4)?,
            control: fields.bits(field::ADR_CONTROL, 0, 4)?,
            track: fields.u8(field::TRACK)?,
            point: Point(fields.u8(field::POINT)?),
            time: RawMsf(fields.array(field::TIME)?),
            zero: fields.u8(field::ZERO)?,
            place: RawMsf(fields.array(field::PLACE)?),
        })
    }

    fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::zeroed(field::ENTRY_LEN);
        writer.u8(field::SESSION, self.session).u8(field::TRACK, self.track).u8(field::POINT, self.point.0);
        writer.bits(field::ADR_CONTROL, 4, 4, self.adr).bits(field::ADR_CONTROL, 0, 4, self.control);
        writer.put(field::TIME, &self.time.0).u8(field::ZERO, self.zero).put(field::PLACE, &self.place.0).finish()
    }
}

impl FullToc {
    pub(super) fn decode(fields: Fields<'_>, notes: &mut Notes) -> Result<Self, BadReply> {
        let entries = items(fields, field::ENTRIES, notes).map(FullTocEntry::decode);
        Ok(Self {
            first_session: fields.u8(field::FIRST)?,
            last_session: fields.u8(field::LAST)?,
            entries: entries.collect::<Result<_, _>>()?,
        })
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::zeroed(field::ENTRIES);
        writer.u8(field::FIRST, self.first_session).u8(field::LAST, self.last_session);
        self.entries.iter().for_each(|entry| {
            writer.push(&entry.encode());
        });
        writer.finish()
    }

    /// The entry about that point in the lead-in of that session.
    #[must_use]
    pub fn entry(&self, session: u8, point: Point) -> Option<&FullTocEntry> {
        self.entries.iter().find(|entry| entry.session == session && entry.point == point)
    }
}

#[cfg(test)]
mod tests {
    use imapi_disc_types::Lba;
    use proptest::{collection::vec, prelude::*};

    use super::{
        super::{ReadToc, TocFormat, TocReply},
        *,
    };
    use crate::layout::tests::{answers_survive, good_answer};

    fn entry(adr: u8, point: Point, time: [u8; 3], place: [u8; 3]) -> FullTocEntry {
        FullTocEntry { session: 1, adr, control: 4, track: 0, point, time: RawMsf(time), zero: 0, place: RawMsf(place) }
    }

    #[test]
    fn a_session_that_another_may_follow_goes_both_ways() {
        let bytes = [
            &[0, 57, 1, 1][..],
            &[1, 0x14, 0, 0xA0, 0, 0, 0, 0, 1, 0x20, 0],
            &[1, 0x14, 0, 0xA1, 0, 0, 0, 0, 1, 0, 0],
            &[1, 0x14, 0, 0xA2, 0, 0, 0, 0, 5, 2, 10],
            &[1, 0x14, 0, 1, 0, 0, 0, 0, 0, 2, 0],
            &[1, 0x54, 0, 0xB0, 7, 32, 10, 0, 79, 59, 74],
        ]
        .concat();
        let table = FullToc {
            first_session: 1,
            last_session: 1,
            entries: vec![
                entry(1, Point::FIRST_TRACK, [0; 3], [1, 0x20, 0]),
                entry(1, Point::LAST_TRACK, [0; 3], [1, 0, 0]),
                entry(1, Point::LEAD_OUT, [0; 3], [5, 2, 10]),
                entry(1, Point(1), [0; 3], [0, 2, 0]),
                entry(5, Point::NEXT_SESSION, [7, 32, 10], [79, 59, 74]),
            ],
        };
        let lead_out = table.entry(1, Point::LEAD_OUT).and_then(|entry| entry.place.lba());
        assert_eq!((lead_out, table.entry(2, Point::LEAD_OUT)), (Some(Lba(22_510)), None));
        good_answer(&ReadToc::whole(TocFormat::Full), &bytes, 4, &TocReply::Full(table));
    }

    #[test]
    fn a_program_memory_area_has_no_sessions() {
        let bytes = [0, 13, 0, 0, 0, 0x14, 0, 1, 4, 0, 0, 0, 0, 2, 0];
        let entries = vec![FullTocEntry { session: 0, ..entry(1, Point(1), [4, 0, 0], [0, 2, 0]) }];
        let table = FullToc { first_session: 0, last_session: 0, entries };
        good_answer(&ReadToc::whole(TocFormat::Pma), &bytes, 4, &TocReply::Pma(table));
    }

    #[test]
    fn points_from_1_to_99_are_tracks() {
        assert_eq!([0, 1, 99, 100, 0xA0].map(|point| Point(point).track()), [None, Some(1), Some(99), None, None]);
    }

    proptest! {
        #[test]
        fn arbitrary_tables_survive(
            first_session: u8,
            last_session: u8,
            rows in vec(any::<(u8, u8, u8, u8, [u8; 3], u8, [u8; 3])>(), 0..110),
        ) {
            let entries = rows.into_iter().map(|(session, q, track, point, time, zero, place)| FullTocEntry {
                session, adr: q >> 4, control: q & 0x0F, track, point: Point(point), time: RawMsf(time), zero,
                place: RawMsf(place),
            });
            let table = FullToc { first_session, last_session, entries: entries.collect() };
            answers_survive(&ReadToc::whole(TocFormat::Full), &TocReply::Full(table))?;
        }
    }
}
