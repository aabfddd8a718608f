//! READ DISC STRUCTURE: each kind of disc has its own, lists them all, and says where its data end.

use imapi_mmc_transport::{
    TransportExt as _,
    commands::{CloseFunction, ReadDiscStructure, SendDiscStructure},
    structure::{BdKind, BookType, DiscStructure, StructureFormat, StructureMedium, WriteProtection},
};
use imapi_virtual_drive::Pace;
use rstest::rstest;

use crate::bench::{Bench, FIELD_IN_CDB, refusal};

fn ask(bench: &Bench, format: StructureFormat) -> DiscStructure {
    bench.drive.query(&ReadDiscStructure::of(format)).unwrap_or_else(|e| panic!("{format:?}: {e}")).value
}

#[rstest]
#[case("dvd-r", BookType::DVD_R, &[0x00, 0x01, 0x04, 0x0C, 0x0E, 0x10, 0xC0])]
#[case("dvd-rw", BookType::DVD_RW, &[0x00, 0x01, 0x04, 0x0C, 0x0E, 0x10, 0xC0])]
#[case("dvd-r-dl", BookType::DVD_R, &[0x00, 0x01, 0x04, 0x0C, 0x0E, 0x10, 0xC0])]
#[case("dvd+r", BookType::DVD_PLUS_R, &[0x00, 0x01, 0x04, 0x11, 0xC0])]
#[case("dvd+r-dl", BookType::DVD_PLUS_R_DUAL, &[0x00, 0x01, 0x04, 0x11, 0x20, 0xC0])]
#[case("dvd+rw", BookType::DVD_PLUS_RW, &[0x00, 0x01, 0x04, 0x11, 0xC0])]
#[case("dvd-ram", BookType::DVD_RAM, &[0x00, 0x01, 0x04, 0x08, 0x09, 0x0A, 0xC0])]
fn a_dvd_lists_its_structures_and_gives_them(#[case] medium: &str, #[case] book: BookType, #[case] codes: &[u8]) {
    let bench = Bench::with(medium);
    let DiscStructure::List(listed) = ask(&bench, StructureFormat::LIST) else { panic!("no list") };
    assert_eq!(listed.iter().map(|format| format.code).collect::<Vec<_>>(), codes);
    for format in listed {
        let code = StructureFormat { medium: StructureMedium::DVD, code: format.code };
        assert_eq!(ask(&bench, code).encode().len(), usize::from(format.length), "{:02X}h", format.code);
    }
    let DiscStructure::Physical(physical) = ask(&bench, StructureFormat::PHYSICAL) else { panic!("no format") };
    let first = if medium == "dvd-ram" { 0x03_1000 } else { 0x03_0000 };
    let layers = if medium.ends_with("-dl") { 2 } else { 1 };
    assert_eq!((physical.book, physical.first_sector, physical.layers), (book, first, layers));
    for code in [0x02, 0x30] {
        let unknown = StructureFormat { medium: StructureMedium::DVD, code };
        assert_eq!(refusal(bench.drive.query(&ReadDiscStructure::of(unknown))), Some(FIELD_IN_CDB), "{code:02X}h");
    }
    let of_a_bd = bench.drive.query(&ReadDiscStructure::of(StructureFormat::BD_INFORMATION));
    assert_eq!(refusal(of_a_bd), Some(FIELD_IN_CDB));
}

/// As on a disc that was looked at: the border begins behind the data, and the next one where data will go on.
#[test]
fn a_dvd_r_knows_its_borders_and_its_maker() {
    let bench = Bench::with("dvd-r");
    bench.incremental(true);
    bench.write(0, 16).expect("a packet");
    bench.close(CloseFunction::Session).expect("the session");
    let DiscStructure::Physical(physical) = ask(&bench, StructureFormat::LEAD_IN_FORMAT) else { panic!("no format") };
    let at = |place: usize| u32::from_be_bytes(physical.more[place..place + 4].try_into().expect("four bytes"));
    assert_eq!((physical.last_sector, at(16)), (0x03_000F, 0x03_0010));
    assert_eq!(at(20) - at(16), 37_792);
    let DiscStructure::PreRecorded(lead_in) = ask(&bench, StructureFormat::PRE_RECORDED) else { panic!("no lead-in") };
    assert_eq!(lead_in.maker(), Some(*b"IMAPI VIRTUA"));
}

#[test]
fn the_second_layer_counts_backwards() {
    let bench = Bench::sized("dvd+r-dl", Some(320), Pace::QUICK);
    let end = || match ask(&bench, StructureFormat::PHYSICAL) {
        DiscStructure::Physical(physical) => (physical.end_of_layer_0, physical.last_sector),
        other => panic!("{other:?}"),
    };
    bench.write(0, 160).expect("all of layer 0");
    assert_eq!(end(), (0x03_009F, 0x03_009F));
    bench.write(160, 160).expect("all of layer 1");
    // The last sector lies above the first one: its address is that of the first one inverted.
    assert_eq!(end(), (0x03_009F, 0xFC_FFFF));
}

#[rstest]
#[case("bd-r", BdKind::Recordable, 1)]
#[case("bd-re-50", BdKind::Rewritable, 2)]
#[case("bd-r-128", BdKind::Recordable, 4)]
fn a_bd_has_a_unit_for_each_layer(#[case] medium: &str, #[case] kind: BdKind, #[case] layers: u8) {
    let bench = Bench::with(medium);
    let DiscStructure::BdInformation(disc) = ask(&bench, StructureFormat::BD_INFORMATION) else { panic!("none") };
    assert_eq!(disc.units.iter().map(|unit| unit.layer).collect::<Vec<_>>(), (0..layers).collect::<Vec<_>>());
    assert!(disc.units.iter().all(|unit| unit.kind == kind && &unit.manufacturer == b"IMAPI\0"));
    let spares = ReadDiscStructure::of(StructureFormat::BD_SPARE_AREA);
    assert_eq!(refusal(bench.drive.query(&spares)), Some(FIELD_IN_CDB), "none before it is formatted");
    bench.format(0x00, 0, bench.formats().formattable[0].blocks, 2048).expect("formatted");
    let DiscStructure::BdSpareArea(area) = ask(&bench, StructureFormat::BD_SPARE_AREA) else { panic!("none") };
    assert_eq!((area.allocated, area.free), (bench.formats_spares(), bench.formats_spares()));
}

#[test]
fn a_protected_disc_is_not_written_until_that_is_taken_back() {
    let bench = Bench::sized("dvd-ram", Some(1600), Pace::QUICK);
    let send = |persistent| {
        let structure = DiscStructure::WriteProtection(WriteProtection { persistent, ..WriteProtection::default() });
        bench.drive.submit(&SendDiscStructure::with(StructureFormat::WRITE_PROTECTION, &structure), &structure)
    };
    send(true).expect("protected");
    bench.reload();
    let DiscStructure::WriteProtection(told) = ask(&bench, StructureFormat::WRITE_PROTECTION) else { panic!("none") };
    assert!(told.persistent && !told.until_power_off);
    assert_eq!(refusal(bench.write(0, 16)), Some((7, 0x27, 0x04)));
    assert_eq!(refusal(bench.format(0x00, 0, 1600, 2048)), Some((7, 0x27, 0x04)));
    send(false).expect("free");
    bench.write(0, 16).expect("anywhere");
}
