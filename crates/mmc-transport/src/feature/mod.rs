//! Features: what a drive can do, as GET CONFIGURATION lists it.
//!
//! Each feature with data of its own is a type; their sum is [`Feature`]. A feature without data, or one that is not
//! known here, keeps its bytes.

mod code;
mod drive;
mod lists;
mod reading;
mod writing;

pub use code::FeatureCode;
pub use drive::{
    Aacs, CdAnalogPlay, Core, DvdCprm, DvdCss, EmbeddedChanger, MicrocodeUpdate, Morphing, RealTimeStreaming,
    RemovableMedium, Smart, Timeout, WriteProtect,
};
pub use lists::{
    ControlBlocks, FirmwareInformation, IncrementalStreaming, LayerJump, ListedProfile, ProfileList, SerialNumber,
};
pub use reading::{BdRead, BdWrite, BlockAccess, CdRead, ClassVersions, DvdRead, HdDvd, HybridDisc};
pub use writing::{
    CdMastering, CdRwMedia, CdTrackAtOnce, DefectManagement, DvdDashWrite, DvdPlusR, DvdPlusRw,
    EnhancedDefectReporting, Formattable, Mrw, RandomlyWritable, RigidRestrictedOverwrite,
};

use crate::{
    BadReply, Notes,
    layout::{BitsInto as _, BitsOf as _},
    wire::{Fields, Writer},
};

/// What every descriptor begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FeatureHeader {
    /// Which feature.
    pub code: FeatureCode,
    /// The version of the feature, 0 to 15.
    pub version: u8,
    /// It is there whatever disc is in.
    pub persistent: bool,
    /// It can be used now.
    pub current: bool,
}

/// A feature and its state.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FeatureDescriptor {
    /// The version of the feature, 0 to 15.
    pub version: u8,
    /// It is there whatever disc is in.
    pub persistent: bool,
    /// It can be used now.
    pub current: bool,
    /// Which feature, and what it says of itself.
    pub feature: Feature,
}

mod field {
    pub(super) const CODE: usize = 0;
    pub(super) const FLAGS: usize = 2;
    pub(super) const CURRENT_BIT: u8 = 0;
    pub(super) const PERSISTENT_BIT: u8 = 1;
    pub(super) const VERSION_BIT: u8 = 2;
    pub(super) const VERSION_WIDTH: u8 = 4;
    pub(super) const DATA_LEN: usize = 3;
    pub(super) const DATA: usize = 4;
}

impl FeatureHeader {
    /// The header alone, which is the first four bytes; their last, the length of the data, is not part of it.
    pub fn decode(bytes: &[u8]) -> Result<Self, BadReply> {
        let fields = Fields::new(bytes, field::DATA)?;
        Ok(Self {
            code: FeatureCode(fields.u16(field::CODE)?),
            version: fields.bits(field::FLAGS, field::VERSION_BIT, field::VERSION_WIDTH)?,
            persistent: fields.bit(field::FLAGS, field::PERSISTENT_BIT)?,
            current: fields.bit(field::FLAGS, field::CURRENT_BIT)?,
        })
    }

    fn writer(self) -> Writer {
        let mut writer = Writer::zeroed(field::DATA);
        writer.u16(field::CODE, self.code.0);
        writer.bits(field::FLAGS, field::VERSION_BIT, field::VERSION_WIDTH, self.version);
        writer.bit(field::FLAGS, field::PERSISTENT_BIT, self.persistent);
        writer.bit(field::FLAGS, field::CURRENT_BIT, self.current);
        writer
    }
}

impl FeatureDescriptor {
    /// What the descriptor begins with.
    #[must_use]
    pub fn header(&self) -> FeatureHeader {
        let Self { version, persistent, current, .. } = *self;
        FeatureHeader { code: self.feature.code(), version, persistent, current }
    }

    /// Takes one descriptor off the front; what is left of the bytes comes with it.
    pub fn decode<'a>(bytes: &'a [u8], notes: &mut Notes) -> Result<(Self, &'a [u8]), BadReply> {
        let FeatureHeader { code, version, persistent, current } = FeatureHeader::decode(bytes)?;
        let fields = Fields::new(bytes, field::DATA)?;
        let len = usize::from(fields.u8(field::DATA_LEN)?);
        if len % 4 != 0 {
            notes.add(field::DATA_LEN, "the length of the feature's data is no multiple of four");
        }
        let feature = Feature::decode(code, fields.slice(field::DATA, len)?);
        let rest = bytes.get(field::DATA + len..).unwrap_or_default();
        Ok((Self { version, persistent, current, feature }, rest))
    }

    /// The bytes.
    ///
    /// # Panics
    ///
    /// When the feature lists more than the 255 bytes of data that a descriptor can have.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let data = self.feature.encode();
        let len = u8::try_from(data.len()).expect("the data of a feature are at most 255 bytes");
        self.header().writer().u8(field::DATA_LEN, len).push(&data).finish()
    }
}

