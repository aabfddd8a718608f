//! GET CONFIGURATION: what the drive can do, and what of it with the disc that is in it.

use imapi_disc_types::Profile;

use crate::{
    Announced, BadReply, Cdb, Command, InvalidField, Notes, Query,
    feature::{FeatureCode, FeatureDescriptor},
    layout::allocation16,
    wire::{Fields, Writer},
};

/// GET CONFIGURATION.
///
/// It neither reports nor clears a unit attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GetConfiguration {
    /// Which features.
    pub request: RequestedFeatures,
    /// The first of them.
    pub from: FeatureCode,
    /// The most bytes that the drive may send.
    pub allocation: u16,
}

/// Which features GET CONFIGURATION asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequestedFeatures {
    /// All, from the given one on.
    All,
    /// Those that are current, from the given one on.
    Current,
    /// The given one, if the drive has it.
    One,
}

/// What the drive answers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Configuration {
    /// The current profile.
    pub profile: Profile,
    /// The features, in ascending order of their codes; none where the one that was asked for is missing.
    pub features: Vec<FeatureDescriptor>,
}

mod field {
    pub(super) const REQUEST: usize = 1;
    pub(super) const FROM: usize = 2;
    pub(super) const ALLOCATION: usize = 7;

    pub(super) const LENGTH: usize = 0;
    pub(super) const AFTER_LENGTH: usize = 4;
    pub(super) const PROFILE: usize = 6;
    pub(super) const FEATURES: usize = 8;
}

impl GetConfiguration {
    /// Everything, with room for more than any drive has been seen to send.
    #[must_use]
    pub fn everything() -> Self {
        Self { request: RequestedFeatures::All, from: FeatureCode::PROFILE_LIST, allocation: 4096 }
    }

    /// One feature, with room for the longest.
    #[must_use]
    pub fn one(code: FeatureCode) -> Self {
        Self { request: RequestedFeatures::One, from: code, allocation: 8 + 4 + 252 }
    }
}

impl Announced for GetConfiguration {
    const HEADER: usize = field::FEATURES;

    fn announced(reply: &[u8]) -> Result<usize, BadReply> {
        let after = Fields::new(reply, field::AFTER_LENGTH)?.u32(field::LENGTH)?;
        Ok(usize::try_from(after).unwrap_or(usize::MAX).saturating_add(field::AFTER_LENGTH))
    }

    fn with_allocation(&self, bytes: usize) -> Self {
        Self { allocation: allocation16(bytes), ..*self }
    }
}

impl Command for GetConfiguration {
    const OPCODE: u8 = 0x46;
    const NAME: &'static str = "GET CONFIGURATION";

    fn to_cdb(&self) -> Cdb {
        let request = match self.request {
            RequestedFeatures::All => 0,
            RequestedFeatures::Current => 1,
            RequestedFeatures::One => 2,
        };
        let [from_high, from_low] = self.from.0.to_be_bytes();
        let [high, low] = self.allocation.to_be_bytes();
        Cdb::ten([Self::OPCODE, request, from_high, from_low, 0, 0, 0, high, low, 0])
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        let bytes = cdb.padded();
        let request = match bytes[field::REQUEST] & 0b11 {
            0 => RequestedFeatures::All,
            1 => RequestedFeatures::Current,
            2 => RequestedFeatures::One,
            _ => return Err(InvalidField::cdb_bit(1, 1)),
        };
        Ok(Self {
            request,
            from: FeatureCode(u16::from_be_bytes([bytes[field::FROM], bytes[field::FROM + 1]])),
            allocation: u16::from_be_bytes([bytes[field::ALLOCATION], bytes[field::ALLOCATION + 1]]),
        })
    }
}

impl Query for GetConfiguration {
    type Reply = Configuration;

    fn allocation(&self) -> usize {
        self.allocation.into()
    }

    /// A feature that the allocation length cut is left out, with a note.
    fn decode_reply(&self, reply: &[u8], notes: &mut Notes) -> Result<Configuration, BadReply> {
        let fields = Fields::new(reply, field::FEATURES)?;
        let profile = Profile::from_number(fields.u16(field::PROFILE)?);
        let announced = Self::announced(reply)?;
        if announced < field::FEATURES {
            notes.add(field::LENGTH, "the length that the answer tells is too small for its header");
        }
        let end = announced.clamp(field::FEATURES, reply.len());
        let mut rest = fields.slice(field::FEATURES, end - field::FEATURES)?;
        let mut features = Vec::new();
        while !rest.is_empty() {
            let at = end - rest.len();
            let mut inside = Notes::new();
            let Ok((descriptor, behind)) = FeatureDescriptor::decode(rest, &mut inside) else {
                notes.add(at, "the last feature is cut off");
                break;
            };
            inside.as_slice().iter().for_each(|note| notes.add(at + note.at, note.what));
            features.push(descriptor);
            rest = behind;
        }
        Ok(Configuration { profile, features })
    }

    fn encode_reply(&self, reply: &Configuration) -> Vec<u8> {
        let mut writer = Writer::zeroed(field::FEATURES);
        writer.u16(field::PROFILE, reply.profile.number());
        for descriptor in &reply.features {
            writer.push(&descriptor.encode());
        }
        let after = u32::try_from(writer.len() - field::AFTER_LENGTH).expect("features are short, and few");
        writer.u32(field::LENGTH, after).finish()
    }
}

impl Configuration {
    /// The feature, current or not.
    #[must_use]
    pub fn feature(&self, code: FeatureCode) -> Option<&FeatureDescriptor> {
        self.features.iter().find(|descriptor| descriptor.feature.code() == code)
    }

