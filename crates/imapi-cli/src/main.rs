//! The program `imapi`: optical discs from a shell.
//!
//! It only parses, asks the libraries, and prints. Every command gives its facts as JSON with `--json`. It ends with 0
//! when the work is done, 1 when it failed, 2 when it was asked wrongly.

#![forbid(unsafe_code)]

#[cfg(target_os = "linux")]
mod agree;
#[cfg(target_os = "linux")]
mod append;
#[cfg(target_os = "linux")]
mod audio;
#[cfg(target_os = "linux")]
mod burn;
mod cli;
mod codes;
mod drive;
mod entry;
mod explain;
#[cfg(target_os = "linux")]
mod image;
#[cfg(target_os = "linux")]
mod interrupt;
#[cfg(target_os = "linux")]
mod look;
mod output;
#[cfg(target_os = "linux")]
mod progress;
mod query;
#[cfg(target_os = "linux")]
mod raw;
#[cfg(target_os = "linux")]
mod same;
#[cfg_attr(not(all(target_os = "linux", target_pointer_width = "64")), path = "virtual_attach/elsewhere.rs")]
mod virtual_attach;
mod virtual_disc;

use std::process::ExitCode;

use clap::Parser as _;

use cli::{Cli, Command, VirtualCommand};
use output::{Outcome, Output};

fn main() -> ExitCode {
    let cli = Cli::parse();
    #[cfg(target_os = "linux")]
    interrupt::survive_large_files();
    let lang = cli.lang.unwrap_or_else(imapi_errors::Lang::from_env);
    let mut out = Output::standard();
    let done = match cli.command {
        Command::Explain { codes, json } => explain::run(&codes, lang, json, &mut out),
        Command::Codes { header, json } => codes::run(header, lang, json, &mut out),
        Command::Drive(command) => drive::run(&command, lang, &mut out),
        #[cfg(target_os = "linux")]
        Command::Image(command) => image::run(&command, lang, &mut out),
        #[cfg(target_os = "linux")]
        Command::Sessions(arguments) => look::sessions(&arguments, lang, &mut out),
        #[cfg(target_os = "linux")]
        Command::Burn(arguments) => burn::run(&arguments, lang, &mut out),
        #[cfg(target_os = "linux")]
        Command::Append(arguments) => burn::append(&arguments, lang, &mut out),
        #[cfg(target_os = "linux")]
        Command::Copy(arguments) => burn::copy(&arguments, lang, &mut out),
        #[cfg(target_os = "linux")]
        Command::Audio(command) => audio::run(&command, lang, &mut out),
        #[cfg(target_os = "linux")]
        Command::Raw(command) => raw::run(&command, lang, &mut out),
        Command::Virtual(VirtualCommand::Create { disc, media, size, image }) => {
            virtual_disc::create(&disc, media, size, image.as_deref(), lang, &mut out)
        }
        Command::Virtual(VirtualCommand::Run(arguments)) => return virtual_disc::run(&arguments, lang),
        Command::Virtual(VirtualCommand::Attach { disc, background, json }) => {
            virtual_attach::attach(&disc, background, json, lang, &mut out)
        }
        Command::Virtual(VirtualCommand::Detach { which, all: _, force }) => {
            Ok(virtual_attach::detach(which.as_deref(), force, lang))
        }
        Command::Virtual(VirtualCommand::Personalities { json }) => virtual_disc::personalities(json, &mut out),
        Command::Virtual(VirtualCommand::Show { disc, json }) => virtual_disc::show(&disc, lang, json, &mut out),
        Command::Completions { shell } => cli::completions(shell, &mut out),
        Command::Man { command } => cli::man(&command, &mut out),
    };
    let flushed = out.finish();
    let told = match (done, flushed) {
        (Ok(outcome), Ok(())) => Ok(outcome),
        // Whoever reads us has seen enough; that is no failure of ours, and does not undo one.
        (Ok(outcome), Err(error)) if is_closed_pipe(&error) => Ok(outcome),
        (Err(error), _) if is_closed_pipe(&error) => Ok(Outcome::Done),
        (Err(error), _) | (Ok(_), Err(error)) => Err(error),
    };
    match told {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Failed) => ExitCode::from(1),
        Ok(Outcome::Stopped(status)) => ExitCode::from(status),
        Err(error) => {
            output::report(&error, lang);
            ExitCode::from(1)
        }
    }
}

fn is_closed_pipe(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::BrokenPipe
}
