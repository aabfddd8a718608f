//! ISO 9660: minutes of mutation, from another seed every day; a file beyond 4 GiB by xorriso.

#[path = "../fuzz_iso/images.rs"]
mod images;
#[path = "../fuzz_iso/mutate.rs"]
mod mutate;
#[path = "../fuzz_iso/target.rs"]
mod target;

use std::{
    fs::File,
    io::{Seek, SeekFrom, Write},
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use imapi_disc_types::{BlockSource, FileSource, SECTOR_SIZE};
use imapi_volumes::{FileBytes, Names, OpenOptions, Walk, open};
use mutate::{Dice, mutate};

#[test]
fn two_minutes_of_mutation_break_nothing() {
    let today = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs() / 86_400;
    let samples = images::samples();
    let mut dice = Dice::new(today);
    let (started, mut rounds) = (Instant::now(), 0_u64);
    while started.elapsed() < Duration::from_secs(120) {
        // Mutations of mutations go further than those of good samples.
        let mut bytes = samples[dice.below(samples.len())].bytes.clone();
        for _ in 0..=dice.below(3) {
            mutate(&mut bytes, &mut dice);
            let before = Instant::now();
            target::everything(&bytes);
            assert!(before.elapsed() < Duration::from_secs(5), "it takes for ever");
            rounds += 1;
        }
    }
    println!("{rounds} images from seed {today}");
}

#[test]
fn a_file_beyond_4_gib_is_one_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let size: u64 = (4 << 30) + 12_345;
    let mut file = File::create(folder.path().join("huge.bin")).expect("a file");
    file.write_all(b"begin").expect("it can be written");
    file.seek(SeekFrom::Start(size - 3)).expect("it can be long");
    file.write_all(b"end").expect("it can be written");
    // The image is mostly holes, too: nobody stores zeros.
    let mut writer = Command::new("xorriso")
        .args(["-as", "mkisofs", "-quiet", "-R", "-iso-level", "3", "huge.bin"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("xorriso is here: cargo xtask test --setup");
    let image = folder.path().join("image.iso");
    let stored = Command::new("dd")
        .args(["bs=1M", "iflag=fullblock", "conv=sparse", "status=none"])
        .arg(format!("of={}", image.display()))
        .stdin(writer.stdout.take().expect("it is piped"))
        .status();
    assert!(stored.expect("coreutils").success() && writer.wait().expect("it runs").success());

    let source: Arc<dyn BlockSource> = Arc::new(FileSource::open_padded(&image, SECTOR_SIZE).expect("an image"));
    let options = OpenOptions::default();
    for names in [Names::RockRidge, Names::Iso9660] {
        let volume = open(&source, Some(names), &options).expect("it can be read");
        let all: Vec<_> = Walk::new(&*volume, &options).map(|step| step.expect("all is well").entry).collect();
        let [entry] = &all[..] else { panic!("{all:?}") };
        assert_eq!(entry.size, size);
        let bytes = FileBytes::new(Arc::clone(&source), &entry.runs);
        let mut out = [0; 5];
        assert_eq!(bytes.read_at(0, &mut out).ok(), Some(5));
        assert_eq!(&out, b"begin");
        assert_eq!(bytes.read_at(size - 5, &mut out).ok(), Some(5));
        assert_eq!(&out, b"\0\0end");
    }
}
