//! A CD-RW is formatted, and its packets are written over.

use imapi_mmc_transport::{
    TransportExt as _,
    commands::{
        Blank, FormatDescriptor, FormatOptions, FormatParameters, FormatType, FormatUnit, GetConfiguration,
        ReadFormatCapacities,
    },
    mode::{MultiSession, WriteParameters},
};

use crate::bench::{BLOCKS, Bench, payload, refusal};

/// Of 39 blocks on the disc, 32 are the host's.
const FORMATTED: u32 = (BLOCKS - 2) / 39 * 32;

pub fn format(bench: &Bench, descriptor: FormatDescriptor) -> Result<(), (u8, u8, u8)> {
    let parameters = FormatParameters { options: FormatOptions::default(), descriptor };
    bench.drive.submit(&FormatUnit::default(), &parameters).map_err(|error| refusal(&error))?;
    bench.wait();
    Ok(())
}

pub fn offer(bench: &Bench) -> FormatDescriptor {
    bench.drive.query(&ReadFormatCapacities::everything()).expect("an answer").value.formattable[0]
}

#[test]
fn packets_of_a_formatted_disc_are_written_over_in_any_order() {
    let bench = Bench::with("cd-rw");
    let offered = offer(&bench);
    assert_eq!((offered.blocks, offered.format, offered.parameter), (FORMATTED, FormatType::PACKETS_FULL, 32));
    format(&bench, offered).expect("a CD-RW");
    let features = bench.drive.query(&GetConfiguration::everything()).expect("an answer").value.features;
    assert!(features.iter().any(|feature| feature.current && feature.feature.code().0 == 0x26), "{features:?}");
    let capacity = bench.ask(&[0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0], 8).expect("a size");
    assert_eq!(capacity[..4], (FORMATTED - 1).to_be_bytes());
    assert_eq!(bench.read(0, 2), Ok(vec![0; 4096]), "formatting wrote zeros");

    bench.set(WriteParameters::cd_fixed_packets(32)).expect("a page");
    let last = i32::try_from(FORMATTED).expect("a small disc") - 32;
    for (first, seed) in [(last, 1), (64, 2), (0, 3), (64, 4)] {
        bench.write(first, 32, &payload(seed, 32, 2048)).expect("any packet");
    }
    bench.flush();
    bench.reload();
    for (first, seed) in [(last, 1), (0, 3), (64, 4)] {
        assert!(bench.read(first, 32) == Ok(payload(seed, 32, 2048)), "{first}");
    }
    assert_eq!(bench.q(64)[..3], [0x51, 1, 1]);
    bench.drive.send(&Blank::minimal()).expect("it can be blanked");
    bench.wait();
    assert_eq!(bench.next(), Some((0, BLOCKS)));
}

#[test]
fn formatting_leaves_nothing_of_what_was_there() {
    let bench = Bench::with("cd-rw");
    bench.set(WriteParameters::tao_data(MultiSession::Final)).expect("a page");
    bench.write(0, 300, &payload(1, 300, 2048)).expect("in sequence");
    bench.flush();
    format(&bench, offer(&bench)).expect("a CD-RW");
    assert_eq!(bench.read(0, 100), Ok(vec![0; 100 * 2048]));
    bench.set(WriteParameters::cd_fixed_packets(32)).expect("a page");
    bench.write(0, 32, &payload(2, 32, 2048)).expect("a packet");
    format(&bench, offer(&bench)).expect("again");
    assert_eq!(bench.read(0, 100), Ok(vec![0; 100 * 2048]));
}

#[test]
fn a_formatted_disc_takes_whole_packets_only() {
    let bench = Bench::with("cd-rw");
    format(&bench, offer(&bench)).expect("a CD-RW");
    let data = payload(1, 64, 2048);
    let refused = |first, blocks| bench.write(first, blocks, &data).map_err(|error| refusal(&error));
    bench.set(WriteParameters::tao_data(MultiSession::Final)).expect("a page");
    assert_eq!(refused(0, 32), Err((5, 0x64, 0)));
    bench.set(WriteParameters::cd_fixed_packets(32)).expect("a page");
    assert_eq!((refused(1, 32), refused(0, 31)), (Err((5, 0x64, 1)), Err((5, 0x64, 1))));
    let behind = i32::try_from(FORMATTED).expect("a small disc");
    assert_eq!(refused(behind - 32, 64), Err((5, 0x21, 0)));
}

#[test]
fn what_is_not_offered_is_refused_at_its_byte() {
    let bench = Bench::with("cd-rw");
    let offered = offer(&bench);
    let refused = |descriptor| format(&bench, descriptor);
    assert_eq!(refused(FormatDescriptor { format: FormatType::FULL, ..offered }), Err((5, 0x26, 0)));
    assert_eq!(refused(FormatDescriptor { parameter: 16, ..offered }), Err((5, 0x26, 0)));
    assert_eq!(refused(FormatDescriptor { blocks: 33, ..offered }), Err((5, 0x26, 0)));
    assert_eq!(format(&Bench::with("cd-r"), offered), Err((5, 0x30, 6)));
}
