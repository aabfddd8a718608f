//! [`Identity`]: what the kernel asks a drive when it finds it, and tells programs in `/sys` and `/proc`.

use imapi_disc_types::Profile;
use imapi_mmc_transport::{
    Device, Notes, Query as _,
    commands::{GetConfiguration, Inquiry, InquiryReply, StandardInquiry},
    feature::{Feature, FeatureCode},
};

use crate::kernel;

/// Who the drive is. None of these commands takes a unit attention away from the program.
#[derive(Debug, Default)]
pub(crate) struct Identity {
    /// The standard INQUIRY data, as they came.
    pub(crate) inquiry: Vec<u8>,
    pub(crate) vendor: String,
    pub(crate) product: String,
    pub(crate) revision: String,
    /// The version of SPC.
    pub(crate) version: u8,
    /// The page of the serial number, as it came.
    pub(crate) serial: Option<Vec<u8>>,
    profiles: Vec<Profile>,
}

/// Discs that can be written block by block.
pub(crate) const RANDOM: &[Profile] =
    &[Profile::DVD_RAM, Profile::DVD_PLUS_RW, Profile::DVD_DASH_REWRITABLE, Profile::BD_REWRITABLE];

/// Page 80h of the vital product data.
const SERIAL_NUMBER: u8 = 0x80;

impl Identity {
    pub(crate) fn ask(device: &dyn Device) -> Self {
        let mut identity = Self::default();
        let standard = Inquiry::standard();
        identity.inquiry = kernel::raw_answer(device, &standard).unwrap_or_default();
        if let Ok(InquiryReply::Standard(said)) = standard.decode_reply(&identity.inquiry, &mut Notes::default()) {
            identity.name(&said);
        }
        identity.serial = kernel::raw_answer(device, &Inquiry::page(SERIAL_NUMBER)).ok();
        if let Ok(configuration) = kernel::ask(device, &GetConfiguration::one(FeatureCode::PROFILE_LIST)) {
            let list = configuration.features.into_iter().find_map(|descriptor| match descriptor.feature {
                Feature::ProfileList(list) => Some(list.0),
                _ => None,
            });
            identity.profiles = list.into_iter().flatten().map(|listed| listed.profile).collect();
        }
        identity
    }

    fn name(&mut self, said: &StandardInquiry) {
        let text = |bytes: &[u8]| -> String {
            // As the kernel: what is not of ASCII is a space to it.
            bytes.iter().map(|&byte| if (0x20..0x7F).contains(&byte) { byte as char } else { ' ' }).collect()
        };
        self.vendor = text(&said.vendor);
        self.product = text(&said.product);
        self.revision = text(&said.revision);
        self.version = said.version;
    }

    /// The drive takes one of these discs.
    pub(crate) fn takes(&self, profiles: &[Profile]) -> bool {
        self.profiles.iter().any(|profile| profiles.contains(profile))
    }

    /// Whether it can what the kernel has these bits for (`CDC_…`).
    pub(crate) fn abilities(&self) -> [(bool, i64); 6] {
        [
            (self.takes(&[Profile::CD_RECORDABLE]), 0x2000),
            (self.takes(&[Profile::CD_REWRITABLE]), 0x4000),
            (self.takes(&[Profile::DVDROM]), 0x8000),
            (self.takes(&[Profile::DVD_DASH_RECORDABLE]), 0x1_0000),
            (self.takes(&[Profile::DVD_RAM]), 0x2_0000),
            (self.takes(RANDOM), 0x20_0000),
        ]
    }
}
