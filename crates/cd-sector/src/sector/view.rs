//! [`SectorView`]: a sector, understood.

use imapi_disc_types::{Lba, Msf};

use super::{Content, SYNC, Sector, SectorKind, place, subheader::Subheader};
use crate::{bcd, ecc, edc::edc};

/// A sector and its kind; its parts are slices of it.
///
/// ```
/// use imapi_cd_sector::{Content, Fault, SECTOR_LEN, SectorKind, SectorView, Subheader};
/// use imapi_disc_types::Lba;
///
/// let mut sector = [0; SECTOR_LEN];
/// Content::Mode2Form1(Subheader::DATA, &[7; 2048]).encode(Lba(0), &mut sector)?;
/// sector[100] = 0;
///
/// let view = SectorView::of(&sector)?;
/// assert_eq!(view.kind(), SectorKind::Mode2Form1);
/// assert!(matches!(view.verify(), Err(Fault::Edc { .. })));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SectorView<'a> {
    sector: &'a Sector,
    kind: SectorKind,
}

/// A sector begins with a sync, and then has a mode that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a data sector of mode {mode:02X}h does not exist")]
pub struct UnknownMode {
    /// The byte with the mode.
    pub mode: u8,
}

/// The four bytes behind the sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Header {
    /// Minute, second and frame as the sector has them: decimal digits, unless they were read wrongly.
    pub time: [u8; 3],
    /// The mode in the lower bits; packets mark the blocks where they are linked in the upper three.
    pub mode: u8,
}

/// What is wrong with a sector: the first that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The sync of a data sector is not the sync.
    #[error("the sync is damaged")]
    Sync,
    /// The header has another mode than this kind of sector.
    #[error("the header has mode {found:02X}h")]
    Mode {
        /// The byte with the mode.
        found: u8,
    },
    /// The header's time is no time.
    #[error("the header has no time but {found:02X?}")]
    Time {
        /// The three bytes.
        found: [u8; 3],
    },
    /// The two copies of the sub-header differ.
    #[error("the two copies of the sub-header differ")]
    Subheader,
    /// Something that has to be zero is not: all of mode 0, or the eight bytes before the parity of mode 1.
    #[error("byte {at} is not zero")]
    NotZero {
        /// The first such byte's place in the sector.
        at: usize,
    },
    /// The checksum is not that of the bytes.
    #[error("the checksum is {stored:08X}h, and that of the bytes {computed:08X}h")]
    Edc {
        /// What the sector has.
        stored: u32,
        /// What it ought to have.
        computed: u32,
    },
    /// The first parity is not that of the bytes.
    #[error("the parity P is not that of the bytes")]
    P,
    /// The second parity is not that of the bytes.
    #[error("the parity Q is not that of the bytes")]
    Q,
}

impl Header {
    /// The time, if it is one.
    #[must_use]
    pub fn time(self) -> Option<Msf> {
        bcd::decode_time(self.time)
    }

    /// Where the sector says that it is.
    #[must_use]
    pub fn address(self) -> Option<Lba> {
        self.time().map(Lba::from)
    }
}

impl<'a> SectorView<'a> {
    /// Finds out what kind of sector it is. One that is still [scrambled](crate::scramble::is_scrambled) looks like one with a
    /// wrong time.
    ///
    /// Without a sync it is audio. In mode 2, two equal copies of a sub-header make it form 1 or 2; a sector without a form
    /// can look so by chance, or when it is all zeros. Who knows better, from the disc's session, uses
    /// [`with_kind`](Self::with_kind).
    pub fn of(sector: &'a Sector) -> Result<Self, UnknownMode> {
        if !sector.starts_with(&SYNC) {
            return Ok(Self::with_kind(sector, SectorKind::Audio));
        }
        // The upper three bits are about links of packets.
        let kind = match sector[place::MODE] & 0x1F {
            0 => SectorKind::Mode0,
            1 => SectorKind::Mode1,
            2 if subheader_of(sector).1 => SectorKind::of_form(sector),
            2 => SectorKind::Mode2,
            _ => return Err(UnknownMode { mode: sector[place::MODE] }),
        };
        Ok(Self::with_kind(sector, kind))
    }

    /// The sector as one of this kind, whatever its header says.
    #[must_use]
    pub const fn with_kind(sector: &'a Sector, kind: SectorKind) -> Self {
        Self { sector, kind }
    }

    /// What kind it is.
    #[must_use]
    pub const fn kind(&self) -> SectorKind {
        self.kind
    }

