//! What hosts send of a sector, and how the drive makes a sector of it.

use imapi_cd_sector::{SECTOR_LEN, Sector, SectorKind, Subheader, Submode};
use imapi_disc_types::Lba;
use imapi_mmc_transport::{
    Sense,
    commands::MainForm,
    mode::{BlockType, SessionFormat, WriteParameters},
};

use crate::state::CdForm;

/// What is sent of each sector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HostForm {
    /// Bytes of it that are sent, without sub-channels.
    pub(super) size: usize,
    /// Which of them are used: so many from there on.
    from: usize,
    used: usize,
    /// Where they go in the sector.
    to: usize,
    /// The sub-header, where it is not sent.
    sub_header: Option<Subheader>,
    kind: Kind,
}

/// What kind of sector it becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    One(SectorKind),
    /// Form 1 or form 2, as the sub-header says.
    ByForm,
    /// Mode 1 or 2, as the header says that was sent.
    ByHeader,
}

impl HostForm {
    const fn new(size: usize, from: usize, to: usize, used: usize, kind: Kind) -> Self {
        Self { size, from, used, to, sub_header: None, kind }
    }

    const AUDIO: Self = Self::new(2352, 0, 0, 2352, Kind::One(SectorKind::Audio));
    pub(super) const MODE_1: Self = Self::new(2048, 0, 16, 2048, Kind::One(SectorKind::Mode1));
    const MODE_1_RAW: Self = Self::new(2352, 16, 16, 2048, Kind::One(SectorKind::Mode1));
    const MODE_2: Self = Self::new(2336, 0, 16, 2336, Kind::One(SectorKind::Mode2));
    const MODE_2_RAW: Self = Self::new(2352, 16, 16, 2336, Kind::One(SectorKind::Mode2));
    const XA: Self = Self::new(2336, 0, 16, 2336, Kind::ByForm);
    const XA_RAW: Self = Self::new(2352, 16, 16, 2336, Kind::ByForm);
    const FORM_1: Self = Self::new(2048, 0, 24, 2048, Kind::One(SectorKind::Mode2Form1));
    const FORM_1_SUB_HEADER: Self = Self::new(2056, 0, 16, 2056, Kind::One(SectorKind::Mode2Form1));
    const FORM_2: Self = Self::new(2324, 0, 24, 2324, Kind::One(SectorKind::Mode2Form2));
    const MIXED: Self = Self::new(2332, 0, 16, 2332, Kind::ByForm);
    const DATA_RAW: Self = Self::new(2352, 0, 0, 2352, Kind::ByHeader);

    /// The form of a track's blocks when the write parameters decide; `None` where the track's mode does not go with it.
    pub(super) fn of_page(page: &WriteParameters) -> Option<Self> {
        let data = page.track_mode.0 & 4 != 0;
        let sub_header = page.sub_header.map(|[file, channel, submode, coding]| Subheader {
            file,
            channel,
            submode: Submode(submode),
            coding,
        });
        Some(match (data, page.block_type) {
            (false, BlockType::RAW | BlockType::RAW_PQ | BlockType::RAW_PW_PACKED | BlockType::RAW_PW) => Self::AUDIO,
            (true, BlockType::RAW) => Self::DATA_RAW,
            (true, BlockType::MODE1) => Self::MODE_1,
            (true, BlockType::MODE2) if page.session_format == SessionFormat::CD_DA_OR_ROM => Self::MODE_2,
            (true, BlockType::MODE2) => Self::XA,
            (true, BlockType::MODE2_FORM1) => Self { sub_header, ..Self::FORM_1 },
            (true, BlockType::MODE2_FORM1_SUB_HEADER) => Self::FORM_1_SUB_HEADER,
            (true, BlockType::MODE2_FORM2) => Self { sub_header, ..Self::FORM_2 },
            (true, BlockType::MODE2_MIXED) => Self::MIXED,
            _ => return None,
        })
    }

