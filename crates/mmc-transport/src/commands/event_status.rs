//! GET EVENT STATUS NOTIFICATION: what happened to the drive and its disc since one last asked.

use crate::{
    BadReply, Cdb, Command, InvalidField, Notes, Query,
    wire::{Fields, Writer},
};

/// GET EVENT STATUS NOTIFICATION (MMC).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GetEventStatus {
    /// Answers at once. Drives that could answer later, when something happens, were never made.
    pub polled: bool,
    /// The classes that matter; the drive tells of the lowest one that has something to tell.
    pub classes: EventClasses,
    /// The most bytes of the answer.
    pub allocation: u16,
}

impl GetEventStatus {
    /// Asks for events of these classes.
    #[must_use]
    pub const fn poll(classes: EventClasses) -> Self {
        Self { polled: true, classes, allocation: 8 }
    }
}

/// A set of classes of events: a bit for each class, at the place of the class's number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct EventClasses(pub u8);

impl EventClasses {
    /// None.
    pub const NONE: Self = Self(0x00);
    /// What the drive can do changed.
    pub const OPERATIONAL: Self = Self(0x02);
    /// Power was saved.
    pub const POWER: Self = Self(0x04);
    /// Someone pressed a button.
    pub const EXTERNAL: Self = Self(0x08);
    /// The disc or the tray.
    pub const MEDIA: Self = Self(0x10);
    /// Another machine wants the drive.
    pub const MULTI_HOST: Self = Self(0x20);
    /// The drive is busy.
    pub const BUSY: Self = Self(0x40);
    /// All that there are.
    pub const ALL: Self = Self(0x7E);

    /// True when each of those classes is in this set.
    #[must_use]
    pub const fn contains(self, classes: Self) -> bool {
        self.0 & classes.0 == classes.0
    }

    /// The classes of both sets.
    #[must_use]
    pub const fn with(self, classes: Self) -> Self {
        Self(self.0 | classes.0)
    }
}

/// What a drive answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventStatus {
    /// The classes it can tell of.
    pub supported: EventClasses,
    /// What happened; `None` when it can tell of none of the classes that were asked for.
    pub event: Option<Event>,
}

/// What happened. Where nothing did, the code is 0 and the rest is how things are.
///
/// A code has four bits, and so have the statuses of the operational, external and multi-host classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Class 1: what the drive can do.
    Operational {
        /// 1 when a change is asked for, 2 when it came about.
        code: u8,
        /// The disc stays in, persistently.
        prevented: bool,
        /// Whether another machine uses the drive.
        status: u8,
        /// What changed: 1 when it was features.
        change: u16,
    },
    /// Class 2: power.
    Power {
        /// 1 when it changed, 2 when it was to change and did not.
        code: u8,
        /// 1 active, 2 idle, 3 standby, 4 asleep.
        status: u8,
    },
    /// Class 3: the buttons.
    External {
        /// 1 when one went down, 2 when it came up, 3 when a request is due.
        code: u8,
        /// The disc stays in, persistently.
        prevented: bool,
        /// 0 when the drive is ready, 1 when another machine prevents it.
        status: u8,
        /// Which request.
        request: u16,
    },
    /// Class 4: the disc and the tray.
    Media(MediaEvent),
    /// Class 5: other machines.
    MultiHost {
        /// 1 when one wants the drive, 2 when it has got it, 3 when it gave it back.
        code: u8,
        /// The disc stays in, persistently.
        prevented: bool,
        /// 0 when the drive is ready, 1 when another machine prevents it.
        status: u8,
        /// How urgent it is.
        priority: u16,
    },
    /// Class 6: the drive is at work.
    Busy {
        /// 1 when there is something new.
        code: u8,
        /// 0 when commands are taken, 1 when the drive is busy.
        status: u8,
        /// For how long, in tenths of a second.
        tenths: u16,
    },
    /// A class without a name: 0 or 7, and its bytes.
    Other {
        /// The class.
        class: u8,
        /// Its four bytes.
        bytes: [u8; 4],
    },
}

/// What happened to the disc and the tray, and how they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MediaEvent {
    /// What happened.
    pub code: MediaChange,
    /// The tray is out.
    pub door_open: bool,
    /// A disc is in.
    pub present: bool,
    /// The first slot of a changer that this is about.
    pub first_slot: u8,
    /// The last one.
    pub last_slot: u8,
}

/// What happened to the disc: four bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct MediaChange(pub u8);

impl MediaChange {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// Someone wants the disc out: the button, while removal is prevented.
    pub const EJECT_REQUEST: Self = Self(1);
    /// A disc came in and is ready.
    pub const NEW_MEDIA: Self = Self(2);
    /// The disc went out.
    pub const REMOVAL: Self = Self(3);
    /// Another disc is to be put in.
    pub const CHANGED: Self = Self(4);
    /// Formatting in the background is done.
    pub const FORMAT_COMPLETED: Self = Self(5);
    /// Formatting in the background goes on.
    pub const FORMAT_RESTARTED: Self = Self(6);
}

