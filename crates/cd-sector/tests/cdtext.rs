//! CD-TEXT: packs that libburn made, texts that come back, and packs that were lost or damaged.
//!
//! The files in `cd-text` are what libburn 1.5.4 makes of an input sheet with the texts below (of the example in its
//! documentation), and of that together with a second sheet in German.

use imapi_cd_sector::{
    cdtext::{
        Block, BuildError, CdText, Charset, Genre, Language, PACK_LEN, Pack, RawPack, Report, TextKind, lead_in,
        packs_of_sector,
    },
    subchannel::Track,
};
use proptest::prelude::*;

const ONE_LANGUAGE: &[u8] = include_bytes!("cd-text/one-language.cdt");
const TWO_LANGUAGES: &[u8] = include_bytes!("cd-text/two-languages.cdt");

fn track(number: u8) -> Option<Track> {
    Track::new(number)
}

/// The disc's text, and those of its three tracks.
const ENGLISH: [(TextKind, &str, [&str; 3]); 9] = [
    (TextKind::Title, "Joyful Nights", ["Song of Joy", "Humpty Dumpty", "Mee Owwww"]),
    (TextKind::Performer, "United Cat Orchestra", ["Felix and The Purrs", "Catwalk Beauties", "Mia Kitten"]),
    (TextKind::Songwriter, "Various Songwriters", ["Friedrich Schiller", "Mother Goose", "Mia Kitten"]),
    (TextKind::Composer, "Various Composers", ["Ludwig van Beethoven", "unknown", "Mia Kitten"]),
    (TextKind::Arranger, "Tom Cat", ["Tom Cat", "\t", "Mia Kitten"]),
    (TextKind::Message, "For all our fans", ["Fritz and Louie once were punks", "Pluck the goose", ""]),
    (TextKind::DiscId, "1234567890", [""; 3]),
    (TextKind::Private, "This is not to be shown by CD players", [""; 3]),
    (TextKind::Codes, "1234567890123", ["XYBLG1101234", "XYBLG1100005", "XYBLG1100006"]),
];

const GERMAN: [(TextKind, &str, [&str; 3]); 2] = [
    (TextKind::Title, "Fröhliche Nächte", ["Lied der Freude", "Humpty Dumpty", "Mee Owwww"]),
    (TextKind::Performer, "United Cat Orchestra", ["Felix and The Purrs", "Catwalk Beauties", "Mia Kitten"]),
];

fn block(texts: &[(TextKind, &str, [&str; 3])]) -> Block {
    let mut block = Block::new(Track::FIRST, Track::new(3).expect("a track"));
    for (kind, of_disc, of_tracks) in texts {
        block.set(*kind, None, of_disc).expect("in the charset");
        for (number, text) in (1..).zip(of_tracks).filter(|(_, text)| !text.is_empty()) {
            block.set(*kind, track(number), text).expect("in the charset");
        }
    }
    block
}

fn english() -> Block {
    // Number 5 of its list is classical music.
    let mut english = block(&ENGLISH);
    english.genre = Some(Genre { code: 5, text: b"Feline classic music".to_vec() });
    english
}

fn bytes(text: &CdText) -> Vec<u8> {
    text.packs().expect("it fits on a disc").iter().flat_map(Pack::encode).collect()
}

#[track_caller]
fn are_packs(text: &CdText, wanted: &[u8]) {
    let made = bytes(text);
    for (made, wanted) in made.chunks(PACK_LEN).zip(wanted.chunks(PACK_LEN)) {
        assert_eq!(made, wanted, "{made:02X?} instead of {wanted:02X?}");
    }
    assert_eq!(made.len(), wanted.len());
    assert_eq!(CdText::parse(wanted), (text.clone(), Report::default()));
}

#[test]
fn one_language_is_what_libburn_makes_of_it() {
    are_packs(&CdText { blocks: vec![english()] }, ONE_LANGUAGE);
}

#[test]
fn two_languages_are_what_libburn_makes_of_them() {
    let mut german = block(&GERMAN);
    german.language = Language(0x08);
    are_packs(&CdText { blocks: vec![english(), german] }, TWO_LANGUAGES);
}

#[test]
fn a_repeated_text_is_read_as_that_of_the_track_before() {
    let (text, _) = CdText::parse(ONE_LANGUAGE);
    assert_eq!(text.blocks[0].text(TextKind::Arranger, track(2)).as_deref(), Some("Tom Cat"));
    assert_eq!(text.blocks[0].text(TextKind::Message, track(3)), None);
}

