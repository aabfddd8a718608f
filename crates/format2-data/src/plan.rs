//! [`plan`]: what would be done with a disc, found out without touching it.

use imapi_disc_types::{BlockSource, Lba, MediaState, Profile};
use imapi_format2::{Probe, Way};
use imapi_mmc_transport::{
    commands::{BackgroundFormat, BlankType, DiscStatus, FormatDescriptor, FormatType, SessionState},
    feature::{Feature, FeatureCode},
};

use crate::{
    DataError, DataOptions, DefectManagement,
    spares::{self, Spares},
};

/// Blocks of silence or zeros that a CD's track of data ends with, and that a session that is written at once begins with.
pub(crate) const GAP: u64 = 150;
/// No track of a CD is shorter.
pub(crate) const SHORTEST_TRACK: u64 = 300;
/// Blocks that link a CD's track to the next.
const RUN_OUT: u64 = 2;
/// The error correction of a DVD.
const DVD_UNIT: u64 = 16;

/// By which recipe a disc is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipe {
    /// A CD's session with one track of data, the plan of which the drive hears first.
    CdAtOnce,
    /// A CD's track of data.
    CdTrack,
    /// A whole DVD-R or DVD-RW; nothing can be added.
    DvdAtOnce,
    /// A track of a DVD-R or DVD-RW.
    DvdIncremental,
    /// A DVD-RW whose packets can be overwritten, after such a format.
    DvdRestricted(Option<RestrictedFormat>),
    /// A session of a DVD+R; with two layers it may be told where the first ends.
    DvdPlusR {
        /// Blocks of the first layer.
        layer_break: Option<u32>,
    },
    /// A DVD+RW.
    DvdPlusRw {
        /// It is formatted first, or formatting goes on.
        format: bool,
    },
    /// A disc whose blocks can be written at any time.
    Random {
        /// It is formatted first.
        format: Option<FormatDescriptor>,
    },
    /// A session of a BD-R.
    BdR {
        /// It is formatted first, to have spare blocks.
        format: Option<FormatDescriptor>,
    },
    /// A BD-R that is formatted for overwriting.
    BdRPseudo,
}

impl Recipe {
    /// Whether the disc is formatted first, so that what was on it is gone.
    #[must_use]
    pub const fn begins_anew(self) -> bool {
        matches!(
            self,
            Self::DvdRestricted(Some(RestrictedFormat::Quick))
                | Self::DvdPlusRw { format: true }
                | Self::Random { format: Some(_) }
                | Self::BdR { format: Some(_) }
        )
    }

    /// Whether the disc has sessions, and so may be open for more of them.
    #[must_use]
    pub const fn leaves_sessions(self) -> bool {
        !matches!(self, Self::DvdRestricted(_) | Self::DvdPlusRw { .. } | Self::Random { .. })
    }
}

/// How a DVD-RW becomes one whose packets can be overwritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestrictedFormat {
    /// It is formatted anew; what was on it is gone.
    Quick,
    /// Its formatted part grows with what is written.
    Grow,
}

/// What is done to a disc so that a recipe can be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// It is blanked: what was on it is gone.
    Blank(BlankType),
    /// The session that an earlier burn left open is ended.
    EndSession,
}

/// Something that is not as it was asked for, or worth knowing before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warning {
    /// Nothing can be added, though that was not asked for: so the disc wants it.
    WillBeClosed,
    /// The drive cannot write with its laser off: nothing is sent to the disc.
    NoTestWriting,
    /// Spare blocks make writing slower, and take room.
    DefectManagement,
    /// The disc can have no spare blocks, or be without.
    DefectManagementStays,
    /// Hardly anything is left: the disc is closed.
    HardlyAnyRoomLeft,
}

impl Warning {
    /// A name for programs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::WillBeClosed => "will-be-closed",
            Self::NoTestWriting => "no-test-writing",
            Self::DefectManagement => "defect-management",
            Self::DefectManagementStays => "defect-management-stays",
            Self::HardlyAnyRoomLeft => "hardly-any-room-left",
        }
    }
}

