//! Sectors as they are stored: 2352 bytes, and the 96 of their sub-channels.

use imapi_cd_sector::{
    SECTOR_LEN, SYNC, Sector, SectorKind,
    subchannel::{QFrame, RAW_LEN, SubChannels},
};
use imapi_mmc_transport::{Sense, commands};

use crate::{Loaded, state::CdForm};

/// Bytes of a sector as stored.
pub(super) const STORED: usize = SECTOR_LEN + RAW_LEN;

/// A stored sector.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stored<'a> {
    pub(super) main: &'a Sector,
    pub(super) sub: &'a [u8; RAW_LEN],
}

impl<'a> Stored<'a> {
    /// The sectors in these bytes, which are whole ones.
    pub(super) fn all(bytes: &'a [u8]) -> impl Iterator<Item = Self> {
        bytes.chunks_exact(STORED).filter_map(|stored| {
            let (main, sub) = stored.split_first_chunk()?;
            Some(Self { main, sub: sub.first_chunk()? })
        })
    }

    /// The control nibble of Q: its first four bits.
    pub(super) fn control(self) -> u8 {
        self.sub[..4].iter().fold(0, |bits, byte| bits << 1 | byte >> 6 & 1)
    }

    /// It joins packets: data without the sync by which data are found.
    pub(super) fn is_link(self) -> bool {
        self.control() & 4 != 0 && !self.main.starts_with(&SYNC)
    }

    /// What Q says.
    pub(super) fn q(self) -> QFrame {
        QFrame::decode(SubChannels::deinterleave(self.sub).q).0
    }

    /// What kind of sector it is, in a track of that form.
    pub(super) fn kind(self, form: CdForm) -> SectorKind {
        const MODE: usize = 15;
        if self.control() & 4 == 0 {
            return SectorKind::Audio;
        }
        match (self.main[MODE] & 0x1F, form) {
            (0, _) => SectorKind::Mode0,
            (2, CdForm::Mode2) => SectorKind::Mode2,
            (2, _) => SectorKind::of_form(self.main),
            _ => SectorKind::Mode1,
        }
    }
}

/// The kind as commands name it. They know nothing of mode 0, which nobody wrote since it was invented.
pub(super) fn named(kind: SectorKind) -> Option<commands::SectorKind> {
    Some(match kind {
        SectorKind::Audio => commands::SectorKind::Audio,
        SectorKind::Mode0 => return None,
        SectorKind::Mode1 => commands::SectorKind::Mode1,
        SectorKind::Mode2 => commands::SectorKind::Mode2,
        SectorKind::Mode2Form1 => commands::SectorKind::Mode2Form1,
        SectorKind::Mode2Form2 => commands::SectorKind::Mode2Form2,
    })
}

/// Sectors that follow one another, on their way to the disc.
pub(super) struct Strip {
    first: i32,
    bytes: Vec<u8>,
}

/// Sectors that go to the file at a time.
const PIECE: usize = 512;

impl Strip {
    /// They will begin there.
    pub(super) fn at(first: i32) -> Self {
        Self { first, bytes: Vec::new() }
    }

    pub(super) fn push(&mut self, loaded: &Loaded, main: &Sector, sub: &[u8; RAW_LEN]) -> Result<(), Sense> {
        self.bytes.extend_from_slice(main);
        self.bytes.extend_from_slice(sub);
        if self.bytes.len() >= PIECE * STORED { self.store(loaded) } else { Ok(()) }
    }

    /// Puts them on the disc.
    pub(super) fn store(&mut self, loaded: &Loaded) -> Result<(), Sense> {
        if !self.bytes.is_empty() {
            loaded.store(self.first, &self.bytes)?;
            self.first += i32::try_from(self.bytes.len() / STORED).unwrap_or(i32::MAX);
            self.bytes.clear();
        }
        Ok(())
    }
}
