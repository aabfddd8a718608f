//! The personalities. Most have one quirk, so that a test knows what it tests; a few are whole drives.

use imapi_mmc_transport::Sense;

use super::{Personality, Quirk};

/// Opcodes of commands that some drive lacks or refuses.
mod opcode {
    pub(super) const GET_CONFIGURATION: u8 = 0x46;
    pub(super) const GET_EVENT_STATUS: u8 = 0x4A;
    pub(super) const RESERVE_TRACK: u8 = 0x53;
    pub(super) const SEND_OPC: u8 = 0x54;
    pub(super) const READ_BUFFER_CAPACITY: u8 = 0x5C;
    pub(super) const GET_PERFORMANCE: u8 = 0xAC;
    pub(super) const SET_STREAMING: u8 = 0xB6;
}

const fn of(name: &'static str, summary: &'static str, seen_in: &'static str, quirks: &'static [Quirk]) -> Personality {
    Personality { name, summary, seen_in, identity: None, quirks }
}

const fn named(personality: Personality, vendor: [u8; 8], product: [u8; 16]) -> Personality {
    Personality { identity: Some((vendor, product)), ..personality }
}

/// All personalities; the first keeps to the standard.
pub const PERSONALITIES: [Personality; 33] = [
    of("standard", "Keeps to the standard", "no drive that was ever built", &[]),
    // What the disc is.
    of(
        "nwa-minus-150",
        "The next writable address of a blank CD is -150 instead of 0",
        "Lite-On",
        &[Quirk::NextInPregap],
    ),
    of(
        "nwa-after-05h",
        "The next writable address of CD and DVD-R is not told until mode page 05h was set",
        "LG GSA-4082B",
        &[Quirk::NextAfterWriteParameters],
    ),
    of(
        "unknown-data-mode",
        "READ TRACK INFORMATION does not know the data mode of any track",
        "Toshiba TS-H542A",
        &[Quirk::UnknownDataMode],
    ),
    of("bcd-atip", "The times in ATIP are decimal digits", "Ricoh", &[Quirk::AtipInDecimalDigits]),
    of("zero-atip", "The times in ATIP are all zero", "Yamaha", &[Quirk::AtipOfZeros]),
    of("toc-stall", "READ TOC of format 2 is never answered", "SanDisk U3 sticks", &[Quirk::NeverAnswersFullToc]),
    // Closing, and other work.
    of(
        "busy-close",
        "CLOSE TRACK/SESSION is at first refused with 2/04/07",
        "Pioneer DVR-K04RA",
        &[Quirk::CloseNeedsANap],
    ),
    of(
        "no-cd-close-track",
        "CLOSE TRACK is refused on a CD, whose tracks end with SYNCHRONIZE CACHE",
        "LG GH22LS30",
        &[Quirk::NoCloseTrackOnCd],
    ),
    of(
        "immed-ignored",
        "Immed is ignored: whatever takes long is answered when it is done",
        "LG GSA-4082B (loading)",
        &[Quirk::IgnoresImmediate],
    ),
    of(
        "immed-implied",
        "Immed is implied: whatever takes long is answered at once",
        "Sony CDU-928, Mitsumi",
        &[Quirk::ImpliesImmediate],
    ),
    of("no-progress", "Sense never tells how far the work is", "HP dvd100i", &[Quirk::NoProgress]),
    of("eject-twice", "The tray comes out when it was told twice", "Pioneer DVR-K04RA", &[Quirk::EjectsTheSecondTime]),
    of(
        "nervous",
        "UNIT ATTENTION with every load and start, and after closing, blanking, formatting",
        "several",
        &[Quirk::Nervous],
    ),
    // Power calibration.
    of("slow-opc", "Power calibration takes a minute", "NEC", &[Quirk::SlowCalibration]),
    of("no-opc", "There is no SEND OPC INFORMATION", "Panasonic LF-D321", &[Quirk::Lacks(opcode::SEND_OPC)]),
    of(
        "opc-format",
        "SEND OPC INFORMATION is refused with 5/30/02",
        "Toshiba TS-H542A",
        &[Quirk::Refuses(opcode::SEND_OPC, Sense::UNREADABLE_FORMAT)],
    ),
    of(
        "opc-sequence",
        "SEND OPC INFORMATION is refused with 5/2C/00",
        "Plextor",
        &[Quirk::Refuses(opcode::SEND_OPC, Sense::SEQUENCE_ERROR)],
    ),
    of(
        "opc-protected",
        "SEND OPC INFORMATION is refused with 7/27/00",
        "Plextor PX-712A",
        &[Quirk::Refuses(opcode::SEND_OPC, Sense::WRITE_PROTECTED)],
    ),
    // Commands that are missing.
    of("no-reserve", "There is no RESERVE TRACK", "old CD burners", &[Quirk::Lacks(opcode::RESERVE_TRACK)]),
    of(
        "no-performance",
        "There is neither GET PERFORMANCE nor SET STREAMING",
        "CD burners",
        &[Quirk::Lacks(opcode::GET_PERFORMANCE), Quirk::Lacks(opcode::SET_STREAMING)],
    ),
    of("no-events", "There is no GET EVENT STATUS", "old CD burners", &[Quirk::Lacks(opcode::GET_EVENT_STATUS)]),
    of(
        "no-features",
        "There is no GET CONFIGURATION",
        "CD burners older than the second MMC",
        &[Quirk::Lacks(opcode::GET_CONFIGURATION)],
    ),
    // Speeds and mode pages.
    of("short-2a", "Mode page 2Ah has 20 bytes, without the speeds of writing", "QEMU", &[Quirk::ShortCapabilities]),
    of("zero-speeds", "All speeds are told as zero", "Lite-On", &[Quirk::NoSpeeds]),
    of(
        "block-descriptors",
        "MODE SENSE brings a block descriptor, wanted or not",
        "several",
        &[Quirk::BlockDescriptors],
    ),
    of(
        "streaming-range",
        "SET STREAMING refuses an end behind that of the disc",
        "LG GSA-4081B",
        &[Quirk::StreamsToTheEndOnly],
    ),
    // The buffer.
    of(
        "no-buffer-capacity",
        "There is no READ BUFFER CAPACITY",
        "old burners",
        &[Quirk::Lacks(opcode::READ_BUFFER_CAPACITY)],
    ),
    of(
        "bogus-buffer-capacity",
        "READ BUFFER CAPACITY tells of more room than there is",
        "Pioneer, at high speed",
        &[Quirk::MoreFreeThanThereIs],
    ),
    of(
        "late-buffer-capacity",
        "READ BUFFER CAPACITY tells how things were up to a second ago",
        "LG",
        &[Quirk::ReportsBufferLate],
    ),
    of(
        "long-write",
        "A WRITE that finds the buffer full is refused with 2/04/08 instead of kept waiting",
        "Pioneer",
        &[Quirk::RefusesWhenFull],
    ),
    // Whole drives.
    named(
        of(
            "pioneer",
            "Refuses WRITE with 2/04/08 when full; naps before CLOSE; bogus buffer capacity",
            "Pioneer",
            &[Quirk::RefusesWhenFull, Quirk::CloseNeedsANap, Quirk::MoreFreeThanThereIs],
        ),
        *b"PIONEER ",
        *b"DVD-RW  DVR-216D",
    ),
    named(
        of(
            "lg",
            "Reports its buffer late; no CLOSE TRACK on a CD; Immed ignored; NWA after page 05h",
            "LG",
            &[
                Quirk::ReportsBufferLate,
                Quirk::NoCloseTrackOnCd,
                Quirk::IgnoresImmediate,
                Quirk::NextAfterWriteParameters,
            ],
        ),
        *b"HL-DT-ST",
        *b"DVDRAM GSA-4082B",
    ),
];
