//! What is heard while something is added, when, and what the one who hears it may do.

use std::{fs, ops::ControlFlow, path::Path, sync::Arc};

use imapi_disc_types::{BytesSource, CancelToken, Control, SECTOR_SIZE};
use imapi_errors::{fs as codes, v2};
use imapi_fsimage::{Data, FileSystemImage, ImageError, Update};
use rstest::rstest;

use super::{code, image, silent};

/// Does something, and returns what was heard of it: file, sectors copied, sectors in all.
fn heard(work: impl FnOnce(&mut Control<'_, Update>)) -> Vec<(String, u64, Option<u64>)> {
    let mut heard = Vec::new();
    let mut listener = |update: &Update| {
        heard.push((update.current_file.clone(), update.copied_sectors, update.total_sectors));
        ControlFlow::Continue(())
    };
    work(&mut Control::new(CancelToken::new(), &mut listener));
    heard
}

#[rstest]
#[case::a_part(700_000, &[0, 342])]
#[case::more_than_one(2_500_000, &[0, 512, 1024, 1221])]
#[case::whole(2 << 20, &[0, 512, 1024])]
#[case::empty(0, &[0])]
fn what_is_copied_is_told_before_and_each_mebibyte(#[case] bytes: usize, #[case] expected: &[u64]) {
    let image = image();
    let data = vec![7; bytes];
    let told = heard(|control| {
        let reader = Data::reader_of(std::io::Cursor::new(data), bytes as u64);
        image.root().add_file("a", reader, control).expect("new");
    });
    let total = Some((bytes as u64).div_ceil(2048));
    assert_eq!(told, expected.iter().map(|&copied| ("/a".to_string(), copied, total)).collect::<Vec<_>>());
}

#[test]
fn what_is_not_copied_is_told_once() {
    let image = image();
    let source = Arc::new(BytesSource::padded(vec![1; 9000], SECTOR_SIZE));
    let told = heard(|control| {
        image.root().add_file("a", vec![0; 5000], control).expect("new");
        image.root().add_file("b", Data::blocks(source, 9000, "blocks"), control).expect("new");
        let item = image.create_file_item("c").expect("a name");
        image.root().add(&item, control).expect("new");
        let _ = item.add_stream("s", b"x", control).expect("new");
    });
    let expected = [("/a", 3), ("/b", 5), ("/c", 0), ("/c:s", 1)];
    assert_eq!(told, expected.map(|(file, total)| (file.to_string(), 0, Some(total))));
}

#[test]
fn a_folder_on_disk_tells_its_folders_and_what_is_staged() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("docs")).expect("room");
    fs::write(folder.path().join("docs/a"), vec![1; 3000]).expect("room");
    let image = image();
    let folders = ["", "docs"].map(|name| folder.path().join(name).display().to_string());
    let told = heard(|control| {
        image.root().add_tree(folder.path(), false, control).expect("readable");
    });
    let told: Vec<String> = told.into_iter().map(|(file, ..)| file.trim_end_matches('/').to_string()).collect();
    let expected: Vec<String> = folders.iter().map(|path| path.trim_end_matches('/').to_string()).collect();
    assert_eq!(told, expected);
    image.set_stage_files(true).expect("possible");
    let told = heard(|control| {
        image.root().add_tree(folder.path(), false, control).expect("readable");
    });
    assert_eq!(told[2..], [("/docs/a".to_string(), 0, Some(2)), ("/docs/a".to_string(), 2, Some(2))]);
}

/// IMAPI gives the image to whoever hears of it.
#[rstest]
#[case::copying(false)]
#[case::scanning(true)]
fn who_hears_of_a_change_may_look_but_not_change(#[case] scan: bool) {
    let image = image();
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("docs")).expect("room");
    let kept = image.root().add_directory("kept").expect("new");
    let mut seen = Vec::new();
    let mut listener = |_: &Update| {
        seen.push((image.directory_count(), image.root().count(), image.used_blocks() > 0, kept.full_path()));
        assert_eq!(image.exists("/kept").expect("a path"), imapi_fsimage::ItemType::Directory);
        assert_eq!(image.root().items().next().expect("there").name(), "kept");
        for outcome in [
            image.root().add_directory("late").map(|_| ()),
            kept.set_hidden(true),
            image.set_volume_name("LATE"),
            image.lock_in_change_point(),
            image.create_result_image().map(|_| ()),
            image.root().add_file("late", Data::reader(&b"x"[..]), &mut silent()).map(|_| ()),
        ] {
            assert_eq!(code(outcome), codes::IMAPI_E_READONLY);
        }
        ControlFlow::Continue(())
    };
    let mut control = Control::new(CancelToken::new(), &mut listener);
    if scan {
        image.root().add_tree(folder.path(), false, &mut control).expect("readable");
    } else {
        image.root().add_file("a", Data::reader(&b"x"[..]), &mut control).expect("new");
    }
    let folders: Vec<u64> = seen.iter().map(|(folders, ..)| *folders).collect();
    assert_eq!(folders, if scan { [2, 2] } else { [1, 1] }, "what has come so far is seen");
    image.set_volume_name("AFTER").expect("nothing is under way");
}

/// Something long.
type Work = fn(&FileSystemImage, &Path, &mut Control<'_, Update>) -> Result<(), ImageError>;

#[rstest]
#[case::copying(1)]
#[case::later(2)]
fn who_stops_it_finds_all_as_it_was(#[case] after: usize) {
    let image = image();
    image.root().add_file("kept", b"kept", &mut silent()).expect("new");
    let (before, used) = (image.change_point(), image.used_blocks());
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("docs")).expect("room");
    let works: [Work; 2] = [
        |image, path, control| image.root().add_tree(path, false, control).map(|_| ()),
        |image, _, control| image.root().add_file("a", Data::reader(&[1; 5000][..]), control).map(|_| ()),
    ];
    for work in works {
        let mut count = 0;
        let mut listener = |_: &Update| {
            count += 1;
            if count == after { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let mut control = Control::new(CancelToken::new(), &mut listener);
        assert_eq!(code(work(&image, folder.path(), &mut control)), v2::E_IMAPI_REQUEST_CANCELLED);
        assert_eq!((image.change_point(), image.used_blocks(), image.root().count()), (before, used, 1));
    }
}

/// A panic of a listener is its own; the image goes on.
#[test]
fn a_listener_that_panics_leaves_the_image_as_it_was() {
    let image = image();
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("docs")).expect("room");
    for scan in [true, false] {
        let attempt = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let mut listener = |update: &Update| -> ControlFlow<()> {
                let is_first = update.copied_sectors == 0 && !update.current_file.ends_with("docs");
                assert!(is_first, "the listener's own trouble");
                ControlFlow::Continue(())
            };
            let mut control = Control::new(CancelToken::new(), &mut listener);
            if scan {
                let _ = image.root().add_tree(folder.path(), false, &mut control);
            } else {
                let _ = image.root().add_file("a", Data::reader(&[1; 5000][..]), &mut control);
            }
        }));
        assert!(attempt.is_err());
        assert_eq!((image.root().count(), image.change_point().0), (0, 0));
    }
    image.root().add_directory("after").expect("nothing is under way");
    image.create_result_image().expect("an image");
}
