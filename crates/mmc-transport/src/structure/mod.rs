//! Structures of DVDs and BDs, as READ DISC STRUCTURE gives and SEND DISC STRUCTURE takes them.
//!
//! A structure is known by kind of medium and number together: [`StructureFormat`]. What is not known here keeps its
//! bytes.

mod bd_information;
mod definition;
mod physical;
mod protection;
mod recordable;

pub use bd_information::{BdBody, BdInformation, BdKind, BdUnit};
pub use definition::{BdDefinition, BdSpareArea, RamDefinition, RamSpareArea};
pub use physical::{BookType, PhysicalFormat, PlusMaker};
pub use protection::{Copyright, CopyrightManagement, ListedFormat, MediumStatus, RecordingType, WriteProtection};
pub use recordable::{JumpInterval, LayerBoundary, ManualJump, PreRecorded, Remapping, ShiftedMiddle, UniqueId};

use crate::{
    BadReply, Notes,
    layout::{items, whole16},
    wire::{Writer, len16},
};

/// Which structure: the kind of medium, and the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StructureFormat {
    /// The kind of medium.
    pub medium: StructureMedium,
    /// The number. Those from 80h on are the same for all media.
    pub code: u8,
}

/// The kind of medium, 4 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StructureMedium(pub u8);

impl StructureMedium {
    /// DVD and HD DVD, and in older standards everything.
    pub const DVD: Self = Self(0);
    /// BD.
    pub const BD: Self = Self(1);
}

/// One table: constant, medium, number, words.
macro_rules! formats {
    ($($name:ident = $medium:ident $code:literal, $words:literal;)*) => {
        impl StructureFormat {
            $(
                #[doc = concat!("Structure ", stringify!($code), ": ", $words, ".")]
                pub const $name: Self = Self { medium: StructureMedium::$medium, code: $code };
            )*
        }
    };
}

formats! {
    PHYSICAL = DVD 0x00, "the physical format";
    COPYRIGHT = DVD 0x01, "copyright of the disc";
    DISC_KEY = DVD 0x02, "the disc key";
    BURST_CUTTING_AREA = DVD 0x03, "the burst cutting area";
    MANUFACTURING = DVD 0x04, "the maker's own";
    COPYRIGHT_MANAGEMENT = DVD 0x05, "copyright of a sector";
    MEDIA_ID = DVD 0x06, "the media identifier of CPRM";
    MEDIA_KEY_BLOCK = DVD 0x07, "the media key block of CPRM";
    RAM_DEFINITION = DVD 0x08, "definition structure of a DVD-RAM";
    RAM_STATUS = DVD 0x09, "cartridge and protection of a DVD-RAM";
    RAM_SPARE_AREA = DVD 0x0A, "spare area of a DVD-RAM";
    RAM_RECORDING_TYPE = DVD 0x0B, "recording type of a DVD-RAM";
    LAST_BORDER_OUT = DVD 0x0C, "recording management data in the last border-out";
    RECORDING_MANAGEMENT = DVD 0x0D, "recording management data that was written last";
    PRE_RECORDED = DVD 0x0E, "what is pre-recorded in the lead-in";
    UNIQUE_ID = DVD 0x0F, "the unique disc identifier";
    LEAD_IN_FORMAT = DVD 0x10, "the physical format in the lead-in of a DVD-R";
    ADIP = DVD 0x11, "the physical format in the groove of a DVD+R";
    LAYER_BOUNDARY = DVD 0x20, "length of layer 0 of a DVD+R DL";
    SHIFTED_MIDDLE = DVD 0x21, "shifted middle area of a DVD-R DL";
    JUMP_INTERVAL = DVD 0x22, "jump interval of a DVD-R DL";
    MANUAL_JUMP = DVD 0x23, "manual layer jump of a DVD-R DL";
    REMAPPING = DVD 0x24, "remapped address of a DVD-R DL";
    CONTROL_BLOCK = DVD 0x30, "a disc control block";
    BD_INFORMATION = BD 0x00, "disc information of a BD";
    BD_DEFINITION = BD 0x08, "definition structure of a BD";
    BD_CARTRIDGE = BD 0x09, "cartridge of a BD";
    BD_SPARE_AREA = BD 0x0A, "spare area of a BD";
    BD_DEFECT_LIST = BD 0x12, "defect list of a BD, as it is on the disc";
    BD_ACCESS_CONTROL = BD 0x30, "physical access control of a BD";
    WRITE_PROTECTION = DVD 0xC0, "write protection, of any medium";
    LIST = DVD 0xFF, "all structures that the drive knows for this medium";
}

