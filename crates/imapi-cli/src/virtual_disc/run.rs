//! `imapi virtual run`: a program that sees the disc in a drive.

use std::{
    fs, io,
    ops::ControlFlow,
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use imapi_disc_types::SystemClock;
use imapi_errors::{Coded, CodedError, Fact, HResult, Lang, Value};
use imapi_mmc_transport::{
    Device, TransportExt as _,
    commands::TestUnitReady,
    faults::{FaultInjector, Script, Victim},
    trace::Tracer,
};
use imapi_virtual_device::VirtualDevice;
use imapi_virtual_drive::{DiscFile, DiscState, Medium, VirtualDrive};

use super::{failed, trace};
use crate::cli::RunArguments;

/// What a drive has to tell at most before it is ready.
const ATTENTIONS: usize = 4;

/// Nothing that a drive does takes longer.
const LONGEST_WORK: Duration = Duration::from_secs(5 * 3600);

/// Runs a program that sees the disc in a drive, and ends as the program ends.
pub fn run(arguments: &RunArguments, lang: Lang) -> ExitCode {
    let ran = begun(arguments).and_then(|(drive, device)| {
        let code = watched(arguments, device)?;
        Ok((code, ended(&drive)))
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
fn begun(arguments: &RunArguments) -> Result<(Arc<VirtualDrive>, Arc<dyn Device>), Failure> {
    let script = arguments.faults.as_deref().map(script).transpose()?;
    let file = DiscFile::<DiscState>::open(&arguments.disc).map_err(boxed)?;
    let medium: &Medium = file.geometry().medium.parse().map_err(boxed)?;
    let drive = VirtualDrive::new(Arc::new(SystemClock::new()))
        .at_pace(arguments.speed)
        .with_personality(arguments.personality);
    drive.insert(file, medium).map_err(boxed)?;
    // An operating system hears of the reset and of the new disc before it lets programs in.
    for _ in 0..ATTENTIONS {
        if drive.send(&TestUnitReady).is_ok() {
            break;
        }
    }
    let drive = Arc::new(drive);
    let device: Arc<dyn Device> = match script {
        None => Arc::clone(&drive) as _,
        Some(script) => {
            let victim: Arc<dyn Victim> = Arc::clone(&drive) as _;
            Arc::new(FaultInjector::upon(Arc::clone(&drive), victim, script).map_err(boxed)?)
        }
    };
    Ok((drive, device))
}

/// The drive ends what it has begun, as a real one does whose host has gone; then it is switched off.
fn ended(drive: &VirtualDrive) -> Result<(), Failure> {
    // A drive without a disc, or with one that failed, has nothing to end.
    let _ = drive.wait_until_ready(LONGEST_WORK, &mut |_| ControlFlow::Continue(()));
    drive.take_failure().map_or(Ok(()), |failure| Err(boxed(failure)))
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
    let status = VirtualDevice::new(device).at(&arguments.device).with_free_generic().run(command).map_err(boxed)?;
    // Shells tell a program that a signal killed by 128 and the signal's number.
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    let code = code.and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::from(1), ExitCode::from))
}

fn script(path: &Path) -> Result<Script, Failure> {
    let text = fs::read_to_string(path).map_err(|source| boxed(FileError { path: path.to_path_buf(), source }))?;
    Script::from_json(&text).map_err(boxed)
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
