//! Sets of file systems, as IMAPI writes them.

use imapi_volumes::FileSystem;

use crate::FileSystems;

impl FileSystems {
    /// None at all.
    pub const NONE: Self = Self { iso9660: false, joliet: false, udf: false };
    /// All of them.
    pub const ALL: Self = Self { iso9660: true, joliet: true, udf: true };

    /// Whether that one is among them.
    #[must_use]
    pub const fn contains(self, file_system: FileSystem) -> bool {
        match file_system {
            FileSystem::Iso9660 => self.iso9660,
            FileSystem::Joliet => self.joliet,
            FileSystem::Udf => self.udf,
        }
    }

    /// Those that are among them.
    pub fn iter(self) -> impl Iterator<Item = FileSystem> {
        FileSystem::ALL.into_iter().filter(move |&file_system| self.contains(file_system))
    }

    /// As IMAPI's `FsiFileSystems` has them.
    #[must_use]
    pub fn bits(self) -> u32 {
        self.iter().map(FileSystem::bit).sum()
    }

    /// The set with these bits; `None` when a bit is no file system's that can be made.
    #[must_use]
    pub fn from_bits(bits: u32) -> Option<Self> {
        let has = |file_system: FileSystem| bits & file_system.bit() != 0;
        let [iso9660, joliet, udf] = FileSystem::ALL.map(has);
        let all = Self { iso9660, joliet, udf };
        (all.bits() == bits).then_some(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_their_bits() {
        for bits in 0..8 {
            assert_eq!(FileSystems::from_bits(bits).map(FileSystems::bits), Some(bits));
        }
        assert_eq!(FileSystems::from_bits(8), None);
        assert_eq!(FileSystems::from_bits(0x4000_0000), None, "unknown is none that can be made");
        assert_eq!(FileSystem::from_bit(4), Some(FileSystem::Udf));
        assert_eq!((FileSystem::from_bit(3), FileSystem::from_bit(0)), (None, None));
    }
}
