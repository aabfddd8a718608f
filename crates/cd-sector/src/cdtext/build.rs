//! From texts to packs.

use super::{
    CdText, Pack,
    block::{Block, TextKind},
    size::{self, Sizes},
};
use crate::subchannel::Track;

/// The kind of packs with the kind of music, which begins with a number.
pub(super) const GENRE: u8 = 0x87;

/// Packs that a block has room for: their sequence numbers are of one byte.
const MAX_PACKS: usize = 256;

/// Texts that cannot be on one disc.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// There are more blocks than a disc has room for.
    #[error("{blocks} languages are more than {}", CdText::MAX_BLOCKS)]
    TooManyBlocks {
        /// How many.
        blocks: usize,
    },
    /// A block's texts need more packs than it has room for.
    #[error("the texts of language {block} need {packs} packs, and there is room for {MAX_PACKS}")]
    TooLong {
        /// The block's number, from 0.
        block: usize,
        /// How many packs its texts need.
        packs: usize,
    },
    /// A text belongs to a track that the block does not have.
    #[error("language {block} has a text for track {track}, which is not among its tracks")]
    TrackOutside {
        /// The block's number, from 0.
        block: usize,
        /// The track.
        track: Track,
    },
    /// The genre's words have a zero among them.
    #[error("the genre of language {block} has a zero in its words")]
    Genre {
        /// The block's number, from 0.
        block: usize,
    },
}

impl CdText {
    /// The packs of all blocks in their order, each block with its sizes at its end.
    ///
    /// When anything has a text of some kind, all tracks of the block get one of that kind, be it empty.
    pub fn packs(&self) -> Result<Vec<Pack>, BuildError> {
        if self.blocks.len() > Self::MAX_BLOCKS {
            return Err(BuildError::TooManyBlocks { blocks: self.blocks.len() });
        }
        let mut sizes = Sizes::default();
        let mut packs = Vec::new();
        for (number, block) in (0u8..).zip(&self.blocks) {
            let at = usize::from(number);
            let content = content(block, number)?;
            let count = content.len() + size::PACKS;
            let last = u8::try_from(count - 1).ok();
            sizes.last_sequences[at] = last.ok_or(BuildError::TooLong { block: at, packs: count })?;
            sizes.languages[at] = block.language.0;
            packs.push(content);
        }
        // Every block knows of all others, so that this takes a second turn.
        let blocks = (0u8..).zip(&self.blocks).zip(packs);
        Ok(blocks.flat_map(|((number, block), content)| with_sizes(block, number, content, sizes)).collect())
    }
}

fn with_sizes(block: &Block, number: u8, mut packs: Vec<Pack>, mut sizes: Sizes) -> Vec<Pack> {
    sizes.charset = block.charset.0;
    sizes.first_track = block.first_track.get();
    sizes.last_track = block.last_track.get();
    sizes.copyright = block.copyright;
    for pack in &packs {
        sizes.packs[usize::from(pack.kind & 0x0F)] += 1;
    }
    sizes.packs[usize::from(size::KIND & 0x0F)] = 3;
    let pack = Pack { kind: size::KIND, block: number, ..Pack::default() };
    packs.extend((0..).zip(sizes.encode()).map(|(track, data)| Pack { track, data, ..pack }));
    for (sequence, pack) in (0..=u8::MAX).zip(&mut packs) {
        pack.sequence = sequence;
    }
    packs
}

/// All packs but those with the sizes, in the order of their kinds.
fn content(block: &Block, number: u8) -> Result<Vec<Pack>, BuildError> {
    let at = usize::from(number);
    let inside = block.first_track..=block.last_track;
    if let Some(track) = block.texts().filter_map(|(_, track)| track).find(|track| !inside.contains(track)) {
        return Err(BuildError::TrackOutside { block: at, track });
    }
    let pack = Pack { block: number, ..Pack::default() };
    let mut packs = Vec::new();
    for kind in TextKind::ALL {
        let double_byte = block.charset_of(kind).is_double_byte();
        put_texts(block, kind, Pack { kind: kind.code(), double_byte, ..pack }, &mut packs);
    }
    if let Some(genre) = &block.genre {
        if genre.text.contains(&0) {
            return Err(BuildError::Genre { block: at });
        }
        let bytes = [&genre.code.to_be_bytes(), genre.text.as_slice(), &[0]].concat();
        // The number is no character: the second pack begins with the eleventh.
        let positions = [0, 10].into_iter().chain(std::iter::repeat(15));
        packs.extend(bytes.chunks(12).zip(positions).map(|(piece, position)| Pack {
            kind: GENRE,
            position,
            data: padded(piece),
            ..pack
        }));
    }
    let raw = block.raw.iter().filter(|raw| (0x88..=0x8C).contains(&raw.kind));
    packs.extend(raw.map(|raw| Pack { kind: raw.kind, track: raw.track, data: raw.data, ..pack }));
    // It is stable: the packs of each kind stay in their order.
    packs.sort_by_key(|pack| pack.kind);
    Ok(packs)
}

fn put_texts(block: &Block, kind: TextKind, pack: Pack, packs: &mut Vec<Pack>) {
    if !block.texts().any(|(found, _)| found == kind) {
        return;
    }
    let width = block.charset_of(kind).width();
    let tracks = (block.first_track.get()..=block.last_track.get()).filter_map(Track::new).map(Some);
    let owners = std::iter::once(None).chain(tracks.filter(|_| !kind.disc_only()));
    // Each character with whose it is and how many of the same text are before it.
    let mut bytes = Vec::new();
    let mut places = Vec::new();
    for owner in owners {
        let text = block.texts.get(&(kind, owner)).map_or(&[][..], Vec::as_slice);
        let track = owner.map_or(0, Track::get);
        places.extend((0..=text.len() / width).map(|position| (track, u8::try_from(position.min(15)).unwrap_or(15))));
        bytes.extend(text);
        bytes.resize(bytes.len() + width, 0);
    }
    for (piece, &(track, position)) in bytes.chunks(12).zip(places.iter().step_by(12 / width)) {
        packs.push(Pack { track, position, data: padded(piece), ..pack });
    }
}

fn padded(piece: &[u8]) -> [u8; 12] {
    let mut data = [0; 12];
    data[..piece.len()].copy_from_slice(piece);
    data
}
