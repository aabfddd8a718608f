//! [`SectorKind`]: the six kinds of sectors, and the writing of everything that is not user data.

use std::ops::Range;

use imapi_disc_types::{AddressError, Lba, Msf};

use super::{Fault, SECTOR_LEN, SYNC, Sector, SectorView, place, subheader::Submode};
use crate::{bcd, ecc, edc::edc};

/// What kind of sector it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SectorKind {
    /// Sound, 2352 bytes; it has no header, and nothing protects it beyond what every frame of a CD has.
    Audio,
    /// A data sector of zeros.
    Mode0,
    /// Data as CD-ROMs have it, 2048 bytes.
    Mode1,
    /// 2336 bytes without a sub-header, a checksum or parity.
    Mode2,
    /// CD-ROM XA and CD-I: 2048 bytes behind a sub-header, with checksum and parity.
    Mode2Form1,
    /// CD-ROM XA and CD-I: 2324 bytes behind a sub-header, with a checksum only, which may be missing.
    Mode2Form2,
}

impl SectorKind {
    /// Where the user data is.
    ///
    /// ```
    /// use imapi_cd_sector::SectorKind;
    ///
    /// assert_eq!(SectorKind::Mode1.user_data(), 16..2064);
    /// assert_eq!(SectorKind::Mode2Form2.user_data().len(), 2324);
    /// ```
    #[must_use]
    pub const fn user_data(self) -> Range<usize> {
        match self {
            Self::Audio => 0..SECTOR_LEN,
            Self::Mode0 | Self::Mode2 => 16..SECTOR_LEN,
            Self::Mode1 => 16..2064,
            Self::Mode2Form1 => 24..2072,
            Self::Mode2Form2 => 24..2348,
        }
    }

    /// Which bytes the checksum covers, if there is one; it stands behind them.
    #[must_use]
    pub const fn edc_covers(self) -> Option<Range<usize>> {
        match self {
            Self::Audio | Self::Mode0 | Self::Mode2 => None,
            Self::Mode1 => Some(0..2064),
            Self::Mode2Form1 => Some(16..2072),
            Self::Mode2Form2 => Some(16..2348),
        }
    }

    /// How P and Q treat the header, if there are any.
    #[must_use]
    pub const fn parity(self) -> Option<ecc::Header> {
        match self {
            Self::Mode1 => Some(ecc::Header::Protected),
            Self::Mode2Form1 => Some(ecc::Header::Zero),
            Self::Audio | Self::Mode0 | Self::Mode2 | Self::Mode2Form2 => None,
        }
    }

    /// It has a sub-header: eight bytes before the user data.
    #[must_use]
    pub const fn has_subheader(self) -> bool {
        matches!(self, Self::Mode2Form1 | Self::Mode2Form2)
    }

    /// The number of the mode in the header; audio has none.
    #[must_use]
    pub const fn mode(self) -> Option<u8> {
        match self {
            Self::Audio => None,
            Self::Mode0 => Some(0),
            Self::Mode1 => Some(1),
            Self::Mode2 | Self::Mode2Form1 | Self::Mode2Form2 => Some(2),
        }
    }

    /// Form 1 or form 2, as the sub-header says that stands in its place: the kind for [`complete`](Self::complete) when a
    /// program sends XA sectors of mixed forms.
    #[must_use]
    pub const fn of_form(sector: &Sector) -> Self {
        if Submode(sector[place::SUBHEADER + 2]).contains(Submode::FORM_2) {
            Self::Mode2Form2
        } else {
            Self::Mode2Form1
        }
    }

    /// Writes all that is not the program's: sync, header, checksum, zeros and parity, around the user data and the
    /// sub-header that stand in their places already. Audio stays as it is, and mode 0 becomes zeros.
    ///
    /// This is what a drive does with each form in which it is sent sectors: the part that the program sends goes to its place
    /// (2336 bytes of XA to 16, with the kind from [`of_form`](Self::of_form)), and this makes the rest. Whatever was in the
    /// other places is ignored; a sub-header is the program's, but for the bit with the form, which becomes
    /// that of the kind. It fails only when the address has no time, and then the sector is as it was.
    ///
    /// ```
    /// use imapi_cd_sector::{SECTOR_LEN, SectorKind, SectorView};
    /// use imapi_disc_types::Lba;
    ///
    /// // A program sends whole sectors, of which the drive shall take the data only.
    /// let mut sector = [0xA5; SECTOR_LEN];
    /// SectorKind::Mode1.complete(&mut sector, Lba(16))?;
    /// let view = SectorView::of(&sector)?;
    /// assert_eq!(view.verify(), Ok(()));
    /// assert_eq!(view.user_data(), [0xA5; 2048]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn complete(self, sector: &mut Sector, address: Lba) -> Result<(), AddressError> {
        let Some(mode) = self.mode() else { return Ok(()) };
        let [minute, second, frame] = bcd::time(Msf::try_from(address)?);
        sector[..place::HEADER].copy_from_slice(&SYNC);
        sector[place::HEADER..place::SUBHEADER].copy_from_slice(&[minute, second, frame, mode]);
        if self == Self::Mode0 {
            sector[self.user_data()].fill(0);
        }
        if self.has_subheader() {
            for submode in [place::SUBHEADER + 2, place::SUBHEADER + 6] {
                sector[submode] = Submode(sector[submode]).with_form_2(self == Self::Mode2Form2).0;
            }
        }
        if let Some(covered) = self.edc_covers() {
            let (before, behind) = sector.split_at_mut(covered.end);
            behind[..4].copy_from_slice(&edc(&before[covered.start..]).to_le_bytes());
        }
        if self == Self::Mode1 {
            sector[place::ZEROS..place::P].fill(0);
        }
        if let Some(header) = self.parity() {
            ecc::protect(sector, header);
        }
        Ok(())
    }
}

