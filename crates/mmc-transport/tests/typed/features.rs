//! GET CONFIGURATION.
//!
//! tshark takes these features apart: 0000h, 001Eh, 0021h (but for TRIO and ARSV), 002Ah, 002Bh, 002Dh, 002Eh, 002Fh
//! (but for dual layer) and 0108h. Of all others it reads the header.

use imapi_disc_types::Profile;
use imapi_mmc_transport::{
    commands::{Configuration, GetConfiguration, RequestedFeatures},
    feature::{
        CdMastering, CdRead, CdTrackAtOnce, Core, DvdDashWrite, DvdPlusR, DvdPlusRw, DvdRead, Feature, FeatureCode,
        FeatureDescriptor, IncrementalStreaming, ListedProfile, ProfileList, SerialNumber,
    },
};

use crate::{
    case::{Case, Expected},
    each_bit,
};

pub fn cases() -> Vec<Case> {
    let mut cases = vec![everything(), headers(), profiles(), serial_number(), plus_r(true), plus_r(false)];
    cases.extend(each_bit().map(cd_read));
    cases.extend(each_bit().map(incremental));
    cases.extend(each_bit().map(plus_rw));
    cases.extend(each_bit().map(track_at_once));
    cases.extend(each_bit().map(mastering));
    cases.extend(each_bit().map(dash));
    cases
}

fn everything() -> Case {
    let command = GetConfiguration { request: RequestedFeatures::All, from: FeatureCode::CORE, allocation: 0x0102 };
    Case::of(&command)
        .says("scsi_mmc.getconf.rt", 0)
        .says("scsi_mmc.getconf.starting_feature", 1)
        .says("scsi.cdb.alloclen16", 0x0102)
}

