//! [`ExplicitDates`]: which dates of items somebody set, for only these are compared with each other.

use std::collections::HashMap;

use super::ImageError;
use crate::{Attributes, ChangePoint, NodeId, Timestamp};

/// One of the dates of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Date {
    Created,
    Modified,
    Accessed,
}

/// Dates that somebody set: created, modified, accessed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Explicit([Option<Timestamp>; 3]);

impl Explicit {
    /// Sets a date. Nothing can be written or read before it was made.
    pub fn set(&mut self, date: Date, time: Timestamp) -> Result<(), ImageError> {
        let mut new = *self;
        new.0[date as usize] = Some(time);
        let [created, modified, accessed] = new.0;
        for (field, time) in [("modified", modified), ("accessed", accessed)] {
            if time.zip(created).is_some_and(|(time, created)| time < created) {
                return Err(ImageError::Date { field, limit: "created" });
            }
        }
        *self = new;
        Ok(())
    }

    /// The dates with those that nobody set as they are given.
    pub fn over(&self, attributes: Attributes) -> Attributes {
        let [created, modified, accessed] = self.0;
        Attributes {
            created: created.unwrap_or(attributes.created),
            modified: modified.unwrap_or(attributes.modified),
            accessed: accessed.unwrap_or(attributes.accessed),
            ..attributes
        }
    }

    /// Those that are still what they were set to: a folder that was added over takes its dates from there.
    fn still(self, attributes: &Attributes) -> Self {
        let now = [attributes.created, attributes.modified, attributes.accessed];
        let mut dates = self.0;
        for (date, now) in dates.iter_mut().zip(now) {
            *date = date.filter(|date| *date == now);
        }
        Self(dates)
    }
}

/// The dates that were set of items in the image, and how that came, so that it can be undone.
#[derive(Debug, Default)]
pub(super) struct ExplicitDates {
    now: HashMap<NodeId, Explicit>,
    past: Vec<(ChangePoint, NodeId, Option<Explicit>)>,
}

impl ExplicitDates {
    pub fn of(&self, node: NodeId, attributes: &Attributes) -> Explicit {
        self.now.get(&node).copied().unwrap_or_default().still(attributes)
    }

    /// Notes dates that were set by the change that led to that point.
    pub fn note(&mut self, point: ChangePoint, node: NodeId, dates: Explicit) {
        if dates != Explicit::default() {
            let before = self.now.insert(node, dates);
            self.past.push((point, node, before));
        }
    }

    pub fn roll_back(&mut self, point: ChangePoint) {
        let kept = self.past.partition_point(|(earlier, ..)| *earlier <= point);
        for (_, node, before) in self.past.drain(kept..).rev() {
            match before {
                Some(dates) => self.now.insert(node, dates),
                None => self.now.remove(&node),
            };
        }
    }

    pub fn lock_in(&mut self) {
        self.past = Vec::new();
    }
}

#[cfg(test)]
mod tests {
    use imapi_errors::{Coded, fs};

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::new(seconds, 0)
    }

    #[test]
    fn only_dates_that_were_set_are_compared() {
        let mut dates = Explicit::default();
        dates.set(Date::Modified, at(10)).expect("the only one");
        dates.set(Date::Accessed, at(5)).expect("it was not made yet");
        let error = dates.set(Date::Created, at(7)).expect_err("read before it was made");
        assert!(matches!(error, ImageError::Date { field: "accessed", limit: "created" }));
        assert_eq!(error.code(), fs::IMAPI_E_INVALID_DATE);
        dates.set(Date::Created, at(5)).expect("as early as the earliest");
        let error = dates.set(Date::Modified, at(4)).expect_err("written before it was made");
        assert!(matches!(error, ImageError::Date { field: "modified", limit: "created" }));
        assert_eq!(dates.over(Attributes::default()).modified, at(10));
    }

    #[test]
    fn what_was_set_goes_back_with_the_tree() {
        let node = NodeId::ROOT;
        let (mut all, mut first, mut second) = (ExplicitDates::default(), Explicit::default(), Explicit::default());
        first.set(Date::Created, at(1)).expect("the only one");
        second.set(Date::Created, at(2)).expect("the only one");
        all.note(ChangePoint(3), node, first);
        all.note(ChangePoint(5), node, second);
        let attributes = |seconds| Attributes { created: at(seconds), ..Attributes::default() };
        assert_eq!(all.of(node, &attributes(2)), second);
        assert_eq!(all.of(node, &attributes(9)), Explicit::default(), "it is another now");
        all.roll_back(ChangePoint(4));
        assert_eq!(all.of(node, &attributes(1)), first);
        all.roll_back(ChangePoint(2));
        assert_eq!(all.of(node, &attributes(1)), Explicit::default());
    }
}