/// What would be done with a disc.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// What is done to the disc first. Then it is looked at anew, and start and room may be others.
    pub before: Option<Before>,
    /// By which recipe.
    pub recipe: Recipe,
    /// Where the source's first block goes.
    pub start: Lba,
    /// Blocks of the source.
    pub blocks: u64,
    /// Blocks that are written, with all that is added.
    pub needed: u64,
    /// Blocks that were free.
    pub free: u64,
    /// Nothing can be added afterwards.
    pub closes: bool,
    /// What is not as it was asked for.
    pub warnings: Vec<Warning>,
}

/// Says what would be done. `looks_blank` is what a look at the contents of a disc that can be overwritten said.
pub fn plan(
    probe: &Probe,
    looks_blank: bool,
    source: &dyn BlockSource,
    options: &DataOptions,
) -> Result<Plan, DataError> {
    if source.block_size().get() != 2048 || source.blocks() == 0 {
        return Err(DataError::SourceNotSupported);
    }
    let facts = &probe.facts;
    match probe.way {
        Way::NoDisc => return Err(DataError::NoMedium),
        Way::ReadOnly | Way::Unsupported => return Err(DataError::MediaNotSupported),
        _ => {}
    }
    if facts.state.contains(MediaState::WRITE_PROTECTED) {
        return Err(DataError::WriteProtected);
    }
    // A DVD-RW can be formatted whatever it is.
    let is_reformatted = probe.way == Way::DvdSequential && is_dvd_rw(probe) && !options.keep_sequential;
    if is_reformatted && !facts.is_blank() && !options.overwrite {
        return Err(DataError::NotBlank);
    }
    let before = if is_reformatted { None } else { before(probe, options)? };
    let blank;
    let probe = match before {
        Some(Before::Blank(kind)) => {
            blank = as_blank(probe, source.blocks(), kind);
            &blank
        }
        _ => probe,
    };
    let facts = &probe.facts;
    if probe.way.is_overwritable() && !options.overwrite && !looks_blank {
        return Err(DataError::NotBlank);
    }
    let mut plan = Plan {
        before,
        recipe: Recipe::BdRPseudo,
        start: facts.next_writable.unwrap_or(Lba(0)),
        blocks: source.blocks(),
        needed: source.blocks(),
        free: u64::from(if is_reformatted { facts.capacity.max(facts.free) } else { facts.free }),
        closes: options.close,
        warnings: Vec::new(),
    };
    if is_reformatted {
        plan.start = Lba(0);
    }
    plan.choose(probe, options, is_reformatted);
    // A source that tells what of the disc it changes leans on the rest.
    if source.modified().is_some() && (matches!(before, Some(Before::Blank(_))) || plan.recipe.begins_anew()) {
        return Err(DataError::NotBlank);
    }
    let unit = u64::from(facts.write_unit.get());
    plan.needed = plan.needed.next_multiple_of(unit);
    // How much is free behind a session that is still open, the drive can say when it is ended.
    if plan.needed > plan.free && before != Some(Before::EndSession) {
        return Err(DataError::TooLarge { needed: plan.needed, free: plan.free });
    }
    plan.decide_closing(probe);
    if options.test && (before.is_some() || !can_test(probe, plan.recipe)) {
        plan.warnings.push(Warning::NoTestWriting);
    }
    Ok(plan)
}

/// What is to be done to a disc to which nothing can be added as it is.
fn before(probe: &Probe, options: &DataOptions) -> Result<Option<Before>, DataError> {
    let state = probe.facts.state;
    let forbids = MediaState::FINALIZED | MediaState::NON_EMPTY_SESSION | MediaState::ERASE_REQUIRED;
    let is_forbidden = state.intersects(forbids) || (state.contains(MediaState::DAMAGED) && !options.end_interrupted);
    let erasable = probe.disc.as_ref().is_some_and(|disc| disc.state.erasable);
    let is_used = !probe.way.is_overwritable() && !probe.facts.is_blank();
    match state.contains(MediaState::NON_EMPTY_SESSION) {
        _ if is_used && erasable && options.overwrite && options.anew => {
            Ok(Some(Before::Blank(blank_type(probe, options))))
        }
        _ if !is_forbidden => Ok(None),
        _ if erasable && options.overwrite => Ok(Some(Before::Blank(blank_type(probe, options)))),
        true if options.end_interrupted => Ok(Some(Before::EndSession)),
        _ => Err(DataError::MediaState { state }),
    }
}

