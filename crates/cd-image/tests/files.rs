//! Sheets and the files beside them: what they say is what the disc is, what we write is read the same, and what cannot be
//! is refused with its line.

use std::{fs, path::PathBuf, sync::Arc};

use imapi_cd_image::{
    CdDisc, CdTrack, DiscSectors, RawImage, SectorForm, SubCode,
    files::{Kind, Lost, SheetError, read, wav, write},
};
use imapi_cd_sector::{
    Content, SECTOR_LEN, SectorKind, SectorView,
    cdtext::{Block as TextBlock, CdText, TextKind},
    subchannel::{Control as QControl, DiscType, Track},
};
use imapi_disc_types::{Block, BlockSource, CancelToken, Control, Lba, PseudoRandom, conformance};
use imapi_errors::{Coded as _, common, v2};
use proptest::prelude::*;
use rstest::rstest;
use tempfile::TempDir;

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        fs::write(self.path(name), bytes).expect("a file");
        self.path(name)
    }
}

fn noise(seed: u32, size: SectorForm, blocks: u64) -> Vec<u8> {
    all(&PseudoRandom::new(seed, size.block_size(), blocks))
}

fn all(source: &dyn BlockSource) -> Vec<u8> {
    let mut bytes = vec![0; usize::try_from(source.bytes()).expect("small")];
    source.read_all(Block(0), &mut bytes).expect("readable");
    bytes
}

fn riff(samples: &[u8]) -> Vec<u8> {
    let len = |len: usize| u32::try_from(len).expect("small").to_le_bytes();
    let mut file = [b"RIFF", &len(36 + samples.len())[..], b"WAVEfmt ", &len(16), &[1, 0, 2, 0]].concat();
    file.extend(44_100u32.to_le_bytes());
    file.extend((44_100u32 * 4).to_le_bytes());
    file.extend([4, 0, 16, 0]);
    file.extend(b"data");
    file.extend(len(samples.len()));
    file.extend(samples);
    file
}

fn pauses(disc: &CdDisc) -> Vec<(u8, i32, i32, Vec<i32>)> {
    let layout = disc.layout().expect("a disc");
    let numbers = |lbas: &[Lba]| lbas.iter().map(|lba| lba.0).collect();
    layout.tracks().iter().map(|t| (t.number.get(), t.pause.0, t.begin.0, numbers(&t.indexes))).collect()
}

/// A disc with all that sheets can say.
fn album() -> CdDisc {
    let source = |seed, blocks| Arc::new(PseudoRandom::new(seed, SectorForm::Audio.block_size(), blocks));
    let mut one = CdTrack::new(SectorForm::Audio, source(1, 700));
    one.stored_pause = 100;
    one.indexes = vec![200, 400];
    one.isrc = Some("USRC17607839".parse().expect("a code"));
    one.control = QControl::COPY_PERMITTED;
    let mut two = CdTrack::new(SectorForm::Audio, source(2, 350));
    two.made_pause = 75;
    two.control = QControl::PRE_EMPHASIS;
    let mut three = CdTrack::new(SectorForm::Audio, source(3, 350));
    three.made_pause = 0;
    let mut disc = CdDisc::new(vec![one, two, three]);
    disc.mcn = Some("1234567890123".parse().expect("a number"));
    let last = Track::new(3).expect("a track");
    let mut text = TextBlock::new(Track::FIRST, last);
    text.set(TextKind::Title, None, "The \"Disc\" \\ ä").expect("a text");
    text.set(TextKind::Performer, None, "The Band").expect("a text");
    text.set(TextKind::Title, Some(last), "Last").expect("a text");
    disc.text = CdText { blocks: vec![text] };
    disc
}

/// Data of mode 1, then a song behind a pause, as old games are.
fn game() -> CdDisc {
    let mut data = CdTrack::new(SectorForm::Mode1, Arc::new(PseudoRandom::new(4, SectorForm::Mode1.block_size(), 400)));
    data.postgap = 150;
    let song = CdTrack::new(SectorForm::Audio, Arc::new(PseudoRandom::new(5, SectorForm::Audio.block_size(), 350)));
    CdDisc::new(vec![data, song])
}

