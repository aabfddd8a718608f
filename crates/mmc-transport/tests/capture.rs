//! Our captures, read by tshark: commands and answers are made by hand from the tables of the standard, and each row
//! says which fields they must be.

mod tshark;

use imapi_mmc_transport::Cdb;
use tshark::{INQUIRY_DATA, dissect, dissect_out, dissect_refused, must_have};

#[track_caller]
fn check(cdb: &[u8], data_in: &[u8], expected: &[(&str, i64)]) {
    let fields = dissect(&Cdb::new(cdb).expect("a command"), data_in);
    must_have(&fields, &[("iscsi.scsiresponse.status", 0)]);
    must_have(&fields, expected);
}

#[test]
fn inquiry() {
    let fields = dissect(&Cdb::six([0x12, 0, 0, 0, 36, 0]), &INQUIRY_DATA);
    must_have(&fields, &[("scsi_mmc.opcode", 0x12), ("scsi.inquiry.devtype", 5), ("scsi.inquiry.removable", 1)]);
    assert_eq!(fields["scsi.inquiry.vendor_id"], ["IMAPI   "]);
    assert_eq!(fields["scsi.inquiry.product_id"], ["Virtual Drive   "]);
}

/// The reply is that of a blank CD-R of 80 minutes.
#[test]
fn read_disc_information() {
    let data = [
        0x00, 0x20, 0x00, 0x01, 0x01, 0x01, 0x01, 0x20, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x61, 0x1A, 0x41, 0x00, 0x4F,
        0x3B, 0x4A, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];
    check(
        &[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0],
        &data,
        &[
            ("scsi_mmc.opcode", 0x51),
            ("scsi.cdb.alloclen16", 34),
            ("scsi_mmc.data_length", 32),
            ("scsi_mmc.disc_info.disk_status", 0),
            ("scsi_mmc.disc_info.state_of_last_session", 0),
            ("scsi_mmc.disc_info.erasable", 0),
            ("scsi_mmc.first_track", 1),
            ("scsi_mmc.disc_info.number_of_sessions", 1),
            ("scsi_mmc.disc_info.first_track_in_last_session", 1),
            ("scsi_mmc.disc_info.last_track_in_last_session", 1),
            ("scsi_mmc.disc_info.uru", 1),
            ("scsi_mmc.disc_info.did_v", 0),
            ("scsi_mmc.disc_info.disc_type", 0xFF),
            ("scsi_mmc.disc_info.last_session_lead_in_start_address", 0x0061_1A41),
            ("scsi_mmc.disc_info.last_possible_lead_out_start_address", 0x004F_3B4A),
        ],
    );
}

/// The reply is that of the invisible track of the same disc.
#[test]
fn read_track_information() {
    let data = [
        0x00, 0x22, 0x01, 0x01, 0x00, 0x07, 0x41, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x05, 0x7D, 0xA9, 0, 0, 0, 0,
        0x00, 0x05, 0x7D, 0xA9, 0, 0, 0, 0, 0, 0, 0, 0,
    ];
    check(
        &[0x52, 1, 0, 0, 0, 0xFF, 0, 0, 36, 0],
        &data,
        &[
            ("scsi_mmc.opcode", 0x52),
            ("scsi_mmc.rti.address_type", 1),
            ("scsi_mmc.track", 0xFF),
            ("scsi.cdb.alloclen16", 36),
            ("scsi_mmc.rti.track_mode", 7),
            ("scsi_mmc.rti.data_mode", 1),
            ("scsi_mmc.rti.blank", 1),
            ("scsi_mmc.rti.nwa_v", 1),
            ("scsi_mmc.rti.lra_v", 0),
            ("scsi_mmc.track_start_address", 0),
            ("scsi_mmc.next_writable_address", 0),
            ("scsi_mmc.free_blocks", 0x0005_7DA9),
            ("scsi_mmc.track_size", 0x0005_7DA9),
        ],
    );
}

