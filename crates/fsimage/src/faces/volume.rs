//! Names of volumes.

use super::ImageError;
use crate::{FileSystem, Timestamp};

/// The most characters of a volume's name.
pub(super) const MOST_CHARACTERS: usize = 15;

/// Whether a volume may have that name; with `only_iso`, whether ISO 9660 has it as it is.
pub(super) fn check(name: &str, only_iso: bool) -> Result<(), ImageError> {
    let allowed = |c: char| match c {
        'A'..='Z' | '0'..='9' | '_' => true,
        'a'..='z' | '.' => !only_iso,
        _ => false,
    };
    if name.chars().count() <= MOST_CHARACTERS && name.chars().all(allowed) {
        return Ok(());
    }
    Err(ImageError::VolumeName { name: name.to_string() })
}

/// The name as a file system has it: ISO 9660 has capitals, and an underscore for what it does not have.
pub(super) fn name_in(name: &str, file_system: FileSystem) -> String {
    match file_system {
        FileSystem::Iso9660 => name.to_ascii_uppercase().replace('.', "_"),
        FileSystem::Joliet | FileSystem::Udf => name.to_string(),
    }
}

/// The name of an image that nobody named, by the minute at which it was made: `20241129_1107`.
pub(super) fn by_moment(now: Timestamp) -> String {
    let digits: String = now.at(0).to_string().chars().filter(char::is_ascii_digit).take(12).collect();
    let (day, minute) = digits.split_at(8.min(digits.len()));
    format!("{day}_{minute}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_volume_has_at_most_15_plain_characters() {
        for (name, plain, strict) in [
            ("HOLIDAYS_2024", true, true),
            ("Holidays.2024", true, false),
            ("ABCDEFGHIJKLMNO", true, true),
            ("ABCDEFGHIJKLMNOP", false, false),
            ("TWO WORDS", false, false),
            ("É", false, false),
            ("", true, true),
        ] {
            assert_eq!((check(name, false).is_ok(), check(name, true).is_ok()), (plain, strict), "{name}");
        }
    }

    #[test]
    fn a_volume_without_a_name_has_its_minute() {
        let name = by_moment(Timestamp::new(1_732_878_449, 5).at(90));
        assert_eq!(name, "20241129_1107");
        assert!(check(&name, true).is_ok());
        assert_eq!(name_in("My.disc", FileSystem::Iso9660), "MY_DISC");
    }
}
