//! Ctrl-C, and the other signals by which a system ends its programs: the work stops where nothing is left behind.

use std::{
    ffi::c_int,
    fs, io,
    process::exit,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use imapi_disc_types::CancelToken;
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ},
    flag,
    iterator::Signals,
};

/// Who asks again after this has waited, and wants the end whatever it leaves; before, a key was pressed twice.
const PATIENCE: Duration = Duration::from_secs(3);

/// A file that becomes larger than this user's files may be shall fail to be written, and not end the program: what it has
/// begun would stay behind.
pub fn survive_large_files() {
    // Where the signal cannot be caught, all is as it was. Whoever is started from here does not inherit this.
    let _ = flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
}

/// Signals that are heard instead of dying of them.
pub struct Interrupts {
    token: CancelToken,
    heard: Arc<AtomicI32>,
}

impl Interrupts {
    /// From now on they are heard.
    pub fn listen() -> io::Result<Self> {
        let this = Self { token: CancelToken::new(), heard: Arc::default() };
        // What was ignored stays so: `nohup`, and shells for what runs in the background, mean it.
        let ignored = ignored();
        let wanted = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|&signal| ignored & 1 << (signal - 1) == 0);
        let mut signals = Signals::new(wanted)?;
        let (token, heard) = (this.token.clone(), Arc::clone(&this.heard));
        thread::Builder::new().name("signals".to_string()).spawn(move || {
            let mut first = None;
            for signal in &mut signals {
                let since = first.get_or_insert_with(Instant::now).elapsed();
                if since > PATIENCE {
                    exit(i32::from(status(signal)));
                }
                heard.store(signal, Ordering::Release);
                token.cancel();
            }
        })?;
        Ok(this)
    }

    /// The request to stop that a signal makes.
    pub fn token(&self) -> &CancelToken {
        &self.token
    }

    /// With what the program ends when a signal came: 128 and the signal's number, as shells have it.
    pub fn status(&self) -> Option<u8> {
        let signal = self.heard.load(Ordering::Acquire);
        (signal != 0).then(|| status(signal))
    }
}

fn status(signal: c_int) -> u8 {
    u8::try_from(128 + signal).unwrap_or(u8::MAX)
}

/// The signals that this program was told to ignore, a bit each; none where the system does not say.
fn ignored() -> u64 {
    let about = fs::read_to_string("/proc/self/status").unwrap_or_default();
    about.lines().find_map(mask).unwrap_or(0)
}

fn mask(line: &str) -> Option<u64> {
    u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_says_what_is_ignored() {
        assert_eq!(mask("SigIgn:\t0000000000001001"), Some(0x1001));
        assert_eq!(mask("SigCgt:\t0000000000001001"), None);
        // The standard library ignores SIGPIPE.
        assert_ne!(ignored() & 1 << (signal_hook::consts::SIGPIPE - 1), 0);
    }
}
