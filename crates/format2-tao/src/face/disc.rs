//! What the object tells of the disc.

use std::{ops::ControlFlow, time::Duration};

use imapi_disc_types::MediaType;
use imapi_format2::{Probe, Way, WriteSpeed, WriteSpeeds, is_heuristically_blank};
use imapi_mmc_transport::{
    Query as _,
    commands::{ReadToc, TocFormat, TocReply},
};
use imapi_recorder::{Recorder, RecorderError};

use super::{DiscFormat2TrackAtOnce, Sectors, Stage, Tao2Error};

/// A disc that was just put in is waited for so long.
const PATIENCE: Duration = Duration::from_secs(60);
/// Bytes before the entries of a table of contents, and bytes of an entry.
const HEADER: usize = 4;
const ENTRY: usize = 8;

pub(super) fn make_ready(recorder: &Recorder) -> Result<(), RecorderError> {
    recorder.ready(PATIENCE, &mut |_| ControlFlow::Continue(())).map(|_| ())
}

/// Whether there is a disc with something on it. Of a drive that cannot tell there is none.
pub(super) fn has_something(recorder: &Recorder) -> bool {
    make_ready(recorder).is_ok()
        && Probe::of(recorder).is_ok_and(|probe| probe.way != Way::NoDisc && !probe.facts.is_blank())
}

pub(super) fn speeds(recorder: &Recorder) -> Result<WriteSpeeds, RecorderError> {
    WriteSpeeds::of(recorder, recorder.medium()?)
}

impl DiscFormat2TrackAtOnce {
    /// Whether the drive says that nothing was ever written.
    #[doc(alias = "IDiscFormat2::get_MediaPhysicallyBlank")]
    pub fn is_media_physically_blank(&self) -> Result<bool, Tao2Error> {
        Ok(self.probe()?.1.facts.is_blank())
    }

    /// Whether it looks as if nothing were on it. A CD says so itself.
    #[doc(alias = "IDiscFormat2::get_MediaHeuristicallyBlank")]
    pub fn is_media_heuristically_blank(&self) -> Result<bool, Tao2Error> {
        let (recorder, probe) = self.probe()?;
        Ok(is_heuristically_blank(&recorder, &probe)?)
    }

    /// The kind of disc.
    #[doc(alias = "IDiscFormat2TrackAtOnce::get_CurrentPhysicalMediaType")]
    pub fn current_physical_media_type(&self) -> Result<MediaType, Tao2Error> {
        Ok(self.probe()?.1.medium())
    }

    /// The speed at which the drive writes now, as far as it says.
    #[doc(alias(
        "IDiscFormat2TrackAtOnce::get_CurrentWriteSpeed",
        "IDiscFormat2TrackAtOnce::get_CurrentRotationTypeIsPureCAV"
    ))]
    pub fn current_write_speed(&self) -> Result<Option<WriteSpeed>, Tao2Error> {
        let recorder = self.needed_recorder()?;
        Ok(speeds(&recorder)?.current(&recorder)?)
    }

    /// The speeds of the disc that is in the drive.
    #[doc(alias(
        "IDiscFormat2TrackAtOnce::get_SupportedWriteSpeeds",
        "IDiscFormat2TrackAtOnce::get_SupportedWriteSpeedDescriptors"
    ))]
    pub fn supported_write_speeds(&self) -> Result<WriteSpeeds, Tao2Error> {
        Ok(speeds(&self.needed_recorder()?)?)
    }

    /// Tracks that are on the disc.
    #[doc(alias = "IDiscFormat2TrackAtOnce::get_NumberOfExistingTracks")]
    pub fn number_of_existing_tracks(&self) -> Result<usize, Tao2Error> {
        Ok(self.state().prepared()?.tracks().len())
    }

    /// Sectors that one track could have on the blank disc.
    #[doc(alias = "IDiscFormat2TrackAtOnce::get_TotalSectorsOnMedia")]
    pub fn total_sectors_on_media(&self) -> Result<u32, Tao2Error> {
        Ok(self.sectors()?.total)
    }

    /// Sectors that the next track can have; while one is written, as it was before.
    #[doc(alias = "IDiscFormat2TrackAtOnce::get_FreeSectorsOnMedia")]
    pub fn free_sectors_on_media(&self) -> Result<u32, Tao2Error> {
        Ok(self.sectors()?.free)
    }

    /// Sectors of the tracks and between them; while one is written, as it was before.
    #[doc(alias = "IDiscFormat2TrackAtOnce::get_UsedSectorsOnMedia")]
    pub fn used_sectors_on_media(&self) -> Result<u32, Tao2Error> {
        Ok(self.sectors()?.used)
    }

    /// The entries of the table of contents that the disc will have, one for each track, as READ TOC answers them.
    #[doc(alias = "IDiscFormat2TrackAtOnce::get_ExpectedTableOfContents")]
    pub fn expected_table_of_contents(&self) -> Result<Vec<[u8; ENTRY]>, Tao2Error> {
        let toc = self.state().prepared()?.expected_toc().ok_or(Tao2Error::TableOfContentsEmptyDisc)?;
        let tracks = toc.entries.len() - 1;
        let bytes = ReadToc::whole(TocFormat::Toc).encode_reply(&TocReply::Toc(toc));
        let entries = bytes.get(HEADER..).unwrap_or_default().chunks_exact(ENTRY).take(tracks);
        Ok(entries.filter_map(|entry| entry.try_into().ok()).collect())
    }

    fn sectors(&self) -> Result<Sectors, Tao2Error> {
        match &self.state().stage {
            Stage::Prepared(session) => Ok(Sectors::of(session)),
            Stage::Writing(before) => Ok(*before),
            Stage::Idle | Stage::Between => Err(Tao2Error::MediaIsNotPrepared),
        }
    }

    fn needed_recorder(&self) -> Result<Recorder, Tao2Error> {
        self.recorder().ok_or(Tao2Error::NoRecorderSpecified)
    }

    fn probe(&self) -> Result<(Recorder, Probe), Tao2Error> {
        let recorder = self.needed_recorder()?;
        make_ready(&recorder)?;
        let probe = Probe::of(&recorder)?;
        Ok((recorder, probe))
    }
}
