//! Features that list things: profiles, link sizes, control blocks, text.

use imapi_disc_types::Profile;

use crate::{
    BadReply,
    wire::{Fields, Writer},
};

/// 0000h: all profiles that the drive knows, the best first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ProfileList(pub Vec<ListedProfile>);

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ListedProfile {
    /// Which.
    pub profile: Profile,
    /// The disc in the drive makes it current.
    pub current: bool,
}

const PROFILE_LEN: usize = 4;

impl ProfileList {
    pub(crate) fn decode(data: &[u8]) -> Result<Self, BadReply> {
        let listed = data.chunks_exact(PROFILE_LEN).map(|item| {
            let fields = Fields::new(item, PROFILE_LEN)?;
            Ok(ListedProfile { profile: Profile::from_number(fields.u16(0)?), current: fields.bit(2, 0)? })
        });
        listed.collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::zeroed(self.0.len() * PROFILE_LEN);
        for (place, listed) in self.0.iter().enumerate() {
            writer.u16(place * PROFILE_LEN, listed.profile.number());
            writer.bit(place * PROFILE_LEN + 2, 0, listed.current);
        }
        writer.finish()
    }
}

/// 0021h: tracks can be written piece by piece.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct IncrementalStreaming {
    /// Bit n: data block type n of mode page 05h.
    pub data_types: u16,
    /// TRIO: READ DISC INFORMATION tells the track resources.
    pub track_resources: bool,
    /// ARSV: RESERVE TRACK takes an address.
    pub address_reservation: bool,
    /// BUF: the drive can go on after its buffer ran empty.
    pub buffer_underrun_free: bool,
    /// Blocks lost between two pieces: 7 on a CD, 16 on a DVD.
    pub link_sizes: Vec<u8>,
}

impl IncrementalStreaming {
    pub(crate) fn decode(data: &[u8]) -> Result<Self, BadReply> {
        let fields = Fields::new(data, LINKS)?;
        Ok(Self {
            data_types: fields.u16(0)?,
            track_resources: fields.bit(2, 2)?,
            address_reservation: fields.bit(2, 1)?,
            buffer_underrun_free: fields.bit(2, 0)?,
            link_sizes: link_sizes(fields)?,
        })
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::zeroed(LINKS);
        writer.u16(0, self.data_types).bit(2, 2, self.track_resources);
        writer.bit(2, 1, self.address_reservation).bit(2, 0, self.buffer_underrun_free);
        push_link_sizes(&mut writer, &self.link_sizes);
        writer.finish()
    }
}

/// 0033h: a DVD-R of two layers can be written jumping from layer to layer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct LayerJump {
    /// Blocks lost between two pieces.
    pub link_sizes: Vec<u8>,
}

impl LayerJump {
    pub(crate) fn decode(data: &[u8]) -> Result<Self, BadReply> {
        Ok(Self { link_sizes: link_sizes(Fields::new(data, LINKS)?)? })
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::zeroed(LINKS);
        push_link_sizes(&mut writer, &self.link_sizes);
        writer.finish()
    }
}

const LINK_COUNT: usize = 3;
const LINKS: usize = 4;

/// A drive that counts more than it sends has only those that it sends.
fn link_sizes(fields: Fields<'_>) -> Result<Vec<u8>, BadReply> {
    let count = usize::from(fields.u8(LINK_COUNT)?);
    Ok(fields.bytes().iter().skip(LINKS).take(count).copied().collect())
}

fn push_link_sizes(writer: &mut Writer, sizes: &[u8]) {
    let count = u8::try_from(sizes.len()).expect("a descriptor has no room for 256 link sizes");
    writer.u8(LINK_COUNT, count).push(sizes);
    let padding = writer.len().next_multiple_of(4) - writer.len();
    writer.push(&[0; 3][..padding]);
}

/// 0108h: the drive's serial number, text filled up with spaces or zeros.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct SerialNumber(pub Vec<u8>);

