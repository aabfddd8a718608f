//! [`Prepared`]: a drive with a blank disc that waits for an image.

use imapi_cd_image::SubCode;
use imapi_disc_types::{ClientName, Control, Lba, MediaType};
use imapi_format2::{FormatError, Preparation, Probe, Waited, Way, patiently};
use imapi_mmc_transport::{
    Answer, Class, CommandError, Condition, TransportExt as _,
    commands::{Configuration, DiscStatus, ReadToc, TocFormat, TocReply, TrackAddress},
    feature::{Feature, FeatureCode},
    mode::{BlockType, TrackMode, WriteParameters},
};
use imapi_recorder::{Recorder, RecorderError};

use crate::{RawError, RawEvent};

/// The lead-in of any disc is longer than a minute. Some drives have zeros or digits where it should begin.
const SHORTEST_LEAD_IN: i32 = 4_500;
/// The pause before the first track.
const PAUSE: i32 = 150;

/// A drive with a blank disc. It is this program's alone, its tray stays shut, and the disc is what was found in the
/// beginning; all of that ends when this is dropped.
#[derive(Debug)]
#[must_use = "the drive is let go of when this is dropped"]
pub struct Prepared {
    pub(crate) preparation: Preparation,
    pub(crate) probe: Probe,
    start: Lba,
    last_lead_out: Lba,
    supported: Vec<SubCode>,
    /// Something was written, so that the disc is blank no longer.
    pub(crate) used: bool,
}

/// Whether a drive writes raw images, as far as it says.
#[doc(alias = "IDiscFormat2::IsRecorderSupported")]
pub fn is_recorder_supported(recorder: &Recorder) -> Result<bool, RecorderError> {
    match recorder.configuration() {
        Ok(configuration) => Ok(writes_raw(&configuration)),
        // Drives that are older than features are asked with a disc in them.
        Err(RecorderError::Command(error)) if error.is_refusal() => Ok(true),
        Err(error) => Err(error),
    }
}

fn writes_raw(configuration: &Configuration) -> bool {
    let mastering = configuration.feature(FeatureCode::CD_MASTERING).map(|found| &found.feature);
    matches!(mastering, Some(Feature::CdMastering(mastering)) if mastering.raw)
}

/// The block type of sectors with these sub-channels.
pub(crate) const fn block_type(sub_code: SubCode) -> BlockType {
    match sub_code {
        SubCode::PqOnly => BlockType::RAW_PQ,
        SubCode::Cooked => BlockType::RAW_PW_PACKED,
        SubCode::Raw => BlockType::RAW_PW,
    }
}

pub(crate) fn tell(control: &mut Control<'_, RawEvent>, waited: Waited) {
    // What the drive does by itself cannot be stopped; whoever breaks is heard when it is done.
    let _ = control.emit(&RawEvent::Waiting(waited));
}

impl Prepared {
    /// Takes the drive and looks at its disc, which has to be a blank CD.
    #[doc(alias = "IDiscFormat2RawCD::PrepareMedia")]
    pub fn new(
        recorder: &Recorder,
        client: &ClientName,
        force: bool,
        control: &mut Control<'_, RawEvent>,
    ) -> Result<Self, RawError> {
        control.check()?;
        let preparation = Preparation::new(recorder, client, force, &mut |waited| tell(control, *waited))?;
        let probe = preparation.probe()?;
        match probe.way {
            Way::NoDisc => return Err(RawError::NoMedium),
            Way::Cd => {}
            _ => return Err(RawError::MediaNotSupported),
        }
        if !(probe.configuration.features.is_empty() || writes_raw(&probe.configuration)) {
            return Err(RawError::RecorderNotSupported);
        }
        match &probe.disc {
            None => return Err(RawError::DiscUnknown),
            Some(disc) if disc.state.status != DiscStatus::Blank => return Err(RawError::NotBlank),
            Some(_) => {}
        }
        let mut supported = Vec::new();
        for sub_code in SubCode::ALL {
            if takes(&preparation, sub_code)? {
                supported.push(sub_code);
            }
        }
        // Drives were seen whose features promise what they do not do.
        let Some(&any) = supported.last() else { return Err(RawError::RecorderNotSupported) };
        preparation.set_write_parameters(WriteParameters::raw(block_type(any), TrackMode::AUDIO))?;
        let (lead_in, lead_out) = groove(recorder)?;
        let by_drive = || next_writable(recorder);
        let start = match lead_in {
            Some(start) => start,
            None => by_drive()?.ok_or(RawError::LeadInUnknown)?,
        };
        let capacity = Lba(i32::try_from(probe.facts.capacity).unwrap_or(i32::MAX));
        let last_lead_out = lead_out.filter(|&lead_out| lead_out >= capacity).unwrap_or(capacity);
        Ok(Self { preparation, probe, start, last_lead_out, supported, used: false })
    }

