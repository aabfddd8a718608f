//! [`Mapping`]: something on disk, and where it goes in the image.

use std::{
    ffi::{OsStr, OsString},
    os::unix::ffi::{OsStrExt as _, OsStringExt as _},
    path::PathBuf,
};

use super::ScanError;

/// A path in the image for something on disk: `/in/image=./on/disk`.
///
/// The first `=` parts them; a name in the image that has one itself says `\=`, and a backslash is `\\`.
///
/// ```
/// use imapi_fsimage::Mapping;
///
/// let mapping = Mapping::parse("/docs/read me.txt=./README".as_ref())?;
/// assert_eq!(mapping.steps().collect::<Vec<_>>(), [b"docs".as_slice(), b"read me.txt"]);
/// # Ok::<(), imapi_fsimage::ScanError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    in_image: Vec<u8>,
    on_disk: PathBuf,
}

impl Mapping {
    /// A path in the image, its steps parted by slashes, and one on disk.
    pub fn new(in_image: impl Into<Vec<u8>>, on_disk: impl Into<PathBuf>) -> Result<Self, ScanError> {
        let (in_image, on_disk) = (in_image.into(), on_disk.into());
        let wrong = |step: &[u8]| step == b"." || step == b".." || step.contains(&0);
        let given = || String::from_utf8_lossy(&in_image).into_owned();
        if steps(&in_image).any(wrong) {
            return Err(ScanError::Path { given: given() });
        }
        if on_disk.as_os_str().is_empty() {
            return Err(ScanError::NothingOnDisk { given: given() });
        }
        Ok(Self { in_image, on_disk })
    }

    /// Takes `/in/image=./on/disk` apart.
    pub fn parse(text: &OsStr) -> Result<Self, ScanError> {
        let mut in_image = Vec::new();
        let mut rest = text.as_bytes().iter();
        loop {
            match rest.next() {
                Some(b'=') => break,
                Some(b'\\') if matches!(rest.as_slice().first(), Some(b'=' | b'\\')) => in_image.extend(rest.next()),
                Some(byte) => in_image.push(*byte),
                None => return Err(ScanError::NoPair { given: text.to_string_lossy().into_owned() }),
            }
        }
        Self::new(in_image, OsString::from_vec(rest.as_slice().to_vec()))
    }

    /// The steps of the path in the image; none for its root.
    pub fn steps(&self) -> impl Iterator<Item = &[u8]> {
        steps(&self.in_image)
    }

    /// The path on disk.
    #[must_use]
    pub fn on_disk(&self) -> &std::path::Path {
        &self.on_disk
    }
}

fn steps(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|&byte| byte == b'/').filter(|step| !step.is_empty())
}

#[cfg(test)]
mod tests {
    use imapi_errors::{Coded, fs};

    use super::*;

    fn parsed(text: &str) -> (Vec<u8>, String) {
        let mapping = Mapping::parse(text.as_ref()).expect(text);
        (mapping.steps().collect::<Vec<_>>().join(&b'|'), mapping.on_disk().display().to_string())
    }

    #[test]
    fn the_first_equals_sign_parts_the_paths_unless_it_is_escaped() {
        assert_eq!(parsed("/a/b=c=d"), (b"a|b".to_vec(), "c=d".to_string()));
        assert_eq!(parsed(r"a\=b\\=/c\=d"), (br"a=b\".to_vec(), r"/c\=d".to_string()));
        assert_eq!(parsed("/=."), (Vec::new(), ".".to_string()));
        assert_eq!(parsed(r"//a\b/=x"), (br"a\b".to_vec(), "x".to_string()));
    }

    #[test]
    fn what_is_no_pair_is_refused() {
        for text in ["", "/a", "/a=", "../a=b", "/a/./b=c", r"a\=b"] {
            let error = Mapping::parse(text.as_ref()).expect_err(text);
            assert_eq!(error.code(), fs::IMAPI_E_INVALID_PATH, "{text}");
        }
        let nothing = Mapping::parse("/a=".as_ref()).expect_err("nothing on disk");
        assert!(matches!(nothing, ScanError::NothingOnDisk { given } if given == "/a"));
        let alone = Mapping::parse("/a".as_ref()).expect_err("no pair");
        assert!(matches!(alone, ScanError::NoPair { given } if given == "/a"));
    }
}
