//! Mode page 1Ch: how a drive tells of a failure that it sees coming.

use super::{PageCode, blank, finished, tail};
use crate::{BadReply, wire::Fields};

/// Informational exceptions control (page 1Ch); MMC calls it fault/failure reporting.
#[doc(alias = "IMAPI_MODE_PAGE_TYPE_INFORMATIONAL_EXCEPTIONS")]
#[expect(clippy::struct_excessive_bools, reason = "these are the bits of the page, each with its meaning")]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InformationalExceptions {
    /// Looking for failures must not slow the drive down (PERF).
    pub performance: bool,
    /// Warnings are reported too (EWASC).
    pub warnings: bool,
    /// Nothing is reported (DEXCPT).
    pub disabled: bool,
    /// A failure is to be pretended (TEST).
    pub test: bool,
    /// Failures are written down in the drive (LOGERR).
    pub log: bool,
    /// How it is reported.
    pub method: ReportMethod,
    /// How many tenths of a second between reports; 0 and all ones leave it to the drive.
    pub interval_tenths: u32,
    /// How often the same is reported; 0 for ever.
    pub count: u32,
    /// What follows.
    pub tail: Vec<u8>,
}

/// How a failure is reported (MRIE): four bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ReportMethod(pub u8);

impl ReportMethod {
    /// Not at all.
    pub const NONE: Self = Self(0);
    /// By an event that no command asked for.
    pub const EVENT: Self = Self(1);
    /// By a unit attention.
    pub const UNIT_ATTENTION: Self = Self(2);
    /// As a recovered error, if errors that were corrected are reported at all.
    pub const RECOVERED_IF_POSTED: Self = Self(3);
    /// As a recovered error.
    pub const RECOVERED: Self = Self(4);
    /// With a command that did well, as sense without a key.
    pub const NO_SENSE: Self = Self(5);
    /// To those who send REQUEST SENSE.
    pub const ON_REQUEST: Self = Self(6);
}

mod field {
    pub(super) const BITS: usize = 2;
    pub(super) const METHOD: usize = 3;
    pub(super) const INTERVAL: usize = 4;
    pub(super) const COUNT: usize = 8;
    pub(super) const END: usize = 12;
}

impl InformationalExceptions {
    /// The page, from its code on.
    pub(super) fn decode(page: &[u8]) -> Result<Self, BadReply> {
        let fields = Fields::new(page, field::END)?;
        Ok(Self {
            performance: fields.bit(field::BITS, 7)?,
            warnings: fields.bit(field::BITS, 4)?,
            disabled: fields.bit(field::BITS, 3)?,
            test: fields.bit(field::BITS, 2)?,
            log: fields.bit(field::BITS, 0)?,
            method: ReportMethod(fields.u8(field::METHOD)? & 0x0F),
            interval_tenths: fields.u32(field::INTERVAL)?,
            count: fields.u32(field::COUNT)?,
            tail: tail(page, field::END),
        })
    }

    /// The bytes, from its code on.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut page = blank(PageCode::INFORMATIONAL, field::END);
        page.bit(field::BITS, 7, self.performance)
            .bit(field::BITS, 4, self.warnings)
            .bit(field::BITS, 3, self.disabled)
            .bit(field::BITS, 2, self.test)
            .bit(field::BITS, 0, self.log)
            .u8(field::METHOD, self.method.0 & 0x0F)
            .u32(field::INTERVAL, self.interval_tenths)
            .u32(field::COUNT, self.count);
        finished(&mut page, &self.tail)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::{ModePage, checks},
        *,
    };

    const WARNS: [u8; 12] = [0x1C, 0x0A, 0x91, 0x04, 0, 0, 0x17, 0x70, 0, 0, 0, 3];

    #[test]
    fn a_drive_says_how_it_warns() {
        let page = InformationalExceptions {
            performance: true,
            warnings: true,
            log: true,
            method: ReportMethod::RECOVERED,
            interval_tenths: 6000,
            count: 3,
            ..InformationalExceptions::default()
        };
        checks::page_is(&ModePage::Informational(page), &WARNS);
        checks::page_needs(&WARNS, 12);
        let page = InformationalExceptions { disabled: true, test: true, ..InformationalExceptions::default() };
        checks::page_is(&ModePage::Informational(page), &[0x1C, 0x0A, 0x0C, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_keep_their_meaning(bytes: Vec<u8>) {
            checks::any_page(PageCode::INFORMATIONAL, bytes);
        }
    }
}
