//! [`SectorForm`]: what the blocks of a track's source are, and how a sector is made of one.

use std::num::NonZeroU32;

use imapi_cd_sector::{
    Header, SECTOR_LEN, SYNC, Sector, SectorKind, SectorView, Subheader, Submode, scramble::scramble,
};
use imapi_disc_types::{AddressError, Lba};

/// What the blocks of a track's source are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SectorForm {
    /// Sound: 2352 bytes.
    Audio,
    /// Nothing that would count: 2336 bytes, of which zeros are made.
    Mode0,
    /// Data: 2048 bytes.
    Mode1,
    /// Data of mode 2 without form: 2336 bytes.
    Mode2,
    /// Data of form 1: 2048 bytes.
    Mode2Form1,
    /// Form 2: 2324 bytes.
    Mode2Form2,
    /// Sub-header, form 2, and a checksum that may be zero: 2336 bytes.
    Mode2Form2Whole,
    /// Sub-header, and form 1 or 2 as it says: 2336 bytes.
    Mode2Mixed,
    /// Whole sectors of that kind, as they are read: 2352 bytes. Header and parity stay as they are when the header has the
    /// address to which the sector goes, and are made anew when it has another.
    Whole(SectorKind),
    /// Whole sectors of that kind, as they are recorded: 2352 bytes, which nobody changes.
    Scrambled(SectorKind),
}

const fn size(bytes: u32) -> NonZeroU32 {
    NonZeroU32::new(bytes).expect("not zero")
}

const SUB_HEADER: usize = 16;
const DATA_OF_FORM: usize = 24;
const FORM_2_EDC: usize = 2348;

impl SectorForm {
    /// Bytes of a block.
    #[must_use]
    pub const fn block_size(self) -> NonZeroU32 {
        match self {
            Self::Audio | Self::Whole(_) | Self::Scrambled(_) => size(2352),
            Self::Mode0 | Self::Mode2 | Self::Mode2Form2Whole | Self::Mode2Mixed => size(2336),
            Self::Mode1 | Self::Mode2Form1 => size(2048),
            Self::Mode2Form2 => size(2324),
        }
    }

    /// The kind of sector that it becomes; form 1 where both forms may be.
    #[must_use]
    pub const fn kind(self) -> SectorKind {
        match self {
            Self::Audio => SectorKind::Audio,
            Self::Mode0 => SectorKind::Mode0,
            Self::Mode1 => SectorKind::Mode1,
            Self::Mode2 => SectorKind::Mode2,
            Self::Mode2Form1 | Self::Mode2Mixed => SectorKind::Mode2Form1,
            Self::Mode2Form2 | Self::Mode2Form2Whole => SectorKind::Mode2Form2,
            Self::Whole(kind) | Self::Scrambled(kind) => kind,
        }
    }

    /// It is data, not sound.
    #[must_use]
    pub const fn is_data(self) -> bool {
        !matches!(self.kind(), SectorKind::Audio)
    }

    /// Makes the sector at that address, as it is read: not scrambled. It fails when the address has no time.
    pub(crate) fn make(self, block: &[u8], address: Lba, sector: &mut Sector) -> Result<(), AddressError> {
        debug_assert_eq!(block.len(), self.block_size().get() as usize, "a block of this form");
        let kind = self.kind();
        match self {
            Self::Audio => sector.copy_from_slice(block),
            Self::Mode0 => {}
            Self::Mode1 | Self::Mode2 => sector[kind.user_data()].copy_from_slice(block),
            Self::Mode2Form1 => put_form(sector, Subheader::DATA, block),
            Self::Mode2Form2 => put_form(sector, EMPTY, block),
            Self::Mode2Form2Whole => return complete_form_2(sector, block, address),
            Self::Mode2Mixed => {
                sector[SUB_HEADER..].copy_from_slice(block);
                return match SectorKind::of_form(sector) {
                    SectorKind::Mode2Form2 => complete_form_2(sector, block, address),
                    form => form.complete(sector, address),
                };
            }
            Self::Whole(SectorKind::Audio) | Self::Scrambled(SectorKind::Audio) => {
                sector.copy_from_slice(block);
                return Ok(());
            }
            Self::Whole(_) => return whole(kind, block, address, sector),
            Self::Scrambled(_) => {
                sector.copy_from_slice(block);
                scramble(sector);
                return Ok(());
            }
        }
        kind.complete(sector, address)
    }

    /// Makes a sector with nothing in it, of the kind that this form's sectors are.
    pub(crate) fn make_empty(self, address: Lba, sector: &mut Sector) -> Result<(), AddressError> {
        sector.fill(0);
        match self.kind() {
            // What is empty on a disc of XA is of form 2.
            SectorKind::Mode2Form1 | SectorKind::Mode2Form2 => {
                put_form(sector, EMPTY, &[0; 2324]);
                SectorKind::Mode2Form2.complete(sector, address)
            }
            kind => kind.complete(sector, address),
        }
    }
}

/// The sub-header of sectors with nothing in them, and of those of which nothing is known but their form.
const EMPTY: Subheader = Subheader { file: 0, channel: 0, submode: Submode::FORM_2, coding: 0 };

fn put_form(sector: &mut Sector, subheader: Subheader, data: &[u8]) {
    sector[SUB_HEADER..DATA_OF_FORM].copy_from_slice(&subheader.encode());
    sector[DATA_OF_FORM..][..data.len()].copy_from_slice(data);
}

/// The checksum of form 2 may be missing, and whoever left it out keeps that.
fn complete_form_2(sector: &mut Sector, block: &[u8], address: Lba) -> Result<(), AddressError> {
    sector[SUB_HEADER..].copy_from_slice(block);
    SectorKind::Mode2Form2.complete(sector, address)?;
    sector[FORM_2_EDC..].copy_from_slice(&block[FORM_2_EDC - SUB_HEADER..]);
    Ok(())
}

fn whole(kind: SectorKind, block: &[u8], address: Lba, sector: &mut Sector) -> Result<(), AddressError> {
    sector.copy_from_slice(block);
    let found = if sector.starts_with(&SYNC) { SectorView::of(sector).ok() } else { None };
    if found.as_ref().and_then(SectorView::header).and_then(Header::address) == Some(address) {
        return Ok(());
    }
    let kind = match (found.map(|view| view.kind()), kind) {
        // Whether mode 2 has forms is not in the sector.
        (Some(SectorKind::Mode2 | SectorKind::Mode2Form1 | SectorKind::Mode2Form2), SectorKind::Mode2) => {
            SectorKind::Mode2
        }
        (Some(SectorKind::Mode2 | SectorKind::Mode2Form1 | SectorKind::Mode2Form2) | None, _)
            if kind.has_subheader() =>
        {
            SectorKind::of_form(sector)
        }
        (Some(found), _) => found,
        (None, kind) => kind,
    };
    if kind == SectorKind::Mode2Form2 {
        return complete_form_2(sector, &block[SUB_HEADER..SECTOR_LEN], address);
    }
    kind.complete(sector, address)
}
