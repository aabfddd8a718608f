//! Sectors of all kinds there and back, and every fault told by its name.

use imapi_cd_sector::{
    Content, Fault, Header, SECTOR_LEN, SYNC, Sector, SectorKind, SectorView, Subheader, Submode, UnknownMode,
    scramble::{is_scrambled, scramble},
};
use imapi_disc_types::Lba;
use proptest::prelude::*;

fn made(content: &Content<'_>) -> Sector {
    let mut sector = [0xA5; SECTOR_LEN];
    content.encode(Lba(16), &mut sector).expect("an address with a time");
    sector
}

/// What is wrong after one byte was changed; the kind is known from elsewhere.
#[track_caller]
fn fault(content: &Content<'_>, at: usize) -> Option<Fault> {
    let mut sector = made(content);
    assert_eq!(SectorView::with_kind(&sector, content.kind()).verify(), Ok(()));
    sector[at] ^= 0x0F;
    SectorView::with_kind(&sector, content.kind()).verify().err()
}

#[test]
fn every_fault_has_a_name() {
    let mode_1 = Content::Mode1(&[7; 2048]);
    assert_eq!(fault(&mode_1, 5), Some(Fault::Sync));
    assert_eq!(fault(&mode_1, 15), Some(Fault::Mode { found: 0x0E }));
    assert_eq!(fault(&mode_1, 13), Some(Fault::Time { found: [0x00, 0x0D, 0x16] }));
    assert!(matches!(fault(&mode_1, 16), Some(Fault::Edc { .. })));
    assert!(matches!(fault(&mode_1, 2067), Some(Fault::Edc { .. })));
    assert_eq!(fault(&mode_1, 2068), Some(Fault::NotZero { at: 2068 }));
    assert_eq!(fault(&mode_1, 2075), Some(Fault::NotZero { at: 2075 }));
    assert_eq!(fault(&mode_1, 2076), Some(Fault::P));
    assert_eq!(fault(&mode_1, 2247), Some(Fault::P));
    assert_eq!(fault(&mode_1, 2248), Some(Fault::Q));
    assert_eq!(fault(&mode_1, 2351), Some(Fault::Q));
    assert_eq!(fault(&Content::Mode0, 2351), Some(Fault::NotZero { at: 2351 }));
    assert_eq!(fault(&Content::Mode2(&[7; 2336]), 16), None);

    let form_1 = Content::Mode2Form1(Subheader::DATA, &[7; 2048]);
    assert_eq!(fault(&form_1, 16), Some(Fault::Subheader));
    assert!(matches!(fault(&form_1, 24), Some(Fault::Edc { .. })));
    assert_eq!(fault(&form_1, 2076), Some(Fault::P));
    // Its parity does not cover the header: another time is no fault, as long as it is one.
    let mut moved = made(&form_1);
    moved[12] = 0x71;
    let view = SectorView::of(&moved).expect("mode 2");
    assert_eq!(view.verify(), Ok(()));
    assert_eq!(view.header().and_then(Header::address), Some(Lba(71 * 4500 + 16)));

    let real_time = Subheader { submode: Submode::REAL_TIME | Submode::FORM_2, ..Subheader::default() };
    let form_2 = Content::Mode2Form2(real_time, &[7; 2324]);
    assert!(matches!(fault(&form_2, 2347), Some(Fault::Edc { .. })));
    assert!(matches!(fault(&form_2, 2348), Some(Fault::Edc { .. })));
}

#[test]
fn a_damaged_header_leaves_the_checksum_of_xa_alone() {
    let mut sector = made(&Content::Mode2Form1(Subheader::DATA, &[7; 2048]));
    sector[0] = 0xFF;
    let view = SectorView::with_kind(&sector, SectorKind::Mode2Form1);
    assert_eq!((view.verify_edc(), view.verify()), (Ok(()), Err(Fault::Sync)));
    assert_eq!(SectorView::of(&sector).map(|view| view.kind()), Ok(SectorKind::Audio));
}

#[test]
fn form_2_may_have_no_checksum() {
    let mut sector = made(&Content::Mode2Form2(Subheader::default(), &[7; 2324]));
    assert_ne!(sector[2348..], [0; 4]);
    sector[2348..].fill(0);
    let view = SectorView::of(&sector).expect("mode 2");
    assert_eq!((view.kind(), view.edc(), view.verify()), (SectorKind::Mode2Form2, Some(0), Ok(())));
}

#[test]
fn links_between_packets_are_marked_in_the_mode() {
    let mut sector = made(&Content::Mode2(&[7; 2336]));
    sector[16] = 0;
    sector[15] |= 0xE0;
    let view = SectorView::of(&sector).expect("mode 2");
    assert_eq!((view.kind(), view.verify()), (SectorKind::Mode2, Ok(())));
    assert_eq!(view.header().map(|header| header.mode), Some(0xE2));
}

