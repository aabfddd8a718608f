//! The language of a page, guessed from its script and its words.

/// Characters that only the traditional, or only the simplified, script has; both sets are common in such pages.
const TRADITIONAL: &str = "錄為個時於與對檔體媒裝無碼寫傳檢這並從會開關號區軌讀樣類應";
const SIMPLIFIED: &str = "录为个时于与对档体装无码写传检这并从会开关号区轨读样类应";

/// English words without which two sentences can hardly be written.
const ENGLISH: [&str; 12] = ["the", "is", "not", "of", "to", "a", "was", "for", "and", "has", "be", "cannot"];

/// Letters that Russian has not and its neighbours have.
const NOT_RUSSIAN: &str = "іїєґўјљњћђџІЇЄҐЎЈЉЊЋЂЏ";

/// The BCP 47 tag of a text without markup; `und` when it is none of those that this program knows.
pub(super) fn guess(text: &str) -> &'static str {
    let count = |wanted: fn(char) -> bool| text.chars().filter(|c| wanted(*c)).count();
    let latin = count(|c| c.is_ascii_alphabetic());
    let cyrillic = count(|c| matches!(c, '\u{400}'..='\u{52f}'));
    let han = count(|c| matches!(c, '\u{3400}'..='\u{9fff}'));
    let kana = count(|c| matches!(c, '\u{3040}'..='\u{30ff}'));
    // Names, values and inserts are Latin on every page; a lone letter of another script is damage, not a language.
    if han * 8 > latin && han > cyrillic {
        return if kana * 10 > han { "und" } else { chinese(text) };
    }
    if cyrillic * 4 > latin {
        return if text.contains(|c| NOT_RUSSIAN.contains(c)) { "und" } else { "ru" };
    }
    english(text)
}

fn chinese(text: &str) -> &'static str {
    let only = |set: &str, other: &str| text.chars().filter(|c| set.contains(*c) && !other.contains(*c)).count();
    let (traditional, simplified) = (only(TRADITIONAL, SIMPLIFIED), only(SIMPLIFIED, TRADITIONAL));
    if simplified > traditional { "zh-CN" } else { "zh-TW" }
}

fn english(text: &str) -> &'static str {
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let common = words.iter().filter(|word| ENGLISH.iter().any(|e| e.eq_ignore_ascii_case(word))).count();
    if common >= 2 && common * 12 >= words.len() { "en" } else { "und" }
}

#[cfg(test)]
mod tests {
    use super::guess;

    #[test]
    fn languages_are_told_apart() {
        for (text, tag) in [
            ("IMAPI_E_X: The disc is not there, and the drive is open.", "en"),
            ("IMAPI_E_X Диска нет в приводе, и он открыт.", "ru"),
            ("IMAPI_E_X 光碟機裡沒有光碟，檔案無法寫入。", "zh-TW"),
            ("IMAPI_E_X 光驱里没有光盘，文档无法写入。", "zh-CN"),
            ("IMAPI_E_X Im Laufwerk liegt kein Datenträger.", "und"),
            ("Диску немає, і привід відкрито.", "und"),
            ("", "und"),
        ] {
            assert_eq!(guess(text), tag, "{text}");
        }
    }
}
