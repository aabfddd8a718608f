//! The spec of the result codes as xtask sees it: `codes.json` and the translations beside it.
//!
//! Everything is read from JSON text. The generated crate is never linked, so that codegen can repair a broken table.

use std::{collections::BTreeMap, fmt, fs, marker::PhantomData, path::Path};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _, MapAccess, Visitor},
};

/// Where the spec stands, from the root of the workspace.
pub const DIR: &str = "crates/imapi-errors/spec";

/// `codes.json`: the codes in the order of their headers, the kinds of facts, and the small words of the program.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// What an error can know, beside its code.
    pub facts: Vec<FactKind>,
    /// Labels such as «what to do»: a key and its English text.
    #[serde(deserialize_with = "once_each")]
    pub terms: BTreeMap<String, String>,
    /// All codes, header by header.
    pub codes: Vec<Code>,
}

/// One result code.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// The constant's name, exactly as in the header.
    pub name: String,
    /// `0x` and eight capital hexadecimal digits.
    pub value: String,
    /// Other names of the same value.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// One of [`HEADERS`].
    pub header: String,
    /// `error` or `success`.
    pub severity: String,
    /// The typed inserts in the order in which the message has them.
    pub inserts: Vec<Insert>,
    /// What happened.
    pub message: String,
    /// What the person should do now.
    pub hint: String,
    /// The condition that raises it.
    pub raised: String,
    /// The code of imapierror.h for the same condition.
    #[serde(default)]
    pub v1: Option<String>,
}

/// One insert of a message: its spelling, and the fact that fills it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Insert {
    /// For example `%2!I64d!`.
    #[serde(rename = "as")]
    pub spelling: String,
    /// The name of a [`FactKind`].
    pub fact: String,
}

/// A kind of fact.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactKind {
    /// The variant's name in Rust.
    pub name: String,
    /// The key in JSON.
    pub key: String,
    /// The label in English.
    pub label: String,
    /// What it holds, for the documentation.
    pub about: String,
}

/// One `messages.TAG.json`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Translation {
    /// The language's BCP 47 tag.
    pub language: String,
    /// Labels of the facts, by the fact's key.
    #[serde(deserialize_with = "once_each")]
    pub facts: BTreeMap<String, String>,
    /// The small words, by key.
    #[serde(deserialize_with = "once_each")]
    pub terms: BTreeMap<String, String>,
    /// The texts of the codes, by name.
    #[serde(deserialize_with = "once_each")]
    pub codes: BTreeMap<String, Texts>,
}

/// The three texts of a code in one language.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// What happened.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// The condition that raises it.
    pub raised: String,
}

/// The headers, in the order of the tables, and the Rust module of each.
pub const HEADERS: [(&str, &str); 4] =
    [("imapierror.h", "v1"), ("imapi2error.h", "v2"), ("imapi2fserror.h", "fs"), ("winerror.h", "common")];

/// The translations: BCP 47 tag, and the name of the generated Rust module.
pub const LANGUAGES: [(&str, &str); 2] = [("ru", "ru"), ("zh-TW", "zh_tw")];

/// A file of the spec that cannot be read.
#[derive(Debug)]
pub struct SpecError {
    file: String,
    reason: String,
}

impl fmt::Display for SpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.reason)
    }
}

impl std::error::Error for SpecError {}

impl Spec {
    /// Reads `codes.json` below the workspace's root.
    pub fn load(root: &Path) -> Result<Self, SpecError> {
        load(root, "codes.json")
    }

    /// The code of that name; aliases do not count.
    pub fn code(&self, name: &str) -> Option<&Code> {
        self.codes.iter().find(|code| code.name == name)
    }
}

impl Translation {
    /// Reads `messages.TAG.json` below the workspace's root.
    pub fn load(root: &Path, tag: &str) -> Result<Self, SpecError> {
        let translation: Self = load(root, &format!("messages.{tag}.json"))?;
        if translation.language == tag {
            return Ok(translation);
        }
        let reason = format!("the file says that its language is `{}`", translation.language);
        Err(SpecError { file: format!("{DIR}/messages.{tag}.json"), reason })
    }
}

impl Code {
    /// The value as a number; the codegen refuses a spec where that fails.
    pub fn number(&self) -> Option<u32> {
        let digits = self.value.strip_prefix("0x")?;
        (digits.len() == 8 && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F')))
            .then(|| u32::from_str_radix(digits, 16).ok())?
    }
}

/// A map in which no key stands twice: JSON allows it, and the last one would silently win.
fn once_each<'de, D, V>(deserializer: D) -> Result<BTreeMap<String, V>, D::Error>
where
    D: Deserializer<'de>,
    V: Deserialize<'de>,
{
    struct Entries<V>(PhantomData<V>);

    impl<'de, V: Deserialize<'de>> Visitor<'de> for Entries<V> {
        type Value = BTreeMap<String, V>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
            let mut map = BTreeMap::new();
            while let Some((key, value)) = entries.next_entry::<String, V>()? {
                if map.contains_key(&key) {
                    return Err(A::Error::custom(format!("the key `{key}` stands twice")));
                }
                map.insert(key, value);
            }
            Ok(map)
        }
    }

    deserializer.deserialize_map(Entries(PhantomData))
}

fn load<T: DeserializeOwned>(root: &Path, name: &str) -> Result<T, SpecError> {
    let path = root.join(DIR).join(name);
    let failed = |reason: String| SpecError { file: path.display().to_string(), reason };
    let text = fs::read_to_string(&path).map_err(|e| failed(e.to_string()))?;
    serde_json::from_str(&text).map_err(|e| failed(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUSSIAN: &str = r#"{"language": "ru", "facts": {"file": "файл"}, "terms": {}, "codes": {}}"#;

    /// Loads `messages.TAG.json` from a folder that holds this text under that name.
    fn loaded(tag: &str, text: &str) -> Result<Translation, String> {
        let root = std::env::temp_dir().join(format!("imapi-spec-{}-{}", std::process::id(), text.len()));
        fs::create_dir_all(root.join(DIR)).expect("a temporary folder");
        fs::write(root.join(DIR).join(format!("messages.{tag}.json")), text).expect("a file");
        let translation = Translation::load(&root, tag).map_err(|e| e.to_string());
        fs::remove_dir_all(&root).expect("it was made here");
        translation
    }

    #[test]
    fn a_file_in_another_language_than_its_name_says_is_refused() {
        assert!(loaded("ru", RUSSIAN).is_ok());
        let swapped = loaded("zh-TW", RUSSIAN).expect_err("it is Russian");
        assert!(swapped.contains("messages.zh-TW.json") && swapped.contains("`ru`"), "{swapped}");
    }

    #[test]
    fn a_key_that_stands_twice_is_refused() {
        let twice = RUSSIAN.replace(r#""file": "файл""#, r#""file": "файл", "file": "папка""#);
        let refused = loaded("ru", &twice).expect_err("which of the two?");
        assert!(refused.contains("`file` stands twice"), "{refused}");
    }
}
