//! The glossary: words that a language's texts must not have, and words that they must have.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;

use super::rules::Broken;

/// `glossary.json`, a section for each language.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct Glossary(BTreeMap<String, Section>);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    forbidden: Vec<Forbidden>,
    preferred: Vec<Preferred>,
}

/// A word that is wrong here.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Forbidden {
    term: String,
    /// Longer words in which it is right.
    #[serde(default)]
    except: Vec<String>,
    say: String,
    why: String,
}

/// A word of the English text, and the words of which one must stand in the translation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Preferred {
    en: Vec<String>,
    say: Vec<String>,
}

impl Glossary {
    /// Reads `glossary.json`.
    pub fn load(root: &Path) -> Result<Self, String> {
        let path = root.join(crate::spec::DIR).join("glossary.json");
        let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))
    }

    /// The forbidden words of a text.
    pub fn forbidden(&self, tag: &str, text: &str) -> Vec<Broken> {
        let lower = text.to_lowercase();
        let entries = self.0.get(tag).into_iter().flat_map(|section| &section.forbidden);
        entries.filter_map(|entry| entry.broken_by(&lower)).collect()
    }

    /// The words that the English text asks for and the translation lacks.
    pub fn preferred(&self, tag: &str, source: &str, text: &str) -> Vec<Broken> {
        let (source, text) = (beginning_small(source), text.to_lowercase());
        let asked = |entry: &&Preferred| entry.en.iter().any(|word| has_word(&source, word));
        let lacking = |entry: &&Preferred| !entry.say.iter().any(|word| text.contains(&word.to_lowercase()));
        let entries = self.0.get(tag).into_iter().flat_map(|section| &section.preferred);
        entries
            .filter(asked)
            .filter(lacking)
            .map(|entry| Broken::new("preferred-term", format!("«{}» is {} here", entry.en[0], entry.say.join(" or "))))
            .collect()
    }
}

impl Forbidden {
    fn broken_by(&self, lower: &str) -> Option<Broken> {
        let mut rest = lower.to_string();
        for right in &self.except {
            rest = rest.replace(&right.to_lowercase(), " ");
        }
        let term = self.term.to_lowercase();
        // A Latin word ends where letters end; Russian words have endings, and Chinese has no spaces.
        let found = if term.is_ascii() { has_word(&rest, &term) } else { rest.contains(&term) };
        found.then(|| Broken::new("forbidden-term", format!("{}: say {} ({})", self.term, self.say, self.why)))
    }
}

/// The text with a small letter where a sentence begins.
///
/// Other capitals stay: a word within READ TRACK INFORMATION or Track at Once is a name and not ours to translate.
fn beginning_small(text: &str) -> String {
    let mut begins = true;
    text.chars()
        .map(|c| {
            let small = if begins { c.to_ascii_lowercase() } else { c };
            begins = c == '.' || (begins && !c.is_alphanumeric());
            small
        })
        .collect()
}

/// Whether a word stands in a text, not within another word.
fn has_word(text: &str, word: &str) -> bool {
    let letter = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(letter) && !text[at + word.len()..].starts_with(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glossary() -> Glossary {
        let text = r#"{"xx": {
            "forbidden": [
                {"term": "磁片", "except": ["磁片模擬"], "say": "光碟", "why": "a floppy disk"},
                {"term": "disk", "say": "disc", "why": "optical"}
            ],
            "preferred": [{"en": ["drive", "drives"], "say": ["光碟機", "燒錄機"]}]
        }}"#;
        serde_json::from_str(text).expect("a glossary")
    }

    #[test]
    fn a_forbidden_word_is_found_but_not_inside_a_right_one() {
        let found = |text: &str| glossary().forbidden("xx", text).len();
        assert_eq!(["磁片已滿", "軟碟的磁片模擬", "a Disk.", "a diskette", "disk_size"].map(found), [1, 0, 1, 0, 0]);
    }

    #[test]
    fn a_preferred_word_is_demanded_where_the_english_text_has_its_twin() {
        let lacking = |source: &str, text: &str| glossary().preferred("xx", source, text).len();
        assert_eq!(lacking("The drive is busy.", "光碟機忙碌中。"), 0);
        assert_eq!(lacking("The drive is busy.", "裝置忙碌中。"), 1);
        assert_eq!(lacking("A hard-driven overdrive.", "裝置忙碌中。"), 0);
        assert_eq!(lacking("When READ DRIVE INFORMATION or a Drive at Once fails.", "裝置忙碌中。"), 0);
        assert_eq!(lacking("It failed. Drives are busy.", "裝置忙碌中。"), 1);
    }
}
