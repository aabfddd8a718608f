//! Good images have no errors.

use imapi_volumes::{OpenOptions, check};

use crate::{
    base::{Image, SECOND},
    udf_images::{KINDS, make, tree::Audience},
};

#[test]
fn what_faults_are_planted_in_is_good() {
    for image in [Image::iso(), Image::numbered(), Image::disk()] {
        assert_eq!(image.errors(), Vec::<String>::new());
    }
}

#[test]
fn a_partition_that_is_the_whole_image_is_no_error() {
    // That is how images start from disks that isohybrid and xorriso make.
    let image = Image::whole_disk();
    assert_eq!(image.errors(), Vec::<String>::new());
    assert!(image.broken().contains("gpt.partition.usable"), "{:?}", image.broken());
}

#[test]
fn a_later_session_alone_refers_to_what_it_does_not_have() {
    let image = Image::second_session();
    let checked = check(&image.source(), &OpenOptions::default().displaced(SECOND)).expect("there are file systems");
    let told: Vec<String> = checked.findings.iter().map(ToString::to_string).collect();
    assert_eq!(checked.errors, 0, "{told:#?}");
    assert!(told.iter().any(|told| told.contains("iso9660.file.outside")), "{told:#?}");
    // Taken for a whole disc, nothing is where it should be.
    assert!(check(&image.source(), &OpenOptions::default()).is_ok_and(|checked| checked.errors > 0));
}

#[test]
fn volumes_by_mkudffs_have_neither_errors_nor_warnings() {
    let kinds = [
        "--media-type=hd --udfrev=1.02",
        "--media-type=hd --udfrev=2.01",
        "--media-type=dvdram --udfrev=1.50",
        "--media-type=dvd --udfrev=2.01",
        "--media-type=dvdrw --udfrev=2.00",
        "--media-type=cdrw --udfrev=1.50",
        "--media-type=cdr --udfrev=1.50",
        "--media-type=hd --udfrev=2.01 --space=unalloctable",
    ];
    for kind in kinds {
        let checked = Image::mkudffs(kind).checked();
        let told: Vec<String> = checked.findings.iter().map(ToString::to_string).collect();
        println!("{kind}: {told:#?}");
        assert_eq!(checked.errors, 0, "{kind}: {told:#?}");
    }
}

#[test]
fn volumes_by_the_second_generator_have_no_errors() {
    for (name, shape, revision) in KINDS {
        let image = Image(make(shape, revision, Audience::Linux, 30).image);
        let checked = image.checked();
        let told: Vec<String> = checked.findings.iter().map(ToString::to_string).collect();
        println!("{name}: {told:#?}");
        assert_eq!(checked.errors, 0, "{name}: {told:#?}");
    }
}
