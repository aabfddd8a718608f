//! MECHANISM STATUS: what the drive's mechanics do, and what is in a changer's slots.

use crate::{
    BadReply, Cdb, Command, InvalidField, Notes, Query,
    wire::{Fields, Writer, len16},
};

/// MECHANISM STATUS (MMC).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MechanismStatus {
    /// The most bytes of the answer.
    pub allocation: u16,
}

impl MechanismStatus {
    /// The header alone: enough for a drive that is no changer.
    #[must_use]
    pub const fn header() -> Self {
        Self { allocation: 8 }
    }

    /// The header and every slot that there can be.
    #[must_use]
    pub const fn with_slots() -> Self {
        Self { allocation: 8 + 4 * 255 }
    }
}

/// What a drive's mechanics do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mechanism {
    /// The last move of the changer failed.
    pub fault: bool,
    /// What the changer does, in two bits.
    pub changer: ChangerState,
    /// What the drive does, in three bits.
    pub state: MechanismState,
    /// The tray is out.
    pub door_open: bool,
    /// The slot whose disc is in the drive.
    pub slot: u8,
    /// Where the head is, in 24 bits; drives without commands for audio leave it at 0.
    pub address: u32,
    /// How many slots there are, in six bits; 0 when it is no changer.
    pub slots: u8,
    /// The slots that were told of.
    pub table: Vec<Slot>,
}

/// What a changer does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ChangerState(pub u8);

impl ChangerState {
    /// Nothing: it can be told.
    pub const READY: Self = Self(0);
    /// It takes a disc out of a slot.
    pub const LOADING: Self = Self(1);
    /// It puts a disc back.
    pub const UNLOADING: Self = Self(2);
    /// It looks what is in its slots.
    pub const INITIALISING: Self = Self(3);
}

/// What a drive does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct MechanismState(pub u8);

impl MechanismState {
    /// Nothing.
    pub const IDLE: Self = Self(0);
    /// It plays.
    pub const PLAYING: Self = Self(1);
    /// It plays snatches.
    pub const SCANNING: Self = Self(2);
    /// It works for a program.
    pub const ACTIVE: Self = Self(3);
    /// It does not say.
    pub const UNKNOWN: Self = Self(7);
}

/// A changer's slot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Slot {
    /// A disc belongs here.
    pub present: bool,
    /// It was changed since the slot was last reset.
    pub changed: bool,
    /// Whether the disc's cartridge is write-protected, where the changer can see that.
    pub protected: Option<bool>,
}

mod field {
    pub(super) const CHANGER: usize = 0;
    pub(super) const STATE: usize = 1;
    pub(super) const ADDRESS: usize = 2;
    pub(super) const SLOTS: usize = 5;
    pub(super) const TABLE_LENGTH: usize = 6;
    pub(super) const TABLE: usize = 8;
}

const SLOT_LEN: usize = 4;

impl Slot {
    fn decode(bytes: &[u8]) -> Result<Self, BadReply> {
        let fields = Fields::new(bytes, SLOT_LEN)?;
        let protected = fields.bit(1, 0)?;
        Ok(Self {
            present: fields.bit(0, 7)?,
            changed: fields.bit(0, 0)?,
            protected: fields.bit(1, 1)?.then_some(protected),
        })
    }

    fn encode(self) -> [u8; SLOT_LEN] {
        let seen = u8::from(self.protected.is_some()) << 1 | u8::from(self.protected == Some(true));
        [u8::from(self.present) << 7 | u8::from(self.changed), seen, 0, 0]
    }
}

impl Command for MechanismStatus {
    const OPCODE: u8 = 0xBD;
    const NAME: &'static str = "MECHANISM STATUS";

    fn to_cdb(&self) -> Cdb {
        let [high, low] = self.allocation.to_be_bytes();
        Cdb::twelve([Self::OPCODE, 0, 0, 0, 0, 0, 0, 0, high, low, 0, 0])
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        let bytes = cdb.padded();
        Ok(Self { allocation: u16::from_be_bytes([bytes[8], bytes[9]]) })
    }
}

impl Query for MechanismStatus {
    type Reply = Mechanism;

    fn allocation(&self) -> usize {
        self.allocation.into()
    }