/// One feature with its header, and the length of its data.
fn one(feature: Feature, length: u8, fields: &[(&'static str, Expected)]) -> Case {
    let code = feature.code();
    let case = Case::query(
        &GetConfiguration { request: RequestedFeatures::One, from: code, allocation: 0x0304 },
        &Configuration {
            profile: Profile::from_number(0x002B),
            features: vec![FeatureDescriptor { version: 9, persistent: true, current: false, feature }],
        },
    )
    .says("scsi_mmc.getconf.rt", 2)
    .says("scsi_mmc.getconf.starting_feature", code.0)
    .says("scsi.cdb.alloclen16", 0x0304)
    .has("scsi_mmc.data_length", 4 + 4 + i64::from(length))
    .has("scsi_mmc.getconf.current_profile", 0x002B)
    .has("scsi_mmc.feature", code.0)
    .has("scsi_mmc.feature.version", 9)
    .has("scsi_mmc.feature.persistent", 1)
    .has("scsi_mmc.feature.current", 0)
    .has("scsi_mmc.feature.additional_length", length);
    fields.iter().fold(case, |case, (name, value)| case.has(name, value.clone()))
}

/// Several features behind each other; that the last are found proves the lengths of those before.
fn headers() -> Case {
    let wanted = [
        (Feature::Core(Core { interface: 1, device_busy_events: true, inquiry2: true }), 1, true, false, 0x0001, 8),
        (Feature::DvdRead(DvdRead { multi110: true, dual_r: true, dual_rw: true }), 15, false, true, 0x001F, 4),
        (Feature::Other { code: FeatureCode(0xFF12), data: vec![1; 12] }, 0, true, true, 0xFF12, 12),
        (Feature::Other { code: FeatureCode::POWER_MANAGEMENT, data: vec![] }, 2, false, false, 0x0100, 0),
    ];
    let features = wanted
        .iter()
        .map(|(feature, version, persistent, current, ..)| FeatureDescriptor {
            version: *version,
            persistent: *persistent,
            current: *current,
            feature: feature.clone(),
        })
        .collect();
    let case = Case::query(
        &GetConfiguration { request: RequestedFeatures::Current, from: FeatureCode(0x0102), allocation: 0x0304 },
        &Configuration { profile: Profile::from_number(0x0A), features },
    )
    .says("scsi_mmc.getconf.rt", 1)
    .says("scsi_mmc.getconf.starting_feature", 0x0102)
    .says("scsi.cdb.alloclen16", 0x0304)
    .has("scsi_mmc.data_length", 4 + 4 * 4 + 8 + 4 + 12)
    .has("scsi_mmc.getconf.current_profile", 0x000A)
    // tshark has no fields for three of them.
    .has_all(&[("scsi_mmc.unknown_feature_data", ""); 3]);
    wanted.into_iter().fold(case, |case, (_, version, persistent, current, code, length)| {
        case.has("scsi_mmc.feature", code)
            .has("scsi_mmc.feature.version", version)
            .has("scsi_mmc.feature.persistent", persistent)
            .has("scsi_mmc.feature.current", current)
            .has("scsi_mmc.feature.additional_length", length)
    })
}

fn profiles() -> Case {
    let listed = [(0x000A, true), (0x002B, false), (0x0041, true)];
    let of = |(number, current)| ListedProfile { profile: Profile::from_number(number), current };
    let case = one(Feature::ProfileList(ProfileList(listed.map(of).to_vec())), 12, &[]);
    listed.into_iter().fold(case, |case, (number, current)| {
        case.has("scsi_mmc.feature.profile", number).has("scsi_mmc.feature.profile.current", current)
    })
}

fn serial_number() -> Case {
    let feature = Feature::SerialNumber(SerialNumber(b"SERIAL-1".to_vec()));
    one(feature, 8, &[("scsi_mmc.feature.lun_sn", "SERIAL-1".into())])
}

fn cd_read([cd_text, c2, digital_audio_play]: [bool; 3]) -> Case {
    one(
        Feature::CdRead(CdRead { cd_text, c2, digital_audio_play }),
        4,
        &[
            ("scsi_mmc.feature.cdread.cdtext", cd_text.into()),
            ("scsi_mmc.feature.cdread.c2flag", c2.into()),
            ("scsi_mmc.feature.cdread.dap", digital_audio_play.into()),
        ],
    )
}

fn incremental([track_resources, address_reservation, buffer_underrun_free]: [bool; 3]) -> Case {
    let feature = IncrementalStreaming {
        data_types: 0x0102,
        track_resources,
        address_reservation,
        buffer_underrun_free,
        link_sizes: vec![7, 16],
    };
    one(
        Feature::IncrementalStreaming(feature),
        8,
        &[
            ("scsi_mmc.feature.dts", 0x0102.into()),
            ("scsi_mmc.feature.isw.buf", buffer_underrun_free.into()),
            ("scsi_mmc.feature.isw.num_linksize", 2.into()),
            ("scsi_mmc.feature.isw.linksize", 7.into()),
            ("scsi_mmc.feature.isw.linksize", 16.into()),
        ],
    )
}

/// Its names are those of DVD-RW, but the feature is 002Ah.
fn plus_rw([write, close_only, quick_start]: [bool; 3]) -> Case {
    one(
        Feature::DvdPlusRw(DvdPlusRw { write, close_only, quick_start }),
        4,
        &[
            ("scsi_mmc.feature.dvdrw.write", write.into()),
            ("scsi_mmc.feature.dvdrw.closeonly", close_only.into()),
            ("scsi_mmc.feature.dvdrw.quickstart", quick_start.into()),
        ],
    )
}

fn plus_r(write: bool) -> Case {
    one(Feature::DvdPlusR(DvdPlusR { write }), 4, &[("scsi_mmc.feature.dvdr.write", write.into())])
}

fn track_at_once([rw_subcode, cd_rw, test_write, rw_pack, rw_raw, buffer_underrun_free]: [bool; 6]) -> Case {
    let feature =
        CdTrackAtOnce { rw_subcode, cd_rw, test_write, rw_pack, rw_raw, buffer_underrun_free, data_types: 0x0304 };
    one(
        Feature::CdTrackAtOnce(feature),
        4,
        &[
            ("scsi_mmc.feature.tao.rwsubcode", rw_subcode.into()),
            ("scsi_mmc.feature.tao.cdrw", cd_rw.into()),
            ("scsi_mmc.feature.tao.testwrite", test_write.into()),
            ("scsi_mmc.feature.tao.rwpack", rw_pack.into()),
            ("scsi_mmc.feature.tao.rwraw", rw_raw.into()),
            ("scsi_mmc.feature.tao.buf", buffer_underrun_free.into()),
            ("scsi_mmc.feature.dts", 0x0304.into()),
        ],
    )
}

fn mastering(bits: [bool; 7]) -> Case {
    let [rw_subcode, cd_rw, test_write, raw, raw_multi_session, session_at_once, buffer_underrun_free] = bits;
    let feature = CdMastering {
        rw_subcode,
        cd_rw,
        test_write,
        raw,
        raw_multi_session,
        session_at_once,
        buffer_underrun_free,
        longest_cue_sheet: 0x0001_0203,
    };
    one(
        Feature::CdMastering(feature),
        4,
        &[
            ("scsi_mmc.feature.sao.rw", rw_subcode.into()),
            ("scsi_mmc.feature.sao.cdrw", cd_rw.into()),
            ("scsi_mmc.feature.sao.testwrite", test_write.into()),
            ("scsi_mmc.feature.sao.raw", raw.into()),
            ("scsi_mmc.feature.sao.rawms", raw_multi_session.into()),
            ("scsi_mmc.feature.sao.sao", session_at_once.into()),
            ("scsi_mmc.feature.sao.buf", buffer_underrun_free.into()),
            ("scsi_mmc.feature.sao.mcsl", 0x0001_0203.into()),
        ],
    )
}

fn dash([dvd_rw, test_write, dual_layer, buffer_underrun_free]: [bool; 4]) -> Case {
    one(
        Feature::DvdDashWrite(DvdDashWrite { dvd_rw, test_write, dual_layer, buffer_underrun_free }),
        4,
        &[
            ("scsi_mmc.feature.dvdr.dvdrw", dvd_rw.into()),
            ("scsi_mmc.feature.dvdr.testwrite", test_write.into()),
            ("scsi_mmc.feature.dvdr.buf", buffer_underrun_free.into()),
        ],
    )
}
