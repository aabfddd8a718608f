//! The text of a table, byte by byte: `docs/checksums.md`.
//!
//! All that stands in a table has a length that is known before any sum is, so that the file has its place in the image
//! before a byte of the image is read.

use std::{fmt::Write as _, ops::Range};

use imapi_errors::{Coded, Fact, HResult, Value, common};
use sha2::{Digest as _, Sha256};

use super::{BLOCK, NAME};
use crate::manifest::Sha256Sum;

/// The first line, by which a table is found.
pub(super) const TAG: &[u8] = b"# imapi checksums 1 51c7e0b4-93fa-4d2b-8a6e-0f5d7c21b968\n";
/// What stands before the table's own sum, in the third line.
const OWN: &str = "# SHA-256 of this file with zeros here: ";
const END: &str = "# end\n";
/// A sum has so many digits.
const SUM: usize = 64;
/// A table has at least so many bytes, so that no file system puts it into its metadata.
const LEAST: usize = 2 * BLOCK;

/// Blocks whose bytes have one sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// Which, counted from the first of the image.
    pub blocks: Range<u64>,
    /// What SHA-256 makes of them.
    pub sum: Sha256Sum,
}

/// A file and its sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its path in the image, without a slash before it; as bytes, as Linux has them.
    pub path: Vec<u8>,
    /// The block in which its bytes begin, counted from the first of the image; none of a file that lies in metadata.
    pub block: Option<u64>,
    /// How many bytes it has.
    pub bytes: u64,
    /// What SHA-256 makes of them.
    pub sum: Sha256Sum,
}

impl Listed {
    /// Its blocks; none of a file that has none of its own.
    #[must_use]
    pub fn blocks(&self) -> Range<u64> {
        self.block.map_or(0..0, |first| first..first + self.bytes.div_ceil(BLOCK as u64))
    }

    /// Its path, for people.
    #[must_use]
    pub fn name(&self) -> String {
        format!("/{}", String::from_utf8_lossy(&self.path))
    }
}

/// The sums of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Where the table itself is.
    pub at: u64,
    /// Blocks of the image, the table's among them.
    pub of: u64,
    /// Its bytes.
    pub bytes: u64,
    /// All blocks but its own.
    pub areas: Vec<Area>,
    /// All files but itself.
    pub files: Vec<Listed>,
}

/// Why something that looks like a table is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// It does not begin as one.
    #[error("it does not begin as a table of checksums")]
    Head,
    /// Its own sum is not that of its bytes.
    #[error("the table of checksums is damaged")]
    Damaged,
    /// Its sum is right, but a line is none of this version.
    #[error("line {line} is none of a table of checksums")]
    Line {
        /// Its number, from 1.
        line: u64,
    },
}

impl Coded for TableError {
    fn code(&self) -> HResult {
        common::ERROR_CRC
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        put(Fact::Reason, Value::Text(self));
    }
}

/// What stands in the second and third line, and all of it at a fixed place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub at: u64,
    pub blocks: u64,
    pub of: u64,
    pub bytes: u64,
    pub areas: u64,
    pub files: u64,
}

impl Head {
    fn text(&self) -> String {
        let Self { at, blocks, of, bytes, areas, files } = self;
        format!(
            "# at {at:010}+{blocks:010} of {of:010} blocks; {bytes:020} bytes, {areas:010} areas, {files:010} files\n"
        )
    }

    /// Reads the beginning of a block.
    pub fn decode(block: &[u8]) -> Result<Self, TableError> {
        let rest = block.strip_prefix(TAG).ok_or(TableError::Head)?;
        let line = rest.split(|&byte| byte == b'\n').next().and_then(|line| std::str::from_utf8(line).ok());
        let line = line.ok_or(TableError::Head)?;
        let numbers = line.split(|character: char| !character.is_ascii_digit()).filter(|number| !number.is_empty());
        let numbers: Vec<u64> = numbers.filter_map(|number| number.parse().ok()).collect();
        let &[at, blocks, of, bytes, areas, files] = &numbers[..] else { return Err(TableError::Head) };
        let head = Self { at, blocks, of, bytes, areas, files };
        let fits = bytes.div_ceil(BLOCK as u64) == blocks && at.checked_add(blocks).is_some_and(|end| end <= of);
        // What is read is what is written, so that nobody has to guess at other ways of writing numbers.
        (fits && head.text().trim_end() == line).then_some(head).ok_or(TableError::Head)
    }
}

/// Where the table's own sum is.
fn own_sum() -> Range<usize> {
    let begin = TAG.len() + Head { at: 0, blocks: 0, of: 0, bytes: 0, areas: 0, files: 0 }.text().len() + OWN.len();
    begin..begin + SUM
}

fn explanation() -> String {
    format!(
        "# Here are the sums of all files of this image or session, and of all its blocks but those of this file.\n\
         # Files: cd to where it is mounted, then: sha256sum -c {NAME}\n\
         # Blocks (of 2048 bytes, from the first of the session): dd bs=2048 skip=FIRST count=COUNT | sha256sum\n\
         # This file begins with its first line at the beginning of a block, where it is found without the directory.\n\
         # Areas are FIRST+COUNT blocks. Before each file stands the block in which it begins, and how many bytes it has.\n"
    )
}

