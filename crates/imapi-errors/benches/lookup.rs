//! How long a lookup takes, and that it allocates nothing.
//!
//! `cargo bench -p imapi-errors` prints nanoseconds per lookup. The allocator counts: a column appears beside the times
//! as soon as anything allocates.

use core::hint::black_box;

use divan::{AllocProfiler, Bencher};
use imapi_errors::{Code, HResult, Lang, v2};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

#[divan::bench]
fn value_to_code() -> Option<Code> {
    black_box(v2::E_IMAPI_DF2DATA_MEDIA_NOT_BLANK).known()
}

#[divan::bench]
fn unknown_value() -> Option<Code> {
    black_box(HResult::from_u32(0xC0AA_0499)).known()
}

#[divan::bench]
fn name_to_code() -> Option<Code> {
    Code::from_name(black_box("E_IMAPI_DF2DATA_MEDIA_NOT_BLANK"))
}

#[divan::bench]
fn value_to_name() -> Option<&'static str> {
    black_box(v2::E_IMAPI_DF2DATA_MEDIA_NOT_BLANK).name()
}

#[divan::bench]
fn message_in_russian(bencher: Bencher<'_, '_>) {
    let code = v2::E_IMAPI_DF2DATA_MEDIA_NOT_BLANK.known().expect("in the table");
    bencher.bench(|| black_box(code).message(black_box(Lang::RU)).as_str());
}

#[divan::bench]
fn hexadecimal_text() -> Option<HResult> {
    black_box("0xC0AA0405").parse().ok()
}
