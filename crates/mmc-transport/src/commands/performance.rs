//! GET PERFORMANCE: how fast the drive reads and writes the disc that is in it.

use imapi_disc_types::Lba;

use super::{
    cdb_bytes::{CdbFields, CdbWriter},
    performance_data::{ExceptionDescriptor, NominalDescriptor, PerformanceDescriptors, WriteSpeedDescriptor},
};
use crate::{
    BadReply, Cdb, Command, InvalidField, Notes, Query,
    wire::{Fields, Writer},
};

mod field {
    pub const DATA_TYPE: usize = 1;
    pub const START: usize = 2;
    pub const MAX_DESCRIPTORS: usize = 8;
    pub const TYPE: usize = 10;
}

mod data_type {
    pub const MASK: u8 = 0x1F;
    pub const TOLERANCE: u8 = 3;
    /// 10 % of the nominal speed on both sides: what the standard demands, and some programs leave at zero.
    pub const TEN_PERCENT: u8 = 0b10;
    pub const WRITE: u8 = 2;
    pub const EXCEPT: u8 = 0b11;
}

/// GET PERFORMANCE, `ACh`.
///
/// How many descriptors there are is not known before: ask for none or one, look at
/// [`PerformanceData::descriptors_of_the_drive`], and ask again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GetPerformance {
    /// What is asked.
    pub kind: PerformanceType,
    /// Details of it, five bits; [`Self::tolerance`] and the like understand those of [`PerformanceType::SPEED`].
    pub data_type: u8,
    /// From where on, for the types that are about places.
    pub start: Lba,
    /// The most descriptors that are answered.
    pub max_descriptors: u16,
}

/// What GET PERFORMANCE can be asked. Values without a name survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PerformanceType(pub u8);

impl PerformanceType {
    /// The speed at each place of the disc, and where it is slower.
    pub const SPEED: Self = Self(0x00);
    /// Where the disc cannot be used.
    pub const UNUSABLE_AREA: Self = Self(0x01);
    /// Which blocks have defects.
    pub const DEFECT_STATUS: Self = Self(0x02);
    /// The speeds that can be set for writing this disc.
    pub const WRITE_SPEED: Self = Self(0x03);
    /// Blocks that are known to be bad (DBI).
    pub const DEFECTIVE_BLOCKS: Self = Self(0x04);
    /// Zones for which the drive keeps these blocks in mind.
    pub const DBI_CACHE_ZONES: Self = Self(0x05);
}

impl GetPerformance {
    /// The speed of reading or writing at each place from `start` on.
    #[must_use]
    pub const fn nominal(write: bool, start: Lba, max_descriptors: u16) -> Self {
        let write = if write { 1 << data_type::WRITE } else { 0 };
        let data_type = data_type::TEN_PERCENT << data_type::TOLERANCE | write;
        Self { kind: PerformanceType::SPEED, data_type, start, max_descriptors }
    }

    /// The speeds that can be set for writing.
    #[must_use]
    pub const fn write_speeds(max_descriptors: u16) -> Self {
        Self { kind: PerformanceType::WRITE_SPEED, data_type: 0, start: Lba(0), max_descriptors }
    }

    /// How far the speeds may be off, two bits: 10b for 10 %. Programs send 00b as well, and drives take it.
    #[must_use]
    pub const fn tolerance(&self) -> u8 {
        self.data_type >> data_type::TOLERANCE & 0b11
    }

    /// It is asked about writing.
    #[must_use]
    pub const fn is_write(&self) -> bool {
        self.data_type >> data_type::WRITE & 1 == 1
    }

    /// Which exceptions are wanted: 00b none but the nominal speed, 01b all, 10b those outside the tolerance.
    #[must_use]
    pub const fn exceptions(&self) -> u8 {
        self.data_type & data_type::EXCEPT
    }

