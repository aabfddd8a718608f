//! Recordings: every command of a drive on one line, to be read by people and played back by programs.
//!
//! A recording is JSON lines. The first line is the [`Header`], every further one a [`Record`]:
//!
//! ```text
//! {"trace":"imapi-mmc","version":1,"drive":"/dev/sr0","limits":{"page_aligned_transfer":65536,"transfer":65536,"alignment":1}}
//! {"name":"TEST UNIT READY","cdb":"00 00 00 00 00 00","status":2,"sense":"70 00 02 …","at_us":17,"took_us":950,"timeout_ms":30000}
//! {"name":"INQUIRY","cdb":"12 00 00 00 24 00","direction":"in","length":36,"transferred":36,"status":0,…,"data":"0580…"}
//! ```
//!
//! - `at_us` is the device's clock when the command was sent, `took_us` the time until it came back.
//! - `length` is how many bytes were offered, `transferred` how many went over.
//! - `data` is every byte: all that came in, or all that was offered to go out. A tracer may be told to put `digest`
//!   (FNV-1a of 64 bits) in its place when there is much of it; what came in can then not be played back.
//! - `error` stands in the place of `status` when the device gave no answer.
//! - `name` is for people: readers do not look at it. Empty lines may stand anywhere.
//!
//! [`Tracer`] writes it, [`Recording`] reads it, [`Replayer`] is the drive that answers as it is written, and
//! [`capture`](crate::capture) turns it into a file for network analysers. [`steps`] tells what it did, in a few lines.

mod device;
mod error;
mod failure;
mod hex;
mod line;
mod record;
mod recording;
mod replay;
mod steps;
mod tracer;

pub use error::TraceError;
pub use failure::Failure;
pub use record::{Direction, Outcome, Payload, Record};
pub use recording::{Header, Recording};
pub use replay::{Matching, NotReplayable, Replayer};
pub use steps::{Step, steps};
pub use tracer::Tracer;

use crate::Cdb;

/// A command for people: `INQUIRY (12 00 00 00 24 00)`.
fn describe(cdb: &Cdb) -> String {
    format!("{} ({cdb})", name_of(cdb))
}

fn name_of(cdb: &Cdb) -> &'static str {
    crate::commands::command_name(cdb.opcode()).unwrap_or("unknown command")
}
