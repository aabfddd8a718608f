//! CD-R and CD-RW.

use imapi_disc_types::Lba;
use imapi_format2::{
    FormatError, Padded,
    at_once::{Content, Session, Track, announce},
    patiently,
};
use imapi_mmc_transport::{
    commands::{CloseFunction, TrackAddress},
    feature::{Feature, FeatureCode},
    mode::{MultiSession, WriteParameters},
};
use imapi_write_engine::{EngineError, Section, Written};

use crate::{
    Action, Recipe,
    burn::Burner,
    plan::{GAP, SHORTEST_TRACK},
};

impl Burner<'_, '_, '_, '_> {
    /// What may follow this session.
    pub(super) fn multi_session(&self) -> MultiSession {
        if self.plan.closes { MultiSession::Final } else { MultiSession::Open }
    }

    /// Zeros behind the source: the gap that a track of data ends with, and what makes a track long enough.
    fn behind(&self) -> u64 {
        let gap = if self.options.postgap_in_image { 0 } else { GAP };
        gap.max(SHORTEST_TRACK.saturating_sub(self.plan.blocks))
    }

    /// A session with one track of data, written at once from its pre-gap on. A drive that does not take the plan of it
    /// may take the track.
    pub(super) fn cd_at_once(&mut self) -> Result<(Lba, Written), FormatError> {
        let behind = self.behind();
        match self.announce(behind) {
            Err(error) if error.is_refusal() && self.may_fall_back() => {
                tracing::warn!(%error, "the drive does not write this session at once; track at once instead");
                return self.follow(Recipe::CdTrack);
            }
            announced => announced?,
        }
        self.begin(Action::WritingData)?;
        let padded = Padded { before: GAP, source: self.source, after: behind };
        let start = Lba(-i32::try_from(GAP).unwrap_or(0));
        let section = Section { first: 0, blocks: GAP + self.source.blocks() + behind, start };
        // From here on the drive wants every block that was announced.
        let written = self.write(&padded, section, GAP)?;
        self.flush()?;
        Ok((Lba(0), written))
    }

    /// Tells the drive what will come.
    fn announce(&mut self, behind: u64) -> Result<(), FormatError> {
        let protects = matches!(
            self.probe.feature(FeatureCode::CD_MASTERING),
            Some(Feature::CdMastering(feature)) if feature.buffer_underrun_free
        );
        let parameters = WriteParameters {
            underrun_protection: protects && self.options.underrun_protection,
            test_write: self.options.test,
            ..WriteParameters::sao(self.multi_session())
        };
        // The plan has seen that it fits onto the disc, which is shorter than times on a CD are.
        let behind = u32::try_from(behind).unwrap_or(u32::MAX);
        let track = Track { behind, ..Track::new(Content::Mode1, self.source) };
        let session = Session { tracks: vec![track], ..Session::default() };
        let placed = session.place(Lba(0));
        let placed = placed.map_err(|_| EngineError::Section { reason: "no CD has room for so many blocks" })?;
        announce(self.preparation, parameters, &placed.cue_sheet(false))
    }

    /// A track of data, and the end of its session.
    pub(super) fn cd_track(&mut self) -> Result<(Lba, Written), FormatError> {
        let protects = matches!(
            self.probe.feature(FeatureCode::CD_TRACK_AT_ONCE),
            Some(Feature::CdTrackAtOnce(feature)) if feature.buffer_underrun_free
        );
        self.preparation.set_write_parameters(WriteParameters {
            underrun_protection: protects && self.options.underrun_protection,
            test_write: self.options.test,
            ..WriteParameters::tao_data(self.multi_session())
        })?;
        // Some drives know the address only now, and others want to be asked before they write.
        let recorder = self.preparation.recorder();
        let track = patiently(recorder, || recorder.track_information(TrackAddress::INVISIBLE));
        let start = track.ok().and_then(|track| track.next_writable).unwrap_or(self.plan.start).max(Lba(0));
        let behind = self.behind();
        self.begin(Action::WritingData)?;
        let padded = Padded { before: 0, source: self.source, after: behind };
        let section = Section { first: 0, blocks: self.source.blocks() + behind, start };
        let written = self.write(&padded, section, 0)?;
        // The track is closed with the buffer: several drives make an error of closing it.
        self.flush_and_wait()?;
        if !self.options.test {
            self.close(CloseFunction::Session, 0)?;
        }
        Ok((start, written))
    }
}
