//! DVD-RAM, BD-RE, and disks.

use imapi_disc_types::Lba;
use imapi_format2::FormatError;
use imapi_mmc_transport::commands::{FormatDescriptor, FormatOptions, FormatType};
use imapi_write_engine::Written;

use crate::{Action, burn::Burner};

/// The size of a block, as formats of whole discs tell it.
const BLOCK_SIZE: u32 = 2048;

impl Burner<'_, '_, '_, '_> {
    /// A disc whose blocks can be written at any time.
    pub(super) fn random(&mut self, format: Option<(FormatType, u8)>) -> Result<(Lba, Written), FormatError> {
        if let Some((format, subtype)) = format {
            self.begin(Action::FormattingMedia)?;
            let offered = self.probe.format(format).copied();
            let plain = FormatDescriptor { blocks: u32::MAX, format, subtype, parameter: BLOCK_SIZE };
            let descriptor = offered.map_or(plain, |offered| FormatDescriptor { subtype, ..offered });
            self.touch();
            let options = FormatOptions { options_valid: true, ..FormatOptions::default() };
            self.waiting(|preparation, waits| preparation.format(descriptor, options, false, waits))?;
        }
        let written = self.write_modified()?;
        self.flush()?;
        Ok((Lba(0), written))
    }
}
