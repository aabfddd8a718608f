//! Who looks at which big image. Images and what was unpacked are removed when they were looked at: a disk has room for one.

use std::{collections::BTreeSet, fs};

use imapi_fsimage::UdfRevision;

use crate::{
    big,
    compare::{Found, judge},
    corpus::{Corpus, Order},
    expected::Expected,
    guest::{self, Look},
    kinds::{self, Image, Kind, View},
    peers::{bsdtar, grub, kernel, libcdio, seven_zip, udfclient, xorriso},
    table::{Feature, Reader},
};

/// A reader that is no kernel, and what it looks at.
type Row = (Reader, Kind, View, fn(&Image, View, &Expected) -> Found);

const UDF: [Kind; 2] = [Kind::Udf(UdfRevision::R102), Kind::Udf(UdfRevision::R260)];

/// Makes the images, has them looked at, and removes them.
fn prove(name: &str, corpus: impl Fn() -> Corpus, kinds: &[Kind], rows: &[Row], seconds: u32) {
    let folder = kinds::lab().join(name);
    let disk = corpus().in_folder(folder.join("corpus"), Order::Forwards);
    let images: Vec<Image> = kinds
        .iter()
        .map(|&kind| Image::made(kind, corpus(), disk.clone(), &format!("{name}-{}", kind.name())))
        .collect();
    let views = |kind: Kind| match kind {
        Kind::Everything => &[View::Joliet, View::Ridge][..],
        _ => kind.views(),
    };
    let looks: Vec<Look> = images
        .iter()
        .flat_map(|image| {
            views(image.kind).iter().map(|&view| {
                let (file_system, options) = kernel::mounted(view);
                Look { name: format!("{} {view:?}", image.name()), image: image.path.clone(), file_system, options }
            })
        })
        .collect();
    let verdicts = guest::look(&looks, &folder.join("guest"), seconds);
    for image in &images {
        for &view in views(image.kind) {
            let expected = Expected::work_out(image, view);
            let verdict = &verdicts[&format!("{} {view:?}", image.name())];
            judge(Reader::Kernel, &expected, &kernel::found(image, view, verdict, None));
            for (reader, _, _, look) in rows.iter().filter(|row| (row.1, row.2) == (image.kind, view)) {
                let begun = std::time::Instant::now();
                judge(*reader, &expected, &look(image, view, &expected));
                println!("{reader:?} of {name} as {view:?}: {} s", begun.elapsed().as_secs());
                let _ = fs::remove_dir_all(kinds::lab().join(format!("{reader:?} {} {view:?}", image.name())));
            }
        }
    }
    for image in &images {
        fs::remove_file(&image.path).expect("it was made");
    }
    fs::remove_dir_all(folder).expect("it was made");
}

/// All who say that they judge a feature were asked.
fn all_are_asked(feature: Feature, rows: &[Row]) {
    let asked: BTreeSet<Reader> = rows.iter().map(|row| row.0).chain([Reader::Kernel]).collect();
    for reader in Reader::ALL {
        assert_eq!(asked.contains(&reader), reader.judges(feature), "{reader:?} and {feature:?}");
    }
}

/// Of a file of 4 GiB and a byte, in two extents of ISO 9660 and five of UDF.
const GIANT: &[Row] = &[
    (Reader::Xorriso, Kind::Everything, View::Ridge, xorriso::look),
    (Reader::Bsdtar, Kind::Everything, View::Ridge, bsdtar::look),
    (Reader::Bsdtar, Kind::Everything, View::Joliet, bsdtar::look),
    (Reader::SevenZip, Kind::Everything, View::Joliet, seven_zip::look),
    (Reader::Grub, Kind::Everything, View::Joliet, grub::look),
];
const GIANT_UDF: &[Row] = &[
    (Reader::SevenZip, UDF[0], View::Udf, seven_zip::look),
    (Reader::SevenZip, UDF[1], View::Udf, seven_zip::look),
    (Reader::Grub, UDF[0], View::Udf, grub::look),
    (Reader::Udfclient, UDF[0], View::Udf, udfclient::look),
    (Reader::Udfclient, UDF[1], View::Udf, udfclient::look),
];

#[test]
fn a_file_of_4_gib_and_a_byte_in_iso_9660() {
    all_are_asked(Feature::Giant, GIANT);
    prove("giant-iso", big::giant, &[Kind::Everything], GIANT, 900);
}

#[test]
fn a_file_of_4_gib_and_a_byte_in_udf() {
    all_are_asked(Feature::UdfGiant, GIANT_UDF);
    prove("giant-udf", big::giant, &UDF, GIANT_UDF, 900);
}

const CROWD: &[Row] = &[
    (Reader::Xorriso, Kind::Everything, View::Ridge, xorriso::look),
    (Reader::Bsdtar, Kind::Everything, View::Ridge, bsdtar::look),
    (Reader::Bsdtar, Kind::Everything, View::Joliet, bsdtar::look),
    (Reader::SevenZip, Kind::Everything, View::Joliet, seven_zip::look),
    (Reader::Libcdio, Kind::Everything, View::Joliet, libcdio::look),
];
const CROWD_UDF: &[Row] = &[
    (Reader::SevenZip, UDF[0], View::Udf, seven_zip::look),
    (Reader::SevenZip, UDF[1], View::Udf, seven_zip::look),
    (Reader::Udfclient, UDF[0], View::Udf, udfclient::look),
    (Reader::Udfclient, UDF[1], View::Udf, udfclient::look),
];

#[test]
fn twenty_thousand_files_in_a_folder_of_iso_9660() {
    all_are_asked(Feature::Crowd, CROWD);
    prove("crowd-iso", big::crowd, &[Kind::Everything], CROWD, 1800);
}

#[test]
fn twenty_thousand_files_in_a_folder_of_each_revision_of_udf() {
    all_are_asked(Feature::UdfCrowd, CROWD_UDF);
    let all: Vec<Kind> = UdfRevision::ALL.into_iter().map(Kind::Udf).collect();
    prove("crowd-udf", big::crowd, &all, CROWD_UDF, 3600);
}

#[test]
fn a_hundred_thousand_files() {
    let rows: &[Row] = &[
        (Reader::Xorriso, Kind::Everything, View::Ridge, xorriso::look),
        (Reader::Bsdtar, Kind::Everything, View::Ridge, bsdtar::look),
        (Reader::SevenZip, Kind::Everything, View::Joliet, seven_zip::look),
        (Reader::SevenZip, UDF[1], View::Udf, seven_zip::look),
    ];
    prove("many", big::many_files, &[Kind::Everything, UDF[1]], rows, 3600);
}
