//! Structures about copying, writing and cartridges, and the list of all structures.

use crate::{
    BadReply,
    layout::layout,
    wire::{Fields, Writer},
};

layout! {
    /// 01h: how the disc is protected against copying.
    Copyright[4] {
        /// 0 none, 1 CSS or CPPM, 2 CPRM, 3 AACS.
        system: u8(0),
        /// Bit n is set: not to be played in region n+1.
        regions: u8(1),
    }
}

layout! {
    /// 05h: what is to be written, or is, about copying of one sector.
    CopyrightManagement[4] {
        /// `CPR_MAI`: its bits depend on the kind of disc.
        information: u8(0),
    }
}

layout! {
    /// 09h: the cartridge of a DVD-RAM or BD, and what keeps it from being written. Of a BD only the bits about the
    /// cartridge count.
    MediumStatus[4] {
        /// The disc is in a cartridge.
        in_cartridge: bit(0, 7),
        /// It has been taken out of it once.
        cartridge_opened: bit(0, 6),
        /// MSWI: the disc itself forbids writing, for a reason that follows.
        write_inhibited: bit(0, 3),
        /// CWP: the cartridge's switch does.
        cartridge_protected: bit(0, 2),
        /// PWP: the disc is protected until someone changes that.
        persistently_protected: bit(0, 1),
        /// Which kind of disc, and whether it can be taken out.
        disc_type: u8(1),
        /// Why writing is forbidden.
        inhibition: u8(3),
    }
}

layout! {
    /// 0Bh: what a DVD-RAM is used for.
    RecordingType[4] {
        /// Real-time data, which is not moved to spare blocks.
        real_time: bit(0, 4),
    }
}

layout! {
    /// C0h: everything that can forbid writing.
    WriteProtection[4] {
        /// SWPP: until power-off.
        until_power_off: bit(0, 0),
        /// PWP: until someone changes it.
        persistent: bit(0, 1),
        /// CWP: the cartridge's switch.
        cartridge: bit(0, 2),
        /// MSWI: the disc itself.
        medium: bit(0, 3),
    }
}

/// 0FFh: one structure that the drive knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ListedFormat {
    /// Its number.
    pub code: u8,
    /// SDS: it can be sent.
    pub sendable: bool,
    /// RDS: it can be read.
    pub readable: bool,
    /// How long it is, with its header.
    pub length: u16,
}

impl ListedFormat {
    pub(crate) const LEN: usize = 4;

    pub(crate) fn decode(bytes: [u8; Self::LEN]) -> Result<Self, BadReply> {
        let fields = Fields::new(&bytes, Self::LEN)?;
        Ok(Self {
            code: fields.u8(0)?,
            sendable: fields.bit(1, 7)?,
            readable: fields.bit(1, 6)?,
            length: fields.u16(2)?,
        })
    }

    pub(crate) fn encode(self) -> Vec<u8> {
        let mut writer = Writer::zeroed(Self::LEN);
        writer.u8(0, self.code).bit(1, 7, self.sendable).bit(1, 6, self.readable).u16(2, self.length).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bit_of_the_cartridge_is_in_its_place() {
        let status = MediumStatus {
            in_cartridge: true,
            persistently_protected: true,
            disc_type: 0x10,
            inhibition: 1,
            ..MediumStatus::default()
        };
        assert_eq!(status.encode(), [0x82, 0x10, 0, 1]);
        let other = MediumStatus {
            cartridge_opened: true,
            write_inhibited: true,
            cartridge_protected: true,
            ..MediumStatus::default()
        };
        assert_eq!(MediumStatus::decode(&[0x4C, 0, 0, 0]), Ok(other));
    }

    #[test]
    fn each_protection_has_its_bit() {
        let all = WriteProtection { until_power_off: true, persistent: true, cartridge: true, medium: true };
        assert_eq!(WriteProtection::decode(&[0xFF, 0xFF, 0xFF, 0xFF]), Ok(all));
        assert_eq!(WriteProtection { persistent: true, ..WriteProtection::default() }.encode(), [2, 0, 0, 0]);
        assert_eq!(Copyright { system: 1, regions: 0xFD }.encode(), [1, 0xFD, 0, 0]);
        assert_eq!(RecordingType { real_time: true }.encode(), [0x10, 0, 0, 0]);
    }

    #[test]
    fn a_listed_format_tells_whether_it_can_be_sent() {
        let boundary = ListedFormat { code: 0x20, sendable: true, readable: true, length: 12 };
        assert_eq!(boundary.encode(), [0x20, 0xC0, 0, 12]);
        assert_eq!(ListedFormat::decode([0x20, 0xFF, 0, 12]), Ok(boundary));
    }
}
