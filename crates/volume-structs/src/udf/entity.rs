//! [`EntityId`]: who or what a structure is of.

use core::fmt;

use super::Revision;

/// ECMA-167, 1/7.4.
mod field {
    pub const FLAGS: usize = 0;
    pub const IDENTIFIER: usize = 1;
    pub const SUFFIX: usize = 24;
}

/// Which system wrote something: its class, and which one of that class (OSTA UDF, 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct OsId {
    /// 1 DOS, 2 OS/2, 3 Macintosh, 4 UNIX, 5 Windows 9x, 6 Windows NT, and so on.
    pub class: u8,
    /// Which one of the class.
    pub id: u8,
}

impl OsId {
    /// Says nothing.
    pub const UNDEFINED: Self = Self { class: 0, id: 0 };
    /// GNU/Linux.
    pub const LINUX: Self = Self { class: 4, id: 5 };
}

/// How a domain may be written to (OSTA UDF, 2.1.5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct DomainFlags(pub u8);

impl DomainFlags {
    /// Nothing is protected.
    pub const NONE: Self = Self(0);
    /// It cannot be changed, for ever.
    pub const HARD_WRITE_PROTECT: Self = Self(1);
    /// Its user does not want it to be changed.
    pub const SOFT_WRITE_PROTECT: Self = Self(2);
}

/// An entity identifier, which ECMA-167 calls a regid (1/7.4).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct EntityId {
    /// Bit 0: the identifier shall not be changed any more; bit 1: nor whatever it is of.
    pub flags: u8,
    /// The name, filled up with zeros.
    pub name: [u8; 23],
    /// What it means depends on the name's kind.
    pub suffix: [u8; 8],
}

impl EntityId {
    /// Bytes of it.
    pub const LEN: usize = 32;

    /// The domain: all of a volume is as UDF wants it.
    pub const OSTA_UDF: &'static [u8] = b"*OSTA UDF Compliant";
    /// An implementation use volume descriptor with [`LogicalVolumeInfo`](super::LogicalVolumeInfo).
    pub const LV_INFO: &'static [u8] = b"*UDF LV Info";
    /// A partition whose blocks have numbers that stay while they move.
    pub const VIRTUAL_PARTITION: &'static [u8] = b"*UDF Virtual Partition";
    /// A partition whose bad packets are replaced.
    pub const SPARABLE_PARTITION: &'static [u8] = b"*UDF Sparable Partition";
    /// A partition inside of a file.
    pub const METADATA_PARTITION: &'static [u8] = b"*UDF Metadata Partition";
    /// A sparing table.
    pub const SPARING_TABLE: &'static [u8] = b"*UDF Sparing Table";
    /// What stands behind the entries of a virtual allocation table of UDF 1.50.
    pub const VIRTUAL_ALLOCATION_TABLE: &'static [u8] = b"*UDF Virtual Alloc Tbl";
    /// Names and numbers of a volume with such a table, in an extended attribute of it.
    pub const VAT_EXTENSION: &'static [u8] = b"*UDF VAT LVExtension";
    /// Room among extended attributes.
    pub const FREE_EA_SPACE: &'static [u8] = b"*UDF FreeEASpace";
    /// Room among extended attributes of applications.
    pub const FREE_APP_EA_SPACE: &'static [u8] = b"*UDF FreeAppEASpace";
    /// How a file of a DVD may be copied.
    pub const DVD_CGMS_INFO: &'static [u8] = b"*UDF DVD CGMS Info";
    /// The contents of a partition by the second edition of ECMA-167.
    pub const NSR02: &'static [u8] = b"+NSR02";
    /// The contents of a partition by the third.
    pub const NSR03: &'static [u8] = b"+NSR03";

    /// This name, and a suffix that says nothing.
    ///
    /// # Panics
    ///
    /// When the name is longer than 23 bytes.
    #[must_use]
    pub const fn new(name: &[u8]) -> Self {
        let mut id = Self { flags: 0, name: [0; 23], suffix: [0; 8] };
        let mut at = 0;
        while at < name.len() {
            id.name[at] = name[at];
            at += 1;
        }
        id
    }

