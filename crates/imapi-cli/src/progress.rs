//! How far the work is, on standard error: a line that is drawn over again on a terminal, a line now and then elsewhere.

use std::{
    collections::VecDeque,
    env,
    io::{self, IsTerminal as _, Write},
    time::{Duration, Instant},
};

use imapi_errors::{Lang, Term};
use textwrap::core::display_width;

/// A line is drawn again after this at the earliest.
const REDRAW: Duration = Duration::from_millis(100);
/// Where lines stay, one comes after this: short work stays silent.
const NEXT_LINE: Duration = Duration::from_secs(10);
/// The rate is that of so much time, lest it jumps.
const WINDOW: Duration = Duration::from_secs(5);
/// No more of the past is kept than is needed.
const SAMPLE: Duration = Duration::from_millis(200);

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Folders are read: so many files were found, of so many bytes.
    Scanning { files: u64, bytes: u64 },
    /// Standard input is read: so many bytes came of those that are to come, where that is known.
    Input { bytes: u64, of: Option<u64> },
    /// The image is written: so many bytes of all.
    Writing { bytes: u64, of: u64 },
    /// It is written, and the system brings it to the disk.
    Syncing,
    /// A disc is written: so many bytes of all.
    Burning { bytes: u64, of: u64 },
    /// Something is done with a disc: so many bytes of all.
    Transfer { doing: Term, bytes: u64, of: u64 },
    /// The drive does something, so long already of so long at most, and so many percent where it says so.
    Drive { doing: Term, seconds: u64, most: Option<u64>, percent: Option<u32> },
}

/// How it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    Nothing,
    /// One line, over and over again.
    Terminal,
    /// A line now and then.
    Lines,
}

/// Shows how far the work is.
pub struct Progress {
    manner: Manner,
    lang: Lang,
    shown: Option<Instant>,
    /// There is a line on the terminal that has to go.
    drawn: bool,
    rate: Rate,
}

impl Progress {
    /// Nothing when it is to be quiet; lines only where they do not disturb a program that wants JSON.
    pub fn new(quiet: bool, json: bool, lang: Lang) -> Self {
        let terminal = io::stderr().is_terminal() && env::var_os("TERM").is_none_or(|term| term != "dumb");
        let manner = match (quiet, terminal, json) {
            (true, ..) | (_, false, true) => Manner::Nothing,
            (_, true, _) => Manner::Terminal,
            (_, false, false) => Manner::Lines,
        };
        Self::of(manner, lang)
    }

    fn of(manner: Manner, lang: Lang) -> Self {
        Self { manner, lang, shown: None, drawn: false, rate: Rate::default() }
    }

    /// Shows a step, if it is time for that.
    pub fn show(&mut self, step: Step) {
        if self.manner != Manner::Nothing {
            let width = textwrap::termwidth();
            // When standard error is closed, there is nobody to show it to.
            let _ = self.show_at(step, Instant::now(), width, &mut io::stderr().lock());
        }
    }

    /// Whether anything is shown at all.
    pub fn is_shown(&self) -> bool {
        self.manner != Manner::Nothing
    }

    /// Takes the line away.
    pub fn clear(&mut self) {
        let _ = self.clear_from(&mut io::stderr().lock());
    }

    fn show_at(&mut self, step: Step, now: Instant, width: usize, out: &mut dyn Write) -> io::Result<()> {
        if let Step::Input { bytes, .. }
        | Step::Writing { bytes, .. }
        | Step::Burning { bytes, .. }
        | Step::Transfer { bytes, .. } = step
        {
            self.rate.note(now, bytes);
        }
        let pause = if self.manner == Manner::Terminal { REDRAW } else { NEXT_LINE };
        // What may take long and tells nothing is said at once, on a terminal.
        let at_once = self.manner == Manner::Terminal && (step == Step::Syncing || self.shown.is_none());
        let since = now.duration_since(*self.shown.get_or_insert(now));
        if since < pause && !at_once {
            return Ok(());
        }
        self.shown = Some(now);
        let line = self.line(step);
        match self.manner {
            Manner::Nothing => Ok(()),
            Manner::Lines => writeln!(out, "imapi: {line}"),
            Manner::Terminal => {
                self.drawn = true;
                write!(out, "\r{}\x1b[K", cut(&line, width.saturating_sub(1)))?;
                out.flush()
            }
        }
    }

    fn clear_from(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if std::mem::take(&mut self.drawn) {
            write!(out, "\r\x1b[K")?;
            out.flush()?;
        }
        Ok(())
    }

