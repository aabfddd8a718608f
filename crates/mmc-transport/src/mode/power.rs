//! Mode page 1Ah: after how long a drive saves power.

use super::{PageCode, blank, finished, tail};
use crate::{BadReply, wire::Fields};

/// Power condition (page 1Ah).
#[doc(alias = "IMAPI_MODE_PAGE_TYPE_POWER_CONDITION")]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PowerConditions {
    /// The idle timer counts.
    pub idle: bool,
    /// The standby timer counts.
    pub standby: bool,
    /// After so many tenths of a second without a command the drive is idle.
    pub idle_tenths: u32,
    /// After so many tenths of a second without a command the drive is in standby.
    pub standby_tenths: u32,
    /// What follows.
    pub tail: Vec<u8>,
}

mod field {
    pub(super) const BITS: usize = 3;
    pub(super) const IDLE_TIMER: usize = 4;
    pub(super) const STANDBY_TIMER: usize = 8;
    pub(super) const END: usize = 12;
}

impl PowerConditions {
    /// The page, from its code on.
    pub(super) fn decode(page: &[u8]) -> Result<Self, BadReply> {
        let fields = Fields::new(page, field::END)?;
        Ok(Self {
            idle: fields.bit(field::BITS, 1)?,
            standby: fields.bit(field::BITS, 0)?,
            idle_tenths: fields.u32(field::IDLE_TIMER)?,
            standby_tenths: fields.u32(field::STANDBY_TIMER)?,
            tail: tail(page, field::END),
        })
    }

    /// The bytes, from its code on.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut page = blank(PageCode::POWER, field::END);
        page.bit(field::BITS, 1, self.idle)
            .bit(field::BITS, 0, self.standby)
            .u32(field::IDLE_TIMER, self.idle_tenths)
            .u32(field::STANDBY_TIMER, self.standby_tenths);
        finished(&mut page, &self.tail)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::{ModePage, checks},
        *,
    };

    const TIMERS: [u8; 12] = [0x1A, 0x0A, 0, 0x01, 0, 0, 0x01, 0x2C, 0, 0, 0x46, 0x50];

    #[test]
    fn each_timer_has_its_bit() {
        let page = PowerConditions { standby: true, idle_tenths: 300, standby_tenths: 18_000, ..Default::default() };
        checks::page_is(&ModePage::Power(page.clone()), &TIMERS);
        checks::page_needs(&TIMERS, 12);
        let mut idle = TIMERS;
        idle[3] = 0x02;
        checks::page_is(&ModePage::Power(PowerConditions { idle: true, standby: false, ..page }), &idle);
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_keep_their_meaning(bytes: Vec<u8>) {
            checks::any_page(PageCode::POWER, bytes);
        }
    }
}
