//! [`SoundImage`]: the tracks of a disc of sound, while they are gathered.

use imapi_format2::audio::{AUDIO_SECTOR, MOST_TRACKS, SHORTEST_TRACK};

use crate::{
    V1Error,
    stash::{Piece, Stash},
};

/// Blocks with which a drive ends a track.
const RUN_OUT: u64 = 2;
/// Bytes of a block.
pub(super) const BLOCK: u64 = AUDIO_SECTOR.get() as u64;

/// The tracks of a disc of sound, while they are gathered.
#[derive(Debug)]
pub(crate) struct SoundImage {
    tracks: Vec<Track>,
    open: Option<Track>,
    /// Blocks between two tracks, without those that end a track.
    gap: u64,
    /// Blocks of the disc.
    total: u64,
}

/// A track: where in the stash it begins, and how many blocks it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Track {
    start: u64,
    pub blocks: u64,
}

impl Track {
    /// Its sound.
    pub fn source(&self, stash: &Stash) -> Piece {
        stash.piece(self.start, self.blocks * BLOCK, AUDIO_SECTOR)
    }
}

impl SoundImage {
    pub fn new(total: u64, gap: u64) -> Self {
        Self { tracks: Vec::new(), open: None, gap, total }
    }

    pub fn tracks(&self) -> &[Track] {
        &self.tracks
    }

    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    pub fn count(&self) -> usize {
        self.tracks.len() + usize::from(self.is_open())
    }

    pub fn total(&self) -> u64 {
        self.total
    }

    /// Blocks of the disc that no other track can have: those of the tracks, and what lies behind the closed ones.
    pub fn used(&self) -> u64 {
        let behind = RUN_OUT + self.gap;
        let closed: u64 = self.tracks.iter().map(|track| track.blocks + behind).sum();
        closed + self.open.map_or(0, |track| track.blocks)
    }

    /// Blocks that still fit into the open track, or into a new one.
    pub fn available(&self) -> u64 {
        self.total.saturating_sub(self.used())
    }

    pub fn create(&mut self, stash: &Stash) -> Result<(), V1Error> {
        if self.is_open() {
            return Err(V1Error::TrackOpen);
        }
        let (needed, free) = (u64::from(SHORTEST_TRACK), self.available());
        if self.tracks.len() >= MOST_TRACKS.into() || free < needed {
            return Err(V1Error::DiscFull { needed, free });
        }
        self.open = Some(Track { start: stash.end(), blocks: 0 });
        Ok(())
    }

    /// How many of so many blocks the open track takes.
    pub fn takes(&self, blocks: u64) -> Result<u64, V1Error> {
        if !self.is_open() {
            return Err(V1Error::TrackNotOpen);
        }
        Ok(blocks.min(self.available()))
    }

    /// So many blocks are in the stash.
    pub fn grow(&mut self, blocks: u64) {
        if let Some(open) = &mut self.open {
            open.blocks += blocks;
        }
    }

    pub fn close(&mut self) -> Result<(), V1Error> {
        let open = self.open.ok_or(V1Error::TrackNotOpen)?;
        if open.blocks < SHORTEST_TRACK.into() {
            return Err(V1Error::TrackNotBigEnough { blocks: u32::try_from(open.blocks).unwrap_or(u32::MAX) });
        }
        self.tracks.push(open);
        self.open = None;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StashOptions;

    #[test]
    fn blocks_add_up_with_what_lies_between_tracks() {
        let folder = tempfile::tempdir().expect("a folder");
        let options = StashOptions { folder: folder.path().to_path_buf(), ..StashOptions::default() };
        let stash = Stash::claim(&options).expect("nobody has it");
        let mut image = SoundImage::new(2000, 150);
        image.create(&stash).expect("room");
        assert!(matches!(image.create(&stash), Err(V1Error::TrackOpen)));
        image.grow(299);
        assert!(matches!(image.close(), Err(V1Error::TrackNotBigEnough { blocks: 299 })));
        image.grow(1);
        image.close().expect("four seconds");
        assert_eq!((image.used(), image.available(), image.count()), (452, 1548, 1));
        image.create(&stash).expect("room");
        assert_eq!(image.takes(5000).expect("it is open"), 1548);
        image.grow(1548);
        image.close().expect("long enough");
        assert!(matches!(image.create(&stash), Err(V1Error::DiscFull { .. })));
        assert!(matches!(image.takes(1), Err(V1Error::TrackNotOpen)));
    }

    #[test]
    fn a_disc_has_ninety_nine_tracks() {
        let folder = tempfile::tempdir().expect("a folder");
        let options = StashOptions { folder: folder.path().to_path_buf(), ..StashOptions::default() };
        let stash = Stash::claim(&options).expect("nobody has it");
        let mut image = SoundImage::new(1 << 20, 150);
        for _ in 0..99 {
            image.create(&stash).expect("room");
            image.grow(300);
            image.close().expect("four seconds");
        }
        assert!(matches!(image.create(&stash), Err(V1Error::DiscFull { .. })));
    }
}
