//! Whole sectors, as two programs that we did not write make them.
//!
//! Expected values come from the sector coders of libburn and of cdrkit, which were compiled and run on the same input: data
//! byte i is the lowest byte of i, and the address is 0.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use imapi_cd_sector::{Content, Header, SECTOR_LEN, Sector, SectorView, Subheader, Submode, scramble::scramble};
use imapi_disc_types::Lba;

fn counting<const LEN: usize>() -> [u8; LEN] {
    std::array::from_fn(|at| at.to_le_bytes()[0])
}

fn encoded(content: &Content<'_>, address: Lba) -> Sector {
    // What was there before must not shine through.
    let mut sector = [0xA5; SECTOR_LEN];
    content.encode(address, &mut sector).expect("an address with a time");
    let view = SectorView::of(&sector).expect("a sector of a known mode");
    assert_eq!(view.verify(), Ok(()));
    assert_eq!(view.content(), *content);
    assert_eq!(view.header().and_then(Header::address), Some(address));
    sector
}

/// By the program of coreutils: a checksum of our own would judge ourselves.
fn sha256(bytes: &[u8]) -> String {
    let mut child = Command::new("sha256sum")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("sha256sum is part of every system that has coreutils");
    child.stdin.take().expect("piped").write_all(bytes).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    String::from_utf8(output.stdout).expect("hexadecimal")[..64].to_owned()
}

const PLAIN_DATA: Subheader = Subheader { file: 0, channel: 0, submode: Submode::DATA, coding: 0 };

#[test]
fn mode_1() {
    let mut sector = encoded(&Content::Mode1(&counting()), Lba(0));
    assert_eq!(sector[2064..2068], [0x27, 0x97, 0x39, 0xE6]);
    assert_eq!(sector[2076..2084], [0x42, 0x13, 0xC7, 0x94, 0x21, 0x72, 0xD5, 0x86]);
    assert_eq!(sector[2248..2256], [0x46, 0xE9, 0x44, 0x86, 0xF1, 0x2A, 0xE2, 0x0B]);
    assert_eq!(sector[2348..], [0xD0, 0x7C, 0x65, 0x23]);
    assert_eq!(sha256(&sector), "f6a94f686e87d4dd2816703689017aa16078564724f033e97eb0faa23cb1adb3");

    scramble(&mut sector);
    assert_eq!(sector[12..20], [0x01, 0x82, 0x00, 0x61, 0x00, 0x29, 0x02, 0x1D]);
    assert_eq!(sha256(&sector), "0b2aa5fbfbdb6750d2f3871cb33b5286d5d6df5dcdeda31ae88258a66bcf2c17");
}

#[test]
fn mode_1_of_zeros() {
    let sector = encoded(&Content::Mode1(&[0; 2048]), Lba(0));
    assert_eq!(sector[2064..2068], [0xC5, 0x13, 0x68, 0x2B]);
    assert_eq!(sector[2076..2084], [0x00, 0xF7, 0x00, 0xF5, 0x00, 0x00, 0x00, 0x00]);
    assert_eq!(sector[2248..2256], [0x00, 0x41, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00]);
    assert_eq!(sector[2348..], [0x00, 0xC1, 0x00, 0x12]);
}

#[test]
fn mode_2_form_1() {
    let sector = encoded(&Content::Mode2Form1(PLAIN_DATA, &counting()), Lba(0));
    assert_eq!(sector[2072..2076], [0xE9, 0x0C, 0xD0, 0x59]);
    assert_eq!(sector[2076..2084], [0x59, 0xFF, 0x7F, 0xD9, 0xA8, 0x0E, 0x3F, 0x62]);
    assert_eq!(sector[2248..2256], [0x13, 0xFD, 0x68, 0xAA, 0x3F, 0xE4, 0x00, 0xE9]);
    assert_eq!(sector[2348..], [0x61, 0x61, 0xD3, 0x87]);
    assert_eq!(sha256(&sector), "dc34c41e0727a097f0b4b1d0e2cd4cc22de2b63e96532f2b84a656414899a4ba");
}

#[test]
fn mode_2_form_2() {
    let form_2 = Subheader { submode: Submode::FORM_2, ..Subheader::default() };
    let sector = encoded(&Content::Mode2Form2(form_2, &counting()), Lba(0));
    assert_eq!(sector[16..24], [0, 0, 0x20, 0, 0, 0, 0x20, 0]);
    assert_eq!(sector[2348..], [0xBC, 0x8D, 0xD9, 0x95]);
}

/// Addresses and times of the reference's table, in the digits of a header.
#[test]
fn headers_tell_the_time_even_in_the_lead_in() {
    let rows = [
        (0, [0x00, 0x02, 0x00]),
        (-150, [0x00, 0x00, 0x00]),
        (-151, [0x99, 0x59, 0x74]),
        (-4501, [0x99, 0x01, 0x74]),
        (-11_635, [0x97, 0x26, 0x65]),
        (359_849, [0x79, 0x59, 0x74]),
    ];
    for (address, time) in rows {
        for (content, mode) in [(Content::Mode0, 0), (Content::Mode1(&[1; 2048]), 1), (Content::Mode2(&counting()), 2)]
        {
            let sector = encoded(&content, Lba(address));
            assert_eq!((&sector[12..15], sector[15]), (&time[..], mode));
        }
    }
}