/// One table of all features with data.
macro_rules! features {
    ($($code:ident => $variant:ident($type:ident);)*) => {
        /// A feature: its code, and its data understood.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Feature {
            $(#[doc = concat!("[`FeatureCode::", stringify!($code), "`]")] $variant($type),)*
            /// One without data, or one that this crate does not know.
            Other {
                /// Its code.
                code: FeatureCode,
                /// Its data.
                data: Vec<u8>,
            },
        }

        impl Feature {
            /// Which feature it is.
            #[must_use]
            pub fn code(&self) -> FeatureCode {
                match self {
                    $(Self::$variant(_) => FeatureCode::$code,)*
                    Self::Other { code, .. } => *code,
                }
            }

            /// Understands the data of the feature. An older version of a feature ends earlier: what it does not say,
            /// it cannot do, so missing bytes are zeros.
            #[must_use]
            pub fn decode(code: FeatureCode, data: &[u8]) -> Self {
                let known = match code {
                    $(FeatureCode::$code => {
                        $type::decode(data).or_else(|_| $type::decode(&filled(data))).map(Self::$variant)
                    })*
                    _ => return Self::Other { code, data: data.to_vec() },
                };
                known.unwrap_or_else(|_| Self::Other { code, data: data.to_vec() })
            }

            /// The data, without the header.
            #[must_use]
            pub fn encode(&self) -> Vec<u8> {
                match self {
                    $(Self::$variant(feature) => feature.encode(),)*
                    Self::Other { data, .. } => data.clone(),
                }
            }
        }
    };
}

features! {
    PROFILE_LIST => ProfileList(ProfileList);
    CORE => Core(Core);
    MORPHING => Morphing(Morphing);
    REMOVABLE_MEDIUM => RemovableMedium(RemovableMedium);
    WRITE_PROTECT => WriteProtect(WriteProtect);
    RANDOMLY_READABLE => RandomlyReadable(BlockAccess);
    CD_READ => CdRead(CdRead);
    DVD_READ => DvdRead(DvdRead);
    RANDOMLY_WRITABLE => RandomlyWritable(RandomlyWritable);
    INCREMENTAL_STREAMING_WRITABLE => IncrementalStreaming(IncrementalStreaming);
    FORMATTABLE => Formattable(Formattable);
    HARDWARE_DEFECT_MANAGEMENT => DefectManagement(DefectManagement);
    WRITE_ONCE => WriteOnce(BlockAccess);
    MRW => Mrw(Mrw);
    ENHANCED_DEFECT_REPORTING => EnhancedDefectReporting(EnhancedDefectReporting);
    DVD_PLUS_RW => DvdPlusRw(DvdPlusRw);
    DVD_PLUS_R => DvdPlusR(DvdPlusR);
    RIGID_RESTRICTED_OVERWRITE => RigidRestrictedOverwrite(RigidRestrictedOverwrite);
    CD_TRACK_AT_ONCE => CdTrackAtOnce(CdTrackAtOnce);
    CD_MASTERING => CdMastering(CdMastering);
    DVD_DASH_WRITE => DvdDashWrite(DvdDashWrite);
    LAYER_JUMP_RECORDING => LayerJump(LayerJump);
    CD_RW_MEDIA_WRITE_SUPPORT => CdRwMedia(CdRwMedia);
    DVD_PLUS_RW_DUAL_LAYER => DvdPlusRwDual(DvdPlusRw);
    DVD_PLUS_R_DUAL_LAYER => DvdPlusRDual(DvdPlusR);
    BD_READ => BdRead(BdRead);
    BD_WRITE => BdWrite(BdWrite);
    HD_DVD_READ => HdDvdRead(HdDvd);
    HD_DVD_WRITE => HdDvdWrite(HdDvd);
    HYBRID_DISC => HybridDisc(HybridDisc);
    SMART => Smart(Smart);
    EMBEDDED_CHANGER => EmbeddedChanger(EmbeddedChanger);
    CD_ANALOG_PLAY => CdAnalogPlay(CdAnalogPlay);
    MICROCODE_UPDATE => MicrocodeUpdate(MicrocodeUpdate);
    TIMEOUT => Timeout(Timeout);
    DVD_CSS => DvdCss(DvdCss);
    REAL_TIME_STREAMING => RealTimeStreaming(RealTimeStreaming);
    LOGICAL_UNIT_SERIAL_NUMBER => SerialNumber(SerialNumber);
    DISC_CONTROL_BLOCKS => ControlBlocks(ControlBlocks);
    DVD_CPRM => DvdCprm(DvdCprm);
    FIRMWARE_INFORMATION => FirmwareInformation(FirmwareInformation);
    AACS => Aacs(Aacs);
}

