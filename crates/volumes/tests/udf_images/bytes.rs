//! Bytes of UDF, written down from ECMA-167 and OSTA UDF alone: nothing here is shared with the code under test.

/// Bytes of a block.
pub const BLOCK: usize = 2048;
/// The same as descriptors have it.
pub const BLOCK_LEN: u32 = 2048;

/// A descriptor that is being filled; its tag comes last.
#[derive(Clone)]
pub struct Filled(pub Vec<u8>);

impl Filled {
    pub fn of(len: usize) -> Self {
        Self(vec![0; len])
    }

    pub fn bytes(&mut self, at: usize, bytes: &[u8]) -> &mut Self {
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
        self
    }

    pub fn u16(&mut self, at: usize, value: u16) -> &mut Self {
        self.bytes(at, &value.to_le_bytes())
    }

    pub fn u32(&mut self, at: usize, value: u32) -> &mut Self {
        self.bytes(at, &value.to_le_bytes())
    }

    pub fn u64(&mut self, at: usize, value: u64) -> &mut Self {
        self.bytes(at, &value.to_le_bytes())
    }

    /// 3/7.2: identifier, version, checksum, serial number, CRC, its length, location.
    pub fn tagged(&mut self, id: u16, version: u16, location: u32) -> Vec<u8> {
        seal(&mut self.0, id, version, location);
        self.0.clone()
    }
}

/// Writes a tag over the first 16 bytes.
pub fn seal(bytes: &mut [u8], id: u16, version: u16, location: u32) {
    let covered = bytes.len().min(BLOCK) - 16;
    let mut tag = [0_u8; 16];
    tag[0..2].copy_from_slice(&id.to_le_bytes());
    tag[2..4].copy_from_slice(&version.to_le_bytes());
    tag[6..8].copy_from_slice(&1_u16.to_le_bytes());
    tag[8..10].copy_from_slice(&crc(&bytes[16..16 + covered]).to_le_bytes());
    tag[10..12].copy_from_slice(&u16::try_from(covered).expect("less than a block").to_le_bytes());
    tag[12..16].copy_from_slice(&location.to_le_bytes());
    tag[4] = tag.iter().fold(0_u8, |sum, &byte| sum.wrapping_add(byte));
    bytes[..16].copy_from_slice(&tag);
}

/// Gives a tag that was changed, or whose descriptor was, right sums again; what has no tag stays as it is.
pub fn reseal(bytes: &mut [u8]) {
    let Some(len) = bytes.len().checked_sub(16) else { return };
    let covered = usize::from(u16::from_le_bytes([bytes[10], bytes[11]])).min(len);
    let sum = crc(&bytes[16..16 + covered]);
    bytes[8..10].copy_from_slice(&sum.to_le_bytes());
    bytes[10..12].copy_from_slice(&u16::try_from(covered).expect("it was one").to_le_bytes());
    bytes[4] = 0;
    bytes[4] = bytes[..16].iter().fold(0_u8, |sum, &byte| sum.wrapping_add(byte));
}

/// 1/7.2, as ITU-T V.41 has it: bit by bit.
pub fn crc(bytes: &[u8]) -> u16 {
    let mut crc = 0_u16;
    for &byte in bytes {
        crc ^= u16::from(byte) << 8;
        for _ in 0..8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 };
        }
    }
    crc
}

/// 1/7.4.
pub fn entity(name: &str, suffix: &[u8]) -> [u8; 32] {
    let mut id = [0; 32];
    id[1..=name.len()].copy_from_slice(name.as_bytes());
    id[24..24 + suffix.len()].copy_from_slice(suffix);
    id
}

/// 1/7.2.1.
pub fn characters() -> [u8; 64] {
    let mut set = [0; 64];
    set[1..24].copy_from_slice(b"OSTA Compressed Unicode");
    set
}

/// U 2.1.1: a byte a character where that is enough.
pub fn compressed(text: &str) -> Vec<u8> {
    if text.chars().all(|letter| u32::from(letter) < 256) {
        std::iter::once(8).chain(text.chars().map(|letter| u32::from(letter).to_le_bytes()[0])).collect()
    } else {
        std::iter::once(16).chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect()
    }
}

/// 1/7.2.12.
pub fn dstring(text: &str, len: usize) -> Vec<u8> {
    let mut field = compressed(text);
    let used = u8::try_from(field.len()).expect("short");
    field.resize(len - 1, 0);
    field.push(used);
    field
}

/// 1/7.3: a local time. Year, month, day, hour, minute, second; microseconds; minutes ahead of UTC.
pub fn time(date: [u16; 6], microseconds: u32, zone: i16) -> [u8; 12] {
    let [year, month, day, hour, minute, second] = date;
    let byte = |value: u16| value.to_le_bytes()[0];
    let part = |value: u32| value.to_le_bytes()[0];
    let kind = 0x1000 | (u16::from_le_bytes(zone.to_le_bytes()) & 0x0FFF);
    let mut out = [0; 12];
    out[0..2].copy_from_slice(&kind.to_le_bytes());
    out[2..4].copy_from_slice(&year.to_le_bytes());
    out[4..9].copy_from_slice(&[byte(month), byte(day), byte(hour), byte(minute), byte(second)]);
    out[9..].copy_from_slice(&[part(microseconds / 10_000), part(microseconds / 100 % 100), part(microseconds % 100)]);
    out
}

/// 4/14.14.2: length with its type, block, partition.
pub fn long_ad(len: u32, block: u32, partition: u16) -> [u8; 16] {
    let mut ad = [0; 16];
    ad[0..4].copy_from_slice(&len.to_le_bytes());
    ad[4..8].copy_from_slice(&block.to_le_bytes());
    ad[8..10].copy_from_slice(&partition.to_le_bytes());
    ad
}

/// 4/14.14.1.
pub fn short_ad(len: u32, block: u32) -> [u8; 8] {
    let mut ad = [0; 8];
    ad[0..4].copy_from_slice(&len.to_le_bytes());
    ad[4..8].copy_from_slice(&block.to_le_bytes());
    ad
}

/// 4/14.14.3.
pub fn extended_ad(len: u32, block: u32, partition: u16) -> [u8; 20] {
    let mut ad = [0; 20];
    for (at, value) in [(0, len), (4, len & 0x3FFF_FFFF), (8, len & 0x3FFF_FFFF), (12, block)] {
        ad[at..at + 4].copy_from_slice(&value.to_le_bytes());
    }
    ad[16..18].copy_from_slice(&partition.to_le_bytes());
    ad
}
