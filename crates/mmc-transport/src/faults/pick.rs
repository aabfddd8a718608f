//! Which blocks a command touches, and which of the faults has it.

use std::num::NonZeroU64;

use super::{Access, Blocks, Fault, Times, When};
use crate::Cdb;

const READ_10: u8 = 0x28;
const WRITE_10: u8 = 0x2A;
const WRITE_AND_VERIFY_10: u8 = 0x2E;
const VERIFY_10: u8 = 0x2F;
const READ_12: u8 = 0xA8;
const WRITE_12: u8 = 0xAA;
const READ_CD: u8 = 0xBE;

/// What commands with that opcode do with blocks.
pub(super) fn access(opcode: u8) -> Option<Access> {
    match opcode {
        READ_10 | VERIFY_10 | READ_12 | READ_CD => Some(Access::Read),
        WRITE_10 | WRITE_AND_VERIFY_10 | WRITE_12 => Some(Access::Write),
        _ => None,
    }
}

/// First block and number of blocks, of a command that has them.
fn extent(cdb: &Cdb) -> Option<(i64, i64)> {
    access(cdb.opcode())?;
    // Bytes 2 to 5 are the address in all of them; the count is where their lengths leave room for it.
    let &[_, _, a, b, c, d, rest @ ..] = cdb.padded();
    let first = i32::from_be_bytes([a, b, c, d]);
    let count = match (cdb.opcode(), rest) {
        (READ_12 | WRITE_12, [a, b, c, d, ..]) => u32::from_be_bytes([a, b, c, d]),
        (READ_CD, [a, b, c, ..]) => u32::from_be_bytes([0, a, b, c]),
        (_, [_, a, b, ..]) => u32::from(u16::from_be_bytes([a, b])),
    };
    Some((first.into(), count.into()))
}

/// The blocks that the command touches, if it touches any.
pub(super) fn blocks(cdb: &Cdb) -> Option<Blocks> {
    let (first, count) = extent(cdb).filter(|&(_, count)| count > 0)?;
    let last = i32::try_from(first + count - 1).unwrap_or(i32::MAX);
    Some(Blocks { first: i32::try_from(first).ok()?, last })
}

/// The first block that the command touches and the condition names; no condition names none.
pub(super) fn hit(when: &When, cdb: &Cdb) -> Option<i32> {
    let (blocks, (first, count)) = (when.blocks?, extent(cdb)?);
    let from = first.max(blocks.first.into());
    let last = (first + count - 1).min(blocks.last.into());
    if from <= last { i32::try_from(from).ok() } else { None }
}

/// How far each fault has come.
#[derive(Debug)]
pub(super) struct Progress(Vec<Counts>);

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    met: u64,
    struck: u64,
}

impl Progress {
    pub(super) fn new(faults: &[Fault]) -> Self {
        Self(vec![Counts::default(); faults.len()])
    }

    /// The place of the fault that strikes this command, which is the `number`th of all.
    pub(super) fn strikes(&mut self, faults: &[Fault], number: u64, cdb: &Cdb) -> Option<usize> {
        let mut chosen = None;
        for (place, (fault, counts)) in faults.iter().zip(&mut self.0).enumerate() {
            if !meets(&fault.when, number, cdb) {
                continue;
            }
            counts.met += 1;
            let due = counts.met >= fault.when.nth.map_or(1, NonZeroU64::get);
            let left = match fault.times {
                Times::Always => true,
                Times::Count(count) => counts.struck < count.get(),
            };
            if chosen.is_none() && due && left {
                counts.struck += 1;
                chosen = Some(place);
            }
        }
        chosen
    }
}

fn meets(when: &When, number: u64, cdb: &Cdb) -> bool {
    let When { command, opcode, access: wanted, blocks, nth: _ } = when;
    command.is_none_or(|command| command.get() == number)
        && opcode.is_none_or(|opcode| opcode == cdb.opcode())
        && wanted.is_none_or(|wanted| access(cdb.opcode()) == Some(wanted))
        && (blocks.is_none() || hit(when, cdb).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::Script;

    fn read_10(first: u8, count: u8) -> Cdb {
        Cdb::ten([READ_10, 0, 0, 0, 0, first, 0, 0, count, 0])
    }

    #[test]
    fn the_blocks_of_a_command_are_where_its_form_has_them() {
        for (cdb, blocks) in [
            (Cdb::ten([READ_10, 0, 0, 1, 2, 3, 0, 4, 5, 0]), Some((0x0001_0203, 0x0405))),
            (Cdb::ten([WRITE_10, 0, 0xFF, 0xFF, 0xFF, 0x6A, 0, 0, 26, 0]), Some((-150, 26))),
            (Cdb::ten([VERIFY_10, 0, 0, 0, 0, 16, 0, 0, 1, 0]), Some((16, 1))),
            (Cdb::twelve([READ_12, 0, 0, 0, 0, 16, 0, 1, 0, 0, 0, 0]), Some((16, 0x0001_0000))),
            (Cdb::twelve([WRITE_12, 0, 0, 0, 0, 16, 0, 0, 0, 32, 0x80, 0]), Some((16, 32))),
            (Cdb::twelve([READ_CD, 0, 0, 0, 0, 16, 0, 1, 2, 0x10, 0, 0]), Some((16, 0x0102))),
            (Cdb::ten([0x51, 0, 0, 0, 0, 16, 0, 0, 34, 0]), None),
        ] {
            assert_eq!(extent(&cdb), blocks, "{cdb}");
        }
    }

    #[test]
    fn a_range_is_hit_by_commands_that_touch_it_at_the_first_block_in_it() {
        let when = When { blocks: Some(Blocks { first: 16, last: 18 }), ..When::default() };
        for (first, count, block) in [
            (0, 16, None),
            (0, 17, Some(16)),
            (17, 1, Some(17)),
            (18, 100, Some(18)),
            (19, 100, None),
            (0, 255, Some(16)),
            (17, 0, None),
        ] {
            assert_eq!(hit(&when, &read_10(first, count)), block, "{count} from {first}");
        }
    }

    #[test]
    fn faults_strike_from_their_nth_as_often_as_they_should_and_the_first_in_the_script_wins() {
        let script = Script::from_json(
            r#"{"faults":[
                {"when":{"opcode":"28","nth":2},"what":"reset","times":2},
                {"when":{"opcode":"28"},"what":"time_out"},
                {"when":{"command":6},"what":"gone"},
                {"when":{"access":"write"},"what":"reset","times":"always"}]}"#,
        )
        .expect("a good script");
        let mut progress = Progress::new(&script.faults);
        let (read, write, ready) = (read_10(0, 1), Cdb::ten([WRITE_10, 0, 0, 0, 0, 0, 0, 0, 1, 0]), Cdb::six([0; 6]));
        let sent = [read, read, ready, read, read, ready, write, write];
        let struck: Vec<_> = (1..).zip(&sent).map(|(n, cdb)| progress.strikes(&script.faults, n, cdb)).collect();
        assert_eq!(struck, [Some(1), Some(0), None, Some(0), None, Some(2), Some(3), Some(3)]);
    }
}