mod field {
    pub(super) const LENGTH: usize = 0;
    /// The length counts from here.
    pub(super) const COUNTED: usize = 2;
    pub(super) const CLASS: usize = 2;
    pub(super) const SUPPORTED: usize = 3;
    pub(super) const EVENT: usize = 4;
    pub(super) const STATUS: usize = 5;
    pub(super) const DETAIL: usize = 6;
    pub(super) const LAST_SLOT: usize = 7;
    pub(super) const END: usize = 8;
}

const NO_EVENT: u8 = 0x80;
const CLASS: u8 = 0x07;
const NIBBLE: u8 = 0x0F;
const PREVENTED: u8 = 0x80;
const DOOR_OPEN: u8 = 0;
const PRESENT: u8 = 1;

impl Event {
    /// The number of its class.
    #[must_use]
    pub const fn class(&self) -> u8 {
        match self {
            Self::Operational { .. } => 1,
            Self::Power { .. } => 2,
            Self::External { .. } => 3,
            Self::Media(_) => 4,
            Self::MultiHost { .. } => 5,
            Self::Busy { .. } => 6,
            Self::Other { class, .. } => *class,
        }
    }

    fn decode(class: u8, fields: Fields<'_>) -> Result<Self, BadReply> {
        let (code, byte, detail) =
            (fields.u8(field::EVENT)? & NIBBLE, fields.u8(field::STATUS)?, fields.u16(field::DETAIL)?);
        let (prevented, status) = (byte & PREVENTED != 0, byte & NIBBLE);
        Ok(match class {
            1 => Self::Operational { code, prevented, status, change: detail },
            2 => Self::Power { code, status: byte },
            3 => Self::External { code, prevented, status, request: detail },
            4 => Self::Media(MediaEvent {
                code: MediaChange(code),
                door_open: byte >> DOOR_OPEN & 1 == 1,
                present: byte >> PRESENT & 1 == 1,
                first_slot: fields.u8(field::DETAIL)?,
                last_slot: fields.u8(field::LAST_SLOT)?,
            }),
            5 => Self::MultiHost { code, prevented, status, priority: detail },
            6 => Self::Busy { code, status: byte, tenths: detail },
            class => Self::Other { class, bytes: fields.array(field::EVENT)? },
        })
    }

    fn encode(self) -> [u8; 4] {
        let four = |code: u8, byte: u8, detail: u16| {
            let [high, low] = detail.to_be_bytes();
            [code & NIBBLE, byte, high, low]
        };
        let shared = |prevented: bool, status: u8| if prevented { PREVENTED } else { 0 } | status & NIBBLE;
        match self {
            Self::Operational { code, prevented, status, change } => four(code, shared(prevented, status), change),
            Self::Power { code, status } => four(code, status, 0),
            Self::External { code, prevented, status, request } => four(code, shared(prevented, status), request),
            Self::Media(MediaEvent { code, door_open, present, first_slot, last_slot }) => {
                let status = u8::from(door_open) << DOOR_OPEN | u8::from(present) << PRESENT;
                [code.0 & NIBBLE, status, first_slot, last_slot]
            }
            Self::MultiHost { code, prevented, status, priority } => four(code, shared(prevented, status), priority),
            Self::Busy { code, status, tenths } => four(code, status, tenths),
            Self::Other { bytes, .. } => bytes,
        }
    }
}

impl Command for GetEventStatus {
    const OPCODE: u8 = 0x4A;
    const NAME: &'static str = "GET EVENT STATUS NOTIFICATION";

    fn to_cdb(&self) -> Cdb {
        let [high, low] = self.allocation.to_be_bytes();
        Cdb::ten([Self::OPCODE, u8::from(self.polled), 0, 0, self.classes.0, 0, 0, high, low, 0])
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        let bytes = cdb.padded();
        Ok(Self {
            polled: bytes[1] & 1 == 1,
            classes: EventClasses(bytes[4]),
            allocation: u16::from_be_bytes([bytes[7], bytes[8]]),
        })
    }
}

impl Query for GetEventStatus {
    type Reply = EventStatus;

    fn allocation(&self) -> usize {
        self.allocation.into()
    }

    fn decode_reply(&self, reply: &[u8], notes: &mut Notes) -> Result<EventStatus, BadReply> {
        let fields = Fields::new(reply, field::EVENT)?;
        let first = fields.u8(field::CLASS)?;
        let supported = EventClasses(fields.u8(field::SUPPORTED)?);
        if first & NO_EVENT != 0 {
            return Ok(EventStatus { supported, event: None });
        }
        let class = first & CLASS;
        if !self.classes.contains(EventClasses(1 << class)) {
            notes.add(field::CLASS, "the class is none of those that were asked for");
        }
        if field::COUNTED + usize::from(fields.u16(field::LENGTH)?) < field::END {
            notes.add(field::LENGTH, "the length has no room for the event");
            return Ok(EventStatus { supported, event: None });
        }
        Ok(EventStatus { supported, event: Some(Event::decode(class, fields)?) })
    }

