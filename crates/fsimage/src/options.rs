//! [`ImageOptions`]: what an image is to be.

use std::fmt;

use imapi_volume_structs::udf::Revision;

use crate::{BootEntry, Hybrid, PartitionTable, PlanError, Timestamp, iso9660};

/// The most characters of a volume's name.
pub(crate) const LONGEST_VOLUME: usize = 32;
/// The most characters of the system's name.
const LONGEST_SYSTEM: usize = 32;
/// The most characters of what else is said of a volume.
const LONGEST_TEXT: usize = 128;

/// The file systems of an image; they share the bytes of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileSystems {
    /// ISO 9660.
    pub iso9660: bool,
    /// Joliet, which stands beside ISO 9660 and never without it.
    pub joliet: bool,
    /// UDF, alone or beside the others.
    pub udf: bool,
}

/// A revision of UDF.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UdfRevision {
    /// 1.02, which everything reads.
    #[default]
    R102,
    /// 1.50.
    R150,
    /// 2.00: named streams, and when files were made.
    R200,
    /// 2.01: real-time files.
    R201,
    /// 2.50: metadata in a partition of their own, with a mirror.
    R250,
    /// 2.60.
    R260,
}

impl UdfRevision {
    /// All of them, the oldest first.
    #[doc(alias = "IFileSystemImage::get_UDFRevisionsSupported")]
    pub const ALL: [Self; 6] = [Self::R102, Self::R150, Self::R200, Self::R201, Self::R250, Self::R260];

    /// As UDF writes it: 0x0102 for 1.02.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.revision().0
    }

    /// The revision that UDF writes so.
    #[must_use]
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|revision| revision.number() == number)
    }

    pub(crate) const fn revision(self) -> Revision {
        match self {
            Self::R102 => Revision::R1_02,
            Self::R150 => Revision::R1_50,
            Self::R200 => Revision::R2_00,
            Self::R201 => Revision::R2_01,
            Self::R250 => Revision::R2_50,
            Self::R260 => Revision::R2_60,
        }
    }

    /// Whether files have named streams.
    #[must_use]
    pub const fn has_named_streams(self) -> bool {
        self.revision().has_streams()
    }

    /// Whether files can be real-time files.
    #[must_use]
    pub const fn has_real_time_files(self) -> bool {
        self.revision().has_real_time_files()
    }

    /// Whether metadata has a mirror.
    #[must_use]
    pub const fn has_mirror(self) -> bool {
        self.revision().has_metadata_partition()
    }
}

/// As people write it: `1.02`.
impl fmt::Display for UdfRevision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02x}", self.number() >> 8, self.number() & 0xFF)
    }
}

/// A text of a volume that a file system has otherwise than it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlteredText {
    /// Which: `volume`, `system`, `publisher`, `data_preparer` or `application`.
    pub option: &'static str,
    /// The file system.
    pub file_system: &'static str,
    /// What it became there.
    pub became: String,
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
#[expect(clippy::struct_excessive_bools, reason = "each is an option by itself")]
pub struct ImageOptions {
    /// The volume's name: up to 32 characters, of which Joliet takes 16, and none of control. ISO 9660 has capitals only.
    pub volume: String,
    /// Which file systems.
    pub file_systems: FileSystems,
    /// The level of ISO 9660.
    pub level: IsoLevel,
    /// ISO 9660 keeps small letters and most characters of ASCII, up to 31 in a name, which the standard does not allow.
    pub relaxed_names: bool,
    /// ISO 9660 may have folders below the eighth level, which the standard does not allow. Without this, Rock Ridge moves
    /// them, and its readers see them where they belong; without Rock Ridge they are refused.
    pub deep_folders: bool,
    /// ISO 9660 tells names, modes, owners, times and links as Unix has them.
    pub rock_ridge: bool,
    /// The revision of UDF.
    pub udf_revision: UdfRevision,
    /// UDF from 2.50 on keeps its metadata twice, so that one damaged place does not cost the files.
    pub redundant_metadata: bool,
    /// UDF tells modes, owners and links as Unix has them; else everybody may read everything.
    pub udf_owners: bool,
    /// When the image was made: the date of its volumes.
    pub now: Timestamp,
    /// For which system the first sixteen blocks are: up to 32 characters.
    pub system: String,
    /// Who publishes it; this and the next two have up to 128 characters, of which Joliet takes 64. ISO 9660 has ASCII only.
    pub publisher: String,
    /// Who prepared the data.
    pub data_preparer: String,
    /// By which program it was made.
    pub application: String,
    /// What machines can start from the image, the first unless they know better. ISO 9660 has to be there.
    #[doc(alias("IFileSystemImage::put_BootImageOptions", "IFileSystemImage2::put_BootImageOptionsArray"))]
    pub boot: Vec<BootEntry>,
    /// What makes the image start from a disk too.
    pub hybrid: Option<Hybrid>,
}

impl ImageOptions {
    /// ISO 9660 with Joliet, made at that moment.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self {
            volume: "CDROM".to_string(),
            file_systems: FileSystems { iso9660: true, joliet: true, udf: false },
            level: IsoLevel::default(),
            relaxed_names: false,
            deep_folders: false,
            rock_ridge: false,
            udf_revision: UdfRevision::default(),
            redundant_metadata: true,
            udf_owners: false,
            now,
            system: String::new(),
            publisher: String::new(),
            data_preparer: String::new(),
            application: String::new(),
            boot: Vec::new(),
            hybrid: None,
        }
    }

    /// The texts that stand otherwise in a file system than they were given: cut, or with characters that it has not. That
    /// ISO 9660 has capitals only in the name of a volume is none of them.
    #[must_use]
    pub fn altered_texts(&self) -> Vec<AlteredText> {
        let mut altered = Vec::new();
        if self.file_systems.iso9660 {
            iso9660::altered_texts(self, false, &mut altered);
            if self.file_systems.joliet {
                iso9660::altered_texts(self, true, &mut altered);
            }
        }
        altered
    }

    /// Whether the last blocks are a partition table's, so that no file system can have anything in the last.
    pub(crate) fn end_is_taken(&self) -> bool {
        self.hybrid.as_ref().is_some_and(|hybrid| hybrid.table == PartitionTable::Gpt)
    }

    pub(crate) fn check(&self) -> Result<(), PlanError> {
        let option = |reason| Err(PlanError::Option { option: "FileSystemsToCreate", reason });
        if !self.file_systems.iso9660 {
            if self.file_systems.joliet {
                return option("Joliet stands beside ISO 9660 only");
            }
            if !self.file_systems.udf {
                return Err(PlanError::NoFileSystem);
            }
        }
        if self.volume.chars().count() > LONGEST_VOLUME || self.volume.chars().any(char::is_control) {
            return Err(PlanError::VolumeName { name: self.volume.clone() });
        }
        for (option, given, limit) in [
            ("system", &self.system, LONGEST_SYSTEM),
            ("publisher", &self.publisher, LONGEST_TEXT),
            ("data_preparer", &self.data_preparer, LONGEST_TEXT),
            ("application", &self.application, LONGEST_TEXT),
        ] {
            if given.chars().count() > limit {
                return Err(PlanError::TextTooLong { option, given: given.clone(), limit });
            }
        }
        Ok(())
    }
}
