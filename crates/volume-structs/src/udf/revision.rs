//! [`Revision`]: which UDF, and what that means for the structures.

/// A revision of UDF, as it is written: 0x0201 is UDF 2.01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Revision(pub u16);

impl Revision {
    /// For DVD-Video; what everything reads.
    pub const R1_02: Self = Self(0x0102);
    /// Brought virtual and sparable partitions, for CD-R and CD-RW.
    pub const R1_50: Self = Self(0x0150);
    /// Brought named streams and extended file entries, by the third edition of ECMA-167.
    pub const R2_00: Self = Self(0x0200);
    /// Brought real-time files.
    pub const R2_01: Self = Self(0x0201);
    /// Brought the metadata partition; for BD-ROM.
    pub const R2_50: Self = Self(0x0250);
    /// Brought pseudo-overwritable partitions; for BD-R.
    pub const R2_60: Self = Self(0x0260);

    /// All that are in use, the oldest first.
    pub const ALL: [Self; 6] = [Self::R1_02, Self::R1_50, Self::R2_00, Self::R2_01, Self::R2_50, Self::R2_60];

    /// The version of descriptor tags: 3 by the third edition of ECMA-167, on which UDF stands from 2.00 on.
    #[must_use]
    pub const fn tag_version(self) -> u16 {
        if self.0 < 0x0200 { 2 } else { 3 }
    }

    /// What the volume recognition sequence calls the edition of ECMA-167.
    #[must_use]
    pub const fn recognition_id(self) -> [u8; 5] {
        if self.0 < 0x0200 { *b"NSR02" } else { *b"NSR03" }
    }

    /// Whether there are extended file entries, named streams and system streams.
    #[must_use]
    pub const fn has_streams(self) -> bool {
        self.0 >= 0x0200
    }

    /// Whether virtual and sparable partitions are known.
    #[must_use]
    pub const fn has_virtual_partitions(self) -> bool {
        self.0 >= 0x0150
    }

    /// Whether the virtual allocation table is a file of its own type with a header; else its file type is 0 and what
    /// there is to say stands behind the entries.
    #[must_use]
    pub const fn has_vat_header(self) -> bool {
        self.0 >= 0x0200
    }

    /// Whether there are real-time files (file type 249).
    #[must_use]
    pub const fn has_real_time_files(self) -> bool {
        self.0 >= 0x0201
    }

    /// Whether file entries and directories stand in a metadata partition, on all media without a virtual partition.
    #[must_use]
    pub const fn has_metadata_partition(self) -> bool {
        self.0 >= 0x0250
    }

    /// The oldest revision by which a reader can read all of a volume of this one: nothing in 2.60 is foreign to a
    /// reader of 2.50.
    #[must_use]
    pub const fn min_read(self) -> Self {
        if self.0 == Self::R2_60.0 { Self::R2_50 } else { self }
    }

    /// The oldest revision by which a program can change a volume of this one.
    #[must_use]
    pub const fn min_write(self) -> Self {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What mkudffs 2.3 writes for each: see `tests/peers_udf.rs` for the whole volumes.
    #[test]
    fn a_revision_says_which_structures_there_are() {
        let facts = Revision::ALL.map(|r| (r.tag_version(), r.recognition_id()[4], r.has_streams(), r.min_read().0));
        assert_eq!(
            facts,
            [
                (2, b'2', false, 0x0102),
                (2, b'2', false, 0x0150),
                (3, b'3', true, 0x0200),
                (3, b'3', true, 0x0201),
                (3, b'3', true, 0x0250),
                (3, b'3', true, 0x0250),
            ]
        );
        assert!(Revision::ALL.is_sorted());
    }
}
