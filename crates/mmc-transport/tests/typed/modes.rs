//! MODE SENSE and MODE SELECT.

use imapi_mmc_transport::{
    commands::{ModeSelect10, ModeSense10},
    mode::*,
};

use crate::case::Case;

pub fn pages() -> Vec<ModePage> {
    vec![
        ModePage::ErrorRecovery(ErrorRecovery {
            replace_on_write: true,
            replace_on_read: false,
            transfer_block: true,
            read_continuous: false,
            post_error: true,
            disable_transfer_on_error: false,
            disable_correction: true,
            read_retries: 0x11,
            certification: Some(1),
            write_retries: Some(0x12),
            window: Some(0x0001_0203),
            tail: vec![],
        }),
        ModePage::WriteParameters(WriteParameters {
            underrun_protection: true,
            link_size_valid: false,
            test_write: true,
            write_type: WriteType(2),
            multi_session: MultiSession::Open,
            fixed_packets: true,
            copy: false,
            track_mode: TrackMode(5),
            block_type: BlockType(8),
            link_size: 16,
            application: 0x15,
            session_format: SessionFormat(0x20),
            packet_size: 0x0102_0304,
            audio_pause: 0x0506,
            catalogue_number: Some(CatalogueNumber::new(*b"1234567890123")),
            recording_code: Some(RecordingCode::new(*b"GBAYE0000351")),
            sub_header: Some([1, 2, 3, 4]),
            tail: vec![],
        }),
        ModePage::Caching(Caching { write_cache: true, read_cache_disabled: false, ..Caching::default() }),
        ModePage::CdAudio(CdAudioControl {
            immediate: true,
            across_tracks: true,
            ports: [AudioPort { channels: 1, volume: 0xFF }; 4],
            tail: vec![],
        }),
        ModePage::Power(PowerConditions {
            idle: true,
            standby: false,
            idle_tenths: 0x0102_0304,
            standby_tenths: 0x0506_0708,
            tail: vec![],
        }),
        ModePage::Informational(InformationalExceptions {
            performance: true,
            warnings: false,
            disabled: true,
            test: false,
            log: true,
            method: ReportMethod(4),
            interval_tenths: 0x0102_0304,
            count: 0x0506_0708,
            tail: vec![],
        }),
        ModePage::Timeout(TimeoutAndProtect {
            group3_enabled: true,
            timeouts_enabled: false,
            unavailable: true,
            write_protected: false,
            group1: 0x0102,
            group2: 0x0304,
            group3: Some(0x0506),
            tail: vec![],
        }),
        ModePage::Capabilities(Capabilities {
            abilities: Abilities::default(),
            mechanism: LoadingMechanism::TRAY,
            max_read_speed: 0x0102,
            volume_levels: 0x0304,
            buffer_size: 0x0506,
            read_speed: 0x0708,
            digital_output: 0x2A,
            max_write_speed: 0x090A,
            old_write_speed: Some(0x0B0C),
            copy_management: Some(1),
            write_speed: Some(SpeedControl { rotation: 1, speed: 0x0D0E }),
            write_speeds: Some(vec![
                SpeedControl { rotation: 1, speed: 0x0F10 },
                SpeedControl { rotation: 0, speed: 0x1112 },
            ]),
            tail: vec![],
        }),
    ]
}

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for page in pages() {
        let code = page.code();
        let parameters = ModeParameters { medium_type: 0x41, device_specific: 0x82, ..ModeParameters::of([page]) };
        cases.push(Case::query(
            &ModeSense10 {
                page: code,
                subpage: 0,
                control: PageControl::Default,
                no_block_descriptors: true,
                allocation: 0x0102,
            },
            &parameters,
        ));
        cases.push(Case::submit(&ModeSelect10::carrying(&parameters), &parameters));
    }
    cases
}
#[test]
fn zz() {
    use imapi_mmc_transport::Query as _;
    let parameters = ModeParameters {
        medium_type: 0x41,
        device_specific: 0x82,
        ..ModeParameters::of(pages().into_iter().filter(|p| p.code().value() != 8 && p.code().value() != 14))
    };
    let sense = ModeSense10 {
        page: PageCode::ALL,
        subpage: 0,
        control: PageControl::Current,
        no_block_descriptors: true,
        allocation: 4096,
    };
    println!(
        "{}",
        crate::outsiders::ask(
            "sdparm",
            "sdparm",
            &["--inhex=-", "--pdt=5", "--all", "--long"],
            &sense.encode_reply(&parameters)
        )
    );
    let sense = imapi_mmc_transport::commands::ModeSense6 {
        page: PageCode::ALL,
        subpage: 0,
        control: PageControl::Current,
        no_block_descriptors: true,
        allocation: 255,
    };
    println!(
        "{}",
        crate::outsiders::ask(
            "sdparm",
            "sdparm",
            &["--inhex=-", "--pdt=5", "--all", "--six"],
            &sense.encode_reply(&parameters)
        )
    );
    use imapi_mmc_transport::commands::*;
    let parameters = ModeParameters {
        medium_type: 0x41,
        device_specific: 0x82,
        ..ModeParameters::of(pages().into_iter().filter(|p| p.code().value() == 8))
    };
    println!(
        "{}",
        crate::outsiders::ask(
            "sdparm",
            "sdparm",
            &["--inhex=-", "--pdt=0", "--all", "--six"],
            &sense.encode_reply(&parameters)
        )
    );
    let i =
        Inquiry { page: None, allocation: 0x0102 }.encode_reply(&InquiryReply::Standard(crate::inquiry::standard()));
    println!("{}", crate::outsiders::ask("sg_inq", "sg3-utils", &["--inhex=-"], &i));
    let i = Inquiry::page(0x80).encode_reply(&InquiryReply::Page(VitalPage {
        peripheral: 5,
        code: 0x80,
        data: b"SERIAL-1".to_vec(),
    }));
    println!("{}", crate::outsiders::ask("sg_inq", "sg3-utils", &["--inhex=-", "--page=0x80"], &i));
    println!("{}", crate::outsiders::ask("sg_vpd", "sg3-utils", &["--inhex=-", "--page=0x80"], &i));
    let i = Inquiry::page(0).encode_reply(&InquiryReply::Page(VitalPage {
        peripheral: 5,
        code: 0,
        data: vec![0, 0x80, 0x83],
    }));
    println!("{}", crate::outsiders::ask("sg_vpd", "sg3-utils", &["--inhex=-", "--page=0"], &i));
    for (asc, ascq, name) in imapi_mmc_transport::sense::NAMES {
        let s = imapi_mmc_transport::Sense::new(imapi_mmc_transport::SenseKey::NotReady, *asc, *ascq).to_fixed();
        let said = crate::outsiders::ask("sg_decode_sense", "sg3-utils", &["--file=-"], &s);
        let words = said.lines().find_map(|l| l.strip_prefix("Additional sense: ")).unwrap_or("?");
        if !words.eq_ignore_ascii_case(name) {
            println!("NAME {asc:02x}{ascq:02x} ours {name} | sg {words}");
        }
    }
}
