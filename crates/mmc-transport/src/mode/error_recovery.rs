//! Mode page 01h: how hard a drive tries before it gives up.

use super::{PageCode, blank, finished, tail};
use crate::{BadReply, wire::Fields};

/// Read/write error recovery (page 01h).
#[doc(alias = "IMAPI_MODE_PAGE_TYPE_READ_WRITE_ERROR_RECOVERY")]
#[expect(clippy::struct_excessive_bools, reason = "these are the bits of the page, each with its meaning")]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ErrorRecovery {
    /// Blocks that cannot be written are replaced (AWRE).
    pub replace_on_write: bool,
    /// Blocks that can hardly be read are replaced (ARRE).
    pub replace_on_read: bool,
    /// A block that cannot be read is sent all the same, as it is (TB).
    pub transfer_block: bool,
    /// Data keeps coming; errors do not stop it (RC).
    pub read_continuous: bool,
    /// Errors that were corrected are reported (PER).
    pub post_error: bool,
    /// The transfer stops at an error that was corrected (DTE).
    pub disable_transfer_on_error: bool,
    /// The error correction on the disc is not used (DCR).
    pub disable_correction: bool,
    /// How often a block is read again.
    pub read_retries: u8,
    /// What is looked for while formatting and writing, in two bits (EMCDR).
    pub certification: Option<u8>,
    /// How often a block is written again.
    pub write_retries: Option<u8>,
    /// In how many blocks errors are counted together, in 24 bits.
    pub window: Option<u32>,
    /// What follows the fields that are there.
    pub tail: Vec<u8>,
}

mod field {
    pub(super) const BITS: usize = 2;
    pub(super) const READ_RETRIES: usize = 3;
    pub(super) const CERTIFICATION: usize = 7;
    pub(super) const WRITE_RETRIES: usize = 8;
    pub(super) const WINDOW: usize = 9;
    pub(super) const END: usize = 12;
    /// The oldest form of the page ends with the retries and four reserved bytes; these are not demanded.
    pub(super) const MANDATORY: usize = 4;
}

impl ErrorRecovery {
    /// The page, from its code on.
    pub(super) fn decode(page: &[u8]) -> Result<Self, BadReply> {
        let fields = Fields::new(page, field::MANDATORY)?;
        let bit = |bit| fields.bit(field::BITS, bit);
        let mut decoded = Self {
            replace_on_write: bit(7)?,
            replace_on_read: bit(6)?,
            transfer_block: bit(5)?,
            read_continuous: bit(4)?,
            post_error: bit(2)?,
            disable_transfer_on_error: bit(1)?,
            disable_correction: bit(0)?,
            read_retries: fields.u8(field::READ_RETRIES)?,
            certification: fields.u8(field::CERTIFICATION).ok().map(|byte| byte & 3),
            write_retries: fields.u8(field::WRITE_RETRIES).ok(),
            window: fields.u24(field::WINDOW).ok(),
            tail: Vec::new(),
        };
        decoded.tail = tail(page, decoded.known());
        Ok(decoded)
    }

    /// The bytes, from its code on.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut page = blank(PageCode::ERROR_RECOVERY, self.known());
        page.bit(field::BITS, 7, self.replace_on_write)
            .bit(field::BITS, 6, self.replace_on_read)
            .bit(field::BITS, 5, self.transfer_block)
            .bit(field::BITS, 4, self.read_continuous)
            .bit(field::BITS, 2, self.post_error)
            .bit(field::BITS, 1, self.disable_transfer_on_error)
            .bit(field::BITS, 0, self.disable_correction)
            .u8(field::READ_RETRIES, self.read_retries);
        if let Some(certification) = self.certification {
            page.u8(field::CERTIFICATION, certification & 3);
        }
        if let Some(retries) = self.write_retries {
            page.u8(field::WRITE_RETRIES, retries);
        }
        if let Some(window) = self.window {
            page.u24(field::WINDOW, window);
        }
        finished(&mut page, &self.tail)
    }

    /// Where the last field that is there ends.
    fn known(&self) -> usize {
        match (self.certification, self.write_retries, self.window) {
            (_, _, Some(_)) => field::END,
            (_, Some(_), None) => field::WRITE_RETRIES + 1,
            (Some(_), None, None) => field::CERTIFICATION + 1,
            (None, None, None) => field::MANDATORY,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::{ModePage, checks},
        *,
    };

    const FULL: [u8; 12] = [0x01, 0x0A, 0xC4, 0x80, 0, 0, 0, 0x02, 0x0F, 0x01, 0x02, 0x03];

    #[test]
    fn a_drive_that_replaces_blocks_says_how() {
        let page = ErrorRecovery {
            replace_on_write: true,
            replace_on_read: true,
            post_error: true,
            read_retries: 0x80,
            certification: Some(2),
            write_retries: Some(15),
            window: Some(0x01_0203),
            ..ErrorRecovery::default()
        };
        checks::page_is(&ModePage::ErrorRecovery(page), &FULL);
        checks::page_needs(&FULL, 4);
    }

    #[test]
    fn the_old_page_has_eight_bytes() {
        let page = ErrorRecovery {
            transfer_block: true,
            read_continuous: true,
            disable_transfer_on_error: true,
            disable_correction: true,
            read_retries: 5,
            certification: Some(0),
            ..ErrorRecovery::default()
        };
        checks::page_is(&ModePage::ErrorRecovery(page), &[0x01, 6, 0x33, 5, 0, 0, 0, 0]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_keep_their_meaning(bytes: Vec<u8>) {
            checks::any_page(PageCode::ERROR_RECOVERY, bytes);
        }
    }
}
