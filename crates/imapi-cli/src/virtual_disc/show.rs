//! `imapi virtual show`: what a disc is, as a drive would tell of it.

use std::{
    io::{self, Write as _},
    path::Path,
    sync::Arc,
};

use imapi_disc_types::SystemClock;
use imapi_errors::{CodedError, Fact, Lang, Term};
use imapi_mmc_transport::{
    CommandError, TransportExt as _,
    commands::{
        DiscInformation, DiscReply, DiscStatus, GetConfiguration, ReadDiscInformation, ReadTrackInformation,
        TestUnitReady, TrackAddress, TrackInformation,
    },
    feature::FeatureCode,
};
use imapi_virtual_drive::{DiscFile, DiscState, Medium, VirtualDrive};
use serde::Serialize;

use super::{BLOCK, failed};
use crate::output::{Outcome, Output};

/// What a drive has to tell at most before it answers.
const ATTENTIONS: usize = 4;

/// A disc in JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    disc: String,
    medium: String,
    label: &'static str,
    blocks: u32,
    state: &'static str,
    /// Sessions that are closed.
    sessions: u16,
    tracks: Vec<Track>,
    /// Where writing goes on, and how many blocks may follow; nothing where it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<Next>,
    /// Ranges of blocks that cannot be read any more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lost: Vec<Range>,
}

#[derive(Debug, Serialize)]
struct Track {
    number: u16,
    session: u16,
    first: i32,
    blocks: u32,
    closed: bool,
    #[serde(skip_serializing_if = "is_false")]
    damaged: bool,
}

#[derive(Debug, Serialize)]
struct Next {
    first: i32,
    blocks: u32,
}

#[derive(Debug, Serialize)]
struct Range {
    first: i32,
    blocks: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// Tells what a disc is and what is on it.
pub fn show(disc: &Path, lang: Lang, json: bool, out: &mut Output) -> io::Result<Outcome> {
    let (shown, state) = match look(disc) {
        Ok(looked) => looked,
        Err(error) => return Ok(failed(&*error, lang)),
    };
    if json {
        serde_json::to_writer_pretty(&mut *out, &shown)?;
        writeln!(out)?;
        return Ok(Outcome::Done);
    }
    let colon = lang.term(Term::MarkColon);
    writeln!(out, "{}{colon}{}", lang.label(Fact::Medium), shown.label)?;
    writeln!(out, "{}{colon}{}", lang.label(Fact::DiscState), lang.term(state))?;
    writeln!(out, "{}{colon}{}", lang.label(Fact::Size), u64::from(shown.blocks) * BLOCK)?;
    for track in &shown.tracks {
        let (session, number) = (lang.label(Fact::Session), lang.label(Fact::Track));
        let last = i64::from(track.first) + i64::from(track.blocks.saturating_sub(1));
        let damaged = if track.damaged { " !" } else { "" };
        writeln!(out, "{session} {}, {number} {}{colon}{}–{last}{damaged}", track.session, track.number, track.first)?;
    }
    if let Some(next) = &shown.next {
        let (lba, free) = (lang.label(Fact::Lba), lang.label(Fact::Free));
        writeln!(out, "{lba}{colon}{}, {free}{colon}{}", next.first, next.blocks)?;
    }
    for range in &shown.lost {
        let last = i64::from(range.first) + i64::from(range.blocks.saturating_sub(1));
        writeln!(out, "! {}{colon}{}–{last}", lang.label(Fact::Lba), range.first)?;
    }
    Ok(Outcome::Done)
}

/// Puts the disc into a drive and asks. What a drive does not tell of, its wounds, the disc file does.
fn look(disc: &Path) -> Result<(Shown, Term), Box<dyn CodedError>> {
    let file = DiscFile::<DiscState>::open(disc).map_err(boxed)?;
    let medium = file.geometry().medium.parse::<&'static Medium>().map_err(boxed)?;
    let blocks = file.geometry().user_blocks();
    let lost = file.state().harm.lost().map(|(first, blocks)| Range { first, blocks }).collect();
    let drive = VirtualDrive::new(Arc::new(SystemClock::new()));
    drive.insert(file, medium).map_err(boxed)?;
    for _ in 0..ATTENTIONS {
        if drive.send(&TestUnitReady).is_ok() {
            break;
        }
    }
    let (information, tracks, random) = asked(&drive).map_err(boxed)?;
    let (state, word) = match (random, information.state.status) {
        (_, DiscStatus::Blank) => ("blank", Term::StateBlank),
        (true, _) => ("formatted", Term::StateFormatted),
        (false, DiscStatus::Complete) => ("complete", Term::StateComplete),
        (false, DiscStatus::Appendable | DiscStatus::Other) => ("appendable", Term::StateAppendable),
    };
    // A disc that goes on counts the session that is not there yet.
    let open = u16::from(state == "appendable" || state == "blank");
    let next =
        tracks.iter().rev().find_map(|track| Some(Next { first: track.next_writable?.0, blocks: track.free_blocks }));
    let shown = Shown {
        disc: disc.display().to_string(),
        medium: medium.name.to_string(),
        label: medium.label,
        blocks,
        state,
        sessions: if random { 0 } else { information.sessions.saturating_sub(open) },
        tracks: tracks.iter().filter(|track| !random && !track.blank).map(Track::of).collect(),
        next,
        lost,
    };
    Ok((shown, word))
}

impl Track {
    fn of(track: &TrackInformation) -> Self {
        let recorded = track.last_recorded.map(|last| last.0.saturating_sub(track.start.0).saturating_add(1));
        Self {
            number: track.number,
            session: track.session,
            first: track.start.0,
            blocks: recorded.and_then(|blocks| u32::try_from(blocks).ok()).or(track.size).unwrap_or(0),
            closed: track.next_writable.is_none(),
            damaged: track.damage,
        }
    }
}

/// What the drive says of the disc and its tracks, and whether any block can be written at any time.
fn asked(drive: &VirtualDrive) -> Result<(DiscInformation, Vec<TrackInformation>, bool), CommandError> {
    let DiscReply::Standard(information) = drive.query(&ReadDiscInformation::standard())?.value else {
        unreachable!("the standard answer was asked for")
    };
    let track = |number: u16| drive.query(&ReadTrackInformation::of(TrackAddress::Track(number.into())));
    let tracks = (1..=information.last_of_last_session).map(|number| Ok(track(number)?.value));
    let tracks = tracks.collect::<Result<_, CommandError>>()?;
    let features = drive.query(&GetConfiguration::everything())?.value.features;
    let random = FeatureCode::RANDOMLY_WRITABLE;
    let random = features.iter().any(|feature| feature.current && feature.feature.code() == random);
    Ok((information, tracks, random))
}

fn boxed(error: impl CodedError + 'static) -> Box<dyn CodedError> {
    Box::new(error)
}
