//! [`burn`]: an image goes onto a disc as it is.

use std::{num::NonZeroU32, time::Duration};

use imapi_cd_image::{IMAGE_START, SubCode};
use imapi_disc_types::{BlockSource, ClientName, Control, Lba, MediaType};
use imapi_format2::{Adjusted, FormatError, SpeedRequest, Waited, WriteSpeed, WriteSpeeds};
use imapi_mmc_transport::{
    Class, Condition,
    feature::{Feature, FeatureCode},
    mode::{TrackMode, WriteParameters},
};
use imapi_recorder::{Recorder, Refreshed};
use imapi_write_engine::{EngineError, EngineOptions, Event, Section, Written, write_section};

use crate::{
    DiscAfter, Prepared, RawAction, RawError, RawEvent,
    prepared::{block_type, tell},
    scan,
};

/// How an image is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawOptions {
    /// What stands behind the image's sectors.
    pub sub_code: SubCode,
    /// Running out of data is no failure.
    pub underrun_protection: bool,
    /// How fast.
    pub speed: SpeedRequest,
    /// With the laser off.
    pub test: bool,
    /// Bytes that are read ahead.
    pub buffer: usize,
    /// Whether the tray may go out and in, where the system sees what was written only then.
    pub reload: bool,
}

impl Default for RawOptions {
    fn default() -> Self {
        Self {
            sub_code: SubCode::Cooked,
            underrun_protection: true,
            speed: SpeedRequest::default(),
            test: false,
            buffer: EngineOptions::BUFFER,
            reload: false,
        }
    }
}

/// An image is written.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RawBurned {
    /// The kind of disc.
    pub medium: MediaType,
    /// The speed that was set, where the drive knows speeds, and in what it is not the one that was asked for.
    pub speed: Option<(WriteSpeed, Adjusted)>,
    /// Where writing began, in the lead-in.
    pub start: Lba,
    /// What stood behind the sectors.
    pub sub_code: SubCode,
    /// Whether the system sees what was written.
    pub refreshed: Refreshed,
    /// What the engine did.
    pub written: Written,
    /// How long all of it took, by the drive's clock.
    pub elapsed: Duration,
}

/// Takes the drive, looks at the disc and writes an image that begins at [`IMAGE_START`].
///
/// When it fails, the drive is free again, its tray opens, and the error says what the disc is now.
pub fn burn(
    recorder: &Recorder,
    client: &ClientName,
    image: &dyn BlockSource,
    options: &RawOptions,
    control: &mut Control<'_, RawEvent>,
) -> Result<RawBurned, RawError> {
    Prepared::new(recorder, client, false, control)?.write(image, IMAGE_START, options, control)
}

/// A frame of a CD is a unit of its own.
const UNIT: NonZeroU32 = NonZeroU32::MIN;

impl Prepared {
    /// Writes an image whose first block is for `image_start`: from the block on that is for the beginning of this disc's
    /// lead-in.
    #[doc(alias("IDiscFormat2RawCD::WriteMedia", "IDiscFormat2RawCD::WriteMedia2"))]
    pub fn write(
        &mut self,
        image: &dyn BlockSource,
        image_start: Lba,
        options: &RawOptions,
        control: &mut Control<'_, RawEvent>,
    ) -> Result<RawBurned, RawError> {
        control.check()?;
        let clock = self.recorder().clock();
        let begun = clock.now();
        let section = self.section(image, image_start, options)?;
        control.emit(&RawEvent::Begins { action: RawAction::Preparing, elapsed: Duration::ZERO })?;
        let speed = self.set_speed(options.speed)?;
        self.set_page(options)?;
        let elapsed = clock.now().saturating_sub(begun);
        control.emit(&RawEvent::Begins { action: RawAction::Writing, elapsed })?;
        let outcome = self.write_section(image, section, options, control).and_then(|written| {
            let elapsed = self.recorder().clock().now().saturating_sub(begun);
            // What was begun has to be ended, whoever breaks.
            let _ = control.emit(&RawEvent::Begins { action: RawAction::Finishing, elapsed });
            self.preparation.flush_and_wait(&mut |waited| tell(control, *waited))?;
            Ok(written)
        });
        let touched = match &outcome {
            Err(FormatError::Engine(error)) => !is_as_it_was(error, section.start),
            Ok(_) | Err(_) => true,
        };
        self.used |= touched && !options.test;
        if options.test {
            self.end_test(outcome.is_err(), control);
        }
        match outcome {
            Ok(written) => Ok(RawBurned {
                medium: self.medium(),
                speed,
                start: section.start,
                sub_code: options.sub_code,
                refreshed: if options.test { Refreshed::Known } else { self.refresh(options.reload, control) },
                written,
                elapsed: self.recorder().clock().now().saturating_sub(begun),
            }),
            Err(cause) if self.used => Err(RawError::Writing { after: self.after(&cause, control), cause }),
            Err(cause) => Err(RawError::Before(cause)),
        }
    }

