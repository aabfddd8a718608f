//! Titles and names in sheets.

use imapi_cd_sector::{
    cdtext::{Block, CdText, TextKind},
    subchannel::Track,
};

/// Texts in one language, as they are gathered from a sheet.
#[derive(Default)]
pub(super) struct Texts {
    found: Vec<(TextKind, Option<usize>, String)>,
}

impl Texts {
    /// A text of the disc, or of a track, counted from 0.
    pub fn add(&mut self, kind: TextKind, track: Option<usize>, text: &str) {
        self.found.push((kind, track, text.to_string()));
    }

    /// The texts of a disc with so many tracks. A character that CD-TEXT has no room for becomes a question mark.
    pub fn cd_text(&self, first: Track, tracks: usize) -> CdText {
        if self.found.is_empty() {
            return CdText::default();
        }
        let number =
            |place: usize| u8::try_from(place).ok().and_then(|place| Track::new(first.get().checked_add(place)?));
        let last = tracks.checked_sub(1).and_then(number).unwrap_or(first);
        let mut block = Block::new(first, last);
        for (kind, track, text) in &self.found {
            let track = match track {
                Some(place) => match number(*place) {
                    Some(track) => Some(track),
                    None => continue,
                },
                None => None,
            };
            let known: String =
                text.chars().map(|character| if u32::from(character) < 0x100 { character } else { '?' }).collect();
            // All characters are in the charset now; a zero cannot be in a line of text.
            let _ = block.set(*kind, track, known.trim_matches('\0'));
        }
        CdText { blocks: vec![block] }
    }
}

/// The texts of a disc, by what sheets call them.
pub(super) const NAMES: [(&str, TextKind); 6] = [
    ("TITLE", TextKind::Title),
    ("PERFORMER", TextKind::Performer),
    ("SONGWRITER", TextKind::Songwriter),
    ("COMPOSER", TextKind::Composer),
    ("ARRANGER", TextKind::Arranger),
    ("MESSAGE", TextKind::Message),
];

/// What a word of a sheet says it is.
pub(super) fn kind_of(word: &str) -> Option<TextKind> {
    NAMES.iter().find(|(name, _)| *name == word).map(|(_, kind)| *kind)
}
