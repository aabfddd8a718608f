//! What many files of a tree have in common, said once.

use std::hash::{BuildHasher, Hash};

use hashbrown::{DefaultHashBuilder, HashTable};

use super::Attributes;
use crate::Timestamp;

/// All attributes but the moments themselves: few files of a tree differ in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Manner {
    mode: u32,
    owner: u32,
    group: u32,
    /// How far the clocks of created, modified and accessed were from UTC.
    minutes_east: [i16; 3],
    hidden: bool,
    real_time: bool,
}

impl Manner {
    fn of(attributes: &Attributes) -> Self {
        let Attributes { created, modified, accessed, mode, owner, group, hidden, real_time } = *attributes;
        let minutes_east = [created, modified, accessed].map(Timestamp::minutes_east);
        Self { mode, owner, group, minutes_east, hidden, real_time }
    }
}

/// Each manner that a tree has, by its number.
#[derive(Debug, Clone, Default)]
pub(super) struct Manners {
    all: Vec<Manner>,
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// The one that was asked for last: files of a folder mostly have the same.
    latest: u32,
}

impl Manners {
    /// The moments and the number of the manner.
    pub(super) fn pack(&mut self, attributes: &Attributes) -> ([i64; 3], u32) {
        let times = [attributes.created, attributes.modified, attributes.accessed].map(Timestamp::nanoseconds);
        let manner = Manner::of(attributes);
        if self.all.get(self.latest as usize) != Some(&manner) {
            self.latest = self.number(manner);
        }
        (times, self.latest)
    }

    fn number(&mut self, manner: Manner) -> u32 {
        let Self { all, index, hasher, .. } = self;
        let of = |manner: &Manner| hasher.hash_one(manner);
        let next = u32::try_from(all.len()).expect("a tree has fewer nodes");
        let same = |&number: &u32| all[number as usize] == manner;
        let number = *index.entry(of(&manner), same, |&number| of(&all[number as usize])).or_insert(next).get();
        if number == next {
            all.push(manner);
        }
        number
    }

    pub(super) fn unpack(&self, times: [i64; 3], number: u32) -> Attributes {
        let Manner { mode, owner, group, minutes_east, hidden, real_time } = self.all[number as usize];
        let time = |at: usize| Timestamp::from_nanoseconds(times[at]).at(minutes_east[at]);
        Attributes { created: time(0), modified: time(1), accessed: time(2), mode, owner, group, hidden, real_time }
    }
}
