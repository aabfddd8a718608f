//! A disc that says what a test wants, and what an image becomes for it.

use std::{io, sync::Arc};

use imapi_disc_types::{BlockSource, Disc, DiscFacts, MediaState, MediaType, SECTOR_SIZE, Zero};
use imapi_errors::{Coded, CodedError, common, fs as codes, v2};
use imapi_fsimage::{FileSystems, UdfRevision};
use rstest::rstest;

use super::{code, image, silent, told};

/// A disc; none at all when the drive fails.
pub struct FakeDisc(Option<DiscFacts>);

impl FakeDisc {
    pub fn blank(medium: MediaType, capacity: u32) -> Self {
        Self(Some(DiscFacts::blank(medium, capacity)))
    }

    pub fn pressed() -> Self {
        let mut facts = DiscFacts::blank(MediaType::CDROM, 300_000);
        facts.state = MediaState::FINALIZED;
        (facts.free, facts.next_writable) = (0, None);
        Self(Some(facts))
    }

    pub fn broken() -> Self {
        Self(None)
    }
}

impl Disc for FakeDisc {
    fn facts(&self) -> Result<DiscFacts, Box<dyn CodedError>> {
        self.0.clone().ok_or_else(|| Box::new(io::Error::from_raw_os_error(5)) as Box<dyn CodedError>)
    }

    fn source(&self) -> Arc<dyn BlockSource> {
        Arc::new(Zero::new(SECTOR_SIZE, 16))
    }
}

const ISO: FileSystems = FileSystems { iso9660: true, joliet: true, udf: false };
const UDF: FileSystems = FileSystems { udf: true, ..FileSystems::NONE };

#[rstest]
#[case(MediaType::CDR, ISO, UdfRevision::R102, 332_800)]
#[case(MediaType::DVDPLUSRW, FileSystems::ALL, UdfRevision::R102, 2_295_104)]
#[case(MediaType::BDR, UDF, UdfRevision::R250, 12_219_392)]
#[case(MediaType::DISK, FileSystems::ALL, UdfRevision::R102, 0)]
fn an_image_becomes_what_fits_a_kind_of_disc(
    #[case] medium: MediaType,
    #[case] file_systems: FileSystems,
    #[case] revision: UdfRevision,
    #[case] blocks: u64,
) {
    let image = image();
    image.choose_image_defaults_for_media_type(medium).expect("it can be written");
    assert_eq!((image.file_systems_to_create(), image.udf_revision()), (file_systems, revision));
    assert_eq!(image.free_media_blocks(), blocks);
}

#[rstest]
#[case(MediaType::UNKNOWN)]
#[case(MediaType::DVDROM)]
#[case(MediaType::from_number(0x10000))]
fn what_cannot_be_written_has_no_defaults(#[case] medium: MediaType) {
    assert_eq!(code(image().choose_image_defaults_for_media_type(medium)), codes::IMAPI_E_INVALID_PARAM);
}

#[test]
fn a_disc_has_the_room_that_it_says() {
    let image = image();
    image.choose_image_defaults(&FakeDisc::blank(MediaType::CDR, 359_849)).expect("blank");
    assert_eq!((image.free_media_blocks(), image.file_systems_to_create()), (359_849, ISO));

    let mut appendable = DiscFacts::blank(MediaType::DVDPLUSR, 2_295_104);
    appendable.state = MediaState::APPENDABLE;
    appendable.free = 1_000_000;
    image.set_max_media_blocks_from(&FakeDisc(Some(appendable))).expect("room");
    assert_eq!((image.free_media_blocks(), image.file_systems_to_create()), (1_000_000, ISO), "nothing else changes");

    let mut overwritable = DiscFacts::blank(MediaType::BDRE, 12_219_392);
    overwritable.state = MediaState::OVERWRITE_ONLY;
    overwritable.free = 0;
    image.choose_image_defaults(&FakeDisc(Some(overwritable))).expect("what is there may be overwritten");
    assert_eq!((image.free_media_blocks(), image.file_systems_to_create()), (12_219_392, UDF));
}

#[test]
fn a_disc_without_room_never_means_no_limit() {
    let mut full = DiscFacts::blank(MediaType::CDR, 359_849);
    full.state = MediaState::FINALIZED;
    full.free = 0;
    let image = image();
    let disc = FakeDisc(Some(full));
    assert_eq!(code(image.choose_image_defaults(&disc)), v2::E_IMAPI_RECORDER_MEDIA_INCOMPATIBLE);
    assert_eq!(code(image.set_max_media_blocks_from(&disc)), codes::IMAPI_E_IMAGE_TOO_BIG);
    assert_eq!(image.free_media_blocks(), 332_800);
}

#[test]
fn an_image_that_is_too_large_for_a_disc_stays_what_it_was() {
    let image = image();
    image.choose_image_defaults_for_media_type(MediaType::BDR).expect("it can be written");
    image.root().add_file("a", vec![0; 4 << 20], &mut silent()).expect("room");
    let small = FakeDisc::blank(MediaType::CDR, 1000);
    assert_eq!(code(image.choose_image_defaults(&small)), codes::IMAPI_E_IMAGE_TOO_BIG);
    assert_eq!(code(image.set_max_media_blocks_from(&small)), codes::IMAPI_E_IMAGE_TOO_BIG);
    assert_eq!((image.free_media_blocks(), image.file_systems_to_create()), (12_219_392, UDF));
    let folder = (0..9).fold(image.root(), |folder, _| folder.add_directory("deep").expect("UDF has no limit"));
    let outcome = image.choose_image_defaults_for_media_type(MediaType::CDR);
    assert_eq!(code(outcome), codes::IMAPI_E_ISO9660_LEVELS, "{}", folder.full_path());
    assert_eq!(image.udf_revision(), UdfRevision::R250);
}

#[test]
fn a_drive_that_fails_tells_its_own_code_where_imapi_has_none() {
    let error = image().choose_image_defaults(&FakeDisc::broken()).expect_err("broken");
    assert_eq!(error.code(), common::ERROR_IO_DEVICE);
    let error = image().set_max_media_blocks_from(&FakeDisc::broken()).expect_err("broken");
    assert!(told(&error).contains("nput/output error"), "{}", told(&error));
}
