//! `imapi virtual run` where it cannot be: what makes a drive visible to other programs is made for Linux.

use std::process::ExitCode;

use imapi_errors::{Lang, common};

use super::failed;
use crate::cli::RunArguments;

/// Says so.
pub fn run(_: &RunArguments, lang: Lang) -> ExitCode {
    failed(&common::ERROR_NOT_SUPPORTED, lang);
    ExitCode::from(1)
}
