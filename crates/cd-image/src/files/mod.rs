//! Discs in files: [`read`] finds out what a file is by its name and its beginning, and [`write`](write()) makes one.
//!
//! | file | beside it | read | written |
//! |---|---|---|---|
//! | `.cue` | `.bin`, `.wav` | yes | yes |
//! | `.toc` (cdrdao) | `.bin`, `.wav` | yes | yes |
//! | `.ccd` (`CloneCD`) | `.img`, `.sub` | yes | yes |
//! | `.nrg` (Nero) | nothing | yes | no |
//! | `.wav` | nothing | one track | no |
//!
//! All of them keep a disc of one session. What a kind of file has no room for is told by [`Lost`].

mod bin;
mod ccd;
mod cue;
mod error;
mod nrg;
mod open;
mod source;
mod text;
mod toc;
mod wav;
mod write;

pub use error::SheetError;
pub use open::{Decode, read, read_with};
pub use wav::{WavFile, wav};
pub use write::{Kind, Lost, Made, Writing, write};
