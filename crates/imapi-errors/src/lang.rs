//! [`Lang`]: the languages, and which of them a locale's name means.

use core::{fmt, str::FromStr};

use crate::{
    Fact, Term,
    generated::{COUNT, FACTS, TERMS, en, ru, zh_tw},
};

/// A language in which codes are explained.
///
/// It is a reference to that language's tables. A program that only ever names `Lang::EN` carries no Russian and no
/// Chinese text; [`Lang::parse`] and [`Lang::ALL`] bring all of them in.
#[derive(Clone, Copy)]
pub struct Lang(&'static Words);

/// The tables of one language, generated.
pub(crate) struct Words {
    pub(crate) tag: &'static str,
    pub(crate) messages: &'static [&'static str; COUNT],
    pub(crate) hints: &'static [&'static str; COUNT],
    pub(crate) raised: &'static [&'static str; COUNT],
    pub(crate) facts: &'static [&'static str; FACTS],
    pub(crate) terms: &'static [&'static str; TERMS],
}

impl Lang {
    /// English.
    pub const EN: Self = Self(&en::WORDS);
    /// Russian.
    pub const RU: Self = Self(&ru::WORDS);
    /// Traditional Chinese as written in Taiwan.
    pub const ZH_TW: Self = Self(&zh_tw::WORDS);
    /// All languages.
    pub const ALL: [Self; 3] = [Self::EN, Self::RU, Self::ZH_TW];

    /// The BCP 47 tag: `en`, `ru`, `zh-TW`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        self.0.tag
    }

    /// The language that a BCP 47 tag or a POSIX locale name asks for, if it is one of ours.
    ///
    /// Only the language counts, with two exceptions: every written Chinese leads to Traditional Chinese, the nearest
    /// that there is, and the locales `C` and `POSIX` are English.
    ///
    /// ```
    /// use imapi_errors::Lang;
    ///
    /// for name in ["zh-TW", "zh_HK.UTF-8", "zh-Hant", "zh_Hant_MO", "yue-HK", "zh"] {
    ///     assert_eq!(Lang::parse(name), Some(Lang::ZH_TW));
    /// }
    /// assert_eq!(Lang::parse("ru_RU.UTF-8"), Some(Lang::RU));
    /// assert_eq!(Lang::parse("en_GB.ISO-8859-15@euro"), Some(Lang::EN));
    /// assert_eq!(Lang::parse("C.UTF-8"), Some(Lang::EN));
    /// assert_eq!(Lang::parse("fr_FR"), None);
    /// ```
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        // The language ends where the script, country, encoding or modifier begins.
        let language = name.trim().split(['-', '_', '.', '@']).next().unwrap_or_default();
        let is = |tags: &[&str]| tags.iter().any(|tag| tag.eq_ignore_ascii_case(language));
        if is(&["en", "eng", "c", "posix"]) {
            Some(Self::EN)
        } else if is(&["ru", "rus"]) {
            Some(Self::RU)
        } else if is(&["zh", "zho", "chi", "cmn", "yue", "nan", "hak", "lzh"]) {
            Some(Self::ZH_TW)
        } else {
            None
        }
    }

    /// The language of the environment, by gettext's rules: `LANGUAGE` (a list), then `LC_ALL`, `LC_MESSAGES`, `LANG`.
    ///
    /// The first variable that is set and not empty decides; `LANGUAGE` counts only where the locale is not `C`. A
    /// language that is not ours means English.
    #[cfg(feature = "std")]
    #[must_use]
    pub fn from_env() -> Self {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    #[cfg(feature = "std")]
    fn from_variables(read: impl Fn(&str) -> Option<std::string::String>) -> Self {
        let set = |name: &str| read(name).filter(|value| !value.is_empty());
        let Some(locale) = set("LC_ALL").or_else(|| set("LC_MESSAGES")).or_else(|| set("LANG")) else {
            return Self::EN;
        };
        let plain = matches!(locale.split('.').next(), Some("C" | "POSIX"));
        let list = set("LANGUAGE").filter(|_| !plain);
        let wished = list.as_deref().into_iter().flat_map(|list| list.split(':'));
        wished.chain([locale.as_str()]).find_map(Self::parse).unwrap_or(Self::EN)
    }

    /// The name of a kind of fact.
    #[must_use]
    pub fn label(self, fact: Fact) -> &'static str {
        self.0.facts[fact as usize]
    }

    /// One of the small words around a code.
    #[must_use]
    pub fn term(self, term: Term) -> &'static str {
        self.0.terms[term as usize]
    }

    pub(crate) const fn words(self) -> &'static Words {
        self.0
    }
}

impl Default for Lang {
    fn default() -> Self {
        Self::EN
    }
}

impl PartialEq for Lang {
    fn eq(&self, other: &Self) -> bool {
        self.tag() == other.tag()
    }
}

impl Eq for Lang {}

impl core::hash::Hash for Lang {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.tag().hash(state);
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.tag())
    }
}

impl fmt::Debug for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lang({})", self.tag())
    }
}

/// The name of a language that is not one of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownLang;

impl fmt::Display for UnknownLang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the languages are en, ru and zh-TW")
    }
}

impl core::error::Error for UnknownLang {}

impl FromStr for Lang {
    type Err = UnknownLang;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::parse(name).ok_or(UnknownLang)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_leads_back_to_its_language() {
        for lang in Lang::ALL {
            assert_eq!(lang.tag().parse(), Ok(lang));
        }
    }

    #[test]
    fn names_of_other_languages_are_not_ours() {
        for name in ["", "-", "_TW", "e", "engl", "russian", "z", "uk_UA", "de", "zhTW", "Кириллица"] {
            assert_eq!(Lang::parse(name), None, "{name}");
        }
    }

    #[cfg(feature = "std")]
    #[test]
    fn the_environment_decides_as_gettext_would() {
        use std::string::ToString;
        let with = |variables: &[(&str, &str)]| {
            Lang::from_variables(|name| {
                variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_string())
            })
        };
        assert_eq!(with(&[]), Lang::EN);
        assert_eq!(with(&[("LANG", "ru_RU.UTF-8")]), Lang::RU);
        assert_eq!(with(&[("LANG", "ru_RU.UTF-8"), ("LC_MESSAGES", "zh_TW")]), Lang::ZH_TW);
        assert_eq!(with(&[("LANG", "ru_RU.UTF-8"), ("LC_ALL", "")]), Lang::RU, "an empty variable is not set");
        assert_eq!(with(&[("LANG", "ru_RU"), ("LANGUAGE", "fr:zh_TW:en")]), Lang::ZH_TW);
        assert_eq!(with(&[("LC_ALL", "C.UTF-8"), ("LANG", "ru_RU"), ("LANGUAGE", "ru")]), Lang::EN);
        assert_eq!(with(&[("LANG", "de_DE.UTF-8")]), Lang::EN);
        assert_eq!(with(&[("LANGUAGE", "ru")]), Lang::EN, "without a locale there is nothing to choose for");
    }
}
