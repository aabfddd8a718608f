//! What an image says of itself: where its lead-out begins, by the table of contents in its lead-in.

use imapi_cd_image::SubCode;
use imapi_cd_sector::{
    SECTOR_LEN,
    subchannel::{PqBlock, QContent, QFrame, RAW_LEN, SubChannels},
};
use imapi_disc_types::{Block, BlockSource, Lba, SourceError};

/// The table of 99 tracks has a hundred and two rows, each of which comes three times.
const LONGEST_TABLE: u64 = 102 * 3;

/// Where the lead-out begins by the first table of contents from a block on; `None` where there is none.
pub(crate) fn lead_out(image: &dyn BlockSource, sub_code: SubCode, first: u64) -> Result<Option<Lba>, SourceError> {
    let mut block = vec![0; image.block_size().get() as usize];
    for number in first..first.saturating_add(LONGEST_TABLE).min(image.blocks()) {
        image.read_all(Block(number), &mut block)?;
        if let Some(QContent::LeadOutStart { start, .. }) = frame(sub_code, &block).map(|frame| frame.content) {
            return Ok(Some(start.into()));
        }
    }
    Ok(None)
}

/// The frame of Q behind a sector, if its checksum holds.
fn frame(sub_code: SubCode, block: &[u8]) -> Option<QFrame> {
    let sub = block.get(SECTOR_LEN..)?;
    let q = match sub_code {
        SubCode::PqOnly => PqBlock::decode(*sub.first_chunk::<{ PqBlock::LEN }>()?).q,
        SubCode::Cooked | SubCode::Raw => SubChannels::deinterleave(sub.first_chunk::<RAW_LEN>()?).q,
    };
    let (frame, crc) = QFrame::decode(q);
    crc.holds().then_some(frame)
}
