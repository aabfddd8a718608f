//! What a person is told: what stayed out, what only newer systems read, and what a dry run found.

use std::io::{self, Write as _};

use imapi_disc_types::BlockSource as _;
use imapi_errors::{Fact, Lang, Term, Value};
use imapi_fsimage::{ImageOptions, Skipped, SkippedBecause};

use super::{
    arguments::ImageArguments,
    outline::{Count, Special},
    report::{self, Told},
};
use crate::{
    output::{self, Output},
    progress,
};

/// Speaks to a person in one language.
#[derive(Clone, Copy)]
pub struct Teller<'a> {
    pub lang: Lang,
    pub arguments: &'a ImageArguments,
    pub dry_run: bool,
}

impl Teller<'_> {
    fn labelled(self, label: &str, value: impl std::fmt::Display) -> String {
        format!("{label}{}{value}", self.lang.term(Term::MarkColon))
    }

    fn counted(self, term: Term, count: u64) -> String {
        self.labelled(self.lang.term(term), count)
    }

    /// What stayed out, and what the person may not expect, on standard error.
    pub fn notes(self, told: Told<'_>) {
        if self.arguments.quiet {
            return;
        }
        for skipped in &told.counted.skipped {
            self.skipped(skipped);
        }
        let lost = self.counts(told.outline.lost).join(self.comma());
        if !lost.is_empty() {
            output::complain(&self.labelled(self.lang.term(Term::ImageLeftOut), lost));
            if !self.arguments.rock_ridge {
                output::complain(&self.labelled(self.lang.term(Term::HelpfulOption), "--rock-ridge"));
            }
        }
        if self.arguments.verbose && !self.dry_run {
            for left_out in told.outline.left_out.iter().filter(|left_out| left_out.everywhere) {
                let kind = self.lang.term(match left_out.kind {
                    Special::Link => Term::Links,
                    Special::SpecialFile => Term::SpecialFiles,
                });
                let path = Value::Text(&left_out.path).to_string();
                let label = format!("{} ({kind})", self.lang.term(Term::ImageLeftOut));
                output::complain(&self.labelled(&label, path));
            }
        }
        self.altered_texts(told.options);
        let revision = told.options.udf_revision;
        if told.options.file_systems.udf && revision.has_mirror() {
            output::complain(&self.labelled(&format!("UDF {revision}"), self.lang.term(Term::NewerSystemsOnly)));
        }
    }

    fn skipped(self, skipped: &Skipped) {
        let path = &skipped.path.display();
        let path = Value::Text(path);
        let label = self.lang.term(Term::ImageLeftOut);
        match &skipped.why {
            SkippedBecause::Unreadable(error) => {
                output::complain(&self.labelled(&self.labelled(label, path), error));
            }
            SkippedBecause::LeftOut => {
                output::complain(&self.labelled(&self.labelled(label, path), self.lang.term(Term::ImageIsWritten)));
            }
            SkippedBecause::OtherFileSystem if self.arguments.verbose => {
                output::complain(&self.labelled(label, path));
            }
            SkippedBecause::OtherFileSystem => {}
        }
    }

    /// What was said of the volume, and stands otherwise in a file system.
    fn altered_texts(self, options: &ImageOptions) {
        for altered in report::altered_texts(options, self.arguments) {
            let became = format!("{} -> {}", Value::Text(&altered.given), Value::Text(&altered.became));
            output::complain(&self.labelled(&format!("{} ({})", altered.option, altered.file_system), became));
        }
    }

    /// How many there are of which kind, where there are any.
    fn counts(self, count: Count) -> Vec<String> {
        let Count { files, folders, links, special_files } = count;
        let counts =
            [(Term::Files, files), (Term::Folders, folders), (Term::Links, links), (Term::SpecialFiles, special_files)];
        counts.into_iter().filter(|(_, count)| *count > 0).map(|(term, count)| self.counted(term, count)).collect()
    }

    fn comma(self) -> &'static str {
        self.lang.term(Term::MarkComma)
    }

    /// That it is made, in a line.
    pub fn made(self, told: Told<'_>, image: &str, out: &mut Output) -> io::Result<()> {
        let mut parts = vec![progress::size(told.image.bytes())];
        parts.extend(self.counts(told.outline.kept));
        writeln!(out, "{}", self.labelled(&Value::Text(&image).to_string(), parts.join(self.comma())))
    }

    /// What an image would be.
    pub fn dry_run(self, told: Told<'_>, out: &mut Output) -> io::Result<()> {
        let Told { image, counted, outline, .. } = told;
        writeln!(out, "{}", self.labelled(self.lang.label(Fact::Size), image.bytes()))?;
        writeln!(out, "{}", self.counted(Term::Blocks, image.blocks()))?;
        for part in report::parts(image) {
            let name = match part.of {
                report::DESCRIPTORS => self.lang.term(Term::PartDescriptors),
                report::FILES => self.lang.term(Term::PartFiles),
                report::NOTHING => self.lang.term(Term::PartNothing),
                of => of,
            };
            writeln!(out, "  {}", self.labelled(name, part.blocks))?;
        }
        let mut numbers = self.counts(outline.kept);
        if counted.excluded > 0 {
            numbers.push(self.counted(Term::Excluded, counted.excluded));
        }
        if !numbers.is_empty() {
            writeln!(out, "{}", numbers.join(self.comma()))?;
        }
        if !outline.renamed.is_empty() {
            writeln!(out, "{}{}", self.lang.term(Term::ImageRenamed), self.lang.term(Term::MarkColon).trim_end())?;
        }
        for renamed in &outline.renamed {
            let became = format!("{} -> {}", Value::Text(&renamed.path), Value::Text(&renamed.name));
            writeln!(out, "  {}", self.labelled(renamed.file_system, became))?;
        }
        if !outline.left_out.is_empty() {
            writeln!(out, "{}{}", self.lang.term(Term::ImageLeftOut), self.lang.term(Term::MarkColon).trim_end())?;
        }
        for left_out in &outline.left_out {
            let file_systems = left_out.file_systems.join(self.comma());
            writeln!(out, "  {}", self.labelled(&file_systems, Value::Text(&left_out.path)))?;
        }
        Ok(())
    }
}
