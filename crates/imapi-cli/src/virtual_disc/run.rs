//! `imapi virtual run`: a program that sees the disc in a drive.

use std::{io, os::unix::process::ExitStatusExt as _, path::PathBuf, process::ExitCode, sync::Arc};

use imapi::drives::{LoadedDrive, VirtualDisc};
use imapi_errors::{Coded, CodedError, Fact, HResult, Lang, Value};
use imapi_mmc_transport::{Device, linux::LOCKS, trace::Tracer};
use imapi_virtual_device::VirtualDevice;

use super::{failed, trace};
use crate::cli::RunArguments;

/// Runs a program that sees the disc in a drive, and ends as the program ends.
pub fn run(arguments: &RunArguments, lang: Lang) -> ExitCode {
    let ran = begun(arguments).and_then(|loaded| {
        let code = watched(arguments, Arc::clone(&loaded.device))?;
        Ok((code, loaded.settle().map_err(boxed)))
    });
    match ran {
        Ok((code, Ok(()))) => code,
        // Why the program had to fail, which it cannot know.
        Ok((code, Err(error))) => {
            failed(&*error, lang);
            if code == ExitCode::SUCCESS { ExitCode::from(1) } else { code }
        }
        Err(error) => {
            failed(&*error, lang);
            ExitCode::from(1)
        }
    }
}

type Failure = Box<dyn CodedError>;

/// The drive with the disc, and with the faults of the script before it.
fn begun(arguments: &RunArguments) -> Result<LoadedDrive, Failure> {
    let disc = VirtualDisc {
        personality: arguments.personality,
        pace: arguments.speed,
        faults: arguments.faults.clone(),
        ..VirtualDisc::at(arguments.disc.clone())
    };
    let loaded = disc.load().map_err(boxed)?;
    loaded.hear_attentions();
    Ok(loaded)
}

/// Runs the program, and writes down what it sends if that is wanted.
fn watched(arguments: &RunArguments, device: Arc<dyn Device>) -> Result<ExitCode, Failure> {
    let Some(path) = &arguments.trace else { return shown(arguments, device) };
    let file_error = |source| boxed(FileError { path: path.clone(), source });
    let sink = trace::sink(path).map_err(file_error)?;
    let name = arguments.disc.display().to_string();
    let tracer = Arc::new(Tracer::new(device, sink, Some(&name)));
    let code = shown(arguments, Arc::clone(&tracer) as _)?;
    // The program is gone, and with it everyone else who had the device.
    if let Some(tracer) = Arc::into_inner(tracer) {
        tracer.finish().and_then(|mut sink| sink.flush()).map_err(file_error)?;
    }
    Ok(code)
}

fn shown(arguments: &RunArguments, device: Arc<dyn Device>) -> Result<ExitCode, Failure> {
    let (program, words) = arguments.command.split_first().expect("clap demands one");
    let mut command = std::process::Command::new(program);
    command.args(words);
    // Who has this drive is of concern to those alone who see it, and others may see another by the same name.
    let locks = tempfile::tempdir().map_err(|source| boxed(FileError { path: std::env::temp_dir(), source }))?;
    command.env(LOCKS, locks.path());
    let status = VirtualDevice::new(device).at(&arguments.device).with_free_generic().run(command).map_err(boxed)?;
    // Shells tell a program that a signal killed by 128 and the signal's number.
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    let code = code.and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::from(1), ExitCode::from))
}

fn boxed(error: impl CodedError + 'static) -> Failure {
    Box::new(error)
}

/// A file beside the disc could not be read or written.
#[derive(Debug)]
struct FileError {
    path: PathBuf,
    source: io::Error,
}

impl std::fmt::Display for FileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.path.display())
    }
}

impl std::error::Error for FileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

impl Coded for FileError {
    fn code(&self) -> HResult {
        self.source.code()
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        put(Fact::File, Value::Text(&self.path.display()));
        self.source.facts(put);
    }
}
