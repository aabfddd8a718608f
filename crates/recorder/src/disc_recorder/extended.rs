//! The members of `IDiscRecorder2Ex`: commands, pages and structures byte by byte.

use std::time::Duration;

use imapi_disc_types::Profile;
use imapi_mmc_transport::{
    commands::TrackAddress,
    feature::FeatureCode,
    mode::{PageCode, PageControl},
};

use super::{DiscRecorder, DiscRecorderError, Result, Unbound};
use crate::{Answered, Recorder, RecorderError};

impl DiscRecorder {
    /// Sends a command without data; it has that many seconds. What the drive says of it is in the answer.
    #[doc(alias = "IDiscRecorder2Ex::SendCommandNoData")]
    pub fn send_command_no_data(&self, cdb: &[u8], timeout: u32) -> Result<Answered> {
        Ok(self.bound("SendCommandNoData", Unbound::Handle)?.command(cdb, seconds(timeout))?)
    }

    /// Sends a command together with data.
    #[doc(alias = "IDiscRecorder2Ex::SendCommandSendDataToDevice")]
    pub fn send_command_send_data_to_device(&self, cdb: &[u8], timeout: u32, data: &[u8]) -> Result<Answered> {
        let recorder = self.bound("SendCommandSendDataToDevice", Unbound::Handle)?;
        Ok(recorder.command_sending(cdb, data, seconds(timeout))?)
    }

    /// Sends a command that brings data, and fills the buffer with as much as comes.
    #[doc(alias = "IDiscRecorder2Ex::SendCommandGetDataFromDevice")]
    pub fn send_command_get_data_from_device(&self, cdb: &[u8], timeout: u32, buffer: &mut [u8]) -> Result<Answered> {
        let recorder = self.bound("SendCommandGetDataFromDevice", Unbound::Handle)?;
        Ok(recorder.command_getting(cdb, buffer, seconds(timeout))?)
    }

    /// A structure of the disc, without the header of the answer. Of the format's number the lowest eight bits count.
    #[doc(alias = "IDiscRecorder2Ex::ReadDvdStructure")]
    pub fn read_dvd_structure(&self, format: u32, address: u32, layer: u32, agid: u32) -> Result<Vec<u8>> {
        let code = low_byte(format);
        let layer = argument("layer", layer)?;
        let agid = argument("agid", agid)?;
        self.ask("ReadDvdStructure", Unbound::Handle, |drive| drive.raw_structure(code, address, layer, agid))
    }

    /// Sets a structure of the disc, given without a header.
    #[doc(alias = "IDiscRecorder2Ex::SendDvdStructure")]
    pub fn send_dvd_structure(&self, format: u32, data: &[u8]) -> Result<()> {
        let code = low_byte(format);
        self.ask("SendDvdStructure", Unbound::Handle, |drive| drive.send_raw_structure(code, data))
    }

    /// What Windows would say of the adapter.
    #[doc(alias = "IDiscRecorder2Ex::GetAdapterDescriptor")]
    pub fn adapter_descriptor(&self) -> Result<Vec<u8>> {
        Ok(self.bound("GetAdapterDescriptor", Unbound::Fail)?.adapter_descriptor())
    }

    /// What Windows would say of the drive.
    #[doc(alias = "IDiscRecorder2Ex::GetDeviceDescriptor")]
    pub fn device_descriptor(&self) -> Result<Vec<u8>> {
        Ok(self.bound("GetDeviceDescriptor", Unbound::Fail)?.device_descriptor())
    }

    /// What the drive says of the disc.
    #[doc(alias = "IDiscRecorder2Ex::GetDiscInformation")]
    pub fn disc_information(&self) -> Result<Vec<u8>> {
        self.ask("GetDiscInformation", Unbound::Handle, Recorder::raw_disc_information)
    }

    /// What the drive says of a track.
    #[doc(alias = "IDiscRecorder2Ex::GetTrackInformation")]
    pub fn track_information(&self, track: TrackAddress) -> Result<Vec<u8>> {
        self.ask("GetTrackInformation", Unbound::Handle, |drive| drive.raw_track_information(track))
    }

