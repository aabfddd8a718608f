//! The descriptors of GET PERFORMANCE.

use imapi_disc_types::Lba;

use super::{
    cd_speed::RotationControl,
    cdb_bytes::{joined, split},
};

/// The descriptors that came. All of an answer are of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PerformanceDescriptors {
    /// The speed at each place.
    Nominal(Vec<NominalDescriptor>),
    /// Places that are slower.
    Exceptions(Vec<ExceptionDescriptor>),
    /// Speeds that can be set.
    WriteSpeeds(Vec<WriteSpeedDescriptor>),
    /// Those of the other types, as they are.
    Other(Vec<u8>),
}

impl PerformanceDescriptors {
    /// Bytes of one; `None` where that is not known.
    pub(super) fn one(&self) -> Option<u32> {
        match self {
            Self::Nominal(_) | Self::WriteSpeeds(_) => Some(16),
            Self::Exceptions(_) => Some(6),
            Self::Other(_) => None,
        }
    }

    pub(super) fn encoded_len(&self) -> usize {
        match self {
            Self::Nominal(all) => all.len() * NominalDescriptor::LEN,
            Self::Exceptions(all) => all.len() * ExceptionDescriptor::LEN,
            Self::WriteSpeeds(all) => all.len() * WriteSpeedDescriptor::LEN,
            Self::Other(bytes) => bytes.len(),
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        match self {
            Self::Nominal(all) => all.iter().flat_map(NominalDescriptor::encode).collect(),
            Self::Exceptions(all) => all.iter().flat_map(|one| one.encode()).collect(),
            Self::WriteSpeeds(all) => all.iter().flat_map(WriteSpeedDescriptor::encode).collect(),
            Self::Other(bytes) => bytes.clone(),
        }
    }
}

/// The speed between two places, which changes evenly from one to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NominalDescriptor {
    /// The first block.
    pub start: Lba,
    /// kB/s there.
    pub start_speed: u32,
    /// The last block.
    pub end: Lba,
    /// kB/s there.
    pub end_speed: u32,
}

impl NominalDescriptor {
    /// Bytes of one.
    pub const LEN: usize = 16;

    pub(super) fn encode(&self) -> [u8; Self::LEN] {
        words([
            self.start.0.to_be_bytes(),
            self.start_speed.to_be_bytes(),
            self.end.0.to_be_bytes(),
            self.end_speed.to_be_bytes(),
        ])
    }

    pub(super) fn decode(bytes: [u8; Self::LEN]) -> Self {
        let [start, start_speed, end, end_speed] = of_words(bytes);
        Self {
            start: Lba(i32::from_be_bytes(start)),
            start_speed: u32::from_be_bytes(start_speed),
            end: Lba(i32::from_be_bytes(end)),
            end_speed: u32::from_be_bytes(end_speed),
        }
    }
}

/// A place that is slower than the nominal speed says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ExceptionDescriptor {
    /// The block.
    pub at: Lba,
    /// How much longer it takes to get there, in tenths of a millisecond.
    pub delay: u16,
}

impl ExceptionDescriptor {
    /// Bytes of one.
    pub const LEN: usize = 6;

    pub(super) fn encode(self) -> [u8; Self::LEN] {
        joined(self.at.0.to_be_bytes(), self.delay.to_be_bytes())
    }

    pub(super) fn decode(bytes: [u8; Self::LEN]) -> Self {
        let (at, delay) = split(bytes);
        Self { at: Lba(i32::from_be_bytes(at)), delay: u16::from_be_bytes(delay) }
    }
}

/// A speed that can be set for writing the disc that is in the drive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WriteSpeedDescriptor {
    /// How the disc is turned.
    pub rotation: RotationControl,
    /// The drive has this speed for reading by itself (RDD).
    pub restore_defaults: bool,
    /// The speed holds on the whole disc (Exact).
    pub exact: bool,
    /// The speed suits reading and writing in turns (MRW).
    pub mixed_read_write: bool,
    /// The last block of the disc.
    pub end: Lba,
    /// kB/s of reading.
    pub read: u32,
    /// kB/s of writing.
    pub write: u32,
}

