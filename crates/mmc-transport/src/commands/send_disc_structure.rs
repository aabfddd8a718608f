//! SEND DISC STRUCTURE: sets what a DVD or BD says of itself, such as the length of its first layer.

use std::time::Duration;

use crate::{
    BadParams, BadReply, Cdb, Command, InvalidField, Notes, Submit,
    layout::low_bits,
    structure::{DiscStructure, StructureFormat, StructureMedium},
    wire::len16,
};

/// SEND DISC STRUCTURE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SendDiscStructure {
    /// Which structure.
    pub format: StructureFormat,
    /// How many bytes come with it, header and data.
    pub length: u16,
}

impl SendDiscStructure {
    /// The command for this structure, with its length.
    ///
    /// # Panics
    ///
    /// With a structure longer than a length of two bytes can say.
    #[must_use]
    pub fn with(format: StructureFormat, structure: &DiscStructure) -> Self {
        Self { format, length: len16(structure.encode().len()) }
    }
}

impl Command for SendDiscStructure {
    const OPCODE: u8 = 0xBF;
    const NAME: &'static str = "SEND DISC STRUCTURE";
    /// Some drives calibrate first.
    const TIMEOUT: Duration = Duration::from_secs(180);

    fn to_cdb(&self) -> Cdb {
        let [high, low] = self.length.to_be_bytes();
        let medium = low_bits(self.format.medium.0, 4);
        Cdb::twelve([Self::OPCODE, medium, 0, 0, 0, 0, 0, self.format.code, high, low, 0, 0])
    }

    /// Every number is taken: which structures a drive takes, only the drive can say.
    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        let bytes = cdb.padded();
        let format = StructureFormat { medium: StructureMedium(low_bits(bytes[1], 4)), code: bytes[7] };
        Ok(Self { format, length: u16::from_be_bytes([bytes[8], bytes[9]]) })
    }
}

impl Submit for SendDiscStructure {
    type Params = DiscStructure;

    fn encode_params(params: &DiscStructure) -> Vec<u8> {
        params.encode()
    }

    /// Fewer bytes than the command says have a wrong length; what is too short all the same is wrong at its own length,
    /// which its first byte begins.
    fn decode_params(&self, bytes: &[u8]) -> Result<DiscStructure, BadParams> {
        if bytes.len() < usize::from(self.length) {
            return Err(BadParams::Length);
        }
        let mut notes = Notes::new();
        let structure = DiscStructure::decode(self.format, bytes, &mut notes).map_err(|error| match error {
            BadReply::Short { .. } => InvalidField::data(0),
            BadReply::Impossible { at, .. } => InvalidField::data(u16::try_from(at).unwrap_or(u16::MAX)),
        })?;
        // A drive that is told something odd is not to guess what was meant.
        match notes.as_slice().first() {
            Some(note) => Err(InvalidField::data(u16::try_from(note.at).unwrap_or(u16::MAX)).into()),
            None => Ok(structure),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::{
        layout::tests::{both_ways, no_command_panics},
        structure::LayerBoundary,
    };

    /// Layer 0 shall have 1FD800h blocks.
    const BOUNDARY: [u8; 12] = [0, 10, 0, 0, 0, 0, 0, 0, 0, 0x1F, 0xD8, 0];

    #[test]
    fn a_boundary_and_its_command_go_both_ways() {
        let boundary = DiscStructure::LayerBoundary(LayerBoundary { fixed: false, layer_0_blocks: 0x001F_D800 });
        let command = SendDiscStructure::with(StructureFormat::LAYER_BOUNDARY, &boundary);
        both_ways(&[(command, &[0xBF, 0, 0, 0, 0, 0, 0, 0x20, 0, 12, 0, 0])]);
        assert_eq!(SendDiscStructure::encode_params(&boundary), BOUNDARY);
        assert_eq!(command.decode_params(&BOUNDARY), Ok(boundary));
        for len in 0..BOUNDARY.len() {
            assert_eq!(command.decode_params(&BOUNDARY[..len]), Err(BadParams::Length), "{len}");
        }
    }

    #[test]
    fn a_structure_with_a_wrong_length_is_refused_there() {
        let command = SendDiscStructure { format: StructureFormat::LAYER_BOUNDARY, length: 12 };
        let mut wrong = BOUNDARY;
        wrong[1] = 0;
        assert_eq!(command.decode_params(&wrong), Err(InvalidField::data(0).into()));
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(cdb: [u8; 12], code: u8, bd: bool, bytes in vec(any::<u8>(), 0..64)) {
            no_command_panics::<SendDiscStructure>(cdb)?;
            let medium = if bd { StructureMedium::BD } else { StructureMedium::DVD };
            let command = SendDiscStructure { format: StructureFormat { medium, code }, length: 0 };
            if let Ok(structure) = command.decode_params(&bytes) {
                let again = SendDiscStructure::encode_params(&structure);
                prop_assert_eq!(command.decode_params(&again), Ok(structure));
            }
        }
    }
}