/// How much is blanked: of a DVD-RW all, since it can be written in increments only then.
fn blank_type(probe: &Probe, options: &DataOptions) -> BlankType {
    if probe.way == Way::Cd || options.close { BlankType::Minimal } else { BlankType::Disc }
}

/// What the disc will be when it is blanked.
fn as_blank(probe: &Probe, blocks: u64, kind: BlankType) -> Probe {
    let mut blank = probe.clone();
    // Where nobody knows how large it is, it is asked again when it is blank.
    let unknown = u32::try_from(blocks + GAP + RUN_OUT).unwrap_or(u32::MAX).max(probe.facts.capacity);
    blank.facts.capacity = probe.when_blank.unwrap_or(unknown);
    blank.facts.free = blank.facts.capacity;
    blank.facts.next_writable = Some(Lba(0));
    blank.facts.state = MediaState::BLANK;
    blank.facts.sessions.clear();
    blank.tracks.clear();
    blank.next = None;
    if kind == BlankType::Minimal && probe.way != Way::Cd {
        let increments = FeatureCode::INCREMENTAL_STREAMING_WRITABLE;
        blank.configuration.features.retain(|found| found.feature.code() != increments);
    }
    blank
}

impl Plan {
    /// The plan for the disc as it is now, when what had to be done before is done.
    pub(crate) fn again(
        self,
        probe: &Probe,
        source: &dyn BlockSource,
        options: &DataOptions,
    ) -> Result<Self, DataError> {
        let mut again =
            plan(probe, false, source, &DataOptions { overwrite: false, end_interrupted: false, ..*options })?;
        again.before = self.before;
        Ok(again)
    }

    fn choose(&mut self, probe: &Probe, options: &DataOptions, is_reformatted: bool) {
        let facts = &probe.facts;
        let format = self.spares(probe, options);
        match probe.way {
            Way::Cd => {
                let at_once = matches!(probe.feature(FeatureCode::CD_MASTERING), Some(Feature::CdMastering(feature)) if feature.session_at_once);
                let postgap = if options.postgap_in_image { 0 } else { GAP };
                self.needed = (self.blocks + postgap).max(SHORTEST_TRACK);
                // A track that was begun can be ended wherever the burn stopped, and the session with it; a session that
                // was announced can not. So it is for discs that are closed.
                let closes = self.closes || self.leaves_hardly_any_room(probe);
                if facts.is_blank() && at_once && closes && !options.track_at_once {
                    self.recipe = Recipe::CdAtOnce;
                    self.start = Lba(0);
                } else {
                    self.recipe = Recipe::CdTrack;
                    self.needed += RUN_OUT;
                }
            }
            Way::DvdSequential if is_reformatted => {
                self.recipe = Recipe::DvdRestricted(Some(RestrictedFormat::Quick));
            }
            Way::DvdSequential => {
                let incremental = probe.has(FeatureCode::INCREMENTAL_STREAMING_WRITABLE);
                let at_once = probe.has(FeatureCode::DVD_DASH_WRITE) && facts.is_blank();
                // Hardly a drive adds sessions to two layers, or reads them.
                let two_layers = probe.profile == Profile::DVD_DASH_R_DUAL_SEQUENTIAL;
                if at_once && (self.closes || !incremental || two_layers) {
                    self.recipe = Recipe::DvdAtOnce;
                    if !self.closes {
                        self.closes = true;
                        self.warnings.push(Warning::WillBeClosed);
                    }
                } else {
                    self.recipe = Recipe::DvdIncremental;
                }
            }
            Way::DvdRestricted => {
                let formatted = probe.formats.as_ref().map_or(0, |formats| u64::from(formats.current.blocks));
                let growing = probe.disc.as_ref().is_some_and(|disc| {
                    disc.state.status == DiscStatus::Appendable && disc.state.last_session == SessionState::Incomplete
                });
                let fits = probe.is_formatted() && self.blocks.next_multiple_of(DVD_UNIT) <= formatted;
                self.recipe = Recipe::DvdRestricted(match (fits || growing, probe.is_formatted()) {
                    (true, _) => None,
                    (false, true) if probe.format(FormatType::QUICK_GROW).is_some() => Some(RestrictedFormat::Grow),
                    (false, _) => Some(RestrictedFormat::Quick),
                });
            }
            Way::DvdPlusR => {
                self.recipe = Recipe::DvdPlusR { layer_break: None };
                let two_layers = probe.profile == Profile::DVD_PLUS_R_DUAL;
                if options.consumer_compatible || (two_layers && self.closes) {
                    if !self.closes {
                        self.warnings.push(Warning::WillBeClosed);
                    }
                    self.closes = true;
                    if two_layers && facts.is_blank() {
                        let units = self.blocks.div_ceil(DVD_UNIT);
                        let first_layer = u32::try_from(units.div_ceil(2) * DVD_UNIT).ok();
                        self.recipe = Recipe::DvdPlusR { layer_break: first_layer };
                    }
                }
            }
            Way::DvdPlusRw => {
                let formatted = probe.formats.as_ref().map_or(0, |formats| u64::from(formats.current.blocks));
                let format = match probe.disc.as_ref().map(|disc| disc.background_format) {
                    Some(BackgroundFormat::None) => true,
                    // What is formatted can be written over; the rest of the format is for those who need it.
                    Some(BackgroundFormat::Suspended) => self.blocks.next_multiple_of(DVD_UNIT) > formatted,
                    _ => false,
                };
                self.recipe = Recipe::DvdPlusRw { format };
            }
            Way::Random => self.recipe = Recipe::Random { format },
            Way::BdR => self.recipe = Recipe::BdR { format },
            Way::BdRPseudo | Way::NoDisc | Way::ReadOnly | Way::Unsupported => self.recipe = Recipe::BdRPseudo,
        }
    }

