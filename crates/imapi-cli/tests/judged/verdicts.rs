//! What each program has to say of a disc.

use std::fs;

use crate::{Session, lab::Disc, lab::MATERIALS};

/// A disc, and what is true of it.
pub struct Verdicts<'a> {
    pub disc: &'a Disc,
    pub sessions: &'a [Session],
    /// Another session may follow.
    pub open: bool,
    /// It is written at random, and has one session for ever.
    pub overwritable: bool,
    pub is_cd: bool,
}

/// Where the next session begins, by xorriso.
pub fn next_writable(disc: &Disc) -> i32 {
    let (said, _) = disc.run("xorriso -outdev {dev} -toc");
    let line = said.lines().find_map(|line| line.strip_prefix("Media nwa    :")).expect("it can be appended to");
    line.trim().trim_end_matches('s').parse().expect("an address")
}

/// The numbers of a line, whatever stands between them.
fn numbers(line: &str) -> Vec<i64> {
    line.split(|c: char| !c.is_ascii_digit() && c != '-').filter_map(|word| word.parse().ok()).collect()
}

fn assert_has(said: &str, expected: &str) {
    assert!(said.lines().any(|line| line.contains(expected)), "no line with {expected:?} in\n{said}");
}

impl Verdicts<'_> {
    fn says(&self, program: &str) -> String {
        self.disc.run(program).0
    }

    /// Sessions with their addresses and images, and whether it goes on.
    pub fn xorriso_table(&self) {
        let said = self.says("xorriso -outdev {dev} -toc");
        // To a disc that can be overwritten files can always be added.
        let goes_on = if self.open || self.overwritable { "is appendable" } else { "is closed" };
        assert_has(&said, &format!("Media status : is written , {goes_on}"));
        let found: Vec<_> = said.lines().filter_map(|line| line.strip_prefix("ISO session  :")).map(numbers).collect();
        assert_eq!(found.len(), self.sessions.len(), "{said}");
        for ((number, session), found) in (1..).zip(self.sessions).zip(found) {
            assert_eq!((found[0], found[1]), (number, session.start.into()), "{said}");
            // The image was filled up to whole clusters after it was made.
            let blocks = i64::try_from(session.blocks).expect("few");
            assert!(found[2] <= blocks && found[2] + 32 > blocks, "{said}");
        }
    }

    /// Every block of every session can be read.
    pub fn xorriso_reads(&self) {
        for Session { start, blocks } in self.sessions {
            let last = i64::from(*start) + i64::try_from(*blocks).expect("few") - 1;
            let said =
                self.says(&format!("xorriso -indev {{dev}} -check_media use=indev min_lba={start} max_lba={last} --"));
            let regions = said.lines().filter(|line| line.starts_with("Media region"));
            let regions: Vec<&str> = regions.filter(|line| !line.contains(" 0 ") || line.contains('+')).collect();
            assert_eq!(regions.len(), 1, "{said}");
            assert_eq!(numbers(regions[0])[..2], [i64::from(*start), i64::try_from(*blocks).expect("few")], "{said}");
            assert!(regions[0].ends_with("+ good"), "{said}");
        }
    }

    /// The files of the last session are those that were burned: each path, and the folder that it was burned from.
    pub fn xorriso_extracts(&self, files: &[(&str, &str)]) {
        self.disc.run("xorriso -osirrox on -indev {dev} -extract / {tmp}/extracted");
        for (path, folder) in files {
            let found = fs::read(self.disc.file("extracted").join(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
            let burned = fs::read(MATERIALS.path(folder).join("noise")).expect("a file");
            assert!(found == burned, "{path} is another");
        }
    }

    /// Tracks and sessions as libburn counts them.
    pub fn cdrskin(&self) {
        let said = self.says("cdrskin dev={dev} -minfo");
        let sessions = self.sessions.len();
        if self.overwritable {
            assert_has(&said, "number of sessions:       1");
            return;
        }
        let (status, count) = if self.open { ("incomplete/appendable", sessions + 1) } else { ("complete", sessions) };
        assert_has(&said, &format!("disk status:              {status}"));
        assert_has(&said, &format!("number of sessions:       {count}"));
        let tracks: Vec<Vec<i64>> =
            said.lines().filter(|line| line.contains(" Data ")).map(numbers).filter(|line| line.len() == 5).collect();
        assert_eq!(tracks.len(), sessions, "{said}");
        for ((number, session), track) in (1..).zip(self.sessions).zip(tracks) {
            // The track of a CD has its gap behind the image.
            let gap = if self.is_cd { 150 } else { 0 };
            let (start, size) = (i64::from(session.start), i64::try_from(session.blocks).expect("few") + gap);
            assert_eq!(track, [number, number, start, start + size - 1, size], "{said}");
        }
    }

    /// isoinfo finds the files by Rock Ridge, in the session that it looks at.
    pub fn isoinfo(&self, files: &[(&str, &str)]) {
        // It reads the descriptors where a first session has them.
        let last = self.sessions.last().expect("one was burned").start;
        let said = self.says(&format!("isoinfo dev={{dev}} -T {last} -R -f"));
        for (path, _) in files {
            assert_has(&said, &format!("/{path}"));
        }
    }

    /// The table of contents of a CD.
    pub fn cd_info(&self) {
        let said = self.says("cd-info --no-cddb --no-device-info -C {dev}");
        assert_has(&said, &format!("CD-ROM Track List (1 - {})", self.sessions.len()));
        for (number, session) in (1..).zip(self.sessions) {
            let track = said.lines().find(|line| line.starts_with(&format!("{number:3}:")));
            let track = track.unwrap_or_else(|| panic!("no track {number}:\n{said}"));
            assert!(track.contains(&format!("{:06} data", session.start)), "{track}");
        }
        let last = self.sessions.last().expect("one was burned").start;
        assert_has(&said, &format!("Last CD Session LSN: {last}"));
        assert_has(&said, "ISO 9660: ");
    }

    /// What growisofs' sister has to say of DVDs and BDs.
    pub fn mediainfo(&self) {
        let said = self.says("dvd+rw-mediainfo {dev}");
        if self.overwritable {
            assert_has(&said, "Number of Sessions:    1");
            return;
        }
        let sessions = self.sessions.len();
        let (status, count) = if self.open { ("appendable", sessions + 1) } else { ("complete", sessions) };
        assert_has(&said, &format!("Disc status:           {status}"));
        assert_has(&said, &format!("Number of Sessions:    {count}"));
        for session in self.sessions {
            assert_has(&said, &format!("Track Start Address:   {}*2KB", session.start));
            assert_has(&said, &format!("Track Size:            {}*2KB", session.blocks));
        }
    }
}
