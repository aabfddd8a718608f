//! [`Image`]: an image in which a fault is planted.

use std::{collections::BTreeSet, fs, path::Path, process::Command, sync::Arc};

use imapi_disc_types::{BlockSource, BytesSource, SECTOR_SIZE};
use imapi_volumes::{Checked, OpenOptions, Severity, check};

use crate::udf_images::{bytes::reseal, make, maker::Shape, tree::Audience};

pub const BLOCK: usize = 2048;
/// Where the second session of an image begins.
pub const SECOND: u32 = 512;

/// An image in which a fault is planted.
#[derive(Clone)]
pub struct Image(pub Vec<u8>);

/// What a program says, on both of its outputs; whether it ends well is of no concern.
pub fn says(program: &str, arguments: &[&str], folder: &Path) -> String {
    let output = Command::new("timeout")
        .args(["60", program])
        .args(arguments)
        .current_dir(folder)
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC")
        .env("PATH", format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default()))
        .output()
        .expect("coreutils' timeout is here");
    let words = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_ne!(output.status.code(), Some(127), "{program} is missing: cargo xtask test --setup installs it\n{words}");
    words
}

fn made(program: &str, arguments: &str) -> Image {
    let folder = tempfile::tempdir().expect("a folder");
    let files = folder.path().join("files");
    fs::create_dir_all(files.join("SUB/DEEP")).expect("folders");
    for (name, letter, len) in [("AA.TXT", b'a', 5000), ("AB.TXT", b'b', 5000), ("AC.TXT", b'c', 4096)] {
        fs::write(files.join(name), vec![letter; len]).expect("a file");
    }
    fs::write(files.join("SUB/INNER.TXT"), "inner").expect("a file");
    fs::write(files.join("SUB/DEEP/LAST.TXT"), "last").expect("a file");
    let loader: Vec<u8> = (0..6000_u32).map(|index| (index % 251).to_le_bytes()[0]).collect();
    fs::write(files.join("LOADER.BIN"), loader).expect("a file");
    // Code for an MBR: what it does is of no concern.
    fs::write(folder.path().join("loader"), [0x90; 432]).expect("a file");
    fs::write(folder.path().join("efi.img"), vec![0xEF; 1 << 20]).expect("a file");
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let words = says(program, &arguments, folder.path());
    let bytes = fs::read(folder.path().join("image.iso"));
    Image(bytes.unwrap_or_else(|error| panic!("{program}: {error}\n{words}")))
}

impl Image {
    /// ISO 9660 with Joliet and Rock Ridge, which starts machines.
    pub fn iso() -> Self {
        made(
            "xorriso",
            "-as mkisofs -quiet -R -J -b LOADER.BIN -no-emul-boot -boot-load-size 4 -boot-info-table -c CATALOG \
             -o image.iso files",
        )
    }

    /// The same by bsdtar, which numbers files.
    pub fn numbered() -> Self {
        made("bsdtar", "-c --format=iso9660 -f image.iso -C files .")
    }

    /// With the tables of a disk.
    pub fn disk() -> Self {
        made(
            "xorriso",
            "-as mkisofs -quiet -R -append_partition 2 0xef efi.img -appended_part_as_gpt -o image.iso files",
        )
    }

    /// With a GPT whose partition is the whole image.
    pub fn whole_disk() -> Self {
        made(
            "xorriso",
            "-as mkisofs -quiet -R -isohybrid-mbr loader -b LOADER.BIN -no-emul-boot -boot-load-size 4 \
             -boot-info-table -isohybrid-gpt-basdat -o image.iso files",
        )
    }

