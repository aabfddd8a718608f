//! [`DiscWords`]: what a disc of sound says of itself beside the sound.

use std::collections::BTreeMap;

use imapi_cd_sector::{
    cdtext::{CdText, TextKind},
    subchannel::Track,
};
use imapi_mmc_transport::{
    CommandError, TransportExt as _,
    commands::{ReadSubChannel, ReadToc, SubChannelBody, TocFormat, TocReply},
};
use imapi_recorder::{Recorder, RecorderError};

/// Numbers and titles of a disc with sound, as far as it has them and the drive tells them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DiscWords {
    /// The number of the disc.
    pub catalogue: Option<String>,
    /// What the disc is called, in its first language, and who plays.
    pub disc: Named,
    /// The same of its tracks, and the codes of their recordings.
    pub tracks: BTreeMap<u8, (Named, Option<String>)>,
}

/// What something is called, and who plays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// What it is called.
    pub title: Option<String>,
    /// Who plays.
    pub performer: Option<String>,
}

impl DiscWords {
    /// Asks the drive; `tracks` are the numbers of those with sound. What it does not tell is not there.
    pub fn of(recorder: &Recorder, tracks: impl IntoIterator<Item = u8>) -> Result<Self, RecorderError> {
        let device = recorder.device();
        let told =
            |question: ReadSubChannel| heard(device.query(&question)).map(|reply| reply.and_then(|reply| reply.body));
        let catalogue = match told(ReadSubChannel::catalogue())? {
            Some(SubChannelBody::Catalogue { number, .. }) => number.map(|digits| ascii(&digits)),
            _ => None,
        };
        let packs = match heard(device.query_whole(&ReadToc::whole(TocFormat::CdText)))? {
            Some(TocReply::CdText(packs)) => packs.concat(),
            _ => Vec::new(),
        };
        let (text, _) = CdText::parse(&packs);
        let named = |track: Option<Track>| {
            let of = |kind| text.blocks.first().and_then(|block| block.text(kind, track));
            Named { title: of(TextKind::Title), performer: of(TextKind::Performer) }
        };
        let mut words = Self { catalogue, disc: named(None), tracks: BTreeMap::new() };
        for number in tracks {
            let isrc = match told(ReadSubChannel::isrc(number))? {
                Some(SubChannelBody::Isrc { code, .. }) => code.map(|code| ascii(&code)),
                _ => None,
            };
            let named = Track::new(number).map(|track| named(Some(track))).unwrap_or_default();
            words.tracks.insert(number, (named, isrc));
        }
        Ok(words)
    }
}

/// The answer; none of a drive that refuses, or answers what makes no sense. A drive that is gone is an error.
fn heard<T>(answer: Result<imapi_mmc_transport::Answer<T>, CommandError>) -> Result<Option<T>, RecorderError> {
    match answer {
        Ok(answer) => Ok(Some(answer.value)),
        Err(error @ CommandError::Transport(_)) => Err(error.into()),
        Err(_) => Ok(None),
    }
}

fn ascii(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| if byte.is_ascii_graphic() { char::from(byte) } else { '?' }).collect()
}
