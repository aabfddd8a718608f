//! Virtual machines that start from an image.

use std::{
    fs,
    io::Read as _,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Mutex, PoisonError,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

use imapi_disc_types::{Block, BlockSource};

/// Far more than any takes that starts at all: OVMF takes the longest, about 10 s on a slow machine with nothing else to do.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Who starts the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Firmware {
    SeaBios,
    Ovmf,
}

/// As what the machine has the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drive {
    Cd,
    Disk,
}

/// How many machines may run at the same moment.
static RUNNING: [Mutex<()>; 2] = [Mutex::new(()), Mutex::new(())];

/// A machine that is ended whatever becomes of its test.
struct Machine(Child);

impl Drop for Machine {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a machine from an image, and waits for a line on its serial port.
pub fn boots(image: &dyn BlockSource, firmware: Firmware, drive: Drive, line: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("image.iso");
    let mut bytes = vec![0; usize::try_from(image.bytes()).expect("small")];
    image.read_all(Block(0), &mut bytes).expect("readable");
    fs::write(&path, bytes).expect("written");

    let place = thread::current().name().map_or(0, str::len) % RUNNING.len();
    let free = RUNNING.iter().find_map(|running| running.try_lock().ok());
    let _running = free.unwrap_or_else(|| RUNNING[place].lock().unwrap_or_else(PoisonError::into_inner));
    let told = told_until(command(&path, firmware, drive), line);
    assert!(told.contains(line), "{firmware:?} from {drive:?} did not come to {line:?} but to\n{told}");
}

fn command(image: &Path, firmware: Firmware, drive: Drive) -> Command {
    let mut command = Command::new("qemu-system-x86_64");
    command.args(["-accel", "tcg", "-m", "128", "-nodefaults", "-display", "none", "-no-reboot", "-serial", "stdio"]);
    if firmware == Firmware::Ovmf {
        command.args(["-bios", "/usr/share/ovmf/OVMF.fd"]);
    }
    // Commas are doubled where options are separated by them.
    let file = image.to_str().expect("temporary folders have names of text").replace(',', ",,");
    let media = if drive == Drive::Cd { "cdrom,readonly=on" } else { "disk,snapshot=on" };
    command.arg("-drive").arg(format!("file={file},format=raw,if=ide,media={media}"));
    command
}

/// What a machine tells on its serial port until it has told that line, has ended, or time is over.
fn told_until(mut command: Command, line: &str) -> String {
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let hint = "sudo apt-get install qemu-system-x86, or cargo xtask test --setup";
    let mut machine = Machine(child.unwrap_or_else(|error| panic!("qemu-system-x86_64: {error}; {hint}")));
    let mut serial = machine.0.stdout.take().expect("it is piped");
    let (sender, receiver) = mpsc::channel();
    let reader = thread::spawn(move || {
        let mut buffer = [0; 1024];
        while let Ok(count @ 1..) = serial.read(&mut buffer) {
            if sender.send(buffer[..count].to_vec()).is_err() {
                break;
            }
        }
    });
    let (mut told, end) = (Vec::new(), Instant::now() + TIMEOUT);
    let ended = loop {
        if String::from_utf8_lossy(&told).contains(line) {
            break "";
        }
        match receiver.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(more) => told.extend(more),
            Err(RecvTimeoutError::Timeout) => break "\n[time is over]",
            Err(RecvTimeoutError::Disconnected) => break "\n[the machine ended]",
        }
    };
    let mut said = String::from_utf8_lossy(&told).into_owned();
    said.push_str(ended);
    let errors = machine.0.stderr.take();
    drop(machine);
    reader.join().expect("it does not panic");
    if let Some(mut errors) = errors.filter(|_| !ended.is_empty()) {
        // What QEMU itself had to say.
        let _ = errors.read_to_string(&mut said);
    }
    said
}
