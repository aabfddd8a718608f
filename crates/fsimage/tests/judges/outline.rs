//! What an image tells of itself before it is written: its parts, the blocks of files, the names.

use std::{fs, os::unix::fs::symlink};

use imapi_disc_types::{BlockSource, Control};
use imapi_errors::{Coded, common};
use imapi_fsimage::{FileSystems, ImageOptions, NodeId, PartOf, ResultImage, UdfRevision, WriteOptions, write_image};

use crate::folder::{Bench, image_of, options};

fn all(udf_revision: UdfRevision) -> ImageOptions {
    let file_systems = FileSystems { iso9660: true, joliet: true, udf: true };
    ImageOptions { file_systems, udf_revision, ..options() }
}

fn bench() -> Bench {
    let bench = Bench::new();
    bench.put("a rather long name.text", [1; 5000]);
    bench.put("in/empty", []);
    bench.put("in/file", [2; 2048]);
    fs::hard_link(bench.source.join("in/file"), bench.source.join("in/same")).expect("room");
    symlink("elsewhere", bench.source.join("link")).expect("room");
    bench
}

#[test]
fn every_block_is_a_part_of_something() {
    let bench = bench();
    for revision in UdfRevision::ALL {
        let image = image_of(&bench.source, &all(revision));
        let parts: Vec<_> = image.parts().collect();
        assert!(parts.windows(2).all(|pair| pair[0].blocks.end == pair[1].blocks.start), "{revision}");
        let ends = (parts.first().map(|part| part.blocks.start), parts.last().map(|part| part.blocks.end));
        assert_eq!(ends, (Some(0), Some(image.blocks())), "{revision}");
        let of = |of| parts.iter().filter(|part| part.of == of).map(|part| part.blocks.end - part.blocks.start).sum();
        let sums: [u64; 5] = [
            of(PartOf::Descriptors),
            of(PartOf::Metadata("ISO 9660")),
            of(PartOf::Metadata("Joliet")),
            of(PartOf::Files),
            of(PartOf::Metadata("UDF")),
        ];
        // Three descriptors of each kind; two tables and two folders; three blocks of one file and one of the other.
        assert_eq!(sums[..4], [6, 4, 4, 4], "{revision}");
        assert!(sums[4] > 30, "{revision}: {sums:?}");
    }
}

fn node(image: &ResultImage, path: &str) -> NodeId {
    image.tree().find(path.split('/').map(str::as_bytes)).expect(path)
}

#[test]
fn files_know_their_blocks_and_others_have_none() {
    let bench = bench();
    let image = image_of(&bench.source, &all(UdfRevision::R102));
    for file in image.files() {
        assert_eq!(image.blocks_of(file.node), Some(file.blocks), "{}", file.path);
    }
    let same = image.blocks_of(node(&image, "in/same"));
    assert!(same.is_some() && same == image.blocks_of(node(&image, "in/file")));
    for none in ["in", "in/empty", "link"] {
        assert_eq!(image.blocks_of(node(&image, none)), None, "{none}");
    }
    // What is small lies in its entry where UDF is alone.
    let file_systems = FileSystems { iso9660: false, joliet: false, udf: true };
    bench.put("small", [3; 10]);
    let image = image_of(&bench.source, &ImageOptions { file_systems, ..all(UdfRevision::R102) });
    assert_eq!(image.blocks_of(node(&image, "small")), None);
}

#[test]
fn each_file_system_tells_what_it_made_of_each_name() {
    let bench = bench();
    let told = |options: &ImageOptions| {
        let image = image_of(&bench.source, options);
        let mut told = Vec::new();
        image.names(|file_system, node, name| {
            told.push((file_system, image.tree().path(node), name.map(str::to_string)));
        });
        assert_eq!(told.len(), image.file_systems().count() * 6);
        told
    };
    let mut level_1 = ImageOptions { level: imapi_fsimage::IsoLevel::One, ..all(UdfRevision::R102) };
    let names = told(&level_1);
    let has = |file_system, path: &str, name: Option<&str>| {
        names.contains(&(file_system, path.to_string(), name.map(str::to_string)))
    };
    assert!(has("ISO 9660", "/a rather long name.text", Some("A_RATHER.TEX")), "{names:?}");
    assert!(has("ISO 9660", "/in/empty", Some("EMPTY")), "{names:?}");
    assert!(has("Joliet", "/in/empty", Some("empty")) && has("UDF", "/in", Some("in")), "{names:?}");
    assert!(["ISO 9660", "Joliet", "UDF"].into_iter().all(|each| has(each, "/link", None)), "{names:?}");
    (level_1.rock_ridge, level_1.udf_owners) = (true, true);
    let names = told(&level_1);
    let there: Vec<_> = names.iter().filter(|(_, path, name)| path == "/link" && name.is_some()).map(|n| n.0).collect();
    assert_eq!(there, ["ISO 9660", "UDF"]);
}

#[test]
fn folders_that_rock_ridge_moves_have_one_name() {
    let bench = Bench::new();
    bench.put("1/2/3/4/5/6/7/8/9/10/file.txt", [1; 10]);
    bench.put("1/2/3/4/5/6/7/same.name/9/file.txt", [1; 10]);
    let image = image_of(&bench.source, &ImageOptions { rock_ridge: true, ..options() });
    let mut told = Vec::new();
    image.names(|file_system, node, name| {
        assert!(name.is_some(), "{file_system}: {}", image.tree().path(node));
        told.push((file_system, image.tree().path(node)));
    });
    let all = told.len();
    told.sort();
    told.dedup();
    assert_eq!((told.len(), all), (14 * 2, 14 * 2), "{told:?}");
}

#[test]
fn a_name_that_is_taken_stays_taken_unless_that_is_wanted() {
    let bench = bench();
    let image = image_of(&bench.source, &options());
    fs::write(&bench.iso, "what was there").expect("writable");
    let keep = WriteOptions { replace: false, ..WriteOptions::default() };
    let error = write_image(&image, &bench.iso, keep, &mut Control::silent()).expect_err("it is there");
    assert_eq!(error.code(), common::ERROR_FILE_EXISTS);
    assert_eq!(fs::read(&bench.iso).expect("still there"), b"what was there");
    let left = fs::read_dir(bench.iso.parent().expect("in a folder")).expect("readable").count();
    assert_eq!(left, 3, "two folders and the file");
    write_image(&image, &bench.iso, WriteOptions::default(), &mut Control::silent()).expect("replaced");
    assert_eq!(fs::metadata(&bench.iso).expect("there").len(), image.bytes());
    fs::remove_file(&bench.iso).expect("ours");
    write_image(&image, &bench.iso, keep, &mut Control::silent()).expect("new");
}