fn area_line(area: &Area) -> String {
    let Range { start, end } = area.blocks;
    format!("#a {start:010}+{:010} {}\n", end - start, area.sum)
}

/// The two lines of a file.
fn file_lines(file: &Listed, out: &mut Vec<u8>) {
    let block = file.block.map_or_else(|| "-".repeat(10), |block| format!("{block:010}"));
    let sum = file.sum;
    out.extend(format!("#f {block}+{:020}\n", file.bytes).into_bytes());
    let escapes = |byte: &u8| matches!(byte, b'\\' | b'\n' | b'\r');
    // As sha256sum writes names with such characters.
    let has_escapes = file.path.iter().any(escapes);
    out.extend(format!("{}{sum}  ", if has_escapes { "\\" } else { "" }).into_bytes());
    for &byte in &file.path {
        match byte {
            b'\\' => out.extend(b"\\\\"),
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            _ => out.push(byte),
        }
    }
    out.push(b'\n');
}

/// Bytes that a table of these files takes, which may have so many areas.
pub(super) fn size(files: impl Iterator<Item = Listed>, areas: u64) -> u64 {
    let nothing = Area { blocks: 0..0, sum: Sha256Sum([0; 32]) };
    let mut lines = Vec::new();
    let files: u64 = files
        .map(|file| {
            lines.clear();
            file_lines(&file, &mut lines);
            lines.len() as u64
        })
        .sum();
    let head = own_sum().end + 1 + explanation().len() + END.len();
    let all = head as u64 + areas * area_line(&nothing).len() as u64 + files;
    all.max(LEAST as u64)
}

impl Table {
    /// Its blocks.
    #[must_use]
    pub fn blocks(&self) -> Range<u64> {
        self.at..self.at + self.bytes.div_ceil(BLOCK as u64)
    }

    /// Its text, filled up to its bytes; none when it takes more.
    pub(super) fn text(&self) -> Option<Vec<u8>> {
        let blocks = self.blocks();
        let head = Head {
            at: self.at,
            blocks: blocks.end - blocks.start,
            of: self.of,
            bytes: self.bytes,
            areas: self.areas.len() as u64,
            files: self.files.len() as u64,
        };
        let mut out = TAG.to_vec();
        out.extend(head.text().bytes());
        out.extend(format!("{OWN}{}\n", Sha256Sum([0; 32])).bytes());
        out.extend(explanation().bytes());
        self.areas.iter().for_each(|area| out.extend(area_line(area).bytes()));
        self.files.iter().for_each(|file| file_lines(file, &mut out));
        let wanted = usize::try_from(self.bytes).ok()?;
        match wanted.checked_sub(out.len() + END.len())? {
            0 => {}
            1 => return None,
            spare => {
                out.push(b'#');
                out.resize(out.len() + spare - 2, b' ');
                out.push(b'\n');
            }
        }
        out.extend(END.bytes());
        let mut digits = String::with_capacity(SUM);
        let sum = Sha256Sum(Sha256::digest(&out).into());
        write!(digits, "{sum}").ok()?;
        out[own_sum()].copy_from_slice(digits.as_bytes());
        Some(out)
    }

    /// Reads the text of a table.
    pub fn parse(text: &[u8]) -> Result<Self, TableError> {
        let head = Head::decode(text)?;
        let bytes = usize::try_from(head.bytes).map_err(|_| TableError::Damaged)?;
        let text = text.get(..bytes).ok_or(TableError::Damaged)?;
        let place = own_sum();
        let own = text.get(place.clone()).and_then(|sum| std::str::from_utf8(sum).ok()).ok_or(TableError::Damaged)?;
        let own: Sha256Sum = own.parse().map_err(|()| TableError::Damaged)?;
        let mut hash = Sha256::new();
        hash.update(&text[..place.start]);
        hash.update([b'0'; SUM]);
        hash.update(&text[place.end..]);
        if own != Sha256Sum(hash.finalize().into()) {
            return Err(TableError::Damaged);
        }
        let mut table = Self { at: head.at, of: head.of, bytes: head.bytes, areas: Vec::new(), files: Vec::new() };
        let mut span = None;
        for (number, line) in (1..).zip(text.split(|&byte| byte == b'\n')) {
            let wrong = TableError::Line { line: number };
            if let Some(area) = line.strip_prefix(b"#a ") {
                table.areas.push(area_of(area).ok_or(wrong)?);
            } else if let Some(file) = line.strip_prefix(b"#f ") {
                span = Some(span_of(file).ok_or(wrong)?);
            } else if !line.is_empty() && !line.starts_with(b"#") {
                let (block, bytes) = span.take().ok_or(wrong)?;
                let (sum, path) = file_of(line).ok_or(wrong)?;
                table.files.push(Listed { path, block, bytes, sum });
            }
        }
        let counted = table.areas.len() as u64 == head.areas && table.files.len() as u64 == head.files;
        if counted { Ok(table) } else { Err(TableError::Head) }
    }
}

