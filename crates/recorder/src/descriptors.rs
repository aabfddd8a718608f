//! What Windows calls the adapter and the device: structures of `ntddstor.h`, byte by byte, made of what the drive and its
//! transport say. Numbers in them are little-endian on all machines, as they are on those for which they were made.

use imapi_mmc_transport::{
    Limits, Query as _, TransportExt as _,
    commands::{Inquiry, InquiryReply, VitalPage},
    feature::{Core, Feature, FeatureCode},
};

use crate::Recorder;

/// `STORAGE_BUS_TYPE`.
mod bus {
    pub(super) const UNKNOWN: u8 = 0x00;
    pub(super) const SCSI: u8 = 0x01;
    pub(super) const ATAPI: u8 = 0x02;
    pub(super) const FIREWIRE: u8 = 0x04;
    pub(super) const FIBRE: u8 = 0x06;
    pub(super) const USB: u8 = 0x07;
    pub(super) const SATA: u8 = 0x0B;
}

/// `STORAGE_ADAPTER_DESCRIPTOR`.
mod adapter {
    pub(super) const VERSION: usize = 0;
    pub(super) const SIZE: usize = 4;
    pub(super) const MAXIMUM_TRANSFER_LENGTH: usize = 8;
    pub(super) const MAXIMUM_PHYSICAL_PAGES: usize = 12;
    pub(super) const ALIGNMENT_MASK: usize = 16;
    pub(super) const BUS_TYPE: usize = 24;
    pub(super) const LENGTH: usize = 32;
}

/// `STORAGE_DEVICE_DESCRIPTOR`; what the drive answered to INQUIRY follows its fixed part, and then come the texts.
mod device {
    pub(super) const VERSION: usize = 0;
    pub(super) const SIZE: usize = 4;
    pub(super) const TYPE: usize = 8;
    pub(super) const REMOVABLE: usize = 10;
    pub(super) const VENDOR: usize = 12;
    pub(super) const PRODUCT: usize = 16;
    pub(super) const REVISION: usize = 20;
    pub(super) const SERIAL: usize = 24;
    pub(super) const BUS_TYPE: usize = 28;
    pub(super) const RAW_LENGTH: usize = 32;
    pub(super) const RAW: usize = 36;
    /// The size of the structure in C, with a byte of the raw properties and what fills it up: its version.
    pub(super) const IN_C: u32 = 40;
}

/// Of the machines that these limits are for.
const PAGE: u32 = 4096;

impl Recorder {
    /// What one command may carry, and where its buffer may begin.
    #[must_use]
    #[doc(alias(
        "IDiscRecorder2Ex::GetByteAlignmentMask",
        "IDiscRecorder2Ex::GetMaximumNonPageAlignedTransferSize",
        "IDiscRecorder2Ex::GetMaximumPageAlignedTransferSize"
    ))]
    pub fn limits(&self) -> Limits {
        self.device().limits()
    }

    /// The serial number, where the drive has one.
    pub fn serial_number(&self) -> Option<String> {
        let access = self.access().ok()?;
        let by_feature = || match self.feature(FeatureCode::LOGICAL_UNIT_SERIAL_NUMBER, false).ok()?.feature {
            Feature::SerialNumber(number) => Some(number.text()),
            _ => None,
        };
        let by_page = || match access.query(&Inquiry::page(VitalPage::SERIAL_NUMBER)).ok()?.value {
            InquiryReply::Page(page) if page.code == VitalPage::SERIAL_NUMBER => Some(page.text()),
            _ => None,
        };
        by_feature().or_else(by_page).filter(|text| !text.is_empty())
    }

    /// The bytes of a `STORAGE_ADAPTER_DESCRIPTOR`: the limits of the transport, and the bus as far as the drive tells it.
    /// Nothing else about the adapter is known, and the rest is zeros.
    #[must_use]
    #[doc(alias = "IDiscRecorder2Ex::GetAdapterDescriptor")]
    pub fn adapter_descriptor(&self) -> Vec<u8> {
        let Limits { page_aligned_transfer, transfer, alignment } = self.limits();
        let longest = page_aligned_transfer.max(transfer).get();
        // A buffer that begins within a page lies in one page more than one that begins on a page.
        let pages = (transfer.get() / PAGE + 1).max(longest.div_ceil(PAGE));
        let mut bytes = vec![0; adapter::LENGTH];
        let length = short(adapter::LENGTH);
        put(&mut bytes, adapter::VERSION, length);
        put(&mut bytes, adapter::SIZE, length);
        put(&mut bytes, adapter::MAXIMUM_TRANSFER_LENGTH, longest);
        put(&mut bytes, adapter::MAXIMUM_PHYSICAL_PAGES, pages);
        put(&mut bytes, adapter::ALIGNMENT_MASK, alignment.get() - 1);
        bytes[adapter::BUS_TYPE] = self.bus_type();
        bytes
    }

    /// The bytes of a `STORAGE_DEVICE_DESCRIPTOR`: type, texts and serial number, and the answer to INQUIRY as its raw
    /// properties.
    #[must_use]
    #[doc(alias = "IDiscRecorder2Ex::GetDeviceDescriptor")]
    pub fn device_descriptor(&self) -> Vec<u8> {
        let identity = self.identity();
        let raw = Inquiry::standard().encode_reply(&InquiryReply::Standard(identity.clone()));
        let mut bytes = vec![0; device::RAW];
        bytes.extend(&raw);
        bytes[device::TYPE] = identity.device_type;
        bytes[device::REMOVABLE] = u8::from(identity.removable);
        put(&mut bytes, device::VERSION, device::IN_C);
        put(&mut bytes, device::BUS_TYPE, self.bus_type().into());
        put(&mut bytes, device::RAW_LENGTH, short(raw.len()));
        let texts = [
            (device::VENDOR, Some(self.vendor())),
            (device::PRODUCT, Some(self.product())),
            (device::REVISION, Some(self.revision())),
            (device::SERIAL, self.serial_number()),
        ];
        for (at, text) in texts {
            // An offset of zero says that there is none.
            if let Some(text) = text {
                let offset = short(bytes.len());
                put(&mut bytes, at, offset);
                bytes.extend(text.as_bytes());
                bytes.push(0);
            }
        }
        let size = short(bytes.len());
        put(&mut bytes, device::SIZE, size);
        bytes
    }

    /// What the drive says of its interface; a bridge says that of the drive behind it.
    fn bus_type(&self) -> u8 {
        let interface = match self.feature(FeatureCode::CORE, false).map(|descriptor| descriptor.feature) {
            Ok(Feature::Core(core)) => core.interface,
            _ => return bus::UNKNOWN,
        };
        match interface {
            Core::SCSI => bus::SCSI,
            Core::ATAPI => bus::ATAPI,
            Core::FIREWIRE | Core::FIREWIRE_A | 6 => bus::FIREWIRE,
            Core::FIBRE_CHANNEL => bus::FIBRE,
            Core::SERIAL_ATAPI => bus::SATA,
            Core::USB => bus::USB,
            _ => bus::UNKNOWN,
        }
    }
}

fn put(bytes: &mut [u8], at: usize, number: u32) {
    bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
}

/// A descriptor has a few hundred bytes.
fn short(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
