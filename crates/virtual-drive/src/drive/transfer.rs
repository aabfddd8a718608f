//! Reading and writing blocks.

use imapi_disc_types::Lba;
use imapi_mmc_transport::{
    Data, InvalidField, Query, Sense, SenseKey,
    commands::{ReadCd, ReadHeader, ReadSubChannel, Verify10, WriteAndVerify10},
};

use super::{Inner, Reply};
use crate::{
    Loaded,
    family::{BLOCK, WriteOrder},
};

/// Someone has protected the disc until someone takes that back.
const PERSISTENTLY_PROTECTED: Sense = Sense::new(SenseKey::DataProtect, 0x27, 0x04);

/// Blocks that are compared, or read in the forms of a CD, at a time.
const PIECE: u32 = 512;

impl Inner {
    pub(super) fn read(&mut self, start: Lba, blocks: u32, data: &mut Data<'_>) -> Result<Reply, Sense> {
        let loaded = self.present()?;
        let rules = loaded.rules()?;
        let asked = match data {
            Data::In(buffer) => bytes(blocks).min(buffer.len()),
            Data::None | Data::Out(_) => 0,
        };
        // A buffer that ends within a block gets the blocks that fit, and the rest of it stays as it was.
        let whole = asked - asked % BLOCK;
        let out = match data {
            Data::In(buffer) => &mut buffer[..whole],
            Data::None | Data::Out(_) => &mut [],
        };
        rules.read(loaded, start, blocks, out).map_err(|sense| about(sense, start))?;
        Ok(Reply::Filled(whole))
    }

    pub(super) fn write(&mut self, start: Lba, blocks: u32, data: &Data<'_>) -> Result<Reply, Sense> {
        let page = self.settings.write_parameters();
        self.may_be_written()?;
        let loaded = self.present()?;
        let rules = loaded.rules()?;
        if blocks == 0 {
            return Ok(Reply::Done);
        }
        let data = match data {
            Data::Out(sent) => sent,
            Data::None | Data::In(_) => return Err(Sense::from(InvalidField::cdb(7))),
        };
        if page.test_write && rules.rehearses(loaded.disc()) {
            loaded.rehearse(true);
        }
        let order = WriteOrder { start, blocks, data, page: &page };
        let taken = rules.write(loaded, order).map_err(|sense| about(sense, start))?;
        loaded.heal(start.0, blocks)?;
        Ok(Reply::Filled(taken))
    }

    pub(super) fn write_and_verify(&mut self, command: WriteAndVerify10, data: &Data<'_>) -> Result<Reply, Sense> {
        let blocks = u32::from(command.blocks);
        let reply = self.write(command.start, blocks, data)?;
        let loaded = self.present()?;
        compare(loaded, command.start, blocks, data).map_err(|sense| about(sense, command.start))?;
        Ok(reply)
    }

    pub(super) fn verify(&mut self, command: Verify10, data: &Data<'_>) -> Result<Reply, Sense> {
        let loaded = self.present()?;
        let blocks = u32::from(command.blocks);
        let with = if command.byte_check { data } else { &Data::None };
        compare(loaded, command.start, blocks, with).map_err(|sense| about(sense, command.start))?;
        Ok(Reply::Done)
    }

    pub(super) fn seek(&mut self, to: Lba) -> Result<Reply, Sense> {
        let loaded = self.present()?;
        let end = loaded.rules()?.capacity_end(loaded.disc());
        if u32::try_from(to.0).is_ok_and(|block| block < end.max(1)) {
            Ok(Reply::Done)
        } else {
            Err(about(Sense::OUT_OF_RANGE, to))
        }
    }

    /// READ CD: a host that wants more sectors than it has room for gets what fits, whatever the disc has.
    pub(super) fn read_cd(&mut self, command: ReadCd, data: &Data<'_>) -> Result<Reply, Sense> {
        let loaded = self.present()?;
        let rules = loaded.rules()?;
        let mut answer = Vec::new();
        let mut done = 0;
        loop {
            let blocks = (command.blocks - done).min(PIECE);
            let start = Lba(command.start.0.saturating_add(crate::family::signed(done)));
            let piece = ReadCd { start, blocks, ..command };
            let sectors = rules.read_cd(loaded, piece).map_err(|sense| about(sense, start))?;
            let room = data.len().saturating_sub(answer.len());
            answer.extend_from_slice(&sectors[..sectors.len().min(room)]);
            done += blocks;
            if done == command.blocks {
                return Ok(Reply::Answer(answer));
            }
        }
    }

    pub(super) fn header(&mut self, query: ReadHeader) -> Result<Reply, Sense> {
        let loaded = self.present()?;
        let answer = loaded.rules()?.header(loaded, query).map_err(|sense| about(sense, query.block))?;
        Ok(Reply::Answer(query.encode_reply(&answer)))
    }

    pub(super) fn sub_channel(&mut self, query: ReadSubChannel) -> Result<Reply, Sense> {
        let loaded = self.present()?;
        let answer = loaded.rules()?.sub_channel(loaded, query)?;
        Ok(Reply::Answer(query.encode_reply(&answer)))
    }

    /// Software may have protected whatever disc is in, or this one for good.
    pub(super) fn may_be_written(&self) -> Result<(), Sense> {
        let protected = self.disc.as_ref().is_some_and(|loaded| loaded.state().prepared.protected);
        match (self.settings.write_protected(), protected) {
            (true, _) => Err(Sense::SOFTWARE_WRITE_PROTECTED),
            (false, true) => Err(PERSISTENTLY_PROTECTED),
            (false, false) => Ok(()),
        }
    }
}

/// Reads these blocks, and compares them with the data if there are any.
fn compare(loaded: &Loaded, start: Lba, blocks: u32, with: &Data<'_>) -> Result<(), Sense> {
    let rules = loaded.rules()?;
    let mut buffer = vec![0; bytes(blocks.min(PIECE))];
    let mut done = 0;
    while done < blocks {
        let count = (blocks - done).min(PIECE);
        let out = &mut buffer[..bytes(count)];
        rules.read(loaded, Lba(start.0.saturating_add(crate::family::signed(done))), count, out)?;
        if let Data::Out(sent) = with {
            let from = bytes(done);
            let expected = sent.get(from..from + out.len()).ok_or(Sense::from(InvalidField::cdb(7)))?;
            if expected != out {
                return Err(Sense::MISCOMPARE);
            }
        }
        done += count;
    }
    Ok(())
}

/// Errors of blocks say which; what is wrong with a command or a disc as a whole does not.
fn about(sense: Sense, start: Lba) -> Sense {
    let of_a_field = sense.specific.is_some() || sense.information.is_some();
    if of_a_field { sense } else { sense.at(start) }
}

pub(crate) fn bytes(blocks: u32) -> usize {
    usize::try_from(blocks).unwrap_or(usize::MAX).saturating_mul(BLOCK)
}
