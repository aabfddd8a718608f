//! What one command may carry, from what the kernel says of a queue.

use std::num::NonZeroU32;

use crate::Limits;

/// Drives behind USB bridges and old controllers fail above it, whatever the kernel says. It is the largest unit that
/// an optical disc writes at once.
pub(super) const MOST: u32 = 64 * 1024;
/// Of the smallest machines; larger pages only make a buffer lie in fewer of them.
const PAGE: u32 = 4096;
const SECTOR: u32 = 512;

/// What the kernel says of a queue; what it does not say does not limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Queue {
    /// `max_hw_sectors_kb`, in bytes.
    pub(super) hardware: Option<u32>,
    /// `max_sectors_kb`, in bytes.
    pub(super) soft: Option<u32>,
    /// `max_segments`: pages that need not lie side by side.
    pub(super) segments: Option<u32>,
    /// What a generic node has reserved for a command after it was asked for [`MOST`], in bytes.
    pub(super) reserved: Option<u32>,
}

impl Queue {
    pub(super) fn limits(self) -> Limits {
        let said = [self.hardware, self.soft, self.reserved].into_iter().flatten().filter(|&bytes| bytes >= SECTOR);
        let bytes = said.fold(MOST, u32::min);
        let pages = self.segments.filter(|&segments| segments > 0).unwrap_or(u32::MAX);
        // A buffer that begins within a page lies in one page more.
        let fits = |pages: u32| whole_sectors(bytes.min(pages.saturating_mul(PAGE)));
        Limits {
            page_aligned_transfer: fits(pages),
            transfer: fits(pages.saturating_sub(1)),
            // The kernel copies what the controller cannot reach.
            alignment: NonZeroU32::MIN,
        }
    }
}

/// Never nothing: a queue of one segment takes at least a sector.
fn whole_sectors(bytes: u32) -> NonZeroU32 {
    NonZeroU32::new(bytes / SECTOR * SECTOR).or(NonZeroU32::new(SECTOR)).unwrap_or(NonZeroU32::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_of_what_the_kernel_says_is_the_limit() {
        let kib = |kib: u32| Some(kib * 1024);
        for (queue, aligned, any) in [
            (Queue::default(), 65_536, 65_536),
            (Queue { hardware: kib(128), soft: kib(128), segments: Some(128), reserved: kib(126) }, 65_536, 65_536),
            (Queue { hardware: kib(128), soft: kib(32), ..Queue::default() }, 32_768, 32_768),
            (Queue { segments: Some(16), ..Queue::default() }, 65_536, 61_440),
            (Queue { segments: Some(1), ..Queue::default() }, 4096, 512),
            (Queue { reserved: Some(40_000), ..Queue::default() }, 39_936, 39_936),
            (Queue { hardware: Some(0), soft: Some(0), segments: Some(0), reserved: Some(0) }, 65_536, 65_536),
        ] {
            let limits = queue.limits();
            assert_eq!((limits.page_aligned_transfer.get(), limits.transfer.get()), (aligned, any), "{queue:?}");
        }
    }
}