    /// Bytes of one descriptor of the answer, so far as the type tells it.
    fn descriptor_len(self) -> usize {
        match self.kind {
            PerformanceType::SPEED if self.exceptions() != 0 => ExceptionDescriptor::LEN,
            PerformanceType::UNUSABLE_AREA | PerformanceType::DEFECTIVE_BLOCKS | PerformanceType::DBI_CACHE_ZONES => 8,
            PerformanceType::DEFECT_STATUS => 2048,
            // What is nominal, a speed for writing, or unknown: no known type but the one above has longer ones.
            _ => NominalDescriptor::LEN,
        }
    }
}

impl Command for GetPerformance {
    const OPCODE: u8 = 0xAC;
    const NAME: &'static str = "GET PERFORMANCE";

    fn to_cdb(&self) -> Cdb {
        CdbWriter::<12>::new(Self::OPCODE)
            .u8::<{ field::DATA_TYPE }>(self.data_type & data_type::MASK)
            .lba::<{ field::START }>(self.start)
            .u16::<{ field::MAX_DESCRIPTORS }>(self.max_descriptors)
            .u8::<{ field::TYPE }>(self.kind.0)
            .finish()
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        Ok(Self {
            kind: PerformanceType(cdb.u8_at::<{ field::TYPE }>()),
            data_type: cdb.u8_at::<{ field::DATA_TYPE }>() & data_type::MASK,
            start: cdb.lba_at::<{ field::START }>(),
            max_descriptors: cdb.u16_at::<{ field::MAX_DESCRIPTORS }>(),
        })
    }
}

/// The answer to [`GetPerformance`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PerformanceData {
    /// Bytes that the drive has, beyond the length field that says so; more than came when they were cut.
    announced: u32,
    /// The speeds are those of writing; told for [`PerformanceType::SPEED`] only.
    pub write: bool,
    /// What came.
    pub descriptors: PerformanceDescriptors,
}

mod header {
    pub const LENGTH: usize = 0;
    pub const FLAGS: usize = 4;
    pub const LEN: usize = 8;
    /// The length field counts everything behind itself, and so four bytes of the header.
    pub const COUNTED: u32 = 4;
    pub const WRITE: u8 = 1;
    pub const EXCEPT: u8 = 0;
}

impl PerformanceData {
    /// The answer of a drive that has these descriptors and no others.
    #[must_use]
    pub fn new(write: bool, descriptors: PerformanceDescriptors) -> Self {
        let bytes = u32::try_from(descriptors.encoded_len()).unwrap_or(u32::MAX);
        Self { announced: bytes.saturating_add(header::COUNTED), write, descriptors }
    }

    /// How many descriptors the drive has, whether or not as many came. Zero for descriptors of unknown length.
    ///
    /// A few drives say one where none was asked for, so that the second answer may tell of more than the first.
    #[must_use]
    pub fn descriptors_of_the_drive(&self) -> u32 {
        let bytes = self.announced.saturating_sub(header::COUNTED);
        self.descriptors.one().map_or(0, |len| bytes / len)
    }
}

impl Query for GetPerformance {
    type Reply = PerformanceData;

    fn allocation(&self) -> usize {
        header::LEN.saturating_add(usize::from(self.max_descriptors).saturating_mul(self.descriptor_len()))
    }

