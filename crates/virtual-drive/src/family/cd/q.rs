//! What sub-channel Q says beside the sectors that the drive writes by itself.

use imapi_cd_sector::subchannel::{
    Control, Isrc, Mcn, QContent, QFrame, RAW_LEN, SubChannels, Track, TwoDigits, put_rw_symbols,
};
use imapi_disc_types::{Lba, Msf};

/// The numbers stand in one of a hundred frames; these are where.
const EACH: i32 = 96;
const CATALOGUE_AT: i32 = 32;
const ISRC_AT: i32 = 64;

/// A track, as Q tells of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signature {
    pub(super) track: Track,
    /// Where index 1 is.
    pub(super) begin: i32,
    pub(super) catalogue: Option<Mcn>,
    pub(super) isrc: Option<Isrc>,
}

/// The time of an address; one that has none gets that of the beginning, and no drive comes that far.
pub(super) fn time(lba: i32) -> Msf {
    Msf::try_from(Lba(lba)).unwrap_or_default()
}

fn length(frames: u32) -> Msf {
    Msf::from_frames(frames).unwrap_or_default()
}

fn frame_of(lba: i32) -> TwoDigits {
    TwoDigits::new(time(lba).frame()).unwrap_or_default()
}

impl Signature {
    /// What Q says there.
    fn frame(&self, index: u8, lba: i32) -> QContent {
        let numbered = (lba >= self.begin).then(|| lba.rem_euclid(EACH));
        let frame = frame_of(lba);
        match (numbered, self.catalogue, self.isrc) {
            (Some(CATALOGUE_AT), Some(number), _) => QContent::Mcn { number, frame },
            (Some(ISRC_AT), _, Some(code)) => QContent::Isrc { code, frame },
            // In the pause, time runs down to zero.
            _ => QContent::Program {
                track: self.track,
                index: TwoDigits::new(index).unwrap_or_default(),
                relative: length(if lba < self.begin {
                    (self.begin - 1).abs_diff(lba)
                } else {
                    lba.abs_diff(self.begin)
                }),
                absolute: time(lba),
            },
        }
    }

    /// The sub-channels there, with these symbols in R to W.
    pub(super) fn beside(&self, control: u8, index: u8, lba: i32, symbols: Option<&[u8; RAW_LEN]>) -> [u8; RAW_LEN] {
        let frame = QFrame { control: Control::from_bits(control), content: self.frame(index, lba) };
        let mut raw = channels(&frame, index == 0);
        if let Some(symbols) = symbols {
            put_rw_symbols(&mut raw, symbols);
        }
        raw
    }
}

/// These sub-channels and nothing in R to W.
fn channels(frame: &QFrame, flag: bool) -> [u8; RAW_LEN] {
    let p = [if flag { 0xFF } else { 0 }; 12];
    SubChannels { p, q: frame.encode(), ..SubChannels::default() }.interleave()
}

/// What stands beside a sector of a lead-out.
pub(super) fn lead_out(control: u8, begin: i32, lba: i32) -> [u8; RAW_LEN] {
    let content = QContent::LeadOut { relative: length(lba.abs_diff(begin)), absolute: time(lba) };
    // For two seconds nothing, and then the flag comes and goes twice a second.
    let ticks = (lba - begin - 150).max(-1);
    let flag = ticks >= 0 && ticks % 38 < 19;
    channels(&QFrame { control: Control::from_bits(control), content }, flag)
}
