//! Format 4: what is stamped into a blank CD.

use crate::{
    BadReply, Notes,
    layout::{BitsInto as _, BitsOf as _},
    raw_address::RawMsf,
    wire::{Fields, Writer},
};

/// Absolute time in pre-groove: what is stamped into a blank CD.
///
/// Some drives answer it for pressed discs, some with times in decimal digits, some with zeros only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Atip {
    /// ITWP: the power to begin calibrating with, 3 bits.
    pub indicative_power: u8,
    /// The disc has double density.
    pub double_density: bool,
    /// The speed the rest is meant for, 3 bits; on CD-RW only.
    pub reference_speed: u8,
    /// URU: the disc may be used for anything.
    pub unrestricted_use: bool,
    /// It is a CD-RW.
    pub rewritable: bool,
    /// Its kind: of a CD-RW the class of speeds, 3 bits.
    pub subtype: u8,
    /// Where the lead-in begins. This also tells who made the disc.
    pub lead_in: RawMsf,
    /// The last place where the lead-out can begin.
    pub last_possible_lead_out: RawMsf,
    /// A1: speeds and power, where the disc has it.
    pub a1: Option<[u8; 3]>,
    /// A2.
    pub a2: Option<[u8; 3]>,
    /// A3.
    pub a3: Option<[u8; 3]>,
}

/// A recording speed in 4 bits, as A1 has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClvSpeed(pub u8);

impl ClvSpeed {
    /// kB/s; `None` for a code without a meaning.
    #[must_use]
    pub fn kilobytes_per_second(self) -> Option<u32> {
        match self.0 {
            1 => Some(353),
            2 => Some(706),
            3 => Some(1059),
            4 => Some(1764),
            6 => Some(2824),
            8 => Some(4234),
            9 => Some(5646),
            10 => Some(7056),
            11 => Some(8468),
            _ => None,
        }
    }
}

mod field {
    pub(super) const POWER: usize = 4;
    pub(super) const USE: usize = 5;
    pub(super) const KIND: usize = 6;
    pub(super) const LEAD_IN: usize = 8;
    pub(super) const LEAD_OUT: usize = 12;
    pub(super) const A1: usize = 16;
    pub(super) const A2: usize = 20;
    pub(super) const A3: usize = 24;
    pub(super) const LENGTH: usize = 28;
    /// Bit 7 of bytes 4 and 6 is always set.
    pub(super) const ALWAYS: u8 = 7;
}

impl Atip {
    /// Short answers occur; this much every drive sends.
    pub(super) const MANDATORY: usize = 15;

    pub(super) fn decode(fields: Fields<'_>, notes: &mut Notes) -> Result<Self, BadReply> {
        for at in [field::POWER, field::KIND] {
            if !fields.bit(at, field::ALWAYS)? {
                notes.add(at, "bit 7, which is always set, is not");
            }
        }
        let value = |bit: u8, at: usize| -> Result<Option<[u8; 3]>, BadReply> {
            Ok(if fields.bit(field::KIND, bit)? { fields.array(at).ok() } else { None })
        };
        Ok(Self {
            indicative_power: fields.bits(field::POWER, 4, 3)?,
            double_density: fields.bit(field::POWER, 3)?,
            reference_speed: fields.bits(field::POWER, 0, 3)?,
            unrestricted_use: fields.bit(field::USE, 6)?,
            rewritable: fields.bit(field::KIND, 6)?,
            subtype: fields.bits(field::KIND, 3, 3)?,
            lead_in: RawMsf(fields.array(field::LEAD_IN)?),
            last_possible_lead_out: RawMsf(fields.array(field::LEAD_OUT)?),
            a1: value(2, field::A1)?,
            a2: value(1, field::A2)?,
            a3: value(0, field::A3)?,
        })
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::zeroed(field::LENGTH);
        writer.bit(field::POWER, field::ALWAYS, true).bits(field::POWER, 4, 3, self.indicative_power);
        writer.bit(field::POWER, 3, self.double_density).bits(field::POWER, 0, 3, self.reference_speed);
        writer.bit(field::USE, 6, self.unrestricted_use);
        writer.bit(field::KIND, field::ALWAYS, true).bit(field::KIND, 6, self.rewritable);
        writer.bits(field::KIND, 3, 3, self.subtype);
        writer.put(field::LEAD_IN, &self.lead_in.0).put(field::LEAD_OUT, &self.last_possible_lead_out.0);
        for (bit, at, value) in [(2, field::A1, self.a1), (1, field::A2, self.a2), (0, field::A3, self.a3)] {
            writer.bit(field::KIND, bit, value.is_some()).put(at, &value.unwrap_or_default());
        }
        writer.finish()
    }

