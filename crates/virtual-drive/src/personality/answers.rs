//! What quirks do to answers: each has the typed answer before it is encoded.

use imapi_disc_types::Lba;
use imapi_mmc_transport::{
    RawMsf, Sense, Specific,
    commands::{
        BufferCapacity, DataMode, PerformanceData, PerformanceDescriptors, StandardInquiry, TocReply, TrackInformation,
    },
    mode::{Capabilities, ModeParameters, SpeedControl},
};

use super::{Personality, Quirk};
use crate::{Family, Medium};

/// Where the first pre-gap of a CD begins.
const PREGAP: Lba = Lba(-150);

impl Personality {
    pub(crate) fn inquiry(&self, answer: &mut StandardInquiry) {
        if let Some((vendor, product)) = self.identity {
            (answer.vendor, answer.product) = (vendor, product);
        }
    }

    /// `parameters_set`: whether the host has set mode page 05h.
    pub(crate) fn track(&self, answer: &mut TrackInformation, medium: &Medium, parameters_set: bool) {
        if self.has(Quirk::NextInPregap) && medium.kind.is_cd() && answer.blank && answer.next_writable == Some(Lba(0))
        {
            answer.next_writable = Some(PREGAP);
        }
        // Elsewhere no host sets the page.
        let by_page = matches!(medium.family, Family::Cd | Family::DvdMinus);
        if self.has(Quirk::NextAfterWriteParameters) && by_page && !parameters_set {
            answer.next_writable = None;
        }
        if self.has(Quirk::UnknownDataMode) {
            answer.data_mode = DataMode::Unknown;
        }
    }

    pub(crate) fn toc(&self, answer: &mut TocReply) {
        let TocReply::Atip(atip) = answer else { return };
        let times = [&mut atip.lead_in, &mut atip.last_possible_lead_out];
        if self.has(Quirk::AtipInDecimalDigits) {
            for time in times {
                *time = RawMsf(time.0.map(decimal_digits));
            }
        } else if self.has(Quirk::AtipOfZeros) {
            for time in times {
                *time = RawMsf([0; 3]);
            }
        }
    }

    pub(crate) fn capabilities(&self, answer: &mut Capabilities) {
        if self.has(Quirk::NoSpeeds) {
            (answer.max_read_speed, answer.read_speed, answer.max_write_speed) = (0, 0, 0);
            answer.old_write_speed = answer.old_write_speed.map(|_| 0);
            answer.write_speed = answer.write_speed.map(|speed| SpeedControl { speed: 0, ..speed });
            answer.write_speeds = answer.write_speeds.as_ref().map(|_| Vec::new());
        }
        if self.has(Quirk::ShortCapabilities) {
            (answer.old_write_speed, answer.copy_management) = (None, None);
            (answer.write_speed, answer.write_speeds) = (None, None);
        }
    }

    pub(crate) fn performance(&self, answer: &mut PerformanceData) {
        if !self.has(Quirk::NoSpeeds) {
            return;
        }
        match &mut answer.descriptors {
            PerformanceDescriptors::Nominal(descriptors) => {
                for descriptor in descriptors {
                    (descriptor.start_speed, descriptor.end_speed) = (0, 0);
                }
            }
            PerformanceDescriptors::WriteSpeeds(descriptors) => {
                for descriptor in descriptors {
                    (descriptor.read, descriptor.write) = (0, 0);
                }
            }
            _ => {}
        }
    }

    /// `blocks`: how many the disc has.
    pub(crate) fn mode_parameters(&self, answer: &mut ModeParameters, blocks: u32) {
        if self.has(Quirk::BlockDescriptors) {
            // Density, three bytes of how many, a zero, three bytes of how large (SPC-3, 7.4.4.2).
            let [_, high, middle, low] = blocks.min(0x00FF_FFFF).to_be_bytes();
            answer.block_descriptors = vec![0, high, middle, low, 0, 0, 8, 0];
        }
    }

    pub(crate) fn buffer_capacity(&self, answer: &mut BufferCapacity) {
        if self.has(Quirk::MoreFreeThanThereIs) {
            answer.free = answer.total.saturating_add(answer.total / 2);
        }
    }

    pub(crate) fn sense(&self, sense: Sense) -> Sense {
        match sense.specific {
            Some(Specific::Progress(_)) if self.has(Quirk::NoProgress) => Sense { specific: None, ..sense },
            _ => sense,
        }
    }
}

/// 79 becomes 79h.
fn decimal_digits(number: u8) -> u8 {
    number / 10 % 10 * 16 + number % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_digits_look_like_the_number() {
        assert_eq!([0, 9, 10, 59, 79, 97].map(decimal_digits), [0, 9, 0x10, 0x59, 0x79, 0x97]);
    }
}
