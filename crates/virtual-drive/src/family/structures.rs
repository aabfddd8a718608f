//! READ DISC STRUCTURE: what DVDs and BDs tell of themselves besides their data.

use imapi_disc_types::MediaType;
use imapi_mmc_transport::structure::{
    BdBody, BdDefinition, BdInformation, BdKind, BdSpareArea, BdUnit, BookType, Copyright, DiscStructure,
    LayerBoundary, ListedFormat, MediumStatus, PhysicalFormat, PreRecorded, RamDefinition, RamSpareArea,
    StructureFormat, WriteProtection,
};

use super::{Disc, spares};

/// Structures of a sector are as long as one.
const SECTOR: usize = 2048;
/// The physical sector of block 0.
const FIRST_SECTOR: u32 = 0x03_0000;
const FIRST_SECTOR_RAM: u32 = 0x03_1000;
const FIRST_SECTOR_BD: u32 = 0x10_0000;
/// Addresses of physical sectors have 24 bits; on a second layer they are those of the first one inverted.
const SECTOR_MASK: u32 = 0x00FF_FFFF;
/// Sectors that a DVD-RAM has in its primary spare area.
const PRIMARY_SPARES: u32 = 12_800;
/// Everything may be written on the disc.
const UNRESTRICTED: u8 = 0x40;

/// Who made our discs, as each kind of disc says it.
const MAKER: [u8; 6] = *b"IMAPI\0";
const PLUS_MAKER: [u8; 8] = *b"IMAPI\0\0\0";
const DASH_MAKER: [[u8; 6]; 2] = [*b"IMAPI ", *b"VIRTUA"];
const MEDIA_TYPE: [u8; 3] = *b"V01";

/// One structure of a disc.
struct Known {
    format: StructureFormat,
    sendable: bool,
    structure: DiscStructure,
}

/// What a rule has to tell of the data on a disc.
#[derive(Clone, Copy)]
pub(super) struct Written {
    /// The block behind the last one that can be read.
    pub(super) end: u32,
    /// Where the last border ends, and where the next one begins.
    pub(super) borders: Option<(u32, u32)>,
    /// Blocks of layer 0, on discs with two.
    pub(super) layer_0: Option<(u32, bool)>,
}

impl Written {
    pub(super) fn up_to(end: u32) -> Self {
        Self { end, borders: None, layer_0: None }
    }
}

/// The structure of that number; `None` where the disc has none such.
pub(super) fn find(disc: Disc<'_>, written: Written, format: StructureFormat) -> Option<DiscStructure> {
    let known = all(disc, written);
    if format.code == StructureFormat::LIST.code {
        let listed = |known: &Known| {
            let length = u16::try_from(known.structure.encode().len()).unwrap_or(u16::MAX);
            ListedFormat { code: known.format.code, sendable: known.sendable, readable: true, length }
        };
        return Some(DiscStructure::List(known.iter().map(listed).collect()));
    }
    // From 80h on the numbers mean the same whatever kind of disc is asked for.
    let same = |known: &Known| known.format.code == format.code && (format.code >= 0x80 || known.format == format);
    known.into_iter().find(same).map(|known| known.structure)
}

fn all(disc: Disc<'_>, written: Written) -> Vec<Known> {
    let kind = disc.medium.kind;
    let mut known = if matches!(kind, MediaType::BDROM | MediaType::BDR | MediaType::BDRE) {
        of_bd(disc, written)
    } else {
        of_dvd(disc, written)
    };
    let rewritable = matches!(kind, MediaType::DVDRAM | MediaType::DVDPLUSRW | MediaType::BDRE);
    let pressed = matches!(kind, MediaType::DVDROM | MediaType::BDROM);
    let protection =
        WriteProtection { persistent: disc.state.prepared.protected, medium: pressed, ..WriteProtection::default() };
    let protection = DiscStructure::WriteProtection(protection);
    known.push(Known { format: StructureFormat::WRITE_PROTECTION, sendable: rewritable, structure: protection });
    known
}