#[test]
fn a_lead_in_is_read_back_from_its_sectors() {
    let text = CdText { blocks: vec![english()] };
    let packs = text.packs().expect("it fits on a disc");
    // From somewhere in the middle, and longer than one round of 46 packs.
    let read: Vec<u8> = lead_in(&packs).skip(7).take(30).flat_map(|raw| packs_of_sector(&raw).concat()).collect();
    assert_eq!(CdText::parse(&read), (text, Report::default()));
}

#[test]
fn double_bytes_are_counted_as_characters() {
    let mut japanese = Block::new(Track::FIRST, Track::FIRST);
    japanese.charset = Charset::MS_JIS;
    japanese.language = Language(0x69);
    // Seven characters, and three; what ends them is of two bytes.
    japanese.set_bytes(TextKind::Title, None, [0x83, 0x41].repeat(7)).expect("whole characters");
    japanese.set_bytes(TextKind::Title, track(1), [0x83, 0x00].repeat(3)).expect("whole characters");
    japanese.set(TextKind::Codes, None, "1234567890123").expect("numbers have single bytes");
    let text = CdText { blocks: vec![japanese] };
    let packs = text.packs().expect("it fits on a disc");
    let heads: Vec<_> = packs.iter().map(|pack| (pack.kind, pack.track, pack.double_byte, pack.position)).collect();
    let wanted = [
        (0x80, 0, true, 0),
        (0x80, 0, true, 6),
        (0x8E, 0, false, 0),
        (0x8E, 0, false, 12),
        (0x8F, 0, false, 0),
        (0x8F, 1, false, 0),
        (0x8F, 2, false, 0),
    ];
    assert_eq!(heads, wanted);
    assert_eq!(packs[1].data, [0x83, 0x41, 0, 0, 0x83, 0, 0x83, 0, 0x83, 0, 0, 0]);
    assert_eq!(CdText::parse(&bytes(&text)), (text, Report::default()));
}

#[test]
fn tables_of_contents_go_where_their_kind_belongs() {
    let toc = |kind, track| RawPack { kind, track, data: [track; 12] };
    let mut with_toc = english();
    with_toc.raw = vec![toc(0x88, 0), toc(0x88, 1), toc(0x89, 2)];
    let text = CdText { blocks: vec![with_toc] };
    let packs = text.packs().expect("it fits on a disc");
    assert!(packs.is_sorted_by_key(|pack| pack.kind));
    assert_eq!(packs.iter().filter(|pack| (0x88..=0x89).contains(&pack.kind)).count(), 3);
    assert_eq!(CdText::parse(&bytes(&text)), (text, Report::default()));
}

#[test]
fn a_damaged_pack_takes_only_its_own_texts_away() {
    let mut damaged = ONE_LANGUAGE.to_vec();
    damaged[2 * PACK_LEN + 7] ^= 1; // the end of Song of Joy, most of Humpty Dumpty
    damaged[0x29 * PACK_LEN] ^= 1; // between the recording codes
    let (text, report) = CdText::parse(&damaged);
    assert_eq!(report, Report { bad_checksums: 2, missing: 2, ..Report::default() });
    let block = &text.blocks[0];
    let titles = [None, track(1), track(2), track(3)].map(|track| block.text(TextKind::Title, track));
    assert_eq!(titles, [Some("Joyful Nights".into()), None, None, Some("Mee Owwww".into())]);
    let codes = [None, track(1), track(2), track(3)].map(|track| block.text(TextKind::Codes, track));
    assert_eq!(codes, [Some("1234567890123".into()), Some("XYBLG1101234".into()), None, None]);
    assert_eq!(block.text(TextKind::Performer, track(1)).as_deref(), Some("Felix and The Purrs"));
}

#[test]
fn without_sizes_the_tracks_are_those_that_were_seen() {
    let (text, report) = CdText::parse(&ONE_LANGUAGE[..43 * PACK_LEN]);
    assert_eq!(report, Report::default());
    let block = &text.blocks[0];
    assert_eq!((block.first_track, block.last_track), (Track::FIRST, Track::new(3).expect("a track")));
    assert_eq!((block.language, block.charset), (Language::UNKNOWN, Charset::LATIN_1));
    assert_eq!(block.text(TextKind::Title, track(3)).as_deref(), Some("Mee Owwww"));
    // Nobody can know whether the text in the last pack was to go on.
    let cut = CdText::parse(&ONE_LANGUAGE[..PACK_LEN]).0;
    assert_eq!(cut.blocks[0].text(TextKind::Title, None), None);
}

