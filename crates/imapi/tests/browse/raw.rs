//! Images of raw sectors of a CD: what is in them is what is in the image of their user data.

use std::{fs, path::Path, process::Command};

use imapi::browse::{Medium, MediumKind};
use imapi_cd_sector::{Content, SECTOR_LEN, Subheader, Submode};
use imapi_disc_types::{Block, BlockSource as _, Lba, conformance};
use imapi_errors::{Coded as _, v2};
use imapi_volumes::{OpenOptions, Walk, open};
use rstest::rstest;

/// An image with a folder and two files, by genisoimage; a later session is one that begins there.
fn image(folder: &Path, session: Option<(u32, &Path)>) -> Vec<u8> {
    let (tree, image) = (folder.join("tree"), folder.join("x.iso"));
    fs::create_dir_all(tree.join("sub")).expect("room");
    fs::write(tree.join("one"), "1").expect("room");
    fs::write(tree.join("sub/two"), vec![2; 10_000]).expect("room");
    let mut command = Command::new("genisoimage");
    command.args(["-quiet", "-R", "-o"]).arg(&image);
    if let Some((start, before)) = session {
        command.arg("-C").arg(format!("0,{start}")).arg("-M").arg(before);
    }
    let output = command.arg(&tree).output().expect("cargo xtask test --setup installs genisoimage");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::read(image).expect("it was made")
}

/// The sectors of user data, from an address on.
fn raw(image: &[u8], first: i32, form: bool, with_channels: bool) -> Vec<u8> {
    let mut out = Vec::new();
    for (data, address) in image.chunks_exact(2048).zip(first..) {
        let data = data.first_chunk().expect("whole blocks");
        let mut sector = [0; SECTOR_LEN];
        let subheader = Subheader { file: 0, channel: 0, submode: Submode(8), coding: 0 };
        let content = if form { Content::Mode2Form1(subheader, data) } else { Content::Mode1(data) };
        content.encode(Lba(address), &mut sector).expect("an address of a CD");
        out.extend_from_slice(&sector);
        out.resize(out.len() + if with_channels { 96 } else { 0 }, 0xA5);
    }
    out
}

fn paths(medium: &Medium) -> Vec<String> {
    let options = medium.options(None).expect("it has a session");
    let volume = open(medium.source(), None, &options).expect("it has a volume");
    let steps = Walk::new(&*volume, &options).map(|step| step.expect("intact"));
    steps.map(|step| String::from_utf8(step.path).expect("text")).collect()
}

#[rstest]
fn user_data_is_what_it_was(#[values(false, true)] form: bool, #[values(false, true)] with_channels: bool) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let image = image(folder.path(), None);
    let path = folder.path().join("x.bin");
    fs::write(&path, raw(&image, 0, form, with_channels)).expect("room");
    let medium = Medium::of_path(&path).expect("an image");
    assert_eq!(medium.kind(), MediumKind::RawImage);
    conformance::check(&**medium.source()).expect("it keeps the contract");
    let mut user_data = vec![0; image.len()];
    medium.source().read_all(Block(0), &mut user_data).expect("intact");
    assert!(user_data == image);
    assert_eq!(paths(&medium), ["one", "sub", "sub/two"]);
    // As a program has it that was given the file on its standard input.
    let medium = Medium::of_file(fs::File::open(&path).expect("there"), Path::new("-")).expect("an image");
    assert_eq!((medium.kind(), paths(&medium).len()), (MediumKind::RawImage, 3));
}

#[test]
fn a_later_session_alone_knows_where_it_was() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let first = image(folder.path(), None);
    let before = folder.path().join("first.iso");
    fs::write(&before, &first).expect("room");
    let later = image(folder.path(), Some((20_000, &before)));
    let [cooked, sectors] = ["later.iso", "later.bin"].map(|name| folder.path().join(name));
    fs::write(&cooked, &later).expect("room");
    fs::write(&sectors, raw(&later, 20_000, false, false)).expect("room");
    for path in [cooked, sectors] {
        let medium = Medium::of_path(&path).expect("an image");
        let options = medium.options(None).expect("it has a session");
        assert_eq!((options.displaced, options.session), (20_000, Block(0)), "{}", path.display());
        assert_eq!(paths(&medium), ["one", "sub", "sub/two"]);
    }
}

#[test]
fn a_sector_of_another_kind_is_told() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let image = image(folder.path(), None);
    let mut sectors = raw(&image, 0, false, false);
    let wrong = 20 * SECTOR_LEN;
    sectors[wrong..wrong + SECTOR_LEN].fill(7);
    let path = folder.path().join("x.bin");
    fs::write(&path, sectors).expect("room");
    let medium = Medium::of_path(&path).expect("an image");
    let mut out = vec![0; 4 * 2048];
    assert_eq!(medium.source().read(Block(18), &mut out).expect("two of them").get(), 2);
    let error = medium.source().read(Block(20), &mut out).expect_err("sound");
    assert_eq!((error.at, error.code()), (Block(20), v2::E_IMAPI_RAW_IMAGE_SECTOR_TYPE_NOT_SUPPORTED));
    assert_eq!(OpenOptions::default().displaced, 0);
}
