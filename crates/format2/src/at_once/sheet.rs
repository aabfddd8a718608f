//! The cue sheet of a session.

use imapi_disc_types::{Lba, Msf};
use imapi_mmc_transport::commands::{
    CueEntry, CuePosition, DataForm, MainForm, SubChannelForm, Toc, TocEntry, TocStart, TrackControl,
};

use super::{Content, Placed};
use crate::audio::Copying;

/// What the sectors of a track are, and of what the drive makes lead-in and lead-out beside them.
struct Form {
    control: TrackControl,
    alternate_copy: bool,
    main: MainForm,
    pause: MainForm,
}

fn form(content: &Content) -> Form {
    match content {
        Content::Audio(audio) => Form {
            control: audio.control(),
            alternate_copy: audio.copying == Copying::Exhausted,
            main: MainForm::AUDIO,
            pause: MainForm::AUDIO_PAUSE,
        },
        Content::Mode1 => Form {
            control: TrackControl::DATA,
            alternate_copy: false,
            main: MainForm::MODE_1,
            pause: MainForm::MODE_1_PAUSE,
        },
    }
}

fn plain(main: MainForm) -> DataForm {
    DataForm { main, sub_channel: SubChannelForm::None }
}

impl Placed<'_> {
    /// The entries that tell the drive of all this. `with_text` says that the host writes the lead-in's sub-channels.
    #[must_use]
    pub fn cue_sheet(&self, with_text: bool) -> Vec<CueEntry> {
        let (Some(first), Some(last)) = (self.session.tracks.first(), self.session.tracks.last()) else {
            return Vec::new();
        };
        // All addresses had a time when they were placed.
        let time = |lba: Lba| Msf::try_from(lba).unwrap_or_default();
        let mut sheet = Vec::new();
        if let Some(catalogue) = self.session.catalogue {
            sheet.extend(CueEntry::catalogue(*catalogue.as_bytes()));
        }
        let of_first = form(&first.content);
        let lead_in = if with_text { DataForm::CD_TEXT } else { plain(of_first.pause) };
        sheet.push(CueEntry::lead_in(of_first.control, lead_in));
        for (track, placed) in self.session.tracks.iter().zip(&self.tracks) {
            let Form { control, alternate_copy, main, .. } = form(&track.content);
            if let Content::Audio(audio) = &track.content {
                let isrc = audio.isrc.map(|isrc| CueEntry::isrc(control, placed.number, *isrc.as_bytes()));
                sheet.extend(isrc.into_iter().flatten());
            }
            let pause = (placed.pause < placed.begin).then_some((0, placed.pause));
            let further = (2..).zip(placed.indexes.iter().copied());
            for (index, at) in pause.into_iter().chain([(1, placed.begin)]).chain(further) {
                sheet.push(CueEntry::Position(CuePosition {
                    control,
                    track: placed.number,
                    index,
                    form: plain(main),
                    alternate_copy,
                    start: time(at),
                }));
            }
        }
        let of_last = form(&last.content);
        sheet.push(CueEntry::lead_out(of_last.control, plain(of_last.pause), time(self.lead_out)));
        sheet
    }

    /// The table of contents that a disc of this one session has.
    #[must_use]
    pub fn toc(&self) -> Toc {
        let control = |content: &Content| form(content).control.bits();
        let entry = |track, control, start| TocEntry { adr: 1, control, track, start: TocStart::Lba(start) };
        let tracks = self.session.tracks.iter().zip(&self.tracks);
        let mut entries: Vec<TocEntry> =
            tracks.map(|(track, placed)| entry(placed.number, control(&track.content), placed.begin)).collect();
        let last = self.session.tracks.last().map_or(0, |last| control(&last.content));
        entries.push(entry(TocEntry::LEAD_OUT, last, self.lead_out));
        Toc { first: 1, last: self.tracks.last().map_or(1, |last| last.number), entries }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use imapi_cd_sector::cdtext::Pack;
    use imapi_disc_types::Zero;

    use super::{
        super::{Session, SessionError, Track},
        *,
    };
    use crate::audio::{AudioOptions, parse_isrc, parse_mcn};

    fn sound(sectors: u64) -> Zero {
        Zero::new(NonZeroU32::new(2352).expect("not zero"), sectors)
    }

    fn bytes(sheet: &[CueEntry]) -> Vec<[u8; 8]> {
        sheet.iter().map(CueEntry::encode).collect()
    }

    /// Worked out by hand.
    #[test]
    fn a_sheet_has_numbers_pauses_indexes_and_the_lead_out() {
        let (one, two, three) = (sound(500), sound(400), sound(10));
        let isrc = Some(parse_isrc("USRC17607839").expect("a code"));
        let copied = AudioOptions { copying: Copying::Exhausted, pre_emphasis: true, ..AudioOptions::default() };
        let session = Session {
            catalogue: Some(parse_mcn("4006381333931").expect("a number")),
            text: vec![Pack::default()],
            tracks: vec![
                Track::new(Content::Audio(AudioOptions { isrc, ..AudioOptions::default() }), &one),
                Track { begins_at: 75, indexes: vec![150, 300], ..Track::new(Content::Audio(copied), &two) },
                Track { pause: 225, ..Track::new(Content::Audio(AudioOptions::default()), &three) },
            ],
        };
        let placed = session.place(Lba(0)).expect("it can be");
        assert_eq!(placed.sectors(), 500 + 400 + 225 + 300);
        #[rustfmt::skip]
        assert_eq!(bytes(&placed.cue_sheet(true)), [
            *b"\x024006381", *b"\x02333931\0",
            [0x21, 0, 0, 0x41, 0, 0, 0, 0],
            *b"\x23\x01USRC17", *b"\x23\x01607839",
            [0x21, 1, 0, 0x00, 0, 0, 0, 0],
            [0x21, 1, 1, 0x00, 0, 0, 2, 0],
            // Behind 500 sectors: 650 are 8 seconds and 50 frames from the beginning of time.
            [0x11, 2, 0, 0x00, 0x80, 0, 8, 50],
            [0x11, 2, 1, 0x00, 0x80, 0, 9, 50],
            [0x11, 2, 2, 0x00, 0x80, 0, 10, 50],
            [0x11, 2, 3, 0x00, 0x80, 0, 12, 50],
            [0x21, 3, 0, 0x00, 0, 0, 14, 0],
            [0x21, 3, 1, 0x00, 0, 0, 17, 0],
            [0x21, 0xAA, 1, 0x01, 0, 0, 21, 0],
        ]);
        assert_eq!(bytes(&placed.cue_sheet(false))[2], [0x21, 0, 0, 0x01, 0, 0, 0, 0]);
        let parts = placed.parts();
        assert_eq!(parts.len(), 1);
        assert_eq!((parts[0].0, imapi_disc_types::BlockSource::blocks(&parts[0].1)), (Lba(-150), 150 + 1425));
    }

    #[test]
    fn data_comes_first_and_sound_behind_it_has_a_pause_of_its_own() {
        let (data, song) = (Zero::new(imapi_disc_types::SECTOR_SIZE, 1000), sound(300));
        let (data, song) = (
            Track { behind: 150, ..Track::new(Content::Mode1, &data) },
            Track::new(Content::Audio(AudioOptions::default()), &song),
        );
        let mixed = Session { tracks: vec![data.clone(), song.clone()], ..Session::default() };
        let placed = mixed.place(Lba(0)).expect("it can be");
        #[rustfmt::skip]
        assert_eq!(bytes(&placed.cue_sheet(false)), [
            [0x41, 0, 0, 0x14, 0, 0, 0, 0],
            [0x41, 1, 0, 0x10, 0, 0, 0, 0],
            [0x41, 1, 1, 0x10, 0, 0, 2, 0],
            [0x21, 2, 0, 0x00, 0, 0, 17, 25],
            [0x21, 2, 1, 0x00, 0, 0, 19, 25],
            [0x21, 0xAA, 1, 0x01, 0, 0, 23, 25],
        ]);
        let parts: Vec<_> =
            placed.parts().iter().map(|(at, part)| (at.0, imapi_disc_types::BlockSource::blocks(part))).collect();
        assert_eq!(parts, [(-150, 1300), (1150, 450)]);
        let wrong = Session { tracks: vec![song, data], ..Session::default() };
        assert_eq!(wrong.place(Lba(0)).err(), Some(SessionError::DataBehindSound { track: 2 }));
    }

    #[test]
    fn what_no_disc_can_have_is_refused() {
        let song = sound(400);
        let audio = || Track::new(Content::Audio(AudioOptions::default()), &song);
        let of = |tracks: Vec<Track<'_>>| Session { tracks, ..Session::default() }.place(Lba(0)).err();
        assert_eq!(of(vec![]), Some(SessionError::Empty));
        assert_eq!(of((0..99).map(|_| audio()).collect()), None);
        assert_eq!(of((0..100).map(|_| audio()).collect()), Some(SessionError::TooManyTracks { tracks: 100 }));
        for indexes in [vec![0], vec![10, 10], vec![400], vec![20, 10]] {
            assert_eq!(of(vec![Track { indexes, ..audio() }]), Some(SessionError::Indexes { track: 1 }));
        }
        assert_eq!(of(vec![Track { begins_at: 400, ..audio() }]), Some(SessionError::Indexes { track: 1 }));
        let data = Zero::new(imapi_disc_types::SECTOR_SIZE, 400);
        assert!(matches!(
            of(vec![Track { source: &data, ..audio() }]),
            Some(SessionError::Source { track: 1, block_size: 2048, expected: 2352, .. })
        ));
        let long = sound(450_000);
        assert!(matches!(of(vec![Track { source: &long, ..audio() }]), Some(SessionError::TooLong { .. })));
    }
}
