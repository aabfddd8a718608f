//! Mode page 2Ah: what a drive can do, as it was told before there were features, and its speeds.

use super::{HEADER, PageCode, blank, finished, tail};
use crate::{BadReply, Notes, wire::Fields};

mod abilities;

pub use abilities::{Abilities, Ability};

/// C/DVD capabilities and mechanical status (page 2Ah; MMC-3, a legacy page since).
///
/// The standards made it longer and longer, so all that came after the first one's 20 bytes may be missing. Speeds are
/// in kilobytes of 1000 bytes a second.
#[doc(alias = "IMAPI_MODE_PAGE_TYPE_LEGACY_CAPABILITIES")]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// What it can do.
    pub abilities: Abilities,
    /// How a disc goes in.
    pub mechanism: LoadingMechanism,
    /// The greatest speed of reading.
    pub max_read_speed: u16,
    /// How many steps the volume has.
    pub volume_levels: u16,
    /// The buffer, in units of 1024 bytes.
    pub buffer_size: u16,
    /// The speed of reading now.
    pub read_speed: u16,
    /// How the digital output sends its bits, in bits 1 to 5.
    pub digital_output: u8,
    /// The greatest speed of writing.
    pub max_write_speed: u16,
    /// The speed of writing now, where newer drives have left it.
    pub old_write_speed: Option<u16>,
    /// The version of the copy protection.
    pub copy_management: Option<u16>,
    /// The speed of writing now.
    pub write_speed: Option<SpeedControl>,
    /// The speeds of writing with the disc that is in, the greatest first. At most 56 have room.
    pub write_speeds: Option<Vec<SpeedControl>>,
    /// What follows the fields that are there.
    pub tail: Vec<u8>,
}

/// A speed, and how the disc turns for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SpeedControl {
    /// 0 as the disc needs it, 1 always equally fast; two bits.
    pub rotation: u8,
    /// Kilobytes of 1000 bytes a second.
    pub speed: u16,
}

/// How a disc goes in: three bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct LoadingMechanism(pub u8);

impl LoadingMechanism {
    /// In a caddy.
    pub const CADDY: Self = Self(0);
    /// In a tray.
    pub const TRAY: Self = Self(1);
    /// Under a lid.
    pub const POP_UP: Self = Self(2);
    /// One by one into a changer.
    pub const CHANGER_DISCS: Self = Self(4);
    /// In the cartridge of a changer.
    pub const CHANGER_CARTRIDGE: Self = Self(5);
}

mod field {
    pub(super) const ABILITIES: usize = 2;
    pub(super) const MECHANISM: usize = 6;
    pub(super) const MAX_READ_SPEED: usize = 8;
    pub(super) const VOLUME_LEVELS: usize = 10;
    pub(super) const BUFFER_SIZE: usize = 12;
    pub(super) const READ_SPEED: usize = 14;
    pub(super) const DIGITAL_OUTPUT: usize = 17;
    pub(super) const MAX_WRITE_SPEED: usize = 18;
    /// The first standard's page ends here.
    pub(super) const MANDATORY: usize = 20;
    pub(super) const OLD_WRITE_SPEED: usize = 20;
    pub(super) const COPY_MANAGEMENT: usize = 22;
    pub(super) const ROTATION: usize = 27;
    pub(super) const WRITE_SPEED: usize = 28;
    pub(super) const DESCRIPTORS: usize = 30;
    pub(super) const END: usize = 32;
}

const MECHANISM_SHIFT: u8 = 5;
const DIGITAL_OUTPUT: u8 = 0x3E;

impl SpeedControl {
    const LEN: usize = 4;
    /// How many have room in a page.
    const MOST: usize = (HEADER + 255 - field::END) / Self::LEN;

    fn decode(bytes: &[u8]) -> Result<Self, BadReply> {
        let fields = Fields::new(bytes, Self::LEN)?;
        Ok(Self { rotation: fields.u8(1)? & 3, speed: fields.u16(2)? })
    }

    fn encode(self) -> [u8; Self::LEN] {
        let [high, low] = self.speed.to_be_bytes();
        [0, self.rotation & 3, high, low]
    }
}