    /// What a feature says.
    #[doc(alias = "IDiscRecorder2Ex::GetFeaturePage")]
    pub fn feature_page(&self, feature: FeatureCode, current_only: bool) -> Result<Vec<u8>> {
        self.ask("GetFeaturePage", Unbound::Handle, |drive| drive.raw_feature(feature, current_only))
    }

    /// What is in a mode page.
    #[doc(alias = "IDiscRecorder2Ex::GetModePage")]
    pub fn mode_page(&self, page: PageCode, control: PageControl) -> Result<Vec<u8>> {
        self.ask("GetModePage", Unbound::Handle, |drive| drive.raw_mode_page(page, control))
    }

    /// Changes a mode page: the current values, or those that the drive remembers as well. The other two kinds cannot be
    /// set.
    #[doc(alias = "IDiscRecorder2Ex::SetModePage")]
    pub fn set_mode_page(&self, control: PageControl, page: &[u8]) -> Result<()> {
        let recorder = self.bound("SetModePage", Unbound::Handle)?;
        let save = match control {
            PageControl::Current => false,
            PageControl::Saved => true,
            PageControl::Changeable | PageControl::Default => {
                return Err(wrong("requestType", control.value().into()));
            }
        };
        Ok(crate::past_attentions(|| recorder.set_raw_mode_page(page, save))?)
    }

    /// The features that the drive has; with `current_only` those that it has with the disc that is in it.
    #[doc(alias = "IDiscRecorder2Ex::GetSupportedFeaturePages")]
    pub fn feature_pages(&self, current_only: bool) -> Result<Vec<FeatureCode>> {
        let list = |drive: &Recorder| drive.supported_features(current_only);
        self.ask("GetSupportedFeaturePages", Unbound::Handle, list)
    }

    /// The profiles that the drive knows; with `current_only` those that the disc in it makes current.
    #[doc(alias = "IDiscRecorder2Ex::GetSupportedProfiles")]
    pub fn profiles(&self, current_only: bool) -> Result<Vec<Profile>> {
        self.ask("GetSupportedProfiles", Unbound::Handle, |drive| drive.supported_profiles(current_only))
    }

    /// The mode pages that have such values.
    #[doc(alias = "IDiscRecorder2Ex::GetSupportedModePages")]
    pub fn mode_pages(&self, control: PageControl) -> Result<Vec<PageCode>> {
        self.ask("GetSupportedModePages", Unbound::Handle, |drive| drive.supported_mode_pages(control))
    }

    /// Where a buffer may begin: at a multiple of this power of two. It is called a mask, and is none.
    #[doc(alias = "IDiscRecorder2Ex::GetByteAlignmentMask")]
    pub fn byte_alignment_mask(&self) -> Result<u32> {
        Ok(self.bound("GetByteAlignmentMask", Unbound::Fail)?.limits().alignment.get())
    }

    /// The most bytes that one command carries whose buffer begins anywhere.
    #[doc(alias = "IDiscRecorder2Ex::GetMaximumNonPageAlignedTransferSize")]
    pub fn maximum_non_page_aligned_transfer_size(&self) -> Result<u32> {
        Ok(self.bound("GetMaximumNonPageAlignedTransferSize", Unbound::Fail)?.limits().transfer.get())
    }

    /// The most bytes that one command carries whose buffer begins on a page of memory.
    #[doc(alias = "IDiscRecorder2Ex::GetMaximumPageAlignedTransferSize")]
    pub fn maximum_page_aligned_transfer_size(&self) -> Result<u32> {
        Ok(self.bound("GetMaximumPageAlignedTransferSize", Unbound::Fail)?.limits().page_aligned_transfer.get())
    }
}

fn seconds(timeout: u32) -> Duration {
    Duration::from_secs(timeout.into())
}

fn low_byte(number: u32) -> u8 {
    let [low, ..] = number.to_le_bytes();
    low
}

fn argument(parameter: &'static str, given: u32) -> Result<u8> {
    u8::try_from(given).map_err(|_| wrong(parameter, given))
}

fn wrong(parameter: &'static str, given: u32) -> DiscRecorderError {
    RecorderError::Argument { parameter, given: given.into() }.into()
}