    /// True when the feature can be used with the disc that is in the drive.
    #[must_use]
    pub fn is_current(&self, code: FeatureCode) -> bool {
        self.feature(code).is_some_and(|descriptor| descriptor.current)
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::{
        feature::{Core, Feature, ListedProfile, ProfileList},
        layout::tests::{answers_survive, any_answer, both_ways, good_answer, no_answer_panics, no_command_panics},
    };

    #[test]
    fn commands_go_both_ways() {
        both_ways(&[
            (GetConfiguration::everything(), &[0x46, 0, 0, 0, 0, 0, 0, 0x10, 0, 0]),
            (
                GetConfiguration { request: RequestedFeatures::One, from: FeatureCode::CD_MASTERING, allocation: 16 },
                &[0x46, 2, 0, 0x2E, 0, 0, 0, 0, 16, 0],
            ),
            (
                GetConfiguration { request: RequestedFeatures::Current, from: FeatureCode::VCPS, allocation: 8 },
                &[0x46, 1, 1, 0x10, 0, 0, 0, 0, 8, 0],
            ),
        ]);
    }

    #[test]
    fn a_request_of_no_kind_is_refused_at_its_bits() {
        let cdb = Cdb::ten([0x46, 0xFF, 0, 0, 0, 0, 0, 0, 8, 0]);
        assert_eq!(GetConfiguration::from_cdb(&cdb), Err(InvalidField::cdb_bit(1, 1)));
    }

    fn blank_cd_r() -> (Configuration, Vec<u8>) {
        let descriptor =
            |version, persistent, feature| FeatureDescriptor { version, persistent, current: true, feature };
        let cd_r = ListedProfile { profile: Profile::CD_RECORDABLE, current: true };
        let configuration = Configuration {
            profile: Profile::CD_RECORDABLE,
            features: vec![
                descriptor(0, true, Feature::ProfileList(ProfileList(vec![cd_r]))),
                descriptor(2, true, Feature::Core(Core { interface: Core::ATAPI, ..Core::default() })),
                descriptor(0, false, Feature::Other { code: FeatureCode::CD_MULTIREAD, data: vec![] }),
            ],
        };
        let bytes = [
            &[0, 0, 0, 28, 0, 0, 0, 9][..],
            &[0, 0, 0b0000_0011, 4, 0, 9, 1, 0],
            &[0, 1, 0b0000_1011, 8, 0, 0, 0, 2, 0, 0, 0, 0],
            &[0, 0x1D, 0b0000_0001, 0],
        ];
        (configuration, bytes.concat())
    }

    #[test]
    fn a_good_answer_goes_both_ways_and_its_header_is_mandatory() {
        let (configuration, bytes) = blank_cd_r();
        good_answer(&GetConfiguration::everything(), &bytes, 8, &configuration);
        assert_eq!(GetConfiguration::announced(&bytes), Ok(bytes.len()));
        assert!(configuration.is_current(FeatureCode::CD_MULTIREAD));
        assert!(!configuration.is_current(FeatureCode::CD_MASTERING));
    }

    #[test]
    fn a_missing_feature_is_answered_by_the_bare_header() {
        let none = Configuration { profile: Profile::DVD_DASH_RECORDABLE, features: vec![] };
        let one = GetConfiguration::one(FeatureCode::BD_PSEUDO_OVERWRITE);
        good_answer(&one, &[0, 0, 0, 4, 0, 0, 0, 0x11], 8, &none);
    }

    #[test]
    fn a_feature_that_the_allocation_cut_is_noted_and_left_out() {
        let (configuration, bytes) = blank_cd_r();
        let mut notes = Notes::new();
        let cut = GetConfiguration::everything().decode_reply(&bytes[..20], &mut notes).expect("two features");
        assert_eq!(cut.features, configuration.features[..1]);
        assert_eq!(notes.as_slice().first().map(|note| note.at), Some(16));
    }

    #[test]
    fn nothing_behind_the_announced_end_is_a_feature() {
        let bytes = [0, 0, 0, 4, 0, 0, 0, 8, 0, 0x1D, 1, 0];
        let all = GetConfiguration::everything();
        assert_eq!(all.decode_reply(&bytes, &mut Notes::new()).map(|reply| reply.features.len()), Ok(0));
        let mut notes = Notes::new();
        let header = all.decode_reply(&[0, 0, 0, 0, 0, 0, 0, 8], &mut notes).expect("a header");
        assert_eq!((header.profile, notes.as_slice().len()), (Profile::CDROM, 1));
    }

    proptest! {
        #[test]
        fn arbitrary_features_survive(
            profile: u16,
            features in vec((0..16u8, any::<bool>(), any::<bool>(), any::<u16>(), vec(any::<[u8; 4]>(), 0..12)), 0..9),
        ) {
            let features = features.into_iter().map(|(version, persistent, current, code, words)| {
                let feature = Feature::decode(FeatureCode(code & 0x01FF), &words.concat());
                FeatureDescriptor { version, persistent, current, feature }
            });
            let reply = Configuration { profile: Profile::from_number(profile), features: features.collect() };
            answers_survive(&GetConfiguration::everything(), &reply)?;
        }

        #[test]
        fn nothing_makes_it_panic(cdb: [u8; 12], bytes in any_answer()) {
            no_command_panics::<GetConfiguration>(cdb)?;
            no_answer_panics(&GetConfiguration::everything(), &bytes)?;
        }
    }
}
