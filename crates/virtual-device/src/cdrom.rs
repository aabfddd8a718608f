//! The ioctls of drives for discs (`linux/cdrom.h`): what the kernel does for them with commands of its own.

use imapi_disc_types::Lba;
use imapi_mmc_transport::{
    Condition, Device, SenseKey, Tray,
    commands::{
        CdPosition, PreventAllowMediumRemoval, ReadSubChannel, ReadToc, SetCdSpeed, StartStopUnit, SubChannelBody,
        TestUnitReady, Toc, TocEntry, TocFormat, TocReply, TocStart, UnitAction,
    },
};

use crate::{
    cdrom_reading as reading,
    identity::Identity,
    kernel::{self, Failed},
    sys::memory::Address,
    visit::{Errno, Visit, int},
};

mod number {
    pub(super) const PAUSE: u32 = 0x5301;
    pub(super) const PLAY_TRACK: u32 = 0x5304;
    pub(super) const READ_TOC_HEADER: u32 = 0x5305;
    pub(super) const READ_TOC_ENTRY: u32 = 0x5306;
    pub(super) const STOP: u32 = 0x5307;
    pub(super) const START: u32 = 0x5308;
    pub(super) const EJECT: u32 = 0x5309;
    pub(super) const SET_VOLUME: u32 = 0x530A;
    pub(super) const SUB_CHANNEL: u32 = 0x530B;
    pub(super) const READ_MODE_2: u32 = 0x530C;
    pub(super) const READ_MODE_1: u32 = 0x530D;
    pub(super) const READ_AUDIO: u32 = 0x530E;
    pub(super) const EJECT_SOFTWARE: u32 = 0x530F;
    pub(super) const MULTISESSION: u32 = 0x5310;
    pub(super) const CATALOGUE_NUMBER: u32 = 0x5311;
    pub(super) const RESET: u32 = 0x5312;
    pub(super) const VOLUME: u32 = 0x5313;
    pub(super) const READ_RAW: u32 = 0x5314;
    pub(super) const PLAY_BLOCKS: u32 = 0x5317;
    pub(super) const CLOSE_TRAY: u32 = 0x5319;
    pub(super) const SET_OPTIONS: u32 = 0x5320;
    pub(super) const CLEAR_OPTIONS: u32 = 0x5321;
    pub(super) const SELECT_SPEED: u32 = 0x5322;
    pub(super) const SELECT_DISC: u32 = 0x5323;
    pub(super) const MEDIA_CHANGED: u32 = 0x5325;
    pub(super) const DRIVE_STATUS: u32 = 0x5326;
    pub(super) const DISC_STATUS: u32 = 0x5327;
    pub(super) const CHANGER_SLOTS: u32 = 0x5328;
    pub(super) const LOCK_DOOR: u32 = 0x5329;
    pub(super) const CAPABILITY: u32 = 0x5331;
    pub(super) const NEXT_WRITABLE: u32 = 0x5394;
    pub(super) const LAST_WRITTEN: u32 = 0x5395;
}

/// `CDS_…`: no disc, the tray is out, not ready yet, all is well.
const NO_DISC: i64 = 1;
const TRAY_OPEN: i64 = 2;
const NOT_READY: i64 = 3;
/// There is a disc.
pub(crate) const DISC_OK: i64 = 4;
const NO_INFORMATION: i64 = 0;
const AUDIO: i64 = 100;
const DATA: i64 = 101;
const MIXED: i64 = 105;

/// Bit 2 of a track's control field.
const DATA_TRACK: u8 = 0b0100;
/// The first time of the program area is 00:02:00.
const PREGAP: i32 = 150;