    fn decode_reply(&self, reply: &[u8], notes: &mut Notes) -> Result<Mechanism, BadReply> {
        let fields = Fields::new(reply, field::TABLE)?;
        let (changer, state) = (fields.u8(field::CHANGER)?, fields.u8(field::STATE)?);
        let slots = fields.u8(field::SLOTS)? & 0x3F;
        let length = usize::from(fields.u16(field::TABLE_LENGTH)?);
        if length % SLOT_LEN != 0 {
            notes.add(field::TABLE_LENGTH, "the table is not a whole number of slots");
        }
        if length / SLOT_LEN > usize::from(slots) {
            notes.add(field::TABLE_LENGTH, "the table has more slots than there are");
        }
        let table = reply.get(field::TABLE..reply.len().min(field::TABLE + length)).unwrap_or_default();
        Ok(Mechanism {
            fault: changer >> 7 == 1,
            changer: ChangerState(changer >> 5 & 3),
            state: MechanismState(state >> 5),
            door_open: fields.bit(field::STATE, 4)?,
            // The slot's three upper bits came later and are elsewhere.
            slot: (state & 7) << 5 | changer & 0x1F,
            address: fields.u24(field::ADDRESS)?,
            slots,
            table: table.chunks_exact(SLOT_LEN).map(Slot::decode).collect::<Result<_, _>>()?,
        })
    }

    fn encode_reply(&self, reply: &Mechanism) -> Vec<u8> {
        let table: Vec<u8> = reply.table.iter().flat_map(|slot| slot.encode()).collect();
        Writer::zeroed(field::TABLE)
            .u8(field::CHANGER, u8::from(reply.fault) << 7 | (reply.changer.0 & 3) << 5 | reply.slot & 0x1F)
            .u8(field::STATE, reply.state.0 << 5 | u8::from(reply.door_open) << 4 | reply.slot >> 5)
            .u24(field::ADDRESS, reply.address)
            .u8(field::SLOTS, reply.slots & 0x3F)
            .u16(field::TABLE_LENGTH, len16(table.len()))
            .push(&table)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::checks;

    const CHANGER: [u8; 16] = [0xA1, 0x72, 0x01, 0x02, 0x03, 2, 0, 8, 0x81, 0x02, 0, 0, 0x00, 0x03, 0, 0];

    fn changer() -> Mechanism {
        Mechanism {
            fault: true,
            changer: ChangerState::LOADING,
            state: MechanismState::ACTIVE,
            door_open: true,
            slot: 0x41,
            address: 0x01_0203,
            slots: 2,
            table: vec![
                Slot { present: true, changed: true, protected: Some(false) },
                Slot { present: false, changed: false, protected: Some(true) },
            ],
        }
    }

    #[test]
    fn the_header_or_all_slots_are_asked_for() {
        checks::is_encoded_as(&MechanismStatus::header(), &[0xBD, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0]);
        checks::is_encoded_as(&MechanismStatus::with_slots(), &[0xBD, 0, 0, 0, 0, 0, 0, 0, 4, 4, 0, 0]);
    }

    #[test]
    fn a_changer_tells_of_its_slots() {
        checks::is_answered_by(&MechanismStatus::with_slots(), &changer(), &CHANGER);
        checks::answer_needs(&MechanismStatus::with_slots(), &CHANGER, 8);
        let header = MechanismStatus::header().decode_reply(&CHANGER[..8], &mut Notes::new());
        assert_eq!(header, Ok(Mechanism { table: Vec::new(), ..changer() }));
    }

    #[test]
    fn a_tray_tells_of_its_door() {
        let tray = Mechanism {
            fault: false,
            changer: ChangerState::READY,
            state: MechanismState::IDLE,
            door_open: true,
            slot: 0,
            address: 0,
            slots: 0,
            table: Vec::new(),
        };
        checks::is_answered_by(&MechanismStatus::header(), &tray, &[0, 0x10, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn what_follows_the_table_is_not_looked_at() {
        let mut short = CHANGER;
        short[7] = 4;
        let decoded = MechanismStatus::with_slots().decode_reply(&short, &mut Notes::new());
        assert_eq!(decoded.map(|mechanism| mechanism.table), Ok(changer().table[..1].to_vec()));
    }

    #[test]
    fn a_table_of_other_slots_is_noted() {
        let mut odd = CHANGER;
        (odd[5], odd[7]) = (1, 9);
        let mut notes = Notes::new();
        assert!(MechanismStatus::with_slots().decode_reply(&odd, &mut notes).is_ok());
        assert_eq!(notes.as_slice().iter().map(|note| note.at).collect::<Vec<_>>(), [6, 6]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_keep_their_meaning(cdb: [u8; 16], answer: Vec<u8>) {
            checks::takes_any_bytes::<MechanismStatus>(cdb);
            checks::understands_any_answer(&MechanismStatus::header(), &answer);
        }
    }
}
