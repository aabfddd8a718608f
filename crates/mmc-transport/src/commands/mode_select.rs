//! MODE SELECT, with 6 bytes and with 10: changes mode pages. The pages themselves are in [`crate::mode`].

use crate::{
    BadParams, Cdb, Command, InvalidField, Submit,
    mode::{HeaderForm, ModeParameters},
};

/// MODE SELECT(10) (SPC): the form that optical drives speak, and the one that every burn uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModeSelect10 {
    /// The pages have the form that the standards describe (PF); without it they are the maker's own.
    pub page_format: bool,
    /// The drive remembers the pages when it is switched off (SP).
    pub save: bool,
    /// How many bytes go with the command.
    pub length: u16,
}

/// MODE SELECT(6) (SPC): the form of old drives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModeSelect6 {
    /// The pages have the form that the standards describe (PF); without it they are the maker's own.
    pub page_format: bool,
    /// The drive remembers the pages when it is switched off (SP).
    pub save: bool,
    /// How many bytes go with the command.
    pub length: u8,
}

impl ModeSelect10 {
    /// The command for these parameters, which the drive does not remember.
    #[must_use]
    pub fn carrying(parameters: &ModeParameters) -> Self {
        let length = Self::encode_params(parameters).len();
        Self { page_format: true, save: false, length: u16::try_from(length).unwrap_or(u16::MAX) }
    }
}

impl ModeSelect6 {
    /// The command for these parameters, which the drive does not remember; `None` when they are more than 255 bytes.
    #[must_use]
    pub fn carrying(parameters: &ModeParameters) -> Option<Self> {
        let length = u8::try_from(Self::encode_params(parameters).len()).ok()?;
        Some(Self { page_format: true, save: false, length })
    }
}

const PAGE_FORMAT: u8 = 4;
const SAVE: u8 = 0;

fn flags(page_format: bool, save: bool) -> u8 {
    u8::from(page_format) << PAGE_FORMAT | u8::from(save) << SAVE
}

impl Command for ModeSelect10 {
    const OPCODE: u8 = 0x55;
    const NAME: &'static str = "MODE SELECT(10)";

    fn to_cdb(&self) -> Cdb {
        let [high, low] = self.length.to_be_bytes();
        Cdb::ten([Self::OPCODE, flags(self.page_format, self.save), 0, 0, 0, 0, 0, high, low, 0])
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        let bytes = cdb.padded();
        Ok(Self {
            page_format: bytes[1] >> PAGE_FORMAT & 1 == 1,
            save: bytes[1] >> SAVE & 1 == 1,
            length: u16::from_be_bytes([bytes[7], bytes[8]]),
        })
    }
}

impl Submit for ModeSelect10 {
    type Params = ModeParameters;

    fn encode_params(params: &ModeParameters) -> Vec<u8> {
        params.encode_list(HeaderForm::Ten)
    }

    fn decode_params(&self, bytes: &[u8]) -> Result<ModeParameters, BadParams> {
        let sent = bytes.get(..self.length.into()).unwrap_or(bytes);
        ModeParameters::decode_list(HeaderForm::Ten, sent)
    }
}

impl Command for ModeSelect6 {
    const OPCODE: u8 = 0x15;
    const NAME: &'static str = "MODE SELECT(6)";

    fn to_cdb(&self) -> Cdb {
        Cdb::six([Self::OPCODE, flags(self.page_format, self.save), 0, 0, self.length, 0])
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        let bytes = cdb.padded();
        Ok(Self { page_format: bytes[1] >> PAGE_FORMAT & 1 == 1, save: bytes[1] >> SAVE & 1 == 1, length: bytes[4] })
    }
}

impl Submit for ModeSelect6 {
    type Params = ModeParameters;

    fn encode_params(params: &ModeParameters) -> Vec<u8> {
        params.encode_list(HeaderForm::Six)
    }