    /// The lowest and the highest speed of a CD-RW, from A1.
    #[must_use]
    pub fn speeds(&self) -> Option<(ClvSpeed, ClvSpeed)> {
        let [speeds, ..] = self.a1?;
        Some((ClvSpeed(speeds >> 4 & 0b111), ClvSpeed(speeds & 0x0F)))
    }
}

#[cfg(test)]
mod tests {
    use imapi_disc_types::Lba;
    use proptest::prelude::*;

    use super::{
        super::{ReadToc, TocFormat, TocReply},
        *,
    };
    use crate::{
        Query as _,
        layout::tests::{answers_survive, good_answer},
    };

    /// A blank CD-R of 80 minutes.
    const BLANK_CD_R: [u8; 28] = [
        0x00, 0x1A, 0x00, 0x00, 0xD0, 0x40, 0x80, 0x00, 0x61, 0x1A, 0x41, 0x00, 0x4F, 0x3B, 0x4A, 0x00, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0,
    ];

    fn blank_cd_r() -> Atip {
        Atip {
            indicative_power: 5,
            double_density: false,
            reference_speed: 0,
            unrestricted_use: true,
            rewritable: false,
            subtype: 0,
            lead_in: RawMsf([97, 26, 65]),
            last_possible_lead_out: RawMsf([79, 59, 74]),
            a1: None,
            a2: None,
            a3: None,
        }
    }

    #[test]
    fn a_blank_cd_r_goes_both_ways() {
        assert_eq!(blank_cd_r().lead_in.lba(), Some(Lba(-11_635)));
        good_answer(&ReadToc::whole(TocFormat::Atip), &BLANK_CD_R, 15, &TocReply::Atip(blank_cd_r()));
    }

    #[test]
    fn a_cd_rw_with_speeds_goes_both_ways() {
        let mut bytes = BLANK_CD_R;
        (bytes[4], bytes[6]) = (0x91, 0xCC); // Power 1, reference speed 1; CD-RW of subtype 1, A1 valid.
        bytes[16..19].copy_from_slice(&[0x24, 0x5A, 0x3C]);
        let atip = Atip {
            indicative_power: 1,
            reference_speed: 1,
            rewritable: true,
            subtype: 1,
            a1: Some([0x24, 0x5A, 0x3C]),
            ..blank_cd_r()
        };
        let speeds = atip.speeds().map(|(low, high)| (low.kilobytes_per_second(), high.kilobytes_per_second()));
        assert_eq!(speeds, Some((Some(706), Some(1764))));
        good_answer(&ReadToc::whole(TocFormat::Atip), &bytes, 15, &TocReply::Atip(atip));
    }

    #[test]
    fn an_answer_that_ends_early_has_the_rest_absent() {
        let mut bytes = BLANK_CD_R;
        bytes[6] = 0x87;
        let reply = ReadToc::whole(TocFormat::Atip).decode_reply(&bytes[..16], &mut Notes::new());
        assert_eq!(reply, Ok(TocReply::Atip(blank_cd_r())));
    }

    #[test]
    fn an_answer_of_zeros_is_noted() {
        let mut notes = Notes::new();
        let mut bytes = [0; 28];
        bytes[1] = 26;
        assert!(ReadToc::whole(TocFormat::Atip).decode_reply(&bytes, &mut notes).is_ok());
        assert_eq!(notes.as_slice().iter().map(|note| note.at).collect::<Vec<_>>(), [4, 6]);
    }

    proptest! {
        #[test]
        fn arbitrary_answers_survive(
            (indicative_power, reference_speed, subtype) in (0..8u8, 0..8u8, 0..8u8),
            (double_density, unrestricted_use, rewritable) in any::<(bool, bool, bool)>(),
            (lead_in, lead_out) in any::<([u8; 3], [u8; 3])>(),
            (a1, a2, a3) in any::<(Option<[u8; 3]>, Option<[u8; 3]>, Option<[u8; 3]>)>(),
        ) {
            let atip = Atip {
                indicative_power, double_density, reference_speed, unrestricted_use, rewritable, subtype,
                lead_in: RawMsf(lead_in), last_possible_lead_out: RawMsf(lead_out), a1, a2, a3,
            };
            answers_survive(&ReadToc::whole(TocFormat::Atip), &TocReply::Atip(atip))?;
        }
    }
}