fn xa() -> CdDisc {
    let mut mixed = noise(6, SectorForm::Mode2Mixed, 320);
    for (sector, submode) in mixed.chunks_mut(2336).zip([0x08, 0x20].into_iter().cycle()) {
        sector[..8].copy_from_slice(&[0, 0, submode, 0, 0, 0, submode, 0]);
        sector[2332..].fill(0);
    }
    let source = imapi_disc_types::BytesSource::new(mixed, SectorForm::Mode2Mixed.block_size()).expect("blocks");
    let mut disc = CdDisc::new(vec![CdTrack::new(SectorForm::Mode2Mixed, Arc::new(source))]);
    disc.disc_type = DiscType::XA;
    disc
}

#[rstest]
fn what_is_written_is_read_the_same(
    #[values("cue", "toc", "ccd")] ending: &str,
    #[values("album", "game", "xa")] which: &str,
) {
    let disc = match which {
        "album" => album(),
        "game" => game(),
        _ => xa(),
    };
    let folder = Folder::new();
    let sheet = folder.path(&format!("my disc.{ending}"));
    let kind = Kind::of(&sheet).expect("a kind");
    let made = write(&disc, &sheet, kind, &mut Control::silent()).expect("files");
    assert_eq!(made.files.len(), if ending == "ccd" { 3 } else { 2 });
    assert_eq!(made.lost, []);
    let again = read(&sheet).expect("the same disc");
    assert_eq!(again.layout().expect("a disc"), disc.layout().expect("a disc"));
    let block = |disc: &CdDisc| disc.text.blocks.first().map(|block| block.texts().count());
    assert_eq!(block(&again), block(&disc));
    if which == "album" {
        let title = |disc: &CdDisc| disc.text.blocks[0].text(TextKind::Title, None).expect("a title");
        // A sheet of tracks and files has no way to say a quotation mark.
        let expected = if ending == "cue" { title(&disc).replace('"', "'") } else { title(&disc) };
        assert_eq!(title(&again), expected);
        assert_eq!(again.text.blocks[0].text(TextKind::Title, Track::new(3)).as_deref(), Some("Last"));
    }
    let (first, second) = (DiscSectors::of(&disc).expect("a disc"), DiscSectors::of(&again).expect("a disc"));
    assert!(all(&first) == all(&second));
    // And so everything that would be on a disc.
    let image = |disc| RawImage::new(disc, SubCode::Raw).expect("an image");
    let (before, behind) = (image(&disc), image(&again));
    for block in (22_500..before.blocks()).step_by(37) {
        let mut sectors = [[0; 2448]; 2];
        before.read_all(Block(block), &mut sectors[0]).expect("readable");
        behind.read_all(Block(block), &mut sectors[1]).expect("readable");
        assert!(sectors[0] == sectors[1], "{block}");
    }
    // What is there is not overwritten, and stays.
    let error = write(&disc, &sheet, kind, &mut Control::silent()).expect_err("it is there");
    assert!(matches!(error, SheetError::Io { .. }), "{error:?}");
    assert!(read(&sheet).is_ok());
}

#[test]
fn whoever_stops_leaves_no_files() {
    let folder = Folder::new();
    let token = CancelToken::new();
    token.cancel();
    let mut control = Control::cancelled_by(token);
    let error = write(&album(), &folder.path("a.ccd"), Kind::Ccd, &mut control).expect_err("it was stopped");
    assert_eq!(error.code(), v2::E_IMAPI_REQUEST_CANCELLED);
    assert_eq!(fs::read_dir(folder.0.path()).expect("a folder").count(), 0);
}

#[test]
fn what_a_sheet_has_no_room_for_is_told() {
    let folder = Folder::new();
    let mut disc = album();
    disc.tracks[0].made_pause = 50;
    disc.tracks[0].stored_pause = 150;
    disc.text.blocks[0].set(TextKind::DiscId, None, "XY12345").expect("a text");
    let made = write(&disc, &folder.path("a.cue"), Kind::Cue, &mut Control::silent()).expect("files");
    assert_eq!(made.lost, [Lost::BeforeAddress0, Lost::Texts]);
}