impl SerialNumber {
    /// The text, without what fills it up. Drives write ASCII; a byte that is not becomes a replacement character.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0).trim_matches(['\0', ' ']).to_string()
    }

    // A `Result` as all of them give, for the table of features.
    #[allow(clippy::unnecessary_wraps)]
    pub(crate) fn decode(data: &[u8]) -> Result<Self, BadReply> {
        Ok(Self(data.to_vec()))
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        self.0.clone()
    }
}

/// 010Ah: the kinds of disc control blocks that can be read or written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ControlBlocks(pub Vec<[u8; 4]>);

impl ControlBlocks {
    /// The block about formatting.
    pub const FORMATTING: [u8; 4] = *b"FDC\0";
    /// The block that inhibits writing.
    pub const WRITE_INHIBIT: [u8; 4] = *b"WDC\0";
    /// The block about sessions.
    pub const SESSION: [u8; 4] = *b"SDC\0";

    // As above.
    #[allow(clippy::unnecessary_wraps)]
    pub(crate) fn decode(data: &[u8]) -> Result<Self, BadReply> {
        Ok(Self(data.chunks_exact(4).filter_map(|item| item.try_into().ok()).collect()))
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        self.0.concat()
    }
}

/// 010Ch: when the drive's program was made.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct FirmwareInformation {
    /// Year, month, day, hour, minute, second: fourteen digits of ASCII.
    pub digits: [u8; 14],
}

impl FirmwareInformation {
    pub(crate) fn decode(data: &[u8]) -> Result<Self, BadReply> {
        Ok(Self { digits: Fields::new(data, 14)?.array(0)? })
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        Writer::zeroed(16).put(0, &self.digits).finish()
    }
}

impl std::fmt::Debug for FirmwareInformation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FirmwareInformation({})", self.digits.escape_ascii())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_profiles_has_one_that_is_current() {
        let list = ProfileList(vec![
            ListedProfile { profile: Profile::BD_REWRITABLE, current: false },
            ListedProfile { profile: Profile::CD_RECORDABLE, current: true },
        ]);
        let bytes = [0, 0x43, 0, 0, 0, 9, 1, 0];
        assert_eq!(list.encode(), bytes);
        assert_eq!(ProfileList::decode(&bytes), Ok(list));
    }

    #[test]
    fn link_sizes_are_filled_up_to_whole_words() {
        let incremental = IncrementalStreaming {
            data_types: 0x0100,
            address_reservation: true,
            buffer_underrun_free: true,
            link_sizes: vec![16],
            ..IncrementalStreaming::default()
        };
        let bytes = [1, 0, 3, 1, 16, 0, 0, 0];
        assert_eq!(incremental.encode(), bytes);
        assert_eq!(IncrementalStreaming::decode(&bytes), Ok(incremental));
        assert_eq!(LayerJump { link_sizes: vec![] }.encode(), [0; 4]);
        assert_eq!(LayerJump { link_sizes: vec![1, 2, 3, 4] }.encode(), [0, 0, 0, 4, 1, 2, 3, 4]);
    }

    /// A Pioneer DVR-104 has been seen to count link sizes that it does not send.
    #[test]
    fn link_sizes_that_are_only_counted_are_not_there() {
        let bogus = IncrementalStreaming::decode(&[1, 0, 0, 200, 16, 0, 0, 0]).expect("a feature");
        assert_eq!(bogus.link_sizes, [16, 0, 0, 0]);
    }

    #[test]
    fn texts_lose_what_fills_them_up() {
        assert_eq!(SerialNumber(b"KL9A5B1 \0\0\0\0".to_vec()).text(), "KL9A5B1");
        let firmware = FirmwareInformation { digits: *b"20100131235959" };
        assert_eq!(firmware.encode(), b"20100131235959\0\0");
        assert_eq!(format!("{firmware:?}"), "FirmwareInformation(20100131235959)");
        assert_eq!(ControlBlocks(vec![ControlBlocks::WRITE_INHIBIT]).encode(), b"WDC\0");
    }
}
