//! The result codes of IMAPI: what they are called, what they mean, and what to do about them.
//!
//! Windows describes the outcome of mastering and burning by codes from three headers: imapierror.h (IMAPI v1),
//! imapi2error.h (v2) and imapi2fserror.h (file system images). This crate has all 188 of them, and the common COM and
//! Windows codes that the same methods return, with words in English, Russian and Traditional Chinese.
//!
//! - [`HResult`] is any such number; [`v1`], [`v2`], [`fs`] and [`common`] have the constants by their own names.
//! - [`Code`] is a number that the tables know: name, header, message, hint, and the condition that raises it.
//! - [`Coded`] is implemented by every error of the workspace: a code, and the facts of the failure.
//! - [`Report`] tells a `Coded` in a [`Lang`].
//!
//! ```
//! use imapi_errors::{HResult, Lang, Report};
//!
//! // Someone's log says: error -1062599676.
//! let code: HResult = "-1062599676".parse()?;
//! println!("{}", Report::new(&code, Lang::EN));
//! # assert!(Report::new(&code, Lang::EN).to_string().ends_with("(0xC0AA0404)"));
//! # Ok::<(), imapi_errors::NotACode>(())
//! ```
//!
//! # Size and speed
//!
//! The crate is `no_std`, has no dependencies and never allocates. The tables are flat and constant; each language
//! and the names stand apart, and what a program does not use is not linked into it. A lookup is a binary search over
//! some 300 entries: a few nanoseconds.
//!
//! # Features
//!
//! - `std`: codes for [`std::io::Error`], and `Lang::from_env`.
//! - `serde`: [`HResult`], [`Lang`] and [`Fact`] as text.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(any(feature = "std", test))]
extern crate std;

mod code;
mod coded;
// Formatted as it is written; see `xtask/src/codegen`.
#[rustfmt::skip]
#[expect(clippy::doc_markdown, reason = "the sentences of the spec are documentation here and plain text elsewhere")]
mod generated;
mod hresult;
#[cfg(feature = "std")]
mod io;
mod lang;
mod parse;
#[cfg(feature = "serde")]
mod serde;
mod template;

pub use code::{Code, Header};
pub use coded::{Coded, CodedError, Report, Value};
pub use generated::{Fact, Term, common, fs, v1, v2};
pub use hresult::{Facility, HResult, Severity};
pub use lang::{Lang, UnknownLang};
pub use parse::NotACode;
pub use template::{Insert, InsertKind, Template};
