//! How a rewritable disc is laid out, and how many spare blocks are left: DVD-RAM and BD.

use crate::{
    BadReply, Notes,
    layout::layout,
    wire::{Fields, Writer},
};

layout! {
    /// 0Ah of a DVD-RAM: its spare blocks.
    RamSpareArea[12] {
        /// Unused ones of the primary area.
        unused_primary: u32(0),
        /// Unused ones of the supplementary area.
        unused_supplementary: u32(4),
        /// All of the supplementary area.
        allocated_supplementary: u32(8),
    }
}

layout! {
    /// 0Ah of a BD: its spare clusters.
    BdSpareArea[12] {
        /// Free ones.
        free: u32(4),
        /// All.
        allocated: u32(8),
    }
}

/// 08h of a DVD-RAM: the disc definition structure.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RamDefinition {
    /// A format is under way, or was broken off.
    pub in_process: bool,
    /// The disc was certified by its user.
    pub user_certified: bool,
    /// And by its maker.
    pub maker_certified: bool,
    /// How often the structure was written.
    pub updates: u32,
    /// Groups of the disc: 24 on version 1 (2.6 GB), 1 since.
    pub groups: u16,
    /// What follows: zones and areas, which the versions have in different forms.
    pub more: Vec<u8>,
}

/// 08h of a BD: the disc definition structure.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BdDefinition {
    /// The form of the structure.
    pub format: u8,
    /// How often it was written.
    pub updates: u32,
    /// The first physical sector of the drive area.
    pub drive_area: u32,
    /// The first physical sector of the defect list.
    pub defect_list: u32,
    /// The physical sector of block 0.
    pub first_user_sector: u32,
    /// The last block.
    pub last_block: u32,
    /// Clusters of the inner spare area of layer 0.
    pub inner_spare_0: u32,
    /// Clusters of the outer spare areas.
    pub outer_spare: u32,
    /// Clusters of the inner spare area of layer 1.
    pub inner_spare_1: u32,
    /// Which spare areas are full.
    pub full_flags: u8,
    /// What follows, which depends on the kind of disc.
    pub more: Vec<u8>,
}

mod field {
    /// DVD-RAM.
    pub(super) const RAM_SIGNATURE: u16 = 0x0A0A;
    pub(super) const FLAGS: usize = 3;
    pub(super) const RAM_UPDATES: usize = 4;
    pub(super) const GROUPS: usize = 8;
    pub(super) const RAM_MORE: usize = 10;

    /// BD.
    pub(super) const BD_SIGNATURE: u16 = u16::from_be_bytes(*b"DS");
    pub(super) const FORMAT: usize = 2;
    pub(super) const BD_UPDATES: usize = 4;
    pub(super) const DRIVE_AREA: usize = 16;
    pub(super) const DEFECT_LIST: usize = 24;
    pub(super) const FIRST_USER: usize = 32;
    pub(super) const LAST_BLOCK: usize = 36;
    pub(super) const INNER_0: usize = 40;
    pub(super) const OUTER: usize = 44;
    pub(super) const INNER_1: usize = 48;
    pub(super) const FULL_FLAGS: usize = 52;
    pub(super) const BD_MORE: usize = 53;
}

fn check_signature(fields: Fields<'_>, signature: u16, notes: &mut Notes) -> Result<(), BadReply> {
    if fields.u16(0)? != signature {
        notes.add(0, "the definition structure has not the mark that it begins with");
    }
    Ok(())
}

impl RamDefinition {
    pub(crate) fn decode(data: &[u8], notes: &mut Notes) -> Result<Self, BadReply> {
        let fields = Fields::new(data, field::RAM_MORE)?;
        check_signature(fields, field::RAM_SIGNATURE, notes)?;
        Ok(Self {
            in_process: fields.bit(field::FLAGS, 7)?,
            user_certified: fields.bit(field::FLAGS, 1)?,
            maker_certified: fields.bit(field::FLAGS, 0)?,
            updates: fields.u32(field::RAM_UPDATES)?,
            groups: fields.u16(field::GROUPS)?,
            more: fields.bytes().get(field::RAM_MORE..).unwrap_or_default().to_vec(),
        })
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::zeroed(field::RAM_MORE);
        writer.u16(0, field::RAM_SIGNATURE).bit(field::FLAGS, 7, self.in_process);
        writer.bit(field::FLAGS, 1, self.user_certified).bit(field::FLAGS, 0, self.maker_certified);
        writer.u32(field::RAM_UPDATES, self.updates).u16(field::GROUPS, self.groups).push(&self.more).finish()
    }
}

