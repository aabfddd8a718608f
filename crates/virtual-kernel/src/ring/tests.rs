//! The ring, against entries laid out by hand after `linux/target_core_user.h`, and against anything.

use std::{cell::RefCell, fmt::Write as _, process::Command};

use proptest::prelude::*;

use super::*;

/// Memory of a test.
pub(crate) struct Bytes(pub(crate) RefCell<Vec<u8>>);

impl Region for Bytes {
    fn len(&self) -> usize {
        self.0.borrow().len()
    }

    fn read(&self, at: usize, into: &mut [u8]) -> Result<(), RingError> {
        inside(self.len(), at, into.len())?;
        into.copy_from_slice(&self.0.borrow()[at..at + into.len()]);
        Ok(())
    }

    fn write(&self, at: usize, bytes: &[u8]) -> Result<(), RingError> {
        inside(self.len(), at, bytes.len())?;
        self.0.borrow_mut()[at..at + bytes.len()].copy_from_slice(bytes);
        Ok(())
    }

    fn load(&self, at: usize) -> Result<u32, RingError> {
        let mut bytes = [0; 4];
        self.read(at, &mut bytes)?;
        Ok(u32::from_ne_bytes(bytes))
    }

    fn store(&self, at: usize, number: u32) -> Result<(), RingError> {
        self.write(at, &number.to_ne_bytes())
    }
}

pub(crate) const START: usize = 128;
const SIZE: usize = 1024;
pub(crate) const DATA: usize = START + SIZE;

/// A mailbox of layout 2, a ring of 1,024 bytes, and 4 KiB for data.
fn memory(head: u32, tail: u32) -> Vec<u8> {
    let mut bytes = vec![0; DATA + 4096];
    bytes[0..2].copy_from_slice(&2_u16.to_ne_bytes());
    for (at, number) in [(4, 128), (8, 1024), (12, head), (64, tail)] {
        bytes[at..at + 4].copy_from_slice(&u32::to_ne_bytes(number));
    }
    bytes
}

/// A WRITE (10) of two pieces, in an entry of 136 bytes: its command stands behind the 112 that every entry has.
fn put_write(bytes: &mut [u8], tail: usize) {
    let at = START + tail;
    // A length of 136, and 1 for a command.
    let numbers32 = [(0, 137), (8, 2), (12, 0), (16, 0)];
    for (offset, number) in numbers32 {
        bytes[at + offset..][..4].copy_from_slice(&u32::to_ne_bytes(number));
    }
    bytes[at + 4..][..2].copy_from_slice(&7_u16.to_ne_bytes());
    let pieces = [DATA as u64 + 512, 300, DATA as u64 + 2048, 100];
    let numbers64 = [(24, (at + 112) as u64), (48, pieces[0]), (56, pieces[1]), (64, pieces[2]), (72, pieces[3])];
    for (offset, number) in numbers64 {
        bytes[at + offset..][..8].copy_from_slice(&number.to_ne_bytes());
    }
    bytes[at + 112..][..10].copy_from_slice(&[0x2A, 0, 0, 0, 0, 9, 0, 0, 1, 0]);
}

/// The ring with one command, whose data are 400 bytes in two pieces.
pub(crate) fn with_command(cdb: &[u8]) -> Ring<Bytes> {
    let mut bytes = memory(136, 0);
    put_write(&mut bytes, 0);
    bytes[START + 112..][..cdb.len()].copy_from_slice(cdb);
    ring(bytes)
}

impl Ring<Bytes> {
    /// What stands there.
    pub(crate) fn at(&self, place: usize, len: usize) -> Vec<u8> {
        self.memory.0.borrow()[place..place + len].to_vec()
    }
}

fn ring(bytes: Vec<u8>) -> Ring<Bytes> {
    Ring::new(Bytes(RefCell::new(bytes))).expect("the mailbox is in order")
}

#[test]
fn a_command_its_data_and_its_answer_are_where_the_kernel_looks() {
    let mut bytes = memory(136, 0);
    put_write(&mut bytes, 0);
    bytes[DATA + 512..][..300].fill(1);
    bytes[DATA + 2048..][..100].fill(2);
    let ring = ring(bytes);
    let order = ring.next().expect("it is in order").expect("one waits");
    assert_eq!(order.cdb.as_bytes(), [0x2A, 0, 0, 0, 0, 9, 0, 0, 1, 0]);
    assert_eq!(order.size(), 400);
    let mut data = [0; 400];
    ring.fetch(&order, &mut data).expect("it is inside");
    assert_eq!((&data[..300], &data[300..]), (&[1; 300][..], &[2; 100][..]));

    ring.deliver(&order, &[9; 350]).expect("it is inside");
    ring.answer(&order, &Answer { status: 2, sense: &[0x70, 0, 5], came: Some(350) }).expect("it is inside");
    let bytes = ring.memory.0.borrow();
    assert_eq!((bytes[DATA + 811], bytes[DATA + 812]), (9, 0));
    assert_eq!((bytes[DATA + 2097], bytes[DATA + 2098]), (9, 2));
    // Header with its number untouched, the flag of the length, status, length, sense.
    assert_eq!(bytes[START..START + 8], [&u32::to_ne_bytes(137)[..], &7_u16.to_ne_bytes(), &[0, 2]].concat());
    assert_eq!(bytes[START + 8..START + 20], [&[2, 0, 0, 0][..], &350_u32.to_ne_bytes(), &[0x70, 0, 5, 0]].concat());
    assert_eq!(bytes[64..68], 136_u32.to_ne_bytes());
    drop(bytes);
    assert_eq!(ring.next(), Ok(None));
}

