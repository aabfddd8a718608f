//! Outsiders read what the typed commands write.
//!
//! One type serves both ends of a command, so a wrong offset in it would be wrong at both, and no round trip would show
//! it. Here values with a number of its own in every field become bytes, programs that know nothing of us read them,
//! and whatever they read must be what was meant, field by field. A field that tshark knows and no test expects is a
//! failure, too. Bits are set one at a time.
//!
//! | what | tshark | others |
//! |---|---|---|
//! | TEST UNIT READY, SEEK (10) | the opcode | |
//! | REQUEST SENSE | the allocation | |
//! | sense, fixed | all | `sg_decode_sense`: all but the command's own |
//! | sense, descriptors | codes, kinds and lengths, specific bytes | `sg_decode_sense`: all |
//! | titles of sense | | `sg_decode_sense`: all; three differ in words |
//! | INQUIRY | all; pages 00h and 80h | `sg_inq`, `sg_vpd`: the same |
//! | MODE SENSE (10), MODE SELECT (10) | all but DBD, subpage, PF and SP; header | `sdparm`: lengths of the header |
//! | MODE SENSE (6), MODE SELECT (6) | the same, as of a hard disc | `sdparm`: lengths of the header |
//! | page 01h | as of a hard disc: all but EMCDR | `sdparm`: all |
//! | page 05h | all but `LS_V` | `sdparm`: all but MCN, ISRC and sub-header |
//! | page 08h | as of a hard disc: all | `sdparm`: all, as of a hard disc |
//! | page 1Ah | all but the timers | `sdparm`: all |
//! | page 1Ch | all | `sdparm`: all |
//! | page 1Dh | | `sdparm`: all but the time of group 3 |
//! | page 2Ah | all but LSBF and most speeds | `sdparm`: all but three speeds and the tables |
//! | START STOP UNIT | all but the layer | |
//! | PREVENT ALLOW MEDIUM REMOVAL | all | |
//! | READ CAPACITY | all | |
//! | READ (10), (12), WRITE (10), (12) | all but TSR and streaming | |
//! | VERIFY (10), WRITE AND VERIFY (10) | as of a hard disc: all | |
//! | FORMAT UNIT | as of a hard disc: the command | |
//! | SYNCHRONIZE CACHE | all | |
//! | RESERVE TRACK | sizes | |
//! | READ TOC | the command; format 0; of format 2 the header | |
//! | GET CONFIGURATION | headers; the features that `features.rs` lists | |
//! | GET EVENT STATUS | the command | |
//! | READ DISC INFORMATION | standard: all but application code and OPC | |
//! | READ TRACK INFORMATION | all but OPEN and layer jump | |
//! | CLOSE TRACK SESSION | all | |
//! | READ BUFFER CAPACITY | all | |
//! | REPORT KEY | all but the function; state of the region | |
//! | GET PERFORMANCE | the command | |
//! | READ DISC STRUCTURE | all but the medium; 00h and 11h of a DVD | |
//! | SET STREAMING, SET CD SPEED | all | |
//!
//! Nobody but the bytes that the unit tests work out by hand judges READ FORMAT CAPACITIES, READ SUB-CHANNEL, READ
//! HEADER, SEND OPC INFORMATION, REPAIR TRACK, READ MASTER CUE, SEND CUE SHEET, BLANK, SEND KEY, LOAD/UNLOAD MEDIUM,
//! READ MEDIA SERIAL NUMBER, READ CD, READ CD MSF, MECHANISM STATUS and SEND DISC STRUCTURE; the answers of GET EVENT
//! STATUS and GET PERFORMANCE; the other features and structures, the other formats of READ TOC; mode page 0Eh; the
//! parameters of FORMAT UNIT; bulk data.

#[path = "../tshark/mod.rs"]
mod tshark;

mod block;
mod case;
mod commands;
mod features;
mod inquiry;
mod modes;
mod outsiders;
mod pages;
mod replies;
mod sense;
mod structures;

use case::must_agree;

/// All in one run, which takes half a second.
#[test]
fn tshark_reads_the_commands_of_drives_as_they_are_meant() {
    let cases = [
        commands::cases(),
        replies::cases(),
        structures::cases(),
        features::cases(),
        inquiry::cases(),
        modes::cases(),
        sense::cases(),
    ];
    must_agree("Multimedia Device", &cases.concat());
}

#[test]
fn tshark_reads_the_commands_that_block_devices_share_as_they_are_meant() {
    must_agree("Block Device", &block::cases());
}

/// As many values as bits, each with one of them set.
fn each_bit<const N: usize>() -> impl Iterator<Item = [bool; N]> {
    (0..N).map(|set| std::array::from_fn(|bit| bit == set))
}
