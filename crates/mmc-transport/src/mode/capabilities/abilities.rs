//! What page 2Ah says in single bits.

use std::fmt;

/// The byte of the page where the bits begin.
const FIRST: usize = 2;

/// Makes [`Ability`], so that its places and its list cannot differ.
macro_rules! abilities {
    ($($(#[$doc:meta])* $name:ident = ($byte:literal, $bit:literal),)*) => {
        /// Something a drive can do, or that is so now: a bit of bytes 2 to 7.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Ability {
            $($(#[$doc])* $name,)*
        }

        impl Ability {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The byte of the page, and the bit in it.
            const fn place(self) -> (usize, u8) {
                match self {
                    $(Self::$name => ($byte, $bit),)*
                }
            }
        }
    };
}

abilities! {
    /// Reads CD-R.
    ReadCdR = (2, 0),
    /// Reads CD-RW.
    ReadCdRw = (2, 1),
    /// Reads CD-R with packets of one size, skipping what joins them (method 2).
    ReadMethod2 = (2, 2),
    /// Reads DVD-ROM.
    ReadDvdRom = (2, 3),
    /// Reads DVD-R.
    ReadDvdR = (2, 4),
    /// Reads DVD-RAM.
    ReadDvdRam = (2, 5),
    /// Writes CD-R.
    WriteCdR = (3, 0),
    /// Writes CD-RW.
    WriteCdRw = (3, 1),
    /// Writes with the laser off.
    TestWrite = (3, 2),
    /// Writes DVD-R.
    WriteDvdR = (3, 4),
    /// Writes DVD-RAM.
    WriteDvdRam = (3, 5),
    /// Plays audio.
    AudioPlay = (4, 0),
    /// Plays composite audio and video.
    Composite = (4, 1),
    /// Has a digital output.
    DigitalPort1 = (4, 2),
    /// Has a second digital output.
    DigitalPort2 = (4, 3),
    /// Reads mode 2 form 1.
    Mode2Form1 = (4, 4),
    /// Reads mode 2 form 2.
    Mode2Form2 = (4, 5),
    /// Reads all sessions.
    MultiSession = (4, 6),
    /// Goes on after an underrun.
    UnderrunProtection = (4, 7),
    /// Reads audio as data.
    ReadAudio = (5, 0),
    /// Goes on reading audio where it left off, to the sample.
    AccurateStream = (5, 1),
    /// Reads sub-channels R to W.
    ReadSubChannels = (5, 2),
    /// Corrects what it reads of sub-channels R to W.
    CorrectSubChannels = (5, 3),
    /// Says which bytes it could not correct (C2).
    ErrorPointers = (5, 4),
    /// Reads recording codes.
    ReadRecordingCode = (5, 5),
    /// Reads catalogue numbers.
    ReadCatalogueNumber = (5, 6),
    /// Reads the bar code of a disc.
    ReadBarCode = (5, 7),
    /// Can keep the disc in.
    Lock = (6, 0),
    /// Keeps the disc in now.
    Locked = (6, 1),
    /// Keeps the disc in when it is switched on, until it is told otherwise. The bit is zero then.
    PreventJumperAbsent = (6, 2),
    /// Ejects by command.
    Eject = (6, 3),
    /// Has a volume for each channel.
    SeparateVolume = (7, 0),
    /// Can silence each channel.
    SeparateMute = (7, 1),
    /// Says in which slots discs are.
    ReportsDiscPresent = (7, 2),
    /// Can have discs put into a slot that a program chooses.
    SlotSelection = (7, 3),
    /// Turns discs over.
    ChangesSides = (7, 4),
    /// Reads sub-channels R to W of the lead-in.
    ReadLeadInSubChannels = (7, 5),
}

/// A set of abilities.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Abilities([u8; Self::LEN]);

impl Abilities {
    const LEN: usize = 6;

    /// The abilities of these bytes. Bits without a meaning do not come along.
    pub(super) fn of(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes).iter().collect()
    }

    /// The bytes: those without a bit here have zeros.
    pub(super) fn bytes(self) -> [u8; Self::LEN] {
        self.0
    }

    /// True when the drive can do that.
    #[must_use]
    pub fn has(&self, ability: Ability) -> bool {
        self.iter().any(|other| other == ability)
    }

    /// What is in the set.
    pub fn iter(&self) -> impl Iterator<Item = Ability> + '_ {
        Ability::ALL.iter().copied().filter(|ability| {
            let (byte, bit) = ability.place();
            self.0.get(byte - FIRST).is_some_and(|bits| bits >> bit & 1 == 1)
        })
    }

    /// The set with that ability in it.
    #[must_use]
    pub fn with(mut self, ability: Ability) -> Self {
        let (byte, bit) = ability.place();
        if let Some(bits) = self.0.get_mut(byte - FIRST) {
            *bits |= 1 << bit;
        }
        self
    }
}

impl FromIterator<Ability> for Abilities {
    fn from_iter<I: IntoIterator<Item = Ability>>(abilities: I) -> Self {
        abilities.into_iter().fold(Self::default(), Self::with)
    }
}

impl fmt::Debug for Abilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_ability_is_in_its_place() {
        let rows = [
            // Byte 2.
            (Ability::ReadCdR, [0x01, 0, 0, 0, 0, 0]),
            (Ability::ReadCdRw, [0x02, 0, 0, 0, 0, 0]),
            (Ability::ReadMethod2, [0x04, 0, 0, 0, 0, 0]),
            (Ability::ReadDvdRom, [0x08, 0, 0, 0, 0, 0]),
            (Ability::ReadDvdR, [0x10, 0, 0, 0, 0, 0]),
            (Ability::ReadDvdRam, [0x20, 0, 0, 0, 0, 0]),
            // Byte 3.
            (Ability::WriteCdR, [0, 0x01, 0, 0, 0, 0]),
            (Ability::WriteCdRw, [0, 0x02, 0, 0, 0, 0]),
            (Ability::TestWrite, [0, 0x04, 0, 0, 0, 0]),
            (Ability::WriteDvdR, [0, 0x10, 0, 0, 0, 0]),
            (Ability::WriteDvdRam, [0, 0x20, 0, 0, 0, 0]),
            // Byte 4.
            (Ability::AudioPlay, [0, 0, 0x01, 0, 0, 0]),
            (Ability::Composite, [0, 0, 0x02, 0, 0, 0]),
            (Ability::DigitalPort1, [0, 0, 0x04, 0, 0, 0]),
            (Ability::DigitalPort2, [0, 0, 0x08, 0, 0, 0]),
            (Ability::Mode2Form1, [0, 0, 0x10, 0, 0, 0]),
            (Ability::Mode2Form2, [0, 0, 0x20, 0, 0, 0]),
            (Ability::MultiSession, [0, 0, 0x40, 0, 0, 0]),
            (Ability::UnderrunProtection, [0, 0, 0x80, 0, 0, 0]),
            // Byte 5.
            (Ability::ReadAudio, [0, 0, 0, 0x01, 0, 0]),
            (Ability::AccurateStream, [0, 0, 0, 0x02, 0, 0]),
            (Ability::ReadSubChannels, [0, 0, 0, 0x04, 0, 0]),
            (Ability::CorrectSubChannels, [0, 0, 0, 0x08, 0, 0]),
            (Ability::ErrorPointers, [0, 0, 0, 0x10, 0, 0]),
            (Ability::ReadRecordingCode, [0, 0, 0, 0x20, 0, 0]),
            (Ability::ReadCatalogueNumber, [0, 0, 0, 0x40, 0, 0]),
            (Ability::ReadBarCode, [0, 0, 0, 0x80, 0, 0]),
            // Byte 6.
            (Ability::Lock, [0, 0, 0, 0, 0x01, 0]),
            (Ability::Locked, [0, 0, 0, 0, 0x02, 0]),
            (Ability::PreventJumperAbsent, [0, 0, 0, 0, 0x04, 0]),
            (Ability::Eject, [0, 0, 0, 0, 0x08, 0]),
            // Byte 7.
            (Ability::SeparateVolume, [0, 0, 0, 0, 0, 0x01]),
            (Ability::SeparateMute, [0, 0, 0, 0, 0, 0x02]),
            (Ability::ReportsDiscPresent, [0, 0, 0, 0, 0, 0x04]),
            (Ability::SlotSelection, [0, 0, 0, 0, 0, 0x08]),
            (Ability::ChangesSides, [0, 0, 0, 0, 0, 0x10]),
            (Ability::ReadLeadInSubChannels, [0, 0, 0, 0, 0, 0x20]),
        ];
        assert_eq!(rows.len(), Ability::ALL.len());
        for (ability, bytes) in rows {
            assert_eq!(Abilities::default().with(ability).bytes(), bytes, "{ability:?}");
            assert_eq!(Abilities::of(bytes).iter().collect::<Vec<_>>(), [ability], "{bytes:02X?}");
        }
    }

    #[test]
    fn every_ability_has_a_bit_of_its_own() {
        let all: Abilities = Ability::ALL.iter().copied().collect();
        assert_eq!(all.0, [0x3F, 0x37, 0xFF, 0xFF, 0x0F, 0x3F]);
        assert_eq!(Ability::ALL.len(), 6 + 5 + 8 + 8 + 4 + 6);
        assert!(all.has(Ability::UnderrunProtection) && !Abilities::default().has(Ability::ReadCdR));
        assert_eq!(format!("{:?}", Abilities::default().with(Ability::Lock)), "{Lock}");
    }
}
