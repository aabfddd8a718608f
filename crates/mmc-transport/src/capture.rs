//! Recorded commands as a network capture, so that programs of other people can say what our bytes mean.
//!
//! A [`Capture`] is a classic pcap file with one TCP connection on which an iSCSI initiator sends the commands to a
//! target (RFC 7143). Wireshark and tshark take SCSI and MMC apart; as the file has no login, they may have to be told
//! that the device is no hard disk: `-o 'scsi.decode_scsi_messages_as:Multimedia Device'` (an INQUIRY with its answer
//! before the other commands says it too).
//!
//! Data that the recording has as a digest only are left out. A command without an answer has none here either.

use std::{
    io::{self, Write},
    time::Duration,
};

use crate::{
    Status,
    trace::{Direction, Outcome, Payload, Record},
};

/// Writes a capture.
#[derive(Debug)]
pub struct Capture<W> {
    to: W,
    initiator: End,
    target: End,
    commands: u32,
    answers: u32,
    packets: u16,
}

/// One end of the connection.
#[derive(Debug)]
struct End {
    address: [u8; 4],
    port: u16,
    /// The sequence number of its next byte.
    next: u32,
}

#[derive(Clone, Copy)]
enum Sender {
    Initiator,
    Target,
}

/// An address without a network: TEST-NET-1 of RFC 5737.
const INITIATOR: [u8; 4] = [192, 0, 2, 1];
const TARGET: [u8; 4] = [192, 0, 2, 2];
const ISCSI_PORT: u16 = 3260;
/// Bytes of one packet; with its headers it stays below the 65,535 that an IP packet can have.
const SEGMENT: usize = 32_768;

/// Offsets in the basic header segment of 48 bytes (RFC 7143, 11.2).
mod field {
    pub(super) const OPCODE: usize = 0;
    pub(super) const FLAGS: usize = 1;
    pub(super) const STATUS: usize = 3;
    /// Three bytes.
    pub(super) const DATA_LENGTH: usize = 5;
    pub(super) const TASK: usize = 16;
    /// Of a command.
    pub(super) const EXPECTED_LENGTH: usize = 20;
    /// Of data.
    pub(super) const TRANSFER_TAG: usize = 20;
    pub(super) const NUMBER: usize = 24;
    pub(super) const EXPECTED_NUMBER: usize = 28;
    pub(super) const LAST_NUMBER: usize = 32;
    pub(super) const CDB: usize = 32;
    pub(super) const RESIDUAL: usize = 44;
    pub(super) const LEN: usize = 48;
}

mod opcode {
    pub(super) const COMMAND: u8 = 0x01;
    pub(super) const DATA_OUT: u8 = 0x05;
    pub(super) const RESPONSE: u8 = 0x21;
    pub(super) const DATA_IN: u8 = 0x25;
}

mod flag {
    pub(super) const FINAL: u8 = 0x80;
    pub(super) const READ: u8 = 0x40;
    pub(super) const WRITE: u8 = 0x20;
    /// One task after the other.
    pub(super) const SIMPLE: u8 = 0x01;
    pub(super) const UNDERFLOW: u8 = 0x02;
}

impl<W: Write> Capture<W> {
    /// A capture without commands.
    pub fn new(mut to: W) -> io::Result<Self> {
        // Magic number, version 2.4, zone, accuracy, longest packet, LINKTYPE_RAW: packets begin with the IP header.
        let header: [u32; 6] = [0xA1B2_C3D4, 0x0002_0004, 0, 0, 0x0004_0000, 101];
        for field in header {
            to.write_all(&field.to_be_bytes())?;
        }
        let end = |address, port| End { address, port, next: 1 };
        let (initiator, target) = (end(INITIATOR, 49_152), end(TARGET, ISCSI_PORT));
        Ok(Self { to, initiator, target, commands: 0, answers: 0, packets: 0 })
    }

    /// Adds a command with its data and its answer.
    pub fn add(&mut self, record: &Record) -> io::Result<()> {
        self.commands = self.commands.wrapping_add(1);
        self.command(record)?;
        let data: &[u8] = match &record.data {
            Payload::Bytes(bytes) => bytes,
            Payload::Digest(_) => &[],
        };
        if record.direction == Direction::Out && !data.is_empty() {
            let pdu = self.pdu(opcode::DATA_OUT, flag::FINAL, |_| ());
            self.send(Sender::Initiator, record.at, &pdu, data)?;
        }
        let Outcome::Completed(completion) = &record.outcome else { return Ok(()) };
        let end = record.at.saturating_add(record.took);
        if record.direction == Direction::In && !data.is_empty() {
            let pdu = self.pdu(opcode::DATA_IN, flag::FINAL, |_| ());
            self.send(Sender::Target, end, &pdu, data)?;
        }
        let missing = len32(record.length.saturating_sub(completion.transferred));
        let sense = completion.sense.as_ref().map_or(&[][..], |sense| sense.as_bytes());
        self.respond(end, completion.status, missing, sense)
    }

