//! READ TOC/PMA/ATIP: six answers under one command, from the table of contents to CD-TEXT.

mod atip;
mod contents;
mod full;
mod sessions;

pub use atip::{Atip, ClvSpeed};
pub use contents::{Toc, TocEntry, TocStart};
pub use full::{FullToc, FullTocEntry, Point};
pub use sessions::SessionInfo;

use crate::{
    Announced, BadReply, Cdb, Command, InvalidField, Notes, Query,
    layout::{allocation16, announced16, items, whole16},
    wire::{Writer, len16},
};

/// READ TOC/PMA/ATIP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReadToc {
    /// Which answer.
    pub format: TocFormat,
    /// Places shall be times, not addresses. Only [`TocFormat::Toc`] and [`TocFormat::Sessions`] have the choice.
    pub msf: bool,
    /// The track or, for the full table, the session to begin with.
    pub from: u8,
    /// The most bytes that the drive may send.
    pub allocation: u16,
}

/// Which answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TocFormat {
    /// The tracks and where they begin (0).
    Toc,
    /// How many sessions, and where the last one begins (1).
    Sessions,
    /// All that the lead-ins say, CDs only (2).
    Full,
    /// What the program memory area of a CD that is not closed says (3).
    Pma,
    /// What is stamped into a blank CD (4).
    Atip,
    /// CD-TEXT of the lead-in (5).
    CdText,
}

/// What the drive answers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TocReply {
    /// The tracks and where they begin.
    Toc(Toc),
    /// How many sessions, and where the last one begins.
    Sessions(SessionInfo),
    /// All that the lead-ins say.
    Full(FullToc),
    /// What the program memory area says; it has no sessions, those numbers are 0.
    Pma(FullToc),
    /// What is stamped into a blank CD.
    Atip(Atip),
    /// CD-TEXT: packs of 18 bytes, as they are on the disc.
    CdText(Vec<[u8; 18]>),
}

mod field {
    pub(super) const FORMAT: usize = 2;
    pub(super) const FROM: usize = 6;
    pub(super) const CONTROL: usize = 9;
    pub(super) const MSF: u8 = 1 << 1;
    /// All answers begin with their length and two bytes more.
    pub(super) const HEADER: usize = 4;
}

impl ReadToc {
    /// An answer as a whole: from the first track or session on, with addresses where there is a choice. Where there
    /// is none, the command asks for times, as older drives insist.
    ///
    /// It has room for the longest answer, which is more than many hosts carry in one command;
    /// [`TransportExt::query_whole`](crate::TransportExt::query_whole) asks for as much as there is.
    #[must_use]
    pub fn whole(format: TocFormat) -> Self {
        let msf = matches!(format, TocFormat::Full | TocFormat::Pma | TocFormat::Atip);
        // An even length, because odd ones upset bridges.
        Self { format, msf, from: 0, allocation: u16::MAX - 1 }
    }
}

impl Announced for ReadToc {
    const HEADER: usize = field::HEADER;

    fn announced(reply: &[u8]) -> Result<usize, BadReply> {
        announced16(reply)
    }

    fn with_allocation(&self, bytes: usize) -> Self {
        Self { allocation: allocation16(bytes), ..*self }
    }
}

impl Command for ReadToc {
    const OPCODE: u8 = 0x43;
    const NAME: &'static str = "READ TOC/PMA/ATIP";

    fn to_cdb(&self) -> Cdb {
        let format = match self.format {
            TocFormat::Toc => 0,
            TocFormat::Sessions => 1,
            TocFormat::Full => 2,
            TocFormat::Pma => 3,
            TocFormat::Atip => 4,
            TocFormat::CdText => 5,
        };
        let [high, low] = self.allocation.to_be_bytes();
        let msf = if self.msf { field::MSF } else { 0 };
        Cdb::ten([Self::OPCODE, msf, format, 0, 0, 0, self.from, high, low, 0])
    }

    /// Programs from before MMC have the format in the highest bits of the last byte.
    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        let bytes = cdb.padded();
        let (number, wrong) = match bytes[field::FORMAT] & 0x0F {
            0 => (bytes[field::CONTROL] >> 6, InvalidField::cdb_bit(9, 7)),
            number => (number, InvalidField::cdb_bit(2, 3)),
        };
        let format = match number {
            0 => TocFormat::Toc,
            1 => TocFormat::Sessions,
            2 => TocFormat::Full,
            3 if bytes[field::FORMAT] & 0x0F != 0 => TocFormat::Pma,
            4 => TocFormat::Atip,
            5 => TocFormat::CdText,
            _ => return Err(wrong),
        };
        Ok(Self {
            format,
            msf: bytes[1] & field::MSF != 0,
            from: bytes[field::FROM],
            allocation: u16::from_be_bytes([bytes[7], bytes[8]]),
        })
    }
}

impl Query for ReadToc {
    type Reply = TocReply;

    fn allocation(&self) -> usize {
        self.allocation.into()
    }

