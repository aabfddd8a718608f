//! Sending, on a script of answers.

use super::{
    script::{Play, Script},
    *,
};
use crate::{
    BadParams, BadReply, Condition, InvalidField,
    commands::{GetConfiguration, ReadDiscStructure, ReadFormatCapacities, ReadToc, TestUnitReady, TocFormat},
    structure::{StructureFormat, StructureMedium},
};

/// A command with everything: an answer of two bytes, parameters of one.
#[derive(Debug, Clone, PartialEq)]
struct Sample {
    allocation: u8,
}

impl Command for Sample {
    const OPCODE: u8 = 0x51;
    const NAME: &'static str = "SAMPLE";

    fn timeout(&self) -> Duration {
        Duration::from_secs(240)
    }

    fn to_cdb(&self) -> Cdb {
        Cdb::ten([Self::OPCODE, 0, 0, 0, 0, 0, 0, 0, self.allocation, 0])
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        Ok(Self { allocation: cdb.padded()[8] })
    }
}

impl Query for Sample {
    type Reply = u16;

    fn allocation(&self) -> usize {
        self.allocation.into()
    }

    fn decode_reply(&self, reply: &[u8], notes: &mut Notes) -> Result<u16, BadReply> {
        let &[high, low, ref tail @ ..] = reply else { return Err(BadReply::Short { need: 2, got: reply.len() }) };
        if !tail.is_empty() {
            notes.add(2, "a tail");
        }
        Ok(u16::from_be_bytes([high, low]))
    }

    fn encode_reply(&self, reply: &u16) -> Vec<u8> {
        reply.to_be_bytes().to_vec()
    }
}

impl Submit for Sample {
    type Params = u8;

    fn timeout_with(&self, params: &u8) -> Duration {
        Duration::from_secs(u64::from(*params) * 3600)
    }

    fn encode_params(params: &u8) -> Vec<u8> {
        vec![*params; 3]
    }

    fn decode_params(&self, bytes: &[u8]) -> Result<u8, BadParams> {
        bytes.first().copied().ok_or(BadParams::Length)
    }
}

const SAMPLE: Sample = Sample { allocation: 4 };

fn completion(status: Status, sense: Option<Sense>) -> Play {
    Play::Completion(Completion { status, transferred: 2, sense: sense.map(|sense| sense.to_bytes()) })
}

#[test]
fn a_query_sends_its_bytes_and_its_time_and_understands_what_came() {
    let script = Script::new([Play::Data(&[0x12, 0x34])]);
    let answer = script.query(&SAMPLE).expect("an answer");
    assert_eq!((*answer, answer.notes.is_empty(), answer.recovered), (0x1234, true, None));
    let sent = (vec![0x51, 0, 0, 0, 0, 0, 0, 0, 4, 0], vec![], Duration::from_secs(240));
    assert_eq!(script.asked(), [sent]);
}

#[test]
fn an_answer_ends_where_the_drive_stopped_and_not_before_the_buffer_does() {
    assert!(matches!(
        Script::new([Play::Data(&[0x12])]).query(&SAMPLE),
        Err(CommandError::Reply { command: "SAMPLE", cause: BadReply::Short { need: 2, got: 1 } })
    ));
    let more = Script::new([Play::Data(&[0x12, 0x34, 0, 0, 0, 0])]).query(&SAMPLE).expect("four bytes");
    assert_eq!(more.notes.as_slice().len(), 1);
    let boast = Script::new([Play::Claims(usize::MAX)]).query(&SAMPLE).expect("four zeros");
    assert_eq!(boast.value, 0);
    let boast = Script::new([Play::Claims(usize::MAX)]).read_into(&SAMPLE, &mut [0; 5]).expect("five bytes");
    assert_eq!(boast.transferred, 5);
}

#[test]
fn parameters_and_bulk_go_along() {
    let script = Script::new([Play::Data(&[]), Play::Data(&[]), Play::Data(&[7; 9])]);
    assert_eq!(script.submit(&SAMPLE, &0xA5).expect("done").transferred, 3);
    assert_eq!(script.write_from(&SAMPLE, &[1, 2]).expect("done").transferred, 2);
    let mut buffer = [0; 5];
    assert_eq!(script.read_into(&SAMPLE, &mut buffer).expect("done").transferred, 5);
    assert_eq!(buffer, [7; 5]);
    let went: Vec<_> = script.asked().into_iter().map(|(_, out, _)| out).collect();
    assert_eq!(went, [vec![0xA5; 3], vec![1, 2], vec![]]);
}

/// What READ TOC was asked for, time after time, by a host that carries so much, when the drive's header says so much.
fn toc_allocations(carries: u32, header: &'static [u8]) -> Vec<u16> {
    let script = Script::new([Play::Data(header), Play::Data(&[0, 2, 0, 0])]).carrying(carries);
    script.query_whole(&ReadToc::whole(TocFormat::CdText)).expect("an answer without packs");
    script.asked().into_iter().map(|(cdb, ..)| u16::from_be_bytes([cdb[7], cdb[8]])).collect()
}

#[test]
fn the_whole_is_asked_for_after_its_length_and_within_what_the_host_carries() {
    assert_eq!(toc_allocations(65_536, &[0, 38, 0, 0]), [4, 40]);
    assert_eq!(toc_allocations(65_536, &[0, 37, 0, 0]), [4, 40], "an odd length is rounded up");
    assert_eq!(toc_allocations(32_768, &[0xFF, 0xFF, 0, 0]), [4, 32_768]);
    assert_eq!(toc_allocations(511, &[0xFF, 0xFF, 0, 0]), [4, 510], "and down where it would be too much");
    assert_eq!(toc_allocations(1 << 20, &[0xFF, 0xFF, 0, 0]), [4, 65_534], "no more than the command can say");
}