mod bit {
    pub const ROTATION: u8 = 3;
    pub const RDD: u8 = 2;
    pub const EXACT: u8 = 1;
    pub const MRW: u8 = 0;
}

impl WriteSpeedDescriptor {
    /// Bytes of one.
    pub const LEN: usize = 16;

    pub(super) fn encode(&self) -> [u8; Self::LEN] {
        let flags = self.rotation.bits() << bit::ROTATION
            | u8::from(self.restore_defaults) << bit::RDD
            | u8::from(self.exact) << bit::EXACT
            | u8::from(self.mixed_read_write) << bit::MRW;
        words([[flags, 0, 0, 0], self.end.0.to_be_bytes(), self.read.to_be_bytes(), self.write.to_be_bytes()])
    }

    pub(super) fn decode(bytes: [u8; Self::LEN]) -> Self {
        let [[flags, ..], end, read, write] = of_words(bytes);
        let is_set = |bit: u8| flags >> bit & 1 == 1;
        Self {
            rotation: RotationControl::from_bits(flags >> bit::ROTATION),
            restore_defaults: is_set(bit::RDD),
            exact: is_set(bit::EXACT),
            mixed_read_write: is_set(bit::MRW),
            end: Lba(i32::from_be_bytes(end)),
            read: u32::from_be_bytes(read),
            write: u32::from_be_bytes(write),
        }
    }
}

fn words(words: [[u8; 4]; 4]) -> [u8; 16] {
    let mut bytes = [0; 16];
    for (place, word) in bytes.chunks_exact_mut(4).zip(words) {
        place.copy_from_slice(&word);
    }
    bytes
}

fn of_words(bytes: [u8; 16]) -> [[u8; 4]; 4] {
    let mut words = [[0; 4]; 4];
    for (word, place) in words.iter_mut().zip(bytes.chunks_exact(4)) {
        word.copy_from_slice(place);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_flag_of_a_write_speed_has_its_bits() {
        let plain = WriteSpeedDescriptor::decode([0; 16]);
        let flags = |speed: WriteSpeedDescriptor| {
            assert_eq!(WriteSpeedDescriptor::decode(speed.encode()), speed);
            speed.encode()[0]
        };
        assert_eq!(flags(WriteSpeedDescriptor { rotation: RotationControl::Reserved3, ..plain }), 0x18);
        assert_eq!(flags(WriteSpeedDescriptor { restore_defaults: true, ..plain }), 0x04);
        assert_eq!(flags(WriteSpeedDescriptor { exact: true, ..plain }), 0x02);
        assert_eq!(flags(WriteSpeedDescriptor { mixed_read_write: true, ..plain }), 0x01);
        assert_eq!(WriteSpeedDescriptor::decode([0xE0; 16]).encode()[..4], [0; 4], "reserved bits are not kept");
    }

    #[test]
    fn the_length_of_one_is_the_length_of_all_divided() {
        let nominal = NominalDescriptor::decode([1; 16]);
        let kinds = [
            PerformanceDescriptors::Nominal(vec![nominal; 3]),
            PerformanceDescriptors::Exceptions(vec![ExceptionDescriptor::decode([2; 6]); 3]),
            PerformanceDescriptors::WriteSpeeds(vec![WriteSpeedDescriptor::decode([3; 16]); 3]),
        ];
        for kind in kinds {
            let one = usize::try_from(kind.one().expect("known")).expect("small");
            assert_eq!((kind.encoded_len(), kind.encode().len()), (one * 3, one * 3));
        }
        assert_eq!(PerformanceDescriptors::Other(vec![1, 2]).encode(), [1, 2]);
    }
}
