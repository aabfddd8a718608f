//! Mode pages: what hosts can set, and MODE SENSE and MODE SELECT, which read and set it.

use std::collections::BTreeMap;

use imapi_mmc_transport::{
    Data, InvalidField, Notes, Query, Sense, Submit,
    commands::{ModeSelect6, ModeSelect10, ModeSense6, ModeSense10},
    mode::{
        AudioPort, BlockType, Caching, CdAudioControl, ErrorRecovery, ListedPage, ModePage, ModeParameters,
        MultiSession, PageCode, PageControl, PowerConditions, TimeoutAndProtect, TrackMode, WriteParameters, WriteType,
    },
};

use super::{Inner, Reply};

/// A page that can be set.
#[derive(Debug, Clone)]
struct Slot {
    default: Vec<u8>,
    current: Vec<u8>,
    /// Ones where a host may change something.
    changeable: Vec<u8>,
}

/// The pages that hosts can set.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pages: BTreeMap<u8, Slot>,
}

/// Where the pages of MODE SELECT (10) begin, and of MODE SELECT (6).
const HEADER_10: usize = 8;
const HEADER_6: usize = 4;

impl Settings {
    pub(super) fn new() -> Self {
        let write = WriteParameters { underrun_protection: true, ..WriteParameters::tao_data(MultiSession::Final) };
        let port = |channels| AudioPort { channels, volume: 0xFF };
        let silent = AudioPort { channels: 0, volume: 0 };
        let audio = CdAudioControl {
            immediate: true,
            across_tracks: false,
            ports: [port(1), port(2), silent, silent],
            tail: Vec::new(),
        };
        let recovery = ErrorRecovery { replace_on_write: true, read_retries: 0x20, ..ErrorRecovery::default() };
        let caching = Caching { write_cache: true, ..Caching::default() };
        let slots = [
            (ModePage::WriteParameters(write), vec![0xFF; 50]),
            (ModePage::ErrorRecovery(recovery), vec![0xFF; 10]),
            (ModePage::Caching(caching), vec![0x05]),
            (ModePage::CdAudio(audio), vec![0x06, 0, 0, 0, 0, 0, 0x0F, 0xFF, 0x0F, 0xFF, 0, 0, 0, 0]),
            (
                ModePage::Power(PowerConditions::default()),
                vec![0, 0x03, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            ),
            (ModePage::Timeout(TimeoutAndProtect::default()), vec![0, 0, 0x0F, 0, 0xFF, 0xFF, 0xFF, 0xFF]),
        ];
        let slot = |(page, fields): (ModePage, Vec<u8>)| {
            let default = page.encode();
            let mut changeable = vec![0; default.len()];
            changeable[..2].copy_from_slice(&default[..2]);
            for (bit, field) in changeable[2..].iter_mut().zip(fields) {
                *bit = field;
            }
            (page.code().value(), Slot { current: default.clone(), default, changeable })
        };
        Self { pages: slots.into_iter().map(slot).collect() }
    }

    /// How the host wants the next track or session written.
    pub(super) fn write_parameters(&self) -> WriteParameters {
        let page = self.page(PageCode::WRITE_PARAMETERS);
        match page {
            Some(ModePage::WriteParameters(page)) => page,
            _ => WriteParameters::default(),
        }
    }

    /// Whether software has protected whatever disc is in.
    pub(super) fn write_protected(&self) -> bool {
        matches!(self.page(PageCode::TIMEOUT), Some(ModePage::Timeout(page)) if page.write_protected)
    }

    fn page(&self, code: PageCode) -> Option<ModePage> {
        let slot = self.pages.get(&code.value())?;
        ModePage::decode(&slot.current, &mut Notes::new()).ok()
    }

    /// The page with these values.
    fn values(&self, code: u8, control: PageControl) -> Option<ModePage> {
        let slot = self.pages.get(&code)?;
        let bytes = match control {
            PageControl::Current => &slot.current,
            PageControl::Changeable => &slot.changeable,
            PageControl::Default | PageControl::Saved => &slot.default,
        };
        ModePage::untyped(bytes).ok()
    }

    /// Sets a page that stands at that place of the parameters.
    fn set(&mut self, page: &ModePage, at: usize) -> Result<(), Sense> {
        let field = |place: usize| Sense::from(InvalidField::data(u16::try_from(at + place).unwrap_or(u16::MAX)));
        let Some(slot) = self.pages.get_mut(&page.code().value()) else { return Err(field(0)) };
        let sent = page.encode();
        // Who knows an older standard sends a shorter page; what it does not say stays.
        if sent.len() > slot.current.len() + LONGER {
            return Err(field(1));
        }
        for (place, ((&new, old), may)) in sent.iter().zip(&slot.current).zip(&slot.changeable).enumerate().skip(2) {
            if (new ^ old) & !may != 0 {
                return Err(field(place));
            }
        }
        if let ModePage::WriteParameters(page) = page {
            check(page).map_err(field)?;
        }
        let len = sent.len().min(slot.current.len());
        slot.current[2..len].copy_from_slice(&sent[2..len]);
        Ok(())
    }
}

/// Some hosts send page 05h with the four bytes more that some drives have.
const LONGER: usize = 4;

/// Whether this drive can write that way; the place in the page that it cannot.
fn check(page: &WriteParameters) -> Result<(), usize> {
    const WRITE_TYPE: usize = 2;
    const MULTI_SESSION: usize = 3;
    const BLOCK_TYPE: usize = 4;
    let raw = [BlockType::RAW_PQ, BlockType::RAW_PW_PACKED, BlockType::RAW_PW];
    let known = matches!(page.block_type.0, 0..=3 | 8..=13);
    match page.write_type {
        _ if !known => Err(BLOCK_TYPE),
        _ if page.multi_session == MultiSession::Reserved => Err(MULTI_SESSION),
        WriteType::RAW if !raw.contains(&page.block_type) => Err(BLOCK_TYPE),
        // Sub-channels go along where the host makes the session, and in raw sectors of audio.
        WriteType::TRACK_AT_ONCE if raw.contains(&page.block_type) && page.track_mode.0 & TrackMode::DATA.0 != 0 => {
            Err(BLOCK_TYPE)
        }
        WriteType::PACKET | WriteType::TRACK_AT_ONCE | WriteType::SESSION_AT_ONCE | WriteType::RAW => Ok(()),
        // No drive has ever been met that jumps between layers.
        _ => Err(WRITE_TYPE),
    }
}

impl Inner {
    pub(super) fn mode_sense_10(&mut self, query: ModeSense10) -> Result<Reply, Sense> {
        let parameters = self.mode_parameters(query.page, query.subpage, query.control)?;
        Ok(Reply::Answer(query.encode_reply(&parameters)))
    }

