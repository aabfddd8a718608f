//! INQUIRY: the standard data, and pages of vital product data.

use imapi_mmc_transport::{
    Query as _,
    commands::{Inquiry, InquiryReply, StandardInquiry, VitalPage},
};

use crate::{case::Case, outsiders::ask};

const STANDARD: Inquiry = Inquiry { page: None, allocation: 0x0102 };

fn standard(removable: bool) -> InquiryReply {
    let tail = [&b"twenty bytes of text"[..], &[0, 0], &[0x01, 0x02, 0x03, 0x04], &[0; 12]].concat();
    InquiryReply::Standard(StandardInquiry {
        qualifier: 0,
        device_type: StandardInquiry::MULTIMEDIA,
        removable,
        version: 5,
        // The answer has form 2; HiSup and NormACA are on.
        format: 0x32,
        // ACC, TPGS 1 and PROTECT; ENCSERV and MCHNGR; CMDQUE.
        flags: [0x51, 0x48, 0x02],
        vendor: *b"IMAPI   ",
        product: *b"Virtual Drive   ",
        revision: *b"1.23",
        tail,
    })
}

fn page(code: u8, data: &[u8]) -> (Inquiry, InquiryReply) {
    let reply = VitalPage { peripheral: StandardInquiry::MULTIMEDIA, code, data: data.to_vec() };
    (Inquiry { page: Some(code), allocation: 0x0304 }, InquiryReply::Page(reply))
}

pub fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = [true, false].map(standard_case).into();
    let vital = |code: u8, data: &[u8]| {
        let (command, reply) = page(code, data);
        Case::query(&command, &reply)
            .says("scsi.inquiry.evpd.pagecode", code)
            .says("scsi.cdb.alloclen16", 0x0304)
            .has("scsi.inquiry.qualifier", 0)
            .has("scsi.inquiry.evpd.pagecode", code)
            .has("scsi.inquiry.evpd.pagelength", i64::try_from(data.len()).expect("a few"))
    };
    cases.push(vital(0x80, b"SERIAL-1").has("scsi.inquiry.evpd.product_serial_number", "SERIAL-1"));
    let supported = [0x00, 0x80, 0x83];
    let case = vital(0x00, &supported);
    cases.push(supported.into_iter().fold(case, |case, code| case.has("scsi.inquiry.evpd.supported_page", code)));
    cases
}

fn standard_case(removable: bool) -> Case {
    Case::query(&STANDARD, &standard(removable))
        .says("scsi.cdb.alloclen16", 0x0102)
        .has_all(&[
            ("scsi.inquiry.qualifier", 0),
            ("scsi.inquiry.peripheral", 5),
            ("scsi.inquiry.removable", i64::from(removable)),
            ("scsi.inquiry.version", 5),
            ("scsi.inquiry.normaca", 1),
            ("scsi.inquiry.hisup", 1),
            ("scsi.inquiry.rdf", 2),
            ("scsi.inquiry.add_len", 31 + 38),
            ("scsi.inquiry.sccs", 0),
            ("scsi.inquiry.acc", 1),
            ("scsi.inquiry.tpgs", 1),
            ("scsi.inquiry.tpc", 0),
            ("scsi.inquiry.protect", 1),
            ("scsi.inquiry.bque", 0),
            ("scsi.inquiry.encserv", 1),
            ("scsi.inquiry.multip", 0),
            ("scsi.inquiry.mchngr", 1),
            ("scsi.inquiry.linked", 0),
            ("scsi.inquiry.cmdque", 1),
        ])
        .has("scsi.inquiry.vendor_id", "IMAPI   ")
        .has("scsi.inquiry.product_id", "Virtual Drive   ")
        .has("scsi.inquiry.product_rev", "1.23")
        .has("scsi.inquiry.vendor_specific", "74:77:65:6e:74:79:20:62:79:74:65:73:20:6f:66:20:74:65:78:74")
        .has_all(&[("scsi.inquiry.version_desc", 0x0102), ("scsi.inquiry.version_desc", 0x0304)])
        .has_all(&[("scsi.inquiry.version_desc", 0); 6])
}

#[test]
fn sg_inq_reads_the_standard_data_as_they_are_meant() {
    let said = ask("sg_inq", "sg3-utils", &["--inhex=-"], &STANDARD.encode_reply(&standard(true)));
    for words in [
        "PQual=0  PDT=5  RMB=1",
        "version=0x05",
        "NormACA=1  HiSUP=1  Resp_data_format=2",
        "SCCS=0  ACC=1  TPGS=1  3PC=0  Protect=1",
        "EncServ=1  MultiP=0  [MChngr=1]",
        "CmdQue=1",
        "length=74 (0x4a)   Peripheral device type: cd/dvd",
        "Vendor identification: IMAPI   \n",
        "Product identification: Virtual Drive   \n",
        "Product revision level: 1.23\n",
    ] {
        assert!(said.contains(words), "no «{words}» in {said}");
    }
}

#[test]
fn sg_vpd_reads_pages_as_they_are_meant() {
    for (code, data, words) in [
        (0x80, &b"SERIAL-1"[..], "Unit serial number: SERIAL-1"),
        (0x00, &[0x00, 0x80, 0x83][..], "Unit serial number [sn]\n  Device identification [di]"),
    ] {
        let (command, reply) = page(code, data);
        let said = ask("sg_vpd", "sg3-utils", &["--inhex=-", &format!("--page={code}")], &command.encode_reply(&reply));
        assert!(said.contains(words), "no «{words}» in {said}");
    }
}
