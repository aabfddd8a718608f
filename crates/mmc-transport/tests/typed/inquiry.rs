//! INQUIRY.

use imapi_mmc_transport::commands::{Inquiry, InquiryReply, StandardInquiry, VitalPage};

use crate::case::Case;

pub fn standard() -> StandardInquiry {
    StandardInquiry {
        qualifier: 0,
        device_type: StandardInquiry::MULTIMEDIA,
        removable: true,
        version: 5,
        format: 2,
        flags: [0, 0, 0],
        vendor: *b"IMAPI   ",
        product: *b"Virtual Drive   ",
        revision: *b"1.23",
        tail: b"some more of the maker's".to_vec(),
    }
}

pub fn cases() -> Vec<Case> {
    vec![
        Case::query(&Inquiry { page: None, allocation: 0x0102 }, &InquiryReply::Standard(standard())),
        Case::query(
            &Inquiry::page(0x80),
            &InquiryReply::Page(VitalPage { peripheral: 5, code: 0x80, data: b"SERIAL-1".to_vec() }),
        ),
        Case::query(
            &Inquiry::page(0),
            &InquiryReply::Page(VitalPage { peripheral: 5, code: 0, data: vec![0, 0x80, 0x83] }),
        ),
    ]
}
