//! Spare blocks: what a disc has of them, and how it is formatted to have others.

use imapi_disc_types::MediaType;
use imapi_format2::{Probe, Way};
use imapi_mmc_transport::{
    commands::{FormatDescriptor, FormatType},
    feature::FeatureCode,
};

use crate::{DefectManagement, SpareArea};

/// Of the formats of a BD-R the one in sequence, with spare blocks and without overwriting.
const SPARES_IN_SEQUENCE: u8 = 1;
/// The size of a block, which formats of whole discs want to be told.
const BLOCK_SIZE: u32 = 2048;

/// What is to be done for the spare blocks that somebody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spares {
    /// Nothing.
    AsTheyAre,
    /// The disc is as it is, and cannot be as it is wanted.
    Stay,
    /// The disc is formatted.
    Format(FormatDescriptor),
}

/// Whether the disc has spare blocks. A blank one has none yet.
fn has_spares(probe: &Probe) -> bool {
    match (probe.way, probe.medium()) {
        (Way::Random, MediaType::DVDRAM | MediaType::DISK) => true,
        (Way::Random, _) => {
            let now = probe.formats.as_ref().map_or(0, |formats| formats.current.blocks);
            // Spare blocks are those that are missing.
            let most = probe.format(FormatType::BD_RE_NO_SPARES).map_or(0, |without| without.blocks);
            probe.is_formatted() && (now < most || most == 0)
        }
        (Way::BdR | Way::BdRPseudo, _) => probe.has(FeatureCode::HARDWARE_DEFECT_MANAGEMENT),
        _ => false,
    }
}

/// What is to be done so that the disc has the spare blocks that are wanted, or none.
pub(crate) fn plan(probe: &Probe, wanted: DefectManagement, spare: SpareArea) -> Spares {
    let unformatted = probe.way == Way::Random && probe.formats.is_some() && !probe.is_formatted();
    let has = has_spares(probe);
    match wanted {
        DefectManagement::On if has && (spare == SpareArea::Usual || is_as_wanted(probe, spare)) => Spares::AsTheyAre,
        DefectManagement::On => with_spares(probe, spare).map_or(Spares::Stay, Spares::Format),
        DefectManagement::Off if probe.medium() == MediaType::BDRE && (has || unformatted) => {
            probe.format(FormatType::BD_RE_NO_SPARES).copied().map_or_else(
                || if unformatted { usual(probe) } else { Spares::Stay },
                |without| Spares::Format(FormatDescriptor { parameter: BLOCK_SIZE, ..without }),
            )
        }
        DefectManagement::Off if has => Spares::Stay,
        DefectManagement::AsItIs | DefectManagement::Off if unformatted => usual(probe),
        DefectManagement::AsItIs | DefectManagement::Off => Spares::AsTheyAre,
    }
}

/// The format that a drive proposes for a disc that has none.
fn usual(probe: &Probe) -> Spares {
    let unknown = FormatDescriptor { blocks: u32::MAX, format: FormatType::FULL, subtype: 0, parameter: 0 };
    let offered = probe.format(FormatType::FULL).copied().unwrap_or(unknown);
    // The parameter is the size of a block, whatever else drives tell of their spare blocks there.
    Spares::Format(FormatDescriptor { parameter: BLOCK_SIZE, ..offered })
}

/// Whether a disc that has spare blocks has as many as are wanted.
fn is_as_wanted(probe: &Probe, spare: SpareArea) -> bool {
    let now = probe.formats.as_ref().map(|formats| formats.current.blocks);
    with_spares(probe, spare).is_some_and(|wanted| Some(wanted.blocks) == now)
}

/// The format with so many spare blocks.
fn with_spares(probe: &Probe, spare: SpareArea) -> Option<FormatDescriptor> {
    let (format, subtype) = match probe.way {
        Way::BdR if probe.facts.is_blank() => (FormatType::BD_R, SPARES_IN_SEQUENCE),
        Way::Random => (FormatType::BD_RE_SPARES, 0),
        _ => return None,
    };
    let all = || probe.formats.iter().flat_map(|formats| &formats.formattable).filter(|offer| offer.format == format);
    // A drive may list each way to format a BD-R by itself, or only one of them.
    let exact = || all().filter(|offer| offer.subtype == subtype);
    let found = if exact().next().is_some() { choose(exact(), spare) } else { choose(all(), spare) };
    found.map(|offer| FormatDescriptor { subtype, ..*offer })
}

fn choose<'a>(
    mut offers: impl Iterator<Item = &'a FormatDescriptor>,
    spare: SpareArea,
) -> Option<&'a FormatDescriptor> {
    match spare {
        SpareArea::Usual => offers.next(),
        SpareArea::Least => offers.max_by_key(|offer| offer.blocks),
        SpareArea::Most => offers.min_by_key(|offer| offer.blocks),
    }
}
