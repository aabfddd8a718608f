//! [`WriteSpeeds`]: the speeds at which a disc can be written, and the choice of one.

use imapi_disc_types::{Lba, MediaType};
use imapi_errors::{HResult, v2};
use imapi_mmc_transport::{
    CommandError, TransportExt as _,
    commands::{
        GetPerformance, ModeSense10, PerformanceDescriptors, ReadToc, RotationControl, SetCdSpeed, SetStreaming,
        StreamingParameters, StreamingSpeed, TocFormat, TocReply,
    },
    feature::{Feature, FeatureCode},
    mode::PageCode,
};
use imapi_recorder::{Recorder, RecorderError};

use crate::{FormatError, Probe, patiently};

/// A speed at which a disc can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[doc(alias = "IWriteSpeedDescriptor")]
pub struct WriteSpeed {
    /// The kind of disc that it holds for.
    #[doc(alias = "IWriteSpeedDescriptor::get_MediaType")]
    pub medium: MediaType,
    /// Whether the disc turns equally fast everywhere, and is written faster outside than inside.
    #[doc(alias = "IWriteSpeedDescriptor::get_RotationTypeIsPureCAV")]
    pub pure_cav: bool,
    /// Sectors a second.
    #[doc(alias = "IWriteSpeedDescriptor::get_WriteSpeed")]
    pub sectors_per_second: u32,
    /// What the drive calls it: thousands of bytes a second.
    pub kilobytes_per_second: u32,
    /// The last block for which it holds; drives were seen to refuse any other when it is set.
    end: Option<Lba>,
    /// Thousands of bytes that the drive can read meanwhile in a second, where it tells.
    read: Option<u32>,
}

/// What somebody asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SpeedRequest {
    /// Sectors a second; none for as fast as it goes.
    pub sectors_per_second: Option<u32>,
    /// Whether the disc should turn equally fast everywhere.
    pub pure_cav: bool,
}

/// In what the speed that was chosen is not the one that was asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Adjusted {
    /// Another speed.
    pub speed: bool,
    /// Another way to turn the disc.
    pub rotation: bool,
}

impl Adjusted {
    /// The code of success that tells of it.
    #[must_use]
    pub const fn code(self) -> Option<HResult> {
        match (self.speed, self.rotation) {
            (false, false) => None,
            (true, false) => Some(v2::S_IMAPI_SPEEDADJUSTED),
            (false, true) => Some(v2::S_IMAPI_ROTATIONADJUSTED),
            (true, true) => Some(v2::S_IMAPI_BOTHADJUSTED),
        }
    }
}

/// The speeds of the disc that is in a drive, the fastest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteSpeeds {
    medium: MediaType,
    speeds: Vec<WriteSpeed>,
}

/// Thousands of bytes a second of the single speed: of sectors of 2,352 bytes on a CD, of 2,048 on others. In tenths.
const fn single_speed(medium: MediaType) -> u32 {
    if medium.is_cd() {
        1_764
    } else if medium.is_bd() {
        44_956
    } else {
        13_850
    }
}

/// Sectors a second, counted in multiples of the single speed as people count, and not in what drives round.
fn sectors(medium: MediaType, kilobytes: u32) -> u32 {
    let single = u64::from(medium.sectors_per_second_at_1x().unwrap_or(680));
    let ten = u64::from(single_speed(medium));
    u32::try_from((u64::from(kilobytes) * 10 * single + ten / 2) / ten).unwrap_or(u32::MAX)
}

/// More speeds than any drive has.
const MOST: u16 = 64;

impl WriteSpeeds {
    /// Asks the drive: for the speeds of this disc where it knows them, else for its own.
    pub fn of(recorder: &Recorder, medium: MediaType) -> Result<Self, RecorderError> {
        let mut speeds = by_performance(recorder, medium)?;
        if speeds.is_empty() {
            speeds = by_capabilities(recorder, medium)?;
        }
        speeds.retain(|speed| speed.kilobytes_per_second > 0);
        speeds.sort_by_key(|speed| (std::cmp::Reverse(speed.kilobytes_per_second), speed.pure_cav));
        speeds.dedup_by_key(|speed| (speed.kilobytes_per_second, speed.pure_cav));
        Ok(Self { medium, speeds })
    }

    /// All of them, the fastest first.
    #[must_use]
    #[doc(alias("IDiscFormat2Data::get_SupportedWriteSpeedDescriptors", "IDiscFormat2Data::get_SupportedWriteSpeeds"))]
    pub fn all(&self) -> &[WriteSpeed] {
        &self.speeds
    }

    /// The one that is nearest to what is asked for, the slower of two, and in what it differs. None where the drive
    /// tells no speeds.
    #[must_use]
    pub fn choose(&self, request: SpeedRequest) -> Option<(WriteSpeed, Adjusted)> {
        let Some(wanted) = request.sectors_per_second else {
            let fastest = self.speeds.first()?.sectors_per_second;
            let chosen = self.best(fastest, request.pure_cav)?;
            return Some((chosen, Adjusted { speed: false, rotation: chosen.pure_cav != request.pure_cav }));
        };
        let distance = |speed: &&WriteSpeed| (speed.sectors_per_second.abs_diff(wanted), speed.sectors_per_second);
        let nearest = self.speeds.iter().min_by_key(distance)?.sectors_per_second;
        let chosen = self.best(nearest, request.pure_cav)?;
        let speed = chosen.sectors_per_second != wanted;
        Some((chosen, Adjusted { speed, rotation: chosen.pure_cav != request.pure_cav }))
    }