/// A structure, understood.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DiscStructure {
    /// [`StructureFormat::PHYSICAL`], and in the lead-in or the groove.
    Physical(PhysicalFormat),
    /// [`StructureFormat::COPYRIGHT`]
    Copyright(Copyright),
    /// [`StructureFormat::COPYRIGHT_MANAGEMENT`]
    CopyrightManagement(CopyrightManagement),
    /// [`StructureFormat::RAM_DEFINITION`]
    RamDefinition(RamDefinition),
    /// [`StructureFormat::RAM_STATUS`] and [`StructureFormat::BD_CARTRIDGE`]
    MediumStatus(MediumStatus),
    /// [`StructureFormat::RAM_SPARE_AREA`]
    RamSpareArea(RamSpareArea),
    /// [`StructureFormat::RAM_RECORDING_TYPE`]
    RecordingType(RecordingType),
    /// [`StructureFormat::PRE_RECORDED`]
    PreRecorded(PreRecorded),
    /// [`StructureFormat::UNIQUE_ID`]
    UniqueId(UniqueId),
    /// [`StructureFormat::LAYER_BOUNDARY`]
    LayerBoundary(LayerBoundary),
    /// [`StructureFormat::SHIFTED_MIDDLE`]
    ShiftedMiddle(ShiftedMiddle),
    /// [`StructureFormat::JUMP_INTERVAL`]
    JumpInterval(JumpInterval),
    /// [`StructureFormat::MANUAL_JUMP`]
    ManualJump(ManualJump),
    /// [`StructureFormat::REMAPPING`]
    Remapping(Remapping),
    /// [`StructureFormat::BD_INFORMATION`]
    BdInformation(BdInformation),
    /// [`StructureFormat::BD_DEFINITION`]
    BdDefinition(BdDefinition),
    /// [`StructureFormat::BD_SPARE_AREA`]
    BdSpareArea(BdSpareArea),
    /// [`StructureFormat::WRITE_PROTECTION`]
    WriteProtection(WriteProtection),
    /// [`StructureFormat::LIST`]
    List(Vec<ListedFormat>),
    /// Any other, whose bytes are the maker's own or in no public document: manufacturing, keys, recording management,
    /// defect lists.
    Other(Vec<u8>),
}

/// Two bytes of length, two that are reserved.
const HEADER: usize = 4;

