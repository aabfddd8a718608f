//! The project's own commands. `cargo xtask help` lists them; docs/contributing.md says when to use which.

// A program has no outside: `pub` marks what a module offers to the others.
#![allow(clippy::must_use_candidate)]
#![forbid(unsafe_code)]

mod bench;
mod check_doc;
mod ci;
mod codegen;
mod guest;
mod inserts;
mod map;
mod msrv;
mod peers;
mod record;
mod sources;
mod spec;
mod tidy;
mod translations;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

/// The project's own commands.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Writes the tables of imapi-errors from the spec
    Codegen {
        /// Writes nothing; fails when a table is not what the spec says
        #[arg(long)]
        check: bool,
    },
    /// Checks that every text is there in every language, with all that must not change
    CheckTranslations {
        /// Prints the findings as a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Audits published pages of result codes against the spec
    CheckDoc {
        /// Markdown files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Prints an object for a file, an array for several
        #[arg(long)]
        json: bool,
    },
    /// Writes docs/imapi-map.md: which Rust item stands for which COM method
    Map {
        /// Writes nothing; fails when the page is not what the source says
        #[arg(long)]
        check: bool,
    },
    /// Checks the house's habits: heads of files, their length, unfinished work
    Tidy,
    /// Builds the workspace with the oldest compiler that Cargo.toml promises
    Msrv,
    /// Measures a figure that the project promises, beside a yardstick
    Bench {
        /// What is measured
        #[arg(value_enum)]
        figure: Figure,
    },
    /// Runs a script in a virtual machine with Debian's kernel
    Guest(guest::Job),
    /// Writes fixtures/cdbs: the commands that other programs send
    RecordCdbs,
    /// Runs all checks and tests, as CI does
    Test {
        /// First installs what the tests need (Debian, Ubuntu)
        #[arg(long)]
        setup: bool,
        /// Runs the slow tier instead: long fuzzing, whole matrices, the oldest compiler
        #[arg(long)]
        slow: bool,
    },
}

/// A figure that the project promises.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Figure {
    /// Two GiB burned to a virtual BD-R, beside dd; and what a command of another program costs
    VirtualDrive,
    /// Two GiB burned by the engine, beside dd; what the engine costs, and what memory
    Burn,
    /// Images of folders, beside cat, tar and what others make of them; and what memory they cost
    Image,
    /// Listing beside isoinfo, extracting beside copying, and what memory a file costs
    Read,
    /// Sectors of CDs: encoded, scrambled, mended, and their sub-channels
    Cd,
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(reason) => {
            eprintln!("xtask: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// True when nothing was found wrong.
fn run(command: Command) -> Result<bool, String> {
    let root = workspace_root();
    match command {
        Command::Codegen { check } => {
            let stale = codegen::run(&root, check)?;
            let what = if check { "is stale: run `cargo xtask codegen`" } else { "written" };
            for file in &stale {
                println!("{file} {what}");
            }
            Ok(!check || stale.is_empty())
        }
        Command::CheckTranslations { json } => check_translations(&root, json),
        Command::CheckDoc { files, json } => check_doc::run(&root, &files, json),
        Command::Map { check } => {
            let fresh = map::run(&root, check)?;
            if check && !fresh {
                println!("docs/imapi-map.md is stale: run `cargo xtask map`");
            }
            Ok(!check || fresh)
        }
        Command::Tidy => {
            let findings = tidy::run(&root)?;
            for finding in &findings {
                println!("{finding}");
            }
            Ok(findings.is_empty())
        }
        Command::Guest(job) => guest::run(&root, &job),
        Command::RecordCdbs => record::run(&root).map(|()| true),
        Command::Msrv => msrv::run(&root).map(|()| true),
        Command::Bench { figure: Figure::VirtualDrive } => {
            // Both are told, whatever the first comes to.
            let (drive, device) = (bench::virtual_drive::drive(&root)?, bench::virtual_drive::device(&root)?);
            Ok(drive && device)
        }
        Command::Bench { figure: Figure::Burn } => bench::burn::run(&root),
        Command::Bench { figure: Figure::Image } => bench::image::run(&root),
        Command::Bench { figure: Figure::Read } => bench::read::run(&root),
        Command::Bench { figure: Figure::Cd } => bench::cd::run(&root),
        Command::Test { setup, slow } => {
            if setup {
                peers::install()?;
            }
            ci::run(&root, if slow { ci::Tier::Slow } else { ci::Tier::Fast })
        }
    }
}

fn check_translations(root: &Path, json: bool) -> Result<bool, String> {
    let findings = translations::run(root)?;
    if json {
        println!("{}", serde_json::to_string_pretty(&findings).map_err(|e| e.to_string())?);
    } else {
        for finding in &findings {
            println!("{finding}");
        }
    }
    Ok(findings.is_empty())
}

/// The workspace's root: the folder above this package.
fn workspace_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the workspace").to_path_buf()
}
