//! Rock Ridge as Linux understands it.

use std::{
    collections::BTreeSet,
    fs,
    num::NonZeroU32,
    os::unix::fs::{FileExt as _, symlink},
    path::Path,
    sync::Arc,
};

use imapi_disc_types::{Block, BlockSource, Control, Request, SECTOR_SIZE, SourceError};
use imapi_fsimage::{
    Attributes, Contents, ImageOptions, IsoLevel, Kind, NodeId, ResultImage, Timestamp, Tree, WriteOptions, write_image,
};

use crate::folder::{Bench, image_of, options, run};

use self::guest::section;

mod guest;

const MOUNT: &str = "modprobe -a loop isofs\nmount -o ro,loop";

fn rock_ridge() -> ImageOptions {
    ImageOptions { rock_ridge: true, ..options() }
}

/// The hashes of all files below a folder, in the order of their names.
const HASHES: &str = "find . -type f -exec sha256sum {} + | sort -k 2";

#[test]
fn sixty_levels_are_where_they_belong_and_nobody_without_rock_ridge_sees_more_than_eight() {
    let bench = Bench::new();
    let mut path = String::new();
    for level in 1..=60 {
        path = format!("{path}level {level}/");
        bench.put(&format!("{path}file {level}"), level.to_string().repeat(level * 40));
    }
    symlink("../../../../file 56", bench.source.join(&path).join("link")).expect("new");
    for branch in 0..20 {
        bench.put(&format!("fork/3/4/5/6/7/{branch}/same/same/name"), branch.to_string());
    }
    bench.put("rr_moved/own", "own");
    let folder = bench.iso.parent().expect("in a folder");
    write_image(
        &image_of(&bench.source, &rock_ridge()),
        &folder.join("deep.iso"),
        WriteOptions { sync: false, ..WriteOptions::default() },
        &mut Control::silent(),
    )
    .expect("written");
    let told = guest::run(
        folder,
        &format!(
            "{MOUNT} deep.iso /mnt
            echo '== hashes'
            (cd /mnt && {HASHES})
            echo '== folders'
            (cd /mnt && find . -type d | sort)
            echo '== through a link'
            wc -c < '/mnt/{path}link'
            echo '== up again'
            (cd '/mnt/{path}' && cd .. && ls -1)
            echo '== links'
            (cd /mnt && stat -c '%h %n' . 'rr_moved' 'fork/3/4/5/6/7' 'fork/3/4/5/6/7/0' 'fork/3/4/5/6/7/0/same')
            umount /mnt
            mount -o ro,loop,norock,nojoliet deep.iso /mnt
            echo '== norock'
            (cd /mnt && find . -type d)
            echo '== norock hashes'
            (cd /mnt && find . -type f -size +0 -exec sha256sum {{}} +)
            echo '== kernel'
            dmesg | grep -i -E 'isofs|rock|reloc' || true
            echo '== end'"
        ),
    );
    let here = |script: &str| run("sh", &["-c", &format!("cd '{}' && {script}", bench.source.display())]);
    assert_eq!(section(&told, "hashes"), here(&format!("export LC_ALL=C; {HASHES}")));
    assert_eq!(section(&told, "folders"), here("find . -type d | LC_ALL=C sort"));
    assert_eq!(section(&told, "through a link"), (56 * 40 * 2).to_string() + "\n");
    assert_eq!(section(&told, "up again"), "file 59\nlevel 60\n");
    let links = "5 .\n2 rr_moved\n22 fork/3/4/5/6/7\n3 fork/3/4/5/6/7/0\n3 fork/3/4/5/6/7/0/same\n";
    assert_eq!(section(&told, "links"), links);
    assert_eq!(section(&told, "kernel"), "");

    let plain = section(&told, "norock");
    assert_eq!(plain.lines().map(|path| path.split('/').count()).max(), Some(8), "{plain}");
    let sums = |told: &str| -> BTreeSet<String> {
        told.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_string).collect()
    };
    assert_eq!(sums(section(&told, "norock hashes")), sums(section(&told, "hashes")));
}

/// Zeros with the number of each block at its beginning.
struct Sparse {
    size: u64,
}

impl BlockSource for Sparse {
    fn block_size(&self) -> NonZeroU32 {
        SECTOR_SIZE
    }

    fn blocks(&self) -> u64 {
        self.size.div_ceil(2048)
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        for (block, out) in (first.0..).zip(request.out.chunks_exact_mut(2048)) {
            out.fill(0);
            out[..8].copy_from_slice(&block.to_le_bytes());
        }
        Ok(request.count)
    }
}

/// Writes an image into a file that has holes where the middle of its biggest file is: only a few blocks around those that
/// are named, counted from the file's first, are there.
fn write_sparsely(image: &ResultImage, path: &Path, wanted: &[u64]) {
    let file = fs::File::create(path).expect("writable");
    file.set_len(image.bytes()).expect("sparse");
    let copy = |from: u64, to: u64| {
        let mut out = vec![0; usize::try_from((to - from) * 2048).expect("small")];
        image.read_all(Block(from), &mut out).expect("readable");
        file.write_all_at(&out, from * 2048).expect("writable");
    };
    let big = image.files().max_by_key(|file| file.size).expect("a file").blocks;
    copy(0, big.start);
    copy(big.end, image.blocks());
    for block in wanted {
        copy(big.start + block, big.start + block + 1);
    }
}