impl SectorKind {
    /// Mends a sector of this kind that was read with wrong bytes, as far as its parity can, and says how many were wrong.
    ///
    /// The checksum has the last word: where it does not hold afterwards, or something else is not as it ought to be, the sector
    /// is left as it was, and the error says what is wrong with it. Kinds without parity are only looked at.
    ///
    /// ```
    /// use imapi_cd_sector::{Content, SECTOR_LEN, SectorKind};
    /// use imapi_disc_types::Lba;
    ///
    /// let mut sector = [0; SECTOR_LEN];
    /// Content::Mode1(&[0x42; 2048]).encode(Lba(16), &mut sector)?;
    /// let right = sector;
    /// sector[700..780].fill(0);
    /// assert_eq!(SectorKind::Mode1.mend(&mut sector)?, 80);
    /// assert!(sector == right);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn mend(self, sector: &mut Sector) -> Result<usize, Fault> {
        let fault = match SectorView::with_kind(sector, self).verify() {
            Ok(()) => return Ok(0),
            Err(fault) => fault,
        };
        let mut mended = *sector;
        let Some(header) = self.parity() else { return Err(fault) };
        // Every data sector has the same sync.
        mended[..SYNC.len()].copy_from_slice(&SYNC);
        ecc::correct(&mut mended, header);
        if SectorView::with_kind(&mended, self).verify().is_err() {
            return Err(fault);
        }
        let changed = mended.iter().zip(sector.iter()).filter(|(mended, read)| mended != read).count();
        *sector = mended;
        Ok(changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In each column two bytes, in other rows for each, and so in each diagonal, too.
    #[test]
    fn what_cannot_be_mended_is_left_as_it_was() {
        let mut sector = [0x42; SECTOR_LEN];
        SectorKind::Mode1.complete(&mut sector, Lba(16)).expect("an address");
        for byte in &mut sector[200..900] {
            *byte ^= 0x81;
        }
        let read = sector;
        assert!(matches!(SectorKind::Mode1.mend(&mut sector), Err(Fault::Edc { .. })));
        assert_eq!(sector, read);
        assert!(SectorKind::Mode2.mend(&mut sector).is_err(), "there is no parity");
    }

    #[test]
    fn form_1_is_mended_and_so_is_a_sync() {
        let mut sector = [0x42; SECTOR_LEN];
        SectorKind::Mode2Form1.complete(&mut sector, Lba(16)).expect("an address");
        let right = sector;
        sector[0] = 7;
        sector[1000..1050].fill(0);
        assert_eq!(SectorKind::Mode2Form1.mend(&mut sector), Ok(51));
        assert_eq!(sector, right);
    }

    #[test]
    fn parts_meet_without_gap() {
        for kind in [SectorKind::Mode1, SectorKind::Mode2Form1, SectorKind::Mode2Form2] {
            let covered = kind.edc_covers().expect("it has a checksum");
            assert_eq!(covered.end, kind.user_data().end, "{kind:?}");
            assert_eq!(kind.user_data().start, if kind.has_subheader() { 24 } else { 16 });
        }
    }

    #[test]
    fn an_address_without_a_time_leaves_the_sector_alone() {
        let mut sector = [0xA5; SECTOR_LEN];
        for address in [Lba(-45_151), Lba(404_850)] {
            assert_eq!(SectorKind::Mode1.complete(&mut sector, address), Err(AddressError::NoMsf(address)));
        }
        assert_eq!(sector, [0xA5; SECTOR_LEN]);
    }

    #[test]
    fn audio_is_never_touched() {
        let mut sector = [0xA5; SECTOR_LEN];
        assert_eq!(SectorKind::Audio.complete(&mut sector, Lba(i32::MAX)), Ok(()));
        assert_eq!(sector, [0xA5; SECTOR_LEN]);
    }

    #[test]
    fn only_the_form_of_a_sub_header_is_changed() {
        let mut sector = [0xFF; SECTOR_LEN];
        assert_eq!(SectorKind::of_form(&sector), SectorKind::Mode2Form2);
        SectorKind::Mode2Form1.complete(&mut sector, Lba(0)).expect("an address");
        assert_eq!(sector[16..24], [0xFF, 0xFF, 0xDF, 0xFF, 0xFF, 0xFF, 0xDF, 0xFF]);
        assert_eq!(SectorKind::of_form(&sector), SectorKind::Mode2Form1);
    }
}
