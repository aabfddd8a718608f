//! What the tests of every command and of every answer ask, said once. Compiled for tests only.

use std::fmt;

use crate::{Cdb, Command, Notes, Query};

/// The value gives these bytes, and these bytes give the value.
pub(crate) fn command_is<C: Command>(command: &C, bytes: &[u8]) {
    let cdb = Cdb::new(bytes).expect("the test's bytes are a command");
    assert_eq!(cdb.opcode(), C::OPCODE);
    assert_eq!(Cdb::group_length(C::OPCODE), Some(bytes.len()), "{} has another length", C::NAME);
    assert_eq!(command.to_cdb(), cdb, "encoded");
    assert_eq!(C::from_cdb(&cdb).as_ref(), Ok(command), "decoded");
}

/// Whatever the bytes after the opcode are, they are refused, or the command that they are keeps its meaning.
pub(crate) fn any_command<C: Command>(mut bytes: [u8; Cdb::LONGEST]) {
    bytes[0] = C::OPCODE;
    let len = Cdb::group_length(C::OPCODE).expect("the opcode's group has a length");
    let cdb = Cdb::new(&bytes[..len]).expect("a length of the standard");
    if let Ok(command) = C::from_cdb(&cdb) {
        assert_eq!(C::from_cdb(&command.to_cdb()), Ok(command));
    }
}

/// The answer gives these bytes, and these bytes give the answer, with nothing odd about it.
pub(crate) fn answer_is<Q: Query>(query: &Q, reply: &Q::Reply, bytes: &[u8]) {
    let mut notes = Notes::new();
    assert_eq!(query.decode_reply(bytes, &mut notes).as_ref(), Ok(reply), "decoded");
    assert_eq!(notes, Notes::new());
    assert_eq!(query.encode_reply(reply), bytes, "encoded");
}

/// The answer is refused below so many bytes and understood from there on, whatever is missing at its end.
pub(crate) fn answer_needs<Q: Query>(query: &Q, bytes: &[u8], mandatory: usize) {
    for len in 0..=bytes.len() {
        let decoded = query.decode_reply(&bytes[..len], &mut Notes::new());
        assert_eq!(decoded.is_ok(), len >= mandatory, "{len} of {} bytes: {decoded:?}", bytes.len());
    }
}

/// Whatever the bytes are, they are refused, or the answer that they are keeps its meaning.
pub(crate) fn any_answer<Q: Query>(query: &Q, bytes: &[u8]) {
    if let Ok(reply) = query.decode_reply(bytes, &mut Notes::new()) {
        keeps_meaning(&reply, |reply| query.encode_reply(reply), |bytes| query.decode_reply(bytes, &mut Notes::new()));
    }
}

/// What is encoded and decoded again is the same.
pub(crate) fn keeps_meaning<T: fmt::Debug + PartialEq, E: fmt::Debug + PartialEq>(
    value: &T,
    encode: impl Fn(&T) -> Vec<u8>,
    decode: impl Fn(&[u8]) -> Result<T, E>,
) {
    let bytes = encode(value);
    assert_eq!(decode(&bytes).as_ref(), Ok(value), "through {bytes:02X?}");
}
