//! Reading and writing blocks.

use imapi_disc_types::Lba;
use imapi_mmc_transport::{Data, InvalidField, Sense};

use super::{Inner, Loaded, Reply, broken};
use crate::family::{Disc, Rules, rules};

/// Bytes of a block, as hosts see it.
const BLOCK: usize = 2048;

impl Loaded {
    /// The disc, and the rules of its family. A disc whose family has none yet is one that this drive does not know.
    pub(super) fn rules(&self) -> Result<(Disc<'_>, &'static dyn Rules), Sense> {
        let rules = rules(self.medium.family).ok_or(Sense::INCOMPATIBLE_MEDIUM)?;
        Ok((Disc { medium: self.medium, state: self.file.state() }, rules))
    }
}

impl Inner {
    pub(super) fn read(&mut self, start: Lba, blocks: u32, data: &mut Data<'_>) -> Result<Reply, Sense> {
        let loaded = self.present()?;
        let (disc, rules) = loaded.rules()?;
        let first = address(start)?;
        let end = first.checked_add(blocks).filter(|&end| end <= rules.readable_end(disc));
        if end.is_none() {
            return Err(Sense::OUT_OF_RANGE.at(start));
        }
        let Data::In(buffer) = data else { return Ok(Reply::Done) };
        let asked = bytes(blocks).min(buffer.len());
        // A buffer that ends within a block gets the blocks that fit, and the rest of it stays as it was.
        let whole = asked - asked % BLOCK;
        loaded.file.read(start.0, &mut buffer[..whole]).map_err(|error| broken(&error))?;
        Ok(Reply::Filled(whole))
    }

    pub(super) fn write(&mut self, start: Lba, blocks: u32, data: &mut Data<'_>) -> Result<Reply, Sense> {
        let loaded = self.present()?;
        let (disc, rules) = loaded.rules()?;
        let first = address(start)?;
        if blocks == 0 {
            return Ok(Reply::Done);
        }
        let changes = rules.write(disc, first, blocks).map_err(|sense| sense.at(start))?;
        let Data::Out(sent) = data else { return Err(Sense::from(InvalidField::cdb(7))) };
        let Some(payload) = sent.get(..bytes(blocks)) else { return Err(Sense::from(InvalidField::cdb(7))) };
        loaded.file.write(start.0, payload).map_err(|error| broken(&error))?;
        loaded.file.change_soon(changes).map_err(|error| broken(&error))?;
        Ok(Reply::Filled(payload.len()))
    }
}

/// The block with that address; discs that are no CDs have none below zero.
fn address(lba: Lba) -> Result<u32, Sense> {
    u32::try_from(lba.0).map_err(|_| Sense::OUT_OF_RANGE.at(lba))
}

fn bytes(blocks: u32) -> usize {
    usize::try_from(blocks).unwrap_or(usize::MAX).saturating_mul(BLOCK)
}
