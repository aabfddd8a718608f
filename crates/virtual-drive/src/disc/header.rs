//! The beginning of a disc file: what it is, where its parts are, in two copies.
//!
//! A copy is one page. It begins with a line that `head` shows, goes on with JSON, and ends with a checksum. Copies are
//! written in turn, so that a write that was cut short leaves the other one, which is one step older and whole.

use serde::{Deserialize, Serialize};

use super::DiscFileError;

/// Bytes of a copy.
pub(super) const PAGE: usize = 4096;
/// Copies of the header.
pub(super) const COPIES: usize = 2;

/// The first line, for people and for `file`.
const MAGIC: &[u8] = b"imapi virtual disc\n";
/// The format that this program writes.
const VERSION: u32 = 1;
/// Where the checksum of the page stands: its last four bytes.
const CHECKSUM_AT: usize = PAGE - 4;

/// What never changes of a disc file, and where its journal is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Header {
    /// The format's version.
    version: u32,
    /// Counts the times that the header was written; the copy with the higher number counts.
    pub(super) generation: u64,
    /// The shape of the disc.
    pub(super) geometry: Geometry,
    /// Where the journal begins.
    pub(super) journal: u64,
}

/// The shape of a disc: how many sectors of what size, and where they begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Geometry {
    /// The name of the medium, such as `bd-r`.
    pub medium: String,
    /// The address of the first sector that is stored; negative on a CD, whose lead-in is stored too.
    pub first: i32,
    /// Sectors that are stored.
    pub sectors: u32,
    /// Bytes of a sector as stored: 2048, or 2448 with everything that a CD has.
    pub sector_size: u32,
}

impl Header {
    pub(super) fn new(geometry: Geometry, journal: u64) -> Self {
        Self { version: VERSION, generation: 1, geometry, journal }
    }

    /// The next header: the same disc, its journal elsewhere.
    pub(super) fn with_journal(&self, journal: u64) -> Self {
        Self { generation: self.generation + 1, journal, ..self.clone() }
    }

    /// The page of this header.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut page = MAGIC.to_vec();
        serde_json::to_writer(&mut page, self).expect("numbers and a name are JSON");
        page.push(b'\n');
        assert!(page.len() <= CHECKSUM_AT, "the name of a medium is short");
        page.resize(CHECKSUM_AT, 0);
        let checksum = crc32fast::hash(&page);
        page.extend_from_slice(&checksum.to_le_bytes());
        page
    }

    /// The header of a page; `None` when the page is not whole.
    fn decode(page: &[u8]) -> Option<Result<Self, DiscFileError>> {
        let (body, checksum) = page.split_at_checked(CHECKSUM_AT)?;
        let whole = checksum == crc32fast::hash(body).to_le_bytes();
        let text = body.strip_prefix(MAGIC).filter(|_| whole)?;
        let text = text.split(|&byte| byte == b'\n').next()?;
        Some(Self::from_json(text))
    }

    fn from_json(text: &[u8]) -> Result<Self, DiscFileError> {
        #[derive(Deserialize)]
        struct OnlyVersion {
            version: u32,
        }
        // The version first: what else stands in a younger format is not known.
        let malformed = |reason: serde_json::Error| DiscFileError::Malformed { reason: reason.to_string() };
        let OnlyVersion { version } = serde_json::from_slice(text).map_err(malformed)?;
        if version != VERSION {
            return Err(DiscFileError::Version { found: version, known: VERSION });
        }
        let header: Self = serde_json::from_slice(text).map_err(malformed)?;
        let Geometry { sectors, sector_size, .. } = header.geometry;
        if sectors == 0 || !matches!(sector_size, 2048 | 2448) {
            return Err(DiscFileError::Malformed {
                reason: format!("no disc has {sectors} sectors of {sector_size} bytes"),
            });
        }
        Ok(header)
    }

    /// The newest whole header among the copies.
    pub(super) fn newest(copies: &[u8]) -> Result<Self, DiscFileError> {
        if !copies.starts_with(MAGIC) && !copies.get(PAGE..).is_some_and(|second| second.starts_with(MAGIC)) {
            return Err(DiscFileError::NotADisc);
        }
        let mut newest: Option<Self> = None;
        for page in copies.chunks(PAGE) {
            if let Some(header) = Self::decode(page).transpose()? {
                if newest.as_ref().is_none_or(|other| header.generation > other.generation) {
                    newest = Some(header);
                }
            }
        }
        newest.ok_or_else(|| DiscFileError::Malformed { reason: "both copies of the header are damaged".to_string() })
    }

    /// The copy into which this header goes.
    pub(super) fn place(&self) -> u64 {
        self.generation % COPIES as u64 * PAGE as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(generation: u64) -> Header {
        let geometry = Geometry { medium: "bd-r".to_string(), first: 0, sectors: 12_219_392, sector_size: 2048 };
        Header { generation, ..Header::new(geometry, 1 << 20) }
    }

    fn copies(first: &Header, second: &Header) -> Vec<u8> {
        [first.encode(), second.encode()].concat()
    }

    #[test]
    fn the_newer_of_two_copies_counts() {
        assert_eq!(Header::newest(&copies(&header(6), &header(5))).expect("whole"), header(6));
        assert_eq!(Header::newest(&copies(&header(6), &header(7))).expect("whole"), header(7));
    }

    #[test]
    fn a_page_cut_short_leaves_the_older_one() {
        let whole = copies(&header(6), &header(7));
        for cut in 0..PAGE {
            let mut torn = whole.clone();
            torn[PAGE + cut..].fill(0);
            assert_eq!(Header::newest(&torn).expect("the first copy is whole"), header(6), "{cut}");
        }
    }

    #[test]
    fn what_is_no_disc_and_what_is_a_younger_disc_are_told_apart() {
        assert!(matches!(Header::newest(&[0; 2 * PAGE]), Err(DiscFileError::NotADisc)));
        assert!(matches!(Header::newest(b""), Err(DiscFileError::NotADisc)));
        let younger = Header { version: 2, ..header(1) };
        let found = Header::newest(&younger.encode());
        assert!(matches!(found, Err(DiscFileError::Version { found: 2, known: 1 })), "{found:?}");
        let damaged = [MAGIC, &[b'{'; 2 * PAGE]].concat();
        assert!(matches!(Header::newest(&damaged), Err(DiscFileError::Malformed { .. })));
    }

    #[test]
    fn a_shape_that_no_disc_has_is_refused() {
        for (sectors, sector_size) in [(0, 2048), (320, 0), (320, 2352)] {
            let geometry = Geometry { medium: "bd-r".to_string(), first: 0, sectors, sector_size };
            let found = Header::newest(&Header::new(geometry, 1 << 20).encode());
            assert!(matches!(found, Err(DiscFileError::Malformed { .. })), "{found:?}");
        }
    }

    #[test]
    fn the_header_can_be_read_by_people() {
        let text = String::from_utf8(header(1).encode()[..200].to_vec()).expect("text");
        assert!(text.starts_with("imapi virtual disc\n{\"version\":1,"), "{text}");
    }
}
