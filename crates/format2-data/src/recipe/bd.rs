//! BD-R.

use imapi_disc_types::Lba;
use imapi_format2::FormatError;
use imapi_mmc_transport::commands::{CloseFunction, FormatDescriptor, FormatOptions, FormatType, TrackAddress};
use imapi_write_engine::Written;

use crate::burn::Burner;

/// Of the formats of a BD-R the one in sequence, with spare blocks and without overwriting.
const SPARES_IN_SEQUENCE: u8 = 1;

impl Burner<'_, '_, '_, '_> {
    /// A session of one track.
    pub(super) fn bd_r(&mut self, format: bool) -> Result<(Lba, Written), FormatError> {
        if format {
            let offered = self.probe.format(FormatType::BD_R).copied();
            let plain = FormatDescriptor { blocks: 0, format: FormatType::BD_R, subtype: 0, parameter: 0 };
            let descriptor = FormatDescriptor { subtype: SPARES_IN_SEQUENCE, ..offered.unwrap_or(plain) };
            self.format(descriptor, FormatOptions::default())?;
        }
        let number = self.track_number();
        let start = self.next_address(TrackAddress::Track(number.into()));
        let written = self.write_source(start)?;
        self.flush_and_wait()?;
        self.close(CloseFunction::Track, number)?;
        let end = if self.plan.closes { CloseFunction::Disc } else { CloseFunction::Session };
        self.close(end, 0)?;
        Ok((start, written))
    }

    /// A disc that pretends to be overwritable: no session is ever closed on it, only the disc.
    pub(super) fn bd_r_pseudo(&mut self) -> Result<(Lba, Written), FormatError> {
        let start = self.next_address(TrackAddress::Track(self.track_number().into()));
        let written = self.write_source(start)?;
        self.flush_and_wait()?;
        if self.plan.closes {
            self.close(CloseFunction::Disc, 0)?;
        }
        Ok((start, written))
    }
}
