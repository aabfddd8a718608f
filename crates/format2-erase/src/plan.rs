//! [`plan`]: what is done to a disc so that it is erased, known before anything is done.

use imapi_disc_types::MediaType;
use imapi_format2::{Probe, Way};
use imapi_mmc_transport::commands::{
    BackgroundFormat, BlankType, CapacityKind, FormatDescriptor, FormatOptions, FormatType,
};

use crate::EraseError;

/// How a disc is erased.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EraseOptions {
    /// Every block is written over; else only what makes the disc look used.
    #[doc(alias("IDiscFormat2Erase::put_FullErase", "IDiscFormat2Erase::get_FullErase"))]
    pub full: bool,
    /// What a DVD-RW is afterwards.
    pub becomes: Becomes,
    /// A mounted file system is no obstacle.
    pub force: bool,
}

/// What a disc that has two states is afterwards: a DVD-RW.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Becomes {
    /// Blank: it is written in sequence.
    #[default]
    Blank,
    /// Formatted: any of its packets can be written over (restricted overwrite).
    Overwritable,
}

/// A part of an erasure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// BLANK.
    Blank(BlankType),
    /// FORMAT UNIT.
    Format {
        /// How.
        descriptor: FormatDescriptor,
        /// What the drive need not do.
        options: FormatOptions,
        /// The list of defects is made anew.
        complete_list: bool,
    },
    /// Zeros are written.
    Zeros {
        /// From this block on.
        first: u32,
        /// So many blocks.
        blocks: u32,
    },
    /// CLOSE SESSION: a DVD-RW that was formatted quickly gets its end.
    Close,
}

/// What makes a disc look used, at both ends: 2 MiB.
const LOOKED_AT: u32 = (2 << 20) / 2048;
/// A DVD-RW that was formatted quickly gets so much, as drives that only read do not take to discs with less.
const TRAILBLAZER: u32 = (128 << 20) / 2048;
/// The blocks of a packet of a DVD-RW, which its formats want to be told.
const PACKET: u32 = 16;
/// The parameter of a DVD+RW's format that goes on where an earlier one was stopped.
const RESTART: u32 = 1;
/// As much as there is.
const ALL: u32 = u32::MAX;

/// What is to be done so that the disc is erased. `readable` is how many blocks the drive says that can be read.
pub fn plan(probe: &Probe, readable: u32, options: &EraseOptions) -> Result<Vec<Step>, EraseError> {
    let medium = probe.medium();
    let blank = Step::Blank(if options.full { BlankType::Disc } else { BlankType::Minimal });
    let says_erasable = probe.disc.as_ref().is_some_and(|disc| disc.state.erasable);
    let never = EraseError::NotErasable { medium, cause: None };
    match (probe.way, medium) {
        (_, medium) if medium.is_write_once() => Err(never),
        // Some drives take a CD-RW for a CD-ROM, and blank it all the same.
        (Way::ReadOnly, MediaType::CDROM) if says_erasable => Ok(vec![blank]),
        (Way::ReadOnly, _) => Err(never),
        (Way::Cd | Way::DvdSequential | Way::DvdRestricted, _) if !says_erasable => Err(never),
        (Way::Cd, _) if options.becomes == Becomes::Blank => Ok(vec![blank]),
        (Way::DvdSequential | Way::DvdRestricted, _) => Ok(match options.becomes {
            Becomes::Blank => vec![blank],
            Becomes::Overwritable => restricted(probe, readable, options.full),
        }),
        (Way::DvdPlusRw, _) => Ok(plus_rw(probe, readable, options.full)),
        (Way::Random, MediaType::DVDRAM | MediaType::BDRE) => random(probe, readable, options.full),
        _ => Err(EraseError::MediumNotSupported { medium }),
    }
}

/// Zeros, everywhere or at both ends.
fn zeros(blocks: u32, full: bool) -> Vec<Step> {
    if full || blocks <= 2 * LOOKED_AT {
        return vec![Step::Zeros { first: 0, blocks }];
    }
    let first = Step::Zeros { first: 0, blocks: LOOKED_AT };
    // Whole units, so that the drive need not read what it does not overwrite.
    let last = (blocks - LOOKED_AT) / 32 * 32;
    vec![first, Step::Zeros { first: last, blocks: blocks - last }]
}

fn format(descriptor: FormatDescriptor) -> Step {
    Step::Format { descriptor, options: FormatOptions::default(), complete_list: false }
}

/// A DVD-RW that shall be overwritable.
fn restricted(probe: &Probe, readable: u32, full: bool) -> Vec<Step> {
    let wanted = |format, blocks| FormatDescriptor { blocks, format, subtype: 0, parameter: PACKET };
    // While it grows, what can be read is not what can be written.
    let whole = probe.formats.as_ref().is_some_and(|formats| formats.current.kind == CapacityKind::Formatted);
    let reaches = readable >= if full { probe.facts.capacity } else { 1 };
    if probe.way == Way::DvdRestricted && whole && reaches {
        return zeros(readable, full);
    }
    // A full format takes as long as writing all of it, and drives need not tell with what.
    let most = if full { ALL } else { TRAILBLAZER };
    let blocks = probe.facts.capacity.min(most) / PACKET * PACKET;
    vec![format(wanted(FormatType::QUICK, 0)), Step::Zeros { first: 0, blocks }, Step::Close]
}

/// A DVD+RW.
fn plus_rw(probe: &Probe, readable: u32, full: bool) -> Vec<Step> {
    let state = probe.disc.as_ref().map_or(BackgroundFormat::Complete, |disc| disc.background_format);
    let offered = probe.format(FormatType::DVD_PLUS_RW).map_or(ALL, |offered| offered.blocks);
    let again = |parameter| {
        format(FormatDescriptor { blocks: offered, format: FormatType::DVD_PLUS_RW, subtype: 0, parameter })
    };
    let all = if probe.facts.capacity > 0 { probe.facts.capacity } else { readable };
    if state == BackgroundFormat::None || !probe.is_formatted() {
        let mut steps = vec![again(0)];
        // Behind what the drive has formatted it has to be waited for.
        let first = if full { all } else { all.min(LOOKED_AT) };
        steps.push(Step::Zeros { first: 0, blocks: first });
        return steps;
    }
    if !full {
        return zeros(readable, false);
    }
    let mut steps = Vec::new();
    if state == BackgroundFormat::Suspended {
        steps.push(again(RESTART));
    }
    steps.push(Step::Zeros { first: 0, blocks: all });
    steps
}

/// DVD-RAM and BD-RE.
fn random(probe: &Probe, readable: u32, full: bool) -> Result<Vec<Step>, EraseError> {
    if probe.is_formatted() {
        return Ok(zeros(if full { probe.facts.capacity.max(readable) } else { readable }, full));
    }
    let usual = probe.format(FormatType::FULL).or_else(|| probe.format(FormatType::BD_RE_SPARES));
    let Some(descriptor) = usual.copied() else {
        return Err(EraseError::MediumNotSupported { medium: probe.medium() });
    };
    // Reading a whole DVD-RAM again after writing it takes an hour.
    let quick = !full && probe.medium() == MediaType::DVDRAM;
    let options = FormatOptions { options_valid: quick, without_certification: quick, ..FormatOptions::default() };
    let format = Step::Format { descriptor, options, complete_list: quick };
    Ok([vec![format], zeros(descriptor.blocks, full)].concat())
}