    pub(super) fn mode_sense_6(&mut self, query: ModeSense6) -> Result<Reply, Sense> {
        let parameters = self.mode_parameters(query.page, query.subpage, query.control)?;
        Ok(Reply::Answer(query.encode_reply(&parameters)))
    }

    fn mode_parameters(&mut self, code: PageCode, subpage: u8, control: PageControl) -> Result<ModeParameters, Sense> {
        if control == PageControl::Saved {
            return Err(Sense::SAVING_NOT_SUPPORTED);
        }
        if subpage != 0 && subpage != 0xFF {
            return Err(Sense::from(InvalidField::cdb(3)));
        }
        let capabilities = ModePage::Capabilities(self.capabilities());
        let capabilities = if control == PageControl::Changeable {
            // Nothing of it can be changed.
            let mut nothing = capabilities.encode();
            nothing[2..].fill(0);
            ModePage::untyped(&nothing).map_err(|_| Sense::INTERNAL_FAILURE)?
        } else {
            capabilities
        };
        let listed = |page| ListedPage { savable: false, page };
        let pages: Vec<ListedPage> = match code {
            PageCode::ALL => {
                let codes: Vec<u8> = self.settings.pages.keys().copied().collect();
                let set = codes.into_iter().filter_map(|code| self.settings.values(code, control));
                set.chain([capabilities]).map(listed).collect()
            }
            PageCode::CAPABILITIES => vec![listed(capabilities)],
            code => self.settings.values(code.value(), control).map(listed).into_iter().collect(),
        };
        if pages.is_empty() {
            return Err(Sense::from(InvalidField::cdb_bit(2, 5)));
        }
        let mut parameters = ModeParameters { pages, ..ModeParameters::default() };
        let blocks = self.disc.as_ref().map_or(0, |loaded| loaded.state().capacity);
        self.personality.mode_parameters(&mut parameters, blocks);
        Ok(parameters)
    }

    pub(super) fn mode_select_10(&mut self, command: ModeSelect10, data: &Data<'_>) -> Result<Reply, Sense> {
        if command.save {
            return Err(Sense::from(InvalidField::cdb_bit(1, 0)));
        }
        let Data::Out(sent) = data else { return empty(command.length.into()) };
        self.select(&command.decode_params(sent)?, HEADER_10)
    }

    pub(super) fn mode_select_6(&mut self, command: ModeSelect6, data: &Data<'_>) -> Result<Reply, Sense> {
        if command.save {
            return Err(Sense::from(InvalidField::cdb_bit(1, 0)));
        }
        let Data::Out(sent) = data else { return empty(command.length.into()) };
        self.select(&command.decode_params(sent)?, HEADER_6)
    }

    /// Sets all pages or none.
    fn select(&mut self, parameters: &ModeParameters, header: usize) -> Result<Reply, Sense> {
        let mut settings = self.settings.clone();
        let mut at = header + parameters.block_descriptors.len();
        for listed in &parameters.pages {
            settings.set(&listed.page, at)?;
            at += listed.page.encode().len();
        }
        let page = settings.write_parameters();
        if page != self.settings.write_parameters() {
            if let Some(loaded) = &mut self.disc {
                if loaded.rules().is_ok_and(|rules| rules.is_writing(loaded)) {
                    return Err(Sense::SEQUENCE_ERROR);
                }
                if !page.test_write {
                    loaded.rehearse(false);
                }
            }
        }
        self.settings = settings;
        Ok(Reply::Done)
    }
}

/// MODE SELECT without parameters sets nothing.
fn empty(length: usize) -> Result<Reply, Sense> {
    if length == 0 { Ok(Reply::Done) } else { Err(Sense::PARAMETER_LIST_LENGTH) }
}