/// Two features of a drive with a CD-R: incremental writing with one link size, and session at once.
#[test]
fn get_configuration() {
    let data = [
        0, 0, 0, 24, 0, 0, 0x00, 0x09, // header: 24 bytes follow, CD-R
        0x00, 0x21, 0x0D, 8, 0x01, 0x02, 0x01, 1, 7, 0, 0, 0, // version 3, current; BUF, one link size: 7
        0x00, 0x2E, 0x01, 4, 0x67, 0x00, 0x0C, 0x98, // BUF, SAO, test, CD-RW, R-W; 3,224 bytes of cue sheet
    ];
    check(
        &[0x46, 2, 0, 0x21, 0, 0, 0, 1, 0, 0],
        &data,
        &[
            ("scsi_mmc.opcode", 0x46),
            ("scsi_mmc.getconf.rt", 2),
            ("scsi_mmc.getconf.starting_feature", 0x21),
            ("scsi.cdb.alloclen16", 256),
            ("scsi_mmc.getconf.current_profile", 9),
            ("scsi_mmc.feature", 0x21),
            ("scsi_mmc.feature.version", 3),
            ("scsi_mmc.feature.dts", 0x0102),
            ("scsi_mmc.feature.isw.buf", 1),
            ("scsi_mmc.feature.isw.num_linksize", 1),
            ("scsi_mmc.feature.isw.linksize", 7),
            ("scsi_mmc.feature", 0x2E),
            ("scsi_mmc.feature.sao.sao", 1),
            ("scsi_mmc.feature.sao.raw", 0),
            ("scsi_mmc.feature.sao.mcsl", 3224),
        ],
    );
}

#[test]
fn read_toc() {
    let data = [
        0, 18, 1, 1, // first and last track
        0, 0x14, 1, 0, 0, 0, 0, 0, // a data track at 0
        0, 0x14, 0xAA, 0, 0x00, 0x01, 0x02, 0x03, // lead-out
    ];
    check(
        &[0x43, 0, 0, 0, 0, 0, 1, 0x03, 0x24, 0],
        &data,
        &[
            ("scsi_mmc.opcode", 0x43),
            ("scsi_mmc.readtoc.time", 0),
            ("scsi_mmc.readtoc.format", 0),
            ("scsi.cdb.alloclen16", 804),
            ("scsi_mmc.first_track", 1),
            ("scsi_mmc.readtoc.last_track", 1),
            ("scsi_mmc.q.subchannel.adr", 1),
            ("scsi_mmc.q.subchannel.control", 4),
            ("scsi_mmc.track_start_address", 0x0001_0203),
        ],
    );
}

