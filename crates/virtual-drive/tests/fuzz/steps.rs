//! Steps of a host, as proptest makes and shrinks them.

use imapi_disc_types::Lba;
use imapi_mmc_transport::{
    Command as _, Submit as _,
    commands::{
        Blank, BlankType, CloseFunction, CloseTrackSession, FormatDescriptor, FormatOptions, FormatParameters,
        FormatType, FormatUnit, GetConfiguration, GetPerformance, PreventAllowMediumRemoval, ReadBufferCapacity,
        ReadFormatCapacities, ReadToc, ReadTrackInformation, Request, RequestSense, ReserveTrack, SendOpcInformation,
        SetCdSpeed, StartStopUnit, SynchronizeCache, TestUnitReady, TocFormat, TrackAddress, UnitAction, Verify10,
    },
    mode::{BlockType, MultiSession, TrackMode, WriteParameters},
};
use proptest::{prelude::*, sample::select};

use crate::host::{BLOCKS, Step};

fn block() -> impl Strategy<Value = i32> {
    let end = i32::try_from(BLOCKS).expect("small");
    prop_oneof![8 => 0..end, 2 => (0..end / 32).prop_map(|cluster| cluster * 32), 1 => -200..0, 1 => any::<i32>()]
}

fn page() -> impl Strategy<Value = WriteParameters> {
    let ways = vec![
        WriteParameters::tao_data(MultiSession::Open),
        WriteParameters::tao_data(MultiSession::Final),
        WriteParameters::tao_audio(MultiSession::Open),
        WriteParameters::tao_xa(MultiSession::Open),
        WriteParameters::sao(MultiSession::Final),
        WriteParameters::raw(BlockType::RAW_PW, TrackMode::DATA),
        WriteParameters::cd_fixed_packets(32),
        WriteParameters::cd_variable_packets(),
        WriteParameters::dvd_incremental(MultiSession::Open),
        WriteParameters::dvd_dao(),
        WriteParameters::dvd_restricted_overwrite(),
    ];
    (select(ways), any::<bool>(), prop::bool::weighted(0.1))
        .prop_map(|(way, underrun_protection, test_write)| WriteParameters { underrun_protection, test_write, ..way })
}

/// A command without data.
fn plain(request: &Request) -> Step {
    Step::Send { cdb: request.to_cdb().as_bytes().to_vec(), out: None, room: 0 }
}

fn query() -> impl Strategy<Value = Step> {
    let questions = vec![
        Request::RequestSense(RequestSense::default()),
        Request::GetConfiguration(GetConfiguration::everything()),
        Request::GetPerformance(GetPerformance::write_speeds(8)),
        Request::ReadBufferCapacity(ReadBufferCapacity::bytes()),
        Request::ReadFormatCapacities(ReadFormatCapacities::everything()),
        Request::ReadToc(ReadToc::whole(TocFormat::Toc)),
        Request::ReadToc(ReadToc::whole(TocFormat::Full)),
        Request::ReadToc(ReadToc::whole(TocFormat::Pma)),
        Request::ReadTrackInformation(ReadTrackInformation::of(TrackAddress::INVISIBLE)),
    ];
    (select(questions), 0..512_usize).prop_map(|(question, room)| match plain(&question) {
        Step::Send { cdb, .. } => Step::Send { cdb, out: None, room },
        other => other,
    })
}

fn work() -> impl Strategy<Value = Step> {
    let close = (select(&CloseFunction::ALL[..]), 0..5_u16, any::<bool>()).prop_map(|(function, track, waiting)| {
        let close = CloseTrackSession { track, ..CloseTrackSession::of(function) };
        Request::CloseTrackSession(if waiting { close.waiting() } else { close })
    });
    let flush = any::<bool>().prop_map(|waiting| {
        let flush = SynchronizeCache::all();
        Request::SynchronizeCache(if waiting { flush.waiting() } else { flush })
    });
    let blank = (select(&BlankType::ALL[..]), any::<bool>()).prop_map(|(kind, waiting)| {
        let blank = Blank { kind, ..Blank::disc() };
        Request::Blank(if waiting { blank.waiting() } else { blank })
    });
    let actions = vec![UnitAction::Stop, UnitAction::Start, UnitAction::Eject, UnitAction::Load];
    let tray = (select(actions), any::<bool>())
        .prop_map(|(action, immediate)| Request::StartStopUnit(StartStopUnit { action, immediate }));
    let lock = any::<bool>().prop_map(|prevent| {
        Request::PreventAllowMediumRemoval(PreventAllowMediumRemoval { prevent, persistent: false })
    });
    let speed = any::<(u16, u16)>().prop_map(|(read, write)| Request::SetCdSpeed(SetCdSpeed::new(read, write)));
    let verify = (block(), 0..100_u16).prop_map(|(lba, blocks)| Request::Verify10(Verify10::new(Lba(lba), blocks)));
    prop_oneof![
        4 => close,
        2 => flush,
        1 => blank,
        1 => tray,
        1 => lock,
        1 => speed,
        1 => verify,
        2 => (0..BLOCKS).prop_map(|blocks| Request::ReserveTrack(ReserveTrack::blocks(blocks))),
        1 => Just(Request::SendOpcInformation(SendOpcInformation::calibrate())),
        2 => Just(Request::TestUnitReady(TestUnitReady)),
    ]
    .prop_map(|request| plain(&request))
}

