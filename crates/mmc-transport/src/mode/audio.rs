//! Mode page 0Eh: how a drive plays audio by itself.

use super::{PageCode, blank, finished, tail};
use crate::{BadReply, wire::Fields};

/// CD audio control (page 0Eh).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CdAudioControl {
    /// A command to play is done when playing began (IMMED). Drives know nothing else.
    pub immediate: bool,
    /// Playing goes on over the end of a track (SOTC is zero).
    pub across_tracks: bool,
    /// The four outputs; most drives have the first two.
    pub ports: [AudioPort; 4],
    /// What follows them.
    pub tail: Vec<u8>,
}

/// One output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AudioPort {
    /// A bit for each channel that is heard here, in four bits: 1 the left, 2 the right; none is silence.
    pub channels: u8,
    /// 0 silent, 255 full.
    pub volume: u8,
}

mod field {
    pub(super) const BITS: usize = 2;
    pub(super) const IMMEDIATE: u8 = 2;
    pub(super) const STOP_ON_TRACK: u8 = 1;
    pub(super) const PORTS: usize = 8;
    pub(super) const END: usize = 16;
}

impl CdAudioControl {
    /// The page, from its code on.
    pub(super) fn decode(page: &[u8]) -> Result<Self, BadReply> {
        let fields = Fields::new(page, field::END)?;
        let port = |number: usize| {
            let [channels, volume] = fields.array(field::PORTS + 2 * number)?;
            Ok(AudioPort { channels: channels & 0x0F, volume })
        };
        Ok(Self {
            immediate: fields.bit(field::BITS, field::IMMEDIATE)?,
            across_tracks: !fields.bit(field::BITS, field::STOP_ON_TRACK)?,
            ports: [port(0)?, port(1)?, port(2)?, port(3)?],
            tail: tail(page, field::END),
        })
    }

    /// The bytes, from its code on.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut page = blank(PageCode::CD_AUDIO, field::END);
        page.bit(field::BITS, field::IMMEDIATE, self.immediate).bit(
            field::BITS,
            field::STOP_ON_TRACK,
            !self.across_tracks,
        );
        for (number, port) in self.ports.iter().enumerate() {
            page.put(field::PORTS + 2 * number, &[port.channels & 0x0F, port.volume]);
        }
        finished(&mut page, &self.tail)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::{ModePage, checks},
        *,
    };

    const STEREO: [u8; 16] = [0x0E, 0x0E, 0x04, 0, 0, 0, 0, 0, 1, 0xFF, 2, 0x80, 0, 0, 0, 0];

    #[test]
    fn two_outputs_have_a_channel_each() {
        let left = AudioPort { channels: 1, volume: 255 };
        let right = AudioPort { channels: 2, volume: 128 };
        let page = CdAudioControl {
            immediate: true,
            across_tracks: true,
            ports: [left, right, AudioPort::default(), AudioPort::default()],
            tail: Vec::new(),
        };
        checks::page_is(&ModePage::CdAudio(page.clone()), &STEREO);
        checks::page_needs(&STEREO, 16);
        let mut stops = STEREO;
        stops[2] = 0x02;
        let page = CdAudioControl { immediate: false, across_tracks: false, ..page };
        checks::page_is(&ModePage::CdAudio(page), &stops);
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_keep_their_meaning(bytes: Vec<u8>) {
            checks::any_page(PageCode::CD_AUDIO, bytes);
        }
    }
}
