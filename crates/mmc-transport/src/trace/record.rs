//! [`Record`]: one command, its data, and what came of it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Failure;
use crate::{Cdb, Completion, Data};

/// One command of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The device's clock when it was sent, to the microsecond.
    pub at: Duration,
    /// How long it took, to the microsecond.
    pub took: Duration,
    /// The time it was given, to the millisecond.
    pub timeout: Duration,
    /// The command.
    pub cdb: Cdb,
    /// Which way its data go.
    pub direction: Direction,
    /// How many bytes were offered: the size of the buffer, or of what was to go out.
    pub length: usize,
    /// The data that came in, or all that was offered to go out.
    pub data: Payload,
    /// What came of it.
    pub outcome: Outcome,
}

/// Which way the data of a command go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// There are none.
    #[default]
    None,
    /// From the device.
    In,
    /// To the device.
    Out,
}

impl Direction {
    /// The way these data go.
    #[must_use]
    pub fn of(data: &Data<'_>) -> Self {
        match data {
            Data::None => Self::None,
            Data::In(_) => Self::In,
            Data::Out(_) => Self::Out,
        }
    }
}

/// Data of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// Every byte.
    Bytes(Vec<u8>),
    /// Only what suffices to notice a difference: FNV-1a of 64 bits. It protects against nothing else.
    Digest(u64),
}

impl Payload {
    /// These data, as bytes or, where they are more than the limit, as a digest.
    #[must_use]
    pub fn of(bytes: &[u8], digest_above: Option<usize>) -> Self {
        if digest_above.is_some_and(|limit| bytes.len() > limit) {
            Self::Digest(digest(bytes))
        } else {
            Self::Bytes(bytes.to_vec())
        }
    }

    /// Whether these were the data, as far as can be told.
    #[must_use]
    pub fn is_of(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Bytes(kept) => kept == bytes,
            Self::Digest(kept) => *kept == digest(bytes),
        }
    }
}

impl Default for Payload {
    fn default() -> Self {
        Self::Bytes(Vec::new())
    }
}

/// What came of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The device answered.
    Completed(Completion),
    /// It did not.
    Failed(Failure),
}

impl Outcome {
    /// How many bytes went over.
    #[must_use]
    pub fn transferred(&self) -> usize {
        match self {
            Self::Completed(completion) => completion.transferred,
            Self::Failed(_) => 0,
        }
    }
}

/// FNV-1a, 64 bits.
fn digest(bytes: &[u8]) -> u64 {
    const BASIS: u64 = 0xCBF2_9CE4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01B3;
    bytes.iter().fold(BASIS, |sum, &byte| (sum ^ u64::from(byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vectors of the function's authors (draft-eastlake-fnv).
    #[test]
    fn the_digest_is_fnv_1a() {
        assert_eq!(digest(b""), 0xCBF2_9CE4_8422_2325);
        assert_eq!(digest(b"a"), 0xAF63_DC4C_8601_EC8C);
        assert_eq!(digest(b"foobar"), 0x8594_4171_F739_67E8);
    }

    #[test]
    fn much_data_become_a_digest_only_when_asked() {
        assert_eq!(Payload::of(&[1; 9], None), Payload::Bytes(vec![1; 9]));
        assert_eq!(Payload::of(&[1; 8], Some(8)), Payload::Bytes(vec![1; 8]));
        let payload = Payload::of(&[1; 9], Some(8));
        assert!(matches!(payload, Payload::Digest(_)));
        assert!(payload.is_of(&[1; 9]) && !payload.is_of(&[2; 9]));
    }
}