    /// A session that follows one of [`SECOND`] blocks, without that.
    pub fn second_session() -> Self {
        let mut first = made("genisoimage", "-quiet -R -J -o image.iso files");
        first.0.resize(SECOND as usize * BLOCK, 0);
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("first.iso"), &first.0).expect("an image");
        fs::create_dir(folder.path().join("more")).expect("a folder");
        fs::write(folder.path().join("more/NEW.TXT"), "new").expect("a file");
        let start = format!("0,{SECOND}");
        let arguments = ["-quiet", "-R", "-J", "-C", &start, "-M", "first.iso", "-o", "image.iso", "more"];
        let words = says("genisoimage", &arguments, folder.path());
        Self(fs::read(folder.path().join("image.iso")).unwrap_or_else(|error| panic!("{error}\n{words}")))
    }

    /// ISO 9660, Joliet and UDF of the same files.
    pub fn bridge() -> Self {
        made("genisoimage", "-quiet -R -J -udf -o image.iso files")
    }

    /// An empty volume of UDF, with a bitmap.
    pub fn mkudffs(options: &str) -> Self {
        let arguments = format!("--utf8 --new-file --blocksize=2048 {options} image.iso 3000");
        made("mkudffs", &arguments)
    }

    /// UDF by the second generator.
    pub fn generated(shape: Shape, revision: u16) -> Self {
        Self(make(shape, revision, Audience::Ours, 30).image)
    }

    pub fn source(&self) -> Arc<dyn BlockSource> {
        Arc::new(BytesSource::padded(self.0.clone(), SECTOR_SIZE))
    }

    pub fn checked(&self) -> Checked {
        check(&self.source(), &OpenOptions::default()).expect("there are file systems")
    }

    /// The rules that it breaks.
    pub fn broken(&self) -> BTreeSet<&'static str> {
        self.checked().findings.iter().map(|finding| finding.rule.id).collect()
    }

    pub fn errors(&self) -> Vec<String> {
        let findings = self.checked().findings;
        let errors = findings.iter().filter(|finding| finding.rule.severity == Severity::Error);
        errors.map(ToString::to_string).collect()
    }

    pub fn block(&mut self, block: usize) -> &mut [u8] {
        &mut self.0[block * BLOCK..(block + 1) * BLOCK]
    }

    /// Changes a block, whose descriptor gets right sums again.
    pub fn change(&mut self, block: usize, change: impl FnOnce(&mut [u8])) {
        let bytes = self.block(block);
        change(bytes);
        reseal(bytes);
    }

    /// The blocks with a descriptor of UDF of that kind.
    pub fn tagged(&self, id: u16) -> Vec<usize> {
        let is_tagged = |block: &[u8]| {
            let sum = block[..16].iter().fold(0_u8, |sum, &byte| sum.wrapping_add(byte)).wrapping_sub(block[4]);
            block[..2] == id.to_le_bytes() && block[4] == sum && block[4] != 0
        };
        self.0.chunks_exact(BLOCK).zip(0..).filter(|(block, _)| is_tagged(block)).map(|(_, number)| number).collect()
    }

    /// The blocks that look like a descriptor of UDF of that kind, whatever its sums are.
    pub fn resealable(&self, id: u16) -> Vec<usize> {
        let looks = |block: &[u8]| block[..2] == id.to_le_bytes() && matches!(block[2..4], [2 | 3, 0]);
        self.0.chunks_exact(BLOCK).zip(0..).filter(|(block, _)| looks(block)).map(|(_, number)| number).collect()
    }

    /// The byte of a folder of ISO 9660 or Joliet at which the record with that identifier begins.
    pub fn record(&self, identifier: &[u8]) -> usize {
        let mut wanted = vec![u8::try_from(identifier.len()).expect("short")];
        wanted.extend_from_slice(identifier);
        let found = self.0.windows(wanted.len()).position(|window| window == wanted).expect("it is in a folder");
        found - 32
    }

    /// The record of a name of Joliet.
    pub fn wide_record(&self, name: &str) -> usize {
        let identifier: Vec<u8> = name.encode_utf16().flat_map(u16::to_be_bytes).collect();
        self.record(&identifier)
    }

    /// Writes a number in both byte orders.
    pub fn both(&mut self, at: usize, value: u32) {
        self.0[at..at + 4].copy_from_slice(&value.to_le_bytes());
        self.0[at + 4..at + 8].copy_from_slice(&value.to_be_bytes());
    }

    pub fn u32(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.0[at..at + 4].try_into().expect("four bytes"))
    }

    /// Whether two blocks have the same bytes.
    pub fn same(&self, one: usize, other: usize) -> bool {
        self.0[one * BLOCK..(one + 1) * BLOCK] == self.0[other * BLOCK..(other + 1) * BLOCK]
    }

    /// Put into a file, for programs.
    pub fn asked(&self, program: &str, arguments: &[&str]) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("image.iso"), &self.0).expect("an image");
        says(program, arguments, folder.path())
    }
}

/// A fault, and the rule that finds it.
pub struct Fault {
    pub rule: &'static str,
    pub plant: fn(&mut Image),
}

/// Each fault is planted in a copy of an image, which does not have it before.
pub fn each_is_found(good: &Image, faults: &[Fault]) {
    let before = good.broken();
    let mut missed = Vec::new();
    for Fault { rule, plant } in faults {
        let mut image = good.clone();
        plant(&mut image);
        assert!(image.0 != good.0, "{rule}: nothing was planted");
        let broken = image.broken();
        if before.contains(rule) || !broken.contains(rule) {
            missed.push(format!("{rule}: {broken:?}, before: {before:?}"));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}