fn format() -> impl Strategy<Value = Step> {
    let kinds = vec![0x00, 0x01, 0x10, 0x11, 0x13, 0x15, 0x26, 0x30, 0x31, 0x32];
    let blocks = prop_oneof![Just(BLOCKS), 0..BLOCKS, Just(0), Just(u32::MAX)];
    (select(kinds), 0..4_u8, blocks, any::<bool>()).prop_map(|(kind, subtype, blocks, immediate)| {
        let descriptor = FormatDescriptor { blocks, format: FormatType(kind), subtype, parameter: 16 };
        let options = FormatOptions { options_valid: true, immediate, ..FormatOptions::default() };
        let command = FormatUnit::default();
        let out = FormatUnit::encode_params(&FormatParameters { options, descriptor });
        Step::Send { cdb: command.to_cdb().as_bytes().to_vec(), out: Some(out), room: 0 }
    })
}

/// Bytes that may be a command.
fn noise() -> impl Strategy<Value = Step> {
    let bytes = prop::collection::vec(prop_oneof![3 => Just(0_u8), 1 => any::<u8>()], 15);
    let opcode = prop_oneof![9 => select(imapi_mmc_transport::commands::OPCODES), 1 => any::<u8>()];
    let out = prop::option::of(prop::collection::vec(any::<u8>(), 0..80));
    (opcode, bytes, out, 0..3000_usize).prop_map(|(opcode, bytes, out, room)| {
        let length = match opcode >> 5 {
            0 => 6,
            1 | 2 => 10,
            4 => 16,
            _ => 12,
        };
        let mut cdb = vec![opcode];
        cdb.extend(bytes);
        cdb.truncate(length);
        Step::Send { cdb, out, room }
    })
}

fn step() -> impl Strategy<Value = Step> {
    let count = || prop_oneof![4 => 1..65_u16, 1 => 0..600_u16];
    prop_oneof![
        10 => (count(), any::<u8>()).prop_map(|(blocks, tag)| Step::WriteNext { blocks, tag }),
        4 => (block(), count(), any::<u8>()).prop_map(|(lba, blocks, tag)| Step::WriteAt { lba, blocks, tag }),
        3 => (block(), count()).prop_map(|(lba, blocks)| Step::Read { lba, blocks }),
        3 => count().prop_map(|blocks| Step::ReadLast { blocks }),
        3 => page().prop_map(Step::Page),
        1 => (0..8_usize).prop_map(|offer| Step::Prepare { offer }),
        1 => (300..1000_u16).prop_map(|blocks| Step::Sheet { blocks }),
        2 => Just(Step::Flush),
        2 => (0..5000_u32).prop_map(Step::Wait),
        5 => Just(Step::WaitUntilReady),
        1 => Just(Step::Reset),
        1 => Just(Step::Reload),
        8 => work(),
        2 => format(),
        3 => query(),
        4 => noise(),
    ]
}

/// Steps of a host that mostly begins as it should.
pub fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    let beginning = prop_oneof![
        1 => Just(Vec::new()),
        3 => (0..8_usize).prop_map(|offer| vec![Step::WaitUntilReady, Step::Prepare { offer }]),
        1 => (300..1000_u16).prop_map(|blocks| vec![Step::WaitUntilReady, Step::Sheet { blocks }]),
    ];
    (beginning, prop::collection::vec(step(), 0..most)).prop_map(|(beginning, rest)| [beginning, rest].concat())
}
