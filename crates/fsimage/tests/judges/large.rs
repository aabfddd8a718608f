//! Files of more than 4 GiB, which nobody stores.

use std::{num::NonZeroU32, process::Command, sync::Arc};

use imapi_disc_types::{Block, BlockSource, Request, SECTOR_SIZE, SourceError};
use imapi_fsimage::{Attributes, Contents, ImageOptions, IsoLevel, Kind, NodeId, ResultImage, Tree};
use imapi_volume_structs::iso9660::{DirectoryRecords, FileFlags};
use imapi_volumes::{FileBytes, Names, OpenOptions, Walk, open};

use crate::{
    decoded,
    folder::{Bench, options, text},
};

/// Zeros with the number of each block at its beginning.
pub struct Sparse {
    pub size: u64,
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

/// An image of a file of 9 GiB and a byte, and one after it.
fn image() -> ResultImage {
    let (mut tree, mut contents) = (Tree::new(Attributes::default()), Contents::new());
    let size = (9 << 30) + 1;
    let content = contents.add_source(Arc::new(Sparse { size }), size, "sparse").expect("as long");
    tree.add(NodeId::ROOT, b"big", Kind::File { size, content }, Attributes::default()).expect("new");
    let content = contents.add_bytes(*b"after");
    tree.add(NodeId::ROOT, b"small", Kind::File { size: 5, content }, Attributes::default()).expect("new");
    let options = ImageOptions { level: IsoLevel::Three, rock_ridge: true, ..options() };
    ResultImage::new(Arc::new(tree), Arc::new(contents), &options).expect("level 3 takes it")
}

#[test]
fn a_file_of_9_gib_is_read_as_one() {
    let source: Arc<dyn BlockSource> = Arc::new(image());
    let options = OpenOptions::default();
    for names in [Names::Iso9660, Names::RockRidge] {
        let volume = open(&source, Some(names), &options).expect("it is intact");
        let files: Vec<_> = Walk::new(&*volume, &options).map(|step| step.expect("it is intact").entry).collect();
        assert_eq!(files.iter().map(|file| file.size).collect::<Vec<_>>(), [(9 << 30) + 1, 5], "{names}");
        let bytes = FileBytes::new(Arc::clone(&source), &files[0].runs);
        let mut number = [0; 8];
        for block in [0_u64, 1, 2_097_151, 2_097_152, 4_718_591] {
            assert_eq!(bytes.read_at(block * 2048, &mut number).expect("it can be read"), 8);
            assert_eq!(u64::from_le_bytes(number), block, "{names}");
        }
    }
}

#[test]
fn a_file_of_9_gib_has_three_extents_one_after_the_other() {
    let image = image();
    for volume in decoded::volumes(&image) {
        let directory = decoded::blocks(&image, volume.root.extent, volume.root.data_len.into());
        let records: Vec<_> = DirectoryRecords::new(&directory).map(|record| record.expect("a record").1).collect();
        let found: Vec<_> = records[2..5]
            .iter()
            .map(|record| (record.extent, record.data_len, record.flags.contains(FileFlags::MULTI_EXTENT)))
            .collect();
        let (first, whole) = (found[0].0, 0xFFFF_F800);
        let blocks = whole / 2048;
        let rest = (9_u64 << 30) + 1 - 2 * u64::from(whole);
        let rest = u32::try_from(rest).expect("less than an extent");
        let expected = [(first, whole, true), (first + blocks, whole, true), (first + 2 * blocks, rest, false)];
        assert_eq!(found, expected);
        for (extent, _, _) in found {
            let block = decoded::blocks(&image, extent, 8);
            assert_eq!(block, u64::from(extent - first).to_le_bytes());
        }
        assert_eq!(decoded::blocks(&image, records[5].extent, 5), b"after");
    }
}

/// Only metadata is written, into a file that has the size of the image and holes for the rest.
#[test]
fn xorriso_and_bsdtar_see_one_file_of_9_gib() {
    use std::os::unix::fs::FileExt as _;
    let (bench, image) = (Bench::new(), image());
    let file = std::fs::File::create(&bench.iso).expect("writable");
    file.set_len(image.bytes()).expect("sparse");
    let metadata = image.files().next().expect("the big one").blocks.start;
    let mut out = vec![0; usize::try_from(metadata * 2048).expect("small")];
    image.read_all(Block(0), &mut out).expect("readable");
    file.write_all_at(&out, 0).expect("writable");
    let arguments = ["-indev", text(&bench.iso), "-find", "/big", "-exec", "lsdl", "--"];
    let output = Command::new("xorriso").args(arguments).output().expect("xorriso");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains(" 9663676417 "), "{said}");
    let output = Command::new("bsdtar").args(["-tvf", text(&bench.iso)]).output().expect("bsdtar");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains(" 9663676417 "), "{said}");
}