fn of_dvd(disc: Disc<'_>, written: Written) -> Vec<Known> {
    let kind = disc.medium.kind;
    let known = |format, structure| Known { format, sendable: false, structure };
    let sector = || DiscStructure::Other(vec![0; SECTOR]);
    let mut all = vec![
        known(StructureFormat::PHYSICAL, DiscStructure::Physical(physical(disc, written, written.end))),
        known(StructureFormat::COPYRIGHT, DiscStructure::Copyright(Copyright::default())),
        known(StructureFormat::MANUFACTURING, sector()),
    ];
    match kind {
        MediaType::DVDRAM => all.extend(of_dvd_ram(disc)),
        MediaType::DVDDASHR | MediaType::DVDDASHR_DUALLAYER | MediaType::DVDDASHRW => {
            all.push(known(StructureFormat::LAST_BORDER_OUT, DiscStructure::Other(recording_management(disc))));
            all.push(known(StructureFormat::PRE_RECORDED, DiscStructure::PreRecorded(pre_recorded())));
            let lead_in = DiscStructure::Physical(physical(disc, written, written.end));
            all.push(known(StructureFormat::LEAD_IN_FORMAT, lead_in));
        }
        MediaType::DVDPLUSR | MediaType::DVDPLUSR_DUALLAYER | MediaType::DVDPLUSRW => {
            // What is stamped into the groove knows only how much there can be.
            let mut groove = physical(disc, written, disc.state.capacity);
            groove.more.truncate(256 - 16);
            groove.more[3..11].copy_from_slice(&PLUS_MAKER);
            groove.more[11..14].copy_from_slice(&MEDIA_TYPE);
            groove.more[14] = 1;
            all.push(known(StructureFormat::ADIP, DiscStructure::Physical(groove)));
        }
        _ => {}
    }
    if let (MediaType::DVDPLUSR_DUALLAYER, Some((layer_0_blocks, fixed))) = (kind, written.layer_0) {
        let boundary = DiscStructure::LayerBoundary(LayerBoundary { fixed, layer_0_blocks });
        all.push(Known { format: StructureFormat::LAYER_BOUNDARY, sendable: true, structure: boundary });
    }
    all
}

/// The physical format of a DVD whose data end before that block.
fn physical(disc: Disc<'_>, written: Written, end: u32) -> PhysicalFormat {
    let (book, part_version, layer_type) = match disc.medium.kind {
        MediaType::DVDRAM => (BookType::DVD_RAM, 6, 0b100),
        MediaType::DVDDASHR => (BookType::DVD_R, 5, 0b010),
        MediaType::DVDDASHR_DUALLAYER => (BookType::DVD_R, 6, 0b010),
        MediaType::DVDDASHRW => (BookType::DVD_RW, 2, 0b100),
        MediaType::DVDPLUSRW => (BookType::DVD_PLUS_RW, 2, 0b100),
        MediaType::DVDPLUSR => (BookType::DVD_PLUS_R, 1, 0b010),
        MediaType::DVDPLUSR_DUALLAYER => (BookType::DVD_PLUS_R_DUAL, 1, 0b010),
        _ => (BookType::DVD_ROM, 1, 0b001),
    };
    let ram = book == BookType::DVD_RAM;
    let first = if ram { FIRST_SECTOR_RAM } else { FIRST_SECTOR };
    let end_of_layer_0 =
        written.layer_0.map_or(0, |(blocks, _)| first.saturating_add(blocks.saturating_sub(1)) & SECTOR_MASK);
    let last_sector = match (end.checked_sub(1), written.layer_0) {
        (None, _) => 0,
        (Some(last), Some((blocks, _))) if last >= blocks => {
            (!end_of_layer_0 & SECTOR_MASK).wrapping_add(last - blocks) & SECTOR_MASK
        }
        (Some(last), _) => first.saturating_add(last) & SECTOR_MASK,
    };
    // Behind the sixteen bytes that all have: sixteen of zeros, and on DVD-R and DVD-RW where the borders are.
    let mut more = vec![0; SECTOR - 16];
    if let Some((out, next)) = written.borders {
        more[16..20].copy_from_slice(&first.saturating_add(out).to_be_bytes());
        more[20..24].copy_from_slice(&first.saturating_add(next).to_be_bytes());
    }
    PhysicalFormat {
        book,
        part_version,
        disc_size: 0,
        maximum_rate: if book == BookType::DVD_ROM { 2 } else { 15 },
        layers: 1 + u8::from(written.layer_0.is_some()),
        opposite_track_path: written.layer_0.is_some(),
        layer_type,
        linear_density: if ram { 4 } else { 0 },
        track_density: if ram { 2 } else { 0 },
        first_sector: first,
        last_sector,
        end_of_layer_0,
        more,
    }
}