    /// Of those with that speed the one that turns the disc as is asked for.
    fn best(&self, sectors_per_second: u32, pure_cav: bool) -> Option<WriteSpeed> {
        let same = || self.speeds.iter().filter(move |speed| speed.sectors_per_second == sectors_per_second);
        same().find(|speed| speed.pure_cav == pure_cav).or_else(|| same().next()).copied()
    }

    /// Has the drive write at a speed. False where it does not let itself be told; it then does what it likes.
    pub fn set(&self, recorder: &Recorder, speed: WriteSpeed) -> Result<bool, RecorderError> {
        let device = recorder.device();
        let rotation = if speed.pure_cav { RotationControl::ConstantAngular } else { RotationControl::ByMedium };
        let cd = || {
            // Drives take the next lower speed that they have.
            let write = u16::try_from(speed.kilobytes_per_second + 1).unwrap_or(SetCdSpeed::MAXIMUM);
            patiently(recorder, || device.send(&SetCdSpeed { rotation, read: SetCdSpeed::MAXIMUM, write }))
        };
        let streaming = || {
            let end = speed.end.unwrap_or(Lba(0));
            let write = speed.kilobytes_per_second;
            // It holds for reading, too, and longer than for this disc: what was burned slowly is not to be read slowly.
            let told = self.speeds.iter().filter_map(|speed| speed.read).max().unwrap_or(write);
            let most = capabilities(recorder).ok().flatten().map_or(0, |able| able.max_read_speed);
            let read = told.max(most.into()).max(write);
            let wanted = StreamingSpeed { rotation, ..StreamingSpeed::per_second(end, read, write) };
            patiently(recorder, || device.submit(&SetStreaming::speed(), &StreamingParameters::Speed(wanted)))
        };
        let first = if self.medium.is_cd() { cd() } else { streaming() };
        match first {
            Ok(_) => Ok(true),
            Err(error) if error.is_refusal() => {
                let second = if self.medium.is_cd() { streaming() } else { cd() };
                match second {
                    Ok(_) => Ok(true),
                    Err(error) if error.is_refusal() => Ok(false),
                    Err(error) => Err(error.into()),
                }
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The speed at which the drive writes now, as far as it says.
    pub fn current(&self, recorder: &Recorder) -> Result<Option<WriteSpeed>, RecorderError> {
        let Some(capabilities) = capabilities(recorder)? else { return Ok(None) };
        let control = capabilities.write_speed.map(|control| (u32::from(control.speed), control.rotation != 0));
        let old = capabilities.old_write_speed.map(|speed| (u32::from(speed), false));
        // Two bytes do not hold the fastest speeds of a BD.
        let fastest = self.speeds.first().filter(|fastest| fastest.kilobytes_per_second >= u16::MAX.into());
        let found = control.or(old).filter(|(speed, _)| *speed > 0);
        if let (Some((speed, _)), Some(fastest)) = (found, fastest) {
            if speed == u32::from(u16::MAX) {
                return Ok(Some(*fastest));
            }
        }
        Ok(found.map(|(kilobytes_per_second, pure_cav)| WriteSpeed {
            medium: self.medium,
            pure_cav,
            sectors_per_second: sectors(self.medium, kilobytes_per_second),
            kilobytes_per_second,
            end: None,
            read: None,
        }))
    }
}

/// Fails when the drive does not have the speeds that the disc is made for: a CD-RW says of what class it is (0 for 1x to 4x,
/// 1 for high speed, 2 and 3 for ultra speed), and drives say which classes they write. Who does not say is believed to.
pub fn suits(recorder: &Recorder, probe: &Probe) -> Result<(), FormatError> {
    let Some(Feature::CdRwMedia(able)) = probe.feature(FeatureCode::CD_RW_MEDIA_WRITE_SUPPORT) else { return Ok(()) };
    if probe.medium() != MediaType::CDRW || able.subtypes == 0 {
        return Ok(());
    }
    let class = match patiently(recorder, || recorder.device().query(&ReadToc::whole(TocFormat::Atip))) {
        Ok(answer) => match answer.value {
            TocReply::Atip(atip) if atip.rewritable => atip.subtype,
            _ => return Ok(()),
        },
        Err(CommandError::Transport(error)) => return Err(RecorderError::from(error).into()),
        Err(_) => return Ok(()),
    };
    if able.subtypes & 1_u8.checked_shl(class.into()).unwrap_or(0) == 0 {
        return Err(FormatError::OtherSpeeds { class });
    }
    Ok(())
}

/// GET PERFORMANCE: the speeds of this disc.
fn by_performance(recorder: &Recorder, medium: MediaType) -> Result<Vec<WriteSpeed>, RecorderError> {
    let answer = match patiently(recorder, || recorder.device().query(&GetPerformance::write_speeds(MOST))) {
        Ok(answer) => answer.value,
        Err(error) if is_no_answer(&error) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let PerformanceDescriptors::WriteSpeeds(all) = answer.descriptors else { return Ok(Vec::new()) };
    let speed = |found: imapi_mmc_transport::commands::WriteSpeedDescriptor| WriteSpeed {
        medium,
        pure_cav: found.rotation == RotationControl::ConstantAngular,
        sectors_per_second: sectors(medium, found.write),
        kilobytes_per_second: found.write,
        end: Some(found.end),
        read: Some(found.read),
    };
    Ok(all.into_iter().map(speed).collect())
}

/// Mode page 2Ah: the speeds of the drive.
fn by_capabilities(recorder: &Recorder, medium: MediaType) -> Result<Vec<WriteSpeed>, RecorderError> {
    let Some(capabilities) = capabilities(recorder)? else { return Ok(Vec::new()) };
    let listed = capabilities.write_speeds.unwrap_or_default();
    let listed = listed.into_iter().map(|control| (u32::from(control.speed), control.rotation != 0));
    let most = (u32::from(capabilities.max_write_speed), false);
    let speed = |(kilobytes_per_second, pure_cav)| WriteSpeed {
        medium,
        pure_cav,
        sectors_per_second: sectors(medium, kilobytes_per_second),
        kilobytes_per_second,
        end: None,
        read: None,
    };
    let mut all: Vec<_> = listed.map(speed).collect();
    if all.is_empty() {
        all.push(speed(most));
    }
    Ok(all)
}

fn capabilities(recorder: &Recorder) -> Result<Option<imapi_mmc_transport::mode::Capabilities>, RecorderError> {
    match patiently(recorder, || recorder.device().query(&ModeSense10::current(PageCode::CAPABILITIES))) {
        Ok(answer) => Ok(answer.capabilities().cloned()),
        Err(error) if is_no_answer(&error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The drive has no such thing to tell, or tells it in a way that makes no sense.
fn is_no_answer(error: &CommandError) -> bool {
    error.is_refusal() || matches!(error, CommandError::Reply { .. } | CommandError::NoSense { .. })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn speeds(medium: MediaType, all: &[(u32, bool)]) -> WriteSpeeds {
        let speed = |&(kilobytes_per_second, pure_cav): &(u32, bool)| WriteSpeed {
            medium,
            pure_cav,
            sectors_per_second: sectors(medium, kilobytes_per_second),
            kilobytes_per_second,
            end: None,
            read: None,
        };
        WriteSpeeds { medium, speeds: all.iter().map(speed).collect() }
    }

    #[rstest]
    #[case(MediaType::CDR, 8_467, 48 * 75)]
    #[case(MediaType::CDR, 706, 300)]
    #[case(MediaType::DVDDASHR, 22_160, 16 * 680)]
    #[case(MediaType::DVDPLUSR, 3_324, 1632)]
    #[case(MediaType::BDR, 17_983, 4 * 2195 + 1)]
    fn speeds_are_multiples_as_people_count(#[case] medium: MediaType, #[case] kilobytes: u32, #[case] expected: u32) {
        assert!(sectors(medium, kilobytes).abs_diff(expected) <= 1, "{}", sectors(medium, kilobytes));
    }

    #[test]
    fn the_nearest_speed_is_chosen_and_what_differs_is_told() {
        let speeds = speeds(MediaType::CDR, &[(7_056, true), (7_056, false), (2_822, false), (706, false)]);
        let ask = |sectors_per_second, pure_cav| {
            let (chosen, adjusted) = speeds.choose(SpeedRequest { sectors_per_second, pure_cav }).expect("some");
            (chosen.sectors_per_second / 75, chosen.pure_cav, adjusted.code())
        };
        assert_eq!(ask(None, false), (40, false, None));
        assert_eq!(ask(None, true), (40, true, None));
        assert_eq!(ask(Some(40 * 75), false), (40, false, None));
        assert_eq!(ask(Some(20 * 75), false), (16, false, Some(v2::S_IMAPI_SPEEDADJUSTED)));
        assert_eq!(ask(Some(16 * 75 - 1), true), (16, false, Some(v2::S_IMAPI_BOTHADJUSTED)));
        // It is as fast, and the disc turns otherwise.
        assert_eq!(ask(Some(16 * 75), true), (16, false, Some(v2::S_IMAPI_ROTATIONADJUSTED)));
        assert_eq!(ask(Some(1), false), (4, false, Some(v2::S_IMAPI_SPEEDADJUSTED)));
        // Between two the slower one: a disc that is written too fast may be spoiled.
        assert_eq!(ask(Some(10 * 75), false).0, 4);
    }

    #[test]
    fn a_drive_that_tells_no_speeds_has_none() {
        assert_eq!(speeds(MediaType::CDR, &[]).choose(SpeedRequest::default()), None);
    }
}
