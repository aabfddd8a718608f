//! How fast the drive reads and writes: what it can, what it was told, and the four ways to ask and to tell.

use imapi_disc_types::Lba;
use imapi_mmc_transport::{
    Data, InvalidField, Query, Sense, Submit,
    commands::{
        GetPerformance, NominalDescriptor, PerformanceData, PerformanceDescriptors, PerformanceType, RotationControl,
        SetCdSpeed, SetStreaming, StreamingParameters, StreamingSpeed, WriteSpeedDescriptor,
    },
    mode::{Abilities, Ability, Capabilities, LoadingMechanism, SpeedControl},
};

use super::{Inner, Reply};
use crate::Quirk;

/// What the drive was told, in 1,000 bytes a second; nothing is as fast as the disc allows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Speeds {
    read: Option<u32>,
    write: Option<u32>,
}

/// The fastest that the drive reads: BD at 12 times, DVD at 16 times, CD at 48 times.
const READ_BD: u32 = 53_948;
const READ_DVD: u32 = 22_160;
const READ_CD: u32 = 8_467;
/// The drive's buffer, in KiB, as mode page 2Ah counts it.
const BUFFER_KIB: u16 = 4096;

/// Everything that mode page 2Ah can say of a drive for all discs with one tray.
const ABILITIES: [Ability; 25] = [
    Ability::ReadCdR,
    Ability::ReadCdRw,
    Ability::ReadMethod2,
    Ability::ReadDvdRom,
    Ability::ReadDvdR,
    Ability::ReadDvdRam,
    Ability::WriteCdR,
    Ability::WriteCdRw,
    Ability::TestWrite,
    Ability::WriteDvdR,
    Ability::WriteDvdRam,
    Ability::Mode2Form1,
    Ability::Mode2Form2,
    Ability::MultiSession,
    Ability::UnderrunProtection,
    Ability::ReadAudio,
    Ability::AccurateStream,
    Ability::ReadSubChannels,
    Ability::ErrorPointers,
    Ability::ReadRecordingCode,
    Ability::ReadCatalogueNumber,
    Ability::ReadLeadInSubChannels,
    Ability::Lock,
    Ability::PreventJumperAbsent,
    Ability::Eject,
];

/// A speed as mode page 2Ah says it, in two bytes.
fn short(speed: u32) -> u16 {
    u16::try_from(speed).unwrap_or(u16::MAX)
}

/// The fastest of these that is not faster than what was asked for; a drive never stands still, so else the slowest.
fn fitted(speeds: &[u32], wanted: Option<u32>) -> u32 {
    let slowest = speeds.last().copied().unwrap_or(0);
    let wanted = wanted.unwrap_or(u32::MAX);
    speeds.iter().copied().find(|&speed| speed <= wanted).unwrap_or(slowest)
}