    /// Hands what was added to the sink on to where the sink writes.
    pub fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }

    /// The sink, with all that was added.
    pub fn finish(mut self) -> io::Result<W> {
        self.to.flush()?;
        Ok(self.to)
    }

    fn command(&mut self, record: &Record) -> io::Result<()> {
        let way = match record.direction {
            Direction::None => 0,
            Direction::In => flag::READ,
            Direction::Out => flag::WRITE,
        };
        let pdu = self.pdu(opcode::COMMAND, flag::FINAL | flag::SIMPLE | way, |pdu| {
            put(pdu, field::EXPECTED_LENGTH, &len32(record.length).to_be_bytes());
            put(pdu, field::CDB, record.cdb.padded());
        });
        self.send(Sender::Initiator, record.at, &pdu, &[])
    }

    fn respond(&mut self, at: Duration, status: Status, missing: u32, sense: &[u8]) -> io::Result<()> {
        self.answers = self.answers.wrapping_add(1);
        let underflow = if missing > 0 { flag::UNDERFLOW } else { 0 };
        let pdu = self.pdu(opcode::RESPONSE, flag::FINAL | underflow, |pdu| {
            put(pdu, field::STATUS, &[status.0]);
            put(pdu, field::RESIDUAL, &missing.to_be_bytes());
        });
        // Sense has its length before it.
        let mut data = Vec::new();
        if let (false, Ok(len)) = (sense.is_empty(), u16::try_from(sense.len())) {
            data.extend(len.to_be_bytes());
            data.extend(sense);
        }
        self.send(Sender::Target, at, &pdu, &data)
    }

    /// A header with what all have, and what `more` puts into it.
    fn pdu(&self, opcode: u8, flags: u8, more: impl FnOnce(&mut [u8; field::LEN])) -> [u8; field::LEN] {
        let mut pdu = [0; field::LEN];
        put(&mut pdu, field::OPCODE, &[opcode]);
        put(&mut pdu, field::FLAGS, &[flags]);
        put(&mut pdu, field::TASK, &self.commands.to_be_bytes());
        let (command, answer) = (self.commands.to_be_bytes(), self.answers.wrapping_add(1).to_be_bytes());
        match opcode {
            opcode::COMMAND => {
                put(&mut pdu, field::NUMBER, &command);
                put(&mut pdu, field::EXPECTED_NUMBER, &answer);
            }
            opcode::DATA_OUT => {
                put(&mut pdu, field::TRANSFER_TAG, &[0xFF; 4]);
                put(&mut pdu, field::EXPECTED_NUMBER, &answer);
            }
            _ => {
                let next = self.commands.wrapping_add(1).to_be_bytes();
                put(&mut pdu, field::NUMBER, &self.answers.to_be_bytes());
                put(&mut pdu, field::EXPECTED_NUMBER, &next);
                put(&mut pdu, field::LAST_NUMBER, &next);
                if opcode == opcode::DATA_IN {
                    put(&mut pdu, field::TRANSFER_TAG, &[0xFF; 4]);
                    // The status, and with it the number of the answer, come in a response of their own.
                    put(&mut pdu, field::NUMBER, &[0; 4]);
                }
            }
        }
        more(&mut pdu);
        pdu
    }

    /// Sends a header and its data segment, padded to four bytes.
    fn send(&mut self, from: Sender, at: Duration, pdu: &[u8; field::LEN], data: &[u8]) -> io::Result<()> {
        let mut bytes = pdu.to_vec();
        put(&mut bytes, field::DATA_LENGTH, &len32(data.len()).to_be_bytes()[1..]);
        bytes.extend(data);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes.chunks(SEGMENT).try_for_each(|segment| self.packet(from, at, segment))
    }

    fn packet(&mut self, from: Sender, at: Duration, segment: &[u8]) -> io::Result<()> {
        self.packets = self.packets.wrapping_add(1);
        let (source, destination) = match from {
            Sender::Initiator => (&mut self.initiator, &self.target),
            Sender::Target => (&mut self.target, &self.initiator),
        };
        let packet = ip_packet(source, destination, self.packets, segment);
        source.next = source.next.wrapping_add(len32(segment.len()));
        let len = len32(packet.len());
        // Seconds are counted modulo 2^32, as the format has it.
        let seconds = u32::try_from(at.as_secs() & 0xFFFF_FFFF).unwrap_or_default();
        for field in [seconds, at.subsec_micros(), len, len] {
            self.to.write_all(&field.to_be_bytes())?;
        }
        self.to.write_all(&packet)
    }
}

