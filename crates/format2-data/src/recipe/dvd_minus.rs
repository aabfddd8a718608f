//! DVD-R and DVD-RW.

use imapi_disc_types::Lba;
use imapi_format2::{FormatError, patiently};
use imapi_mmc_transport::{
    TransportExt as _,
    commands::{
        CloseFunction, FormatDescriptor, FormatOptions, FormatType, ReserveTrack, SendOpcInformation, SessionState,
        TrackAddress,
    },
    feature::{Feature, FeatureCode},
    mode::WriteParameters,
};
use imapi_write_engine::Written;

use crate::{Action, Recipe, burn::Burner, plan::RestrictedFormat};

/// The error correction of a DVD takes so many blocks together.
const PACKET: u32 = 16;

impl Burner<'_, '_, '_, '_> {
    /// The whole disc at once. Its size is told before, and nothing can be added.
    pub(super) fn dvd_at_once(&mut self) -> Result<(Lba, Written), FormatError> {
        let announced = self.write_parameters(WriteParameters::dvd_dao()).and_then(|()| self.reserve());
        let increments = self.probe.has(FeatureCode::INCREMENTAL_STREAMING_WRITABLE);
        match announced {
            Err(error) if increments && error.is_refusal() && self.may_fall_back() => {
                tracing::warn!(%error, "the drive does not write this disc at once; in increments instead");
                return self.follow(Recipe::DvdIncremental);
            }
            announced => announced?,
        }
        self.calibrate()?;
        let written = self.write_source(Lba(0))?;
        // The border closes by itself when all that was announced is there.
        self.flush()?;
        Ok((Lba(0), written))
    }

    fn reserve(&mut self) -> Result<(), FormatError> {
        // The plan has seen that it fits onto the disc.
        let blocks = u32::try_from(self.plan.needed).unwrap_or(u32::MAX);
        let recorder = self.preparation.recorder();
        patiently(recorder, || recorder.device().send(&ReserveTrack::blocks(blocks)))?;
        Ok(())
    }

    /// A track, and the border around it. A DVD-RW that was blanked the quick way tells only now that it does not take
    /// increments.
    pub(super) fn dvd_incremental(&mut self) -> Result<(Lba, Written), FormatError> {
        self.write_parameters(WriteParameters::dvd_incremental(self.multi_session()))?;
        self.calibrate()?;
        let number = self.track_number();
        let start = self.next_address(TrackAddress::Track(number.into()));
        let written = match self.write_source(start) {
            // Only the first block may be refused for that: what was begun is not begun anew.
            Err(error) if error.is_refusal() && !self.is_touched() && self.can_be_written_at_once() => {
                tracing::warn!(%error, "the disc does not take increments; at once instead");
                return self.follow(Recipe::DvdAtOnce);
            }
            written => written?,
        };
        self.flush_and_wait()?;
        if !self.options.test {
            self.close(CloseFunction::Track, number)?;
            self.close(CloseFunction::Session, 0)?;
        }
        Ok((start, written))
    }

    fn can_be_written_at_once(&mut self) -> bool {
        self.probe.has(FeatureCode::DVD_DASH_WRITE) && self.probe.facts.is_blank() && self.may_fall_back()
    }

    /// The track that is written next has this number.
    pub(super) fn track_number(&self) -> u16 {
        let next = self.probe.next.as_ref().map(|track| track.number).filter(|&number| number != 0xFF);
        let last = self.probe.disc.as_ref().map(|disc| disc.last_of_last_session);
        next.or(last).unwrap_or(1).max(1)
    }

    /// Where the next write goes, asked once more: some drives know it only when they know how they will write.
    pub(super) fn next_address(&self, track: TrackAddress) -> Lba {
        let recorder = self.preparation.recorder();
        let track = patiently(recorder, || recorder.track_information(track));
        track.ok().and_then(|track| track.next_writable).unwrap_or(self.plan.start)
    }

    fn write_parameters(&mut self, wanted: WriteParameters) -> Result<(), FormatError> {
        let protects = matches!(
            self.probe.feature(FeatureCode::DVD_DASH_WRITE),
            Some(Feature::DvdDashWrite(feature)) if feature.buffer_underrun_free
        );
        self.preparation.set_write_parameters(WriteParameters {
            underrun_protection: protects && self.options.underrun_protection,
            test_write: self.options.test,
            ..wanted
        })
    }

    /// Has the drive seek the laser's power, when it does not know it for this disc. Drives that cannot are right too.
    fn calibrate(&mut self) -> Result<(), FormatError> {
        if self.probe.disc.as_ref().is_some_and(|disc| !disc.opc.is_empty()) {
            return Ok(());
        }
        self.begin(Action::CalibratingPower)?;
        let recorder = self.preparation.recorder();
        let calibrate = || recorder.device().submit(&SendOpcInformation::calibrate(), &Vec::new());
        match patiently(recorder, calibrate) {
            Err(error) if error.condition().is_some_and(is_a_word) => {
                tracing::debug!(%error, "no calibration");
                Ok(())
            }
            calibrated => Ok(calibrated.map(|_| ())?),
        }
    }

    /// A DVD-RW whose packets can be overwritten.
    pub(super) fn dvd_restricted(&mut self, format: Option<RestrictedFormat>) -> Result<(Lba, Written), FormatError> {
        if let Some(format) = format {
            let format = match format {
                RestrictedFormat::Quick => FormatType::QUICK,
                RestrictedFormat::Grow => FormatType::QUICK_GROW,
            };
            let descriptor = FormatDescriptor { blocks: 0, format, subtype: 0, parameter: PACKET };
            self.format(descriptor, FormatOptions::default())?;
        }
        // Not every drive looks at it: packets are all there is on such a disc.
        let packets = WriteParameters { packet_size: PACKET, ..WriteParameters::dvd_restricted_overwrite() };
        match self.write_parameters(packets) {
            Err(error) if error.is_refusal() => tracing::debug!(%error, "no way of writing can be set"),
            set => set?,
        }
        self.calibrate()?;
        let written = self.write_modified()?;
        self.flush_and_wait()?;
        let recorder = self.preparation.recorder();
        let disc = patiently(recorder, || recorder.disc_information())?;
        if disc.state.last_session == SessionState::Incomplete {
            // Drives that only read do not like a disc that could still grow.
            self.close(CloseFunction::Session, 0)?;
        }
        Ok((Lba(0), written))
    }
}

/// What a drive says to a calibration that it does not do, or does not need.
fn is_a_word(condition: imapi_mmc_transport::Condition) -> bool {
    use imapi_mmc_transport::{Class, Condition};
    matches!(condition.class(), Class::Caller | Class::Ignore)
        || matches!(
            condition,
            Condition::SequenceError
                | Condition::UnreadableFormat
                | Condition::OperatorRequest
                | Condition::WriteProtected
                | Condition::Unknown
        )
}
