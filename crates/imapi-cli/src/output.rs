//! Standard output: buffered, with colours only where they are wanted, and lines as wide as the terminal.

use std::{
    fmt::Display,
    io::{self, BufWriter, IsTerminal as _, Write},
};

use anstream::AutoStream;
use imapi_errors::{Lang, Report};

/// How a command ended; what failed has been told already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The work is done.
    Done,
    /// Something that was asked for could not be done.
    Failed,
    /// A signal ended it: 128 and the signal's number.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "what hears signals runs on Linux only"))]
    Stopped(u8),
}

/// Where a command prints.
pub struct Output {
    to: Box<dyn Write>,
    width: Option<usize>,
}

impl Output {
    /// Standard output. Styles are removed unless it is a terminal and `NO_COLOR` is not set.
    pub fn standard() -> Self {
        let stdout = io::stdout();
        let width = stdout.is_terminal().then(|| textwrap::termwidth().clamp(40, 100));
        Self { to: Box::new(BufWriter::new(AutoStream::auto(stdout))), width }
    }

    /// Writes a paragraph: the first line begins with `first`, the others with as many spaces.
    ///
    /// On a terminal it is wrapped at its width; elsewhere a paragraph is one line, which other programs can search.
    pub fn paragraph(&mut self, first: &str, text: &str) -> io::Result<()> {
        let indent = " ".repeat(textwrap::core::display_width(first));
        match self.width {
            None => writeln!(self.to, "{first}{text}"),
            Some(width) => {
                let options = textwrap::Options::new(width).initial_indent(first).subsequent_indent(&indent);
                writeln!(self.to, "{}", textwrap::fill(text, options))
            }
        }
    }

    /// Writes what is still buffered.
    pub fn finish(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.to.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Tells an error on standard error: message, facts, hint, code.
pub fn report(error: &(impl imapi_errors::Coded + ?Sized), lang: Lang) {
    complain(&Report::new(error, lang));
}

/// Writes a line to standard error. When even that is closed, there is nobody left to tell.
pub fn complain(text: &dyn Display) {
    let _ = writeln!(anstream::stderr(), "imapi: {text}");
}

/// How a name stands out.
pub const NAME: anstyle::Style = anstyle::Style::new().bold();
/// How a label stands back.
pub const LABEL: anstyle::Style = anstyle::AnsiColor::Cyan.on_default();