impl DiscStructure {
    /// Understands the header and the data of that structure. Places in errors and notes count from the header.
    pub fn decode(format: StructureFormat, bytes: &[u8], notes: &mut Notes) -> Result<Self, BadReply> {
        let fields = whole16(bytes, HEADER, notes)?;
        let data = fields.slice(HEADER, fields.len() - HEADER)?;
        let mut inside = Notes::new();
        let decoded = match format {
            StructureFormat::PHYSICAL | StructureFormat::LEAD_IN_FORMAT | StructureFormat::ADIP => {
                PhysicalFormat::decode(data).map(Self::Physical)
            }
            StructureFormat::COPYRIGHT => Copyright::decode(data).map(Self::Copyright),
            StructureFormat::COPYRIGHT_MANAGEMENT => CopyrightManagement::decode(data).map(Self::CopyrightManagement),
            StructureFormat::RAM_DEFINITION => RamDefinition::decode(data, &mut inside).map(Self::RamDefinition),
            StructureFormat::RAM_STATUS | StructureFormat::BD_CARTRIDGE => {
                MediumStatus::decode(data).map(Self::MediumStatus)
            }
            StructureFormat::RAM_SPARE_AREA => RamSpareArea::decode(data).map(Self::RamSpareArea),
            StructureFormat::RAM_RECORDING_TYPE => RecordingType::decode(data).map(Self::RecordingType),
            StructureFormat::PRE_RECORDED => Ok(Self::PreRecorded(PreRecorded(data.to_vec()))),
            StructureFormat::UNIQUE_ID => UniqueId::decode(data).map(Self::UniqueId),
            StructureFormat::LAYER_BOUNDARY => LayerBoundary::decode(data).map(Self::LayerBoundary),
            StructureFormat::SHIFTED_MIDDLE => ShiftedMiddle::decode(data).map(Self::ShiftedMiddle),
            StructureFormat::JUMP_INTERVAL => JumpInterval::decode(data).map(Self::JumpInterval),
            StructureFormat::MANUAL_JUMP => ManualJump::decode(data).map(Self::ManualJump),
            StructureFormat::REMAPPING => Remapping::decode(data).map(Self::Remapping),
            StructureFormat::BD_INFORMATION => Ok(Self::BdInformation(BdInformation::decode(data))),
            StructureFormat::BD_DEFINITION => BdDefinition::decode(data, &mut inside).map(Self::BdDefinition),
            StructureFormat::BD_SPARE_AREA => BdSpareArea::decode(data).map(Self::BdSpareArea),
            StructureFormat { code: 0xC0, .. } => WriteProtection::decode(data).map(Self::WriteProtection),
            StructureFormat { code: 0xFF, .. } => {
                items(fields, HEADER, notes).map(ListedFormat::decode).collect::<Result<_, _>>().map(Self::List)
            }
            _ => Ok(Self::Other(data.to_vec())),
        };
        inside.as_slice().iter().for_each(|note| notes.add(HEADER + note.at, note.what));
        // Places in the data are four bytes further on in the answer.
        decoded.map_err(|error| match error {
            BadReply::Short { need, got } => BadReply::Short { need: need + HEADER, got: got + HEADER },
            BadReply::Impossible { at, what } => BadReply::Impossible { at: at + HEADER, what },
        })
    }

