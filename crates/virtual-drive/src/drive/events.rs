//! What happens to the drive without a command: the tray, the disc, work under way. Hosts poll for it.

use std::time::Duration;

use imapi_mmc_transport::{
    InvalidField, Query, Sense,
    commands::{
        ChangerState, Event, EventClasses, EventStatus, GetEventStatus, Mechanism, MechanismState, MechanismStatus,
        MediaChange, MediaEvent,
    },
};

use super::{Inner, Reply};

/// The power state of a drive that takes all it needs.
const ACTIVE: u8 = 1;

impl Inner {
    pub(super) fn event(&mut self, query: GetEventStatus, now: Duration) -> Result<Reply, Sense> {
        if !query.polled {
            // Only drives with several hosts could answer later.
            return Err(Sense::from(InvalidField::cdb_bit(1, 0)));
        }
        let supported = EventClasses::OPERATIONAL
            .with(EventClasses::POWER)
            .with(EventClasses::EXTERNAL)
            .with(EventClasses::MEDIA)
            .with(EventClasses::BUSY);
        let asked = |class: EventClasses| query.classes.contains(class);
        // The lowest class that has something to tell; else how things are in the lowest that was asked for.
        let event = if asked(EventClasses::MEDIA) && !self.events.is_empty() {
            Some(self.media_event())
        } else if asked(EventClasses::BUSY) && self.under_way.is_some() {
            Some(self.busy_event(now))
        } else if asked(EventClasses::OPERATIONAL) {
            Some(Event::Operational { code: 0, prevented: false, status: 0, change: 0 })
        } else if asked(EventClasses::POWER) {
            Some(Event::Power { code: 0, status: ACTIVE })
        } else if asked(EventClasses::EXTERNAL) {
            Some(Event::External { code: 0, prevented: false, status: 0, request: 0 })
        } else if asked(EventClasses::MEDIA) {
            Some(self.media_event())
        } else if asked(EventClasses::BUSY) {
            Some(self.busy_event(now))
        } else {
            None
        };
        Ok(Reply::Answer(query.encode_reply(&EventStatus { supported, event })))
    }

    fn media_event(&mut self) -> Event {
        let code = self.events.pop_front().unwrap_or(MediaChange::NONE);
        let present = self.disc.is_some() && !self.tray_open;
        Event::Media(MediaEvent { code, door_open: self.tray_open, present, first_slot: 0, last_slot: 0 })
    }

    fn busy_event(&self, now: Duration) -> Event {
        let left = self.under_way.as_ref().map(|under_way| under_way.left(now).as_millis().div_ceil(100));
        let tenths = left.map_or(0, |left| u16::try_from(left).unwrap_or(u16::MAX));
        Event::Busy { code: u8::from(left.is_some()), status: u8::from(left.is_some()), tenths }
    }

    pub(super) fn mechanism(&self, query: MechanismStatus) -> Reply {
        Reply::Answer(query.encode_reply(&Mechanism {
            fault: false,
            changer: ChangerState::READY,
            state: MechanismState::IDLE,
            door_open: self.tray_open,
            slot: 0,
            address: 0,
            slots: 0,
            table: Vec::new(),
        }))
    }

    /// The tray goes out, and takes what is under way with it.
    pub(super) fn open_tray(&mut self) {
        self.tray_open = true;
        self.let_go();
        if self.disc.is_some() {
            self.events.push_back(MediaChange::REMOVAL);
        }
    }
}