#[test]
fn a_cue_sheet_with_everything_in_it() {
    let folder = Folder::new();
    let data = noise(1, SectorForm::Mode1, 300);
    let songs = noise(2, SectorForm::Audio, 1_000);
    folder.put("My Game.bin", [&data[..], &songs].concat());
    let sheet = folder.put(
        "game.cue",
        "\u{FEFF}REM made by hand\r\nCATALOG 1234567890123\r\nTITLE \"A Title\"\r\nFILE \"C:\\games\\My Game.bin\" BINARY\r\n\
         \x20 TRACK 01 MODE1/2048\r\n    INDEX 01 00:00:00\r\n    POSTGAP 00:02:00\r\n\
         \x20 track 02 audio\r\n    FLAGS DCP PRE\r\n    ISRC US-RC1-76-07839\r\n    PERFORMER Someone\r\n\
         \x20   PREGAP 00:01:00\r\n    INDEX 00 00:04:00\r\n    INDEX 01 00:05:00\r\n    INDEX 02 00:07:00\r\n\
         \x20 TRACK 03 AUDIO\r\n    INDEX 01 00:10:00\r\n",
    );
    let disc = read(&sheet).expect("a disc");
    // 300 sectors of data and two seconds; then a pause of one second that is made and one that is in the file.
    assert_eq!(pauses(&disc), [(1, -150, 0, vec![]), (2, 450, 600, vec![750]), (3, 975, 975, vec![])]);
    let layout = disc.layout().expect("a disc");
    assert_eq!(layout.lead_out(), Lba(975 + 1_000 - 450));
    assert_eq!(layout.tracks()[1].control, QControl::COPY_PERMITTED | QControl::PRE_EMPHASIS);
    assert_eq!(layout.tracks()[1].isrc.map(|code| code.to_string()).as_deref(), Some("USRC17607839"));
    assert_eq!(disc.mcn.map(|number| number.to_string()).as_deref(), Some("1234567890123"));
    let text = |kind, track| disc.text.blocks[0].text(kind, track);
    assert_eq!(text(TextKind::Title, None).as_deref(), Some("A Title"));
    assert_eq!(text(TextKind::Performer, Track::new(2)).as_deref(), Some("Someone"));
    let sectors = all(&DiscSectors::of(&disc).expect("a disc"));
    let at = |sector: usize| &sectors[sector * SECTOR_LEN..][..SECTOR_LEN];
    assert!(at(0)[16..2064] == data[..2048] && at(299)[16..2064] == data[299 * 2048..]);
    assert!(at(450).iter().all(|&byte| byte == 0), "the pause that is made is silent");
    assert!(at(525) == &songs[..SECTOR_LEN] && at(600) == &songs[75 * SECTOR_LEN..][..SECTOR_LEN]);
    conformance::check(&DiscSectors::of(&disc).expect("a disc")).expect("a source as it should be");
}

#[test]
fn a_pause_may_stand_at_the_end_of_the_file_before() {
    let folder = Folder::new();
    let (one, two) = (noise(1, SectorForm::Audio, 500), noise(2, SectorForm::Audio, 400));
    folder.put("1.wav", riff(&one));
    // The last sector is not full.
    folder.put("2.wav", riff(&two[..two.len() - 1_000]));
    let sheet = folder.put(
        "a.cue",
        "FILE \"1.wav\" WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 00 00:06:00\n\
         FILE \"2.wav\" WAVE\nINDEX 01 00:00:00\n",
    );
    let disc = read(&sheet).expect("a disc");
    assert_eq!(pauses(&disc), [(1, -150, 0, vec![]), (2, 450, 500, vec![])]);
    let mut expected = [one, two].concat();
    let end = expected.len();
    expected[end - 1_000..].fill(0);
    assert!(all(&DiscSectors::of(&disc).expect("a disc")) == expected);
}

