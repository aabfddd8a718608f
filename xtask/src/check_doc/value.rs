//! Values in a cell: `0x8004020b`, `(HRESULT)0xC0AA0007L`, and what conversions make of them.

use super::letters;

/// A value that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    /// What it says.
    pub(super) number: u32,
    /// Exactly as it stands there.
    pub(super) text: String,
    /// C would not read it: spaces inside, look-alike letters, no `0x`.
    pub(super) mangled: bool,
}

/// The digits of an HRESULT.
const DIGITS: usize = 8;

/// Takes all values out of a text: the values, and what is left of the text without them.
pub(super) fn extract(text: &str) -> (Vec<Value>, String) {
    let chars: Vec<char> = text.chars().collect();
    let (mut values, mut rest) = (Vec::new(), String::new());
    let mut at = 0;
    while at < chars.len() {
        let inside_word = at > 0 && is_wordy(chars[at - 1]);
        let found = if inside_word { None } else { prefixed(&chars[at..]).or_else(|| bare(&chars[at..])) };
        if let Some((value, length)) = found {
            values.push(value);
            at += length;
        } else {
            rest.push(chars[at]);
            at += 1;
        }
    }
    (values, rest)
}

/// What stands beside the values in a cell of values, once the type is taken away.
pub(super) fn leftover(rest: &str) -> String {
    const TYPE: &str = "(HRESULT)";
    let mut shown: Vec<char> = rest.chars().collect();
    let is_type = |part: &[char]| part.iter().map(|c| letters::look(*c)).eq(TYPE.chars());
    if let Some(at) = shown.windows(TYPE.len()).position(is_type) {
        shown.splice(at..at + TYPE.len(), [' ']);
    }
    shown.into_iter().collect::<String>().trim().to_owned()
}

/// A value with `0x` in front, and its length in characters.
fn prefixed(chars: &[char]) -> Option<(Value, usize)> {
    let plain = |i: usize| chars.get(i).map(|c| letters::look(*c));
    if plain(0) != Some('0') || !matches!(plain(1), Some('x' | 'X')) {
        return None;
    }
    let (mut digits, mut end, mut spaced) = (String::new(), 2, false);
    while let Some(&c) = chars.get(end) {
        let broken = digits.len() < DIGITS && c == ' ' && completes(&chars[end + 1..], DIGITS - digits.len());
        if let Some(digit) = hex(c) {
            digits.push(digit);
        } else if broken {
            spaced = true;
        } else {
            break;
        }
        end += 1;
    }
    // The suffix of a long constant belongs to the value.
    if matches!(chars.get(end), Some('L' | 'l' | 'U' | 'u')) {
        end += 1;
    }
    let number = u32::from_str_radix(digits.trim_start_matches('0'), 16).or_else(|e| match e.kind() {
        std::num::IntErrorKind::Empty if !digits.is_empty() => Ok(0),
        _ => Err(e),
    });
    let text: String = chars[..end].iter().collect();
    let mangled = spaced || !text.is_ascii();
    Some((Value { number: number.ok()?, text, mangled }, end))
}

/// Exactly eight digits that lost their `0x`.
fn bare(chars: &[char]) -> Option<(Value, usize)> {
    let digits: String = chars.iter().map_while(|c| hex(*c)).take(DIGITS + 1).collect();
    let bounded = !chars.get(DIGITS).is_some_and(|c| is_wordy(*c) && !matches!(c, 'L' | 'l' | 'h'));
    if digits.len() != DIGITS || !bounded || !digits.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let number = u32::from_str_radix(&digits, 16).ok()?;
    Some((Value { number, text: chars[..DIGITS].iter().collect(), mangled: true }, DIGITS))
}

/// Whether exactly `missing` digits follow, and then something else.
fn completes(chars: &[char], missing: usize) -> bool {
    // More than one space between groups of digits is not a broken value but two things side by side.
    chars.iter().take(missing + 1).map_while(|c| hex(*c)).count() == missing
}

fn hex(c: char) -> Option<char> {
    let plain = match c {
        // Russian В and О look like digits only in capitals; small ones are covered by `look`.
        'О' | 'о' => '0',
        _ => letters::look(c),
    };
    plain.is_ascii_hexdigit().then_some(plain)
}

fn is_wordy(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Vec<(u32, bool)> {
        extract(text).0.iter().map(|v| (v.number, v.mangled)).collect()
    }

    #[test]
    fn values_are_numbers() {
        assert_eq!(numbers("0x40200"), [(0x0004_0200, false)]);
        assert_eq!(numbers("(HRESULT)0x00040200"), [(0x0004_0200, false)]);
        assert_eq!(numbers("0xC0AAB12BL and 0X8004020b"), [(0xC0AA_B12B, false), (0x8004_020B, false)]);
        assert_eq!(numbers("0x0"), [(0, false)]);
        assert_eq!(numbers("0x 0x123456789 none"), []);
    }

    #[test]
    fn mangled_values_are_read_and_marked() {
        assert_eq!(numbers("0x8004 0211"), [(0x8004_0211, true)]);
        assert_eq!(numbers("0х8004О211"), [(0x8004_0211, true)]);
        assert_eq!(numbers("0x8004021С"), [(0x8004_021C, true)]);
        assert_eq!(numbers("80040211"), [(0x8004_0211, true)]);
        assert_eq!(numbers("E_80040211 deadbeef 800402111"), []);
    }

    #[test]
    fn what_is_left_is_stray() {
        let rest = |text: &str| leftover(&extract(text).1);
        assert_eq!(rest(" (HRESULT) 0xC0AAB202L "), "");
        assert_eq!(rest("（HRESULT）0xC0AAB202"), "");
        assert_eq!(rest("(HRESULT) 0xC0AAB201L)"), ")");
        assert_eq!(rest("ошибки: 0x80040215"), "ошибки:");
    }
}
