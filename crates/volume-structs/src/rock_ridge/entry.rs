//! [`Entry`]: any entry of a system use area that is known here, and all others as they are.

use super::{
    AlternateName, Continuation, ExtensionReference, PosixAttributes, RawEntry, RidgeFlags, SparseFile, SymbolicLink,
    Timestamps, Zisofs, raw::begin,
};
use crate::wire::{Fields, Malformed, both_32, put};

/// The bytes in which `SP` is told from anything else.
const CHECK: [u8; 2] = [0xBE, 0xEF];

/// An entry of a system use area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Entry<'a> {
    /// `SP`: SUSP is in use (SUSP, 5.3). It comes first in the root directory's record of itself.
    SharingProtocol {
        /// Bytes before the entries in the system use area of every other record.
        skip: u8,
    },
    /// `CE`: where the area goes on.
    Continuation(Continuation),
    /// `PD`: so many bytes of padding (SUSP, 5.2).
    Padding {
        /// Bytes without those of the head.
        len: u8,
    },
    /// `ST`: the end of the area (SUSP, 5.4).
    Terminator,
    /// `ER`: an extension whose entries are used.
    Extension(ExtensionReference<'a>),
    /// `ES`: which extension the following entries are of (SUSP, 5.6).
    ExtensionSelector {
        /// Its number in the order of the `ER` entries, from 0.
        sequence: u8,
    },
    /// `PX`: mode, links, owner, group, inode.
    Posix(PosixAttributes),
    /// `PN`: the number of a device (RRIP, 4.1.2).
    Device {
        /// The upper 32 bits; in some old images the major number.
        high: u32,
        /// The lower 32 bits; in some old images the minor number.
        low: u32,
    },
    /// `SL`: where a symbolic link leads, or a part of it.
    Link(SymbolicLink<'a>),
    /// `NM`: the name, or a part of it.
    Name(AlternateName<'a>),
    /// `CL`: this stands for a directory that was moved (RRIP, 4.1.5.1).
    ChildLink {
        /// Where that directory is now.
        block: u32,
    },
    /// `PL`: in the record `..` of a directory that was moved (RRIP, 4.1.5.2).
    ParentLink {
        /// The directory that it belongs into.
        block: u32,
    },
    /// `RE`: this is such a directory where it was moved to, and not to be shown (RRIP, 4.1.5.3).
    Relocated,
    /// `TF`: dates.
    Times(Timestamps),
    /// `SF`: a sparse file.
    Sparse(SparseFile),
    /// `RR`: which entries there are.
    Ridge(RidgeFlags),
    /// `ZF`: a compressed file.
    Zisofs(Zisofs),
    /// Whatever else.
    Other(RawEntry<'a>),
}

impl<'a> Entry<'a> {
    /// What an entry says. One of another version than is known here stays as it is.
    pub fn decode(raw: RawEntry<'a>) -> Result<Self, Malformed> {
        let known_version = raw.version == 1 || (raw.version == 2 && raw.signature.0 == *b"ZF");
        if !known_version {
            return Ok(Self::Other(raw));
        }
        let fields = Fields::new(raw.data);
        let entry = match &raw.signature.0 {
            b"SP" if fields.array(0) == Ok(CHECK) => fields.u8(2).map(|skip| Self::SharingProtocol { skip }),
            b"SP" => Err(Malformed::new("the entry SP without its check bytes", 0)),
            b"CE" => Continuation::decode(raw.data).map(Self::Continuation),
            // The data is shorter than 252 bytes.
            b"PD" => Ok(Self::Padding { len: u8::try_from(raw.data.len()).unwrap_or(u8::MAX) }),
            b"ST" => Ok(Self::Terminator),
            b"ER" => ExtensionReference::decode(raw.data).map(Self::Extension),
            b"ES" => fields.u8(0).map(|sequence| Self::ExtensionSelector { sequence }),
            b"PX" => PosixAttributes::decode(raw.data).map(Self::Posix),
            b"PN" => fields.u32_both(0).and_then(|high| Ok(Self::Device { high, low: fields.u32_both(8)? })),
            b"SL" => SymbolicLink::decode(raw.data).map(Self::Link),
            b"NM" => AlternateName::decode(raw.data).map(Self::Name),
            b"CL" => fields.u32_both(0).map(|block| Self::ChildLink { block }),
            b"PL" => fields.u32_both(0).map(|block| Self::ParentLink { block }),
            b"RE" => Ok(Self::Relocated),
            b"TF" => Timestamps::decode(raw.data).map(Self::Times),
            b"SF" => SparseFile::decode(raw.data).map(Self::Sparse),
            b"RR" => fields.u8(0).map(|flags| Self::Ridge(RidgeFlags(flags))),
            b"ZF" => Zisofs::decode(raw.data).map(Self::Zisofs),
            _ => Ok(Self::Other(raw)),
        };
        entry.map_err(|error| error.moved(RawEntry::HEAD_LEN))
    }

    /// Signature, version and bytes of data.
    fn head(&self) -> ([u8; 2], u8, usize) {
        match self {
            Self::SharingProtocol { .. } => (*b"SP", 1, 3),
            Self::Continuation(_) => (*b"CE", 1, Continuation::ENTRY_LEN - RawEntry::HEAD_LEN),
            Self::Padding { len } => (*b"PD", 1, usize::from(*len).min(RawEntry::MAX_DATA)),
            Self::Terminator => (*b"ST", 1, 0),
            Self::Extension(extension) => (*b"ER", 1, extension.data_len()),
            Self::ExtensionSelector { .. } => (*b"ES", 1, 1),
            Self::Posix(attributes) => (*b"PX", 1, attributes.data_len()),
            Self::Device { .. } => (*b"PN", 1, 16),
            Self::Link(link) => (*b"SL", 1, 1 + link.components.len()),
            Self::Name(name) => (*b"NM", 1, 1 + name.name.len()),
            Self::ChildLink { .. } => (*b"CL", 1, 8),
            Self::ParentLink { .. } => (*b"PL", 1, 8),
            Self::Relocated => (*b"RE", 1, 0),
            Self::Times(times) => (*b"TF", 1, times.data_len()),
            Self::Sparse(sparse) => (*b"SF", 1, sparse.data_len()),
            Self::Ridge(_) => (*b"RR", 1, 1),
            Self::Zisofs(zisofs) => (*b"ZF", zisofs.version(), Zisofs::DATA_LEN),
            Self::Other(raw) => (raw.signature.0, raw.version, raw.data.len()),
        }
    }

    /// Its bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        RawEntry::HEAD_LEN + self.head().2
    }

    /// Never: an entry has at least a signature.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// Writes it and returns its bytes.
    ///
    /// # Panics
    ///
    /// When it is longer than 255 bytes, or the buffer is shorter than [`len`](Self::len).
    pub fn encode(&self, out: &mut [u8]) -> usize {
        let (signature, version, data_len) = self.head();
        let out = &mut out[..RawEntry::HEAD_LEN + data_len];
        begin(signature, version, data_len, out);
        let data = &mut out[RawEntry::HEAD_LEN..];
        match self {
            Self::SharingProtocol { skip } => put(data, 0, &[CHECK[0], CHECK[1], *skip]),
            Self::Continuation(continuation) => {
                continuation.encode(out);
            }
            Self::Padding { .. } => data.fill(0),
            Self::Terminator | Self::Relocated => {}
            Self::Extension(extension) => extension.encode_data(data),
            Self::ExtensionSelector { sequence } => data[0] = *sequence,
            Self::Posix(attributes) => attributes.encode_data(data),
            Self::Device { high, low } => {
                put(data, 0, &both_32(*high));
                put(data, 8, &both_32(*low));
            }
            Self::Link(link) => {
                data[0] = link.flags;
                put(data, 1, link.components);
            }
            Self::Name(name) => {
                data[0] = name.flags.0;
                put(data, 1, name.name);
            }
            Self::ChildLink { block } | Self::ParentLink { block } => put(data, 0, &both_32(*block)),
            Self::Times(times) => times.encode_data(data),
            Self::Sparse(sparse) => sparse.encode_data(data),
            Self::Ridge(flags) => data[0] = flags.0,
            Self::Zisofs(zisofs) => zisofs.encode_data(data),
            Self::Other(raw) => put(data, 0, raw.data),
        }
        RawEntry::HEAD_LEN + data_len
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;
    use crate::{
        iso9660::{RecordingTime, VolumeTime},
        rock_ridge::{NameFlags, Signature, TimeKind},
    };

    /// Attributes and a name as genisoimage 1.1.11 -R writes them.
    const PX: &[u8] = b"PX\x24\x01\xA4\x81\0\0\0\0\x81\xA4\x01\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

    fn modified() -> RecordingTime {
        RecordingTime { years_since_1900: 126, month: 11, day: 21, hour: 9, minute: 50, second: 7, offset_quarters: 0 }
    }

    #[rstest]
    #[case(Entry::SharingProtocol { skip: 15 }, b"SP\x07\x01\xBE\xEF\x0F")]
    #[case(Entry::Terminator, b"ST\x04\x01")]
    #[case(Entry::Padding { len: 2 }, b"PD\x06\x01\0\0")]
    #[case(Entry::ExtensionSelector { sequence: 1 }, b"ES\x05\x01\x01")]
    #[case(Entry::Posix(PosixAttributes { mode: 0o100_644, links: 1, ..PosixAttributes::default() }), PX)]
    #[case(Entry::Device { high: 8, low: 1 }, b"PN\x14\x01\x08\0\0\0\0\0\0\x08\x01\0\0\0\0\0\0\x01")]
    #[case(Entry::Name(AlternateName { flags: NameFlags::NONE, name: b"a.txt" }), b"NM\x0A\x01\0a.txt")]
    #[case(Entry::Name(AlternateName { flags: NameFlags::CURRENT, name: b"" }), b"NM\x05\x01\x02")]
    #[case(Entry::ChildLink { block: 0x0102 }, b"CL\x0C\x01\x02\x01\0\0\0\0\x01\x02")]
    #[case(Entry::ParentLink { block: 0x0102 }, b"PL\x0C\x01\x02\x01\0\0\0\0\x01\x02")]
    #[case(Entry::Relocated, b"RE\x04\x01")]
    #[case(Entry::Times(Timestamps::short([(TimeKind::Modify, modified())])), b"TF\x0C\x01\x02\x7E\x0B\x15\x09\x32\x07\0")]
    #[case(
        Entry::Times(Timestamps::long([(TimeKind::Creation, VolumeTime::UNSPECIFIED)])),
        b"TF\x16\x01\x810000000000000000\0"
    )]
    #[case(Entry::Ridge(RidgeFlags(0x89)), b"RR\x05\x01\x89")]
    #[case(Entry::Link(SymbolicLink { flags: 0, components: b"\x04\0\0\x01x" }), b"SL\x0A\x01\0\x04\0\0\x01x")]
    #[case(Entry::Sparse(SparseFile { size: 0x0102, depth: None }), b"SF\x0C\x01\x02\x01\0\0\0\0\x01\x02")]
    #[case(
        Entry::Sparse(SparseFile { size: 0x1_0000_0002, depth: Some(3) }),
        b"SF\x15\x01\x01\0\0\0\0\0\0\x01\x02\0\0\0\0\0\0\x02\x03"
    )]
    #[case(
        Entry::Zisofs(Zisofs { algorithm: *b"pz", header_len: 16, block_shift: 15, size: 0x0001_0203 }),
        b"ZF\x10\x01pz\x04\x0F\x03\x02\x01\0\0\x01\x02\x03"
    )]
    #[case(
        Entry::Zisofs(Zisofs { algorithm: *b"PZ", header_len: 24, block_shift: 17, size: 0x1_0000_0203 }),
        b"ZF\x10\x02PZ\x06\x11\x03\x02\0\0\x01\0\0\0"
    )]
    #[case(Entry::Other(RawEntry { signature: Signature(*b"AA"), version: 2, data: b"\x02a" }), b"AA\x06\x02\x02a")]
    #[case(Entry::Other(RawEntry { signature: Signature(*b"NM"), version: 9, data: b"" }), b"NM\x04\x09")]
    fn each_entry_is_these_bytes(#[case] entry: Entry<'_>, #[case] bytes: &[u8]) {
        let mut out = [0xA5; 64];
        assert_eq!(entry.encode(&mut out), bytes.len());
        assert_eq!(&out[..bytes.len()], bytes);
        assert_eq!(RawEntry::decode(bytes).and_then(Entry::decode), Ok(entry));
    }

    #[test]
    fn an_inode_is_there_when_there_is_room_for_it() {
        let attributes = PosixAttributes { mode: 1, links: 2, user: 3, group: 4, inode: Some(5) };
        let mut out = [0xA5; 44];
        assert_eq!(Entry::Posix(attributes).encode(&mut out), 44);
        assert_eq!((out[2], &out[36..]), (44, &[5, 0, 0, 0, 0, 0, 0, 5][..]));
        assert_eq!(RawEntry::decode(&out).and_then(Entry::decode), Ok(Entry::Posix(attributes)));
    }

    #[test]
    fn extension_references_have_the_length_that_others_write() {
        // By genisoimage, and by xorriso with -compliance new_rr.
        assert_eq!(Entry::Extension(ExtensionReference::RRIP_1991A).len(), 237);
        assert_eq!(Entry::Extension(ExtensionReference::IEEE_1282).len(), 182);
        let mut out = [0xA5; 255];
        for extension in [ExtensionReference::RRIP_1991A, ExtensionReference::IEEE_1282] {
            let len = Entry::Extension(extension).encode(&mut out);
            assert_eq!(RawEntry::decode(&out[..len]).and_then(Entry::decode), Ok(Entry::Extension(extension)));
            assert!(extension.is_rock_ridge());
        }
    }

    #[rstest]
    #[case(b"SP\x07\x01\xBE\xEE\0")]
    #[case(b"CE\x1B\x01aaaaaaaaaaaaaaaaaaaaaaa")]
    #[case(b"PX\x23\x01aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    #[case(b"NM\x04\x01")]
    #[case(b"TF\x0B\x01\x02aaaaaa")]
    #[case(b"ER\x09\x01\x01\x01\0\x01a")]
    #[case(b"ZF\x0F\x01pz\0\0aaaaaaa")]
    fn what_is_too_short_is_refused(#[case] bytes: &[u8]) {
        let raw = RawEntry::decode(bytes).expect("its length is right");
        assert!(Entry::decode(raw).is_err());
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_again(
            signature in proptest::sample::select(
                b"SPCEPDSTERESPXPNSLNMCLPLRETFSFRRZFAAAS".chunks(2).collect::<std::vec::Vec<_>>()
            ),
            data in proptest::collection::vec(any::<u8>(), 0..=251),
            version in 1u8..3,
        ) {
            let signature = Signature([signature[0], signature[1]]);
            if let Ok(entry) = Entry::decode(RawEntry { signature, version, data: &data }) {
                let mut out = [0xA5; 255];
                let len = entry.encode(&mut out);
                prop_assert_eq!(len, entry.len());
                let again = RawEntry::decode(&out[..len]).and_then(Entry::decode);
                // Compressed files of either algorithm are written in its own version.
                prop_assert_eq!(again, Ok(entry));
            }
        }
    }
}
