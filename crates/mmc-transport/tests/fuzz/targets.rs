//! The targets: every decoder of the crate.

use imapi_mmc_transport::{
    Cdb, Condition, Notes, Query, Sense, Submit, commands::Request, faults::Script, trace::Recording,
};

use crate::corpus;

/// A decoder, and samples of what it decodes.
pub struct Target {
    pub name: &'static str,
    pub run: fn(&[u8]),
    pub samples: fn() -> Vec<Vec<u8>>,
}

pub const TARGETS: [Target; 6] = [
    Target { name: "commands", run: command, samples: corpus::commands },
    Target { name: "replies", run: reply, samples: corpus::replies },
    Target { name: "parameters", run: parameters, samples: corpus::parameters },
    Target { name: "sense", run: sense, samples: corpus::senses },
    Target { name: "recordings", run: recording, samples: corpus::recordings },
    Target { name: "fault scripts", run: script, samples: corpus::scripts },
];

/// The bytes are a command. What is understood is encoded and understood again.
fn command(bytes: &[u8]) {
    let Ok(cdb) = Cdb::new(bytes) else { return };
    if let Some(Ok(request)) = Request::decode(&cdb) {
        let again = Request::decode(&request.to_cdb());
        assert_eq!(again, Some(Ok(request)), "{cdb}");
    }
}

/// The first bytes are a command (its length first), the rest is what the drive answers.
fn reply(bytes: &[u8]) {
    let Some((request, answer)) = request_of(bytes) else { return };
    match request {
        Request::RequestSense(query) => answered(&query, answer),
        Request::Inquiry(query) => answered(&query, answer),
        Request::ModeSense6(query) => answered(&query, answer),
        Request::ModeSense10(query) => answered(&query, answer),
        Request::ReadFormatCapacities(query) => answered(&query, answer),
        Request::ReadCapacity(query) => answered(&query, answer),
        Request::ReadSubChannel(query) => answered(&query, answer),
        Request::ReadToc(query) => answered(&query, answer),
        Request::ReadHeader(query) => answered(&query, answer),
        Request::GetConfiguration(query) => answered(&query, answer),
        Request::GetEventStatus(query) => answered(&query, answer),
        Request::ReadDiscInformation(query) => answered(&query, answer),
        Request::ReadTrackInformation(query) => answered(&query, answer),
        Request::ReadMasterCue(query) => answered(&query, answer),
        Request::ReadBufferCapacity(query) => answered(&query, answer),
        Request::ReportKey(query) => answered(&query, answer),
        Request::ReadMediaSerialNumber(query) => answered(&query, answer),
        Request::GetPerformance(query) => answered(&query, answer),
        Request::ReadDiscStructure(query) => answered(&query, answer),
        Request::MechanismStatus(query) => answered(&query, answer),
        // Bulk data, or none: there is nothing to decode.
        Request::TestUnitReady(_)
        | Request::FormatUnit(_)
        | Request::ModeSelect6(_)
        | Request::StartStopUnit(_)
        | Request::PreventAllowMediumRemoval(_)
        | Request::Read10(_)
        | Request::Write10(_)
        | Request::Seek10(_)
        | Request::WriteAndVerify10(_)
        | Request::Verify10(_)
        | Request::SynchronizeCache(_)
        | Request::ReserveTrack(_)
        | Request::SendOpcInformation(_)
        | Request::ModeSelect10(_)
        | Request::RepairTrack(_)
        | Request::CloseTrackSession(_)
        | Request::SendCueSheet(_)
        | Request::Blank(_)
        | Request::SendKey(_)
        | Request::LoadUnload(_)
        | Request::Read12(_)
        | Request::Write12(_)
        | Request::SetStreaming(_)
        | Request::ReadCdMsf(_)
        | Request::SetCdSpeed(_)
        | Request::ReadCd(_)
        | Request::SendDiscStructure(_) => {}
    }
}

