//! What the drive is, with and without a disc.

use imapi_disc_types::Profile;
use imapi_mmc_transport::{
    InvalidField, Query, Sense,
    commands::{
        Configuration, Event, EventClasses, GetConfiguration, Inquiry, InquiryReply, MediaChange, MediaEvent,
        RequestedFeatures, StandardInquiry,
    },
    feature::{Feature, FeatureCode, FeatureDescriptor, ListedProfile, ProfileList},
};

use super::{Inner, Reply};
use crate::{Family, MEDIA, family::rules};

impl Inner {
    pub(super) fn inquiry(query: Inquiry) -> Result<Reply, Sense> {
        if query.page.is_some() {
            return Err(Sense::from(InvalidField::cdb_bit(1, 0)));
        }
        let who = StandardInquiry {
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
        Ok(Reply::Answer(query.encode_reply(&InquiryReply::Standard(who))))
    }

    pub(super) fn configuration(&mut self, query: GetConfiguration) -> Reply {
        let profile = self.profile();
        let mut features = drive_features(profile);
        if let Ok((disc, rules)) = self.present().and_then(|loaded| loaded.rules()) {
            features.extend(rules.features(disc));
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
        self.present().map_or(Profile::INVALID, |loaded| loaded.medium.profile)
    }

    pub(super) fn event_classes() -> EventClasses {
        EventClasses::MEDIA
    }

    pub(super) fn media_event(&self) -> Event {
        let present = self.disc.is_some() && !self.tray_open;
        let waiting = self.attention.contains(&Sense::MEDIUM_CHANGED);
        let code = if waiting { MediaChange::NEW_MEDIA } else { MediaChange::NONE };
        Event::Media(MediaEvent { code, door_open: self.tray_open, present, first_slot: 0, last_slot: 0 })
    }
}

/// What the drive can do whatever disc is in.
fn drive_features(current: Profile) -> Vec<FeatureDescriptor> {
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
            feature: Feature::ProfileList(ProfileList(profiles(current))),
        },
        always(FeatureCode::CORE, 2, &[0, 0, 0, 7, 1, 0, 0, 0]),
        always(FeatureCode::REMOVABLE_MEDIUM, 1, &[0x29, 0, 0, 0]),
        always(FeatureCode::POWER_MANAGEMENT, 0, &[]),
        always(FeatureCode::TIMEOUT, 0, &[]),
    ]
}

/// The profiles of all discs whose rules the drive knows, the highest first, as drives list them.
fn profiles(current: Profile) -> Vec<ListedProfile> {
    let known = |family: Family| rules(family).is_some();
    let mut profiles: Vec<Profile> =
        MEDIA.iter().filter(|medium| known(medium.family)).map(|medium| medium.profile).collect();
    profiles.sort_unstable();
    profiles.dedup();
    let listed = |profile| ListedProfile { profile, current: profile == current };
    profiles.into_iter().rev().map(listed).collect()
}
