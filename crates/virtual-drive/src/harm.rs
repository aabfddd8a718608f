//! [`Harm`]: what has gone wrong with a disc: sectors that cannot be read any more, tracks that broke off.

use crate::Change;

/// The wounds of a disc.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Harm {
    /// First sector and the one behind the last, in order, with a gap between any two.
    lost: Vec<(i32, i32)>,
    /// The numbers of tracks that were not finished properly, in order.
    broken: Vec<usize>,
}

impl Harm {
    pub(crate) fn lose(&mut self, first: i32, blocks: u32) {
        let (mut first, mut end) = (first, first.saturating_add_unsigned(blocks));
        if first == end {
            return;
        }
        self.lost.retain(|&(from, to)| {
            let touches = from <= end && first <= to;
            if touches {
                (first, end) = (first.min(from), end.max(to));
            }
            !touches
        });
        let place = self.lost.partition_point(|&(from, _)| from < first);
        self.lost.insert(place, (first, end));
    }

    pub(crate) fn heal(&mut self, first: i32, blocks: u32) {
        let end = first.saturating_add_unsigned(blocks);
        if first == end {
            return;
        }
        let left = |&(from, to): &(i32, i32)| [(from, to.min(first)), (from.max(end), to)];
        self.lost = self.lost.iter().flat_map(left).filter(|(from, to)| from < to).collect();
    }

    pub(crate) fn break_track(&mut self, track: usize) {
        if let Err(place) = self.broken.binary_search(&track) {
            self.broken.insert(place, track);
        }
    }

    /// Tracks from that number on are gone, and what was wrong with them.
    pub(crate) fn forget_tracks(&mut self, from: usize) {
        self.broken.retain(|&track| track < from);
    }

    /// The first of these sectors that cannot be read.
    pub fn first_lost(&self, first: i32, blocks: u32) -> Option<i32> {
        let end = first.saturating_add_unsigned(blocks);
        self.lost
            .iter()
            .map(|&(from, to)| (from.max(first), to.min(end)))
            .find(|(from, to)| from < to)
            .map(|(at, _)| at)
    }

    /// Sectors that cannot be read: the first of each run, and how many.
    pub fn lost(&self) -> impl Iterator<Item = (i32, u32)> + use<'_> {
        self.lost.iter().map(|&(first, end)| (first, end.abs_diff(first)))
    }

    /// Whether the track of that number was not finished properly.
    pub fn is_broken(&self, track: usize) -> bool {
        self.broken.contains(&track)
    }

    /// Whether any track was not finished properly.
    pub fn has_broken_tracks(&self) -> bool {
        !self.broken.is_empty()
    }

    /// The changes that do to a disc what was done to this one.
    pub(crate) fn history(&self) -> impl Iterator<Item = Change> + use<'_> {
        let lost = self.lost.iter().map(|&(first, end)| Change::Lost { first, blocks: end.abs_diff(first) });
        lost.chain(self.broken.iter().map(|&track| Change::TrackBroken { track }))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// A set of sectors is slow and plain: it says what is right.
        #[test]
        fn what_is_lost_and_not_healed_is_lost(
            steps in proptest::collection::vec((any::<bool>(), -40..40_i32, 0..20_u32), 0..40),
        ) {
            let (mut harm, mut set) = (Harm::default(), BTreeSet::new());
            for (lose, first, blocks) in steps {
                let sectors = first..first.saturating_add_unsigned(blocks);
                if lose {
                    harm.lose(first, blocks);
                    set.extend(sectors);
                } else {
                    harm.heal(first, blocks);
                    set.retain(|sector| !sectors.contains(sector));
                }
                let mut again = Harm::default();
                for (first, end) in &harm.lost {
                    again.lose(*first, end.abs_diff(*first));
                }
                prop_assert_eq!(&again, &harm);
            }
            for sector in -60..60 {
                prop_assert_eq!(harm.first_lost(sector, 1).is_some(), set.contains(&sector), "{}", sector);
                prop_assert_eq!(harm.first_lost(sector, 9), set.range(sector..sector + 9).next().copied());
            }
        }
    }
}
