//! Features about reading.

use crate::{
    BadReply,
    layout::layout,
    wire::{Fields, Writer},
};

layout! {
    /// 0010h: any block can be read. 0025h, write once, has the same form.
    BlockAccess[8] {
        /// Bytes of a block.
        block_size: u32(0),
        /// Blocks that are read at once: 1 on a CD, 16 on a DVD, 32 on a BD; 0 where it varies.
        blocking: u16(4),
        /// PP: the error recovery page is there.
        page_present: bit(6, 0),
    }
}

layout! {
    /// 001Eh: CDs can be read.
    CdRead[4] {
        /// CD-TEXT.
        cd_text: bit(0, 0),
        /// C2 error pointers.
        c2: bit(0, 1),
        /// DAP: READ CD takes the DAP bit.
        digital_audio_play: bit(0, 7),
    }
}

layout! {
    /// 001Fh: DVDs can be read.
    DvdRead[4] {
        /// MULTI110: to the letter of the standard, version 1.10 and later.
        multi110: bit(0, 0),
        /// DVD-R of two layers.
        dual_r: bit(2, 0),
        /// DVD-RW of two layers.
        dual_rw: bit(2, 1),
    }
}

layout! {
    /// 0050h and 0051h: HD DVDs can be read or written.
    HdDvd[4] {
        /// HD DVD-R.
        recordable: bit(0, 0),
        /// HD DVD-RAM.
        ram: bit(2, 0),
    }
}

layout! {
    /// 0080h: discs with several kinds of layers.
    HybridDisc[4] {
        /// RI: a reset does not change the layer that is online.
        reset_immunity: bit(0, 0),
    }
}

/// For each class of a BD, 0 to 3, the versions: bit n is version n.
pub type ClassVersions = [u16; 4];

/// 0040h: which BDs can be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct BdRead {
    /// BD-RE.
    pub re: ClassVersions,
    /// BD-R.
    pub r: ClassVersions,
    /// BD-ROM.
    pub rom: ClassVersions,
}

/// 0041h: which BDs can be written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct BdWrite {
    /// SVNR: writing without verifying can be chosen.
    pub verify_not_required: bool,
    /// BD-RE.
    pub re: ClassVersions,
    /// BD-R.
    pub r: ClassVersions,
}

/// Places in the data, which begin four bytes into the descriptor.
mod field {
    pub(super) const SVNR: (usize, u8) = (0, 0);
    pub(super) const RE: usize = 4;
    pub(super) const R: usize = 12;
    pub(super) const ROM: usize = 20;
    pub(super) const READ_LEN: usize = 28;
    pub(super) const WRITE_LEN: usize = 20;
}

fn versions(fields: Fields<'_>, at: usize) -> Result<ClassVersions, BadReply> {
    Ok([fields.u16(at)?, fields.u16(at + 2)?, fields.u16(at + 4)?, fields.u16(at + 6)?])
}

fn put_versions(writer: &mut Writer, at: usize, versions: ClassVersions) {
    for (class, bits) in versions.into_iter().enumerate() {
        writer.u16(at + 2 * class, bits);
    }
}

impl BdRead {
    pub(crate) fn decode(data: &[u8]) -> Result<Self, BadReply> {
        let fields = Fields::new(data, field::READ_LEN)?;
        Ok(Self {
            re: versions(fields, field::RE)?,
            r: versions(fields, field::R)?,
            rom: versions(fields, field::ROM)?,
        })
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::zeroed(field::READ_LEN);
        put_versions(&mut writer, field::RE, self.re);
        put_versions(&mut writer, field::R, self.r);
        put_versions(&mut writer, field::ROM, self.rom);
        writer.finish()
    }
}

impl BdWrite {
    pub(crate) fn decode(data: &[u8]) -> Result<Self, BadReply> {
        let fields = Fields::new(data, field::WRITE_LEN)?;
        let (byte, bit) = field::SVNR;
        Ok(Self {
            verify_not_required: fields.bit(byte, bit)?,
            re: versions(fields, field::RE)?,
            r: versions(fields, field::R)?,
        })
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::zeroed(field::WRITE_LEN);
        let (byte, bit) = field::SVNR;
        writer.bit(byte, bit, self.verify_not_required);
        put_versions(&mut writer, field::RE, self.re);
        put_versions(&mut writer, field::R, self.r);
        writer.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::each_flag_alone;

    #[test]
    fn each_flag_for_reading_is_in_its_place() {
        each_flag_alone!(BlockAccess { page_present: [0, 0, 0, 0, 0, 0, 0x01, 0] });
        each_flag_alone!(CdRead { cd_text: [0x01, 0, 0, 0], c2: [0x02, 0, 0, 0], digital_audio_play: [0x80, 0, 0, 0] });
        each_flag_alone!(DvdRead { multi110: [0x01, 0, 0, 0], dual_r: [0, 0, 0x01, 0], dual_rw: [0, 0, 0x02, 0] });
        each_flag_alone!(HdDvd { recordable: [0x01, 0, 0, 0], ram: [0, 0, 0x01, 0] });
        each_flag_alone!(HybridDisc { reset_immunity: [0x01, 0, 0, 0] });
    }

    #[test]
    fn a_cd_drive_reads_block_by_block() {
        let access = BlockAccess { block_size: 2048, blocking: 1, page_present: true };
        assert_eq!(access.encode(), [0, 0, 8, 0, 0, 1, 1, 0]);
        let read = CdRead { cd_text: true, c2: true, digital_audio_play: true };
        assert_eq!(CdRead::decode(&[0x83, 0, 0, 0]), Ok(read));
        let dual = DvdRead { multi110: true, dual_r: true, dual_rw: false };
        assert_eq!(dual.encode(), [1, 0, 1, 0]);
    }

    #[test]
    fn blu_ray_classes_follow_one_another() {
        let mut bytes = [0; 28];
        (bytes[5], bytes[7]) = (0x02, 0x04); // BD-RE: class 0 version 1, class 1 version 2.
        (bytes[13], bytes[15]) = (0x40, 0x01);
        (bytes[20], bytes[21]) = (0x80, 0x01); // BD-ROM: class 0, versions 15 and 0.
        let read = BdRead { re: [2, 4, 0, 0], r: [0x40, 1, 0, 0], rom: [0x8001, 0, 0, 0] };
        assert_eq!(BdRead::decode(&bytes), Ok(read));
        assert_eq!(read.encode(), bytes);
        let write = BdWrite { verify_not_required: true, re: [2, 0, 0, 0], r: [0, 0, 0, 0x0100] };
        let bytes = [1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0];
        assert_eq!(write.encode(), bytes);
        assert_eq!(BdWrite::decode(&bytes), Ok(write));
    }
}
