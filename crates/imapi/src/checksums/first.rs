//! [`First`]: a disc or an image as its first session was, before others took the place of what it begins with. The table
//! of checksums is of that.

use std::{collections::BTreeMap, sync::Arc};

use imapi_volume_structs::{
    SECTOR, SessionLink,
    iso9660::{FIRST_DESCRIPTOR, VolumeDescriptor},
    udf::{ANCHOR_BLOCK, Anchor, DESCRIPTOR_LEN, PrimaryVolume, Recognition, Stamp, Tag},
};

use super::{
    BLOCK,
    check::{CheckError, Read, Readable},
};

/// The blocks at the beginning of a disc that are kept when a session takes their place.
const HEAD: u64 = 32;
/// The last anchor of a session stands so few blocks before what is kept.
const BEFORE_HEAD: u64 = 512;
/// No disc has more sessions.
const MOST: usize = 4096;
const ANCHOR: u64 = ANCHOR_BLOCK as u64;

type Sector = [u8; SECTOR];

/// A disc or an image as its first session was.
pub(super) struct First<'a, R> {
    source: &'a R,
    /// The blocks that a later session has written again, as they were.
    before: BTreeMap<u64, Sector>,
}

impl<'a, R: Readable> First<'a, R> {
    /// Looks whether there are later sessions that took the place of something.
    pub fn of(source: &'a R) -> Result<Self, CheckError> {
        let mut first = Self { source, before: BTreeMap::new() };
        let Some(head) = first.kept_head()? else { return Ok(first) };
        let mut before = BTreeMap::new();
        for block in u64::from(FIRST_DESCRIPTOR)..HEAD {
            let (kept, there) = (first.sector(head + block)?, first.sector(block)?);
            let is_descriptor = |sector: &Sector| Recognition::decode(sector).is_ok();
            // What is behind the descriptors stands where it stood, and is no copy.
            if ![kept, there].iter().flatten().any(is_descriptor) {
                break;
            }
            before.extend(kept.map(|sector| (block, sector)));
        }
        before.extend(first.old_anchor(head)?.map(|sector| (ANCHOR, sector)));
        first.before = before;
        Ok(first)
    }

    /// There are later sessions.
    pub fn has_later(&self) -> bool {
        !self.before.is_empty()
    }

    fn sector(&self, block: u64) -> Result<Option<Sector>, CheckError> {
        let (bytes, missing) = self.source.read(block, 1)?;
        Ok(bytes.first_chunk::<SECTOR>().copied().filter(|_| missing.is_empty()))
    }

    /// Where the beginning of the first session is kept.
    fn kept_head(&self) -> Result<Option<u64>, CheckError> {
        let mut start = 0;
        for _ in 0..MOST {
            let Some(link) = self.link(start)? else { return Ok(None) };
            if start > 0 && u64::from(link.start) != start {
                return Ok(None);
            }
            if link.previous_start == 0 {
                return Ok(Some(link.previous_head.into()));
            }
            start = link.previous_start.into();
        }
        Ok(None)
    }

    /// What the session that begins there says of the one before it.
    fn link(&self, session: u64) -> Result<Option<SessionLink>, CheckError> {
        let descriptor = self.sector(session + u64::from(FIRST_DESCRIPTOR))?;
        let descriptor = descriptor.and_then(|sector| VolumeDescriptor::decode(&sector).ok());
        if let Some(link) = descriptor.and_then(|found| SessionLink::decode(&found.application_use).ok()) {
            return Ok(Some(link));
        }
        let anchor = self.sector(session + ANCHOR)?.and_then(|sector| Anchor::decode(&sector).ok());
        let Some(anchor) = anchor else { return Ok(None) };
        let volume = self.sector(anchor.main.block.into())?;
        let link = volume
            .and_then(|sector| SessionLink::decode(&PrimaryVolume::decode(&sector).ok()?.implementation_use).ok());
        Ok(link)
    }

    /// The first anchor as it was: the last one says the same of another block.
    fn old_anchor(&self, head: u64) -> Result<Option<Sector>, CheckError> {
        let lowest = head.saturating_sub(BEFORE_HEAD).max(ANCHOR + 1);
        for block in (lowest..head).rev() {
            let Some(sector) = self.sector(block)? else { continue };
            let (Ok(anchor), Ok(tag)) = (Anchor::decode(&sector), Tag::decode(&sector)) else { continue };
            if u64::from(tag.stamp.location) != block {
                continue;
            }
            let mut before = [0; SECTOR];
            if let Some(out) = before.first_chunk_mut::<DESCRIPTOR_LEN>() {
                anchor.encode(Stamp { location: ANCHOR_BLOCK, ..tag.stamp }, out);
            }
            return Ok(Some(before));
        }
        Ok(None)
    }
}

impl<R: Readable> Readable for First<'_, R> {
    fn read(&self, first: u64, count: usize) -> Read {
        let (bytes, missing) = self.source.read(first, count)?;
        let end = first + count as u64;
        if self.before.range(first..end).next().is_none() {
            return Ok((bytes, missing));
        }
        let mut bytes = bytes.to_vec();
        for (block, sector) in self.before.range(first..end) {
            let at = usize::try_from(block - first).unwrap_or(count) * BLOCK;
            if let Some(out) = bytes.get_mut(at..at + BLOCK).filter(|_| !missing.contains(block)) {
                out.copy_from_slice(sector);
            }
        }
        Ok((Arc::from(bytes), missing))
    }
}