/// What was understood is encoded whole, and that is understood, and from then on nothing changes any more.
///
/// The first time something may: what a short answer lacks is written as zeros, and zeros are something; what stands
/// behind the end that an answer announces is left out.
fn answered<Q: Query>(query: &Q, answer: &[u8]) {
    let Ok(value) = query.decode_reply(answer, &mut Notes::new()) else { return };
    let encoded_again = |bytes: &[u8]| match query.decode_reply(bytes, &mut Notes::new()) {
        Ok(again) => query.encode_reply(&again),
        Err(error) => panic!("{query:?}: {answer:02X?} is {value:?}, which gives {bytes:02X?}: {error}"),
    };
    let second = encoded_again(&query.encode_reply(&value));
    assert_eq!(encoded_again(&second), second, "{query:?}: {answer:02X?} is {value:?}");
}

/// The first bytes are a command (its length first), the rest are its parameters.
fn parameters(bytes: &[u8]) {
    let Some((request, params)) = request_of(bytes) else { return };
    match request {
        Request::FormatUnit(submit) => submitted(&submit, params),
        Request::ModeSelect6(submit) => submitted(&submit, params),
        Request::ModeSelect10(submit) => submitted(&submit, params),
        Request::SendOpcInformation(submit) => submitted(&submit, params),
        Request::SendCueSheet(submit) => submitted(&submit, params),
        Request::SendKey(submit) => submitted(&submit, params),
        Request::SetStreaming(submit) => submitted(&submit, params),
        Request::SendDiscStructure(submit) => submitted(&submit, params),
        // These take bulk data along, or none.
        Request::TestUnitReady(_)
        | Request::RequestSense(_)
        | Request::Inquiry(_)
        | Request::ModeSense6(_)
        | Request::StartStopUnit(_)
        | Request::PreventAllowMediumRemoval(_)
        | Request::ReadFormatCapacities(_)
        | Request::ReadCapacity(_)
        | Request::Read10(_)
        | Request::Write10(_)
        | Request::Seek10(_)
        | Request::WriteAndVerify10(_)
        | Request::Verify10(_)
        | Request::SynchronizeCache(_)
        | Request::ReadSubChannel(_)
        | Request::ReadToc(_)
        | Request::ReadHeader(_)
        | Request::GetConfiguration(_)
        | Request::GetEventStatus(_)
        | Request::ReadDiscInformation(_)
        | Request::ReadTrackInformation(_)
        | Request::ReserveTrack(_)
        | Request::RepairTrack(_)
        | Request::ReadMasterCue(_)
        | Request::ModeSense10(_)
        | Request::CloseTrackSession(_)
        | Request::ReadBufferCapacity(_)
        | Request::Blank(_)
        | Request::ReportKey(_)
        | Request::LoadUnload(_)
        | Request::Read12(_)
        | Request::Write12(_)
        | Request::ReadMediaSerialNumber(_)
        | Request::GetPerformance(_)
        | Request::ReadDiscStructure(_)
        | Request::ReadCdMsf(_)
        | Request::SetCdSpeed(_)
        | Request::MechanismStatus(_)
        | Request::ReadCd(_) => {}
    }
}

fn submitted<S: Submit>(submit: &S, bytes: &[u8]) {
    let Ok(params) = submit.decode_params(bytes) else { return };
    let encoded = S::encode_params(&params);
    // The command says how long its parameters are; where they come out shorter than they came in, it says so wrongly.
    if let Ok(again) = submit.decode_params(&encoded) {
        assert_eq!(S::encode_params(&again), encoded, "{submit:?}: {bytes:02X?} is {params:?}");
    }
}

fn request_of(bytes: &[u8]) -> Option<(Request, &[u8])> {
    let (&len, rest) = bytes.split_first()?;
    let (cdb, rest) = rest.split_at_checked(usize::from(len))?;
    Some((Request::decode(&Cdb::new(cdb).ok()?)?.ok()?, rest))
}

fn sense(bytes: &[u8]) {
    let Ok(sense) = Sense::decode(bytes) else { return };
    // Everything can be asked of it, and it is a condition, whatever it is.
    let condition = Condition::of(&sense);
    assert!(!sense.to_string().is_empty());
    let _ = (condition.class(), condition.recorder_code());
    let again = Sense::decode(sense.to_bytes().as_bytes());
    assert_eq!(again.map(|again| Condition::of(&again)), Ok(condition), "{bytes:02X?}");
}

fn recording(bytes: &[u8]) {
    let _ = Recording::read(bytes);
}

fn script(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = Script::from_json(text);
    }
}