#[test]
fn what_is_not_cd_text_is_counted() {
    let extension = Pack { kind: 0x80, track: 0x80, ..Pack::default() }.encode();
    let graphics = Pack { kind: 0x09, ..Pack::default() }.encode();
    let (text, report) = CdText::parse(&[&extension[..], &graphics, &[0; PACK_LEN], &[0]].concat());
    assert_eq!(text, CdText::default());
    assert_eq!(report, Report { unknown: 2, bad_checksums: 1, trailing: 1, missing: 0 });
    assert_eq!(CdText::parse(&[]), (CdText::default(), Report::default()));
}

#[test]
fn what_does_not_fit_is_refused() {
    let mut long = block(&[]);
    long.set(TextKind::Message, None, &"x".repeat(253 * 12 - 4)).expect("in the charset");
    assert_eq!(CdText { blocks: vec![long.clone()] }.packs().map(|packs| packs.len()), Ok(256));
    long.set(TextKind::Message, None, &"x".repeat(253 * 12 - 3)).expect("in the charset");
    let blocks = vec![english(), long];
    assert_eq!(CdText { blocks }.packs(), Err(BuildError::TooLong { block: 1, packs: 257 }));
    let blocks = vec![english(); 9];
    assert_eq!(CdText { blocks }.packs(), Err(BuildError::TooManyBlocks { blocks: 9 }));
    let mut outside = block(&[]);
    outside.set(TextKind::Title, track(4), "x").expect("in the charset");
    let wrong = BuildError::TrackOutside { block: 0, track: Track::new(4).expect("a track") };
    assert_eq!(CdText { blocks: vec![outside] }.packs(), Err(wrong));
    let mut zero = english();
    zero.genre = Some(Genre { code: 5, text: vec![b'a', 0] });
    assert_eq!(CdText { blocks: vec![zero] }.packs(), Err(BuildError::Genre { block: 0 }));
}

fn any_text() -> impl Strategy<Value = String> {
    "[\u{1}-\u{FF}]{1,40}".prop_filter("a tabulator means another text", |text| text != "\t")
}

fn any_block() -> impl Strategy<Value = Block> {
    let texts = proptest::collection::vec((0..9usize, 0..=9u8, any_text()), 0..12);
    (1..=9u8, 1..=9u8, texts, any::<u8>()).prop_map(|(a, b, texts, language)| {
        let mut block = Block::new(Track::new(a.min(b)).expect("1 to 9"), Track::new(a.max(b)).expect("1 to 9"));
        block.language = Language(language);
        for (kind, number, text) in texts {
            let track = Track::new(number).filter(|track| (block.first_track..=block.last_track).contains(track));
            // Some kinds have no tracks.
            let _ = block.set(TextKind::ALL[kind], track, &text);
        }
        block
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn texts_come_back_from_packs_in_any_order(
        blocks in proptest::collection::vec(any_block(), 0..=3),
        order in any::<u64>(),
    ) {
        let text = CdText { blocks };
        let mut packs = text.packs().expect("few texts");
        packs.sort_by_key(|pack| (u64::from(pack.sequence) * 8 + u64::from(pack.block)).wrapping_mul(order | 1));
        let bytes: Vec<u8> = packs.iter().flat_map(Pack::encode).collect();
        prop_assert_eq!(CdText::parse(&bytes), (text, Report::default()));
    }

    /// Whatever is lost, no text is read that was not written.
    #[test]
    fn lost_packs_never_make_a_wrong_text(block in any_block(), lost in proptest::collection::vec(any::<bool>(), 256)) {
        let text = CdText { blocks: vec![block] };
        let packs = text.packs().expect("few texts");
        let kept = packs.iter().zip(&lost).filter(|(pack, lost)| pack.kind == 0x8F || !**lost);
        let bytes: Vec<u8> = kept.flat_map(|(pack, _)| pack.encode()).collect();
        let (read, _) = CdText::parse(&bytes);
        for (kind, track) in read.blocks[0].texts() {
            prop_assert_eq!(read.blocks[0].text(kind, track), text.blocks[0].text(kind, track));
        }
    }

    #[test]
    fn no_packs_make_it_panic(heads in proptest::collection::vec((0x7E..=0x90u8, any::<[u8; 3]>(), any::<[u8; 12]>()), 0..60)) {
        let bytes: Vec<u8> = heads
            .into_iter()
            .flat_map(|(kind, [track, sequence, place], data)| {
                let double_byte = place & 0x80 != 0;
                let pack = Pack { kind, track, sequence, double_byte, block: place >> 4 & 1, position: place & 1, data };
                pack.encode()
            })
            .collect();
        let (text, _) = CdText::parse(&bytes);
        let _ = text.packs();
        for block in &text.blocks {
            for (kind, track) in block.texts() {
                let _ = block.text(kind, track);
            }
        }
    }
}