impl Inner {
    /// The speeds at which the disc that is in can be written.
    fn write_speeds(&self) -> &'static [u32] {
        self.disc.as_ref().filter(|_| !self.tray_open).map_or(&[], |loaded| loaded.medium().speeds)
    }

    /// The speed of writing now; zero where nothing can be written.
    pub(super) fn write_speed(&self) -> u32 {
        fitted(self.write_speeds(), self.speeds.write)
    }

    fn end_of_disc(&self) -> i32 {
        self.disc.as_ref().map_or(i32::MAX, |loaded| crate::family::signed(loaded.state().capacity))
    }

    fn max_read_speed(&self) -> u32 {
        match self.disc.as_ref().map(|loaded| loaded.medium().profile.number()) {
            Some(0x08..=0x0A) => READ_CD,
            Some(0x10..=0x2B) => READ_DVD,
            _ => READ_BD,
        }
    }

    pub(super) fn read_speed(&self) -> u32 {
        let most = self.max_read_speed();
        self.speeds.read.map_or(most, |wanted| wanted.clamp(1, most))
    }

    /// Mode page 2Ah.
    pub(super) fn capabilities(&self) -> Capabilities {
        let speeds = self.write_speeds();
        let listed = |&speed: &u32| SpeedControl { rotation: 0, speed: short(speed) };
        let current = short(self.write_speed());
        let abilities: Abilities = ABILITIES.into_iter().collect();
        let mut page = Capabilities {
            abilities: if self.prevented { abilities.with(Ability::Locked) } else { abilities },
            mechanism: LoadingMechanism::TRAY,
            max_read_speed: short(self.max_read_speed()),
            volume_levels: 256,
            buffer_size: BUFFER_KIB,
            read_speed: short(self.read_speed()),
            digital_output: 0,
            max_write_speed: short(speeds.first().copied().unwrap_or(0)),
            old_write_speed: Some(current),
            copy_management: Some(1),
            write_speed: Some(SpeedControl { rotation: 0, speed: current }),
            write_speeds: Some(speeds.iter().map(listed).collect()),
            tail: Vec::new(),
        };
        self.personality.capabilities(&mut page);
        page
    }

    pub(super) fn performance(&mut self, query: GetPerformance) -> Result<Reply, Sense> {
        let loaded = self.present()?;
        let rules = loaded.rules()?;
        let capacity = loaded.state().capacity;
        let written = rules.capacity_end(loaded.disc());
        let last = |end: u32| Lba(crate::family::signed(end.saturating_sub(1)));
        let descriptors = match query.kind {
            PerformanceType::SPEED if query.exceptions() != 0 => PerformanceDescriptors::Exceptions(Vec::new()),
            PerformanceType::SPEED => {
                let (speed, end) = if query.is_write() {
                    (self.write_speed(), last(capacity))
                } else {
                    (self.read_speed(), last(written.max(1)))
                };
                let even = NominalDescriptor { start: Lba(0), start_speed: speed, end, end_speed: speed };
                PerformanceDescriptors::Nominal(vec![even])
            }
            PerformanceType::WRITE_SPEED => {
                let read = self.read_speed();
                let descriptor = |&write: &u32| WriteSpeedDescriptor {
                    rotation: RotationControl::ByMedium,
                    restore_defaults: false,
                    exact: false,
                    mixed_read_write: false,
                    end: last(capacity),
                    read,
                    write,
                };
                PerformanceDescriptors::WriteSpeeds(self.write_speeds().iter().map(descriptor).collect())
            }
            _ => return Err(Sense::from(InvalidField::cdb(10))),
        };
        let mut answer = PerformanceData::new(query.is_write(), descriptors);
        self.personality.performance(&mut answer);
        Ok(Reply::Answer(query.encode_reply(&answer)))
    }

    pub(super) fn set_streaming(&mut self, command: SetStreaming, data: &Data<'_>) -> Result<Reply, Sense> {
        let Data::Out(sent) = data else { return Err(Sense::PARAMETER_LIST_LENGTH) };
        let StreamingParameters::Speed(asked) = command.decode_params(sent)? else {
            return Err(Sense::from(InvalidField::cdb(8)));
        };
        if asked.restore_defaults {
            self.speeds = Speeds::default();
            return Ok(Reply::Done);
        }
        if self.personality.has(Quirk::StreamsToTheEndOnly) && asked.end.0 >= self.end_of_disc() {
            const END: u16 = 8;
            return Err(Sense::from(InvalidField::data(END)));
        }
        self.speeds = told(&asked)?;
        Ok(Reply::Done)
    }

    pub(super) fn set_cd_speed(&mut self, command: SetCdSpeed) -> Reply {
        let asked = |speed| if speed == SetCdSpeed::MAXIMUM { None } else { Some(u32::from(speed)) };
        self.speeds = Speeds { read: asked(command.read), write: asked(command.write) };
        Reply::Done
    }
}

/// Sizes are in 1,000 bytes, times in milliseconds.
fn told(asked: &StreamingSpeed) -> Result<Speeds, Sense> {
    const READ_TIME: u16 = 16;
    const WRITE_TIME: u16 = 24;
    let speed = |size: u32, time: u32, at| match (size, time) {
        (u32::MAX, _) => Ok(None),
        (_, 0) => Err(Sense::from(InvalidField::data(at))),
        (size, time) => Ok(Some(u32::try_from(u64::from(size) * 1000 / u64::from(time)).unwrap_or(u32::MAX))),
    };
    Ok(Speeds {
        read: speed(asked.read_size, asked.read_time, READ_TIME)?,
        write: speed(asked.write_size, asked.write_time, WRITE_TIME)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drive_writes_at_a_speed_that_it_has() {
        let speeds = [8467, 4234, 706];
        for (wanted, got) in [(None, 8467), (Some(9000), 8467), (Some(8000), 4234), (Some(706), 706), (Some(1), 706)] {
            assert_eq!(fitted(&speeds, wanted), got, "{wanted:?}");
        }
        assert_eq!(fitted(&[], Some(5)), 0, "a pressed disc");
    }

    #[test]
    fn streaming_is_told_as_a_size_and_a_time() {
        let asked = StreamingSpeed::per_second(Lba(100), 22_160, 5_540);
        assert_eq!(told(&asked), Ok(Speeds { read: Some(22_160), write: Some(5_540) }));
        let halved = StreamingSpeed { write_time: 2000, ..asked };
        assert_eq!(told(&halved).map(|speeds| speeds.write), Ok(Some(2_770)));
        let never = StreamingSpeed { write_time: 0, ..asked };
        assert_eq!(told(&never), Err(Sense::from(InvalidField::data(24))));
    }
}
