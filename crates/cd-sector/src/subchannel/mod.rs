//! The eight sub-channels: one bit each in every one of the 96 bytes that stand beside a sector.
//!
//! - P is a flag that is set where a track begins. [`QFrame`] is what Q says: 12 bytes, typed, with a checksum.
//! - R to W carry [CD-TEXT](crate::cdtext) in the lead-in, and little elsewhere.
//! - [`SubChannels`] is all of them, each in a row; [`SubChannels::interleave`] makes of it the bytes as they are on the disc.
//!
//! Programs and drives exchange them in three forms:
//!
//! | form | bytes | what |
//! |---|---|---|
//! | P and Q | 16 | Q in 12 bytes, three zeros, and P in the highest bit of the last ([`PqBlock`]) |
//! | raw | 96 | [interleaved](SubChannels::interleave): P is bit 7 of each byte, Q bit 6, … W bit 0 |
//! | packed | 96 | the same, but R to W are four packs of [24 symbols](rw_symbols), which the drive [protects](protect_pack) and [spreads](spread_pack) |

mod control;
mod digits;
mod numbers;
mod packing;
mod q;
mod rw;

pub use control::Control;
pub use digits::{Track, TwoDigits};
pub use numbers::{InvalidIsrc, InvalidMcn, Isrc, Mcn};
pub use packing::{PqBlock, RAW_LEN, SubChannels, put_rw_symbols, rw_symbols};
pub use q::{DiscType, Q_LEN, QContent, QFrame};
pub use rw::{PACK_SYMBOLS, RwPack, SPREAD, gather_pack, is_protected, protect_pack, spread_pack};
