//! Discs that can be overwritten: read as far as their file systems go.

use std::{fs, os::unix::fs::MetadataExt as _, sync::Arc};

use imapi::read::{DiscSource, Extent, ReadOptions, Volume};
use imapi_disc_types::{Block, BlockSource, Lba};
use imapi_format2::DiscReader;
use imapi_format2_data::DataOptions;
use imapi_fsimage::{
    Attributes, Contents, FileSystems, ImageOptions, Kind, NodeId, ResultImage, Timestamp, Tree, UdfRevision,
};
use rstest::rstest;

use crate::bench::Bench;

const OVERWRITABLE: [&str; 4] = ["dvd+rw", "dvd-ram", "dvd-rw", "bd-re"];

/// An image of one file with so many bytes of a kind.
fn image(file_systems: FileSystems, udf_revision: UdfRevision, file: Vec<u8>) -> ResultImage {
    let (mut tree, mut contents) = (Tree::new(Attributes::default()), Contents::new());
    let size = file.len() as u64;
    let content = contents.add_bytes(file);
    tree.add(NodeId::ROOT, b"file", Kind::File { size, content }, Attributes::default()).expect("a new name");
    let options = ImageOptions {
        volume: "Böhm und Söhne".to_string(),
        file_systems,
        udf_revision,
        ..ImageOptions::new(Timestamp::new(1_000_000_000, 0))
    };
    ResultImage::new(Arc::new(tree), Arc::new(contents), &options).expect("an image")
}

fn bytes_of(source: &dyn BlockSource) -> Vec<u8> {
    let mut bytes = vec![0; usize::try_from(source.bytes()).expect("small")];
    source.read_all(Block(0), &mut bytes).expect("readable");
    bytes
}

const ISO: FileSystems = FileSystems { udf: false, ..FileSystems::ALL };
const UDF: FileSystems = FileSystems { udf: true, ..FileSystems::NONE };

#[rstest]
#[case(ISO, UdfRevision::R102)]
#[case(FileSystems::ALL, UdfRevision::R102)]
#[case(UDF, UdfRevision::R150)]
#[case(UDF, UdfRevision::R260)]
fn reading_ends_where_the_file_systems_end(#[case] systems: FileSystems, #[case] revision: UdfRevision) {
    for medium in OVERWRITABLE {
        let bench = Bench::new(medium);
        // What was there before was larger.
        bench.burn(&image(FileSystems::ALL, UdfRevision::R102, vec![7; 3_000_000]), DataOptions::default());
        let image = image(systems, revision, vec![b'A'; 1_234_567]);
        bench.burn(&image, DataOptions { overwrite: true, ..DataOptions::default() });
        let unit = u64::from(bench.recorder().medium().expect("it says").write_unit().get());
        let report = bench.read(&bench.options()).expect("it can be read");
        assert_eq!(report.extent.blocks, image.blocks().next_multiple_of(unit), "{medium}");
        let mut found = bench.image();
        assert_eq!(found.len() as u64, report.extent.blocks * 2048);
        found.truncate(usize::try_from(image.bytes()).expect("small"));
        assert!(found == bytes_of(&image), "{medium}");
        let all = Extent::of(&bench.recorder(), None).expect("it says");
        assert_eq!(report.extent.left_out, all.blocks - report.extent.blocks, "{medium}");
        // A DVD-RW that is formatted quickly grows with what is written.
        let least = if medium == "dvd-rw" { 300 } else { 100_000 };
        assert!(report.extent.left_out > least, "{medium}: {}", report.extent.left_out);
    }
}

#[test]
fn a_copy_is_of_what_is_in_use_unless_all_is_wanted() {
    let bench = Bench::new("dvd+rw");
    let image = image(FileSystems::ALL, UdfRevision::R102, vec![b'A'; 100_000]);
    bench.burn(&image, DataOptions::default());
    let recorder = bench.recorder();
    let source = DiscSource::new(&recorder).expect("one session");
    assert_eq!(source.blocks(), image.blocks().next_multiple_of(16));
    assert!(bytes_of(&source).starts_with(&bytes_of(&image)));
    let whole = DiscSource::whole(&recorder).expect("one session");
    assert_eq!(whole.blocks(), source.blocks() + source.extent().left_out);
    assert_eq!(whole.extent(), &Extent::of(&recorder, None).expect("it says"));
}

#[test]
fn zeros_are_holes_in_the_image_and_zeros() {
    let bench = Bench::new("dvd-ram");
    let file: Vec<u8> = [vec![0; 8 << 20], vec![9; 5000], vec![0; 4 << 20]].concat();
    let image = image(ISO, UdfRevision::R102, file);
    bench.burn(&image, DataOptions::default());
    bench.read(&bench.options()).expect("it can be read");
    assert!(bench.image().starts_with(&bytes_of(&image)));
    let taken = fs::metadata(bench.path("image")).expect("it is there").blocks() * 512;
    assert!(taken < 1 << 20, "{taken} bytes of {}", image.bytes());
    // What had bytes gives them up to zeros, when another run writes over it.
    let map = bench.path("map");
    fs::write(&map, format!("0x0 ? 1\n0x0 {:#x} ?\n", bench.image().len())).expect("a file");
    fs::write(bench.path("image.partial"), vec![0xEE; bench.image().len()]).expect("a file");
    let options = ReadOptions { map: Some(map), replace: true, ..bench.options() };
    bench.read(&options).expect("it can be read");
    assert!(bench.image().starts_with(&bytes_of(&image)));
}

/// Where something that would say more is damaged, all of the disc is read.
#[rstest]
#[case(16, true)]
#[case(17, true)]
#[case(256, true)]
#[case(1000, false)]
fn in_doubt_all_is_read(#[case] damaged: i32, #[case] all_is_read: bool) {
    let bench = Bench::new("dvd+rw");
    bench.burn(&image(FileSystems::ALL, UdfRevision::R102, vec![b'A'; 5_000_000]), DataOptions::default());
    let script = format!(
        r#"{{"faults": [{{"when": {{"access": "read", "blocks": {{"first": {damaged}, "last": {damaged}}}}},
            "what": {{"sense": {{"code": "3/11/00"}}}}, "times": "always"}}]}}"#
    );
    let extent = Extent::in_use(&bench.failing(&script), None).expect("it says");
    assert_eq!(extent.left_out == 0, all_is_read, "{extent:?}");
}

#[test]
fn the_volume_says_what_it_is_called_and_what_it_has() {
    let bench = Bench::new("bd-re");
    let volume = |recorder: &_| Volume::at(&DiscReader::new(recorder, 0), Lba(0), 1 << 23).expect("it reads");
    let names = |bench: &Bench| {
        let volume = volume(&bench.recorder());
        (volume.label.unwrap_or_default(), volume.file_systems.join(", "))
    };
    let burn = |systems, revision| {
        let options = DataOptions { overwrite: true, ..DataOptions::default() };
        bench.burn(&image(systems, revision, vec![1; 10_000]), options);
    };
    let label = |text: &str| text.to_string();
    burn(FileSystems::ALL, UdfRevision::R102);
    assert_eq!(names(&bench), (label("Böhm und Söhne"), label("ISO 9660, Joliet, UDF 1.02")));
    burn(ISO, UdfRevision::R102);
    assert_eq!(names(&bench), (label("Böhm und Söhne"), label("ISO 9660, Joliet")));
    burn(UDF, UdfRevision::R260);
    assert_eq!(names(&bench), (label("Böhm und Söhne"), label("UDF 2.60")));
}
