//! `imapi raw burn`: a whole CD goes onto a disc.

use std::{
    io::{self, Write as _},
    ops::ControlFlow,
    sync::Arc,
};

use clap::Args;
use imapi::drives::Drives;
use imapi_cd_image::{CdDisc, IMAGE_START, RawImage, SubCode};
use imapi_cd_sector::cdtext::CdText;
use imapi_disc_types::{BlockSource, ClientName, Control, FileSource, MediaState};
use imapi_errors::{Coded, Lang, Term};
use imapi_format2::SpeedRequest;
use imapi_format2_raw::{Prepared, RawAction, RawBurned, RawError, RawEvent, RawOptions};
use imapi_recorder::{Inhibitor as _, Logind, Recorder, Refreshed};
use serde::Serialize;

use super::{
    error::RawCommandError,
    sources::{Sources, SubChannels, ends_in},
};
use crate::{
    burn::{Speed, speed},
    drive::work::{Manner, Work, code_of},
    output::{self, Outcome, Output},
    progress::{Progress, Step, size},
};

const CLIENT: &str = "imapi raw";

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own on the command line")]
pub struct BurnRawArguments {
    #[command(flatten)]
    sources: Sources,

    /// The drive: a device, an id that `imapi drives` tells, or `virtual:DISC`
    #[arg(short, long, value_name = "DRIVE")]
    drive: String,

    /// What of the sub-channels goes along; of a .raw, what is in it [default: the most that the drive takes]
    #[arg(long, value_name = "FORM", value_enum)]
    sub_channels: Option<SubChannels>,

    /// How fast, as a multiple: 4, 16 [default: as fast as it goes]
    #[arg(long, value_name = "X", value_parser = speed)]
    speed: Option<Speed>,

    /// Stops when data come too late, instead of going on behind a gap
    #[arg(long)]
    no_underrun_protection: bool,

    /// Takes the disc also when it is mounted
    #[arg(long)]
    force: bool,

    /// Tries without writing, with the laser off
    #[arg(short = 'n', long)]
    simulate: bool,

    /// Opens the tray in the end
    #[arg(long)]
    eject: bool,

    #[command(flatten)]
    manner: Manner,
}

/// What came of it, for programs.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    code: String,
    name: Option<&'static str>,
    drive: String,
    medium: Option<String>,
    sub_channels: Option<&'static str>,
    start: Option<i32>,
    sectors: Option<u64>,
    seconds: Option<f64>,
    speed: Option<u32>,
    simulated: bool,
    /// What became of a disc that was not finished.
    disc: Option<String>,
    warnings: Vec<&'static str>,
}

/// What is burned.
enum Burnable {
    Disc(Box<CdDisc>),
    /// All that will be on the disc.
    Image(Arc<dyn BlockSource>, SubCode),
}

pub fn run(arguments: &BurnRawArguments, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    let drives = Drives::of_this_machine();
    let mut work = Work::new(&drives, arguments.manner, lang)?;
    let Manner { json, quiet } = arguments.manner;
    let mut warnings = Vec::new();
    let outcome = burn(arguments, &mut work, &mut warnings);
    work.progress.clear();
    for (term, _) in warnings.iter().filter(|_| !quiet) {
        output::complain(&lang.term(*term));
    }
    let (code, name) = code_of(outcome.as_ref().err().map(|error| error as &dyn Coded));
    let mut told = Told {
        code,
        name,
        drive: arguments.drive.clone(),
        simulated: arguments.simulate,
        warnings: warnings.iter().map(|(_, word)| *word).collect(),
        ..Told::default()
    };
    let mut ended = match &outcome {
        Ok(burned) => {
            if let Some(code) = burned.speed.and_then(|(_, adjusted)| adjusted.code()) {
                (told.code, told.name) = (format!("{:#010X}", code.as_u32()), code.name());
            }
            told.medium = Some(burned.medium.to_string());
            told.sub_channels = Some(word(burned.sub_code));
            told.start = Some(burned.start.0);
            told.sectors = Some(burned.written.blocks);
            told.seconds = Some(burned.elapsed.as_secs_f64());
            told.speed = burned.speed.map(|(speed, _)| speed.sectors_per_second);
            if !json && !quiet {
                let term = if arguments.simulate { Term::BurnTried } else { Term::BurnDone };
                let (colon, comma) = (lang.term(Term::MarkColon), lang.term(Term::MarkComma));
                let bytes = burned.written.blocks * u64::from(burned.sub_code.block_size().get());
                writeln!(out, "{}{colon}{}{comma}{}", lang.term(term), burned.medium, size(bytes))?;
            }
            Outcome::Done
        }
        Err(error) => {
            if let RawCommandError::Burn(RawError::Writing { after, .. }) = error {
                told.disc = Some(after.state.map_or_else(|| "unknown".to_string(), |state| state.to_string()));
            }
            let failed = work.failed(error);
            if let Some(term) = what_now(error) {
                output::complain(&lang.term(term));
            }
            failed
        }
    };
    if json {
        serde_json::to_writer(&mut *out, &told)?;
        writeln!(out)?;
    }
    if let Err(error) = drives.settle() {
        ended = work.failed(&error);
    }
    Ok(ended)
}

