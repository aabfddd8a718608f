//! Commands in words: the fields that matter, as the standard calls them.

use std::fmt::Write as _;

use crate::{
    Submit,
    commands::{
        CueEntry, FormatParameters, Request, Reservation, RotationControl, SendDiscStructure, SetCdSpeed, SetStreaming,
        StartStopUnit, StreamingParameters, UnitAction,
    },
    mode::{ModePage, ModeParameters, MultiSession, WriteParameters, WriteType},
    structure::DiscStructure,
};

/// Whether a command changes neither drive nor disc.
pub(super) fn only_asks(request: &Request) -> bool {
    matches!(
        request,
        Request::TestUnitReady(_)
            | Request::RequestSense(_)
            | Request::Inquiry(_)
            | Request::ModeSense6(_)
            | Request::ModeSense10(_)
            | Request::ReadFormatCapacities(_)
            | Request::ReadCapacity(_)
            | Request::Read10(_)
            | Request::Read12(_)
            | Request::ReadCd(_)
            | Request::ReadCdMsf(_)
            | Request::ReadSubChannel(_)
            | Request::ReadToc(_)
            | Request::ReadHeader(_)
            | Request::ReadMasterCue(_)
            | Request::GetConfiguration(_)
            | Request::GetEventStatus(_)
            | Request::ReadDiscInformation(_)
            | Request::ReadTrackInformation(_)
            | Request::ReadBufferCapacity(_)
            | Request::ReadDiscStructure(_)
            | Request::ReadMediaSerialNumber(_)
            | Request::ReportKey(_)
            | Request::GetPerformance(_)
            | Request::MechanismStatus(_)
    )
}

/// Whether a command sets something that the next of its kind sets anew.
pub(super) fn is_setting(opcode: u8) -> bool {
    matches!(opcode, 0x15 | 0x55)
}

/// The command, with the data that went out with it.
pub(super) fn of(request: &Request, data: &[u8]) -> String {
    match request {
        Request::Blank(blank) => {
            let place = if blank.place == 0 { String::new() } else { format!(" {}", blank.place) };
            format!("BLANK {:03b}b{place}{}", blank.kind.bits(), immediate(blank.immediate))
        }
        Request::CloseTrackSession(close) => {
            let track = if close.track == 0 { String::new() } else { format!(", track {}", close.track) };
            format!("CLOSE TRACK/SESSION {:03b}b{track}{}", close.function.bits(), immediate(close.immediate))
        }
        Request::SynchronizeCache(flush) => format!("SYNCHRONIZE CACHE{}", immediate(flush.immediate)),
        Request::StartStopUnit(unit) => start_stop(*unit),
        Request::PreventAllowMediumRemoval(removal) => {
            let persistent = if removal.persistent { ", persistent" } else { "" };
            format!("PREVENT ALLOW MEDIUM REMOVAL: {}{persistent}", if removal.prevent { "prevent" } else { "allow" })
        }
        Request::SetCdSpeed(speed) => set_cd_speed(*speed),
        Request::SetStreaming(command) => set_streaming(*command, data),
        Request::SendOpcInformation(opc) => {
            let what = if opc.calibrate { "calibrate" } else { "values" };
            format!("SEND OPC INFORMATION: {what}")
        }
        Request::ReserveTrack(reserve) => match reserve.reservation {
            Reservation::Blocks(blocks) => format!("RESERVE TRACK of {blocks} blocks"),
            other => format!("RESERVE TRACK {other:?}"),
        },
        Request::SendCueSheet(command) => understood(command, data, "SEND CUE SHEET", |sheet| cue_sheet(sheet)),
        Request::FormatUnit(command) => {
            let list = if command.complete_list { ", CmpList" } else { "" };
            understood(command, data, "FORMAT UNIT", |parameters| format!("{}{list}", format_unit(parameters)))
        }
        Request::ModeSelect6(command) => understood(command, data, "MODE SELECT (6)", mode_pages),
        Request::ModeSelect10(command) => understood(command, data, "MODE SELECT (10)", mode_pages),
        Request::SendDiscStructure(command) => send_structure(*command, data),
        other => other.name().to_owned(),
    }
}

fn immediate(immediate: bool) -> &'static str {
    if immediate { ", immediate" } else { "" }
}

/// A command whose parameters can be read; else how many bytes there were.
fn understood<C: Submit>(command: &C, data: &[u8], name: &str, words: impl FnOnce(&C::Params) -> String) -> String {
    match command.decode_params(data) {
        Ok(parameters) => format!("{name}: {}", words(&parameters)),
        Err(error) => format!("{name}: {} bytes ({error})", data.len()),
    }
}

fn start_stop(unit: StartStopUnit) -> String {
    let action = match unit.action {
        UnitAction::Start => "start".to_owned(),
        UnitAction::Stop => "stop".to_owned(),
        UnitAction::Eject => "eject".to_owned(),
        UnitAction::Load => "load".to_owned(),
        other => format!("{other:?}"),
    };
    format!("START STOP UNIT: {action}{}", immediate(unit.immediate))
}

fn rotation(rotation: RotationControl) -> String {
    match rotation {
        RotationControl::ByMedium => String::new(),
        other => format!(", rotation {other:?}"),
    }
}

fn set_cd_speed(speed: SetCdSpeed) -> String {
    let kilobytes = |speed: u16| {
        if speed == SetCdSpeed::MAXIMUM { "maximum".to_owned() } else { format!("{speed} kB/s") }
    };
    format!(
        "SET CD SPEED: writing {}, reading {}{}",
        kilobytes(speed.write),
        kilobytes(speed.read),
        rotation(speed.rotation)
    )
}