fn of_dvd_ram(disc: Disc<'_>) -> Vec<Known> {
    let known = |format, structure| Known { format, sendable: false, structure };
    let definition = RamDefinition {
        in_process: false,
        user_certified: disc.state.formatted.is_some(),
        maker_certified: true,
        updates: 1,
        groups: 1,
        more: vec![0; SECTOR - 10],
    };
    let status = MediumStatus {
        persistently_protected: disc.state.prepared.protected,
        // A disc that never was in a cartridge.
        disc_type: 0x10,
        ..MediumStatus::default()
    };
    let supplement = disc.state.capacity.saturating_sub(disc.state.formatted.unwrap_or(disc.state.capacity));
    let spare = RamSpareArea {
        unused_primary: PRIMARY_SPARES,
        unused_supplementary: supplement,
        allocated_supplementary: supplement,
    };
    vec![
        known(StructureFormat::RAM_DEFINITION, DiscStructure::RamDefinition(definition)),
        known(StructureFormat::RAM_STATUS, DiscStructure::MediumStatus(status)),
        known(StructureFormat::RAM_SPARE_AREA, DiscStructure::RamSpareArea(spare)),
    ]
}

/// The first part of a DVD-R's or DVD-RW's recording management data: its form, and how it is written.
fn recording_management(disc: Disc<'_>) -> Vec<u8> {
    let state = disc.state;
    let status = match (state.tracks.is_empty(), state.prepared.at_once, state.finalized) {
        (true, ..) => 0,
        (false, true, _) => 1,
        (false, false, false) => 2,
        (false, false, true) => 3,
    };
    let mut data = vec![0; SECTOR];
    (data[1], data[2]) = (1, status);
    data
}

/// Pieces of eight bytes with their numbers; the third and the fourth have the maker's name.
fn pre_recorded() -> PreRecorded {
    let mut data = vec![0; 64];
    for (place, piece) in data.chunks_exact_mut(8).take(5).enumerate() {
        piece[0] = u8::try_from(place + 1).expect("five pieces");
    }
    data[1] = UNRESTRICTED;
    data[17..23].copy_from_slice(&DASH_MAKER[0]);
    data[25..31].copy_from_slice(&DASH_MAKER[1]);
    PreRecorded(data)
}

fn of_bd(disc: Disc<'_>, written: Written) -> Vec<Known> {
    let known = |format, structure| Known { format, sendable: false, structure };
    let kind = match disc.medium.kind {
        MediaType::BDR => BdKind::Recordable,
        MediaType::BDRE => BdKind::Rewritable,
        _ => BdKind::Rom,
    };
    let layers = spares::layers(disc);
    let unit = |layer: u8| BdUnit {
        format: 1,
        units: layers,
        layer,
        sequence: layer,
        continuation: false,
        used: 112,
        kind,
        disc_size: 0,
        class: 0,
        version: 1,
        layers,
        body: BdBody::default(),
        manufacturer: MAKER,
        media_type: MEDIA_TYPE,
        time_stamp: 0,
        revision: 1,
    };
    let units: Vec<BdUnit> = (0..layers).map(unit).collect();
    let more = vec![0; 2 * SECTOR - 112 * units.len()];
    let mut all =
        vec![known(StructureFormat::BD_INFORMATION, DiscStructure::BdInformation(BdInformation { units, more }))];
    let cartridge = DiscStructure::MediumStatus(MediumStatus::default());
    all.push(known(StructureFormat::BD_CARTRIDGE, cartridge));
    if kind != BdKind::Rom && disc.state.formatted.is_some() {
        let allocated = spares::allocated(disc);
        let free = allocated.saturating_sub(disc.state.prepared.replaced);
        all.push(known(
            StructureFormat::BD_DEFINITION,
            DiscStructure::BdDefinition(definition(disc, written, allocated)),
        ));
        let spare = DiscStructure::BdSpareArea(BdSpareArea { free, allocated });
        all.push(known(StructureFormat::BD_SPARE_AREA, spare));
    }
    all
}

/// The definition structure of a BD that is formatted: half of the spares are inside, half outside.
fn definition(disc: Disc<'_>, written: Written, allocated: u32) -> BdDefinition {
    BdDefinition {
        format: 1,
        updates: 1,
        drive_area: 0,
        defect_list: 0,
        first_user_sector: FIRST_SECTOR_BD,
        last_block: disc.state.formatted.unwrap_or(written.end).saturating_sub(1),
        inner_spare_0: allocated / 2,
        outer_spare: allocated - allocated / 2,
        inner_spare_1: 0,
        full_flags: 0,
        more: vec![0; SECTOR - 53],
    }
}