/// The answer to an ioctl; `None` when it is none of these.
pub(crate) fn answer(visit: &mut Visit<'_>, request: u32, argument: Address) -> Option<Result<i64, Errno>> {
    let device = visit.device();
    let start_stop = |action, immediate| order(device, &StartStopUnit { action, immediate });
    // The kernel's own at first: to close the tray, to lock it, and to heed flags. They change nothing here.
    let options = 0b1101;
    let bits = |argument: u64| i64::from(int(argument));
    Some(match request {
        number::DRIVE_STATUS => Ok(drive_status(device)),
        number::DISC_STATUS => Ok(disc_status(device)),
        number::CAPABILITY => Ok(capability(visit.supervisor.tree.identity(device))),
        number::CHANGER_SLOTS => Ok(1),
        number::MEDIA_CHANGED | number::EJECT_SOFTWARE | number::RESET => Ok(0),
        number::SET_OPTIONS => Ok(options | bits(argument)),
        number::CLEAR_OPTIONS => Ok(options & !bits(argument)),
        // It cannot play, and has one place for a disc.
        number::PAUSE..=number::PLAY_TRACK
        | number::SET_VOLUME
        | number::VOLUME
        | number::PLAY_BLOCKS
        | number::SELECT_DISC => Err(Errno(libc::ENOSYS)),
        // As long as somebody else has the disc.
        number::EJECT if visit.supervisor.opens.count() > 1 => Err(Errno(libc::EBUSY)),
        number::EJECT => {
            order(device, &PreventAllowMediumRemoval::ALLOW).and_then(|_| start_stop(UnitAction::Eject, false))
        }
        number::CLOSE_TRAY => start_stop(UnitAction::Load, false),
        number::START => start_stop(UnitAction::Start, true),
        number::STOP => start_stop(UnitAction::Stop, true),
        number::LOCK_DOOR => {
            order(device, &PreventAllowMediumRemoval { prevent: argument != 0, ..PreventAllowMediumRemoval::ALLOW })
        }
        number::SELECT_SPEED => select_speed(device, argument),
        number::READ_TOC_HEADER => {
            contents(device, 0, false).and_then(|toc| visit.write(argument, &[toc.first, toc.last]))
        }
        number::READ_TOC_ENTRY => toc_entry(visit, argument),
        number::MULTISESSION => multisession(visit, argument),
        number::SUB_CHANNEL => sub_channel(visit, argument),
        number::CATALOGUE_NUMBER => catalogue_number(visit, argument),
        number::READ_RAW => reading::read_sector(visit, argument, reading::Sector::Raw),
        number::READ_MODE_1 => reading::read_sector(visit, argument, reading::Sector::Mode1),
        number::READ_MODE_2 => reading::read_sector(visit, argument, reading::Sector::Mode2),
        number::READ_AUDIO => reading::read_audio(visit, argument),
        number::NEXT_WRITABLE | number::LAST_WRITTEN => {
            let asked = if request == number::NEXT_WRITABLE { reading::next_writable } else { reading::last_written };
            asked(device).and_then(|Lba(lba)| visit.write(argument, &i64::from(lba).to_ne_bytes()))
        }
        _ => return None,
    })
}

/// `CDROM_DRIVE_STATUS`.
pub(crate) fn drive_status(device: &dyn Device) -> i64 {
    match kernel::order(device, &TestUnitReady) {
        Ok(()) => DISC_OK,
        Err(Failed::Silent) => NO_DISC,
        Err(Failed::Sense(sense)) => match sense.condition() {
            Condition::NoMedium { tray: Tray::Open } => TRAY_OPEN,
            Condition::NoMedium { .. } => NO_DISC,
            _ if sense.key == SenseKey::NotReady => NOT_READY,
            _ => DISC_OK,
        },
    }
}

fn disc_status(device: &dyn Device) -> i64 {
    let status = drive_status(device);
    if status != DISC_OK {
        return status;
    }
    let Ok(toc) = contents(device, 0, false) else { return NO_INFORMATION };
    let tracks = toc.entries.iter().filter(|entry| entry.track != TocEntry::LEAD_OUT);
    let is_data: Vec<bool> = tracks.map(|entry| entry.control & DATA_TRACK != 0).collect();
    match (is_data.contains(&true), is_data.contains(&false)) {
        (false, false) => NO_INFORMATION,
        (false, true) => AUDIO,
        (true, false) => DATA,
        (true, true) => MIXED,
    }
}

/// `CDC_…`: what every burner can, and what this one can besides.
fn capability(identity: &Identity) -> i64 {
    /// Tray, lock, speed, sessions, catalogue number, change of disc, reset, status, commands.
    const EVERY: i64 = 0x1AEF;
    let can = identity.abilities().into_iter().filter(|(is, _)| *is).map(|(_, bit)| bit);
    can.fold(EVERY, |all, bit| all | bit)
}

fn order<C: imapi_mmc_transport::Command>(device: &dyn Device, command: &C) -> Result<i64, Errno> {
    kernel::order(device, command)?;
    Ok(0)
}

fn select_speed(device: &dyn Device, times: u64) -> Result<i64, Errno> {
    /// Kilobytes a second of a CD at its own speed, as the kernel has it.
    const SINGLE: u64 = 177;
    let rate = match times {
        0 => SetCdSpeed::MAXIMUM,
        _ => u16::try_from(times.saturating_mul(SINGLE)).unwrap_or(SetCdSpeed::MAXIMUM),
    };
    order(device, &SetCdSpeed::new(rate, 0))
}

/// The tracks from that one on.
pub(crate) fn contents(device: &dyn Device, from: u8, msf: bool) -> Result<Toc, Errno> {
    /// A header, 99 tracks and the lead-out.
    const MOST: u16 = 4 + 100 * 8;
    match kernel::ask(device, &ReadToc { format: TocFormat::Toc, msf, from, allocation: MOST })? {
        TocReply::Toc(toc) => Ok(toc),
        _ => Err(Errno(libc::EIO)),
    }
}

/// `struct cdrom_tocentry`: track, control and ADR, format, place, mode.
fn toc_entry(visit: &Visit<'_>, at: Address) -> Result<i64, Errno> {
    let mut entry = [0; 12];
    visit.read(at, &mut entry)?;
    let format = Format::of(entry[2])?;
    let track = entry[0];
    let toc = contents(visit.device(), track, format == Format::Msf)?;
    // The kernel takes the first that comes; only a number that is not there makes a difference.
    let found = toc.entries.iter().find(|found| found.track == track || track == 0).ok_or(Errno(libc::EINVAL))?;
    entry[1] = found.control << 4 | found.adr & 0xF;
    entry[4..8].copy_from_slice(&place(found.start));
    entry[8] = u8::from(found.control & DATA_TRACK != 0);
    visit.write(at, &entry)
}

