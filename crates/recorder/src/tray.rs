//! The tray: out, in, and kept shut.

use std::time::Duration;

use imapi_mmc_transport::{
    Class, Command, CommandError, Condition, LockRefused, TransportExt as _,
    commands::{
        Event, EventClasses, GetEventStatus, PreventAllowMediumRemoval, StartStopUnit, TestUnitReady, UnitAction,
    },
    feature::{Feature, FeatureCode, RemovableMedium},
    mode::{ModePage, PageCode, PageControl},
};

use crate::{Recorder, RecorderError};

/// A drive that has just written may be busy for so long before it lets go of its disc.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(333);
/// A tray takes so long to come out.
const COMING_OUT: Duration = Duration::from_secs(5);

impl Recorder {
    /// Ejects the disc. A disc that is mounted stays in, and so does one whose tray somebody has locked.
    #[doc(alias = "IDiscRecorder2::EjectMedia")]
    pub fn eject(&self) -> Result<(), RecorderError> {
        if let Some(at) = self.mount_points().into_iter().next() {
            return Err(LockRefused::Mounted { at }.into());
        }
        let eject = StartStopUnit::new(UnitAction::Eject);
        self.patiently(&eject)?;
        // There are drives that have to be told twice.
        if self.is_still_in()? {
            self.patiently(&eject)?;
            if self.is_still_in()? {
                return Err(RecorderError::StillIn);
            }
        }
        Ok(())
    }

    /// Loads the tray. Whether there is a disc in it, [`ready`](Self::ready) finds out.
    #[doc(alias = "IDiscRecorder2::CloseTray")]
    pub fn load(&self) -> Result<(), RecorderError> {
        self.patiently(&StartStopUnit::new(UnitAction::Load))
    }

    /// Whether the drive can load its tray itself. It cannot know whether a tray that it says it has moves in by itself:
    /// those of laptops do not.
    #[doc(alias = "IDiscRecorder2::get_DeviceCanLoadMedia")]
    pub fn can_load(&self) -> Result<bool, RecorderError> {
        match self.feature(FeatureCode::REMOVABLE_MEDIUM, false) {
            // The bit about loading came with the second version.
            Ok(descriptor) => match descriptor.feature {
                Feature::RemovableMedium(medium) if descriptor.version > 0 => Ok(medium.load),
                Feature::RemovableMedium(medium) => Ok(has_a_tray(medium.mechanism)),
                _ => Ok(false),
            },
            // Older drives tell it in a mode page.
            Err(RecorderError::NoSuchFeature(_)) => self.can_load_by_page(),
            Err(RecorderError::Command(error)) if error.is_refusal() => self.can_load_by_page(),
            Err(error) => Err(error),
        }
    }

    fn can_load_by_page(&self) -> Result<bool, RecorderError> {
        match self.mode_page(PageCode::CAPABILITIES, PageControl::Current) {
            Ok(ModePage::Capabilities(page)) => Ok(has_a_tray(page.mechanism.0)),
            Ok(_) | Err(RecorderError::NoSuchModePage(_)) => Ok(false),
            Err(RecorderError::Command(error)) if error.is_refusal() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Keeps the tray shut, or lets it open again, until this program closes the drive.
    pub fn prevent_removal(&self, prevent: bool) -> Result<(), RecorderError> {
        let command = if prevent { PreventAllowMediumRemoval::PREVENT } else { PreventAllowMediumRemoval::ALLOW };
        self.access()?.send(&command)?;
        Ok(())
    }

    /// Keeps the tray shut also when this program has ended, or undoes that.
    pub fn lock_tray(&self, locked: bool) -> Result<(), RecorderError> {
        self.access()?.keep_tray_locked(locked)?;
        crate::past_attentions(|| self.prevent_removal(locked))
    }

    /// Sends the command again as long as the drive is busy with something that ends.
    fn patiently(&self, command: &impl Command) -> Result<(), RecorderError> {
        let clock = self.clock();
        let begun = clock.now();
        loop {
            let sent = crate::past_attentions(|| Ok(self.access()?.send(command)?));
            let Err(error) = sent else { return Ok(()) };
            let is_busy = error.condition().map(Condition::class) == Some(Class::Wait);
            if !is_busy || clock.now().saturating_sub(begun) >= PATIENCE {
                return Err(error);
            }
            clock.sleep(PAUSE);
        }
    }

    /// Whether the disc is in the drive still, after the time that a tray takes.
    fn is_still_in(&self) -> Result<bool, RecorderError> {
        let clock = self.clock();
        let begun = clock.now();
        loop {
            if !self.has_a_disc_inside()? {
                return Ok(false);
            }
            if clock.now().saturating_sub(begun) >= COMING_OUT {
                return Ok(true);
            }
            clock.sleep(PAUSE);
        }
    }

    /// By what the drive tells of its tray; else by whether it is ready, or about to be.
    fn has_a_disc_inside(&self) -> Result<bool, RecorderError> {
        let device = self.access()?;
        let status = match device.query(&GetEventStatus::poll(EventClasses::MEDIA)) {
            Ok(answer) => answer.value.event,
            Err(error @ CommandError::Transport(_)) => return Err(error.into()),
            Err(_) => None,
        };
        if let Some(Event::Media(event)) = status {
            return Ok(event.present && !event.door_open);
        }
        match device.send(&TestUnitReady) {
            Ok(_) => Ok(true),
            Err(error @ CommandError::Transport(_)) => Err(error.into()),
            Err(error) => Ok(!matches!(error.condition(), Some(Condition::NoMedium { .. }))),
        }
    }
}

/// Feature and mode page have the same numbers for what they mean.
fn has_a_tray(mechanism: u8) -> bool {
    [RemovableMedium::TRAY, RemovableMedium::CHANGER, RemovableMedium::MAGAZINE].contains(&mechanism)
}
