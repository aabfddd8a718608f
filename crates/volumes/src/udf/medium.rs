//! [`Medium`]: descriptors by their addresses, with every sum checked, and what becomes of those that are wrong.

use imapi_disc_types::Block;
use imapi_volume_structs::{
    SECTOR,
    udf::{Stamp, Tag, seal_partly},
    wire::Malformed,
};

use crate::{FileSystem, Finding, OpenOptions, Rule, Severity, VolumeError, blocks::Blocks};

const CHECKSUM: Rule = Rule {
    id: "udf.tag.checksum",
    clause: "ECMA-167 3/7.2.3",
    severity: Severity::Error,
    broken: "a descriptor should stand here, and there is none",
};

const SUM: Rule = Rule {
    id: "udf.tag.crc",
    clause: "ECMA-167 3/7.2.6",
    severity: Severity::Error,
    broken: "a descriptor is not what it was when it was written",
};

const LOCATION: Rule = Rule {
    id: "udf.tag.location",
    clause: "ECMA-167 3/7.2.8",
    severity: Severity::Error,
    broken: "a descriptor says that it belongs into another block",
};

const FIELDS: Rule = Rule {
    id: "udf.descriptor.fields",
    clause: "ECMA-167 3/10, 4/14",
    severity: Severity::Error,
    broken: "a descriptor cannot be decoded",
};

const COPY: Rule = Rule {
    id: "udf.metadata.copy",
    clause: "OSTA UDF 2.2.13",
    severity: Severity::Warning,
    broken: "something is damaged, and its copy in the metadata mirror is read",
};

/// The blocks of a medium, and how strictly they are judged.
pub struct Medium {
    pub blocks: Blocks,
    options: OpenOptions,
}

/// A descriptor that was read. Its sums are right, or were made so because damage is tolerated.
pub struct Descriptor {
    pub tag: Tag,
    pub address: u64,
    bytes: [u8; SECTOR],
}

impl Medium {
    pub fn new(blocks: Blocks, options: &OpenOptions) -> Self {
        Self { blocks, options: options.clone() }
    }

    /// Damage is told and left out.
    pub const fn is_lenient(&self) -> bool {
        self.options.lenient.is_some()
    }

    /// The address at which the session begins.
    pub const fn session(&self) -> u64 {
        self.options.session.0.saturating_add(self.options.displaced as u64)
    }

    /// The address of the block that has this byte of the source.
    pub const fn address_of(&self, byte: u64) -> u64 {
        (byte / SECTOR as u64).saturating_add(self.options.displaced as u64)
    }

    /// The block of the source with that address; the first if it is before it.
    pub fn block_of(&self, address: u64) -> u64 {
        address.saturating_sub(self.options.displaced.into())
    }

    /// A rule that is broken in the block with that address.
    pub fn finding(&self, rule: &'static Rule, address: u64) -> Finding {
        Finding::new(rule, FileSystem::Udf, Block(self.block_of(address)))
    }

    /// A rule is broken, and readers get over it: an error unless it does not matter or is to be left out.
    pub fn tolerate(&self, finding: Finding) -> Result<(), VolumeError> {
        self.options.tolerate(finding)
    }

    /// What came of a part; nothing when it is damaged and damage is left out.
    pub fn salvage<T>(&self, part: Result<T, VolumeError>) -> Result<Option<T>, VolumeError> {
        self.options.salvage(FileSystem::Udf, part)
    }

    /// A rule is broken, and nobody gets over it.
    pub fn broken<T>(&self, rule: &'static Rule, address: u64) -> Result<T, VolumeError> {
        Err(VolumeError::Broken(Box::new(self.finding(rule, address))))
    }

    /// The descriptor in a block of which everything is right.
    pub fn intact(&self, address: u64, location: u32) -> Result<Descriptor, VolumeError> {
        let found = self.tagged(address)?;
        if let Err(malformed) = Tag::verify(&found.bytes) {
            return Err(VolumeError::Broken(Box::new(self.finding(&SUM, address).malformed(malformed))));
        }
        if found.tag.stamp.location != location {
            return Err(VolumeError::Broken(Box::new(self.misplaced(&found, location))));
        }
        Ok(found)
    }

    /// The descriptor in a block. Where damage is tolerated, it is told, and the descriptor is taken for what it says.
    pub fn descriptor(&self, address: u64, location: u32) -> Result<Descriptor, VolumeError> {
        let mut found = self.tagged(address)?;
        if let Err(malformed) = Tag::verify(&found.bytes) {
            self.tolerate(self.finding(&SUM, address).malformed(malformed))?;
            mend(&mut found.bytes, found.tag);
        }
        if found.tag.stamp.location != location {
            self.tolerate(self.misplaced(&found, location))?;
        }
        Ok(found)
    }

    /// The same where there may be a copy in another block: the one that is right, and the first if none is.
    pub fn either(&self, address: u64, copy: Option<u64>, location: u32) -> Result<Descriptor, VolumeError> {
        let Some(copy) = copy else { return self.descriptor(address, location) };
        if let Ok(found) = self.intact(address, location) {
            return Ok(found);
        }
        if let Ok(found) = self.intact(copy, location) {
            self.tolerate(self.finding(&COPY, address))?;
            return Ok(found);
        }
        match self.descriptor(address, location) {
            Err(error) => self.descriptor(copy, location).map_err(|_| error),
            found => found,
        }
    }

    /// Something was read from its copy.
    pub fn read_from_copy(&self, address: u64) -> Result<(), VolumeError> {
        self.tolerate(self.finding(&COPY, address))
    }

    fn tagged(&self, address: u64) -> Result<Descriptor, VolumeError> {
        let bytes = self.blocks.block(address)?;
        match Tag::decode(&bytes) {
            // A block of zeros has a right checksum.
            Ok(tag) if bytes[..Tag::LEN].iter().any(|&byte| byte != 0) => Ok(Descriptor { tag, address, bytes }),
            Ok(_) => self.broken(&CHECKSUM, address),
            Err(malformed) => Err(VolumeError::Broken(Box::new(self.finding(&CHECKSUM, address).malformed(malformed)))),
        }
    }

    fn misplaced(&self, found: &Descriptor, location: u32) -> Finding {
        self.finding(&LOCATION, found.address).numbers(found.tag.stamp.location, location)
    }

    /// Decodes a descriptor.
    pub fn decode<'a, T>(
        &self,
        found: &'a Descriptor,
        decode: impl FnOnce(&'a [u8]) -> Result<T, Malformed>,
    ) -> Result<T, VolumeError> {
        decode(&found.bytes).map_err(|malformed| {
            VolumeError::Broken(Box::new(self.finding(&FIELDS, found.address).malformed(malformed)))
        })
    }
}

/// Gives a damaged descriptor right sums, so that it can be decoded.
pub fn mend(bytes: &mut [u8], tag: Tag) {
    let behind = u16::try_from(bytes.len().saturating_sub(Tag::LEN)).unwrap_or(u16::MAX);
    let version = if matches!(tag.stamp.version, 2 | 3) { tag.stamp.version } else { 2 };
    seal_partly(bytes, tag.id, Stamp { version, ..tag.stamp }, tag.crc_len.min(behind));
}