    fn decode_reply(&self, reply: &[u8], notes: &mut Notes) -> Result<PerformanceData, BadReply> {
        let fields = Fields::new(reply, header::LEN)?;
        let announced = fields.u32(header::LENGTH)?;
        if announced < header::COUNTED {
            notes.add(header::LENGTH, "the length does not count the header");
        }
        let has = usize::try_from(announced.saturating_sub(header::COUNTED)).unwrap_or(usize::MAX);
        let came = fields.bytes().get(header::LEN..).unwrap_or_default();
        let came = came.get(..has).unwrap_or(came);
        let descriptors = match self.kind {
            PerformanceType::SPEED if fields.bit(header::FLAGS, header::EXCEPT)? => {
                PerformanceDescriptors::Exceptions(each(came, notes, ExceptionDescriptor::decode))
            }
            PerformanceType::SPEED => PerformanceDescriptors::Nominal(each(came, notes, NominalDescriptor::decode)),
            PerformanceType::WRITE_SPEED => {
                PerformanceDescriptors::WriteSpeeds(each(came, notes, WriteSpeedDescriptor::decode))
            }
            _ => PerformanceDescriptors::Other(came.to_vec()),
        };
        if descriptors.one().and_then(|len| u32::try_from(has).ok()?.checked_rem(len)).is_some_and(|rest| rest != 0) {
            notes.add(header::LENGTH, "the length is no whole number of descriptors");
        }
        let write = self.kind == PerformanceType::SPEED && fields.bit(header::FLAGS, header::WRITE)?;
        Ok(PerformanceData { announced, write, descriptors })
    }

    fn encode_reply(&self, reply: &PerformanceData) -> Vec<u8> {
        let exceptions = matches!(reply.descriptors, PerformanceDescriptors::Exceptions(_));
        Writer::zeroed(header::LEN)
            .u32(header::LENGTH, reply.announced)
            .bit(header::FLAGS, header::WRITE, reply.write)
            .bit(header::FLAGS, header::EXCEPT, exceptions)
            .push(&reply.descriptors.encode())
            .finish()
    }
}