    fn line(&self, step: Step) -> String {
        let (colon, comma) = (self.lang.term(Term::MarkColon), self.lang.term(Term::MarkComma));
        let said = |term, parts: &[String]| format!("{}{colon}{}", self.lang.term(term), parts.join(comma));
        let mut parts = Vec::new();
        match step {
            Step::Scanning { files, bytes } => {
                parts.push(files.to_string());
                parts.push(size(bytes));
                said(Term::ImageScanning, &parts)
            }
            Step::Input { bytes, of } => {
                self.measured(bytes, of, &mut parts);
                said(Term::ImageInput, &parts)
            }
            Step::Writing { bytes, of } => {
                self.measured(bytes, Some(of), &mut parts);
                said(Term::ImageWriting, &parts)
            }
            Step::Syncing => self.lang.term(Term::ImageSyncing).to_string(),
            Step::Burning { bytes, of } => {
                self.measured(bytes, Some(of), &mut parts);
                said(Term::BurnWriting, &parts)
            }
            Step::Transfer { doing, bytes, of } => {
                self.measured(bytes, Some(of), &mut parts);
                said(doing, &parts)
            }
            Step::Drive { doing, seconds, most, percent } => {
                parts.extend(percent.map(|percent| format!("{percent} %")));
                parts.push(duration(seconds));
                parts.extend(most.map(|most| format!("{} {}", self.lang.term(Term::AtMost), duration(most))));
                said(doing, &parts)
            }
        }
    }

    /// How much is done, how fast, and how long the rest takes.
    fn measured(&self, bytes: u64, of: Option<u64>, parts: &mut Vec<String>) {
        match of {
            Some(of) => {
                let percent = if of == 0 { 100 } else { u128::from(bytes) * 100 / u128::from(of) };
                parts.push(format!("{percent} %"));
                parts.push(format!("{} / {}", size(bytes), size(of)));
            }
            None => parts.push(size(bytes)),
        }
        let Some(rate) = self.rate.per_second() else { return };
        parts.push(format!("{}/s", size(rate)));
        if let Some(left) = of.map(|of| of.saturating_sub(bytes)).and_then(|left| left.checked_div(rate)) {
            let (label, colon) = (self.lang.term(Term::TimeLeft), self.lang.term(Term::MarkColon));
            parts.push(format!("{label}{colon}{}", duration(left)));
        }
    }
}

/// How much came when, of late.
#[derive(Debug, Default)]
struct Rate {
    samples: VecDeque<(Instant, u64)>,
    latest: Option<(Instant, u64)>,
}

impl Rate {
    fn note(&mut self, now: Instant, bytes: u64) {
        // Another step begins from nothing.
        if self.latest.is_some_and(|(_, before)| bytes < before) {
            self.samples.clear();
        }
        self.latest = Some((now, bytes));
        if self.samples.back().is_none_or(|(at, _)| now.duration_since(*at) >= SAMPLE) {
            self.samples.push_back((now, bytes));
        }
        while self.samples.get(1).is_some_and(|(at, _)| now.duration_since(*at) >= WINDOW) {
            self.samples.pop_front();
        }
    }

    /// Bytes per second, when enough time went by to say it.
    fn per_second(&self) -> Option<u64> {
        let ((first, before), (last, bytes)) = (self.samples.front().copied()?, self.latest?);
        let micros = last.duration_since(first).as_micros();
        let rate = (u128::from(bytes.saturating_sub(before)) * 1_000_000).checked_div(micros)?;
        (micros >= SAMPLE.as_micros()).then(|| u64::try_from(rate).unwrap_or(u64::MAX))
    }
}

/// Bytes in a unit of powers of 1024, with one digit behind the point.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let unit = (bytes.ilog2() / 10).min(6);
    let tenths = (u128::from(bytes) * 10) >> (unit * 10);
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit as usize - 1])
}