    fn encode_reply(&self, reply: &EventStatus) -> Vec<u8> {
        let mut writer = Writer::zeroed(field::EVENT);
        writer.u8(field::SUPPORTED, reply.supported.0);
        match &reply.event {
            None => writer.u16(field::LENGTH, 2).u8(field::CLASS, NO_EVENT),
            Some(event) => writer.u16(field::LENGTH, 6).u8(field::CLASS, event.class() & CLASS).push(&event.encode()),
        };
        writer.finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::checks;

    const SUPPORTED: EventClasses = EventClasses(0x56);

    fn answers(event: Event, bytes: [u8; 8]) {
        let query = GetEventStatus::poll(EventClasses::ALL);
        checks::is_answered_by(&query, &EventStatus { supported: SUPPORTED, event: Some(event) }, &bytes);
        checks::answer_needs(&query, &bytes, 8);
    }

    #[test]
    fn classes_are_asked_for_by_a_mask() {
        checks::is_encoded_as(&GetEventStatus::poll(EventClasses::ALL), &[0x4A, 1, 0, 0, 0x7E, 0, 0, 0, 8, 0]);
        checks::is_encoded_as(&GetEventStatus::poll(EventClasses::MEDIA), &[0x4A, 1, 0, 0, 0x10, 0, 0, 0, 8, 0]);
        let waits = GetEventStatus { polled: false, classes: EventClasses::NONE, allocation: 0x0102 };
        checks::is_encoded_as(&waits, &[0x4A, 0, 0, 0, 0, 0, 0, 1, 2, 0]);
        assert_eq!(EventClasses::MEDIA.with(EventClasses::BUSY), EventClasses(0x50));
    }

    #[test]
    fn a_disc_that_came_in_is_told_of() {
        let event = MediaEvent { code: MediaChange::NEW_MEDIA, present: true, ..MediaEvent::default() };
        answers(Event::Media(event), [0, 6, 4, 0x56, 2, 0x02, 0, 0]);
        let open =
            MediaEvent { code: MediaChange::REMOVAL, door_open: true, present: false, first_slot: 1, last_slot: 5 };
        answers(Event::Media(open), [0, 6, 4, 0x56, 3, 0x01, 1, 5]);
    }

    #[test]
    fn every_class_has_its_layout() {
        let (prevented, status) = (true, 1);
        answers(Event::Operational { code: 2, prevented, status, change: 0x0102 }, [0, 6, 1, 0x56, 2, 0x81, 1, 2]);
        answers(Event::Power { code: 1, status: 3 }, [0, 6, 2, 0x56, 1, 3, 0, 0]);
        let request = 0x0101;
        answers(Event::External { code: 3, prevented, status, request }, [0, 6, 3, 0x56, 3, 0x81, 1, 1]);
        answers(Event::MultiHost { code: 1, prevented, status, priority: 2 }, [0, 6, 5, 0x56, 1, 0x81, 0, 2]);
        answers(Event::Busy { code: 1, status: 1, tenths: 300 }, [0, 6, 6, 0x56, 1, 1, 0x01, 0x2C]);
    }

    #[test]
    fn none_of_the_classes_asked_for_is_four_bytes() {
        let query = GetEventStatus::poll(EventClasses::MULTI_HOST);
        let bytes = [0, 2, 0x80, 0x56];
        checks::is_answered_by(&query, &EventStatus { supported: SUPPORTED, event: None }, &bytes);
        checks::answer_needs(&query, &bytes, 4);
    }

    #[test]
    fn a_class_that_nobody_asked_for_is_noted_and_kept() {
        let mut notes = Notes::new();
        let query = GetEventStatus::poll(EventClasses::MEDIA);
        let decoded = query.decode_reply(&[0, 6, 7, 0x56, 1, 2, 3, 4], &mut notes);
        let event = Some(Event::Other { class: 7, bytes: [1, 2, 3, 4] });
        assert_eq!(decoded, Ok(EventStatus { supported: SUPPORTED, event }));
        assert_eq!(notes.as_slice().first().map(|note| note.at), Some(2));
    }

    #[test]
    fn a_length_without_room_for_the_event_is_noted() {
        let mut notes = Notes::new();
        let decoded = GetEventStatus::poll(EventClasses::MEDIA).decode_reply(&[0, 2, 4, 0x10], &mut notes);
        assert_eq!(decoded, Ok(EventStatus { supported: EventClasses::MEDIA, event: None }));
        assert_eq!(notes.as_slice().first().map(|note| note.at), Some(0));
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_keep_their_meaning(cdb: [u8; 16], mask: u8, answer: Vec<u8>) {
            checks::takes_any_bytes::<GetEventStatus>(cdb);
            checks::understands_any_answer(&GetEventStatus::poll(EventClasses(mask)), &answer);
        }
    }
}
