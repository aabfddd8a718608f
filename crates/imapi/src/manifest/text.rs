//! The text of a manifest.
//!
//! The lines of files are those that `sha256sum` writes and checks, with paths as they are on the mounted disc. What it
//! does not know is in comments, which it leaves alone:
//!
//! ```text
//! # imapi manifest 1
//! # image: 350 blocks, SHA-256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
//! # in the folder where the disc is mounted: sha256sum -c THIS_FILE
//! # 24+5000
//! a1f5…  photos/spring.jpg
//! ```
//!
//! The comment before a file says at which block of the image it begins, and how many bytes it has. A small file that UDF
//! has in its metadata begins somewhere in a block: `# 24:216+7`.

use std::{fmt, str::FromStr};

use imapi_errors::{Coded, Fact, HResult, Value, common};

use super::{FileSpan, FileSum, Manifest, Sha256Sum};

const TITLE: &str = "# imapi manifest 1";
const IMAGE: &str = "# image: ";
const BLOCKS: &str = " blocks, SHA-256 ";

impl fmt::Display for Sha256Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Sha256Sum {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut sum = [0; 32];
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(());
        }
        for (byte, pair) in sum.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |at: usize| char::from(pair[at]).to_digit(16).ok_or(());
            *byte = u8::try_from(digit(0)? * 16 + digit(1)?).map_err(|_| ())?;
        }
        Ok(Self(sum))
    }
}

impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{TITLE}")?;
        writeln!(f, "{IMAGE}{}{BLOCKS}{}", self.blocks, self.image)?;
        writeln!(f, "# in the folder where the disc is mounted: sha256sum -c THIS_FILE")?;
        for FileSum { file, sum } in &self.files {
            match file.offset {
                0 => writeln!(f, "# {}+{}", file.block, file.bytes)?,
                offset => writeln!(f, "# {}:{offset}+{}", file.block, file.bytes)?,
            }
            let path = file.path.trim_start_matches('/');
            // As sha256sum writes names with such characters.
            if path.contains(['\\', '\n', '\r']) {
                let path = path.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
                writeln!(f, "\\{sum}  {path}")?;
            } else {
                writeln!(f, "{sum}  {path}")?;
            }
        }
        Ok(())
    }
}

/// A text is no manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is none of a manifest")]
pub struct ManifestSyntaxError {
    /// The number of the line that is wrong, or missing.
    pub line: u64,
}

impl Coded for ManifestSyntaxError {
    fn code(&self) -> HResult {
        common::E_INVALIDARG
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        put(Fact::Reason, Value::Text(self));
    }
}

impl FromStr for Manifest {
    type Err = ManifestSyntaxError;

    fn from_str(text: &str) -> Result<Self, ManifestSyntaxError> {
        // Only line feeds end a line: other characters may be in names.
        let mut lines = (1..).zip(text.split('\n'));
        let wrong = |line| ManifestSyntaxError { line };
        let title = lines.next().map(|(_, line)| line.trim_end());
        if title != Some(TITLE) {
            return Err(wrong(1));
        }
        let mut image = None;
        let mut span = None;
        let mut files = Vec::new();
        let mut last = 1;
        for (number, line) in lines {
            last = number;
            if let Some(comment) = line.strip_prefix('#') {
                if let Some(told) = line.strip_prefix(IMAGE) {
                    image = Some(image_line(told).ok_or(wrong(number))?);
                } else if let Some((place, bytes)) = comment.trim().split_once('+') {
                    let (block, offset) = place.split_once(':').unwrap_or((place, "0"));
                    let place = block.parse::<u64>().ok().zip(offset.parse::<u32>().ok());
                    span = place.zip(bytes.parse::<u64>().ok());
                }
            } else if !line.is_empty() {
                let ((block, offset), bytes) = span.take().ok_or(wrong(number))?;
                let (sum, path) = file_line(line).ok_or(wrong(number))?;
                files.push(FileSum { file: FileSpan { path, block, offset, bytes }, sum });
            }
        }
        let (blocks, image) = image.ok_or(wrong(last))?;
        Ok(Self { blocks, image, files })
    }
}

fn image_line(told: &str) -> Option<(u64, Sha256Sum)> {
    let (blocks, sum) = told.trim().split_once(BLOCKS)?;
    Some((blocks.parse().ok()?, sum.parse().ok()?))
}

fn file_line(line: &str) -> Option<(Sha256Sum, String)> {
    let (is_escaped, line) = line.strip_prefix('\\').map_or((false, line), |line| (true, line));
    let (sum, path) = line.split_at_checked(64)?;
    // Two spaces, or a space and an asterisk for bytes that are no text.
    let path = path.strip_prefix("  ").or(path.strip_prefix(" *"))?;
    let mut name = String::new();
    let mut characters = path.chars();
    while let Some(character) = characters.next() {
        name.push(match character {
            '\\' if is_escaped => match characters.next()? {
                'n' => '\n',
                'r' => '\r',
                '\\' => '\\',
                _ => return None,
            },
            other => other,
        });
    }
    (!name.is_empty()).then_some(())?;
    Some((sum.parse().ok()?, format!("/{name}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(paths: &[&str]) -> Manifest {
        let file = |(number, path): (u64, &&str)| FileSum {
            file: FileSpan {
                path: (*path).to_string(),
                block: number * 3,
                offset: if number % 2 == 1 { 216 } else { 0 },
                bytes: number * 5000,
            },
            sum: Sha256Sum([number.to_le_bytes()[0]; 32]),
        };
        Manifest { blocks: 350, image: Sha256Sum([0xE3; 32]), files: (0..).zip(paths).map(file).collect() }
    }

    #[test]
    fn a_text_is_its_manifest() {
        let odd =
            ["/plain", "/with space", "/back\\slash", "/line\nfeed", "/re\rturn", "/наука/文書", "/#hash", "/a+b"];
        for paths in [&[][..], &odd[..]] {
            let manifest = manifest(paths);
            assert_eq!(manifest.to_string().parse(), Ok(manifest));
        }
    }

    #[test]
    fn what_is_no_manifest_is_refused_by_its_line() {
        let good = manifest(&["/a", "/b"]).to_string();
        let lines: Vec<&str> = good.lines().collect();
        let without = |missing: usize| {
            let kept: Vec<&str> = (0..).zip(&lines).filter(|(at, _)| *at != missing).map(|(_, line)| *line).collect();
            kept.join("\n").parse::<Manifest>().map_err(|error| error.line)
        };
        assert_eq!(without(0), Err(1));
        assert_eq!(without(1), Err(6));
        assert!(without(2).is_ok(), "a comment for people");
        assert_eq!(without(3), Err(4), "nobody knows where the file is");
        assert_eq!("".parse::<Manifest>(), Err(ManifestSyntaxError { line: 1 }));
        assert_eq!(good.replace("  a", " a").parse::<Manifest>(), Err(ManifestSyntaxError { line: 5 }));
        assert_eq!(good.replace("00  a", "0g  a").parse::<Manifest>(), Err(ManifestSyntaxError { line: 5 }));
    }
}