#[test]
fn hidden_sound_and_sound_with_the_higher_byte_first() {
    let folder = Folder::new();
    let song = noise(1, SectorForm::Audio, 800);
    let swapped: Vec<u8> = song.chunks(2).flat_map(|pair| [pair[1], pair[0]]).collect();
    folder.put("a.bin", swapped);
    let sheet = folder.put("a.cue", "FILE a.bin MOTOROLA\nTRACK 01 AUDIO\nINDEX 00 00:00:00\nINDEX 01 00:06:00\n");
    let disc = read(&sheet).expect("a disc");
    assert_eq!(pauses(&disc), [(1, -150, 450, vec![])]);
    assert!(all(&DiscSectors::of(&disc).expect("a disc")) == song);
}

#[test]
fn whole_sectors_keep_what_they_are_or_get_a_new_address() {
    let folder = Folder::new();
    let mut sectors = Vec::new();
    for lba in 0..310 {
        let mut sector = [0; SECTOR_LEN];
        Content::Mode1(&[u8::try_from(lba % 251).expect("small"); 2048]).encode(Lba(lba), &mut sector).expect("a time");
        sectors.extend(sector);
    }
    // A sector that is wrong on purpose.
    sectors[5 * SECTOR_LEN + 2_100] ^= 1;
    folder.put("a.bin", &sectors);
    let sheet = folder.put("a.cue", "FILE a.bin BINARY\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00\n");
    let disc = read(&sheet).expect("a disc");
    assert!(all(&DiscSectors::of(&disc).expect("a disc")) == sectors);
    // The same behind a pause: all headers have other addresses.
    let sheet = folder.put("b.cue", "FILE a.bin BINARY\nTRACK 01 MODE1/2352\nPREGAP 00:02:00\nINDEX 01 00:00:00\n");
    let moved = all(&DiscSectors::of(&read(&sheet).expect("a disc")).expect("a disc"));
    for lba in [150, 155, 459] {
        let sector: [u8; SECTOR_LEN] = moved[lba * SECTOR_LEN..][..SECTOR_LEN].try_into().expect("a sector");
        let view = SectorView::of(&sector).expect("a sector");
        assert_eq!((view.verify(), view.kind()), (Ok(()), SectorKind::Mode1));
        assert_eq!(
            view.header().and_then(imapi_cd_sector::Header::address),
            Some(Lba(i32::try_from(lba).expect("small")))
        );
        assert!(view.user_data() == &sectors[(lba - 150) * SECTOR_LEN + 16..][..2048]);
    }
}

#[test]
fn graphics_beside_songs_go_along() {
    let folder = Folder::new();
    let song = noise(1, SectorForm::Audio, 310);
    let mut rw = noise(2, SectorForm::Audio, 13);
    rw.resize(310 * 96, 0x3F);
    let both: Vec<u8> = song.chunks(2352).zip(rw.chunks(96)).flat_map(|(main, sub)| [main, sub].concat()).collect();
    folder.put("a.bin", both);
    let sheet = folder.put("a.cue", "FILE a.bin BINARY\nTRACK 01 CDG\nINDEX 01 00:00:00\n");
    let image = RawImage::new(&read(&sheet).expect("a disc"), SubCode::Raw).expect("an image");
    for lba in [0usize, 100, 309] {
        let mut block = [0; 2448];
        image.read_all(Block(22_650 + lba as u64), &mut block).expect("readable");
        assert!(block[..2352] == song[lba * 2352..][..2352]);
        assert!(block[2352..].iter().zip(&rw[lba * 96..]).all(|(found, sent)| found & 0x3F == sent & 0x3F), "{lba}");
    }
}

