//! Writing zeros over what can be written over.

use std::{num::NonZeroU32, ops::ControlFlow, time::Duration};

use imapi_disc_types::{CancelToken, Cancelled, Control, Lba, SECTOR_SIZE, Zero};
use imapi_format2::Preparation;
use imapi_mmc_transport::mode::WriteParameters;
use imapi_write_engine::{EngineError, EngineOptions, Event, Section, write_section};

use crate::{EraseError, progress::Telling};

/// Writes zeros over so many blocks, and has the drive empty its buffer.
pub(crate) fn write(
    prepared: &Preparation,
    first: u32,
    blocks: u32,
    unit: NonZeroU32,
    limit: Duration,
    telling: &mut Telling<'_, '_>,
) -> Result<(), EraseError> {
    if blocks == 0 {
        return Ok(());
    }
    // What is no whole unit goes up to the end of the disc, behind which nothing can be filled up.
    let whole = first % unit == 0 && blocks % unit == 0;
    let options = EngineOptions::new(if whole { unit } else { NonZeroU32::MIN });
    let section = Section { first: 0, blocks: blocks.into(), start: Lba(i32::try_from(first).unwrap_or(i32::MAX)) };
    let mut overdue = false;
    let mut listener = |event: &Event| {
        overdue = telling.lasts() > limit;
        let told = match event {
            Event::Progress(progress) => telling.tell(Some(share(progress.written(), progress.blocks))),
            Event::Stalled(_) => ControlFlow::Continue(()),
        };
        if overdue || telling.go_on().is_err() { ControlFlow::Break(()) } else { told }
    };
    // A token of its own, as the erasure may have to end without anyone wanting it.
    let mut control = Control::new(CancelToken::new(), &mut listener);
    let source = Zero::new(SECTOR_SIZE, blocks.into());
    let written = write_section(prepared.recorder().device(), &source, section, &options, None, &mut control);
    let flushed = prepared.flush(&mut |waited| telling.waited(waited));
    match written {
        Err(EngineError::Cancelled { .. }) if overdue => {
            Err(EraseError::Overdue { what: "writing zeros", seconds: telling.lasts().as_secs() })
        }
        Err(EngineError::Cancelled { .. }) => Err(Cancelled.into()),
        Err(cause) => Err(EraseError::NotWritten { cause }),
        Ok(_) => Ok(flushed?),
    }
}

/// A DVD-RW in packets is written with the mode page of packets. Drives know by themselves that it is, and some want no
/// page.
pub(crate) fn set_packets(prepared: &Preparation) {
    let wanted = WriteParameters::dvd_restricted_overwrite();
    if let Err(error) = prepared.set_write_parameters(wanted) {
        tracing::debug!(%error, "the drive knows by itself how this disc is written");
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share need not be exact")]
fn share(written: u64, blocks: u64) -> f64 {
    written as f64 / blocks.max(1) as f64
}
