//! `cargo xtask check-translations`: is every text there, in its own language, with everything that must not change?
//!
//! The English texts are held to the rules that make sense for them, too.

mod glossary;
mod rules;
mod script;

use std::{fmt, path::Path};

use serde::Serialize;

use crate::spec::{LANGUAGES, Spec, Texts, Translation};
use glossary::Glossary;

/// Something wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The file, from the root of the workspace.
    pub file: String,
    /// The code, fact or term whose text it is.
    pub code: String,
    /// `message`, `hint`, `raised` or `label`.
    pub text: String,
    /// The rule that is broken.
    pub rule: &'static str,
    /// What was found.
    pub found: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({}): {}: {}", self.file, self.code, self.text, self.rule, self.found)
    }
}

/// Checks all languages; what comes back is wrong.
pub fn run(root: &Path) -> Result<Vec<Finding>, String> {
    let spec = Spec::load(root).map_err(|e| e.to_string())?;
    let glossary = Glossary::load(root)?;
    let mut findings = english(&spec, &glossary);
    for (tag, _) in LANGUAGES {
        let translation = Translation::load(root, tag).map_err(|e| e.to_string())?;
        findings.extend(translated(&spec, &translation, &glossary));
    }
    Ok(findings)
}

/// Collects the findings of one file.
struct Findings {
    file: String,
    all: Vec<Finding>,
}

impl Findings {
    fn of(file: &str) -> Self {
        Self { file: format!("{}/{file}", crate::spec::DIR), all: Vec::new() }
    }

    fn add(&mut self, code: &str, text: &str, rule: &'static str, found: impl Into<String>) {
        let (file, code, text) = (self.file.clone(), code.to_string(), text.to_string());
        self.all.push(Finding { file, code, text, rule, found: found.into() });
    }

    fn add_all(&mut self, code: &str, text: &str, broken: Vec<rules::Broken>) {
        for rules::Broken { rule, found } in broken {
            self.add(code, text, rule, found);
        }
    }
}

fn english(spec: &Spec, glossary: &Glossary) -> Vec<Finding> {
    let mut findings = Findings::of("codes.json");
    for code in &spec.codes {
        for (kind, text) in [("message", &code.message), ("hint", &code.hint), ("raised", &code.raised)] {
            let inserts: Vec<&str> = inserts_of(code, kind);
            findings.add_all(&code.name, kind, rules::alone(text, "en", &inserts));
            findings.add_all(&code.name, kind, glossary.forbidden("en", text));
        }
    }
    doubled(&mut findings, spec.codes.iter().map(|code| (code.name.as_str(), code.message.as_str())));
    findings.all
}

fn translated(spec: &Spec, translation: &Translation, glossary: &Glossary) -> Vec<Finding> {
    let tag = translation.language.as_str();
    let mut findings = Findings::of(&format!("messages.{tag}.json"));
    for code in &spec.codes {
        let Some(texts) = translation.codes.get(&code.name) else {
            findings.add(&code.name, "message", "missing-code", "no texts in this language");
            continue;
        };
        let pairs = [
            ("message", &code.message, &texts.message),
            ("hint", &code.hint, &texts.hint),
            ("raised", &code.raised, &texts.raised),
        ];
        for (kind, source, text) in pairs {
            findings.add_all(&code.name, kind, rules::alone(text, tag, &inserts_of(code, kind)));
            findings.add_all(&code.name, kind, rules::beside(source, text));
            findings.add_all(&code.name, kind, glossary.forbidden(tag, text));
            findings.add_all(&code.name, kind, glossary.preferred(tag, source, text));
        }
    }
    for name in translation.codes.keys().filter(|name| spec.code(name).is_none()) {
        findings.add(name, "message", "unknown-code", "the spec has no such code");
    }
    doubled(
        &mut findings,
        translation.codes.iter().map(|(name, Texts { message, .. })| (name.as_str(), message.as_str())),
    );
    labels(
        &mut findings,
        tag,
        "fact",
        spec.facts.iter().map(|f| (f.key.as_str(), f.label.as_str())),
        &translation.facts,
    );
    labels(&mut findings, tag, "term", spec.terms.iter().map(|(k, v)| (k.as_str(), v.as_str())), &translation.terms);
    findings.all
}

/// Only messages have inserts.
fn inserts_of<'a>(code: &'a crate::spec::Code, kind: &str) -> Vec<&'a str> {
    let message = kind == "message";
    code.inserts.iter().filter(|_| message).map(|insert| insert.spelling.as_str()).collect()
}

/// Two codes that say the same leave the reader where he was.
fn doubled<'a>(findings: &mut Findings, messages: impl Iterator<Item = (&'a str, &'a str)>) {
    let mut seen = std::collections::BTreeMap::new();
    for (name, message) in messages {
        if let Some(other) = seen.insert(message, name) {
            findings.add(name, "message", "same-as-another", format!("{other} has the same message"));
        }
    }
}

