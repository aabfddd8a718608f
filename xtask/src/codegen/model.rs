//! The spec checked for what the tables rely on, and put into the order of the tables.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    inserts,
    spec::{Code, HEADERS, LANGUAGES, Spec, Texts, Translation},
};

/// A spec without contradictions.
pub struct Model<'a> {
    /// The spec itself.
    pub spec: &'a Spec,
    /// The codes by ascending value: the order of every table.
    pub by_value: Vec<&'a Code>,
    /// The languages, English first.
    pub languages: Vec<Language<'a>>,
}

/// The texts of a language, in the order of the tables.
pub struct Language<'a> {
    /// The BCP 47 tag.
    pub tag: &'a str,
    /// The Rust module.
    pub module: &'a str,
    /// Message, hint and condition of each code.
    pub codes: Vec<Texts>,
    /// The labels of the facts.
    pub facts: Vec<&'a str>,
    /// The small words.
    pub terms: Vec<&'a str>,
}

impl<'a> Model<'a> {
    /// Checks the spec; the faults name what is wrong, all of them at once.
    pub fn new(spec: &'a Spec, translations: &'a [Translation]) -> Result<Self, Vec<String>> {
        let mut faults = faults_of(spec);
        let mut by_value: Vec<&Code> = spec.codes.iter().collect();
        by_value.sort_by_key(|code| code.number());
        let mut languages = vec![english(spec, &by_value)];
        for ((tag, module), translation) in LANGUAGES.iter().zip(translations) {
            match translated(tag, module, spec, &by_value, translation) {
                Ok(language) => languages.push(language),
                Err(missing) => faults.extend(missing),
            }
        }
        if faults.is_empty() { Ok(Self { spec, by_value, languages }) } else { Err(faults) }
    }

    /// The place in the tables of the code with that name.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.by_value.iter().position(|code| code.name == name)
    }
}

fn faults_of(spec: &Spec) -> Vec<String> {
    let mut faults = Vec::new();
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    let mut values: BTreeMap<u32, &str> = BTreeMap::new();
    let mut keys: BTreeSet<&str> = BTreeSet::new();
    for fact in &spec.facts {
        for key in [&fact.name, &fact.key] {
            if !keys.insert(key) {
                faults.push(format!("facts: {key} is taken"));
            }
        }
    }
    for code in &spec.codes {
        for name in code.aliases.iter().chain([&code.name]) {
            if let Some(other) = names.insert(name, &code.name) {
                faults.push(format!("{}: the name {name} is taken by {other}", code.name));
            }
        }
        match code.number() {
            None => {
                faults.push(format!("{}: `{}` is not 0x and eight capital hexadecimal digits", code.name, code.value));
            }
            Some(number) => {
                if let Some(other) = values.insert(number, &code.name) {
                    faults.push(format!("{}: the value {} is taken by {other}", code.name, code.value));
                }
                let severity = if number >> 31 == 0 { "success" } else { "error" };
                if code.severity != severity {
                    faults.push(format!("{}: the highest bit of {} says {severity}", code.name, code.value));
                }
            }
        }
        faults.extend(faults_of_code(spec, code));
    }
    faults
}

fn faults_of_code(spec: &Spec, code: &Code) -> Vec<String> {
    let mut faults = Vec::new();
    let name = &code.name;
    if !name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_') {
        faults.push(format!("{name}: a constant's name has capitals, digits and underscores only"));
    }
    if !HEADERS.iter().any(|(header, _)| *header == code.header) {
        faults.push(format!("{name}: no header is called {}", code.header));
    }
    let listed: Vec<&str> = code.inserts.iter().map(|insert| insert.spelling.as_str()).collect();
    if inserts::well_formed(&code.message) != listed {
        faults.push(format!("{name}: the message has other inserts than the list {listed:?}"));
    }
    for insert in &code.inserts {
        if inserts::kind(&insert.spelling).is_none() {
            faults.push(format!("{name}: `{}` is no insert of a known type", insert.spelling));
        }
        if !spec.facts.iter().any(|fact| fact.name == insert.fact) {
            faults.push(format!("{name}: no fact is called {}", insert.fact));
        }
    }
    if let Some(v1) = &code.v1 {
        if spec.code(v1).is_none_or(|counterpart| counterpart.header != "imapierror.h") {
            faults.push(format!("{name}: the v1 counterpart {v1} is not in imapierror.h"));
        }
    }
    faults
}