/// An IPv4 packet with a TCP segment, both with their checksums (RFC 791, RFC 9293).
fn ip_packet(source: &End, destination: &End, number: u16, segment: &[u8]) -> Vec<u8> {
    const IP: usize = 20;
    const TCP: usize = 20;
    // SEGMENT keeps it below.
    let len = u16::try_from(IP + TCP + segment.len()).unwrap_or(u16::MAX);
    let tcp_len = len.saturating_sub(20);

    let mut tcp = vec![0; TCP];
    put(&mut tcp, 0, &source.port.to_be_bytes());
    put(&mut tcp, 2, &destination.port.to_be_bytes());
    put(&mut tcp, 4, &source.next.to_be_bytes());
    put(&mut tcp, 8, &destination.next.to_be_bytes());
    // Five words of header; ACK and PSH; the window.
    put(&mut tcp, 12, &[0x50, 0x18, 0xFF, 0xFF]);
    tcp.extend(segment);
    let [high, low] = tcp_len.to_be_bytes();
    let pseudo = [&source.address[..], &destination.address, &[0, 6, high, low]].concat();
    let sum = checksum(&[&pseudo, &tcp]);
    put(&mut tcp, 16, &sum.to_be_bytes());

    let mut packet = vec![0; IP];
    // Version 4, five words.
    put(&mut packet, 0, &[0x45]);
    put(&mut packet, 2, &len.to_be_bytes());
    put(&mut packet, 4, &number.to_be_bytes());
    // Not to be fragmented; 64 hops; TCP.
    put(&mut packet, 6, &[0x40, 0, 64, 6]);
    put(&mut packet, 12, &source.address);
    put(&mut packet, 16, &destination.address);
    let sum = checksum(&[&packet]);
    put(&mut packet, 10, &sum.to_be_bytes());
    packet.extend(tcp);
    packet
}

/// The checksum of the Internet (RFC 1071). Every part but the last has an even number of bytes.
fn checksum(parts: &[&[u8]]) -> u16 {
    let mut sum: u32 = 0;
    for pair in parts.iter().flat_map(|part| part.chunks(2)) {
        let word = u16::from_be_bytes([pair[0], pair.get(1).copied().unwrap_or(0)]);
        sum += u32::from(word);
        sum = (sum & 0xFFFF) + (sum >> 16);
    }
    !u16::try_from(sum & 0xFFFF).unwrap_or_default()
}

fn put(bytes: &mut [u8], at: usize, what: &[u8]) {
    bytes[at..at + what.len()].copy_from_slice(what);
}

/// No command carries 4 GiB; a length that says so is a mistake that the capture shows.
fn len32(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cdb, Completion};

    fn record(data: Vec<u8>, outcome: Outcome) -> Record {
        Record {
            at: Duration::from_millis(1500),
            took: Duration::ZERO,
            timeout: Duration::ZERO,
            cdb: Cdb::six([0x12, 0, 0, 0, 36, 0]),
            direction: Direction::In,
            length: data.len(),
            data: Payload::Bytes(data),
            outcome,
        }
    }

    /// The example of RFC 1071, section 3, and the IPv4 header that many books have.
    #[test]
    fn the_checksum_is_that_of_the_internet() {
        assert_eq!(checksum(&[&[0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7]]), !0xDDF2);
        let header = [
            0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11, 0, 0, 0xC0, 0xA8, 0x00, 0x01, 0xC0, 0xA8, 0x00,
            0xC7,
        ];
        assert_eq!(checksum(&[&header]), 0xB861);
    }

    #[test]
    fn a_command_is_where_the_standards_put_it() {
        let mut capture = Capture::new(Vec::new()).expect("memory");
        capture.add(&record(vec![], Outcome::Failed(crate::trace::Failure::Gone {}))).expect("memory");
        let bytes = capture.finish().expect("memory");
        assert_eq!(bytes[..8], [0xA1, 0xB2, 0xC3, 0xD4, 0, 2, 0, 4]);
        // 24 bytes of file, 16 of packet, 20 of IP, 20 of TCP, then the command.
        assert_eq!(bytes.len(), 24 + 16 + 20 + 20 + 48);
        assert_eq!(bytes[24..40], [0, 0, 0, 1, 0, 7, 0xA1, 0x20, 0, 0, 0, 88, 0, 0, 0, 88]);
        assert_eq!(bytes[80..82], [0x01, 0xC1]);
        assert_eq!(bytes[112..118], [0x12, 0, 0, 0, 36, 0]);
    }

    #[test]
    fn much_data_go_in_several_packets() {
        let data = vec![0x5A; 200_000];
        let outcome = Outcome::Completed(Completion::good(data.len()));
        let mut capture = Capture::new(Vec::new()).expect("memory");
        capture.add(&record(data, outcome)).expect("memory");
        // The command, the response, and 200,048 bytes in seven.
        assert_eq!(capture.packets, 9);
    }
}
