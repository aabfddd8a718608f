//! Good samples, by hand from the layouts of the standard: where the mutations begin.

/// A command's length, the command, and what goes with it.
fn sample(cdb: &[u8], data: &[u8]) -> Vec<u8> {
    let len = u8::try_from(cdb.len()).expect("a command is short");
    [&[len], cdb, data].concat()
}

/// Each opcode that there is, with a field or two set.
pub fn commands() -> Vec<Vec<u8>> {
    (0..=0xFF)
        .filter_map(|opcode: u8| {
            let len = imapi_mmc_transport::Cdb::group_length(opcode)?;
            let mut cdb = vec![0; len];
            cdb[0] = opcode;
            cdb[len - 2] = 0x24;
            Some(cdb)
        })
        .collect()
}

/// Commands and what drives answer.
pub fn replies() -> Vec<Vec<u8>> {
    let inquiry = b"\x05\x80\x06\x02\x1F\0\0\0IMAPI   Virtual Drive   1.00";
    let blank_cd_r = [
        0x00, 0x20, 0x00, 0x01, 0x01, 0x01, 0x01, 0x20, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x61, 0x1A, 0x41, 0x00, 0x4F,
        0x3B, 0x4A, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];
    let invisible_track = [
        0x00, 0x22, 0x01, 0x01, 0x00, 0x07, 0x41, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x05, 0x7D, 0xA9, 0, 0, 0, 0,
        0x00, 0x05, 0x7D, 0xA9, 0, 0, 0, 0, 0, 0, 0, 0,
    ];
    let toc = [
        0x00, 0x1A, 1, 2, 0, 0x14, 1, 0, 0, 0, 0, 0, 0, 0x10, 2, 0, 0, 0, 0x10, 0, 0, 0x14, 0xAA, 0, 0, 0x05, 0x7D,
        0xA9,
    ];
    let full_toc = [
        0x00, 0x2E, 1, 1, 1, 0x14, 0, 0xA0, 0, 0, 0, 0, 1, 0, 0, 1, 0x14, 0, 0xA1, 0, 0, 0, 0, 1, 0, 0, 1, 0x14, 0,
        0xA2, 0, 0, 0, 0, 0x4F, 0x3B, 0x4A, 1, 0x14, 0, 1, 0, 0, 0, 0, 0, 2, 0,
    ];
    let atip = [
        0x00, 0x1A, 0x00, 0x00, 0xD0, 0x40, 0x80, 0x00, 0x61, 0x1A, 0x41, 0x00, 0x4F, 0x3B, 0x4A, 0x00, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0,
    ];
    let cd_text = [&[0x00, 0x14, 0, 0][..], b"\x80\x00\x00\x00Joyful Night\xF0\xF7"].concat();
    let configuration = [
        0, 0, 0, 0x30, 0, 0, 0, 0x41, 0x00, 0x00, 0x03, 0x08, 0x00, 0x41, 0x01, 0, 0x00, 0x43, 0, 0, 0x00, 0x01, 0x0B,
        0x08, 0, 0, 0, 7, 1, 0, 0, 0, 0x00, 0x41, 0x01, 0x08, 0, 0, 0, 0, 0x02, 0, 0, 0, 0x01, 0x07, 0x11, 0x04, 0x1F,
        0, 0, 0,
    ];
    let formats = [0, 0, 0, 0x10, 0x00, 0xBA, 0x74, 0x00, 0x02, 0, 0x08, 0, 0x00, 0xB4, 0x74, 0x00, 0xC0, 0, 0x30, 0];
    let write_speeds = [0, 0, 0, 0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x23, 0x05, 0x3F, 0, 0, 0x46, 0x3F, 0, 0, 0x46, 0x3F];
    let write_parameters = [
        &[0x00, 0x3A, 0, 0, 0, 0, 0, 0, 0x05, 0x32, 0x41, 0x04, 0x08, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x96][..],
        &[0; 36],
    ]
    .concat();
    let capabilities =
        [
            &[
                0x00, 0x2A, 0, 0, 0, 0, 0, 0, 0x2A, 0x22, 0x3F, 0x37, 0xF1, 0x77, 0x29, 0x23, 0x1B, 0x90, 0, 0, 0x08,
                0x00,
            ][..],
            &[0; 22],
        ]
        .concat();
    let disc_structure = [&[0x08, 0x02, 0, 0, 0xA1, 0x0F, 0x02, 0, 0, 0x03, 0, 0][..], &[0; 40]].concat();
    let bd_information = [&[0x10, 0x02, 0, 0][..], b"DI\x01\x08\0\0\0\0BDR1", &[0; 108]].concat();
    vec![
        sample(&[0x03, 0, 0, 0, 18, 0], &[0x70, 0, 2, 0, 0, 0, 0, 0x0A, 0, 0, 0, 0, 4, 4, 0, 0x80, 0x80, 0]),
        sample(&[0x12, 0, 0, 0, 36, 0], inquiry),
        sample(&[0x12, 1, 0x80, 0, 36, 0], b"\x05\x80\0\x04S123"),
        sample(&[0x1A, 0, 0x2A, 0, 0xFF, 0], &[&[0x26, 0, 0, 0][..], &capabilities[8..]].concat()),
        sample(&[0x5A, 0, 0x05, 0, 0, 0, 0, 0, 60, 0], &write_parameters),
        sample(&[0x5A, 0, 0x2A, 0, 0, 0, 0, 1, 0, 0], &capabilities),
        sample(&[0x23, 0, 0, 0, 0, 0, 0, 0, 0xFC, 0], &formats),
        sample(&[0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0], &[0, 0xBA, 0x73, 0xFF, 0, 0, 8, 0]),
        sample(&[0x42, 0, 0x40, 2, 0, 0, 0, 0, 24, 0], b"\0\x15\0\x14\x02\0\0\0\x801234567890123\0\0"),
        sample(&[0x43, 0, 0, 0, 0, 0, 1, 0x03, 0x24, 0], &toc),
        sample(&[0x43, 0, 2, 0, 0, 0, 1, 0x10, 0, 0], &full_toc),
        sample(&[0x43, 0, 4, 0, 0, 0, 0, 0, 28, 0], &atip),
        sample(&[0x43, 0, 5, 0, 0, 0, 0, 0x10, 0, 0], &cd_text),
        sample(&[0x44, 0, 0, 0, 0, 16, 0, 0, 8, 0], &[1, 0, 0, 0, 0, 0, 0, 16]),
        sample(&[0x46, 0, 0, 0, 0, 0, 0, 0x10, 0, 0], &configuration),
        sample(&[0x4A, 1, 0, 0, 0x10, 0, 0, 0, 8, 0], &[0, 6, 4, 0x5E, 2, 2, 0, 0]),
        sample(&[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0], &blank_cd_r),
        sample(&[0x52, 1, 0, 0, 0, 0xFF, 0, 0, 36, 0], &invisible_track),
        sample(&[0x5C, 0, 0, 0, 0, 0, 0, 0, 12, 0], &[0, 0x0A, 0, 0, 0, 0x20, 0, 0, 0, 0x20, 0, 0]),
        sample(&[0xAC, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 0], &write_speeds),
        sample(&[0xAD, 0, 0, 0, 0, 0, 0, 0, 0x08, 0x04, 0, 0], &disc_structure),
        sample(&[0xAD, 1, 0, 0, 0, 0, 0, 0, 0x10, 0x04, 0, 0], &bd_information),
        sample(&[0xBD, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0], &[0, 0x20, 0, 0, 0, 0, 0, 0]),
        sample(&[0xAB, 1, 0, 0, 0, 0, 0, 0, 0, 24, 0, 0], b"\0\0\0\x08SERIAL01"),
    ]
}

