//! A program that explains codes in English: it carries no other language.

use imapi_errors::{HResult, Lang, Report};

fn main() {
    for code in std::env::args().skip(1).filter_map(|text| text.parse::<u32>().ok()).map(HResult::from_u32) {
        println!("{}", Report::new(&code, Lang::EN));
    }
}
