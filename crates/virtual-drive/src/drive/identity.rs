//! What the drive is, with and without a disc.

use imapi_disc_types::Profile;
use imapi_mmc_transport::{
    InvalidField, Query, Sense,
    commands::{Configuration, GetConfiguration, Inquiry, InquiryReply, RequestedFeatures, StandardInquiry},
    feature::{Feature, FeatureCode, FeatureDescriptor, ListedProfile, ProfileList},
};

use super::{Inner, Reply};
use crate::{Loaded, MEDIA, family::current};

impl Inner {
    pub(super) fn inquiry(&self, query: Inquiry) -> Result<Reply, Sense> {
        if query.page.is_some() {
            return Err(Sense::from(InvalidField::cdb_bit(1, 0)));
        }
        let mut who = StandardInquiry {
            qualifier: 0,
            device_type: 5,
            removable: true,
            version: 5,
            format: 2,
            flags: [0; 3],
            vendor: *b"IMAPI   ",
            product: *b"Virtual Drive   ",
            revision: *b"0.1 ",
            tail: Vec::new(),
        };
        self.personality.inquiry(&mut who);
        Ok(Reply::Answer(query.encode_reply(&InquiryReply::Standard(who))))
    }

    pub(super) fn configuration(&mut self, query: GetConfiguration) -> Reply {
        let profile = self.profile();
        let mut features = drive_features(profile);
        if let Ok(loaded) = self.present() {
            if let Ok(rules) = loaded.rules() {
                features.extend(rules.features(loaded.disc()));
                features.push(current(FeatureCode::REAL_TIME_STREAMING, 5, &REAL_TIME_STREAMING));
            }
        }
        for &(code, version, data) in DORMANT {
            if !features.iter().any(|feature| feature.feature.code() == code) {
                features.push(FeatureDescriptor { current: false, ..current(code, version, data) });
            }
        }
        features.sort_by_key(|feature| feature.feature.code().0);
        features.retain(|feature| match query.request {
            RequestedFeatures::All => feature.feature.code().0 >= query.from.0,
            RequestedFeatures::Current => feature.current && feature.feature.code().0 >= query.from.0,
            RequestedFeatures::One => feature.feature.code() == query.from,
        });
        Reply::Answer(query.encode_reply(&Configuration { profile, features }))
    }

    /// What the disc makes of the drive.
    fn profile(&mut self) -> Profile {
        let of = |loaded: &Loaded| loaded.rules().map_or(Profile::INVALID, |rules| rules.profile(loaded.disc()));
        self.present().map_or(Profile::INVALID, |loaded| of(loaded))
    }
}

/// Streams in real time: buffer capacity in blocks, SET CD SPEED, mode page 2Ah, write speeds, SET STREAMING.
const REAL_TIME_STREAMING: [u8; 4] = [0x1F, 0, 0, 0];

/// What the drive can do with other discs than the one that is in, with the data that a disc of that kind would show.
const DORMANT: &[(FeatureCode, u8, &[u8])] = &[
    (FeatureCode::WRITE_PROTECT, 2, &[3, 0, 0, 0]),
    (FeatureCode::RANDOMLY_READABLE, 0, &[0, 0, 8, 0, 0, 16, 1, 0]),
    (FeatureCode::CD_MULTIREAD, 0, &[]),
    (FeatureCode::CD_READ, 2, &[0x03, 0, 0, 0]),
    (FeatureCode::DVD_READ, 1, &[1, 0, 1, 0]),
    (FeatureCode::RANDOMLY_WRITABLE, 1, &[0, 0, 0, 0, 0, 0, 8, 0, 0, 16, 1, 0]),
    (FeatureCode::INCREMENTAL_STREAMING_WRITABLE, 1, &[0, 0, 1, 1, 7, 0, 0, 0]),
    (FeatureCode::FORMATTABLE, 1, &[0; 8]),
    (FeatureCode::HARDWARE_DEFECT_MANAGEMENT, 0, &[0; 4]),
    (FeatureCode::DVD_PLUS_RW, 1, &[1, 0, 0, 0]),
    (FeatureCode::DVD_PLUS_R, 0, &[1, 0, 0, 0]),
    (FeatureCode::RIGID_RESTRICTED_OVERWRITE, 0, &[0; 4]),
    (FeatureCode::CD_TRACK_AT_ONCE, 2, &[0x47, 0, 0x3F, 0x01]),
    (FeatureCode::CD_MASTERING, 0, &[0x6F, 0, 0x0C, 0x80]),
    (FeatureCode::DVD_DASH_WRITE, 2, &[0x4E, 0, 0, 0]),
    (FeatureCode::BD_PSEUDO_OVERWRITE, 0, &[0; 4]),
    (FeatureCode::DVD_PLUS_R_DUAL_LAYER, 0, &[1, 0, 0, 0]),
    (FeatureCode::BD_READ, 1, &[0; 28]),
    (FeatureCode::BD_WRITE, 1, &[0; 20]),
    (FeatureCode::REAL_TIME_STREAMING, 5, &REAL_TIME_STREAMING),
];

/// What the drive can do whatever disc is in.
fn drive_features(profile: Profile) -> Vec<FeatureDescriptor> {
    let always = |code, version, data: &[u8]| FeatureDescriptor {
        version,
        persistent: true,
        current: true,
        feature: Feature::decode(code, data),
    };
    vec![
        FeatureDescriptor {
            version: 0,
            persistent: true,
            current: true,
            feature: Feature::ProfileList(ProfileList(profiles(profile))),
        },
        always(FeatureCode::CORE, 2, &[0, 0, 0, 7, 1, 0, 0, 0]),
        always(FeatureCode::REMOVABLE_MEDIUM, 2, &[0x39, 0, 0, 0]),
        always(FeatureCode::POWER_MANAGEMENT, 0, &[]),
        always(FeatureCode::TIMEOUT, 0, &[]),
    ]
}

/// The profiles of all discs, the highest first, as drives list them.
fn profiles(now: Profile) -> Vec<ListedProfile> {
    let mut profiles: Vec<Profile> = MEDIA.iter().map(|medium| medium.profile).collect();
    // A DVD-RW becomes another disc when it is formatted.
    profiles.push(Profile::DVD_DASH_REWRITABLE);
    profiles.sort_unstable();
    profiles.dedup();
    let listed = |profile| ListedProfile { profile, current: profile == now };
    profiles.into_iter().rev().map(listed).collect()
}