#[test]
fn a_toc_sheet_of_parts_and_silence() {
    let folder = Folder::new();
    let (image, song) = (noise(1, SectorForm::Mode1, 320), noise(2, SectorForm::Audio, 500));
    folder.put("image.iso", [b"head", &image[..]].concat());
    folder.put("song.wav", riff(&song));
    let raw: Vec<u8> = song.chunks(2).flat_map(|pair| [pair[1], pair[0]]).collect();
    folder.put("song.raw", raw);
    let sheet = folder.put(
        "a.toc",
        "CD_ROM // a comment\nCATALOG \"1234567890123\"\nCD_TEXT { LANGUAGE_MAP { 0 : EN 1 : 0x08 }\n\
         LANGUAGE 0 { TITLE \"T\\344\" SIZE_INFO { 1, 2, 3 } } LANGUAGE 1 { TITLE \"Andere\" } }\n\
         TRACK MODE1\nDATAFILE \"image.iso\" #4\nZERO MODE1 00:00:30\n\
         TRACK AUDIO\nNO COPY\nPRE_EMPHASIS\nISRC \"USRC17607839\"\nPREGAP 00:01:00\n\
         FILE \"song.wav\" 0 00:04:00\nSILENCE 00:00:10\nINDEX 00:02:00\nINDEX 00:03:00\n\
         TRACK AUDIO\nCOPY\nFILE \"song.raw\" 00:04:00\nSTART 00:00:20\n",
    );
    let disc = read(&sheet).expect("a disc");
    assert_eq!(pauses(&disc), [(1, -150, 0, vec![]), (2, 350, 425, vec![575, 650]), (3, 735, 755, vec![])]);
    let layout = disc.layout().expect("a disc");
    assert_eq!(layout.lead_out(), Lba(735 + 200));
    assert_eq!(layout.tracks()[1].control, QControl::PRE_EMPHASIS);
    assert_eq!(layout.tracks()[2].control, QControl::COPY_PERMITTED);
    assert_eq!(disc.text.blocks[0].text(TextKind::Title, None).as_deref(), Some("Tä"));
    let sectors = all(&DiscSectors::of(&disc).expect("a disc"));
    let at = |sector: usize| &sectors[sector * SECTOR_LEN..][..SECTOR_LEN];
    assert!(at(319)[16..2064] == image[319 * 2048..] && at(320)[16..2064].iter().all(|&byte| byte == 0));
    assert!(at(425) == &song[..SECTOR_LEN] && at(725).iter().all(|&byte| byte == 0));
    assert!(at(735) == &song[300 * SECTOR_LEN..][..SECTOR_LEN]);
}

/// A file of Nero's, put together by hand: 150 sectors of pause, a song, and another behind a pause in the file.
#[test]
fn a_disc_of_nero() {
    let folder = Folder::new();
    let sound = noise(1, SectorForm::Audio, 150 + 400 + 150 + 350);
    let be = |number: u64| number.to_be_bytes();
    let sector = |sector: u64| be(sector * 2352);
    let mut daox = vec![0, 0, 0, 0x6A];
    daox.extend(b"1234567890123\0");
    daox.extend([0, 0, 1, 2]);
    for (code, [pause, begin, end]) in
        [(b"USRC17607839", [0, 150, 550]), (b"\0\0\0\0\0\0\0\0\0\0\0\0", [550, 700, 1_050])]
    {
        daox.extend(code);
        daox.extend([0x09, 0x30, 0x07, 0, 0, 1]);
        daox.extend([sector(pause), sector(begin), sector(end)].concat());
    }
    let cue =
        |control: u8, track: u8, index: u8, lba: i32| [&[control, track, index, 0][..], &lba.to_be_bytes()].concat();
    let cuex = [
        cue(0x01, 0, 0, -150),
        cue(0x01, 1, 0, -150),
        cue(0x01, 1, 1, 0),
        cue(0x01, 1, 2, 200),
        cue(0x21, 2, 0, 400),
        cue(0x21, 2, 1, 550),
        cue(0x01, 0xAA, 1, 900),
    ]
    .concat();
    let chunk = |name: &[u8; 4], data: &[u8]| {
        [name, &u32::try_from(data.len()).expect("small").to_be_bytes()[..], data].concat()
    };
    let mut file = sound.clone();
    let from = file.len() as u64;
    for (name, data) in [(b"CUEX", &cuex[..]), (b"DAOX", &daox), (b"SINF", &[0, 0, 0, 2]), (b"END!", &[])] {
        file.extend(chunk(name, data));
    }
    file.extend(b"NER5");
    file.extend(be(from));
    let path = folder.put("a.nrg", &file);
    let disc = read(&path).expect("a disc");
    assert_eq!(pauses(&disc), [(1, -150, 0, vec![200]), (2, 400, 550, vec![])]);
    let layout = disc.layout().expect("a disc");
    assert_eq!((layout.lead_out(), disc.mcn.map(|n| n.to_string()).as_deref()), (Lba(900), Some("1234567890123")));
    assert_eq!(layout.tracks()[0].isrc.map(|code| code.to_string()).as_deref(), Some("USRC17607839"));
    assert_eq!(layout.tracks()[1].control, QControl::COPY_PERMITTED);
    assert!(all(&DiscSectors::of(&disc).expect("a disc")) == sound[150 * 2352..]);
    for end in (sound.len()..file.len()).step_by(7) {
        let cut = folder.put("cut.nrg", &file[..end]);
        assert!(read(&cut).is_err(), "{end} bytes of it are no disc");
    }
}

