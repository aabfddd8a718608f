//! `imapi image create`, from the question to the image.

use std::{
    fs::File,
    io::{self, Write as _},
    ops::ControlFlow,
    os::fd::AsFd as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use imapi::checksums::embed;
use imapi_disc_types::{Block, BlockSource as _, Control};
use imapi_errors::{Lang, Term, v2};
use imapi_fsimage::{ImageOptions, ImageWritten, ResultImage, Session, WriteError, WriteOptions, write_image};

use super::{
    CreateError,
    arguments::{CreateArguments, ImageArguments},
    booting::Booting,
    dates::Moments,
    destination::{self, Beside, DestinationError},
    options::is_standard,
    outline::Outline,
    report::{Told, write_layout},
    sources::{Counted, Goes, Sources},
    tell::Teller,
};
use crate::{
    append::Behind,
    cli::wrongly_asked,
    interrupt::Interrupts,
    output::{self, Outcome, Output},
    progress::{Progress, Step},
};

/// Bytes of a block.
const BLOCK: usize = 2048;
/// Blocks that go to standard output at once.
const AT_ONCE: usize = 512;

/// Makes the image, and tells of it.
pub fn run(arguments: &CreateArguments, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    if let Err(message) = arguments.check() {
        wrongly_asked(&["image", "create"], message);
    }
    let mut progress = Progress::new(arguments.image.quiet, arguments.image.json, lang);
    let interrupts = match Interrupts::listen() {
        Ok(interrupts) => interrupts,
        Err(source) => return Ok(failed(&CreateError::Signals(source), arguments, lang)),
    };
    let mut work = Work { arguments, interrupts: &interrupts, progress: &mut progress, lang };
    let done = work.create(out);
    progress.clear();
    match (done, interrupts.status()) {
        (Ok(told), _) => told.map(|()| Outcome::Done),
        // Whatever failed then, it is because of that.
        (Err(_), Some(status)) => {
            output::complain(&format_args!("{} {}", lang.term(Term::ImageCancelled), v2::E_IMAPI_REQUEST_CANCELLED));
            Ok(Outcome::Stopped(status))
        }
        (Err(error), None) => Ok(failed(&error, arguments, lang)),
    }
}

fn failed(error: &CreateError, arguments: &CreateArguments, lang: Lang) -> Outcome {
    output::report(error, lang);
    if let Some(option) = error.helpful_option(&arguments.image) {
        let (label, colon) = (lang.term(Term::HelpfulOption), lang.term(Term::MarkColon));
        output::complain(&format_args!("{label}{colon}{option}"));
    }
    Outcome::Failed
}

/// An image before it goes anywhere.
pub struct Planned {
    pub image: Arc<ResultImage>,
    pub options: ImageOptions,
    pub counted: Counted,
}

impl Planned {
    /// Brings the files together, and plans their image; behind what is there, when that is wanted.
    pub fn new(
        arguments: &ImageArguments,
        interrupts: &Interrupts,
        progress: &mut Progress,
        goes: Goes<'_>,
        behind: Option<&Behind<'_>>,
    ) -> Result<Self, CreateError> {
        Self::of(arguments, interrupts, progress, goes, behind, Session::default())
    }

    /// The same for a session of a disc on which other sessions have nothing that it would show.
    pub fn at(
        arguments: &ImageArguments,
        interrupts: &Interrupts,
        progress: &mut Progress,
        start: u32,
    ) -> Result<Self, CreateError> {
        let goes = Goes::default();
        Self::of(arguments, interrupts, progress, goes, None, Session::at(start))
    }

    fn of(
        arguments: &ImageArguments,
        interrupts: &Interrupts,
        progress: &mut Progress,
        goes: Goes<'_>,
        behind: Option<&Behind<'_>>,
        session: Session,
    ) -> Result<Self, CreateError> {
        let rewritable = goes.rewritable;
        let moments = Moments::wanted(arguments.reproducible)?;
        let mut sources = Sources::new(arguments, interrupts, progress, moments, goes)?;
        let earlier = behind.map(|behind| sources.begin_with(behind)).transpose()?;
        let alike = behind.and_then(|behind| behind.alike(sources.tree()));
        let (mut tree, mut contents, counted) = sources.gather()?.into_parts();
        alike.map(|alike| alike.settle(&mut tree)).transpose()?;
        let Booting { mut entries, hybrid } = Booting::wanted(arguments, &tree, &mut contents)?;
        // A bootable disc stays bootable.
        if let (Some(earlier), true) = (&earlier, entries.is_empty()) {
            entries = earlier.iter().map(|boot| boot.in_tree(&tree)).collect();
        }
        let options = if let Some(behind) = behind {
            behind.image_options(moments.now, entries)
        } else {
            let mut options =
                ImageOptions { session, boot: entries, hybrid, ..arguments.image_options(&tree, moments) };
            options.session.rewritable = rewritable;
            options
        };
        let image = if arguments.embed_checksums {
            embed(tree, contents, &options)?
        } else {
            Arc::new(ResultImage::new(Arc::new(tree), Arc::new(contents), &options)?)
        };
        progress.clear();
        Ok(Self { image, options, counted })
    }

    /// Tells a person what stayed out, and what only newer systems read.
    pub fn notes(&self, arguments: &ImageArguments, lang: Lang) {
        let outline = Outline::of(&self.image, false, arguments.verbose);
        let told = Told { image: &self.image, options: &self.options, counted: &self.counted, outline: &outline };
        Teller { lang, arguments, dry_run: false }.notes(told);
    }
}

/// The work on one image.
struct Work<'a> {
    arguments: &'a CreateArguments,
    interrupts: &'a Interrupts,
    progress: &'a mut Progress,
    lang: Lang,
}

