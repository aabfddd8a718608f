//! DVD+R and DVD+RW.

use imapi_disc_types::{Lba, Profile};
use imapi_format2::{FormatError, patiently};
use imapi_mmc_transport::{
    TransportExt as _,
    commands::{
        BackgroundFormat, CloseFunction, FormatDescriptor, FormatOptions, FormatType, ReadDiscStructure,
        SendDiscStructure, TrackAddress,
    },
    structure::{DiscStructure, LayerBoundary, StructureFormat},
};
use imapi_write_engine::Written;

use crate::burn::Burner;

/// The parameter of a format that goes on where another stopped.
const RESTART: u32 = 1;

impl Burner<'_, '_, '_, '_> {
    /// A session of one track. With two layers both are filled equally, so that players find the end of the first.
    pub(super) fn dvd_plus_r(&mut self, layer_break: Option<u32>) -> Result<(Lba, Written), FormatError> {
        if let Some(blocks) = layer_break {
            self.set_layer_break(blocks)?;
        }
        let number = self.track_number();
        let start = self.next_address(TrackAddress::INVISIBLE);
        let written = self.write_source(start)?;
        self.flush_and_wait()?;
        self.close(CloseFunction::Track, number)?;
        if !self.plan.closes {
            self.close(CloseFunction::Session, 0)?;
        } else if self.probe.profile == Profile::DVD_PLUS_R_DUAL {
            self.close(CloseFunction::DiscWithMinimumRadius, 0)?;
        } else {
            match self.close(CloseFunction::Disc, 0) {
                Err(error) if error.is_refusal() => self.close(CloseFunction::DiscWithMinimumRadius, 0)?,
                closed => closed?,
            }
        }
        Ok((start, written))
    }

    /// Says where the first layer ends. A drive that knows it already, or does not let itself be told, decides itself.
    fn set_layer_break(&mut self, blocks: u32) -> Result<(), FormatError> {
        let recorder = self.preparation.recorder();
        let format = StructureFormat::LAYER_BOUNDARY;
        let ask = || recorder.device().query_whole(&ReadDiscStructure::of(format));
        let boundary = match patiently(recorder, ask).map(|answer| answer.value) {
            Ok(DiscStructure::LayerBoundary(boundary)) => boundary,
            Ok(_) => return Ok(()),
            Err(error) if error.is_refusal() => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        if boundary.fixed || blocks > boundary.layer_0_blocks {
            return Ok(());
        }
        let wanted = DiscStructure::LayerBoundary(LayerBoundary { layer_0_blocks: blocks, ..boundary });
        let tell = || recorder.device().submit(&SendDiscStructure::with(format, &wanted), &wanted);
        match patiently(recorder, tell) {
            Err(error) if error.is_refusal() => Ok(()),
            sent => Ok(sent.map(|_| ())?),
        }
    }

    /// A disc that is formatted in the background while it is written.
    pub(super) fn dvd_plus_rw(&mut self, format: bool) -> Result<(Lba, Written), FormatError> {
        if format {
            let suspended =
                self.probe.disc.as_ref().is_some_and(|disc| disc.background_format == BackgroundFormat::Suspended);
            let offered = self.probe.format(FormatType::DVD_PLUS_RW).copied();
            let blocks = offered.map_or(u32::MAX, |offered| offered.blocks);
            let parameter = if suspended { RESTART } else { 0 };
            let descriptor = FormatDescriptor { blocks, format: FormatType::DVD_PLUS_RW, subtype: 0, parameter };
            self.format(descriptor, FormatOptions::default())?;
        }
        let written = self.write_modified()?;
        self.flush_and_wait()?;
        // Formatting goes on behind the data when the disc is put in again. Until then it stops, with what drives that
        // only read need at its end.
        if self.is_formatting()? {
            match self.close(CloseFunction::StopBackgroundFormat, 0) {
                Err(error) if error.is_refusal() => {}
                stopped => stopped?,
            }
            if self.options.consumer_compatible {
                match self.close(CloseFunction::Session, 0) {
                    Err(error) if error.is_refusal() => {}
                    closed => closed?,
                }
            }
        }
        Ok((Lba(0), written))
    }

    fn is_formatting(&self) -> Result<bool, FormatError> {
        let recorder = self.preparation.recorder();
        let disc = patiently(recorder, || recorder.disc_information())?;
        Ok(disc.background_format == BackgroundFormat::Running)
    }
}
