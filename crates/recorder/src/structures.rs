//! Structures of the disc: READ DISC STRUCTURE and SEND DISC STRUCTURE.

use imapi_disc_types::MediaType;
use imapi_mmc_transport::{
    TransportExt as _,
    commands::{ReadDiscStructure, SendDiscStructure},
    structure::{DiscStructure, StructureFormat, StructureMedium},
};

use crate::{Recorder, RecorderError};

/// Length and two reserved bytes, before the data.
const HEADER: usize = 4;
/// The length does not count itself.
const LENGTH: usize = 2;

impl Recorder {
    /// A structure of the disc, understood.
    pub fn structure(&self, query: &ReadDiscStructure) -> Result<DiscStructure, RecorderError> {
        Ok(self.access()?.query_whole(query)?.value)
    }

    /// Sets what the disc says of itself, such as the length of its first layer.
    pub fn send_structure(&self, format: StructureFormat, structure: &DiscStructure) -> Result<(), RecorderError> {
        self.access()?.submit(&SendDiscStructure::with(format, structure), structure)?;
        Ok(())
    }

    /// A structure as the disc has it, by its number: what follows the header of the answer.
    ///
    /// On a Blu-ray disc the numbers mean others than on a DVD; which it is, the drive says.
    #[doc(alias = "IDiscRecorder2Ex::ReadDvdStructure")]
    pub fn raw_structure(&self, code: u8, address: u32, layer: u8, agid: u8) -> Result<Vec<u8>, RecorderError> {
        if agid > 3 {
            return Err(RecorderError::Argument { parameter: "agid", given: agid.into() });
        }
        let format = StructureFormat { medium: self.structure_medium()?, code };
        let query = ReadDiscStructure { address, layer, agid, ..ReadDiscStructure::of(format) };
        let mut answer = self.whole_bytes(&query)?;
        let data = answer.split_off(HEADER.min(answer.len()));
        if data.is_empty() { Err(RecorderError::NoStructure { code }) } else { Ok(data) }
    }

    /// Sets a structure by its number; the header that a drive wants before the data is made here.
    #[doc(alias = "IDiscRecorder2Ex::SendDvdStructure")]
    pub fn send_raw_structure(&self, code: u8, data: &[u8]) -> Result<(), RecorderError> {
        let wrong = || RecorderError::wrong("count", data.len());
        let length = u16::try_from(HEADER + data.len()).ok().filter(|_| !data.is_empty()).ok_or_else(wrong)?;
        let counted = u16::try_from(HEADER - LENGTH + data.len()).map_err(|_| wrong())?;
        let list = [&counted.to_be_bytes()[..], &[0, 0], data].concat();
        let format = StructureFormat { medium: self.structure_medium()?, code };
        self.access()?.write_from(&SendDiscStructure { format, length }, &list)?;
        Ok(())
    }

    /// Which numbers structures have: those of Blu-ray discs, or those of all others. A drive that does not know profiles
    /// knows no Blu-ray discs either.
    fn structure_medium(&self) -> Result<StructureMedium, RecorderError> {
        let medium = match self.medium() {
            Err(RecorderError::Command(error)) if error.is_refusal() => MediaType::UNKNOWN,
            medium => medium?,
        };
        Ok(if medium.is_bd() { StructureMedium::BD } else { StructureMedium::DVD })
    }
}