/// Commands and what programs send along.
pub fn parameters() -> Vec<Vec<u8>> {
    let write_parameters =
        [&[0, 0, 0, 0, 0, 0, 0, 0, 0x05, 0x32, 0x42, 0x00, 0x08, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x96][..], &[0; 36]]
            .concat();
    let cue =
        [0x01, 0, 0, 1, 0, 0, 0, 0, 0x01, 1, 0, 0, 0, 0, 0, 0, 0x01, 1, 1, 0, 0, 0, 2, 0, 0x01, 0xAA, 1, 1, 0, 4, 0, 0];
    let streaming =
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0xBA, 0x73, 0xFF, 0, 0, 0x46, 0x3F, 0, 0, 3, 0xE8, 0, 0, 0x46, 0x3F, 0, 0, 3, 0xE8];
    vec![
        sample(&[0x04, 0x11, 0, 0, 0, 0], &[0, 0x82, 0, 8, 0, 0xBA, 0x74, 0, 0x98, 0, 0, 0]),
        sample(&[0x15, 0x10, 0, 0, 56, 0], &[&[0, 0, 0, 0][..], &write_parameters[8..]].concat()),
        sample(&[0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0], &write_parameters),
        sample(&[0x54, 1, 0, 0, 0, 0, 0, 0, 8, 0], &[0x10, 0xE0, 1, 2, 3, 4, 5, 6]),
        sample(&[0x5D, 0, 0, 0, 0, 0, 0, 0, 32, 0], &cue),
        sample(&[0xB6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 28, 0], &streaming),
        sample(&[0xBF, 0, 0, 0, 0, 0, 0, 0x20, 0, 12, 0, 0], &[0, 10, 0, 0, 0, 0, 0, 0, 0, 0x1F, 0xD8, 0]),
    ]
}

