//! SET STREAMING: how fast a part of a disc shall be read and written.

use imapi_disc_types::Lba;

use super::{
    cd_speed::RotationControl,
    cdb_bytes::{CdbFields, CdbWriter, announced},
};
use crate::{
    BadParams, BadReply, Cdb, Command, InvalidField, Submit,
    wire::{Fields, Writer},
};

mod field {
    pub const TYPE: usize = 8;
    pub const LIST_LENGTH: usize = 9;
}

/// SET STREAMING, B6h: for everything faster than a CD, whose speeds do not fit SET CD SPEED.
///
/// What it sets outlives the disc that was in the drive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SetStreaming {
    /// What the parameters are.
    pub kind: StreamingType,
    /// Bytes of the parameters.
    pub list_length: u16,
}

/// What SET STREAMING takes along. Values without a name survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StreamingType(pub u8);

impl StreamingType {
    /// A [`StreamingSpeed`].
    pub const SPEED: Self = Self(0x00);
    /// Zones of the disc whose defects the drive shall keep in mind (DBI).
    pub const DBI_CACHE_ZONES: Self = Self(0x05);
}

/// What goes with the command.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum StreamingParameters {
    /// For [`StreamingType::SPEED`].
    Speed(StreamingSpeed),
    /// For any other type, as they are.
    Other(Vec<u8>),
}

/// The performance descriptor: kilobytes of 1000 bytes, each in a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StreamingSpeed {
    /// How the disc is turned.
    pub rotation: RotationControl,
    /// Back to what the drive does by itself; all else is then ignored (RDD).
    pub restore_defaults: bool,
    /// Exactly this speed or an error, instead of the nearest (Exact).
    pub exact: bool,
    /// The disc will be read and written in no order (RA).
    pub random_access: bool,
    /// The first block that this is about.
    pub start: Lba,
    /// The last. Drives were seen to refuse one behind the end of the disc; the one that GET PERFORMANCE told is safe.
    pub end: Lba,
    /// Kilobytes read…
    pub read_size: u32,
    /// …in so many milliseconds.
    pub read_time: u32,
    /// Kilobytes written…
    pub write_size: u32,
    /// …in so many milliseconds.
    pub write_time: u32,
}

mod speed {
    pub const FLAGS: usize = 0;
    pub const START: usize = 4;
    pub const END: usize = 8;
    pub const READ_SIZE: usize = 12;
    pub const READ_TIME: usize = 16;
    pub const WRITE_SIZE: usize = 20;
    pub const WRITE_TIME: usize = 24;
}

mod bit {
    pub const ROTATION: u8 = 3;
    pub const RDD: u8 = 2;
    pub const EXACT: u8 = 1;
    pub const RA: u8 = 0;
}

impl StreamingSpeed {
    /// Bytes of one.
    pub const LEN: usize = 28;
    /// [`Self::LEN`], as the command tells it.
    const LIST_LENGTH: u16 = 28;
    const SECOND: u32 = 1000;

    /// So many kB/s up to a block, for reading and for writing.
    #[must_use]
    pub const fn per_second(end: Lba, read: u32, write: u32) -> Self {
        Self {
            rotation: RotationControl::ByMedium,
            restore_defaults: false,
            exact: false,
            random_access: false,
            start: Lba(0),
            end,
            read_size: read,
            read_time: Self::SECOND,
            write_size: write,
            write_time: Self::SECOND,
        }
    }

    /// The bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        Writer::zeroed(Self::LEN)
            .u8(speed::FLAGS, self.rotation.bits() << bit::ROTATION)
            .bit(speed::FLAGS, bit::RDD, self.restore_defaults)
            .bit(speed::FLAGS, bit::EXACT, self.exact)
            .bit(speed::FLAGS, bit::RA, self.random_access)
            .i32(speed::START, self.start.0)
            .i32(speed::END, self.end.0)
            .u32(speed::READ_SIZE, self.read_size)
            .u32(speed::READ_TIME, self.read_time)
            .u32(speed::WRITE_SIZE, self.write_size)
            .u32(speed::WRITE_TIME, self.write_time)
            .finish()
    }

    /// The descriptor that these bytes are.
    pub fn decode(bytes: &[u8]) -> Result<Self, BadReply> {
        let fields = Fields::new(bytes, Self::LEN)?;
        Ok(Self {
            rotation: RotationControl::from_bits(fields.u8(speed::FLAGS)? >> bit::ROTATION),
            restore_defaults: fields.bit(speed::FLAGS, bit::RDD)?,
            exact: fields.bit(speed::FLAGS, bit::EXACT)?,
            random_access: fields.bit(speed::FLAGS, bit::RA)?,
            start: Lba(fields.i32(speed::START)?),
            end: Lba(fields.i32(speed::END)?),
            read_size: fields.u32(speed::READ_SIZE)?,
            read_time: fields.u32(speed::READ_TIME)?,
            write_size: fields.u32(speed::WRITE_SIZE)?,
            write_time: fields.u32(speed::WRITE_TIME)?,
        })
    }
}

