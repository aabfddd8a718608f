//! What every command, answer and page must hold, said once for the tests of all of them.

use std::fmt;

use crate::{BadReply, Cdb, Command, InvalidField, Notes, Query, Submit};

/// The command is these bytes, and these bytes are the command.
#[track_caller]
pub(crate) fn is_encoded_as<C: Command>(command: &C, bytes: &[u8]) {
    assert_eq!(command.to_cdb().as_bytes(), bytes, "{}: encoded", C::NAME);
    assert_eq!(decoded::<C>(bytes).as_ref(), Ok(command), "{}: decoded", C::NAME);
    assert_eq!(bytes.first(), Some(&C::OPCODE), "{}: opcode", C::NAME);
    assert_eq!(Cdb::group_length(C::OPCODE), Some(bytes.len()), "{}: length", C::NAME);
}

/// The command that these bytes are.
pub(crate) fn decoded<C: Command>(bytes: &[u8]) -> Result<C, InvalidField> {
    C::from_cdb(&Cdb::new(bytes).expect("a test gives 6 to 16 bytes"))
}

/// Any bytes after the opcode are refused, or are a value that survives being encoded.
#[track_caller]
pub(crate) fn takes_any_bytes<C: Command>(mut bytes: impl AsMut<[u8]>) {
    let bytes = bytes.as_mut();
    bytes[0] = C::OPCODE;
    let len = Cdb::group_length(C::OPCODE).expect("none of these commands is a vendor's").min(bytes.len());
    if let Ok(command) = decoded::<C>(&bytes[..len]) {
        assert_eq!(C::from_cdb(&command.to_cdb()).as_ref(), Ok(&command), "{}", C::NAME);
        let _ = command.timeout();
    }
}

/// The answer is these bytes, these bytes are the answer, and nothing about them is odd.
#[track_caller]
pub(crate) fn is_answered_by<Q: Query>(query: &Q, reply: &Q::Reply, bytes: &[u8]) {
    let mut notes = Notes::new();
    assert_eq!(query.decode_reply(bytes, &mut notes).as_ref(), Ok(reply), "{}: decoded", Q::NAME);
    assert_eq!(query.encode_reply(reply), bytes, "{}: encoded", Q::NAME);
    assert!(notes.is_empty(), "{}: {notes:?}", Q::NAME);
}

/// What an answer of each length is: refused as too short, or understood. Returns the lengths that are understood.
#[track_caller]
pub(crate) fn understood_prefixes<Q: Query>(query: &Q, whole: &[u8]) -> Vec<usize> {
    (0..=whole.len())
        .filter(|&len| match query.decode_reply(&whole[..len], &mut Notes::new()) {
            Ok(_) => true,
            Err(BadReply::Short { need, got }) => {
                assert!(got == len && need > len && need <= whole.len(), "{}: {need} of {got}", Q::NAME);
                false
            }
            Err(other) => panic!("{}: {len} bytes: {other}", Q::NAME),
        })
        .collect()
}

/// Any bytes are refused, or are an answer that survives being encoded.
#[track_caller]
pub(crate) fn understands_any_answer<Q: Query>(query: &Q, bytes: &[u8]) {
    if let Ok(reply) = query.decode_reply(bytes, &mut Notes::new()) {
        let again = query.decode_reply(&query.encode_reply(&reply), &mut Notes::new());
        assert_eq!(again.as_ref(), Ok(&reply), "{}", Q::NAME);
    }
}

/// Any bytes are refused, or are parameters that survive being encoded.
#[track_caller]
pub(crate) fn takes_any_parameters<S: Submit>(command: &S, bytes: &[u8]) {
    if let Ok(params) = command.decode_params(bytes) {
        let again = command.decode_params(&S::encode_params(&params));
        assert_eq!(again.as_ref(), Ok(&params), "{}", S::NAME);
    }
}

/// The answer is refused below so many bytes and understood from there on, whatever is missing at its end.
pub(crate) fn answer_needs<Q: Query>(query: &Q, bytes: &[u8], mandatory: usize) {
    for len in 0..=bytes.len() {
        let decoded = query.decode_reply(&bytes[..len], &mut Notes::new());
        assert_eq!(decoded.is_ok(), len >= mandatory, "{len} of {} bytes: {decoded:?}", bytes.len());
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