/// Sense in both forms.
pub fn senses() -> Vec<Vec<u8>> {
    vec![
        vec![0x70, 0, 2, 0, 0, 0, 0, 0x0A, 0, 0, 0, 0, 4, 4, 0, 0x80, 0x80, 0],
        vec![0xF1, 0, 3, 0, 0, 0x10, 0, 0x0A, 0, 0, 0, 0, 0x0C, 0x09, 0, 0, 0, 0],
        vec![0x70, 0, 5, 0, 0, 0, 0, 0x0A, 0, 0, 0, 0, 0x24, 0, 0, 0xC9, 0, 2],
        vec![0x72, 3, 0x11, 0, 0, 0, 0, 12, 0, 10, 0x80, 0, 0, 0, 0, 0, 0, 0, 0x10, 0],
        vec![0x72, 2, 4, 4, 0, 0, 0, 8, 2, 6, 0, 0, 0x80, 0x40, 0, 0],
    ]
}

/// A recording of two commands.
pub fn recordings() -> Vec<Vec<u8>> {
    let lines = concat!(
        r#"{"trace":"imapi-mmc","version":1,"drive":"/dev/sr0","limits":{"page_aligned_transfer":65536,"transfer":65536,"alignment":1}}"#,
        "\n",
        r#"{"name":"TEST UNIT READY","cdb":"00 00 00 00 00 00","status":2,"sense":"70 00 02 00 00 00 00 0A","at_us":17,"took_us":950,"timeout_ms":30000}"#,
        "\n",
        r#"{"name":"INQUIRY","cdb":"12 00 00 00 04 00","direction":"in","length":4,"transferred":4,"status":0,"at_us":2000,"took_us":50,"timeout_ms":30000,"data":"05800602"}"#,
        "\n",
    );
    vec![lines.as_bytes().to_vec()]
}

/// A script of faults.
pub fn scripts() -> Vec<Vec<u8>> {
    let script = r#"{"seed": 7, "faults": [
        {"when": {"opcode": "2A", "nth": 3}, "what": {"sense": {"code": "2/04/08"}}, "times": 5},
        {"when": {"access": "read", "blocks": {"first": 16, "last": 18}}, "what": {"sense": {"code": "3/11/00"}}, "times": "always"},
        {"when": {"command": 40}, "what": "time_out", "carried_out": true}
    ]}"#;
    vec![script.as_bytes().to_vec()]
}
