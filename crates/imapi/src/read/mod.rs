//! Reading a disc into an image file, as much of it as can be read.
//!
//! [`read_disc`] reads what [`Extent`] says is recorded: exactly the blocks that somebody wrote, without those that a
//! drive adds to a CD's track. First all that can be read at once, in large pieces and past the places that fail; then
//! these places block by block; then those blocks again, as often as is wanted. What cannot be read is zeros in the image.
//! A [`RescueMap`], which is GNU ddrescue's, says at any time what has been read, so that another run, maybe with another
//! drive, goes on from there.

mod error;
mod extent;
mod map;
mod output;
mod rescue;
mod source;
mod volume;

pub use error::ReadError;
pub use extent::Extent;
pub(crate) use extent::is_of_a_block;
pub use map::{MapError, RescueMap, Status};
pub use rescue::{Pass, ReadOptions, ReadProgress, ReadReport, read_disc};
pub use source::DiscSource;
pub use volume::Volume;
