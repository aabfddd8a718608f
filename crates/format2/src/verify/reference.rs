//! [`Reference`]: what should be on a disc, and whether it is.

use std::{num::NonZeroU32, ops::Range};

use imapi_disc_types::{Block, BlockSource, Lba, SECTOR_SIZE};

use super::{Checksums, Fault, checksums::sum};

const BLOCK: usize = SECTOR_SIZE.get() as usize;

/// What should be on a disc: checksums of what was written, the source of it, or both.
#[derive(Clone, Copy)]
pub struct Reference<'a> {
    checksums: Option<&'a Checksums>,
    source: Option<&'a dyn BlockSource>,
    start: Lba,
    unit: NonZeroU32,
    within: Option<&'a [Range<i64>]>,
}

/// Units where none are known: what one command reads.
const UNIT: NonZeroU32 = NonZeroU32::new(32).expect("not zero");

/// Where a unit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Number of the section.
    pub section: usize,
    /// Its first block.
    pub first: Lba,
    /// How many it has.
    pub blocks: u32,
}

impl<'a> Reference<'a> {
    /// What was burned: its checksums, and the source, of which block 0 is at `start`. The source is read only where
    /// something differs.
    #[must_use]
    pub fn burned(checksums: &'a Checksums, source: &'a dyn BlockSource, start: Lba) -> Self {
        Self { checksums: Some(checksums), source: Some(source), start, unit: checksums.unit(), within: None }
    }

    /// What was burned, where the source is gone: what differs is known by its unit alone.
    #[must_use]
    pub fn checksums(checksums: &'a Checksums) -> Self {
        Self { checksums: Some(checksums), source: None, start: Lba(0), unit: checksums.unit(), within: None }
    }

    /// A source, of which block 0 is at `start`. It is read as the disc is.
    #[must_use]
    pub fn source(source: &'a dyn BlockSource, start: Lba) -> Self {
        Self { checksums: None, source: Some(source), start, unit: UNIT, within: None }
    }

    /// Nothing: these blocks can be read, whatever is in them.
    #[must_use]
    pub fn readable(blocks: &'a [Range<i64>]) -> Self {
        Self { checksums: None, source: None, start: Lba(0), unit: UNIT, within: Some(blocks) }
    }

    /// A source, and of it these addresses alone, in their order: what lies between sessions cannot be read.
    #[must_use]
    pub fn within(self, blocks: &'a [Range<i64>]) -> Self {
        Self { within: Some(blocks), ..self }
    }

    /// What can be compared: addresses of blocks, without those before 0, which no command reads as data.
    pub(super) fn sections(&self) -> Vec<Range<i64>> {
        let section = |start: Lba, blocks: u64| {
            let start = i64::from(start.0);
            let end = start.saturating_add(i64::try_from(blocks).unwrap_or(i64::MAX)).min(i64::from(i32::MAX));
            start.max(0)..end.max(0)
        };
        let parts = |blocks: Range<i64>| -> Vec<Range<i64>> {
            let Some(within) = self.within else { return std::iter::once(blocks).collect() };
            let part = |part: &Range<i64>| part.start.max(blocks.start)..part.end.min(blocks.end);
            within.iter().map(part).filter(|part| !part.is_empty()).collect()
        };
        match (self.checksums, self.source) {
            // Their numbers are those of the checksums.
            (Some(checksums), _) => checksums.sections().map(|(start, blocks)| section(start, blocks)).collect(),
            (None, Some(source)) => parts(section(self.start, source.blocks())),
            (None, None) => self.within.unwrap_or_default().to_vec(),
        }
    }

    /// The units of a section.
    pub(super) fn units(&self, section: usize, blocks: Range<i64>) -> impl Iterator<Item = Place> + use<> {
        let unit = i64::from(self.unit.get());
        let origin = self.checksums.map_or(0, |checksums| i64::from(checksums.origin().0));
        let mut at = blocks.start;
        std::iter::from_fn(move || {
            let unit_end = ((at - origin).div_euclid(unit) + 1).saturating_mul(unit).saturating_add(origin);
            let end = unit_end.min(blocks.end);
            let count = u32::try_from(end - at).ok().filter(|&count| count > 0)?;
            let first = Lba(i32::try_from(at).ok()?);
            at = end;
            Some(Place { section, first, blocks: count })
        })
    }

    /// Whether these bytes of the disc are what should be there; where they are not, which block differs first.
    pub(super) fn compare(&self, place: Place, bytes: &[u8]) -> Result<(), (Lba, Fault)> {
        let Some(checksums) = self.checksums else { return self.compare_with_source(place, bytes) };
        let Some(wanted) = checksums.of(place.section, place.first) else { return Ok(()) };
        if sum(bytes) == wanted {
            return Ok(());
        }
        match self.compare_with_source(place, bytes) {
            // The disc has what the source has now, and something else was written.
            Ok(()) if self.source.is_some() => Err((place.first, Fault::SourceChanged)),
            Ok(()) => Err((place.first, Fault::Differs)),
            located => located,
        }
    }

    fn compare_with_source(&self, place: Place, bytes: &[u8]) -> Result<(), (Lba, Fault)> {
        let Some(source) = self.source else { return Ok(()) };
        let mut wanted = vec![0; bytes.len()];
        // Before and behind the source are zeros that it was filled up with.
        let offset = place.first.distance_from(self.start);
        let behind = i64::try_from(source.blocks()).unwrap_or(i64::MAX);
        let from = offset.max(0).min(behind);
        let to = offset.saturating_add(place.blocks.into()).min(behind).max(from);
        if let (Ok(first), Ok(skip), Ok(len)) =
            (u64::try_from(from), usize::try_from(from - offset), usize::try_from(to - from))
        {
            if let Some(out) = wanted.get_mut(skip * BLOCK..(skip + len) * BLOCK).filter(|out| !out.is_empty()) {
                source.read_all(Block(first), out).map_err(|error| (place.first, Fault::Source(error)))?;
            }
        }
        let differs = |(found, wanted): (&[u8], &[u8])| found != wanted;
        match bytes.chunks(BLOCK).zip(wanted.chunks(BLOCK)).position(differs) {
            None => Ok(()),
            Some(at) => Err((at_block(place.first, at), Fault::Differs)),
        }
    }

    /// The file that a block belongs to.
    pub(super) fn file(&self, lba: Lba) -> Option<String> {
        let source = self.source?;
        let block = lba.in_source(self.start).ok().filter(|block| block.0 < source.blocks())?;
        source.name_of(block).map(std::borrow::Cow::into_owned)
    }
}

/// So many blocks further on.
pub(super) fn at_block(first: Lba, at: usize) -> Lba {
    i64::try_from(at).ok().and_then(|at| first.checked_add(at)).unwrap_or(first)
}
