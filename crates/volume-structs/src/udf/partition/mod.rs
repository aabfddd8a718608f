//! What is about a partition as a whole: which of its blocks are free, and where moved ones are.

mod space;
mod sparing;
mod vat;

pub use space::{PartitionIntegrity, SpaceBitmap, SpaceBitmapHead, UnallocatedSpaceEntry};
pub use sparing::{Replacement, SparingTable};
pub use vat::{VatExtension, VatHeader, VatTrailer, VirtualAllocation};