/// Seconds as clocks show them.
fn duration(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// As much of a line as is so wide.
fn cut(line: &str, width: usize) -> &str {
    let mut end = line.len();
    while display_width(&line[..end]) > width {
        end = line[..end].char_indices().next_back().map_or(0, |(at, _)| at);
    }
    &line[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is shown when steps come at those moments, in milliseconds.
    fn shown(manner: Manner, lang: Lang, width: usize, steps: &[(u64, Step)]) -> String {
        let (mut progress, mut out) = (Progress::of(manner, lang), Vec::new());
        let began = Instant::now();
        for &(at, step) in steps {
            progress.show_at(step, began + Duration::from_millis(at), width, &mut out).expect("it has room");
        }
        progress.clear_from(&mut out).expect("it has room");
        String::from_utf8(out).expect("text")
    }

    const MIB: u64 = 1 << 20;

    /// So much written after so many seconds of a steady rate.
    fn steady(seconds: u64, of: u64) -> Vec<(u64, Step)> {
        (0..=seconds * 20).map(|at| (at * 50, Step::Writing { bytes: at * 5 * MIB, of })).collect()
    }

    #[test]
    fn a_terminal_has_one_line_that_is_gone_in_the_end() {
        let text = shown(Manner::Terminal, Lang::EN, 80, &steady(10, 2000 * MIB));
        let lines: Vec<&str> = text.split('\r').collect();
        // One after another tenth of a second, the first at once.
        assert_eq!(lines.len(), 1 + 101 + 1);
        assert!(lines[1..].iter().all(|line| line.ends_with("\u{1b}[K")), "{text:?}");
        assert_eq!(lines.last(), Some(&"\u{1b}[K"));
        assert_eq!(lines[101], "Writing the image: 50 %, 1000.0 MiB / 1.9 GiB, 100.0 MiB/s, time left: 0:10\u{1b}[K");
        assert!(!text.contains('\n'));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for lang in Lang::ALL {
            for width in [0, 1, 20, 40] {
                let text = shown(Manner::Terminal, lang, width, &steady(6, 1000 * MIB));
                let widest = text.split('\r').map(|line| display_width(line.trim_end_matches("\u{1b}[K"))).max();
                assert!(widest < Some(width.max(1)), "{} {width}: {text:?}", lang.tag());
            }
        }
    }

    #[test]
    fn elsewhere_lines_come_now_and_then_and_short_work_says_nothing() {
        let text = shown(Manner::Lines, Lang::EN, 80, &steady(25, 5000 * MIB));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert_eq!(lines[0], "imapi: Writing the image: 20 %, 1000.0 MiB / 4.8 GiB, 100.0 MiB/s, time left: 0:40");
        assert_eq!(shown(Manner::Lines, Lang::EN, 80, &steady(9, 5000 * MIB)), "");
        assert_eq!(shown(Manner::Nothing, Lang::EN, 80, &steady(25, 5000 * MIB)), "");
    }

    #[test]
    fn every_step_has_its_words() {
        let words = |step| shown(Manner::Terminal, Lang::EN, 80, &[(0, step)]);
        assert!(words(Step::Scanning { files: 12, bytes: 2048 }).contains("Looking for files: 12, 2.0 KiB"));
        assert!(words(Step::Input { bytes: 5, of: None }).contains("Reading standard input: 5 B\u{1b}"));
        assert!(words(Step::Input { bytes: 5, of: Some(10) }).contains("input: 50 %, 5 B / 10 B\u{1b}"));
        assert!(words(Step::Input { bytes: 0, of: Some(0) }).contains("input: 100 %, 0 B / 0 B\u{1b}"));
        assert!(words(Step::Syncing).contains("Waiting until the image is on the disk"));
        // A step that says nothing more is shown although the last line is new.
        let steps = [(0, Step::Writing { bytes: 1, of: 1 }), (1, Step::Syncing)];
        assert!(shown(Manner::Terminal, Lang::EN, 80, &steps).contains("Waiting"));
    }

    #[test]
    fn a_rate_is_that_of_the_last_seconds_and_of_one_step() {
        let mut rate = Rate::default();
        let began = Instant::now();
        let at = |seconds: u64| began + Duration::from_secs(seconds);
        rate.note(at(0), 0);
        assert_eq!(rate.per_second(), None);
        (1..=10).for_each(|second| rate.note(at(second), second * 100));
        assert_eq!(rate.per_second(), Some(100));
        (11..=30).for_each(|second| rate.note(at(second), 1000 + (second - 10) * 10));
        assert_eq!(rate.per_second(), Some(10));
        rate.note(at(31), 0);
        rate.note(at(32), 7);
        assert_eq!(rate.per_second(), Some(7));
        // Nothing comes any more.
        (33..=40).for_each(|second| rate.note(at(second), 7));
        assert_eq!(rate.per_second(), Some(0));
    }

    #[test]
    fn sizes_and_times_are_told_as_people_tell_them() {
        let told = [0, 1023, 1024, 1536, 1_048_575, 1 << 20, (1 << 30) * 3 / 2, 5 << 40, u64::MAX].map(size);
        let expected =
            ["0 B", "1023 B", "1.0 KiB", "1.5 KiB", "1023.9 KiB", "1.0 MiB", "1.5 GiB", "5.0 TiB", "15.9 EiB"];
        assert_eq!(told, expected);
        assert_eq!(
            [0, 59, 60, 3599, 3600, 90_061].map(duration),
            ["0:00", "0:59", "1:00", "59:59", "1:00:00", "25:01:01"]
        );
    }
}
