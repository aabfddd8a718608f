//! [`ImageOptions`]: what an image is to be.

use crate::{PlanError, Timestamp};

/// The file systems of an image; they share the bytes of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileSystems {
    /// ISO 9660.
    pub iso9660: bool,
    /// Joliet, which stands beside ISO 9660 and never without it.
    pub joliet: bool,
}

/// An interchange level of ISO 9660.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum IsoLevel {
    /// Names of eight characters and three.
    One,
    /// Names of thirty characters.
    #[default]
    Two,
    /// The same names, and files of 4 GiB and more.
    Three,
}

/// What an image is to be. The same options and the same tree make the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageOptions {
    /// The volume's name: up to 32 characters, of which Joliet takes 16. ISO 9660 has capitals only.
    pub volume: String,
    /// Which file systems.
    pub file_systems: FileSystems,
    /// The level of ISO 9660.
    pub level: IsoLevel,
    /// ISO 9660 keeps small letters and most characters of ASCII, up to 31 in a name, which the standard does not allow.
    pub relaxed_names: bool,
    /// ISO 9660 may have folders below the eighth level, which the standard does not allow.
    pub deep_folders: bool,
    /// ISO 9660 tells names, modes, owners, times and links as Unix has them.
    pub rock_ridge: bool,
    /// When the image was made: the date of its volumes.
    pub now: Timestamp,
    /// For which system the first sixteen blocks are.
    pub system: String,
    /// Who publishes it.
    pub publisher: String,
    /// Who prepared the data.
    pub data_preparer: String,
    /// By which program it was made.
    pub application: String,
}

impl ImageOptions {
    /// ISO 9660 with Joliet, made at that moment.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self {
            volume: "CDROM".to_string(),
            file_systems: FileSystems { iso9660: true, joliet: true },
            level: IsoLevel::default(),
            relaxed_names: false,
            deep_folders: false,
            rock_ridge: false,
            now,
            system: String::new(),
            publisher: String::new(),
            data_preparer: String::new(),
            application: String::new(),
        }
    }

    pub(crate) fn check(&self) -> Result<(), PlanError> {
        let option = |reason| Err(PlanError::Option { option: "FileSystemsToCreate", reason });
        if !self.file_systems.iso9660 {
            return if self.file_systems.joliet {
                option("Joliet stands beside ISO 9660 only")
            } else {
                Err(PlanError::NoFileSystem)
            };
        }
        if self.volume.chars().count() > 32 {
            return Err(PlanError::VolumeName { name: self.volume.clone() });
        }
        Ok(())
    }
}