    fn decode_reply(&self, reply: &[u8], notes: &mut Notes) -> Result<TocReply, BadReply> {
        let need = match self.format {
            TocFormat::Sessions => SessionInfo::LEN,
            TocFormat::Atip => Atip::MANDATORY,
            TocFormat::Toc | TocFormat::Full | TocFormat::Pma | TocFormat::CdText => field::HEADER,
        };
        let fields = whole16(reply, need, notes)?;
        Ok(match self.format {
            TocFormat::Toc => TocReply::Toc(Toc::decode(fields, self.msf, notes)?),
            TocFormat::Sessions => TocReply::Sessions(SessionInfo::decode(fields, self.msf)?),
            TocFormat::Full => TocReply::Full(FullToc::decode(fields, notes)?),
            TocFormat::Pma => TocReply::Pma(FullToc::decode(fields, notes)?),
            TocFormat::Atip => TocReply::Atip(Atip::decode(fields, notes)?),
            TocFormat::CdText => TocReply::CdText(items(fields, field::HEADER, notes).collect()),
        })
    }

    /// # Panics
    ///
    /// With more entries or packs than the length of two bytes can count.
    fn encode_reply(&self, reply: &TocReply) -> Vec<u8> {
        let bytes = match reply {
            TocReply::Toc(toc) => toc.encode(),
            TocReply::Sessions(info) => info.encode(),
            TocReply::Full(table) | TocReply::Pma(table) => table.encode(),
            TocReply::Atip(atip) => atip.encode(),
            TocReply::CdText(packs) => [&[0; field::HEADER], packs.concat().as_slice()].concat(),
        };
        let mut writer = Writer::zeroed(0);
        writer.push(&bytes).u16(0, len16(bytes.len() - 2)).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::layout::tests::{
        answers_survive, any_answer, both_ways, good_answer, no_answer_panics, no_command_panics,
    };

    #[test]
    fn commands_go_both_ways() {
        let ask = |format, msf, from, allocation| ReadToc { format, msf, from, allocation };
        both_ways(&[
            (ask(TocFormat::Toc, true, 1, 804), &[0x43, 2, 0, 0, 0, 0, 1, 3, 0x24, 0]),
            (ask(TocFormat::Sessions, false, 0, 12), &[0x43, 0, 1, 0, 0, 0, 0, 0, 12, 0]),
            (ask(TocFormat::Full, true, 1, 4), &[0x43, 2, 2, 0, 0, 0, 1, 0, 4, 0]),
            (ask(TocFormat::Pma, false, 0, 4), &[0x43, 0, 3, 0, 0, 0, 0, 0, 4, 0]),
            (ask(TocFormat::Atip, true, 0, 28), &[0x43, 2, 4, 0, 0, 0, 0, 0, 28, 0]),
            (ask(TocFormat::CdText, false, 0, u16::MAX), &[0x43, 0, 5, 0, 0, 0, 0, 0xFF, 0xFF, 0]),
        ]);
    }

    #[test]
    fn programs_from_before_mmc_have_the_format_at_the_end() {
        let decode = |format, control| {
            let cdb = Cdb::ten([0x43, 0, format, 0, 0, 0, 0, 0, 12, control]);
            ReadToc::from_cdb(&cdb).map(|command| command.format)
        };
        assert_eq!(decode(0, 0x40), Ok(TocFormat::Sessions));
        assert_eq!(decode(0, 0x80), Ok(TocFormat::Full));
        assert_eq!(decode(0, 0xC0), Err(InvalidField::cdb_bit(9, 7)));
        assert_eq!(decode(4, 0x80), Ok(TocFormat::Atip), "where both are there, byte 2 counts");
        assert_eq!(decode(6, 0), Err(InvalidField::cdb_bit(2, 3)));
    }

    #[test]
    fn cd_text_is_packs() {
        let pack = *b"\x80\0\0\0Joyful Night\xF0\xF7";
        let mut bytes = vec![0, 2 + 36, 0, 0];
        bytes.extend([pack, pack].concat());
        let command = ReadToc::whole(TocFormat::CdText);
        good_answer(&command, &bytes, 4, &TocReply::CdText(vec![pack, pack]));
        let mut notes = Notes::new();
        assert_eq!(command.decode_reply(&bytes[..30], &mut notes), Ok(TocReply::CdText(vec![pack])));
        assert_eq!(notes.as_slice().first().map(|note| note.at), Some(22));
    }

    proptest! {
        #[test]
        fn arbitrary_packs_survive(packs in vec(any::<[u8; 18]>(), 0..40)) {
            answers_survive(&ReadToc::whole(TocFormat::CdText), &TocReply::CdText(packs))?;
        }

        #[test]
        fn nothing_makes_it_panic(cdb: [u8; 12], msf: bool, bytes in any_answer()) {
            no_command_panics::<ReadToc>(cdb)?;
            for format in [
                TocFormat::Toc, TocFormat::Sessions, TocFormat::Full, TocFormat::Pma, TocFormat::Atip,
                TocFormat::CdText,
            ] {
                no_answer_panics(&ReadToc { msf, ..ReadToc::whole(format) }, &bytes)?;
            }
        }
    }
}
