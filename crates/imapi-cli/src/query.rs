//! What a person may mean by a code: a number in any spelling, a name, or part of one.

use imapi_errors::{Code, HResult};

/// What a text turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A code of the tables; several where a name without its prefix fits several.
    Known(Vec<Code>),
    /// A number that no table has.
    Number(HResult),
    /// No number and no name, and the names that look like it.
    Unknown(Vec<Code>),
}

/// How many names are offered at most.
const SUGGESTIONS: usize = 5;

/// Finds out what is meant.
pub fn answer(text: &str) -> Answer {
    if let Ok(value) = text.parse::<HResult>() {
        return value.known().map_or(Answer::Number(value), |code| Answer::Known(vec![code]));
    }
    let name = normalized(text);
    if let Some(code) = Code::from_name(&name) {
        return Answer::Known(vec![code]);
    }
    let short: Vec<Code> = Code::all().filter(|code| without_prefix(code.name()) == name).collect();
    if !short.is_empty() {
        return Answer::Known(short);
    }
    // A family's prefix left out, too: MEDIA_NOT_BLANK for E_IMAPI_DF2DATA_MEDIA_NOT_BLANK. One word alone is too little.
    let ends: Vec<Code> =
        Code::all().filter(|code| name.contains('_') && ends_with_words(code.name(), &name)).collect();
    if ends.is_empty() { Answer::Unknown(similar(&name)) } else { Answer::Known(ends) }
}

/// Whether the last words of a name are these.
fn ends_with_words(name: &str, words: &str) -> bool {
    name.strip_suffix(words).is_some_and(|rest| rest.ends_with('_'))
}

/// Capitals and underscores, as the names have.
fn normalized(text: &str) -> String {
    text.trim().to_ascii_uppercase().replace(['-', ' '], "_")
}

/// A name without the part that says which header or facility it belongs to.
fn without_prefix(name: &str) -> &str {
    const PREFIXES: [&str; 14] = [
        "E_IMAPI_",
        "S_IMAPI_",
        "IMAPI_E_",
        "IMAPI_S_",
        "STG_E_",
        "DISP_E_",
        "RPC_E_",
        "RPC_X_",
        "RPC_S_",
        "CO_E_",
        "CONNECT_E_",
        "CLASS_E_",
        "ERROR_",
        "E_",
    ];
    PREFIXES.into_iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name)
}

/// The names that contain the text, and those that are spelled almost like it; the likeliest first.
fn similar(name: &str) -> Vec<Code> {
    let mut rated: Vec<(f64, Code)> =
        Code::all().map(|code| (likeness(name, code.name()), code)).filter(|(likeness, _)| *likeness > 0.8).collect();
    rated.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    rated.into_iter().take(SUGGESTIONS).map(|(_, code)| code).collect()
}

/// From 0 to 1, or above for a name that contains the text.
fn likeness(asked: &str, name: &str) -> f64 {
    // A few letters are in every name.
    if asked.len() >= 4 && name.contains(asked) {
        return 2.0;
    }
    strsim::jaro_winkler(asked, name).max(strsim::jaro_winkler(asked, without_prefix(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(codes: &[Code]) -> Vec<&'static str> {
        codes.iter().map(|code| code.name()).collect()
    }

    fn known(text: &str) -> Vec<&'static str> {
        match answer(text) {
            Answer::Known(codes) => names(&codes),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn every_code_is_found_without_its_prefix_too() {
        for code in Code::all() {
            let short = without_prefix(code.name());
            assert!(known(short).contains(&code.name()) || Code::from_name(short).is_some(), "{short}");
        }
    }

    #[test]
    fn a_short_name_that_fits_several_codes_means_them_all() {
        assert_eq!(known("loss_of_streaming"), ["IMAPI_E_LOSS_OF_STREAMING", "E_IMAPI_LOSS_OF_STREAMING"]);
    }

    #[test]
    fn the_last_words_of_a_name_are_enough() {
        assert_eq!(known("media_not_blank"), ["E_IMAPI_DF2DATA_MEDIA_NOT_BLANK"]);
        assert_eq!(known("client name is not valid").len(), 5);
        assert!(matches!(answer("valid"), Answer::Unknown(_)), "one word is no name");
        assert!(matches!(answer("edia_not_blank"), Answer::Unknown(_)), "half a word is none either");
    }

    #[test]
    fn spaces_and_hyphens_are_underscores() {
        assert_eq!(known("track not big enough"), ["IMAPI_E_TRACK_NOT_BIG_ENOUGH"]);
        assert_eq!(known("IMAPI-E-DiscFull"), ["IMAPI_E_DISCFULL"]);
    }

    #[test]
    fn an_unknown_name_suggests_its_neighbours() {
        let suggested = |text: &str| match answer(text) {
            Answer::Unknown(codes) => names(&codes),
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(suggested("IMAPI_E_DISKFULL")[0], "IMAPI_E_DISCFULL");
        assert_eq!(suggested("E_IMAPI_DF2DATA_MEDIA_NOT_BLNAK")[0], "E_IMAPI_DF2DATA_MEDIA_NOT_BLANK");
        assert_eq!(suggested("verification")[0], "E_IMAPI_BURN_VERIFICATION_FAILED");
        assert_eq!(suggested("qqqqqqqqqq"), [""; 0]);
    }

    #[test]
    fn an_unknown_number_is_a_number_all_the_same() {
        assert_eq!(answer("0x81234567"), Answer::Number(HResult::from_u32(0x8123_4567)));
    }
}