impl SetStreaming {
    /// Sets a speed.
    #[must_use]
    pub const fn speed() -> Self {
        Self { kind: StreamingType::SPEED, list_length: StreamingSpeed::LIST_LENGTH }
    }
}

impl Command for SetStreaming {
    const OPCODE: u8 = 0xB6;
    const NAME: &'static str = "SET STREAMING";

    fn to_cdb(&self) -> Cdb {
        CdbWriter::<12>::new(Self::OPCODE)
            .u8::<{ field::TYPE }>(self.kind.0)
            .u16::<{ field::LIST_LENGTH }>(self.list_length)
            .finish()
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        let kind = StreamingType(cdb.u8_at::<{ field::TYPE }>());
        Ok(Self { kind, list_length: cdb.u16_at::<{ field::LIST_LENGTH }>() })
    }
}

impl Submit for SetStreaming {
    type Params = StreamingParameters;

    fn encode_params(params: &StreamingParameters) -> Vec<u8> {
        match params {
            StreamingParameters::Speed(speed) => speed.encode(),
            StreamingParameters::Other(bytes) => bytes.clone(),
        }
    }

    fn decode_params(&self, bytes: &[u8]) -> Result<StreamingParameters, BadParams> {
        let came = announced(bytes, self.list_length.into())?;
        match self.kind {
            StreamingType::SPEED => {
                StreamingSpeed::decode(came).map(StreamingParameters::Speed).map_err(|_| BadParams::Length)
            }
            _ => Ok(StreamingParameters::Other(came.to_vec())),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::checks::*;

    /// DVD, eightfold writing and sixteenfold reading up to the end of a 4.7 GB disc.
    const EIGHTFOLD: [u8; 28] =
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0x23, 0x05, 0x3F, 0, 0, 0x56, 0x90, 0, 0, 3, 0xE8, 0, 0, 0x2B, 0x48, 0, 0, 3, 0xE8];

    #[test]
    fn a_speed_is_twenty_eight_bytes() {
        let set = SetStreaming::speed();
        is_encoded_as(&set, &[0xB6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 28, 0]);
        let params = StreamingParameters::Speed(StreamingSpeed::per_second(Lba(0x0023_053F), 22_160, 11_080));
        assert_eq!(SetStreaming::encode_params(&params), EIGHTFOLD);
        assert_eq!(set.decode_params(&EIGHTFOLD), Ok(params));
    }

    #[test]
    fn each_flag_has_its_bits() {
        let plain = StreamingSpeed::per_second(Lba(0), 0, 0);
        let flags = |speed: StreamingSpeed| {
            assert_eq!(StreamingSpeed::decode(&speed.encode()), Ok(speed));
            speed.encode()[0]
        };
        assert_eq!(flags(StreamingSpeed { rotation: RotationControl::ConstantAngular, ..plain }), 0x08);
        assert_eq!(flags(StreamingSpeed { restore_defaults: true, ..plain }), 0x04);
        assert_eq!(flags(StreamingSpeed { exact: true, ..plain }), 0x02);
        assert_eq!(flags(StreamingSpeed { random_access: true, ..plain }), 0x01);
    }

    #[test]
    fn a_short_list_has_a_wrong_length() {
        for (len, missing) in (0..28).zip(0..) {
            let whole = SetStreaming::speed();
            assert_eq!(whole.decode_params(&EIGHTFOLD[..len]), Err(BadParams::Length));
            let short = SetStreaming { kind: StreamingType::SPEED, list_length: missing };
            assert_eq!(short.decode_params(&EIGHTFOLD), Err(BadParams::Length));
        }
    }

    #[test]
    fn parameters_of_other_types_stay_bytes() {
        let zones = SetStreaming { kind: StreamingType::DBI_CACHE_ZONES, list_length: 3 };
        is_encoded_as(&zones, &[0xB6, 0, 0, 0, 0, 0, 0, 0, 5, 0, 3, 0]);
        assert_eq!(zones.decode_params(&[1, 2, 3]), Ok(StreamingParameters::Other(vec![1, 2, 3])));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes: [u8; 12], params: [u8; 40]) {
            takes_any_bytes::<SetStreaming>(bytes);
            takes_any_parameters(&SetStreaming::speed(), &params);
            takes_any_parameters(&SetStreaming { kind: StreamingType(1), list_length: 40 }, &params);
        }
    }
}
