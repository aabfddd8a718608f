//! Mode pages: which there are, what is in them, and changing them.

use imapi_mmc_transport::{
    CommandError, Condition, Query as _, Submit as _, TransportExt as _,
    commands::{ModeSelect10, ModeSense10},
    mode::{ModePage, ModeParameters, PageCode, PageControl},
};

use crate::{Recorder, RecorderError};

/// What MODE SENSE and MODE SELECT of ten bytes have before the pages.
const HEADER: usize = 8;
/// The page's number, and the bit beside it that only a drive sets.
const CODE: u8 = 0x7F;

/// All pages that optical drives have in any standard, for drives that do not list theirs.
const KNOWN: [PageCode; 9] = [
    PageCode::ERROR_RECOVERY,
    PageCode::MRW,
    PageCode::WRITE_PARAMETERS,
    PageCode::CACHING,
    PageCode::CD_AUDIO,
    PageCode::POWER,
    PageCode::INFORMATIONAL,
    PageCode::TIMEOUT,
    PageCode::CAPABILITIES,
];

impl Recorder {
    /// The mode pages that the drive has, in its order.
    #[doc(alias("IDiscRecorder2::get_SupportedModePages", "IDiscRecorder2Ex::GetSupportedModePages"))]
    pub fn supported_mode_pages(&self, control: PageControl) -> Result<Vec<PageCode>, RecorderError> {
        match self.mode_answer(PageCode::ALL, control) {
            Ok((list, _)) => Ok(list.pages.iter().map(|listed| listed.page.code()).collect()),
            // Some drives take the number of one page only.
            Err(RecorderError::Command(error)) if error.condition() == Some(Condition::InvalidField) => {
                let mut found = Vec::new();
                for page in KNOWN {
                    match self.mode_answer(page, control) {
                        Ok(_) => found.push(page),
                        Err(RecorderError::Command(error)) if error.is_refusal() => {}
                        Err(error) => return Err(error),
                    }
                }
                if found.is_empty() { Err(error.into()) } else { Ok(found) }
            }
            Err(error) => Err(error),
        }
    }

    /// What is in a mode page.
    pub fn mode_page(&self, page: PageCode, control: PageControl) -> Result<ModePage, RecorderError> {
        let (list, _) = self.mode_answer(page, control)?;
        list.page(page).cloned().ok_or(RecorderError::NoSuchModePage(page))
    }

    /// The bytes of a mode page from its number on, without the header before it.
    #[doc(alias = "IDiscRecorder2Ex::GetModePage")]
    pub fn raw_mode_page(&self, page: PageCode, control: PageControl) -> Result<Vec<u8>, RecorderError> {
        let (_, answer) = self.mode_answer(page, control)?;
        let found = ModeParameters::raw_page(&answer, page).ok_or(RecorderError::NoSuchModePage(page))?;
        Ok(found.to_vec())
    }

    /// Changes a mode page; with `save` the drive remembers it when it is switched off.
    pub fn set_mode_page(&self, page: &ModePage, save: bool) -> Result<(), RecorderError> {
        let parameters = ModeParameters::of([page.clone()]);
        let command = ModeSelect10 { save, ..ModeSelect10::carrying(&parameters) };
        debug_assert_eq!(usize::from(command.length), ModeSelect10::encode_params(&parameters).len());
        self.access()?.submit(&command, &parameters)?;
        Ok(())
    }

    /// Changes a mode page, given as its bytes from its number on: the header that a drive wants before them is made here.
    #[doc(alias = "IDiscRecorder2Ex::SetModePage")]
    pub fn set_raw_mode_page(&self, page: &[u8], save: bool) -> Result<(), RecorderError> {
        let whole = HEADER + page.len();
        let (Some((first, rest)), Ok(length)) = (page.split_first(), u16::try_from(whole)) else {
            return Err(RecorderError::wrong("size", page.len()));
        };
        let list = [&[0; HEADER][..], &[first & CODE], rest].concat();
        self.access()?.write_from(&ModeSelect10 { page_format: true, save, length }, &list)?;
        Ok(())
    }

    /// The answer to MODE SENSE, understood and as it came; the whole of it, however long it is.
    fn mode_answer(&self, page: PageCode, control: PageControl) -> Result<(ModeParameters, Vec<u8>), RecorderError> {
        let mut query = ModeSense10::of(page, control);
        let mut answer = self.bytes(&query)?;
        let announced = match answer.first_chunk() {
            Some(&[high, low]) => u16::from_be_bytes([high, low]).saturating_add(2),
            None => 0,
        };
        if announced > query.allocation {
            query.allocation = announced;
            answer = self.bytes(&query)?;
        }
        let list = query.decode_reply(&answer, &mut imapi_mmc_transport::Notes::new());
        let list = list.map_err(|cause| CommandError::Reply { command: "MODE SENSE(10)", cause })?;
        Ok((list, answer))
    }
}
