//! From packs to texts, whatever happened to the packs.

use std::collections::BTreeMap;

use super::{
    CdText, PACK_LEN, Pack,
    block::{Block, Charset, Genre, Language, RawPack, TextKind, is_zero},
    build::GENRE,
    size::{self, Sizes},
};
use crate::{Crc, subchannel::Track};

/// What was wrong with the packs that were read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Report {
    /// Packs whose checksum was wrong; they were skipped.
    pub bad_checksums: usize,
    /// Packs that are not CD-TEXT, or of an extension that nobody here knows; they were skipped.
    pub unknown: usize,
    /// Packs that ought to be there by the numbers of the others and are not. Texts of which a part is missing are left out.
    pub missing: usize,
    /// Bytes behind the last whole pack.
    pub trailing: usize,
}

/// The packs of a block by their sequence numbers.
type Packs = BTreeMap<u8, Pack>;

impl CdText {
    /// Understands packs, one behind the other. A drive hands them out so, behind the four bytes of a header.
    ///
    /// Order does not matter, and neither does it when packs come again: of each the first that is whole counts.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> (Self, Report) {
        let pieces = bytes.chunks_exact(PACK_LEN);
        let mut report = Report { trailing: pieces.remainder().len(), ..Report::default() };
        let mut blocks = BTreeMap::<u8, Packs>::new();
        for piece in pieces {
            let mut pack = [0; PACK_LEN];
            pack.copy_from_slice(piece);
            match Pack::decode(pack) {
                (pack, Crc::Right) if pack.kind & 0xF0 == 0x80 && pack.track < 0x80 => {
                    blocks.entry(pack.block).or_default().entry(pack.sequence).or_insert(pack);
                }
                (_, Crc::Right) => report.unknown += 1,
                _ => report.bad_checksums += 1,
            }
        }
        let sizes: BTreeMap<u8, Sizes> =
            blocks.iter().filter_map(|(&number, packs)| Some((number, sizes_of(packs)?))).collect();
        // Every block's sizes tell of all blocks.
        let of_all = sizes.values().next();
        let blocks = blocks.iter().map(|(&number, packs)| {
            let last = of_all.map(|all| all.last_sequences[usize::from(number)]);
            let highest = packs.keys().next_back().copied().unwrap_or_default();
            report.missing += usize::from(highest.max(last.unwrap_or_default())) + 1 - packs.len();
            let language = of_all.map_or(Language::UNKNOWN, |all| Language(all.languages[usize::from(number)]));
            block_of(packs, sizes.get(&number), language)
        });
        let blocks = blocks.collect();
        (Self { blocks }, report)
    }
}

fn sizes_of(packs: &Packs) -> Option<Sizes> {
    let find = |track| packs.values().find(|pack| pack.kind == size::KIND && pack.track == track).map(|pack| pack.data);
    Some(Sizes::decode([find(0)?, find(1)?, find(2)?]))
}

fn block_of(packs: &Packs, sizes: Option<&Sizes>, language: Language) -> Block {
    let mut block = Block::new(Track::FIRST, Track::FIRST);
    block.language = language;
    let double_byte = packs.values().any(|pack| pack.double_byte);
    block.charset = match sizes {
        Some(sizes) => Charset(sizes.charset),
        None if double_byte => Charset::MS_JIS,
        None => Charset::LATIN_1,
    };
    block.copyright = sizes.map_or(0, |sizes| sizes.copyright);
    let known_tracks = sizes.and_then(|sizes| Track::new(sizes.first_track).zip(Track::new(sizes.last_track)));
    let tracks = known_tracks.map_or(1..=99, |(first, last)| first.get()..=last.get());
    for kind in TextKind::ALL {
        for (track, text) in texts_of(packs, kind.code(), block.charset_of(kind).width(), *tracks.start()) {
            let is_known = if kind.disc_only() { track == 0 } else { track == 0 || tracks.contains(&track) };
            if text.is_empty() || !is_known {
                continue;
            }
            block.texts.insert((kind, Track::new(track)), text);
        }
    }
    block.genre = genre_of(packs);
    let raw = packs.values().filter(|pack| (0x88..=0x8C).contains(&pack.kind));
    block.raw = raw.map(|pack| RawPack { kind: pack.kind, track: pack.track, data: pack.data }).collect();
    let tracks = || block.texts.keys().filter_map(|&(_, track)| track);
    let seen = tracks().min().zip(tracks().max());
    (block.first_track, block.last_track) = known_tracks.or(seen).unwrap_or((Track::FIRST, Track::FIRST));
    block
}

/// The texts of a kind that are whole, each with its track; the disc's own, as track 0, stands before that of the first track.
fn texts_of(packs: &Packs, kind: u8, width: usize, first_track: u8) -> Vec<(u8, Vec<u8>)> {
    let mut texts = Vec::new();
    let mut before: Option<u8> = None;
    let mut track = 0;
    // `None` while the beginning of a text is missing.
    let mut text: Option<Vec<u8>> = None;
    for (&sequence, pack) in packs.iter().filter(|(_, pack)| pack.kind == kind) {
        let follows = before.and_then(|before| before.checked_add(1)) == Some(sequence);
        let begins_anew = text.as_ref().is_some_and(Vec::is_empty);
        if !follows || !begins_anew && pack.track != track {
            text = (pack.position == 0).then(Vec::new);
        }
        track = pack.track;
        before = Some(sequence);
        for character in pack.data.chunks_exact(width) {
            if !is_zero(character) {
                if let Some(text) = &mut text {
                    text.extend(character);
                }
                continue;
            }
            texts.extend(text.replace(Vec::new()).map(|text| (track, text)));
            track = if track == 0 { first_track } else { track.saturating_add(1) };
        }
    }
    // Some writers save the zero behind the very last text; then the pack that follows is of another kind.
    let is_whole = before.and_then(|before| before.checked_add(1)).is_some_and(|next| packs.contains_key(&next));
    texts.extend(text.filter(|_| is_whole).map(|text| (track, text)));
    texts
}

/// The genre, if all its packs are there.
fn genre_of(packs: &Packs) -> Option<Genre> {
    let found: Vec<(&u8, &Pack)> = packs.iter().filter(|(_, pack)| pack.kind == GENRE).collect();
    let ((first, _), (last, _)) = (found.first()?, found.last()?);
    if usize::from(**last - **first) + 1 != found.len() {
        return None;
    }
    let bytes: Vec<u8> = found.iter().flat_map(|(_, pack)| pack.data).collect();
    let (code, text) = bytes.split_first_chunk()?;
    let text = text.iter().copied().take_while(|&byte| byte != 0).collect();
    Some(Genre { code: u16::from_be_bytes(*code), text })
}