    /// Header and data.
    ///
    /// # Panics
    ///
    /// With more data than the length of two bytes can count.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let data = match self {
            Self::Physical(structure) => structure.encode(),
            Self::Copyright(structure) => structure.encode(),
            Self::CopyrightManagement(structure) => structure.encode(),
            Self::RamDefinition(structure) => structure.encode(),
            Self::MediumStatus(structure) => structure.encode(),
            Self::RamSpareArea(structure) => structure.encode(),
            Self::RecordingType(structure) => structure.encode(),
            Self::UniqueId(structure) => structure.encode(),
            Self::LayerBoundary(structure) => structure.encode(),
            Self::ShiftedMiddle(structure) => structure.encode(),
            Self::JumpInterval(structure) => structure.encode(),
            Self::ManualJump(structure) => structure.encode(),
            Self::Remapping(structure) => structure.encode(),
            Self::BdInformation(structure) => structure.encode(),
            Self::BdDefinition(structure) => structure.encode(),
            Self::BdSpareArea(structure) => structure.encode(),
            Self::WriteProtection(structure) => structure.encode(),
            Self::List(formats) => formats.iter().flat_map(|listed| listed.encode()).collect(),
            Self::PreRecorded(PreRecorded(bytes)) | Self::Other(bytes) => bytes.clone(),
        };
        let mut writer = Writer::zeroed(HEADER);
        writer.push(&data);
        let length = len16(writer.len() - 2);
        writer.u16(0, length).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    /// Each structure with its number and literal bytes, and how many of them are mandatory.
    fn table() -> Vec<(StructureFormat, DiscStructure, Vec<u8>, usize)> {
        let physical = PhysicalFormat {
            book: BookType::DVD_R,
            part_version: 5,
            disc_size: 0,
            maximum_rate: 2,
            layers: 1,
            opposite_track_path: false,
            layer_type: 2,
            linear_density: 0,
            track_density: 0,
            first_sector: 0x03_0000,
            last_sector: 0x26_0A9F,
            end_of_layer_0: 0,
            more: vec![0],
        };
        let listed = |code, sendable, length| ListedFormat { code, sendable, readable: true, length };
        let boundary = LayerBoundary { fixed: false, layer_0_blocks: 0x001F_D800 };
        let bd_protection = StructureFormat { medium: StructureMedium::BD, ..StructureFormat::WRITE_PROTECTION };
        vec![
            (
                StructureFormat::PHYSICAL,
                DiscStructure::Physical(physical),
                vec![0, 19, 0, 0, 0x25, 2, 2, 0, 0, 3, 0, 0, 0, 0x26, 0x0A, 0x9F, 0, 0, 0, 0, 0],
                20,
            ),
            (
                StructureFormat::COPYRIGHT,
                DiscStructure::Copyright(Copyright { system: 1, regions: 0xFE }),
                vec![0, 6, 0, 0, 1, 0xFE, 0, 0],
                8,
            ),
            (
                StructureFormat::LAYER_BOUNDARY,
                DiscStructure::LayerBoundary(boundary),
                vec![0, 10, 0, 0, 0, 0, 0, 0, 0, 0x1F, 0xD8, 0],
                12,
            ),
            (
                StructureFormat::BD_SPARE_AREA,
                DiscStructure::BdSpareArea(BdSpareArea { free: 256, allocated: 512 }),
                vec![0, 14, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0],
                16,
            ),
            (
                StructureFormat::RAM_SPARE_AREA,
                DiscStructure::RamSpareArea(RamSpareArea { unused_primary: 256, ..RamSpareArea::default() }),
                vec![0, 14, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
                16,
            ),
            (
                bd_protection,
                DiscStructure::WriteProtection(WriteProtection { cartridge: true, ..WriteProtection::default() }),
                vec![0, 6, 0, 0, 4, 0, 0, 0],
                8,
            ),
            (
                StructureFormat::LIST,
                DiscStructure::List(vec![listed(0, false, 0x0804), listed(0x20, true, 12)]),
                vec![0, 10, 0, 0, 0, 0x40, 8, 4, 0x20, 0xC0, 0, 12],
                4,
            ),
            (StructureFormat::MANUFACTURING, DiscStructure::Other(vec![1, 2, 3]), vec![0, 5, 0, 0, 1, 2, 3], 4),
        ]
    }

    #[test]
    fn structures_go_both_ways() {
        for (format, value, bytes, _) in table() {
            let mut notes = Notes::new();
            assert_eq!(DiscStructure::decode(format, &bytes, &mut notes), Ok(value.clone()));
            assert_eq!((value.encode(), notes.is_empty()), (bytes, true), "{value:?}");
        }
    }

    #[test]
    fn each_prefix_is_refused_or_knows_less() {
        for (format, value, bytes, mandatory) in table() {
            for len in 0..bytes.len() {
                match DiscStructure::decode(format, &bytes[..len], &mut Notes::new()) {
                    Ok(less) => assert!(len >= mandatory && less != value, "{format:?} {len}"),
                    Err(BadReply::Short { need, got }) => {
                        assert!(got == len && need > len && len < mandatory, "{format:?} {len}: {need} {got}");
                    }
                    Err(other) => panic!("{format:?} {len}: {other}"),
                }
            }
        }
    }

    #[test]
    fn places_count_from_the_header() {
        let mut notes = Notes::new();
        let zeros = [&[0, 62][..], &[0; 62]].concat();
        assert!(DiscStructure::decode(StructureFormat::BD_DEFINITION, &zeros, &mut notes).is_ok());
        assert_eq!(notes.as_slice().first().map(|note| note.at), Some(4));
        let short = DiscStructure::decode(StructureFormat::COPYRIGHT, &[0, 2, 0, 0], &mut notes);
        assert_eq!(short, Err(BadReply::Short { need: 8, got: 4 }));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_and_what_is_known_survives(code: u8, data in vec(any::<u8>(), 0..300)) {
            let [high, low] = len16(data.len() + 2).to_be_bytes();
            let bytes = [&[high, low, 0, 0], data.as_slice()].concat();
            for medium in [StructureMedium::DVD, StructureMedium::BD] {
                for code in (0..=0x30).chain([0xC0, 0xFF, code]) {
                    let format = StructureFormat { medium, code };
                    let _ = DiscStructure::decode(format, &data, &mut Notes::new());
                    if let Ok(structure) = DiscStructure::decode(format, &bytes, &mut Notes::new()) {
                        let again = DiscStructure::decode(format, &structure.encode(), &mut Notes::new());
                        prop_assert_eq!(again, Ok(structure));
                    }
                }
            }
        }
    }
}
