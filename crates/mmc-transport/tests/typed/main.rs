//! Outsiders read what the typed commands write.
//!
//! One type serves both ends of a command, so a wrong offset in it would be wrong at both and no round trip would show
//! it. Here values with a number of its own in every field become bytes, programs that know nothing of us read them, and
//! whatever they read must be what was meant, field by field: a field that tshark knows and no test expects is a failure,
//! too. Bits are set one at a time.
//!
//! | what                              | tshark                                  | others                                |
//! |-----------------------------------|-----------------------------------------|---------------------------------------|
//! | TEST UNIT READY                   | opcode                                  |                                       |
//! | REQUEST SENSE                     | allocation                              | its answer: `sg_decode_sense`         |
//! | sense, fixed and descriptors      | fixed: all; descriptors: codes          | `sg_decode_sense`: all, keys, titles  |
//! | INQUIRY                           | all, pages 00h and 80h                  | `sg_inq`, `sg_vpd`                    |
//! | MODE SENSE, MODE SELECT (10)      | all but DBD, PF and SP; headers; pages  | `sdparm`: header and pages            |
//! | MODE SENSE, MODE SELECT (6)       | the same, as of a block device          | `sdparm`: header and pages            |
//! | page 01h                          | as of a block device                    | `sdparm`, with EMCDR and the window   |
//! | page 05h                          | all; it reads LS_V off the bit of BUFE  | `sdparm`: all but MCN, ISRC, header   |
//! | page 08h                          | as of a block device                    | `sdparm`, as of a block device        |
//! | page 1Ah                          | bits; of the timers the upper halves    | `sdparm`: all                         |
//! | pages 1Ch, 2Ah                    | all but speeds of 2Ah; LSBF is misread  | `sdparm`: all but speeds for writing  |
//! | page 1Dh                          |                                         | `sdparm`: all but group 3             |
//! | START STOP UNIT                   | all but the layer                       |                                       |
//! | PREVENT ALLOW, READ CAPACITY      | all                                     |                                       |
//! | READ, WRITE (10), (12)            | all but streaming; TSR is FUA_NV, (10)  |                                       |
//! | SEEK (10)                         | opcode                                  |                                       |
//! | VERIFY, WRITE AND VERIFY (10)     | as of a block device                    |                                       |
//! | FORMAT UNIT                       | the command, as of a block device       |                                       |
//! | SYNCHRONIZE CACHE, RESERVE TRACK  | all but reservation up to an address    |                                       |
//! | READ TOC                          | the command, format 0; of 2 the header  |                                       |
//! | GET CONFIGURATION                 | all headers; features in `features.rs`  |                                       |
//! | GET EVENT STATUS                  | the command                             |                                       |
//! | READ DISC INFORMATION             | the standard one, but for OPC           |                                       |
//! | READ TRACK INFORMATION            | all but OPEN and layer jump             |                                       |
//! | CLOSE TRACK SESSION               | all                                     |                                       |
//! | READ BUFFER CAPACITY              | all                                     |                                       |
//! | REPORT KEY                        | all but the function; RPC state         |                                       |
//! | GET PERFORMANCE                   | the command                             |                                       |
//! | READ DISC STRUCTURE               | all but the medium; 00h, 11h of a DVD   |                                       |
//! | SET STREAMING, SET CD SPEED       | all                                     |                                       |
//!
//! Nobody but the bytes that the unit tests work out by hand judges READ FORMAT CAPACITIES, READ SUB-CHANNEL, READ HEADER,
//! SEND OPC INFORMATION, REPAIR TRACK, READ MASTER CUE, SEND CUE SHEET, BLANK, SEND KEY, LOAD/UNLOAD MEDIUM, READ MEDIA
//! SERIAL NUMBER, READ CD (MSF), MECHANISM STATUS and SEND DISC STRUCTURE, the answers of GET EVENT STATUS and
//! GET PERFORMANCE, mode page 0Eh, the other features and structures, and the parameters of FORMAT UNIT.

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