#[test]
fn a_drive_that_counts_what_it_was_asked_for_is_asked_for_all() {
    assert_eq!(toc_allocations(65_536, &[0, 2, 0, 0]), [4, 65_534]);
    assert_eq!(toc_allocations(32_768, &[0, 0, 0, 0]), [4, 32_768]);
}

#[test]
fn a_header_that_is_cut_is_a_bad_answer() {
    let script = Script::new([Play::Data(&[0])]);
    let error = script.query_whole(&ReadToc::whole(TocFormat::Toc)).expect_err("one byte of two");
    assert!(matches!(error, CommandError::Reply { cause: BadReply::Short { need: 2, got: 1 }, .. }), "{error}");
}

#[test]
fn the_header_of_each_answer_tells_its_length() {
    fn asks<Q: Announced>(query: &Q, header: &'static [u8]) -> usize {
        let script = Script::new([Play::Data(header), Play::Gone]);
        let _ = script.query_whole(query);
        let asked: Vec<Q> = script
            .asked()
            .iter()
            .map(|(cdb, ..)| Q::from_cdb(&Cdb::new(cdb).expect("a command")).expect("as it was sent"))
            .collect();
        assert_eq!(asked[0].allocation(), header.len(), "{}", Q::NAME);
        asked[1].allocation()
    }
    assert_eq!(asks(&GetConfiguration::everything(), &[0, 0, 1, 0x84, 0, 0, 0, 0x43]), 0x188);
    assert_eq!(asks(&GetConfiguration::everything(), &[0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0x43]), 65_534);
    assert_eq!(asks(&ReadFormatCapacities::everything(), &[0, 0, 0, 24]), 28);
    let structure = StructureFormat { medium: StructureMedium::DVD, code: 0x0E };
    assert_eq!(asks(&ReadDiscStructure::of(structure), &[0x08, 0x02, 0, 0]), 0x804);
}

#[test]
fn parameters_decide_on_the_time_of_their_command() {
    let script = Script::new([Play::Data(&[]), Play::Data(&[])]);
    script.submit(&SAMPLE, &5).expect("done");
    script.write_from(&SAMPLE, &[5; 3]).expect("done");
    let times: Vec<_> = script.asked().into_iter().map(|(.., time)| time.as_secs()).collect();
    assert_eq!(times, [5 * 3600, 240]);
}

#[test]
fn a_recovered_error_is_a_success_that_is_told() {
    let warned = Sense::CALIBRATION_AREA_ALMOST_FULL;
    for sense in [warned, Sense::NONE, Sense::new(SenseKey::Completed, 0, 0)] {
        let script = Script::new([completion(Status::CHECK_CONDITION, Some(sense))]);
        assert_eq!(script.send(&TestUnitReady).expect("success").recovered, Some(sense));
    }
    let script = Script::new([completion(Status::CHECK_CONDITION, Some(warned))]);
    assert_eq!(script.query(&SAMPLE).expect("success").recovered, Some(warned));
}

#[test]
fn deferred_sense_is_a_failure_even_when_recovered() {
    for sense in [Sense::WRITE_ERROR, Sense::CALIBRATION_AREA_ALMOST_FULL].map(Sense::of_an_earlier_command) {
        let error = Script::new([Play::Sense(sense)]).write_from(&SAMPLE, &[0]).expect_err("deferred");
        assert!(error.is_deferred());
        assert_eq!(error.sense(), Some(&sense));
    }
}

#[test]
fn what_the_drive_says_counts_more_than_a_good_status() {
    let failed = Script::new([completion(Status::GOOD, Some(Sense::READ_ERROR))]).send(&TestUnitReady);
    assert_eq!(failed.expect_err("sense").condition(), Some(Condition::ReadError));
    let zeros = Completion { sense: Some(SenseBytes::new(&[0; 18])), ..Completion::good(0) };
    assert_eq!(Script::new([Play::Completion(zeros)]).send(&TestUnitReady).expect("success").recovered, None);
}

#[test]
fn a_failure_without_sense_or_with_senseless_sense_is_one_of_its_own() {
    let none = Script::new([completion(Status::CHECK_CONDITION, None)]).send(&TestUnitReady);
    assert!(matches!(none, Err(CommandError::NoSense { command: "TEST UNIT READY" })));
    let zeros = Completion { status: Status::CHECK_CONDITION, transferred: 0, sense: Some(SenseBytes::new(&[0; 18])) };
    let zeros = Script::new([Play::Completion(zeros)]).send(&TestUnitReady);
    assert!(matches!(zeros, Err(CommandError::Reply { cause: BadReply::Impossible { at: 0, .. }, .. })));
    let busy = Script::new([completion(Status::BUSY, None)]).send(&TestUnitReady);
    assert!(matches!(busy, Err(CommandError::Status { status: Status::BUSY, .. })));
    assert!(matches!(Script::new([Play::Gone]).send(&TestUnitReady), Err(CommandError::Transport(_))));
}

#[test]
fn typed_commands_go_through_any_kind_of_transport() {
    let script = Script::new([Play::Data(&[]), Play::Data(&[])]);
    let plain: &dyn Transport = &script;
    assert!(plain.send(&TestUnitReady).is_ok());
    let shared: std::sync::Arc<dyn Transport> = std::sync::Arc::new(script);
    assert!(shared.send(&TestUnitReady).is_ok());
}