impl BdDefinition {
    pub(crate) fn decode(data: &[u8], notes: &mut Notes) -> Result<Self, BadReply> {
        let fields = Fields::new(data, field::BD_MORE)?;
        check_signature(fields, field::BD_SIGNATURE, notes)?;
        Ok(Self {
            format: fields.u8(field::FORMAT)?,
            updates: fields.u32(field::BD_UPDATES)?,
            drive_area: fields.u32(field::DRIVE_AREA)?,
            defect_list: fields.u32(field::DEFECT_LIST)?,
            first_user_sector: fields.u32(field::FIRST_USER)?,
            last_block: fields.u32(field::LAST_BLOCK)?,
            inner_spare_0: fields.u32(field::INNER_0)?,
            outer_spare: fields.u32(field::OUTER)?,
            inner_spare_1: fields.u32(field::INNER_1)?,
            full_flags: fields.u8(field::FULL_FLAGS)?,
            more: fields.bytes().get(field::BD_MORE..).unwrap_or_default().to_vec(),
        })
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::zeroed(field::BD_MORE);
        writer.u16(0, field::BD_SIGNATURE).u8(field::FORMAT, self.format).u32(field::BD_UPDATES, self.updates);
        writer.u32(field::DRIVE_AREA, self.drive_area).u32(field::DEFECT_LIST, self.defect_list);
        writer.u32(field::FIRST_USER, self.first_user_sector).u32(field::LAST_BLOCK, self.last_block);
        writer.u32(field::INNER_0, self.inner_spare_0).u32(field::OUTER, self.outer_spare);
        writer.u32(field::INNER_1, self.inner_spare_1).u8(field::FULL_FLAGS, self.full_flags);
        writer.push(&self.more).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spare_blocks_are_counted_in_their_places() {
        let ram = RamSpareArea { unused_primary: 1, unused_supplementary: 2, allocated_supplementary: 3 };
        assert_eq!(ram.encode(), [0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3]);
        let bd = BdSpareArea { free: 0x1F00, allocated: 0x2000 };
        assert_eq!(BdSpareArea::decode(&[9, 9, 9, 9, 0, 0, 0x1F, 0, 0, 0, 0x20, 0]), Ok(bd));
        assert_eq!(bd.encode(), [0, 0, 0, 0, 0, 0, 0x1F, 0, 0, 0, 0x20, 0]);
    }

    #[test]
    fn a_dvd_ram_goes_both_ways() {
        let bytes = [0x0A, 0x0A, 0, 0x83, 0, 0, 0, 5, 0, 1, 0, 35];
        let value = RamDefinition {
            in_process: true,
            user_certified: true,
            maker_certified: true,
            updates: 5,
            groups: 1,
            more: vec![0, 35],
        };
        assert_eq!(RamDefinition::decode(&bytes, &mut Notes::new()), Ok(value.clone()));
        assert_eq!(value.encode(), bytes);
    }

    #[test]
    fn a_bd_goes_both_ways() {
        let bytes = [
            &b"DS\x01\0\0\0\0\x07\0\0\0\0\0\0\0\0\0\x01\xDC\x80\0\0\0\0\0\x01\xDC\xC0\0\0\0\0"[..],
            &b"\0\x02\0\0\0\xB4\x73\xFF\0\0\x10\0\0\0\x20\0\0\0\0\0\x05\0\0"[..],
        ]
        .concat();
        let value = BdDefinition {
            format: 1,
            updates: 7,
            drive_area: 0x0001_DC80,
            defect_list: 0x0001_DCC0,
            first_user_sector: 0x0002_0000,
            last_block: 0x00B4_73FF,
            inner_spare_0: 0x1000,
            outer_spare: 0x2000,
            inner_spare_1: 0,
            full_flags: 5,
            more: vec![0, 0],
        };
        assert_eq!(BdDefinition::decode(&bytes, &mut Notes::new()), Ok(value.clone()));
        assert_eq!(value.encode(), bytes);
    }

    #[test]
    fn a_structure_without_its_mark_is_noted() {
        let mut notes = Notes::new();
        assert!(BdDefinition::decode(&[0; 60], &mut notes).is_ok());
        assert!(RamDefinition::decode(&[0; 60], &mut notes).is_ok());
        assert_eq!(notes.as_slice().len(), 2);
    }
}