#[test]
fn read_capacity() {
    check(
        &[0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        &[0, 0x23, 0x05, 0x3F, 0, 0, 8, 0],
        &[("scsi_mmc.opcode", 0x25), ("scsi_sbc.returned_lba", 0x0023_053F), ("scsi_sbc.blocksize", 2048)],
    );
}

#[test]
fn read_buffer_capacity() {
    check(
        &[0x5C, 0, 0, 0, 0, 0, 0, 0, 12, 0],
        &[0, 10, 0, 0, 0, 0x20, 0, 0, 0, 0x1F, 0, 0],
        &[
            ("scsi_mmc.opcode", 0x5C),
            ("scsi_mmc.rbc.block", 0),
            ("scsi_mmc.rbc.lob_bytes", 0x0020_0000),
            ("scsi_mmc.rbc.alob_bytes", 0x001F_0000),
        ],
    );
}

#[test]
fn get_event_status() {
    check(
        &[0x4A, 1, 0, 0, 0x10, 0, 0, 0, 8, 0],
        &[0, 6, 4, 0x10, 2, 2, 0, 0],
        &[
            ("scsi_mmc.opcode", 0x4A),
            ("scsi_mmc.gesn.polled", 1),
            ("scsi_mmc.gesn.media", 1),
            ("scsi_mmc.gesn.device_busy", 0),
            ("scsi.cdb.alloclen16", 8),
        ],
    );
}

/// Physical format of a DVD+R: book type Ah, version 1, one layer, 30000h to 26053Fh.
#[test]
fn read_disc_structure() {
    let mut data = vec![0x08, 0x02, 0, 0, 0xA1, 0x0F, 0x02, 0x00, 0, 0x03, 0, 0, 0, 0x26, 0x05, 0x3F, 0, 0, 0, 0];
    data.resize(2052, 0);
    check(
        &[0xAD, 0, 0, 0, 0, 0, 0, 0, 0x08, 0x04, 0, 0],
        &data,
        &[
            ("scsi_mmc.opcode", 0xAD),
            ("scsi_mmc.read_dvd.layer_number", 0),
            ("scsi_mmc.read_dvd.format", 0),
            ("scsi.cdb.alloclen16", 2052),
            ("scsi_mmc.book.type", 0x0A),
            ("scsi_mmc.book.version", 1),
            ("scsi_mmc.disc.rate", 0x0F),
            ("scsi_mmc.first_physical", 0x0003_0000),
            ("scsi_mmc.last_physical", 0x0026_053F),
        ],
    );
}

#[test]
fn read_10_and_write_10() {
    for opcode in [0x28, 0x2A] {
        let cdb = Cdb::ten([opcode, 0x08, 0, 1, 2, 3, 0, 0, 2, 0]);
        let data = [0x5A; 4096];
        let fields = if opcode == 0x28 { dissect(&cdb, &data) } else { dissect_out(&cdb, &data) };
        must_have(
            &fields,
            &[("scsi_mmc.opcode", opcode.into()), ("scsi_sbc.rdwr10.lba", 0x0001_0203), ("scsi_sbc.rdwr10.xferlen", 2)],
        );
    }
}

#[test]
fn set_cd_speed() {
    check(
        &[0xBB, 1, 0xFF, 0xFF, 0x1B, 0x90, 0, 0, 0, 0, 0, 0],
        &[],
        &[
            ("scsi_mmc.opcode", 0xBB),
            ("scsi_mmc.setcdspeed.rc", 1),
            ("scsi_mmc.setcdspeed.logical_unit_read_speed", 0xFFFF),
            ("scsi_mmc.setcdspeed.logical_unit_write_speed", 7056),
        ],
    );
}

#[test]
fn reserve_track() {
    check(
        &[0x53, 0, 0, 0, 0, 0, 0x05, 0x7D, 0x40, 0],
        &[],
        &[("scsi_mmc.opcode", 0x53), ("scsi_mmc.reservation_size", 0x0005_7D40)],
    );
}

#[test]
fn close_track() {
    check(
        &[0x5B, 1, 2, 0, 0, 3, 0, 0, 0, 0],
        &[],
        &[
            ("scsi_mmc.opcode", 0x5B),
            ("scsi_mmc.closetrack.immed", 1),
            ("scsi_mmc.closetrack.func", 2),
            ("scsi_mmc.track", 3),
        ],
    );
}

#[test]
fn synchronize_cache() {
    check(
        &[0x35, 2, 0, 0, 0, 0, 0, 0, 0, 0],
        &[],
        &[("scsi_mmc.opcode", 0x35), ("scsi_mmc.synccache.immed", 1), ("scsi_mmc.lba", 0), ("scsi_mmc.num_blocks", 0)],
    );
}

#[test]
fn prevent_and_start_stop() {
    check(
        &[0x1E, 0, 0, 0, 3, 0],
        &[],
        &[("scsi_mmc.prevent_allow.prevent", 1), ("scsi_mmc.prevent_allow.persistent", 1)],
    );
    check(
        &[0x1B, 1, 0, 0, 2, 0],
        &[],
        &[("scsi_sbc.ssu.immediate", 1), ("scsi_sbc.ssu.loej", 1), ("scsi_sbc.ssu.start", 0)],
    );
}

/// From block 0 to 230,539h, 11,080 kB a second.
#[test]
fn set_streaming() {
    let data = [
        0, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x23, 0x05, 0x39, 0, 0, 0x2B, 0x48, 0, 0, 3, 0xE8, 0, 0, 0x2B, 0x48, 0, 0, 3,
        0xE8,
    ];
    let cdb = Cdb::twelve([0xB6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 28, 0]);
    must_have(
        &dissect_out(&cdb, &data),
        &[
            ("scsi_mmc.opcode", 0xB6),
            ("scsi_mmc.setstreaming.param_len", 28),
            ("scsi_mmc.setstreaming.end_lba", 0x0023_0539),
            ("scsi_mmc.setstreaming.write_size", 11_080),
            ("scsi_mmc.setstreaming.write_time", 1000),
        ],
    );
}

/// A medium error at block 1234h: the valid bit, the information, the codes.
#[test]
fn sense() {
    let sense = [0xF0, 0, 3, 0, 0, 0x12, 0x34, 10, 0, 0, 0, 0, 0x11, 0x05, 0, 0, 0, 0];
    must_have(
        &dissect_refused(&Cdb::six([0; 6]), &sense),
        &[
            ("iscsi.scsiresponse.status", 2),
            ("scsi.sns.errtype", 0x70),
            ("scsi.sns.key", 3),
            ("scsi.sns.info", 0x1234),
            ("scsi.sns.ascascq", 0x1105),
        ],
    );
}