/// Decodes whole descriptors; what is cut off is noted.
fn each<T, const LEN: usize>(bytes: &[u8], notes: &mut Notes, decode: fn([u8; LEN]) -> T) -> Vec<T> {
    let whole = bytes.chunks_exact(LEN);
    let rest = whole.remainder().len();
    if rest != 0 {
        notes.add(header::LEN.saturating_add(bytes.len() - rest), "the last descriptor is cut off");
    }
    whole.filter_map(|one| one.try_into().ok()).map(decode).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::cd_speed::RotationControl, *};
    use crate::checks::*;

    /// Two speeds for a DVD+R: eightfold, then fourfold.
    const WRITE_SPEEDS: [u8; 40] = [
        0, 0, 0, 36, 0, 0, 0, 0, // header
        0x02, 0, 0, 0, 0, 0x23, 0x05, 0x3F, 0, 0, 0x56, 0x90, 0, 0, 0x2B, 0x48, //
        0x08, 0, 0, 0, 0, 0x23, 0x05, 0x3F, 0, 0, 0x56, 0x90, 0, 0, 0x15, 0xA4,
    ];

    fn two_speeds() -> Vec<WriteSpeedDescriptor> {
        let eightfold = WriteSpeedDescriptor {
            rotation: RotationControl::ByMedium,
            restore_defaults: false,
            exact: true,
            mixed_read_write: false,
            end: Lba(0x0023_053F),
            read: 22_160,
            write: 11_080,
        };
        let fourfold =
            WriteSpeedDescriptor { rotation: RotationControl::ConstantAngular, exact: false, write: 5540, ..eightfold };
        vec![eightfold, fourfold]
    }

    #[test]
    fn questions_are_encoded_as_peers_send_them() {
        let libburn = GetPerformance::nominal(false, Lba(0), 0);
        is_encoded_as(&libburn, &[0xAC, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!((libburn.tolerance(), libburn.is_write(), libburn.exceptions()), (2, false, 0));
        let growisofs: GetPerformance = decoded(&[0xAC, 0x04, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0]).expect("no tolerance");
        assert_eq!((growisofs.tolerance(), growisofs.is_write(), growisofs.max_descriptors), (0, true, 1));
        is_encoded_as(&GetPerformance::write_speeds(0x0102), &[0xAC, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 0]);
    }

    #[test]
    fn the_allocation_is_the_header_and_the_descriptors() {
        assert_eq!(GetPerformance::write_speeds(0).allocation(), 8);
        assert_eq!(GetPerformance::write_speeds(2).allocation(), 40);
        let exceptions = GetPerformance { data_type: 0x11, ..GetPerformance::nominal(false, Lba(0), 3) };
        assert_eq!(exceptions.allocation(), 26);
    }

    #[test]
    fn write_speeds_are_understood() {
        let data = PerformanceData::new(false, PerformanceDescriptors::WriteSpeeds(two_speeds()));
        is_answered_by(&GetPerformance::write_speeds(2), &data, &WRITE_SPEEDS);
        assert_eq!(data.descriptors_of_the_drive(), 2);
    }

    #[test]
    fn an_answer_cut_by_the_count_still_tells_how_many_there_are() {
        for (max, came) in [(0, 8), (1, 24)] {
            let ask = GetPerformance::write_speeds(max);
            assert_eq!(ask.allocation(), came);
            let mut notes = Notes::new();
            let data = ask.decode_reply(&WRITE_SPEEDS[..came], &mut notes).expect("whole descriptors");
            assert_eq!(data.descriptors_of_the_drive(), 2);
            let first = two_speeds().into_iter().take(usize::from(max)).collect();
            assert_eq!(data.descriptors, PerformanceDescriptors::WriteSpeeds(first));
            assert!(notes.is_empty());
        }
    }

    #[test]
    fn the_speed_at_each_place_is_understood() {
        let bytes = [0, 0, 0, 20, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x15, 0xA4, 0, 0x23, 0x05, 0x3F, 0, 0, 0x2B, 0x48];
        let nominal = NominalDescriptor { start: Lba(0), start_speed: 5540, end: Lba(0x0023_053F), end_speed: 11_080 };
        let data = PerformanceData::new(true, PerformanceDescriptors::Nominal(vec![nominal]));
        is_answered_by(&GetPerformance::nominal(true, Lba(0), 1), &data, &bytes);
    }

    #[test]
    fn exceptions_are_understood() {
        let bytes = [0, 0, 0, 10, 0x01, 0, 0, 0, 0, 1, 2, 3, 0x01, 0xF4];
        let slow = ExceptionDescriptor { at: Lba(0x0001_0203), delay: 500 };
        let data = PerformanceData::new(false, PerformanceDescriptors::Exceptions(vec![slow]));
        is_answered_by(&GetPerformance { data_type: 1, ..GetPerformance::nominal(false, Lba(0), 1) }, &data, &bytes);
    }

    #[test]
    fn an_answer_needs_its_header_and_gives_whole_descriptors() {
        let ask = GetPerformance::write_speeds(2);
        assert_eq!(understood_prefixes(&ask, &WRITE_SPEEDS), (8..=40).collect::<Vec<_>>());
        let mut notes = Notes::new();
        let data = ask.decode_reply(&WRITE_SPEEDS[..39], &mut notes).expect("one whole descriptor");
        assert_eq!(data.descriptors, PerformanceDescriptors::WriteSpeeds(two_speeds()[..1].to_vec()));
        assert_eq!(notes.as_slice()[0].at, 24);
    }

    #[test]
    fn a_length_that_cannot_be_is_noted() {
        let mut bytes = WRITE_SPEEDS;
        for (length, noted) in [(36, 0), (32, 2), (3, 1), (0, 1)] {
            bytes[3] = length;
            let mut notes = Notes::new();
            GetPerformance::write_speeds(2).decode_reply(&bytes, &mut notes).expect("the header is whole");
            assert_eq!(notes.as_slice().len(), noted, "{length}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes: [u8; 12], length in 0..80u8, mut reply: Vec<u8>, kind in 0..6u8, data_type: u8) {
            takes_any_bytes::<GetPerformance>(bytes);
            let ask = GetPerformance { kind: PerformanceType(kind), data_type, start: Lba(0), max_descriptors: 1 };
            understands_any_answer(&ask, &reply);
            // The same with a length that is near the truth, so that descriptors are reached.
            reply.splice(..reply.len().min(4), [0, 0, 0, length]);
            understands_any_answer(&ask, &reply);
        }
    }
}
