//! [`Target`]: an image, how it is mutated, and what must be true of whatever comes of it.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use imapi_disc_types::BlockSource;
use imapi_volumes::{FileBytes, Findings, Names, OpenOptions, Volume, Walk};

use super::{
    image::Patched,
    mutate::Dice,
    udf_images::{
        KINDS,
        bytes::{BLOCK, crc, reseal},
        make,
        tree::Audience,
    },
};

/// An image that is mutated.
pub struct Target {
    pub name: &'static str,
    image: Arc<Vec<u8>>,
    /// The blocks that describe something. All others are bytes of files.
    telling: Vec<u64>,
    /// How many blocks are read when nothing is wrong.
    usual: u64,
    /// How many entries there are then.
    entries: usize,
}

/// No image is worth reading so many times what a whole one takes.
const MOST_READ: u64 = 60;

/// All kinds of images.
pub fn targets() -> Vec<Target> {
    KINDS
        .into_iter()
        .map(|(name, shape, revision)| {
            let image = Arc::new(make(shape, revision, Audience::Ours, 40).image);
            let telling = image
                .chunks(BLOCK)
                .zip(0..)
                .filter(|(block, _)| is_tagged(block) || block[1..6].is_ascii() && block[0] == 0 && block[1] > 32)
                .map(|(_, number)| number)
                .collect();
            let mut target = Target { name, image, telling, usual: 0, entries: 0 };
            let patched = Arc::new(Patched::new(&target.image));
            target.entries = read(&patched, false);
            target.usual = patched.read.load(Ordering::Relaxed);
            assert!(target.entries > 60, "{name}: {} entries", target.entries);
            target
        })
        .collect()
}

fn is_tagged(bytes: &[u8]) -> bool {
    let Some(tag) = bytes.get(..16) else { return false };
    let sum = tag.iter().fold(0_u8, |sum, &byte| sum.wrapping_add(byte)).wrapping_sub(tag[4]);
    let covered = usize::from(u16::from_le_bytes([tag[10], tag[11]]));
    let is_right =
        || bytes.get(16..16 + covered).is_some_and(|covered| crc(covered) == u16::from_le_bytes([tag[8], tag[9]]));
    tag[4] != 0 && sum == tag[4] && is_right()
}

impl Target {
    /// Mutates the image for some time; says how often.
    pub fn hunt(&self, time: Duration, seed: u64) -> usize {
        let (mut dice, started, mut rounds) = (Dice::new(seed), Instant::now(), 0);
        while started.elapsed() < time {
            let mut patched = Patched::new(&self.image);
            for _ in 0..=dice.below(3) {
                self.mutate(&mut patched, &mut dice);
            }
            self.check(patched, seed, rounds);
            rounds += 1;
        }
        rounds
    }

    /// Images that end too early, at places of all kinds.
    pub fn cut(&self) {
        let whole = (self.image.len() / BLOCK) as u64;
        for blocks in [0, 1, 15, 16, 18, 32, 40, 255, 256, 257, 288, 300, 400, 512, 700, 1000, whole - 1] {
            let mut patched = Patched::new(&self.image);
            patched.blocks = blocks;
            self.check(patched, 0, usize::try_from(blocks).expect("small"));
        }
    }

    fn check(&self, patched: Patched, seed: u64, round: usize) {
        let patched = Arc::new(patched);
        for is_lenient in [false, true] {
            let before = patched.read.load(Ordering::Relaxed);
            let found = read(&patched, is_lenient);
            let read = patched.read.load(Ordering::Relaxed) - before;
            let about = format!("{}, seed {seed}, round {round}, lenient: {is_lenient}", self.name);
            assert!(found <= 20 * self.entries, "{about}: {found} entries of {}", self.entries);
            assert!(read <= MOST_READ * self.usual + 40_000, "{about}: {read} blocks read, usually {}", self.usual);
        }
    }