    /// The drive.
    #[must_use]
    pub fn recorder(&self) -> &Recorder {
        self.preparation.recorder()
    }

    /// The kind of disc.
    #[must_use]
    pub fn medium(&self) -> MediaType {
        self.probe.medium()
    }

    /// The first sector that is written, in the lead-in.
    #[must_use]
    #[doc(alias = "IDiscFormat2RawCD::get_StartOfNextSession")]
    pub const fn start(&self) -> Lba {
        self.start
    }

    /// Where the lead-out can begin at the latest.
    #[must_use]
    #[doc(alias = "IDiscFormat2RawCD::get_LastPossibleStartOfLeadout")]
    pub const fn last_lead_out(&self) -> Lba {
        self.last_lead_out
    }

    /// The sub-channels that the drive takes behind sectors.
    #[must_use]
    #[doc(alias = "IDiscFormat2RawCD::get_SupportedSectorTypes")]
    pub fn supported(&self) -> &[SubCode] {
        &self.supported
    }

    /// The best of them: as they are on the disc where that goes.
    #[must_use]
    pub fn best(&self) -> SubCode {
        self.supported.last().copied().unwrap_or(SubCode::Cooked)
    }
}

/// Whether the drive takes sectors with these sub-channels.
pub(crate) fn takes(preparation: &Preparation, sub_code: SubCode) -> Result<bool, FormatError> {
    match preparation.set_write_parameters(WriteParameters::raw(block_type(sub_code), TrackMode::AUDIO)) {
        Ok(()) => Ok(true),
        Err(error) if is_refusal(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

fn is_refusal(error: &FormatError) -> bool {
    error
        .condition()
        .is_some_and(|condition| condition.class() == Class::Caller || condition == Condition::IllegalModeForTrack)
}

/// Where the lead-in begins and where the lead-out can, as it is stamped into the disc.
fn groove(recorder: &Recorder) -> Result<(Option<Lba>, Option<Lba>), FormatError> {
    match patiently(recorder, || recorder.device().query(&ReadToc::whole(TocFormat::Atip))) {
        Ok(Answer { value: TocReply::Atip(atip), .. }) => {
            let lead_in = atip.lead_in.lba().filter(|lead_in| lead_in.0 < -SHORTEST_LEAD_IN);
            Ok((lead_in, atip.last_possible_lead_out.lba().filter(|lead_out| lead_out.0 > 0)))
        }
        Err(CommandError::Transport(error)) => Err(RecorderError::from(error).into()),
        Ok(_) | Err(_) => Ok((None, None)),
    }
}

/// Where the drive itself says that writing begins, now that it knows how.
fn next_writable(recorder: &Recorder) -> Result<Option<Lba>, FormatError> {
    match patiently(recorder, || recorder.track_information(TrackAddress::INVISIBLE)) {
        Ok(track) => Ok(track.next_writable.filter(|next| next.0 < -PAUSE)),
        Err(RecorderError::Command(error)) if error.sense().is_some() => Ok(None),
        Err(error) => Err(error.into()),
    }
}
