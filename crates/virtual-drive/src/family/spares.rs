//! How BDs are formatted: with spare clusters for bad ones, or without.

use imapi_mmc_transport::{
    InvalidField, Sense,
    commands::{FormatDescriptor, FormatType},
};

use super::Disc;

/// Spare clusters of a layer of 25 GB: what drives propose, the most and the least that they offer.
const USUAL: u32 = 0x3000;
const MOST: u32 = 0x5000;
const LEAST: u32 = 0x1000;

/// The parameter of formats that have no other: the size of a block.
pub(super) const BLOCK_SIZE: u32 = 2048;

/// Blocks of a layer of the largest discs.
const LARGEST_LAYER: u32 = 16_292_864;

/// How many layers the disc has.
pub(super) fn layers(disc: Disc<'_>) -> u8 {
    u8::try_from(disc.medium.blocks.div_ceil(LARGEST_LAYER)).unwrap_or(u8::MAX)
}

/// So many clusters of a layer, on this disc: more on one with more layers, fewer on one that was made smaller.
fn clusters(disc: Disc<'_>, of_a_layer: u32) -> u32 {
    let layers = u32::from(layers(disc));
    let scaled = u64::from(of_a_layer * layers) * u64::from(disc.state.capacity) / u64::from(disc.medium.blocks);
    u32::try_from(scaled).unwrap_or(u32::MAX).max(1)
}

/// A format with so many spare clusters of a layer.
fn with_spares(disc: Disc<'_>, format: FormatType, subtype: u8, of_a_layer: u32) -> FormatDescriptor {
    let spares = clusters(disc, of_a_layer);
    let blocks = disc.state.capacity.saturating_sub(spares * disc.medium.unit());
    FormatDescriptor { blocks, format, subtype, parameter: spares }
}

/// Spare clusters that the disc was formatted with.
pub(super) fn allocated(disc: Disc<'_>) -> u32 {
    let blocks = disc.state.formatted.unwrap_or(disc.state.capacity);
    disc.state.capacity.saturating_sub(blocks) / disc.medium.unit()
}

/// The ways to format a BD-R: as the drive likes, and with three numbers of spare clusters, with and without
/// pseudo-overwrite.
pub(super) fn of_bd_r(disc: Disc<'_>) -> Vec<FormatDescriptor> {
    let mut offers = vec![with_spares(disc, FormatType::FULL, 0, USUAL)];
    for subtype in [0, 1] {
        offers.extend([USUAL, MOST, LEAST].map(|spares| with_spares(disc, FormatType::BD_R, subtype, spares)));
    }
    offers
}

/// The ways to format a BD-RE: as the drive likes, with three numbers of spare clusters, and without any.
pub(super) fn of_bd_re(disc: Disc<'_>) -> Vec<FormatDescriptor> {
    let mut offers = vec![with_spares(disc, FormatType::FULL, 0, USUAL)];
    offers.extend([USUAL, MOST, LEAST].map(|spares| with_spares(disc, FormatType::BD_RE_SPARES, 0, spares)));
    offers.push(FormatDescriptor {
        blocks: disc.state.capacity,
        format: FormatType::BD_RE_NO_SPARES,
        subtype: 0,
        parameter: BLOCK_SIZE,
    });
    offers
}

/// The size that the disc gets when it is formatted like that.
///
/// A host sends one of the sizes that were offered, something between them, or all ones for as much as there is.
pub(super) fn size(disc: Disc<'_>, wanted: FormatDescriptor, offers: &[FormatDescriptor]) -> Result<u32, Sense> {
    const BLOCKS: u16 = 4;
    const TYPE_BIT: u8 = 7;
    const TYPE: u16 = 8;
    const PARAMETER: u16 = 9;
    let same: Vec<&FormatDescriptor> = offers.iter().filter(|offer| offer.format == wanted.format).collect();
    let (Some(least), Some(most)) =
        (same.iter().map(|offer| offer.blocks).min(), same.iter().map(|offer| offer.blocks).max())
    else {
        return Err(Sense::from(InvalidField::data_bit(TYPE, TYPE_BIT)));
    };
    let known = |parameter| parameter == 0 || parameter == BLOCK_SIZE || same.iter().any(|o| o.parameter == parameter);
    if !known(wanted.parameter) {
        return Err(Sense::from(InvalidField::data(PARAMETER)));
    }
    let blocks = if wanted.blocks == u32::MAX { most } else { wanted.blocks };
    if blocks < least || blocks > most || blocks % disc.medium.unit() != 0 {
        return Err(Sense::from(InvalidField::data(BLOCKS)));
    }
    Ok(blocks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DiscState, Geometry, Medium, State as _};

    fn sizes(name: &str, blocks: Option<u32>, offers: fn(Disc<'_>) -> Vec<FormatDescriptor>) -> Vec<(u8, u32, u32)> {
        let medium: &'static Medium = name.parse().expect("a medium");
        let geometry: Geometry = medium.geometry(blocks).expect("a size");
        let state = DiscState::blank(&geometry);
        let disc = Disc { medium, state: &state, formats_in_background: false };
        offers(disc).iter().map(|offer| (offer.format.0, offer.blocks, offer.parameter)).collect()
    }

    /// What drives offer for a BD-RE of 25 GB.
    #[test]
    fn a_disc_of_25_gb_is_offered_the_sizes_that_drives_offer() {
        let expected = [
            (0x00, 11_826_176, 0x3000),
            (0x30, 11_826_176, 0x3000),
            (0x30, 11_564_032, 0x5000),
            (0x30, 12_088_320, 0x1000),
            (0x31, 12_219_392, 0x800),
        ];
        assert_eq!(sizes("bd-re", None, of_bd_re), expected);
        let bd_r = [(0x00, 11_826_176), (0x32, 11_826_176), (0x32, 11_564_032), (0x32, 12_088_320)];
        let offered = sizes("bd-r", None, of_bd_r);
        assert_eq!(offered[..4].iter().map(|offer| (offer.0, offer.1)).collect::<Vec<_>>(), bd_r);
        assert_eq!(sizes("bd-r-50", None, of_bd_r)[0].1, 23_652_352);
    }

    #[test]
    fn a_small_disc_has_few_spares() {
        assert_eq!(sizes("bd-re", Some(3200), of_bd_re)[..3], [(0, 3104, 3), (0x30, 3104, 3), (0x30, 3040, 5)]);
        assert!(sizes("bd-r", Some(64), of_bd_r).iter().all(|&(_, blocks, spares)| (blocks, spares) == (32, 1)));
    }
}
