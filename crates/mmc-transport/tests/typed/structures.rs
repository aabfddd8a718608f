//! READ DISC STRUCTURE.

use imapi_mmc_transport::{
    commands::ReadDiscStructure,
    structure::{BookType, DiscStructure, PhysicalFormat, StructureFormat},
};

use crate::case::Case;

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (format, code) in [(StructureFormat::PHYSICAL, 0x00), (StructureFormat::ADIP, 0x11)] {
        for opposite_track_path in [true, false] {
            cases.push(physical(format, code, opposite_track_path));
        }
    }
    cases
}

fn physical(format: StructureFormat, code: i64, opposite_track_path: bool) -> Case {
    let structure = PhysicalFormat {
        book: BookType::DVD_PLUS_R,
        part_version: 1,
        disc_size: 2,
        maximum_rate: 3,
        layers: 3,
        opposite_track_path,
        layer_type: 4,
        linear_density: 5,
        track_density: 6,
        first_sector: 0x0001_0203,
        last_sector: 0x0004_0506,
        end_of_layer_0: 0x0007_0809,
        more: b"\x80\x42\x05MAKER-01T12\x09\x38".to_vec(),
    };
    let maker = structure.plus_maker().expect("the book is that of a DVD+R");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("letters");
    let case = Case::query(
        &ReadDiscStructure { format, address: 0x0102_0304, layer: 5, allocation: 0x0607, agid: 2 },
        &DiscStructure::Physical(structure),
    )
    .says("scsi_mmc.read_dvd.address", 0x0102_0304)
    .says("scsi_mmc.read_dvd.layer_number", 5)
    .says("scsi_mmc.read_dvd.format", code)
    .says("scsi.cdb.alloclen16", 0x0607)
    .says("scsi_mmc.read_dvd.agid", 2)
    .has_all(&[
        ("scsi_mmc.data_length", 2 + 16 + 16),
        ("scsi_mmc.book.type", 0xA),
        ("scsi_mmc.book.version", 1),
        ("scsi_mmc.disc.size", 2),
        ("scsi_mmc.disc.rate", 3),
        // The number in the field is one less than that of layers.
        ("scsi_mmc.disk.num_layers", 2),
        ("scsi_mmc.disk.track_path", i64::from(opposite_track_path)),
        ("scsi_mmc.disc.structure", 4),
        ("scsi_mmc.density.channel_bit_length", 5),
        ("scsi_mmc.density.average_track_pitch", 6),
        ("scsi_mmc.first_physical", 0x0001_0203),
        ("scsi_mmc.last_physical", 0x0004_0506),
        // From here on the bytes are those of DVD+R; tshark reads the bit for a burst cutting area elsewhere.
        ("scsi_mmc.adip.extended_format_info", 0),
        ("scsi_mmc.disk_application_code", 0x42),
        ("scsi_mmc.adip.extended_format_block.0", 1),
        ("scsi_mmc.adip.extended_format_block.1", 0),
        ("scsi_mmc.adip.extended_format_block.2", 1),
        ("scsi_mmc.adip.extended_format_block.3", 0),
        ("scsi_mmc.adip.extended_format_block.4", 0),
        ("scsi_mmc.adip.extended_format_block.5", 0),
        ("scsi_mmc.adip.number_of_physical_info", 0x38),
    ])
    .has("scsi_mmc.adip.device_manufacturer_id", text(&maker.manufacturer).as_str())
    .has("scsi_mmc.adip.media_type_id", text(&maker.media_type).as_str())
    .has("scsi_mmc.adip.product_revision_number", maker.revision);
    // ADIP has no such field.
    if code == 0 { case.has("scsi_mmc.last_physical_layer0", 0x0007_0809) } else { case }
}