impl Capabilities {
    /// The page, from its code on.
    pub(super) fn decode(page: &[u8], notes: &mut Notes) -> Result<Self, BadReply> {
        let fields = Fields::new(page, field::MANDATORY)?;
        let write_speed = fields.u16(field::WRITE_SPEED).ok();
        let mut decoded = Self {
            abilities: Abilities::of(fields.array(field::ABILITIES)?),
            mechanism: LoadingMechanism(fields.u8(field::MECHANISM)? >> MECHANISM_SHIFT),
            max_read_speed: fields.u16(field::MAX_READ_SPEED)?,
            volume_levels: fields.u16(field::VOLUME_LEVELS)?,
            buffer_size: fields.u16(field::BUFFER_SIZE)?,
            read_speed: fields.u16(field::READ_SPEED)?,
            digital_output: fields.u8(field::DIGITAL_OUTPUT)? & DIGITAL_OUTPUT,
            max_write_speed: fields.u16(field::MAX_WRITE_SPEED)?,
            old_write_speed: fields.u16(field::OLD_WRITE_SPEED).ok(),
            copy_management: fields.u16(field::COPY_MANAGEMENT).ok(),
            write_speed: match write_speed {
                Some(speed) => Some(SpeedControl { rotation: fields.u8(field::ROTATION)? & 3, speed }),
                None => None,
            },
            write_speeds: None,
            tail: Vec::new(),
        };
        if let Ok(count) = fields.u16(field::DESCRIPTORS) {
            let descriptors = page.get(field::END..).unwrap_or_default().chunks_exact(SpeedControl::LEN);
            if descriptors.len() < usize::from(count) {
                notes.add(field::DESCRIPTORS, "the page ends before its last write speed");
            }
            let speeds = descriptors.take(count.into()).map(SpeedControl::decode).collect::<Result<_, _>>()?;
            decoded.write_speeds = Some(speeds);
        }
        decoded.tail = tail(page, decoded.known());
        Ok(decoded)
    }

