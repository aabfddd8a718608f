//! How one file is told, as bytes that are put behind others: no memory is taken for each of them.

use std::io::Write as _;

use imapi_disc_types::Timestamp;
use imapi_volumes::{Entry, EntryKind};

/// The kind bits of a mode, and those of each kind.
const KIND: u32 = 0o170_000;
const KINDS: [(u32, u8); 7] = [
    (0o140_000, b's'),
    (0o120_000, b'l'),
    (0o100_000, b'-'),
    (0o060_000, b'b'),
    (0o040_000, b'd'),
    (0o020_000, b'c'),
    (0o010_000, b'p'),
];

/// Bytes of a file as they are when it is read.
pub fn size(entry: &Entry) -> u64 {
    entry.unpacked.unwrap_or(entry.size)
}

/// Kind and permissions, as `ls -l` has them. A file system without permissions lets everybody read.
pub fn mode(entry: &Entry, out: &mut Vec<u8>) {
    let mode = entry.posix.map_or_else(|| if entry.is_directory() { 0o555 } else { 0o444 }, |posix| posix.mode);
    let kind = match entry.kind {
        EntryKind::Directory => b'd',
        EntryKind::File => b'-',
        EntryKind::Link { .. } => b'l',
        EntryKind::Special { .. } => {
            KINDS.iter().find(|(bits, _)| mode & KIND == *bits).map_or(b'?', |(_, letter)| *letter)
        }
    };
    out.push(kind);
    for (shift, special, [lower, upper]) in [(6, 0o4000, *b"sS"), (3, 0o2000, *b"sS"), (0, 0o1000, *b"tT")] {
        let bits = mode >> shift;
        out.push(if bits & 4 == 0 { b'-' } else { b'r' });
        out.push(if bits & 2 == 0 { b'-' } else { b'w' });
        out.push(match (bits & 1 != 0, mode & special != 0) {
            (true, true) => lower,
            (false, true) => upper,
            (true, false) => b'x',
            (false, false) => b'-',
        });
    }
}

/// Dates, of which those of one day are worked out once.
#[derive(Debug, Default)]
pub struct Dates {
    day: Option<i64>,
    text: Vec<u8>,
}

impl Dates {
    /// `2001-02-03 04:05:06`, in UTC.
    pub fn put(&mut self, time: Option<Timestamp>, out: &mut Vec<u8>) {
        let Some(time) = time else {
            out.extend_from_slice(b"                   ");
            return;
        };
        let (day, second) = (time.seconds().div_euclid(86_400), time.seconds().rem_euclid(86_400));
        if self.day != Some(day) {
            self.day = Some(day);
            self.text.clear();
            let told = Timestamp::new(day * 86_400, 0).to_string();
            self.text.extend_from_slice(told.get(..10).unwrap_or("").as_bytes());
        }
        out.extend_from_slice(&self.text);
        out.push(b' ');
        let parts = [second / 3600, second / 60 % 60, second % 60];
        for (index, part) in parts.into_iter().enumerate() {
            if index > 0 {
                out.push(b':');
            }
            let part = u8::try_from(part).unwrap_or(0);
            out.extend_from_slice(&[b'0' + part / 10, b'0' + part % 10]);
        }
    }
}

/// A number at the right end of so many columns.
pub fn number(number: u64, columns: usize, out: &mut Vec<u8>) {
    let mut digits = [b' '; 20];
    let (mut at, mut rest) = (digits.len(), number);
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at.min(digits.len().saturating_sub(columns))..]);
}

/// A path or name: what would do something to a terminal is told by its number.
pub fn name(name: &[u8], out: &mut Vec<u8>) {
    let is_plain = |byte: u8| (b' '..0x7F).contains(&byte);
    if name.iter().all(|&byte| is_plain(byte)) {
        out.extend_from_slice(name);
        return;
    }
    for chunk in name.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c.is_control() {
                // A Vec takes all that is written to it.
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            } else {
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        // Other programs may know in which letters it is.
        for &byte in chunk.invalid() {
            match byte {
                0x80..0xA0 => drop(write!(out, "\\x{byte:02x}")),
                _ => out.push(byte),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use imapi_volumes::{Place, Posix};

    use super::*;

    fn told(tell: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        tell(&mut out);
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn modes_are_told_as_ls_tells_them() {
        let of = |kind: EntryKind, bits: u32| {
            let mut entry = Entry::new(*b"x", kind, Place(0));
            entry.posix = Some(Posix { mode: bits, ..Posix::default() });
            told(|out| mode(&entry, out))
        };
        assert_eq!(of(EntryKind::File, 0o104_751), "-rwsr-x--x");
        assert_eq!(of(EntryKind::File, 0o102_644), "-rw-r-Sr--");
        assert_eq!(of(EntryKind::Directory, 0o041_777), "drwxrwxrwt");
        assert_eq!(of(EntryKind::Special { device: (1, 3) }, 0o020_666), "crw-rw-rw-");
        assert_eq!(of(EntryKind::Link { target: (*b"y").into() }, 0o120_777), "lrwxrwxrwx");
        assert_eq!(told(|out| mode(&Entry::new(*b"x", EntryKind::File, Place(0)), out)), "-r--r--r--");
    }

    #[test]
    fn dates_and_numbers_have_their_columns() {
        let mut dates = Dates::default();
        let date = |dates: &mut Dates, seconds| told(|out| dates.put(Some(Timestamp::new(seconds, 999_999_999)), out));
        assert_eq!(date(&mut dates, 951_782_399), "2000-02-28 23:59:59");
        assert_eq!(date(&mut dates, 951_782_400), "2000-02-29 00:00:00");
        assert_eq!(date(&mut dates, -1), "1969-12-31 23:59:59");
        assert_eq!(told(|out| dates.put(None, out)).len(), 19);
        assert_eq!(told(|out| number(0, 4, out)), "   0");
        assert_eq!(told(|out| number(12_345, 4, out)), "12345");
        assert_eq!(told(|out| number(u64::MAX, 30, out)), u64::MAX.to_string());
    }

    #[test]
    fn no_name_does_anything_to_a_terminal() {
        assert_eq!(told(|out| name(b"a\x1b[2Jb\n", out)), "a\\u{1b}[2Jb\\u{a}");
        assert_eq!(told(|out| name("снег \u{9b}".as_bytes(), out)), "снег \\u{9b}");
        let mut out = Vec::new();
        name(b"caf\xE9 \x9B", &mut out);
        assert_eq!(out, b"caf\xE9 \\x9b");
    }
}
