//! [`Content`]: what a program puts into a sector.

use imapi_disc_types::{AddressError, Lba};

use super::{SECTOR_LEN, Sector, SectorKind, place, subheader::Subheader};

/// What a program puts into a sector; the rest follows from it and from the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content<'a> {
    /// 588 stereo samples of 16 bits, the lower byte first, left before right.
    Audio(&'a [u8; SECTOR_LEN]),
    /// Nothing.
    Mode0,
    /// Data.
    Mode1(&'a [u8; 2048]),
    /// Data that nothing protects.
    Mode2(&'a [u8; 2336]),
    /// Data of XA.
    Mode2Form1(Subheader, &'a [u8; 2048]),
    /// Sound or pictures of XA.
    Mode2Form2(Subheader, &'a [u8; 2324]),
}

impl Content<'_> {
    /// The kind of sector that it makes.
    #[must_use]
    pub const fn kind(&self) -> SectorKind {
        match self {
            Self::Audio(_) => SectorKind::Audio,
            Self::Mode0 => SectorKind::Mode0,
            Self::Mode1(_) => SectorKind::Mode1,
            Self::Mode2(_) => SectorKind::Mode2,
            Self::Mode2Form1(..) => SectorKind::Mode2Form1,
            Self::Mode2Form2(..) => SectorKind::Mode2Form2,
        }
    }

    /// Makes the sector. The bit with the form in a sub-header follows the content, whatever it was.
    ///
    /// It fails only when the address has no time; audio needs none. Addresses before -150 are in the lead-in.
    ///
    /// ```
    /// use imapi_cd_sector::{Content, SECTOR_LEN, SectorView};
    /// use imapi_disc_types::Lba;
    ///
    /// let mut sector = [0; SECTOR_LEN];
    /// Content::Mode1(&[7; 2048]).encode(Lba(0), &mut sector)?;
    /// assert_eq!(sector[12..16], [0x00, 0x02, 0x00, 1]);
    /// assert_eq!(SectorView::of(&sector)?.content(), Content::Mode1(&[7; 2048]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn encode(&self, address: Lba, sector: &mut Sector) -> Result<(), AddressError> {
        let kind = self.kind();
        let (subheader, data): (Option<Subheader>, &[u8]) = match *self {
            Self::Audio(data) => (None, data),
            Self::Mode0 => (None, &[]),
            Self::Mode1(data) => (None, data),
            Self::Mode2(data) => (None, data),
            Self::Mode2Form1(subheader, data) => (Some(subheader), data),
            Self::Mode2Form2(subheader, data) => (Some(subheader), data),
        };
        if let Some(subheader) = subheader {
            sector[place::SUBHEADER..][..Subheader::LEN].copy_from_slice(&subheader.encode());
        }
        sector[kind.user_data().start..][..data.len()].copy_from_slice(data);
        kind.complete(sector, address)
    }
}
