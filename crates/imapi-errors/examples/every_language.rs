//! A program that lets its user choose the language: it carries them all.

use imapi_errors::{HResult, Lang, Report};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let lang = arguments.next().and_then(|tag| Lang::parse(&tag)).unwrap_or_default();
    for code in arguments.filter_map(|text| text.parse::<HResult>().ok()) {
        println!("{}", Report::new(&code, lang));
    }
}
