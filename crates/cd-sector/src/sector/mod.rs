//! Whole sectors: what kinds there are, where their parts stand, how they are made and read.

mod content;
mod kind;
mod subheader;
mod view;

pub use content::Content;
pub use kind::SectorKind;
pub use subheader::{Subheader, Submode};
pub use view::{Fault, Header, SectorView, UnknownMode};

/// Bytes of a sector on a CD: 588 stereo samples of audio, or data with all that protects it.
pub const SECTOR_LEN: usize = 2352;

/// A sector.
pub type Sector = [u8; SECTOR_LEN];

/// What every data sector begins with.
pub const SYNC: [u8; 12] = [0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0];

/// Where the parts of data sectors begin.
mod place {
    pub const HEADER: usize = 12;
    pub const MODE: usize = 15;
    pub const SUBHEADER: usize = 16;
    /// What mode 1 has between its checksum and P.
    pub const ZEROS: usize = 2068;
    pub const P: usize = 2076;
    pub const Q: usize = 2248;
}
