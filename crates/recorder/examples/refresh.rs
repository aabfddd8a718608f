//! Has the system look anew at the disc in a drive: `refresh /dev/sr0`, and with `--reload` the tray may move for it.
//!
//! After a burn the system takes a disc to be what it was before; the slow tests see in a real kernel what helps.

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    linux::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("drives are opened on Linux only so far");
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{env, ops::ControlFlow, process::ExitCode, time::Duration};

    use imapi_mmc_transport::{DriveSource, linux::LinuxDrives};
    use imapi_recorder::{Recorder, RecorderError};

    pub(super) fn main() -> ExitCode {
        let mut arguments: Vec<String> = env::args().skip(1).collect();
        let may_reload = arguments.iter().any(|argument| argument == "--reload");
        arguments.retain(|argument| argument != "--reload");
        let [drive] = &arguments[..] else {
            eprintln!("refresh DRIVE [--reload]");
            return ExitCode::from(2);
        };
        match refresh(&LinuxDrives::new(), drive, may_reload) {
            Ok(told) => {
                println!("{told}");
                ExitCode::SUCCESS
            }
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        }
    }

    fn refresh(drives: &dyn DriveSource, name: &str, may_reload: bool) -> Result<String, RecorderError> {
        let recorder = Recorder::open(drives, name)?;
        let client = "refresh".parse().expect("a good name");
        let held = recorder.acquire(&client, false)?;
        let wait = &mut |_: &_| ControlFlow::Continue(());
        let before = recorder.device().look_anew();
        let refreshed = recorder.refresh(may_reload, Duration::from_secs(60), wait)?;
        drop(held);
        Ok(format!("{refreshed:?}, {before:?} then {:?}", recorder.device().look_anew()))
    }
}