    /// The form of a cue sheet's blocks; `None` for one without a meaning.
    pub(super) fn of_cue(form: MainForm) -> Option<Self> {
        let nothing_of = |form: Self| Self { used: 0, ..form };
        let made_by_the_drive = |form: Self| Self { size: 0, used: 0, ..form };
        Some(match form {
            MainForm::AUDIO => Self::AUDIO,
            MainForm::AUDIO_PAUSE => made_by_the_drive(Self::AUDIO),
            MainForm::MODE_1 => Self::MODE_1,
            MainForm::MODE_1_RAW => Self::MODE_1_RAW,
            MainForm::MODE_1_IGNORED => nothing_of(Self::MODE_1),
            MainForm::MODE_1_RAW_IGNORED => nothing_of(Self::MODE_1_RAW),
            MainForm::MODE_1_PAUSE => made_by_the_drive(Self::MODE_1),
            MainForm::XA => Self::XA,
            MainForm::XA_RAW => Self::XA_RAW,
            MainForm::XA_IGNORED => nothing_of(Self::XA),
            MainForm::XA_RAW_IGNORED => nothing_of(Self::XA_RAW),
            MainForm::XA_PAUSE => made_by_the_drive(Self::XA),
            MainForm::MODE_2 => Self::MODE_2,
            MainForm::MODE_2_RAW => Self::MODE_2_RAW,
            MainForm::MODE_2_IGNORED => nothing_of(Self::MODE_2),
            MainForm::MODE_2_RAW_IGNORED => nothing_of(Self::MODE_2_RAW),
            MainForm::MODE_2_PAUSE => made_by_the_drive(Self::MODE_2),
            _ => return None,
        })
    }

    /// Sectors of a track of that form, with nothing in them.
    pub(super) fn empty(form: CdForm) -> Self {
        let form = match form {
            CdForm::Audio => Self::AUDIO,
            CdForm::Mode1 => Self::MODE_1,
            CdForm::Mode2 => Self::MODE_2,
            CdForm::Xa => Self::XA,
        };
        Self { size: 0, used: 0, ..form }
    }

    /// It is for data, not for sound.
    pub(super) fn is_data(self) -> bool {
        self.kind != Kind::One(SectorKind::Audio)
    }

    /// What the sectors of such a track are. With raw blocks of data only they tell, and `first` is the first of them.
    pub(super) fn track_form(self, first: &[u8], xa: bool) -> CdForm {
        match self.kind_of(first) {
            SectorKind::Audio => CdForm::Audio,
            SectorKind::Mode0 | SectorKind::Mode1 => CdForm::Mode1,
            SectorKind::Mode2 if xa => CdForm::Xa,
            SectorKind::Mode2 => CdForm::Mode2,
            SectorKind::Mode2Form1 | SectorKind::Mode2Form2 => CdForm::Xa,
        }
    }

    fn kind_of(self, sent: &[u8]) -> SectorKind {
        const MODE: usize = 15;
        match self.kind {
            Kind::One(kind) => kind,
            Kind::ByForm => SectorKind::Mode2Form1,
            Kind::ByHeader if sent.get(MODE).is_some_and(|mode| mode & 0x1F == 2) => SectorKind::Mode2,
            Kind::ByHeader => SectorKind::Mode1,
        }
    }

    /// Makes the sector at that address from what was sent.
    pub(super) fn encode(self, sent: &[u8], lba: i32) -> Result<Sector, Sense> {
        let mut sector = [0; SECTOR_LEN];
        if let Some(used) = sent.get(self.from..self.from + self.used) {
            sector[self.to..self.to + self.used].copy_from_slice(used);
        }
        if let Some(sub_header) = self.sub_header {
            sector[16..24].copy_from_slice(&sub_header.encode());
        }
        let kind = match self.kind {
            Kind::ByForm => SectorKind::of_form(&sector),
            _ => self.kind_of(sent),
        };
        kind.complete(&mut sector, Lba(lba)).map_err(|_| Sense::OUT_OF_RANGE)?;
        Ok(sector)
    }
}

/// How the sub-channels that are sent behind a block are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HostChannels {
    /// None are sent.
    None,
    /// 16 bytes of P and Q.
    Pq,
    /// 96 bytes of P to W.
    All,
}

impl HostChannels {
    pub(super) fn of_page(block_type: BlockType) -> Self {
        match block_type {
            BlockType::RAW_PQ => Self::Pq,
            BlockType::RAW_PW_PACKED | BlockType::RAW_PW => Self::All,
            _ => Self::None,
        }
    }

    pub(super) const fn size(self) -> usize {
        match self {
            Self::None => 0,
            Self::Pq => 16,
            Self::All => 96,
        }
    }
}