/// The C compiler says where the kernel's own header puts what.
#[test]
fn places_are_those_of_the_kernels_header() {
    let ours = [
        ("struct tcmu_mailbox, version", mailbox::VERSION),
        ("struct tcmu_mailbox, cmdr_off", mailbox::START),
        ("struct tcmu_mailbox, cmdr_size", mailbox::SIZE),
        ("struct tcmu_mailbox, cmd_head", mailbox::HEAD),
        ("struct tcmu_mailbox, cmd_tail", mailbox::TAIL),
        ("struct tcmu_cmd_entry, hdr.len_op", entry::LENGTH_AND_KIND),
        ("struct tcmu_cmd_entry, hdr.uflags", entry::FLAGS),
        ("struct tcmu_cmd_entry, req.iov_cnt", entry::PIECES),
        ("struct tcmu_cmd_entry, req.cdb_off", entry::CDB),
        ("struct tcmu_cmd_entry, req.iov", entry::FIRST_PIECE),
        ("struct tcmu_cmd_entry, rsp.scsi_status", entry::STATUS),
        ("struct tcmu_cmd_entry, rsp.read_len", entry::READ_LENGTH),
        ("struct tcmu_cmd_entry, rsp.sense_buffer", entry::SENSE),
    ];
    let mut program = "#include <stddef.h>\n#include <linux/target_core_user.h>\n".to_string();
    for (field, place) in ours {
        writeln!(program, "_Static_assert(offsetof({field}) == {place}, \"{field}\");").expect("strings grow");
    }
    for (what, number) in [
        ("sizeof(struct tcmu_cmd_entry)", entry::SHORTEST as u64),
        ("sizeof(struct tcmu_cmd_entry_hdr)", HEADER as u64),
        ("sizeof(struct iovec)", PIECE as u64),
        ("TCMU_OP_ALIGN_SIZE", ALIGNMENT as u64),
        ("TCMU_MAILBOX_VERSION", VERSION.into()),
        ("TCMU_OP_MASK", KIND_MASK.into()),
        ("TCMU_OP_PAD", KIND_PAD.into()),
        ("TCMU_OP_CMD", KIND_COMMAND.into()),
        ("TCMU_OP_TMR", KIND_ABORT.into()),
        ("TCMU_UFLAG_UNKNOWN_OP", FLAG_UNKNOWN.into()),
        ("TCMU_UFLAG_READ_LEN", FLAG_READ_LENGTH.into()),
    ] {
        writeln!(program, "_Static_assert({what} == {number}, \"{what}\");").expect("strings grow");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("places.c");
    std::fs::write(&source, program).expect("a file");
    let compiled = Command::new("cc").arg("-fsyntax-only").arg(&source).output().expect("cc runs (Debian: gcc)");
    let complaint = String::from_utf8_lossy(&compiled.stderr);
    assert!(compiled.status.success(), "{complaint} (the header is Debian's linux-libc-dev)");
}

#[test]
fn padding_at_the_end_leads_back_to_the_beginning() {
    let mut bytes = memory(136, 904);
    put_write(&mut bytes, 0);
    // 120 bytes of nothing up to the end.
    bytes[START + 904..][..4].copy_from_slice(&120_u32.to_ne_bytes());
    let ring = ring(bytes);
    let order = ring.next().expect("it is in order").expect("one waits");
    assert_eq!(order.at, START);
    ring.answer(&order, &Answer { status: 0, sense: &[], came: None }).expect("it is inside");
    assert_eq!(ring.memory.load(64), Ok(136));
}

#[test]
fn an_entry_of_an_unknown_kind_is_marked_and_passed() {
    let mut bytes = memory(16, 0);
    bytes[START..][..4].copy_from_slice(&(16_u32 | 5).to_ne_bytes());
    let ring = ring(bytes);
    assert_eq!(ring.next(), Ok(None));
    assert_eq!(ring.memory.0.borrow()[START + 7], 1);
    assert_eq!(ring.memory.load(64), Ok(16));
}

#[test]
fn a_mailbox_that_makes_no_sense_is_refused() {
    for (at, number) in [(0, 1), (4, 64), (4, 132), (8, 0), (8, 1020), (8, 0xFFFF_FFF8), (4, 0xFFFF_FFF8)] {
        let mut bytes = memory(0, 0);
        bytes[at..at + 4].copy_from_slice(&u32::to_ne_bytes(number));
        assert!(Ring::new(Bytes(RefCell::new(bytes))).is_err(), "{number} at {at}");
    }
    assert!(Ring::new(Bytes(RefCell::new(vec![0; 8]))).is_err());
}

#[test]
fn an_entry_that_makes_no_sense_is_refused() {
    // Where, what: the length, the number of pieces, where a piece is, how long it is, where the command is.
    let wrong: [(usize, u64); 9] = [
        (0, 1),
        (0, 105),
        (0, 1033),
        (8, 6),
        (48, DATA as u64 + 4000),
        (48, u64::MAX),
        (56, u64::MAX),
        (24, DATA as u64 + 4091),
        (24, u64::MAX),
    ];
    for (offset, number) in wrong {
        let mut bytes = memory(136, 0);
        put_write(&mut bytes, 0);
        let width = if offset < 24 { 4 } else { 8 };
        bytes[START + offset..][..width].copy_from_slice(&number.to_ne_bytes()[..width]);
        let result = ring(bytes).next();
        assert!(result.is_err(), "{number} at {offset}: {result:?}");
    }
    for (head, tail) in [(4, 0), (1024, 0), (0, 1020), (0, 2048), (u32::MAX, 0)] {
        let result = ring(memory(head, tail)).next();
        assert!(result.is_err(), "{head} {tail}: {result:?}");
    }
}

#[test]
fn a_ring_of_nothing_but_padding_ends() {
    let mut bytes = memory(8, 0);
    // Each leads over the head to the next.
    for at in (0..SIZE).step_by(16) {
        bytes[START + at..][..4].copy_from_slice(&16_u32.to_ne_bytes());
    }
    assert!(ring(bytes).next().is_err());
}

#[test]
fn a_command_is_as_long_as_the_kernel_says() {
    // The lengths of Linux's own table, by group.
    let lengths = [0x12, 0x28, 0x5A, 0x60, 0x88, 0xBE, 0xC1, 0xF1].map(command_length);
    assert_eq!(lengths, [6, 10, 10, 12, 16, 12, 10, 10]);
}

proptest! {
    /// Whatever stands in the memory, nothing panics, nothing outside is touched, and it ends.
    #[test]
    fn nothing_in_the_memory_breaks_anything(
        mut bytes in proptest::collection::vec(any::<u8>(), 0..3000),
        start in 0_u32..300,
        size in 0_u32..3000,
        places in any::<[u16; 2]>(),
        hints in proptest::collection::vec((0_usize..3000, 0_u32..300), 0..12),
        answer in proptest::collection::vec(any::<u8>(), 0..120),
    ) {
        if bytes.len() >= 128 {
            bytes[0..2].copy_from_slice(&2_u16.to_ne_bytes());
            bytes[4..8].copy_from_slice(&(start & !7).to_ne_bytes());
            bytes[8..12].copy_from_slice(&(size & !7).to_ne_bytes());
            for (at, place) in [(12, places[0]), (64, places[1])] {
                bytes[at..at + 4].copy_from_slice(&((u32::from(place) % size.max(1)) & !7).to_ne_bytes());
            }
            // Small numbers here and there, so that some entries come near to what entries are.
            for (at, number) in hints {
                if let Some(four) = bytes.get_mut(at..at + 4) {
                    four.copy_from_slice(&number.to_ne_bytes());
                }
            }
        }
        // `Bytes` panics outside of its vector, were a place not checked.
        if let Ok(ring) = Ring::new(Bytes(RefCell::new(bytes))) {
            for _ in 0..50 {
                let Ok(Some(order)) = ring.next() else { break };
                let mut data = vec![0; order.size()];
                ring.fetch(&order, &mut data).expect("it was checked");
                ring.deliver(&order, &data).expect("it was checked");
                let answer = Answer { status: 2, sense: &answer, came: Some(data.len()) };
                ring.answer(&order, &answer).expect("it was checked");
            }
        }
    }

    /// A good ring with some wrong bytes.
    #[test]
    fn a_damaged_entry_breaks_nothing(damage in proptest::collection::vec((0_usize..136, any::<u8>()), 1..6)) {
        let mut bytes = memory(136, 0);
        put_write(&mut bytes, 0);
        for (at, byte) in damage {
            bytes[START + at] = byte;
        }
        let ring = ring(bytes);
        while let Ok(Some(order)) = ring.next() {
            let mut data = vec![0; order.size()];
            ring.fetch(&order, &mut data).expect("it was checked");
            ring.answer(&order, &Answer { status: 0, sense: &[], came: None }).expect("it was checked");
        }
    }
}
