//! The spec of the result codes as xtask sees it: `codes.json` and the translations beside it.
//!
//! Everything is read from JSON text. The generated crate is never linked, so that codegen can repair a broken table.

use std::{collections::BTreeMap, fmt, fs, path::Path};

use serde::Deserialize;

/// Where the spec stands, from the root of the workspace.
pub const DIR: &str = "crates/imapi-errors/spec";

/// `codes.json`: the codes in the order of their headers, the kinds of facts, and the small words of the program.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// What an error can know, beside its code.
    pub facts: Vec<FactKind>,
    /// Labels such as «what to do»: a key and its English text.
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
    pub facts: BTreeMap<String, String>,
    /// The small words, by key.
    pub terms: BTreeMap<String, String>,
    /// The texts of the codes, by name.
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
        load(root, &format!("messages.{tag}.json"))
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

fn load<T: serde::de::DeserializeOwned>(root: &Path, name: &str) -> Result<T, SpecError> {
    let path = root.join(DIR).join(name);
    let failed = |reason: String| SpecError { file: path.display().to_string(), reason };
    let text = fs::read_to_string(&path).map_err(|e| failed(e.to_string()))?;
    serde_json::from_str(&text).map_err(|e| failed(e.to_string()))
}
