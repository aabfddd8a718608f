//! `imapi raw info`: what a disc in files is.

use std::io::{self, Write as _};

use clap::Args;
use imapi_cd_image::CdDisc;
use imapi_cd_sector::{
    cdtext::TextKind,
    layout::{DiscLayout, TrackLayout},
    subchannel::Control,
};
use imapi_disc_types::{Lba, Msf};
use imapi_errors::{Fact, Lang, Term};
use serde::Serialize;

use super::sources::Sources;
use crate::output::{self, NAME, Outcome, Output};

#[derive(Debug, Args)]
pub struct InfoRawArguments {
    #[command(flatten)]
    sources: Sources,

    /// Prints a JSON object
    #[arg(long)]
    json: bool,
}

/// A disc, for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct About {
    mcn: Option<String>,
    disc_type: u8,
    lead_out: i32,
    title: Option<String>,
    performer: Option<String>,
    tracks: Vec<AboutTrack>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AboutTrack {
    number: u8,
    kind: &'static str,
    pause: i32,
    begin: i32,
    end: i32,
    indexes: Vec<i32>,
    isrc: Option<String>,
    pre_emphasis: bool,
    copy_permitted: bool,
    four_channels: bool,
    title: Option<String>,
    performer: Option<String>,
}

pub fn run(arguments: &InfoRawArguments, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    let disc = match arguments.sources.disc() {
        Ok(disc) => disc,
        Err(error) => {
            output::report(&error, lang);
            return Ok(Outcome::Failed);
        }
    };
    let layout = match disc.layout() {
        Ok(layout) => layout,
        Err(error) => {
            output::report(&error, lang);
            return Ok(Outcome::Failed);
        }
    };
    let about = about(&disc, &layout);
    if arguments.json {
        serde_json::to_writer_pretty(&mut *out, &about)?;
        writeln!(out)?;
    } else {
        page(&about, lang, out)?;
    }
    Ok(Outcome::Done)
}

fn about(disc: &CdDisc, layout: &DiscLayout) -> About {
    let text = |kind, track: Option<&TrackLayout>| {
        disc.text.blocks.first().and_then(|block| block.text(kind, track.map(|track| track.number)))
    };
    let tracks = disc.tracks.iter().zip(layout.tracks()).enumerate().map(|(at, (said, placed))| {
        let is_data = said.form.is_data();
        AboutTrack {
            number: placed.number.get(),
            kind: match said.form.kind().mode() {
                None => "audio",
                Some(0) => "mode0",
                Some(1) => "mode1",
                Some(_) if said.form.kind().has_subheader() => "xa",
                Some(_) => "mode2",
            },
            pause: placed.pause.0,
            begin: placed.begin.0,
            end: layout.end_of(at).0,
            indexes: placed.indexes.iter().map(|index| index.0).collect(),
            isrc: placed.isrc.map(|code| code.to_string()),
            pre_emphasis: !is_data && placed.control.contains(Control::PRE_EMPHASIS),
            copy_permitted: placed.control.contains(Control::COPY_PERMITTED),
            four_channels: placed.control.contains(Control::FOUR_CHANNELS),
            title: text(TextKind::Title, Some(placed)),
            performer: text(TextKind::Performer, Some(placed)),
        }
    });
    About {
        mcn: layout.mcn().map(|number| number.to_string()),
        disc_type: layout.disc_type().0,
        lead_out: layout.lead_out().0,
        title: text(TextKind::Title, None),
        performer: text(TextKind::Performer, None),
        tracks: tracks.collect(),
    }
}

/// An address and its time.
fn place(lba: i32) -> String {
    let time = Msf::try_from(Lba(lba)).map(|time| time.to_string()).unwrap_or_default();
    format!("{lba} ({time})")
}

fn page(about: &About, lang: Lang, out: &mut Output) -> io::Result<()> {
    let (colon, comma) = (lang.term(Term::MarkColon), lang.term(Term::MarkComma));
    let named = |title: &Option<String>, performer: &Option<String>| {
        let names: Vec<&str> = [title, performer].into_iter().filter_map(|name| name.as_deref()).collect();
        names.join(comma)
    };
    let name = named(&about.title, &about.performer);
    if !name.is_empty() {
        writeln!(out, "{NAME}{}{NAME:#}", visible(&name))?;
    }
    if let Some(mcn) = &about.mcn {
        writeln!(out, "MCN{colon}{mcn}")?;
    }
    for track in &about.tracks {
        let kind = match track.kind {
            "audio" => lang.term(Term::Audio).to_string(),
            kind => format!("{}{comma}{kind}", lang.term(Term::Data)),
        };
        let mut parts = vec![kind, place(track.begin)];
        if track.pause < track.begin {
            parts.push(format!("{} {}", lang.term(Term::RawPause), place(track.pause)));
        }
        for (index, at) in (2..).zip(&track.indexes) {
            parts.push(format!("{} {index} {}", lang.label(Fact::Index), place(*at)));
        }
        parts.extend(track.isrc.as_ref().map(|code| format!("ISRC {code}")));
        let flags = [(track.pre_emphasis, "PRE"), (track.copy_permitted, "DCP"), (track.four_channels, "4CH")];
        parts.extend(flags.into_iter().filter(|(is_set, _)| *is_set).map(|(_, flag)| flag.to_string()));
        let name = named(&track.title, &track.performer);
        parts.extend((!name.is_empty()).then(|| visible(&name)));
        out.paragraph(&format!("{} {}{colon}", lang.label(Fact::Track), track.number), &parts.join(comma))?;
    }
    writeln!(out, "{}{colon}{}", lang.term(Term::RawLeadOut), place(about.lead_out))
}

/// What would move a cursor stays away from the terminal.
fn visible(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { '?' } else { character }).collect()
}
