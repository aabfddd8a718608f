//! The slow tier: what is sampled on every run is done in full here. `cargo xtask test --slow` runs it.

use imapi_errors::{Code, HResult};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};

#[test]
fn of_all_numbers_there_are_only_those_of_the_tables_are_known() {
    let known = (0..=u32::MAX).filter(|&bits| HResult::from_u32(bits).known().is_some()).count();
    assert_eq!(known, Code::all().len());
}

#[test]
fn a_million_texts_that_look_like_codes_are_read_or_refused() {
    let text = r"[ +-]{0,2}(0[xX]|&[hH]|#|\$)?[0-9a-fA-FxXlLuUhH_]{0,18}[lLuUhH&]{0,3}|(E_|S_|IMAPI_E_|e_)[A-Z_0-9a-z]{0,40}|\PC{0,12}";
    let strategy = proptest::string::string_regex(text).expect("a regular expression");
    let mut runner = TestRunner::deterministic();
    for _ in 0..1_000_000 {
        let text = strategy.new_tree(&mut runner).expect("a text").current();
        if let Ok(code) = text.parse::<HResult>() {
            assert_eq!(format!("{code:#X}").parse(), Ok(code), "{text:?}");
        }
    }
}
