//! Which dates and owners an image has: those of the files, or what makes the same image everywhere.

use std::{env, ffi::OsStr, time::SystemTime};

use imapi_errors::{Coded, Fact, HResult, Value, common};
use imapi_fsimage::{Dates, Owners, Timestamp};

/// The first of January 1980, before which the clocks of some systems cannot go: what has no other date has this one.
const FIXED: Timestamp = Timestamp::new(315_532_800, 0);

const VARIABLE: &str = "SOURCE_DATE_EPOCH";

/// When the image is made, and what becomes of the dates and owners of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moments {
    pub now: Timestamp,
    pub dates: Dates,
    pub owners: Owners,
}

impl Moments {
    /// As the environment and the command line want it.
    pub fn wanted(reproducible: bool) -> Result<Self, NoEpoch> {
        let epoch = env::var_os(VARIABLE).as_deref().map(seconds).transpose()?;
        Ok(Self::of(reproducible, epoch))
    }

    fn of(reproducible: bool, epoch: Option<Timestamp>) -> Self {
        match (reproducible, epoch) {
            (true, epoch) => {
                let time = epoch.unwrap_or(FIXED);
                Self { now: time, dates: Dates::Fixed(time), owners: Owners::Neutral }
            }
            (false, Some(time)) => Self { now: time, dates: Dates::NoLaterThan(time), owners: Owners::OnDisk },
            (false, None) => Self { now: SystemTime::now().into(), dates: Dates::OnDisk, owners: Owners::OnDisk },
        }
    }
}

/// `SOURCE_DATE_EPOCH` that is no number of seconds.
#[derive(Debug, thiserror::Error)]
#[error("{VARIABLE} is {0:?}, and no number of seconds")]
pub struct NoEpoch(String);

impl Coded for NoEpoch {
    fn code(&self) -> HResult {
        common::E_INVALIDARG
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        put(Fact::Parameter, Value::Text(&VARIABLE));
        put(Fact::Given, Value::Text(&self.0));
    }
}

fn seconds(text: &OsStr) -> Result<Timestamp, NoEpoch> {
    let seconds = text.to_str().and_then(|text| text.parse().ok());
    seconds.map(|seconds| Timestamp::new(seconds, 0)).ok_or_else(|| NoEpoch(text.to_string_lossy().into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_is_the_latest_date_and_the_only_one_where_images_are_to_be_the_same() {
        let epoch = Timestamp::new(1_000_000_000, 0);
        let latest = Moments { now: epoch, dates: Dates::NoLaterThan(epoch), owners: Owners::OnDisk };
        assert_eq!(Moments::of(false, Some(epoch)), latest);
        let fixed = Moments { now: epoch, dates: Dates::Fixed(epoch), owners: Owners::Neutral };
        assert_eq!(Moments::of(true, Some(epoch)), fixed);
        assert_eq!(Moments::of(true, None).now.to_string(), "1980-01-01T00:00:00Z");
        assert_eq!(Moments::of(false, None).dates, Dates::OnDisk);
    }

    #[test]
    fn an_epoch_is_a_number_of_seconds() {
        assert_eq!(seconds("-5".as_ref()).expect("a number"), Timestamp::new(-5, 0));
        for wrong in ["", "soon", "1.5", "99999999999999999999"] {
            let error = seconds(wrong.as_ref()).expect_err(wrong);
            assert_eq!(error.code(), common::E_INVALIDARG);
        }
    }
}