fn set_streaming(command: SetStreaming, data: &[u8]) -> String {
    understood(&command, data, "SET STREAMING", |parameters| match parameters {
        StreamingParameters::Speed(speed) if speed.restore_defaults => "defaults".to_owned(),
        StreamingParameters::Speed(speed) => {
            let exact = if speed.exact { ", exact" } else { "" };
            format!(
                "writing {} kB in {} ms, reading {} kB in {} ms, blocks {} to {}{exact}{}",
                speed.write_size,
                speed.write_time,
                speed.read_size,
                speed.read_time,
                speed.start.0,
                speed.end.0,
                rotation(speed.rotation)
            )
        }
        StreamingParameters::Other(bytes) => format!("{} bytes", bytes.len()),
    })
}

/// `lead-in 14h; 1/0 at 00:00:00 10h; …`: the form of the data is what stands last.
fn cue_sheet(sheet: &[CueEntry]) -> String {
    let mut text = String::new();
    for entry in sheet {
        if !text.is_empty() {
            text.push_str("; ");
        }
        // Writing to a String cannot fail.
        let _ = match entry {
            CueEntry::Position(position) => {
                let place = match (position.track, position.index) {
                    (0, _) => "lead-in".to_owned(),
                    (0xAA, _) => "lead-out".to_owned(),
                    (track, index) => format!("{track}/{index}"),
                };
                let (control, form) = (position.control.bits(), position.form.encode());
                write!(text, "{place} at {}, control {control:X}h, form {form:02X}h", position.start)
            }
            CueEntry::Catalogue { text: number, .. } => write!(text, "catalogue {}", number.escape_ascii()),
            CueEntry::Isrc { track, text: code, .. } => write!(text, "ISRC of {track} {}", code.escape_ascii()),
            CueEntry::Other(bytes) => write!(text, "{bytes:02X?}"),
        };
    }
    text
}

fn format_unit(parameters: &FormatParameters) -> String {
    let FormatParameters { options, descriptor } = parameters;
    let blocks = if descriptor.blocks == u32::MAX { "all".to_owned() } else { descriptor.blocks.to_string() };
    let mut text = format!(
        "type {:02X}h, sub-type {:02b}b, {blocks} blocks, parameter {:06X}h",
        descriptor.format.0, descriptor.subtype, descriptor.parameter
    );
    for (set, name) in [
        (options.options_valid, "FOV"),
        (options.without_primary_list, "DPRY"),
        (options.without_certification, "DCRT"),
        (options.stop_without_list, "STPF"),
        (options.try_out, "try-out"),
        (options.immediate, "immediate"),
        (options.vendor, "VS"),
    ] {
        if set {
            let _ = write!(text, ", {name}");
        }
    }
    text
}

fn send_structure(command: SendDiscStructure, data: &[u8]) -> String {
    let name = format!("SEND DISC STRUCTURE {:02X}h", command.format.code);
    understood(&command, data, &name, |structure| match structure {
        DiscStructure::LayerBoundary(boundary) => format!("layer 0 has {} blocks", boundary.layer_0_blocks),
        other => format!("{other:?}"),
    })
}

fn mode_pages(parameters: &ModeParameters) -> String {
    let pages = parameters.pages.iter().map(|listed| match &listed.page {
        ModePage::WriteParameters(page) => write_parameters(page),
        other => format!("page {:02X}h", other.code().value()),
    });
    pages.collect::<Vec<_>>().join("; ")
}

fn write_parameters(page: &WriteParameters) -> String {
    let way = match page.write_type {
        WriteType::PACKET => "packets".to_owned(),
        WriteType::TRACK_AT_ONCE => "track at once".to_owned(),
        WriteType::SESSION_AT_ONCE => "session at once".to_owned(),
        WriteType::RAW => "raw".to_owned(),
        WriteType::LAYER_JUMP => "layer jump".to_owned(),
        WriteType(other) => format!("write type {other}"),
    };
    let multi_session = match page.multi_session {
        MultiSession::Final => "00b",
        MultiSession::NoneToFollow => "01b",
        MultiSession::Reserved => "10b",
        MultiSession::Open => "11b",
    };
    let mut text = format!(
        "page 05h, {way}, multi-session {multi_session}, track mode {}, block type {}",
        page.track_mode.0, page.block_type.0
    );
    let mut add = |set: bool, words: String| {
        if set {
            text.push_str(", ");
            text.push_str(&words);
        }
    };
    add(page.underrun_protection, "BUFE".to_owned());
    add(page.test_write, "test".to_owned());
    add(page.copy, "copy".to_owned());
    add(page.fixed_packets, format!("fixed packets of {}", page.packet_size));
    add(page.link_size_valid, format!("link size {}", page.link_size));
    add(page.session_format.0 != 0, format!("session format {:02X}h", page.session_format.0));
    // Only tracks at once have a pause before them.
    add(
        page.write_type == WriteType::TRACK_AT_ONCE && page.audio_pause != 0,
        format!("audio pause {}", page.audio_pause),
    );
    add(page.application != 0, format!("application {:02X}h", page.application));
    for (what, number) in [
        ("catalogue", page.catalogue_number.as_ref().filter(|id| id.valid).and_then(|id| id.text())),
        ("ISRC", page.recording_code.as_ref().filter(|id| id.valid).and_then(|id| id.text())),
    ] {
        if let Some(number) = number {
            add(true, format!("{what} {number}"));
        }
    }
    text
}
