//! `imapi virtual attach` and `detach` where there is no Linux: they say so.

use std::{io, path::Path};

use imapi_errors::{Lang, common};

use crate::output::{self, Outcome, Output};

/// Only Linux has drives served by programs.
pub fn attach(_: &Path, _: bool, _: bool, lang: Lang, _: &mut Output) -> io::Result<Outcome> {
    Ok(refused(lang))
}

/// So there is nothing to detach.
pub fn detach(_: Option<&Path>, _: bool, lang: Lang) -> Outcome {
    refused(lang)
}

fn refused(lang: Lang) -> Outcome {
    output::report(&common::ERROR_NOT_SUPPORTED, lang);
    Outcome::Failed
}
