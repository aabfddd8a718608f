//! Where a block is: on the disc, or inside a source. The only place where one becomes the other.

use std::fmt;

use imapi_errors::{Coded, Fact, HResult, Value, common};

/// The address of a block on the disc: negative in the lead-in, 0 where the first track's data begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lba(pub i32);

/// The number of a block inside a source, from 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Block(pub u64);

/// A place that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// The block lies behind the last address that a disc can have.
    #[error("block {block} of a source that begins at {start} is beyond all addresses of a disc")]
    BeyondTheDisc {
        /// The block.
        block: Block,
        /// Where the source begins on the disc.
        start: Lba,
    },
    /// The address is before the place where the source begins.
    #[error("address {lba} is before {start}, where the source begins")]
    BeforeTheSource {
        /// The address.
        lba: Lba,
        /// Where the source begins on the disc.
        start: Lba,
    },
    /// No minute, second and frame stand for this address: CD time has -45150 to 404849.
    #[error("address {0} has no CD time")]
    NoMsf(Lba),
    /// A text is not `minute:second:frame`, two digits each, up to `99:59:74`.
    #[error("`{0}` is no CD time")]
    NotAnMsf(String),
}

impl Block {
    /// Where this block is on the disc, when block 0 of its source is at `start`.
    ///
    /// ```
    /// use imapi_disc_types::{Block, Lba};
    ///
    /// assert_eq!(Block(16).on_disc(Lba(0))?, Lba(16));
    /// assert_eq!(Block(16).on_disc(Lba(11_400))?, Lba(11_416));
    /// # Ok::<(), imapi_disc_types::AddressError>(())
    /// ```
    pub fn on_disc(self, start: Lba) -> Result<Lba, AddressError> {
        i64::try_from(self.0)
            .ok()
            .and_then(|blocks| start.checked_add(blocks))
            .ok_or(AddressError::BeyondTheDisc { block: self, start })
    }

    /// The block so many blocks further on.
    #[must_use]
    pub const fn checked_add(self, blocks: u64) -> Option<Self> {
        match self.0.checked_add(blocks) {
            Some(block) => Some(Self(block)),
            None => None,
        }
    }
}

impl Lba {
    /// Which block of a source this is, when the source's block 0 is at `start`: the way back of [`Block::on_disc`].
    pub fn in_source(self, start: Self) -> Result<Block, AddressError> {
        u64::try_from(self.distance_from(start))
            .map(Block)
            .map_err(|_| AddressError::BeforeTheSource { lba: self, start })
    }

    /// The address so many blocks further on, or back.
    #[must_use]
    pub fn checked_add(self, blocks: i64) -> Option<Self> {
        i64::from(self.0).checked_add(blocks).and_then(|lba| i32::try_from(lba).ok()).map(Self)
    }

    /// How many blocks this address is behind another; negative when before it.
    #[must_use]
    pub fn distance_from(self, other: Self) -> i64 {
        i64::from(self.0) - i64::from(other.0)
    }
}

impl fmt::Display for Lba {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Coded for AddressError {
    fn code(&self) -> HResult {
        match self {
            Self::BeyondTheDisc { .. } | Self::BeforeTheSource { .. } | Self::NoMsf(_) | Self::NotAnMsf(_) => {
                common::E_INVALIDARG
            }
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::BeyondTheDisc { block, start } => {
                put(Fact::Block, Value::from(block.0));
                put(Fact::Lba, Value::I64(start.0.into()));
            }
            Self::BeforeTheSource { lba, .. } | Self::NoMsf(lba) => put(Fact::Lba, Value::I64(lba.0.into())),
            Self::NotAnMsf(text) => put(Fact::Given, Value::Text(text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_block_beyond_the_last_address_is_refused_by_name() {
        assert_eq!(Block(0).on_disc(Lba(i32::MAX)), Ok(Lba(i32::MAX)));
        let (block, start) = (Block(1), Lba(i32::MAX));
        assert_eq!(block.on_disc(start), Err(AddressError::BeyondTheDisc { block, start }));
        assert!(Block(u64::MAX).on_disc(Lba(i32::MIN)).is_err());
    }

    #[test]
    fn an_address_before_the_source_has_no_block() {
        let (lba, start) = (Lba(99), Lba(100));
        assert_eq!(lba.in_source(start), Err(AddressError::BeforeTheSource { lba, start }));
        assert_eq!(start.in_source(start), Ok(Block(0)));
    }

    #[test]
    fn arithmetic_stops_at_the_ends() {
        assert_eq!(Lba(i32::MAX).checked_add(1), None);
        assert_eq!(Lba(i32::MIN).checked_add(-1), None);
        assert_eq!(Lba(0).checked_add(i64::MAX), None);
        assert_eq!(Lba(i32::MAX).checked_add(i64::MAX), None);
        assert_eq!(Lba(-150).checked_add(150), Some(Lba(0)));
        assert_eq!(Block(u64::MAX).checked_add(1), None);
    }

    #[test]
    fn an_address_error_tells_its_place() {
        let mut told = Vec::new();
        AddressError::NoMsf(Lba(-45_151)).facts(&mut |fact, value| told.push((fact, value.to_string())));
        assert_eq!(told, [(Fact::Lba, "-45151".to_string())]);
    }

    proptest! {
        #[test]
        fn a_block_put_on_a_disc_is_found_again(start: i32, block in 0..=u64::from(u32::MAX)) {
            let (start, block) = (Lba(start), Block(block));
            if let Ok(lba) = block.on_disc(start) {
                prop_assert_eq!(lba.in_source(start), Ok(block));
                prop_assert!(lba >= start);
            } else {
                prop_assert!(i64::from(start.0) + i64::try_from(block.0).expect("32 bits") > i64::from(i32::MAX));
            }
        }
    }
}
