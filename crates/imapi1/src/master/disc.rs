//! [`Disc`]: what a session knows of the disc for which it makes an image.

use std::sync::Arc;

use imapi_disc_types::{Block, BlockSource, Control, Lba, MediaType, SECTOR_SIZE};
use imapi_format2::{DiscReader, Probe};
use imapi_fsimage::{Attributes, Base, Contents, Tree};
use imapi_recorder::Recorder;
use imapi_volumes::{Names, OpenOptions, VolumeError};
use sha2::{Digest as _, Sha256};

use super::session::Image;
use crate::{
    Service, V1Error,
    drive::Drive,
    format::Format,
    joliet::{APPLICATION, DataImage, Earlier},
    recorder::look,
    redbook::SoundImage,
};

/// Blocks that a track of data needs besides its image: those it ends with, and two that link it to the next.
const AROUND_A_TRACK: u64 = 152;
/// No track is shorter.
const SHORTEST_TRACK: u64 = 300;
/// Blocks between the tracks of a disc of sound, which drives make by themselves.
pub(super) const GAP: u64 = 150;
/// The descriptors by which a session is known: the first of ISO 9660, and Joliet's.
const DESCRIPTORS: std::ops::Range<u64> = 16..18;

/// What a session knows of the disc for which it makes an image.
#[derive(Debug)]
pub(crate) struct Disc {
    /// Blocks that an image of data may have.
    pub usable: u64,
    /// Blocks that the disc has, or would have if it were blank.
    pub when_blank: u64,
    around: u64,
    /// The disc has a session already, behind which the image goes: it must be this one.
    pub earlier: Option<Identity>,
}

impl Disc {
    /// The same where a blank disc has to be in the drive when it is recorded.
    pub fn cleared(self) -> Self {
        Self { usable: self.when_blank.saturating_sub(self.around), earlier: None, ..self }
    }
}

/// By what a disc is known again that has something already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    medium: MediaType,
    id: Option<u32>,
    sessions: Vec<(Lba, Lba)>,
    next: Option<Lba>,
    descriptors: [u8; 32],
}

impl Identity {
    /// That of a disc with a session of data.
    pub fn of(recorder: &Recorder, probe: &Probe) -> Option<Self> {
        let facts = &probe.facts;
        let session = u64::try_from(facts.previous_data_session()?.first.0).ok()?;
        let reader = DiscReader::new(recorder, session + DESCRIPTORS.end);
        let mut blocks = vec![0; SECTOR_SIZE.get() as usize * 2];
        reader.read_all(Block(session + DESCRIPTORS.start), &mut blocks).ok()?;
        Some(Self {
            medium: facts.medium,
            id: probe.disc.as_ref().and_then(|disc| disc.disc_id),
            sessions: facts.sessions.iter().map(|session| (session.first, session.last)).collect(),
            next: facts.next_writable,
            descriptors: Sha256::digest(&blocks).into(),
        })
    }
}

/// Looks at the disc, and begins an image for it.
pub(crate) fn read(drive: &Drive, format: Format, service: &Service) -> Result<(Disc, Image), V1Error> {
    if drive.is_working() {
        return Err(V1Error::DeviceNotAccessible { owner: None });
    }
    let recorder = drive.recorder();
    let probe = look(recorder)?.ok_or(V1Error::MediumNotPresent)?;
    let facts = &probe.facts;
    // What can be written over, or not at all, is as large as the disc that will be there instead.
    let blank = u64::from(probe.when_blank.unwrap_or(facts.capacity));
    let room = if facts.is_blank() { u64::from(facts.free) } else { blank };
    if format == Format::Redbook {
        return Ok((
            Disc { usable: room, when_blank: room, around: 0, earlier: None },
            Image::Sound(SoundImage::new(room, GAP)),
        ));
    }
    let around = if facts.medium.is_cd() { AROUND_A_TRACK } else { 0 };
    if facts.is_appendable() && probe.way.is_sequential() {
        if let Some((image, earlier)) = behind(recorder, &probe, service)? {
            let free = u64::from(facts.free);
            if free < SHORTEST_TRACK + around {
                return Err(V1Error::DiscFull { needed: SHORTEST_TRACK + around, free });
            }
            let disc = Disc { usable: free - around, when_blank: room, around, earlier: Some(earlier) };
            return Ok((disc, Image::Data(Box::new(image))));
        }
    }
    let disc = Disc { usable: room.saturating_sub(around), when_blank: room, around, earlier: None };
    Ok((disc, Image::Data(Box::default())))
}

/// What is on a disc that gets another session; nothing where it gets none.
fn behind(recorder: &Recorder, probe: &Probe, service: &Service) -> Result<Option<(DataImage, Identity)>, V1Error> {
    let facts = &probe.facts;
    let (Some(session), Some(next)) = (facts.previous_data_session(), facts.next_writable) else { return Ok(None) };
    let number = |lba: Lba| u64::try_from(lba.0).unwrap_or(0);
    let end = number(session.last) + 1;
    let source: Arc<dyn BlockSource> = Arc::new(DiscReader::new(recorder, end));
    let options = OpenOptions::default().session(Block(number(session.first))).end(Block(end));
    let base = match Base::open(source, Some(Names::Joliet), options) {
        Ok(base) => base,
        Err(error @ VolumeError::Unreadable(_)) => return Err(V1Error::DiscInfo(error.into())),
        // There is no Joliet, or it is damaged: nothing is lost when the disc gets no other session.
        Err(error) => {
            tracing::info!(%error, "the disc gets no further session");
            return Ok(None);
        }
    };
    let maker = base.volume().facts().identifiers.iter().find(|(name, _)| *name == "application");
    let is_ours = maker.is_some_and(|(_, maker)| maker.trim_end() == APPLICATION);
    if service.options().strict && !is_ours {
        return Ok(None);
    }
    let Some(identity) = Identity::of(recorder, probe) else { return Ok(None) };
    let (mut tree, mut contents) = (Tree::new(Attributes::default()), Contents::new());
    let imported = base.import(&mut tree, &mut contents, &mut Control::silent());
    imported.map_err(|error| V1Error::DiscInfo(error.into()))?;
    let start = u32::try_from(next.0).unwrap_or(0);
    let options = base.image_options(service.now());
    Ok(Some((DataImage::behind(tree, contents, Earlier { start, options }), identity)))
}