#[test]
fn sound_that_no_cd_has_is_refused_by_what_it_is() {
    let folder = Folder::new();
    let good = riff(&noise(1, SectorForm::Audio, 2));
    let refused = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut file = good.clone();
        change(&mut file);
        let path = folder.put("a.wav", file);
        wav(&path).map(drop).expect_err("it is refused")
    };
    assert!(wav(&folder.put("good.wav", &good)).is_ok_and(|source| source.blocks() == 2));
    for (at, byte, found) in [
        (22, 1, "44100 Hz, 16 bit, 1 channels, PCM"),
        (24, 0x80, "44160 Hz, 16 bit, 2 channels, PCM"),
        (34, 24, "44100 Hz, 24 bit, 2 channels, PCM"),
        (20, 0x55, "44100 Hz, 16 bit, 2 channels, 0055h"),
    ] {
        let error = refused(&|file| file[at] = byte);
        assert_eq!(error.code(), v2::E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED);
        assert!(matches!(&error, SheetError::Sound { found: told, .. } if told == found), "{error:?}");
    }
    for change in [
        (&|file: &mut Vec<u8>| file[0] = b'X') as &dyn Fn(&mut Vec<u8>),
        &|file| file.truncate(40),
        &|file| file.truncate(11),
        &|file| file[36] = b'x',
        &|file| file[12] = b'x',
    ] {
        assert_eq!(refused(change).code(), common::E_INVALIDARG);
    }
    // Who wrote without knowing the length left none, or the greatest that there is.
    for len in [0, u32::MAX] {
        let mut file = good.clone();
        file[40..44].copy_from_slice(&len.to_le_bytes());
        assert_eq!(wav(&folder.put("stream.wav", file)).expect("to its end").blocks(), 2);
    }
}