    /// Changes something in a block that describes something, and maybe gives its tags right sums again.
    fn mutate(&self, patched: &mut Patched, dice: &mut Dice) {
        let number = self.telling[dice.below(self.telling.len())];
        let other = self.telling[dice.below(self.telling.len())];
        let before = patched.block(number).to_vec();
        let mut block = before.clone();
        match dice.below(12) {
            0 => block.fill(0),
            1 => block = patched.block(other).to_vec(),
            2 => {
                // Where it would belong.
                block = patched.block(other).to_vec();
                block[12..16].copy_from_slice(&before[12..16]);
            }
            _ => {
                for _ in 0..=dice.below(4) {
                    change(&mut block, dice);
                }
            }
        }
        if dice.below(4) > 0 {
            seal_all(&before, &mut block);
        }
        patched.patches.insert(number, block);
    }
}

/// Puts a number into a field that matters more often than others.
fn change(block: &mut [u8], dice: &mut Dice) {
    const NUMBERS: [u32; 20] = [
        0,
        1,
        2,
        3,
        4,
        8,
        16,
        31,
        256,
        288,
        0x400,
        0x800,
        0x801,
        0x1000,
        0x7FFF_FFFF,
        0x8000_0000,
        0xC000_0800,
        u32::MAX,
        0x3FFF_F800,
        0x4000_0800,
    ];
    let used = block.iter().rposition(|&byte| byte != 0).unwrap_or(0) + 8;
    let at = dice.below(used.min(block.len() - 4));
    match dice.below(4) {
        0 => block[at] ^= 1 << dice.below(8),
        1 => block[at] = dice.below(256).to_le_bytes()[0],
        2 => {
            let near = u32::try_from(dice.below(2000)).expect("small");
            block[at / 4 * 4..at / 4 * 4 + 4].copy_from_slice(&near.to_le_bytes());
        }
        _ => block[at / 4 * 4..at / 4 * 4 + 4].copy_from_slice(&NUMBERS[dice.below(NUMBERS.len())].to_le_bytes()),
    }
}

/// Gives everything that had a right tag one again: names inside of a block first, and then the block.
fn seal_all(before: &[u8], block: &mut [u8]) {
    for at in (4..BLOCK - 16).step_by(4).rev() {
        if before[at..at + 2] == [1, 1] && is_tagged(&before[at..]) {
            reseal(&mut block[at..]);
        }
    }
    if is_tagged(before) {
        reseal(block);
    }
}

/// Reads everything, and says how many entries there were.
fn read(patched: &Arc<Patched>, is_lenient: bool) -> usize {
    let findings = Arc::new(Findings::default());
    let options = OpenOptions::default();
    let options = if is_lenient { options.lenient(Arc::clone(&findings)) } else { options };
    let source: Arc<dyn BlockSource> = Arc::<Patched>::clone(patched);
    let Ok(volume) = imapi_volumes::open(&source, Some(Names::Udf), &options) else { return 0 };
    let mut count = 0;
    for step in Walk::new(&*volume, &options) {
        let Ok(step) = step else { continue };
        count += 1;
        look_at(&source, &*volume, &step.entry);
    }
    for finding in findings.take() {
        assert!(!finding.to_string().is_empty());
    }
    count
}

/// What must be true of each entry, and the beginning of its bytes.
fn look_at(source: &Arc<dyn BlockSource>, volume: &dyn Volume, entry: &imapi_volumes::Entry) {
    assert_eq!(entry.runs.bytes(), entry.size);
    let name = &entry.name;
    assert!(!name.is_empty() && **name != *b"." && **name != *b"..", "{}", name.escape_ascii());
    assert!(!name.contains(&b'/') && !name.contains(&0), "{}", name.escape_ascii());
    assert!(entry.runs.as_slice().len() < 10_000, "{} has {} runs", name.escape_ascii(), entry.runs.as_slice().len());
    let mut out = [0; 4096];
    let bytes = FileBytes::new(Arc::clone(source), &entry.runs);
    let _ = bytes.read_at(0, &mut out);
    let _ = bytes.read_at(entry.size.saturating_sub(100), &mut out);
    for stream in volume.streams(entry).unwrap_or_default() {
        assert_eq!(stream.runs.bytes(), stream.size);
    }
}