    /// The domain *OSTA UDF Compliant (OSTA UDF, 2.1.5.3).
    #[must_use]
    pub const fn domain(revision: Revision, flags: DomainFlags) -> Self {
        let [low, high] = revision.0.to_le_bytes();
        Self { suffix: [low, high, flags.0, 0, 0, 0, 0, 0], ..Self::new(Self::OSTA_UDF) }
    }

    /// A name that UDF gives a meaning to.
    ///
    /// # Panics
    ///
    /// When the name is longer than 23 bytes.
    #[must_use]
    pub const fn udf(name: &[u8], revision: Revision, os: OsId) -> Self {
        let [low, high] = revision.0.to_le_bytes();
        Self { suffix: [low, high, os.class, os.id, 0, 0, 0, 0], ..Self::new(name) }
    }

    /// The name of a program; that of its maker begins it, after a `*`.
    ///
    /// # Panics
    ///
    /// When the name is longer than 23 bytes.
    #[must_use]
    pub const fn implementation(name: &[u8], os: OsId) -> Self {
        Self { suffix: [os.class, os.id, 0, 0, 0, 0, 0, 0], ..Self::new(name) }
    }

    /// The name without zeros at its end.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        let end = self.name.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
        &self.name[..end]
    }

    /// Whether this is its name.
    #[must_use]
    pub fn is(&self, name: &[u8]) -> bool {
        self.name() == name
    }

    /// The revision, of a domain or of a name that UDF gives a meaning to.
    #[must_use]
    pub const fn revision(&self) -> Revision {
        Revision(u16::from_le_bytes([self.suffix[0], self.suffix[1]]))
    }

    /// What may be done, of a domain.
    #[must_use]
    pub const fn domain_flags(&self) -> DomainFlags {
        DomainFlags(self.suffix[2])
    }

    /// The system, of a name that UDF gives a meaning to.
    #[must_use]
    pub const fn udf_os(&self) -> OsId {
        OsId { class: self.suffix[2], id: self.suffix[3] }
    }

    /// The system, of a program.
    #[must_use]
    pub const fn implementation_os(&self) -> OsId {
        OsId { class: self.suffix[0], id: self.suffix[1] }
    }

    /// From its bytes.
    #[must_use]
    pub fn decode(bytes: [u8; Self::LEN]) -> Self {
        let mut id = Self { flags: bytes[field::FLAGS], name: [0; 23], suffix: [0; 8] };
        id.name.copy_from_slice(&bytes[field::IDENTIFIER..field::SUFFIX]);
        id.suffix.copy_from_slice(&bytes[field::SUFFIX..]);
        id
    }

    /// To its bytes.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        out[field::FLAGS] = self.flags;
        out[field::IDENTIFIER..field::SUFFIX].copy_from_slice(&self.name);
        out[field::SUFFIX..].copy_from_slice(&self.suffix);
        out
    }
}

impl fmt::Debug for EntityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\" {:02x?}", self.name().escape_ascii(), self.suffix)?;
        if self.flags == 0 { Ok(()) } else { write!(f, " flags {:02x}", self.flags) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the logical volume descriptor of an image by `genisoimage -udf`.
    #[test]
    fn a_domain_says_its_revision() {
        let mut bytes = [0; 32];
        bytes[1..20].copy_from_slice(b"*OSTA UDF Compliant");
        bytes[24..27].copy_from_slice(&[0x02, 0x01, 0x03]);
        let id = EntityId::decode(bytes);
        assert_eq!(id, EntityId::domain(Revision::R1_02, DomainFlags(3)));
        assert_eq!(id.encode(), bytes);
        assert_eq!((id.revision(), id.domain_flags()), (Revision::R1_02, DomainFlags(3)));
        assert!(id.is(EntityId::OSTA_UDF));
    }

    #[test]
    fn systems_stand_in_different_places() {
        let udf = EntityId::udf(EntityId::LV_INFO, Revision::R1_02, OsId::LINUX);
        assert_eq!(udf.suffix, [2, 1, 4, 5, 0, 0, 0, 0]);
        assert_eq!(udf.udf_os(), OsId::LINUX);
        let implementation = EntityId::implementation(b"*imapi", OsId::LINUX);
        assert_eq!(implementation.suffix, [4, 5, 0, 0, 0, 0, 0, 0]);
        assert_eq!(implementation.implementation_os(), OsId::LINUX);
        assert_eq!(EntityId::decode([0xFF; 32]).encode(), [0xFF; 32]);
    }
}