fn labels<'a>(
    findings: &mut Findings,
    tag: &str,
    kind: &str,
    keys: impl Iterator<Item = (&'a str, &'a str)>,
    words: &std::collections::BTreeMap<String, String>,
) {
    let keys: Vec<(&str, &str)> = keys.collect();
    for (key, source) in &keys {
        match words.get(*key) {
            None => findings.add(key, kind, "missing-label", "no word in this language"),
            Some(word) => {
                // A colon or a comma is no word, and may be the same in two languages.
                let is_mark = !source.chars().any(char::is_alphabetic);
                if is_mark {
                    continue;
                }
                findings.add_all(key, kind, rules::label(word, tag));
                // Few words are the same in two languages; «LBA» and «IMAPI v1» may stand alone in none of ours.
                if word == source {
                    findings.add(key, kind, "untranslated", word.clone());
                }
            }
        }
    }
    for key in words.keys().filter(|key| !keys.iter().any(|(known, _)| known == key)) {
        findings.add(key, kind, "unknown-label", "the spec has no such key");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace_root;

    struct House {
        spec: Spec,
        russian: Translation,
        chinese: Translation,
        glossary: Glossary,
    }

    impl House {
        fn open() -> Self {
            let root = workspace_root();
            Self {
                spec: Spec::load(&root).expect("codes.json"),
                russian: Translation::load(&root, "ru").expect("messages.ru.json"),
                chinese: Translation::load(&root, "zh-TW").expect("messages.zh-TW.json"),
                glossary: Glossary::load(&root).expect("glossary.json"),
            }
        }

        /// The rules that the texts of one code, fact or term break.
        fn broken(&self, translation: &Translation, of: &str) -> Vec<&'static str> {
            let findings = translated(&self.spec, translation, &self.glossary);
            findings.into_iter().filter(|finding| finding.code == of).map(|finding| finding.rule).collect()
        }
    }

    const STREAM: &str = "IMAPI_E_DATA_STREAM_INCONSISTENCY";

    #[test]
    fn all_languages_are_whole() {
        let findings = run(&workspace_root()).expect("the files can be read");
        let told: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert!(told.is_empty(), "{}", told.join("\n"));
    }

    #[test]
    fn damage_to_an_insert_is_named() {
        let house = House::open();
        let damages: [(&str, &str, &str); 7] = [
            ("%2!I64d!", "", "insert-missing"),
            ("%2!I64d!", "%2!u!", "insert-changed"),
            ("%2!I64d!", "%4!I64d!", "insert-changed"),
            ("%1!ls!", "%1! ls!", "insert-mangled"),
            ("%1!ls!", "%1！ls！", "insert-mangled"),
            ("%1!ls!", "% 1!ls!", "insert-mangled"),
            ("%3!I64d!", "%3!I64d!%3!I64d!", "insert-twice"),
        ];
        for (from, to, rule) in damages {
            let mut translation = house.russian.clone();
            let texts = translation.codes.get_mut(STREAM).expect("translated");
            assert!(texts.message.contains(from));
            texts.message = texts.message.replacen(from, to, 1);
            let broken = house.broken(&translation, STREAM);
            assert!(broken.contains(&rule), "{from} -> {to}: {broken:?}");
        }
    }

    #[test]
    fn swapped_languages_are_named() {
        let mut house = House::open();
        let chinese = house.chinese.codes.get_mut("IMAPI_E_TRACKOPEN").expect("translated");
        let russian = house.russian.codes.get_mut("IMAPI_E_TRACKOPEN").expect("translated");
        std::mem::swap(&mut chinese.message, &mut russian.message);
        for translation in [&house.russian, &house.chinese] {
            let broken = house.broken(translation, "IMAPI_E_TRACKOPEN");
            assert!(broken.contains(&"script"), "{broken:?}");
        }
    }

    #[test]
    fn a_text_left_in_english_is_named() {
        let house = House::open();
        let mut translation = house.chinese.clone();
        let english = &house.spec.code("IMAPI_E_TRACKOPEN").expect("in the spec").hint;
        translation.codes.get_mut("IMAPI_E_TRACKOPEN").expect("translated").hint.clone_from(english);
        let broken = house.broken(&translation, "IMAPI_E_TRACKOPEN");
        assert!(broken.contains(&"untranslated"), "{broken:?}");
    }

    #[test]
    fn a_missing_code_and_an_unknown_one_are_named() {
        let house = House::open();
        let mut translation = house.russian.clone();
        let texts = translation.codes.remove("IMAPI_E_TRACKOPEN").expect("translated");
        translation.codes.insert("IMAPI_E_NO_SUCH".to_string(), texts);
        let broken = house.broken(&translation, "IMAPI_E_TRACKOPEN");
        assert!(broken.contains(&"missing-code"), "{broken:?}");
        let broken = house.broken(&translation, "IMAPI_E_NO_SUCH");
        assert!(broken.contains(&"unknown-code"), "{broken:?}");
    }

    #[test]
    fn a_message_used_twice_is_named() {
        let house = House::open();
        let mut translation = house.russian.clone();
        let message = translation.codes["IMAPI_E_TRACKOPEN"].message.clone();
        translation.codes.get_mut("IMAPI_E_TRACKNOTOPEN").expect("translated").message = message;
        let broken = house.broken(&translation, "IMAPI_E_TRACKOPEN");
        assert!(broken.contains(&"same-as-another"), "{broken:?}");
    }

    #[test]
    fn a_forbidden_word_is_named() {
        let house = House::open();
        let mut translation = house.chinese.clone();
        let texts = translation.codes.get_mut("IMAPI_E_DISCFULL").expect("translated");
        texts.message = texts.message.replace("光碟", "磁片");
        let broken = house.broken(&translation, "IMAPI_E_DISCFULL");
        assert!(broken.contains(&"forbidden-term"), "{broken:?}");
    }

    #[test]
    fn a_label_that_is_missing_or_left_in_english_is_named() {
        let house = House::open();
        let mut translation = house.russian.clone();
        translation.facts.remove("lba");
        translation.terms.insert("whatToDo".to_string(), house.spec.terms["whatToDo"].clone());
        let broken = house.broken(&translation, "lba");
        assert!(broken.contains(&"missing-label"), "{broken:?}");
        let broken = house.broken(&translation, "whatToDo");
        assert!(broken.contains(&"untranslated"), "{broken:?}");
    }
}
