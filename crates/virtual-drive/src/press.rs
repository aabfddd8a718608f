//! [`press`]: a CD-ROM, DVD-ROM or BD-ROM with an image on it, as a factory makes it.

use std::{
    fs,
    io::{self, Read},
    path::Path,
};

use imapi_errors::{Coded, Fact, HResult, Value, common};

use crate::{Change, DiscFile, DiscFileError, DiscState, Family, Medium, WrongSize, family::Glass};

const BLOCK: usize = 2048;
/// How much of the image is copied at a time.
const PIECE: usize = 512 * BLOCK;

/// A disc cannot be pressed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PressError {
    /// It is written and not pressed.
    #[error("a {medium} is not pressed but written")]
    NotPressed {
        /// What it is.
        medium: &'static Medium,
    },
    /// The disc would have a size that the medium cannot have.
    #[error(transparent)]
    Size(#[from] WrongSize),
    /// The image has more blocks than the disc.
    #[error("the image does not fit on the disc, which has {blocks} blocks")]
    TooLarge {
        /// The blocks of the disc.
        blocks: u32,
    },
    /// There is nothing in the image.
    #[error("the image is empty")]
    Empty,
    /// The image cannot be read.
    #[error("the image cannot be read")]
    Image(#[source] io::Error),
    /// The disc cannot be made.
    #[error(transparent)]
    Disc(#[from] DiscFileError),
}

impl Coded for PressError {
    fn code(&self) -> HResult {
        match self {
            Self::NotPressed { .. } | Self::Empty => common::E_INVALIDARG,
            Self::TooLarge { .. } => common::ERROR_DISK_FULL,
            Self::Size(error) => error.code(),
            Self::Image(error) => error.code(),
            Self::Disc(error) => error.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::NotPressed { medium } => put(Fact::Medium, Value::Text(medium)),
            Self::Empty => {}
            Self::TooLarge { blocks } => put(Fact::Limit, Value::U32(*blocks)),
            Self::Size(error) => error.facts(put),
            Self::Image(error) => error.facts(put),
            Self::Disc(error) => error.facts(put),
        }
    }
}

/// Presses an image into a new file: blocks of 2,048 bytes, the last one filled up with zeros.
///
/// Without a number of blocks the disc is as large as the medium can be; zeros take no room in the file. When it fails, the
/// file is gone again.
///
/// ```
/// use imapi_virtual_drive::{Medium, press};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("film.disc");
/// let medium: &Medium = "dvd-rom".parse()?;
/// let disc = press(&path, medium, None, &mut &[7; 5000][..])?;
/// assert_eq!(disc.state().tracks[0].written, 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn press(
    path: &Path,
    medium: &'static Medium,
    blocks: Option<u32>,
    image: &mut dyn Read,
) -> Result<DiscFile<DiscState>, PressError> {
    let is_cd = match medium.family {
        Family::Pressed => false,
        Family::PressedCd => true,
        _ => return Err(PressError::NotPressed { medium }),
    };
    let mut disc = DiscFile::<DiscState>::create(path, medium.geometry(blocks)?)?;
    let filled = if is_cd { fill_cd(&mut disc, image) } else { fill(&mut disc, image) };
    match filled {
        Ok(()) => Ok(disc),
        Err(error) => {
            drop(disc);
            // When even that fails, what was wrong first is what counts.
            let _ = fs::remove_file(path);
            Err(error)
        }
    }
}

fn fill(disc: &mut DiscFile<DiscState>, image: &mut dyn Read) -> Result<(), PressError> {
    let capacity = disc.geometry().sectors;
    let mut piece = vec![0; PIECE];
    let mut written: u32 = 0;
    loop {
        let got = read_whole(image, &mut piece).map_err(PressError::Image)?;
        if got == 0 {
            break;
        }
        let bytes = got.next_multiple_of(BLOCK);
        piece[got..bytes].fill(0);
        let blocks = u32::try_from(bytes / BLOCK).expect("a piece is small");
        let end = written.checked_add(blocks).filter(|&end| end <= capacity);
        let end = end.ok_or(PressError::TooLarge { blocks: capacity })?;
        if piece[..bytes].iter().any(|&byte| byte != 0) {
            disc.write(i32::try_from(written).unwrap_or(i32::MAX), &piece[..bytes])?;
        }
        written = end;
    }
    if written == 0 {
        return Err(PressError::Empty);
    }
    let track = 1;
    disc.change(&[
        Change::TrackOpened { first: 0, reserved: None },
        Change::Wrote { track, blocks: written },
        Change::TrackClosed { track },
        Change::SessionClosed,
        Change::Finalized,
    ])?;
    Ok(())
}

/// A CD has a pause before its track, sectors around its blocks, and no track that is shorter than four seconds.
fn fill_cd(disc: &mut DiscFile<DiscState>, image: &mut dyn Read) -> Result<(), PressError> {
    let capacity = disc.geometry().user_blocks();
    let glass = Glass::new();
    let (mut piece, mut sectors) = (vec![0; PIECE], Vec::new());
    let pause = vec![0; usize::try_from(-Glass::FIRST).unwrap_or(0) * BLOCK];
    glass.sectors(Glass::FIRST, &pause, &mut sectors);
    disc.write(Glass::FIRST, &sectors)?;
    let mut written: u32 = 0;
    let mut ended = false;
    while !ended {
        let got = read_whole(image, &mut piece).map_err(PressError::Image)?;
        if got == 0 && written == 0 {
            return Err(PressError::Empty);
        }
        ended = got < piece.len();
        let mut bytes = got.next_multiple_of(BLOCK);
        if ended {
            let missing = usize::try_from(Glass::SHORTEST.saturating_sub(written)).unwrap_or(0) * BLOCK;
            bytes = bytes.max(missing);
        }
        piece[got..bytes].fill(0);
        let blocks = u32::try_from(bytes / BLOCK).expect("a piece is small");
        let end = written.checked_add(blocks).filter(|&end| end <= capacity);
        let end = end.ok_or(PressError::TooLarge { blocks: capacity })?;
        let first = i32::try_from(written).expect("a CD is small");
        glass.sectors(first, &piece[..bytes], &mut sectors);
        disc.write(first, &sectors)?;
        written = end;
    }
    let lead_in = disc.geometry().first;
    disc.change(&Glass::changes(written, lead_in))?;
    Ok(())
}

/// Reads until the buffer is full or the image ends.
fn read_whole(image: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match image.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn medium(name: &str) -> &'static Medium {
        name.parse().expect("a medium")
    }

    #[test]
    fn a_cd_is_read_as_any_cd_and_cannot_be_written() {
        use std::sync::Arc;

        use imapi_disc_types::{Lba, ManualClock, Profile};
        use imapi_mmc_transport::{
            Sense, TransportExt as _,
            commands::{GetConfiguration, Read10, ReadCapacity, ReadToc, TestUnitReady, TocFormat, TocReply, Write10},
        };

        let folder = tempfile::tempdir().expect("a folder");
        let image: Vec<u8> = (0..700 * 2048_u32).map(|n| u8::try_from(n % 251).expect("a byte")).collect();
        let disc = press(&folder.path().join("cd"), medium("cd-rom"), None, &mut &*image).expect("a disc");
        let drive = crate::VirtualDrive::new(Arc::new(ManualClock::new()));
        drive.insert(disc, medium("cd-rom")).expect("an empty drive");
        while drive.send(&TestUnitReady).is_err() {}
        let configuration = drive.query(&GetConfiguration::everything()).expect("an answer");
        assert_eq!(configuration.profile, Profile::CDROM);
        let current = |code: u16| {
            configuration.features.iter().any(|feature| feature.current && feature.feature.code().0 == code)
        };
        assert_eq!([0x10, 0x1E, 0x21, 0x2D, 0x2E].map(current), [true, true, false, false, false]);
        assert_eq!(drive.query(&ReadCapacity).expect("an answer").last, Lba(699));
        let mut read = vec![0; 32 * 2048];
        drive.read_into(&Read10::new(Lba(668), 32), &mut read).expect("data");
        assert!(read == image[668 * 2048..]);
        let toc = drive.query(&ReadToc::whole(TocFormat::Full)).expect("as of any CD").value;
        let TocReply::Full(toc) = toc else { panic!("{toc:?}") };
        assert_eq!((toc.first_session, toc.last_session), (1, 1));
        assert!(drive.query(&ReadToc::whole(TocFormat::Atip)).is_err(), "there is no groove");
        let refused = drive.write_from(&Write10::new(Lba(0), 1), &[0; 2048]).expect_err("it is pressed");
        assert_eq!(
            refused.sense().map(|sense| (sense.asc, sense.ascq)),
            Some((0x30, 0x05)),
            "{:?}",
            Sense::CANNOT_WRITE
        );
    }

    #[test]
    fn what_cannot_be_pressed_leaves_no_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("my.disc");
        let pressed = |name: &str, blocks, image: &[u8]| press(&path, medium(name), blocks, &mut &*image).map(drop);
        assert!(matches!(pressed("dvd-r", None, &[1]), Err(PressError::NotPressed { .. })));
        assert!(matches!(
            pressed("cd-rom", Some(300), &vec![1; 301 * 2048]),
            Err(PressError::TooLarge { blocks: 300 })
        ));
        assert!(matches!(pressed("cd-rom", None, &[]), Err(PressError::Empty)));
        assert!(matches!(pressed("dvd-rom", Some(17), &[1]), Err(PressError::Size(_))));
        assert!(matches!(
            pressed("bd-rom", Some(32), &vec![1; 32 * 2048 + 1]),
            Err(PressError::TooLarge { blocks: 32 })
        ));
        assert!(matches!(pressed("dvd-rom", None, &[]), Err(PressError::Empty)));
        assert!(!path.exists());
        pressed("bd-rom", Some(32), &vec![1; 32 * 2048]).expect("it fits");
        assert!(matches!(pressed("bd-rom", None, &[1]), Err(PressError::Disc(DiscFileError::System { .. }))));
        assert!(path.exists(), "what was there is not touched");
    }
}
