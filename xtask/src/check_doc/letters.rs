//! Letters of different alphabets: which look alike, which sound alike, and how close two words sound.

/// What is left of a name once spaces, escapes, case and look-alike letters are taken away.
pub(super) fn fold(name: &str) -> String {
    let kept = name.chars().filter(|c| !c.is_whitespace() && *c != '\\' && !is_invisible(*c));
    kept.map(|c| look(c).to_ascii_uppercase()).collect()
}

/// The ASCII character that `c` looks like; `c` itself when there is none.
pub(super) fn look(c: char) -> char {
    match c {
        'А' | 'Α' => 'A',
        'В' | 'Β' => 'B',
        'С' | 'Ϲ' => 'C',
        'Е' | 'Ε' => 'E',
        'Н' | 'Η' => 'H',
        'І' | 'Ι' => 'I',
        'Ј' => 'J',
        'К' | 'Κ' => 'K',
        'М' | 'Μ' => 'M',
        'О' | 'Ο' => 'O',
        'Р' | 'Ρ' => 'P',
        'Ѕ' => 'S',
        'Т' | 'Τ' => 'T',
        'Х' | 'Χ' => 'X',
        'а' => 'a',
        'с' => 'c',
        'е' => 'e',
        'о' | 'ο' => 'o',
        'р' => 'p',
        'х' => 'x',
        // Full-width forms repeat ASCII from `!` on, at a fixed distance.
        '\u{ff01}'..='\u{ff5e}' => ascii_of_full_width(c),
        _ => c,
    }
}

fn ascii_of_full_width(c: char) -> char {
    char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c)
}

/// Characters that a reader cannot see and that have no business in a table: marks of width zero, controls, and the
/// replacement character, which is what an earlier conversion left of something unknown.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fffd}' | '\u{e000}'..='\u{f8ff}')
        || (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

/// Whether a word has letters beyond ASCII.
pub(super) fn is_foreign(word: &str) -> bool {
    word.chars().any(|c| !c.is_ascii() && c.is_alphabetic())
}

/// Whether a word is of Cyrillic letters only.
pub(super) fn is_cyrillic(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| matches!(c, '\u{400}'..='\u{52f}'))
}

/// A rough key of how a word sounds. Letters that transliteration confuses are one: c, k, q, s, z; i, y; v, w; j, g.
/// Letters that it cannot write (Han, digits in words) are left out.
pub(super) fn sound(word: &str) -> String {
    let mut key = String::new();
    for c in word.chars().flat_map(char::to_lowercase) {
        for class in class_of(c).bytes() {
            // Doubled letters come and go in transliteration.
            if !key.ends_with(char::from(class)) {
                key.push(char::from(class));
            }
        }
    }
    key
}

fn class_of(c: char) -> &'static str {
    match c {
        'a' | 'а' => "a",
        'b' | 'б' => "b",
        'c' | 'k' | 'q' | 's' | 'z' | 'к' | 'с' | 'з' | 'ц' | 'ч' | 'ш' | 'щ' | 'x' => "k",
        'd' | 'д' => "d",
        'e' | 'е' | 'э' | 'ё' => "e",
        'f' | 'ф' => "f",
        'g' | 'j' | 'г' | 'ж' => "g",
        'h' | 'х' => "h",
        'i' | 'y' | 'и' | 'й' | 'ы' | 'і' => "i",
        'l' | 'л' => "l",
        'm' | 'м' => "m",
        'n' | 'н' => "n",
        'o' | 'о' => "o",
        'p' | 'п' => "p",
        'r' | 'р' => "r",
        't' | 'т' => "t",
        'u' | 'у' => "u",
        'v' | 'w' | 'в' => "v",
        'ю' => "iu",
        'я' => "ia",
        _ => "",
    }
}

/// Whether two words sound nearly the same: at most three letters in ten differ.
pub(super) fn sounds_like(a: &str, b: &str) -> bool {
    let (a, b) = (sound(a), sound(b));
    let longer = a.len().max(b.len());
    // The names are short; whatever is longer is no name, and the comparison is quadratic.
    if !(3..=80).contains(&longer) || a.len().abs_diff(b.len()) * 10 > longer * 3 {
        return false;
    }
    // Short words sound like too many others: «искра» is no ISRC.
    if longer < 6 {
        return a == b;
    }
    distance(a.as_bytes(), b.as_bytes()) * 10 <= longer * 3
}

/// Levenshtein's distance.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fold_to_themselves() {
        assert_eq!(fold("IMAPI \\_ Е \\_ NotOpened"), "IMAPI_E_NOTOPENED");
        assert_eq!(fold("ＩＭＡＰＩ_Ｅ\u{200b}_X"), "IMAPI_E_X");
    }

    #[test]
    fn transliteration_is_heard_and_translation_is_not() {
        for (russian, name) in [
            ("Пропертиесигноред", "PROPERTIESIGNORED"),
            ("дисЦинфо", "DISCINFO"),
            ("нотенаугхдискфорсташ", "NOTENOUGHDISKFORSTASH"),
            ("Форцеоверврите", "ForceOverwrite"),
            ("Имапиеррор", "imapierror"),
            ("макслонг", "MAXLONG"),
        ] {
            assert!(sounds_like(russian, name), "{russian} {name}");
        }
        for (russian, name) in [("инициализация", "INITIALIZE"), ("устройство", "DEVICE"), ("мелких", "SMALL")]
        {
            assert!(!sounds_like(russian, name), "{russian} {name}");
        }
    }

    #[test]
    fn distance_counts_changes() {
        assert_eq!(distance(b"kitten", b"sitting"), 3);
        assert_eq!(distance(b"", b"abc"), 3);
        assert_eq!(distance(b"abc", b"abc"), 0);
    }
}