    /// What of the image goes where; nothing that cannot be is begun.
    fn section(&self, image: &dyn BlockSource, image_start: Lba, options: &RawOptions) -> Result<Section, RawError> {
        let sub_code = options.sub_code;
        let (blocks, found, expected) = (image.blocks(), image.block_size().get(), sub_code.block_size().get());
        if self.used {
            return Err(RawError::NotBlank);
        }
        if !self.supported().contains(&sub_code) {
            return Err(RawError::SubCodeNotSupported { sub_code });
        }
        if blocks == 0 || found != expected {
            return Err(RawError::ImageNotSupported { blocks, found, expected });
        }
        let start = self.start();
        let first = u64::try_from(start.distance_from(image_start));
        let first = first.map_err(|_| RawError::LeadInTooShort { image: image_start, disc: start })?;
        if first >= blocks {
            return Err(RawError::ImageNotSupported { blocks, found, expected });
        }
        let table = scan::lead_out(image, sub_code, first)
            .map_err(|source| RawError::Before(FormatError::Engine(EngineError::Source { next: start, source })))?;
        let limit = self.last_lead_out();
        if let Some(lead_out) = table.filter(|&lead_out| lead_out > limit) {
            return Err(RawError::NotEnoughSpace { lead_out, limit });
        }
        Ok(Section { first, blocks: blocks - first, start })
    }

    fn set_speed(&self, request: SpeedRequest) -> Result<Option<(WriteSpeed, Adjusted)>, FormatError> {
        let speeds = WriteSpeeds::of(self.recorder(), self.medium())?;
        let Some((speed, adjusted)) = speeds.choose(request) else { return Ok(None) };
        Ok(speeds.set(self.recorder(), speed)?.then_some((speed, adjusted)))
    }

    fn set_page(&self, options: &RawOptions) -> Result<(), FormatError> {
        let protects = matches!(
            self.probe.feature(FeatureCode::CD_MASTERING),
            Some(Feature::CdMastering(feature)) if feature.buffer_underrun_free
        );
        self.preparation.set_write_parameters(WriteParameters {
            underrun_protection: protects && options.underrun_protection,
            test_write: options.test,
            ..WriteParameters::raw(block_type(options.sub_code), TrackMode::AUDIO)
        })
    }

    fn write_section(
        &self,
        image: &dyn BlockSource,
        section: Section,
        options: &RawOptions,
        control: &mut Control<'_, RawEvent>,
    ) -> Result<Written, FormatError> {
        let engine = EngineOptions { buffer: options.buffer, may_synchronize: false, ..EngineOptions::new(UNIT) };
        let device = self.recorder().device();
        let written = control.narrow(
            |event: &Event| RawEvent::from(*event),
            |control| write_section(device, image, section, &engine, None, control),
        );
        Ok(written?)
    }

    /// Has the system see what was written. A disc is none the worse when it does not.
    fn refresh(&self, may_reload: bool, control: &mut Control<'_, RawEvent>) -> Refreshed {
        let refreshed = self.preparation.refresh(may_reload, &mut |waited| tell(control, *waited));
        refreshed.unwrap_or_else(|error| {
            tracing::warn!(%error, "the system cannot be shown what was written");
            Refreshed::Stale
        })
    }

    /// Brings a drive to rest whose disc was not finished, and looks what the disc is now.
    fn after(&self, cause: &FormatError, control: &mut Control<'_, RawEvent>) -> DiscAfter {
        let next = match cause {
            FormatError::Engine(error) => error.next(),
            _ => None,
        };
        let mut waits = |waited: &Waited| tell(control, *waited);
        if let Err(error) = self.preparation.flush(&mut waits) {
            tracing::warn!(%error, "the drive cannot be brought to rest");
        }
        DiscAfter { state: self.preparation.probe().ok().map(|probe| probe.facts.state), next }
    }

    /// After a test the next writing is one in earnest, whoever does it.
    fn end_test(&self, failed: bool, control: &mut Control<'_, RawEvent>) {
        if failed {
            let _ = self.preparation.flush(&mut |waited| tell(control, *waited));
        }
        if let Err(error) = self.preparation.end_test() {
            tracing::warn!(%error, "the drive may still write with its laser off");
        }
    }
}

/// Whether a WRITE that failed left the disc as it was: the first one, and the drive did not take it on.
fn is_as_it_was(error: &EngineError, start: Lba) -> bool {
    match error {
        EngineError::Section { .. } => true,
        EngineError::Source { next, .. } | EngineError::Cancelled { next } => *next == start,
        EngineError::Write { at, cause } => {
            let refused = cause.condition().is_some_and(|condition| {
                condition.class() == Class::Caller
                    || matches!(
                        condition,
                        Condition::IllegalModeForTrack
                            | Condition::InvalidWriteAddress
                            | Condition::OutOfRange
                            | Condition::WriteProtected
                            | Condition::NoMedium { .. }
                            | Condition::MediumChanged
                    )
            });
            *at == start && refused && !cause.is_deferred()
        }
        _ => false,
    }
}