#[test]
fn linux_tells_long_names_links_devices_and_attributes_of_files_of_several_extents() {
    let (mut tree, mut contents) = (Tree::new(Attributes::default()), Contents::new());
    let modified = Timestamp::new(981_173_106, 0);
    let known = |mode| Attributes { modified, mode, owner: 1234, group: 56_789, ..Attributes::default() };
    let size = (4 << 30) + 1;
    let content = contents.add_source(Arc::new(Sparse { size }), size, "sparse").expect("as long");
    tree.add(NodeId::ROOT, b"big", Kind::File { size, content }, known(0o100_640)).expect("new");
    tree.add(NodeId::ROOT, b"big again", Kind::File { size, content }, known(0o100_640)).expect("new");
    let small = Kind::File { size: 5, content: contents.add_bytes(*b"small") };
    tree.add(NodeId::ROOT, b"small", small, known(0o100_400)).expect("new");
    for len in [100, 250, 251, 253, 254, 255] {
        let name = [&b"n".repeat(len - 3)[..], len.to_string().as_bytes()].concat();
        tree.add(NodeId::ROOT, &name, small, known(0o100_400)).expect("new");
    }
    let long = |step: usize, len: usize| {
        let path = format!("{}/", "s".repeat(step)).repeat(len / step + 1);
        path[..len].to_string() + "e"
    };
    let targets =
        [long(254, 1000), long(100, 2000), long(40, 4094), long(255, 4094), long(3, 4000), "../".repeat(300) + "x"];
    for (target, number) in targets.iter().zip(1..) {
        let name = format!("link {number}");
        tree.add_link(NodeId::ROOT, name.as_bytes(), target.as_bytes(), known(0o120_777)).expect("new");
    }
    for (name, mode, device) in [
        ("block device", 0o060_640, rustix::fs::makedev(8, 17)),
        ("character device", 0o020_620, rustix::fs::makedev(300, 70)),
        ("pipe", 0o010_600, 0),
        ("socket", 0o140_755, 0),
    ] {
        tree.add(NodeId::ROOT, name.as_bytes(), Kind::Special { device }, known(mode)).expect("new");
    }
    let options = ImageOptions { level: IsoLevel::Three, ..rock_ridge() };
    let image = ResultImage::new(Arc::new(tree), Arc::new(contents), &options).expect("it can be planned");

    let folder = tempfile::tempdir().expect("a folder");
    let border = 0xFFFF_F800 / 2048;
    let wanted = [0, border - 1, border, size / 2048];
    write_sparsely(&image, &folder.path().join("various.iso"), &wanted);
    let blocks = wanted.map(|block| block.to_string()).join(" ");
    let told = guest::run(
        folder.path(),
        &format!(
            "{MOUNT} various.iso /mnt; cd /mnt
            echo '== attributes'
            stat -c '%A %h %u %g %s %Y %n' big 'big again' small
            echo '== blocks'
            for block in {blocks}; do dd if=big bs=2048 skip=$block count=1 2>/dev/null | od -A n -t d8 -N 8; done
            echo '== names'
            ls -1 | grep n | grep -v ' ' | awk '{{ print length($0), substr($0, length($0) - 2) }}'
            echo '== links'
            for number in 1 2 3 4 5 6; do readlink \"link $number\"; done
            echo '== devices'
            stat -c '%A %t %T %n' 'block device' 'character device' pipe socket
            echo '== end'"
        ),
    );
    let attributes = "-rw-r----- 2 1234 56789 4294967297 981173106 big\n\
                      -rw-r----- 2 1234 56789 4294967297 981173106 big again\n\
                      -r-------- 7 1234 56789 5 981173106 small\n";
    assert_eq!(section(&told, "attributes"), attributes);
    let numbers: Vec<u64> =
        section(&told, "blocks").split_whitespace().map(|number| number.parse().expect("a number")).collect();
    // Of the last block there is one byte.
    assert_eq!(numbers, [0, border - 1, border, wanted[3] & 0xFF]);
    // Linux has 253 bytes for a name; of a longer one it shows what is in the first of two entries.
    assert_eq!(section(&told, "names"), "100 100\n250 250\n251 251\n250 nnn\n250 nnn\n253 253\n");
    assert_eq!(section(&told, "links").lines().collect::<Vec<_>>(), targets);
    let devices = "brw-r----- 8 11 block device\n\
                   crw--w---- 12c 46 character device\n\
                   prw------- 0 0 pipe\n\
                   srwxr-xr-x 0 0 socket\n";
    assert_eq!(section(&told, "devices"), devices);

    let iso = folder.path().join("various.iso");
    let iso = iso.to_str().expect("temporary folders have names of text");
    let words = |said: String| said.split_whitespace().collect::<Vec<_>>().join(" ");
    // It reads no link whose steps take more room than 4 KiB.
    let tolerant =
        ["-abort_on", "FATAL", "-return_with", "FATAL", "32", "-error_behavior", "image_loading", "best_effort"];
    let arguments = [&tolerant[..], &["-indev", iso, "-find", "/big", "-exec", "lsdl", "--"]].concat();
    let said = words(run("xorriso", &arguments));
    assert!(said.contains("-rw-r----- 1 1234 56789 4294967297 Feb 3 2001 '/big'"), "{said}");
    let said = words(run("bsdtar", &["-tvf", iso, "big", "big again"]));
    assert!(said.contains("-rw-r----- 2 1234 56789 4294967297 Feb 3 2001 big "), "{said}");
    assert!(said.contains("-rw-r----- 2 1234 56789 0 Feb 3 2001 big again link to big"), "{said}");
}