    /// How the disc is formatted that is not, or that shall have spare blocks or be without; it then has the room of that
    /// format.
    fn spares(&mut self, probe: &Probe, options: &DataOptions) -> Option<FormatDescriptor> {
        let spares = spares::plan(probe, options.defect_management, options.spare);
        let (warning, format) = match spares {
            Spares::AsTheyAre => (None, None),
            Spares::Stay => (Some(Warning::DefectManagementStays), None),
            Spares::Format(format) => {
                let asked = options.defect_management == DefectManagement::On;
                (asked.then_some(Warning::DefectManagement), Some(format))
            }
        };
        self.warnings.extend(warning);
        if let Some(format) = format.filter(|format| format.blocks < u32::MAX) {
            self.free = format.blocks.into();
        }
        format
    }

    /// What is hardly worth a session is not left open.
    fn decide_closing(&mut self, probe: &Probe) {
        if !self.recipe.leaves_sessions() {
            self.closes = false;
            return;
        }
        if !self.closes && self.leaves_hardly_any_room(probe) {
            self.closes = true;
            self.warnings.push(Warning::HardlyAnyRoomLeft);
        }
    }

    /// Whether two per cent of the disc are left, or less.
    fn leaves_hardly_any_room(&self, probe: &Probe) -> bool {
        let left = self.free.saturating_sub(self.needed);
        left.saturating_mul(50) <= u64::from(probe.facts.capacity)
    }
}

fn is_dvd_rw(probe: &Probe) -> bool {
    probe.profile == Profile::DVD_DASH_RW_SEQUENTIAL && probe.format(FormatType::QUICK).is_some()
}

/// Whether the drive can go through it with its laser off.
fn can_test(probe: &Probe, recipe: Recipe) -> bool {
    match recipe {
        Recipe::CdAtOnce => {
            matches!(probe.feature(FeatureCode::CD_MASTERING), Some(Feature::CdMastering(feature)) if feature.test_write)
        }
        Recipe::CdTrack => {
            matches!(probe.feature(FeatureCode::CD_TRACK_AT_ONCE), Some(Feature::CdTrackAtOnce(feature)) if feature.test_write)
        }
        Recipe::DvdAtOnce | Recipe::DvdIncremental => {
            matches!(probe.feature(FeatureCode::DVD_DASH_WRITE), Some(Feature::DvdDashWrite(feature)) if feature.test_write)
        }
        _ => false,
    }
}
