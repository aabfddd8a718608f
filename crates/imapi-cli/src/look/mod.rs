//! `imapi image ls`, `tree`, `cat`, `extract`, `info`, `check`, `boot-info`, and `imapi sessions`: what is in an image or on a
//! disc.
//!
//! `open.rs` opens what was named and finds files in it. `list.rs`, `tree.rs` and `cat.rs` tell of files, `extract.rs` makes
//! files of them; `info.rs`, `boot.rs` and `sessions.rs` tell of the whole, and `check.rs` whether it is as it should be.

mod boot;
mod cat;
mod check;
mod extract;
mod info;
mod line;
mod list;
mod open;
mod sessions;
mod tree;

use std::{ffi::OsString, io};

use clap::{Args, ValueEnum};
use imapi_errors::Lang;
use imapi_volumes::Names;

pub use boot::BootArguments;
pub use cat::CatArguments;
pub use check::CheckArguments;
pub use extract::{EXTRACT_EXAMPLES, ExtractArguments};
pub use info::InfoArguments;
pub use list::{LIST_EXAMPLES, ListArguments};
pub use sessions::SessionsArguments;
pub use tree::TreeArguments;

use crate::output::{Outcome, Output};

/// What is looked into.
#[derive(Debug, Args)]
pub struct Subject {
    /// An image file, - for standard input, or a drive
    #[arg(value_name = "IMAGE|DRIVE")]
    name: OsString,

    /// Only this session [default: the newest, which shows all files]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    session: Option<u16>,

    /// Goes on where something is damaged, and tells what
    #[arg(long)]
    lenient: bool,
}

/// What is looked into, and by which names.
#[derive(Debug, Args)]
pub struct SubjectFiles {
    #[command(flatten)]
    subject: Subject,

    /// By which names [default: the first of udf, rock-ridge, joliet, iso9660 that is there]
    #[arg(long, value_name = "NAMES", value_enum)]
    fs: Option<NamesOf>,
}

/// By which names files are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum NamesOf {
    /// ISO 9660 alone
    Iso9660,
    /// ISO 9660 with Rock Ridge
    RockRidge,
    /// Joliet
    Joliet,
    /// UDF
    Udf,
}

impl From<NamesOf> for Names {
    fn from(names: NamesOf) -> Self {
        match names {
            NamesOf::Iso9660 => Self::Iso9660,
            NamesOf::RockRidge => Self::RockRidge,
            NamesOf::Joliet => Self::Joliet,
            NamesOf::Udf => Self::Udf,
        }
    }
}

impl NamesOf {
    fn of(names: Names) -> Self {
        match names {
            Names::Iso9660 => Self::Iso9660,
            Names::RockRidge => Self::RockRidge,
            Names::Joliet => Self::Joliet,
            Names::Udf => Self::Udf,
        }
    }

    /// The word for it on the command line and in JSON.
    fn word(self) -> &'static str {
        match self {
            Self::Iso9660 => "iso9660",
            Self::RockRidge => "rock-ridge",
            Self::Joliet => "joliet",
            Self::Udf => "udf",
        }
    }
}

pub fn list(arguments: &ListArguments, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    list::run(arguments, lang, out)
}

pub fn tree(arguments: &TreeArguments, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    tree::run(arguments, lang, out)
}

pub fn cat(arguments: &CatArguments, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    cat::run(arguments, lang, out)
}

pub fn extract(arguments: &ExtractArguments, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    extract::run(arguments, lang, out)
}

pub fn info(arguments: &InfoArguments, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    info::run(arguments, lang, out)
}

pub fn check(arguments: &CheckArguments, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    check::run(arguments, lang, out)
}

pub fn boot_info(arguments: &BootArguments, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    boot::run(arguments, lang, out)
}

pub fn sessions(arguments: &SessionsArguments, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    sessions::run(arguments, lang, out)
}