    fn decode_params(&self, bytes: &[u8]) -> Result<ModeParameters, BadParams> {
        let sent = bytes.get(..self.length.into()).unwrap_or(bytes);
        ModeParameters::decode_list(HeaderForm::Six, sent)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        checks,
        mode::{Caching, ModePage, PageCode},
    };

    fn caching() -> ModeParameters {
        let page = Caching { write_cache: true, read_cache_disabled: true, tail: vec![0; 9] };
        ModeParameters::of([ModePage::Caching(page)])
    }

    const PAGE: [u8; 12] = [0x08, 0x0A, 0x05, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    #[test]
    fn the_length_is_that_of_the_parameters() {
        checks::is_encoded_as(&ModeSelect10::carrying(&caching()), &[0x55, 0x10, 0, 0, 0, 0, 0, 0, 20, 0]);
        let six = ModeSelect6::carrying(&caching()).expect("sixteen bytes");
        checks::is_encoded_as(&six, &[0x15, 0x10, 0, 0, 16, 0]);
        checks::is_encoded_as(&ModeSelect6 { page_format: false, save: true, length: 0 }, &[0x15, 1, 0, 0, 0, 0]);
        let save = ModeSelect10 { page_format: true, save: true, length: 0x0102 };
        checks::is_encoded_as(&save, &[0x55, 0x11, 0, 0, 0, 0, 0, 1, 2, 0]);
    }

    #[test]
    fn pages_go_behind_a_header_of_zeros() {
        let ten = [&[0; 8][..], &PAGE].concat();
        assert_eq!(ModeSelect10::encode_params(&caching()), ten);
        assert_eq!(ModeSelect10::carrying(&caching()).decode_params(&ten), Ok(caching()));
        let six = [&[0; 4][..], &PAGE].concat();
        assert_eq!(ModeSelect6::encode_params(&caching()), six);
        assert_eq!(ModeSelect6::carrying(&caching()).map(|c| c.decode_params(&six)), Some(Ok(caching())));
    }

    #[test]
    fn what_has_no_room_in_six_bytes_has_no_command_of_six_bytes() {
        let raw = || ModePage::Unknown { code: PageCode::new(0x20), subpage: None, bytes: vec![0; 200] };
        assert!(ModeSelect6::carrying(&ModeParameters::of([raw()])).is_some());
        assert_eq!(ModeSelect6::carrying(&ModeParameters::of([raw(), raw()])), None);
    }

    #[test]
    fn a_list_that_ends_within_something_has_a_wrong_length() {
        let ten = [&[0; 8][..], &PAGE].concat();
        let decode = |length| ModeSelect10 { page_format: true, save: false, length }.decode_params(&ten);
        assert_eq!(decode(0), Ok(ModeParameters::of([])));
        for length in 1..8 {
            assert_eq!(decode(length), Err(BadParams::Length), "{length}");
        }
        assert_eq!(decode(8), Ok(ModeParameters::of([])));
        for length in 9..20 {
            assert_eq!(decode(length), Err(BadParams::Length), "{length}");
        }
        assert_eq!(
            ModeSelect6 { page_format: true, save: false, length: 3 }.decode_params(&ten),
            Err(BadParams::Length)
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_keep_their_meaning(cdb: [u8; 16], length: u8, bytes: Vec<u8>) {
            checks::takes_any_bytes::<ModeSelect10>(cdb);
            checks::takes_any_bytes::<ModeSelect6>(cdb);
            let ten = ModeSelect10 { page_format: true, save: false, length: length.into() };
            if let Ok(list) = ten.decode_params(&bytes) {
                let again = |bytes: &[u8]| ModeSelect10::carrying(&list).decode_params(bytes);
                checks::keeps_meaning(&list, ModeSelect10::encode_params, again);
            }
            let six = ModeSelect6 { page_format: true, save: false, length };
            let _ = six.decode_params(&bytes);
        }
    }
}