const fn word(sub_code: SubCode) -> &'static str {
    match sub_code {
        SubCode::PqOnly => "pq",
        SubCode::Cooked => "cooked",
        SubCode::Raw => "raw",
    }
}

/// What can be done with the disc now; nothing where the error says all.
const fn what_now(error: &RawCommandError) -> Option<Term> {
    match error {
        RawCommandError::Burn(RawError::Before(_)) => Some(Term::DiscUntouched),
        RawCommandError::Burn(RawError::Writing { after, .. }) => Some(match after.state {
            None => Term::DiscUnknown,
            Some(state) if state.contains(MediaState::BLANK) => Term::DiscStillBlank,
            Some(_) => Term::DiscSpoilt,
        }),
        _ => None,
    }
}

type Warnings = Vec<(Term, &'static str)>;

fn burn(
    arguments: &BurnRawArguments,
    work: &mut Work<'_>,
    warnings: &mut Warnings,
) -> Result<RawBurned, RawCommandError> {
    let burnable = burnable(arguments)?;
    let recorder = work.recorder(&arguments.drive)?;
    let client: ClientName = CLIENT.parse().expect("letters and a space");
    // A drive in software burns no disc that a sleeping machine would spoil.
    let reason = work.lang.term(Term::BurnWriting);
    let _awake = recorder.device().node().is_some().then(|| Logind::default().keep_awake(&client, reason));
    let token = work.interrupts.token().clone();
    let progress = &mut work.progress;
    let mut doing = Term::BurnPreparing;
    let mut listener = |event: &RawEvent| {
        show(event, &mut doing, progress);
        ControlFlow::Continue(())
    };
    let mut control = Control::new(token, &mut listener);
    let mut prepared = Prepared::new(&recorder, &client, arguments.force, &mut control)?;
    let (image, sub_code) = image(burnable, &prepared, arguments.sub_channels, warnings)?;
    let wanted = arguments.speed.map(|speed| speed.of(prepared.medium()));
    let options = RawOptions {
        sub_code,
        underrun_protection: !arguments.no_underrun_protection,
        speed: SpeedRequest { sectors_per_second: wanted, pure_cav: false },
        test: arguments.simulate,
        reload: !arguments.eject,
        ..RawOptions::default()
    };
    let burned = prepared.write(&*image, IMAGE_START, &options, &mut control)?;
    drop(prepared);
    if burned.refreshed == Refreshed::Stale && !arguments.eject {
        warnings.push((Term::BurnNotSeen, "not-seen-by-the-system"));
    }
    eject(arguments, &recorder)?;
    Ok(burned)
}

fn eject(arguments: &BurnRawArguments, recorder: &Recorder) -> Result<(), RawCommandError> {
    if arguments.eject { Ok(recorder.eject()?) } else { Ok(()) }
}

fn burnable(arguments: &BurnRawArguments) -> Result<Burnable, RawCommandError> {
    if let [file] = &arguments.sources.files[..] {
        if ends_in(file, "raw") {
            let sub_code = arguments.sub_channels.map_or(SubCode::Raw, SubCode::from);
            return Ok(Burnable::Image(Arc::new(FileSource::open(file, sub_code.block_size())?), sub_code));
        }
    }
    let disc = arguments.sources.disc()?;
    disc.layout()?;
    Ok(Burnable::Disc(Box::new(disc)))
}

/// The image in the form that the drive takes, and that is asked for.
fn image(
    burnable: Burnable,
    prepared: &Prepared,
    wanted: Option<SubChannels>,
    warnings: &mut Warnings,
) -> Result<(Arc<dyn BlockSource>, SubCode), RawCommandError> {
    let mut disc = match burnable {
        Burnable::Image(image, sub_code) => return Ok((image, sub_code)),
        Burnable::Disc(disc) => disc,
    };
    let sub_code = wanted.map_or_else(|| prepared.best(), SubCode::from);
    if sub_code == SubCode::PqOnly && !(disc.text.blocks.is_empty() && disc.rw.is_empty()) {
        disc.text = CdText::default();
        disc.rw.clear();
        warnings.push((Term::RawLostSubChannels, "sub-channels"));
    }
    Ok((Arc::new(RawImage::new(&disc, sub_code)?), sub_code))
}

/// Shows what the drive is at.
pub fn show(event: &RawEvent, doing: &mut Term, progress: &mut Progress) {
    match event {
        RawEvent::Begins { action, elapsed } => {
            *doing = match action {
                RawAction::Unknown | RawAction::Preparing => Term::BurnPreparing,
                RawAction::Writing => Term::BurnWriting,
                RawAction::Finishing => Term::BurnFinishing,
            };
            if *action != RawAction::Writing {
                let seconds = elapsed.as_secs();
                progress.show(Step::Drive { doing: *doing, seconds, most: None, percent: None });
            }
        }
        RawEvent::Writing(at) => progress.show(Step::Burning { bytes: at.written() * 2352, of: at.blocks * 2352 }),
        RawEvent::Waiting(waited) => {
            let percent = waited.progress.map(|progress| u32::from(progress.percent()));
            let most = Some(waited.budget.most.as_secs());
            progress.show(Step::Drive { doing: *doing, seconds: waited.elapsed.as_secs(), most, percent });
        }
        RawEvent::Stalled(_) => {}
    }
}