/// Standard output may be closed, which is nothing that an image fails of.
type Said = io::Result<()>;

impl Work<'_> {
    fn create(&mut self, out: &mut Output) -> Result<Said, CreateError> {
        let arguments = self.arguments;
        let target = self.target()?;
        // Found out before the work, and not behind it.
        let report = arguments.report.as_deref().filter(|report| !is_standard(report));
        report.map(|report| destination::file(report, arguments.force)).transpose()?;

        let output = arguments.output.as_deref().filter(|output| !is_standard(output));
        let stash = output.map(|output| destination::folder_of(output).to_path_buf());
        let goes = Goes { written: arguments.written(), stash, rewritable: false };
        let Planned { image, options, counted } =
            Planned::new(&arguments.image, self.interrupts, self.progress, goes, None)?;

        let names = arguments.dry_run;
        let outline = Outline::of(&image, names, arguments.image.verbose);
        let told = Told { image: &image, options: &options, counted: &counted, outline: &outline };
        let teller = Teller { lang: self.lang, arguments: &arguments.image, dry_run: arguments.dry_run };
        teller.notes(told);
        let beside = report.map(|report| Beside::write(report, arguments.force, |out| write_layout(&image, out)));
        let beside = beside.transpose()?;
        match &target {
            None => {}
            Some(target) if is_standard(target) => {
                if let Err(error) = self.write_out(&image)? {
                    return Ok(Err(error));
                }
            }
            Some(target) => self.write(&image, target)?,
        }
        beside.map(Beside::name).transpose()?;
        self.progress.clear();
        Ok(self.tell(told, teller, out))
    }

    /// Where the image goes; nowhere in a dry run, which finds out all the same whether it could.
    fn target(&self) -> Result<Option<PathBuf>, DestinationError> {
        let Some(output) = self.arguments.output.as_deref() else { return Ok(None) };
        let target =
            if is_standard(output) { output.to_path_buf() } else { destination::file(output, self.arguments.force)? };
        Ok((!self.arguments.dry_run).then_some(target))
    }

    fn write(&mut self, image: &ResultImage, target: &Path) -> Result<(), WriteError> {
        let sync = !self.arguments.no_sync;
        let progress = &mut *self.progress;
        let mut listener = |&ImageWritten { blocks, of }: &ImageWritten| {
            let [bytes, of] = [blocks, of].map(|blocks| blocks * BLOCK as u64);
            progress.show(Step::Writing { bytes, of });
            if bytes == of && sync {
                progress.show(Step::Syncing);
            }
            ControlFlow::Continue(())
        };
        let mut control = Control::new(self.interrupts.token().clone(), &mut listener);
        let options = WriteOptions { sync, replace: self.arguments.force };
        write_image(image, target, options, &mut control)
    }

    /// Writes the image to standard output, whose failure is not the image's.
    fn write_out(&mut self, image: &ResultImage) -> Result<Said, CreateError> {
        // The standard library's own looks for ends of lines.
        let mut out = match io::stdout().as_fd().try_clone_to_owned() {
            Ok(stdout) => File::from(stdout),
            Err(error) => return Ok(Err(error)),
        };
        let mut buffer = vec![0; AT_ONCE * BLOCK];
        let (mut block, of) = (0, image.bytes());
        while block < image.blocks() {
            if self.interrupts.token().is_cancelled() {
                return Err(WriteError::Cancelled(imapi_disc_types::Cancelled).into());
            }
            let count = image.read(Block(block), &mut buffer).map_err(WriteError::from)?.get();
            if let Err(error) = out.write_all(&buffer[..count as usize * BLOCK]) {
                return Ok(Err(error));
            }
            block += u64::from(count);
            self.progress.show(Step::Writing { bytes: block * BLOCK as u64, of });
        }
        image.check_empty_files().map_err(WriteError::from)?;
        Ok(Ok(()))
    }

    fn tell(&self, told: Told<'_>, teller: Teller<'_>, out: &mut Output) -> Said {
        let arguments = self.arguments;
        if arguments.report.as_deref().is_some_and(is_standard) {
            write_layout(told.image, out)?;
        } else if arguments.image.json {
            let image = arguments.output.as_deref().filter(|_| !arguments.dry_run);
            serde_json::to_writer_pretty(
                &mut *out,
                &told.made(image.map(|image| image.display().to_string()), arguments.dry_run, &arguments.image),
            )?;
            writeln!(out)?;
        } else if arguments.dry_run {
            teller.dry_run(told, out)?;
        } else if let Some(image) =
            arguments.output.as_deref().filter(|image| !arguments.image.quiet && !is_standard(image))
        {
            teller.made(told, &image.display().to_string(), out)?;
        }
        Ok(())
    }
}