fn english<'a>(spec: &'a Spec, by_value: &[&'a Code]) -> Language<'a> {
    let texts =
        |code: &&Code| Texts { message: code.message.clone(), hint: code.hint.clone(), raised: code.raised.clone() };
    Language {
        tag: "en",
        module: "en",
        codes: by_value.iter().map(texts).collect(),
        facts: spec.facts.iter().map(|fact| fact.label.as_str()).collect(),
        terms: spec.terms.values().map(String::as_str).collect(),
    }
}

fn translated<'a>(
    tag: &'a str,
    module: &'a str,
    spec: &'a Spec,
    by_value: &[&'a Code],
    translation: &'a Translation,
) -> Result<Language<'a>, Vec<String>> {
    let mut missing = Vec::new();
    let mut note = |what: &str| missing.push(format!("messages.{tag}.json: {what} is missing"));
    let mut codes = Vec::new();
    for code in by_value {
        match translation.codes.get(&code.name) {
            Some(texts) => codes.push(texts.clone()),
            None => note(&code.name),
        }
    }
    let mut facts = Vec::new();
    for fact in &spec.facts {
        match translation.facts.get(&fact.key) {
            Some(label) => facts.push(label.as_str()),
            None => note(&format!("the fact `{}`", fact.key)),
        }
    }
    let mut terms = Vec::new();
    for key in spec.terms.keys() {
        match translation.terms.get(key) {
            Some(word) => terms.push(word.as_str()),
            None => note(&format!("the term `{key}`")),
        }
    }
    if missing.is_empty() { Ok(Language { tag, module, codes, facts, terms }) } else { Err(missing) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace_root;

    fn faults_after(change: impl FnOnce(&mut Spec)) -> Vec<String> {
        let mut spec = Spec::load(&workspace_root()).expect("the spec is there");
        change(&mut spec);
        faults_of(&spec)
    }

    fn code<'a>(spec: &'a mut Spec, name: &str) -> &'a mut Code {
        spec.codes.iter_mut().find(|code| code.name == name).expect("in the spec")
    }

    #[test]
    fn the_spec_has_no_faults() {
        assert_eq!(faults_after(|_| {}), [""; 0]);
    }

    #[test]
    fn a_lost_insert_is_a_fault() {
        let faults = faults_after(|spec| {
            let code = code(spec, "IMAPI_E_DATA_STREAM_INCONSISTENCY");
            code.message = code.message.replace("%2!I64d!", "some");
        });
        assert!(faults.len() == 1 && faults[0].contains("other inserts"), "{faults:?}");
    }

    #[test]
    fn a_changed_value_is_a_fault_when_it_is_taken_or_malformed() {
        let taken = faults_after(|spec| code(spec, "IMAPI_E_TRACKOPEN").value = "0x8004021A".into());
        assert!(taken.len() == 1 && taken[0].contains("taken by IMAPI_E_TRACKNOTOPEN"), "{taken:?}");
        let malformed = faults_after(|spec| code(spec, "IMAPI_E_TRACKOPEN").value = "0x8004021b".into());
        assert!(malformed.len() == 1 && malformed[0].contains("capital"), "{malformed:?}");
        let success = faults_after(|spec| code(spec, "IMAPI_E_TRACKOPEN").value = "0x0004021B".into());
        assert!(success.len() == 1 && success[0].contains("highest bit"), "{success:?}");
    }

    #[test]
    fn two_facts_with_one_key_are_a_fault() {
        let faults = faults_after(|spec| spec.facts[1].key = spec.facts[0].key.clone());
        assert_eq!(faults, ["facts: file is taken"]);
    }

    #[test]
    fn an_unknown_fact_and_a_wrong_counterpart_are_faults() {
        let fact = faults_after(|spec| code(spec, "IMAPI_E_NOT_FILE").inserts[0].fact = "Colour".into());
        assert!(fact.len() == 1 && fact[0].contains("no fact is called Colour"), "{fact:?}");
        let v1 = faults_after(|spec| code(spec, "IMAPI_E_NOT_FILE").v1 = Some("E_FAIL".into()));
        assert!(v1.len() == 1 && v1[0].contains("is not in imapierror.h"), "{v1:?}");
    }
}
