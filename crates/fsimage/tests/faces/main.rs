//! IMAPI's floor, called as a program would: every code by its cause, every object from any thread.

mod boot;
mod codes;
mod disc;
mod events;
mod image_manager;
mod import;
mod import_codes;
mod items;
mod model;
mod properties;
mod readonly;
mod refusals;
mod results;
mod shelf;
mod staging;
mod threads;
mod trees;

use imapi_disc_types::Control;
use imapi_errors::{Coded, HResult, Lang, Report};
use imapi_fsimage::{FileSystemImage, ImageError, Timestamp, Update};

/// The moment at which everything happens.
const NOW: Timestamp = Timestamp::new(1_732_878_449, 0);

fn image() -> FileSystemImage {
    FileSystemImage::told_time_by(|| NOW)
}

fn silent() -> Control<'static, Update> {
    Control::silent()
}

/// An error in all languages, with nothing that its words lack.
fn told(error: &ImageError) -> String {
    let reports = Lang::ALL.map(|lang| Report::new(error, lang).to_string());
    for report in &reports {
        assert!(!report.contains('‹'), "{report}");
    }
    reports[0].clone()
}

/// The code of what has to be an error.
#[track_caller]
fn code<T>(outcome: Result<T, ImageError>) -> HResult {
    match outcome {
        Ok(_) => panic!("it was not refused"),
        Err(error) => {
            told(&error);
            error.code()
        }
    }
}
