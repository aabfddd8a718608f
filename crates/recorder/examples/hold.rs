//! Has a drive for itself until its standard input ends, and keeps the machine awake meanwhile: `hold /dev/sr0 NAME`.

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
    use std::{
        env,
        error::Error,
        io::{self, Read as _},
        process::ExitCode,
    };

    use imapi_disc_types::ClientName;
    use imapi_mmc_transport::{DriveSource, linux::LinuxDrives};
    use imapi_recorder::{Inhibitor as _, Logind, Recorder};

    pub(super) fn main() -> ExitCode {
        let arguments: Vec<String> = env::args().skip(1).collect();
        let [drive, name] = &arguments[..] else {
            eprintln!("hold DRIVE NAME");
            return ExitCode::from(2);
        };
        match hold(&LinuxDrives::new(), drive, name) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        }
    }

    fn hold(drives: &dyn DriveSource, drive: &str, name: &str) -> Result<(), Box<dyn Error>> {
        let client: ClientName = name.parse()?;
        let recorder = Recorder::open(drives, drive)?;
        let held = recorder.acquire(&client, false)?;
        let awake = Logind::default().keep_awake(&client, "a drive is held");
        println!("held");
        io::stdin().read_to_end(&mut Vec::new())?;
        drop((awake, held));
        Ok(())
    }
}