/// The longest fixed layout, BD read, has 28 bytes.
fn filled(data: &[u8]) -> [u8; 32] {
    let mut filled = [0; 32];
    filled.iter_mut().zip(data).for_each(|(to, from)| *to = *from);
    filled
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    #[test]
    fn a_descriptor_is_header_and_data() {
        let bytes = [0x00, 0x2D, 0b0000_1001, 4, 0x46, 0, 0x3F, 0x0F, 0xEE];
        let (descriptor, rest) = FeatureDescriptor::decode(&bytes, &mut Notes::new()).expect("a descriptor");
        let header =
            FeatureHeader { code: FeatureCode::CD_TRACK_AT_ONCE, version: 2, persistent: false, current: true };
        assert_eq!((descriptor.header(), rest), (header, &[0xEE][..]));
        assert!(matches!(descriptor.feature, Feature::CdTrackAtOnce(tao) if tao.data_types == 0x3F0F));
        assert_eq!(descriptor.encode(), bytes[..8]);
    }

    #[test]
    fn each_prefix_of_a_descriptor_is_refused() {
        let bytes = [0x01, 0x07, 0b0001_0001, 4, 0x1F, 0, 0, 0];
        for len in 0..bytes.len() {
            let short = FeatureDescriptor::decode(&bytes[..len], &mut Notes::new());
            assert!(matches!(short, Err(BadReply::Short { got, .. }) if got == len), "{len}: {short:?}");
        }
    }

    #[test]
    fn a_feature_without_data_keeps_its_code() {
        let bytes = [0x01, 0x00, 0b0000_0011, 0];
        let (descriptor, _) = FeatureDescriptor::decode(&bytes, &mut Notes::new()).expect("power management");
        assert_eq!(descriptor.feature, Feature::Other { code: FeatureCode::POWER_MANAGEMENT, data: vec![] });
        assert_eq!(descriptor.encode(), bytes);
    }

    #[test]
    fn what_an_older_version_does_not_say_it_cannot_do() {
        // DVD read had no data at all, and core no event bits, in the first versions.
        assert_eq!(Feature::decode(FeatureCode::DVD_READ, &[]), Feature::DvdRead(DvdRead::default()));
        let core = Core { interface: Core::ATAPI, ..Core::default() };
        assert_eq!(Feature::decode(FeatureCode::CORE, &[0, 0, 0, 2]), Feature::Core(core));
    }

    #[test]
    fn an_odd_length_is_noted() {
        let mut notes = Notes::new();
        let bytes = [0xFF, 0x40, 0, 3, 1, 2, 3];
        let (descriptor, _) = FeatureDescriptor::decode(&bytes, &mut notes).expect("a vendor's own");
        assert_eq!(descriptor.feature, Feature::Other { code: FeatureCode(0xFF40), data: vec![1, 2, 3] });
        assert_eq!(notes.as_slice().first().map(|note| note.at), Some(3));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_and_what_is_known_survives(code: u16, bytes in vec(any::<u8>(), 0..64)) {
            let known = [0u16, 1, 2, 3, 4, 0x10, 0x1E, 0x1F, 0x20, 0x21, 0x23, 0x24, 0x25, 0x28, 0x29, 0x2A, 0x2B, 0x2C,
                0x2D, 0x2E, 0x2F, 0x33, 0x37, 0x3A, 0x3B, 0x40, 0x41, 0x50, 0x51, 0x80, 0x101, 0x102, 0x103, 0x104,
                0x105, 0x106, 0x107, 0x108, 0x10A, 0x10B, 0x10C, 0x10D, code];
            for code in known.map(FeatureCode) {
                let feature = Feature::decode(code, &bytes);
                prop_assert_eq!(feature.code(), code);
                prop_assert_eq!(Feature::decode(code, &feature.encode()), feature);
            }
            if let Ok((descriptor, _)) = FeatureDescriptor::decode(&bytes, &mut Notes::new()) {
                let again = descriptor.encode();
                prop_assert_eq!(FeatureDescriptor::decode(&again, &mut Notes::new()), Ok((descriptor, &[][..])));
            }
        }
    }
}
