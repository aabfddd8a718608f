//! Good images have no errors.

use crate::{
    base::Image,
    udf_images::{KINDS, make, tree::Audience},
};

#[test]
fn what_faults_are_planted_in_is_good() {
    for image in [Image::iso(), Image::numbered(), Image::disk()] {
        assert_eq!(image.errors(), Vec::<String>::new());
    }
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
