//! [`FileSystem`]: which file systems there are, and [`Names`], by which names their files are told.

use std::fmt;

/// A file system that an image or a disc can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias = "FsiFileSystems")]
pub enum FileSystem {
    /// ISO 9660.
    Iso9660,
    /// Joliet.
    Joliet,
    /// UDF.
    Udf,
}

impl FileSystem {
    /// All of them, in the order of their bits.
    pub const ALL: [Self; 3] = [Self::Iso9660, Self::Joliet, Self::Udf];

    /// What people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Iso9660 => "ISO 9660",
            Self::Joliet => "Joliet",
            Self::Udf => "UDF",
        }
    }

    /// Its bit in IMAPI's `FsiFileSystems`.
    #[must_use]
    pub const fn bit(self) -> u32 {
        match self {
            Self::Iso9660 => 1,
            Self::Joliet => 2,
            Self::Udf => 4,
        }
    }

    /// The file system with that bit.
    #[must_use]
    pub fn from_bit(bit: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|file_system| file_system.bit() == bit)
    }
}

impl fmt::Display for FileSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// By which names the files of a medium are told. Rock Ridge is not a file system of its own, but other names, dates and
/// kinds in the one of ISO 9660.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Names {
    /// Those of ISO 9660 itself.
    Iso9660,
    /// Those of Rock Ridge.
    RockRidge,
    /// Those of Joliet.
    Joliet,
    /// Those of UDF.
    Udf,
}

impl Names {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Iso9660, Self::RockRidge, Self::Joliet, Self::Udf];

    /// What people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RockRidge => "Rock Ridge",
            _ => self.file_system().name(),
        }
    }

    /// The file system that has these names.
    #[must_use]
    pub const fn file_system(self) -> FileSystem {
        match self {
            Self::Iso9660 | Self::RockRidge => FileSystem::Iso9660,
            Self::Joliet => FileSystem::Joliet,
            Self::Udf => FileSystem::Udf,
        }
    }
}

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