    /// All its bytes.
    #[must_use]
    pub const fn bytes(&self) -> &'a Sector {
        self.sector
    }

    /// The header of a data sector.
    #[must_use]
    pub fn header(&self) -> Option<Header> {
        self.kind.mode()?;
        let [time @ .., mode] = part::<4>(self.sector, place::HEADER);
        Some(Header { time: *time, mode: *mode })
    }

    /// The sub-header, if it has one: its first copy.
    #[must_use]
    pub fn subheader(&self) -> Option<Subheader> {
        self.kind.has_subheader().then(|| subheader_of(self.sector).0)
    }

    /// The user data.
    #[must_use]
    pub fn user_data(&self) -> &'a [u8] {
        &self.sector[self.kind.user_data()]
    }

    /// Sub-header and user data, typed: what [`Content::encode`] made the sector of.
    #[must_use]
    pub fn content(&self) -> Content<'a> {
        let (subheader, _) = subheader_of(self.sector);
        match self.kind {
            SectorKind::Audio => Content::Audio(self.sector),
            SectorKind::Mode0 => Content::Mode0,
            SectorKind::Mode1 => Content::Mode1(part(self.sector, 16)),
            SectorKind::Mode2 => Content::Mode2(part(self.sector, 16)),
            SectorKind::Mode2Form1 => Content::Mode2Form1(subheader, part(self.sector, 24)),
            SectorKind::Mode2Form2 => Content::Mode2Form2(subheader, part(self.sector, 24)),
        }
    }

    /// The checksum as the sector has it.
    #[must_use]
    pub fn edc(&self) -> Option<u32> {
        self.kind.edc_covers().map(|covered| u32::from_le_bytes(*part(self.sector, covered.end)))
    }

    /// P and Q as the sector has them.
    #[must_use]
    pub fn parity(&self) -> Option<(&'a [u8; 172], &'a [u8; 104])> {
        self.kind.parity().map(|_| (part(self.sector, place::P), part(self.sector, place::Q)))
    }

    /// Whether everything around the user data is as it ought to be, and if not, what is wrong first: sync, mode, time,
    /// sub-header, zeros, checksum, P, Q. Audio is always right.
    pub fn verify(&self) -> Result<(), Fault> {
        self.verify_header()?;
        self.verify_edc()?;
        match self.kind.parity().map(|header| ecc::holds(self.sector, header)) {
            Some((false, _)) => Err(Fault::P),
            Some((_, false)) => Err(Fault::Q),
            Some((true, true)) | None => Ok(()),
        }
    }

    /// Whether the checksum is that of the bytes, and nothing else: what a drive looks at before it gives data away. A form 2
    /// sector may have zeros instead.
    pub fn verify_edc(&self) -> Result<(), Fault> {
        let Some((covered, stored)) = self.kind.edc_covers().zip(self.edc()) else { return Ok(()) };
        let absent = self.kind == SectorKind::Mode2Form2 && stored == 0;
        let computed = edc(&self.sector[covered]);
        if absent || stored == computed { Ok(()) } else { Err(Fault::Edc { stored, computed }) }
    }

    fn verify_header(&self) -> Result<(), Fault> {
        let Some((header, mode)) = self.header().zip(self.kind.mode()) else { return Ok(()) };
        if !self.sector.starts_with(&SYNC) {
            return Err(Fault::Sync);
        }
        if header.mode & 0x1F != mode {
            return Err(Fault::Mode { found: header.mode });
        }
        if header.time().is_none() {
            return Err(Fault::Time { found: header.time });
        }
        if self.kind.has_subheader() && !subheader_of(self.sector).1 {
            return Err(Fault::Subheader);
        }
        let zeros = match self.kind {
            SectorKind::Mode0 => self.kind.user_data(),
            SectorKind::Mode1 => place::ZEROS..place::P,
            _ => return Ok(()),
        };
        match self.sector[zeros.clone()].iter().position(|&byte| byte != 0) {
            Some(at) => Err(Fault::NotZero { at: zeros.start + at }),
            None => Ok(()),
        }
    }
}

fn subheader_of(sector: &Sector) -> (Subheader, bool) {
    Subheader::decode(*part(sector, place::SUBHEADER))
}

fn part<const LEN: usize>(sector: &Sector, at: usize) -> &[u8; LEN] {
    sector[at..].first_chunk().expect("all parts are inside the sector")
}