fn text_of(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

fn area_of(line: &[u8]) -> Option<Area> {
    let (blocks, sum) = text_of(line)?.split_once(' ')?;
    let (first, count) = blocks.split_once('+')?;
    let (first, count): (u64, u64) = (first.parse().ok()?, count.parse().ok()?);
    Some(Area { blocks: first..first.checked_add(count)?, sum: sum.parse().ok()? })
}

fn span_of(line: &[u8]) -> Option<(Option<u64>, u64)> {
    let (block, bytes) = text_of(line)?.split_once('+')?;
    let block = if block.starts_with('-') { None } else { Some(block.parse().ok()?) };
    Some((block, bytes.parse().ok()?))
}

fn file_of(line: &[u8]) -> Option<(Sha256Sum, Vec<u8>)> {
    let (is_escaped, line) = line.strip_prefix(b"\\").map_or((false, line), |line| (true, line));
    let (sum, path) = line.split_at_checked(SUM)?;
    let mut path = path.strip_prefix(b"  ")?.iter();
    let mut name = Vec::new();
    while let Some(&byte) = path.next() {
        name.push(match byte {
            b'\\' if is_escaped => match path.next()? {
                b'n' => b'\n',
                b'r' => b'\r',
                b'\\' => b'\\',
                _ => return None,
            },
            other => other,
        });
    }
    (!name.is_empty()).then_some(())?;
    Some((text_of(sum)?.parse().ok()?, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(paths: &[&[u8]], spare: u64) -> Table {
        let file = |(number, path): (u64, &&[u8])| Listed {
            path: path.to_vec(),
            block: (number != 1).then_some(number * 7),
            bytes: number * 1000,
            sum: Sha256Sum([number.to_le_bytes()[0]; 32]),
        };
        let files: Vec<Listed> = (0..).zip(paths).map(file).collect();
        let area = |first: u64, count: u64| Area { blocks: first..first + count, sum: Sha256Sum([0xE3; 32]) };
        let areas = vec![area(0, AREA_HERE), area(AREA_HERE, 12)];
        let bytes = size(files.iter().cloned(), 2) + spare;
        let at = AREA_HERE + 12;
        Table { at, of: at + bytes.div_ceil(2048) + 5, bytes, areas, files }
    }

    const AREA_HERE: u64 = super::super::AREA;

    #[test]
    fn a_text_is_its_table() {
        let many: Vec<Vec<u8>> = (0..100).map(|number| format!("file {number}").into_bytes()).collect();
        let many: Vec<&[u8]> = many.iter().map(Vec::as_slice).collect();
        let odd: [&[u8]; 7] =
            [b"plain", b"with space", b"back\\slash", b"line\nfeed", b"re\rturn", b"\xFFno text", b"#hash"];
        for paths in [&[][..], &odd[..], &many[..]] {
            for spare in [0, 90, 5000] {
                let table = table(paths, spare);
                let text = table.text().expect("it fits");
                assert_eq!(text.len() as u64, table.bytes);
                assert_eq!(Table::parse(&text), Ok(table));
            }
        }
    }

    /// So it is told in `docs/checksums.md`.
    #[test]
    fn everything_is_where_the_page_says() {
        assert_eq!(own_sum(), 209..273);
        let text = table(&[b"a"], 0).text().expect("it fits");
        let lines: Vec<&[u8]> = text.split_inclusive(|&byte| byte == b'\n').collect();
        assert_eq!((lines[0].len(), lines[1].len(), lines[2].len()), (57, 112, 105));
        let area = lines.iter().find(|line| line.starts_with(b"#a ")).expect("areas");
        assert_eq!(area.len(), 90);
        let file = lines.iter().position(|line| line.starts_with(b"#f ")).expect("a file");
        assert_eq!(lines[file].len() + lines[file + 1].len(), 102 + 1);
        assert_eq!(lines.last(), Some(&&b"# end\n"[..]));
    }

    #[test]
    fn any_other_byte_is_noticed() {
        let text = table(&[b"a", b"b"], 0).text().expect("it fits");
        for at in 0..text.len() {
            let mut wrong = text.clone();
            wrong[at] ^= 1;
            assert!(Table::parse(&wrong).is_err(), "byte {at}");
        }
        assert_eq!(Table::parse(&text[..text.len() - 1]), Err(TableError::Damaged));
        assert_eq!(Table::parse(b"# imapi manifest 1\n"), Err(TableError::Head));
    }

    #[test]
    fn a_table_that_does_not_fit_has_no_text() {
        let mut table = table(&[&b"a"[..]; 200], 0);
        table.bytes -= 1;
        assert_eq!(table.text(), None);
        // One byte more cannot be filled up by a line.
        table.bytes += 2;
        assert_eq!(table.text(), None);
    }
}
