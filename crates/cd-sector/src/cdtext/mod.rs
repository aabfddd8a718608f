//! CD-TEXT: titles and names of a disc and its tracks, in the sub-channels R to W of the lead-in.
//!
//! - [`CdText`] is all of it: a [`Block`] for each language, up to eight. [`CdText::packs`] makes the packs that are
//!   recorded, [`CdText::parse`] reads them, also when some are damaged, missing or out of order.
//! - [`Pack`] is 18 bytes: what it is about, 12 bytes of text, and a checksum. Drives hand packs out so.
//! - On the disc a pack is [24 symbols](to_symbols) of six bits, and four packs stand beside a sector:
//!   [`lead_in`] goes through the packs again and again, as long as a lead-in lasts.
//!
//! ```
//! use imapi_cd_sector::{cdtext::{Block, CdText, TextKind, lead_in}, subchannel::Track};
//!
//! let mut english = Block::new(Track::FIRST, Track::FIRST);
//! english.set(TextKind::Title, None, "Joyful Nights")?;
//! english.set(TextKind::Title, Some(Track::FIRST), "Song of Joy")?;
//! let text = CdText { blocks: vec![english] };
//!
//! let packs = text.packs()?;
//! let bytes: Vec<u8> = packs.iter().flat_map(|pack| pack.encode()).collect();
//! let (read, report) = CdText::parse(&bytes);
//! assert_eq!((read, report.bad_checksums), (text, 0));
//!
//! let beside_the_first_sector: [u8; 96] = lead_in(&packs).next().expect("it does not end");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod block;
mod build;
mod pack;
mod parse;
mod size;
mod symbols;

pub use block::{Block, Charset, Genre, Language, RawPack, TextError, TextKind};
pub use build::BuildError;
pub use pack::{PACK_LEN, Pack};
pub use parse::Report;
pub use symbols::{PACKS_A_SECTOR, from_symbols, lead_in, packs_of_sector, to_symbols};

/// All the CD-TEXT of a disc.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CdText {
    /// A block for each language, at most [`Self::MAX_BLOCKS`].
    pub blocks: Vec<Block>,
}

impl CdText {
    /// How many blocks a disc has room for.
    pub const MAX_BLOCKS: usize = 8;
}