    /// The bytes, from its code on.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut page = blank(PageCode::CAPABILITIES, self.known());
        page.put(field::ABILITIES, &self.abilities.bytes());
        for bit in 0..3 {
            page.bit(field::MECHANISM, MECHANISM_SHIFT + bit, self.mechanism.0 >> bit & 1 == 1);
        }
        page.u16(field::MAX_READ_SPEED, self.max_read_speed)
            .u16(field::VOLUME_LEVELS, self.volume_levels)
            .u16(field::BUFFER_SIZE, self.buffer_size)
            .u16(field::READ_SPEED, self.read_speed)
            .u8(field::DIGITAL_OUTPUT, self.digital_output & DIGITAL_OUTPUT)
            .u16(field::MAX_WRITE_SPEED, self.max_write_speed);
        if let Some(speed) = self.old_write_speed {
            page.u16(field::OLD_WRITE_SPEED, speed);
        }
        if let Some(version) = self.copy_management {
            page.u16(field::COPY_MANAGEMENT, version);
        }
        if let Some(SpeedControl { rotation, speed }) = self.write_speed {
            page.u8(field::ROTATION, rotation & 3).u16(field::WRITE_SPEED, speed);
        }
        let speeds = self.listed();
        if self.write_speeds.is_some() {
            page.u16(field::DESCRIPTORS, u16::try_from(speeds.len()).unwrap_or(u16::MAX));
        }
        for (number, speed) in speeds.iter().enumerate() {
            page.put(field::END + SpeedControl::LEN * number, &speed.encode());
        }
        finished(&mut page, &self.tail)
    }

    /// The speeds that have room.
    fn listed(&self) -> &[SpeedControl] {
        let speeds = self.write_speeds.as_deref().unwrap_or_default();
        speeds.get(..SpeedControl::MOST).unwrap_or(speeds)
    }

    /// Where the last field that is there ends.
    fn known(&self) -> usize {
        match (self.old_write_speed, self.copy_management, self.write_speed, &self.write_speeds) {
            (_, _, _, Some(_)) => field::END + SpeedControl::LEN * self.listed().len(),
            (_, _, Some(_), None) => field::DESCRIPTORS,
            (_, Some(_), None, None) => field::COPY_MANAGEMENT + 2,
            (Some(_), None, None, None) => field::OLD_WRITE_SPEED + 2,
            (None, None, None, None) => field::MANDATORY,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::{ModePage, checks},
        *,
    };

    /// QEMU's drive: the first standard's page, a reader of everything with a tray.
    const QEMU: [u8; 20] = [0x2A, 18, 0, 0, 0x71, 0x60, 0x29, 0, 0x02, 0xC0, 0, 2, 0x02, 0, 0x02, 0xC0, 0, 0, 0, 0];

    fn qemu() -> Capabilities {
        use Ability::ReadRecordingCode;
        use Ability::{AudioPlay, Eject, Lock, Mode2Form1, Mode2Form2, MultiSession, ReadCatalogueNumber};
        Capabilities {
            abilities: Abilities::from_iter([
                AudioPlay,
                Mode2Form1,
                Mode2Form2,
                MultiSession,
                ReadRecordingCode,
                ReadCatalogueNumber,
                Lock,
                Eject,
            ]),
            mechanism: LoadingMechanism::TRAY,
            max_read_speed: 704,
            volume_levels: 2,
            buffer_size: 512,
            read_speed: 704,
            ..Capabilities::default()
        }
    }

    /// The newest form: two speeds of writing, and two bytes that no standard knows.
    const WRITER: [u8; 42] = [
        0x2A, 40, 0x3F, 0x37, 0xF1, 0x77, 0x29, 0x23, 0x21, 0x13, 0x01, 0x00, 0x08, 0x00, 0x15,
        0xA4, // up to reading
        0x00, 0x10, 0x1B, 0x90, 0x1B, 0x90, 0x00, 0x01, 0, 0, 0, 0x01, 0x15, 0xA4, 0x00, 0x02, // up to the count
        0, 0x01, 0x1B, 0x90, 0, 0x00, 0x15, 0xA4, 0xDE, 0xAD, // speeds and tail
    ];

    fn fast() -> SpeedControl {
        SpeedControl { rotation: 1, speed: 7056 }
    }

    #[test]
    fn the_first_standards_page_is_enough() {
        checks::page_is(&ModePage::Capabilities(qemu()), &QEMU);
        checks::page_needs(&QEMU, 20);
    }

    #[test]
    fn a_writer_lists_its_speeds() {
        let Ok(writer) = Capabilities::decode(&WRITER, &mut Notes::new()) else { panic!("the page is whole") };
        assert_eq!(
            (writer.max_read_speed, writer.volume_levels, writer.buffer_size, writer.read_speed),
            (8467, 256, 2048, 5540)
        );
        assert_eq!((writer.max_write_speed, writer.old_write_speed), (7056, Some(7056)));
        assert_eq!((writer.copy_management, writer.digital_output), (Some(1), 0x10));
        assert_eq!(writer.write_speed, Some(SpeedControl { rotation: 1, speed: 5540 }));
        assert_eq!(writer.write_speeds, Some(vec![fast(), SpeedControl { rotation: 0, speed: 5540 }]));
        assert_eq!(writer.tail, [0xDE, 0xAD]);
        checks::page_is(&ModePage::Capabilities(writer), &WRITER);
    }

    #[test]
    fn every_length_in_between_is_understood() {
        for len in 20..32 {
            let decoded = Capabilities::decode(&WRITER[..len], &mut Notes::new());
            let Ok(page) = decoded else { panic!("{len} bytes are enough: {decoded:?}") };
            assert_eq!(page.old_write_speed.is_some(), len >= 22, "{len}");
            assert_eq!(page.copy_management.is_some(), len >= 24, "{len}");
            assert_eq!(page.write_speed.is_some(), len >= 30, "{len}");
            assert_eq!((page.encode().len(), &page.write_speeds), (len, &None));
        }
        assert!(Capabilities::decode(&WRITER[..19], &mut Notes::new()).is_err());
    }

    #[test]
    fn speeds_that_are_announced_and_missing_are_noted() {
        let mut notes = Notes::new();
        let decoded = Capabilities::decode(&WRITER[..38], &mut notes);
        let speeds = decoded.map(|page| (page.write_speeds, page.tail));
        assert_eq!(speeds, Ok((Some(vec![fast()]), vec![0, 0])));
        assert_eq!(notes.as_slice().first().map(|note| note.at), Some(30));
    }

    #[test]
    fn what_follows_the_announced_speeds_is_no_speed() {
        let mut one = WRITER;
        one[31] = 1;
        let speeds = Capabilities::decode(&one, &mut Notes::new()).map(|page| (page.write_speeds, page.tail.len()));
        assert_eq!(speeds, Ok((Some(vec![fast()]), 6)));
    }

    #[test]
    fn bits_without_a_meaning_are_dropped() {
        let mut odd = QEMU;
        (odd[2], odd[3], odd[7], odd[16]) = (0xC0, 0xC8, 0xC0, 0xFF);
        assert_eq!(Capabilities::decode(&odd, &mut Notes::new()), Ok(qemu()));
    }

    #[test]
    fn more_speeds_than_have_room_are_not_sent() {
        let page = Capabilities { write_speeds: Some(vec![fast(); 100]), ..qemu() };
        let bytes = page.encode();
        assert_eq!((bytes.len(), &bytes[30..32]), (256, &[0, 56][..]));
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_keep_their_meaning(bytes in prop::collection::vec(any::<u8>(), 0..260)) {
            checks::any_page(PageCode::CAPABILITIES, bytes);
        }
    }
}
