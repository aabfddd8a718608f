//! DVD-RAM, BD-RE, and disks.

use imapi_disc_types::Lba;
use imapi_format2::FormatError;
use imapi_mmc_transport::commands::{FormatDescriptor, FormatOptions};
use imapi_write_engine::Written;

use crate::burn::Burner;

impl Burner<'_, '_, '_, '_> {
    /// A disc whose blocks can be written at any time.
    pub(super) fn random(&mut self, format: Option<FormatDescriptor>) -> Result<(Lba, Written), FormatError> {
        if let Some(descriptor) = format {
            self.format(descriptor, FormatOptions { options_valid: true, ..FormatOptions::default() })?;
        }
        let written = self.write_modified()?;
        self.flush_and_wait()?;
        Ok((Lba(0), written))
    }
}
