//! Small structures of fixed length, declared field by field with their places, and answers that tell their length.

use crate::{
    BadReply, Notes,
    wire::{Fields, Writer},
};

/// Declares a structure of so many bytes: each field with its kind, its byte and, for bits, the lowest bit and the
/// width. Reading and writing come from the same table, so that they cannot disagree.
macro_rules! layout {
    ($(#[$doc:meta])* $name:ident[$len:literal] {
        $($(#[$more:meta])* $field:ident: $kind:ident($($at:literal),+),)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
        #[allow(clippy::struct_excessive_bools)] // Each is a bit of its own in the standard.
        pub struct $name { $($(#[$more])* pub $field: $crate::layout::layout!(@ $kind),)* }

        impl $name {
            /// Bytes beyond those that are known here are ignored: newer versions add some.
            pub(crate) fn decode(data: &[u8]) -> Result<Self, $crate::BadReply> {
                #[allow(unused_imports)] // Not every layout has fields of several bits.
                use $crate::layout::BitsOf as _;
                let fields = $crate::wire::Fields::new(data, $len)?;
                Ok(Self { $($field: fields.$kind($($at),+)?,)* })
            }

            pub(crate) fn encode(&self) -> Vec<u8> {
                #[allow(unused_imports)] // Likewise.
                use $crate::layout::BitsInto as _;
                let mut writer = $crate::wire::Writer::zeroed($len);
                $(writer.$kind($($at),+, self.$field);)*
                writer.finish()
            }
        }
    };
    (@ bit) => { bool };
    (@ bits) => { u8 };
    (@ u8) => { u8 };
    (@ u16) => { u16 };
    (@ u24) => { u32 };
    (@ u32) => { u32 };
}

pub(crate) use layout;

/// For each flag of a structure: it alone is these bytes, and these bytes are it alone. A round trip does not see two
/// flags whose places are exchanged.
#[cfg(test)]
macro_rules! each_flag_alone {
    ($name:ident { $($field:ident: $bytes:expr),+ $(,)? }) => {
        $({
            let mut alone = $name::default();
            alone.$field = true;
            assert_eq!(alone.encode(), $bytes, "{}", stringify!($name::$field));
            assert_eq!($name::decode(&$bytes), Ok(alone), "{}", stringify!($name::$field));
        })+
    };
}

#[cfg(test)]
pub(crate) use each_flag_alone;

/// Reads numbers narrower than a byte.
pub(crate) trait BitsOf {
    /// The `width` bits from bit `low` upwards.
    fn bits(self, at: usize, low: u8, width: u8) -> Result<u8, BadReply>;
}

impl BitsOf for Fields<'_> {
    fn bits(self, at: usize, low: u8, width: u8) -> Result<u8, BadReply> {
        Ok(low_bits(self.u8(at)? >> low, width))
    }
}

/// Writes numbers narrower than a byte.
pub(crate) trait BitsInto {
    /// Puts the lower `width` bits of the value at bit `low` and upwards, where zeros are now.
    fn bits(&mut self, at: usize, low: u8, width: u8, value: u8) -> &mut Self;
}

impl BitsInto for Writer {
    fn bits(&mut self, at: usize, low: u8, width: u8, value: u8) -> &mut Self {
        for bit in 0..width {
            self.bit(at, low + bit, value >> bit & 1 == 1);
        }
        self
    }
}

/// The lower `width` bits, 1 to 8 of them.
pub(crate) fn low_bits(value: u8, width: u8) -> u8 {
    value & (u8::MAX >> (8 - width))
}

/// The answer without what lies behind its own end, which its first two bytes tell: they count what follows them.
///
/// Less than was announced is natural, as the allocation length cuts. Where the announced length cannot hold even the
/// mandatory bytes, the drive has counted wrongly; then what came is taken.
pub(crate) fn whole16<'a>(reply: &'a [u8], need: usize, notes: &mut Notes) -> Result<Fields<'a>, BadReply> {
    let announced = announced16(reply)?;
    if announced < need {
        notes.add(0, "the length that the answer tells is too small for its mandatory part");
        return Fields::new(reply, need);
    }
    Fields::new(reply.get(..announced).unwrap_or(reply), need)
}

/// How long the whole answer is, by its first two bytes.
pub(crate) fn announced16(reply: &[u8]) -> Result<usize, BadReply> {
    Ok(usize::from(Fields::new(reply, 2)?.u16(0)?) + 2)
}

/// An allocation length of two bytes for so many bytes: even, because odd ones upset bridges, and as large as it can be
/// where that is less.
pub(crate) fn allocation16(bytes: usize) -> u16 {
    u16::try_from(bytes).ok().and_then(|bytes| bytes.checked_next_multiple_of(2)).unwrap_or(u16::MAX - 1)
}

/// The items of a table that begins at `from`: whole ones only. One that was cut is noted; the allocation did that.
pub(crate) fn items<'a, const N: usize>(
    fields: Fields<'a>,
    from: usize,
    notes: &mut Notes,
) -> impl Iterator<Item = [u8; N]> + use<'a, N> {
    let table = fields.bytes().get(from..).unwrap_or_default();
    let mut chunks = table.chunks_exact(N);
    let cut = chunks.clone().remainder().len();
    if cut != 0 {
        notes.add(fields.len() - cut, "the last entry is cut off");
    }
    std::iter::from_fn(move || chunks.next().and_then(|chunk| chunk.try_into().ok()))
}

#[cfg(test)]
pub(crate) mod tests {
    use std::fmt;

    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::{Cdb, Command, Query};

    /// For each command with its bytes: they mean it, and it becomes them.
    pub(crate) fn both_ways<C: Command>(rows: &[(C, &[u8])]) {
        for (command, bytes) in rows {
            let cdb = Cdb::new(bytes).expect("a command's length");
            assert_eq!(command.to_cdb(), cdb, "{command:?}");
            assert_eq!(&C::from_cdb(&cdb), &Ok(command.clone()), "{cdb}");
        }
    }

    /// A good answer means the value, without anything odd, and the value becomes the same bytes. Each shorter prefix
    /// is refused for being short, up to the mandatory bytes, and from there on understood.
    pub(crate) fn good_answer<Q: Query>(command: &Q, bytes: &[u8], mandatory: usize, value: &Q::Reply) {
        let mut notes = Notes::new();
        assert_eq!(&command.decode_reply(bytes, &mut notes), &Ok(value.clone()));
        assert!(notes.is_empty(), "{notes:?}");
        assert_eq!(command.encode_reply(value), bytes, "{value:?}");
        for len in 0..bytes.len() {
            match command.decode_reply(&bytes[..len], &mut Notes::new()) {
                Ok(part) => {
                    assert!(len >= mandatory, "{len} bytes are not enough for {part:?}");
                    command.encode_reply(&part);
                }
                Err(BadReply::Short { need, got }) => {
                    assert!(got <= len && need > got && len < mandatory, "{len}: {need} {got}");
                }
                Err(other) => panic!("a prefix of {len} bytes is not short but: {other}"),
            }
        }
    }

    /// Every value goes through bytes unharmed.
    pub(crate) fn answers_survive<Q: Query>(command: &Q, value: &Q::Reply) -> Result<(), TestCaseError> {
        let mut notes = Notes::new();
        let bytes = command.encode_reply(value);
        prop_assert_eq!(&command.decode_reply(&bytes, &mut notes), &Ok(value.clone()), "{:02X?}", bytes);
        Ok(())
    }

    /// Bytes that begin like an answer with a believable length, or like anything.
    pub(crate) fn any_answer() -> impl Strategy<Value = Vec<u8>> {
        (vec(any::<u8>(), 0..200), any::<bool>()).prop_map(|(mut bytes, believable)| {
            if let (true, Some(high)) = (believable, bytes.first_mut()) {
                *high = 0;
            }
            bytes
        })
    }

    /// No answer makes decoding panic, and what was understood can be encoded, and then means the same.
    pub(crate) fn no_answer_panics<Q: Query>(command: &Q, bytes: &[u8]) -> Result<(), TestCaseError>
    where
        Q::Reply: fmt::Debug,
    {
        if let Ok(value) = command.decode_reply(bytes, &mut Notes::new()) {
            let again = command.encode_reply(&value);
            prop_assert!(command.decode_reply(&again, &mut Notes::new()).is_ok(), "{:?}", value);
        }
        Ok(())
    }

    /// No command makes decoding panic, and what was understood is kept by encoding.
    pub(crate) fn no_command_panics<C: Command>(mut bytes: [u8; 12]) -> Result<(), TestCaseError> {
        bytes[0] = C::OPCODE;
        let length = Cdb::group_length(C::OPCODE).expect("a standard opcode");
        let cdb = Cdb::new(&bytes[..length]).expect("a command's length");
        if let Ok(command) = C::from_cdb(&cdb) {
            prop_assert_eq!(C::from_cdb(&command.to_cdb()), Ok(command));
        }
        Ok(())
    }

    layout! {
        /// Something to test with.
        Sample[6] {
            /// Bits 5 to 7.
            kind: bits(0, 5, 3),
            /// Bit 0.
            on: bit(0, 0),
            /// Byte 1.
            byte: u8(1),
            /// Bytes 2 to 4.
            three: u24(2),
        }
    }

    #[test]
    fn a_layout_reads_what_it_writes() {
        let sample = Sample { kind: 0xFD, on: true, byte: 7, three: 0x12_3456 };
        let bytes = [0xA1, 7, 0x12, 0x34, 0x56, 0];
        assert_eq!(sample.encode(), bytes);
        assert_eq!(Sample::decode(&bytes), Ok(Sample { kind: 5, ..sample }));
        assert_eq!(Sample::decode(&[0xFF; 5]), Err(BadReply::Short { need: 6, got: 5 }));
        assert_eq!(Sample::decode(&[0xA1, 7, 0x12, 0x34, 0x56, 0xFF, 0xFF]), Ok(Sample { kind: 5, ..sample }));
    }

    #[test]
    fn what_follows_the_end_of_an_answer_is_no_part_of_it() {
        let mut notes = Notes::new();
        let fields = whole16(&[0, 2, 1, 1, 9, 9], 3, &mut notes).expect("an answer");
        assert_eq!((fields.bytes(), notes.is_empty()), (&[0, 2, 1, 1][..], true));
        let cut = whole16(&[0, 20, 1, 1], 3, &mut notes).expect("an answer that the allocation cut");
        assert_eq!((cut.len(), notes.is_empty()), (4, true));
        assert_eq!(whole16(&[0, 20, 1], 4, &mut notes).err(), Some(BadReply::Short { need: 4, got: 3 }));
    }

    #[test]
    fn a_length_too_small_for_the_mandatory_part_is_noted_and_not_believed() {
        let mut notes = Notes::new();
        assert_eq!(whole16(&[0, 0, 5, 6], 4, &mut notes).map(Fields::len), Ok(4));
        assert_eq!(notes.as_slice().len(), 1);
    }

    #[test]
    fn only_whole_entries_are_taken() {
        let mut notes = Notes::new();
        let fields = Fields::new(&[9, 1, 2, 3, 4, 5], 1).expect("six bytes");
        assert_eq!(items::<2>(fields, 1, &mut notes).collect::<Vec<_>>(), [[1, 2], [3, 4]]);
        assert_eq!(notes.as_slice().first().map(|note| note.at), Some(5));
        assert_eq!(items::<2>(fields, 60, &mut Notes::new()).count(), 0);
    }
}