#[rstest]
#[case::no_track("", 0)]
#[case::no_file("TRACK 01 AUDIO\nINDEX 01 00:00:00", 2)]
#[case::mode("FILE a.bin BINARY\nTRACK 01 MODE9", 2)]
#[case::numbers("FILE a.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 03 AUDIO", 4)]
#[case::index_order("FILE a.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:01:00\nINDEX 02 00:00:00", 4)]
#[case::index_gap("FILE a.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nINDEX 03 00:01:00", 4)]
#[case::first_index("FILE a.bin BINARY\nTRACK 01 AUDIO\nINDEX 02 00:00:00", 3)]
#[case::no_index("FILE a.bin BINARY\nTRACK 01 AUDIO\nINDEX 00 00:00:00\nTITLE x", 2)]
#[case::time("FILE a.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:75:00", 3)]
#[case::isrc("FILE a.bin BINARY\nTRACK 01 AUDIO\nISRC wrong", 3)]
#[case::catalogue("CATALOG 12", 1)]
#[case::too_late("FILE a.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 01:00:00", 1)]
#[case::next_too_late("FILE a.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 01 01:00:00", 1)]
#[case::type_of_file("FILE a.bin NOTHING", 1)]
#[case::sessions("REM SESSION 02", 1)]
#[case::data_in_sound("FILE a.wav WAVE\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00", 2)]
fn a_cue_sheet_that_is_wrong_says_in_which_line(#[case] text: &str, #[case] line: usize) {
    let folder = Folder::new();
    folder.put("a.bin", noise(1, SectorForm::Audio, 310));
    folder.put("a.wav", riff(&noise(1, SectorForm::Audio, 310)));
    match read(&folder.put("a.cue", text)) {
        Err(SheetError::Line { line: told, .. }) => assert_eq!(told, line),
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[case::no_track("CD_DA", 1)]
#[case::mode("CD_DA\nTRACK MODE9", 2)]
#[case::nothing_in_it("CD_DA\nTRACK AUDIO\nCOPY", 2)]
#[case::unknown("CD_DA\nTRACK AUDIO\nWHATEVER", 3)]
#[case::before_tracks("CD_DA\nCOPY", 2)]
#[case::text("CATALOG \"1234", 1)]
#[case::brace("CD_DA\nCD_TEXT { LANGUAGE 0 {", 2)]
#[case::too_long("CD_DA\nTRACK AUDIO\nFILE \"a.raw\" 0 01:00:00", 3)]
fn a_toc_sheet_that_is_wrong_says_in_which_line(#[case] text: &str, #[case] line: usize) {
    let folder = Folder::new();
    folder.put("a.raw", noise(1, SectorForm::Audio, 310));
    match read(&folder.put("a.toc", text)) {
        Err(SheetError::Line { line: told, .. }) => assert_eq!(told, line),
        other => panic!("{other:?}"),
    }
}

#[test]
fn files_of_another_kind_and_files_that_are_missing_are_refused() {
    let folder = Folder::new();
    assert_eq!(read(&folder.put("a.mds", "")).expect_err("unknown").code(), common::E_INVALIDARG);
    assert_eq!(read(&folder.path("none.cue")).expect_err("missing").code(), common::ERROR_FILE_NOT_FOUND);
    let sheet = folder.put("a.cue", "FILE none.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00");
    assert_eq!(read(&sheet).expect_err("missing").code(), common::ERROR_FILE_NOT_FOUND);
    for text in
        ["", "[Disc]\nSessions=2", "[Disc]\nSessions=1", "[Disc]\nSessions=1\n[Entry 0]\nPoint=0xa2\nControl=0\nPLBA=5"]
    {
        assert!(read(&folder.put("a.ccd", text)).is_err(), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Any bytes may stand in a file of each kind.
    #[test]
    fn no_file_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600), words in "[A-Z0-9 :\"{}/#\n]{0,200}") {
        let folder = Folder::new();
        for ending in ["cue", "toc", "ccd", "nrg", "wav"] {
            let _ = read(&folder.put(&format!("a.{ending}"), &bytes));
            let _ = read(&folder.put(&format!("a.{ending}"), &words));
        }
    }

    /// Sheets that are nearly right.
    #[test]
    fn no_sheet_with_something_wrong_makes_it_panic(at in 0usize..400, byte: u8, which in 0usize..4) {
        let folder = Folder::new();
        let sheet = folder.path(["a.cue", "a.toc", "a.ccd", "a.ccd"][which]);
        let mut disc = album();
        disc.tracks.truncate(1);
        disc.text = CdText::default();
        disc.tracks[0].source = Arc::new(PseudoRandom::new(1, SectorForm::Audio.block_size(), 450));
        disc.tracks[0].indexes = vec![200];
        write(&disc, &sheet, Kind::of(&sheet).expect("a kind"), &mut Control::silent()).expect("files");
        let mut text = fs::read(&sheet).expect("a sheet");
        let len = text.len();
        text[at % len] = byte;
        fs::write(&sheet, text).expect("a sheet");
        if let Ok(disc) = read(&sheet) {
            let _ = RawImage::new(&disc, SubCode::Raw).map(|image| image.read_all(Block(22_650), &mut [0; 2448]));
        }
    }
}