/// `struct cdrom_multisession`: where the last session begins, whether there are several, format.
fn multisession(visit: &Visit<'_>, at: Address) -> Result<i64, Errno> {
    let mut answer = [0; 8];
    visit.read(at, &mut answer)?;
    let format = Format::of(answer[5])?;
    let query = ReadToc { format: TocFormat::Sessions, msf: false, from: 0, allocation: 12 };
    let TocReply::Sessions(sessions) = kernel::ask(visit.device(), &query)? else { return Err(Errno(libc::EIO)) };
    let several = sessions.last > sessions.first;
    // The kernel tells no other start of a disc with one session.
    let start = if several { sessions.first_of_last.start.lba().unwrap_or(Lba(0)) } else { Lba(0) };
    answer[..4].copy_from_slice(&format.place(start));
    answer[4] = u8::from(several);
    visit.write(at, &answer)
}

/// `struct cdrom_subchnl`: format, audio status, control and ADR, track, index, place on the disc, place in the track.
fn sub_channel(visit: &Visit<'_>, at: Address) -> Result<i64, Errno> {
    let mut answer = [0; 16];
    visit.read(at, &mut answer)?;
    let format = Format::of(answer[0])?;
    let query = ReadSubChannel { time: format == Format::Msf, ..ReadSubChannel::position() };
    let told = kernel::ask(visit.device(), &query)?;
    answer[1] = told.audio_status.0;
    if let Some(SubChannelBody::Position { adr, control, track, index, absolute, relative }) = told.body {
        answer[2] = control.bits() << 4 | adr & 0xF;
        (answer[3], answer[4]) = (track, index);
        for (field, position) in [(8, absolute), (12, relative)] {
            let bytes = match position {
                CdPosition::Lba(Lba(lba)) => lba.to_ne_bytes(),
                CdPosition::Time(time) => [time.minute(), time.second(), time.frame(), 0],
                CdPosition::NoTime([_, minute, second, frame]) => [minute, second, frame, 0],
            };
            answer[field..field + 4].copy_from_slice(&bytes);
        }
    }
    visit.write(at, &answer)
}

/// `struct cdrom_mcn`: 13 digits and a zero; no digits where the disc has none.
fn catalogue_number(visit: &Visit<'_>, at: Address) -> Result<i64, Errno> {
    let mut answer = [0; 14];
    if let Some(SubChannelBody::Catalogue { number: Some(number), .. }) =
        kernel::ask(visit.device(), &ReadSubChannel::catalogue())?.body
    {
        answer[..13].copy_from_slice(&number);
    }
    visit.write(at, &answer)
}

/// How a place is told: `CDROM_LBA` or `CDROM_MSF`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Lba,
    Msf,
}

impl Format {
    pub(crate) fn of(number: u8) -> Result<Self, Errno> {
        match number {
            1 => Ok(Self::Lba),
            2 => Ok(Self::Msf),
            _ => Err(Errno(libc::EINVAL)),
        }
    }

    /// `union cdrom_addr`.
    fn place(self, Lba(lba): Lba) -> [u8; 4] {
        match self {
            Self::Lba => lba.to_ne_bytes(),
            Self::Msf => {
                let frames = lba.saturating_add(PREGAP);
                let byte = |number: i32| number.to_le_bytes()[0];
                [byte(frames / 75 / 60), byte(frames / 75 % 60), byte(frames % 75), 0]
            }
        }
    }

    /// The block that a program means by it.
    pub(crate) fn lba(self, place: [u8; 4]) -> Lba {
        match self {
            Self::Lba => Lba(i32::from_ne_bytes(place)),
            Self::Msf => {
                let [minute, second, frame, _] = place.map(i32::from);
                Lba((minute * 60 + second) * 75 + frame - PREGAP)
            }
        }
    }
}

fn place(start: TocStart) -> [u8; 4] {
    match start {
        TocStart::Lba(lba) => Format::Lba.place(lba),
        TocStart::Msf(time) => {
            let [minute, second, frame] = time.0;
            [minute, second, frame, 0]
        }
    }
}

/// What the kernel says when a command of its own failed.
impl From<Failed> for Errno {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Sense(sense) if matches!(sense.condition(), Condition::NoMedium { .. }) => Self(libc::ENOMEDIUM),
            Failed::Sense(_) | Failed::Silent => Self(libc::EIO),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_time_or_a_block() {
        assert_eq!(Format::Msf.place(Lba(0)), [0, 2, 0, 0]);
        assert_eq!(Format::Msf.place(Lba(359_849)), [79, 59, 74, 0]);
        assert_eq!(Format::Msf.lba([79, 59, 74, 0]), Lba(359_849));
        assert_eq!(Format::Lba.lba(Format::Lba.place(Lba(-150))), Lba(-150));
        assert!(Format::of(0).is_err() && Format::of(3).is_err());
    }
}
