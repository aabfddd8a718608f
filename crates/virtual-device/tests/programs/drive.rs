//! A drive that is just enough for the programs: a disc of blocks in memory, and a record of the commands.

use std::{
    path::PathBuf,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use imapi_disc_types::{ClientName, Clock, SystemClock};
use imapi_mmc_transport::{
    Cdb, Completion, Data, Device, Limits, LockRefused, SenseBytes, Status, Transport, TransportError,
};

const BLOCK: usize = 2048;

/// The drive.
pub struct TestDrive {
    clock: SystemClock,
    disc: Mutex<Vec<u8>>,
    commands: Mutex<Vec<u8>>,
    pause: Duration,
    /// Whether a disc is in there.
    pub has_disc: AtomicBool,
    /// Whether it can be written block by block.
    pub is_random: AtomicBool,
    /// Answers to commands that begin with these bytes.
    script: Vec<(Vec<u8>, Vec<u8>)>,
}

impl TestDrive {
    pub fn new(blocks: usize) -> Self {
        Self::with_pause(blocks, Duration::ZERO)
    }

    /// A drive whose WRITEs take that long.
    pub fn with_pause(blocks: usize, pause: Duration) -> Self {
        let disc = (0..blocks * BLOCK).map(|place| (place / BLOCK * 7 + place % 251).to_le_bytes()[0]).collect();
        Self {
            clock: SystemClock::new(),
            disc: Mutex::new(disc),
            commands: Mutex::default(),
            pause,
            has_disc: AtomicBool::new(true),
            is_random: AtomicBool::new(false),
            script: Vec::new(),
        }
    }

    /// A drive that answers commands which begin with those bytes with these; what comes first counts.
    pub fn with_script(script: &[(&[u8], &[u8])]) -> Self {
        let script = script.iter().map(|(command, answer)| (command.to_vec(), answer.to_vec())).collect();
        Self { script, ..Self::new(256) }
    }

    /// How often a command came.
    pub fn count(&self, opcode: u8) -> usize {
        self.commands.lock().expect("it works").iter().map(|&came| usize::from(came == opcode)).sum()
    }

    pub fn disc(&self) -> Vec<u8> {
        self.disc.lock().expect("it works").clone()
    }

    fn refuse(key: u8, asc: u8, ascq: u8) -> Completion {
        let sense = [0x70, 0, key, 0, 0, 0, 0, 10, 0, 0, 0, 0, asc, ascq, 0, 0, 0, 0];
        Completion { status: Status::CHECK_CONDITION, transferred: 0, sense: Some(SenseBytes::new(&sense)) }
    }

    fn range(cdb: &Cdb) -> std::ops::Range<usize> {
        let bytes = cdb.padded();
        let start = u32::from_be_bytes([bytes[2], bytes[3], bytes[4], bytes[5]]) as usize * BLOCK;
        start..start + usize::from(u16::from_be_bytes([bytes[7], bytes[8]])) * BLOCK
    }
}

/// What READ CD brings: in each sector its number, as often as the wanted parts have room for it.
fn cd_sectors(bytes: &[u8; 16]) -> Vec<u8> {
    let size = match (bytes[1] >> 2 & 7, bytes[9]) {
        (1 | 0, 0xF8) => 2352,
        (0, 0x58) => 2336,
        (0, 0x10) => 2048,
        _ => return Vec::new(),
    };
    let first = u32::from_be_bytes([bytes[2], bytes[3], bytes[4], bytes[5]]);
    let count = u32::from_be_bytes([0, bytes[6], bytes[7], bytes[8]]);
    (first..first + count).flat_map(|sector| sector.to_le_bytes().repeat(size / 4)).collect()
}

fn give(data: Data<'_>, bytes: &[u8]) -> Completion {
    let Data::In(buffer) = data else { return Completion::good(0) };
    let size = bytes.len().min(buffer.len());
    buffer[..size].copy_from_slice(&bytes[..size]);
    Completion::good(size)
}

impl Transport for TestDrive {
    fn execute(&self, cdb: &Cdb, data: Data<'_>, _: Duration) -> Result<Completion, TransportError> {
        self.commands.lock().expect("it works").push(cdb.opcode());
        let mut disc = self.disc.lock().expect("it works");
        let needs_disc = !matches!(cdb.opcode(), 0x12 | 0x46 | 0x1B | 0x1E);
        if needs_disc && !self.has_disc.load(Ordering::Relaxed) {
            return Ok(Self::refuse(2, 0x3A, 2));
        }
        let bytes = cdb.padded();
        if let Some((_, answer)) = self.script.iter().find(|(command, _)| bytes.starts_with(command)) {
            return Ok(give(data, answer));
        }
        Ok(match cdb.opcode() {
            0x46 if self.is_random.load(Ordering::Relaxed) && bytes[2..4] == [0, 0x20] => {
                give(data, &[0, 0, 0, 16, 0, 0, 0, 0x43, 0, 0x20, 1, 8, 0, 0, 8, 0, 0, 1, 0, 0])
            }
            0xBE => give(data, &cd_sectors(bytes)),
            0x00 | 0x1B | 0x1E | 0x35 => Completion::good(0),
            0x12 if cdb.padded()[1] & 1 == 0 => {
                let mut inquiry = *b"\x05\x80\x05\x32\x1F\0\0\0IMAPI   Test drive      1.0 ";
                inquiry[4] = 31;
                give(data, &inquiry)
            }
            0x25 => {
                let last = u32::try_from(disc.len() / BLOCK - 1).expect("it works");
                give(data, &[last.to_be_bytes(), 2048u32.to_be_bytes()].concat())
            }
            0x28 if Self::range(cdb).end <= disc.len() => give(data, &disc[Self::range(cdb)]),
            0x2A if Self::range(cdb).end <= disc.len() => {
                let Data::Out(bytes) = data else { return Ok(Self::refuse(5, 0x24, 0)) };
                disc[Self::range(cdb)].copy_from_slice(bytes);
                drop(disc);
                std::thread::sleep(self.pause);
                Completion::good(bytes.len())
            }
            0x28 | 0x2A => Self::refuse(5, 0x21, 0),
            0x46 => give(data, &[0, 0, 0, 4, 0, 0, 0, 0x10]),
            0x43 if cdb.padded()[2] == 1 => give(data, &[0, 10, 1, 1, 0, 0x14, 1, 0, 0, 0, 0, 0]),
            0x43 => give(data, &[0, 18, 1, 1, 0, 0x14, 1, 0, 0, 0, 0, 0, 0, 0x14, 0xAA, 0, 0, 0, 1, 0]),
            _ => Self::refuse(5, 0x20, 0),
        })
    }

    fn limits(&self) -> Limits {
        let size = 65_536.try_into().expect("it works");
        Limits { page_aligned_transfer: size, transfer: size, alignment: 1.try_into().expect("it works") }
    }

    fn clock(&self) -> &dyn Clock {
        &self.clock
    }
}

impl Device for TestDrive {
    fn id(&self) -> &'static str {
        "test"
    }

    fn lock(&self, _: &ClientName, _: bool) -> Result<(), LockRefused> {
        Ok(())
    }

    fn unlock(&self) {}

    fn lock_owner(&self) -> Option<String> {
        None
    }

    fn mount_points(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    fn media_notices(&self, _: bool) {}
}
