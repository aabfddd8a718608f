//! [`LeadIn`]: CD-TEXT as the sub-channels of a lead-in, and where that begins.

use std::num::NonZeroU32;

use imapi_cd_sector::{
    cdtext::{PACK_LEN, PACKS_A_SECTOR, Pack, to_symbols},
    subchannel::RAW_LEN,
};
use imapi_disc_types::{Block, BlockSource, Lba, Request, SourceError};
use imapi_mmc_transport::{
    Answer, RawMsf, TransportExt as _,
    commands::{ReadToc, TocFormat, TocReply},
};
use imapi_recorder::Recorder;

use crate::{Probe, patiently};

/// Lead-ins begin behind this time, which is before the first address.
const EARLIEST_MINUTE: u8 = 90;
const PER_PACK: usize = RAW_LEN / PACKS_A_SECTOR;

/// The sub-channels R to W of a lead-in: packs of CD-TEXT over and over, 96 bytes a sector.
pub struct LeadIn {
    packs: Vec<[u8; PER_PACK]>,
    sectors: u64,
}

impl LeadIn {
    /// So many sectors.
    pub(super) fn new(packs: &[Pack], sectors: u64) -> Self {
        let symbols = |pack: &Pack| {
            let bytes: [u8; PACK_LEN] = pack.encode();
            to_symbols(&bytes)
        };
        Self { packs: packs.iter().map(symbols).collect(), sectors }
    }
}

impl BlockSource for LeadIn {
    fn block_size(&self) -> NonZeroU32 {
        const { NonZeroU32::new(96).expect("96 is not zero") }
    }

    fn blocks(&self) -> u64 {
        self.sectors
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        let number = usize::try_from(first.0).unwrap_or(0) * PACKS_A_SECTOR;
        for (symbols, number) in request.out.chunks_exact_mut(PER_PACK).zip(number..) {
            match self.packs.get(number % self.packs.len().max(1)) {
                Some(pack) => symbols.copy_from_slice(pack),
                None => symbols.fill(0),
            }
        }
        Ok(request.count)
    }
}

/// Where the lead-in of a blank disc begins, as the drive or the disc's groove says; none where neither tells a time that
/// can be.
#[must_use]
pub fn start_of_lead_in(recorder: &Recorder, probe: &Probe) -> Option<Lba> {
    let by_disc = probe.disc.as_ref().and_then(|disc| disc.last_lead_in).map(imapi_mmc_transport::RawAddress::time);
    by_disc.and_then(lead_in).or_else(|| {
        match patiently(recorder, || recorder.device().query(&ReadToc::whole(TocFormat::Atip))) {
            Ok(Answer { value: TocReply::Atip(atip), .. }) => lead_in(atip.lead_in),
            _ => None,
        }
    })
}

fn lead_in(time: RawMsf) -> Option<Lba> {
    // Some drives tell it in decimal digits.
    let decimal = RawMsf(time.0.map(|byte| (byte >> 4) * 10 + (byte & 0x0F)));
    let plausible = |time: RawMsf| time.msf().is_some_and(|msf| msf.minute() >= EARLIEST_MINUTE);
    [time, decimal].into_iter().find(|time| plausible(*time)).and_then(RawMsf::lba)
}

#[cfg(test)]
mod tests {
    use imapi_cd_sector::cdtext::lead_in as sectors;
    use imapi_disc_types::conformance;

    use super::*;

    #[test]
    fn packs_go_round_as_long_as_the_lead_in() {
        let packs: Vec<Pack> = (0..6).map(|sequence| Pack { kind: 0x80, sequence, ..Pack::default() }).collect();
        let source = LeadIn::new(&packs, 5);
        let mut out = vec![0xA5; 5 * 96];
        source.read_all(Block(0), &mut out).expect("readable");
        assert_eq!(out, sectors(&packs).take(5).flatten().collect::<Vec<u8>>());
        conformance::check(&source).expect("it keeps the contract");
    }

    #[test]
    fn a_lead_in_begins_before_the_disc_in_any_digits() {
        assert_eq!(lead_in(RawMsf([97, 26, 65])), Some(Lba(-11_635)));
        assert_eq!(lead_in(RawMsf([0x97, 0x26, 0x65])), Some(Lba(-11_635)));
        for no_time in [[0, 0, 0], [0xFF, 0xFF, 0xFF], [79, 59, 74]] {
            assert_eq!(lead_in(RawMsf(no_time)), None);
        }
    }
}
