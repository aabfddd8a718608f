//! `imapi info`: a drive and its disc.

use std::{
    fmt::Display,
    io::{self, Write as _},
};

use imapi::drives::Drives;
use imapi_errors::{Fact, Lang, Term};

use super::{
    failed,
    look::{Looked, NotTold, look},
    medium::{Medium, Speed},
    on,
};
use crate::output::{NAME, Outcome, Output};

/// Tells what the drive is, what it can do, and what disc is in it.
pub fn run(
    drives: &Drives,
    name: &str,
    (indexes, json): (bool, bool),
    lang: Lang,
    out: &mut Output,
) -> io::Result<Outcome> {
    let looked = on(drives, name, |recorder| {
        let mut looked = look(recorder)?;
        if let (Some(medium), true) = (&mut looked.medium, indexes) {
            medium.find_indexes(recorder)?;
        }
        Ok(looked)
    });
    let looked = match looked {
        Ok(looked) => looked,
        Err(error) => return Ok(failed(&error, lang)),
    };
    if json {
        serde_json::to_writer_pretty(&mut *out, &looked)?;
        writeln!(out)?;
    } else {
        Page { lang, out }.drive(&looked)?;
    }
    Ok(Outcome::Done)
}

/// Where lines with labels go.
struct Page<'a> {
    lang: Lang,
    out: &'a mut Output,
}

impl Page<'_> {
    fn line(&mut self, label: &str, value: &dyn Display) -> io::Result<()> {
        writeln!(self.out, "{label}{}{value}", self.lang.term(Term::MarkColon))
    }

    /// Several things behind one label; none, no line.
    fn list(&mut self, label: &str, values: impl Iterator<Item = String>) -> io::Result<()> {
        let values: Vec<String> = values.collect();
        if values.is_empty() {
            return Ok(());
        }
        let first = format!("{label}{}", self.lang.term(Term::MarkColon));
        self.out.paragraph(&first, &values.join(self.lang.term(Term::MarkComma)))
    }

    fn drive(&mut self, looked: &Looked) -> io::Result<()> {
        let lang = self.lang;
        let named = format!("{NAME}{}{NAME:#}", looked.drive.words());
        self.line(lang.label(Fact::Drive), &named)?;
        let place = if looked.drive.has_node() { lang.label(Fact::Path) } else { lang.term(Term::DriveId) };
        self.line(place, &looked.drive.place())?;
        looked.drive.tell("", lang, self.out)?;
        if let Some(serial) = &looked.serial_number {
            self.line(lang.term(Term::SerialNumber), serial)?;
        }
        self.list(lang.term(Term::DiscsItKnows), looked.profiles.iter().map(|profile| profile.name.clone()))?;
        for (current, term) in [(true, Term::FeaturesNow), (false, Term::FeaturesElse)] {
            let features = looked.features.iter().filter(|feature| feature.current == current && feature.is_ability());
            self.list(lang.term(term), features.map(|feature| feature.name.clone()))?;
        }
        match &looked.medium {
            Some(medium) => self.medium(medium)?,
            // Somebody else's drive was not asked for its disc, and a disc that is not told is below.
            None if looked.is_empty() => self.line(lang.label(Fact::Medium), &lang.term(Term::NoDisc))?,
            None => {}
        }
        self.list(lang.term(Term::NotTold), looked.not_told.iter().map(NotTold::words))
    }

    fn medium(&mut self, medium: &Medium) -> io::Result<()> {
        let lang = self.lang;
        self.line(lang.label(Fact::Medium), &format!("{NAME}{}{NAME:#}", medium.profile))?;
        if let Some(maker) = &medium.maker {
            self.line(lang.term(Term::DiscMaker), maker)?;
        }
        self.list(lang.label(Fact::DiscState), medium.terms.iter().map(|term| lang.term(*term).to_owned()))?;
        self.line(lang.term(Term::Capacity), &medium.capacity)?;
        if let Some(next) = medium.next_writable {
            self.line(lang.label(Fact::Free), &medium.free)?;
            self.line(lang.term(Term::NextWritable), &next)?;
        }
        if let Some(volume) = &medium.volume {
            if let Some(label) = &volume.label {
                self.line(lang.term(Term::DiscVolume), label)?;
            }
            self.list(lang.term(Term::DiscFileSystems), volume.file_systems.iter().cloned())?;
        }
        self.list(lang.term(Term::WriteSpeeds), medium.write_speeds.iter().map(Speed::words))?;
        // These names are the same in all languages.
        if let Some(number) = &medium.catalogue_number {
            self.line("MCN", number)?;
        }
        self.list("CD-TEXT", medium.words.all())?;
        for track in &medium.tracks {
            let (session, number) = (lang.label(Fact::Session), lang.label(Fact::Track));
            let last = i64::from(track.first) + i64::from(track.blocks.saturating_sub(1));
            let kind = lang.term(if track.data { Term::Data } else { Term::Audio });
            let comma = lang.term(Term::MarkComma);
            let damaged =
                if track.damaged { format!("{comma}{}", lang.term(Term::StateDamaged)) } else { String::new() };
            let isrc = track.isrc.as_ref().map(|isrc| format!("ISRC {isrc}"));
            let mut sound = String::new();
            let pause = track.pause.iter().map(|at| format!("INDEX 00 {at}"));
            let further = track.indexes.iter().zip(2..).map(|(at, index)| format!("INDEX {index:02} {at}"));
            for word in isrc.into_iter().chain(track.words.all()).chain(pause).chain(further) {
                sound.extend([comma, &word]);
            }
            let label = format!("{session} {}{comma}{number} {}", track.session, track.number);
            self.line(&label, &format_args!("{}–{last}{comma}{kind}{damaged}{sound}", track.first))?;
        }
        Ok(())
    }
}