#[test]
fn modes_that_do_not_exist_are_refused() {
    let mut sector = made(&Content::Mode1(&[7; 2048]));
    for mode in [3, 4, 0x1F, 0xFF] {
        sector[15] = mode;
        assert_eq!(SectorView::of(&sector), Err(UnknownMode { mode }));
    }
}

/// The noise makes 61h of mode 1, which is mode 1 where packets are linked; but of each time it makes none.
#[test]
fn a_scrambled_sector_is_known_by_its_time() {
    for content in [Content::Mode0, Content::Mode1(&[7; 2048]), Content::Mode2(&[7; 2336])] {
        let mut sector = made(&content);
        assert!(!is_scrambled(&sector));
        scramble(&mut sector);
        assert!(is_scrambled(&sector));
        let view = SectorView::of(&sector).expect("a mode with marks");
        assert_eq!((view.kind(), view.verify()), (content.kind(), Err(Fault::Time { found: [0x01, 0x82, 0x16] })));
        sector[5] = 0;
        assert!(!is_scrambled(&sector), "without a sync it may be sound");
    }
}

#[test]
fn parts_are_where_the_table_has_them() {
    let sector = made(&Content::Mode1(&[7; 2048]));
    let view = SectorView::of(&sector).expect("mode 1");
    let (p, q) = view.parity().expect("mode 1 has parity");
    assert_eq!((&sector[2076..2248], &sector[2248..]), (&p[..], &q[..]));
    assert_eq!(view.edc().map(u32::to_le_bytes).as_ref().map(|edc| &edc[..]), Some(&sector[2064..2068]));
    assert_eq!((view.subheader(), view.user_data()), (None, &[7; 2048][..]));
    let sector = made(&Content::Mode2Form2(Subheader { file: 1, ..Subheader::default() }, &[7; 2324]));
    let view = SectorView::of(&sector).expect("mode 2");
    assert_eq!(view.subheader(), Some(Subheader { file: 1, submode: Submode::FORM_2, ..Subheader::default() }));
    assert_eq!((view.parity(), view.user_data().len()), (None, 2324));
    let audio = [7; SECTOR_LEN];
    let view = SectorView::of(&audio).expect("sound");
    assert_eq!((view.header(), view.edc(), view.verify()), (None, None, Ok(())));
}

fn bytes<const LEN: usize>() -> impl Strategy<Value = [u8; LEN]> {
    proptest::collection::vec(any::<u8>(), LEN).prop_map(|bytes| bytes.try_into().expect("as many as asked for"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_kind_comes_back(
        data in bytes::<SECTOR_LEN>(),
        subheader: [u8; 4],
        address in -45_150..=404_849,
        before in any::<u8>(),
    ) {
        let [file, channel, submode, coding] = subheader;
        let subheader = |form| Subheader { file, channel, submode: Submode(submode & !0x20 | form), coding };
        let contents = [
            Content::Audio(&data),
            Content::Mode0,
            Content::Mode1(data.first_chunk().expect("long enough")),
            Content::Mode2(data.first_chunk().expect("long enough")),
            Content::Mode2Form1(subheader(0), data.first_chunk().expect("long enough")),
            Content::Mode2Form2(subheader(0x20), data.first_chunk().expect("long enough")),
        ];
        for content in contents {
            let mut sector = [before; SECTOR_LEN];
            content.encode(Lba(address), &mut sector).expect("an address with a time");
            let view = SectorView::with_kind(&sector, content.kind());
            prop_assert_eq!(view.content(), content);
            prop_assert_eq!(view.verify(), Ok(()));
            prop_assert_eq!(view.header().map(Header::address), content.kind().mode().map(|_| Some(Lba(address))));
            // Eight random bytes are seldom twice four; all other kinds are known by themselves.
            if !matches!(content, Content::Mode2(data) if data[..4] == data[4..8]) {
                prop_assert_eq!(SectorView::of(&sector), Ok(view));
            }

            // What a drive makes again from the data is the same, whatever a program put around it.
            let mut again = [!before; SECTOR_LEN];
            let kept = if content.kind().has_subheader() { 16 } else { content.kind().user_data().start };
            let end = content.kind().user_data().end;
            again[kept..end].copy_from_slice(&sector[kept..end]);
            content.kind().complete(&mut again, Lba(address)).expect("an address with a time");
            prop_assert_eq!(again, sector);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(mut sector in bytes::<SECTOR_LEN>(), sync: bool, mode: u8) {
        if sync {
            sector[..12].copy_from_slice(&SYNC);
            sector[15] = mode;
        }
        if let Ok(view) = SectorView::of(&sector) {
            let _ = view.verify();
        }
        let kinds = [SectorKind::Mode0, SectorKind::Mode1, SectorKind::Mode2, SectorKind::Mode2Form1, SectorKind::Mode2Form2];
        for kind in kinds {
            let view = SectorView::with_kind(&sector, kind);
            let _ = (view.content(), view.header().map(Header::address), view.parity(), view.verify_edc());
            if kind != SectorKind::Mode2 {
                prop_assert!(view.verify().is_err(), "random bytes are no {kind:?}");
            }
        }
    }
}
