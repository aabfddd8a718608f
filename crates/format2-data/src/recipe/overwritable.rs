//! DVD-RAM, BD-RE, and disks.

use imapi_disc_types::Lba;
use imapi_format2::FormatError;
use imapi_mmc_transport::commands::{FormatDescriptor, FormatOptions, FormatType};
use imapi_write_engine::Written;

use crate::burn::Burner;

/// The size of a block, as formats of whole discs tell it.
const BLOCK_SIZE: u32 = 2048;

impl Burner<'_, '_, '_, '_> {
    /// A disc whose blocks can be written at any time.
    pub(super) fn random(&mut self, format: Option<(FormatType, u8)>) -> Result<(Lba, Written), FormatError> {
        if let Some((format, subtype)) = format {
            let offered = self.probe.format(format).copied();
            let plain = FormatDescriptor { blocks: u32::MAX, format, subtype, parameter: BLOCK_SIZE };
            let descriptor = offered.map_or(plain, |offered| FormatDescriptor { subtype, ..offered });
            // The parameter of the full format is the size of a block, whatever else drives tell of their spare blocks there.
            let parameter = if format == FormatType::FULL { BLOCK_SIZE } else { descriptor.parameter };
            let descriptor = FormatDescriptor { parameter, ..descriptor };
            self.format(descriptor, FormatOptions { options_valid: true, ..FormatOptions::default() })?;
        }
        let written = self.write_modified()?;
        self.flush_and_wait()?;
        Ok((Lba(0), written))
    }
}
