//! Which script a character belongs to, as far as our three languages need to know.

use std::{collections::HashSet, sync::LazyLock};

static SIMPLIFIED: LazyLock<HashSet<char>> = LazyLock::new(|| {
    let lines = include_str!("../../data/simplified.txt").lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(str::chars).collect()
});

/// A script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// Letters of English.
    Latin,
    /// Letters of Russian.
    Cyrillic,
    /// Chinese characters, in either form.
    Han,
    /// Letters of any other language.
    Other,
}

/// The script of a letter; `None` for digits, punctuation and spaces.
pub fn of(c: char) -> Option<Script> {
    match c {
        'a'..='z' | 'A'..='Z' => Some(Script::Latin),
        '\u{0400}'..='\u{04FF}' => Some(Script::Cyrillic),
        '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}' => Some(Script::Han),
        c if c.is_alphabetic() => Some(Script::Other),
        _ => None,
    }
}

/// The script in which a language is written.
pub fn of_language(tag: &str) -> Script {
    match tag {
        "ru" => Script::Cyrillic,
        "zh-TW" => Script::Han,
        _ => Script::Latin,
    }
}

/// A form that is written on the mainland and not in Taiwan.
pub fn is_simplified(c: char) -> bool {
    SIMPLIFIED.contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_have_their_script_and_other_characters_have_none() {
        assert_eq!(
            [of('a'), of('ж'), of('碟'), of('é'), of('か')].map(|s| s.expect("a letter")),
            [Script::Latin, Script::Cyrillic, Script::Han, Script::Other, Script::Other]
        );
        assert!(['1', ' ', '，', '%', '«'].into_iter().all(|c| of(c).is_none()));
    }

    #[test]
    fn simplified_forms_are_told_from_traditional_ones() {
        assert!("录设备读错误轨".chars().all(is_simplified));
        assert!(!"錄設備讀錯誤軌光碟機的資料夾檔案".chars().any(is_simplified));
    }
}
